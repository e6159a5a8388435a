//! What a crossing is to the rest of the desk: money that leaves a rotated pool for its successor, in public tiers.
//!
//! Each part is a burn in the old pool and a mint in the new, joined by the treasury's signed record: everybody sees the
//! amount and both bundles, nobody sees whose they are. Parts that cross close together can be told to be one wallet's, so
//! they are spread over time unless they are wanted at once.

use serde::{Deserialize, Serialize};
use std::time::Duration;
use tacit_settlement::{Pool, PoolId};
use tacit_values::{Digest, Epoch, Money, Timestamp};

/// One part that stands in both pools.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Crossed {
    /// The pool that was left.
    pub from: PoolId,
    /// The pool that was entered.
    pub to: PoolId,
    /// How much; public.
    pub amount: Money,
    /// The epoch of the old pool that holds its burn.
    pub left: Epoch,
    /// The epoch of the new pool that holds its mint.
    pub entered: Epoch,
    /// The bundle in the old pool.
    pub burn: Digest,
    /// The bundle in the new pool.
    pub mint: Digest,
}

/// How fast money crosses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CrossingPace {
    /// One part after the other. Whoever reads the ledger can tell that they are one wallet's.
    AtOnce,
    /// One part now, the others at random moments within this time. Parts that were planned before stay as planned.
    Over(Duration),
}

/// What came of crossing from one pool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Crossing {
    /// The rotated pool.
    pub from: Pool,
    /// Its successor.
    pub to: PoolId,
    /// What crossed and was not told before.
    pub crossed: Vec<Crossed>,
    /// What is still free in the old pool.
    pub left: Money,
    /// What is promised to bundles under way there.
    pub in_flight: Money,
    /// Why money is left, if any is.
    pub waits: Option<CrossingWaits>,
}

/// What the rest of a crossing waits for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CrossingWaits {
    /// The moment that was drawn for the next part.
    Until(Timestamp),
    /// A part was sent and does not stand in both pools yet.
    Open {
        /// The last epoch of the old pool that may take it.
        until: Epoch,
        /// What the market said, if it said no.
        said: Option<String>,
    },
    /// Payments that were begun before the rotation: their money is free again when they have expired.
    InFlight,
    /// The rotation has not begun: it does with this epoch of the old pool.
    From(Epoch),
}
