//! Listings as sellers make them and as others try to change them.

use super::*;
use crate::testing::{listing, seller_key};
use proptest::prelude::*;
use std::time::Duration;

fn later() -> Timestamp {
    listing(1).at.plus(Duration::from_secs(60))
}

#[test]
fn a_signed_listing_reads_back_and_counts() {
    let signed = listing(1).sign(&seller_key()).unwrap();
    let json = serde_json::to_string(&signed).unwrap();
    let read: SignedListing = serde_json::from_str(&json).unwrap();
    assert_eq!(read, signed);
    assert!(read.check().is_ok());
}

#[test]
fn the_wire_names_are_those_of_the_contract() {
    let value = serde_json::to_value(listing(1)).unwrap();
    let names: Vec<&str> = value.as_object().unwrap().keys().map(String::as_str).collect();
    let expected = [
        "abstract",
        "at",
        "bytes",
        "category",
        "columns",
        "id",
        "kind",
        "licence",
        "manifest",
        "media_type",
        "preset",
        "price",
        "rows",
        "seller",
        "seller_mail",
        "state",
        "tags",
        "title",
        "updates",
        "v",
        "version",
    ];
    let mut sorted = names.clone();
    sorted.sort_unstable();
    assert_eq!(sorted, expected);
    assert_eq!(value["v"], 1);
    assert_eq!(value["columns"][0]["type"], "text");
}

#[test]
fn nobody_but_the_seller_signs_a_listing() {
    let stranger = PersonaKey::from_seed(&[9; 32]);
    assert_eq!(listing(1).sign(&stranger).unwrap_err(), BadListing::ForeignKey);
    let mut forged = listing(1).sign(&seller_key()).unwrap();
    forged.listing.seller = stranger.persona();
    assert_eq!(forged.check().unwrap_err(), BadListing::Signature);
}

#[test]
fn a_field_changed_after_signing_is_noticed() {
    type Spoil = fn(&mut Listing);
    let spoils: [Spoil; 6] = [
        |listing| listing.version = 2,
        |listing| listing.rows += 1,
        |listing| listing.licence = "CC-BY-4.0".parse().unwrap(),
        |listing| listing.columns[0].redacted = true,
        |listing| listing.state = ListingState::Paused,
        |listing| listing.manifest = Digest::of(b"other"),
    ];
    for spoil in spoils {
        let mut signed = listing(1).sign(&seller_key()).unwrap();
        spoil(&mut signed.listing);
        assert_eq!(signed.check().unwrap_err(), BadListing::Signature);
    }
}

#[test]
fn figures_beyond_the_safe_integers_and_empty_files_cannot_be_signed() {
    let with = |spoil: fn(&mut Listing)| {
        let mut listing = listing(1);
        spoil(&mut listing);
        listing.sign(&seller_key()).unwrap_err()
    };
    assert_eq!(with(|listing| listing.bytes = 0), BadListing::Size);
    assert_eq!(with(|listing| listing.rows = u64::MAX), BadListing::Size);
    assert_eq!(with(|listing| listing.version = 0), BadListing::VersionZero);
    assert_eq!(with(|listing| listing.tags = vec!["t".parse().unwrap(); 2]), BadListing::Tags);
    assert_eq!(with(|listing| listing.columns.push(listing.columns[0].clone())), BadListing::Columns);
    assert_eq!(with(|listing| listing.columns[0].name = "\u{1b}[2Jname".into()), BadListing::Columns);
    assert_eq!(with(|listing| listing.columns[0].name = "a\nb".into()), BadListing::Columns);
    assert_eq!(with(|listing| listing.columns[0].name = "\u{202e}eman".into()), BadListing::Columns);
}

#[test]
fn a_listing_with_every_column_that_it_may_show_still_fits() {
    let mut wide = listing(1);
    let column = wide.columns[0].clone();
    wide.columns =
        (0..COLUMNS_MOST).map(|n| Column { name: format!("{n:0>100}"), ..column.clone() }).collect();
    assert!(wide.clone().sign(&seller_key()).is_ok());
    wide.columns =
        (0..COLUMNS_MOST).map(|n| Column { name: format!("{n:0>256}"), ..column.clone() }).collect();
    assert_eq!(wide.sign(&seller_key()).unwrap_err(), BadListing::TooLarge);
}

#[test]
fn a_listing_is_paused_resumed_and_retired_and_then_stays_so() {
    let live = listing(1);
    assert_eq!(live.clone().resume(later()), Err(NotMoved::Already(ListingState::Live)));
    let paused = live.clone().pause(later()).unwrap();
    assert_eq!((paused.version, paused.state), (2, ListingState::Paused));
    let resumed = paused.resume(later()).unwrap();
    let retired = resumed.retire(later()).unwrap();
    assert_eq!(retired.version, 4);
    assert_eq!(retired.clone().pause(later()), Err(NotMoved::Retired));
    assert_eq!(retired.clone().resume(later()), Err(NotMoved::Retired));
    let revision = Revision { tags: Some(Vec::new()), ..Revision::default() };
    assert_eq!(retired.clone().revise(revision, later()), Err(NotMoved::Retired));
    assert_eq!(retired.clone().retire(later()), Err(NotMoved::Already(ListingState::Retired)));
}

#[test]
fn a_next_version_keeps_id_and_seller_and_counts_one_further() {
    let first = listing(1);
    let second = first
        .clone()
        .revise(Revision { title: Some("Another title".parse().unwrap()), ..Revision::default() }, later())
        .unwrap();
    assert_eq!(second.follows(&first), Ok(()));
    assert_eq!(first.follows(&first), Err(NotANextVersion::Number { expected: 2, found: 1 }));
    assert_eq!(listing(2).follows(&first), Err(NotANextVersion::OtherListing));
    let stolen = Listing { seller: PersonaKey::from_seed(&[9; 32]).persona(), ..second.clone() };
    assert_eq!(stolen.follows(&first), Err(NotANextVersion::OtherSeller));
    let skipped = Listing { version: 3, ..second.clone() };
    assert_eq!(skipped.follows(&first), Err(NotANextVersion::Number { expected: 2, found: 3 }));
    let back = Listing { at: Timestamp::EPOCH_1970, ..second };
    assert_eq!(back.follows(&first), Err(NotANextVersion::Earlier));
    assert_eq!(first.revise(Revision::default(), later()), Err(NotMoved::Unchanged));
}

/// The vectors say of each document whether it counts, and why not.
#[derive(serde::Deserialize)]
struct Vector {
    document: serde_json::Value,
    digest: Option<Digest>,
}

fn vector(name: &str) -> Vector {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../vectors/catalogue");
    let text = std::fs::read_to_string(format!("{folder}/{name}.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

#[test]
fn the_good_vectors_count_and_hash_as_written() {
    for name in ["listing", "listing-without-rows"] {
        let vector = vector(name);
        let signed: SignedListing = serde_json::from_value(vector.document).unwrap();
        assert_eq!(signed.check().map(Listing::digest), Ok(Ok(vector.digest.unwrap())), "{name}");
    }
}

#[test]
fn the_bad_vectors_are_refused_each_for_its_reason() {
    for name in [
        "bad-version-of-the-form",
        "bad-unknown-field",
        "bad-missing-field",
        "bad-price-with-three-digits",
        "bad-unknown-licence",
        "bad-unknown-category",
        "bad-unsafe-amount",
        "bad-mail-key",
    ] {
        assert!(serde_json::from_value::<SignedListing>(vector(name).document).is_err(), "{name}");
    }
    for (name, reason) in [
        ("bad-signature", BadListing::Signature),
        ("bad-foreign-signer", BadListing::Signature),
        ("bad-version-zero", BadListing::VersionZero),
        ("bad-unsafe-rows", BadListing::Size),
        ("bad-tag-twice", BadListing::Tags),
    ] {
        let signed: SignedListing = serde_json::from_value(vector(name).document).unwrap();
        assert_eq!(signed.check().unwrap_err(), reason, "{name}");
    }
}

proptest! {
    #[test]
    fn whatever_a_seller_does_versions_count_by_one_and_retired_is_final(steps in proptest::collection::vec(0..4u8, 0..20)) {
        let mut now = listing(1);
        for step in steps {
            let before = now.clone();
            let revision = Revision { summary: Some("Changed.".parse().unwrap()), ..Revision::default() };
            let moved = match step {
                0 => before.clone().pause(later()),
                1 => before.clone().resume(later()),
                2 => before.clone().revise(revision, later()),
                _ => before.clone().retire(later()),
            };
            match moved {
                Ok(next) => {
                    prop_assert_ne!(before.state, ListingState::Retired);
                    prop_assert_eq!(next.follows(&before), Ok(()));
                    now = next;
                }
                Err(_) => prop_assert!(matches!((before.state, step), (ListingState::Retired, _) | (ListingState::Live, 1) | (ListingState::Paused, 0))),
            }
        }
    }
}
