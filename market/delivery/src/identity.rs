//! Who may open a delivery: the age identity of one order, and its public half, the recipient.
//!
//! An order's identity is made from key material of that order alone (wire.md, Keys: `age/<order id>`), so that it can be
//! shown in a complaint without opening anything else. It never prints.

use age::x25519;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};
use std::fmt;
use std::str::FromStr;
use zeroize::{Zeroize, Zeroizing};

/// `age1` and 58 characters of bech32.
const RECIPIENT_CHARS: usize = 62;

/// The secret half: opens the deliveries of one order (or, for a seller, the seller's own header).
#[derive(Clone)]
pub struct OrderIdentity(x25519::Identity);

/// The text is no secret key of the age program.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("expected an age identity of the form AGE-SECRET-KEY-1...")]
pub struct NotAnIdentity;

/// The text is no X25519 recipient of the age program.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("expected an age recipient of the form age1... (62 characters)")]
pub struct NotARecipient;

impl OrderIdentity {
    /// The identity of 32 bytes of key material (an HKDF output, never reused for anything else).
    pub fn from_bytes(mut bytes: [u8; 32]) -> Self {
        let prefix = bech32::Hrp::parse("age-secret-key-").expect("the prefix is short lower-case ASCII");
        let text = bech32::encode::<bech32::Bech32>(prefix, &bytes).expect("32 bytes fit into bech32");
        bytes.zeroize();
        let text = Zeroizing::new(text);
        Self(text.parse().expect("32 bytes under age's own prefix are an age identity"))
    }

    /// Who to seal for.
    pub fn recipient(&self) -> AgeRecipient {
        AgeRecipient(self.0.to_public())
    }

    /// `AGE-SECRET-KEY-1...`, for export: with it the plain `age` program opens the sealed file.
    pub fn to_age_secret_string(&self) -> Zeroizing<String> {
        use age::secrecy::ExposeSecret;
        Zeroizing::new(self.0.to_string().expose_secret().to_owned())
    }

    pub(crate) fn age(&self) -> &x25519::Identity {
        &self.0
    }
}

impl FromStr for OrderIdentity {
    type Err = NotAnIdentity;

    fn from_str(text: &str) -> Result<Self, NotAnIdentity> {
        if text.len() > 100 {
            return Err(NotAnIdentity);
        }
        text.parse().map(Self).map_err(|_| NotAnIdentity)
    }
}

impl fmt::Debug for OrderIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OrderIdentity(..{})", self.recipient())
    }
}

/// The public half: `age1...`, as it stands in agreements and in JSON.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct AgeRecipient(x25519::Recipient);

impl AgeRecipient {
    pub(crate) fn age(&self) -> &x25519::Recipient {
        &self.0
    }
}

impl fmt::Display for AgeRecipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl fmt::Debug for AgeRecipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for AgeRecipient {
    type Err = NotARecipient;

    fn from_str(text: &str) -> Result<Self, NotARecipient> {
        // Bech32 also reads capitals; one recipient must have one text, because it stands in signed documents.
        if text.len() != RECIPIENT_CHARS || text.bytes().any(|byte| byte.is_ascii_uppercase()) {
            return Err(NotARecipient);
        }
        text.parse().map(Self).map_err(|_| NotARecipient)
    }
}

impl Serialize for AgeRecipient {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for AgeRecipient {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(from)?;
        text.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exported_identity_opens_for_the_same_recipient() {
        let identity = OrderIdentity::from_bytes([7; 32]);
        let text = identity.to_age_secret_string();
        assert!(text.starts_with("AGE-SECRET-KEY-1"), "the age program wants capitals");
        let again: OrderIdentity = text.parse().unwrap();
        assert_eq!(again.recipient(), identity.recipient());
        let recipient = identity.recipient().to_string();
        assert_eq!(recipient.parse(), Ok(identity.recipient()));
    }

    #[test]
    fn an_identity_does_not_print() {
        let identity = OrderIdentity::from_bytes([7; 32]);
        let shown = format!("{identity:?}");
        assert!(!shown.contains("SECRET"), "{shown}");
    }

    #[test]
    fn a_recipient_has_one_text() {
        let text = OrderIdentity::from_bytes([7; 32]).recipient().to_string();
        assert_eq!(text.to_uppercase().parse::<AgeRecipient>(), Err(NotARecipient));
        assert_eq!(text[..61].parse::<AgeRecipient>(), Err(NotARecipient));
        assert_eq!("age1".parse::<AgeRecipient>(), Err(NotARecipient));
    }
}
