//! What happened to a wallet's money, as the ledger alone tells it: it comes back with the words.

use super::keys::{Account, WalletKeys};
use super::note::WalletNote;
use super::scan::FoundOutput;
use crate::address::Address;
use crate::bundle::Movement;
use crate::bytes32::PoolId;
use crate::epoch::LedgerEntry;
use crate::record::ClearRecord;
use serde::{Deserialize, Serialize};
use tacit_values::{Currency, Digest, Epoch, Money};

/// One line of a wallet's history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HistoryEntry {
    /// When.
    pub epoch: Epoch,
    /// In which bundle.
    pub bundle: Digest,
    /// What.
    pub moved: Moved,
    /// How much.
    pub amount: Money,
}

/// How money moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Moved {
    /// The treasury minted it to this wallet.
    Minted {
        /// The address it was paid to.
        to: Address,
    },
    /// Somebody paid this wallet.
    Received {
        /// The address it was paid to.
        to: Address,
        /// Whose account that is.
        account: Account,
        /// Where the note stands.
        position: u64,
    },
    /// This wallet paid somebody.
    Sent {
        /// Whom, when it can still be opened.
        to: Option<Address>,
    },
    /// Notes became one.
    Merged,
    /// Value left the pool.
    Burned,
    /// This wallet's own money went from a rotated pool into its successor; the line stands in both.
    Crossed {
        /// The pool that was left.
        from: PoolId,
        /// The pool that was entered.
        to: PoolId,
    },
}

/// What one bundle did to the wallet: `spent` are its notes that went in, `found` the outputs that came to it.
pub(crate) fn entries_of(
    keys: &WalletKeys,
    entry: &LedgerEntry,
    epoch: Epoch,
    currency: Currency,
    spent: &[&WalletNote],
    found: &[(&FoundOutput, u64)],
) -> Vec<HistoryEntry> {
    let bundle = entry.bundle.digest();
    let money = |micros: u64| Money::from_micros(micros, currency).ok();
    let line = |moved, micros| Some(HistoryEntry { epoch, bundle, moved, amount: money(micros)? });
    let pool = entry.bundle.pool();
    let crossed = match &entry.record {
        Some(ClearRecord::Crossing(record)) => Some(Moved::Crossed { from: record.from, to: record.to }),
        _ => None,
    };
    let mut lines = Vec::new();
    let (mut change, mut to_self) = (0, 0);
    for (output, position) in found {
        let value = output.note.value().inner();
        if output.change {
            change += value;
            // Only this wallet lets value cross to its own inner address.
            if let (Some(crossed), Movement::Mint(_)) = (crossed, entry.bundle.movement()) {
                lines.extend(line(crossed, value));
            }
            continue;
        }
        to_self += value;
        let to = Address::new(&pool, output.note.recipient());
        let moved = match entry.bundle.movement() {
            Movement::Mint(_) if crossed.is_none() => Moved::Minted { to },
            _ => Moved::Received { to, account: output.account, position: *position },
        };
        lines.extend(line(moved, value));
    }
    if spent.is_empty() {
        return lines;
    }
    let went_in: u64 = spent.iter().map(|note| note.amount.micros()).sum();
    let burned = match entry.bundle.movement() {
        Movement::Burn(micros) => micros,
        _ => 0,
    };
    let mut unknown = went_in.saturating_sub(change + burned);
    let own: Vec<usize> =
        found.iter().filter(|(output, _)| output.change).map(|(output, _)| output.action).collect();
    for action in (0..entry.bundle.actions()).filter(|action| !own.contains(action)) {
        if let Some(opening) = keys.recover_output(&entry.bundle, action, currency) {
            unknown = unknown.saturating_sub(opening.value.micros());
            lines.extend(line(Moved::Sent { to: Some(opening.address) }, opening.value.micros()));
        }
    }
    if unknown > 0 {
        lines.extend(line(Moved::Sent { to: None }, unknown));
    }
    if burned > 0 {
        lines.extend(line(crossed.unwrap_or(Moved::Burned), burned));
    }
    if burned == 0 && to_self == 0 && went_in == change {
        lines.extend(line(Moved::Merged, change));
    }
    lines
}
