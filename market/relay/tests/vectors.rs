//! The letters of `vectors/relay/letters.json`: the good one opens, every bad one is refused for its own reason.

use serde_json::Value;
use tacit_relay::{Letter, LetterRefused, MailKey, open_letter};
use tacit_values::{Persona, base64url};

#[test]
fn every_letter_of_the_vectors_opens_or_is_refused_as_it_says() {
    let text =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../vectors/relay/letters.json"))
            .unwrap();
    let page: Value = serde_json::from_str(&text).unwrap();
    let secret = base64url::decode(page["mail_key"].as_str().unwrap()).unwrap();
    let mail = MailKey::from_bytes(&secret.try_into().unwrap());
    let me: Persona = page["me"].as_str().unwrap().parse().unwrap();
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
