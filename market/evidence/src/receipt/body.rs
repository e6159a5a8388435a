//! The body of a receipt: what the seller signs when the agreement is made.

use super::claims::Disclosed;
use serde::{Deserialize, Serialize};
use tacit_values::{Digest, ListingId, MAX_SAFE_INTEGER, Money, OrderId, Persona, ReceiptId, Timestamp};

/// The most characters of any text in a receipt.
pub const MAX_TEXT: usize = 200;
const MAX_PAYEES: usize = 8;
const MAX_WORDS: usize = 64;

/// Everything a receipt says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceiptBody {
    /// Who sells and signs.
    pub seller: Persona,
    /// The buyer's persona of this order, to whom the receipt is bound.
    pub buyer: Persona,
    /// When the seller signed; whole seconds.
    pub signed_at: Timestamp,
    /// The receipt's own id.
    pub receipt: ReceiptId,
    /// The order.
    pub order: OrderId,
    /// The listing that was bought.
    pub listing: ListingId,
    /// The digest of the manifest of what was bought.
    pub manifest: Digest,
    /// What the buyer may do, by name.
    pub licence: LicenceGiven,
    /// The kind of offer, for example `file`.
    pub kind: String,
    /// What the buyer pays, the fee included.
    pub price: Money,
    /// What of it goes to the market.
    pub fee: Money,
    /// The version of the fee schedule.
    pub fee_version: u64,
    /// The digest of the agreement that both signed: the ledger's terms tag is made of it.
    pub agreement: Digest,
    /// Who is paid, where and how much.
    pub payees: Vec<Payee>,
    /// What the holder may do, how often and until when.
    pub entitlement: Entitlement,
    /// What for, where the listing asks for a purpose.
    pub purpose: Option<String>,
    /// The jurisdictions that were checked.
    pub jurisdictions: Option<Vec<String>>,
    /// The version of the policy under which the deal was allowed.
    pub policy_version: Option<u64>,
    /// When the agreement was made.
    pub agreed_at: Timestamp,
    /// What the parties' bookkeeping wants to see.
    pub invoice: Option<Invoice>,
}

/// A licence by its name and version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LicenceGiven {
    /// Its name in the catalogue's list.
    pub name: String,
    /// Its version.
    pub version: u64,
}

/// One payment that the agreement names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Payee {
    /// What for, for example `seller` or `fee`.
    pub what: String,
    /// The shielded address that is paid.
    pub address: String,
    /// Micro-units of the receipt's currency.
    pub amount: u64,
}

/// What the holder may do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entitlement {
    /// `read`, `analyse`.
    pub may: Vec<String>,
    /// Whether later versions are included: `none`, a date, or `ever`.
    pub updates: String,
    /// How often; without it, without limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uses: Option<u64>,
    /// Until when; without it, for ever.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
}

/// Fields that a bookkeeper asks for, exchanged sealed between the parties. All free text.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Invoice {
    /// The seller's number of the invoice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// Name and address of the seller.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seller: Option<String>,
    /// The seller's tax number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seller_tax: Option<String>,
    /// Name and address of the buyer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub buyer: Option<String>,
    /// The buyer's tax number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub buyer_tax: Option<String>,
    /// The buyer's own reference, for example a purchase order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
}

/// Why the contents of a receipt are not allowed.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum BodyRefused {
    /// A text is empty, too long or holds control characters.
    #[error("the texts of a receipt have 1 to {MAX_TEXT} characters without control characters")]
    Text,
    /// Too many payees or words.
    #[error("a receipt names at most {MAX_PAYEES} payees and lists at most {MAX_WORDS} words")]
    TooMany,
    /// An amount or version beyond 2^53 - 1.
    #[error("a number in a receipt is at most 2^53 - 1")]
    Number,
    /// Price and fee are of different currencies.
    #[error("price and fee of a receipt are of one currency")]
    MixedCurrencies,
}

impl ReceiptBody {
    /// The claims that can be disclosed one by one.
    pub fn claims(&self) -> Disclosed {
        Disclosed {
            receipt: Some(self.receipt),
            order: Some(self.order),
            listing: Some(self.listing),
            manifest: Some(self.manifest),
            licence: Some(self.licence.clone()),
            kind: Some(self.kind.clone()),
            amount: Some(self.price.micros()),
            currency: Some(self.price.currency()),
            fee: Some(self.fee.micros()),
            fee_version: Some(self.fee_version),
            agreement: Some(self.agreement),
            payees: Some(self.payees.clone()),
            entitlement: Some(self.entitlement.clone()),
            purpose: self.purpose.clone(),
            jurisdictions: self.jurisdictions.clone(),
            policy_version: self.policy_version,
            agreed_at: Some(self.agreed_at),
            invoice: self.invoice.clone(),
        }
    }

    /// Whether a seller may sign this.
    pub fn check(&self) -> Result<(), BodyRefused> {
        if self.price.currency() != self.fee.currency() {
            return Err(BodyRefused::MixedCurrencies);
        }
        self.claims().check()
    }

    /// Puts the body together again; `None` when a claim that every receipt has is withheld.
    pub(super) fn of(
        seller: Persona,
        buyer: Persona,
        signed_at: Timestamp,
        claims: &Disclosed,
    ) -> Option<Self> {
        let claims = claims.clone();
        let currency = claims.currency?;
        Some(Self {
            seller,
            buyer,
            signed_at,
            receipt: claims.receipt?,
            order: claims.order?,
            listing: claims.listing?,
            manifest: claims.manifest?,
            licence: claims.licence?,
            kind: claims.kind?,
            price: Money::from_micros(claims.amount?, currency).ok()?,
            fee: Money::from_micros(claims.fee?, currency).ok()?,
            fee_version: claims.fee_version?,
            agreement: claims.agreement?,
            payees: claims.payees?,
            entitlement: claims.entitlement?,
            purpose: claims.purpose,
            jurisdictions: claims.jurisdictions,
            policy_version: claims.policy_version,
            agreed_at: claims.agreed_at?,
            invoice: claims.invoice,
        })
    }
}

impl Disclosed {
    /// Whether texts, lists and numbers stay within their bounds.
    pub(super) fn check(&self) -> Result<(), BodyRefused> {
        let payees = self.payees.as_deref().unwrap_or_default();
        let regions = self.jurisdictions.as_deref().unwrap_or_default();
        let may = self.entitlement.as_ref().map_or(&[][..], |entitlement| &entitlement.may);
        if payees.len() > MAX_PAYEES || regions.len() > MAX_WORDS || may.len() > MAX_WORDS {
            return Err(BodyRefused::TooMany);
        }
        let uses = self.entitlement.as_ref().and_then(|entitlement| entitlement.uses);
        let version = self.licence.as_ref().map(|licence| licence.version);
        let numbers = [self.amount, self.fee, self.fee_version, self.policy_version, uses, version];
        let amounts = payees.iter().map(|payee| payee.amount);
        if numbers.into_iter().flatten().chain(amounts).any(|number| number > MAX_SAFE_INTEGER) {
            return Err(BodyRefused::Number);
        }
        let invoice = self.invoice.iter().flat_map(|invoice| {
            [
                &invoice.number,
                &invoice.seller,
                &invoice.seller_tax,
                &invoice.buyer,
                &invoice.buyer_tax,
                &invoice.reference,
            ]
        });
        let mut texts = invoice
            .flatten()
            .chain(self.licence.iter().map(|licence| &licence.name))
            .chain(&self.kind)
            .chain(&self.purpose)
            .chain(payees.iter().flat_map(|payee| [&payee.what, &payee.address]))
            .chain(self.entitlement.iter().map(|entitlement| &entitlement.updates))
            .chain(may)
            .chain(regions);
        if texts.all(|text| is_plain(text)) { Ok(()) } else { Err(BodyRefused::Text) }
    }
}

fn is_plain(text: &str) -> bool {
    (1..=MAX_TEXT).contains(&text.chars().count()) && !text.chars().any(char::is_control)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::sale;

    #[test]
    fn a_body_reads_back_from_its_claims() {
        let body = sale().body;
        let again = ReceiptBody::of(body.seller, body.buyer, body.signed_at, &body.claims());
        assert_eq!(again, Some(body));
    }

    #[test]
    fn absurd_contents_are_refused_before_they_are_signed() {
        let body = sale().body;
        assert_eq!(body.check(), Ok(()));
        let kind = |kind: &str| ReceiptBody { kind: kind.to_owned(), ..sale().body }.check();
        assert_eq!(kind(""), Err(BodyRefused::Text));
        assert_eq!(kind("a\nb"), Err(BodyRefused::Text));
        assert_eq!(kind(&"x".repeat(201)), Err(BodyRefused::Text));
        let payees = vec![body.payees[0].clone(); 9];
        assert_eq!(ReceiptBody { payees, ..sale().body }.check(), Err(BodyRefused::TooMany));
        let versions = ReceiptBody { fee_version: 1 << 53, ..sale().body };
        assert_eq!(versions.check(), Err(BodyRefused::Number));
    }
}
