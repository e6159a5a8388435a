//! What the buyer asks for: the agreement before the seller names payees and expiry.

use super::{AcceptedAgreement, Agreement, BadAgreement, Mode, Pay};
use crate::PayAddress;
use serde::{Deserialize, Serialize};
use tacit_catalogue::{AgeRecipient, Kind, Licence, Price, Updates, VersionOne};
use tacit_values::{Digest, Epoch, ListingId, Money, OrderId, Origin, Persona, PersonaKey};

/// The body of the letter `order`: the agreement without `pays`, `pay_by` and signatures. Fields as in [`Agreement`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OrderRequest {
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
    /// Seconds for the delivery after the payment's last epoch is over.
    pub deliver_within_s: u64,
    /// Seconds for the buyer's confirmation after the delivery was stated.
    pub confirm_within_s: u64,
}

impl OrderRequest {
    /// The agreement with payees and expiry filled in.
    pub fn with(self, pays: Vec<Pay>, pay_by: Epoch) -> Agreement {
        Agreement {
            v: self.v,
            market: self.market,
            order: self.order,
            listing: self.listing,
            offer_version: self.offer_version,
            manifest: self.manifest,
            kind: self.kind,
            mode: self.mode,
            price: self.price,
            fee: self.fee,
            fee_version: self.fee_version,
            pool: self.pool,
            pays,
            refund_address: self.refund_address,
            buyer: self.buyer,
            seller: self.seller,
            arbiter: self.arbiter,
            age_recipient: self.age_recipient,
            buyer_mail: self.buyer_mail,
            licence: self.licence,
            updates: self.updates,
            purpose: self.purpose,
            jurisdictions: self.jurisdictions,
            policy_version: self.policy_version,
            pay_by,
            deliver_within_s: self.deliver_within_s,
            confirm_within_s: self.confirm_within_s,
        }
    }

    /// The seller's answer: payees, expiry and signature.
    pub fn accept(
        self,
        pays: Vec<Pay>,
        pay_by: Epoch,
        seller: &PersonaKey,
    ) -> Result<AcceptedAgreement, BadAgreement> {
        if seller.persona() != self.seller {
            return Err(BadAgreement::ForeignKey);
        }
        let agreement = self.with(pays, pay_by);
        agreement.check_terms()?;
        let seller_sig = agreement.sign(seller)?;
        Ok(AcceptedAgreement { agreement, seller_sig })
    }
}

impl From<&Agreement> for OrderRequest {
    fn from(agreement: &Agreement) -> Self {
        Self {
            v: agreement.v,
            market: agreement.market.clone(),
            order: agreement.order,
            listing: agreement.listing,
            offer_version: agreement.offer_version,
            manifest: agreement.manifest,
            kind: agreement.kind,
            mode: agreement.mode,
            price: agreement.price,
            fee: agreement.fee,
            fee_version: agreement.fee_version,
            pool: agreement.pool,
            refund_address: agreement.refund_address.clone(),
            buyer: agreement.buyer,
            seller: agreement.seller,
            arbiter: agreement.arbiter,
            age_recipient: agreement.age_recipient.clone(),
            buyer_mail: agreement.buyer_mail.clone(),
            licence: agreement.licence,
            updates: agreement.updates,
            purpose: agreement.purpose.clone(),
            jurisdictions: agreement.jurisdictions.clone(),
            policy_version: agreement.policy_version,
            deliver_within_s: agreement.deliver_within_s,
            confirm_within_s: agreement.confirm_within_s,
        }
    }
}
