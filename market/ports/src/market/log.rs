//! The transparency log: leaves, tree hashes, salts, the checkpoint (evidence.md "The log").
//!
//! A leaf is staged in the transaction of the event itself. Once per epoch the appender takes what is staged, in random
//! order, and [`Log::append`] writes leaves, hashes and the new checkpoint together, where the size it started from still
//! stands. A crash before that leaves the leaves staged; a crash after it has lost nothing.

use super::{Put, StoreFault};
use async_trait::async_trait;
use tacit_values::Digest;

/// What a leaf is about; the same thing is logged once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LeafKey {
    /// The kind's number (docs/spec).
    pub kind: u8,
    /// The digest of the record.
    pub digest: Digest,
}

/// A leaf that is to be logged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leaf {
    /// What it is about.
    pub key: LeafKey,
    /// The salt of a salted leaf; `None` for a clear one.
    pub salt: Option<[u8; 32]>,
    /// The leaf's bytes as they stand in the tile.
    pub bytes: Vec<u8>,
}

/// What the store knows about a leaf.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Logged {
    /// Its index in the tree; `None` while it is staged.
    pub index: Option<u64>,
    /// The leaf.
    pub leaf: Leaf,
}

/// A complete subtree's hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogHash {
    /// 0 for leaves.
    pub level: u8,
    /// Its number within the level.
    pub n: u64,
    /// The hash.
    pub hash: [u8; 32],
}

/// The newest checkpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogHead {
    /// Number of leaves.
    pub size: u64,
    /// The tree's root.
    pub root: [u8; 32],
    /// The signed note, byte for byte.
    pub note: Vec<u8>,
}

/// One step of the log: from `from` leaves to `head.size`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogBatch {
    /// The size it was computed from.
    pub from: u64,
    /// Staged leaves in the order in which they are appended.
    pub leaves: Vec<LeafKey>,
    /// All hashes that became complete.
    pub hashes: Vec<LogHash>,
    /// The new checkpoint.
    pub head: LogHead,
}

/// The log is not where the batch began.
#[derive(Debug, thiserror::Error)]
pub enum LogMoved {
    /// Another size stands; compute the batch again.
    #[error("the log has {size} leaves by now; compute the step again")]
    To {
        /// The size that stands.
        size: u64,
    },
    /// A leaf of the batch is not staged, or sizes do not add up.
    #[error("the step does not fit the leaves that are staged")]
    NotStaged,
    /// The store's fault.
    #[error(transparent)]
    Store(#[from] StoreFault),
}

/// The log.
#[async_trait]
pub trait Log: Send {
    /// Stages a leaf, once per key: when one stands, staged or logged, nothing is written and the one that stands (with its
    /// salt) is found by [`Log::find`].
    async fn stage(&mut self, leaf: &Leaf) -> Result<Put, StoreFault>;

    /// Staged leaves in the order of SHA-256 of their bytes, at most `limit`; the caller shuffles.
    async fn staged(&mut self, limit: u32) -> Result<Vec<Leaf>, StoreFault>;

    /// Appends a batch: compare-and-swap of the checkpoint, all or nothing. A batch without leaves renews the checkpoint.
    async fn append(&mut self, batch: &LogBatch) -> Result<(), LogMoved>;

    /// The newest checkpoint; `None` before the first.
    async fn head(&mut self) -> Result<Option<LogHead>, StoreFault>;

    /// The leaf about something; `None` when nothing about it was staged.
    async fn find(&mut self, key: LeafKey) -> Result<Option<Logged>, StoreFault>;

    /// The bytes of leaves `first .. first + count`, as far as they are logged.
    async fn leaves(&mut self, first: u64, count: u32) -> Result<Vec<Vec<u8>>, StoreFault>;

    /// The hashes `first .. first + count` of a level, as far as they are complete.
    async fn hashes(&mut self, level: u8, first: u64, count: u32) -> Result<Vec<[u8; 32]>, StoreFault>;

    /// Forgets salt and digest of a logged salted leaf (erasure): the leaf's bytes stay, and nobody can say any more what
    /// they were about. `false` when nothing was known, or the leaf is clear or only staged.
    async fn forget(&mut self, key: LeafKey) -> Result<bool, StoreFault>;
}
