//! Sales: from a manifest to a countersigned receipt, and everything that is refused on the way.

use crate::people::{Buyer, Seller};
use crate::story::{DAY, EPOCH, Story, origin};
use std::time::Duration;
use tacit_catalogue::search::Query;
use tacit_catalogue::{CatalogueDay as Day, Price, Revision};
use tacit_evidence::log::{Leaf, LeafKind, leaf_hash};
use tacit_evidence::receipt::{Countersignature, Outcome};
use tacit_flows::{CatalogueDay, ManifestNotTaken, NotListed, OrderRefused, Refusal, SampleNotTaken};
use tacit_trade::{Disagreement, NotClosed, NotPlaced, NotStated, Order, RefusalReason};
use tacit_values::Digest;

#[tokio::test]
async fn a_listing_goes_live_only_when_logged_sampled_and_uploaded() {
    let story = Story::begin().await;
    let seller = Seller::with_rows(1, 1_200);
    assert!(matches!(seller.publish(&story).await, Err(NotListed::NoManifest)));
    let seen = story.market.log_manifest(seller.persona(), seller.listing, seller.manifest()).await.unwrap();
    assert!(seen.proof.is_none() && seen.beacon.is_none() && seen.retry_after.is_some());
    assert!(matches!(seller.publish(&story).await, Err(NotListed::NotUploaded { .. })));
    seller.upload_all(&story).await;
    assert!(matches!(seller.publish(&story).await, Err(NotListed::NotLogged { .. })));
    story.next_epoch().await;
    let seen = story.market.manifest(seller.digest()).await.unwrap();
    assert!(seen.proof.is_some() && seen.beacon.is_none(), "logged, and the beacon is not due for a minute");
    assert!(matches!(seller.publish(&story).await, Err(NotListed::NoSample)));
    story.pass(Duration::from_secs(75)).await;
    seller.open_sample(&story).await;
    seller.open_sample(&story).await;
    let taken = seller.publish(&story).await.unwrap();
    assert!(taken.salt.is_some());
    assert_eq!(taken.salt, seller.publish(&story).await.unwrap().salt);
    assert!(!story.market.sample_of(seller.listing).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_beacon_names_the_first_epoch_leaf_that_is_a_minute_younger_and_stays_the_same() {
    let mut story = Story::begin().await;
    let seller = Seller::with_rows(1, 1_200);
    let at = story.market.now();
    seller.log(&story).await;
    let seen = story.market.manifest(seller.digest()).await.unwrap();
    let (beacon, proof) = (seen.beacon.unwrap(), seen.proof.unwrap());
    tacit_evidence::testing::beacon_key().verifier().verify(&beacon).unwrap();
    assert_eq!(beacon.log_index, proof.index);
    let leaves = story.checked_log().await;
    let young = leaves.iter().find(|leaf| match leaf {
        Leaf::Clear { kind: LeafKind::Epoch, record } => {
            let epoch = tacit_settlement::EpochLeaf::decode(record).unwrap();
            epoch.time >= at.plus(Duration::from_secs(60))
        }
        _ => false,
    });
    assert_eq!(beacon.epoch_leaf, leaf_hash(&young.unwrap().to_bytes()));
    story.pass(DAY).await;
    story.restart().await;
    assert_eq!(story.market.manifest(seller.digest()).await.unwrap().beacon.unwrap(), beacon);
}

#[tokio::test]
async fn a_sample_is_opened_whole_and_by_its_seller_or_not_at_all() {
    let story = Story::begin().await;
    let seller = Seller::with_rows(1, 1_200);
    seller.log(&story).await;
    let beacon = story.market.manifest(seller.digest()).await.unwrap().beacon.unwrap().digest();
    let file = std::io::Cursor::new(seller.file.clone());
    let whole =
        tacit_delivery::open_sample(file, &seller.built.manifest, &seller.sealed.file_key, &beacon).unwrap();
    let mut part = whole.clone();
    part.rows.pop();
    assert!(matches!(story.market.put_sample(seller.persona(), part).await, Err(SampleNotTaken::Refused(_))));
    let other = Seller::with_rows(2, 10).persona();
    assert!(matches!(story.market.put_sample(other, whole.clone()).await, Err(SampleNotTaken::NotYours)));
    story.market.put_sample(seller.persona(), whole).await.unwrap();
}

#[tokio::test]
async fn a_listing_says_what_its_manifest_says() {
    let story = Story::begin().await;
    let seller = Seller::with_rows(1, 1_200);
    seller.upload_all(&story).await;
    seller.log(&story).await;
    seller.open_sample(&story).await;
    let mut boast = seller.draft(&story);
    boast.rows += 1;
    let refused = story.market.put_listing(seller.persona(), seller.sign(boast)).await.unwrap_err();
    assert!(matches!(refused, NotListed::OtherGoods { what: "rows" }), "{refused}");
    let mut ahead = seller.draft(&story);
    ahead.at = ahead.at.plus(DAY);
    assert!(matches!(
        story.market.put_listing(seller.persona(), seller.sign(ahead)).await,
        Err(NotListed::Ahead { .. })
    ));
    let thief = Seller::with_rows(2, 10).persona();
    let stolen = seller.sign(seller.draft(&story));
    assert!(matches!(story.market.put_listing(thief, stolen).await, Err(NotListed::NotYours)));
    assert!(matches!(
        story.market.log_manifest(thief, seller.listing, seller.manifest()).await,
        Err(ManifestNotTaken::Refused(_))
    ));
}

#[tokio::test]
async fn relisting_until_the_sample_is_lucky_is_counted_and_slowed() {
    let mut story = Story::begin().await;
    let mut most = 0;
    for number in 1..=60_u8 {
        if number % 25 == 0 {
            story.restart().await;
        }
        let mut seller = Seller::with_rows(number, 20);
        seller.key = tacit_values::PersonaKey::from_seed(&[200; 32]);
        match story
            .market
            .log_manifest(seller.persona(), Seller::with_rows(1, 20).listing, seller.manifest())
            .await
        {
            Ok(seen) => {
                assert_eq!(seen.earlier, most);
                most += 1;
            }
            Err(refused) => assert!(matches!(refused, ManifestNotTaken::TooMany { .. }), "{refused}"),
        }
    }
    assert_eq!(most, 48, "a restart gives nobody another try");
    story.pass(DAY).await;
    let mut seller = Seller::with_rows(100, 20);
    seller.key = tacit_values::PersonaKey::from_seed(&[200; 32]);
    let listing = Seller::with_rows(1, 20).listing;
    story.market.log_manifest(seller.persona(), listing, seller.manifest()).await.unwrap();
}

#[tokio::test]
async fn desks_mirror_whole_days_and_search_gives_the_same() {
    let story = Story::begin().await;
    let seller = Seller::with_rows(1, 1_200);
    let listing = seller.sell(&story).await;
    let today = CatalogueDay::of(story.market.now());
    let early = story.market.catalogue_day(today).await.unwrap();
    story.next_epoch().await;
    let page = story.market.catalogue_day(today).await.unwrap();
    assert_ne!(early.etag, page.etag);
    let day: Day = serde_json::from_slice(&page.bytes).unwrap();
    assert_eq!(day.changes[0].listing, listing);
    assert!(!page.whole && story.market.catalogue_day(today).await.unwrap() == page);
    let found = story.market.search(&Query::words("planes fle")).await.unwrap();
    assert_eq!(found.listings, std::slice::from_ref(&listing));
    let paused = listing.pause(story.market.now()).unwrap();
    story.market.put_listing(seller.persona(), seller.sign(paused)).await.unwrap();
    assert_eq!(story.market.search(&Query::default()).await.unwrap().total, 0);
    story.pass(DAY).await;
    assert!(story.market.catalogue_day(today).await.unwrap().whole);
    let tomorrow = CatalogueDay::of(story.market.now().plus(DAY));
    assert!(story.market.catalogue_day(tomorrow).await.is_err());
}

pub(crate) struct Sale {
    pub(crate) story: Story,
    pub(crate) seller: Seller,
    pub(crate) buyer: Buyer,
}

impl Sale {
    async fn placed() -> Self {
        Self::placed_in(Story::begin().await).await
    }

    async fn placed_in(story: Story) -> Self {
        let seller = Seller::with_rows(1, 1_200);
        let listing = seller.sell(&story).await;
        let buyer = Buyer::new(1);
        let request = buyer.request(&story, &listing);
        let seen = story.market.place_order(buyer.persona(), request).await.unwrap();
        assert_eq!(seen.order.state(), "placed");
        Self { story, seller, buyer }
    }

    async fn accepted() -> Self {
        Self::placed().await.accept().await
    }

    async fn accept(self) -> Self {
        let sale = self;
        let seen = sale.story.market.order(sale.seller.persona(), sale.buyer.order).await.unwrap();
        let Order::Placed { request, .. } = seen.order else { panic!("placed") };
        let answer = sale.seller.accept(&sale.story, &request);
        let receipt = Digest::of(b"the issuer-signed receipt");
        let seen = sale
            .story
            .market
            .accept_order(sale.seller.persona(), sale.buyer.order, answer, receipt)
            .await
            .unwrap();
        assert_eq!(seen.order.state(), "accepted");
        sale
    }

    pub(crate) async fn stated() -> Self {
        Self::accepted().await.state().await
    }

    pub(crate) async fn stated_in(story: Story) -> Self {
        Self::placed_in(story).await.accept().await.state().await
    }

    async fn state(self) -> Self {
        let sale = self;
        let (statement, header) = sale.seller.deliver(&sale.buyer);
        let market = &sale.story.market;
        let seen =
            market.state_delivery(sale.seller.persona(), sale.buyer.order, statement, &header).await.unwrap();
        assert_eq!(seen.order.state(), "stated");
        sale
    }
}

#[tokio::test]
async fn a_sale_ends_with_a_countersigned_receipt_that_the_log_proves() {
    let sale = Sale::stated().await;
    let market = &sale.story.market;
    let seen = market.order(sale.buyer.persona(), sale.buyer.order).await.unwrap();
    let header = seen.order.delivery().unwrap().header.clone();
    let opened = tacit_delivery::Header::parse(&header).unwrap().open(&sale.buyer.identity()).unwrap();
    assert_eq!(opened.expose(), sale.seller.sealed.file_key.expose());

    let closed = market.close_order(sale.buyer.persona(), sale.buyer.order).await.unwrap();
    assert!(
        closed.evidence.is_none() && closed.retry_after.is_some(),
        "the log shows no order before its epoch ends"
    );
    sale.story.next_epoch().await;
    let buyers = market.close_order(sale.buyer.persona(), sale.buyer.order).await.unwrap().evidence.unwrap();
    sale.story.pass(EPOCH * 5).await;
    let sellers =
        market.close_order(sale.seller.persona(), sale.buyer.order).await.unwrap().evidence.unwrap();
    assert_eq!(buyers, sellers, "the second close returns what the first one got");

    let word = Countersignature::open(&buyers.market, &market.persona()).unwrap();
    assert_eq!((word.outcome, word.receipt), (Outcome::Closed, Digest::of(b"the issuer-signed receipt")));
    let checkpoint = market.about().log.open(&buyers.log.checkpoint).unwrap();
    let leaf = Leaf::salted(LeafKind::OrderEnded, &buyers.log.salt, &buyers.receipt).unwrap();
    buyers.log.inclusion.check(buyers.log.index, &leaf.hash(), checkpoint.size(), checkpoint.root()).unwrap();
    assert_eq!(sale.story.checked_log().await[buyers.log.index.0 as usize], leaf);
}

#[tokio::test]
async fn a_price_that_changed_between_quote_and_order_stops_the_order() {
    let story = Story::begin().await;
    let seller = Seller::with_rows(1, 1_200);
    let quoted = seller.sell(&story).await;
    let price = Some(Price::new(crate::story::tusd("25")).unwrap());
    let dearer =
        quoted.clone().revise(Revision { price, ..Revision::default() }, story.market.now()).unwrap();
    story.market.put_listing(seller.persona(), seller.sign(dearer)).await.unwrap();
    let buyer = Buyer::new(1);
    let refused =
        story.market.place_order(buyer.persona(), buyer.request(&story, &quoted)).await.unwrap_err();
    let changed = OrderRefused::NotPlaced(NotPlaced::Listing(Disagreement::PriceChanged {
        agreed: quoted.price,
        asked: Price::new(crate::story::tusd("25")).unwrap(),
    }));
    assert_eq!(refused.to_string(), changed.to_string());
    assert_eq!(refused.told().kind, "conflict");
    assert!(matches!(story.market.order(buyer.persona(), buyer.order).await, Err(OrderRefused::Unknown)));
}

#[tokio::test]
async fn two_buyers_at_once_both_get_their_order_and_neither_sees_the_others() {
    let story = Story::begin().await;
    let listing = Seller::with_rows(1, 1_200).sell(&story).await;
    let (one, two) = (Buyer::new(1), Buyer::new(2));
    let (first, second) = tokio::join!(
        story.market.place_order(one.persona(), one.request(&story, &listing)),
        story.market.place_order(two.persona(), two.request(&story, &listing)),
    );
    first.unwrap();
    second.unwrap();
    assert!(matches!(story.market.order(one.persona(), two.order).await, Err(OrderRefused::Unknown)));
    let mut same_id = two.request(&story, &listing);
    same_id.order = one.order;
    let refused = story.market.place_order(two.persona(), same_id).await.unwrap_err();
    assert!(matches!(refused, OrderRefused::NotPlaced(NotPlaced::Taken)), "{refused}");
    let again = story.market.place_order(one.persona(), one.request(&story, &listing)).await.unwrap();
    assert_eq!(again.order.state(), "placed");
}

#[tokio::test]
async fn a_delivery_with_a_garbage_header_a_foreign_order_or_no_body_is_not_stated() {
    let sale = Sale::accepted().await;
    let market = &sale.story.market;
    let (statement, header) = sale.seller.deliver(&sale.buyer);
    let state = async |statement: &tacit_delivery::SignedStatement, header: &[u8]| {
        market.state_delivery(sale.seller.persona(), sale.buyer.order, statement.clone(), header).await
    };
    assert!(matches!(state(&statement, b"garbage").await, Err(OrderRefused::NotAHeader)));
    assert!(matches!(state(&statement, &[b'x'; 168]).await, Err(OrderRefused::NotAHeader)));
    let (_, other_header) = sale.seller.deliver(&Buyer::new(9));
    assert!(matches!(state(&statement, &other_header).await, Err(OrderRefused::Statement(_))));
    let (foreign, foreign_header) = sale.seller.deliver(&Buyer::new(9));
    assert!(matches!(state(&foreign, &foreign_header).await, Err(OrderRefused::Statement(_))));
    let by_buyer =
        market.state_delivery(sale.buyer.persona(), sale.buyer.order, statement.clone(), &header).await;
    assert!(matches!(by_buyer, Err(OrderRefused::NotStated(NotStated::NotTheSeller))));
    use tacit_ports::vault::Bodies;
    sale.story.vault.delete(sale.seller.built.manifest.body).await.unwrap();
    assert!(matches!(state(&statement, &header).await, Err(OrderRefused::NoBody)));
}

#[tokio::test]
async fn a_refused_order_is_over_and_leaves_no_trace_in_the_log() {
    let sale = Sale::placed().await;
    let market = &sale.story.market;
    let why = tacit_trade::Refusal { reason: RefusalReason::Declined };
    let by_buyer = market.refuse_order(sale.buyer.persona(), sale.buyer.order, why.clone()).await;
    assert!(by_buyer.is_err());
    sale.story.next_epoch().await;
    let before = sale.story.market.checkpoint().await.unwrap().size().0;
    market.refuse_order(sale.seller.persona(), sale.buyer.order, why).await.unwrap();
    sale.story.next_epoch().await;
    assert_eq!(sale.story.market.checkpoint().await.unwrap().size().0, before + 1, "the epoch's own leaf");
    let seen = market.order(sale.buyer.persona(), sale.buyer.order).await.unwrap();
    assert!(matches!(seen.order, Order::Refused { .. }) && seen.retry_after.is_none());
}

#[tokio::test]
async fn the_market_closes_a_stated_order_after_seven_days() {
    let sale = Sale::stated().await;
    sale.story.pass(DAY * 6).await;
    assert_eq!(
        sale.story.market.order(sale.buyer.persona(), sale.buyer.order).await.unwrap().order.state(),
        "stated"
    );
    sale.story.pass(DAY).await;
    sale.story.next_epoch().await;
    let seen = sale.story.market.order(sale.buyer.persona(), sale.buyer.order).await.unwrap();
    assert_eq!(seen.order.state(), "closed");
    assert!(seen.evidence.is_some());
}

#[tokio::test]
async fn an_order_that_nobody_answers_or_delivers_expires() {
    let sale = Sale::placed().await;
    sale.story.pass(DAY * 7 + EPOCH).await;
    let seen = sale.story.market.order(sale.buyer.persona(), sale.buyer.order).await.unwrap();
    assert_eq!(seen.order.state(), "expired");

    let sale = Sale::accepted().await;
    sale.story.pass(DAY * 2).await;
    sale.story.next_epoch().await;
    let seen = sale.story.market.order(sale.buyer.persona(), sale.buyer.order).await.unwrap();
    assert_eq!(seen.order.state(), "expired");
    let word = Countersignature::open(&seen.evidence.unwrap().market, &sale.story.market.persona()).unwrap();
    assert_eq!(word.outcome, Outcome::Expired);
}

#[tokio::test]
async fn a_paid_but_silent_seller_cannot_withhold_the_receipt_and_cannot_close_first() {
    let sale = Sale::accepted().await;
    let market = &sale.story.market;
    let early = market.close_order(sale.seller.persona(), sale.buyer.order).await.unwrap_err();
    assert!(matches!(early, OrderRefused::NotClosed(NotClosed::NothingStated)), "{early}");
    market.close_order(sale.buyer.persona(), sale.buyer.order).await.unwrap();
    sale.story.next_epoch().await;
    let seen = market.order(sale.buyer.persona(), sale.buyer.order).await.unwrap();
    assert!(seen.evidence.is_some());
}

#[tokio::test]
async fn orders_with_foreign_pools_fees_or_addresses_are_refused() {
    let story = Story::begin().await;
    let listing = Seller::with_rows(1, 1_200).sell(&story).await;
    let buyer = Buyer::new(1);
    let good = buyer.request(&story, &listing);
    let mut pool = good.clone();
    pool.pool = Digest::of(b"another pool");
    let mut fees = good.clone();
    fees.fee_version = 2;
    let mut address = good.clone();
    let foreign =
        tacit_settlement::WalletKeys::from_seed(&[1; 32], tacit_settlement::PoolId::from_bytes([9; 32]));
    address.refund_address =
        foreign.address(tacit_settlement::Account::Spending, 0).to_string().parse().unwrap();
    let mut market = good.clone();
    market.market = "https://other.example".parse().unwrap();
    for bad in [pool, fees, address, market] {
        assert!(story.market.place_order(buyer.persona(), bad).await.is_err());
    }
    assert_eq!(good.market, origin());
    story.market.place_order(buyer.persona(), good).await.unwrap();
}

#[tokio::test]
async fn a_sale_survives_a_restart_between_any_two_steps() {
    let mut sale = Sale::placed().await;
    let (buyer, seller) = (sale.buyer.persona(), sale.seller.persona());
    sale.story.restart().await;
    let Order::Placed { request, .. } =
        sale.story.market.order(seller, sale.buyer.order).await.unwrap().order
    else {
        panic!("placed")
    };
    let answer = sale.seller.accept(&sale.story, &request);
    for _ in 0..2 {
        let receipt = Digest::of(b"receipt");
        sale.story.market.accept_order(seller, sale.buyer.order, answer.clone(), receipt).await.unwrap();
        sale.story.restart().await;
    }
    let (statement, header) = sale.seller.deliver(&sale.buyer);
    for _ in 0..2 {
        sale.story.market.state_delivery(seller, sale.buyer.order, statement.clone(), &header).await.unwrap();
        sale.story.restart().await;
    }
    for _ in 0..2 {
        sale.story.market.close_order(buyer, sale.buyer.order).await.unwrap();
        sale.story.restart().await;
    }
    sale.story.next_epoch().await;
    sale.story.restart().await;
    assert!(sale.story.market.order(buyer, sale.buyer.order).await.unwrap().evidence.is_some());
}

#[tokio::test]
async fn a_receipt_is_one_orders_and_is_countersigned_though_nobody_asks() {
    let sale = Sale::stated().await;
    let market = &sale.story.market;
    market.close_order(sale.buyer.persona(), sale.buyer.order).await.unwrap();
    sale.story.next_epoch().await;
    let papers = tacit_ports::market::OrderPaper::Countersignature;
    let mut view = sale.story.store.read().await.unwrap();
    assert!(view.orders().paper(sale.buyer.order, papers).await.unwrap().is_some());

    let listing = market.listing(sale.seller.listing).await.unwrap().listing;
    let other = Buyer::new(2);
    let request = other.request(&sale.story, &listing);
    market.place_order(other.persona(), request.clone()).await.unwrap();
    let answer = sale.seller.accept(&sale.story, &request);
    let old = Digest::of(b"the issuer-signed receipt");
    let refused = market.accept_order(sale.seller.persona(), other.order, answer, old).await.unwrap_err();
    assert!(matches!(refused, OrderRefused::ReceiptUsed), "{refused}");
}
