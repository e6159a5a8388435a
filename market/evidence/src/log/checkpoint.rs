//! Checkpoints: what the market signs about its log, as C2SP tlog-checkpoint in a C2SP signed note.
//!
//! The key's name and the checkpoint's origin are the log's address without its scheme: `market.example/log`. Signatures
//! of others (witnesses) may stand beside the market's; they are kept and not judged.

use super::tree::{LogSize, MAX_LOG_SIZE, digest, hash};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};
use signed_note::{Note, StandardVerifier, VerifierList};
use std::fmt;
use std::str::FromStr;
use tacit_values::{Digest, Origin, Persona, PersonaKey};

/// The most bytes that a signed checkpoint may have, with room for the signatures of witnesses.
pub const MAX_CHECKPOINT_BYTES: usize = 4096;

const ED25519: u8 = 1;

/// The name of a log and of the key that signs it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LogName(String);

impl LogName {
    /// The log of a market: its address without the scheme, and `/log`.
    pub fn of(market: &Origin) -> Self {
        Self(format!("{}/log", market.authority()))
    }

    /// The name as it stands in checkpoints.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A statement about a log: so many leaves, this root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// Whose log.
    pub origin: LogName,
    /// How many leaves.
    pub size: LogSize,
    /// The root over them.
    pub root: Digest,
    /// Further lines of the note. We write none and keep those of others.
    pub extensions: Vec<String>,
}

impl Checkpoint {
    /// The text that is signed: origin, size, root, extensions, one per line.
    pub fn text(&self) -> String {
        let mut text = format!("{}\n{}\n{}\n", self.origin.0, self.size, hash(&self.root));
        for line in &self.extensions {
            text.push_str(line);
            text.push('\n');
        }
        text
    }
}

/// A checkpoint under the log's own signature. Made by [`LogKey::sign`] and [`LogVerifier::open`] only.
#[derive(Clone, PartialEq, Eq)]
pub struct SignedCheckpoint {
    checkpoint: Checkpoint,
    note: String,
}

impl SignedCheckpoint {
    /// What it says.
    pub const fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }

    /// The log's size.
    pub const fn size(&self) -> LogSize {
        self.checkpoint.size
    }

    /// The log's root.
    pub const fn root(&self) -> &Digest {
        &self.checkpoint.root
    }

    /// The whole signed note, as it is served and carried in letters.
    pub fn note(&self) -> &str {
        &self.note
    }
}

impl fmt::Debug for SignedCheckpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SignedCheckpoint({} {})", self.checkpoint.size, self.checkpoint.root)
    }
}

impl Serialize for SignedCheckpoint {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&self.note)
    }
}

/// The key that signs a market's checkpoints.
#[derive(Clone)]
pub struct LogKey {
    name: LogName,
    key: PersonaKey,
}

impl LogKey {
    /// The key of a 32-byte seed for one log.
    pub fn from_seed(name: LogName, seed: &[u8; 32]) -> Self {
        Self { name, key: PersonaKey::from_seed(seed) }
    }

    /// What others check this key's signatures with.
    pub fn verifier(&self) -> LogVerifier {
        LogVerifier { name: self.name.clone(), key: self.key.persona() }
    }

    /// Signs the log's size and root.
    pub fn sign(&self, size: LogSize, root: Digest) -> SignedCheckpoint {
        let checkpoint = Checkpoint { origin: self.name.clone(), size, root, extensions: vec![] };
        let mut note =
            Note::new(checkpoint.text().as_bytes(), &[]).expect("the text of a checkpoint is a note's text");
        note.add_sigs(&[self]).expect("a log's name is a valid key name, and Ed25519 signing does not fail");
        let note = String::from_utf8(note.to_bytes()).expect("a note is text");
        SignedCheckpoint { checkpoint, note }
    }
}

impl signed_note::Signer for LogKey {
    fn name(&self) -> &str {
        self.name.as_str()
    }

    fn key_id(&self) -> u32 {
        key_id(&self.name, &self.key.persona())
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, ed25519_dalek::SignatureError> {
        Ok(self.key.sign_outside_format(message).bytes().to_vec())
    }
}

impl fmt::Debug for LogKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LogKey(..{})", self.name.0)
    }
}

fn key_id(name: &LogName, key: &Persona) -> u32 {
    signed_note::key_id(name.as_str(), &[&[ED25519][..], &key.bytes()].concat())
}

/// The text is no verifier key of a log.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error(
    "expected a log's verifier key, for example market.example/log+1234abcd+AQ...; ask the market for it"
)]
pub struct NotAVerifier;

/// The public key of a log with its name. Text and JSON: the C2SP verifier key `name+id+key`.
#[derive(Clone, PartialEq, Eq)]
pub struct LogVerifier {
    name: LogName,
    key: Persona,
}

/// Why a checkpoint was refused.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum CheckpointRefused {
    /// Longer than any checkpoint.
    #[error("a checkpoint has at most {MAX_CHECKPOINT_BYTES} bytes")]
    TooLong,
    /// Not a signed note with a checkpoint in it.
    #[error("this is no signed checkpoint")]
    Malformed,
    /// The log's own signature is absent or wrong.
    #[error("the checkpoint is not signed by this market's log")]
    NotSigned,
    /// Signed for another log.
    #[error("the checkpoint speaks of another log")]
    OtherLog,
}

impl LogVerifier {
    /// The log whose signatures this checks.
    pub const fn name(&self) -> &LogName {
        &self.name
    }

    /// Reads a signed note and believes it when the log signed it.
    pub fn open(&self, note: &str) -> Result<SignedCheckpoint, CheckpointRefused> {
        if note.len() > MAX_CHECKPOINT_BYTES {
            return Err(CheckpointRefused::TooLong);
        }
        let signed = Note::from_bytes(note.as_bytes()).map_err(|_| CheckpointRefused::Malformed)?;
        let own = StandardVerifier::new(&self.to_string()).map_err(|_| CheckpointRefused::NotSigned)?;
        signed.verify(&VerifierList::new(vec![Box::new(own)])).map_err(|_| CheckpointRefused::NotSigned)?;
        let checkpoint = parse(signed.text())?;
        if checkpoint.origin != self.name {
            return Err(CheckpointRefused::OtherLog);
        }
        Ok(SignedCheckpoint { checkpoint, note: note.to_owned() })
    }
}

fn parse(text: &[u8]) -> Result<Checkpoint, CheckpointRefused> {
    let read = tlog_tiles::Checkpoint::from_bytes(text).map_err(|_| CheckpointRefused::Malformed)?;
    if read.to_bytes() != text || read.size() > MAX_LOG_SIZE {
        return Err(CheckpointRefused::Malformed);
    }
    Ok(Checkpoint {
        origin: LogName(read.origin().to_owned()),
        size: LogSize(read.size()),
        root: digest(read.hash()),
        extensions: read.extension().lines().map(str::to_owned).collect(),
    })
}

impl fmt::Display for LogVerifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&signed_note::new_ed25519_verifier_key(self.name.as_str(), self.key.key()))
    }
}

impl fmt::Debug for LogVerifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LogVerifier({self})")
    }
}

impl FromStr for LogVerifier {
    type Err = NotAVerifier;

    fn from_str(text: &str) -> Result<Self, NotAVerifier> {
        if text.len() > 512 || StandardVerifier::new(text).is_err() {
            return Err(NotAVerifier);
        }
        let mut parts = text.splitn(3, '+');
        let (name, key) = (parts.next().ok_or(NotAVerifier)?, parts.nth(1).ok_or(NotAVerifier)?);
        let key = STANDARD.decode(key).map_err(|_| NotAVerifier)?;
        let key: &[u8; 32] = key.get(1..).and_then(|key| key.try_into().ok()).ok_or(NotAVerifier)?;
        // `Persona` refuses weak keys, under which one signature fits many texts.
        let key = Persona::from_bytes(key).map_err(|_| NotAVerifier)?;
        Ok(Self { name: LogName(name.to_owned()), key })
    }
}

impl Serialize for LogVerifier {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for LogVerifier {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(from)?;
        text.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(name: &str, seed: u8) -> LogKey {
        LogKey::from_seed(LogName::of(&name.parse().unwrap()), &[seed; 32])
    }

    #[test]
    fn a_checkpoint_reads_back_under_its_own_key_only() {
        let key = key("https://market.example", 1);
        let signed = key.sign(LogSize(7), Digest::of(b"root"));
        assert!(signed.note().starts_with("market.example/log\n7\n"));
        assert_eq!(key.verifier().open(signed.note()), Ok(signed.clone()));
        let other = super::tests::key("https://market.example", 2).verifier();
        assert_eq!(other.open(signed.note()), Err(CheckpointRefused::NotSigned));
        let elsewhere = super::tests::key("https://other.example", 1).verifier();
        assert_eq!(elsewhere.open(signed.note()), Err(CheckpointRefused::NotSigned));
    }

    #[test]
    fn a_flipped_byte_anywhere_in_a_checkpoint_is_refused() {
        let key = key("http://127.0.0.1:4300", 1);
        let signed = key.sign(LogSize(7), Digest::of(b"root"));
        for at in 0..signed.note().len() {
            let mut bytes = signed.note().as_bytes().to_vec();
            bytes[at] ^= 1;
            if let Ok(text) = std::str::from_utf8(&bytes) {
                assert!(key.verifier().open(text).is_err(), "byte {at}");
            }
        }
    }

    #[test]
    fn the_signature_of_a_witness_may_stand_beside_the_logs() {
        let log = key("https://market.example", 1);
        let signed = log.sign(LogSize(7), Digest::of(b"root"));
        let mut note = Note::from_bytes(signed.note().as_bytes()).unwrap();
        note.add_sigs(&[&key("https://witness.example", 3)]).unwrap();
        let note = String::from_utf8(note.to_bytes()).unwrap();
        assert_eq!(log.verifier().open(&note).unwrap().size(), LogSize(7));
    }

    #[test]
    fn the_log_cannot_sign_for_another_log_and_absurd_sizes_are_refused() {
        let log = key("https://market.example", 1);
        let sign = |text: &str| {
            let mut note = Note::new(text.as_bytes(), &[]).unwrap();
            note.add_sigs(&[&log]).unwrap();
            log.verifier().open(&String::from_utf8(note.to_bytes()).unwrap())
        };
        let root = hash(&Digest::of(b"root"));
        assert!(sign(&format!("market.example/log\n7\n{root}\nsome extension\n")).is_ok());
        assert_eq!(sign(&format!("other.example/log\n7\n{root}\n")), Err(CheckpointRefused::OtherLog));
        for text in [
            format!("market.example/log\n{}\n{root}\n", u64::MAX),
            format!("market.example/log\n07\n{root}\n"),
            format!("market.example/log\n+7\n{root}\n"),
            "market.example/log\n7\nAAAA\n".to_owned(),
            format!("market.example/log\n7\n{root}\n\nx\n"),
            "market.example/log\n".to_owned(),
        ] {
            assert_eq!(sign(&text), Err(CheckpointRefused::Malformed), "{text}");
        }
        assert_eq!(log.verifier().open(&"x".repeat(5000)), Err(CheckpointRefused::TooLong));
        assert_eq!(log.verifier().open("garbage"), Err(CheckpointRefused::Malformed));
    }

    #[test]
    fn a_verifier_key_reads_back_and_a_weak_one_is_refused() {
        let verifier = key("https://market.example", 1).verifier();
        assert_eq!(verifier.to_string().parse(), Ok(verifier.clone()));
        let text = verifier.to_string();
        assert_eq!(text.replace("market", "Market").parse::<LogVerifier>(), Err(NotAVerifier));
        let weak = [&[ED25519][..], &[0; 32]].concat();
        let id = signed_note::key_id("m/log", &weak);
        let weak = format!("m/log+{id:08x}+{}", STANDARD.encode(weak));
        assert_eq!(weak.parse::<LogVerifier>(), Err(NotAVerifier));
        assert_eq!("".parse::<LogVerifier>(), Err(NotAVerifier));
    }

    #[test]
    fn the_log_key_does_not_print() {
        let shown = format!("{:?}", key("https://market.example", 1));
        assert_eq!(shown, "LogKey(..market.example/log)");
    }
}
