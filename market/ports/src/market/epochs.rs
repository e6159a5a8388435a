//! Closed epochs: what everybody replays.

use super::{Put, StoreFault};
use async_trait::async_trait;
use tacit_values::{Digest, Epoch, Timestamp};

/// Epochs in one segment of the mirror.
pub const SEGMENT_EPOCHS: u64 = 256;

/// A closed epoch of one pool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClosedEpoch {
    /// Which one.
    pub epoch: Epoch,
    /// When the market closed it.
    pub at: Timestamp,
    /// The root of the commitment tree at its end.
    pub root: [u8; 32],
    /// Number of note commitments at its end.
    pub tree_size: u64,
    /// The clear leaf that went into the log, byte for byte.
    pub leaf: Vec<u8>,
    /// The epoch file; `None` when nothing happened.
    pub file: Option<Vec<u8>>,
}

/// Why an epoch was not closed.
#[derive(Debug, thiserror::Error)]
pub enum EpochNotClosed {
    /// Epochs close one after another.
    #[error("the next epoch to close is {expected}")]
    Gap {
        /// The one that comes next.
        expected: Epoch,
    },
    /// The epoch was closed before, with other content.
    #[error("this epoch was already closed with other content")]
    Differs,
    /// The store's fault.
    #[error(transparent)]
    Store(#[from] StoreFault),
}

/// Closed epochs of the pools. The first epoch of a pool that is closed may have any number (a successor pool begins
/// later); from then on there are no gaps.
#[async_trait]
pub trait Epochs: Send {
    /// Closes an epoch. Atomic: its root becomes an anchor and its open entries give way to the file. The same again
    /// answers [`Put::Already`].
    async fn close(&mut self, pool: Digest, epoch: &ClosedEpoch) -> Result<Put, EpochNotClosed>;

    /// A closed epoch; `None` while it is open or before it began.
    async fn get(&mut self, pool: Digest, epoch: Epoch) -> Result<Option<ClosedEpoch>, StoreFault>;

    /// The newest closed epoch; `None` before the first.
    async fn newest(&mut self, pool: Digest) -> Result<Option<ClosedEpoch>, StoreFault>;

    /// The first epoch that ended with this root; `None` when it is no root of this pool.
    async fn of_root(&mut self, pool: Digest, root: [u8; 32]) -> Result<Option<Epoch>, StoreFault>;

    /// The closed epochs of segment `n`: epochs `256 n` to `256 n + 255`, in order. Fewer while the segment is unfinished.
    async fn segment(&mut self, pool: Digest, n: u64) -> Result<Vec<ClosedEpoch>, StoreFault>;

    /// The first epoch of a pool that was closed at or after a moment: the one a beacon waits for. `None` before it closed.
    async fn first_since(
        &mut self,
        pool: Digest,
        moment: Timestamp,
    ) -> Result<Option<ClosedEpoch>, StoreFault>;
}
