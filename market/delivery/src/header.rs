//! The header that sells a body to one buyer: 168 bytes that wrap the file key to one X25519 recipient.
//!
//! `header || body` is an age file (age-encryption.org/v1) for every age program. No cipher is written here: the stanza
//! comes from the `age` crate, this file adds the version line and the MAC (delivery.md, Seal once). A header never holds
//! a second recipient, a passphrase stanza or anything else.

use crate::{AgeRecipient, FileKeyKept, OrderIdentity};
use age::{Identity, Recipient};
use age_core::format::{Stanza, read, write};
use base64::Engine;
use base64::prelude::BASE64_STANDARD_NO_PAD;
use hmac::Mac;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};
use std::fmt;
use tacit_values::{Digest, base64url};

/// The length of every header.
pub const HEADER_BYTES: usize = 168;

/// More than this is not looked at.
const MOST_BYTES: usize = 4096;
const VERSION_LINE: &[u8] = b"age-encryption.org/v1\n";
/// ` ` + 43 characters of base64 + line end, after `---`.
const MAC_BYTES: usize = 45;

/// A well-formed header with exactly one X25519 stanza. Says nothing about whom it opens for.
#[derive(Clone, PartialEq, Eq)]
pub struct Header([u8; HEADER_BYTES]);

/// Why bytes are no header of a delivery.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum NotAHeader {
    /// Longer than any header we would look at.
    #[error("the header is longer than {MOST_BYTES} bytes; a delivery header has {HEADER_BYTES}")]
    TooLong,
    /// The version line is missing.
    #[error("the header does not begin with age-encryption.org/v1; it is no age file")]
    NotAge,
    /// A passphrase stanza.
    #[error("the header is sealed with a passphrase; a delivery is sealed to the order's own recipient")]
    Passphrase,
    /// No stanza, several, or one of another kind.
    #[error("the header must hold exactly one X25519 stanza")]
    Recipients,
    /// Anything else that age would not write.
    #[error("the header is damaged or cut off; ask the seller for it again")]
    Malformed,
}

/// Why a header does not give the file key.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum HeaderClosed {
    /// The stanza is for somebody else.
    #[error("the header does not open with this identity; it was issued to another recipient")]
    AnotherRecipient,
    /// The stanza opens but the MAC does not fit.
    #[error("the header opens but its MAC is wrong; it was changed after it was issued")]
    WrongMac,
}

/// Why no header was issued.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum NotIssued {
    /// Only X25519 recipients without labels can be wrapped to.
    #[error("the recipient cannot receive a delivery; use an X25519 recipient of the form age1...")]
    Recipient,
}

/// Wraps the file key to one recipient. Costs a fifth of a millisecond; the body is not touched.
///
/// The ephemeral key of the stanza is drawn by the `age` crate from the operating system.
pub fn issue_header(key: &FileKeyKept, to: &AgeRecipient) -> Result<Header, NotIssued> {
    let (stanzas, labels) = to.age().wrap_file_key(&key.age()).map_err(|_| NotIssued::Recipient)?;
    // One recipient, no labels: nothing can be combined, so label sets cannot differ and scrypt cannot have company.
    let [stanza] = stanzas.as_slice() else { return Err(NotIssued::Recipient) };
    if !labels.is_empty() || stanza.tag != "X25519" {
        return Err(NotIssued::Recipient);
    }
    let mut head = VERSION_LINE.to_vec();
    head = cookie_factory::gen_simple(write::age_stanza(&stanza.tag, &stanza.args, &stanza.body), head)
        .expect("writing into memory succeeds");
    head.extend_from_slice(b"---");
    let mac = BASE64_STANDARD_NO_PAD.encode(key.header_mac(&head).finalize().into_bytes());
    head.extend_from_slice(format!(" {mac}\n").as_bytes());
    Header::parse(&head).map_err(|_| NotIssued::Recipient)
}

impl Header {
    /// Reads a header and nothing behind it.
    pub fn parse(bytes: &[u8]) -> Result<Self, NotAHeader> {
        if bytes.len() > MOST_BYTES {
            return Err(NotAHeader::TooLong);
        }
        let rest = bytes.strip_prefix(VERSION_LINE).ok_or(NotAHeader::NotAge)?;
        let (rest, stanza) = read::age_stanza(rest).map_err(|_| NotAHeader::Malformed)?;
        match (stanza.tag, rest.starts_with(b"-> ")) {
            ("scrypt", _) => return Err(NotAHeader::Passphrase),
            ("X25519", false) => {}
            _ => return Err(NotAHeader::Recipients),
        }
        let mac = rest.strip_prefix(b"--- ").ok_or(NotAHeader::Malformed)?;
        let mac = mac.strip_suffix(b"\n").ok_or(NotAHeader::Malformed)?;
        let mac = BASE64_STANDARD_NO_PAD.decode(mac).map_err(|_| NotAHeader::Malformed)?;
        if mac.len() != 32 {
            return Err(NotAHeader::Malformed);
        }
        bytes.try_into().map(Self).map_err(|_| NotAHeader::Malformed)
    }

    /// The 168 bytes.
    pub fn bytes(&self) -> &[u8; HEADER_BYTES] {
        &self.0
    }

    /// What a delivery statement names.
    pub fn sha256(&self) -> Digest {
        Digest::of(&self.0)
    }

    /// The file key, for whom the header was issued to: a buyer, or the seller with the header kept at sealing.
    pub fn open(&self, identity: &OrderIdentity) -> Result<FileKeyKept, HeaderClosed> {
        let (_, stanza) = read::age_stanza(&self.0[VERSION_LINE.len()..]).expect("parse() read this stanza");
        let opened = identity.age().unwrap_stanza(&Stanza::from(stanza));
        let key = match opened {
            Some(Ok(key)) => FileKeyKept::of(&key),
            Some(Err(_)) | None => return Err(HeaderClosed::AnotherRecipient),
        };
        let (head, mac) = self.0.split_at(HEADER_BYTES - MAC_BYTES);
        let mac = BASE64_STANDARD_NO_PAD.decode(&mac[1..MAC_BYTES - 1]).expect("parse() read this MAC");
        key.header_mac(head).verify_slice(&mac).map_err(|_| HeaderClosed::WrongMac)?;
        Ok(key)
    }
}

impl fmt::Debug for Header {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Header({})", self.sha256())
    }
}

impl Serialize for Header {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        base64url::serialize(&self.0, to)
    }
}

impl<'de> Deserialize<'de> for Header {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Self::parse(&base64url::deserialize(from)?).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests;
