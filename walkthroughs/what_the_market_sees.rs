//! What the market's disk, rows and answers must not hold (product.md, who sees what).
//!
//! Distinctive values are planted with a seller and a buyer, a sale is made through a proxy that keeps every byte, and
//! then everything the market has or was told is searched for them.

#![expect(clippy::unwrap_used, reason = "a walkthrough that cannot take its step has failed")]

mod street;

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use street::canary::{Places, amount, base64url, letters, word};
use street::meddler::{Heard, Meddler};
use street::{Person, Proofs, Rows, Street};
use tacit_store::testing::TestDatabase;

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

fn wait_for_balance(person: &Person, balance: &str) {
    for _ in 0..200 {
        if person.does(&["wallet"])["balance"] == balance {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    panic!("the balance never was {balance}");
}

/// A desk whose every connection goes through the proxy, and its words.
fn person_behind(street: &Street, meddler: &Meddler, name: &str) -> (Person, Vec<u8>) {
    let person = street.stranger(name);
    let made =
        person.does(&["init", "--market", street.origin(), "--proxy", &meddler.proxy(), "--no-passphrase"]);
    (person, word(made["words"].as_str().unwrap()))
}

/// What only a buyer has after a sale: the signed claims of the receipt, each disclosure, the key that opens the delivery.
fn what_the_buyer_holds(street: &Street, buyer: &Person, bought: &Value) -> Vec<Vec<u8>> {
    let path = |name: &str| street.path().join(BUYERS_FOLDER).join(name);
    let (receipt, sealed, key) = (path("receipt.json"), path("sealed.age"), path("key.txt"));
    let id = bought["receipt"].as_str().unwrap();
    buyer.does(&["receipts", "show", id, "--out", receipt.to_str().unwrap()]);
    let order = bought["order"].as_str().unwrap();
    let (sealed, to) = (sealed.to_str().unwrap(), key.to_str().unwrap());
    buyer.does(&["orders", "show", order, "--sealed", sealed, "--identity", to]);

    let receipt: Value = serde_json::from_slice(&std::fs::read(receipt).unwrap()).unwrap();
    let sd_jwt = receipt["sd_jwt"].as_str().unwrap();
    let (signed, disclosures) = sd_jwt.split_once('~').unwrap();
    // The head says no more than which algorithm signed.
    let mut held: Vec<_> = signed.split('.').skip(1).flat_map(base64url).collect();
    assert_eq!(held.len(), 4, "claims and signature");
    held.extend(disclosures.split('~').filter(|one| !one.is_empty()).flat_map(base64url));
    assert!(held.len() > 8, "a receipt discloses its claims one by one");
    held.push(word(id));
    let key = std::fs::read_to_string(key).unwrap();
    held.push(word(key.lines().find(|line| line.starts_with("AGE-SECRET-KEY-")).unwrap()));
    held
}

/// The sale with everything planted; gives what came into being with it and is nobody's but its owner's.
fn a_sale_with_secrets(street: &Street, meddler: &Meddler) -> Vec<Vec<u8>> {
    let (wren, wrens_words) = person_behind(street, meddler, "wren");
    let (jay, jays_words) = person_behind(street, meddler, "jay");
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
    let bought = jay.does(&["buy", listing, "--yes", "--out", copy.to_str().unwrap(), "--wait", "60"]);
    assert_eq!(std::fs::read(&copy).unwrap(), table());
    jay.does(&["wallet", "send", &to, SENT, "--wait", "40"]);
    wait_for_balance(&jay, LEFT);

    // Somebody with a passphrase, who only looks.
    let passphrase = street.file("passphrase", PASSPHRASE.as_bytes());
    let finch = street.stranger("finch");
    let mut init = finch.command(&["init", "--market", street.origin(), "--proxy", &meddler.proxy()]);
    street::answer("finch", init.env("TACIT_PASSPHRASE_FILE", &passphrase).output().unwrap());

    let mut held = what_the_buyer_holds(street, &jay, &bought);
    held.extend([wrens_words, jays_words]);
    held
}

#[test]
fn the_market_never_holds_what_it_must_not_see() {
    let mut street = Street::open(Proofs::Real, Rows::Sqlite);
    let meddler = Meddler::listening_only(street.origin());
    let held = a_sale_with_secrets(&street, &meddler);
    street.stop_market();

    let heard = meddler.heard();
    let places = Places::of_market(&street, &heard);
    assert!(places.names().any(|name| name.contains(".db")), "the market's rows are among them");
    nothing_planted_is_in(&places, &held);
    no_stream_carried_two_personas(&heard);
    what_everybody_may_read_was_fetched_by_nobody(&heard);
}

#[test]
fn a_market_on_postgresql_never_holds_what_it_must_not_see() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let database = runtime.block_on(TestDatabase::fresh()).unwrap();
    let mut street = Street::open(Proofs::Assumed, Rows::Postgres(database.url().to_owned()));
    let meddler = Meddler::listening_only(street.origin());
    let held = a_sale_with_secrets(&street, &meddler);
    street.stop_market();

    let mut places = Places::of_market(&street, &meddler.heard());
    places.add_dump(database.dump().unwrap());
    nothing_planted_is_in(&places, &held);
}

fn nothing_planted_is_in(places: &Places, held: &[Vec<u8>]) {
    // The search itself finds what is public, on disk and at the socket, as text and as bytes in a dump.
    assert!(places.holding(b"Bicycles by station").len() >= 2, "the search would not find anything");
    let price = amount("20.00").into_iter().flat_map(|written| places.holding(&written)).count();
    assert!(price > 0, "the price is public");

    let planted = [SEARCHED, "quagga", IN_CLOSED_CELLS, SELLERS_FOLDER, BUYERS_FOLDER, PASSPHRASE];
    let mut sought: Vec<Vec<u8>> = planted.map(word).into();
    sought.extend([SENT, LEFT].into_iter().flat_map(amount));
    sought.extend_from_slice(held);
    for secret in &sought {
        assert_eq!(places.holding(secret), [] as [&str; 0], "{}", letters(secret));
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
