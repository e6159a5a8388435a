//! One person's money: keys, notes, paths, payments. Pure; the desk stores it and syncs (settlement.md, Wallet).
//!
//! The wallet reads whole epochs and decrypts by trial, so the market never learns which notes are whose. Its own notes' paths
//! are kept in a compact form: 32 hashes per unspent note, filled in as the tree grows.

mod crossing;
mod history;
mod keys;
mod note;
mod paths;
mod pieces;
mod plan;
mod scan;
mod state;

pub use history::{HistoryEntry, Moved};
pub use keys::{Account, Received, WalletKeys};
pub use note::{NoteState, WalletNote};
pub use pieces::{PieceName, PiecesRefused};
pub use plan::{NotReserved, Payment, Plan};
pub use scan::{FoundOutput, ScannedEpoch};
pub use state::{AnonymitySet, Balance, NotFollowed, WalletState};
