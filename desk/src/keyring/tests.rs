//! Words bring back the same keys, and a keyring opens for its passphrase alone.

use super::file::{self, KeyringRefused, Protection};
use super::words::{NotTheWords, Words};
use super::*;
use crate::folder::DeskFolder;
use crate::refusal::Refusal;
use proptest::prelude::*;
use rand::SeedableRng;
use secrecy::SecretString;
use serde::Deserialize;

#[derive(Deserialize)]
struct Vector {
    words: String,
    ledger: String,
    at_rest: String,
    seller: String,
    own_state: String,
    orders: Vec<OrderVector>,
    seller_mail: String,
    backup: String,
}

#[derive(Deserialize)]
struct OrderVector {
    n: u32,
    id: String,
    persona: String,
    mail: String,
    age_recipient: String,
}

#[derive(Deserialize)]
struct BadWords {
    what: String,
    words: String,
    refusal: String,
}

fn vector(name: &str) -> String {
    let path = format!("{}/../vectors/desk/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(path).unwrap()
}

fn words(seed: u64) -> Words {
    Words::draw(&mut rand::rngs::StdRng::seed_from_u64(seed))
}

fn folder() -> (tempfile::TempDir, DeskFolder) {
    let outer = tempfile::tempdir().unwrap();
    let folder = DeskFolder::at(outer.path().join("desk"));
    folder.make().unwrap();
    (outer, folder)
}

fn passphrase(text: &str) -> SecretString {
    SecretString::from(text.to_owned())
}

fn open(folder: &DeskFolder, text: &str) -> Result<Keyring, KeyringRefused> {
    file::open(folder, || Ok(passphrase(text)))
}

#[test]
fn the_words_of_the_vector_bring_back_its_keys() {
    let vector: Vector = serde_json::from_str(&vector("keyring.json")).unwrap();
    let keyring = Words::read(&vector.words).unwrap().keyring();
    assert_eq!(tacit_values::base64url::encode(keyring.ledger_seed().as_slice()), vector.ledger);
    assert_eq!(tacit_values::base64url::encode(keyring.at_rest().as_slice()), vector.at_rest);
    assert_eq!(keyring.seller().persona().to_string(), vector.seller);
    assert_eq!(keyring.own_state().persona().to_string(), vector.own_state);
    assert_eq!(keyring.mail_key(&keyring.seller().persona()).recipient().to_string(), vector.seller_mail);
    assert_eq!(keyring.backup_identity().to_public().to_string(), vector.backup);
    for order in vector.orders {
        let id = keyring.order_id(order.n);
        assert_eq!(id.to_string(), order.id);
        let persona = keyring.order_persona(id).persona();
        assert_eq!(persona.to_string(), order.persona);
        assert_eq!(keyring.mail_key(&persona).recipient().to_string(), order.mail);
        assert_eq!(keyring.order_identity(id).recipient().to_string(), order.age_recipient);
    }
}

#[test]
fn words_that_are_no_seed_are_refused_by_name() {
    let bad: Vec<BadWords> = serde_json::from_str(&vector("bad_words.json")).unwrap();
    assert!(bad.len() >= 4);
    for case in bad {
        let refused = Words::read(&case.words).unwrap_err();
        assert_eq!(refused.to_string(), case.refusal, "{}", case.what);
    }
}

#[test]
fn words_may_be_typed_in_any_case_over_several_lines() {
    let drawn = words(1);
    let typed = drawn.in_one_line().to_uppercase().replace(' ', "\n  ");
    let keyring = Words::read(&typed).unwrap().keyring();
    assert_eq!(keyring.seller().persona(), drawn.keyring().seller().persona());
}

#[test]
fn a_keyring_opens_with_its_passphrase_and_no_other() {
    let (_outer, folder) = folder();
    let keyring = words(2).keyring();
    file::write(&folder, &keyring, &Protection::Passphrase(passphrase("open sesame"))).unwrap();
    assert_eq!(open(&folder, "open sesame").unwrap().seller().persona(), keyring.seller().persona());
    assert!(matches!(open(&folder, "open barley"), Err(KeyringRefused::WrongPassphrase)));
    let refusal = Refusal::from(open(&folder, "open barley").unwrap_err());
    assert!(refusal.remedy.contains("--restore"), "{refusal}");
}

#[test]
fn a_keyring_without_passphrase_asks_for_none_and_says_what_it_is() {
    let (_outer, folder) = folder();
    let keyring = words(3).keyring();
    file::write(&folder, &keyring, &Protection::None).unwrap();
    assert!(!file::needs_passphrase(&folder).unwrap());
    let text = std::fs::read_to_string(folder.plain_keyring()).unwrap();
    assert!(text.starts_with("# Tacit keyring WITHOUT a passphrase"));
    let opened = file::open::<KeyringRefused>(&folder, || panic!("nobody is asked")).unwrap();
    assert_eq!(opened.seller().persona(), keyring.seller().persona());
}

#[test]
fn a_second_init_overwrites_nothing() {
    let (_outer, folder) = folder();
    file::write(&folder, &words(4).keyring(), &Protection::None).unwrap();
    let again = file::write(&folder, &words(5).keyring(), &Protection::None);
    assert!(matches!(again, Err(KeyringRefused::AlreadyThere)));
}

#[test]
fn an_empty_folder_is_no_desk() {
    let (_outer, folder) = folder();
    assert!(matches!(open(&folder, "x"), Err(KeyringRefused::NoDesk)));
}

#[test]
fn a_damaged_keyring_is_called_damaged_wherever_it_was_damaged() {
    let (_outer, folder) = folder();
    file::write(&folder, &words(6).keyring(), &Protection::Passphrase(passphrase("x"))).unwrap();
    let whole = std::fs::read(folder.sealed_keyring()).unwrap();
    let last = whole.len() - 1;
    let mut spoilt = whole.clone();
    spoilt[last] ^= 1;
    let cases: [(&str, Vec<u8>); 4] = [
        ("one byte of the body", spoilt),
        ("cut short", whole[..last].to_vec()),
        ("not an age file", b"these are not the keys you are looking for".to_vec()),
        ("empty", Vec::new()),
    ];
    for (what, bytes) in cases {
        std::fs::write(folder.sealed_keyring(), bytes).unwrap();
        assert!(matches!(open(&folder, "x"), Err(KeyringRefused::Damaged { .. })), "{what}");
    }
}

#[test]
fn an_age_file_that_holds_no_keyring_is_damaged_too() {
    let (_outer, folder) = folder();
    std::fs::write(folder.plain_keyring(), "{\"v\":1}").unwrap();
    let refused = file::open::<KeyringRefused>(&folder, || unreachable!());
    assert!(matches!(refused, Err(KeyringRefused::Damaged { .. })));
}

#[test]
fn secrets_do_not_print() {
    let drawn = words(7);
    let keyring = drawn.keyring();
    let printed = format!("{drawn:?} {keyring:?} {:?}", keyring.seed());
    assert!(printed.starts_with("Words(..) Keyring(..did:key:"));
    assert!(!printed.contains(keyring.order_identity(keyring.order_id(0)).to_age_secret_string().as_str()));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]
    #[test]
    fn order_ids_personas_and_identities_never_repeat(seed in any::<u64>(), n in 0_u32..1000, other in 0_u32..1000) {
        prop_assume!(n != other);
        let keyring = words(seed).keyring();
        let (one, two) = (keyring.order_id(n), keyring.order_id(other));
        prop_assert_ne!(one, two);
        prop_assert_ne!(keyring.order_persona(one).persona(), keyring.order_persona(two).persona());
    }

    #[test]
    fn swapped_words_are_refused(seed in any::<u64>()) {
        let line = words(seed).in_one_line();
        let mut list: Vec<&str> = line.split(' ').collect();
        prop_assume!(list[0] != list[1]);
        list.swap(0, 1);
        // One swap in 256 has a valid checksum by chance, and is then another seed.
        match Words::read(&list.join(" ")) {
            Err(refused) => prop_assert_eq!(refused, NotTheWords::Checksum),
            Ok(other) => prop_assert_ne!(other.keyring().seller().persona(), words(seed).keyring().seller().persona()),
        }
    }
}
