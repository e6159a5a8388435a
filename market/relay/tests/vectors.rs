//! The letters of `vectors/relay/letters.json`: the good one opens, every bad one is refused for its own reason.

#![expect(clippy::unwrap_used, reason = "a vector that cannot be read is a failed test")]

use serde_json::Value;
use std::collections::HashSet;
use tacit_relay::{Kind, Letter, LetterRefused, MailKey, SignedLetter, open_letter, outside_orders};
use tacit_values::{Persona, base64url};

fn page() -> Value {
    let text =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../vectors/relay/letters.json"))
            .unwrap();
    serde_json::from_str(&text).unwrap()
}

fn reader(page: &Value) -> (MailKey, Persona) {
    let secret = base64url::decode(page["mail_key"].as_str().unwrap()).unwrap();
    (MailKey::from_bytes(&secret.try_into().unwrap()), page["me"].as_str().unwrap().parse().unwrap())
}

#[test]
fn every_letter_of_the_vectors_opens_or_is_refused_as_it_says() {
    let page = page();
    let (mail, me) = reader(&page);
    let letter: Letter = serde_json::from_value(page["letter"].clone()).unwrap();
    for case in page["cases"].as_array().unwrap() {
        let sealed = base64url::decode(case["sealed"].as_str().unwrap()).unwrap();
        let opened = open_letter(&mail, &sealed, &me);
        let name = &case["name"];
        match case["refused"].as_str() {
            None => assert_eq!(opened.as_ref(), Ok(&letter), "{name}"),
            Some("size") => assert_eq!(opened, Err(LetterRefused::Size), "{name}"),
            Some("not for this key") => assert_eq!(opened, Err(LetterRefused::NotForThisKey), "{name}"),
            Some("misaddressed") => assert_eq!(opened, Err(LetterRefused::Misaddressed), "{name}"),
            Some("version") => assert_eq!(opened, Err(LetterRefused::Version), "{name}"),
            Some(other) => panic!("{name}: unknown reason `{other}`"),
        }
    }
}

#[test]
fn the_names_of_all_kinds_are_those_of_the_vectors_and_each_letter_opens() {
    let page = page();
    let (mail, me) = reader(&page);
    let mut names = HashSet::new();
    let known = page["kinds"].as_array().unwrap();
    for (known, kind) in known.iter().zip(Kind::ALL) {
        assert_eq!(known["kind"], serde_json::to_value(kind).unwrap());
        let letter: Letter = serde_json::from_value(known["letter"].clone()).unwrap();
        let sealed = base64url::decode(known["sealed"].as_str().unwrap()).unwrap();
        assert_eq!(open_letter(&mail, &sealed, &me), Ok(letter.clone()), "{kind:?}");
        assert_eq!(letter.order == outside_orders(), kind == Kind::ToSelf);
        names.insert(known["kind"].as_str().unwrap().to_owned());
    }
    let written = [
        "order",
        "accepted",
        "refusal",
        "paid",
        "delivery",
        "confirmed",
        "receipt",
        "complaint",
        "dkg1",
        "dkg2",
        "dkg3",
        "effect",
        "sign1",
        "sign2",
        "self",
    ];
    assert_eq!((known.len(), names), (written.len(), written.map(str::to_owned).into()));
}

#[test]
fn a_kind_that_wire_md_does_not_know_is_no_letter() {
    let unknown = page()["of_an_unknown_kind"].clone();
    assert_eq!(unknown["letter"]["kind"], "dkg4");
    assert!(serde_json::from_value::<SignedLetter>(unknown).is_err());
}
