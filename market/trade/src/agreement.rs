//! The agreement: the terms of one order, signed by both sides (wire.md, orders).
//!
//! `terms_hash = SHA-256("tacit/v1/agreement" || RFC 8785)`; each side signs `"tacit/v1/agreement-sig" || terms_hash`.
//! The buyer asks with an [`OrderRequest`], the agreement without `pays` and `pay_by`; the seller fills these in and
//! signs ([`AcceptedAgreement`]); the buyer's signature travels with the payment ([`SignedAgreement`]).

mod check;
mod request;

use crate::PayAddress;
use serde::{Deserialize, Serialize};
use tacit_catalogue::{AgeRecipient, Kind, Licence, Price, Updates, VersionOne};
use tacit_values::{
    Digest, Epoch, ListingId, Money, OrderId, Origin, Persona, PersonaKey, Signature, canonical,
};

pub use check::{BadAgreement, Disagreement, SPAN_MOST_S};
pub use request::OrderRequest;

/// How the money waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Mode {
    /// Paid straight to the seller's order address.
    #[serde(rename = "direct")]
    Direct,
    /// Paid to a key that none of buyer, seller and arbiter holds alone.
    #[serde(rename = "escrow")]
    Escrow,
}

/// What a payee gets its amount for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum PayFor {
    /// The goods, paid by the buyer straight to the seller.
    #[serde(rename = "payment")]
    Payment,
    /// The goods, paid out of an escrow.
    #[serde(rename = "payout")]
    Payout,
    /// The market's fee, paid out of an escrow.
    #[serde(rename = "fee")]
    Fee,
}

/// One payee of an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pay {
    /// What for.
    pub what: PayFor,
    /// Where to; fresh for this order.
    pub address: PayAddress,
    /// How much.
    pub amount: Money,
}

/// The terms of one order, whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Agreement {
    /// The form of this document.
    pub v: VersionOne,
    /// The market at which it holds.
    pub market: Origin,
    /// The order; the buyer chose it.
    pub order: OrderId,
    /// What is bought.
    pub listing: ListingId,
    /// At which version of the listing.
    pub offer_version: u32,
    /// The manifest of what is delivered.
    pub manifest: Digest,
    /// What kind of offer it is.
    pub kind: Kind,
    /// How the money waits.
    pub mode: Mode,
    /// The price at that version.
    pub price: Price,
    /// The market's share of it; nothing for a direct payment.
    pub fee: Money,
    /// The fee schedule that it was taken from.
    pub fee_version: u32,
    /// The pool in which is paid.
    pub pool: Digest,
    /// Who gets what.
    pub pays: Vec<Pay>,
    /// Where money goes back to.
    pub refund_address: PayAddress,
    /// The buyer's persona of this order.
    pub buyer: Persona,
    /// The seller.
    pub seller: Persona,
    /// Who decides about an escrow.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arbiter: Option<Persona>,
    /// The order's own recipient that the header is issued to.
    pub age_recipient: AgeRecipient,
    /// Where letters to the buyer are sealed to.
    pub buyer_mail: AgeRecipient,
    /// What the buyer may do.
    pub licence: Licence,
    /// Whether later versions are included.
    pub updates: Updates,
    /// What the buyer says it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purpose: Option<String>,
    /// The regions that policy asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jurisdictions: Option<Vec<String>>,
    /// The policy under which it was allowed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy_version: Option<u32>,
    /// The last epoch in which the payment may land; equals the bundle's `valid_until`.
    pub pay_by: Epoch,
    /// Seconds for the delivery after `pay_by` is over.
    pub deliver_within_s: u64,
    /// Seconds for the buyer's confirmation after the delivery was stated.
    pub confirm_within_s: u64,
}

impl Agreement {
    /// `SHA-256("tacit/v1/agreement" || RFC 8785)`: what both sign and what the payment's terms tag is made from.
    pub fn terms_hash(&self) -> Result<Digest, BadAgreement> {
        let bytes = canonical(self).map_err(|_| BadAgreement::NotCanonical)?;
        Ok(Digest::tagged("agreement", &[&bytes]))
    }

    /// One side's signature over the terms hash.
    pub fn sign(&self, key: &PersonaKey) -> Result<Signature, BadAgreement> {
        Ok(key.sign("agreement-sig", &[self.terms_hash()?.bytes()]))
    }

    fn signed_by(&self, who: &Persona, sig: &Signature) -> Result<Digest, BadAgreement> {
        let terms = self.terms_hash()?;
        who.verify("agreement-sig", &[terms.bytes()], sig).map_err(|_| {
            if *who == self.buyer { BadAgreement::BuyerSignature } else { BadAgreement::SellerSignature }
        })?;
        Ok(terms)
    }
}

/// The agreement with the seller's signature: binding on the seller, an offer to the buyer until `pay_by`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AcceptedAgreement {
    /// The terms.
    pub agreement: Agreement,
    /// The seller's signature.
    pub seller_sig: Signature,
}

impl AcceptedAgreement {
    /// Checks terms and signature; gives the terms hash.
    pub fn check(&self) -> Result<Digest, BadAgreement> {
        self.agreement.check_terms()?;
        self.agreement.signed_by(&self.agreement.seller, &self.seller_sig)
    }

    /// Whether this is what the buyer asked for: every term of the request unchanged.
    pub fn answers(&self, request: &OrderRequest) -> Result<(), BadAgreement> {
        if OrderRequest::from(&self.agreement) == *request { Ok(()) } else { Err(BadAgreement::TermsChanged) }
    }

    /// Adds the buyer's signature; refused unless the seller's is good and the key is the buyer's.
    pub fn countersign(self, buyer: &PersonaKey) -> Result<SignedAgreement, BadAgreement> {
        self.check()?;
        if buyer.persona() != self.agreement.buyer {
            return Err(BadAgreement::ForeignKey);
        }
        let buyer_sig = self.agreement.sign(buyer)?;
        Ok(SignedAgreement { agreement: self.agreement, buyer_sig, seller_sig: self.seller_sig })
    }

    /// Adds a signature that the buyer sent; refused unless both are good.
    pub fn with_buyer_sig(self, buyer_sig: Signature) -> Result<SignedAgreement, BadAgreement> {
        let signed = SignedAgreement { agreement: self.agreement, buyer_sig, seller_sig: self.seller_sig };
        signed.check()?;
        Ok(signed)
    }
}

/// The agreement with both signatures.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignedAgreement {
    /// The terms.
    pub agreement: Agreement,
    /// The buyer's signature.
    pub buyer_sig: Signature,
    /// The seller's signature.
    pub seller_sig: Signature,
}

impl SignedAgreement {
    /// Checks terms and both signatures; gives the terms hash.
    pub fn check(&self) -> Result<Digest, BadAgreement> {
        self.agreement.check_terms()?;
        self.agreement.signed_by(&self.agreement.seller, &self.seller_sig)?;
        self.agreement.signed_by(&self.agreement.buyer, &self.buyer_sig)
    }

    /// The part that the seller signed.
    pub fn accepted(&self) -> AcceptedAgreement {
        AcceptedAgreement { agreement: self.agreement.clone(), seller_sig: self.seller_sig }
    }
}

#[cfg(test)]
mod tests;
