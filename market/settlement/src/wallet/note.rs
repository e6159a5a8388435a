//! One note of a wallet: what it holds, where it stands, whether it can be spent.

use super::keys::Account;
use super::paths::Path;
use crate::address::Address;
use crate::bytes32::Nullifier;
use orchard::note::{RandomSeed, Rho};
use orchard::value::NoteValue;
use orchard::{Note, NoteVersion};
use std::fmt;
use tacit_values::{Digest, Epoch, Money};

/// Whether a note can be spent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoteState {
    /// Free.
    Unspent,
    /// Promised to a bundle that may still land until `until`.
    InFlight {
        /// The last epoch that takes the bundle.
        until: Epoch,
        /// The bundle, once it is finished.
        bundle: Option<Digest>,
    },
    /// Its nullifier stands in the ledger.
    Spent {
        /// In which epoch.
        epoch: Epoch,
    },
}

/// One note of a wallet. Prints its position only.
#[derive(Clone, PartialEq, Eq)]
pub struct WalletNote {
    /// Where its commitment stands in the tree: its name.
    pub position: u64,
    /// The epoch it arrived in.
    pub epoch: Epoch,
    /// The account it belongs to.
    pub account: Account,
    /// Whether it is change or a merged note.
    pub change: bool,
    /// The address it was paid to.
    pub address: Address,
    /// What it is worth.
    pub amount: Money,
    /// What it will leave when it is spent.
    pub nullifier: Nullifier,
    /// Whether it can be spent.
    pub state: NoteState,
    pub(crate) rho: [u8; 32],
    pub(crate) rseed: [u8; 32],
    pub(crate) path: Path,
}

impl WalletNote {
    /// Whether it can be promised to a payment.
    pub const fn is_free(&self) -> bool {
        matches!(self.state, NoteState::Unspent)
    }

    /// The note as the proof system knows it; `None` when the stored parts are damaged.
    pub(crate) fn note(&self) -> Option<Note> {
        let rho = Option::<Rho>::from(Rho::from_bytes(&self.rho))?;
        let rseed = Option::<RandomSeed>::from(RandomSeed::from_bytes(self.rseed, &rho))?;
        let value = NoteValue::from_raw(self.amount.micros());
        Note::from_parts(self.address.inner(), value, rho, rseed, NoteVersion::V3).into()
    }
}

impl fmt::Debug for WalletNote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "WalletNote(position {}, {:?})", self.position, self.state)
    }
}
