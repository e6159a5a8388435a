//! Makes `vectors/evidence/*.json` again: good and bad receipts, presentations, checkpoints, tiles and beacons, all from
//! fixed seeds, so that they come out byte for byte as they stand in the repository.
//!
//! `cargo run --package tacit-evidence --features testing --example evidence-vectors`

use serde_json::{Value, json};
use std::path::Path;
use tacit_evidence::log::{
    Leaf, LeafKind, LeafSalt, LogIndex, LogSize, StoredHashes, TilePath, append, encode_entries,
};
use tacit_evidence::receipt::{
    Claim, Countersignature, FINANCE, Outcome, Presentation, Receipt, present, sign_receipt,
};
use tacit_evidence::testing::{Sale, beacon_key, chance, market, sale};
use tacit_values::{Digest, PersonaKey, Timestamp, base64url};

fn main() {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../vectors/evidence"));
    let all = [receipts(), presentations(), checkpoints(), tiles(), beacons()].concat();
    for (name, vector) in &all {
        let mut text = serde_json::to_string_pretty(vector).expect("a vector is JSON");
        text.push('\n');
        std::fs::write(folder.join(format!("{name}.json")), text)
            .expect("the vectors' folder can be written");
    }
    println!("{} vectors", all.len());
}

type Vectors = Vec<(String, Value)>;

fn receipts() -> Vectors {
    let (sale, other) = (sale(), Sale::number(2));
    let good = &sale.receipt;
    let keys = json!({"countersign": market().countersign.persona(), "log": market().log.verifier()});
    let expected = json!({
        "digest": good.digest(), "outcome": "closed", "seller": sale.body.seller, "buyer": sale.body.buyer,
        "claims": sale.body.claims(),
    });
    let mut vectors = vec![(
        "receipt-good".to_owned(),
        json!({"what": "a receipt with all claims", "market": keys, "receipt": good, "expected": expected}),
    )];
    let mut bad = |name: &str, what: &str, receipt: Value| {
        let vector = json!({"what": what, "market": keys, "receipt": receipt});
        vectors.push((format!("receipt-bad-{name}"), vector));
    };
    let with = |change: &dyn Fn(&mut Receipt)| {
        let mut receipt = good.clone();
        change(&mut receipt);
        json!(receipt)
    };
    let (jwt, shown) = good.sd_jwt.split_once('~').expect("an SD-JWT has tildes");
    let first = shown.split('~').next().expect("an SD-JWT has disclosures");
    let cheaper = base64url::encode(br#"["c2FsdHNhbHRzYWx0c2FsdA","amount",1000000]"#);
    let resalted =
        sign_receipt(&sale.seller, &sale.body, &mut chance(50)).expect("the fixture may be signed");
    let foreign = resalted.split('~').nth(1).expect("an SD-JWT has disclosures");

    bad("altered-claim", "the amount was lowered", with(&|r| r.sd_jwt = format!("{jwt}~{cheaper}~")));
    bad(
        "foreign-disclosure",
        "a claim of another signing",
        with(&|r| r.sd_jwt = format!("{jwt}~{foreign}~")),
    );
    bad("disclosure-twice", "the same claim twice", with(&|r| r.sd_jwt = format!("{jwt}~{first}~{shown}")));
    bad(
        "seller-signature",
        "signed by nobody",
        with(&|r| r.sd_jwt = flipped(jwt, jwt.len() - 10) + "~" + shown),
    );
    bad(
        "algorithm-none",
        "a header that asks for no signature",
        with(&|r| r.sd_jwt = without_signature(jwt)),
    );
    bad(
        "other-order-market",
        "the countersignature of another order",
        with(&|r| r.market = other.receipt.market.clone()),
    );
    bad("other-order-body", "the body of another order", with(&|r| r.sd_jwt = other.sd_jwt.clone()));
    bad("other-order-log", "the log place of another order", with(&|r| r.log = other.receipt.log.clone()));
    bad(
        "other-order-ledger",
        "the payment of another order",
        with(&|r| r.ledger = other.receipt.ledger.clone()),
    );
    bad("wrong-salt", "a salt that opens another leaf", with(&|r| r.log.salt = other.receipt.log.salt));
    bad("wrong-index", "another place in the log", with(&|r| r.log.index = LogIndex(5)));
    bad("short-proof", "a proof without its last hash", with(&|r| r.log.inclusion.0.truncate(3)));
    bad(
        "unsigned-checkpoint",
        "a checkpoint with a spoilt signature",
        with(&|r| r.log.checkpoint = flipped(&r.log.checkpoint, 130)),
    );
    bad(
        "outcome-by-a-stranger",
        "an outcome that the market did not sign",
        with(&|r| r.market = by_a_stranger(good)),
    );
    bad(
        "other-checkpoint",
        "a checkpoint of the market that does not hold the receipt",
        with(&|r| {
            let later = market().log.sign(LogSize(99), Digest::of(b"another root"));
            let said = Countersignature::new(r.digest(), Outcome::Closed, r.log.index, later.checkpoint());
            r.log.checkpoint = later.note().to_owned();
            r.market = said.sign(&market().countersign);
        }),
    );
    bad("no-tilde", "an SD-JWT without its end", with(&|r| r.sd_jwt.truncate(r.sd_jwt.len() - 1)));
    bad("unsafe-number", "a position that JSON readers round", with(&|r| r.ledger[0].position = 1 << 53));
    let mut extra = json!(good);
    extra["note"] = "paid, honestly".into();
    bad("unknown-field", "a field that receipts do not have", extra);
    let mut missing = json!(good);
    missing.as_object_mut().expect("a receipt is an object").remove("log");
    bad("without-log", "no place in the log", missing);
    vectors
}

fn presentations() -> Vectors {
    let (sale, other) = (sale(), Sale::number(2));
    let keys = json!({"countersign": market().countersign.persona(), "log": market().log.verifier()});
    let asked =
        json!({"audience": "https://auditor.example", "nonce": "nonce-1", "now": "2026-11-21T09:00:00Z"});
    let show = |sale: &Sale, reveal: &[Claim], nonce: &str, at: &str| -> Presentation {
        let at: Timestamp = at.parse().expect("a valid time");
        present(&sale.receipt, reveal, false, &sale.buyer, "https://auditor.example", nonce, at)
            .expect("the buyer shows its own receipt")
    };
    let usual = |reveal: &[Claim]| show(&sale, reveal, "nonce-1", "2026-11-21T09:00:00Z");
    let document = |shown: &Presentation| -> Value {
        serde_json::from_slice(&shown.to_json()).expect("a presentation is JSON")
    };
    let vector = |what: &str, presentation: &Value| json!({"what": what, "market": keys, "asked": asked, "presentation": presentation});
    let good = |name: &str, what: &str, reveal: &[Claim]| {
        let mut vector = vector(what, &document(&usual(reveal)));
        let names: Vec<&str> = reveal.iter().map(|claim| claim.name()).collect();
        let mut claims = json!(sale.body.claims());
        claims
            .as_object_mut()
            .expect("claims are an object")
            .retain(|name, _| names.contains(&name.as_str()));
        vector["expected"] = json!({"claims": claims, "buyer": sale.body.buyer});
        (format!("presentation-good-{name}"), vector)
    };
    let mut vectors = vec![
        good("finance", "amount, date and invoice for a finance department", &FINANCE),
        good("licence", "only the licence", &[Claim::Licence]),
        good("nothing", "no claim at all, only that a sale was closed", &[]),
    ];
    let mut bad = |name: &str, what: &str, presentation: Value| {
        vectors.push((format!("presentation-bad-{name}"), vector(what, &presentation)));
    };
    let shown = document(&usual(&[Claim::Amount]));
    let with_sd_jwt = |text: String| {
        let mut presentation = shown.clone();
        presentation["sd_jwt"] = text.into();
        presentation
    };
    let text = shown["sd_jwt"].as_str().expect("an SD-JWT is text");
    let (_, proof) = text.rsplit_once('~').expect("an SD-JWT has tildes");
    bad("claims-added", "claims that the holder did not sign for", with_sd_jwt(sale.sd_jwt.clone() + proof));
    bad("without-holder", "no proof of the holder", json!(sale.receipt));
    bad("holder-signature", "a spoilt proof of the holder", with_sd_jwt(flipped(text, text.len() - 10)));
    bad(
        "altered-claim",
        "a spoilt disclosure",
        with_sd_jwt(flipped(text, text.find('~').expect("tilde") + 8)),
    );
    bad(
        "other-nonce",
        "made for another question",
        document(&show(&sale, &[], "nonce-2", "2026-11-21T09:00:00Z")),
    );
    bad("future", "dated tomorrow", document(&show(&sale, &[], "nonce-1", "2026-11-22T09:00:00Z")));
    let other = show(&other, &[Claim::Amount], "nonce-1", "2026-11-21T09:00:00Z");
    let (_, others) = other.sd_jwt().rsplit_once('~').expect("an SD-JWT has tildes");
    let (claims, _) = text.rsplit_once('~').expect("an SD-JWT has tildes");
    bad("other-holder", "the proof of another order's buyer", with_sd_jwt(format!("{claims}~{others}")));
    vectors
}

fn checkpoints() -> Vectors {
    let key = market().log;
    let signed = key.sign(LogSize(1_234), Digest::of(b"a root"));
    let vector = |what: &str, note: &str| json!({"what": what, "verifier": key.verifier(), "note": note});
    let mut good = vector("a signed checkpoint", signed.note());
    good["expected"] = json!({"size": 1_234, "root": signed.root()});
    let mut vectors = vec![("checkpoint-good".to_owned(), good)];
    let mut bad = |name: &str, what: &str, note: String| {
        vectors.push((format!("checkpoint-bad-{name}"), vector(what, &note)));
    };
    let note = signed.note();
    bad("larger", "the size was raised", note.replace("1234", "1235"));
    bad("signature", "a spoilt signature", flipped(note, note.len() - 10));
    bad("unsigned", "no signature at all", signed.checkpoint().text());
    bad("other-log", "the checkpoint of another log", note.replace("market.example", "other.example"));
    bad("no-newline", "a signature line without its end", note.trim_end().to_owned());
    bad("control-character", "a bell in the origin", note.replacen("market", "market\u{7}", 1));
    bad("oversized", "five thousand bytes", "x".repeat(5_000));
    vectors
}

fn tiles() -> Vectors {
    let salt = LeafSalt::from_bytes([7; 32]);
    let salted =
        Leaf::salted(LeafKind::OrderEnded, &salt, &Digest::of(b"receipt")).expect("orders are salted");
    let record = json!({"epoch": 3, "pool": Digest::of(b"pool"), "root": Digest::of(b"root"), "size": 12});
    let clear = Leaf::clear(LeafKind::Epoch, &record).expect("epochs are clear");
    let leaves = [salted.to_bytes(), clear.to_bytes(), salted.to_bytes()];
    let mut stored = StoredHashes::default();
    let appended = append(LogSize(0), &leaves, &stored).expect("a small log");
    stored.keep(&appended);
    let hashes: TilePath = "tile/0/000.p/3".parse().expect("a valid path");
    let hash_bytes = hashes.read(&stored).expect("a small log");
    let entry_bytes = encode_entries(&leaves).expect("leaves fit");

    let vector = |what: &str, path: &str, bytes: &[u8]| json!({"what": what, "path": path, "bytes": base64url::encode(bytes), "size": 3, "root": appended.root});
    let mut good_entries = vector("three leaves", "tile/entries/000.p/3", &entry_bytes);
    good_entries["leaves"] = leaves.iter().map(|leaf| Value::from(base64url::encode(leaf))).collect();
    let cut = &entry_bytes[..entry_bytes.len() - 1];
    let mut swapped = leaves.clone();
    swapped.swap(0, 1);
    let swapped = encode_entries(&swapped).expect("leaves fit");
    let mut spoilt = hash_bytes.clone();
    spoilt[40] ^= 1;
    let vectors = [
        ("tile-good-hashes", vector("the hashes of three leaves", "tile/0/000.p/3", &hash_bytes)),
        ("tile-good-entries", good_entries),
        ("tile-bad-cut", vector("the last byte is missing", "tile/entries/000.p/3", cut)),
        ("tile-bad-width", vector("four leaves are promised", "tile/entries/000.p/4", &entry_bytes)),
        ("tile-bad-order", vector("two leaves changed places", "tile/entries/000.p/3", &swapped)),
        ("tile-bad-empty-leaf", vector("a leaf without bytes", "tile/entries/000.p/3", &[0; 6])),
        ("tile-bad-hash", vector("a flipped bit in a hash", "tile/0/000.p/3", &spoilt)),
        ("tile-bad-level", vector("a level that no log has", "tile/64/000.p/3", &hash_bytes)),
        ("tile-bad-zero-width", vector("a width of nothing", "tile/0/000.p/0", &[])),
        ("tile-bad-climbing-path", vector("a path that climbs", "tile/0/../000.p/3", &hash_bytes)),
    ];
    vectors.into_iter().map(|(name, vector)| (name.to_owned(), vector)).collect()
}

fn beacons() -> Vectors {
    let (manifest, leaf) = (Digest::of(b"a manifest"), Digest::of(b"an epoch leaf"));
    let beacon =
        beacon_key().draw(&manifest, LogIndex(41), &leaf, &mut chance(1)).expect("the test key signs");
    let vector = |what: &str, change: &dyn Fn(&mut Value)| {
        let mut drawn = json!(beacon);
        change(&mut drawn);
        json!({"what": what, "verifier": beacon_key().verifier(), "beacon": drawn})
    };
    let mut good = vector("a beacon", &|_| ());
    good["expected"] = json!(beacon.digest());
    let signature = base64url::encode(&beacon.signature);
    let vectors = [
        ("beacon-good", good),
        ("beacon-bad-index", vector("another place in the log", &|drawn| drawn["log_index"] = 42.into())),
        ("beacon-bad-manifest", vector("another manifest", &|drawn| drawn["manifest"] = json!(leaf))),
        ("beacon-bad-epoch", vector("another epoch leaf", &|drawn| drawn["epoch_leaf"] = json!(manifest))),
        (
            "beacon-bad-signature",
            vector("a spoilt signature", &|drawn| drawn["signature"] = flipped(&signature, 99).into()),
        ),
        (
            "beacon-bad-short",
            vector("a signature of three bytes", &|drawn| drawn["signature"] = "AAAA".into()),
        ),
    ];
    vectors.into_iter().map(|(name, vector)| (name.to_owned(), vector)).collect()
}

fn flipped(text: &str, at: usize) -> String {
    let change = |(place, letter)| match (place == at, letter) {
        (false, letter) => letter,
        (true, 'A') => 'B',
        (true, _) => 'A',
    };
    text.chars().enumerate().map(change).collect()
}

fn without_signature(jwt: &str) -> String {
    let header = base64url::encode(br#"{"alg":"none","typ":"tacit-receipt+sd-jwt"}"#);
    let payload = jwt.split('.').nth(1).expect("a JWT has three parts");
    format!("{header}.{payload}.~")
}

fn by_a_stranger(receipt: &Receipt) -> String {
    let said = Countersignature::open(&receipt.market, &market().countersign.persona()).expect("the fixture");
    Countersignature { outcome: Outcome::Settled, ..said }.sign(&PersonaKey::from_seed(&[77; 32]))
}
