//! Bad days with clocks, prices and money: every one ends in a sentence and a state, and no money is lost or paid twice.

#![expect(clippy::unwrap_used, reason = "a walkthrough that cannot take its step has failed")]

mod street;

use serde_json::Value;
use std::io::Write;
use std::process::{Child, Stdio};
use std::time::Duration;
use street::gate::{Gate, Side, Stopped};
use street::{Person, Proofs, Refused, Rows, Street, answer, refusal};

const TABLE: &[u8] = b"city,bikes\nGent,12\nBrugge,7\nAalst,9\n";
/// Longer than any payment of a demo market may take to land: two steps of expiries, in epochs of a second.
const A_LONG_WHILE: i64 = 400;

fn street() -> Street {
    Street::open(Proofs::Assumed, Rows::Sqlite)
}

fn lists(street: &Street, seller: &Person) -> String {
    let file = street.file("bicycles.csv", TABLE);
    let sold = seller.does(&[
        "sell",
        file.to_str().unwrap(),
        "--title",
        "Bicycles by city",
        "--price",
        "20",
        "--licence",
        "CC-BY-4.0",
        "--category",
        "transport",
    ]);
    sold["listing"].as_str().unwrap().to_owned()
}

fn comes_to_have(person: &Person, balance: &str) {
    let mut last = Value::Null;
    for _ in 0..200 {
        last = person.does(&["wallet"]);
        if last["balance"] == balance && last["in_flight"] == "0.00" {
            return;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    panic!("never had {balance}: {last}");
}

fn with_money(street: &Street, name: &str, amount: &str) -> Person {
    let person = street.person(name);
    street.mint(&person.address(), amount);
    comes_to_have(&person, &format!("{amount}.00"));
    person
}

/// Somebody with money whose every request passes the gate.
fn behind(street: &Street, gate: &Gate, name: &str, amount: &str) -> Person {
    let person = street.stranger(name);
    person.does(&["init", "--market", street.origin(), "--proxy", &gate.proxy(), "--no-passphrase"]);
    street.mint(&person.address(), amount);
    comes_to_have(&person, &format!("{amount}.00"));
    person
}

fn says(refused: &Refused, code: &str, words: &[&str]) {
    assert_eq!(refused.code, code, "{refused:?}");
    assert!(!refused.next.is_empty(), "no remedy: {refused:?}");
    for word in words {
        assert!(refused.error.contains(word), "`{word}` is missing: {refused:?}");
    }
}

fn orders(person: &Person) -> Vec<Value> {
    person.does(&["orders"])["orders"].as_array().unwrap().clone()
}

fn told(child: Child) -> std::process::Output {
    child.wait_with_output().unwrap()
}

/// How many payments the ledger holds beside so many mints, by a replay of all of it.
fn payments_beside(street: &Street, mints: u64) -> u64 {
    let replayed = street.stranger("anybody").does(&["verify", "ledger", "--market", street.origin()]);
    assert_eq!(replayed["ok"], true);
    replayed["bundles"].as_u64().unwrap() - mints
}

/// Lets everything pass until a request stands at the gate while the order is in this state.
fn stands(gate: &Gate, buyer: &Person, state: &str) -> Stopped {
    loop {
        let standing = gate.awaits();
        if standing.side == Side::Before && orders(buyer).first().is_some_and(|order| order["state"] == state)
        {
            return standing;
        }
        standing.passes();
    }
}

#[test]
fn a_wrong_clock_is_told_by_how_much_and_costs_nothing() {
    let street = street();
    let wren = street.person("wren");
    let listing = lists(&street, &wren);
    let jay = with_money(&street, "jay", "100");
    let to = wren.address();

    // A newcomer whose clock is two hours ahead, and the same newcomer with the clock set right.
    street.sets_the_clock_of("kit", 7_200);
    let kit = street.stranger("kit");
    let init = ["init", "--market", street.origin(), "--no-passphrase"];
    says(&kit.is_refused(&init), "clock-skew", &["s ahead of the market's"]);
    street.sets_the_clock_of("kit", 0);
    kit.does(&init);

    for (hours, direction) in [(5, "ahead of"), (-3, "behind")] {
        street.sets_the_clock_of("jay", hours * 3_600);
        street.sets_the_clock_of("wren", hours * 3_600);
        let acts: [(&Person, &[&str]); 5] = [
            (&jay, &["buy", &listing, "--yes", "--wait", "2"]),
            (&jay, &["wallet", "send", &to, "10", "--wait", "2"]),
            (&wren, &["listings", "edit", &listing, "--price", "30"]),
            (&wren, &["retire", &listing]),
            (&wren, &["desk", "--headless"]),
        ];
        for (person, words) in acts {
            let refused = person.is_refused(words);
            says(&refused, "clock-skew", &[direction]);
            assert!(refused.next.contains("clock"), "{refused:?}");
            let seconds = refused.error.split_whitespace().find_map(|word| word.parse::<i64>().ok()).unwrap();
            assert!((seconds - hours.abs() * 3_600).abs() < 30, "by how much: {refused:?}");
        }
    }
    street.sets_the_clock_of("jay", 0);
    street.sets_the_clock_of("wren", 0);
    assert_eq!(orders(&jay).len(), 0);
    comes_to_have(&jay, "100.00");
    assert_eq!(jay.does(&["show", &listing])["for_sale"], true);

    // A desk that is running when its clock jumps goes on when the clock is right again.
    let _desk = wren.leaves_the_desk_running();
    street.sets_the_clock_of("wren", 7_200);
    let waits = jay.is_refused(&["buy", &listing, "--yes", "--wait", "3"]);
    says(&waits, "waiting", &["nothing was paid"]);
    street.sets_the_clock_of("wren", 0);
    let order = orders(&jay)[0]["order"].as_str().unwrap().to_owned();
    jay.does(&["orders", "resume", &order, "--wait", "60"]);
    comes_to_have(&jay, "80.00");
}

#[test]
fn a_market_whose_clock_jumps_back_takes_nothing_until_it_is_right() {
    let street = street();
    let wren = street.person("wren");
    let listing = lists(&street, &wren);
    let jay = with_money(&street, "jay", "100");
    let to = wren.address();
    street.sets_the_clock_of("market", -3_600);
    for words in
        [&["wallet", "send", &to, "10", "--wait", "2"][..], &["buy", &listing, "--yes", "--wait", "2"]]
    {
        let refused = jay.is_refused(words);
        says(&refused, "clock-skew", &["ahead of the market's"]);
        assert!(refused.next.contains("operator"), "whose clock is wrong is open: {refused:?}");
    }
    // What is known already is still shown, and said to be no news.
    let known = jay.does(&["wallet"]);
    assert_eq!((&known["balance"], &known["followed_now"]), (&"100.00".into(), &false.into()));
    street.sets_the_clock_of("market", 0);
    let _desk = wren.leaves_the_desk_running();
    jay.does(&["buy", &listing, "--yes", "--wait", "60"]);
    comes_to_have(&jay, "80.00");
    assert_eq!(payments_beside(&street, 1), 1);
}

#[test]
fn a_price_that_changes_under_an_order_is_never_paid() {
    let street = street();
    let gate = Gate::before(street.origin());
    let wren = street.person("wren");
    let listing = lists(&street, &wren);
    let jay = behind(&street, &gate, "jay", "100");

    // The price rises while the order is on its way to the market.
    gate.stops(|method, path| method == "PUT" && path.contains("/orders/"));
    let buying = jay.begins(&["buy", &listing, "--yes", "--wait", "5"]);
    let placing = gate.awaits();
    wren.does(&["listings", "edit", &listing, "--price", "30"]);
    gate.opens();
    placing.passes();
    says(&refusal("jay", &told(buying)), "price-changed", &["20.00", "30.00"]);

    // It rises while the order waits for the seller's desk.
    let waits = jay.is_refused(&["buy", &listing, "--yes", "--max-price", "30", "--wait", "1"]);
    says(&waits, "waiting", &[]);
    let order = orders(&jay).iter().find(|order| order["state"] == "requested").unwrap().clone();
    wren.does(&["listings", "edit", &listing, "--price", "40"]);
    let _desk = wren.leaves_the_desk_running();
    let declined = jay.is_refused(&["orders", "resume", order["order"].as_str().unwrap(), "--wait", "60"]);
    says(&declined, "declined", &["changed"]);

    // It has risen before the order.
    let dear = jay.is_refused(&["buy", &listing, "--yes", "--max-price", "30", "--wait", "5"]);
    says(&dear, "price-changed", &["40.00", "30.00"]);
    assert_eq!(jay.does(&["wallet"])["balance"], "100.00");
    assert_eq!(payments_beside(&street, 1), 0);
    assert_eq!(jay.does(&["buy", &listing, "--yes", "--max-price", "40", "--wait", "60"])["price"], "40.00");
}

#[test]
fn an_order_that_expires_while_its_payment_is_made_leaves_the_money_free() {
    let street = street();
    let gate = Gate::before(street.origin());
    let wren = street.person("wren");
    let listing = lists(&street, &wren);
    let jay = behind(&street, &gate, "jay", "100");
    let desk = wren.leaves_the_desk_running();
    let everybody = ["market", "wren", "jay"];

    // The proof takes longer than the order may be paid: nothing left the desk.
    gate.stops(|method, path| method == "GET" && path.contains("/log/checkpoint"));
    let buying = jay.begins(&["buy", &listing, "--yes", "--wait", "60"]);
    // The third look at the ledger comes after the notes were reserved, right before the proof.
    for _ in 0..2 {
        stands(&gate, &jay, "paying").passes();
    }
    let reserved = stands(&gate, &jay, "paying");
    everybody.iter().for_each(|name| street.sets_the_clock_of(name, A_LONG_WHILE));
    gate.opens();
    reserved.passes();
    says(&refusal("jay", &told(buying)), "expired", &["not paid in time"]);
    comes_to_have(&jay, "100.00");
    assert_eq!(orders(&jay)[0]["state"], "expired");

    // The payment never reaches the market: in doubt, said until when, and then over.
    gate.stops(|method, path| method == "POST" && path.contains("/ledger/bundles"));
    let buying = jay.begins(&["buy", &listing, "--yes", "--wait", "25"]);
    let waits = told_while_lost(&gate, buying);
    says(&waits, "waiting", &["in doubt", "on the ledger or your money is free"]);
    assert_eq!(jay.does(&["wallet"])["balance"], "0.00");
    everybody.iter().for_each(|name| street.sets_the_clock_of(name, 2 * A_LONG_WHILE));
    gate.opens();
    let doubtful = orders(&jay).into_iter().find(|order| order["state"] == "payment in doubt").unwrap();
    let order = doubtful["order"].as_str().unwrap();
    let over = jay.is_refused(&["orders", "resume", order, "--wait", "60"]);
    says(&over, "expired", &["did not land in time"]);
    comes_to_have(&jay, "100.00");
    assert_eq!(payments_beside(&street, 1), 0);

    // The same buyer buys the same listing after all.
    jay.does(&["buy", &listing, "--yes", "--wait", "60"]);
    comes_to_have(&jay, "80.00");
    assert_eq!(payments_beside(&street, 1), 1);
    drop(desk);
}

/// Cuts every connection that stands at the gate until the command gives up.
fn told_while_lost(gate: &Gate, mut child: Child) -> Refused {
    while child.try_wait().unwrap().is_none() {
        drop(gate.next(Duration::from_millis(100)));
    }
    refusal("jay", &told(child))
}

#[test]
fn a_payment_without_an_answer_happens_once_or_ends_by_its_expiry() {
    let street = street();
    let gate = Gate::before(street.origin());
    let jay = behind(&street, &gate, "jay", "100");
    let wren = street.person("wren");
    let to = wren.address();
    let bundles = |method: &str, path: &str| method == "POST" && path.contains("/ledger/bundles");

    // The market takes it and every answer is lost: the ledger tells.
    gate.stops(bundles);
    let mut sending = jay.begins(&["wallet", "send", &to, "10", "--name", "gift", "--wait", "40"]);
    while sending.try_wait().unwrap().is_none() {
        match gate.next(Duration::from_millis(50)) {
            Some(asked) if asked.side == Side::Before => asked.passes(),
            answered => drop(answered),
        }
    }
    assert_eq!(answer("jay", told(sending))["outcome"], "landed");
    comes_to_have(&jay, "90.00");
    // Asked for again under its name, it is the same payment.
    gate.opens();
    assert_eq!(jay.does(&["wallet", "send", &to, "10", "--name", "gift"])["outcome"], "landed");
    comes_to_have(&jay, "90.00");

    // It never arrives: open until its expiry, then the money is free.
    gate.stops(bundles);
    let sending = jay.begins(&["wallet", "send", &to, "30", "--name", "rent", "--wait", "3"]);
    let open = told_while_lost(&gate, sending);
    says(&open, "payment-open", &["lands or ends by epoch"]);
    assert!(open.next.contains("--name rent"), "{open:?}");
    let meanwhile = jay.is_refused(&["wallet", "send", &to, "10", "--wait", "2"]);
    says(&meanwhile, "insufficient-funds", &["90.00 are in flight"]);
    ["market", "jay", "wren"].iter().for_each(|name| street.sets_the_clock_of(name, A_LONG_WHILE));
    gate.opens();
    comes_to_have(&jay, "90.00");
    let ended = jay.is_refused(&["wallet", "send", &to, "30", "--name", "rent", "--wait", "5"]);
    says(&ended, "payment-ended", &["the money is free again"]);
    assert_eq!(jay.does(&["wallet", "send", &to, "30"])["outcome"], "landed");
    comes_to_have(&jay, "60.00");
    comes_to_have(&wren, "40.00");
    assert_eq!(payments_beside(&street, 1), 2);
}

#[test]
fn two_terminals_of_one_desk_do_not_spend_the_same_money() {
    let street = street();
    let wren = street.person("wren");
    let listing = lists(&street, &wren);
    let jay = with_money(&street, "jay", "30");
    let to = wren.address();
    let _desk = wren.leaves_the_desk_running();

    let sends = ["wallet", "send", &to, "20", "--wait", "30"];
    let both = [jay.begins(&sends), jay.begins(&sends)].map(told);
    let (landed, refused): (Vec<_>, Vec<_>) = both.into_iter().partition(|output| output.status.success());
    assert_eq!((landed.len(), refused.len()), (1, 1));
    says(&refusal("jay", &refused[0]), "insufficient-funds", &["20.00"]);
    comes_to_have(&jay, "10.00");

    street.mint(&jay.address(), "20");
    comes_to_have(&jay, "30.00");
    let buys = ["buy", &listing, "--yes", "--wait", "60"];
    let both = [jay.begins(&buys), jay.begins(&buys)].map(told);
    let (bought, refused): (Vec<_>, Vec<_>) = both.into_iter().partition(|output| output.status.success());
    assert_eq!((bought.len(), refused.len()), (1, 1), "{bought:?}\n{refused:?}");
    says(&refusal("jay", &refused[0]), "insufficient-funds", &["20.00"]);
    comes_to_have(&jay, "10.00");
    // The order that could not be paid is still there to be paid or cancelled.
    let unpaid: Vec<Value> = orders(&jay).into_iter().filter(|order| order["state"] != "closed").collect();
    for order in unpaid {
        assert_eq!(order["state"], "agreed", "{order}");
        jay.does(&["orders", "cancel", order["order"].as_str().unwrap()]);
    }
    assert_eq!(payments_beside(&street, 2), 2);
}

#[test]
fn two_desks_with_the_same_words_pay_once() {
    let street = street();
    let wren = street.person("wren");
    let listing = lists(&street, &wren);
    let jay = street.stranger("jay");
    let made = jay.does(&["init", "--market", street.origin(), "--no-passphrase"]);
    let words = made["words"].as_str().unwrap();
    street.mint(&jay.address(), "100");
    comes_to_have(&jay, "100.00");
    let twin = street.stranger("twin");
    let mut restoring = twin
        .command(&["init", "--restore", "--market", street.origin(), "--no-passphrase"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    restoring.stdin.take().unwrap().write_all(words.as_bytes()).unwrap();
    answer("twin", told(restoring));
    comes_to_have(&twin, "100.00");

    // Both spend the only note at once: one payment lands, the other is told that it did not happen.
    let (kit, lee) = (street.person("kit"), street.person("lee"));
    let (to_kit, to_lee) = (kit.address(), lee.address());
    let both = [
        jay.begins(&["wallet", "send", &to_kit, "10", "--wait", "40"]),
        twin.begins(&["wallet", "send", &to_lee, "10", "--wait", "40"]),
    ]
    .map(told);
    let refused: Vec<_> = both.iter().filter(|output| !output.status.success()).collect();
    match refused[..] {
        // They met in one epoch: the later one lost, and says why.
        [lost] => says(&refusal("jay or twin", lost), "payment-ended", &["another wallet with these words"]),
        // The slower one had seen the other's payment before it chose its notes.
        [] => {}
        _ => panic!("both were refused: {refused:?}"),
    }
    let left = if refused.is_empty() { "80.00" } else { "90.00" };
    comes_to_have(&jay, left);
    comes_to_have(&twin, left);

    // Orders of one are not taken for orders of the other.
    let _desk = wren.leaves_the_desk_running();
    let bought = jay.does(&["buy", &listing, "--yes", "--wait", "60"]);
    comes_to_have(&twin, if refused.is_empty() { "60.00" } else { "70.00" });
    let again = twin.does(&["buy", &listing, "--yes", "--wait", "60"]);
    assert_ne!(bought["order"], again["order"]);
    let paid = payments_beside(&street, 1);
    assert_eq!(paid, 4 - refused.len() as u64);
    let left = if refused.is_empty() { "40.00" } else { "50.00" };
    comes_to_have(&jay, left);
    comes_to_have(&twin, left);
}

#[test]
fn two_buyers_at_once_and_one_buyer_twice_all_get_the_file() {
    let street = street();
    let wren = street.person("wren");
    let listing = lists(&street, &wren);
    let jay = with_money(&street, "jay", "100");
    let kit = with_money(&street, "kit", "100");
    let _desk = wren.leaves_the_desk_running();
    let buys = ["buy", &listing, "--yes", "--wait", "60"];
    let both = [jay.begins(&buys), kit.begins(&buys)].map(told);
    let mut seen = std::collections::BTreeSet::new();
    for (name, output) in ["jay", "kit"].into_iter().zip(both) {
        let bought = answer(name, output);
        assert_eq!(std::fs::read(bought["file"].as_str().unwrap()).unwrap(), TABLE);
        seen.insert(bought["receipt"].as_str().unwrap().to_owned());
    }
    let again = jay.does(&buys);
    assert_eq!(std::fs::read(again["file"].as_str().unwrap()).unwrap(), TABLE);
    seen.insert(again["receipt"].as_str().unwrap().to_owned());
    assert_eq!(seen.len(), 3, "every order has a receipt of its own: {seen:?}");
    comes_to_have(&jay, "60.00");
    comes_to_have(&kit, "80.00");
    assert_eq!(payments_beside(&street, 2), 3);
    for _ in 0..200 {
        if wren.does(&["receipts"])["receipts"].as_array().unwrap().len() == 3 {
            return;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    panic!("the seller's desk did not keep three receipts");
}
