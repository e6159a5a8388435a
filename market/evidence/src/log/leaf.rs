//! Leaves: what one entry of the log says, and to whom.
//!
//! A salted leaf hides even its kind: `0x00 || SHA-256("tacit/v1/log" || salt 32 || kind u8 || digest 32)`. Whoever holds
//! the salt can show what it stands for; when the salt is dropped, nobody can. A clear leaf, `0x01 || kind u8 || RFC 8785
//! record`, is for what is public by nature.

use serde::{Deserialize, Serialize};
use std::fmt;
use tacit_values::rand_core::CryptoRng;
use tacit_values::{Digest, base64url, canonical};

/// The most bytes that the record of a clear leaf may have.
pub const MAX_RECORD_BYTES: usize = 1024;
/// The most bytes of a whole leaf.
pub const MAX_LEAF_BYTES: usize = 2 + MAX_RECORD_BYTES;

const SALTED: u8 = 0;
const CLEAR: u8 = 1;

/// What a leaf records. The numbers are on the wire and never change (docs/spec/log.md).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum LeafKind {
    /// A manifest, in clear, before its listing goes live.
    Manifest = 1,
    /// A listing or a change of one; its salt goes to the seller.
    ListingChange = 2,
    /// An order that ended; its digest is that of the issuer-signed part of the receipt, its salt goes to the parties.
    OrderEnded = 3,
    /// A closed epoch of a pool, in clear.
    Epoch = 4,
    /// Money that the treasury made, in clear.
    Mint = 5,
    /// Money that the treasury destroyed, in clear.
    Burn = 6,
    /// A pool and its successor, in clear.
    Rotation = 7,
    /// A version of the fee schedule, in clear.
    FeeVersion = 8,
    /// A version of the rules of governance, in clear.
    GovernanceVersion = 9,
    /// A version of the policy, in clear.
    PolicyVersion = 10,
    /// A record that was erased: the index of the leaf whose salt is gone, in clear.
    Tombstone = 16,
}

impl LeafKind {
    /// Every kind that this version writes.
    pub const ALL: [Self; 11] = [
        Self::Manifest,
        Self::ListingChange,
        Self::OrderEnded,
        Self::Epoch,
        Self::Mint,
        Self::Burn,
        Self::Rotation,
        Self::FeeVersion,
        Self::GovernanceVersion,
        Self::PolicyVersion,
        Self::Tombstone,
    ];

    /// The number on the wire.
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// The kind behind a number, if this version knows it.
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }

    /// Whether this kind is public by nature and stands in clear.
    pub const fn stands_clear(self) -> bool {
        !matches!(self, Self::ListingChange | Self::OrderEnded)
    }
}

/// The secret of a salted leaf. The market draws it and gives it to the parties; dropping it erases the leaf's meaning.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct LeafSalt(#[serde(with = "base64url::fixed")] [u8; 32]);

impl LeafSalt {
    /// A fresh salt.
    pub fn random(rng: &mut impl CryptoRng) -> Self {
        let mut bytes = [0; 32];
        rng.fill_bytes(&mut bytes);
        Self(bytes)
    }

    /// Wraps the 32 bytes of a stored salt.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes, for the table that keeps them.
    pub const fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for LeafSalt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LeafSalt(..)")
    }
}

/// Why something cannot be made a leaf.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum NotLogged {
    /// A private kind in clear, or a public kind under a salt.
    #[error("a leaf of kind {kind:?} is not written this way; see the table of kinds")]
    WrongForm {
        /// The kind.
        kind: LeafKind,
    },
    /// The record's canonical form is too long.
    #[error(
        "a clear record has at most {MAX_RECORD_BYTES} bytes, this one has {bytes}; log its digest instead"
    )]
    TooLong {
        /// The record's length.
        bytes: usize,
    },
    /// The record has no canonical form.
    #[error("the record has no canonical form")]
    NotCanonical(#[from] tacit_values::NotCanonical),
}

/// Why bytes are no leaf.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum NotALeaf {
    /// Neither 33 bytes of a salted leaf nor a clear one of allowed length.
    #[error("a leaf is 33 bytes when salted, or 3 to {MAX_LEAF_BYTES} bytes when clear")]
    WrongLength,
    /// A first byte that means nothing.
    #[error("a leaf begins with 0 (salted) or 1 (clear)")]
    UnknownForm,
    /// A kind from another version, or one that never stands in clear.
    #[error("kind {code} does not stand in clear in this version; a newer desk may know it")]
    UnknownKind {
        /// The number that was found.
        code: u8,
    },
    /// The record is not the RFC 8785 form of a JSON object.
    #[error("the record of a clear leaf is not in canonical form")]
    NotCanonical,
}

/// One entry of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Leaf {
    /// Shows nothing without its salt.
    Salted(Digest),
    /// Public by nature.
    Clear {
        /// What it records.
        kind: LeafKind,
        /// The RFC 8785 bytes of the record.
        record: Vec<u8>,
    },
}

impl Leaf {
    /// A leaf that hides its kind and digest under a salt.
    pub fn salted(kind: LeafKind, salt: &LeafSalt, digest: &Digest) -> Result<Self, NotLogged> {
        if kind.stands_clear() {
            return Err(NotLogged::WrongForm { kind });
        }
        Ok(Self::Salted(Digest::tagged("log", &[&salt.0, &[kind.code()], digest.bytes()])))
    }

    /// A leaf that everybody can read.
    pub fn clear<T: Serialize + ?Sized>(kind: LeafKind, record: &T) -> Result<Self, NotLogged> {
        if !kind.stands_clear() {
            return Err(NotLogged::WrongForm { kind });
        }
        let record = canonical(record)?;
        if record.len() > MAX_RECORD_BYTES {
            return Err(NotLogged::TooLong { bytes: record.len() });
        }
        Ok(Self::Clear { kind, record })
    }

    /// The bytes that stand in an entries tile.
    pub fn to_bytes(&self) -> Vec<u8> {
        match self {
            Self::Salted(digest) => [&[SALTED][..], digest.bytes()].concat(),
            Self::Clear { kind, record } => [&[CLEAR, kind.code()][..], record].concat(),
        }
    }

    /// Reads the bytes of an entry.
    pub fn parse(bytes: &[u8]) -> Result<Self, NotALeaf> {
        if bytes.len() > MAX_LEAF_BYTES {
            return Err(NotALeaf::WrongLength);
        }
        match bytes {
            [SALTED, digest @ ..] => {
                let digest = digest.try_into().map_err(|_| NotALeaf::WrongLength)?;
                Ok(Self::Salted(Digest::from_bytes(digest)))
            }
            [CLEAR, code, record @ ..] if !record.is_empty() => {
                let kind = LeafKind::from_code(*code).filter(|kind| kind.stands_clear());
                let kind = kind.ok_or(NotALeaf::UnknownKind { code: *code })?;
                let value: serde_json::Value =
                    serde_json::from_slice(record).map_err(|_| NotALeaf::NotCanonical)?;
                match canonical(&value) {
                    Ok(bytes) if value.is_object() && bytes == record => {
                        Ok(Self::Clear { kind, record: bytes })
                    }
                    _ => Err(NotALeaf::NotCanonical),
                }
            }
            [] | [CLEAR, ..] => Err(NotALeaf::WrongLength),
            _ => Err(NotALeaf::UnknownForm),
        }
    }

    /// The leaf's hash in the tree, which is also "the digest of a leaf" wherever our formats name one.
    pub fn hash(&self) -> Digest {
        leaf_hash(&self.to_bytes())
    }
}

/// RFC 6962's hash of a leaf: SHA-256(0x00 || bytes).
pub fn leaf_hash(bytes: &[u8]) -> Digest {
    Digest::from_bytes(tlog_tiles::record_hash(bytes).0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const SALT: LeafSalt = LeafSalt::from_bytes([7; 32]);

    #[test]
    fn a_salted_leaf_shows_neither_kind_nor_digest_and_is_found_again_with_its_salt() {
        let digest = Digest::of(b"receipt");
        let leaf = Leaf::salted(LeafKind::OrderEnded, &SALT, &digest).unwrap();
        assert_eq!(leaf.to_bytes().len(), 33);
        assert_eq!(Leaf::parse(&leaf.to_bytes()), Ok(leaf.clone()));
        assert_ne!(leaf, Leaf::salted(LeafKind::ListingChange, &SALT, &digest).unwrap());
        assert_ne!(
            leaf,
            Leaf::salted(LeafKind::OrderEnded, &LeafSalt::from_bytes([8; 32]), &digest).unwrap()
        );
    }

    #[test]
    fn what_is_public_stands_in_clear_and_what_is_private_never_does() {
        for kind in LeafKind::ALL {
            assert_eq!(LeafKind::from_code(kind.code()), Some(kind));
            assert_eq!(Leaf::clear(kind, &json!({"a": 1})).is_ok(), kind.stands_clear());
            assert_eq!(Leaf::salted(kind, &SALT, &Digest::of(b"")).is_ok(), !kind.stands_clear());
        }
        let leaf = Leaf::clear(LeafKind::Epoch, &json!({"epoch": 3, "a": "b"})).unwrap();
        assert_eq!(leaf.to_bytes(), b"\x01\x04{\"a\":\"b\",\"epoch\":3}");
        assert_eq!(Leaf::parse(&leaf.to_bytes()), Ok(leaf));
    }

    #[test]
    fn a_record_of_more_than_a_kibibyte_is_refused() {
        let fits = "x".repeat(MAX_RECORD_BYTES - 8);
        assert!(Leaf::clear(LeafKind::Mint, &json!({"a": fits})).is_ok());
        let long = json!({"a": "x".repeat(MAX_RECORD_BYTES - 7)});
        assert_eq!(Leaf::clear(LeafKind::Mint, &long), Err(NotLogged::TooLong { bytes: 1025 }));
    }

    #[test]
    fn garbage_is_no_leaf() {
        assert_eq!(Leaf::parse(b""), Err(NotALeaf::WrongLength));
        assert_eq!(Leaf::parse(&[0; 32]), Err(NotALeaf::WrongLength));
        assert_eq!(Leaf::parse(&[0; 34]), Err(NotALeaf::WrongLength));
        assert_eq!(Leaf::parse(b"\x01\x04"), Err(NotALeaf::WrongLength));
        assert_eq!(Leaf::parse(b"\x02{}"), Err(NotALeaf::UnknownForm));
        assert_eq!(Leaf::parse(b"\x01\x03{}"), Err(NotALeaf::UnknownKind { code: 3 }));
        assert_eq!(Leaf::parse(b"\x01\x04{ }"), Err(NotALeaf::NotCanonical));
        assert_eq!(Leaf::parse(b"\x01\x04[]"), Err(NotALeaf::NotCanonical));
        assert_eq!(Leaf::parse(&[1; MAX_LEAF_BYTES + 1]), Err(NotALeaf::WrongLength));
    }

    #[test]
    fn a_salt_does_not_print() {
        assert_eq!(format!("{SALT:?}"), "LeafSalt(..)");
    }
}
