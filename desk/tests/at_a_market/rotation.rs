//! What happens to a person's money when the market rotates its pool: nothing pays from the old one, everything crosses into
//! the new, and no process that dies on the way loses or doubles any of it.

use crate::street::{NoProof, Someone, SpoiltProof, Street, money};
use std::sync::Arc;
use std::time::Duration;
use tacit_desk::wallet::{
    Crossing, CrossingPace, CrossingWaits, PaymentIntent, PaymentOutcome, Terms, WalletView,
};
use tacit_desk::{OpenDesk, Refusal};
use tacit_ports::clock::Clock;
use tacit_settlement::wallet::Moved;
use tacit_settlement::{Address, ClearRecord, EpochFile, PoolId};
use tacit_values::{Currency, Epoch};

/// Of the story's time, of which a second is over in less than a tenth.
const PATIENCE: Duration = Duration::from_secs(600);

async fn address(desk: &OpenDesk) -> Address {
    desk.mirror().follow().await.unwrap();
    desk.wallet().fresh_address(Currency::TestUsd).await.unwrap()
}

async fn view(desk: &OpenDesk, generation: u32) -> WalletView {
    let views = desk.wallet().sync().await.unwrap();
    views.into_iter().find(|view| view.pool.generation == generation).unwrap()
}

/// What is free in the pools after none and one rotation.
async fn free(desk: &OpenDesk) -> (String, String) {
    (view(desk, 0).await.balance.free.to_string(), view(desk, 1).await.balance.free.to_string())
}

async fn rotated_street(amounts: &[&str]) -> (Street, Someone, Arc<OpenDesk>) {
    let street = Street::open().await;
    let alice = Someone::new(1);
    let desk = alice.honest(&street).await;
    for amount in amounts {
        street.mint(address(&desk).await, amount).await;
    }
    street.rotate().await;
    (street, alice, desk)
}

fn cross(
    desk: &Arc<OpenDesk>,
    pace: CrossingPace,
) -> tokio::task::JoinHandle<Result<Vec<Crossing>, Refusal>> {
    let desk = desk.clone();
    tokio::spawn(async move { desk.wallet().cross(pace, PATIENCE, &|_| {}).await })
}

fn pay(
    desk: &Arc<OpenDesk>,
    pool: PoolId,
    to: Address,
    amount: &str,
) -> tokio::task::JoinHandle<Result<PaymentOutcome, Refusal>> {
    let (desk, amount) = (desk.clone(), money(amount));
    tokio::spawn(async move {
        let (id, terms) = (format!("snd_{to}"), Terms::Plain);
        let intent = PaymentIntent { id, pool, to, amount, terms, valid_until: None, patience: PATIENCE };
        desk.wallet().pay(&intent, &|_| {}).await
    })
}

fn amounts(crossings: &[Crossing]) -> Vec<String> {
    crossings.iter().flat_map(|crossing| &crossing.crossed).map(|part| part.amount.to_string()).collect()
}

/// The amounts that the public ledger shows as having left a pool for its successor.
async fn crossed_in_public(desk: &OpenDesk, pool: PoolId) -> Vec<String> {
    desk.mirror().follow().await.unwrap();
    let files = desk.mirror().epoch_files(&pool, Epoch::GENESIS, 10_000).await.unwrap();
    let files = files.iter().map(|closed| EpochFile::decode(closed.file.as_deref().unwrap()).unwrap());
    let records = files.flat_map(|file| file.entries).filter_map(|entry| match entry.record {
        Some(ClearRecord::Crossing(record)) if record.from == pool => Some(record.amount.to_string()),
        _ => None,
    });
    records.collect()
}

#[tokio::test]
async fn a_rotated_pool_pays_nobody_and_its_money_crosses_in_tiers_and_pays_again() {
    let (street, alice, desk) = rotated_street(&["30", "7.30"]).await;
    assert_eq!(free(&desk).await, ("37.30".into(), "0.00".into()));
    let someone = Someone::new(2);
    let bob = someone.honest(&street).await;
    let (old, new) = (street.pool_of(0), street.pool_of(1));
    let to_old = bob.wallet_keys(old).address(tacit_settlement::Account::Spending, 0);
    let to = address(&bob).await;
    for (pool, to) in [(old, to_old), (new, to)] {
        let refused = street.until(pay(&desk, pool, to, "5")).await.unwrap_err();
        assert_eq!(refused.code, "rotated-pool");
        assert!(refused.remedy.contains("tacit wallet cross"), "{refused}");
    }

    let crossings = street.until(cross(&desk, CrossingPace::AtOnce)).await.unwrap();
    assert_eq!(amounts(&crossings), ["20.00", "10.00", "5.00", "2.00", "0.20", "0.10"]);
    assert_eq!((crossings[0].left, &crossings[0].waits), (money("0"), &None));
    assert_eq!(free(&desk).await, ("0.00".into(), "37.30".into()));
    assert_eq!(
        crossed_in_public(&desk, old).await,
        amounts(&crossings),
        "and nothing but the tiers is public"
    );

    let outcome = street.until(pay(&desk, new, to, "5")).await.unwrap();
    assert!(matches!(outcome, PaymentOutcome::Landed(_)), "{outcome:?}");
    assert_eq!(free(&desk).await.1, "32.30");
    assert_eq!(view(&bob, 1).await.balance.free, money("5"));

    // Both pools tell it, and the words alone bring it back.
    let elsewhere = alice.again();
    let restored = elsewhere.honest(&street).await;
    assert_eq!(free(&restored).await, ("0.00".into(), "32.30".into()));
    for generation in [0, 1] {
        let history = view(&restored, generation).await.history;
        let told = history.iter().filter(|line| line.moved == Moved::Crossed { from: old, to: new });
        assert_eq!(told.map(|line| line.amount.to_string()).collect::<Vec<_>>(), amounts(&crossings));
    }
    let again = street.until(cross(&desk, CrossingPace::AtOnce)).await.unwrap();
    assert_eq!(amounts(&again), Vec::<String>::new(), "there is nothing left to cross");
}

#[tokio::test]
async fn a_process_that_dies_while_it_proves_a_crossing_leaves_the_money_where_it_was() {
    let (street, alice, desk) = rotated_street(&["10"]).await;
    let dying = Arc::new(alice.desk(&street, Arc::new(NoProof)).await);
    let refused = street.until(cross(&dying, CrossingPace::AtOnce)).await.unwrap_err();
    assert_eq!(refused.code, "payment-not-built");
    drop(dying);
    assert_eq!(free(&desk).await, ("10.00".into(), "0.00".into()), "the halves never left the desk");
    let crossings = street.until(cross(&desk, CrossingPace::AtOnce)).await.unwrap();
    assert_eq!(amounts(&crossings), ["10.00"]);
    assert_eq!(free(&desk).await, ("0.00".into(), "10.00".into()));
}

#[tokio::test]
async fn a_crossing_whose_process_is_killed_anywhere_goes_on_and_doubles_nothing() {
    let (street, alice, desk) = rotated_street(&["37.30"]).await;
    let mut told = Vec::new();
    // Killed processes are kept, so that no later one is given the chance of an earlier one.
    let mut killed = Vec::new();
    // Killed after ever longer: while it plans, proves, sends, waits for the epoch, between two parts.
    for millis in (0..).step_by(23) {
        let process = alice.honest(&street).await;
        let crossing = cross(&process, CrossingPace::AtOnce);
        tokio::time::sleep(Duration::from_millis(millis)).await;
        if crossing.is_finished() || millis > 3000 {
            let crossings = street.until(crossing).await.unwrap();
            told.extend(amounts(&crossings));
            break;
        }
        crossing.abort();
        let died = crossing.await.unwrap_err();
        assert!(died.is_cancelled());
        killed.push(process);
        street.tick().await;
    }
    let crossings = street.until(cross(&desk, CrossingPace::AtOnce)).await.unwrap();
    assert_eq!(crossings[0].left, money("0"));
    assert_eq!(free(&desk).await, ("0.00".into(), "37.30".into()));
    let public = crossed_in_public(&desk, street.pool_of(0)).await;
    assert_eq!(public, ["20.00", "10.00", "5.00", "2.00", "0.20", "0.10"]);
    assert!(told.len() <= public.len());
}

#[tokio::test]
async fn a_crossing_that_the_market_does_not_take_ends_and_the_money_can_cross_again() {
    let (street, alice, desk) = rotated_street(&["10"]).await;
    let spoilt = Arc::new(alice.desk(&street, Arc::new(SpoiltProof)).await);
    let crossings = street.until(cross(&spoilt, CrossingPace::AtOnce)).await.unwrap();
    let Some(CrossingWaits::Open { said, .. }) = &crossings[0].waits else { panic!("{crossings:?}") };
    assert!(said.is_some(), "the market said why");
    assert_eq!((crossings[0].left, crossings[0].in_flight), (money("0"), money("10")));
    street.clock.pass(Duration::from_secs(200));
    street.market.close_epochs().await.unwrap();
    let crossings = street.until(cross(&desk, CrossingPace::AtOnce)).await.unwrap();
    assert_eq!(amounts(&crossings), ["10.00"]);
    assert_eq!(free(&desk).await, ("0.00".into(), "10.00".into()));
}

#[tokio::test]
async fn two_terminals_that_cross_at_once_cross_everything_once() {
    let (street, alice, desk) = rotated_street(&["10", "5"]).await;
    let other = alice.honest(&street).await;
    let (one, two) = (cross(&desk, CrossingPace::AtOnce), cross(&other, CrossingPace::AtOnce));
    let both = tokio::spawn(async move { (one.await.unwrap(), two.await.unwrap()) });
    let (one, two) = street.until(both).await;
    let mut told = [amounts(&one.unwrap()), amounts(&two.unwrap())].concat();
    told.sort();
    assert_eq!(told, ["10.00", "5.00"], "each part was told once");
    assert_eq!(free(&desk).await, ("0.00".into(), "15.00".into()));
    assert_eq!(crossed_in_public(&desk, street.pool_of(0)).await.len(), 2);
}

#[tokio::test]
async fn without_haste_one_part_crosses_now_and_the_others_at_moments_of_their_own() {
    let (street, _alice, desk) = rotated_street(&["80"]).await;
    let span = Duration::from_secs(600);
    let crossings = street.until(cross(&desk, CrossingPace::Over(span))).await.unwrap();
    assert_eq!(amounts(&crossings).len(), 1);
    let Some(CrossingWaits::Until(at)) = crossings[0].waits else { panic!("{crossings:?}") };
    assert!(at > street.clock.now() && at.since(street.clock.now()) <= span);
    let early = street.until(cross(&desk, CrossingPace::Over(span))).await.unwrap();
    assert_eq!(amounts(&early), Vec::<String>::new(), "asking again does not hurry it");

    // A running desk goes on by itself when the time has come.
    street.clock.pass(span * 2);
    street.market.close_epochs().await.unwrap();
    let mut left = money("1");
    for _ in 0..100 {
        for crossing in desk.wallet().go_on_crossing(&|_| {}).await.unwrap() {
            left = crossing.left.plus(crossing.in_flight).unwrap();
        }
        street.tick().await;
    }
    assert_eq!(left, money("0"));
    assert_eq!(free(&desk).await, ("0.00".into(), "80.00".into()));
    let mut public = crossed_in_public(&desk, street.pool_of(0)).await;
    public.sort();
    assert_eq!(public, ["10.00", "20.00", "50.00"]);
    assert!(desk.wallet().go_on_crossing(&|_| {}).await.unwrap().is_empty(), "nothing is planned any more");
}

#[tokio::test]
async fn more_notes_than_one_bundle_spends_cross_too() {
    let (street, _alice, desk) = rotated_street(&["1"; 18]).await;
    let crossings = street.until(cross(&desk, CrossingPace::AtOnce)).await.unwrap();
    assert_eq!(amounts(&crossings), ["10.00", "5.00", "2.00", "1.00"]);
    assert_eq!(free(&desk).await, ("0.00".into(), "18.00".into()));
}

#[tokio::test]
async fn money_that_slept_through_two_rotations_crosses_twice() {
    let (street, _alice, desk) = rotated_street(&["20"]).await;
    street.rotate().await;
    let crossings = street.until(cross(&desk, CrossingPace::AtOnce)).await.unwrap();
    assert_eq!(amounts(&crossings), ["20.00", "20.00"]);
    assert_eq!(free(&desk).await, ("0.00".into(), "0.00".into()));
    assert_eq!(view(&desk, 2).await.balance.free, money("20"));
}
