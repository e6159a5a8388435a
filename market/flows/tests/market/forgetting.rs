//! What the market forgets.

use crate::people::{Buyer, Seller};
use crate::sales::Sale;
use crate::story::{DAY, Story};
use std::sync::Arc;
use std::time::Duration;
use tacit_evidence::log::{Leaf, LeafKind};
use tacit_flows::{MarketSettings, Retention};
use tacit_ports::market::testing::MemoryMarket;
use tacit_ports::vault::Bodies;
use tacit_trade::Order;
use tacit_values::{Digest, PersonaKey};

#[tokio::test]
async fn thirty_days_after_its_end_an_order_is_id_and_outcome() {
    let story = Story::begin().await;
    let seller = Seller::with_rows(1, 1_200);
    let listing = seller.sell(&story).await;
    let buyer = Buyer::new(1);
    story.market.place_order(buyer.persona(), buyer.request(&story, &listing)).await.unwrap();
    let why = tacit_trade::Refusal { reason: tacit_trade::RefusalReason::Declined };
    story.market.refuse_order(seller.persona(), buyer.order, why).await.unwrap();
    story.pass(DAY * 29).await;
    assert_eq!(story.market.order(buyer.persona(), buyer.order).await.unwrap().order.state(), "refused");
    story.pass(DAY * 2).await;
    let seen = story.market.order(buyer.persona(), buyer.order).await.unwrap();
    assert!(matches!(seen.order, Order::Forgotten { .. }));
    let again = story.market.place_order(buyer.persona(), buyer.request(&story, &listing)).await;
    assert!(again.is_err(), "an id is used once for ever");
}

/// A market that forgets sooner, so that the whole log can be read again and again and nobody closes epochs for weeks.
async fn short_table(change: impl FnOnce(&mut Retention)) -> Story {
    let mut settings = MarketSettings::usual(crate::story::origin());
    change(&mut settings.retention);
    Story::with(Arc::new(MemoryMarket::new()), settings).await.unwrap()
}

/// The leaves that tombstones of the log name.
async fn erased(story: &Story) -> Vec<u64> {
    let tombstone = |leaf: Leaf| match leaf {
        Leaf::Clear { kind: LeafKind::Tombstone, record } => {
            let record: serde_json::Value = serde_json::from_slice(&record).unwrap();
            assert_eq!(record.as_object().unwrap().len(), 2, "version and index, nothing else: {record}");
            Some(record["index"].as_u64().unwrap())
        }
        _ => None,
    };
    story.checked_log().await.into_iter().filter_map(tombstone).collect()
}

#[tokio::test]
async fn what_an_orders_leaf_is_about_is_erased_with_the_order_and_a_tombstone_says_so_once() {
    let story = short_table(|table| table.ended_orders = Duration::from_secs(7_200)).await;
    let mut sale = Sale::stated_in(story).await;
    let (buyer, order) = (sale.buyer.persona(), sale.buyer.order);
    sale.story.market.close_order(buyer, order).await.unwrap();
    sale.story.next_epoch().await;
    let evidence = sale.story.market.order(buyer, order).await.unwrap().evidence.unwrap();
    sale.story.pass(Duration::from_secs(7_000)).await;
    assert_eq!(erased(&sale.story).await, [] as [u64; 0]);
    sale.story.pass(Duration::from_secs(900)).await;
    sale.story.next_epoch().await;
    assert_eq!(erased(&sale.story).await, [evidence.log.index.0]);
    let seen = sale.story.market.order(buyer, order).await.unwrap();
    assert!(matches!(seen.order, Order::Forgotten { .. }) && seen.evidence.is_none());

    // Whoever kept a receipt still proves it: the leaf stands where it stood.
    let leaf = Leaf::salted(LeafKind::OrderEnded, &evidence.log.salt, &evidence.receipt).unwrap();
    assert_eq!(sale.story.checked_log().await[evidence.log.index.0 as usize], leaf);

    // Nobody asks the market for it again: the store knows neither salt nor digest.
    let key = tacit_ports::market::LeafKey { kind: LeafKind::OrderEnded.code(), digest: evidence.receipt };
    let mut view = sale.story.store.read().await.unwrap();
    assert_eq!(view.log().find(key).await.unwrap(), None);
    drop(view);

    sale.story.restart().await;
    sale.story.pass(Duration::from_secs(9_000)).await;
    assert_eq!(erased(&sale.story).await.len(), 1);
}

#[tokio::test]
async fn letters_go_after_fourteen_days_and_what_nobody_names_leaves_the_vault() {
    let story = Story::begin().await;
    let persona = PersonaKey::from_seed(&[5; 32]).persona();
    let mut letter = b"age-encryption.org/v1\n".to_vec();
    letter.resize(4_096, 1);
    story.market.deliver_letter(persona, &letter).await.unwrap();
    crate::people::upload(&story, persona, b"an orphan").await;
    let seller = Seller::with_rows(1, 1_200);
    seller.sell(&story).await;
    story.pass(DAY * 13).await;
    assert_eq!(story.market.mailbox(persona, 0, Duration::ZERO).await.unwrap().len(), 1);
    story.pass(DAY * 2).await;
    assert!(story.market.mailbox(persona, 0, Duration::ZERO).await.unwrap().is_empty());
    assert_eq!(story.vault.size(Digest::of(b"an orphan")).await.unwrap(), None);
    assert!(story.vault.size(seller.built.manifest.body).await.unwrap().is_some());
    assert!(story.vault.size(seller.built.manifest.blocks).await.unwrap().is_some());
}

#[tokio::test]
async fn a_desks_own_letters_outlive_their_order_by_the_table_and_others_stay() {
    let story = short_table(|table| table.self_letters = Duration::from_secs(7_200)).await;
    let sale = Sale::stated_in(story).await;
    let (story, buyer) = (&sale.story, sale.buyer.persona());
    let outside_orders = PersonaKey::from_seed(&[77; 32]).persona();
    let mut letter = b"age-encryption.org/v1\n".to_vec();
    letter.resize(4_096, 1);
    for (persona, mark) in [(buyer, 1), (outside_orders, 2)] {
        *letter.last_mut().unwrap() = mark;
        story.market.keep_self_letter(persona, 0, &letter).await.unwrap();
    }
    let everybody = tacit_flows::Bucket::numbered(0, 0).unwrap();
    story.market.close_order(buyer, sale.buyer.order).await.unwrap();
    story.pass(Duration::from_secs(7_000)).await;
    assert_eq!(story.market.bucket_self(everybody, None).await.unwrap().letters.len(), 2);
    story.pass(Duration::from_secs(900)).await;
    let left = story.market.bucket_self(everybody, None).await.unwrap().letters;
    assert_eq!(left.iter().map(|letter| letter[4_095]).collect::<Vec<_>>(), [2]);
}

#[tokio::test]
async fn state_of_a_persona_without_an_order_goes_after_fourteen_days_unless_its_desk_refreshes_or_is_seen() {
    let story = Story::begin().await;
    let mut letter = b"age-encryption.org/v1\n".to_vec();
    letter.resize(4_096, 1);
    let [alive, seen, gone] = [71, 72, 73].map(|seed| PersonaKey::from_seed(&[seed; 32]).persona());
    for (persona, mark) in [(alive, 1), (seen, 2), (gone, 3)] {
        *letter.last_mut().unwrap() = mark;
        story.market.keep_self_letter(persona, 0, &letter).await.unwrap();
    }
    let marks = async || {
        let everybody = tacit_flows::Bucket::numbered(0, 0).unwrap();
        let page = story.market.bucket_self(everybody, None).await.unwrap();
        page.letters.iter().map(|letter| letter[4_095]).collect::<std::collections::BTreeSet<_>>()
    };
    for day in 1..=14 {
        story.clock.pass(DAY);
        *letter.last_mut().unwrap() = 10 + day;
        story.market.keep_self_letter(alive, 0, &letter).await.unwrap();
        story.market.mailbox(seen, 0, Duration::ZERO).await.unwrap();
        story.market.run_due_jobs().await.unwrap();
    }
    assert_eq!(marks().await, [2, 3, 24].into(), "fourteen days are not over before the fifteenth");
    story.pass(DAY).await;
    assert_eq!(marks().await, [2, 24].into());
    story.pass(DAY * 14).await;
    assert_eq!(marks().await, [].into(), "nobody saw them since");
}

#[tokio::test]
async fn nonces_go_with_their_signatures_and_days_of_personas_after_eight() {
    let story = Story::begin().await;
    let persona = PersonaKey::from_seed(&[5; 32]).persona();
    let expires = story.market.now().plus(Duration::from_secs(60));
    story.market.remember_nonce(persona, "n1", expires).await.unwrap();
    story.market.mailbox(persona, 0, Duration::ZERO).await.unwrap();
    assert!(story.market.remember_nonce(persona, "n1", expires).await.is_err());
    story.pass(Duration::from_secs(700)).await;
    let mut tx = story.store.begin().await.unwrap();
    assert_eq!(tx.retention().drop_nonces(story.market.now(), 10).await.unwrap(), 0, "the sweep took it");
    let long_ago = tacit_values::Timestamp::EPOCH_1970;
    assert_eq!(tx.mail().live(long_ago).await.unwrap().total(), 1);
    drop(tx);
    story.pass(DAY * 7).await;
    assert_eq!(story.store.read().await.unwrap().mail().live(long_ago).await.unwrap().total(), 1);
    story.pass(DAY * 2).await;
    assert_eq!(story.store.read().await.unwrap().mail().live(long_ago).await.unwrap().total(), 0);
}
