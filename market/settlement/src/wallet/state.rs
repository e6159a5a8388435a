//! What a wallet knows after the epochs it has followed.

use super::history::{HistoryEntry, entries_of};
use super::keys::WalletKeys;
use super::note::{NoteState, WalletNote};
use super::paths::Paths;
use super::pieces::PieceName;
use super::scan::{FoundOutput, ScannedEpoch};
use crate::address::Address;
use crate::bytes32::{Anchor, Nullifier, PoolId};
use crate::epoch::{EpochFile, EpochLeaf};
use crate::levels::Levels;
use crate::pool::Pool;
use crate::replay::DayActivity;
use crate::tree::node;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use tacit_values::{Currency, Epoch, Money, Timestamp};

/// For how many days the activity of the pool is remembered.
const DAYS_KEPT: u64 = 31;

/// A wallet's view of one pool. Stored in pieces ([`WalletState::changed_pieces`]).
#[derive(Debug, Clone)]
pub struct WalletState {
    pub(crate) pool: PoolId,
    pub(crate) currency: Currency,
    pub(crate) next: Epoch,
    pub(crate) birthday: Epoch,
    pub(crate) root: Anchor,
    pub(crate) paths: Paths,
    pub(crate) notes: BTreeMap<u64, WalletNote>,
    pub(crate) by_nullifier: HashMap<Nullifier, u64>,
    pub(crate) history: Vec<HistoryEntry>,
    pub(crate) days: BTreeMap<u64, DayActivity>,
    pub(crate) changed: BTreeSet<PieceName>,
}

/// Why an epoch could not be followed.
#[derive(Debug, thiserror::Error, PartialEq, Eq, Clone, Copy)]
pub enum NotFollowed {
    /// Epochs come in order.
    #[error("epoch {expected} comes next for this wallet, not epoch {found}")]
    OutOfOrder {
        /// The next in order.
        expected: Epoch,
        /// What came.
        found: Epoch,
    },
    /// Leaf and file are of another pool or do not fit.
    #[error("epoch {0}: the file does not belong to its leaf; download it again")]
    Mismatch(Epoch),
    /// The tree has no room.
    #[error("the pool's tree is full; the pool must be rotated")]
    Full,
}

/// What a wallet holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Balance {
    /// What can be spent now.
    pub free: Money,
    /// What is promised to bundles under way: it comes back when they do not land.
    pub in_flight: Money,
}

/// Among how many a payment hides, as far as the public ledger can tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AnonymitySet {
    /// Notes in the tree: a spend could be of any of them.
    pub notes: u64,
    /// Bundles on that day.
    pub bundles_today: u64,
}

impl WalletState {
    /// A wallet that has followed nothing. It has no notes before `birthday`, so earlier epochs are not decrypted; use
    /// [`Epoch::GENESIS`] for one that is restored from words.
    pub fn new(pool: &Pool, birthday: Epoch) -> Self {
        let (notes, by_nullifier, history, days) = Default::default();
        Self {
            pool: pool.pool,
            currency: pool.currency,
            next: Epoch::GENESIS,
            birthday,
            root: Anchor::empty_tree(),
            paths: Paths::new(Levels::empty()),
            notes,
            by_nullifier,
            history,
            days,
            changed: BTreeSet::from([PieceName::Head]),
        }
    }

    /// The epoch to follow next.
    pub const fn next_epoch(&self) -> Epoch {
        self.next
    }

    /// The newest epoch that was followed.
    pub const fn newest_epoch(&self) -> Option<Epoch> {
        match self.next.0 {
            0 => None,
            next => Some(Epoch(next - 1)),
        }
    }

    /// The root that payments are proven against.
    pub const fn anchor(&self) -> Anchor {
        self.root
    }

    /// Follows one epoch. The caller has checked that the file is the leaf's and the leaf the log's.
    pub fn follow(
        &mut self,
        keys: &WalletKeys,
        leaf: &EpochLeaf,
        file: Option<&EpochFile>,
    ) -> Result<(), NotFollowed> {
        let scanned = match file {
            Some(file) if leaf.epoch >= self.birthday => keys.scan_epoch(file),
            _ => ScannedEpoch::default(),
        };
        self.follow_scanned(keys, leaf, file, &scanned)
    }

    /// Follows one epoch that [`WalletKeys::scan_epoch`] was run on before.
    pub fn follow_scanned(
        &mut self,
        keys: &WalletKeys,
        leaf: &EpochLeaf,
        file: Option<&EpochFile>,
        scanned: &ScannedEpoch,
    ) -> Result<(), NotFollowed> {
        let epoch = self.next;
        if leaf.epoch != epoch {
            return Err(NotFollowed::OutOfOrder { expected: epoch, found: leaf.epoch });
        }
        let start = self.paths.levels.size();
        let grown = file.map_or(0, EpochFile::outputs);
        let fits = file.is_none_or(|file| file.pool == self.pool && file.epoch == epoch);
        let counted = leaf.tree_size == start + grown && leaf.pool == self.pool;
        if !fits || !counted || leaf.file.is_some() != file.is_some() {
            return Err(NotFollowed::Mismatch(epoch));
        }
        if let Some(file) = file {
            self.take_file(keys, leaf, file, scanned)?;
        }
        self.root = leaf.root;
        self.next = epoch.next();
        self.changed.insert(PieceName::Head);
        Ok(())
    }

    fn take_file(
        &mut self,
        keys: &WalletKeys,
        leaf: &EpochLeaf,
        file: &EpochFile,
        scanned: &ScannedEpoch,
    ) -> Result<(), NotFollowed> {
        let mut first = self.paths.levels.size();
        let mut leaves = Vec::new();
        for entry in &file.entries {
            for commitment in entry.bundle.commitments() {
                leaves.push(node(&commitment).map_err(|_| NotFollowed::Mismatch(leaf.epoch))?);
            }
        }
        if self.paths.levels.is_full_after(leaves.len()) {
            return Err(NotFollowed::Full);
        }
        // From here on nothing can fail, so the paths may change.
        let mut paths = std::mem::replace(&mut self.paths, Paths::new(Levels::empty()));
        let mut arrived = Vec::new();
        for (index, entry) in file.entries.iter().enumerate() {
            let of_entry = scanned.found.iter().filter(|output| output.entry == index);
            let found: Vec<_> = of_entry.map(|output| (output, first + output.action as u64)).collect();
            for (output, position) in &found {
                arrived.extend(self.note_of(keys, leaf.epoch, output, *position, &mut paths));
            }
            first += entry.bundle.actions() as u64;
        }
        let completed = paths.append(leaves).expect("there was room for these leaves");
        self.paths = paths;
        for note in arrived {
            self.changed.insert(PieceName::Note(note.position));
            self.by_nullifier.insert(note.nullifier, note.position);
            self.notes.insert(note.position, note);
        }
        for (position, level, node) in completed {
            if let Some(note) = self.notes.get_mut(&position) {
                note.path.siblings[level] = Some(node);
                self.changed.insert(PieceName::Note(position));
            }
        }
        self.take_spends(keys, leaf, file, scanned);
        self.count_day(leaf.time, file);
        Ok(())
    }

    fn note_of(
        &self,
        keys: &WalletKeys,
        epoch: Epoch,
        output: &FoundOutput,
        position: u64,
        paths: &mut Paths,
    ) -> Option<WalletNote> {
        let note = &output.note;
        // A note of nothing, or of more than a pool can hold, is no money.
        let amount = Money::from_micros(note.value().inner(), self.currency).ok()?;
        if amount.is_zero() {
            return None;
        }
        Some(WalletNote {
            position,
            epoch,
            account: output.account,
            change: output.change,
            address: Address::new(&self.pool, note.recipient()),
            amount,
            nullifier: Nullifier::from_bytes(note.nullifier(keys.view(output.account)).to_bytes()),
            state: NoteState::Unspent,
            rho: note.rho().to_bytes(),
            rseed: *note.rseed().as_bytes(),
            path: paths.expect(position),
        })
    }

    /// Recognises own spends by their nullifiers and writes the history.
    fn take_spends(&mut self, keys: &WalletKeys, leaf: &EpochLeaf, file: &EpochFile, scanned: &ScannedEpoch) {
        let mut first = leaf.tree_size - file.outputs();
        for (index, entry) in file.entries.iter().enumerate() {
            let spent: Vec<u64> =
                entry.bundle.nullifiers().filter_map(|seen| self.by_nullifier.get(&seen).copied()).collect();
            let of_entry = scanned.found.iter().filter(|output| output.entry == index);
            let found: Vec<_> = of_entry.map(|output| (output, first + output.action as u64)).collect();
            first += entry.bundle.actions() as u64;
            if spent.is_empty() && found.is_empty() {
                continue;
            }
            let notes: Vec<&WalletNote> =
                spent.iter().filter_map(|position| self.notes.get(position)).collect();
            let lines = entries_of(keys, entry, leaf.epoch, self.currency, &notes, &found);
            for line in lines {
                self.changed.insert(PieceName::History(self.history.len() as u64));
                self.history.push(line);
            }
            for position in spent {
                self.paths.forget(position);
                if let Some(note) = self.notes.get_mut(&position) {
                    note.state = NoteState::Spent { epoch: leaf.epoch };
                    note.path = super::paths::Path::EMPTY;
                    self.changed.insert(PieceName::Note(position));
                }
            }
        }
    }

    fn count_day(&mut self, time: Timestamp, file: &EpochFile) {
        let today = self.days.entry(time.day()).or_default();
        today.bundles += file.entries.len() as u64;
        today.notes += file.outputs();
        self.days.retain(|day, _| *day + DAYS_KEPT > time.day());
    }

    /// What the wallet holds.
    pub fn balance(&self) -> Balance {
        let sum = |wanted: fn(&NoteState) -> bool| {
            let micros =
                self.notes.values().filter(|note| wanted(&note.state)).map(|note| note.amount.micros());
            // The turnstile keeps the sum of all notes of a pool below the largest amount.
            Money::from_micros(micros.sum(), self.currency).unwrap_or(Money::zero(self.currency))
        };
        Balance {
            free: sum(|state| matches!(state, NoteState::Unspent)),
            in_flight: sum(|state| matches!(state, NoteState::InFlight { .. })),
        }
    }

    /// Every note the wallet ever had, by position.
    pub fn notes(&self) -> impl Iterator<Item = &WalletNote> {
        self.notes.values()
    }

    /// The note at a position.
    pub fn note(&self, position: u64) -> Option<&WalletNote> {
        self.notes.get(&position)
    }

    /// Notes that were paid to one address: how the payee of an order recognises its payment.
    pub fn received_at<'a>(&'a self, address: &'a Address) -> impl Iterator<Item = &'a WalletNote> {
        self.notes.values().filter(move |note| note.address == *address)
    }

    /// What happened, oldest first.
    pub fn history(&self) -> &[HistoryEntry] {
        &self.history
    }

    /// Among how many a payment hides now.
    pub fn anonymity_set(&self, now: Timestamp) -> AnonymitySet {
        let bundles_today = self.days.get(&now.day()).map_or(0, |day| day.bundles);
        AnonymitySet { notes: self.paths.levels.size(), bundles_today }
    }
}
