//! Buying when letters are late, broken or false, when a desk is only left running, and when it comes back from a backup.

use crate::fair::{Fair, Said};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;
use tacit_desk::OpenDesk;
use tacit_desk::cabinet::Drawer;
use tacit_desk::mailroom::outgoing::OutgoingLetter;
use tacit_desk::mailroom::own_state::FoundOrder;
use tacit_desk::story::purchase::Driven;
use tacit_evidence::log::LogSize;
use tacit_relay::{Kind, Letter, seal_letter};
use tacit_trade::{ACCEPT_WITHIN, Purchase};
use tacit_values::OrderId;

const PURCHASES: Drawer = Drawer("purchases");

/// A letter of the seller that is not what it says.
async fn junk(fair: &Fair, order: OrderId, kind: Kind) {
    let key = fair.seller.keyring().seller();
    let to = fair.buyer.keyring().order_persona(order).persona();
    let mail = fair.buyer.keyring().mail_key(&to).recipient();
    let letter =
        OutgoingLetter { from: &key, to, mail, order, kind, reply_to: None, body: json!({"no": "such"}) };
    fair.seller.mailroom().post("junk", letter).await.unwrap();
    fair.street.tick().await;
}

#[tokio::test]
async fn a_desk_that_is_left_running_goes_on_with_a_purchase_to_its_end() {
    let fair = Fair::open().await;
    let order = fair.order().await;
    let said = Arc::new(Said::default());
    assert!(matches!(fair.buyer_works(&order, &Said::default()).await, Ok(Driven::Waits(..))));
    for _ in 0..30 {
        fair.seller_works().await;
        fair.round(&fair.buyer, &said).await;
        if fair.state(&order).await == "closed" {
            break;
        }
    }
    assert_eq!(fair.state(&order).await, "closed", "{:?}", said.all());
    assert_eq!(std::fs::read_to_string(fair.opened()).unwrap(), crate::fair::file_of(200));
    let named = |said: &String| said.starts_with(&order.to_string());
    assert!(said.all().iter().all(named) && said.has("paid"), "{:?}", said.all());
}

#[tokio::test]
async fn an_acceptance_that_is_heard_too_late_ends_the_order_instead_of_keeping_it_for_ever() {
    let fair = Fair::open().await;
    let order = fair.order().await;
    assert!(fair.buyer_works(&order, &Said::default()).await.is_ok());
    fair.seller_works().await;
    fair.street.clock.pass(Duration::from_secs(300));
    fair.street.market.close_epochs().await.unwrap();
    let over = fair.buyer_works(&order, &Said::default()).await.unwrap_err();
    assert_eq!((over.code.as_ref(), fair.state(&order).await), ("expired", "expired"));
    assert!(over.sentence.contains("not paid in time"), "{over}");
}

#[tokio::test]
async fn an_answer_that_is_none_is_put_aside_and_said_and_the_order_still_lapses() {
    let fair = Fair::open().await;
    let order = fair.order().await;
    let said = Said::default();
    junk(&fair, order, Kind::Accepted).await;
    assert!(matches!(fair.buyer_works(&order, &said).await, Ok(Driven::Waits(..))));
    assert!(said.has("put aside"), "{:?}", said.all());
    fair.street.clock.pass(ACCEPT_WITHIN + Duration::from_secs(60));
    let over = fair.buyer.drive(&order, Duration::ZERO, &|_| {}).await.unwrap_err();
    assert!(over.sentence.contains("did not answer in time"), "{over}");
}

/// Buyer and seller work in turns until the buyer's order has this state.
async fn until_state(fair: &Fair, order: &OrderId, state: &str) {
    for _ in 0..20 {
        drop(fair.buyer_works(order, &Said::default()).await);
        if fair.state(order).await == state {
            return;
        }
        fair.seller_works().await;
    }
    panic!("the order is {}, not {state}", fair.state(order).await);
}

#[tokio::test]
async fn a_delivery_that_cannot_be_read_does_not_hide_the_good_one() {
    let fair = Fair::open().await;
    let order = fair.order().await;
    until_state(&fair, &order, "paid").await;
    junk(&fair, order, Kind::Delivery).await;
    until_state(&fair, &order, "closed").await;
}

#[tokio::test]
async fn the_market_is_asked_for_a_delivery_ever_more_rarely_unless_a_person_waits_for_that_order() {
    let fair = Fair::open().await;
    let order = fair.order().await;
    until_state(&fair, &order, "paid").await;
    let drive = || fair.buyer.drive(&order, Duration::ZERO, &|_| {});
    let tick = Duration::from_millis(fair.buyer.mirror().meet().await.unwrap().relay.tick_length_ms);
    // Questions that bring nothing, until the longest wait between two.
    for _ in 0..9 {
        fair.street.clock.pass(Duration::from_secs(1000));
        drop(drive().await);
    }
    fair.street.clock.pass(6 * tick);
    for _ in 0..6 {
        fair.seller_works().await;
    }
    let delivered = fair.seller.sale(&order).await.unwrap().unwrap();
    assert_eq!(delivered.sale.state(), "delivered");
    // The letter is not fetched: only the market could say.
    drop(drive().await);
    assert_eq!(fair.state(&order).await, "paid", "no desk asks for all of its orders in every round");
    fair.street.clock.pass(Duration::from_secs(1000));
    drop(drive().await);
    assert_ne!(fair.state(&order).await, "paid", "it asks after a while");
}

#[tokio::test]
async fn the_market_is_asked_soon_for_a_letter_that_is_late_for_the_first_time() {
    let fair = Fair::open().await;
    let order = fair.order().await;
    until_state(&fair, &order, "paid").await;
    for _ in 0..6 {
        fair.seller_works().await;
    }
    let tick = Duration::from_millis(fair.buyer.mirror().meet().await.unwrap().relay.tick_length_ms);
    fair.street.clock.pass(6 * tick);
    drop(fair.buyer.drive(&order, Duration::ZERO, &|_| {}).await);
    assert_ne!(fair.state(&order).await, "paid", "six ticks are late for any letter");
}

#[tokio::test]
async fn an_order_letter_for_which_nothing_stands_at_the_market_gets_no_signature_and_is_dropped() {
    let fair = Fair::open().await;
    let placed = fair.order().await;
    let Purchase::Requested { request, .. } = fair.kept(&placed).await.purchase else { panic!() };
    let order = fair.buyer.keyring().order_id(77);
    let key = fair.buyer.keyring().order_persona(order);
    let mut request = *request;
    (request.order, request.buyer) = (order, key.persona());
    let to = fair.seller.keyring().seller().persona();
    let mail = fair.seller.keyring().mail_key(&to).recipient();
    let body = serde_json::to_value(&request).unwrap();
    let letter = OutgoingLetter { from: &key, to, mail, order, kind: Kind::Order, reply_to: None, body };
    fair.buyer.mailroom().post("order", letter).await.unwrap();
    for _ in 0..3 {
        fair.seller_works().await;
        assert_eq!(fair.seller.sale(&order).await.unwrap().unwrap().sale.state(), "received");
    }
    fair.street.clock.pass(2 * ACCEPT_WITHIN);
    fair.seller.fulfil_round(Duration::ZERO, &|_| {}).await.unwrap();
    assert!(fair.seller.sale(&order).await.unwrap().is_none());
    assert!(fair.seller.mailroom().waiting(&order).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_letter_from_another_history_is_not_stored_before_it_was_compared() {
    let fair = Fair::open().await;
    let order = fair.order().await;
    fair.buyer.mirror().follow().await.unwrap();
    let size = fair.buyer.mirror().checkpoint().await.unwrap().unwrap().size();
    let key = fair.seller.keyring().seller();
    let to = fair.buyer.keyring().order_persona(order).persona();
    let letter = Letter {
        v: 1,
        from: key.persona(),
        to,
        kind: Kind::Delivery,
        order,
        seq: 5,
        reply_to: None,
        checkpoint: Some(fair.street.another_history(LogSize(size.0))),
        body: json!({}),
    };
    let sealed = seal_letter(letter, &key, &fair.buyer.keyring().mail_key(&to).recipient()).unwrap();
    fair.seller.market().singly().unwrap().post_letter(to, sealed.into()).await.unwrap();
    fair.street.tick().await;
    for _ in 0..2 {
        let refused = fair.buyer.mailroom().fetch().await.unwrap_err();
        assert_eq!(refused.code, "forked-log", "it comes again until the comparison was told");
    }
    assert!(fair.buyer.mailroom().waiting(&order).await.unwrap().is_empty());
}

async fn put_record(desk: &OpenDesk, order: &OrderId, record: &Value) {
    desk.cabinet().put(PURCHASES, &order.to_string(), record).await.unwrap();
}

#[tokio::test]
async fn of_a_backup_and_the_copy_at_the_market_the_newer_counts() {
    let fair = Fair::open().await;
    let order = fair.order().await;
    let older = serde_json::to_value(fair.kept(&order).await).unwrap();
    until_state(&fair, &order, "paid").await;
    let newer = serde_json::to_value(fair.kept(&order).await).unwrap();
    put_record(&fair.buyer, &order, &older).await;
    let found = |state: &Value| FoundOrder { number: 0, order, state: state.clone() };
    fair.buyer.take_up_order(&found(&newer)).await.unwrap();
    assert_eq!(fair.state(&order).await, "paid");
    fair.buyer.take_up_order(&found(&older)).await.unwrap();
    assert_eq!(fair.state(&order).await, "paid", "what is known and newer stays");
}

#[tokio::test]
async fn two_desks_with_the_same_words_pay_one_order_once() {
    let fair = Fair::open().await;
    let order = fair.order().await;
    let requested = fair.kept(&order).await;
    until_state(&fair, &order, "paid").await;
    let Purchase::Paid { deal, payment } = fair.kept(&order).await.purchase else { panic!() };
    let (bundles, twin) = (fair.bundles().await, fair.someone.again());
    let other = twin.honest(&fair.street).await;
    other.mirror().follow_catalogue().await.unwrap();
    // A later attempt than the one that was paid, as a desk has it whose own bundle lost a race.
    let agreed = serde_json::to_value(Purchase::Agreed { deal }).unwrap();
    let mut record = serde_json::to_value(&requested).unwrap();
    (record["purchase"], record["attempt"]) = (agreed, json!(1));
    record["out"] = json!(fair.place.path().join("other.csv"));
    put_record(&other, &order, &record).await;
    let (desk, drive) = (other.clone(), order);
    let driven = tokio::spawn(async move { desk.drive(&drive, Duration::ZERO, &|_| {}).await });
    drop(fair.street.until(driven).await);
    let found = other.purchase(&order).await.unwrap().unwrap();
    assert_eq!(found.purchase.payment(), Some(&payment));
    assert_eq!(fair.bundles().await, bundles, "nothing was paid again");
}

#[tokio::test]
async fn a_number_that_the_words_used_before_is_passed_over_and_its_copy_at_the_market_stays() {
    let fair = Fair::open().await;
    let first = fair.order().await;
    let price = Some(tacit_catalogue::Price::new(crate::street::money("21")).unwrap());
    let (seller, listing) = (fair.seller.clone(), fair.listing);
    let dearer = tacit_catalogue::Revision { price, ..Default::default() };
    let revised = tokio::spawn(async move { seller.revise_listing(&listing, dearer).await.unwrap() });
    fair.street.until(revised).await;
    let twin = fair.someone.again();
    let restored = twin.honest(&fair.street).await;
    restored.mirror().follow().await.unwrap();
    let second = restored.place_order(&fair.listing, None, None).await.unwrap();
    assert_eq!(second, restored.keyring().order_id(1));
    assert_eq!(restored.purchases().await.unwrap().len(), 1);
    let found = restored.mailroom().find_own_orders(0, &|_| {}).await.unwrap();
    assert_eq!(found[0].state, serde_json::to_value(fair.kept(&first).await).unwrap());
    assert_eq!((found[0].order, found[1].order), (first, second));
}

#[tokio::test]
async fn a_backup_is_spoken_of_once_before_the_first_order() {
    let fair = Fair::open().await;
    assert!(fair.buyer.offers_backup().await.unwrap());
    assert!(!fair.buyer.offers_backup().await.unwrap());
    fair.seller.back_up(&fair.place.path().join("backup.age")).await.unwrap();
    assert!(!fair.seller.offers_backup().await.unwrap());
}

/// A fair at which the buyer's order was closed.
async fn bought() -> (Fair, OrderId) {
    let fair = Fair::open().await;
    let order = fair.order().await;
    until_state(&fair, &order, "closed").await;
    (fair, order)
}

async fn drives_at_once(desk: &OpenDesk, order: &OrderId) -> std::path::PathBuf {
    match desk.drive(order, Duration::ZERO, &|_| {}).await {
        Ok(Driven::Done(kept)) => kept.out.clone(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_bought_file_that_was_deleted_is_opened_again_for_nothing_with_its_body_and_without() {
    let (fair, order) = bought().await;
    for body_too in [false, true] {
        std::fs::remove_file(fair.opened()).unwrap();
        if body_too {
            std::fs::remove_file(fair.buyer.body_file(&order)).unwrap();
        }
        assert_eq!(drives_at_once(&fair.buyer, &order).await, fair.opened());
        assert_eq!(std::fs::read_to_string(fair.opened()).unwrap(), crate::fair::file_of(200));
    }
    assert_eq!(fair.buyer.purchases().await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_closed_order_is_opened_at_another_place_too_and_the_first_file_stays() {
    let (fair, order) = bought().await;
    let other = fair.place.path().join("a-copy.csv");
    fair.buyer.move_order_to(&order, other.clone()).await.unwrap();
    assert_eq!(drives_at_once(&fair.buyer, &order).await, other);
    assert_eq!(std::fs::read(&other).unwrap(), std::fs::read(fair.opened()).unwrap());
    let taken = fair.buyer.move_order_to(&order, fair.opened()).await.unwrap_err();
    assert_eq!(taken.code, "file-exists");
}

#[tokio::test]
async fn nobody_buys_from_themselves() {
    let fair = Fair::open().await;
    let refused = fair.seller.place_order(&fair.listing, None, None).await.unwrap_err();
    assert_eq!(refused.code, "own-listing");
    assert!(fair.seller.purchases().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_place_for_the_file_means_the_same_in_every_folder() {
    let fair = Fair::open().await;
    let order =
        fair.buyer.place_order(&fair.listing, None, Some("opened-from-here.csv".into())).await.unwrap();
    let kept = fair.buyer.purchase(&order).await.unwrap().unwrap();
    assert_eq!(kept.out, std::env::current_dir().unwrap().join("opened-from-here.csv"));
}

#[tokio::test]
async fn a_terminal_that_only_waits_for_a_letter_lets_go_of_an_order_that_is_cancelled_elsewhere() {
    let fair = Fair::open().await;
    let order = fair.order().await;
    let waits = {
        let buyer = fair.buyer.clone();
        tokio::spawn(async move { buyer.drive(&order, Duration::from_secs(3_000), &|_| {}).await })
    };
    // It is asked for while the other holds it: whichever is first, the order ends as cancelled.
    let cancels = {
        let buyer = fair.buyer.clone();
        tokio::spawn(async move { buyer.cancel_order(&order).await })
    };
    fair.street.until(cancels).await.unwrap();
    let waited = fair.street.until(waits).await;
    assert!(!matches!(waited, Ok(Driven::Done(_))), "{waited:?}");
    assert_eq!(fair.state(&order).await, "expired");
}
