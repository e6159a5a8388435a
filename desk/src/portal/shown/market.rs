//! The market as this desk knows it.

use super::desk::KeysShown;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The market, and how far this desk's own copy of it goes.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct MarketShown {
    /// Its address.
    pub market: String,
    /// Whether it answered the last time it was asked.
    pub reachable: bool,
    /// Whether it is a market for trying things out.
    pub demo: bool,
    /// What it runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub software: Option<String>,
    /// Its proof system.
    pub proofs: String,
    /// The pinned keys.
    pub keys: KeysShown,
    /// What a sale costs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fees: Option<FeesShown>,
    /// What it keeps, and how long.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retention: Option<RetentionShown>,
    /// What it takes at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limits: Option<LimitsShown>,
    /// The pools of its ledger, oldest first.
    pub pools: Vec<PoolShown>,
    /// How many entries of its log are verified here.
    pub log_size: u64,
    /// How many listings are mirrored here.
    pub listings: u64,
    /// When the mirror was followed last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mirrored_at: Option<String>,
    /// A sample is drawn so many seconds after its manifest at the earliest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub beacon_delay_s: Option<u64>,
    /// Set when the market showed two histories: this desk buys and pays nothing then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alarm: Option<AlarmShown>,
}

/// What a sale costs the seller, in millionths of the price.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct FeesShown {
    /// The version of the schedule.
    pub version: u32,
    /// With escrow.
    pub escrow_ppm: u32,
    /// Paid directly.
    pub direct_ppm: u32,
}

/// What the market keeps, in seconds.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct RetentionShown {
    /// Orders that ended.
    pub ended_orders_s: u64,
    /// Letters.
    pub letters_s: u64,
    /// Uploads that nobody goes on with.
    pub idle_uploads_s: u64,
}

/// What the market takes at most, in bytes.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct LimitsShown {
    /// A sealed body.
    pub body_bytes: u64,
    /// A sample.
    pub sample_bytes: u64,
    /// A manifest.
    pub manifest_bytes: u64,
}

/// One pool.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct PoolShown {
    /// Its id.
    pub pool: String,
    /// Its currency.
    pub currency: String,
    /// Which generation.
    pub generation: u32,
    /// How long an epoch takes.
    pub epoch_length_s: u64,
    /// The newest epoch that is verified here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub epoch: Option<u64>,
    /// When that epoch ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub epoch_ended: Option<String>,
    /// Whether another pool has taken its place.
    pub rotated: bool,
}

/// What was noticed.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct AlarmShown {
    /// When.
    pub at: String,
    /// What happened.
    pub sentence: String,
    /// What to do.
    pub next: String,
}
