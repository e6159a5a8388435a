//! Why an order does not move: one small enum per verb.

use crate::{BadAgreement, Disagreement};
use tacit_values::Timestamp;

/// Why an order was not placed.
#[derive(Debug, thiserror::Error, PartialEq, Eq, Clone, Copy)]
pub enum NotPlaced {
    /// Signed by somebody else than the buyer it names.
    #[error("an order is placed by the persona that it names as buyer")]
    NotTheBuyer,
    /// Made for another market.
    #[error("the order names another market than this one; read this market's address and order again")]
    OtherMarket,
    /// These terms cannot be agreed.
    #[error(transparent)]
    Terms(#[from] BadAgreement),
    /// They are not the listing's.
    #[error(transparent)]
    Listing(#[from] Disagreement),
    /// The id stands for another order.
    #[error("this order id is taken by another order; order again with a fresh one")]
    Taken,
}

/// Why an acceptance was not taken.
#[derive(Debug, thiserror::Error, PartialEq, Eq, Clone, Copy)]
pub enum NotAccepted {
    /// Signed by somebody else than the seller.
    #[error("an order is accepted by its seller")]
    NotTheSeller,
    /// Terms or signature are wrong, or not what was asked for.
    #[error(transparent)]
    Terms(#[from] BadAgreement),
    /// The time for it is over.
    #[error("the order could be accepted until {until}; ask the buyer to order again")]
    TooLate {
        /// When it ended.
        until: Timestamp,
    },
    /// `pay_by` is over already.
    #[error("the agreement's pay_by is over; accept again with a later epoch")]
    PayByPassed,
    /// `pay_by` lies absurdly far ahead.
    #[error("the agreement's pay_by lies more than 30 days ahead; accept again with an earlier epoch")]
    PayByTooFar,
    /// The order is in another state.
    #[error("the order is {0} and cannot be accepted any more")]
    WrongState(&'static str),
}

/// Why a refusal was not taken.
#[derive(Debug, thiserror::Error, PartialEq, Eq, Clone, Copy)]
pub enum NotRefused {
    /// Signed by somebody else than the seller.
    #[error("an order is refused by its seller")]
    NotTheSeller,
    /// The order is in another state.
    #[error("the order is {0} and cannot be refused any more")]
    WrongState(&'static str),
}

/// Why a statement was not taken.
#[derive(Debug, thiserror::Error, PartialEq, Eq, Clone, Copy)]
pub enum NotStated {
    /// Signed by somebody else than the seller.
    #[error("a delivery is stated by the seller of the order")]
    NotTheSeller,
    /// The time for it is over.
    #[error("the delivery could be stated until {until}; send statement and header to the buyer by letter")]
    TooLate {
        /// When it ended.
        until: Timestamp,
    },
    /// Another delivery was stated before.
    #[error("another delivery was stated for this order before, and the first one counts")]
    AnotherDelivery,
    /// The order is in another state.
    #[error("the order is {0}; a delivery is stated for an accepted order")]
    WrongState(&'static str),
}

/// Why an order was not closed.
#[derive(Debug, thiserror::Error, PartialEq, Eq, Clone, Copy)]
pub enum NotClosed {
    /// Neither buyer nor seller.
    #[error("an order is closed by its buyer or its seller")]
    NotAParty,
    /// The seller before its statement.
    #[error("state the delivery first; the seller closes an order after that")]
    NothingStated,
    /// The job came too early.
    #[error("the market closes this order by itself at {at}")]
    NotYet {
        /// When.
        at: Timestamp,
    },
    /// Only the arbiter closes an escrow.
    #[error("this order is in escrow; it closes when the arbiter's decision was executed")]
    OnlyTheArbiter,
    /// Not the arbiter of this order, or an order without one.
    #[error("this persona is not the arbiter of the order")]
    NotTheArbiter,
    /// An arbiter's outcome that only a direct payment has.
    #[error("an escrow ends settled, refunded or split")]
    NotAnEscrowOutcome,
    /// The order is in another state.
    #[error("the order is {0} and cannot be closed")]
    WrongState(&'static str),
}

/// Why an order did not expire.
#[derive(Debug, thiserror::Error, PartialEq, Eq, Clone, Copy)]
pub enum NotExpired {
    /// The limit lies ahead.
    #[error("the order expires at {at} and not before")]
    NotYet {
        /// When.
        at: Timestamp,
    },
    /// An agreed escrow is refunded, not expired.
    #[error("this order is in escrow; the arbiter refunds it")]
    OnlyTheArbiter,
    /// The order is in another state.
    #[error("the order is {0} and does not expire")]
    WrongState(&'static str),
}

/// Why an order was not forgotten.
#[derive(Debug, thiserror::Error, PartialEq, Eq, Clone, Copy)]
pub enum NotForgotten {
    /// It ended less than 30 days ago.
    #[error("the order is kept until {at}")]
    NotYet {
        /// Until when.
        at: Timestamp,
    },
    /// It goes on.
    #[error("the order is {0} and goes on")]
    WrongState(&'static str),
}
