//! A refusal as the pages show it (RFC 9457): what happened, what happened to the money, what to do.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Why something was not done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Problem {
    /// `urn:tacit:problem:` and the code.
    #[serde(rename = "type")]
    pub kind: String,
    /// The HTTP status.
    pub status: u16,
    /// Stable, for programs, for example `insufficient-funds`.
    pub code: String,
    /// What happened, in one sentence.
    pub title: String,
    /// What happened to the money; absent only where money cannot be concerned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub money: Option<String>,
    /// What to do.
    pub next: String,
    /// Which fields of a form are wrong, each with its own sentence.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<FieldFault>,
    /// How many seconds to wait before trying again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_after_s: Option<u64>,
}

/// What is wrong with one field of a form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FieldFault {
    /// The field as the form names it.
    pub field: String,
    /// What is wrong and what to write instead.
    pub sentence: String,
}
