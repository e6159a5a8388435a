//! What every store of a market must hold. Each case uses ids of its own, so all may run on one fresh store.

#![expect(clippy::unwrap_used, reason = "a suite is test code: a fault of the store fails the case")]

mod catalogue;
mod figures;
mod ledger;
mod log;
mod mail;
mod orders;
mod transactions;
mod work;

use crate::market::{MarketStore, MarketTx};
use tacit_values::{Digest, ListingId, OrderId, Persona, PersonaKey, Timestamp, UploadId};

/// Runs every case on a fresh store.
pub async fn whole_suite(store: &dyn MarketStore) {
    transactions::suite(store).await;
    catalogue::suite(store).await;
    figures::suite(store).await;
    orders::suite(store).await;
    mail::suite(store).await;
    ledger::suite(store).await;
    log::suite(store).await;
    work::suite(store).await;
}

async fn begin(store: &dyn MarketStore) -> Box<dyn MarketTx> {
    store.begin().await.unwrap()
}

fn persona(n: u8) -> Persona {
    PersonaKey::from_seed(&[n; 32]).persona()
}

fn digest(text: &str) -> Digest {
    Digest::of(text.as_bytes())
}

fn bytes32(text: &str) -> [u8; 32] {
    *digest(text).bytes()
}

fn sixteen(text: &str) -> [u8; 16] {
    *digest(text).bytes().first_chunk().unwrap()
}

fn listing_id(text: &str) -> ListingId {
    ListingId::from_bytes(sixteen(text))
}

fn order_id(text: &str) -> OrderId {
    OrderId::from_bytes(sixteen(text))
}

fn upload_id(text: &str) -> UploadId {
    UploadId::from_bytes(sixteen(text))
}

/// A moment of the story: noon of 20 November 2026 and some seconds.
fn at(seconds: u64) -> Timestamp {
    Timestamp::from_secs(1_795_176_000 + seconds)
}
