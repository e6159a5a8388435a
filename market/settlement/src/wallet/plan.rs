//! Which notes to spend, and the payments that spend them.
//!
//! A sale has two actions: up to two notes in, payee and change out. A wallet whose notes are too small for that merges first.

use super::keys::WalletKeys;
use super::note::{NoteState, WalletNote};
use super::pieces::PieceName;
use super::state::WalletState;
use crate::address::Address;
use crate::bundle::{MAX_ACTIONS, MIN_ACTIONS, VERSION};
use crate::bytes32::TermsTag;
use crate::payment::{NotBuilt, Output, Spend, Statement, UnprovenPayment};
use rand_core::CryptoRng;
use tacit_values::{Digest, Epoch, Money, MoneyRefused};

/// How to bring up an amount. Notes are named by their positions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Plan {
    /// These notes, at most two, cover it.
    Pay(Vec<u64>),
    /// No two notes cover it: merge these into one, wait for its epoch, and plan again.
    MergeFirst(Vec<u64>),
    /// The wallet does not hold enough.
    Insufficient {
        /// What is free.
        free: Money,
        /// What may come back when payments under way do not land.
        in_flight: Money,
    },
}

/// What a payment says: whom, how much, for what, until when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Payment {
    /// The payee's address, fresh for the order.
    pub to: Address,
    /// How much.
    pub amount: Money,
    /// What it pays for ([`TermsTag::binding`]), or a random tag for a plain transfer.
    pub terms_tag: TermsTag,
    /// The last epoch that takes it; for an order, the agreement's `pay_by`.
    pub valid_until: Epoch,
}

/// Why notes were not reserved.
#[derive(Debug, thiserror::Error, PartialEq, Eq, Clone, Copy)]
pub enum NotReserved {
    /// Another payment of this wallet was faster.
    #[error("a note was promised to another payment; plan the payment again")]
    NotFree,
    /// Unknown position.
    #[error("the wallet has no such note; plan the payment again")]
    Unknown,
}

impl WalletState {
    /// How to bring up `amount`. Prefers the smallest note that covers it, then the pair with the least change.
    pub fn plan(&self, amount: Money) -> Plan {
        let balance = self.balance();
        let insufficient = Plan::Insufficient { free: balance.free, in_flight: balance.in_flight };
        let wanted = amount.micros();
        if amount.currency() != self.currency || balance.free.micros() < wanted {
            return insufficient;
        }
        let mut free: Vec<&WalletNote> = self.notes.values().filter(|note| note.is_free()).collect();
        free.sort_by_key(|note| (note.amount.micros(), note.position));
        if let Some(one) = free.iter().find(|note| note.amount.micros() >= wanted) {
            return Plan::Pay(vec![one.position]);
        }
        if let Some((low, high)) = closest_pair(&free, wanted) {
            return Plan::Pay(vec![low.position, high.position]);
        }
        let mut merged = Vec::new();
        let mut sum = 0;
        for note in free.iter().rev().take(MAX_ACTIONS) {
            merged.push(note.position);
            sum += note.amount.micros();
            if sum >= wanted {
                break;
            }
        }
        Plan::MergeFirst(merged)
    }

    /// Promises notes to a bundle that is valid until `until`. Store this before proving.
    pub fn reserve(&mut self, positions: &[u64], until: Epoch) -> Result<(), NotReserved> {
        for position in positions {
            let note = self.notes.get(position).ok_or(NotReserved::Unknown)?;
            if !note.is_free() {
                return Err(NotReserved::NotFree);
            }
        }
        self.set_state(positions, NoteState::InFlight { until, bundle: None });
        Ok(())
    }

    /// Writes down which bundle the reserved notes went into. Store this before sending it.
    pub fn record_bundle(&mut self, positions: &[u64], until: Epoch, bundle: Digest) {
        let reserved = |position: &&u64| {
            matches!(self.notes.get(*position).map(|note| note.state), Some(NoteState::InFlight { .. }))
        };
        let positions: Vec<u64> = positions.iter().filter(reserved).copied().collect();
        self.set_state(&positions, NoteState::InFlight { until, bundle: Some(bundle) });
    }

    /// Frees reserved notes whose bundle never left this desk: it was not finished, so nobody can send it.
    pub fn release_unsent(&mut self, positions: &[u64]) {
        let unsent = |position: &&u64| {
            let state = self.notes.get(*position).map(|note| note.state);
            matches!(state, Some(NoteState::InFlight { bundle: None, .. }))
        };
        let positions: Vec<u64> = positions.iter().filter(unsent).copied().collect();
        self.set_state(&positions, NoteState::Unspent);
    }

    /// Frees the notes of payments that can no longer land: a later epoch than their last is under a signed checkpoint
    /// (`checkpointed` is the newest such epoch), and the wallet followed up to it without seeing their nullifiers.
    pub fn release_expired(&mut self, checkpointed: Epoch) -> Vec<u64> {
        let known = self.newest_epoch().map_or(Epoch(0), |newest| newest.min(checkpointed));
        let expired =
            |note: &&WalletNote| matches!(note.state, NoteState::InFlight { until, .. } if until < known);
        let positions: Vec<u64> = self.notes.values().filter(expired).map(|note| note.position).collect();
        self.set_state(&positions, NoteState::Unspent);
        positions
    }

    fn set_state(&mut self, positions: &[u64], state: NoteState) {
        for position in positions {
            if let Some(note) = self.notes.get_mut(position) {
                note.state = state;
                self.changed.insert(PieceName::Note(*position));
            }
        }
    }

    /// A payment from these notes, change to an internal address, proven against the newest root. Two actions.
    pub fn build_payment(
        &self,
        keys: &WalletKeys,
        notes: &[u64],
        payment: &Payment,
        rng: &mut impl CryptoRng,
    ) -> Result<UnprovenPayment, NotBuilt> {
        if payment.amount.is_zero() {
            return Err(NotBuilt::Amounts);
        }
        let Payment { to, amount, terms_tag, valid_until } = *payment;
        let payee = Output { address: to, amount, ovk: Some(keys.payment_key()) };
        self.build(keys, notes, Some(payee), Money::zero(self.currency), (terms_tag, valid_until), rng)
    }

    /// Merges notes into one. The number of actions is rounded up to 2, 4, 8 or 16, so that it tells little.
    pub fn build_merge(
        &self,
        keys: &WalletKeys,
        notes: &[u64],
        valid_until: Epoch,
        rng: &mut impl CryptoRng,
    ) -> Result<UnprovenPayment, NotBuilt> {
        let tag = TermsTag::random(rng);
        self.build(keys, notes, None, Money::zero(self.currency), (tag, valid_until), rng)
    }

    /// Takes `amount` out of the pool: for the treasury's burns, and for crossing into a successor pool.
    pub fn build_burn(
        &self,
        keys: &WalletKeys,
        notes: &[u64],
        amount: Money,
        valid_until: Epoch,
        rng: &mut impl CryptoRng,
    ) -> Result<UnprovenPayment, NotBuilt> {
        if amount.is_zero() {
            return Err(NotBuilt::Amounts);
        }
        let tag = TermsTag::random(rng);
        self.build(keys, notes, None, amount, (tag, valid_until), rng)
    }

    fn build(
        &self,
        keys: &WalletKeys,
        notes: &[u64],
        payee: Option<Output>,
        burned: Money,
        (terms_tag, valid_until): (TermsTag, Epoch),
        rng: &mut impl CryptoRng,
    ) -> Result<UnprovenPayment, NotBuilt> {
        let amounts = |_: MoneyRefused| NotBuilt::Amounts;
        let edges = self.paths.levels.edges();
        let mut change = Money::zero(self.currency);
        let mut spends = Vec::with_capacity(notes.len());
        for position in notes {
            let note = self.notes.get(position).ok_or(NotBuilt::Draft)?;
            if matches!(note.state, NoteState::Spent { .. }) {
                return Err(NotBuilt::Draft);
            }
            change = change.plus(note.amount).map_err(amounts)?;
            let path = self.paths.witness(*position, &note.path, &edges).ok_or(NotBuilt::Anchor)?;
            let fvk = keys.view(note.account).clone();
            spends.push(Spend { fvk, note: note.note().ok_or(NotBuilt::Draft)?, path });
        }
        let mut outputs = Vec::with_capacity(2);
        if let Some(payee) = payee {
            change = change.minus(payee.amount).map_err(amounts)?;
            outputs.push(payee);
        }
        change = change.minus(burned).map_err(amounts)?;
        if !change.is_zero() {
            let ovk = Some(keys.change_key());
            outputs.push(Output { address: keys.change_address(), amount: change, ovk });
        }
        let statement = Statement {
            pool: self.pool,
            anchor: self.root,
            flags: VERSION.default_flags(),
            valid_until,
            terms_tag,
            at_least: notes.len().next_power_of_two().max(MIN_ACTIONS),
        };
        UnprovenPayment::build(statement, spends, outputs, rng)
    }
}

/// The pair of notes that covers `wanted` with the least change; `free` is sorted by amount.
fn closest_pair<'a>(free: &[&'a WalletNote], wanted: u64) -> Option<(&'a WalletNote, &'a WalletNote)> {
    let mut best: Option<(usize, usize, u64)> = None;
    let (mut low, mut high) = (0, free.len().checked_sub(1)?);
    while low < high {
        let sum = free[low].amount.micros() + free[high].amount.micros();
        if sum < wanted {
            low += 1;
            continue;
        }
        if best.is_none_or(|(_, _, least)| sum < least) {
            best = Some((low, high, sum));
        }
        high -= 1;
    }
    best.map(|(low, high, _)| (free[low], free[high]))
}
