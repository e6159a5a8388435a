//! Mail keys: the X25519 keys that letters are sealed to, derived beside a persona.

use bech32::{Bech32, Hrp};
use secrecy::ExposeSecret;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};
use std::fmt;
use std::str::FromStr;
use zeroize::Zeroizing;

/// The secret half: opens letters. Never printed.
#[derive(Clone)]
pub struct MailKey(age::x25519::Identity);

impl MailKey {
    /// The key of 32 secret bytes (wire.md: HKDF `mail/<persona>`).
    pub fn from_bytes(secret: &[u8; 32]) -> Self {
        let prefix = Hrp::parse("age-secret-key-").expect("the prefix is a valid one");
        let text =
            Zeroizing::new(bech32::encode_upper::<Bech32>(prefix, secret).expect("32 bytes are short"));
        Self(text.parse().expect("every 32 bytes are an X25519 secret key"))
    }

    /// Where letters for this key are sealed to.
    pub fn recipient(&self) -> MailRecipient {
        MailRecipient(self.0.to_public())
    }

    pub(crate) fn age(&self) -> &age::x25519::Identity {
        &self.0
    }

    /// The key as the `age` program reads it.
    pub fn to_age_text(&self) -> Zeroizing<String> {
        Zeroizing::new(self.0.to_string().expose_secret().to_owned())
    }
}

impl fmt::Debug for MailKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MailKey(..{})", self.recipient())
    }
}

/// The public half: an age recipient, `age1...`, published in a listing or an order.
#[derive(Clone, PartialEq, Eq)]
pub struct MailRecipient(age::x25519::Recipient);

/// The text is no age X25519 recipient.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("expected an age recipient of the form age1...")]
pub struct NotARecipient;

impl MailRecipient {
    pub(crate) fn age(&self) -> &age::x25519::Recipient {
        &self.0
    }
}

impl FromStr for MailRecipient {
    type Err = NotARecipient;

    fn from_str(text: &str) -> Result<Self, NotARecipient> {
        if text.len() > 100 {
            return Err(NotARecipient);
        }
        text.parse().map(Self).map_err(|_| NotARecipient)
    }
}

impl fmt::Display for MailRecipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl fmt::Debug for MailRecipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for MailRecipient {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for MailRecipient {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        text.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recipient_reads_back_and_a_secret_key_does_not_print() {
        let key = MailKey::from_bytes(&[9; 32]);
        let recipient = key.recipient();
        assert_eq!(recipient.to_string().parse(), Ok(recipient.clone()));
        assert!(!format!("{key:?}").contains("SECRET"));
        assert!("age1nonsense".parse::<MailRecipient>().is_err());
    }
}
