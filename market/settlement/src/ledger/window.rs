//! One window of bundles (50-200 ms or 32 of them) decided at once against facts that the store gathered for it.

use super::{BundleRefused, LedgerFacts, check_facts};
use crate::bytes32::{Anchor, Nullifier, TermsTag};
use crate::epoch::LedgerEntry;
use crate::pool::Pool;
use crate::proofs::Proofs;
use crate::turnstile::Turnstile;
use rand_core::CryptoRng;
use std::collections::{HashMap, HashSet};
use tacit_values::{Digest, Epoch};

/// What the store knows about the bundles of one window: of everything they name, what was seen before.
#[derive(Debug, Clone)]
pub struct GatheredFacts {
    /// The epoch that bundles fall into now; at least 1.
    pub open_epoch: Epoch,
    /// What entered and left so far.
    pub turnstile: Turnstile,
    /// Those anchors of the window that are roots of closed epochs.
    pub anchors: HashSet<Anchor>,
    /// Those nullifiers of the window that were seen.
    pub spent: HashSet<Nullifier>,
    /// Those tags of the window that were seen.
    pub tags: HashSet<TermsTag>,
}

impl GatheredFacts {
    /// Facts of a ledger that has seen nothing of the window.
    pub fn new(open_epoch: Epoch, turnstile: Turnstile) -> Self {
        let (anchors, spent, tags) = Default::default();
        Self { open_epoch, turnstile, anchors, spent, tags }
    }

    /// Checks one entry and, when it is taken, remembers what it spends. Its proof was checked before.
    fn admit(&mut self, entry: &LedgerEntry, pool: &Pool) -> Result<(), BundleRefused> {
        self.turnstile = check_facts(entry, pool, self)?;
        self.spent.extend(entry.bundle.nullifiers());
        self.tags.insert(entry.bundle.terms_tag());
        Ok(())
    }
}

impl LedgerFacts for GatheredFacts {
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

/// What became of a window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettledWindow {
    /// The entries that were taken, in the (random) order in which they enter the ledger.
    pub accepted: Vec<usize>,
    /// One verdict per entry, in the order in which they came. The same bundle twice has the same verdict and enters once.
    pub verdicts: Vec<Result<(), BundleRefused>>,
    /// The counts after the accepted entries.
    pub turnstile: Turnstile,
}

/// Decides a window: facts, then proofs in one batch, then one entry after the other in random order.
///
/// The caller writes the accepted entries in that order, with everything they change, in one transaction, and answers then.
pub fn settle_window(
    pool: &Pool,
    facts: GatheredFacts,
    entries: &[LedgerEntry],
    proofs: &dyn Proofs,
    rng: &mut impl CryptoRng,
) -> SettledWindow {
    let mut facts = facts;
    // The record belongs to the key: a mint that somebody sends without its record must not keep the true one out.
    let mut first_of: HashMap<(Digest, Option<Vec<u8>>), usize> = HashMap::new();
    let key =
        |entry: &LedgerEntry| (entry.bundle.digest(), entry.record.map(|record| record.canonical_bytes()));
    let firsts: Vec<usize> = entries
        .iter()
        .enumerate()
        .map(|(index, entry)| *first_of.entry(key(entry)).or_insert(index))
        .collect();
    let distinct = (0..entries.len()).filter(|index| firsts[*index] == *index);

    let mut verdicts: Vec<Result<(), BundleRefused>> = vec![Ok(()); entries.len()];
    let mut candidates = Vec::new();
    for index in distinct {
        match check_facts(&entries[index], pool, &facts) {
            Ok(_) => candidates.push(index),
            Err(refused) => verdicts[index] = Err(refused),
        }
    }
    let bundles: Vec<_> = candidates.iter().map(|index| &entries[*index].bundle).collect();
    let proven = proofs.check(&bundles);
    for (index, holds) in candidates.iter().zip(&proven) {
        if !holds {
            verdicts[*index] = Err(BundleRefused::BadProof);
        }
    }
    let mut order: Vec<usize> =
        candidates.into_iter().zip(proven).filter_map(|(index, holds)| holds.then_some(index)).collect();
    shuffle(&mut order, rng);
    let mut accepted = Vec::with_capacity(order.len());
    for index in order {
        match facts.admit(&entries[index], pool) {
            Ok(()) => accepted.push(index),
            Err(refused) => verdicts[index] = Err(refused),
        }
    }
    for index in 0..entries.len() {
        verdicts[index] = verdicts[firsts[index]];
    }
    SettledWindow { accepted, verdicts, turnstile: facts.turnstile }
}

/// Fisher-Yates; the modulo bias over 64 bits is far below what anybody could measure.
fn shuffle(order: &mut [usize], rng: &mut impl CryptoRng) {
    for last in (1..order.len()).rev() {
        let chosen = rng.next_u64() % (last as u64 + 1);
        order.swap(last, chosen as usize);
    }
}
