//! The mirrored ledger: every epoch that the log names, its file held against its leaf, every root recomputed.
//!
//! Closed segments are fetched whole, the unfinished one epoch by epoch; an epoch in which nothing happened is its leaf
//! alone. How far each pool was followed and how much of the log was read stand on pages that are written together with
//! the epochs, so that a crash repeats a few fetches and loses nothing. Proofs are for `tacit verify ledger`.

use super::{Mirror, damaged, json_page, page, untrue};
use crate::folder::disk;
use crate::refusal::Refusal;
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::io::{BufReader, Seek};
use tacit_evidence::log::{Leaf, LeafKind, LogIndex, LogSize};
use tacit_ports::desk::{PublicPage, PublicShelf};
use tacit_settlement::{
    ClosedEpoch, CommitmentTree, EpochFile, EpochLeaf, Genesis, Pool, PoolId, SEGMENT_EPOCHS, SegmentReader,
    segment_of,
};
use tacit_values::{Digest, Epoch, base64url};
use tacit_wire::bodies::ledger::decode_epoch;

const SCAN: &str = "ledger-scan";
/// What may wait in memory before it is written.
const FLUSH_AT: usize = 8 << 20;
/// The largest segment that is read: 256 epochs of 8 MiB.
const LONGEST_SEGMENT: u64 = 2 << 30;

/// How far one pool was followed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FollowedPool {
    /// The pool as genesis states it.
    pub pool: Pool,
    /// Its newest verified epoch; under a signed checkpoint.
    pub newest: Option<EpochLeaf>,
}

#[derive(Serialize, Deserialize)]
struct StoredPool {
    newest: Option<EpochLeaf>,
    #[serde(with = "base64url")]
    tree: Vec<u8>,
}

struct PoolUnderWay<'g> {
    pool: &'g Pool,
    started_at: Epoch,
    newest: Option<EpochLeaf>,
    tree: CommitmentTree,
    segment: Option<(u64, SegmentReader<'g, BufReader<File>>)>,
}

impl PoolUnderWay<'_> {
    fn next(&self) -> Epoch {
        self.newest.map_or(Epoch::GENESIS, |leaf| leaf.epoch.next())
    }
}

impl Mirror<'_> {
    /// Every pool as far as it was followed, oldest first; nothing is fetched.
    pub async fn pools(&self) -> Result<Vec<FollowedPool>, Refusal> {
        let Some(genesis) = self.genesis().await? else { return Ok(Vec::new()) };
        let mut pools = Vec::new();
        for pool in genesis.pools {
            let newest = self.stored_pool(&pool.pool).await?.and_then(|stored| stored.newest);
            pools.push(FollowedPool { pool, newest });
        }
        Ok(pools)
    }

    /// The verified epoch files of a pool from `from` on, at most `limit`, in order. Empty epochs have none.
    pub async fn epoch_files(
        &self,
        pool: &PoolId,
        from: Epoch,
        limit: usize,
    ) -> Result<Vec<ClosedEpoch>, Refusal> {
        let pages = self.desk.store().pages(PublicShelf::Epochs, &pool.to_string(), from.0, limit).await?;
        pages.iter().map(|page| decode_epoch(&page.bytes).map_err(|_| damaged())).collect()
    }

    /// One verified epoch that is not empty.
    pub async fn epoch_file(&self, pool: &PoolId, epoch: Epoch) -> Result<Option<ClosedEpoch>, Refusal> {
        let page = self.desk.store().page(PublicShelf::Epochs, &pool.to_string(), epoch.0).await?;
        page.map(|page| decode_epoch(&page.bytes).map_err(|_| damaged())).transpose()
    }

    pub(super) async fn follow_ledger(
        &self,
        genesis: &Genesis,
        log: LogSize,
    ) -> Result<Vec<FollowedPool>, Refusal> {
        let mut under_way = Vec::new();
        for pool in &genesis.pools {
            under_way.push(self.resume(pool).await?);
        }
        let mut scanned: u64 = self.read(PublicShelf::Market, SCAN, 0).await?.unwrap_or(0);
        let mut pages = Vec::new();
        let mut waiting = 0;
        while scanned < log.0 {
            for (index, bytes) in self.leaves(LogIndex(scanned), log).await? {
                if let Some(leaf) = epoch_leaf(&bytes)? {
                    let at = under_way.iter_mut().find(|at| at.pool.pool == leaf.pool);
                    let at = at.ok_or_else(|| {
                        untrue("the log closes an epoch of a pool that genesis does not name")
                    })?;
                    if let Some(taken) = self.take_epoch(at, &leaf).await? {
                        waiting += taken.bytes.len();
                        pages.push(taken);
                    }
                }
                scanned = index.0 + 1;
                if waiting > FLUSH_AT {
                    self.write(&under_way, scanned, std::mem::take(&mut pages)).await?;
                    waiting = 0;
                }
            }
            self.write(&under_way, scanned, std::mem::take(&mut pages)).await?;
            waiting = 0;
        }
        Ok(under_way
            .into_iter()
            .map(|at| FollowedPool { pool: at.pool.clone(), newest: at.newest })
            .collect())
    }

    async fn resume<'g>(&self, pool: &'g Pool) -> Result<PoolUnderWay<'g>, Refusal> {
        let (newest, tree) = match self.stored_pool(&pool.pool).await? {
            Some(stored) => (stored.newest, CommitmentTree::from_bytes(&stored.tree).map_err(|_| damaged())?),
            None => (None, CommitmentTree::empty()),
        };
        let started_at = newest.map_or(Epoch::GENESIS, |leaf: EpochLeaf| leaf.epoch.next());
        Ok(PoolUnderWay { pool, started_at, newest, tree, segment: None })
    }

    async fn stored_pool(&self, pool: &PoolId) -> Result<Option<StoredPool>, Refusal> {
        self.read(PublicShelf::Market, &pool_page(pool), 0).await
    }

    async fn write(
        &self,
        pools: &[PoolUnderWay<'_>],
        scanned: u64,
        mut pages: Vec<PublicPage>,
    ) -> Result<(), Refusal> {
        for at in pools {
            let stored = StoredPool { newest: at.newest, tree: at.tree.to_bytes() };
            pages.push(json_page(PublicShelf::Market, &pool_page(&at.pool.pool), 0, &stored));
        }
        pages.push(json_page(PublicShelf::Market, SCAN, 0, &scanned));
        Ok(self.desk.store().keep(pages).await?)
    }

    /// Takes the next epoch of a pool: its leaf from the log and, when something happened, its file.
    async fn take_epoch<'g>(
        &self,
        at: &mut PoolUnderWay<'g>,
        leaf: &EpochLeaf,
    ) -> Result<Option<PublicPage>, Refusal> {
        if leaf.epoch != at.next() || leaf.time != at.pool.end_of(leaf.epoch) {
            return Err(untrue(format!(
                "the log closes epoch {} where epoch {} follows",
                leaf.epoch,
                at.next()
            )));
        }
        let mut taken = None;
        if leaf.file.is_some() {
            let file = self.fetch_file(at, leaf).await?;
            append_file(&mut at.tree, leaf, &file)?;
            let framed = tacit_wire::bodies::ledger::encode_epoch(&leaf.canonical_bytes(), Some(&file));
            taken = Some(page(PublicShelf::Epochs, &leaf.pool.to_string(), leaf.epoch.0, framed));
        }
        let unchanged = at.newest.map_or(tacit_settlement::Anchor::empty_tree(), |newest| newest.root);
        let root = if taken.is_some() { at.tree.root() } else { unchanged };
        if root != leaf.root || at.tree.size() != leaf.tree_size {
            return Err(untrue(format!("the root of epoch {} does not follow from its bundles", leaf.epoch)));
        }
        at.newest = Some(*leaf);
        Ok(taken)
    }

    async fn fetch_file<'g>(&self, at: &mut PoolUnderWay<'g>, leaf: &EpochLeaf) -> Result<Vec<u8>, Refusal> {
        let number = segment_of(leaf.epoch);
        if at.segment.as_ref().is_none_or(|(open, _)| *open != number) {
            at.segment = None;
            let closed = at.pool.epoch_at(self.desk.now()).0 > (number + 1) * SEGMENT_EPOCHS;
            if closed && at.started_at.0 <= number * SEGMENT_EPOCHS {
                at.segment = self.fetch_segment(at.pool, number).await?.map(|reader| (number, reader));
            }
        }
        let closed = match &mut at.segment {
            Some((_, reader)) => next_with_file(reader, leaf.epoch)?,
            None => {
                let bytes = self.desk.market().mirror().epoch(leaf.pool, leaf.epoch).await?;
                decode_epoch(&bytes).map_err(|refused| untrue(refused.to_string()))?
            }
        };
        let file = closed.file.unwrap_or_default();
        if closed.leaf != *leaf || Some(Digest::of(&file)) != leaf.file {
            return Err(untrue(format!(
                "the file of epoch {} is not the one that the log names",
                leaf.epoch
            )));
        }
        Ok(file)
    }

    /// A whole segment, on disk while it is read; `None` when the market has not closed it yet.
    async fn fetch_segment<'g>(
        &self,
        pool: &'g Pool,
        number: u64,
    ) -> Result<Option<SegmentReader<'g, BufReader<File>>>, Refusal> {
        let path = self.desk.folder().work().join("segment");
        let mut file = File::options()
            .create(true)
            .truncate(true)
            .read(true)
            .write(true)
            .open(&path)
            .map_err(|_| disk())?;
        let fetched =
            self.desk.market().mirror().segment(pool.pool, number, LONGEST_SEGMENT, &mut file).await;
        // The open file outlives its name, and nothing is left behind after a crash but this one name.
        let _unneeded = std::fs::remove_file(&path);
        match fetched.map_err(Refusal::from) {
            Ok(_) => {}
            Err(refusal) if refusal.code == "not-yet" => return Ok(None),
            Err(refusal) => return Err(refusal),
        }
        file.rewind().map_err(|_| disk())?;
        let reader = SegmentReader::open(BufReader::new(file), pool, number);
        reader.map(Some).map_err(|refused| untrue(refused.to_string()))
    }
}

fn next_with_file<R: std::io::Read>(
    reader: &mut SegmentReader<'_, R>,
    epoch: Epoch,
) -> Result<ClosedEpoch, Refusal> {
    for closed in reader {
        let closed = closed.map_err(|refused| untrue(refused.to_string()))?;
        if closed.leaf.epoch == epoch {
            return Ok(closed);
        }
    }
    Err(untrue(format!("the segment lacks epoch {epoch}")))
}

fn append_file(tree: &mut CommitmentTree, leaf: &EpochLeaf, bytes: &[u8]) -> Result<(), Refusal> {
    let file = EpochFile::decode(bytes).map_err(|refused| untrue(refused.to_string()))?;
    if file.pool != leaf.pool || file.epoch != leaf.epoch {
        return Err(untrue(format!("the file of epoch {} is another epoch's", leaf.epoch)));
    }
    for entry in &file.entries {
        for commitment in entry.bundle.commitments() {
            tree.append(&commitment).map_err(|refused| untrue(refused.to_string()))?;
        }
    }
    Ok(())
}

/// The epoch that a leaf of the log closes; `None` for leaves of other kinds.
fn epoch_leaf(bytes: &[u8]) -> Result<Option<EpochLeaf>, Refusal> {
    match Leaf::parse(bytes) {
        Ok(Leaf::Clear { kind: LeafKind::Epoch, record }) => {
            EpochLeaf::decode(&record).map(Some).map_err(|refused| untrue(refused.to_string()))
        }
        _ => Ok(None),
    }
}

fn pool_page(pool: &PoolId) -> String {
    format!("ledger/{pool}")
}
