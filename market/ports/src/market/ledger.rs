//! The ledger's pools and the bundles of the open epoch (settlement.md "Applying a bundle", step 5).

use super::{Put, StoreFault};
use async_trait::async_trait;
use tacit_values::{Digest, Epoch};

/// A pool's founding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pool {
    /// `pool_id` of settlement.md.
    pub id: Digest,
    /// Counted from 0 for each currency; the highest is the one that takes deposits.
    pub generation: u32,
    /// The currency's name.
    pub currency: String,
    /// The public genesis record, byte for byte.
    pub genesis: Vec<u8>,
}

/// Where a pool stands: what the sequencer loads at start and writes with every batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// Counted from 1; 0 before anything was written.
    pub revision: u64,
    /// The epoch that takes bundles.
    pub open: Epoch,
    /// Number of note commitments, including those of the open epoch.
    pub tree_size: u64,
    /// The commitment tree's frontier as the settlement room wrote it.
    pub frontier: Vec<u8>,
    /// Minted, burned and crossed sums as the settlement room wrote them.
    pub turnstile: Vec<u8>,
}

/// An accepted bundle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bundle {
    /// Digest of the whole bundle, authorising data included: the key of idempotence.
    pub digest: Digest,
    /// The epoch that took it.
    pub epoch: Epoch,
    /// Its place in that epoch, from 0.
    pub position: u32,
    /// Its terms tag, which no other bundle of any pool may carry.
    pub terms_tag: [u8; 32],
    /// Its nullifiers, which no other bundle of this pool may carry.
    pub nullifiers: Vec<[u8; 32]>,
    /// The entry of the epoch file: the bundle, and the signed record of a mint or burn.
    pub entry: Vec<u8>,
    /// What the sender was answered and will be answered again.
    pub answer: Vec<u8>,
}

/// What became of an accepted bundle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Accepted {
    /// Recorded now.
    Now,
    /// It was accepted before, with this answer; nothing was written.
    Before(Vec<u8>),
}

/// Why a bundle was not recorded. Nothing of it was written.
#[derive(Debug, thiserror::Error)]
pub enum BundleRefused {
    /// One of its nullifiers was seen.
    #[error("a note of this payment was already spent")]
    Spent {
        /// The nullifier.
        nullifier: [u8; 32],
    },
    /// Its terms tag was seen.
    #[error("another bundle already carries this terms tag; build the payment again")]
    TagUsed,
    /// Another bundle holds its place.
    #[error("another bundle already holds this place in the epoch")]
    PlaceTaken,
    /// The store's fault.
    #[error(transparent)]
    Store(#[from] StoreFault),
}

/// The pool's standing changed since it was read.
#[derive(Debug, thiserror::Error)]
pub enum StandingMoved {
    /// Another revision stands, or the pool was never founded.
    #[error("the pool has moved on since it was read; load it again")]
    To {
        /// The revision that stands.
        revision: Option<u64>,
    },
    /// The store's fault.
    #[error(transparent)]
    Store(#[from] StoreFault),
}

/// Pools and bundles.
#[async_trait]
pub trait Ledger: Send {
    /// Founds a pool; the same id again answers [`Put::Already`] and changes nothing.
    async fn found(&mut self, pool: &Pool) -> Result<Put, StoreFault>;

    /// All pools, by currency and generation.
    async fn pools(&mut self) -> Result<Vec<Pool>, StoreFault>;

    /// Where the pool stands; `None` when no standing was ever written.
    async fn standing(&mut self, pool: Digest) -> Result<Option<Standing>, StoreFault>;

    /// Writes the standing where `next.revision` is one more than the revision that stands (the first is 1).
    async fn move_standing(&mut self, pool: Digest, next: &Standing) -> Result<(), StandingMoved>;

    /// Records a bundle: its nullifiers, its tag, its entry and its answer, all or nothing. The same digest again answers
    /// as the first time. A rejection is never remembered.
    async fn accept(&mut self, pool: Digest, bundle: &Bundle) -> Result<Accepted, BundleRefused>;

    /// The answer an accepted bundle got; `None` when it was not accepted.
    async fn answer(&mut self, digest: Digest) -> Result<Option<Vec<u8>>, StoreFault>;

    /// The first of these nullifiers that the pool has seen, or `None`: a check before the costly proof.
    async fn spent(&mut self, pool: Digest, nullifiers: &[[u8; 32]]) -> Result<Option<[u8; 32]>, StoreFault>;

    /// Whether a bundle of any pool carries the tag.
    async fn tag_used(&mut self, tag: [u8; 32]) -> Result<bool, StoreFault>;

    /// The entries of an epoch that is not closed yet, by position. Empty for a closed one: its file holds them.
    async fn entries(&mut self, pool: Digest, epoch: Epoch) -> Result<Vec<Vec<u8>>, StoreFault>;
}
