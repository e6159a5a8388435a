//! What the market's disk, rows and answers must not hold (product.md, who sees what).
//!
//! Distinctive values are planted with a seller and a buyer, a sale is made through a proxy that keeps every byte, and
//! then everything the market has or was told is searched for them.

#![expect(clippy::unwrap_used, reason = "a walkthrough that cannot take its step has failed")]

mod street;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use street::meddler::{Heard, Meddler};
use street::{Person, Proofs, Rows, Street};

/// What the buyer looks for.
const SEARCHED: &str = "quagga-zanzibar";
/// Stands in every cell of the closed column.
const IN_CLOSED_CELLS: &str = "velvet-anteater";
/// Names the folder that the seller keeps the file in.
const SELLERS_FOLDER: &str = "mahogany-drawer";
/// Names the folder that the buyer's copy goes to.
const BUYERS_FOLDER: &str = "walnut-cupboard";
/// The passphrase of somebody's desk.
const PASSPHRASE: &str = "eleven-drowsy-otters";
/// What the buyer pays by hand, and has afterwards, in tUSD.
const SENT: &str = "4711883.57";
const LEFT: &str = "2623319.84";
/// What everybody reads alike: it is fetched unsigned, on streams that no persona uses.
const PUBLIC: [&str; 6] = [
    "/api/v1/market",
    "/api/v1/catalogue/days/",
    "/api/v1/ledger/",
    "/api/v1/log/",
    "/api/v1/mail/buckets/",
    "/api/v1/bodies/",
];
/// What was minted, in public: sent, left, and the price of 20.
const MINTED: &str = "7335223.41";

fn table() -> Vec<u8> {
    let mut text = String::from("station,bikes,keeper\n");
    for row in 0..400 {
        text.push_str(&format!("station {row},{},{IN_CLOSED_CELLS}-{row}\n", row % 31));
    }
    text.into_bytes()
}

/// An amount as text, as a number of cents in text, and as the eight bytes of that number in both orders.
fn spellings(amount: &str) -> Vec<Vec<u8>> {
    let cents = amount.replace('.', "");
    let number: u64 = cents.parse().unwrap();
    vec![amount.into(), cents.into(), number.to_le_bytes().into(), number.to_be_bytes().into()]
}

fn holds(bytes: &[u8], sought: &[u8]) -> bool {
    bytes.windows(sought.len()).any(|window| window == sought)
}

fn files_below(folder: &Path, found: &mut BTreeMap<String, Vec<u8>>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files_below(&path, found);
        } else {
            found.insert(path.display().to_string(), std::fs::read(&path).unwrap());
        }
    }
}

fn wait_for_balance(person: &Person, balance: &str) {
    for _ in 0..200 {
        if person.does(&["wallet"])["balance"] == balance {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    panic!("the balance never was {balance}");
}

/// A desk whose every connection goes through the proxy.
fn person_behind(street: &Street, meddler: &Meddler, name: &str) -> Person {
    let person = street.stranger(name);
    person.does(&["init", "--market", street.origin(), "--proxy", &meddler.proxy(), "--no-passphrase"]);
    person
}

/// The sale with everything planted; gives the public title's word, which the market may know.
fn a_sale_with_secrets(street: &Street, meddler: &Meddler) {
    let (wren, jay) = (person_behind(street, meddler, "wren"), person_behind(street, meddler, "jay"));
    for folder in [SELLERS_FOLDER, BUYERS_FOLDER] {
        std::fs::create_dir(street.path().join(folder)).unwrap();
    }
    let file = street.file(&format!("{SELLERS_FOLDER}/bicycles.csv"), &table());
    let sold = wren.does(&[
        "sell",
        file.to_str().unwrap(),
        "--title",
        "Bicycles by station",
        "--price",
        "20",
        "--licence",
        "CC-BY-4.0",
        "--category",
        "transport",
        "--redact",
        "keeper",
    ]);
    let listing = sold["listing"].as_str().unwrap();
    let to = wren.address();
    let _desk = wren.leaves_the_desk_running();

    street.mint(&jay.address(), MINTED);
    wait_for_balance(&jay, MINTED);
    assert_eq!(jay.does(&["search", SEARCHED])["searched"], "on this machine");
    assert_eq!(jay.does(&["search", "bicycles"])["total"], 1);
    jay.does(&["sample", listing]);
    let copy = street.path().join(BUYERS_FOLDER).join("copy.csv");
    jay.does(&["buy", listing, "--yes", "--out", copy.to_str().unwrap(), "--wait", "40"]);
    assert_eq!(std::fs::read(&copy).unwrap(), table());
    jay.does(&["wallet", "send", &to, SENT, "--wait", "40"]);
    wait_for_balance(&jay, LEFT);

    // Somebody with a passphrase, who only looks.
    let passphrase = street.file("passphrase", PASSPHRASE.as_bytes());
    let finch = street.stranger("finch");
    let mut init = finch.command(&["init", "--market", street.origin(), "--proxy", &meddler.proxy()]);
    street::answer("finch", init.env("TACIT_PASSPHRASE_FILE", &passphrase).output().unwrap());
}

#[test]
fn the_market_never_holds_what_it_must_not_see() {
    let mut street = Street::open(Proofs::Assumed, Rows::Sqlite);
    let meddler = Meddler::listening_only(street.origin());
    a_sale_with_secrets(&street, &meddler);
    street.stop_market();

    let heard = meddler.heard();
    nothing_planted_reached_the_market(&street, &heard);
    no_stream_carried_two_personas(&heard);
    what_everybody_may_read_was_fetched_by_nobody(&heard);
}

fn nothing_planted_reached_the_market(street: &Street, heard: &[Heard]) {
    let mut places = BTreeMap::new();
    files_below(&street.market_folder(), &mut places);
    places.insert(
        "the market's own words".to_owned(),
        std::fs::read(street.path().join("market.log")).unwrap(),
    );
    assert!(
        places.keys().any(|name| name.contains(".db")),
        "the market's rows are among {:?}",
        places.keys()
    );
    for (number, exchange) in heard.iter().enumerate() {
        let said = format!("{number}: {} {}", exchange.method, exchange.path);
        let mut asked = exchange.request_head.clone().into_bytes();
        asked.extend_from_slice(&exchange.request);
        let mut answered = exchange.answer_head.clone().into_bytes();
        answered.extend_from_slice(&exchange.answer);
        places.insert(format!("what was asked in {said}"), asked);
        places.insert(format!("what was answered in {said}"), answered);
    }
    // The search itself finds what is public, on disk and at the socket.
    let with_title = places.iter().filter(|(_, bytes)| holds(bytes, b"Bicycles by station"));
    assert!(with_title.count() >= 2, "the search would not find anything");

    let planted = [SEARCHED, "quagga", IN_CLOSED_CELLS, SELLERS_FOLDER, BUYERS_FOLDER, PASSPHRASE];
    let mut sought: Vec<Vec<u8>> = planted.iter().map(|word| word.as_bytes().to_vec()).collect();
    for amount in [SENT, LEFT] {
        sought.extend(spellings(amount));
    }
    for (place, bytes) in &places {
        for secret in &sought {
            assert!(!holds(bytes, secret), "{place} holds {}", String::from_utf8_lossy(secret));
        }
    }
}

/// Who signed this request, if anybody did.
fn signer(exchange: &Heard) -> Option<&str> {
    let (_, after) = exchange.request_head.split_once("keyid=\"")?;
    after.split('"').next()
}

fn no_stream_carried_two_personas(heard: &[Heard]) {
    let mut personas_of: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for exchange in heard {
        if let Some(persona) = signer(exchange) {
            assert!(!exchange.identity.is_empty(), "a signed request came without an identity of its stream");
            personas_of.entry(&exchange.identity).or_default().insert(persona);
        }
    }
    let everybody: BTreeSet<_> = personas_of.values().flatten().collect();
    assert!(everybody.len() >= 2, "a seller and an order's buyer sign: {everybody:?}");
    for (identity, personas) in &personas_of {
        assert_eq!(personas.len(), 1, "stream {identity} joins {personas:?}");
    }
}

fn what_everybody_may_read_was_fetched_by_nobody(heard: &[Heard]) {
    let signed: BTreeSet<_> =
        heard.iter().filter(|one| signer(one).is_some()).map(|one| &one.identity).collect();
    let mut found = BTreeSet::new();
    for exchange in heard.iter().filter(|one| one.method == "GET") {
        let public = PUBLIC.iter().find(|start| exchange.path.starts_with(**start));
        if let Some(start) = public {
            found.insert(*start);
            assert_eq!(signer(exchange), None, "{} was signed", exchange.path);
            assert!(!signed.contains(&exchange.identity), "{} shares a stream with a persona", exchange.path);
        }
    }
    assert_eq!(found.len(), PUBLIC.len(), "only {found:?} was fetched at all");
}
