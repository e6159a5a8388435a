//! The market document: `GET /market`. What a desk must know before it does anything, and what everybody may rely on.

use serde::{Deserialize, Serialize};
use tacit_evidence::beacon::BeaconVerifier;
use tacit_evidence::log::LogVerifier;
use tacit_settlement::PoolId;
use tacit_values::{Currency, Epoch, Origin, Persona, Timestamp};
use utoipa::ToSchema;

/// Who the market is, what it charges, what its limits are, and its time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MarketView {
    /// The form of this document: 1.
    pub v: u8,
    /// The public address that signed requests and agreements name.
    #[schema(value_type = String)]
    pub origin: Origin,
    /// The market's clock.
    #[schema(value_type = String, format = DateTime)]
    pub time: Timestamp,
    /// The version of the program, for support.
    pub software: String,
    /// Its keys.
    pub keys: KeysView,
    /// The schedule of fees in force.
    pub fees: FeesView,
    /// The name of the proof system; a desk with another one refuses to talk.
    pub proofs: String,
    /// All pools, oldest first.
    pub pools: Vec<PoolView>,
    /// The relay.
    pub relay: RelayView,
    /// How much younger than a manifest the epoch in its beacon is.
    pub beacon_delay_s: u64,
    /// A stated, directly paid order that nobody closes is closed after this long.
    pub close_after_s: u64,
    /// What is bounded before it is read.
    pub limits: LimitsView,
    /// What is forgotten, and when.
    pub retention: RetentionView,
    /// Whether the settings were shortened for a demo.
    pub demo: bool,
}

/// The market's public keys.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct KeysView {
    /// The persona that countersigns receipts.
    #[schema(value_type = String)]
    pub market: Persona,
    /// The persona that signs mints, burns and the genesis document.
    #[schema(value_type = String)]
    pub treasury: Persona,
    /// The log's verifier key in the form of a signed note.
    #[schema(value_type = String)]
    pub log: LogVerifier,
    /// The beacon key: RSA 3072 bit, SubjectPublicKeyInfo DER in base64url.
    #[schema(value_type = String)]
    pub beacon: BeaconVerifier,
}

/// What the market charges.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FeesView {
    /// The version that agreements name.
    pub version: u32,
    /// Parts per million of the price of an order with escrow.
    pub escrow_ppm: u32,
    /// Parts per million of the price of a directly paid order.
    pub direct_ppm: u32,
}

/// One pool of the ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PoolView {
    /// Its id.
    #[schema(value_type = String)]
    pub pool: PoolId,
    /// Its currency.
    #[schema(value_type = String)]
    pub currency: Currency,
    /// Counted from 0; the highest takes deposits.
    pub generation: u32,
    /// When its epoch 0 began.
    #[schema(value_type = String, format = DateTime)]
    pub genesis_time: Timestamp,
    /// How long an epoch lasts.
    pub epoch_length_s: u32,
    /// The epoch that takes bundles now.
    #[schema(value_type = u64)]
    pub open_epoch: Epoch,
}

/// The relay's clock and buckets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RelayView {
    /// How long a tick lasts. Tick n begins n lengths after 1970.
    pub tick_length_ms: u64,
    /// The tick that is under way; the one before it is over.
    pub tick: u64,
    /// How many bits name a bucket now.
    pub bucket_bits: u8,
}

/// Bounds on what comes from outside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LimitsView {
    /// The largest sealed body.
    pub body_bytes: u64,
    /// The length of every part of an upload but the last.
    pub part_bytes: u64,
    /// The largest sample document.
    pub sample_bytes: u64,
    /// The largest signed manifest.
    pub manifest_bytes: u64,
    /// Letters that wait in one mailbox.
    pub mailbox_letters: u64,
    /// Letters in one answer of a bucket.
    #[serde(default)]
    pub page_letters: u32,
    /// Letters that one bucket takes in an hour.
    #[serde(default)]
    pub bucket_hour_letters: u64,
    /// Desks' own letters that one bucket takes in a day from personas without an order, unless they replace one.
    #[serde(default)]
    pub bucket_day_states: u64,
}

/// How long things are kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RetentionView {
    /// An ended order shrinks to its id and outcome after this long.
    pub ended_orders_s: u64,
    /// A letter that nobody acknowledged goes after this long.
    pub letters_s: u64,
    /// A desk's own letters about an order go this long after its end.
    #[serde(default)]
    pub self_letters_s: u64,
    /// A desk's own letters of a persona without an order go this long after the persona was last seen.
    #[serde(default)]
    pub lone_self_letters_s: u64,
    /// An upload without a new part is swept after this long.
    pub idle_uploads_s: u64,
    /// The days on which a persona was seen go after this long.
    #[serde(default)]
    pub seen_personas_s: u64,
}
