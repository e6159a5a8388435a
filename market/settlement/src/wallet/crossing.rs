//! Leaving a rotated pool: which amounts cross next, and from which notes (settlement.md, What it is).
//!
//! A rotated pool takes no merges any more, so a crossing spends up to sixteen notes at once and leaves its change behind,
//! for the next crossing.

use super::keys::WalletKeys;
use super::note::WalletNote;
use super::plan::Plan;
use super::state::WalletState;
use crate::bundle::MAX_ACTIONS;
use crate::payment::{NotBuilt, UnprovenPayment, build_mint};
use crate::pool::Pool;
use crate::tiers::in_tiers;
use rand_core::CryptoRng;
use tacit_values::{Epoch, Money};

impl WalletKeys {
    /// The half of a crossing that enters the new pool, to this wallet's inner address there: what
    /// [`WalletState::build_burn`] took out of the old pool. These are the wallet's keys in the new pool.
    pub fn build_entering(
        &self,
        pool: &Pool,
        amount: Money,
        valid_until: Epoch,
        rng: &mut impl CryptoRng,
    ) -> Result<UnprovenPayment, NotBuilt> {
        build_mint(pool, &[(self.change_address(), amount)], valid_until, rng)
    }
}

impl WalletState {
    /// The amounts that one crossing could move next, the largest first; together they are all that is free, unless more
    /// notes than one bundle can spend lie behind them. Empty when nothing is free.
    pub fn crossing_amounts(&self) -> Vec<Money> {
        let free = self.balance().free;
        let mut notes: Vec<&WalletNote> = self.notes.values().filter(|note| note.is_free()).collect();
        notes.sort_by_key(|note| std::cmp::Reverse(note.amount.micros()));
        let within_reach: u64 = notes.iter().take(MAX_ACTIONS).map(|note| note.amount.micros()).sum();
        let mut amounts = in_tiers(free);
        amounts.retain(|amount| amount.micros() <= within_reach);
        if amounts.is_empty() {
            let within_reach = Money::from_micros(within_reach, self.currency);
            return within_reach.map(in_tiers).unwrap_or_default();
        }
        amounts
    }

    /// The notes that such an amount is taken from; `None` when it is not within reach.
    pub fn notes_to_cross(&self, amount: Money) -> Option<Vec<u64>> {
        let notes = match self.plan(amount) {
            Plan::Pay(notes) | Plan::MergeFirst(notes) => notes,
            Plan::Insufficient { .. } => return None,
        };
        let held = notes.iter().filter_map(|position| self.note(*position));
        (held.map(|note| note.amount.micros()).sum::<u64>() >= amount.micros()).then_some(notes)
    }
}
