//! An order as the buyer's desk keeps it: one state, each with its own facts, and what start-up does for a crash in it.
//!
//! ```text
//! Requested -> Agreed <-> Paying -> PaymentInDoubt -> Paid -> Stated -> Downloaded -> Checked -> Closed
//!     |          |          |             |            |  ^       |          |
//!     |-> Refused|          |             |            v  |       |-> Faulty <-|
//!     |----------|----------|----------> Expired   Undelivered
//! ```
//!
//! Money in doubt is a state. Before the bundle is handed over, a crash undoes; afterwards only the ledger says what
//! happened, and the bundle's expiry (`pay_by`) makes sure that it does. Every state is recorded before the step that
//! it names is taken.

mod moves;

use crate::{
    AcceptedAgreement, BadAgreement, OrderRequest, ProofOfPayment, Refusal, SignedAgreement, StatedDelivery,
    TagOpening,
};
use serde::{Deserialize, Serialize};
use std::fmt;
use tacit_values::{Digest, Epoch, OrderId, Timestamp};

/// What buyer and seller agreed, as the buyer's desk keeps it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deal {
    /// The terms with both signatures; the buyer's leaves the desk with the payment.
    pub agreement: SignedAgreement,
    /// The seller's receipt, an SD-JWT with its disclosures.
    pub sd_jwt: String,
    /// When the epoch `pay_by` is over.
    pub pays_until: Timestamp,
    /// Until when the seller may state the delivery.
    pub deliver_until: Timestamp,
}

/// The receipt is the buyer's secret; it does not print.
impl fmt::Debug for Deal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Deal({}, until {})", self.agreement.agreement.order, self.pays_until)
    }
}

/// Why a purchase ended without money moving.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lapse {
    /// The seller's desk did not answer in time.
    NotAccepted,
    /// Nothing was handed to the market before `pay_by` was over.
    NotPaid,
    /// The buyer cancelled before anything was paid.
    Cancelled,
    /// The payment was handed over and did not land before `pay_by` was over; its notes are free again.
    PaymentDidNotLand,
}

/// What is wrong with a delivery: the kinds of complaint (delivery.md, fair exchange).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum FaultKind {
    /// The statement's manifest or body is not the agreement's.
    Statement,
    /// The header does not open, or its MAC is wrong.
    Header,
    /// A chunk of the body fails authentication.
    Chunk {
        /// Which one, from 0.
        index: u64,
    },
    /// A block opens and is not the manifest's.
    Block {
        /// Which one, from 0.
        index: u64,
    },
    /// More rows breach the schema than declared.
    Schema,
    /// Only the whole file's hash differs.
    Plaintext,
}

impl fmt::Display for FaultKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Statement => f.write_str("the delivery statement names other goods than the agreement"),
            Self::Header => f.write_str("the delivered key does not open"),
            Self::Chunk { index } => write!(f, "chunk {index} of the body is damaged"),
            Self::Block { index } => write!(f, "block {index} is not the one that the manifest describes"),
            Self::Schema => f.write_str("more rows breach the declared schema than the manifest allows"),
            Self::Plaintext => f.write_str("the file is not the one that the manifest describes"),
        }
    }
}

/// One order at the buyer's desk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case", deny_unknown_fields)]
pub enum Purchase {
    /// Placed at the market and sent to the seller's desk. Start-up: place and send again (both are idempotent), then
    /// wait for the answer.
    Requested {
        /// What was asked for.
        request: Box<OrderRequest>,
        /// When.
        asked_at: Timestamp,
        /// Until when the seller may accept.
        accept_until: Timestamp,
    },
    /// Both signed; nothing is reserved. Start-up: offer to pay, or let it lapse when `pay_by` is over.
    Agreed {
        /// What was agreed.
        deal: Box<Deal>,
    },
    /// Notes are reserved under this order and a proof is being made; nothing left the desk. Start-up: release the
    /// notes and go back to `Agreed`: a proof that was under way is lost, no money is.
    Paying {
        /// What was agreed.
        deal: Box<Deal>,
        /// Opens the terms tag of the bundle that is being made.
        r: TagOpening,
    },
    /// The bundle is about to be handed, or was handed, to the market. Start-up: send the same bundle again if it is
    /// still stored, and look into the ledger; never make another one.
    PaymentInDoubt {
        /// What was agreed.
        deal: Box<Deal>,
        /// Opens the bundle's terms tag.
        r: TagOpening,
        /// SHA-256 of the whole bundle.
        bundle: Digest,
    },
    /// The payment is on the ledger. Start-up: send the letter `paid` again and wait for the delivery.
    Paid {
        /// What was agreed.
        deal: Box<Deal>,
        /// Where the payment stands.
        payment: ProofOfPayment,
    },
    /// Paid, and no delivery came in time. The receipt can still be closed at the market, and a late delivery is
    /// still taken. Start-up: look into the mail.
    Undelivered {
        /// What was agreed.
        deal: Box<Deal>,
        /// Where the payment stands.
        payment: ProofOfPayment,
    },
    /// Statement and header are here. Start-up: download, resuming at what is there.
    Stated {
        /// What was agreed.
        deal: Box<Deal>,
        /// Where the payment stands.
        payment: ProofOfPayment,
        /// Statement and header.
        delivery: Box<StatedDelivery>,
    },
    /// The whole body is here under its hash. Start-up: check it from the beginning.
    Downloaded {
        /// What was agreed.
        deal: Box<Deal>,
        /// Where the payment stands.
        payment: ProofOfPayment,
        /// Statement and header.
        delivery: Box<StatedDelivery>,
    },
    /// All rows, blocks, hashes and the schema were checked. Start-up: close the order at the market.
    Checked {
        /// What was agreed.
        deal: Box<Deal>,
        /// Where the payment stands.
        payment: ProofOfPayment,
        /// Statement and header.
        delivery: Box<StatedDelivery>,
        /// SHA-256 of the plaintext that was written.
        plaintext: Digest,
    },
    /// The market countersigned the receipt. Start-up: nothing.
    Closed {
        /// What was agreed.
        deal: Box<Deal>,
        /// Where the payment stands.
        payment: ProofOfPayment,
        /// Statement and header.
        delivery: Box<StatedDelivery>,
        /// SHA-256 of the plaintext that was written.
        plaintext: Digest,
        /// When the desk learnt of it.
        closed_at: Timestamp,
    },
    /// The seller declined. Start-up: nothing.
    Refused {
        /// What was asked for.
        request: Box<OrderRequest>,
        /// Why not.
        refusal: Refusal,
    },
    /// It ended and no money moved. Start-up: release notes that are reserved under this order.
    Expired {
        /// Which order.
        order: OrderId,
        /// Why.
        why: Lapse,
    },
    /// The delivery is not what was agreed. Start-up: nothing; with an escrow, send the complaint again.
    Faulty {
        /// What was agreed.
        deal: Box<Deal>,
        /// Where the payment stands.
        payment: ProofOfPayment,
        /// Statement and header, which prove it.
        delivery: Box<StatedDelivery>,
        /// What is wrong.
        fault: FaultKind,
    },
}

/// Why a purchase does not move.
#[derive(Debug, thiserror::Error, PartialEq, Eq, Clone, Copy)]
pub enum PurchaseRefused {
    /// The order is in another state.
    #[error("the order is {found}, so it cannot be {wanted}")]
    WrongState {
        /// Where it stands.
        found: &'static str,
        /// Where it should have gone.
        wanted: &'static str,
    },
    /// Terms or signatures are wrong.
    #[error(transparent)]
    Terms(#[from] BadAgreement),
    /// `pay_by` is over.
    #[error("the order expired: it could be paid until {until}; nothing was paid, order again")]
    TooLateToPay {
        /// When it ended.
        until: Timestamp,
    },
    /// A limit lies ahead.
    #[error("the order waits until {until}; it does not end before")]
    NotYet {
        /// Until when.
        until: Timestamp,
    },
    /// The ledger has not come far enough to say that the payment did not land.
    #[error("the payment is in doubt until epoch {pay_by} is over and its file was read")]
    StillInDoubt {
        /// The last epoch in which it may land.
        pay_by: Epoch,
    },
    /// The payment that was found is not this order's.
    #[error("the payment that was found is in another pool, too late or under another tag than this order's")]
    OtherPayment,
    /// The plaintext is not the agreed one or the body is another.
    #[error("the body that was downloaded is not the stated one; download it again")]
    OtherBody,
}

impl Purchase {
    /// Which order it is.
    pub fn id(&self) -> OrderId {
        match self {
            Self::Requested { request, .. } | Self::Refused { request, .. } => request.order,
            Self::Expired { order, .. } => *order,
            Self::Agreed { deal }
            | Self::Paying { deal, .. }
            | Self::PaymentInDoubt { deal, .. }
            | Self::Paid { deal, .. }
            | Self::Undelivered { deal, .. }
            | Self::Stated { deal, .. }
            | Self::Downloaded { deal, .. }
            | Self::Checked { deal, .. }
            | Self::Closed { deal, .. }
            | Self::Faulty { deal, .. } => deal.agreement.agreement.order,
        }
    }

    /// What was agreed, from the moment at which it was.
    pub fn deal(&self) -> Option<&Deal> {
        match self {
            Self::Requested { .. } | Self::Refused { .. } | Self::Expired { .. } => None,
            Self::Agreed { deal }
            | Self::Paying { deal, .. }
            | Self::PaymentInDoubt { deal, .. }
            | Self::Paid { deal, .. }
            | Self::Undelivered { deal, .. }
            | Self::Stated { deal, .. }
            | Self::Downloaded { deal, .. }
            | Self::Checked { deal, .. }
            | Self::Closed { deal, .. }
            | Self::Faulty { deal, .. } => Some(deal),
        }
    }

    /// Where the payment stands, once it is on the ledger.
    pub fn payment(&self) -> Option<&ProofOfPayment> {
        match self {
            Self::Paid { payment, .. }
            | Self::Undelivered { payment, .. }
            | Self::Stated { payment, .. }
            | Self::Downloaded { payment, .. }
            | Self::Checked { payment, .. }
            | Self::Closed { payment, .. }
            | Self::Faulty { payment, .. } => Some(payment),
            Self::Requested { .. }
            | Self::Agreed { .. }
            | Self::Paying { .. }
            | Self::PaymentInDoubt { .. }
            | Self::Refused { .. }
            | Self::Expired { .. } => None,
        }
    }

    /// Statement and header, once they are here.
    pub fn delivery(&self) -> Option<&StatedDelivery> {
        match self {
            Self::Stated { delivery, .. }
            | Self::Downloaded { delivery, .. }
            | Self::Checked { delivery, .. }
            | Self::Closed { delivery, .. }
            | Self::Faulty { delivery, .. } => Some(delivery),
            Self::Requested { .. }
            | Self::Agreed { .. }
            | Self::Paying { .. }
            | Self::PaymentInDoubt { .. }
            | Self::Paid { .. }
            | Self::Undelivered { .. }
            | Self::Refused { .. }
            | Self::Expired { .. } => None,
        }
    }

    /// The name of the state for people and for `--json`.
    pub const fn state(&self) -> &'static str {
        match self {
            Self::Requested { .. } => "requested",
            Self::Agreed { .. } => "agreed",
            Self::Paying { .. } => "paying",
            Self::PaymentInDoubt { .. } => "payment in doubt",
            Self::Paid { .. } => "paid",
            Self::Undelivered { .. } => "undelivered",
            Self::Stated { .. } => "stated",
            Self::Downloaded { .. } => "downloaded",
            Self::Checked { .. } => "checked",
            Self::Closed { .. } => "closed",
            Self::Refused { .. } => "refused",
            Self::Expired { .. } => "expired",
            Self::Faulty { .. } => "faulty",
        }
    }

    /// Whether nothing is left to do.
    pub const fn is_over(&self) -> bool {
        matches!(
            self,
            Self::Closed { .. } | Self::Refused { .. } | Self::Expired { .. } | Self::Faulty { .. }
        )
    }

    /// One sentence that says what the order waits for, and until when; `None` when it waits for nobody else.
    pub fn waits_until(&self) -> Option<String> {
        match self {
            Self::Requested { accept_until, .. } => {
                Some(format!("the order waits for the seller's desk until {accept_until}; nothing was paid"))
            }
            Self::Agreed { deal } | Self::Paying { deal, .. } => {
                Some(format!("the order waits for your payment until {}", deal.pays_until))
            }
            Self::PaymentInDoubt { deal, .. } => Some(format!(
                "the payment was handed to the market and is in doubt; by {} it is on the ledger or your money is free \
                 again",
                deal.pays_until
            )),
            Self::Paid { deal, .. } => Some(format!(
                "the order is paid and waits for the seller's desk until {}",
                deal.deliver_until
            )),
            Self::Undelivered { deal, .. } => Some(format!(
                "the order was paid and the seller's desk delivered nothing until {}; close it to get the receipt, and \
                 leave the desk running in case the delivery still comes",
                deal.deliver_until
            )),
            Self::Stated { .. } | Self::Downloaded { .. } | Self::Checked { .. } => None,
            Self::Closed { .. } | Self::Refused { .. } | Self::Expired { .. } | Self::Faulty { .. } => None,
        }
    }
}

impl Deal {
    /// The part that the seller signed.
    pub fn accepted(&self) -> AcceptedAgreement {
        self.agreement.accepted()
    }
}

#[cfg(test)]
mod tests;
