//! What was said once counts once: requests replayed at the socket, letters that come twice, again, and backwards.

#![expect(clippy::unwrap_used, reason = "a walkthrough that cannot take its step has failed")]

mod street;

use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use street::meddler::{Heard, Meddler};
use street::spoiling::spoil_bytes;
use street::{Person, Proofs, Rows, Street, socket};

const TABLE: &[u8] = b"city,bikes\nGent,12\nBrugge,7\nAalst,9\n";

/// Every letter comes twice, the last one first, and behind them all that came before.
fn twice_and_backwards(meddler: &Meddler) {
    let seen: Arc<Mutex<BTreeMap<String, Vec<Value>>>> = Arc::default();
    meddler.changes(move |method, path, body| {
        let Ok(mut answer) = serde_json::from_slice::<Value>(&body) else { return body };
        let Some(letters) = answer["letters"].as_array_mut() else { return body };
        let bucket = path.contains("/mail/buckets/");
        if method != "GET" || (letters.is_empty() && !bucket) {
            return body;
        }
        let place = if bucket { "buckets" } else { path.split('?').next().unwrap() };
        let mut seen = seen.lock().unwrap();
        let before = seen.entry(place.to_owned()).or_default();
        before.append(letters);
        letters.extend(before.iter().rev().flat_map(|letter| [letter.clone(), letter.clone()]));
        serde_json::to_vec(&answer).unwrap()
    });
}

/// Everything about orders, receipts and money that a person could look at.
fn standing(person: &Person) -> (Value, Value, Value) {
    let wallet = person.does(&["wallet"]);
    (person.does(&["orders"]), person.does(&["receipts"]), wallet["balance"].clone())
}

fn has_receipt(person: &Person) {
    for _ in 0..300 {
        if person.does(&["receipts"])["receipts"].as_array().unwrap().len() == 1 {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    panic!("no receipt was kept");
}

fn is_signed(one: &Heard) -> bool {
    one.request_head.to_lowercase().contains("signature-input:")
}

/// Says the same bytes again, as often as the market asks to wait.
fn again(street: &Street, one: &Heard) -> socket::Answer {
    loop {
        let answer = socket::say(street.origin(), &one.request_head, &one.request);
        if answer.status != 429 {
            return answer;
        }
        std::thread::sleep(std::time::Duration::from_secs(1));
    }
}

#[test]
fn letters_twice_and_backwards_and_requests_again_change_nothing() {
    let mut street = Street::open(Proofs::Assumed, Rows::Sqlite);
    let meddler = Meddler::listening_only(street.origin());
    twice_and_backwards(&meddler);
    let (wren, jay) = (street.person_behind(&meddler, "wren"), street.person_behind(&meddler, "jay"));
    let file = street.file("bicycles.csv", TABLE);
    let words = ["sell", file.to_str().unwrap(), "--title", "Bicycles by city", "--price", "20"];
    let words = [&words[..], &["--licence", "CC-BY-4.0", "--category", "transport"]].concat();
    let listing = wren.does(&words)["listing"].as_str().unwrap().to_owned();
    let desk = wren.leaves_the_desk_running();
    street.mint(&jay.address(), "100");
    jay.has("100.00");

    let bought = jay.does(&["buy", &listing, "--yes", "--wait", "60"]);
    assert_eq!(std::fs::read(bought["file"].as_str().unwrap()).unwrap(), TABLE);
    has_receipt(&wren);
    let before = (standing(&wren), standing(&jay));
    for ((orders, receipts, _), balance) in [(&before.0, "20.00"), (&before.1, "80.00")] {
        assert_eq!(orders["orders"].as_array().unwrap().len(), 1);
        assert_eq!(receipts["receipts"].as_array().unwrap().len(), 1);
        assert_eq!(if balance == "20.00" { &before.0.2 } else { &before.1.2 }, balance);
    }

    // What was signed counts once, reading included; under another body or address the signature is none.
    let heard = meddler.heard();
    let signed: Vec<&Heard> = heard.iter().filter(|one| is_signed(one)).collect();
    for verb in ["GET", "PUT", "POST", "DELETE"] {
        assert!(signed.iter().any(|one| one.method == verb), "nobody signed a {verb}");
    }
    let reading = signed.iter().filter(|one| one.method == "GET").take(20);
    for one in signed.iter().filter(|one| one.method != "GET").chain(reading) {
        again(&street, one).refuses(409, "replayed");
    }
    let placing = signed.iter().find(|one| one.method == "PUT" && one.path.contains("/orders/")).unwrap();
    let other_body = spoil_bytes(placing.request.clone());
    socket::say(street.origin(), &placing.request_head, &other_body).refuses(400, "wrong-digest");
    let other_path = placing.request_head.replacen("/orders/ord_", "/orders/ord_0", 1);
    assert_eq!(socket::say(street.origin(), &other_path, &placing.request).status / 100, 4);

    // A market that was restarted still knows what it was told to change.
    street.stop_market();
    street.start_market();
    for one in signed.iter().filter(|one| one.method != "GET") {
        again(&street, one).refuses(409, "replayed");
    }

    // What nobody signs may come again, and says the same.
    let unsigned = heard.iter().filter(|one| one.method == "POST" && !is_signed(one));
    let mut kinds = BTreeMap::new();
    for one in unsigned {
        let answer = again(&street, one);
        let first = one.answer_head.split_whitespace().nth(1).unwrap();
        assert_eq!(answer.status.to_string(), first, "{}", one.path);
        assert_eq!(answer.body, one.answer, "{}", one.path);
        *kinds.entry(if one.path.contains("/mail/") { "letters" } else { "bundles" }).or_insert(0) += 1;
    }
    assert!(kinds["letters"] >= 4 && kinds["bundles"] >= 1, "{kinds:?}");

    // Whatever came again has been read when a further order has gone through.
    let further = jay.does(&["buy", &listing, "--yes", "--wait", "60"]);
    assert_eq!(further["state"], "closed");
    let (orders, receipts, balance) = standing(&jay);
    assert_eq!(orders["orders"].as_array().unwrap().len(), 2);
    assert_eq!(receipts["receipts"].as_array().unwrap().len(), 2);
    assert_eq!(balance, "60.00");
    wren.has("40.00");
    let sold = wren.does(&["orders"]);
    assert_eq!(sold["orders"].as_array().unwrap().len(), 2);
    drop(desk);
}
