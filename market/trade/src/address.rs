//! Addresses that money goes to, as words: settlement knows what is behind them.

use serde::{Deserialize, Deserializer, Serialize, de::Error};
use std::fmt;
use std::str::FromStr;

/// The length of `tacit1` followed by the bech32m form of a pool tag byte and 43 raw bytes: 71 digits and 6 of checksum.
const LENGTH: usize = 6 + 71 + 6;
const BECH32: &[u8] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";

/// An address of the shielded pool in its text form, `tacit1...` (wire.md, keys). Its shape is checked here, its
/// checksum by the wallet that pays.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct PayAddress(String);

/// The text is no address.
#[derive(Debug, thiserror::Error, PartialEq, Eq, Clone, Copy)]
#[error("expected an address that begins with `tacit1`, as a wallet shows it")]
pub struct NotAnAddress;

impl PayAddress {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn check(text: &str) -> Result<(), NotAnAddress> {
    match text.strip_prefix("tacit1") {
        Some(rest) if text.len() == LENGTH && rest.bytes().all(|byte| BECH32.contains(&byte)) => Ok(()),
        _ => Err(NotAnAddress),
    }
}

impl FromStr for PayAddress {
    type Err = NotAnAddress;

    fn from_str(text: &str) -> Result<Self, NotAnAddress> {
        check(text).map(|()| Self(text.to_owned()))
    }
}

impl fmt::Display for PayAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for PayAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for PayAddress {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        check(&text).map_err(D::Error::custom)?;
        Ok(Self(text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_one_length_and_the_letters_of_bech32() {
        let good = format!("tacit1{}", "q".repeat(77));
        assert!(good.parse::<PayAddress>().is_ok());
        for bad in [good.to_uppercase(), good[1..].to_owned(), format!("{good}q"), good.replace("qq", "qb")] {
            assert_eq!(bad.parse::<PayAddress>(), Err(NotAnAddress), "{bad}");
        }
    }
}
