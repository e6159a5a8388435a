//! What a payment is to the rest of the desk: an intent with a name, and an outcome that is asked for until it is final.
//!
//! ```text
//! (nothing) -> Reserved -> Proven -> Landed
//!                 |           \----> Ended   (its expiry passed without it, or its note was spent elsewhere)
//!                 \-> (nothing)              (died while proving: the bundle never left this desk)
//! ```
//! [`Wallet::pay`](super::Wallet::pay) may be called again with the same intent at any time, after any crash: it goes on
//! where the stored record stands, sends the same bytes again, and never pays twice.

use serde::{Deserialize, Serialize};
use std::time::Duration;
use tacit_settlement::{Address, NoteOpening, OutputKey, PoolId, TermsBlind, TermsTag};
use tacit_values::{Digest, Epoch, Money};

/// What somebody wants to be paid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentIntent {
    /// Its name: the same name is the same payment, for ever. An order's id, or a random one.
    pub id: String,
    /// In which pool.
    pub pool: PoolId,
    /// Whom.
    pub to: Address,
    /// How much.
    pub amount: Money,
    /// What for.
    pub terms: Terms,
    /// The last epoch that may take it: an order's `pay_by`. `None` for the usual one.
    pub valid_until: Option<Epoch>,
    /// How long to wait for the outcome before saying that it is still open.
    pub patience: Duration,
}

/// What a payment is for, as far as its public tag says: nothing that anybody but the parties can read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Terms {
    /// Nothing: the tag is random.
    Plain,
    /// An agreement: the tag binds its terms hash under randomness that the order's record holds already.
    Agreement(Digest, TermsBlind),
}

/// What came of a payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PaymentOutcome {
    /// It stands in the ledger, under a signed checkpoint.
    Landed(Box<Landed>),
    /// It was sent and stands nowhere yet. Ask again; it lands or ends by this epoch.
    Open {
        /// The last epoch that may take it.
        until: Epoch,
        /// The bundle, once there is one.
        bundle: Option<Digest>,
        /// What the market said when it was sent last, if it said no.
        said: Option<String>,
    },
    /// It did not happen and cannot happen any more.
    Ended(Ended),
}

/// What a payment is busy with, for progress on a terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PaymentStep {
    /// Notes are merged first: another payment to ourselves, with its own proof and epoch.
    Merging,
    /// The proof is computed; some seconds.
    Proving,
    /// It was sent; the epoch has to close.
    Waiting,
}

/// Where a payment stands, and what shows it to others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Landed {
    /// The pool.
    pub pool: PoolId,
    /// The epoch that holds it.
    pub epoch: Epoch,
    /// The position in the tree of the payee's note: what the letter `paid` names.
    pub position: u64,
    /// The bundle's digest.
    pub bundle: Digest,
    /// Its public tag.
    pub terms_tag: TermsTag,
    /// The randomness that binds the tag to the agreement (`r` of receipts and letters); `None` for plain transfers.
    pub blind: Option<TermsBlind>,
    /// What the payee's note holds, for the buyer's receipt.
    pub opening: NoteOpening,
    /// The key that opens this one output, for disclosure.
    pub output_key: OutputKey,
}

/// Why a payment ended without happening.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Ended {
    /// Its last epoch passed and the ledger does not hold it: the money is free again.
    Expired {
        /// Its last epoch.
        until: Epoch,
    },
    /// A note it wanted to spend was spent by another wallet with the same words.
    SpentElsewhere {
        /// In which epoch.
        epoch: Epoch,
    },
}

impl Ended {
    /// One sentence for people.
    pub fn sentence(self) -> String {
        match self {
            Self::Expired { until } => {
                format!("the payment ended with epoch {until} without being taken; the money is free again")
            }
            Self::SpentElsewhere { epoch } => format!(
                "the same note was spent in epoch {epoch} by another wallet with these words; this payment did not happen"
            ),
        }
    }
}
