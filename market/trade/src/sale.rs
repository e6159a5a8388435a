//! An order as the seller's desk keeps it: one state, each with its own facts, and what start-up does for a crash in it.
//!
//! ```text
//! Received -> Accepted -> PaymentSeen -> Delivered -> Closed
//!    |           |            ^
//!    |-> Declined|-> Unpaid --|
//!    |-> Lapsed
//! ```
//!
//! Nothing is delivered before the payment was decrypted by this desk: the circuit does not prove what is inside a
//! note's ciphertext (settlement.md, wallet).

use crate::{
    AcceptedAgreement, BadAgreement, Mode, OrderRequest, Outcome, PaidBody, Pay, PayAddress, PayFor,
    ProofOfPayment, Refusal, SignedAgreement, StatedDelivery,
};
use serde::{Deserialize, Serialize};
use std::time::Duration;
use tacit_values::{Digest, Epoch, Money, OrderId, PersonaKey, Timestamp};

/// A note that this desk's wallet found on the ledger and decrypted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceivedNote {
    /// The pool.
    pub pool: Digest,
    /// The epoch in which it landed.
    pub epoch: Epoch,
    /// Its position in the pool's tree.
    pub position: u64,
    /// The address that it was paid to.
    pub address: PayAddress,
    /// How much it holds.
    pub amount: Money,
}

/// One order at the seller's desk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case", deny_unknown_fields)]
pub enum Sale {
    /// A buyer's request came. Start-up: decide about it again.
    Received {
        /// What is asked for.
        request: Box<OrderRequest>,
        /// When it came.
        received_at: Timestamp,
        /// Until when it may be accepted.
        accept_until: Timestamp,
    },
    /// Signed, with a fresh address that is this order's for ever. Start-up: accept at the market and send the letter
    /// again; both are idempotent because they carry these bytes.
    Accepted {
        /// The terms with this desk's signature.
        accepted: Box<AcceptedAgreement>,
        /// The receipt that goes to the buyer.
        sd_jwt: String,
        /// When the epoch `pay_by` is over.
        pays_until: Timestamp,
        /// Until when the delivery may be stated.
        deliver_until: Timestamp,
    },
    /// The payment was decrypted and the buyer's signature is here. Start-up: issue the header and state it.
    PaymentSeen {
        /// The terms with both signatures.
        agreement: Box<SignedAgreement>,
        /// The receipt.
        sd_jwt: String,
        /// Where the payment stands.
        payment: ProofOfPayment,
        /// Until when the delivery may be stated.
        deliver_until: Timestamp,
    },
    /// Header and statement were made and recorded. Start-up: state the same at the market and send the same letter
    /// again; never make another header for this order.
    Delivered {
        /// The terms with both signatures.
        agreement: Box<SignedAgreement>,
        /// The receipt.
        sd_jwt: String,
        /// Where the payment stands.
        payment: ProofOfPayment,
        /// Statement and header.
        delivery: Box<StatedDelivery>,
    },
    /// The order is over at the market. Start-up: nothing.
    Closed {
        /// The terms with both signatures.
        agreement: Box<SignedAgreement>,
        /// The receipt.
        sd_jwt: String,
        /// Where the payment stands.
        payment: ProofOfPayment,
        /// Statement and header.
        delivery: Box<StatedDelivery>,
        /// How it ended.
        outcome: Outcome,
        /// When the desk learnt of it.
        closed_at: Timestamp,
    },
    /// This desk declined. Start-up: refuse at the market and send the letter again.
    Declined {
        /// What was asked for.
        request: Box<OrderRequest>,
        /// Why not.
        refusal: Refusal,
    },
    /// The request was not answered in time. Start-up: nothing.
    Lapsed {
        /// Which order.
        order: OrderId,
    },
    /// No payment was seen in time. A payment that landed in time and is only learnt of now is still delivered.
    /// Start-up: look into the mail.
    Unpaid {
        /// The terms with this desk's signature.
        accepted: Box<AcceptedAgreement>,
        /// The receipt.
        sd_jwt: String,
        /// Until when the delivery could be stated.
        deliver_until: Timestamp,
    },
}

/// Why a sale does not move.
#[derive(Debug, thiserror::Error, PartialEq, Eq, Clone, Copy)]
pub enum SaleRefused {
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
    /// The time to accept is over, or `pay_by` is.
    #[error("the order could be accepted until {until}")]
    TooLate {
        /// When it ended.
        until: Timestamp,
    },
    /// A limit lies ahead.
    #[error("the order waits until {until}; it does not end before")]
    NotYet {
        /// Until when.
        until: Timestamp,
    },
    /// The note is not this order's payment.
    #[error("the note is not this order's payment: pool, epoch, position, address or amount differ")]
    OtherNote,
    /// With an escrow the note belongs to no single desk.
    #[error("an escrow is funded to a shared key; this desk cannot see the payment alone")]
    NotDirect,
}

type Step = Result<Sale, SaleRefused>;

impl Sale {
    /// A request came; the flow has compared it with the desk's own listing.
    pub fn receive(request: OrderRequest, now: Timestamp, accept_until: Timestamp) -> Step {
        request.check()?;
        Ok(Self::Received { request: Box::new(request), received_at: now, accept_until })
    }

    /// Signs the agreement; record the result before anything is sent. `make_receipt` is evidence's: it makes the
    /// SD-JWT for the agreement that was just signed.
    pub fn accept<E>(
        self,
        pays: Vec<Pay>,
        pay_by: Epoch,
        seller: &PersonaKey,
        now: Timestamp,
        pays_until: Timestamp,
        make_receipt: impl FnOnce(&AcceptedAgreement) -> Result<String, E>,
    ) -> Result<Result<Self, E>, SaleRefused> {
        match self {
            Self::Received { accept_until: until, .. } if now > until => Err(SaleRefused::TooLate { until }),
            Self::Received { .. } if now >= pays_until => Err(SaleRefused::TooLate { until: pays_until }),
            Self::Received { request, .. } => {
                let accepted = request.accept(pays, pay_by, seller)?;
                let deliver_within = Duration::from_secs(accepted.agreement.deliver_within_s);
                Ok(make_receipt(&accepted).map(|sd_jwt| Self::Accepted {
                    accepted: Box::new(accepted),
                    sd_jwt,
                    pays_until,
                    deliver_until: pays_until.plus(deliver_within),
                }))
            }
            other => Err(other.refused("accepted")),
        }
    }

    /// Declines the request.
    pub fn decline(self, refusal: Refusal) -> Step {
        match self {
            Self::Received { request, .. } => Ok(Self::Declined { request, refusal }),
            other => Err(other.refused("declined")),
        }
    }

    /// The letter `paid` came and the wallet decrypted the note that it names.
    pub fn payment_seen(self, paid: &PaidBody, note: &ReceivedNote) -> Step {
        match self {
            Self::Accepted { accepted, sd_jwt, deliver_until, .. }
            | Self::Unpaid { accepted, sd_jwt, deliver_until } => {
                is_payment_of(&accepted, paid, note)?;
                let agreement = Box::new(paid.complete(*accepted)?);
                Ok(Self::PaymentSeen { agreement, sd_jwt, payment: paid.payment(), deliver_until })
            }
            other => Err(other.refused("paid")),
        }
    }

    /// Header and statement were made; record them before they are sent.
    pub fn deliver(self, delivery: StatedDelivery) -> Step {
        match self {
            Self::PaymentSeen { agreement, sd_jwt, payment, .. } => {
                Ok(Self::Delivered { agreement, sd_jwt, payment, delivery: Box::new(delivery) })
            }
            other => Err(other.refused("delivered")),
        }
    }

    /// The order is over at the market.
    pub fn closed(self, outcome: Outcome, now: Timestamp) -> Step {
        match self {
            Self::Delivered { agreement, sd_jwt, payment, delivery } => {
                Ok(Self::Closed { agreement, sd_jwt, payment, delivery, outcome, closed_at: now })
            }
            other => Err(other.refused("closed")),
        }
    }

    /// A time limit passed.
    pub fn lapse(self, now: Timestamp) -> Step {
        match self {
            Self::Received { accept_until: until, .. } if now <= until => Err(SaleRefused::NotYet { until }),
            Self::Received { request, .. } => Ok(Self::Lapsed { order: request.order }),
            Self::Accepted { deliver_until: until, .. } if now <= until => Err(SaleRefused::NotYet { until }),
            Self::Accepted { accepted, sd_jwt, deliver_until, .. } => {
                Ok(Self::Unpaid { accepted, sd_jwt, deliver_until })
            }
            other => Err(other.refused("ended")),
        }
    }

    /// Which order it is.
    pub fn id(&self) -> OrderId {
        match self {
            Self::Received { request, .. } | Self::Declined { request, .. } => request.order,
            Self::Accepted { accepted, .. } | Self::Unpaid { accepted, .. } => accepted.agreement.order,
            Self::PaymentSeen { agreement, .. }
            | Self::Delivered { agreement, .. }
            | Self::Closed { agreement, .. } => agreement.agreement.order,
            Self::Lapsed { order } => *order,
        }
    }

    /// The name of the state for people and for `--json`.
    pub const fn state(&self) -> &'static str {
        match self {
            Self::Received { .. } => "received",
            Self::Accepted { .. } => "accepted",
            Self::PaymentSeen { .. } => "payment seen",
            Self::Delivered { .. } => "delivered",
            Self::Closed { .. } => "closed",
            Self::Declined { .. } => "declined",
            Self::Lapsed { .. } => "lapsed",
            Self::Unpaid { .. } => "unpaid",
        }
    }

    /// One sentence that says what the order waits for, and until when; `None` when it waits for nobody else.
    pub fn waits_until(&self) -> Option<String> {
        match self {
            Self::Accepted { pays_until, .. } => {
                Some(format!("the order waits for the buyer's payment until {pays_until}"))
            }
            Self::Delivered { .. } => {
                Some("the order was delivered and waits for the buyer's confirmation".to_owned())
            }
            Self::Received { .. }
            | Self::PaymentSeen { .. }
            | Self::Closed { .. }
            | Self::Declined { .. }
            | Self::Lapsed { .. }
            | Self::Unpaid { .. } => None,
        }
    }

    fn refused(&self, wanted: &'static str) -> SaleRefused {
        SaleRefused::WrongState { found: self.state(), wanted }
    }
}

/// Whether the decrypted note is the payment that the letter names and the agreement asks for. The terms tag is
/// settlement's to recompute from `r`.
fn is_payment_of(
    accepted: &AcceptedAgreement,
    paid: &PaidBody,
    note: &ReceivedNote,
) -> Result<(), SaleRefused> {
    let terms = &accepted.agreement;
    if terms.mode != Mode::Direct {
        return Err(SaleRefused::NotDirect);
    }
    let named = (paid.pool, paid.epoch, paid.position) == (note.pool, note.epoch, note.position);
    let agreed = terms.pool == note.pool && note.epoch <= terms.pay_by;
    let to_us = terms
        .pays
        .iter()
        .any(|pay| pay.what == PayFor::Payment && pay.address == note.address && pay.amount == note.amount);
    if named && agreed && to_us { Ok(()) } else { Err(SaleRefused::OtherNote) }
}

#[cfg(test)]
mod tests;
