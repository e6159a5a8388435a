//! Receipts: what buyer and seller hold when a sale is over, and what they show of it to others.
//!
//! The **seller signs the body when the agreement is made**, so that a paid seller cannot withhold it; the market
//! countersigns the outcome and the place in its log; the ledger part proves itself and is checked by the caller, for this
//! room does not know the ledger. Specification: docs/spec/evidence.md, envelope in docs/spec/wire.md.
//!
//! ```text
//! sign_receipt (seller) -> SellerSigned::open (buyer) -> countersign (market) -> Receipt -> verify_receipt
//!                                                                                        -> present -> verify_presentation
//! ```

mod body;
mod claims;
mod countersign;
mod envelope;
mod jws;
mod present;
mod sd_jwt;
mod verify;

pub use body::{BodyRefused, Entitlement, Invoice, LicenceGiven, MAX_TEXT, Payee, ReceiptBody};
pub use claims::{Claim, Disclosed, UnknownClaim};
pub use countersign::{Countersignature, CountersignatureRefused, Outcome};
pub use envelope::{
    LedgerClaim, LogPlace, MAX_RECEIPT_BYTES, Moved, NotAReceipt, NoteOpening, Receipt, TermsOpening,
};
pub use present::{FINANCE, NotPresented, Presentation, present};
pub use sd_jwt::{MAX_SD_JWT_BYTES, NotSellerSigned, RECEIPT_TYPE, SellerSigned, sign_receipt};
pub use verify::{
    Asked, LedgerFinding, LedgerRefused, LedgerWitness, MarketKeys, ReceiptRefused, VerifiedPresentation,
    VerifiedReceipt, verify_presentation, verify_receipt,
};
