//! A seller with a file, a buyer with money, and the steps that both take.

use crate::street::{Someone, Street};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tacit_catalogue::Draft;
use tacit_desk::story::purchase::{Driven, PurchaseKept};
use tacit_desk::story::sell::{SellOrder, Sold};
use tacit_desk::{OpenDesk, Refusal};
use tacit_settlement::EpochFile;
use tacit_values::{Currency, Epoch, ListingId, OrderId};

/// A market day with one listing at 20 tUSD, and a buyer with 100.
pub(crate) struct Fair {
    pub(crate) street: Street,
    pub(crate) place: tempfile::TempDir,
    pub(crate) seller: Arc<OpenDesk>,
    pub(crate) someone: Someone,
    pub(crate) buyer: Arc<OpenDesk>,
    pub(crate) listing: ListingId,
    _seller: Someone,
}

/// What was said while a story went on.
#[derive(Default)]
pub(crate) struct Said(Mutex<Vec<String>>);

impl Said {
    pub(crate) fn hear(&self, sentence: &str) {
        self.0.lock().unwrap().push(sentence.to_owned());
    }

    pub(crate) fn has(&self, words: &str) -> bool {
        self.0.lock().unwrap().iter().any(|said| said.contains(words))
    }

    pub(crate) fn all(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }
}

pub(crate) fn file_of(rows: u32) -> String {
    let rows = (1..=rows).map(|row| format!("{row},{}@example.org\n", row * 7));
    std::iter::once("stop,email\n".to_owned()).chain(rows).collect()
}

pub(crate) fn order_of(redact: &[&str]) -> SellOrder {
    let text = |text: &str| text.to_owned();
    let draft = Draft {
        title: text("Delays by stop"),
        category: text("transport"),
        licence: text("CC-BY-4.0"),
        price: text("20"),
        ..Draft::default()
    };
    SellOrder { draft, redact: redact.iter().map(|column| text(column)).collect(), ..SellOrder::default() }
}

/// Sells while time passes.
pub(crate) async fn sell(
    street: &Street,
    seller: &Arc<OpenDesk>,
    file: &Path,
    order: &SellOrder,
    said: &Arc<Said>,
) -> Result<Sold, Refusal> {
    let (desk, file, order, said) = (seller.clone(), file.to_owned(), order.clone(), said.clone());
    let selling = tokio::spawn(async move {
        let heard = |what: &str, _: u64, _: u64| said.hear(what);
        desk.sell(&file, &order, &|sentence| said.hear(sentence), &heard).await
    });
    street.until(selling).await
}

impl Fair {
    pub(crate) async fn open() -> Self {
        let street = Street::open().await;
        street.tick().await;
        let place = tempfile::tempdir().unwrap();
        let (someone, other) = (Someone::new(1), Someone::new(2));
        let (buyer, seller) = (someone.honest(&street).await, other.honest(&street).await);
        seller.mirror().follow().await.unwrap();
        buyer.mirror().follow().await.unwrap();
        let file = place.path().join("delays.csv");
        std::fs::write(&file, file_of(200)).unwrap();
        let sold = sell(&street, &seller, &file, &order_of(&[]), &Arc::default()).await.unwrap();
        street.mint(buyer.wallet().fresh_address(Currency::TestUsd).await.unwrap(), "100").await;
        let listing = sold.listing.listing.id;
        Self { street, place, seller, someone, buyer, listing, _seller: other }
    }

    pub(crate) fn opened(&self) -> PathBuf {
        self.place.path().join("opened.csv")
    }

    pub(crate) async fn order(&self) -> OrderId {
        self.buyer.place_order(&self.listing, None, Some(self.opened())).await.unwrap()
    }

    /// The buyer's desk reads its mail, does what it can do now, and a second passes.
    pub(crate) async fn buyer_works(&self, order: &OrderId, said: &Said) -> Result<Driven, Refusal> {
        self.buyer.mailroom().fetch().await.unwrap();
        let driven = self.buyer.drive(order, Duration::ZERO, &|sentence| said.hear(sentence)).await;
        self.street.tick().await;
        driven
    }

    /// A round of a desk that is left running.
    pub(crate) async fn round(&self, desk: &Arc<OpenDesk>, said: &Arc<Said>) {
        let (desk, said) = (desk.clone(), said.clone());
        let round = tokio::spawn(async move {
            let tell = |sentence: &str| said.hear(sentence);
            desk.fulfil_round(Duration::ZERO, &tell).await.unwrap();
            for place in desk.mailroom().unposted().await.unwrap() {
                desk.mailroom().post_again(&place).await.unwrap();
            }
            desk.mailroom().fetch().await.unwrap();
            for kept in desk.purchases().await.unwrap().iter().filter(|kept| !kept.purchase.is_over()) {
                let named = |sentence: &str| tell(&format!("{}: {sentence}", kept.order));
                if let Err(refusal) = desk.drive(&kept.order, Duration::ZERO, &named).await {
                    named(&refusal.to_string());
                }
            }
        });
        self.street.until(round).await;
    }

    pub(crate) async fn seller_works(&self) {
        self.round(&self.seller, &Arc::default()).await;
    }

    pub(crate) async fn kept(&self, order: &OrderId) -> PurchaseKept {
        self.buyer.purchase(order).await.unwrap().unwrap()
    }

    pub(crate) async fn state(&self, order: &OrderId) -> &'static str {
        self.kept(order).await.purchase.state()
    }

    /// Bundles on the ledger: the mint is one.
    pub(crate) async fn bundles(&self) -> usize {
        self.buyer.mirror().follow().await.unwrap();
        let files =
            self.buyer.mirror().epoch_files(&self.street.pool(), Epoch::GENESIS, 10_000).await.unwrap();
        let entries = |bytes: &[u8]| EpochFile::decode(bytes).unwrap().entries.len();
        files.iter().map(|closed| entries(closed.file.as_deref().unwrap())).sum()
    }
}
