//! Addresses: `tacit1...`, bech32m of a pool tag byte and the 43 raw bytes (wire.md, Keys).
//!
//! The tag is the first byte of the pool's name, so that an address of another market or of a rotated pool is noticed
//! before money is sent there.

use crate::bytes32::PoolId;
use bech32::primitives::decode::CheckedHrpstring;
use bech32::{Bech32m, Hrp};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};
use std::fmt;
use std::str::FromStr;

const PREFIX: &str = "tacit";
const LENGTH: usize = 44;

/// Where a shielded payment goes. A payee names a fresh one for every order.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Address {
    tag: u8,
    inner: orchard::Address,
}

/// Why an address was refused.
#[derive(Debug, thiserror::Error, PartialEq, Eq, Clone, Copy)]
pub enum AddressRefused {
    /// Mistyped or cut.
    #[error(
        "this is no address, or a letter of it is wrong or missing; copy it again, it begins with `tacit1`"
    )]
    Mistyped,
    /// bech32m of something else.
    #[error("this is an address of another system; Tacit's begin with `tacit1`")]
    Foreign,
    /// Not 44 bytes.
    #[error("the address has the wrong length; copy it again")]
    Length,
    /// The bytes are no address of the shielded pool.
    #[error("the address belongs to no possible key; ask the payee for it again")]
    Impossible,
    /// Of another pool.
    #[error(
        "the address belongs to another market or to a pool that was rotated; ask the payee for a new one"
    )]
    OtherPool,
}

impl Address {
    pub(crate) fn new(pool: &PoolId, inner: orchard::Address) -> Self {
        Self { tag: pool.tag(), inner }
    }

    /// From the 43 raw bytes of an address of `pool`.
    pub fn from_raw(pool: &PoolId, raw: &[u8; 43]) -> Result<Self, AddressRefused> {
        Self::from_tag_and_raw(pool.tag(), raw)
    }

    fn from_tag_and_raw(tag: u8, raw: &[u8; 43]) -> Result<Self, AddressRefused> {
        let inner: Option<_> = orchard::Address::from_raw_address_bytes(raw).into();
        Ok(Self { tag, inner: inner.ok_or(AddressRefused::Impossible)? })
    }

    /// The 43 raw bytes.
    pub fn raw(&self) -> [u8; 43] {
        self.inner.to_raw_address_bytes()
    }

    /// Whether the address may be paid in `pool`.
    pub fn belongs_to(&self, pool: &PoolId) -> Result<(), AddressRefused> {
        if self.tag == pool.tag() { Ok(()) } else { Err(AddressRefused::OtherPool) }
    }

    pub(crate) fn inner(&self) -> orchard::Address {
        self.inner
    }
}

impl std::hash::Hash for Address {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.tag.hash(state);
        self.raw().hash(state);
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bytes = [self.tag; LENGTH];
        bytes[1..].copy_from_slice(&self.raw());
        let prefix = Hrp::parse_unchecked(PREFIX);
        let text = bech32::encode::<Bech32m>(prefix, &bytes).expect("44 bytes are within bech32m's length");
        f.write_str(&text)
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Address {
    type Err = AddressRefused;

    fn from_str(text: &str) -> Result<Self, AddressRefused> {
        if text.len() > 128 {
            return Err(AddressRefused::Length);
        }
        let read = CheckedHrpstring::new::<Bech32m>(text).map_err(|_| AddressRefused::Mistyped)?;
        if read.hrp().to_lowercase() != PREFIX {
            return Err(AddressRefused::Foreign);
        }
        let bytes: Vec<u8> = read.byte_iter().collect();
        let (tag, raw) = bytes.split_first().ok_or(AddressRefused::Length)?;
        Self::from_tag_and_raw(*tag, raw.try_into().map_err(|_| AddressRefused::Length)?)
    }
}

impl Serialize for Address {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Address {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(from)?;
        text.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wallet::{Account, WalletKeys};

    fn address() -> (PoolId, Address) {
        let pool = PoolId::from_bytes([7; 32]);
        let keys = WalletKeys::from_seed(&[1; 32], pool);
        (pool, keys.address(Account::Spending, 5))
    }

    #[test]
    fn an_address_reads_back_and_belongs_to_its_pool() {
        let (pool, address) = address();
        let text = address.to_string();
        assert!(text.starts_with("tacit1"), "{text}");
        assert_eq!(text.parse(), Ok(address));
        assert_eq!(address.belongs_to(&pool), Ok(()));
        assert_eq!(address.belongs_to(&PoolId::from_bytes([8; 32])), Err(AddressRefused::OtherPool));
        assert_eq!(Address::from_raw(&pool, &address.raw()), Ok(address));
    }

    #[test]
    fn every_mistyped_letter_is_noticed() {
        let text = address().1.to_string();
        for place in 6..text.len() {
            let mut letters = text.clone().into_bytes();
            letters[place] = if letters[place] == b'q' { b'p' } else { b'q' };
            let wrong = String::from_utf8(letters).unwrap();
            assert_eq!(wrong.parse::<Address>(), Err(AddressRefused::Mistyped), "place {place}");
        }
        assert_eq!(text[..text.len() - 1].parse::<Address>(), Err(AddressRefused::Mistyped));
    }

    #[test]
    fn addresses_of_other_systems_and_of_no_key_are_refused() {
        let encode = |prefix: &str, bytes: &[u8]| {
            bech32::encode::<Bech32m>(Hrp::parse(prefix).unwrap(), bytes).unwrap()
        };
        assert_eq!(encode("bc", &[0; 44]).parse::<Address>(), Err(AddressRefused::Foreign));
        assert_eq!(encode(PREFIX, &[0; 43]).parse::<Address>(), Err(AddressRefused::Length));
        assert_eq!(encode(PREFIX, &[]).parse::<Address>(), Err(AddressRefused::Length));
        assert_eq!(encode(PREFIX, &[0xff; 44]).parse::<Address>(), Err(AddressRefused::Impossible));
    }
}
