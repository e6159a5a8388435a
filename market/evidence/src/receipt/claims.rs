//! The claims of a receipt, each of which its holder may show or withhold.

use super::body::{Entitlement, Invoice, LicenceGiven, Payee};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use tacit_values::{Currency, Digest, ListingId, Money, OrderId, ReceiptId, Timestamp};

/// A claim by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Claim {
    /// The receipt's id.
    Receipt,
    /// The order's id.
    Order,
    /// The listing's id.
    Listing,
    /// The digest of the manifest.
    Manifest,
    /// Name and version of the licence.
    Licence,
    /// The kind of offer.
    Kind,
    /// The price in micro-units.
    Amount,
    /// The currency.
    Currency,
    /// The fee in micro-units.
    Fee,
    /// The version of the fee schedule.
    FeeVersion,
    /// The digest of the agreement.
    Agreement,
    /// Who is paid.
    Payees,
    /// What the holder may do.
    Entitlement,
    /// What for.
    Purpose,
    /// The jurisdictions that were checked.
    Jurisdictions,
    /// The version of the policy.
    PolicyVersion,
    /// When the agreement was made.
    AgreedAt,
    /// What bookkeeping wants.
    Invoice,
}

/// No receipt has a claim of this name.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error(
    "no receipt has this claim; the claims are receipt, order, listing, manifest, licence, kind, amount, currency, fee, \
     fee_version, agreement, payees, entitlement, purpose, jurisdictions, policy_version, agreed_at, invoice"
)]
pub struct UnknownClaim;

impl Claim {
    /// Every claim.
    pub const ALL: [Self; 18] = [
        Self::Receipt,
        Self::Order,
        Self::Listing,
        Self::Manifest,
        Self::Licence,
        Self::Kind,
        Self::Amount,
        Self::Currency,
        Self::Fee,
        Self::FeeVersion,
        Self::Agreement,
        Self::Payees,
        Self::Entitlement,
        Self::Purpose,
        Self::Jurisdictions,
        Self::PolicyVersion,
        Self::AgreedAt,
        Self::Invoice,
    ];

    /// The name on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Receipt => "receipt",
            Self::Order => "order",
            Self::Listing => "listing",
            Self::Manifest => "manifest",
            Self::Licence => "licence",
            Self::Kind => "kind",
            Self::Amount => "amount",
            Self::Currency => "currency",
            Self::Fee => "fee",
            Self::FeeVersion => "fee_version",
            Self::Agreement => "agreement",
            Self::Payees => "payees",
            Self::Entitlement => "entitlement",
            Self::Purpose => "purpose",
            Self::Jurisdictions => "jurisdictions",
            Self::PolicyVersion => "policy_version",
            Self::AgreedAt => "agreed_at",
            Self::Invoice => "invoice",
        }
    }

    /// Whether a receipt may be without it. Then nobody but the parties learns whether it has one.
    pub const fn is_optional(self) -> bool {
        matches!(self, Self::Purpose | Self::Jurisdictions | Self::PolicyVersion | Self::Invoice)
    }
}

impl fmt::Display for Claim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Claim {
    type Err = UnknownClaim;

    fn from_str(text: &str) -> Result<Self, UnknownClaim> {
        Self::ALL.into_iter().find(|claim| claim.name() == text).ok_or(UnknownClaim)
    }
}

/// The claims that were shown. What is withheld is absent.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Disclosed {
    /// The receipt's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receipt: Option<ReceiptId>,
    /// The order's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<OrderId>,
    /// The listing's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub listing: Option<ListingId>,
    /// The digest of the manifest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub manifest: Option<Digest>,
    /// Name and version of the licence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub licence: Option<LicenceGiven>,
    /// The kind of offer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// The price in micro-units.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<u64>,
    /// The currency.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<Currency>,
    /// The fee in micro-units.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fee: Option<u64>,
    /// The version of the fee schedule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fee_version: Option<u64>,
    /// The digest of the agreement.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agreement: Option<Digest>,
    /// Who is paid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payees: Option<Vec<Payee>>,
    /// What the holder may do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entitlement: Option<Entitlement>,
    /// What for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purpose: Option<String>,
    /// The jurisdictions that were checked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jurisdictions: Option<Vec<String>>,
    /// The version of the policy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy_version: Option<u64>,
    /// When the agreement was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agreed_at: Option<Timestamp>,
    /// What bookkeeping wants.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invoice: Option<Invoice>,
}

impl Disclosed {
    /// The price, when amount and currency were both shown.
    pub fn price(&self) -> Option<Money> {
        Money::from_micros(self.amount?, self.currency?).ok()
    }

    /// The fee, when fee and currency were both shown.
    pub fn fee_paid(&self) -> Option<Money> {
        Money::from_micros(self.fee?, self.currency?).ok()
    }

    /// Which claims were shown.
    pub fn shown(&self) -> Vec<Claim> {
        let fields = self.to_fields();
        Claim::ALL.into_iter().filter(|claim| fields.contains_key(claim.name())).collect()
    }

    /// Which claims that every receipt has were not shown.
    pub fn withheld(&self) -> Vec<Claim> {
        let fields = self.to_fields();
        let hidden = |claim: &Claim| !claim.is_optional() && !fields.contains_key(claim.name());
        Claim::ALL.into_iter().filter(hidden).collect()
    }

    pub(super) fn to_fields(&self) -> serde_json::Map<String, serde_json::Value> {
        match serde_json::to_value(self) {
            Ok(serde_json::Value::Object(fields)) => fields,
            _ => unreachable!("claims are a JSON object"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::sale;

    #[test]
    fn every_claim_has_a_name_that_reads_back_and_a_field() {
        let claims = sale().body.claims();
        for claim in Claim::ALL {
            assert_eq!(claim.name().parse(), Ok(claim));
        }
        assert_eq!(claims.shown(), Claim::ALL);
        assert_eq!(claims.withheld(), []);
        assert_eq!("price".parse::<Claim>(), Err(UnknownClaim));
    }
}
