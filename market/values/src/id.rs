//! Identifiers in TypeID form: a prefix and 128 random bits in Crockford base32, never ordered by time, because time
//! links.

use rand_core::CryptoRng;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};
use std::fmt;
use std::str::FromStr;

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
const LENGTH: usize = 26;

/// The text is not an identifier of the kind that was expected.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("expected an id that begins with `{prefix}_` followed by 26 characters of Crockford base32")]
pub struct NotAnId {
    prefix: &'static str,
}

fn encode(bytes: &[u8; 16]) -> String {
    let mut number = u128::from_be_bytes(*bytes);
    let mut text = [0; LENGTH];
    for place in text.iter_mut().rev() {
        *place = ALPHABET[(number & 31) as usize];
        number >>= 5;
    }
    String::from_utf8(text.to_vec()).expect("the alphabet is ASCII")
}

fn decode(text: &str) -> Option<[u8; 16]> {
    if text.len() != LENGTH || text.as_bytes()[0] > b'7' {
        return None;
    }
    let mut number: u128 = 0;
    for byte in text.bytes() {
        let digit = ALPHABET.iter().position(|letter| *letter == byte)?;
        number = number << 5 | digit as u128;
    }
    Some(number.to_be_bytes())
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name([u8; 16]);

        impl $name {
            /// What stands before the underscore.
            pub const PREFIX: &'static str = $prefix;

            /// An id that nobody can guess or order.
            pub fn random(rng: &mut impl CryptoRng) -> Self {
                let mut bytes = [0; 16];
                rng.fill_bytes(&mut bytes);
                Self(bytes)
            }

            /// Wraps 128 bits that are already random to others (a derived order id, a stored row).
            pub const fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(bytes)
            }

            /// The 128 bits.
            pub const fn bytes(&self) -> &[u8; 16] {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}_{}", $prefix, encode(&self.0))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl FromStr for $name {
            type Err = NotAnId;

            fn from_str(text: &str) -> Result<Self, NotAnId> {
                let refused = NotAnId { prefix: $prefix };
                let digits = text.strip_prefix(concat!($prefix, "_")).ok_or(NotAnId { prefix: $prefix })?;
                decode(digits).map(Self).ok_or(refused)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<str>::deserialize(from)?;
                text.parse().map_err(D::Error::custom)
            }
        }
    };
}

id!(
    /// What is offered.
    ListingId,
    "lst"
);
id!(
    /// One buyer's acceptance of an offer; chosen by the buyer, derived from the seed.
    OrderId,
    "ord"
);
id!(
    /// The evidence that stays with the parties.
    ReceiptId,
    "rcp"
);
id!(
    /// A body on its way into the vault.
    UploadId,
    "upl"
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_reads_back_and_a_foreign_prefix_is_refused() {
        let id = ListingId::from_bytes([0xff; 16]);
        assert_eq!(id.to_string(), "lst_7zzzzzzzzzzzzzzzzzzzzzzzzz");
        assert_eq!(id.to_string().parse(), Ok(id));
        assert!(id.to_string().parse::<OrderId>().is_err());
    }

    #[test]
    fn an_id_beyond_128_bits_or_with_a_letter_that_is_no_digit_is_refused() {
        assert!("lst_8zzzzzzzzzzzzzzzzzzzzzzzzz".parse::<ListingId>().is_err());
        assert!("lst_7zzzzzzzzzzzzzzzzzzzzzzzzu".parse::<ListingId>().is_err());
        assert!("lst_7zzzzzzzzzzzzzzzzzzzzzzzzé".parse::<ListingId>().is_err());
        assert!("lst_".parse::<ListingId>().is_err());
    }
}
