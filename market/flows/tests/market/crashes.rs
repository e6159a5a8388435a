//! The process dies at every commit in turn; a new one over the same records finishes the story.

use crate::failing::{Crash, Failing};
use crate::people::Purse;
use crate::story::{EPOCH, Story, tusd};
use std::sync::Arc;
use std::sync::atomic::AtomicI64;
use tacit_flows::{BundleNotTaken, MarketSettings};
use tacit_ports::market::MarketStore;
use tacit_ports::market::testing::MemoryMarket;

fn failing(inner: &Arc<dyn MarketStore>, crash: Crash, left: i64) -> Arc<dyn MarketStore> {
    Arc::new(Failing { inner: Arc::clone(inner), crash, left: Arc::new(AtomicI64::new(left)) })
}

#[tokio::test]
async fn a_market_that_died_while_it_was_founded_is_founded_once() {
    for crash in [Crash::BeforeCommit, Crash::AfterCommit] {
        for left in 0..3 {
            let records: Arc<dyn MarketStore> = Arc::new(MemoryMarket::new());
            let settings = MarketSettings::usual(crate::story::origin());
            let first = Story::with(failing(&records, crash, left), settings).await;
            let survived = first.is_ok();
            let story = Story::over(records).await;
            story.next_epoch().await;
            assert_eq!(story.market.pools().len(), 1, "{crash:?} {left}");
            story.check_epochs_are_logged().await;
            assert!(survived || left < 2, "founding takes two commits");
        }
    }
}

#[tokio::test]
async fn a_restart_between_any_two_steps_of_closing_epochs_finishes() {
    for crash in [Crash::BeforeCommit, Crash::AfterCommit] {
        for left in 0..4 {
            let records: Arc<dyn MarketStore> = Arc::new(MemoryMarket::new());
            let mut story = Story::over(Arc::clone(&records)).await;
            let mut giver = Purse::with(&story, 1, "100").await;
            let to = giver.address(8);
            giver.pay(&story, to, "30").await;
            story.clock.pass(EPOCH * 2_500);
            // One commit opens the market, two steps close 2,500 epochs; the process dies in one of them, or after them.
            let died = story.restart_over(failing(&records, crash, left)).await.is_err();
            assert_eq!(died, left < 3, "{crash:?} {left}");
            story.restart_over(Arc::clone(&records)).await.unwrap();
            assert_eq!(story.check_epochs_are_logged().await as u64, 2_502);
            assert_eq!(story.replay().await.balance, tusd("100"));
            giver.sync(&story).await;
            assert_eq!(giver.free(), tusd("100"));
        }
    }
}

#[tokio::test]
async fn a_payment_without_an_answer_is_answered_when_it_is_sent_again() {
    for crash in [Crash::BeforeCommit, Crash::AfterCommit] {
        let records: Arc<dyn MarketStore> = Arc::new(MemoryMarket::new());
        let mut story = Story::over(Arc::clone(&records)).await;
        let mut giver = Purse::with(&story, 1, "100").await;
        let to = giver.address(8);
        let bundle = giver.bundle(&story, to, "30");
        story.restart_over(failing(&records, crash, 1)).await.unwrap();
        let doubt = story.market.submit_bundle(bundle.bytes()).await.unwrap_err();
        assert!(matches!(doubt, BundleNotTaken::InDoubt), "{crash:?}: {doubt}");
        story.restart_over(Arc::clone(&records)).await.unwrap();
        let taken = story.market.submit_bundle(bundle.bytes()).await.unwrap();
        assert_eq!(taken, story.market.submit_bundle(bundle.bytes()).await.unwrap());
        story.next_epoch().await;
        assert_eq!(story.replay().await.bundles, 2);
    }
}

#[tokio::test]
async fn a_market_with_another_address_key_or_epoch_does_not_start_over_foreign_records() {
    let records: Arc<dyn MarketStore> = Arc::new(MemoryMarket::new());
    drop(Story::over(Arc::clone(&records)).await);
    let usual = MarketSettings::usual(crate::story::origin());
    let elsewhere = MarketSettings { origin: "https://other.example".parse().unwrap(), ..usual.clone() };
    let faster = MarketSettings { epoch_length: std::time::Duration::from_secs(1), ..usual };
    for settings in [elsewhere, faster] {
        let refused = Story::with(Arc::clone(&records), settings).await.err().unwrap();
        assert!(refused.to_string().contains("was founded with another"), "{refused}");
    }
}
