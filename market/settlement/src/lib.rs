//! How value moves: a ledger of shielded notes, run by the market as sequencer and verifiable by everybody.
//!
//! The room is pure and synchronous. It knows pools, notes, bundles, epochs and wallets; it does not know what a listing is,
//! has no socket, no clock and no randomness of its own, and writes no circuit: notes and proofs are the crate `orchard`'s,
//! in its Ironwood version and no older one. The contract is `docs/spec/settlement.md`.
//!
//! ```text
//! wallet: build_payment -> UnprovenPayment -> Proofs::prove -> sign -> finish -> SettlementBundle
//! market: decode -> check_facts -> Proofs::check -> settle_window -> EpochFile + EpochLeaf
//! anyone: Genesis + segments -> Replay -> Replayed
//! ```

mod address;
mod bundle;
mod bytes32;
mod epoch;
mod ledger;
mod levels;
mod opening;
mod payment;
mod pool;
mod proofs;
mod reading;
mod record;
mod replay;
mod segment;
mod tag;
mod tiers;
mod tree;
mod turnstile;
pub mod wallet;

pub use address::{Address, AddressRefused};
pub use bundle::{MAX_ACTIONS, MAX_BUNDLE_BYTES, MIN_ACTIONS, Movement, NotABundle, SettlementBundle};
pub use bytes32::{Anchor, Commitment, Nullifier, PoolId, TermsTag};
pub use epoch::{
    ClosedEpoch, EpochFile, EpochLeaf, LedgerEntry, MAX_EPOCH_BYTES, MAX_EPOCH_ENTRIES, MAX_LEAF_BYTES,
    NotALeaf, NotAnEpochFile,
};
pub use ledger::{
    BundleRefused, GatheredFacts, Ledger, LedgerFacts, NotClosed, SettledWindow, check_facts, settle_window,
};
pub use opening::{NoteOpening, OpeningRefused, OutputKey};
pub use payment::{NotBuilt, NotFinished, UnprovenPayment, build_mint};
pub use pool::{Genesis, GenesisRefused, MAX_POOLS, Pool, SignedGenesis, Successor};
pub use proofs::{NotProven, Proofs, bisect};
pub use record::{BurnRecord, ClearRecord, CrossingRecord, MAX_RECORD_BYTES, MintRecord, RecordRefused};
pub use replay::{DayActivity, LedgerBroken, Replay, Replayed, check_crossings, verify_ledger};
pub use segment::{SEGMENT_EPOCHS, SegmentReader, SegmentRefused, segment_of, write_segment};
pub use tag::TermsBlind;
pub use tiers::{in_tiers, largest_tier};
pub use tree::{CommitmentTree, TreeRefused};
pub use turnstile::{Turnstile, TurnstileRefused};
pub use wallet::{
    Account, AnonymitySet, Balance, HistoryEntry, Moved, NotFollowed, NotReserved, NoteState, Payment,
    PieceName, PiecesRefused, Plan, Received, ScannedEpoch, WalletKeys, WalletNote, WalletState,
};

pub use orchard;
