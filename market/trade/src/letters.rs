//! What the letters between buyer and seller say about an order (wire.md, kinds of letters).
//!
//! The letters themselves, their sealing and their order are the relay's.

use crate::{AcceptedAgreement, BadAgreement, SignedAgreement};
use serde::{Deserialize, Serialize};
use std::fmt;
use tacit_values::rand_core::CryptoRng;
use tacit_values::{Digest, Epoch, Signature, base64url};

/// The 32 bytes `r` that open a payment's terms tag (settlement.md). Whoever has them and the agreement recognises the
/// payment on the public ledger, so they do not print.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TagOpening(#[serde(with = "base64url::fixed")] [u8; 32]);

impl TagOpening {
    /// Fresh for one bundle.
    pub fn random(rng: &mut impl CryptoRng) -> Self {
        let mut bytes = [0; 32];
        rng.fill_bytes(&mut bytes);
        Self(bytes)
    }

    /// Wraps bytes that the wallet drew or stored.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes.
    pub const fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for TagOpening {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TagOpening(..)")
    }
}

/// Where a payment stands on the ledger and what opens its tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProofOfPayment {
    /// The pool.
    pub pool: Digest,
    /// The epoch in which it landed.
    pub epoch: Epoch,
    /// The position of the payee's note in the pool's tree.
    pub position: u64,
    /// What opens the bundle's terms tag.
    pub r: TagOpening,
}

/// The body of the letter `accepted`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AcceptedBody {
    /// The terms.
    pub agreement: crate::Agreement,
    /// The seller's signature over them.
    pub seller_sig: Signature,
    /// The seller's receipt for this agreement, an SD-JWT with all its disclosures.
    pub sd_jwt: String,
}

impl AcceptedBody {
    /// Terms and signature without the receipt.
    pub fn accepted(&self) -> AcceptedAgreement {
        AcceptedAgreement { agreement: self.agreement.clone(), seller_sig: self.seller_sig }
    }
}

/// Why a seller's desk declines an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefusalReason {
    /// The listing is paused or retired.
    NotForSale,
    /// Price or version are not the newest.
    OfferChanged,
    /// The terms are not ones that this desk accepts.
    Terms,
    /// The seller does not want to.
    Declined,
}

/// The body of the letter `refusal`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Refusal {
    /// Why.
    pub reason: RefusalReason,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.reason {
            RefusalReason::NotForSale => "the listing is not for sale any more",
            RefusalReason::OfferChanged => "the offer changed; read the listing again and order again",
            RefusalReason::Terms => "the seller's desk does not accept these terms",
            RefusalReason::Declined => "the seller declined the order",
        })
    }
}

/// The body of the letter `paid`, to the seller and, with an escrow, to the arbiter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PaidBody {
    /// The pool.
    pub pool: Digest,
    /// The epoch in which the payment landed.
    pub epoch: Epoch,
    /// The position of the payee's note in the pool's tree.
    pub position: u64,
    /// What opens the bundle's terms tag.
    pub r: TagOpening,
    /// The buyer's signature of the agreement.
    pub buyer_sig: Signature,
}

impl PaidBody {
    /// What the buyer tells the seller.
    pub const fn new(payment: &ProofOfPayment, buyer_sig: Signature) -> Self {
        let ProofOfPayment { pool, epoch, position, r } = *payment;
        Self { pool, epoch, position, r, buyer_sig }
    }

    /// Where the payment stands.
    pub const fn payment(&self) -> ProofOfPayment {
        ProofOfPayment { pool: self.pool, epoch: self.epoch, position: self.position, r: self.r }
    }

    /// The agreement with both signatures; refused unless the buyer's is good.
    pub fn complete(&self, accepted: AcceptedAgreement) -> Result<SignedAgreement, BadAgreement> {
        accepted.with_buyer_sig(self.buyer_sig)
    }
}

/// A delivery as the seller stated it: the signed statement and the header, both as delivery made them, and the facts
/// from the statement that an order is about. Whoever builds one has checked statement and header (delivery.md).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StatedDelivery {
    /// The signed delivery statement.
    pub statement: serde_json::Value,
    /// The age header issued to the order's recipient.
    #[serde(with = "base64url")]
    pub header: Vec<u8>,
    /// SHA-256 of the header.
    pub header_digest: Digest,
    /// SHA-256 of the body in the vault.
    pub body: Digest,
    /// Which delivery under this order, from 0.
    pub sequence: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_opens_a_payment_does_not_print() {
        let payment = ProofOfPayment {
            pool: Digest::of(b"pool"),
            epoch: Epoch(7),
            position: 3,
            r: TagOpening::from_bytes([0xab; 32]),
        };
        assert!(!format!("{payment:?}").contains("171"), "{payment:?}");
        let json = serde_json::to_string(&payment).unwrap();
        assert_eq!(serde_json::from_str::<ProofOfPayment>(&json).unwrap(), payment);
    }
}
