//! Every file of `vectors/evidence` read as the rest of the world would read it: good ones pass, bad ones are refused.

use crate::beacon::{Beacon, BeaconVerifier};
use crate::log::{HashSource, LogSize, LogVerifier, StoredHashes, TilePath, append, root};
use crate::receipt::{
    Asked, Disclosed, MarketKeys, Presentation, Receipt, VerifiedReceipt, verify_presentation, verify_receipt,
};
use crate::testing::ledger;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::Command;
use tacit_values::{Digest, base64url};

fn folder() -> PathBuf {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../vectors/evidence")).to_owned()
}

/// The vectors whose names begin with `prefix`.
fn vectors(prefix: &str) -> Vec<(String, Value)> {
    let mut found = vec![];
    for entry in std::fs::read_dir(folder()).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if name.starts_with(prefix) && name.ends_with(".json") {
            let vector = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
            found.push((name, vector));
        }
    }
    found.sort_by(|(one, _), (other, _)| one.cmp(other));
    found
}

/// Runs the check on every vector of a sort and returns what the good ones gave.
fn judge<T>(prefix: &str, check: impl Fn(&Value) -> Option<T>) -> Vec<(Value, T)> {
    let (mut good, mut bad) = (vec![], 0);
    for (name, vector) in vectors(prefix) {
        match (check(&vector), name.contains("-bad-")) {
            (Some(found), false) => good.push((vector, found)),
            (None, true) => bad += 1,
            (None, false) => panic!("{name} is good and was refused"),
            (Some(_), true) => panic!("{name} is bad and was believed"),
        }
    }
    assert!(!good.is_empty() && bad >= good.len(), "{prefix}: {} good, {bad} bad", good.len());
    good
}

fn parsed<T: serde::de::DeserializeOwned>(value: &Value) -> Option<T> {
    serde_json::from_value(value.clone()).ok()
}

fn keys(vector: &Value) -> MarketKeys {
    let market = &vector["market"];
    MarketKeys { countersign: parsed(&market["countersign"]).unwrap(), log: parsed(&market["log"]).unwrap() }
}

fn claims(receipt: &VerifiedReceipt) -> &Disclosed {
    receipt.disclosed()
}

#[test]
fn receipts_of_the_vectors() {
    let good = judge("receipt-", |vector| {
        let receipt = Receipt::parse(&serde_json::to_vec(&vector["receipt"]).unwrap()).ok()?;
        verify_receipt(&receipt, &keys(vector), &ledger).ok()
    });
    for (vector, verified) in good {
        let expected = &vector["expected"];
        assert_eq!(json!(claims(&verified)), expected["claims"]);
        assert_eq!(json!(verified.signed.digest()), expected["digest"]);
        assert_eq!(json!(verified.outcome), expected["outcome"]);
        assert_eq!(json!(verified.signed.seller()), expected["seller"]);
        assert_eq!(json!(verified.signed.buyer()), expected["buyer"]);
    }
}

#[test]
fn presentations_of_the_vectors() {
    let good = judge("presentation-", |vector| {
        let bytes = serde_json::to_vec(&vector["presentation"]).unwrap();
        let presentation = Presentation::parse(&bytes).ok()?;
        let asked = &vector["asked"];
        let now = parsed(&asked["now"]).unwrap();
        let asked =
            Asked { audience: asked["audience"].as_str().unwrap(), nonce: asked["nonce"].as_str().unwrap() };
        verify_presentation(&presentation, &keys(vector), Some(asked), now, &ledger).ok()
    });
    for (vector, verified) in good {
        assert_eq!(json!(claims(&verified.receipt)), vector["expected"]["claims"]);
    }
}

#[test]
fn checkpoints_of_the_vectors() {
    let good = judge("checkpoint-", |vector| {
        let verifier: LogVerifier = parsed(&vector["verifier"]).unwrap();
        verifier.open(vector["note"].as_str().unwrap()).ok()
    });
    for (vector, signed) in good {
        assert_eq!(json!({"size": signed.size(), "root": signed.root()}), vector["expected"]);
    }
}

#[test]
fn tiles_of_the_vectors() {
    judge("tile-", |vector| {
        let path: TilePath = vector["path"].as_str().unwrap().parse().ok()?;
        let bytes = base64url::decode(vector["bytes"].as_str().unwrap()).unwrap();
        let size: LogSize = parsed(&vector["size"]).unwrap();
        let expected: Digest = parsed(&vector["root"]).unwrap();
        let found = if path.holds_entries() {
            let leaves = path.parse_entries(&bytes).ok()?;
            append(LogSize(0), &leaves, &StoredHashes::default()).unwrap().root
        } else {
            let hashes = path.parse_hashes(&bytes).ok()?;
            let stored: StoredHashes = path.needed().into_iter().zip(hashes).collect();
            // Three leaves: the inner hash over the first two is computed, the third is a leaf.
            let first = stored.hashes(&path.needed()[..2]).unwrap();
            let inner = Digest::of(&[&[1][..], first[0].bytes(), first[1].bytes()].concat());
            let all = path.needed().into_iter().map(|at| (at, stored.hashes(&[at]).unwrap()[0]));
            root(size, &all.chain([(2, inner)]).collect::<StoredHashes>()).unwrap()
        };
        (found == expected && path.is_within(size)).then_some(())
    });
}

#[test]
fn beacons_of_the_vectors() {
    let good = judge("beacon-", |vector| {
        let verifier: BeaconVerifier = parsed(&vector["verifier"]).unwrap();
        let beacon: Beacon = parsed(&vector["beacon"])?;
        verifier.verify(&beacon).ok()?;
        Some(beacon.digest())
    });
    for (vector, digest) in good {
        assert_eq!(json!(digest), vector["expected"]);
    }
}

/// An SD-JWT verifier that shares no line with ours agrees about every receipt and presentation.
#[test]
fn an_independent_verifier_agrees_about_receipts_and_presentations() {
    let mut command = Command::new("python3");
    command.arg(folder().join("verify_sd_jwt.py"));
    let files: Vec<String> = [vectors("receipt-"), vectors("presentation-")]
        .concat()
        .into_iter()
        .map(|(name, _)| name)
        // What the script does not know: the ledger, the limits of our JSON, and which presentation was asked for.
        .filter(|name| {
            !["-ledger", "unsafe-number", "unknown-field", "other-nonce", "future", "without-holder"]
                .iter()
                .any(|beyond| name.contains(beyond))
        })
        .collect();
    command.args(files.iter().map(|name| folder().join(name)));
    let output = command.output().expect("python3 is installed; `cargo xtask test` says how");
    let text = String::from_utf8(output.stdout).unwrap();
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), files.len(), "{}", String::from_utf8_lossy(&output.stderr));
    for (name, line) in files.iter().zip(lines) {
        assert_eq!(line["ok"], !name.contains("-bad-"), "{name}: {line}");
        if line["ok"] == true {
            let vector: Value = serde_json::from_slice(&std::fs::read(folder().join(name)).unwrap()).unwrap();
            assert_eq!(line["claims"], vector["expected"]["claims"], "{name}");
        }
    }
}
