//! Two orders of one buyer have nothing in common on the wire (traffic.md rule 4).
//!
//! Jay orders, then finch, then jay again: whatever jay's desk says under both orders, finch's must say too, or it would
//! join the two. Everything goes through a proxy that keeps every byte.

#![expect(clippy::unwrap_used, reason = "a walkthrough that cannot take its step has failed")]

mod street;

use std::collections::BTreeSet;
use street::meddler::{Heard, Meddler};
use street::{Person, Proofs, Rows, Street};

fn buys(person: &Person, street: &Street, listing: &str, copy: &str) -> String {
    let copy = street.path().join(copy);
    let bought = person.does(&["buy", listing, "--yes", "--out", copy.to_str().unwrap(), "--wait", "60"]);
    bought["order"].as_str().unwrap().to_owned()
}

fn has_money(street: &Street, person: &Person) {
    street.mint(&person.address(), "100");
    for _ in 0..300 {
        if person.does(&["wallet"])["balance"] == "100.00" {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    panic!("the money never came");
}

/// Who signed this request, if anybody did.
fn signer(exchange: &Heard) -> Option<&str> {
    let (_, after) = exchange.request_head.split_once("keyid=\"")?;
    after.split('"').next()
}

/// The persona that placed an order.
fn buyer_of<'h>(heard: &'h [Heard], order: &str, seller: &str) -> &'h str {
    let about = heard.iter().filter(|one| one.path.ends_with(&format!("/orders/{order}")));
    about.filter_map(signer).find(|persona| *persona != seller).expect("the buyer signs")
}

/// Every word of 8 letters or more that was said under a persona: in heads, paths and bodies, and the name of the stream.
fn said_by(heard: &[Heard], persona: &str) -> BTreeSet<String> {
    let mut words = BTreeSet::new();
    for exchange in heard.iter().filter(|one| signer(one) == Some(persona)) {
        let body = String::from_utf8_lossy(&exchange.request);
        for text in [exchange.request_head.as_str(), &body, &exchange.identity] {
            let part_of_a_word = |letter: char| letter.is_ascii_alphanumeric() || "-_+/.".contains(letter);
            let found = text.split(|letter| !part_of_a_word(letter)).filter(|word| word.len() >= 8);
            words.extend(found.map(str::to_owned));
        }
    }
    words
}

#[test]
fn nothing_of_one_order_reappears_under_another_of_the_same_buyer() {
    let street = Street::open(Proofs::Assumed, Rows::Sqlite);
    let meddler = Meddler::listening_only(street.origin());
    let behind = |name: &str| {
        let person = street.stranger(name);
        person.does(&["init", "--market", street.origin(), "--proxy", &meddler.proxy(), "--no-passphrase"]);
        person
    };
    let (wren, jay, finch) = (behind("wren"), behind("jay"), behind("finch"));
    let rows: String = (0..400).map(|row| format!("station {row},{}\n", row % 31)).collect();
    let file = street.file("bicycles.csv", format!("station,bikes\n{rows}").as_bytes());
    let file = file.to_str().unwrap();
    let offer = ["sell", file, "--title", "Bicycles", "--price", "20", "--licence", "CC-BY-4.0"];
    let sold = wren.does(&[&offer[..], &["--category", "transport"]].concat());
    let (listing, seller) = (sold["listing"].as_str().unwrap(), wren.does(&["whoami"]));
    let seller = seller["seller"].as_str().unwrap();
    let _desk = wren.leaves_the_desk_running();
    has_money(&street, &jay);
    has_money(&street, &finch);

    let first = buys(&jay, &street, listing, "first.csv");
    let others = buys(&finch, &street, listing, "others.csv");
    let second = buys(&jay, &street, listing, "second.csv");

    let heard = meddler.heard();
    let [first, others, second] = [&first, &others, &second].map(|order| buyer_of(&heard, order, seller));
    assert!(first != second && first != others && second != others, "one persona for one order");
    let [under_first, under_others, under_second] =
        [first, others, second].map(|persona| said_by(&heard, persona));
    assert!(under_first.len() > 30 && under_first.contains(listing), "much is said: {under_first:?}");
    let in_both: BTreeSet<_> = under_first.intersection(&under_second).collect();
    let joins: Vec<_> = in_both.into_iter().filter(|word| !under_others.contains(*word)).collect();
    assert_eq!(joins, [] as [&String; 0], "these words join two orders of one buyer");
}
