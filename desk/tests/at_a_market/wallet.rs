//! What happens to money between a desk and a market, with crashes, two terminals, two wallets and a dishonest operator.

use crate::street::{NoProof, Someone, SpoiltProof, Street, money};
use std::sync::Arc;
use std::time::Duration;
use tacit_desk::OpenDesk;
use tacit_desk::wallet::{Ended, PaymentIntent, PaymentOutcome, Terms};
use tacit_settlement::TermsBlind;
use tacit_settlement::{Address, TermsTag};
use tacit_values::{Currency, Digest, Epoch};

async fn address(desk: &OpenDesk) -> Address {
    desk.mirror().follow().await.unwrap();
    desk.wallet().fresh_address(Currency::TestUsd).await.unwrap()
}

async fn free(desk: &OpenDesk) -> String {
    desk.wallet().sync().await.unwrap()[0].balance.free.to_string()
}

async fn in_flight(desk: &OpenDesk) -> String {
    desk.wallet().sync().await.unwrap()[0].balance.in_flight.to_string()
}

fn intent(street: &Street, name: &str, to: Address, amount: &str) -> PaymentIntent {
    PaymentIntent {
        id: name.to_owned(),
        pool: street.pool(),
        to,
        amount: money(amount),
        terms: Terms::Plain,
        valid_until: None,
        patience: Duration::from_secs(20),
    }
}

async fn street_with_money(amounts: &[&str]) -> (Street, Someone, Arc<OpenDesk>) {
    let street = Street::open().await;
    let alice = Someone::new(1);
    let desk = alice.honest(&street).await;
    for amount in amounts {
        let to = address(&desk).await;
        street.mint(to, amount).await;
    }
    (street, alice, desk)
}

fn pay(
    desk: &Arc<OpenDesk>,
    intent: PaymentIntent,
) -> tokio::task::JoinHandle<Result<PaymentOutcome, tacit_desk::Refusal>> {
    let desk = desk.clone();
    tokio::spawn(async move { desk.wallet().pay(&intent, &|_| {}).await })
}

#[tokio::test]
async fn money_that_was_minted_is_found_paid_and_received_and_comes_back_from_the_words() {
    let (street, alice, desk) = street_with_money(&["100"]).await;
    assert_eq!(free(&desk).await, "100.00");
    let someone = Someone::new(2);
    let bob = someone.honest(&street).await;
    let to = address(&bob).await;
    let blind = TermsBlind::from_bytes([7; 32]);
    let terms_hash = Digest::of(b"agreement");
    let mut order = intent(&street, "ord_1", to, "30");
    order.terms = Terms::Agreement(terms_hash, blind);
    let outcome = street.until(pay(&desk, order.clone())).await.unwrap();
    let PaymentOutcome::Landed(landed) = outcome else { panic!("{outcome:?}") };
    assert_eq!(landed.terms_tag, TermsTag::binding(&blind, &terms_hash));
    assert_eq!((landed.opening.value, landed.opening.address), (money("30"), to));
    assert_eq!(free(&desk).await, "70.00");
    assert_eq!(free(&bob).await, "30.00");

    let again = street.until(pay(&desk, order)).await.unwrap();
    assert_eq!(again, PaymentOutcome::Landed(landed), "the same name is the same payment");
    assert_eq!(free(&desk).await, "70.00");

    let elsewhere = alice.again();
    let restored = elsewhere.honest(&street).await;
    assert_eq!(free(&restored).await, "70.00");
    assert_eq!(restored.wallet().as_known().await.unwrap()[0].history.len(), 2);
}

#[tokio::test]
async fn small_notes_are_merged_before_a_payment() {
    let (street, _alice, desk) = street_with_money(&["10", "10", "10"]).await;
    let someone = Someone::new(2);
    let bob = someone.honest(&street).await;
    let to = address(&bob).await;
    let outcome = street.until(pay(&desk, intent(&street, "snd_1", to, "25"))).await.unwrap();
    assert!(matches!(outcome, PaymentOutcome::Landed(_)), "{outcome:?}");
    assert_eq!((free(&desk).await.as_str(), free(&bob).await.as_str()), ("5.00", "25.00"));
}

#[tokio::test]
async fn too_little_money_is_refused_with_what_is_there_and_what_is_in_flight() {
    let (street, _alice, desk) = street_with_money(&["10"]).await;
    let to = address(&desk).await;
    let refusal = street.until(pay(&desk, intent(&street, "snd_1", to, "12.50"))).await.unwrap_err();
    assert_eq!(refusal.code, "insufficient-funds");
    assert_eq!(refusal.sentence, "12.50 tUSD are needed, 10.00 are there");
    assert_eq!(free(&desk).await, "10.00");
}

#[tokio::test]
async fn a_process_that_dies_while_proving_leaves_the_money_free_and_the_payment_to_be_repeated() {
    let (street, alice, desk) = street_with_money(&["10"]).await;
    let to = address(&desk).await;
    let dying = Arc::new(alice.desk(&street, Arc::new(NoProof)).await);
    let refusal = street.until(pay(&dying, intent(&street, "snd_1", to, "4"))).await.unwrap_err();
    assert_eq!(refusal.code, "payment-not-built");
    drop(dying);
    assert_eq!(free(&desk).await, "10.00", "the bundle never left the desk");
    let outcome = street.until(pay(&desk, intent(&street, "snd_1", to, "4"))).await.unwrap();
    assert!(matches!(outcome, PaymentOutcome::Landed(_)), "{outcome:?}");
}

#[tokio::test]
async fn a_payment_that_the_ledger_does_not_take_ends_by_its_expiry_and_the_money_is_free() {
    let (street, alice, desk) = street_with_money(&["10"]).await;
    let to = address(&desk).await;
    let spoilt = Arc::new(alice.desk(&street, Arc::new(SpoiltProof)).await);
    let open = street.until(pay(&spoilt, intent(&street, "snd_1", to, "4"))).await.unwrap();
    let PaymentOutcome::Open { until, said, .. } = open else { panic!("{open:?}") };
    assert!(said.is_some(), "the market said why");
    assert_eq!((free(&desk).await.as_str(), in_flight(&desk).await.as_str()), ("0.00", "10.00"));
    street.clock.pass(Duration::from_secs(200));
    street.market.close_epochs().await.unwrap();
    assert_eq!((free(&desk).await.as_str(), in_flight(&desk).await.as_str()), ("10.00", "0.00"));
    let ended = desk.wallet().payment("snd_1").await.unwrap();
    assert_eq!(ended, Some(PaymentOutcome::Ended(Ended::Expired { until })));
}

#[tokio::test]
async fn an_order_whose_time_to_pay_has_passed_is_not_paid() {
    let (street, _alice, desk) = street_with_money(&["10"]).await;
    let to = address(&desk).await;
    let mut late = intent(&street, "ord_1", to, "4");
    late.valid_until = Some(Epoch(64));
    street.clock.pass(Duration::from_secs(100));
    street.market.close_epochs().await.unwrap();
    let outcome = street.until(pay(&desk, late)).await.unwrap();
    assert_eq!(outcome, PaymentOutcome::Ended(Ended::Expired { until: Epoch(64) }));
    assert_eq!(free(&desk).await, "10.00");
}

#[tokio::test]
async fn two_terminals_of_one_desk_never_promise_one_note_twice() {
    let (street, alice, desk) = street_with_money(&["10", "10"]).await;
    let other = alice.honest(&street).await;
    let to = address(&desk).await;
    let (one, two) =
        (pay(&desk, intent(&street, "snd_1", to, "9")), pay(&other, intent(&street, "snd_2", to, "9")));
    let both = tokio::spawn(async move { (one.await.unwrap(), two.await.unwrap()) });
    let (one, two) = street.until(both).await;
    for outcome in [one.unwrap(), two.unwrap()] {
        assert!(matches!(outcome, PaymentOutcome::Landed(_)), "{outcome:?}");
    }
    assert_eq!(free(&desk).await, "20.00", "both were paid to ourselves");
}

#[tokio::test]
async fn two_wallets_with_the_same_words_notice_that_a_note_was_spent_elsewhere() {
    let (street, alice, desk) = street_with_money(&["10"]).await;
    let elsewhere = alice.again();
    let twin = elsewhere.honest(&street).await;
    assert_eq!(free(&twin).await, "10.00");
    let someone = Someone::new(2);
    let bob = someone.honest(&street).await;
    let to = address(&bob).await;
    let (one, two) =
        (pay(&desk, intent(&street, "snd_1", to, "4")), pay(&twin, intent(&street, "snd_2", to, "5")));
    let both = tokio::spawn(async move { (one.await.unwrap(), two.await.unwrap()) });
    let (one, two) = street.until(both).await;
    let outcomes = [one.unwrap(), two.unwrap()];
    let landed = outcomes.iter().filter(|outcome| matches!(outcome, PaymentOutcome::Landed(_))).count();
    let elsewhere =
        |outcome: &&PaymentOutcome| matches!(outcome, PaymentOutcome::Ended(Ended::SpentElsewhere { .. }));
    assert_eq!((landed, outcomes.iter().filter(elsewhere).count()), (1, 1), "{outcomes:?}");
}

#[tokio::test]
async fn a_letter_from_another_history_raises_the_alarm_and_the_market_gets_no_money() {
    let (street, _alice, desk) = street_with_money(&["10"]).await;
    let to = address(&desk).await;
    let ours = desk.mirror().checkpoint().await.unwrap().unwrap();
    desk.mirror().note_checkpoint_seen(ours.note()).await.unwrap();
    desk.mirror().note_checkpoint_seen("no checkpoint at all").await.unwrap();
    let other = street.another_history(ours.size());
    let refusal = desk.mirror().note_checkpoint_seen(&other).await.unwrap_err();
    assert_eq!(refusal.code, "forked-log");
    let alarm = desk.mirror().alarm().await.unwrap().unwrap();
    assert_eq!(alarm.evidence["v"], 1);
    let refused = street.until(pay(&desk, intent(&street, "snd_1", to, "4"))).await.unwrap_err();
    assert_eq!(refused.code, "forked-log");
}

#[tokio::test]
async fn a_checkpoint_that_lies_ahead_is_compared_when_the_mirror_gets_there() {
    let (street, _alice, desk) = street_with_money(&["10"]).await;
    desk.mirror().follow().await.unwrap();
    let size = desk.mirror().checkpoint().await.unwrap().unwrap().size();
    let other = street.another_history(tacit_evidence::log::LogSize(size.0 + 2));
    desk.mirror().note_checkpoint_seen(&other).await.unwrap();
    let refusal = desk.mirror().follow().await.unwrap_err();
    assert_eq!(refusal.code, "rolled-back-log", "others were shown a longer log");
    for _ in 0..4 {
        street.tick().await;
    }
    assert_eq!(desk.mirror().follow().await.unwrap_err().code, "forked-log");
}

#[tokio::test]
async fn however_many_checkpoints_others_have_seen_the_next_one_is_compared_too() {
    let (street, _alice, desk) = street_with_money(&["10"]).await;
    let someone = Someone::new(2);
    let bob = someone.honest(&street).await;
    for _ in 0..70 {
        street.tick().await;
        bob.mirror().follow().await.unwrap();
        let ahead = bob.mirror().checkpoint().await.unwrap().unwrap();
        desk.mirror().note_checkpoint_seen(ahead.note()).await.unwrap();
        desk.mirror().follow().await.unwrap();
    }
    let size = desk.mirror().checkpoint().await.unwrap().unwrap().size();
    let other = street.another_history(tacit_evidence::log::LogSize(size.0 + 2));
    desk.mirror().note_checkpoint_seen(&other).await.unwrap();
    assert_eq!(desk.mirror().follow().await.unwrap_err().code, "rolled-back-log");
}

#[tokio::test]
async fn a_damaged_mirror_is_fetched_anew_and_held_against_what_was_verified() {
    use tacit_ports::desk::{DeskMirror, PublicPage, PublicShelf};
    let (street, alice, desk) = street_with_money(&["10"]).await;
    assert_eq!(free(&desk).await, "10.00");
    for series in ["leaves", "hashes"] {
        let bytes = b"rubbish".to_vec();
        let page = PublicPage { shelf: PublicShelf::LogLeaves, series: series.to_owned(), number: 0, bytes };
        alice.store.keep(vec![page]).await.unwrap();
    }
    street.tick().await;
    assert_eq!(free(&desk).await, "10.00");
}

#[tokio::test]
async fn a_market_that_begins_its_history_anew_is_not_followed() {
    let (mut street, _alice, desk) = street_with_money(&["10"]).await;
    assert_eq!(free(&desk).await, "10.00");
    street.forget_everything().await;
    assert_eq!(desk.mirror().follow().await.unwrap_err().code, "market-untrue");
}

#[tokio::test]
async fn without_its_market_a_desk_says_so_and_shows_what_it_knew() {
    let (mut street, _alice, desk) = street_with_money(&["10"]).await;
    assert_eq!(free(&desk).await, "10.00");
    street.close().await;
    let refusal = desk.wallet().sync().await.unwrap_err();
    assert_eq!(refusal.code, "market-unreachable");
    assert_eq!(desk.wallet().as_known().await.unwrap()[0].balance.free, money("10"));
}
