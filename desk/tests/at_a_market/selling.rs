//! Selling that is cut off: what goes on, what is sealed anew, and what is never signed twice.

use crate::fair::{Fair, Said, file_of, order_of, sell};
use crate::making::{Paper, typed};
use crate::street::{Someone, Street};
use serde_json::{Value, json};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tacit_catalogue::Revision;
use tacit_desk::OpenDesk;
use tacit_desk::cabinet::Drawer;
use tacit_desk::commands::verify;
use tacit_desk::keyring::passphrase::Passphrases;
use tacit_desk::story::sell::SellOrder;
use tacit_values::ListingId;

const GOODS: Drawer = Drawer("goods");

async fn shop() -> (Street, Someone, Arc<OpenDesk>) {
    let street = Street::open().await;
    street.tick().await;
    let someone = Someone::new(2);
    let seller = someone.honest(&street).await;
    seller.mirror().follow().await.unwrap();
    (street, someone, seller)
}

/// Begins to sell and is killed while it waits for the beacon: no time passes, so no epoch closes.
async fn cut_off(seller: &Arc<OpenDesk>, file: &Path, order: &SellOrder) -> ListingId {
    let (desk, path, order) = (seller.clone(), file.to_owned(), order.clone());
    let (waits, waiting) = tokio::sync::oneshot::channel();
    let waits = std::sync::Mutex::new(Some(waits));
    let selling = tokio::spawn(async move {
        let tell = |sentence: &str| {
            if sentence.starts_with("waiting for the beacon") {
                waits.lock().unwrap().take().unwrap().send(()).unwrap();
            }
        };
        desk.sell(&path, &order, &tell, &|_, _, _| {}).await.map(drop)
    });
    waiting.await.unwrap();
    selling.abort();
    assert!(selling.await.unwrap_err().is_cancelled());
    seller.all_goods().await.unwrap().iter().find(|goods| goods.published.is_none()).unwrap().listing
}

#[tokio::test]
async fn a_column_that_is_to_stay_closed_stays_so_when_the_first_try_forgot_it() {
    let (street, _someone, seller) = shop().await;
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("delays.csv");
    std::fs::write(&file, file_of(200)).unwrap();
    let begun = cut_off(&seller, &file, &order_of(&[])).await;
    let said = Arc::new(Said::default());
    let sold = sell(&street, &seller, &file, &order_of(&["email"]), &said).await.unwrap();
    assert!(said.has("sealed anew"), "{:?}", said.all());
    assert_ne!(sold.listing.listing.id, begun);
    let closed: Vec<_> = sold.manifest.schema.iter().map(|column| column.redacted).collect();
    assert_eq!(closed, [false, true]);
    assert_eq!(seller.all_goods().await.unwrap().len(), 1, "what was begun with it open is forgotten");
}

#[tokio::test]
async fn the_same_command_goes_on_and_another_content_of_the_file_does_not() {
    let (street, _someone, seller) = shop().await;
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("delays.csv");
    std::fs::write(&file, file_of(200)).unwrap();
    let begun = cut_off(&seller, &file, &order_of(&[])).await;
    std::fs::write(&file, file_of(200).replace("7@example", "8@example")).unwrap();
    let again = cut_off(&seller, &file, &order_of(&[])).await;
    assert_ne!(begun, again, "the same length, other bytes");
    let said = Arc::new(Said::default());
    let sold = sell(&street, &seller, &file, &order_of(&[]), &said).await.unwrap();
    assert!(said.has("going on with") && !said.has("sealed anew"), "{:?}", said.all());
    assert_eq!(sold.listing.listing.id, again);
}

#[tokio::test]
async fn what_a_sealing_left_behind_is_tidied_and_the_work_is_told_in_bytes() {
    let (street, _someone, seller) = shop().await;
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("delays.csv");
    std::fs::write(&file, file_of(200)).unwrap();
    let work = seller.folder().work();
    let nobodys = ListingId::random(&mut seller.rng());
    for ending in ["body", "blocks", "sealing"] {
        std::fs::write(work.join(format!("{nobodys}.{ending}")), b"left").unwrap();
    }
    std::fs::write(work.join("ord_x.age-body"), b"bought").unwrap();
    let said = Arc::new(Said::default());
    sell(&street, &seller, &file, &order_of(&[]), &said).await.unwrap();
    assert!(said.has("sealing") && said.has("uploading"), "{:?}", said.all());
    let left: Vec<_> = std::fs::read_dir(&work).unwrap().map(|file| file.unwrap().file_name()).collect();
    assert_eq!(left, ["ord_x.age-body"]);
}

#[tokio::test]
async fn later_versions_are_not_sold_as_long_as_nothing_delivers_them() {
    let (street, _someone, seller) = shop().await;
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("delays.csv");
    std::fs::write(&file, file_of(200)).unwrap();
    let mut order = order_of(&[]);
    order.draft.updates = "ever".to_owned();
    let refused = sell(&street, &seller, &file, &order, &Arc::default()).await.unwrap_err();
    assert_eq!(refused.code, "not-built");
    assert!(seller.all_goods().await.unwrap().is_empty());
}

async fn record(desk: &OpenDesk, listing: &ListingId) -> Value {
    desk.cabinet().get::<Value>(GOODS, &listing.to_string()).await.unwrap().unwrap().value
}

#[tokio::test]
async fn a_first_version_whose_answer_was_lost_goes_out_again_as_it_was_signed() {
    let (street, _someone, seller) = shop().await;
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("delays.csv");
    std::fs::write(&file, file_of(200)).unwrap();
    cut_off(&seller, &file, &order_of(&[])).await;
    let (work, aside) = (seller.folder().work(), place.path().join("aside"));
    std::fs::create_dir(&aside).unwrap();
    let copy = |from: &Path, to: &Path| {
        for file in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
            std::fs::copy(file.path(), to.join(file.file_name())).unwrap();
        }
    };
    copy(&work, &aside);
    let sold = sell(&street, &seller, &file, &order_of(&[]), &Arc::default()).await.unwrap().listing;
    // As a crash right after the market had taken it leaves it.
    let mut goods = record(&seller, &sold.listing.id).await;
    goods["pending"] = std::mem::replace(&mut goods["published"], Value::Null);
    seller.cabinet().put(GOODS, &sold.listing.id.to_string(), &goods).await.unwrap();
    copy(&aside, &work);
    street.clock.pass(Duration::from_secs(30));
    let again = sell(&street, &seller, &file, &order_of(&[]), &Arc::default()).await.unwrap().listing;
    assert_eq!(again, sold, "the very bytes, with the time and the signature of the first try");
    assert_eq!(record(&seller, &sold.listing.id).await["pending"], Value::Null);
}

#[tokio::test]
async fn a_changed_price_that_the_market_perhaps_has_is_not_signed_a_second_time() {
    let mut fair = Fair::open().await;
    let price = |amount: &str| Revision {
        price: Some(tacit_catalogue::Price::new(crate::street::money(amount)).unwrap()),
        ..Revision::default()
    };
    fair.street.close().await;
    let refused = fair.seller.revise_listing(&fair.listing, price("21")).await.unwrap_err();
    assert_eq!(refused.code, "market-unreachable");
    let pending = record(&fair.seller, &fair.listing).await["pending"].clone();
    assert_eq!(pending["listing"]["version"], json!(2), "recorded before it was sent");
    fair.street.reopen().await;
    fair.street.clock.pass(Duration::from_secs(5));
    let seller = fair.seller.clone();
    let listing = fair.listing;
    let again = tokio::spawn(async move { seller.revise_listing(&listing, price("21")).await.unwrap() });
    let again = fair.street.until(again).await;
    assert_eq!(serde_json::to_value(&again).unwrap(), pending);
    let seller = fair.seller.clone();
    let paused = tokio::spawn(async move { seller.pause_listing(&listing).await.unwrap() });
    assert_eq!(fair.street.until(paused).await.listing.version, 3);
}

#[tokio::test]
async fn a_verified_sample_repeats_no_number_that_nobody_signed() {
    let fair = Fair::open().await;
    let manifest = fair.seller.goods(&fair.listing).await.unwrap().unwrap().manifest.manifest.digest();
    let market = fair.buyer.market().singly().unwrap();
    let mut view = serde_json::to_value(market.manifest(manifest).await.unwrap()).unwrap();
    view["earlier"] = json!(9);
    let sample = serde_json::to_vec(&market.sample(fair.listing).await.unwrap()).unwrap();
    let (one, two) = (fair.place.path().join("sample.json"), fair.place.path().join("manifest.json"));
    std::fs::write(&one, sample).unwrap();
    std::fs::write(&two, serde_json::to_vec(&view).unwrap()).unwrap();
    let args = typed(&[one.to_str().unwrap(), two.to_str().unwrap()]);
    let (paper, nobody) = (Paper::default(), Passphrases::default());
    fair.buyer.settings().write(fair.buyer.folder()).unwrap();
    let engines = fair.someone.engines(&fair.street);
    verify::run(fair.buyer.folder(), &nobody, engines, &args, &mut paper.output()).await.unwrap();
    let found = paper.document()["documents"][0].clone();
    assert_eq!(found["kind"], "sample");
    assert!(!found["quality"].as_str().unwrap().contains("logged 9"), "{found}");
    assert!(found["not_checked"][0].as_str().unwrap().contains("tacit sample"), "{found}");
}
