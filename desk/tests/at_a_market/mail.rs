//! Letters between desks: sealed, by the bucket, each once; and a desk's letters to itself.

use crate::street::{Someone, Street};
use serde_json::json;
use std::time::Duration;
use tacit_desk::OpenDesk;
use tacit_desk::mailroom::outgoing::OutgoingLetter;
use tacit_relay::Kind;
use tacit_values::{OrderId, PersonaKey};

async fn met(someone: &Someone, street: &Street) -> std::sync::Arc<OpenDesk> {
    let desk = someone.honest(street).await;
    desk.mirror().follow().await.unwrap();
    desk
}

async fn ask(buyer: &OpenDesk, seller: &OpenDesk, order: OrderId, name: &str) {
    let key = buyer.keyring().order_persona(order);
    let to = seller.keyring().seller().persona();
    let mail = seller.keyring().mail_key(&to).recipient();
    let body = json!({"wants": name});
    let letter = OutgoingLetter { from: &key, to, mail, order, kind: Kind::Order, reply_to: None, body };
    buyer.mailroom().post(name, letter).await.unwrap();
}

#[tokio::test]
async fn a_buyers_letter_reaches_the_seller_once_and_the_answer_comes_by_the_bucket() {
    let street = Street::open().await;
    let (one, two) = (Someone::new(1), Someone::new(2));
    let (buyer, seller) = (met(&one, &street).await, met(&two, &street).await);
    let (_, order) = buyer.next_order().await.unwrap();
    buyer.mailroom().watch(order).await.unwrap();
    ask(&buyer, &seller, order, "order").await;
    ask(&buyer, &seller, order, "order").await;

    let key = seller.keyring().seller();
    assert_eq!(seller.mailroom().collect(&key, Duration::ZERO).await.unwrap(), 1);
    assert_eq!(seller.mailroom().collect(&key, Duration::ZERO).await.unwrap(), 0, "it was acknowledged");
    let asked = seller.mailroom().waiting(&order).await.unwrap();
    assert_eq!((asked.len(), asked[0].kind, asked[0].seq), (1, Kind::Order, 0));
    assert!(asked[0].checkpoint.is_some(), "letters carry the newest checkpoint");

    let to = buyer.keyring().order_persona(order).persona();
    let mail = buyer.keyring().mail_key(&to).recipient();
    let body = json!({"reason": "not_for_sale"});
    let answer = OutgoingLetter { from: &key, to, mail, order, kind: Kind::Refusal, reply_to: Some(0), body };
    seller.mailroom().post("refusal", answer).await.unwrap();
    seller.mailroom().handled(&asked[0]).await.unwrap();
    assert_eq!(seller.mailroom().waiting(&order).await.unwrap(), []);

    assert_eq!(buyer.mailroom().fetch().await.unwrap(), 0, "the tick is not over");
    street.tick().await;
    assert_eq!(buyer.mailroom().fetch().await.unwrap(), 1);
    street.tick().await;
    assert_eq!(buyer.mailroom().fetch().await.unwrap(), 0);
    assert_eq!(buyer.mailroom().waiting(&order).await.unwrap()[0].kind, Kind::Refusal);
    assert!(buyer.mailroom().unposted().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_desk_that_was_away_catches_up_by_the_hour() {
    let street = Street::open().await;
    let (one, two) = (Someone::new(1), Someone::new(2));
    let (buyer, seller) = (met(&one, &street).await, met(&two, &street).await);
    let (_, order) = buyer.next_order().await.unwrap();
    buyer.mailroom().watch(order).await.unwrap();
    let to = buyer.keyring().order_persona(order).persona();
    let mail = buyer.keyring().mail_key(&to).recipient();
    let key = seller.keyring().seller();
    let letter =
        OutgoingLetter { from: &key, to, mail, order, kind: Kind::Delivery, reply_to: None, body: json!({}) };
    seller.mailroom().post("delivery", letter).await.unwrap();
    street.clock.pass(Duration::from_secs(3 * 3600));
    assert_eq!(buyer.mailroom().fetch().await.unwrap(), 1);
    assert_eq!(buyer.mailroom().fetch().await.unwrap(), 0);
}

/// Fills the relay's bucket with so many letters and states of others that one answer does not hold them.
async fn flood(street: &Street) {
    let mut letter = b"age-encryption.org/v1\n".to_vec();
    letter.resize(4_096, 1);
    for n in 0..700_u16 {
        letter[100..102].copy_from_slice(&n.to_be_bytes());
        let mut seed = [0; 32];
        seed[..2].copy_from_slice(&n.to_be_bytes());
        let stranger = PersonaKey::from_seed(&seed).persona();
        street.market.deliver_letter(stranger, &letter).await.unwrap();
        street.market.keep_self_letter(stranger, 0, &letter).await.unwrap();
    }
}

#[tokio::test]
async fn a_letter_and_a_state_are_found_among_more_than_one_answer_holds() {
    let street = Street::open().await;
    let (one, two) = (Someone::new(1), Someone::new(2));
    let (buyer, seller) = (met(&one, &street).await, met(&two, &street).await);
    let key = seller.keyring().seller();
    let post = async |name: &str, order: OrderId| {
        let to = buyer.keyring().order_persona(order).persona();
        let mail = buyer.keyring().mail_key(&to).recipient();
        let (kind, body) = (Kind::Delivery, json!({}));
        let letter = OutgoingLetter { from: &key, to, mail, order, kind, reply_to: None, body };
        seller.mailroom().post(name, letter).await.unwrap();
    };
    // Several letters, so that at least one of them lies behind the first page.
    let mut orders = Vec::new();
    for _ in 0..4 {
        let (_, order) = buyer.next_order().await.unwrap();
        buyer.mailroom().watch(order).await.unwrap();
        orders.push(order);
    }
    flood(&street).await;
    for order in &orders {
        post("first", *order).await;
    }
    street.tick().await;
    assert_eq!(buyer.mailroom().fetch().await.unwrap(), 4, "of one tick");
    for order in &orders {
        post("second", *order).await;
    }
    for _ in 0..3 {
        buyer.mailroom().keep_state_outside_orders().await.unwrap();
        street.clock.pass(Duration::from_secs(3_600));
    }
    assert_eq!(buyer.mailroom().fetch().await.unwrap(), 4, "of one hour");
    let restored = one.again();
    let restored = met(&restored, &street).await;
    assert!(restored.mailroom().find_state_outside_orders().await.unwrap().is_some());
}

#[tokio::test]
async fn an_orders_state_is_found_again_from_the_words_alone() {
    let street = Street::open().await;
    let buyer = Someone::new(1);
    let desk = met(&buyer, &street).await;
    let mut orders = Vec::new();
    for _ in 0..3 {
        orders.push(desk.next_order().await.unwrap().1);
    }
    desk.mailroom().keep_own_state(orders[0], 0, json!({"state": "placed"})).await.unwrap();
    desk.mailroom().keep_own_state(orders[0], 1, json!({"state": "paid"})).await.unwrap();
    desk.mailroom().keep_own_state(orders[2], 0, json!({"state": "placed"})).await.unwrap();

    let elsewhere = buyer.again();
    let restored = met(&elsewhere, &street).await;
    let found = restored.mailroom().find_own_orders(0, &|_| {}).await.unwrap();
    let states: Vec<_> =
        found.iter().map(|found| (found.number, found.order, found.state["state"].as_str())).collect();
    assert_eq!(states, [(0, orders[0], Some("paid")), (2, orders[2], Some("placed"))]);
    let stranger = Someone::new(9);
    let stranger = met(&stranger, &street).await;
    assert_eq!(stranger.mailroom().find_own_orders(0, &|_| {}).await.unwrap(), []);
}

#[tokio::test]
async fn letters_of_escrows_are_kept_and_put_aside_and_no_letter_is_lost_over_them() {
    let street = Street::open().await;
    let (one, two) = (Someone::new(1), Someone::new(2));
    let (buyer, seller) = (met(&one, &street).await, met(&two, &street).await);
    let (_, order) = buyer.next_order().await.unwrap();
    let key = buyer.keyring().order_persona(order);
    let to = seller.keyring().seller().persona();
    for kind in Kind::ALL.into_iter().filter(|kind| kind.is_of_escrow()) {
        let mail = seller.keyring().mail_key(&to).recipient();
        let body = json!({"session": 1, "anything": [kind]});
        let letter = OutgoingLetter { from: &key, to, mail, order, kind, reply_to: None, body };
        buyer.mailroom().post(&format!("{kind:?}"), letter).await.unwrap();
    }
    ask(&buyer, &seller, order, "order").await;
    let collected = seller.mailroom().collect(&seller.keyring().seller(), Duration::ZERO).await.unwrap();
    assert_eq!(collected, 7, "all were opened and kept");
    let waiting = seller.mailroom().waiting(&order).await.unwrap();
    assert_eq!((waiting.len(), waiting[0].kind), (1, Kind::Order), "only what can be acted on waits");
    seller.fulfil_round(Duration::ZERO, &|_| {}).await.unwrap();
    assert!(buyer.mailroom().waiting(&order).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_desk_that_lost_everything_but_its_words_uses_no_order_number_twice() {
    let street = Street::open().await;
    let buyer = Someone::new(1);
    let desk = met(&buyer, &street).await;
    for _ in 0..120 {
        desk.next_order().await.unwrap();
    }
    let (number, last) = desk.next_order().await.unwrap();
    desk.mailroom().keep_own_state(last, 0, json!({"state": "placed"})).await.unwrap();
    let mut written = 0;
    for _ in 0..6 {
        written += u32::from(desk.mailroom().keep_state_outside_orders().await.unwrap());
        assert!(!desk.mailroom().keep_state_outside_orders().await.unwrap(), "at most once an hour");
        street.clock.pass(Duration::from_secs(3_600));
    }
    assert!((2..=5).contains(&written), "now and then: {written}");

    let elsewhere = buyer.again();
    let restored = met(&elsewhere, &street).await;
    let state = restored.mailroom().find_state_outside_orders().await.unwrap().unwrap();
    assert_eq!((state.v, state.next_order), (1, number + 1));
    let found = restored.mailroom().find_own_orders(state.next_order, &|_| {}).await.unwrap();
    assert_eq!(found.iter().map(|found| found.number).collect::<Vec<_>>(), [number], "beyond a gap of 100");
    let stranger = Someone::new(9);
    let stranger = met(&stranger, &street).await;
    assert_eq!(stranger.mailroom().find_state_outside_orders().await.unwrap(), None);
}

#[tokio::test]
async fn a_desk_that_cannot_know_its_old_numbers_tries_none_of_them_at_the_market() {
    let street = Street::open().await;
    let buyer = Someone::new(1);
    let desk = met(&buyer, &street).await;
    let (first, _) = desk.next_order().await.unwrap();
    // Nothing of it lies at the market: only a command was given, or it was long ago.
    let elsewhere = buyer.again();
    let restored = met(&elsewhere, &street).await;
    restored.bring_back(&|_| {}).await.unwrap();
    let (number, order) = restored.next_order().await.unwrap();
    assert!(first == 0 && number >= 65_536, "{number} may have been used");

    // From there on it is found again like any other.
    restored.mailroom().keep_own_state(order, 0, json!({"state": "placed"})).await.unwrap();
    for _ in 0..3 {
        restored.mailroom().keep_state_outside_orders().await.unwrap();
        street.clock.pass(Duration::from_secs(3_600));
    }
    let third = elsewhere.again();
    let third = met(&third, &street).await;
    third.bring_back(&|_| {}).await.unwrap();
    let found = third.found_orders().await.unwrap();
    assert_eq!(found.iter().map(|found| found.number).collect::<Vec<_>>(), [number]);
    assert_eq!(third.next_order().await.unwrap().0, number + 1);
}

#[tokio::test]
async fn one_round_brings_the_mail_of_all_personas_and_rounds_come_at_odd_moments() {
    let street = Street::open().await;
    let (one, two) = (Someone::new(1), Someone::new(2));
    let (buyer, seller) = (met(&one, &street).await, met(&two, &street).await);
    let key = seller.keyring().seller();
    for _ in 0..3 {
        let (_, order) = buyer.next_order().await.unwrap();
        buyer.mailroom().watch(order).await.unwrap();
        let to = buyer.keyring().order_persona(order).persona();
        let mail = buyer.keyring().mail_key(&to).recipient();
        let (kind, body) = (Kind::Refusal, json!({"reason": "declined"}));
        let letter = OutgoingLetter { from: &key, to, mail, order, kind, reply_to: None, body };
        seller.mailroom().post("refusal", letter).await.unwrap();
    }
    street.tick().await;
    assert_eq!(buyer.mailroom().fetch().await.unwrap(), 3);

    let tick = Duration::from_millis(buyer.mirror().meet().await.unwrap().relay.tick_length_ms);
    let left = tick.as_millis() as u64 - buyer.now().millis() % tick.as_millis() as u64;
    let mut waits = std::collections::BTreeSet::new();
    for _ in 0..20 {
        let wait = buyer.mailroom().until_next_fetch().await.unwrap();
        let late = wait.checked_sub(Duration::from_millis(left)).expect("never before the tick is over");
        assert!(late <= tick / 3, "{late:?}");
        waits.insert(late);
    }
    assert!(waits.len() > 10, "the moments are drawn: {waits:?}");
}
