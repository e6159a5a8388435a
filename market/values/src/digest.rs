//! SHA-256 digests, plain and under our domain separation strings.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};
use sha2::{Digest as _, Sha256};
use std::fmt;
use std::str::FromStr;

/// A SHA-256 digest; 64 lower-case hex digits in text and JSON.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Digest([u8; 32]);

/// The text was not 64 lower-case hex digits.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("a digest is 64 lower-case hex digits")]
pub struct NotADigest;

impl Digest {
    /// Wraps 32 bytes that are already a digest.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes.
    pub const fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Plain SHA-256 of `bytes`: for outside formats and for the content address of a body.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// SHA-256 of `"tacit/v1/" || what` followed by `parts`, our own hashes' form (wire.md, canonical forms).
    pub fn tagged(what: &str, parts: &[&[u8]]) -> Self {
        let mut hasher = TaggedHasher::new(what);
        for part in parts {
            hasher.update(part);
        }
        hasher.finish()
    }
}

/// SHA-256 in pieces, for what does not fit in memory.
pub struct TaggedHasher(Sha256);

impl TaggedHasher {
    /// Starts with the domain string `tacit/v1/<what>`.
    pub fn new(what: &str) -> Self {
        let mut hasher = Sha256::new();
        hasher.update(b"tacit/v1/");
        hasher.update(what.as_bytes());
        Self(hasher)
    }

    /// Starts without a domain string: for bodies and plaintexts, whose digests other tools compute too.
    pub fn plain() -> Self {
        Self(Sha256::new())
    }

    /// Takes more bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The digest of all bytes taken.
    pub fn finish(self) -> Digest {
        Digest(self.0.finalize().into())
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Digest({self})")
    }
}

impl FromStr for Digest {
    type Err = NotADigest;

    fn from_str(text: &str) -> Result<Self, NotADigest> {
        if text.len() != 64 || text.bytes().any(|byte| byte.is_ascii_uppercase()) {
            return Err(NotADigest);
        }
        let mut bytes = [0; 32];
        hex::decode_to_slice(text, &mut bytes).map_err(|_| NotADigest)?;
        Ok(Self(bytes))
    }
}

impl Serialize for Digest {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(from)?;
        text.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_reads_back_and_capital_letters_are_refused() {
        let digest = Digest::of(b"abc");
        assert_eq!(digest.to_string(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert_eq!(digest.to_string().parse(), Ok(digest));
        assert_eq!(digest.to_string().to_uppercase().parse::<Digest>(), Err(NotADigest));
        assert_eq!("00".parse::<Digest>(), Err(NotADigest));
    }

    #[test]
    fn the_same_bytes_under_two_domains_differ() {
        assert_ne!(Digest::tagged("manifest", &[b"x"]), Digest::tagged("agreement", &[b"x"]));
        assert_eq!(Digest::tagged("manifest", &[b"x"]), Digest::of(b"tacit/v1/manifestx"));
    }
}
