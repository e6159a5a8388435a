//! JSON bodies of requests and answers, one module per resource family.
//!
//! Signed documents (listings, manifests, agreements, statements) are the rooms' own types and travel as their signers
//! wrote them; what stands here is what the door adds, and in [`forms`] how the
//! description shows those documents. Digests are lower-case hex, bytes are base64url without padding,
//! times are RFC 3339, money is `{"amount", "currency"}`.

pub mod admin;
pub mod forms;
pub mod ledger;
pub mod listings;
pub mod mail;
pub mod manifests;
pub mod market;
pub mod orders;
pub mod uploads;

/// Where every resource of this version begins.
pub const BASE: &str = "/api/v1";
