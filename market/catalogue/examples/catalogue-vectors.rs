//! Writes `vectors/catalogue/*.json` anew: `cargo run -p tacit-catalogue --features testing --example catalogue-vectors`.
//! Needed only when the form of a listing changes, which is a change of the wire.
#![expect(clippy::unwrap_used, reason = "a tool for developers that may stop with a panic")]

use tacit_catalogue::testing::{listing, seller_key};
use tacit_catalogue::{Listing, SignedListing};
use tacit_values::{Digest, PersonaKey};

fn main() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../vectors/catalogue");
    std::fs::create_dir_all(folder).unwrap();
    let write = |name: &str, why: &str, document: serde_json::Value, digest: Option<Digest>| {
        let mut vector = serde_json::json!({"about": why, "document": document});
        if let Some(digest) = digest {
            vector["digest"] = serde_json::to_value(digest).unwrap();
        }
        let text = serde_json::to_string_pretty(&vector).unwrap();
        std::fs::write(format!("{folder}/{name}.json"), text + "\n").unwrap();
    };
    let key = seller_key();
    let good = listing(1);
    let signed = good.clone().sign(&key).unwrap();
    let json = serde_json::to_value(&signed).unwrap();
    let digest = |listing: &Listing| Some(listing.digest().unwrap());
    write("listing", "a table, signed by the seller of seed 0x51 x 32", json.clone(), digest(&good));
    let plain = Listing { rows: 0, columns: Vec::new(), ..good.clone() };
    let plain_signed = serde_json::to_value(plain.clone().sign(&key).unwrap()).unwrap();
    write("listing-without-rows", "a plain file", plain_signed, digest(&plain));

    let altered = |spoil: &dyn Fn(&mut serde_json::Value)| {
        let mut json = json.clone();
        spoil(&mut json);
        json
    };
    // Signed as it stands, so that only the named fault keeps it from counting.
    let resigned = |spoil: &dyn Fn(&mut Listing)| {
        let mut listing = good.clone();
        spoil(&mut listing);
        let bytes = tacit_values::canonical(&listing).unwrap_or_default();
        let sig = key.sign("listing", &[&bytes]);
        serde_json::to_value(SignedListing { listing, sig }).unwrap()
    };
    let bad = |name: &str, why: &str, document| write(name, why, document, None);
    bad("bad-version-of-the-form", "v is 2", altered(&|json| json["listing"]["v"] = 2.into()));
    bad("bad-unknown-field", "a field nobody knows", altered(&|json| json["listing"]["x"] = 1.into()));
    bad(
        "bad-missing-field",
        "no licence",
        altered(&|json| {
            json["listing"].as_object_mut().unwrap().remove("licence");
        }),
    );
    bad(
        "bad-price-with-three-digits",
        "19.9 tUSD",
        altered(&|json| json["listing"]["price"]["amount"] = 19_900_000.into()),
    );
    bad("bad-unknown-licence", "GPL-3.0", altered(&|json| json["listing"]["licence"] = "GPL-3.0".into()));
    bad("bad-unknown-category", "planes", altered(&|json| json["listing"]["category"] = "planes".into()));
    bad(
        "bad-unsafe-amount",
        "2^53 micro-units",
        altered(&|json| json["listing"]["price"]["amount"] = (1u64 << 53).into()),
    );
    bad(
        "bad-mail-key",
        "an upper-case recipient",
        altered(&|json| json["listing"]["seller_mail"] = "AGE1".into()),
    );
    bad(
        "bad-signature",
        "rows changed after signing",
        altered(&|json| json["listing"]["rows"] = 3_323.into()),
    );
    bad(
        "bad-foreign-signer",
        "signed by another key than the seller's",
        altered(&|json| {
            let bytes = tacit_values::canonical(&good).unwrap();
            let sig = PersonaKey::from_seed(&[9; 32]).sign("listing", &[&bytes]);
            json["sig"] = serde_json::to_value(sig).unwrap();
        }),
    );
    bad("bad-version-zero", "versions count from 1", resigned(&|listing| listing.version = 0));
    bad("bad-unsafe-rows", "2^53 rows", resigned(&|listing| listing.rows = 1 << 53));
    bad("bad-tag-twice", "one tag twice", resigned(&|listing| listing.tags.push(listing.tags[0].clone())));
}
