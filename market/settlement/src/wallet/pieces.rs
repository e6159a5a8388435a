//! The stored form of a wallet: one head, one piece per note, one per line of history, each small and written only when it
//! changed. The desk encrypts them at rest.
//!
//! Head: `0x01 || next epoch u64be || birthday u64be || root 32 || tree || days: n u16be x (day, bundles, notes: u64be each)`.
//! Note: `0x01 || epoch u64be || account u8 || change u8 || address 43 || amount u64be || nullifier, rho, rseed: 32 each ||
//! state || mask u32be || one hash of 32 bytes per set bit`; state: `0` | `1 || until u64be || bundle 32 (zero: none)` |
//! `2 || epoch u64be`. History: canonical JSON.

use super::history::HistoryEntry;
use super::keys::Account;
use super::note::{NoteState, WalletNote};
use super::paths::{Path, Paths};
use super::state::WalletState;
use crate::address::Address;
use crate::bytes32::{Anchor, Nullifier};
use crate::levels::{Levels, read_node};
use crate::pool::Pool;
use crate::reading::{Reader, Short};
use crate::replay::DayActivity;
use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use tacit_values::{Digest, Epoch, Money, canonical};

const FORM: u8 = 1;

/// The name of one stored piece: `head`, `note/<position>`, `history/<n>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PieceName {
    /// Where the wallet is in the ledger.
    Head,
    /// A note, by position.
    Note(u64),
    /// A line of history, by number.
    History(u64),
}

/// Why stored pieces are no wallet.
#[derive(Debug, thiserror::Error, PartialEq, Eq, Clone, Copy)]
pub enum PiecesRefused {
    /// No head.
    #[error("the stored wallet has no head; follow the ledger again from its beginning")]
    NoHead,
    /// A piece that cannot be read.
    #[error("the stored wallet is damaged at `{0}`; follow the ledger again from its beginning")]
    Damaged(PieceName),
}

impl fmt::Display for PieceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Head => f.write_str("head"),
            Self::Note(position) => write!(f, "note/{position}"),
            Self::History(number) => write!(f, "history/{number}"),
        }
    }
}

impl FromStr for PieceName {
    type Err = PiecesRefused;

    fn from_str(text: &str) -> Result<Self, PiecesRefused> {
        let number = |digits: &str| digits.parse().map_err(|_| PiecesRefused::NoHead);
        match text.split_once('/') {
            None if text == "head" => Ok(Self::Head),
            Some(("note", position)) => Ok(Self::Note(number(position)?)),
            Some(("history", line)) => Ok(Self::History(number(line)?)),
            _ => Err(PiecesRefused::NoHead),
        }
    }
}

impl WalletState {
    /// The pieces that changed since the last call: write them in one transaction.
    pub fn changed_pieces(&mut self) -> Vec<(PieceName, Vec<u8>)> {
        let changed = std::mem::take(&mut self.changed);
        changed.into_iter().filter_map(|name| Some((name, self.piece(name)?))).collect()
    }

    /// Every piece.
    pub fn all_pieces(&self) -> Vec<(PieceName, Vec<u8>)> {
        let notes = self.notes.keys().map(|position| PieceName::Note(*position));
        let history = (0..self.history.len() as u64).map(PieceName::History);
        let names = std::iter::once(PieceName::Head).chain(notes).chain(history);
        names.filter_map(|name| Some((name, self.piece(name)?))).collect()
    }

    fn piece(&self, name: PieceName) -> Option<Vec<u8>> {
        match name {
            PieceName::Head => Some(self.head()),
            PieceName::Note(position) => self.notes.get(&position).map(note_bytes),
            PieceName::History(number) => {
                let line = self.history.get(usize::try_from(number).ok()?)?;
                Some(canonical(line).expect("a line of history holds safe integers only"))
            }
        }
    }

    fn head(&self) -> Vec<u8> {
        let mut out = vec![FORM];
        out.extend_from_slice(&self.next.0.to_be_bytes());
        out.extend_from_slice(&self.birthday.0.to_be_bytes());
        out.extend_from_slice(self.root.bytes());
        out.extend_from_slice(&self.paths.levels.to_bytes());
        let days = u16::try_from(self.days.len()).expect("a month of days is kept");
        out.extend_from_slice(&days.to_be_bytes());
        for (day, activity) in &self.days {
            for number in [*day, activity.bundles, activity.notes] {
                out.extend_from_slice(&number.to_be_bytes());
            }
        }
        out
    }

    /// Puts a wallet together again from all its pieces, in any order.
    pub fn from_pieces(
        pool: &Pool,
        pieces: impl IntoIterator<Item = (PieceName, Vec<u8>)>,
    ) -> Result<Self, PiecesRefused> {
        let mut wallet = Self::new(pool, Epoch::GENESIS);
        let mut head = None;
        let mut history: BTreeMap<u64, HistoryEntry> = BTreeMap::new();
        for (name, bytes) in pieces {
            let damaged = PiecesRefused::Damaged(name);
            match name {
                PieceName::Head => head = Some(bytes),
                PieceName::Note(position) => {
                    let note = read_note(pool, position, &bytes).map_err(|_| damaged)?;
                    wallet.by_nullifier.insert(note.nullifier, position);
                    wallet.notes.insert(position, note);
                }
                PieceName::History(number) => {
                    history.insert(number, serde_json::from_slice(&bytes).map_err(|_| damaged)?);
                }
            }
        }
        let head = head.ok_or(PiecesRefused::NoHead)?;
        read_head(&mut wallet, &head).map_err(|_| PiecesRefused::Damaged(PieceName::Head))?;
        for (expected, (number, line)) in (0..).zip(history) {
            if number != expected {
                return Err(PiecesRefused::Damaged(PieceName::History(expected)));
            }
            wallet.history.push(line);
        }
        let Self { notes, paths, .. } = &mut wallet;
        for note in notes.values().filter(|note| !matches!(note.state, NoteState::Spent { .. })) {
            paths.resume(note.position, &note.path);
        }
        wallet.changed.clear();
        Ok(wallet)
    }
}

fn read_head(wallet: &mut WalletState, bytes: &[u8]) -> Result<(), Short> {
    let mut rest = Reader(bytes);
    if rest.u8()? != FORM {
        return Err(Short);
    }
    wallet.next = Epoch(rest.u64()?);
    wallet.birthday = Epoch(rest.u64()?);
    wallet.root = Anchor::from_bytes(rest.array()?);
    wallet.paths = Paths::new(Levels::read(&mut rest)?);
    for _ in 0..rest.u16()? {
        let day = rest.u64()?;
        wallet.days.insert(day, DayActivity { bundles: rest.u64()?, notes: rest.u64()? });
    }
    if rest.is_empty() { Ok(()) } else { Err(Short) }
}

fn note_bytes(note: &WalletNote) -> Vec<u8> {
    let mut out = vec![FORM];
    out.extend_from_slice(&note.epoch.0.to_be_bytes());
    out.push(u8::from(note.account == Account::Income));
    out.push(u8::from(note.change));
    out.extend_from_slice(&note.address.raw());
    out.extend_from_slice(&note.amount.micros().to_be_bytes());
    out.extend_from_slice(note.nullifier.bytes());
    out.extend_from_slice(&note.rho);
    out.extend_from_slice(&note.rseed);
    match note.state {
        NoteState::Unspent => out.push(0),
        NoteState::InFlight { until, bundle } => {
            out.push(1);
            out.extend_from_slice(&until.0.to_be_bytes());
            out.extend_from_slice(bundle.unwrap_or(Digest::from_bytes([0; 32])).bytes());
        }
        NoteState::Spent { epoch } => {
            out.push(2);
            out.extend_from_slice(&epoch.0.to_be_bytes());
        }
    }
    let siblings = note.path.siblings.iter().enumerate();
    let mask = siblings.filter(|(_, node)| node.is_some()).fold(0_u32, |mask, (level, _)| mask | 1 << level);
    out.extend_from_slice(&mask.to_be_bytes());
    note.path.siblings.iter().flatten().for_each(|node| out.extend_from_slice(&node.to_bytes()));
    out
}

fn read_note(pool: &Pool, position: u64, bytes: &[u8]) -> Result<WalletNote, Short> {
    let mut rest = Reader(bytes);
    if rest.u8()? != FORM {
        return Err(Short);
    }
    let epoch = Epoch(rest.u64()?);
    let account = match rest.u8()? {
        0 => Account::Spending,
        1 => Account::Income,
        _ => return Err(Short),
    };
    let change = rest.u8()? == 1;
    let address = Address::from_raw(&pool.pool, &rest.array()?).map_err(|_| Short)?;
    let amount = Money::from_micros(rest.u64()?, pool.currency).map_err(|_| Short)?;
    let nullifier = Nullifier::from_bytes(rest.array()?);
    let (rho, rseed) = (rest.array()?, rest.array()?);
    let state = match rest.u8()? {
        0 => NoteState::Unspent,
        1 => {
            let until = Epoch(rest.u64()?);
            let bundle = rest.array::<32>()?;
            NoteState::InFlight { until, bundle: (bundle != [0; 32]).then(|| Digest::from_bytes(bundle)) }
        }
        2 => NoteState::Spent { epoch: Epoch(rest.u64()?) },
        _ => return Err(Short),
    };
    let mask = rest.u32()?;
    let mut path = Path::EMPTY;
    for level in (0..path.siblings.len()).filter(|level| mask >> level & 1 == 1) {
        path.siblings[level] = Some(read_node(&mut rest)?);
    }
    if !rest.is_empty() {
        return Err(Short);
    }
    Ok(WalletNote { position, epoch, account, change, address, amount, nullifier, state, rho, rseed, path })
}
