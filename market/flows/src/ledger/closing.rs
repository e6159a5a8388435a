//! Closing epochs: at the end of every epoch, empty or not, one leaf in clear under one checkpoint.
//!
//! An epoch's file, root, leaf, the leaves staged during it and the new checkpoint are one transaction. After a pause the
//! epochs that were missed close in steps of [`EPOCHS_PER_STEP`], each step one transaction and one checkpoint, so that a
//! market that slept for a year is awake again in minutes.

use super::desk::{PoolDesk, read_entry};
use super::founding::{Founded, newest_genesis};
use super::{Ledger, name_of};
use crate::log::append::{NotAppended, append_step, clear};
use crate::market::Market;
use crate::refusal::{Nature, Refusal, STORE_DOWN, Told};
use rand::rngs::StdRng;
use std::sync::Arc;
use tacit_evidence::log::{Leaf as LogLeaf, LeafKind};
use tacit_ports::market::{ClosedEpoch, EpochNotClosed, Leaf, MarketTx, StoreFault};
use tacit_settlement::{EpochFile, EpochLeaf};
use tacit_values::{Digest, Timestamp};

/// How many missed epochs one transaction closes.
pub const EPOCHS_PER_STEP: u64 = 2_048;

/// Why an epoch was not closed. Nothing of the step was written; it is tried again.
#[derive(Debug, thiserror::Error)]
pub enum NotClosed {
    /// The log refused the step.
    #[error(transparent)]
    Log(#[from] NotAppended),
    /// The store's fault, or another writer's traces.
    #[error(transparent)]
    Store(#[from] StoreFault),
}

impl NotClosed {
    pub(crate) fn into_fault(self) -> StoreFault {
        match self {
            Self::Store(fault) | Self::Log(NotAppended::Store(fault)) => fault,
            Self::Log(NotAppended::Moved) => StoreFault::TakenOver,
            Self::Log(NotAppended::Tree(_)) => StoreFault::Damaged { table: "log_hashes" },
        }
    }
}

impl Refusal for NotClosed {
    fn told(&self) -> Told {
        match self {
            Self::Store(_) | Self::Log(NotAppended::Store(_)) => STORE_DOWN,
            Self::Log(_) => Told::new(Nature::Unavailable, "fault"),
        }
    }
}

impl Market {
    /// Closes every epoch that is over; returns how many. Runs by itself before every window of bundles, and as a job.
    pub async fn close_epochs(&self) -> Result<u64, NotClosed> {
        let mut ledger = self.0.ledger.lock().await;
        let closed = self.close_due(&mut ledger).await;
        if closed.is_err() {
            ledger.desks.clear();
        }
        closed
    }

    /// The same, for whoever holds the lock. After an error the desks must be read again.
    pub(crate) async fn close_due(&self, ledger: &mut Ledger) -> Result<u64, NotClosed> {
        if ledger.desks.is_empty() {
            ledger.desks = self.load_desks().await?;
        }
        let now = self.now();
        let mut closed = 0;
        while ledger.desks.iter().any(|desk| is_due(desk, now)) {
            let mut next = ledger.desks.clone();
            let mut tx = self.store().begin().await?;
            let step = close_step(&mut *tx, &mut next, now, &self.keys().log, &mut self.rng()).await?;
            tx.commit().await?;
            ledger.desks = next;
            closed += step;
            self.0.closings.send_modify(|count| *count += step);
            if step > 1 {
                tracing::info!(epochs = step, "missed epochs closed");
            }
        }
        Ok(closed)
    }

    async fn load_desks(&self) -> Result<Vec<PoolDesk>, StoreFault> {
        let mut view = self.store().read().await?;
        // The store knows better than memory which pools there are: a rotation's answer may have been lost.
        let damaged = || StoreFault::Damaged { table: "pools" };
        let genesis = newest_genesis(&mut *view).await?.ok_or_else(damaged)?;
        let founded = Founded::check(genesis).map_err(|_| damaged())?;
        *self.0.founded.write().expect("nobody panics while holding this lock") = Arc::new(founded);
        let mut desks = Vec::new();
        for pool in self.pools() {
            desks.push(PoolDesk::load(&mut *view, &pool).await?);
        }
        Ok(desks)
    }

    /// Waits until another epoch closes. For whoever waits for evidence; give it a time limit.
    pub async fn next_closing(&self) {
        let mut closings = self.0.closings.subscribe();
        closings.mark_unchanged();
        // The sender lives as long as this handle of the market.
        closings.changed().await.ok();
    }
}

fn is_due(desk: &PoolDesk, now: Timestamp) -> bool {
    desk.open < desk.pool.epoch_at(now)
}

async fn close_step(
    tx: &mut dyn MarketTx,
    desks: &mut [PoolDesk],
    now: Timestamp,
    key: &tacit_evidence::log::LogKey,
    rng: &mut StdRng,
) -> Result<u64, NotClosed> {
    let mut leaves = Vec::new();
    for desk in desks {
        let before = leaves.len();
        while is_due(desk, now) && (leaves.len() as u64) < EPOCHS_PER_STEP {
            leaves.push(close_one(tx, desk).await?);
        }
        if leaves.len() > before {
            super::sequencer::save(tx, desk).await?;
        }
    }
    let closed = leaves.len() as u64;
    append_step(tx, key, leaves, rng).await?;
    Ok(closed)
}

async fn close_one(tx: &mut dyn MarketTx, desk: &mut PoolDesk) -> Result<Leaf, NotClosed> {
    let name = name_of(&desk.pool.pool);
    let mut file = None;
    if desk.entries > 0 {
        let stored = tx.ledger().entries(name, desk.open).await?;
        let entries = stored.iter().map(|bytes| read_entry(bytes)).collect::<Result<Vec<_>, _>>()?;
        file = Some(EpochFile { pool: desk.pool.pool, epoch: desk.open, entries }.encode());
        desk.root = desk.tree.root();
    }
    let leaf = EpochLeaf {
        v: 1,
        pool: desk.pool.pool,
        epoch: desk.open,
        time: desk.pool.end_of(desk.open),
        root: desk.root,
        tree_size: desk.tree.size(),
        file: file.as_deref().map(Digest::of),
    };
    let logged = LogLeaf::clear(LeafKind::Epoch, &leaf)
        .expect("an epoch's leaf is shorter than a kibibyte and holds safe integers");
    let row = ClosedEpoch {
        epoch: desk.open,
        at: leaf.time,
        root: *leaf.root.bytes(),
        tree_size: leaf.tree_size,
        leaf: logged.to_bytes(),
        file,
    };
    tx.epochs().close(name, &row).await.map_err(|refused| match refused {
        EpochNotClosed::Store(fault) => fault,
        EpochNotClosed::Gap { .. } | EpochNotClosed::Differs => StoreFault::TakenOver,
    })?;
    desk.open = desk.open.next();
    desk.entries = 0;
    desk.bytes = 0;
    Ok(clear(LeafKind::Epoch, &logged))
}
