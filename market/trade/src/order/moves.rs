//! The verbs: each consumes the state, takes the time, and refuses with a reason.

use super::{
    ACCEPT_WITHIN, CLOSE_AFTER, ClosedBy, Closing, Expiry, FORGET_AFTER, Moved, NotAccepted, NotClosed,
    NotExpired, NotForgotten, NotPlaced, NotRefused, NotStated, Order, Outcome, PAY_WITHIN_MOST,
};
use crate::{AcceptedAgreement, Mode, OrderRequest, Refusal, StatedDelivery};
use std::time::Duration;
use tacit_catalogue::Listing;
use tacit_values::{Digest, Origin, Persona, Timestamp};

impl Moved {
    fn first(order: Order) -> Self {
        Self { order, first: true }
    }

    fn again(order: Order) -> Self {
        Self { order, first: false }
    }
}

impl Order {
    /// A buyer's order for a listing as it stands now.
    pub fn place(
        request: OrderRequest,
        by: &Persona,
        listing: &Listing,
        market: &Origin,
        now: Timestamp,
    ) -> Result<Self, NotPlaced> {
        if *by != request.buyer {
            return Err(NotPlaced::NotTheBuyer);
        }
        if request.market != *market {
            return Err(NotPlaced::OtherMarket);
        }
        request.check()?;
        request.agrees_with(listing)?;
        Ok(Self::Placed { request: Box::new(request), placed_at: now, accept_until: now.plus(ACCEPT_WITHIN) })
    }

    /// The same request once more, under an id that is known: the order stands as it does, or the id is taken.
    pub fn place_again(self, request: &OrderRequest) -> Result<Moved, NotPlaced> {
        let known = match &self {
            Self::Placed { request, .. } | Self::Refused { request, .. } | Self::Expired { request, .. } => {
                (**request).clone()
            }
            Self::Accepted { accepted, .. }
            | Self::Stated { accepted, .. }
            | Self::Closed { accepted, .. } => (&accepted.agreement).into(),
            Self::Forgotten { .. } => return Err(NotPlaced::Taken),
        };
        if known == *request { Ok(Moved::again(self)) } else { Err(NotPlaced::Taken) }
    }

    /// The seller accepts. `receipt` is SHA-256 of the issuer-signed JWT that goes to the buyer, `pays_until` the end
    /// of the epoch `pay_by` in the pool's schedule.
    pub fn accept(
        self,
        answer: AcceptedAgreement,
        receipt: Digest,
        by: &Persona,
        now: Timestamp,
        pays_until: Timestamp,
    ) -> Result<Moved, NotAccepted> {
        match self {
            Self::Placed { request, .. } if *by != request.seller => Err(NotAccepted::NotTheSeller),
            Self::Placed { accept_until, .. } if now > accept_until => {
                Err(NotAccepted::TooLate { until: accept_until })
            }
            Self::Placed { request, .. } => {
                answer.check()?;
                answer.answers(&request)?;
                if now >= pays_until {
                    return Err(NotAccepted::PayByPassed);
                }
                if pays_until > now.plus(PAY_WITHIN_MOST) {
                    return Err(NotAccepted::PayByTooFar);
                }
                let deliver_within = Duration::from_secs(answer.agreement.deliver_within_s);
                Ok(Moved::first(Self::Accepted {
                    accepted: Box::new(answer),
                    receipt,
                    accepted_at: now,
                    pays_until,
                    deliver_until: pays_until.plus(deliver_within),
                }))
            }
            Self::Accepted { ref accepted, receipt: known, .. }
                if **accepted == answer && known == receipt =>
            {
                Ok(Moved::again(self))
            }
            other => Err(NotAccepted::WrongState(other.state())),
        }
    }

    /// The seller declines.
    pub fn refuse(self, refusal: Refusal, by: &Persona, now: Timestamp) -> Result<Moved, NotRefused> {
        match self {
            Self::Placed { request, .. } if *by != request.seller => Err(NotRefused::NotTheSeller),
            Self::Placed { request, .. } => {
                Ok(Moved::first(Self::Refused { request, refusal, refused_at: now }))
            }
            Self::Refused { ref request, .. } if *by == request.seller => Ok(Moved::again(self)),
            other => Err(NotRefused::WrongState(other.state())),
        }
    }

    /// The seller states a delivery; statement and header were checked (delivery.md, fair exchange).
    pub fn state_delivery(
        self,
        stated: StatedDelivery,
        by: &Persona,
        now: Timestamp,
    ) -> Result<Moved, NotStated> {
        match self {
            Self::Accepted { accepted, .. } if *by != accepted.agreement.seller => {
                Err(NotStated::NotTheSeller)
            }
            Self::Accepted { deliver_until, .. } if now > deliver_until => {
                Err(NotStated::TooLate { until: deliver_until })
            }
            Self::Accepted { accepted, receipt, .. } => Ok(Moved::first(Self::Stated {
                accepted,
                receipt,
                delivery: Box::new(stated),
                stated_at: now,
                closes_at: now.plus(CLOSE_AFTER),
            })),
            Self::Stated { ref accepted, ref delivery, .. } if *by == accepted.agreement.seller => {
                if **delivery == stated {
                    Ok(Moved::again(self))
                } else {
                    Err(NotStated::AnotherDelivery)
                }
            }
            other => Err(NotStated::WrongState(other.state())),
        }
    }

    /// Somebody closes the order. The first time the receipt's commitment goes to the log.
    ///
    /// The buyer of a direct payment may close before a delivery was stated: a seller who was paid and stays silent
    /// must not be able to withhold the receipt.
    pub fn close(self, closing: Closing, now: Timestamp) -> Result<Moved, NotClosed> {
        match self {
            Self::Accepted { accepted, receipt, .. } => {
                let (by, outcome) = match (accepted.agreement.mode, closing) {
                    (Mode::Direct, Closing::Party(who)) if who == accepted.agreement.buyer => {
                        (ClosedBy::Buyer, Outcome::Closed)
                    }
                    (Mode::Direct, Closing::Party(who)) if who == accepted.agreement.seller => {
                        return Err(NotClosed::NothingStated);
                    }
                    (Mode::Direct, Closing::Job) => return Err(NotClosed::NothingStated),
                    (mode, closing) => ended_by(&accepted, mode, closing)?,
                };
                Ok(Moved::first(Self::Closed {
                    accepted,
                    receipt,
                    delivery: None,
                    outcome,
                    by,
                    closed_at: now,
                }))
            }
            Self::Stated { accepted, receipt, delivery, closes_at, .. } => {
                if closing == Closing::Job && accepted.agreement.mode == Mode::Direct && now < closes_at {
                    return Err(NotClosed::NotYet { at: closes_at });
                }
                let (by, outcome) = ended_by(&accepted, accepted.agreement.mode, closing)?;
                let delivery = Some(delivery);
                Ok(Moved::first(Self::Closed { accepted, receipt, delivery, outcome, by, closed_at: now }))
            }
            Self::Closed { ref accepted, outcome, .. } => match closing {
                Closing::Arbiter(_, other) if other != outcome => Err(NotClosed::WrongState("closed")),
                Closing::Arbiter(who, _) if accepted.agreement.arbiter != Some(who) => {
                    Err(NotClosed::NotTheArbiter)
                }
                Closing::Party(who)
                    if who != accepted.agreement.buyer && who != accepted.agreement.seller =>
                {
                    Err(NotClosed::NotAParty)
                }
                Closing::Arbiter(..) | Closing::Party(_) | Closing::Job => Ok(Moved::again(self)),
            },
            other => Err(NotClosed::WrongState(other.state())),
        }
    }

    /// The market's job: a time limit passed.
    pub fn expire(self, now: Timestamp) -> Result<Moved, NotExpired> {
        match self {
            Self::Placed { accept_until, .. } if now <= accept_until => {
                Err(NotExpired::NotYet { at: accept_until })
            }
            Self::Placed { request, .. } => Ok(Moved::first(Self::Expired {
                request,
                receipt: None,
                why: Expiry::NotAccepted,
                expired_at: now,
            })),
            Self::Accepted { accepted, .. } if accepted.agreement.mode == Mode::Escrow => {
                Err(NotExpired::OnlyTheArbiter)
            }
            Self::Accepted { deliver_until, .. } if now <= deliver_until => {
                Err(NotExpired::NotYet { at: deliver_until })
            }
            Self::Accepted { accepted, receipt, .. } => Ok(Moved::first(Self::Expired {
                request: Box::new((&accepted.agreement).into()),
                receipt: Some(receipt),
                why: Expiry::NotStated,
                expired_at: now,
            })),
            Self::Expired { .. } => Ok(Moved::again(self)),
            other => Err(NotExpired::WrongState(other.state())),
        }
    }

    /// The market's job: 30 days after its end an order shrinks to id and outcome.
    pub fn forget(self, now: Timestamp) -> Result<Moved, NotForgotten> {
        let (Some(ended), order) = (self.ended(), self.id()) else {
            return Err(NotForgotten::WrongState(self.state()));
        };
        match self {
            Self::Refused { refused_at: end, .. }
            | Self::Closed { closed_at: end, .. }
            | Self::Expired { expired_at: end, .. } => {
                let at = end.plus(FORGET_AFTER);
                if now < at {
                    return Err(NotForgotten::NotYet { at });
                }
                Ok(Moved::first(Self::Forgotten { order, ended }))
            }
            Self::Forgotten { .. } => Ok(Moved::again(self)),
            other => Err(NotForgotten::WrongState(other.state())),
        }
    }
}

/// Who may end an order whose delivery was stated, and how it ends then.
fn ended_by(
    accepted: &AcceptedAgreement,
    mode: Mode,
    closing: Closing,
) -> Result<(ClosedBy, Outcome), NotClosed> {
    let terms = &accepted.agreement;
    match (mode, closing) {
        (Mode::Direct, Closing::Party(who)) if who == terms.buyer => Ok((ClosedBy::Buyer, Outcome::Closed)),
        (Mode::Direct, Closing::Party(who)) if who == terms.seller => Ok((ClosedBy::Seller, Outcome::Closed)),
        (Mode::Direct | Mode::Escrow, Closing::Party(who)) if who != terms.buyer && who != terms.seller => {
            Err(NotClosed::NotAParty)
        }
        (Mode::Direct, Closing::Job) => Ok((ClosedBy::Market, Outcome::Closed)),
        (Mode::Escrow, Closing::Arbiter(who, _)) if terms.arbiter != Some(who) => {
            Err(NotClosed::NotTheArbiter)
        }
        (Mode::Escrow, Closing::Arbiter(_, Outcome::Closed)) => Err(NotClosed::NotAnEscrowOutcome),
        (Mode::Escrow, Closing::Arbiter(_, outcome)) => Ok((ClosedBy::Arbiter, outcome)),
        (Mode::Escrow, Closing::Party(_) | Closing::Job) => Err(NotClosed::OnlyTheArbiter),
        (Mode::Direct, Closing::Arbiter(..)) => Err(NotClosed::NotTheArbiter),
        (Mode::Direct, Closing::Party(_)) => Err(NotClosed::NotAParty),
    }
}
