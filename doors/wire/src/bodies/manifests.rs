//! Manifests: what a seller promises about a file, its place in the log, and the beacon that draws its sample.
//!
//! A sample is `tacit_delivery::Sample`, as the seller opened it.

use serde::{Deserialize, Serialize};
use tacit_delivery::SignedManifest;
use tacit_evidence::beacon::Beacon;
use tacit_evidence::log::{Inclusion, LeafSalt, LogIndex};
use tacit_values::{Digest, ListingId, Persona, Timestamp};
use utoipa::ToSchema;

/// A manifest for a listing: `PUT /manifests/{digest}`. Logged in clear before the listing goes live.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LogManifest {
    /// The listing it is made for.
    #[schema(value_type = String)]
    pub listing: ListingId,
    /// The manifest with the seller's signature.
    #[schema(value_type = Object)]
    pub signed: SignedManifest,
}

/// A manifest as everybody sees it: `GET /manifests/{digest}`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ManifestView {
    /// Its digest.
    #[schema(value_type = String)]
    pub digest: Digest,
    /// The manifest with the seller's signature.
    #[schema(value_type = Object)]
    pub signed: SignedManifest,
    /// The seller.
    #[schema(value_type = String)]
    pub seller: Persona,
    /// The listing it was made for.
    #[schema(value_type = String)]
    pub listing: ListingId,
    /// When the market took it.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// How many manifests this seller logged before for the same offer: relisting until lucky is visible.
    pub earlier: u64,
    /// Its place in the log, once the epoch in which it came has closed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub log: Option<LogProofView>,
    /// The beacon that draws its sample, once an epoch closed that is young enough.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub beacon: Option<Beacon>,
    /// When to ask again for what is not there yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<u64>,
}

/// A leaf's place in the log, with the proof.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LogProofView {
    /// The place.
    #[schema(value_type = u64)]
    pub index: LogIndex,
    /// What opens a salted leaf.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub salt: Option<LeafSalt>,
    /// The way from the leaf to the checkpoint's root.
    #[schema(value_type = Vec<String>)]
    pub inclusion: Inclusion,
    /// The signed checkpoint.
    pub checkpoint: String,
}
