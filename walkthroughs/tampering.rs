//! What is changed on its way or in the vault is noticed: the desk says what, takes nothing over, and goes on afterwards.

#![expect(clippy::unwrap_used, reason = "a walkthrough that cannot take its step has failed")]

mod street;

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use street::meddler::Meddler;
use street::spoiling::{places, spoil, spoil_bytes, spoil_end, spoil_json};
use street::{Person, Proofs, Refused, Rows, Street, refusal};

fn table() -> Vec<u8> {
    let mut text = String::from("station,bikes\n");
    (0..400).for_each(|row| text.push_str(&format!("station {row},{}\n", row % 31)));
    text.into_bytes()
}

fn lists(street: &Street, seller: &Person) -> String {
    let file = street.file("bicycles.csv", &table());
    let words = ["sell", file.to_str().unwrap(), "--title", "Bicycles by station", "--price", "20"];
    let words = [&words[..], &["--licence", "CC-BY-4.0", "--category", "transport"]].concat();
    seller.does(&words)["listing"].as_str().unwrap().to_owned()
}

fn no_alarm(person: &Person) {
    assert!(!person.home().join("alarm.json").exists(), "a market was accused for what happened on the way");
}

/// Gives the command until it is refused: what is changed comes only when there is something new to fetch.
fn is_refused_soon(person: &Person, words: &[&str]) -> Refused {
    for _ in 0..100 {
        let output = person.command(words).output().unwrap();
        if !output.status.success() {
            return refusal(&format!("{words:?}"), &output);
        }
    }
    panic!("{words:?} was never refused");
}

#[test]
fn a_ledger_that_was_changed_on_its_way_is_not_followed_and_accuses_nobody() {
    let street = Street::open(Proofs::Assumed, Rows::Sqlite);
    let meddler = Meddler::listening_only(street.origin());
    let jay = street.person_behind(&meddler, "jay");
    let address = jay.address();
    street.mint(&address, "100");
    jay.has("100.00");

    type Change = fn(Vec<u8>) -> Vec<u8>;
    let swap_keys: Change = |body| {
        let mut view: Value = serde_json::from_slice(&body).unwrap();
        view["keys"]["market"] = view["keys"]["treasury"].clone();
        serde_json::to_vec(&view).unwrap()
    };
    let changes: [(&str, Change, &str); 8] = [
        ("/log/checkpoint", spoil_bytes, "market-untrue"),
        ("/log/tile/entries/", spoil_end, "market-untrue"),
        ("/log/tile/", spoil_end, "market-untrue"),
        ("/log/tile/", |_| b"no tile".to_vec(), "market-untrue"),
        ("/ledger/genesis", |body| spoil_json(body, "/sig"), "market-untrue"),
        ("/ledger/genesis", spoil_bytes, "market-untrue"),
        ("/api/v1/market", swap_keys, "market-keys-changed"),
        ("/api/v1/market", |_| b"<html>".to_vec(), "not-a-market"),
    ];
    for (part, change, code) in changes {
        meddler.changes(move |_, path, body| if path.contains(part) { change(body) } else { body });
        is_refused_soon(&jay, &["wallet"]).says(code, &[" "]);
        let sent = jay.is_refused(&["wallet", "send", &address, "5", "--wait", "3"]);
        assert!(["market-untrue", "market-keys-changed", "not-a-market"].contains(&sent.code.as_str()));
        no_alarm(&jay);
        meddler.is_honest();
        jay.has("100.00");
    }

    // An epoch with something in it.
    meddler.changes(|_, path, body| if path.contains("/ledger/epochs/") { spoil_bytes(body) } else { body });
    street.mint(&address, "1");
    is_refused_soon(&jay, &["wallet"]).says("market-untrue", &["epoch"]);
    meddler.is_honest();
    jay.has("101.00");
    no_alarm(&jay);
}

#[test]
fn a_listing_a_manifest_and_a_sample_that_were_changed_are_not_shown() {
    let street = Street::open(Proofs::Assumed, Rows::Sqlite);
    let meddler = Meddler::listening_only(street.origin());
    let (wren, jay) = (street.person("wren"), street.person_behind(&meddler, "jay"));
    let listing = lists(&street, &wren);

    for part in ["/listing/title", "/listing/price/amount", "/listing/seller_mail", "/sig"] {
        meddler.changes(
            move |_, path, body| {
                if path.contains("/catalogue/days/") { spoil_json(body, part) } else { body }
            },
        );
        let refused = jay.is_refused(&["search", "bicycles"]);
        refused.says("market-untrue", &[]);
        assert!(refused.next.contains("Nothing was taken over"), "{refused:?}");
    }
    meddler.is_honest();
    assert_eq!(jay.does(&["search", "bicycles"])["total"], 1);

    let changes = [
        ("/manifests/", "/signed/manifest/rows"),
        ("/manifests/", "/signed/manifest/row_root"),
        ("/manifests/", "/signed/sig"),
        ("/manifests/", "/beacon/signature"),
        ("/manifests/", "/beacon/epoch_leaf"),
        ("/manifests/", "/beacon/log_index"),
        ("/sample", "/rows/3/row"),
        ("/sample", "/rows/3/path/0"),
        ("/sample", "/rows/3/cells/0/value"),
        ("/sample", "/manifest"),
    ];
    for (part, place) in changes {
        meddler
            .changes(move |_, path, body| if path.contains(part) { spoil_json(body, place) } else { body });
        let refused = jay.is_refused(&["sample", &listing]);
        refused.says("sample-refused", &[" "]);
        assert!(refused.next.contains("Do not buy"), "{refused:?}");
    }
    meddler.is_honest();
    assert_eq!(jay.does(&["sample", &listing])["checked"], true);
}

/// Where the vault keeps a body.
fn vault_file(folder: &Path, digest: &str) -> Option<PathBuf> {
    std::fs::read_dir(folder).unwrap().find_map(|entry| {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => vault_file(&path, digest),
            false => path.file_name().is_some_and(|name| name == digest).then_some(path),
        }
    })
}

#[test]
fn a_purchase_outlives_every_change_on_its_way() {
    let street = Street::open(Proofs::Assumed, Rows::Sqlite);
    let meddler = Meddler::listening_only(street.origin());
    let (wren, jay) = (street.person("wren"), street.person_behind(&meddler, "jay"));
    let listing = lists(&street, &wren);
    let _desk = wren.leaves_the_desk_running();
    street.mint(&jay.address(), "100");
    jay.has("100.00");

    // The seller's answer does not open: for the buyer it is a letter to somebody else.
    meddler.changes(
        |_, path, body| {
            if path.contains("/mail/buckets/") { spoil_json(body, "/letters/") } else { body }
        },
    );
    let copy = street.path().join("bought.csv");
    let buy = ["buy", &listing, "--yes", "--out", copy.to_str().unwrap(), "--wait", "8"];
    let refused = jay.is_refused(&buy);
    refused.says("waiting", &["nothing was paid"]);
    assert_eq!(jay.does(&["wallet"])["balance"], "100.00");
    let order = jay.does(&["orders"])["orders"][0]["order"].as_str().unwrap().to_owned();
    assert!(refused.next.contains(&order), "{refused:?}");
    let resume = ["orders", "resume", &order, "--wait", "30"];

    // Once the payment is sent the seller's letters are held back, and what the market shows instead is changed.
    for place in ["/delivery/header", "/delivery/statement/sig"] {
        let paid = Arc::new(AtomicBool::new(jay.does(&["wallet"])["balance"] != "100.00"));
        meddler.changes(move |method, path, body| {
            if method == "POST" && path.contains("/ledger/bundles") {
                paid.store(true, Ordering::Relaxed);
            }
            match paid.load(Ordering::Relaxed) {
                true if path.contains("/mail/buckets/") => br#"{"letters":[]}"#.to_vec(),
                true if path.contains("/orders/") => spoil_json(body, place),
                _ => body,
            }
        });
        jay.is_refused(&resume).says("untrue-delivery", &["the seller did not sign"]);
        assert_eq!(jay.does(&["wallet"])["balance"], "80.00");
    }

    meddler.changes(|_, path, body| {
        if path.contains("/manifests/") { spoil_json(body, "/signed/manifest/bytes") } else { body }
    });
    jay.is_refused(&resume).says("untrue-manifest", &[" "]);
    let manifests = meddler.heard().into_iter().find(|one| one.path.contains("/manifests/")).unwrap();
    let manifest: Value = serde_json::from_slice(&manifests.answer).unwrap();
    for (what, code) in [("blocks", "untrue-blocks"), ("body", "damaged-download")] {
        let path = format!("/api/v1/bodies/{}", manifest["signed"]["manifest"][what].as_str().unwrap());
        meddler.changes(move |_, asked, body| if asked == path { spoil_bytes(body) } else { body });
        jay.is_refused(&resume).says(code, &[" "]);
        assert!(!copy.exists(), "nothing unchecked is left where the file goes");
    }
    meddler.is_honest();

    // In the vault itself.
    let body = manifest["signed"]["manifest"]["body"].as_str().unwrap();
    let kept = vault_file(&street.market_folder(), body).unwrap();
    let whole = std::fs::read(&kept).unwrap();
    std::fs::write(&kept, spoil_bytes(whole.clone())).unwrap();
    let refused = jay.is_refused(&resume);
    refused.says("damaged-body", &["market's own copy"]);
    assert!(refused.next.contains("operator"), "{refused:?}");
    std::fs::write(&kept, whole).unwrap();

    for place in ["/evidence/market", "/evidence/log/checkpoint", "/evidence/log/salt"] {
        meddler.changes(
            move |_, path, body| {
                if path.contains("/orders/") { spoil_json(body, place) } else { body }
            },
        );
        let refused = jay.is_refused(&resume);
        refused.says("untrue-evidence", &["receipt"]);
        assert!(refused.next.contains("Nothing was lost"), "{refused:?}");
        assert_eq!(std::fs::read(&copy).unwrap(), table(), "the file is open already");
    }
    meddler.is_honest();

    let bought = jay.does(&resume);
    assert_eq!(bought["state"], "closed");
    assert_eq!(std::fs::read(&copy).unwrap(), table());
    assert_eq!(jay.does(&["wallet"])["balance"], "80.00");
    no_alarm(&jay);
    no_alarm(&wren);
    receipts_are_refused_wherever_they_are_changed(&street, &jay, bought["receipt"].as_str().unwrap());
}

fn receipts_are_refused_wherever_they_are_changed(street: &Street, buyer: &Person, receipt: &str) {
    for (name, parts) in [("whole.json", &[][..]), ("finance.json", &["--for", "finance"])] {
        let file = street.path().join(name);
        buyer.does(&[&["receipts", "show", receipt, "--out", file.to_str().unwrap()], parts].concat());
        assert_eq!(buyer.does(&["verify", file.to_str().unwrap()])["ok"], true);
        let honest: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
        let places = places(&honest);
        for part in ["/sd_jwt", "/log/index", "/log/checkpoint", "/market"] {
            assert!(places.iter().any(|place| place.starts_with(part)), "{part} is not in {places:?}");
        }
        for place in places {
            let mut changed = honest.clone();
            spoil(changed.pointer_mut(&place).unwrap());
            let changed = street.file("changed.json", &serde_json::to_vec(&changed).unwrap());
            let words = ["verify", changed.to_str().unwrap()];
            if place == "/ledger/0/pool" {
                // Of a pool that is not at hand nothing can be said, and that is what is said.
                assert_eq!(buyer.does(&words)["ledger"][0]["finding"], "not at hand");
                continue;
            }
            let refused = buyer.is_refused(&words);
            refused.says("not-verified", &["changed.json"]);
        }
    }
}
