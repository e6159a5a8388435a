//! A buyer's machine is lost after the payment landed. The words bring the order back: the payment is found on the ledger,
//! the seller hears of it, the file and the receipt arrive, and nothing is paid a second time.

use crate::making::make;
use crate::street::{Someone, Street, money};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tacit_catalogue::Draft;
use tacit_desk::OpenDesk;
use tacit_desk::story::purchase::{Driven, PurchaseKept};
use tacit_desk::story::sell::SellOrder;
use tacit_settlement::EpochFile;
use tacit_trade::Purchase;
use tacit_values::{Currency, Epoch, ListingId, OrderId};

/// When the machine is lost.
#[derive(Clone, Copy, PartialEq)]
enum Lost {
    /// The bundle went out and the last copy at the market does not know it yet.
    BeforeItsCopy,
    /// The payment stands on the ledger and the seller was not told.
    BeforeTheLetter,
    /// The seller was told.
    AfterTheLetter,
}

fn goods() -> String {
    let rows = (1..=200).map(|row| format!("{row},{}\n", row * 7));
    std::iter::once("stop,delay\n".to_owned()).chain(rows).collect()
}

async fn sell(street: &Street, seller: &Arc<OpenDesk>, file: &Path) -> ListingId {
    std::fs::write(file, goods()).unwrap();
    let text = |text: &str| text.to_owned();
    let draft = Draft {
        title: text("Delays by stop"),
        category: text("transport"),
        licence: text("CC-BY-4.0"),
        price: text("20"),
        ..Draft::default()
    };
    let (desk, file) = (seller.clone(), file.to_owned());
    let order = SellOrder { draft, ..SellOrder::default() };
    let sold = tokio::spawn(async move { desk.sell(&file, &order, &|_| {}, &|_, _, _| {}).await.unwrap() });
    street.until(sold).await.listing.listing.id
}

/// The seller's desk looks into its mailbox once, and the tick is over.
async fn seller_works(street: &Street, seller: &Arc<OpenDesk>) {
    let desk = seller.clone();
    let round = tokio::spawn(async move { desk.fulfil_round(Duration::ZERO, &|_| {}).await.unwrap() });
    street.until(round).await;
}

/// The buyer's desk does what it can do before time passes, and stops there.
async fn buyer_works(street: &Street, buyer: &OpenDesk, order: OrderId) {
    buyer.mailroom().fetch().await.unwrap();
    let driven = buyer.drive(&order, Duration::ZERO, &|_| {}).await.unwrap();
    assert!(matches!(driven, Driven::Waits(..)), "{driven:?}");
    street.tick().await;
}

async fn state(buyer: &OpenDesk, order: OrderId) -> PurchaseKept {
    buyer.purchase(&order).await.unwrap().unwrap()
}

async fn bundles(street: &Street, desk: &OpenDesk) -> usize {
    desk.mirror().follow().await.unwrap();
    let files = desk.mirror().epoch_files(&street.pool(), Epoch::GENESIS, 10_000).await.unwrap();
    let entries = |bytes: &[u8]| EpochFile::decode(bytes).unwrap().entries.len();
    files.iter().map(|closed| entries(closed.file.as_deref().unwrap())).sum()
}

async fn lost_and_restored(lost: Lost) {
    let street = Street::open().await;
    street.tick().await;
    let place = tempfile::tempdir().unwrap();
    let someone = Someone::new(2);
    let seller = someone.honest(&street).await;
    seller.mirror().follow().await.unwrap();
    let listing = sell(&street, &seller, &place.path().join("delays.csv")).await;

    let (buyer, told) = make(&street, &place.path().join("lost"), &["--no-passphrase"], "").await.unwrap();
    let words = told["words"].as_str().unwrap().to_owned();
    let buyer = Arc::new(buyer);
    buyer.mirror().follow().await.unwrap();
    street.mint(buyer.wallet().fresh_address(Currency::TestUsd).await.unwrap(), "100").await;
    let elsewhere = place.path().join("lost/somewhere/delays.csv");
    let order = buyer.place_order(&listing, None, Some(elsewhere)).await.unwrap();
    buyer_works(&street, &buyer, order).await;
    seller_works(&street, &seller).await;
    buyer_works(&street, &buyer, order).await;
    let paying = state(&buyer, order).await;
    let Purchase::PaymentInDoubt { deal, r, .. } = &paying.purchase else {
        panic!("{}", paying.purchase.state())
    };
    assert_eq!(bundles(&street, &buyer).await, 2, "the mint and the payment landed");
    match lost {
        Lost::BeforeItsCopy => {
            let purchase = Purchase::Paying { deal: deal.clone(), r: *r };
            let copy = PurchaseKept { purchase, revision: paying.revision - 1, ..paying };
            let copy = serde_json::to_value(&copy).unwrap();
            buyer.mailroom().keep_own_state(order, paying.revision - 1, copy).await.unwrap();
        }
        Lost::BeforeTheLetter => {}
        Lost::AfterTheLetter => {
            buyer_works(&street, &buyer, order).await;
            assert!(matches!(state(&buyer, order).await.purchase, Purchase::Paid { .. }));
        }
    }
    drop(buyer);
    std::fs::remove_dir_all(place.path().join("lost")).unwrap();

    let line = ["--no-passphrase", "--restore"];
    let (restored, _) = make(&street, &place.path().join("restored"), &line, &words).await.unwrap();
    let restored = Arc::new(restored);
    let fulfilling = seller.clone();
    let fulfilling = tokio::spawn(async move {
        loop {
            fulfilling.fulfil_round(Duration::from_millis(200), &|_| {}).await.unwrap();
        }
    });
    let desk = restored.clone();
    let driven = tokio::spawn(async move { desk.drive(&order, Duration::from_secs(100), &|_| {}).await });
    let driven = street.until(driven).await.unwrap();
    fulfilling.abort();
    let Driven::Done(kept) = driven else { panic!("{driven:?}") };
    assert!(kept.out.starts_with(place.path().join("restored")), "a place on this machine");
    assert_eq!(std::fs::read_to_string(&kept.out).unwrap(), goods());
    let receipt = restored.receipt(&kept.receipt.unwrap()).await.unwrap();
    assert!(receipt.receipt.ledger[0].opening.is_some(), "it can show what was paid");

    assert_eq!(bundles(&street, &restored).await, 2, "nothing was paid a second time");
    let views = restored.wallet().sync().await.unwrap();
    assert_eq!(views[0].balance.free, money("80"));
    assert_eq!(seller.wallet().sync().await.unwrap()[0].balance.free, money("20"));
    let (_, next) = restored.next_order().await.unwrap();
    assert_ne!(next, order, "the number of the order is used");

    // A third machine, when all is over and the second is lost: the file is opened there again, and nothing is paid.
    drop(restored);
    std::fs::remove_dir_all(place.path().join("restored")).unwrap();
    let (third, _) = make(&street, &place.path().join("third"), &line, &words).await.unwrap();
    let again = third.drive(&order, Duration::ZERO, &|_| {}).await.unwrap();
    let Driven::Done(again) = again else { panic!("{again:?}") };
    assert!(again.out.starts_with(place.path().join("third")), "{}", again.out.display());
    assert_eq!(std::fs::read_to_string(&again.out).unwrap(), goods());
    assert_eq!(bundles(&street, &third).await, 2, "nothing was paid a second time");
}

#[tokio::test]
async fn a_payment_that_the_last_copy_does_not_know_is_found_on_the_ledger() {
    lost_and_restored(Lost::BeforeItsCopy).await;
}

#[tokio::test]
async fn a_seller_who_was_not_told_of_the_payment_hears_it_from_the_restored_desk() {
    lost_and_restored(Lost::BeforeTheLetter).await;
}

#[tokio::test]
async fn a_seller_who_was_told_of_the_payment_delivers_to_the_restored_desk() {
    lost_and_restored(Lost::AfterTheLetter).await;
}
