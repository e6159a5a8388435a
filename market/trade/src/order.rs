//! An order as the market keeps it: one state, each with its own facts (wire.md, orders).
//!
//! ```text
//! Placed -> Accepted -> Stated -> Closed -> Forgotten
//!    |          |-------------------^  (buyer of a direct payment; arbiter of an escrow)
//!    |-> Refused -> Forgotten
//!    |-> Expired -> Forgotten   (also from Accepted)
//! ```
//!
//! Buyer: places, closes. Seller: accepts or refuses, states, closes. The market's jobs: expire, close 7 days after the
//! statement, forget 30 days after the end. The arbiter closes an escrow. Doing the same thing again gives the same
//! state again ([`Moved::first`] is false), because requests and jobs come at least once.

mod moves;
mod refused;

use crate::{AcceptedAgreement, Agreement, OrderRequest, Refusal, StatedDelivery};
use serde::{Deserialize, Serialize};
use std::time::Duration;
use tacit_values::{Digest, OrderId, Persona, Timestamp};

pub use refused::{NotAccepted, NotClosed, NotExpired, NotForgotten, NotPlaced, NotRefused, NotStated};

/// How long the seller's desk has to accept.
pub const ACCEPT_WITHIN: Duration = Duration::from_secs(7 * 86_400);
/// How far ahead the end of `pay_by` may lie when the seller accepts.
pub const PAY_WITHIN_MOST: Duration = Duration::from_secs(30 * 86_400);
/// The market closes a direct order this long after the delivery was stated.
pub const CLOSE_AFTER: Duration = Duration::from_secs(7 * 86_400);
/// An ended order shrinks to id and outcome after this long (evidence.md, retention).
pub const FORGET_AFTER: Duration = Duration::from_secs(30 * 86_400);

/// How a closed order ended, as the countersignature of the receipt says it (evidence.md).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The arbiter saw the seller paid out.
    Settled,
    /// The arbiter saw the buyer paid back.
    Refunded,
    /// The arbiter saw the money divided.
    Split,
    /// A direct payment ended, which the market does not see.
    Closed,
}

/// Who closed an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClosedBy {
    /// The buyer.
    Buyer,
    /// The seller, who decrypted the note.
    Seller,
    /// The market's job, 7 days after the statement.
    Market,
    /// The arbiter of the escrow.
    Arbiter,
}

/// Who wants to close an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Closing {
    /// A persona that signed the request.
    Party(Persona),
    /// The market's job.
    Job,
    /// The arbiter whose decision was executed, with what it decided.
    Arbiter(Persona, Outcome),
}

/// Why an order expired.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Expiry {
    /// The seller's desk did not answer in time.
    NotAccepted,
    /// No delivery was stated in time; whether anything was paid the market does not see.
    NotStated,
}

/// How an order ended: all that is left of it after 30 days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ended {
    /// Closed with [`Outcome::Settled`].
    Settled,
    /// Closed with [`Outcome::Refunded`].
    Refunded,
    /// Closed with [`Outcome::Split`].
    Split,
    /// Closed with [`Outcome::Closed`].
    Closed,
    /// Refused by the seller.
    Refused,
    /// Expired.
    Expired,
}

impl From<Outcome> for Ended {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Settled => Self::Settled,
            Outcome::Refunded => Self::Refunded,
            Outcome::Split => Self::Split,
            Outcome::Closed => Self::Closed,
        }
    }
}

/// One order at the market.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case", deny_unknown_fields)]
pub enum Order {
    /// The buyer asked; the seller's desk has not answered. Start-up: the expiry job stands.
    Placed {
        /// What the buyer asks for.
        request: Box<OrderRequest>,
        /// When it was placed.
        placed_at: Timestamp,
        /// Until when the seller may accept.
        accept_until: Timestamp,
    },
    /// The seller signed the agreement. Start-up: the expiry job stands.
    Accepted {
        /// The terms with the seller's signature.
        accepted: Box<AcceptedAgreement>,
        /// SHA-256 of the issuer-signed JWT of the receipt that the seller gave the buyer.
        receipt: Digest,
        /// When it was accepted.
        accepted_at: Timestamp,
        /// When the epoch `pay_by` is over.
        pays_until: Timestamp,
        /// Until when a delivery may be stated.
        deliver_until: Timestamp,
    },
    /// The seller declined.
    Refused {
        /// What was asked for.
        request: Box<OrderRequest>,
        /// Why not.
        refusal: Refusal,
        /// When.
        refused_at: Timestamp,
    },
    /// The seller stated a delivery that the market checked. Start-up: the closing job stands.
    Stated {
        /// The terms with the seller's signature.
        accepted: Box<AcceptedAgreement>,
        /// SHA-256 of the issuer-signed JWT of the receipt.
        receipt: Digest,
        /// Statement and header, for the buyer.
        delivery: Box<StatedDelivery>,
        /// When it was stated.
        stated_at: Timestamp,
        /// When the market closes a direct order by itself.
        closes_at: Timestamp,
    },
    /// It is over; the receipt's commitment goes to the log once.
    Closed {
        /// The terms with the seller's signature.
        accepted: Box<AcceptedAgreement>,
        /// SHA-256 of the issuer-signed JWT of the receipt.
        receipt: Digest,
        /// Statement and header, for a buyer who comes late; none when the buyer closed without a delivery.
        delivery: Option<Box<StatedDelivery>>,
        /// How it ended.
        outcome: Outcome,
        /// Who closed it.
        by: ClosedBy,
        /// When.
        closed_at: Timestamp,
    },
    /// A time limit passed.
    Expired {
        /// What was asked for.
        request: Box<OrderRequest>,
        /// SHA-256 of the issuer-signed JWT of the receipt, when there was an agreement.
        receipt: Option<Digest>,
        /// Which limit.
        why: Expiry,
        /// When it was noticed.
        expired_at: Timestamp,
    },
    /// Only id and outcome are left.
    Forgotten {
        /// Which order it was.
        order: OrderId,
        /// How it ended.
        ended: Ended,
    },
}

/// A state after a request or a job, and whether that was the first time.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub struct Moved {
    /// The state now.
    pub order: Order,
    /// False when the order already stood there: record nothing, answer as the first time.
    pub first: bool,
}

/// What the market's job does next with an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Due {
    /// [`Order::expire`].
    Expire,
    /// [`Order::close`] with [`Closing::Job`].
    Close,
    /// [`Order::forget`].
    Forget,
}

/// The next job of an order and when it is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deadline {
    /// What to do.
    pub due: Due,
    /// From when on.
    pub at: Timestamp,
}

impl Order {
    /// Which order it is.
    pub fn id(&self) -> OrderId {
        match self {
            Self::Placed { request, .. } | Self::Refused { request, .. } | Self::Expired { request, .. } => {
                request.order
            }
            Self::Accepted { accepted, .. }
            | Self::Stated { accepted, .. }
            | Self::Closed { accepted, .. } => accepted.agreement.order,
            Self::Forgotten { order, .. } => *order,
        }
    }

    /// Buyer and seller; none once the order is forgotten.
    pub fn parties(&self) -> Option<(Persona, Persona)> {
        match self {
            Self::Placed { request, .. } | Self::Refused { request, .. } | Self::Expired { request, .. } => {
                Some((request.buyer, request.seller))
            }
            Self::Accepted { accepted, .. }
            | Self::Stated { accepted, .. }
            | Self::Closed { accepted, .. } => Some((accepted.agreement.buyer, accepted.agreement.seller)),
            Self::Forgotten { .. } => None,
        }
    }

    /// Whether a persona may read this order: buyer, seller, and the arbiter of an escrow.
    pub fn is_shown_to(&self, who: &Persona) -> bool {
        let arbiter = match self {
            Self::Placed { request, .. } | Self::Refused { request, .. } | Self::Expired { request, .. } => {
                request.arbiter
            }
            Self::Accepted { accepted, .. }
            | Self::Stated { accepted, .. }
            | Self::Closed { accepted, .. } => accepted.agreement.arbiter,
            Self::Forgotten { .. } => None,
        };
        self.parties().is_some_and(|(buyer, seller)| *who == buyer || *who == seller) || arbiter == Some(*who)
    }

    /// The agreement, from acceptance until the order is forgotten.
    pub fn agreement(&self) -> Option<&Agreement> {
        match self {
            Self::Accepted { accepted, .. }
            | Self::Stated { accepted, .. }
            | Self::Closed { accepted, .. } => Some(&accepted.agreement),
            Self::Placed { .. } | Self::Refused { .. } | Self::Expired { .. } | Self::Forgotten { .. } => {
                None
            }
        }
    }

    /// Statement and header, from the moment at which they were checked.
    pub fn delivery(&self) -> Option<&StatedDelivery> {
        match self {
            Self::Stated { delivery, .. } => Some(delivery),
            Self::Closed { delivery, .. } => delivery.as_deref(),
            Self::Placed { .. }
            | Self::Accepted { .. }
            | Self::Refused { .. }
            | Self::Expired { .. }
            | Self::Forgotten { .. } => None,
        }
    }

    /// How it ended; `None` while it goes on.
    pub fn ended(&self) -> Option<Ended> {
        match self {
            Self::Placed { .. } | Self::Accepted { .. } | Self::Stated { .. } => None,
            Self::Closed { outcome, .. } => Some((*outcome).into()),
            Self::Refused { .. } => Some(Ended::Refused),
            Self::Expired { .. } => Some(Ended::Expired),
            Self::Forgotten { ended, .. } => Some(*ended),
        }
    }

    /// The name of the state on the wire.
    pub const fn state(&self) -> &'static str {
        match self {
            Self::Placed { .. } => "placed",
            Self::Accepted { .. } => "accepted",
            Self::Refused { .. } => "refused",
            Self::Stated { .. } => "stated",
            Self::Closed { .. } => "closed",
            Self::Expired { .. } => "expired",
            Self::Forgotten { .. } => "forgotten",
        }
    }

    /// The next job of this order; `None` when nothing is left to do, or when the arbiter's own jobs do it.
    pub fn deadline(&self) -> Option<Deadline> {
        use crate::Mode::Direct;
        let job = |due, at| Some(Deadline { due, at });
        match self {
            Self::Placed { accept_until, .. } => job(Due::Expire, *accept_until),
            Self::Accepted { accepted, deliver_until, .. } if accepted.agreement.mode == Direct => {
                job(Due::Expire, *deliver_until)
            }
            Self::Stated { accepted, closes_at, .. } if accepted.agreement.mode == Direct => {
                job(Due::Close, *closes_at)
            }
            Self::Accepted { .. } | Self::Stated { .. } => None,
            Self::Refused { refused_at: end, .. }
            | Self::Closed { closed_at: end, .. }
            | Self::Expired { expired_at: end, .. } => job(Due::Forget, end.plus(FORGET_AFTER)),
            Self::Forgotten { .. } => None,
        }
    }

    /// One sentence that says for whom the order waits, and until when.
    pub fn waits_until(&self) -> Option<String> {
        match self {
            Self::Placed { accept_until, .. } => {
                Some(format!("the order waits for the seller's desk until {accept_until}"))
            }
            Self::Accepted { deliver_until, pays_until, .. } => Some(format!(
                "the order waits for the payment until {pays_until} and for the seller's delivery until {deliver_until}"
            )),
            Self::Stated { closes_at, .. } => {
                Some(format!("the order waits for the buyer's confirmation until {closes_at}"))
            }
            Self::Refused { .. } | Self::Closed { .. } | Self::Expired { .. } | Self::Forgotten { .. } => {
                None
            }
        }
    }
}

#[cfg(test)]
mod tests;
