//! What the public pages are told.

use crate::people::{Buyer, Seller};
use crate::story::{DAY, Story};
use tacit_catalogue::{DisclosurePreset, Listing, Revision};
use tacit_flows::CatalogueNotRead;
use tacit_trade::Order;
use tacit_values::{Digest, ListingId};

/// A whole sale, up to the buyer's closing.
async fn sell(story: &Story, seller: &Seller, listing: &Listing, number: u8) {
    let buyer = Buyer::new(number);
    let market = &story.market;
    market.place_order(buyer.persona(), buyer.request(story, listing)).await.unwrap();
    let seen = market.order(seller.persona(), buyer.order).await.unwrap();
    let Order::Placed { request, .. } = seen.order else { panic!("placed") };
    let receipt = Digest::of(&[number]);
    market
        .accept_order(seller.persona(), buyer.order, seller.accept(story, &request), receipt)
        .await
        .unwrap();
    let (statement, header) = seller.deliver(&buyer);
    market.state_delivery(seller.persona(), buyer.order, statement, &header).await.unwrap();
    market.close_order(buyer.persona(), buyer.order).await.unwrap();
}

#[tokio::test]
async fn a_listing_is_shown_with_its_promise_its_sample_and_its_versions() {
    let story = Story::begin().await;
    let seller = Seller::with_rows(1, 1_200);
    let first = seller.sell(&story).await;
    let title = Some("Planes, renamed".parse().unwrap());
    let second = first.clone().revise(Revision { title, ..Revision::default() }, story.market.now()).unwrap();
    story.market.put_listing(seller.persona(), seller.sign(second.clone())).await.unwrap();

    let seen = story.market.listing_seen(first.id, None).await.unwrap();
    assert_eq!((&seen.listing, &seen.newest), (&second, &second));
    assert_eq!(seen.versions.iter().map(|one| one.version).collect::<Vec<_>>(), [2, 1]);
    assert_eq!((seen.manifest.digest(), seen.earlier_manifests), (first.manifest, 0));
    assert!(seen.logged_at.is_some());
    let sample = seen.sample.unwrap();
    assert_eq!((sample.drawn, sample.breaches, sample.rows.len()), (seen.manifest.sample, 0, 8));
    assert_eq!(sample.rows[0].cells.len(), first.columns.len());
    assert_eq!(seen.sold.unwrap().to_string(), "0");

    let older = story.market.listing_seen(first.id, Some(1)).await.unwrap();
    assert_eq!((older.listing, older.newest), (first.clone(), second));
    let unknown = story.market.listing_seen(first.id, Some(9)).await;
    assert!(matches!(unknown, Err(CatalogueNotRead::Unknown)));
    let unknown = story.market.listing_seen(ListingId::from_bytes([9; 16]), None).await;
    assert!(matches!(unknown, Err(CatalogueNotRead::Unknown)));
}

#[tokio::test]
async fn sales_are_counted_in_ranges_that_change_late() {
    let story = Story::begin().await;
    let seller = Seller::with_rows(1, 1_200);
    let listing = seller.sell(&story).await;
    let shown = async || {
        let listing = story.market.listing_seen(listing.id, None).await.unwrap().sold.unwrap().to_string();
        let seller = story.market.seller_seen(seller.persona()).await.unwrap().sold.to_string();
        [listing, seller, story.market.market_seen().await.unwrap().sold.to_string()]
    };
    for number in 1..=4 {
        sell(&story, &seller, &listing, number).await;
        assert_eq!(shown().await, ["0", "0", "0"], "sale {number} is nobody's clock");
    }
    sell(&story, &seller, &listing, 5).await;
    assert_eq!(shown().await, ["5-9", "5-9", "5-9"]);
    for number in 6..=10 {
        sell(&story, &seller, &listing, number).await;
    }
    assert_eq!(shown().await, ["10-24", "10-24", "10-24"]);
}

#[tokio::test]
async fn a_few_sales_show_within_a_month_though_nothing_happens() {
    let story = Story::begin().await;
    let seller = Seller::with_rows(1, 1_200);
    let listing = seller.sell(&story).await;
    sell(&story, &seller, &listing, 1).await;
    story.pass(DAY * 31).await;
    let seen = story.market.listing_seen(listing.id, None).await.unwrap();
    assert_eq!(seen.sold.unwrap().to_string(), "1-4");
}

#[tokio::test]
async fn what_a_seller_keeps_closed_is_counted_nowhere() {
    let story = Story::begin().await;
    let seller = Seller::with_rows(1, 1_200);
    let open = seller.sell(&story).await;
    let closed = Listing { preset: DisclosurePreset::Closed, version: 2, at: story.market.now(), ..open };
    story.market.put_listing(seller.persona(), seller.sign(closed.clone())).await.unwrap();
    for number in 1..=6 {
        sell(&story, &seller, &closed, number).await;
    }
    assert_eq!(story.market.listing_seen(closed.id, None).await.unwrap().sold, None);
    assert_eq!(story.market.seller_seen(seller.persona()).await.unwrap().sold.to_string(), "0");
    assert_eq!(story.market.market_seen().await.unwrap().sold.to_string(), "0");
}

#[tokio::test]
async fn after_a_restart_the_catalogue_is_as_before() {
    let mut story = Story::begin().await;
    let seller = Seller::with_rows(1, 1_200);
    let listing = seller.sell(&story).await;
    story.restart().await;
    let found = story.market.search(&tacit_catalogue::search::Query::words("planes")).await.unwrap();
    assert_eq!(found.listings, std::slice::from_ref(&listing));
    assert_eq!(story.market.listings_for_sale().await.unwrap(), 1);
    let retired = listing.retire(story.market.now()).unwrap();
    story.market.put_listing(seller.persona(), seller.sign(retired)).await.unwrap();
    assert_eq!(story.market.listings_for_sale().await.unwrap(), 0);
    assert_eq!(story.market.addresses_for_sale(0, 9).await.unwrap(), []);
}
