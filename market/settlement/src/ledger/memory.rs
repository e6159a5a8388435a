//! A whole ledger in memory: for tests, for desks that follow one, and as the reading of what a store must keep.

use super::{BundleRefused, GatheredFacts, LedgerFacts, settle_window};
use crate::bytes32::{Anchor, Nullifier, TermsTag};
use crate::epoch::{ClosedEpoch, EpochFile, EpochLeaf, LedgerEntry};
use crate::pool::Pool;
use crate::proofs::Proofs;
use crate::tree::{CommitmentTree, TreeRefused};
use crate::turnstile::Turnstile;
use rand_core::CryptoRng;
use std::collections::HashSet;
use tacit_values::{Digest, Epoch};

/// One pool's ledger.
#[derive(Debug, Clone)]
pub struct Ledger {
    pool: Pool,
    open_epoch: Epoch,
    tree: CommitmentTree,
    turnstile: Turnstile,
    anchors: HashSet<Anchor>,
    spent: HashSet<Nullifier>,
    tags: HashSet<TermsTag>,
    open: Vec<LedgerEntry>,
    root: Anchor,
}

/// Why an epoch could not be closed.
#[derive(Debug, thiserror::Error, PartialEq, Eq, Clone, Copy)]
pub enum NotClosed {
    /// The tree took no more.
    #[error(transparent)]
    Tree(#[from] TreeRefused),
}

impl Ledger {
    /// A ledger before its first bundle, with its first leaf: epoch 0 is closed and empty, epoch 1 is open.
    pub fn new(pool: Pool) -> (Self, ClosedEpoch) {
        let root = Anchor::empty_tree();
        let turnstile = Turnstile::new(pool.currency);
        let (spent, tags, open) = Default::default();
        let mut ledger = Self {
            pool,
            open_epoch: Epoch::GENESIS,
            tree: CommitmentTree::empty(),
            turnstile,
            anchors: HashSet::from([root]),
            spent,
            tags,
            open,
            root,
        };
        let genesis = ClosedEpoch { leaf: ledger.leaf(None), file: None };
        ledger.open_epoch = ledger.open_epoch.next();
        (ledger, genesis)
    }

    /// The pool.
    pub const fn pool(&self) -> &Pool {
        &self.pool
    }

    /// Replaces what the genesis document says about the pool: after a rotation.
    pub fn follow(&mut self, pool: Pool) {
        self.pool = pool;
    }

    /// Decides a window of bundles and takes the good ones.
    pub fn apply(
        &mut self,
        entries: &[LedgerEntry],
        proofs: &dyn Proofs,
        rng: &mut impl CryptoRng,
    ) -> Vec<Result<(), BundleRefused>> {
        let facts = self.gather(entries);
        let settled = settle_window(&self.pool, facts, entries, proofs, rng);
        self.turnstile = settled.turnstile;
        for entry in settled.accepted.iter().map(|index| &entries[*index]) {
            self.spent.extend(entry.bundle.nullifiers());
            self.tags.insert(entry.bundle.terms_tag());
            self.open.push(entry.clone());
        }
        settled.verdicts
    }

    /// The facts about a window, as a store gathers them.
    pub fn gather(&self, entries: &[LedgerEntry]) -> GatheredFacts {
        let mut facts = GatheredFacts::new(self.open_epoch, self.turnstile);
        for entry in entries {
            facts.anchors.extend(Some(entry.bundle.anchor()).filter(|anchor| self.is_anchor(anchor)));
            facts.spent.extend(entry.bundle.nullifiers().filter(|nullifier| self.is_spent(nullifier)));
            facts.tags.extend(Some(entry.bundle.terms_tag()).filter(|tag| self.has_tag(tag)));
        }
        facts
    }

    /// Closes the open epoch, empty or not, and opens the next.
    pub fn close_epoch(&mut self) -> Result<ClosedEpoch, NotClosed> {
        let mut tree = self.tree.clone();
        for commitment in self.open.iter().flat_map(|entry| entry.bundle.commitments()) {
            tree.append(&commitment)?;
        }
        self.tree = tree;
        let entries = std::mem::take(&mut self.open);
        let file = (!entries.is_empty()).then(|| {
            self.root = self.tree.root();
            EpochFile { pool: self.pool.pool, epoch: self.open_epoch, entries }.encode()
        });
        let leaf = self.leaf(file.as_deref().map(Digest::of));
        self.anchors.insert(self.root);
        self.open_epoch = self.open_epoch.next();
        Ok(ClosedEpoch { leaf, file })
    }

    fn leaf(&self, file: Option<Digest>) -> EpochLeaf {
        EpochLeaf {
            v: 1,
            pool: self.pool.pool,
            epoch: self.open_epoch,
            time: self.pool.end_of(self.open_epoch),
            root: self.root,
            tree_size: self.tree.size(),
            file,
        }
    }
}

impl LedgerFacts for Ledger {
    fn open_epoch(&self) -> Epoch {
        self.open_epoch
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
