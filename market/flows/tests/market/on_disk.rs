//! The same stories over a real database: what one process wrote, the next one reads.

use crate::people::{Buyer, Purse, Seller};
use crate::story::{EPOCH, Story, tusd};
use std::path::Path;
use std::sync::Arc;
use tacit_ports::market::MarketStore;
use tacit_store::{DatabasePlace, MarketDb};
use tacit_values::Digest;

async fn records(folder: &Path) -> Arc<MarketDb> {
    Arc::new(MarketDb::open(&DatabasePlace::File(folder.join("market.db"))).await.unwrap())
}

#[tokio::test]
async fn a_sale_and_a_payment_on_disk_survive_the_process_at_every_step() {
    let folder = tempfile::tempdir().unwrap();
    let first = records(folder.path()).await;
    let mut story = Story::over(Arc::clone(&first) as Arc<dyn MarketStore>).await;
    let seller = Seller::with_rows(1, 1_200);
    let listing = seller.sell(&story).await;
    let buyer = Buyer::new(1);
    let request = buyer.request(&story, &listing);
    story.market.place_order(buyer.persona(), request.clone()).await.unwrap();
    story.restart().await;
    let answer = seller.accept(&story, &request);
    story.market.accept_order(seller.persona(), buyer.order, answer, Digest::of(b"receipt")).await.unwrap();
    story.restart().await;

    let mut giver = Purse::with(&story, 7, "100").await;
    let to = giver.address(3);
    let taken = giver.pay(&story, to, "20").await;
    story.next_epoch().await;
    assert_eq!(story.market.epoch(None, taken.epoch).await.unwrap().leaf.tree_size, 4);

    let (statement, header) = seller.deliver(&buyer);
    story.market.state_delivery(seller.persona(), buyer.order, statement, &header).await.unwrap();
    story.restart().await;
    story.market.close_order(buyer.persona(), buyer.order).await.unwrap();
    story.restart().await;
    story.next_epoch().await;
    let evidence = story.market.order(buyer.persona(), buyer.order).await.unwrap().evidence.unwrap();
    story.restart().await;
    assert_eq!(
        story.market.close_order(seller.persona(), buyer.order).await.unwrap().evidence.unwrap(),
        evidence
    );
    assert_eq!(story.replay().await.balance, tusd("100"));
    story.check_epochs_are_logged().await;
}

#[tokio::test]
async fn a_night_of_missed_epochs_on_disk_closes_within_seconds() {
    let folder = tempfile::tempdir().unwrap();
    let mut story = Story::over(records(folder.path()).await as Arc<dyn MarketStore>).await;
    story.clock.pass(EPOCH * 3_000);
    story.restart().await;
    assert_eq!(story.check_epochs_are_logged().await, 3_001);
}
