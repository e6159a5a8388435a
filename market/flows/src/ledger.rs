//! The ledger as the market runs it: bundles come in, epochs close, everybody replays (settlement.md).
//!
//! The settlement room decides what is taken; this module keeps its decisions. There is one writer: whoever holds the lock
//! on [`Ledger`]. The market never learns who pays whom, or how much: it checks proofs.

mod closing;
mod desk;
mod founding;
mod reading;
mod sequencer;
mod treasury;

pub use closing::{EPOCHS_PER_STEP, NotClosed};
pub use founding::NotFounded;
pub use reading::{LedgerNotRead, SegmentBytes};
pub use treasury::{Minted, NotActed};

pub(crate) use desk::PoolDesk;
pub(crate) use founding::Founded;
pub(crate) use sequencer::{Submission, run as run_sequencer};

use crate::market::Market;
use crate::refusal::{Nature, Refusal, STORE_DOWN, Told};
use serde::{Deserialize, Serialize};
use std::time::Duration;
use tacit_ports::market::StoreFault;
use tacit_settlement::{BundleRefused, LedgerEntry, NotABundle, PoolId, SettlementBundle};
use tacit_values::{Digest, Epoch};

/// What the single writer holds.
#[derive(Default)]
pub(crate) struct Ledger {
    /// One desk per pool, oldest generation first. Empty after a fault: read again from the store before the next act.
    pub(crate) desks: Vec<PoolDesk>,
}

/// Where an accepted bundle stands. The same answer for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct BundleTaken {
    /// The pool.
    pub pool: PoolId,
    /// The epoch that holds it.
    pub epoch: Epoch,
    /// The position in the tree of its first commitment.
    pub position: u64,
    /// SHA-256 of its bytes.
    pub bundle: Digest,
}

/// Why a bundle was not taken. Nothing was changed and nothing is remembered.
#[derive(Debug, thiserror::Error)]
pub enum BundleNotTaken {
    /// The bytes are no bundle.
    #[error(transparent)]
    NotABundle(#[from] NotABundle),
    /// The ledger's rules refuse it.
    #[error(transparent)]
    Refused(#[from] BundleRefused),
    /// No pool of this market.
    #[error("the bundle belongs to no pool of this market")]
    UnknownPool,
    /// The open epoch is full.
    #[error("this epoch is full")]
    EpochFull {
        /// How long it still lasts, at most.
        retry_after: Duration,
    },
    /// Too many bundles wait.
    #[error("too many payments are waiting to be checked")]
    Busy,
    /// It is not known whether the bundle was taken; the same bytes will tell.
    #[error("the ledger could not answer; whether the payment was taken is known when it is sent again")]
    InDoubt,
    /// The store's fault.
    #[error(transparent)]
    Store(#[from] StoreFault),
}

impl Refusal for BundleNotTaken {
    fn told(&self) -> Told {
        match self {
            Self::NotABundle(_) => Told::with(Nature::Invalid, "bundle-refused", "build the payment again"),
            Self::Refused(BundleRefused::DoubleSpend) => Told::with(
                Nature::Conflict,
                "double-spend",
                "sync the wallet; if another payment of yours spent the note, pay anew",
            ),
            Self::Refused(BundleRefused::Expired { .. }) => Told::with(
                Nature::Conflict,
                "too-late",
                "the notes are free again; pay anew if the order still waits",
            ),
            Self::Refused(BundleRefused::UnknownAnchor) => {
                Told::with(Nature::Conflict, "bundle-refused", "sync the wallet and build the payment again")
            }
            Self::Refused(_) => Told::new(Nature::Invalid, "bundle-refused"),
            Self::UnknownPool => Told::with(
                Nature::Invalid,
                "bundle-refused",
                "read the market's pools and pay within one of them",
            ),
            Self::EpochFull { retry_after } => Told::with(
                Nature::TooMany { retry_after: *retry_after },
                "busy",
                "send the same payment again in the next epoch",
            ),
            Self::Busy => Told::with(
                Nature::TooMany { retry_after: Duration::from_secs(1) },
                "busy",
                "send the same payment again in a moment",
            ),
            Self::InDoubt => Told::with(
                Nature::Unavailable,
                "busy",
                "send the same bytes again: they are taken once and answered the same",
            ),
            Self::Store(_) => STORE_DOWN,
        }
    }
}

impl Market {
    /// Takes a bundle into the ledger, in company of the others of its window, and answers when it is durable. The same
    /// bytes again are answered as the first time. Anybody may send.
    pub async fn submit_bundle(&self, bytes: &[u8]) -> Result<BundleTaken, BundleNotTaken> {
        let bundle = SettlementBundle::decode(bytes)?;
        if let Some(before) = self.answered(bundle.digest()).await? {
            return Ok(before);
        }
        self.submit(LedgerEntry::transfer(bundle)).await
    }

    /// What the ledger answered for a bundle; `None` when it was not taken.
    pub async fn answered(&self, bundle: Digest) -> Result<Option<BundleTaken>, StoreFault> {
        let answer = self.store().read().await?.ledger().answer(bundle).await?;
        answer.map(|bytes| read_answer(&bytes)).transpose()
    }
}

pub(crate) fn read_answer(bytes: &[u8]) -> Result<BundleTaken, StoreFault> {
    serde_json::from_slice(bytes).map_err(|_| StoreFault::Damaged { table: "bundles" })
}

/// The store's name of a pool.
pub(crate) fn name_of(pool: &PoolId) -> Digest {
    Digest::from_bytes(*pool.bytes())
}
