//! Letters as the relay hands them out. They are sealed: nothing here says from whom, and a bucket not even to whom.

use serde::{Deserialize, Serialize};
use tacit_values::{Digest, Persona, base64url};
use utoipa::ToSchema;

/// One's own mailbox: `GET /mail/{persona}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MailboxView {
    /// Oldest first.
    pub letters: Vec<WaitingLetter>,
}

/// A letter that waits in a mailbox.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WaitingLetter {
    /// Names it within the mailbox: the cursor for `after` and the handle for acknowledging.
    pub number: u64,
    /// The age file.
    #[serde(with = "base64url")]
    #[schema(value_type = String)]
    pub letter: Vec<u8>,
}

/// A page of what reached a bucket: shuffled, recipients not named.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BucketView {
    /// Age files.
    #[schema(value_type = Vec<String>)]
    pub letters: Vec<SealedLetter>,
    /// Ask again with this as `after`: there is more. Pages follow the letters' digests.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub next: Option<Digest>,
}

/// An age file in base64url.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SealedLetter(#[serde(with = "base64url")] pub Vec<u8>);

/// A bucket's name in an address: `<bits>-<number>`, for example `3-5`, or `0-0` in a small market.
///
/// The bucket of a persona is the number made of the first `bits` bits of SHA-256 of its did:key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct BucketName {
    bits: u8,
    number: u32,
}

/// The text is no bucket.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("expected a bucket such as 3-5: up to 32 bits, and a number below two to their power")]
pub struct NotABucket;

impl BucketName {
    /// The bucket of `bits` bits that a persona's letters reach; more than 32 count as 32.
    pub fn of(persona: &Persona, bits: u8) -> Self {
        let digest = persona.bucket_digest();
        let first = u32::from_be_bytes(*digest.bytes().first_chunk().expect("a digest has 32 bytes"));
        let bits = bits.min(32);
        Self { bits, number: if bits == 0 { 0 } else { first >> (32 - bits) } }
    }

    /// How many bits name it.
    pub fn bits(self) -> u8 {
        self.bits
    }

    /// Its number.
    pub fn number(self) -> u32 {
        self.number
    }
}

impl std::fmt::Display for BucketName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-{}", self.bits, self.number)
    }
}

impl std::str::FromStr for BucketName {
    type Err = NotABucket;

    fn from_str(text: &str) -> Result<Self, NotABucket> {
        let (bits, number) = text.split_once('-').ok_or(NotABucket)?;
        let name = Self {
            bits: bits.parse().map_err(|_| NotABucket)?,
            number: number.parse().map_err(|_| NotABucket)?,
        };
        let exists = name.bits <= 32 && u64::from(name.number) < 1_u64 << name.bits;
        // One bucket has one name: no leading zeros, no plus sign.
        if exists && name.to_string() == text { Ok(name) } else { Err(NotABucket) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tacit_values::PersonaKey;

    #[test]
    fn a_bucket_has_one_name() {
        let bucket: BucketName = "3-5".parse().unwrap();
        assert_eq!((bucket.bits(), bucket.number(), bucket.to_string().as_str()), (3, 5, "3-5"));
        for bad in ["3-8", "33-0", "03-5", "3-05", "3-+5", "0-1", "", "3", "-", "3-5-1"] {
            assert_eq!(bad.parse::<BucketName>(), Err(NotABucket), "{bad}");
        }
    }

    #[test]
    fn a_bucket_is_the_first_bits_of_the_personas_digest() {
        let persona = PersonaKey::from_seed(&[7; 32]).persona();
        let first = persona.bucket_digest().bytes()[0];
        assert_eq!(BucketName::of(&persona, 8).number(), u32::from(first));
        assert_eq!(BucketName::of(&persona, 0).to_string(), "0-0");
        assert_eq!(BucketName::of(&persona, 3).number(), u32::from(first >> 5));
    }
}
