//! The outside of a letter: an age file of exactly 4,096, 16,384 or 65,536 bytes to the recipient's mail key.
//!
//! The `age` crate draws the file key and writes the body; its header carries a stanza of random length ("grease"), which
//! would make the size uneven, so the header is written again here with the one X25519 stanza: 168 bytes, always.

use crate::letter::{LetterRefused, SignedLetter};
use crate::{Letter, MailKey, MailRecipient};
use age::Recipient;
use age_core::format::{FileKey, Stanza, write::age_stanza};
use age_core::primitives::hkdf;
use base64::Engine;
use base64::prelude::BASE64_STANDARD_NO_PAD;
use hmac::{Hmac, Mac};
use secrecy::ExposeSecret;
use sha2::Sha256;
use std::cell::RefCell;
use std::collections::HashSet;
use std::io::{Read, Write};
use tacit_values::{NotCanonical, Persona, PersonaKey};

/// The only sizes that a sealed letter has.
pub const LETTER_SIZES: [usize; 3] = [4_096, 16_384, 65_536];

const HEADER: usize = 168;
/// The longest header that is read: one stanza, and the noise that other writers of age files may add.
const HEADER_READ_MOST: usize = 512;
const NONCE: usize = 16;
const TAG: usize = 16;

/// The bytes of a sealed letter: one of [`LETTER_SIZES`] long.
pub type LetterSealed = Vec<u8>;

/// Why a letter was not sealed.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum NotSealed {
    /// It does not fit the largest size.
    #[error("the letter is too long: at most 65,336 bytes fit")]
    TooLong,
    /// A number in it cannot be signed.
    #[error(transparent)]
    NotCanonical(#[from] NotCanonical),
    /// The recipient's key cannot be sealed to.
    #[error("the recipient's mail key cannot be sealed to")]
    Recipient,
}

/// Signs and seals a letter. What it says decides only which of the three sizes it gets.
pub fn seal_letter(letter: Letter, key: &PersonaKey, to: &MailRecipient) -> Result<LetterSealed, NotSealed> {
    let signed = letter.sign(key)?;
    let mut inside = serde_json::to_vec(&signed).map_err(|_| NotCanonical::NotJson)?;
    let size = *LETTER_SIZES.iter().find(|size| room_in(**size) >= inside.len()).ok_or(NotSealed::TooLong)?;
    inside.resize(room_in(size), b' ');
    let sealed = seal_exactly(&inside, to)?;
    debug_assert_eq!(sealed.len(), size, "header and overhead are constant");
    Ok(sealed)
}

/// Opens a letter with a mail key and checks addressee and signature.
pub fn open_letter(key: &MailKey, sealed: &[u8], me: &Persona) -> Result<Letter, LetterRefused> {
    if !LETTER_SIZES.contains(&sealed.len()) {
        return Err(LetterRefused::Size);
    }
    if !has_one_recipient(sealed) {
        return Err(LetterRefused::NotForThisKey);
    }
    let file = age::Decryptor::new_buffered(sealed).map_err(|_| LetterRefused::NotForThisKey)?;
    let mut reader = file
        .decrypt(std::iter::once(key.age() as &dyn age::Identity))
        .map_err(|_| LetterRefused::NotForThisKey)?;
    let mut inside = Vec::with_capacity(sealed.len());
    reader.read_to_end(&mut inside).map_err(|_| LetterRefused::NotForThisKey)?;
    let signed: SignedLetter = serde_json::from_slice(&inside).map_err(|_| LetterRefused::Unreadable)?;
    signed.check(me)
}

/// How much plaintext fits a sealed size: none of ours needs a second 64 KiB chunk.
const fn room_in(size: usize) -> usize {
    size - HEADER - NONCE - TAG
}

fn seal_exactly(inside: &[u8], to: &MailRecipient) -> Result<Vec<u8>, NotSealed> {
    let keep = Keep { to: to.age(), key: RefCell::new(None) };
    let mut file = Vec::new();
    let encryptor = age::Encryptor::with_recipients(std::iter::once(&keep as &dyn Recipient))
        .map_err(|_| NotSealed::Recipient)?;
    let mut writer = encryptor.wrap_output(&mut file).map_err(|_| NotSealed::Recipient)?;
    writer.write_all(inside).and_then(|()| writer.finish()).map_err(|_| NotSealed::Recipient)?;
    let body_begins = end_of_header(&file).ok_or(NotSealed::Recipient)?;
    let key = keep.key.into_inner().ok_or(NotSealed::Recipient)?;
    let mut sealed = header(&key, to)?;
    sealed.extend_from_slice(&file[body_begins..]);
    Ok(sealed)
}

fn header(key: &FileKey, to: &MailRecipient) -> Result<Vec<u8>, NotSealed> {
    let (stanzas, _) = to.age().wrap_file_key(key).map_err(|_| NotSealed::Recipient)?;
    let mut out = b"age-encryption.org/v1\n".to_vec();
    for stanza in &stanzas {
        out = cookie_factory::gen_simple(age_stanza(&stanza.tag, &stanza.args, &stanza.body), out)
            .expect("writing to memory succeeds");
    }
    out.extend_from_slice(b"---");
    let mac_key = hkdf(&[], b"header", key.expose_secret());
    let mut mac = Hmac::<Sha256>::new_from_slice(&mac_key).expect("HMAC takes keys of any length");
    mac.update(&out);
    let tag = BASE64_STANDARD_NO_PAD.encode(mac.finalize().into_bytes());
    out.extend_from_slice(format!(" {tag}\n").as_bytes());
    Ok(out)
}

/// Whether the header is short and names one X25519 recipient. Looked at before `age` reads it: its parser takes time
/// in the square of the header's length, and each stanza costs the reader a key agreement. Anybody can put a letter into
/// a bucket, and every desk of the bucket tries to open it.
fn has_one_recipient(sealed: &[u8]) -> bool {
    let beginning = &sealed[..sealed.len().min(HEADER_READ_MOST)];
    let Some(last_line) = beginning.windows(5).position(|window| window == b"\n--- ") else {
        return false;
    };
    const STANZA: &[u8] = b"\n-> X25519 ";
    beginning[..last_line].windows(STANZA.len()).filter(|window| *window == STANZA).count() == 1
}

fn end_of_header(file: &[u8]) -> Option<usize> {
    let last_line = file.windows(5).position(|window| window == b"\n--- ")?;
    let rest = &file[last_line + 1..];
    rest.iter().position(|byte| *byte == b'\n').map(|end| last_line + 1 + end + 1)
}

/// Seals to one recipient and keeps the file key that the crate drew.
struct Keep<'a> {
    to: &'a age::x25519::Recipient,
    key: RefCell<Option<FileKey>>,
}

impl Recipient for Keep<'_> {
    fn wrap_file_key(&self, key: &FileKey) -> Result<(Vec<Stanza>, HashSet<String>), age::EncryptError> {
        *self.key.borrow_mut() = Some(FileKey::new(Box::new(*key.expose_secret())));
        self.to.wrap_file_key(key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Kind;
    use proptest::prelude::*;
    use serde_json::json;
    use tacit_values::OrderId;

    fn persona(seed: u8) -> PersonaKey {
        PersonaKey::from_seed(&[seed; 32])
    }

    fn letter(words: &str) -> Letter {
        Letter {
            v: 1,
            from: persona(1).persona(),
            to: persona(2).persona(),
            kind: Kind::Order,
            order: OrderId::from_bytes([3; 16]),
            seq: 0,
            reply_to: None,
            checkpoint: None,
            body: json!({ "words": words }),
        }
    }

    #[test]
    fn a_letter_is_read_by_whom_it_is_for_and_by_nobody_else() {
        let mail = MailKey::from_bytes(&[5; 32]);
        let sealed = seal_letter(letter("good day"), &persona(1), &mail.recipient()).unwrap();
        let me = persona(2).persona();
        assert_eq!(open_letter(&mail, &sealed, &me), Ok(letter("good day")));
        let other = MailKey::from_bytes(&[6; 32]);
        assert_eq!(open_letter(&other, &sealed, &me), Err(LetterRefused::NotForThisKey));
        assert_eq!(open_letter(&mail, &sealed, &persona(3).persona()), Err(LetterRefused::Misaddressed));
    }

    #[test]
    fn a_short_and_a_less_short_letter_look_alike() {
        let mail = MailKey::from_bytes(&[5; 32]).recipient();
        let sizes = |words: usize| seal_letter(letter(&"x".repeat(words)), &persona(1), &mail).unwrap().len();
        assert_eq!(sizes(1), 4_096);
        assert_eq!(sizes(3_000), 4_096);
        assert_eq!(sizes(4_000), 16_384);
        assert_eq!(sizes(60_000), 65_536);
        let long = seal_letter(letter(&"x".repeat(65_536)), &persona(1), &mail);
        assert_eq!(long, Err(NotSealed::TooLong));
    }

    #[test]
    fn a_letter_whose_signature_is_another_personas_is_refused() {
        let mail = MailKey::from_bytes(&[5; 32]);
        let mut signed = letter("pay me").sign(&persona(1)).unwrap();
        signed.letter.body = json!({"words": "pay him"});
        let mut inside = serde_json::to_vec(&signed).unwrap();
        inside.resize(room_in(4_096), b' ');
        let sealed = seal_exactly(&inside, &mail.recipient()).unwrap();
        let opened = open_letter(&mail, &sealed, &persona(2).persona());
        assert!(matches!(opened, Err(LetterRefused::Signature(_))), "{opened:?}");
    }

    #[test]
    fn a_letter_cut_short_or_of_another_size_is_refused() {
        let mail = MailKey::from_bytes(&[5; 32]);
        let sealed = seal_letter(letter("good day"), &persona(1), &mail.recipient()).unwrap();
        let me = persona(2).persona();
        assert_eq!(open_letter(&mail, &sealed[..4_095], &me), Err(LetterRefused::Size));
        assert_eq!(open_letter(&mail, &[0; 4_096], &me), Err(LetterRefused::NotForThisKey));
    }

    #[test]
    fn a_header_that_would_keep_its_reader_busy_is_not_read() {
        let sealed = |line: &str| {
            let mut bytes = b"age-encryption.org/v1\n".to_vec();
            while bytes.len() + line.len() < 65_536 - 60 {
                bytes.extend_from_slice(line.as_bytes());
            }
            bytes.extend_from_slice(format!("--- {}\n", "A".repeat(43)).as_bytes());
            bytes.resize(65_536, 0);
            bytes
        };
        let stanza = format!("-> X25519 {}\n{}\n", "A".repeat(43), "A".repeat(43));
        for hostile in [sealed("-> a\n\n"), sealed(&stanza)] {
            assert!(!has_one_recipient(&hostile));
            let opened = open_letter(&MailKey::from_bytes(&[5; 32]), &hostile, &persona(2).persona());
            assert_eq!(opened, Err(LetterRefused::NotForThisKey));
        }
    }

    #[test]
    fn a_letter_that_another_age_program_sealed_is_read_too() {
        let mail = MailKey::from_bytes(&[5; 32]);
        let mut inside = serde_json::to_vec(&letter("good day").sign(&persona(1)).unwrap()).unwrap();
        // The crate's own header carries noise of a random length; every length is accepted.
        for _ in 0..32 {
            let to = mail.recipient();
            let recipients = std::iter::once(to.age() as &dyn Recipient);
            let mut file = Vec::new();
            let encryptor = age::Encryptor::with_recipients(recipients).unwrap();
            let mut writer = encryptor.wrap_output(&mut file).unwrap();
            writer.write_all(&inside).unwrap();
            writer.finish().unwrap();
            assert!(has_one_recipient(&file), "{} bytes", file.len());
        }
        inside.resize(room_in(4_096), b' ');
        assert!(has_one_recipient(&seal_exactly(&inside, &mail.recipient()).unwrap()));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn a_flipped_byte_anywhere_is_noticed(place in 0usize..4_096, bit in 0u8..8) {
            let mail = MailKey::from_bytes(&[5; 32]);
            let mut sealed = seal_letter(letter("good day"), &persona(1), &mail.recipient()).unwrap();
            sealed[place] ^= 1 << bit;
            prop_assert!(open_letter(&mail, &sealed, &persona(2).persona()).is_err());
        }
    }
}
