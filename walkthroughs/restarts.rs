//! Everybody is killed between any two steps of a sale, and the sale still ends as if nobody had been.
//!
//! Processes are ended as a power cut would end them, at every request that changes something: before the market has
//! heard it, and after the market has answered but before the answer arrived. Each pair of a state and a request counts
//! once, so that the sale goes on.

#![expect(clippy::unwrap_used, reason = "a walkthrough that cannot take its step has failed")]
#![expect(clippy::disallowed_methods, reason = "a sale that does not end must not keep the tests waiting")]

mod street;

use serde_json::Value;
use std::collections::BTreeSet;
use std::process::Child;
use std::time::{Duration, Instant};
use street::gate::{Gate, Side};
use street::{Person, Proofs, Rows, Street, answer, refusal};

const TABLE: &[u8] = b"city,bikes\nGent,12\nBrugge,7\nAalst,9\n";
/// A sale with thirty restarts on a busy machine.
const PATIENCE: Duration = Duration::from_secs(120);

/// A state, a request, and on which side of the market it stood.
type Step = (String, String, Side);

fn lists(street: &Street, seller: &Person) -> String {
    let file = street.file("bicycles.csv", TABLE);
    let file = file.to_str().unwrap();
    let words = ["sell", file, "--title", "Bicycles by city", "--price", "20", "--licence", "CC-BY-4.0"];
    let sold = seller.does(&[&words[..], &["--category", "transport"]].concat());
    sold["listing"].as_str().unwrap().to_owned()
}

fn behind(street: &Street, gate: &Gate, name: &str) -> Person {
    let person = street.stranger(name);
    person.does(&["init", "--market", street.origin(), "--proxy", &gate.proxy(), "--no-passphrase"]);
    person
}

fn has_money(street: &Street, person: &Person) {
    street.mint(&person.address(), "100");
    for _ in 0..200 {
        if person.does(&["wallet"])["balance"] == "100.00" {
            return;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    panic!("the money did not arrive");
}

/// The only order of a desk and its state, read from the desk's own records without the market.
fn order_of(person: &Person) -> Option<(String, String)> {
    let orders = person.does(&["orders"])["orders"].as_array().unwrap().clone();
    assert!(orders.len() <= 1, "one order became several: {orders:?}");
    let text = |order: &Value, key: &str| order[key].as_str().unwrap().to_owned();
    orders.first().map(|order| (text(order, "order"), text(order, "state")))
}

fn changes_something(method: &str, _path: &str) -> bool {
    method != "GET"
}

/// Buys, or goes on with the order that was begun.
fn goes_on(buyer: &Person, listing: &str, wait: &str) -> Child {
    match order_of(buyer) {
        Some((order, _)) => buyer.begins(&["orders", "resume", &order, "--wait", wait]),
        None => buyer.begins(&["buy", listing, "--yes", "--wait", wait]),
    }
}

/// What must be true when everybody has been killed everywhere: one order, one payment, the file, both receipts.
fn ended_as_if_nothing_had_happened(street: &Street, seller: &Person, buyer: &Person, bought: &Value) {
    assert_eq!(bought["state"], "closed");
    assert_eq!(std::fs::read(bought["file"].as_str().unwrap()).unwrap(), TABLE);
    let (order, state) = order_of(buyer).unwrap();
    assert_eq!(state, "closed");
    assert_eq!(buyer.does(&["wallet"])["balance"], "80.00");
    let replayed = street.stranger("anybody").does(&["verify", "ledger", "--market", street.origin()]);
    let (ok, bundles) = (&replayed["ok"], &replayed["bundles"]);
    assert_eq!((ok, bundles), (&true.into(), &2.into()), "one mint and one payment: {replayed}");
    let until = Instant::now() + PATIENCE;
    while seller.does(&["receipts"])["receipts"].as_array().unwrap().is_empty() {
        assert!(Instant::now() < until, "the seller's desk did not keep a receipt: {:?}", order_of(seller));
        std::thread::sleep(Duration::from_millis(100));
    }
    assert_eq!(order_of(seller).unwrap(), (order.clone(), "closed".to_owned()));
    for person in [seller, buyer] {
        let receipts = person.does(&["receipts"])["receipts"].as_array().unwrap().clone();
        assert_eq!(receipts.len(), 1, "{receipts:?}");
        assert_eq!(receipts[0]["order"], order.as_str());
        let file = person.home().join("receipt.json");
        let receipt = receipts[0]["receipt"].as_str().unwrap();
        person.does(&["receipts", "show", receipt, "--out", file.to_str().unwrap()]);
        assert_eq!(person.does(&["verify", file.to_str().unwrap()])["ok"], true);
    }
}

fn states(steps: &BTreeSet<Step>) -> BTreeSet<&str> {
    steps.iter().map(|(state, ..)| state.as_str()).collect()
}

#[test]
fn the_buyers_desk_dies_at_every_step() {
    let street = Street::open(Proofs::Assumed, Rows::Sqlite);
    let gate = Gate::before(street.origin());
    let (wren, jay) = (street.person("wren"), behind(&street, &gate, "jay"));
    let listing = lists(&street, &wren);
    has_money(&street, &jay);
    let _desk = wren.leaves_the_desk_running();

    let mut loses_the_payment = false;
    let mut died_at = BTreeSet::new();
    let until = Instant::now() + PATIENCE;
    gate.stops(changes_something);
    let mut child = goes_on(&jay, &listing, "60");
    while child.try_wait().unwrap().is_none() {
        assert!(Instant::now() < until, "the sale does not end; died at {died_at:?}");
        let Some(standing) = gate.next(Duration::from_millis(50)) else { continue };
        let state = order_of(&jay).map_or_else(|| "none".to_owned(), |(_, state)| state);
        let is_payment = standing.what().ends_with("bundles") && standing.side == Side::Before;
        let about_to_pay = state == "paying" && is_payment;
        if died_at.insert((state, standing.what(), standing.side)) {
            child.kill().unwrap();
            child.wait().unwrap();
            drop(standing);
            // Requests of the dead process that still stand here are cut with it.
            while gate.next(Duration::ZERO).is_some() {}
            // The next one does not wait for the payment that is lost below, and leaves it in doubt.
            child = goes_on(&jay, &listing, if about_to_pay { "0" } else { "60" });
            loses_the_payment = about_to_pay;
        } else if loses_the_payment && is_payment {
            drop(standing);
        } else {
            standing.passes();
        }
    }
    gate.opens();
    let bought = answer("jay", child.wait_with_output().unwrap());
    ended_as_if_nothing_had_happened(&street, &wren, &jay, &bought);
    let every = [
        "requested",
        "agreed",
        "paying",
        "payment in doubt",
        "paid",
        "stated",
        "downloaded",
        "checked",
        "closed",
    ];
    assert_eq!(states(&died_at), every.into(), "{died_at:?}");
}

#[test]
fn the_sellers_desk_dies_at_every_step() {
    let street = Street::open(Proofs::Assumed, Rows::Sqlite);
    let gate = Gate::before(street.origin());
    let (wren, jay) = (behind(&street, &gate, "wren"), street.person("jay"));
    let listing = lists(&street, &wren);
    has_money(&street, &jay);

    let mut died_at = BTreeSet::new();
    let until = Instant::now() + PATIENCE;
    gate.stops(changes_something);
    let mut desk = Some(wren.leaves_the_desk_running());
    let mut buying = jay.begins(&["buy", &listing, "--yes", "--wait", "200"]);
    while buying.try_wait().unwrap().is_none() {
        assert!(
            Instant::now() < until,
            "{:?} does not end; died at {died_at:?}",
            (order_of(&wren), order_of(&jay))
        );
        let Some(standing) = gate.next(Duration::from_millis(50)) else { continue };
        let state = order_of(&wren).map_or_else(|| "none".to_owned(), |(_, state)| state);
        let stated =
            standing.what().ends_with("orders") && standing.side == Side::After && state == "delivered";
        if died_at.insert((state, standing.what(), standing.side)) {
            desk.take().unwrap().kill();
            drop(standing);
            while gate.next(Duration::ZERO).is_some() {}
            // The market has the statement: the buyer finds it there and closes while the seller's desk is away.
            if stated {
                buying.wait().unwrap();
            }
            desk = Some(wren.leaves_the_desk_running());
        } else {
            standing.passes();
        }
    }
    gate.opens();
    let bought = answer("jay", buying.wait_with_output().unwrap());
    ended_as_if_nothing_had_happened(&street, &wren, &jay, &bought);
    let states = states(&died_at);
    for state in ["none", "accepted", "delivered"] {
        assert!(states.contains(state), "the desk never died while {state}: {died_at:?}");
    }
}

#[test]
fn the_market_dies_at_every_step() {
    let mut street = Street::open(Proofs::Assumed, Rows::Sqlite);
    let gate = Gate::before(street.origin());
    let (wren, jay) = (street.person("wren"), behind(&street, &gate, "jay"));
    let listing = lists(&street, &wren);
    has_money(&street, &jay);
    let _desk = wren.leaves_the_desk_running();

    let mut died_at = BTreeSet::new();
    let until = Instant::now() + PATIENCE;
    gate.stops(changes_something);
    let mut child = goes_on(&jay, &listing, "60");
    let bought = loop {
        assert!(Instant::now() < until, "the sale does not end; died at {died_at:?}");
        if child.try_wait().unwrap().is_some() {
            let output = child.wait_with_output().unwrap();
            if output.status.success() {
                break answer("jay", output);
            }
            // Whoever meets a market that is away is told so, and goes on when it is back.
            let refused = refusal("jay", &output);
            assert_eq!(refused.code, "market-unreachable", "{refused:?}");
            assert!(!refused.next.is_empty(), "{refused:?}");
            child = goes_on(&jay, &listing, "60");
        }
        let Some(standing) = gate.next(Duration::from_millis(50)) else { continue };
        let state = order_of(&jay).map_or_else(|| "none".to_owned(), |(_, state)| state);
        if died_at.insert((state, standing.what(), standing.side)) {
            street.stop_market();
            drop(standing);
            street.start_market();
        } else {
            standing.passes();
        }
    };
    gate.opens();
    ended_as_if_nothing_had_happened(&street, &wren, &jay, &bought);
    assert!(states(&died_at).len() >= 8, "{died_at:?}");
}
