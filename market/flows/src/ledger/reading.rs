//! The ledger as everybody replays it: genesis, closed epochs, whole segments. The same bytes for whoever asks.

use super::{Founded, name_of};
use crate::market::Market;
use crate::refusal::{Nature, Refusal, STORE_DOWN, Told};
use std::sync::Arc;
use std::time::Duration;
use tacit_ports::market::{self as store, StoreFault};
use tacit_settlement::{ClosedEpoch, EpochLeaf, Pool, PoolId, SEGMENT_EPOCHS, SignedGenesis, write_segment};
use tacit_values::Epoch;

/// Why a part of the ledger was not read.
#[derive(Debug, thiserror::Error)]
pub enum LedgerNotRead {
    /// No such pool.
    #[error("this market has no such pool")]
    UnknownPool,
    /// The epoch or segment is not over.
    #[error("that is not closed yet; the newest closed epoch is {newest}")]
    NotClosed {
        /// The newest closed epoch.
        newest: Epoch,
        /// When it is over.
        retry_after: Duration,
    },
    /// What the store holds does not make a segment.
    #[error("the ledger in the market's database does not hold together")]
    Damaged,
    /// The store's fault.
    #[error(transparent)]
    Store(#[from] StoreFault),
}

impl Refusal for LedgerNotRead {
    fn told(&self) -> Told {
        match self {
            Self::UnknownPool => {
                Told::with(Nature::Unknown, "not-found", "read the market's pools from the genesis document")
            }
            Self::NotClosed { retry_after, .. } => Told::with(
                Nature::NotYet { retry_after: *retry_after },
                "not-yet",
                "ask again when the epoch is over",
            ),
            Self::Damaged => Told::new(Nature::Unavailable, "fault"),
            Self::Store(_) => STORE_DOWN,
        }
    }
}

/// A whole segment as it is served.
pub type SegmentBytes = Vec<u8>;

impl Market {
    /// The signed document of all pools: what a replay begins with.
    pub fn genesis(&self) -> Arc<SignedGenesis> {
        Arc::clone(&self.founded().signed)
    }

    /// All pools, oldest first.
    pub fn pools(&self) -> Vec<Pool> {
        self.founded().genesis.pools.clone()
    }

    /// The pool that takes payments of the market's currency.
    pub fn current_pool(&self) -> Option<Pool> {
        self.founded().genesis.current(self.settings().currency).cloned()
    }

    pub(super) fn founded(&self) -> Arc<Founded> {
        Arc::clone(&self.0.founded.read().expect("nobody panics while holding this lock"))
    }

    /// A closed epoch of a pool (`None`: of the current one).
    pub async fn epoch(&self, pool: Option<PoolId>, epoch: Epoch) -> Result<ClosedEpoch, LedgerNotRead> {
        let pool = self.pool_or_current(pool)?;
        let mut view = self.store().read().await?;
        match view.epochs().get(name_of(&pool.pool), epoch).await? {
            Some(closed) => read_epoch(closed),
            None => {
                let newest = view.epochs().newest(name_of(&pool.pool)).await?;
                Err(self.not_closed(&pool, newest.map(|newest| newest.epoch), epoch))
            }
        }
    }

    /// The newest closed epoch of a pool (`None`: of the current one).
    pub async fn newest_epoch(&self, pool: Option<PoolId>) -> Result<ClosedEpoch, LedgerNotRead> {
        let pool = self.pool_or_current(pool)?;
        let newest = self.store().read().await?.epochs().newest(name_of(&pool.pool)).await?;
        newest.map_or_else(|| Err(self.not_closed(&pool, None, Epoch::GENESIS)), read_epoch)
    }

    fn not_closed(&self, pool: &Pool, newest: Option<Epoch>, wanted: Epoch) -> LedgerNotRead {
        let retry_after = pool.end_of(wanted).since(self.now());
        LedgerNotRead::NotClosed { newest: newest.unwrap_or(Epoch::GENESIS), retry_after }
    }

    /// Segment `n` of a pool (`None`: of the current one), once all its 256 epochs are closed.
    pub async fn segment(&self, pool: Option<PoolId>, n: u64) -> Result<SegmentBytes, LedgerNotRead> {
        let pool = self.pool_or_current(pool)?;
        let name = name_of(&pool.pool);
        let mut view = self.store().read().await?;
        let stored = view.epochs().segment(name, n).await?;
        if (stored.len() as u64) < SEGMENT_EPOCHS {
            let newest = view.epochs().newest(name).await?;
            let last = Epoch(n.saturating_add(1).saturating_mul(SEGMENT_EPOCHS).saturating_sub(1));
            return Err(self.not_closed(&pool, newest.map(|newest| newest.epoch), last));
        }
        let before = match n.checked_mul(SEGMENT_EPOCHS).and_then(|first| first.checked_sub(1)) {
            None => None,
            Some(before) => {
                let before = view.epochs().get(name, Epoch(before)).await?.ok_or(LedgerNotRead::Damaged)?;
                Some(read_epoch(before)?.leaf)
            }
        };
        let epochs = stored.into_iter().map(read_epoch).collect::<Result<Vec<_>, _>>()?;
        let mut bytes = Vec::new();
        write_segment(n, before.as_ref(), &epochs, &mut bytes).map_err(|_| LedgerNotRead::Damaged)?;
        Ok(bytes)
    }

    fn pool_or_current(&self, pool: Option<PoolId>) -> Result<Pool, LedgerNotRead> {
        let found = match pool {
            Some(id) => self.pools().into_iter().find(|pool| pool.pool == id),
            None => self.current_pool(),
        };
        found.ok_or(LedgerNotRead::UnknownPool)
    }
}

fn read_epoch(stored: store::ClosedEpoch) -> Result<ClosedEpoch, LedgerNotRead> {
    // The stored leaf is the log's: a byte that says it is clear, its kind, the record.
    let record = stored.leaf.get(2..).ok_or(LedgerNotRead::Damaged)?;
    let leaf = EpochLeaf::decode(record).map_err(|_| LedgerNotRead::Damaged)?;
    Ok(ClosedEpoch { leaf, file: stored.file })
}
