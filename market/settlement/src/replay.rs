//! The replay: the whole ledger of one pool from its genesis, by anybody who has its public files (settlement.md, Applying a
//! bundle). It trusts nothing that it can recompute: roots come from a tree of its own, and every rule is applied again.
//!
//! What it cannot see is another history shown to somebody else; the log's checkpoints are for that.

use crate::bundle::SettlementBundle;
use crate::bytes32::{Anchor, Nullifier, TermsTag};
use crate::epoch::{ClosedEpoch, EpochFile, EpochLeaf, LedgerEntry, NotAnEpochFile};
use crate::ledger::{BundleRefused, LedgerFacts, check_facts};
use crate::levels::Levels;
use crate::pool::Pool;
use crate::proofs::Proofs;
use crate::record::{ClearRecord, CrossingRecord};
use crate::segment::SegmentRefused;
use crate::tree::node;
use crate::turnstile::Turnstile;
use std::collections::{BTreeMap, HashSet};
use tacit_values::{Digest, Epoch, Money};

/// How many bundles are proven at once: the cost of a batch is spread, and a bad one is still found quickly.
const BATCH: usize = 64;

/// Where a ledger is broken.
#[derive(Debug, thiserror::Error)]
pub enum LedgerBroken {
    /// An epoch is missing, doubled or out of order.
    #[error("epoch {expected} should follow and epoch {found} was given")]
    Sequence {
        /// The next in order.
        expected: Epoch,
        /// What came.
        found: Epoch,
    },
    /// The files could not be read.
    #[error("the ledger could not be read on from epoch {next}")]
    Unreadable {
        /// The next in order.
        next: Epoch,
        /// Why.
        #[source]
        cause: SegmentRefused,
    },
    /// A statement of the leaf is not what follows from the files.
    #[error("epoch {epoch}: the {field} of its leaf is not what follows from the ledger")]
    Leaf {
        /// Which epoch.
        epoch: Epoch,
        /// `pool`, `time`, `file`, `tree_size`, `root` or `version`.
        field: &'static str,
    },
    /// The file is none.
    #[error("epoch {epoch}: its file cannot be read")]
    File {
        /// Which epoch.
        epoch: Epoch,
        /// Why.
        #[source]
        cause: NotAnEpochFile,
    },
    /// The file is another epoch's.
    #[error("epoch {epoch}: the {field} in its file is another's")]
    OtherFile {
        /// Which epoch.
        epoch: Epoch,
        /// `pool` or `epoch`.
        field: &'static str,
    },
    /// A bundle that the ledger should have refused.
    #[error("epoch {epoch}, bundle {bundle}: the ledger took what it should have refused")]
    Bundle {
        /// Which epoch.
        epoch: Epoch,
        /// Which bundle.
        bundle: Digest,
        /// The rule.
        #[source]
        cause: BundleRefused,
    },
    /// A note that crossed on one side only.
    #[error("a crossing stands in one pool and not in the other: bundle {burn}")]
    Crossing {
        /// The bundle that left the old pool.
        burn: Digest,
    },
}

/// How much happened in one day (UTC): what the live anonymity set is printed from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct DayActivity {
    /// Bundles that were taken.
    pub bundles: u64,
    /// Notes that were made.
    pub notes: u64,
}

/// What a replay found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replayed {
    /// Closed epochs, empty ones included.
    pub epochs: u64,
    /// Bundles.
    pub bundles: u64,
    /// Batches in which their proofs were checked.
    pub batches: u64,
    /// Notes ever made: the tree's size.
    pub notes: u64,
    /// Everything that entered the pool.
    pub minted: Money,
    /// Everything that left it.
    pub burned: Money,
    /// What it holds.
    pub balance: Money,
    /// The newest root.
    pub root: Anchor,
    /// Days since 1970 on which something happened.
    pub days: BTreeMap<u64, DayActivity>,
    /// Every record in clear, in order.
    pub records: Vec<ClearRecord>,
}

/// A replay under way; feed it epochs from 0 on.
pub struct Replay<'p> {
    pool: &'p Pool,
    proofs: &'p dyn Proofs,
    next: Epoch,
    levels: Levels,
    root: Anchor,
    turnstile: Turnstile,
    anchors: HashSet<Anchor>,
    spent: HashSet<Nullifier>,
    tags: HashSet<TermsTag>,
    waiting: Vec<(Epoch, SettlementBundle)>,
    bundles: u64,
    batches: u64,
    days: BTreeMap<u64, DayActivity>,
    records: Vec<ClearRecord>,
}

impl<'p> Replay<'p> {
    /// From nothing.
    pub fn new(pool: &'p Pool, proofs: &'p dyn Proofs) -> Self {
        let (spent, tags, days) = Default::default();
        let root = Anchor::empty_tree();
        Self {
            pool,
            proofs,
            next: Epoch::GENESIS,
            levels: Levels::empty(),
            root,
            turnstile: Turnstile::new(pool.currency),
            anchors: HashSet::from([root]),
            spent,
            tags,
            waiting: Vec::with_capacity(BATCH),
            bundles: 0,
            batches: 0,
            days,
            records: Vec::new(),
        }
    }

    /// The epoch that is expected next.
    pub const fn next_epoch(&self) -> Epoch {
        self.next
    }

    /// Takes one closed epoch.
    pub fn epoch(&mut self, leaf: &EpochLeaf, file: Option<&[u8]>) -> Result<(), LedgerBroken> {
        let epoch = self.next;
        if leaf.epoch != epoch {
            return Err(LedgerBroken::Sequence { expected: epoch, found: leaf.epoch });
        }
        let wrong = |field| Err(LedgerBroken::Leaf { epoch, field });
        if leaf.v != 1 {
            return wrong("version");
        }
        if leaf.pool != self.pool.pool {
            return wrong("pool");
        }
        if leaf.time != self.pool.end_of(epoch) {
            return wrong("time");
        }
        match (leaf.file, file) {
            (None, None) => (),
            (Some(digest), Some(bytes)) if digest == Digest::of(bytes) => self.file(epoch, bytes)?,
            _ => return wrong("file"),
        }
        if leaf.tree_size != self.levels.size() {
            return wrong("tree_size");
        }
        if leaf.root != self.root {
            return wrong("root");
        }
        self.next = epoch.next();
        Ok(())
    }

    fn file(&mut self, epoch: Epoch, bytes: &[u8]) -> Result<(), LedgerBroken> {
        let file = EpochFile::decode(bytes).map_err(|cause| LedgerBroken::File { epoch, cause })?;
        if file.pool != self.pool.pool {
            return Err(LedgerBroken::OtherFile { epoch, field: "pool" });
        }
        if file.epoch != epoch {
            return Err(LedgerBroken::OtherFile { epoch, field: "epoch" });
        }
        let day = self.pool.end_of(epoch).day();
        let (bundles, notes) = (file.entries.len() as u64, file.outputs());
        for entry in file.entries {
            self.entry(epoch, entry)?;
        }
        self.root = Anchor::from_bytes(self.levels.root().to_bytes());
        self.anchors.insert(self.root);
        let activity = self.days.entry(day).or_default();
        activity.bundles += bundles;
        activity.notes += notes;
        Ok(())
    }

    fn entry(&mut self, epoch: Epoch, entry: LedgerEntry) -> Result<(), LedgerBroken> {
        let bundle = entry.bundle.digest();
        let broken = |cause| LedgerBroken::Bundle { epoch, bundle, cause };
        self.turnstile = check_facts(&entry, self.pool, self).map_err(broken)?;
        self.spent.extend(entry.bundle.nullifiers());
        self.tags.insert(entry.bundle.terms_tag());
        let leaves = entry.bundle.commitments().map(|commitment| node(&commitment));
        let leaves = leaves.collect::<Result<_, _>>().map_err(|_| broken(BundleRefused::BadProof))?;
        self.levels
            .append(leaves, |_, _, _| ())
            .map_err(|_| LedgerBroken::Leaf { epoch, field: "tree_size" })?;
        self.records.extend(entry.record);
        self.bundles += 1;
        self.waiting.push((epoch, entry.bundle));
        if self.waiting.len() == BATCH { self.check_waiting() } else { Ok(()) }
    }

    fn check_waiting(&mut self) -> Result<(), LedgerBroken> {
        if self.waiting.is_empty() {
            return Ok(());
        }
        let bundles: Vec<_> = self.waiting.iter().map(|(_, bundle)| bundle).collect();
        let verdicts = self.proofs.check(&bundles);
        self.batches += 1;
        let first_bad = self.waiting.iter().zip(verdicts).find(|(_, holds)| !holds);
        match first_bad {
            Some(((epoch, bundle), _)) => Err(LedgerBroken::Bundle {
                epoch: *epoch,
                bundle: bundle.digest(),
                cause: BundleRefused::BadProof,
            }),
            None => {
                self.waiting.clear();
                Ok(())
            }
        }
    }

    /// Checks the proofs that still wait and says what was found. Before this, nothing is verified.
    pub fn finish(mut self) -> Result<Replayed, LedgerBroken> {
        self.check_waiting()?;
        Ok(Replayed {
            epochs: self.next.0,
            bundles: self.bundles,
            batches: self.batches,
            notes: self.levels.size(),
            minted: self.turnstile.minted(),
            burned: self.turnstile.burned(),
            balance: self.turnstile.balance(),
            root: self.root,
            days: self.days,
            records: self.records,
        })
    }
}

impl LedgerFacts for Replay<'_> {
    fn open_epoch(&self) -> Epoch {
        self.next
    }

    fn turnstile(&self) -> Turnstile {
        self.turnstile
    }

    fn is_anchor(&self, anchor: &Anchor) -> bool {
        self.anchors.contains(anchor)
    }

    fn is_spent(&self, nullifier: &Nullifier) -> bool {
        self.spent.contains(nullifier)
    }

    fn has_tag(&self, tag: &TermsTag) -> bool {
        self.tags.contains(tag)
    }
}

/// Replays one pool from its closed epochs, for example from chained [`crate::SegmentReader`]s.
pub fn verify_ledger(
    pool: &Pool,
    epochs: impl IntoIterator<Item = Result<ClosedEpoch, SegmentRefused>>,
    proofs: &dyn Proofs,
) -> Result<Replayed, LedgerBroken> {
    let mut replay = Replay::new(pool, proofs);
    for closed in epochs {
        let next = replay.next_epoch();
        let closed = closed.map_err(|cause| LedgerBroken::Unreadable { next, cause })?;
        replay.epoch(&closed.leaf, closed.file.as_deref())?;
    }
    replay.finish()
}

/// Whether every crossing stands in both pools. Replay all pools to the same moment first: the two sides of a crossing may
/// close in epochs that end a little apart.
pub fn check_crossings(pools: &[(&Pool, &Replayed)]) -> Result<(), LedgerBroken> {
    let mut sides: BTreeMap<Digest, (u32, u32)> = BTreeMap::new();
    for (pool, replayed) in pools {
        for record in &replayed.records {
            if let ClearRecord::Crossing(CrossingRecord { from, burn, .. }) = record {
                let (left, entered) = sides.entry(*burn).or_default();
                *(if *from == pool.pool { left } else { entered }) += 1;
            }
        }
    }
    match sides.into_iter().find(|(_, sides)| *sides != (1, 1)) {
        Some((burn, _)) => Err(LedgerBroken::Crossing { burn }),
        None => Ok(()),
    }
}
