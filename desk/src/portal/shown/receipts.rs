//! Receipts: kept, checked again whenever they are looked at, shown in whole or in parts.

use super::orders::Side;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// One receipt in a list.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ReceiptCard {
    /// Its id.
    pub id: String,
    /// The order.
    pub order: String,
    /// On which side this desk was.
    pub side: Side,
    /// The listing.
    pub listing: String,
    /// The listing's title, where the mirror knows it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The price.
    pub price: String,
    /// Its currency.
    pub currency: String,
    /// The licence's code.
    pub licence: String,
    /// When the seller and the buyer agreed.
    pub agreed_at: String,
    /// When it was kept.
    pub kept_at: String,
}

/// All receipts, newest first.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ReceiptsView {
    /// The receipts.
    pub receipts: Vec<ReceiptCard>,
}

/// One receipt, checked just now.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ReceiptView {
    /// In a few lines.
    pub summary: ReceiptCard,
    /// Every claim, in the order of the document.
    pub claims: Vec<ClaimShown>,
    /// What was checked.
    pub verified: VerifiedShown,
    /// Until when updates are included, where they are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub renews_until: Option<String>,
    /// Whether this desk can make presentations of it: only the buyer can.
    pub can_present: bool,
}

/// One claim.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ClaimShown {
    /// Its name, as `reveal` takes it.
    pub name: String,
    /// Its value as people read it.
    pub value: String,
    /// Whether a presentation for bookkeeping shows it.
    pub finance: bool,
}

/// What was checked, each with a sentence.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct VerifiedShown {
    /// The seller's and the market's signatures.
    pub signatures: Check,
    /// The entry in the market's log.
    pub log: Check,
    /// The payment on the ledger.
    pub ledger: Check,
}

/// The outcome of one check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Check {
    /// Whether it was checked, and holds.
    pub state: CheckState,
    /// What was found.
    pub sentence: String,
}

/// How a check came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CheckState {
    /// It was checked and holds.
    Holds,
    /// It was not checked; the sentence says why.
    NotChecked,
    /// There is nothing in it to check: good to know.
    Remark,
}

/// Whom a presentation is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ForWhom {
    /// Amount, date and invoice fields, nothing of the strategy.
    Finance,
}

/// Which claims to show to whom.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PresentForm {
    /// Names of claims; may be empty with `for`.
    #[serde(default)]
    pub reveal: Vec<String>,
    /// Only what this audience needs.
    #[serde(default, rename = "for")]
    pub audience: Option<ForWhom>,
    /// Who asked: bound into the presentation, so that it cannot be shown on.
    #[serde(default)]
    pub to: Option<String>,
    /// The nonce of who asked.
    #[serde(default)]
    pub nonce: Option<String>,
    /// Whether the payment's place on the ledger is shown too.
    #[serde(default)]
    pub with_ledger: bool,
}

/// What was found about a document that somebody handed over.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct VerifyView {
    /// What kind of document it is.
    pub what: String,
    /// Whether it holds.
    pub holds: bool,
    /// The one sentence to read.
    pub sentence: String,
    /// What to do, where it does not hold.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// What was looked at, one line each.
    pub findings: Vec<Check>,
    /// What the document says, where it holds.
    pub claims: Vec<ClaimShown>,
    /// The names of the claims that its holder keeps to themselves.
    pub withheld: Vec<String>,
}
