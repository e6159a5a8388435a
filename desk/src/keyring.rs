//! The keyring: one seed, from which every key of the desk is derived (wire.md, keys).
//!
//! Twenty-four BIP-39 words make the seed; HKDF-SHA256 makes everything else. Secrets are wiped when dropped and never
//! printed. The file on disk is in [`file`], the words in [`words`].

pub mod file;
pub mod passkey;
pub mod passphrase;
pub mod words;

use hkdf::Hkdf;
use sha2::Sha256;
use std::fmt;
use tacit_delivery::OrderIdentity;
use tacit_relay::MailKey;
use tacit_values::{OrderId, Persona, PersonaKey};
use zeroize::Zeroizing;

/// The 64 bytes that the words stand for.
#[derive(Clone)]
pub struct Seed(Zeroizing<[u8; 64]>);

impl Seed {
    pub(crate) fn from_bytes(bytes: Zeroizing<[u8; 64]>) -> Self {
        Self(bytes)
    }

    pub(crate) fn bytes(&self) -> &[u8; 64] {
        &self.0
    }
}

impl fmt::Debug for Seed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Seed(..)")
    }
}

/// Thirty-two derived secret bytes.
pub type DerivedKey = Zeroizing<[u8; 32]>;

/// Every key of one desk, derived when asked for.
#[derive(Clone)]
pub struct Keyring {
    seed: Seed,
}

impl Keyring {
    /// The keyring of a seed.
    pub fn of(seed: Seed) -> Self {
        Self { seed }
    }

    /// The seed of the shielded wallet (`ledger`).
    pub fn ledger_seed(&self) -> DerivedKey {
        self.derive(b"ledger")
    }

    /// The key under which this desk sells (`persona/seller/0`): stable, public in its listings.
    pub fn seller(&self) -> PersonaKey {
        PersonaKey::from_seed(&self.derive(b"persona/seller/0"))
    }

    /// The key that keeps this desk's own state outside orders and does nothing else (`persona/self/0`).
    pub fn own_state(&self) -> PersonaKey {
        PersonaKey::from_seed(&self.derive(b"persona/self/0"))
    }

    /// The `n`th order id: random to others, found again from the words.
    pub fn order_id(&self, n: u32) -> OrderId {
        let derived = self.derive(&[b"order-id/".as_slice(), &n.to_be_bytes()].concat());
        OrderId::from_bytes(derived[..16].try_into().expect("32 bytes begin with 16"))
    }

    /// The key under which this desk acts in one order, and nowhere else.
    pub fn order_persona(&self, order: OrderId) -> PersonaKey {
        PersonaKey::from_seed(&self.derive(format!("persona/order/{order}").as_bytes()))
    }

    /// The mail key beside a persona: letters to it open with this.
    pub fn mail_key(&self, persona: &Persona) -> MailKey {
        MailKey::from_bytes(&self.derive(format!("mail/{persona}").as_bytes()))
    }

    /// The age identity of one order: the delivery's header opens with this, so that it can be shown alone.
    pub fn order_identity(&self, order: OrderId) -> OrderIdentity {
        OrderIdentity::from_bytes(*self.derive(format!("age/{order}").as_bytes()))
    }

    /// What opens the terms tag of a payment for an order: for the same order and attempt always the same, on every desk with
    /// these words, so that the ledger takes one such payment and no second one.
    pub fn terms_blind(&self, order: OrderId, attempt: u32) -> [u8; 32] {
        let attempt = attempt.to_be_bytes();
        *self.derive(&[format!("terms-blind/{order}/").as_bytes(), &attempt].concat())
    }

    /// What the desk's own records are sealed under.
    pub fn at_rest(&self) -> DerivedKey {
        self.derive(b"at-rest")
    }

    /// What `tacit backup` seals to: an age identity, so that the words alone open a backup.
    pub fn backup_identity(&self) -> age::x25519::Identity {
        let text = OrderIdentity::from_bytes(*self.derive(b"backup")).to_age_secret_string();
        text.parse().expect("an age identity reads its own text")
    }

    pub(crate) fn seed(&self) -> &Seed {
        &self.seed
    }

    fn derive(&self, name: &[u8]) -> DerivedKey {
        let mut key = Zeroizing::new([0; 32]);
        let info = [b"tacit/v1/key/".as_slice(), name].concat();
        Hkdf::<Sha256>::new(None, self.seed.bytes())
            .expand(&info, key.as_mut())
            .expect("HKDF-SHA256 gives up to 255 times 32 bytes");
        key
    }
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Keyring(..{})", self.seller().persona())
    }
}

#[cfg(test)]
mod tests;
