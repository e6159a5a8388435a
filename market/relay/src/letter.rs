//! A letter: what one persona says to another about one order, signed.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tacit_values::{BadSignature, NotCanonical, OrderId, Persona, PersonaKey, Signature, canonical};

/// What a letter is about. Bodies belong to the rooms that speak of them; the relay knows their names only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Buyer to seller: the terms wanted, before addresses and signatures.
    Order,
    /// Seller to buyer: the agreement with the seller's signature and the receipt body.
    Accepted,
    /// Seller to buyer: no, and why.
    Refusal,
    /// Buyer to seller: where on the ledger the payment stands, with the buyer's signature of the agreement.
    Paid,
    /// Seller to buyer: header and delivery statement.
    Delivery,
    /// Buyer to seller: everything was as promised.
    Confirmed,
    /// Either way: the receipt's last part.
    Receipt,
    /// Buyer to seller: what was delivered is not what was promised.
    Complaint,
    /// Escrow, first round of making the key: carries the buyer's signature of the agreement.
    Dkg1,
    /// Escrow, second round of making the key.
    Dkg2,
    /// Escrow, third round of making the key: what all three hold to be true.
    Dkg3,
    /// Escrow: the bundle that is to be signed, and what it does.
    Effect,
    /// Escrow, first round of a signature.
    Sign1,
    /// Escrow, second round of a signature.
    Sign2,
    /// A desk to itself: its own sealed state, found again from the words.
    #[serde(rename = "self")]
    ToSelf,
}

impl Kind {
    /// Every kind; their names on the wire are fixed from the start.
    pub const ALL: [Self; 15] = [
        Self::Order,
        Self::Accepted,
        Self::Refusal,
        Self::Paid,
        Self::Delivery,
        Self::Confirmed,
        Self::Receipt,
        Self::Complaint,
        Self::Dkg1,
        Self::Dkg2,
        Self::Dkg3,
        Self::Effect,
        Self::Sign1,
        Self::Sign2,
        Self::ToSelf,
    ];

    /// Whether it belongs to making or using an escrow's key.
    pub const fn is_of_escrow(self) -> bool {
        matches!(self, Self::Dkg1 | Self::Dkg2 | Self::Dkg3 | Self::Effect | Self::Sign1 | Self::Sign2)
    }
}

/// What a desk's letter to itself names as its order when it is about none: the id of zeros, which no order has.
pub const fn outside_orders() -> OrderId {
    OrderId::from_bytes([0; 16])
}

/// The signed document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Letter {
    /// Version of the form: 1.
    pub v: u8,
    /// Who signs.
    pub from: Persona,
    /// Whom it is for; a letter forwarded to somebody else is refused there.
    pub to: Persona,
    /// What it is about.
    pub kind: Kind,
    /// Which order it belongs to; [`outside_orders`] in a desk's letter to itself about none.
    pub order: OrderId,
    /// Counts the sender's letters about this order from 0; a repeated number is a repeated letter.
    pub seq: u64,
    /// The sequence number of the letter it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<u64>,
    /// The newest checkpoint of the market's log that the sender has seen: a market that shows two histories is noticed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checkpoint: Option<String>,
    /// The body, as the room of its kind defines it.
    pub body: Value,
}

/// A letter with its signature, as it stands inside the seal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignedLetter {
    /// The letter.
    pub letter: Letter,
    /// Ed25519 by `from` over `"tacit/v1/letter" || RFC 8785(letter)`.
    pub sig: Signature,
}

/// Why an opened letter does not count.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum LetterRefused {
    /// The bytes are not one of the three sizes.
    #[error("a letter has exactly 4,096, 16,384 or 65,536 bytes")]
    Size,
    /// It does not open with this mail key.
    #[error("the letter is sealed to somebody else, or damaged")]
    NotForThisKey,
    /// It opens but is no letter.
    #[error("the letter cannot be read; ask the sender to send it again")]
    Unreadable,
    /// A version we do not know.
    #[error("the letter is of a newer form; update this program")]
    Version,
    /// It is addressed to another persona.
    #[error("the letter is addressed to another persona")]
    Misaddressed,
    /// The signature does not fit.
    #[error(transparent)]
    Signature(#[from] BadSignature),
    /// A number that cannot be signed.
    #[error(transparent)]
    NotCanonical(#[from] NotCanonical),
}

impl Letter {
    /// Signs the letter with the sender's key.
    ///
    /// # Panics
    /// When `key` is not the key of `from`: a programming error, not an input.
    pub fn sign(self, key: &PersonaKey) -> Result<SignedLetter, NotCanonical> {
        assert!(self.from == key.persona(), "a letter is signed by its sender");
        let sig = key.sign("letter", &[&canonical(&self)?]);
        Ok(SignedLetter { letter: self, sig })
    }
}

impl SignedLetter {
    /// The letter, once its form, addressee and signature were checked.
    pub fn check(self, me: &Persona) -> Result<Letter, LetterRefused> {
        if self.letter.v != 1 {
            return Err(LetterRefused::Version);
        }
        if self.letter.to != *me {
            return Err(LetterRefused::Misaddressed);
        }
        self.letter.from.verify("letter", &[&canonical(&self.letter)?], &self.sig)?;
        Ok(self.letter)
    }
}
