//! The whole ledger from a copy: the log's leaves in order, every epoch under its leaf, every rule and every proof again.
//!
//! The log decides what an epoch is: a segment or an epoch file counts only as far as it says, field by field, what the
//! leaf under the signed checkpoint says. Settlement's replay recomputes roots, turnstile and proofs from there.

use super::copy::LedgerCopy;
use super::log::read_log;
use super::{refused, with_causes};
use crate::refusal::Refusal;
use crate::settings::PinnedKeys;
use indicatif::ProgressBar;
use std::fs::File;
use std::io::{BufReader, Read, Seek};
use tacit_evidence::log::{Leaf, LeafKind, LogName, LogSize};
use tacit_settlement::{
    Anchor, ClearRecord, ClosedEpoch, CrossingRecord, EpochFile, EpochLeaf, Genesis, Pool, PoolId, Proofs,
    Replay, Replayed, SEGMENT_EPOCHS, SegmentReader, check_crossings, segment_of,
};
use tacit_values::{Epoch, Money, Origin, Timestamp};
use tacit_wire::bodies::ledger::decode_epoch;

/// `0x01 || pool 32 || number u64be || root 32 || tree size u64be`.
const SEGMENT_HEAD: usize = 81;

/// A ledger that holds.
#[derive(Debug, Clone)]
pub struct VerifiedLedger {
    /// Whose.
    pub market: Origin,
    /// Every pool, oldest first, with what its replay found.
    pub pools: Vec<(Pool, Replayed)>,
    /// How many leaves the log has under the checkpoint.
    pub log: LogSize,
    /// When the newest epoch was over.
    pub newest: Option<Timestamp>,
    /// Everything that entered the ledger from outside.
    pub minted: Money,
    /// Everything that left it.
    pub burned: Money,
    /// What it holds.
    pub balance: Money,
}

/// Opens the genesis document of a copy and compares it with the keys.
pub fn genesis_of(copy: &LedgerCopy, keys: &PinnedKeys) -> Result<Genesis, Refusal> {
    let genesis = copy.genesis()?;
    if genesis.pools[0].treasury != keys.treasury {
        return Err(refused("the genesis document is signed by another treasury than this market's"));
    }
    if *keys.log.name() != LogName::of(&genesis.market) {
        return Err(refused("the genesis document is of another market than the log"));
    }
    if genesis.proofs != keys.proofs {
        return Err(refused("the genesis document names another proof system than the market does"));
    }
    Ok(genesis)
}

/// Verifies everything in a copy. Takes as long as the ledger is large: run it where blocking is allowed. Whoever finishes
/// the bar meanwhile stops it.
pub fn verify_copy(
    copy: &LedgerCopy,
    keys: &PinnedKeys,
    proofs: &dyn Proofs,
    bar: &ProgressBar,
) -> Result<VerifiedLedger, Refusal> {
    let genesis = genesis_of(copy, keys)?;
    crate::mirror::check_proofs(proofs.name(), &genesis.proofs)?;
    let checkpoint = copy.checkpoint(&keys.log)?;
    bar.set_message("verifying");
    bar.set_length(checkpoint.size().0);
    bar.set_position(0);
    let mut pools: Vec<PoolUnderWay<'_>> =
        genesis.pools.iter().map(|pool| PoolUnderWay::new(pool, proofs)).collect();
    let crossings = genesis.pools.len() > 1;
    read_log(copy, &checkpoint, |index, bytes| {
        if let Some(leaf) = epoch_leaf(bytes)? {
            let at = pools.iter_mut().find(|at| at.pool.pool == leaf.pool).ok_or_else(|| {
                refused("the log closes an epoch of a pool that the genesis document does not name")
            })?;
            at.take(copy, &leaf, crossings)?;
        }
        if bar.is_finished() {
            return Err(Refusal::new(
                "stopped",
                "the check was stopped",
                "Begin it again whenever you like.",
            ));
        }
        bar.set_position(index.0 + 1);
        Ok(())
    })?;
    finish(genesis.market.clone(), pools, checkpoint.size())
}

/// The epoch that a leaf of the log closes; `None` for leaves of other kinds.
pub(super) fn epoch_leaf(bytes: &[u8]) -> Result<Option<EpochLeaf>, Refusal> {
    match Leaf::parse(bytes) {
        Ok(Leaf::Clear { kind: LeafKind::Epoch, record }) => {
            EpochLeaf::decode(&record).map(Some).map_err(|found| refused(found.to_string()))
        }
        _ => Ok(None),
    }
}

struct PoolUnderWay<'g> {
    pool: &'g Pool,
    replay: Replay<'g>,
    newest: Option<EpochLeaf>,
    segment: Option<(u64, SegmentReader<'g, BufReader<File>>)>,
    crossings: Vec<(CrossingRecord, Timestamp)>,
}

impl<'g> PoolUnderWay<'g> {
    fn new(pool: &'g Pool, proofs: &'g dyn Proofs) -> Self {
        let replay = Replay::new(pool, proofs);
        Self { pool, replay, newest: None, segment: None, crossings: Vec::new() }
    }

    fn take(&mut self, copy: &LedgerCopy, leaf: &EpochLeaf, crossings: bool) -> Result<(), Refusal> {
        let expected = self.replay.next_epoch();
        if leaf.epoch != expected {
            let sentence = format!("the log closes epoch {} where epoch {expected} follows", leaf.epoch);
            return Err(refused(sentence));
        }
        let file = self.file(copy, leaf)?;
        self.replay.epoch(leaf, file.as_deref()).map_err(|broken| refused(with_causes(&broken)))?;
        if let (true, Some(bytes)) = (crossings, &file) {
            let file = EpochFile::decode(bytes).map_err(|found| refused(with_causes(&found)))?;
            for entry in file.entries {
                if let Some(ClearRecord::Crossing(record)) = entry.record {
                    self.crossings.push((record, leaf.time));
                }
            }
        }
        self.newest = Some(*leaf);
        Ok(())
    }

    /// The file of an epoch from the copy, where the copy says of it what the log says.
    fn file(&mut self, copy: &LedgerCopy, leaf: &EpochLeaf) -> Result<Option<Vec<u8>>, Refusal> {
        let number = segment_of(leaf.epoch);
        if leaf.epoch.0.is_multiple_of(SEGMENT_EPOCHS) {
            self.segment = open_segment(copy, self.pool, number, self.newest.as_ref())?;
        }
        let closed = match &mut self.segment {
            Some((_, reader)) => {
                let damaged = |why: &str| refused(format!("segment {number} of the ledger: {why}"));
                let read = reader.next().ok_or_else(|| damaged("it ends early"))?;
                Some(read.map_err(|found| damaged(&with_causes(&found)))?)
            }
            None => single_epoch(copy, leaf)?,
        };
        match closed {
            Some(closed) => {
                same_as_log(&closed, leaf)?;
                Ok(closed.file)
            }
            None if leaf.file.is_none() => Ok(None),
            None => Err(Refusal::new(
                "incomplete-copy",
                format!("the copy lacks epoch {} of pool {}", leaf.epoch, leaf.pool),
                "Make it again with `tacit verify ledger --market URL --save DIR`.",
            )
            .in_pages("Check the ledger again: it is fetched anew.")),
        }
    }
}

pub(super) fn single_epoch(copy: &LedgerCopy, leaf: &EpochLeaf) -> Result<Option<ClosedEpoch>, Refusal> {
    let Some(bytes) = copy.epoch(&leaf.pool, leaf.epoch)? else { return Ok(None) };
    let closed = decode_epoch(&bytes);
    closed.map(Some).map_err(|found| refused(format!("epoch {}: {found}", leaf.epoch)))
}

type OpenSegment<'g> = (u64, SegmentReader<'g, BufReader<File>>);

/// A segment with its head compared: the reader itself uses the state before it only for epochs that change nothing.
fn open_segment<'g>(
    copy: &LedgerCopy,
    pool: &'g Pool,
    number: u64,
    before: Option<&EpochLeaf>,
) -> Result<Option<OpenSegment<'g>>, Refusal> {
    let Some(file) = copy.segment(&pool.pool, number)? else { return Ok(None) };
    let damaged = |why: String| refused(format!("segment {number} of the ledger: {why}"));
    let mut from = BufReader::new(file);
    let mut head = [0; SEGMENT_HEAD];
    from.read_exact(&mut head).map_err(|_| damaged("it is cut short".to_owned()))?;
    from.rewind().map_err(|cause| damaged(cause.to_string()))?;
    let reader = SegmentReader::open(from, pool, number).map_err(|found| damaged(with_causes(&found)))?;
    let (root, size) = before.map_or((Anchor::empty_tree(), 0), |leaf| (leaf.root, leaf.tree_size));
    if head[41..73] != *root.bytes() || head[73..] != size.to_be_bytes() {
        return Err(damaged(
            "the state that it begins with is not the one that the epoch before left".to_owned(),
        ));
    }
    Ok(Some((number, reader)))
}

fn same_as_log(closed: &ClosedEpoch, leaf: &EpochLeaf) -> Result<(), Refusal> {
    let ours = &closed.leaf;
    let differs = [
        ("version", ours.v != leaf.v),
        ("pool", ours.pool != leaf.pool),
        ("number", ours.epoch != leaf.epoch),
        ("end", ours.time != leaf.time),
        ("root", ours.root != leaf.root),
        ("tree size", ours.tree_size != leaf.tree_size),
        ("file's digest", ours.file != leaf.file),
    ];
    match differs.iter().find(|(_, differs)| *differs) {
        Some((field, _)) => {
            Err(refused(format!("epoch {}: the {field} in the copy is not the one in the log", leaf.epoch)))
        }
        None => Ok(()),
    }
}

/// The closed epochs among `wanted`, from the copy and under the log's signed checkpoint. Proofs are not checked again: the
/// log vouches that this is what the market closed, `tacit verify ledger` that it closed nothing it should have refused.
pub fn epochs_of(
    copy: &LedgerCopy,
    keys: &PinnedKeys,
    wanted: &[(PoolId, Epoch)],
) -> Result<Vec<ClosedEpoch>, Refusal> {
    let genesis = genesis_of(copy, keys)?;
    let mut leaves = Vec::new();
    read_log(copy, &copy.checkpoint(&keys.log)?, |_, bytes| {
        if let Some(leaf) = epoch_leaf(bytes)?
            && wanted.contains(&(leaf.pool, leaf.epoch))
        {
            leaves.push(leaf);
        }
        Ok(())
    })?;
    let mut found = Vec::new();
    for leaf in leaves {
        let closed = match (leaf.file, single_epoch(copy, &leaf)?) {
            (None, _) => Some(ClosedEpoch { leaf, file: None }),
            (Some(_), Some(closed)) => Some(closed),
            (Some(_), None) => from_segment(copy, &genesis, &leaf)?,
        };
        if let Some(closed) = closed {
            same_as_log(&closed, &leaf)?;
            found.push(closed);
        }
    }
    Ok(found)
}

fn from_segment(
    copy: &LedgerCopy,
    genesis: &Genesis,
    leaf: &EpochLeaf,
) -> Result<Option<ClosedEpoch>, Refusal> {
    let number = segment_of(leaf.epoch);
    let Some(pool) = genesis.pool(&leaf.pool) else { return Ok(None) };
    let Some(file) = copy.segment(&leaf.pool, number)? else { return Ok(None) };
    let damaged = |found| refused(format!("segment {number} of the ledger: {}", with_causes(&found)));
    for closed in SegmentReader::open(BufReader::new(file), pool, number).map_err(damaged)? {
        let closed = closed.map_err(damaged)?;
        if closed.leaf.epoch == leaf.epoch {
            // Whether the file is the one that its digest names is the reader's to say here: nothing replays it.
            let named = closed.file.as_deref().map(tacit_values::Digest::of);
            if named != closed.leaf.file {
                return Err(refused(format!(
                    "epoch {}: its file is not the one that the log names",
                    leaf.epoch
                )));
            }
            return Ok(Some(closed));
        }
    }
    Ok(None)
}

fn finish(market: Origin, pools: Vec<PoolUnderWay<'_>>, log: LogSize) -> Result<VerifiedLedger, Refusal> {
    let newest: Vec<(PoolId, Option<Timestamp>)> =
        pools.iter().map(|at| (at.pool.pool, at.newest.map(|leaf| leaf.time))).collect();
    let mut found = Vec::new();
    let mut crossings = Vec::new();
    for mut at in pools {
        if let Some((number, reader)) = &mut at.segment
            && reader.next().is_some()
        {
            let sentence =
                format!("segment {number} of the ledger goes on where the log under the checkpoint ends");
            return Err(refused(sentence));
        }
        crossings.extend(at.crossings);
        let replayed = at.replay.finish().map_err(|broken| refused(with_causes(&broken)))?;
        found.push((at.pool.clone(), replayed));
    }
    let settled = without_pending(&found, &crossings, &newest);
    let sides: Vec<(&Pool, &Replayed)> = settled.iter().map(|(pool, replayed)| (pool, replayed)).collect();
    check_crossings(&sides).map_err(|broken| refused(with_causes(&broken)))?;
    let (minted, burned, balance) =
        totals(&found).map_err(|_| refused("the sums of the pools cannot be added up"))?;
    let newest = newest.into_iter().filter_map(|(_, time)| time).max();
    Ok(VerifiedLedger { market, pools: found, log, newest, minted, burned, balance })
}

/// The two sides of a crossing close in epochs that end a little apart: one side alone is no fault as long as the other
/// pool's epochs do not reach that moment yet.
fn without_pending(
    pools: &[(Pool, Replayed)],
    crossings: &[(CrossingRecord, Timestamp)],
    newest: &[(PoolId, Option<Timestamp>)],
) -> Vec<(Pool, Replayed)> {
    let reached = |pool: &PoolId| newest.iter().find(|(id, _)| id == pool).and_then(|(_, time)| *time);
    let sides = |burn| crossings.iter().filter(|(record, _)| record.burn == burn).count();
    let pending = |record: &ClearRecord| match record {
        ClearRecord::Crossing(crossing) if sides(crossing.burn) == 1 => crossings
            .iter()
            .filter(|(other, _)| other.burn == crossing.burn)
            .any(|(_, at)| reached(&crossing.from).min(reached(&crossing.to)) < Some(*at)),
        _ => false,
    };
    let mut settled = pools.to_vec();
    settled.iter_mut().for_each(|(_, replayed)| replayed.records.retain(|record| !pending(record)));
    settled
}

/// What entered and left the ledger as a whole: a crossing is neither.
fn totals(pools: &[(Pool, Replayed)]) -> Result<(Money, Money, Money), tacit_values::MoneyRefused> {
    let zero = Money::zero(pools[0].0.currency);
    let (mut minted, mut burned, mut balance) = (zero, zero, zero);
    for (pool, replayed) in pools {
        minted = minted.plus(replayed.minted)?;
        burned = burned.plus(replayed.burned)?;
        balance = balance.plus(replayed.balance)?;
        for record in &replayed.records {
            match record {
                ClearRecord::Crossing(crossing) if crossing.to == pool.pool => {
                    minted = minted.minus(crossing.amount)?;
                }
                ClearRecord::Crossing(crossing) => burned = burned.minus(crossing.amount)?,
                _ => {}
            }
        }
    }
    Ok((minted, burned, balance))
}
