//! The steps of a purchase: each consumes the state and refuses with a reason.

use super::{Deal, FaultKind, Lapse, Purchase, PurchaseRefused};
use crate::{AcceptedBody, OrderRequest, ProofOfPayment, Refusal, StatedDelivery, TagOpening};
use std::time::Duration;
use tacit_values::{Digest, Epoch, PersonaKey, Timestamp};

type Step = Result<Purchase, PurchaseRefused>;

impl Purchase {
    /// A new order; record it before anything is sent.
    pub fn request(request: OrderRequest, now: Timestamp, accept_until: Timestamp) -> Step {
        request.check()?;
        Ok(Self::Requested { request: Box::new(request), asked_at: now, accept_until })
    }

    /// The seller accepted: every term is the requested one, the signature is good, and there is time to pay.
    /// `pays_until` is the end of the epoch `pay_by` in the pool's schedule. The receipt itself is checked by evidence.
    pub fn agree(
        self,
        answer: &AcceptedBody,
        buyer: &PersonaKey,
        now: Timestamp,
        pays_until: Timestamp,
    ) -> Step {
        match self {
            Self::Requested { request, .. } => {
                let accepted = answer.accepted();
                accepted.check()?;
                accepted.answers(&request)?;
                if now >= pays_until {
                    return Err(PurchaseRefused::TooLateToPay { until: pays_until });
                }
                let deliver_until = pays_until.plus(Duration::from_secs(answer.agreement.deliver_within_s));
                let agreement = accepted.countersign(buyer)?;
                let sd_jwt = answer.sd_jwt.clone();
                Ok(Self::Agreed { deal: Box::new(Deal { agreement, sd_jwt, pays_until, deliver_until }) })
            }
            other => other.wrong("agreed"),
        }
    }

    /// The seller accepted, and the desk heard of it when `pay_by` was over already.
    pub fn answered_too_late(self) -> Step {
        match self {
            Self::Requested { request, .. } => {
                Ok(Self::Expired { order: request.order, why: Lapse::NotPaid })
            }
            other => other.wrong("expired"),
        }
    }

    /// The seller declined.
    pub fn refused(self, refusal: Refusal) -> Step {
        match self {
            Self::Requested { request, .. } => Ok(Self::Refused { request, refusal }),
            other => other.wrong("refused"),
        }
    }

    /// The buyer does not want it any more; possible until the payment begins. The market's order expires by itself.
    pub fn cancel(self) -> Step {
        match self {
            Self::Requested { .. } | Self::Agreed { .. } => {
                Ok(Self::Expired { order: self.id(), why: Lapse::Cancelled })
            }
            other => other.wrong("cancelled"),
        }
    }

    /// Notes are being reserved and the proof begins.
    pub fn begin_payment(self, r: TagOpening, now: Timestamp) -> Step {
        match self {
            Self::Agreed { deal } if now >= deal.pays_until => Err(too_late(&deal)),
            Self::Agreed { deal } => Ok(Self::Paying { deal, r }),
            other => other.wrong("paying"),
        }
    }

    /// The proof was not made, or the desk was restarted while it was: nothing left the desk.
    pub fn undo_payment(self) -> Step {
        match self {
            Self::Paying { deal, .. } => Ok(Self::Agreed { deal }),
            other => other.wrong("agreed"),
        }
    }

    /// The bundle is complete and will be handed over; record this first. Refused when the order expired while the
    /// proof was made: then [`Purchase::undo_payment`] and [`Purchase::lapse`].
    pub fn hand_over(self, bundle: Digest, now: Timestamp) -> Step {
        match self {
            Self::Paying { deal, .. } if now >= deal.pays_until => Err(too_late(&deal)),
            Self::Paying { deal, r } => Ok(Self::PaymentInDoubt { deal, r, bundle }),
            other => other.wrong("in doubt"),
        }
    }

    /// The payment was found in an epoch file.
    pub fn found_on_ledger(self, payment: ProofOfPayment) -> Step {
        match self {
            Self::PaymentInDoubt { deal, r, .. } => {
                let terms = &deal.agreement.agreement;
                if payment.r != r || payment.pool != terms.pool || payment.epoch > terms.pay_by {
                    return Err(PurchaseRefused::OtherPayment);
                }
                Ok(Self::Paid { deal, payment })
            }
            other => other.wrong("paid"),
        }
    }

    /// Every epoch file up to `read` was read, its leaf under a signed checkpoint, and the payment is in none of them.
    pub fn not_on_ledger(self, read: Epoch) -> Step {
        match self {
            Self::PaymentInDoubt { deal, .. } if read <= deal.agreement.agreement.pay_by => {
                Err(PurchaseRefused::StillInDoubt { pay_by: deal.agreement.agreement.pay_by })
            }
            Self::PaymentInDoubt { deal, .. } => {
                Ok(Self::Expired { order: deal.agreement.agreement.order, why: Lapse::PaymentDidNotLand })
            }
            other => other.wrong("expired"),
        }
    }

    /// A time limit passed: an unanswered or unpaid order expires, a paid one is undelivered.
    pub fn lapse(self, now: Timestamp) -> Step {
        match self {
            Self::Requested { accept_until: until, .. } if now <= until => {
                Err(PurchaseRefused::NotYet { until })
            }
            Self::Requested { request, .. } => {
                Ok(Self::Expired { order: request.order, why: Lapse::NotAccepted })
            }
            Self::Agreed { deal } if now < deal.pays_until => {
                Err(PurchaseRefused::NotYet { until: deal.pays_until })
            }
            Self::Agreed { deal } => {
                Ok(Self::Expired { order: deal.agreement.agreement.order, why: Lapse::NotPaid })
            }
            Self::Paid { deal, .. } if now <= deal.deliver_until => {
                Err(PurchaseRefused::NotYet { until: deal.deliver_until })
            }
            Self::Paid { deal, payment } => Ok(Self::Undelivered { deal, payment }),
            other => other.wrong("expired"),
        }
    }

    /// Statement and header came, from the market or by letter.
    pub fn stated(self, delivery: StatedDelivery) -> Step {
        match self {
            Self::Paid { deal, payment } | Self::Undelivered { deal, payment } => {
                Ok(Self::Stated { deal, payment, delivery: Box::new(delivery) })
            }
            other => other.wrong("stated"),
        }
    }

    /// The whole body is here; `body` is the SHA-256 of its bytes.
    pub fn downloaded(self, body: Digest) -> Step {
        match self {
            Self::Stated { delivery, .. } if delivery.body != body => Err(PurchaseRefused::OtherBody),
            Self::Stated { deal, payment, delivery } => Ok(Self::Downloaded { deal, payment, delivery }),
            other => other.wrong("downloaded"),
        }
    }

    /// The check of all rows, blocks, hashes and the schema passed.
    pub fn checked(self, plaintext: Digest) -> Step {
        match self {
            Self::Downloaded { deal, payment, delivery } => {
                Ok(Self::Checked { deal, payment, delivery, plaintext })
            }
            other => other.wrong("checked"),
        }
    }

    /// The check found a fault that the seller answers for.
    pub fn faulty(self, fault: FaultKind) -> Step {
        match self {
            Self::Stated { deal, payment, delivery } | Self::Downloaded { deal, payment, delivery } => {
                Ok(Self::Faulty { deal, payment, delivery, fault })
            }
            other => other.wrong("faulty"),
        }
    }

    /// The market countersigned the receipt.
    pub fn closed(self, now: Timestamp) -> Step {
        match self {
            Self::Checked { deal, payment, delivery, plaintext } => {
                Ok(Self::Closed { deal, payment, delivery, plaintext, closed_at: now })
            }
            other => other.wrong("closed"),
        }
    }

    fn wrong(self, wanted: &'static str) -> Step {
        Err(PurchaseRefused::WrongState { found: self.state(), wanted })
    }
}

fn too_late(deal: &Deal) -> PurchaseRefused {
    PurchaseRefused::TooLateToPay { until: deal.pays_until }
}
