//! Bad input and bad days: a clear sentence with the remedy, and nothing lost.

#![expect(clippy::unwrap_used, reason = "a walkthrough that cannot take its step has failed")]

mod street;

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;
use street::{Person, Proofs, Refused, Rows, Street, refusal};

/// A table that every seller here can sell.
const GOOD_TABLE: &[u8] = b"city,bikes\nGent,12\nBrugge,7\nAalst,9\n";

fn street() -> Street {
    Street::open(Proofs::Assumed, Rows::Sqlite)
}

fn sells(file: &Path) -> Vec<&str> {
    let file = file.to_str().unwrap();
    vec![
        "sell",
        file,
        "--title",
        "Bicycles by city",
        "--price",
        "20",
        "--licence",
        "CC-BY-4.0",
        "--category",
        "transport",
    ]
}

/// The same words with another value after one of the options.
fn but<'a>(words: &[&'a str], option: &str, value: &'a str) -> Vec<&'a str> {
    let at = words.iter().position(|word| *word == option).unwrap() + 1;
    let mut words = words.to_vec();
    words[at] = value;
    words
}

fn lists(seller: &Person, street: &Street) -> String {
    let file = street.file("bicycles.csv", GOOD_TABLE);
    seller.does(&sells(&file))["listing"].as_str().unwrap().to_owned()
}

fn has_money(street: &Street, person: &Person) {
    street.mint(&person.address(), "100");
    for _ in 0..200 {
        if person.does(&["wallet"])["balance"] == "100.00" {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    panic!("the money did not arrive");
}

/// A refusal is good when a person can act on it: a code for programs, a sentence, and what to do next.
fn says(refused: &Refused, code: &str, words: &[&str]) {
    assert_eq!(refused.code, code, "{refused:?}");
    assert!(!refused.next.is_empty(), "no remedy: {refused:?}");
    for word in words {
        assert!(refused.error.contains(word), "`{word}` is missing: {refused:?}");
    }
}

fn with_passphrase(person: &Person, file: &Path, words: &[&str]) -> Command {
    let mut command = person.command(words);
    command.env("TACIT_PASSPHRASE_FILE", file);
    command
}

#[test]
fn a_wrong_passphrase_and_a_damaged_keyring_are_told_apart() {
    let street = street();
    let wren = street.stranger("wren");
    let (right, wrong) =
        (street.file("right", b"seven quiet herons\n"), street.file("wrong", b"seven quiet hens\n"));
    street::answer(
        "wren",
        with_passphrase(&wren, &right, &["init", "--market", street.origin()]).output().unwrap(),
    );
    street::answer("wren", with_passphrase(&wren, &right, &["whoami"]).output().unwrap());

    let refused = refusal("wren", &with_passphrase(&wren, &wrong, &["whoami"]).output().unwrap());
    assert!(refused.error.contains("passphrase does not open"), "{refused:?}");
    assert!(!refused.next.is_empty());
    for secret in ["herons", "hens"] {
        assert!(!format!("{refused:?}").contains(secret), "a refusal repeats a passphrase");
    }

    // With nobody to ask and no file the desk stays shut and says how to open it.
    let refused = wren.is_refused(&["whoami"]);
    says(&refused, "passphrase", &["passphrase"]);

    let keyring = wren.home().join("keyring.age");
    let whole = std::fs::read(&keyring).unwrap();
    std::fs::write(&keyring, &whole[..whole.len() / 4]).unwrap();
    let refused = refusal("wren", &with_passphrase(&wren, &right, &["whoami"]).output().unwrap());
    assert!(refused.error.contains("damaged"), "{refused:?}");
    assert!(!refused.next.is_empty());

    // Nothing else was touched: with the keyring back the desk is back.
    std::fs::write(&keyring, whole).unwrap();
    street::answer("wren", with_passphrase(&wren, &right, &["whoami"]).output().unwrap());
}

#[test]
fn a_market_that_is_not_there_leaves_no_half_made_desk() {
    let mut street = Street::without_market(Proofs::Assumed, Rows::Sqlite);
    let wren = street.stranger("wren");
    let nobody = {
        let held = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        format!("http://{}", held.local_addr().unwrap())
    };
    let refused = wren.is_refused(&["init", "--market", &nobody, "--no-passphrase"]);
    says(&refused, "market-unreachable", &[]);
    // The same folder serves for a market that is there.
    street.start_market();
    wren.does(&["init", "--market", street.origin(), "--no-passphrase"]);
}

#[test]
fn a_desk_with_real_proofs_refuses_a_market_with_assumed_ones() {
    let street = street();
    let shipped = PathBuf::from(env!("CARGO_BIN_EXE_tacit"));
    let output = Command::new(shipped)
        .args(["init", "--market", street.origin(), "--no-passphrase", "--json"])
        .env("TACIT_HOME", street.path().join("careful"))
        .stdin(std::process::Stdio::null())
        .output()
        .unwrap();
    says(&refusal("careful", &output), "other-proofs", &[]);
}

#[test]
fn what_cannot_be_sold_is_refused_before_anything_leaves_the_machine() {
    let street = street();
    let wren = street.person("wren");
    let good = street.file("bicycles.csv", GOOD_TABLE);
    let words = sells(&good);

    let empty = street.file("empty.csv", b"");
    says(&wren.is_refused(&sells(&empty)), "empty-file", &["empty"]);
    let ragged = street.file("ragged.csv", b"city,bikes\nGent,12\nBrugge\nAalst,9\n");
    says(&wren.is_refused(&sells(&ragged)), "unreadable-file", &["line 3", "1 fields", "has 2"]);
    let broken = street.file("broken.parquet", b"PAR1 this was cut off in the middle of a download");
    says(&wren.is_refused(&sells(&broken)), "unreadable-file", &[]);
    let nowhere = street.path().join("nowhere.csv");
    says(&wren.is_refused(&sells(&nowhere)), "no-file", &["nowhere.csv"]);

    says(&wren.is_refused(&but(&words, "--price", "900000000")), "not-cleared", &["highest price"]);
    says(&wren.is_refused(&but(&words, "--price", "0")), "not-cleared", &["price"]);
    says(&wren.is_refused(&but(&words, "--price", "a fortune")), "not-cleared", &["price"]);
    says(&wren.is_refused(&but(&words, "--price", "20.57")), "not-cleared", &["two significant digits"]);
    says(
        &wren.is_refused(&but(&words, "--licence", "WTFPL")),
        "not-cleared",
        &["WTFPL", "CC-BY-4.0", "CC0-1.0"],
    );
    says(&wren.is_refused(&but(&words, "--title", "")), "not-cleared", &["title"]);

    // The market heard of none of it, and the same desk sells the mended file.
    assert_eq!(wren.does(&["listings"])["listings"], Value::Array(Vec::new()));
    assert_eq!(street.person("jay").does(&["search"])["total"], 0);
    assert_eq!(wren.does(&words)["rows"], 3);
}

#[test]
fn a_retired_listing_cannot_be_bought() {
    let street = street();
    let (wren, jay) = (street.person("wren"), street.person("jay"));
    let listing = lists(&wren, &street);
    has_money(&street, &jay);
    assert_eq!(wren.does(&["retire", &listing])["state"], "retired");
    let refused = jay.is_refused(&["buy", &listing, "--yes", "--wait", "1"]);
    assert_eq!(refused.code, "not-for-sale");
    assert_eq!(jay.does(&["orders"])["orders"], Value::Array(Vec::new()));
    assert!(!refused.next.is_empty(), "{refused:?}");
    assert_eq!(jay.does(&["wallet"])["balance"], "100.00");

    // A new listing does not hide that the seller drew a sample before.
    let again = lists(&wren, &street);
    let seen = jay.does(&["sample", &again]);
    assert_eq!((&seen["earlier_manifests"], &seen["earlier_manifests_of_seller"]), (&0.into(), &1.into()));
    assert_eq!(jay.does(&["show", &again])["earlier_manifests_of_seller"], 1);
}

#[test]
fn an_order_waits_for_an_absent_seller_and_outlives_the_markets_absence() {
    let mut street = street();
    let (wren, jay) = (street.person("wren"), street.person("jay"));
    let listing = lists(&wren, &street);
    has_money(&street, &jay);
    let address = wren.address();

    // The seller's desk is away: the order stays, and says for whom it waits and until when.
    let refused = jay.is_refused(&["buy", &listing, "--yes", "--wait", "2"]);
    says(&refused, "waiting", &["waits for the seller's desk until 2", "nothing was paid"]);
    let order = jay.does(&["orders"])["orders"][0]["order"].as_str().unwrap().to_owned();
    assert!(refused.next.contains(&order), "{refused:?}");

    // The market is away: nobody can finish anything, and everybody is told so.
    street.stop_market();
    let another = street.file("another.csv", GOOD_TABLE);
    let steps_of_a_seller: &[&[&str]] = &[
        &sells(&another),
        &["listings", "edit", &listing, "--price", "30"],
        &["listings", "pause", &listing],
        &["listings", "resume", &listing],
        &["retire", &listing],
        &["desk", "--headless"],
    ];
    let steps_of_a_buyer: &[&[&str]] = &[
        &["sample", &listing],
        &["buy", &listing, "--yes", "--wait", "2"],
        &["orders", "resume", &order, "--wait", "2"],
        &["wallet", "send", &address, "5", "--wait", "2"],
        &["verify", "ledger", "--market", street.origin()],
    ];
    for (person, steps) in [(&wren, steps_of_a_seller), (&jay, steps_of_a_buyer)] {
        for words in steps {
            says(&person.is_refused(words), "market-unreachable", &[]);
        }
    }
    let finch = street.stranger("finch");
    let init = ["init", "--market", street.origin(), "--no-passphrase"];
    says(&finch.is_refused(&init), "market-unreachable", &[]);

    // Both are back: the same order goes on to its end.
    street.start_market();
    let _desk = wren.leaves_the_desk_running();
    let bought = jay.does(&["orders", "resume", &order, "--wait", "50"]);
    assert_eq!(bought["order"], order.as_str());
    assert_eq!(std::fs::read(bought["file"].as_str().unwrap()).unwrap(), GOOD_TABLE);
    assert_eq!(jay.does(&["wallet"])["balance"], "80.00");
}
