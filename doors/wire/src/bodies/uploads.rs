//! Uploads: a sealed body on its way into the vault.

use serde::{Deserialize, Serialize};
use tacit_values::{Digest, UploadId};
use utoipa::ToSchema;

/// Announces a body: `POST /uploads`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OpenUpload {
    /// SHA-256 of the whole body.
    #[schema(value_type = String)]
    pub body: Digest,
    /// Its length.
    pub bytes: u64,
}

/// Where an upload stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct UploadView {
    /// Its id.
    #[schema(value_type = String)]
    pub id: UploadId,
    /// SHA-256 of the whole body.
    #[schema(value_type = String)]
    pub body: Digest,
    /// Length of the whole body.
    pub bytes: u64,
    /// The length of every part but the last, which is the rest.
    pub part_bytes: u64,
    /// The parts that have come.
    pub parts: Vec<PartView>,
    /// Whether the whole was verified and the body is visible.
    pub complete: bool,
}

/// A part that has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PartView {
    /// Its number, from 0.
    pub n: u32,
    /// SHA-256 of its bytes.
    #[schema(value_type = String)]
    pub digest: Digest,
    /// Its length.
    pub bytes: u64,
}
