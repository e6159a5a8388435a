//! Buckets and ticks: how mail is fetched without anybody being seen to ask for a mailbox.
//!
//! A bucket is named by the first bits of SHA-256(did:key); a market states so many bits that every bucket holds at least
//! 32 live personas (see [`Crowd`](crate::Crowd)). One fetch returns all letters of a bucket that arrived in one tick.

use serde::{Deserialize, Serialize};
use std::time::Duration;
use tacit_values::{Persona, Timestamp};

/// How many bits name a bucket: 0 (one bucket for all) to 16.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub struct Bits(u8);

impl Bits {
    /// The most bits that make sense: 65,536 buckets.
    pub const MOST: u8 = 16;
    /// One bucket for everybody.
    pub const NONE: Self = Self(0);

    /// Checks the range.
    pub const fn new(bits: u8) -> Option<Self> {
        if bits <= Self::MOST { Some(Self(bits)) } else { None }
    }

    /// The number of bits.
    pub const fn count(self) -> u8 {
        self.0
    }
}

impl TryFrom<u8> for Bits {
    type Error = &'static str;

    fn try_from(bits: u8) -> Result<Self, Self::Error> {
        Self::new(bits).ok_or("a bucket is named by 0 to 16 bits")
    }
}

impl From<Bits> for u8 {
    fn from(bits: Bits) -> Self {
        bits.0
    }
}

/// One bucket: the value of the first bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Bucket(pub u16);

/// The number of a tick since 1970, in units of the market's tick length.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Tick(pub u64);

/// The bucket that a persona's mailbox lies in.
pub fn bucket_of(persona: &Persona, bits: Bits) -> Bucket {
    Bucket(if bits.0 == 0 { 0 } else { finest(persona) >> (Bits::MOST - bits.0) })
}

/// The first 16 bits of a persona's digest: its bucket where buckets are finest.
pub(crate) fn finest(persona: &Persona) -> u16 {
    let digest = persona.bucket_digest();
    u16::from_be_bytes([digest.bytes()[0], digest.bytes()[1]])
}

/// The tick of a moment.
pub fn tick_at(moment: Timestamp, length: Duration) -> Tick {
    let length = u64::try_from(length.as_millis()).unwrap_or(u64::MAX).max(1);
    Tick(moment.millis() / length)
}

/// The hour of a moment since 1970, for catching up.
pub fn hour_of(moment: Timestamp) -> u64 {
    moment.secs() / 3_600
}

#[cfg(test)]
mod tests {
    use super::*;
    use tacit_values::PersonaKey;

    #[test]
    fn a_bucket_is_the_beginning_of_the_personas_digest() {
        let persona = PersonaKey::from_seed(&[1; 32]).persona();
        let all = bucket_of(&persona, Bits(16)).0;
        assert_eq!(bucket_of(&persona, Bits(0)), Bucket(0));
        assert_eq!(bucket_of(&persona, Bits(5)).0, all >> 11);
    }

    #[test]
    fn ticks_count_from_1970() {
        let moment = Timestamp::from_millis(31_000);
        assert_eq!(tick_at(moment, Duration::from_secs(15)), Tick(2));
        assert_eq!(tick_at(moment, Duration::from_secs(1)), Tick(31));
        assert_eq!(hour_of(Timestamp::from_secs(7_200)), 2);
    }
}
