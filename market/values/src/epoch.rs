//! Epochs: the clock of the ledger (settlement.md).

use serde::{Deserialize, Serialize};
use std::fmt;

/// Expiries of bundles are multiples of this many epochs, so that an expiry tells little about its moment.
pub const EXPIRY_STEP: u64 = 64;

/// The number of an epoch of one pool, counted from its genesis.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Epoch(pub u64);

impl Epoch {
    /// The epoch before the first bundle; its root is the empty tree's.
    pub const GENESIS: Self = Self(0);

    /// The next epoch.
    pub const fn next(self) -> Self {
        Self(self.0 + 1)
    }

    /// The first multiple of [`EXPIRY_STEP`] that lies at least that far ahead: the usual `valid_until`.
    pub const fn usual_expiry(self) -> Self {
        self.expiry_at_least(EXPIRY_STEP)
    }

    /// The first multiple of [`EXPIRY_STEP`] at least `epochs` ahead of this one.
    pub const fn expiry_at_least(self, epochs: u64) -> Self {
        Self((self.0 + epochs).div_ceil(EXPIRY_STEP) * EXPIRY_STEP)
    }

    /// Whether this epoch may stand as a bundle's `valid_until`.
    pub const fn is_expiry(self) -> bool {
        self.0.is_multiple_of(EXPIRY_STEP) && self.0 > 0
    }
}

impl fmt::Display for Epoch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expiry_is_a_multiple_of_64_at_least_64_ahead() {
        assert_eq!(Epoch(0).usual_expiry(), Epoch(64));
        assert_eq!(Epoch(1).usual_expiry(), Epoch(128));
        assert_eq!(Epoch(64).usual_expiry(), Epoch(128));
        assert!(!Epoch(0).is_expiry());
        assert!(Epoch(128).is_expiry());
        assert!(!Epoch(129).is_expiry());
    }
}
