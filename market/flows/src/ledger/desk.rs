//! One pool as the single writer holds it between two transactions.
//!
//! It is read from the store at start and after every fault, and written with every act under a revision: were there ever a
//! second writer, one of the two would be refused.

use super::name_of;
use tacit_ports::market::{MarketTx, Standing, StandingMoved, StoreFault};
use tacit_settlement::{Anchor, CommitmentTree, EpochFile, LedgerEntry, Pool, Turnstile};
use tacit_values::Epoch;

const DAMAGED: StoreFault = StoreFault::Damaged { table: "standings" };

/// A pool, where it stands, and what its open epoch holds.
#[derive(Debug, Clone)]
pub(crate) struct PoolDesk {
    pub(crate) pool: Pool,
    revision: u64,
    /// The epoch that takes bundles.
    pub(crate) open: Epoch,
    /// All commitments, those of the open epoch included.
    pub(crate) tree: CommitmentTree,
    pub(crate) turnstile: Turnstile,
    /// The root after the newest closed epoch.
    pub(crate) root: Anchor,
    /// The time of the newest closed epoch's leaf is before that of any later one.
    pub(crate) entries: u32,
    pub(crate) bytes: usize,
}

impl PoolDesk {
    /// Reads a pool's standing; a pool that was only just founded stands before epoch 0 closed.
    pub(crate) async fn load(tx: &mut dyn MarketTx, pool: &Pool) -> Result<Self, StoreFault> {
        let name = name_of(&pool.pool);
        let fresh = Self {
            pool: pool.clone(),
            revision: 0,
            open: Epoch::GENESIS,
            tree: CommitmentTree::empty(),
            turnstile: Turnstile::new(pool.currency),
            root: Anchor::empty_tree(),
            entries: 0,
            bytes: 0,
        };
        let Some(standing) = tx.ledger().standing(name).await? else { return Ok(fresh) };
        let newest = tx.epochs().newest(name).await?;
        let entries = tx.ledger().entries(name, standing.open).await?;
        Ok(Self {
            revision: standing.revision,
            open: standing.open,
            tree: CommitmentTree::from_bytes(&standing.frontier).map_err(|_| DAMAGED)?,
            turnstile: serde_json::from_slice(&standing.turnstile).map_err(|_| DAMAGED)?,
            root: newest.map_or(fresh.root, |newest| Anchor::from_bytes(newest.root)),
            entries: u32::try_from(entries.len()).map_err(|_| DAMAGED)?,
            bytes: entries.iter().map(Vec::len).sum(),
            ..fresh
        })
    }

    /// Writes where the pool stands now.
    pub(crate) async fn save(&mut self, tx: &mut dyn MarketTx) -> Result<(), StandingMoved> {
        let next = Standing {
            revision: self.revision + 1,
            open: self.open,
            tree_size: self.tree.size(),
            frontier: self.tree.to_bytes(),
            turnstile: serde_json::to_vec(&self.turnstile).expect("two amounts have a JSON form"),
        };
        tx.ledger().move_standing(name_of(&self.pool.pool), &next).await?;
        self.revision = next.revision;
        Ok(())
    }

    /// The stored form of an entry: an epoch file of its own.
    pub(crate) fn entry_bytes(&self, entry: &LedgerEntry) -> Vec<u8> {
        EpochFile { pool: self.pool.pool, epoch: self.open, entries: vec![entry.clone()] }.encode()
    }
}

/// Reads a stored entry.
pub(crate) fn read_entry(bytes: &[u8]) -> Result<LedgerEntry, StoreFault> {
    let file = EpochFile::decode(bytes).map_err(|_| StoreFault::Damaged { table: "bundles" })?;
    file.entries.into_iter().next().ok_or(StoreFault::Damaged { table: "bundles" })
}
