//! What was agreed: the agreement that both sides sign, and what an order is at the market, at the buyer's desk and at
//! the seller's.
//!
//! This room decides who may move an order and when; it moves no money, opens no letter and reads no clock. Amounts,
//! pools and addresses are words here: what they mean is settlement's. The documents are those of `docs/spec/wire.md`,
//! section "Orders".

mod address;
mod agreement;
mod letters;
mod order;
mod purchase;
mod sale;
#[cfg(any(test, feature = "testing"))]
pub mod testing;

pub use address::{NotAnAddress, PayAddress};
pub use agreement::{
    AcceptedAgreement, Agreement, BadAgreement, Disagreement, Mode, OrderRequest, Pay, PayFor, SPAN_MOST_S,
    SignedAgreement,
};
pub use letters::{
    AcceptedBody, PaidBody, ProofOfPayment, Refusal, RefusalReason, StatedDelivery, TagOpening,
};
pub use order::{
    ACCEPT_WITHIN, CLOSE_AFTER, ClosedBy, Closing, Deadline, Due, Ended, Expiry, FORGET_AFTER, Moved,
    NotAccepted, NotClosed, NotExpired, NotForgotten, NotPlaced, NotRefused, NotStated, Order, Outcome,
    PAY_WITHIN_MOST,
};
pub use purchase::{Deal, FaultKind, Lapse, Purchase, PurchaseRefused};
pub use sale::{ReceivedNote, Sale, SaleRefused};
