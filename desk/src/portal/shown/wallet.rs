//! Money as its owner sees it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The wallet. Nobody but this desk can connect its lines.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct WalletShown {
    /// What can be spent now.
    pub balance: String,
    /// What is promised to payments under way, or comes back as change.
    pub in_flight: String,
    /// The currency.
    pub currency: String,
    /// Whether the currency is for trying things out.
    pub test_currency: bool,
    /// The newest epoch that was followed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub epoch: Option<u64>,
    /// When that epoch ended: what is shown is true as of then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub as_of: Option<String>,
    /// Among how many a payment hides.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub anonymity: Option<AnonymityShown>,
    /// What happened, newest first.
    pub history: Vec<HistoryLine>,
    /// Pools that were rotated and still hold money: it has to cross before it can be spent.
    pub old_pools: Vec<OldPool>,
}

/// Among how many a payment hides now.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct AnonymityShown {
    /// Notes in the pool.
    pub notes: u64,
    /// Batches of payments on this day.
    pub batches_today: u64,
    /// What that means, in one sentence.
    pub sentence: String,
}

/// What a line of the history is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MoneyMoved {
    /// New money from the market's treasury.
    Minted,
    /// Somebody paid.
    Received,
    /// Paid to somebody.
    Sent,
    /// Own notes were merged.
    Merged,
    /// Taken out of the pool.
    Burned,
    /// Crossed from a rotated pool into its successor.
    Crossed,
}

/// One line of the history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HistoryLine {
    /// In which epoch.
    pub epoch: u64,
    /// When that epoch ended.
    pub at: String,
    /// What it is.
    pub what: MoneyMoved,
    /// How much.
    pub amount: String,
    /// To or at which address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// The order it was for, where this desk knows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order: Option<String>,
    /// In which bundle of the ledger.
    pub bundle: String,
}

/// A rotated pool that still holds money.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OldPool {
    /// Its id.
    pub pool: String,
    /// Which generation.
    pub generation: u32,
    /// What can cross.
    pub balance: String,
    /// The amounts that everybody will see when it crosses.
    pub tiers: Vec<String>,
}

/// A fresh address.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct AddressView {
    /// To be given to whoever pays; never given out before.
    pub address: String,
}

/// A payment by hand.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SendForm {
    /// Whom: tacit1...
    pub address: String,
    /// How much, for example `12.50`.
    pub amount: String,
    /// The name of a payment that was begun before, to go on with it: snd_...
    #[serde(default)]
    pub name: Option<String>,
}

/// How money crosses out of rotated pools.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CrossForm {
    /// One part now, the others at random moments within so many hours; 24 without.
    #[serde(default)]
    pub over_hours: Option<u16>,
    /// Everything now: everybody can tell that these parts are one wallet's.
    #[serde(default)]
    pub now: bool,
}
