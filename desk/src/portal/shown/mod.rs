//! What the pages send and are shown: plain words and numbers, one file per part of the desk.
//!
//! These types are the contract with `portal/`; `portal/openapi.json` is generated from them. Money is a decimal text
//! (`"20.00"`) beside its currency, times are RFC 3339 in UTC, digests are hexadecimal. No secret is ever among them but the
//! words of a new desk, once, and what a person types to unlock.

pub mod catalogue;
pub mod desk;
pub mod events;
pub mod jobs;
pub mod market;
pub mod orders;
pub mod problem;
pub mod receipts;
pub mod sell;
pub mod session;
pub mod wallet;
pub mod watch;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Long work that was begun: follow it at `/api/jobs/{job}` and in the events.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Begun {
    /// The job.
    pub job: String,
}

/// A document as bytes: an attachment.
#[derive(Debug, ToSchema)]
#[schema(value_type = String, format = Binary)]
pub struct Attachment(pub Vec<u8>);
