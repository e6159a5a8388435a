//! One private sale, end to end, as three people type it: on SQLite with real proofs, on PostgreSQL with assumed ones.

#![expect(clippy::unwrap_used, reason = "a walkthrough that cannot take its step has failed")]

mod street;

use serde_json::Value;
use std::process::Command;
use street::{Person, Proofs, Rows, Street};

fn wait_for_money(person: &Person) -> String {
    // The minted note counts when its epoch has closed: every look follows the ledger by whole epochs.
    for _ in 0..200 {
        let balance = person.does(&["wallet"])["balance"].as_str().unwrap().to_owned();
        if balance != "0.00" {
            return balance;
        }
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    panic!("the money did not arrive");
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("expected text, found {value}")).to_owned()
}

fn play(street: &Street) {
    let (wren, jay) = (street.person("wren"), street.person("jay"));
    let file = Street::example("planes-2013.csv");
    let plaintext = std::fs::read(&file).unwrap();
    let sold = wren.does(&[
        "sell",
        file.to_str().unwrap(),
        "--title",
        "Aircraft seen in New York in 2013",
        "--price",
        "20",
        "--licence",
        "CC-BY-4.0",
        "--category",
        "transport",
        "--tag",
        "aviation",
        "--redact",
        "tailnum",
    ]);
    let listing = text(&sold["listing"]);
    assert_eq!(sold["rows"], 3322);
    assert_eq!(sold["sample_rows"], 167);
    let _desk = wren.leaves_the_desk_running();

    // Nothing can be bought without money, and nothing is lost by trying.
    let refused = jay.is_refused(&["buy", &listing, "--yes"]);
    assert_eq!(refused.code, "insufficient-funds");
    street.mint(&jay.address(), "100");
    assert_eq!(wait_for_money(&jay), "100.00");

    // Search and sample are answered on the buyer's own machine.
    let found = jay.does(&["search", "aircraft", "--category", "transport"]);
    assert_eq!(found["listings"][0]["id"], listing.as_str());
    assert_eq!(found["searched"], "on this machine");
    assert_eq!(jay.does(&["search", "submarine"])["total"], 0);
    let sample = jay.does(&["sample", &listing]);
    assert_eq!(sample["sample_rows"], 167);

    // A price above what was agreed to is refused before anything is ordered.
    assert_eq!(jay.is_refused(&["buy", &listing, "--yes", "--max-price", "10"]).code, "price-changed");

    let copy = street.path().join("bought.csv");
    let bought = jay.does(&["buy", &listing, "--yes", "--out", copy.to_str().unwrap()]);
    assert_eq!(std::fs::read(&copy).unwrap(), plaintext, "the buyer opens what the seller sold");
    assert_eq!(bought["price"], "20.00");
    let (order, receipt) = (text(&bought["order"]), text(&bought["receipt"]));

    the_age_program_opens_it(street, &jay, &order, &plaintext);
    receipts_verify(street, &jay, &receipt);
    both_sides_hold_a_receipt(&wren, &order);

    // The ledger replays for somebody who never made a desk.
    let anybody = street.stranger("anybody");
    let replayed = anybody.does(&["verify", "ledger", "--market", street.origin()]);
    assert_eq!(replayed["ok"], true);
    assert_eq!(replayed["minted"], "100.00");
    assert_eq!(replayed["bundles"], 2);
    assert_eq!(jay.does(&["wallet"])["balance"], "80.00");
}

fn the_age_program_opens_it(street: &Street, buyer: &Person, order: &str, plaintext: &[u8]) {
    let (sealed, key) = (street.path().join("out.age"), street.path().join("key.txt"));
    buyer.does(&[
        "orders",
        "show",
        order,
        "--sealed",
        sealed.to_str().unwrap(),
        "--identity",
        key.to_str().unwrap(),
    ]);
    let opened = Command::new("age").arg("-d").arg("-i").arg(&key).arg(&sealed).output().unwrap();
    assert!(opened.status.success(), "{}", String::from_utf8_lossy(&opened.stderr));
    assert_eq!(opened.stdout, plaintext);
    // Another order's key does not open it.
    let other = street.path().join("other.txt");
    assert!(Command::new("age-keygen").arg("-o").arg(&other).status().unwrap().success());
    assert!(
        !Command::new("age").arg("-d").arg("-i").arg(&other).arg(&sealed).output().unwrap().status.success()
    );
}

fn receipts_verify(street: &Street, buyer: &Person, receipt: &str) {
    let file = street.path().join("receipt.json");
    buyer.does(&["receipts", "show", receipt, "--out", file.to_str().unwrap()]);
    let verified = buyer.does(&["verify", file.to_str().unwrap()]);
    assert_eq!(verified["ok"], true);
    assert_eq!(verified["ledger"][0]["finding"], "proved");
    // A changed receipt is refused.
    let mut bytes = std::fs::read(&file).unwrap();
    let middle = bytes.len() / 3;
    bytes[middle] = if bytes[middle] == b'A' { b'B' } else { b'A' };
    let changed = street.file("changed.json", &bytes);
    buyer.is_refused(&["verify", changed.to_str().unwrap()]);
    // Finance sees amount and date and nothing of the strategy.
    let shown = street.path().join("finance.json");
    buyer.does(&["receipts", "show", receipt, "--for", "finance", "--out", shown.to_str().unwrap()]);
    let finance = buyer.does(&["verify", shown.to_str().unwrap()]);
    assert_eq!(finance["ok"], true);
    assert!(finance["disclosed"].get("listing").is_none_or(Value::is_null), "{finance}");
    let page = street.path().join("receipt.pdf");
    buyer.does(&["receipts", "pdf", receipt, "--out", page.to_str().unwrap()]);
    assert!(std::fs::read(&page).unwrap().starts_with(b"%PDF-"));
    // The evidence is inside, and is what is checked.
    let printed = buyer.does(&["verify", page.to_str().unwrap()]);
    assert_eq!(
        (&printed["ok"], &printed["kind"], &printed["printed"]),
        (&true.into(), &"receipt".into(), &true.into())
    );
}

fn both_sides_hold_a_receipt(seller: &Person, order: &str) {
    for _ in 0..300 {
        let receipts = seller.does(&["receipts"]);
        let kept = receipts["receipts"].as_array().unwrap().iter().any(|kept| kept["order"] == order);
        if kept {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    panic!("the seller's desk did not keep a receipt");
}

#[test]
fn a_file_is_sold_privately_on_sqlite_with_real_proofs() {
    play(&Street::open(Proofs::Real, Rows::Sqlite));
}

#[test]
fn a_file_is_sold_privately_on_postgresql() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let database = runtime.block_on(tacit_store::testing::TestDatabase::fresh()).unwrap();
    play(&Street::open(Proofs::Assumed, Rows::Postgres(database.url().to_owned())));
}
