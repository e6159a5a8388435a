//! The operator's acts on the market's own machine: `/admin/...`. No part of the public API.

use crate::bodies::ledger::BundleView;
use serde::{Deserialize, Serialize};
use tacit_settlement::{Address, MintRecord, Pool};
use tacit_values::{Currency, Epoch, Money};

/// Make new money: `POST /admin/mint`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MintBody {
    /// Who receives it.
    pub to: Address,
    /// How much.
    pub amount: Money,
}

/// What a mint left in public.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MintView {
    /// Where its bundle stands.
    pub taken: BundleView,
    /// The treasury's signed record.
    pub record: MintRecord,
}

/// Open a successor pool: `POST /admin/rotate-pool`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RotateBody {
    /// Of which currency.
    pub currency: Currency,
}

/// The pool that takes deposits from now on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RotatedView {
    /// The successor.
    pub pool: Pool,
}

/// How well people are hidden now: `GET /admin/privacy`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrivacyView {
    /// Per pool: the notes among which a payment hides.
    pub pools: Vec<PoolFiguresView>,
    /// Personas seen in the last seven days.
    pub live_personas: u64,
    /// How many bits name a bucket of the relay.
    pub bucket_bits: u8,
    /// Live personas in the emptiest bucket.
    pub fewest_in_a_bucket: u64,
    /// Orders under way.
    pub orders_under_way: u64,
    /// Live listings.
    pub live_listings: u64,
}

/// The anonymity set of one pool.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PoolFiguresView {
    /// Its currency.
    pub currency: Currency,
    /// Its generation.
    pub generation: u32,
    /// The open epoch.
    pub open_epoch: Epoch,
    /// All notes that were ever made in it.
    pub notes: u64,
}
