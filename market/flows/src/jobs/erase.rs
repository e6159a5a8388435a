//! Erasing what a leaf of the log is about: salt and record go, a tombstone in clear names the leaf's index.
//!
//! The leaf itself stays where it is, or every root since would be another; without its salt nobody can say what it was
//! about unless they were a party and kept their receipt. The tombstone makes forgetting an act in public: a market that
//! lost a record cannot say later that it forgot by its table. It shows that the leaf was a salted one and in which epoch
//! the market forgot it, and neither order nor party.

use crate::log::append::clear;
use crate::market::Market;
use serde::Serialize;
use tacit_evidence::log::{Leaf as LogLeaf, LeafKind};
use tacit_ports::market::{LeafKey, Logged, StoreFault};
use tacit_values::Digest;

/// What the log says about a leaf that was erased, in clear.
#[derive(Debug, Serialize)]
struct Tombstone {
    v: u8,
    index: u64,
}

impl Market {
    /// Forgets what the leaf of an ended order is about and stages its tombstone, both or neither. `false` while the leaf
    /// has no place in the log yet. Repeating changes nothing.
    pub(super) async fn forget_leaf(&self, receipt: Digest) -> Result<bool, StoreFault> {
        let key = LeafKey { kind: LeafKind::OrderEnded.code(), digest: receipt };
        let mut tx = self.store().begin().await?;
        let Some(Logged { index, .. }) = tx.log().find(key).await? else { return Ok(true) };
        let Some(index) = index else { return Ok(false) };
        if tx.log().forget(key).await? {
            let leaf = LogLeaf::clear(LeafKind::Tombstone, &Tombstone { v: 1, index })
                .expect("the record is short and an index of the log is a safe number");
            tx.log().stage(&clear(LeafKind::Tombstone, &leaf)).await?;
        }
        tx.commit().await?;
        Ok(true)
    }
}
