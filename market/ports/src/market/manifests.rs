//! Manifests, the beacons drawn for them, and the samples that were opened.

use super::{Put, StoreFault};
use async_trait::async_trait;
use tacit_values::{Digest, ListingId, Persona, Timestamp};

/// A manifest as the seller signed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredManifest {
    /// Its digest (delivery.md).
    pub digest: Digest,
    /// Who signed it.
    pub seller: Persona,
    /// The listing it was made for.
    pub listing: ListingId,
    /// The name of the offer: a new listing under the same name counts as the same offer.
    pub name: String,
    /// SHA-256 of the sealed body.
    pub body: Digest,
    /// SHA-256 of the list of block leaves.
    pub blocks: Digest,
    /// When the market took it.
    pub at: Timestamp,
    /// The signed manifest, byte for byte.
    pub document: Vec<u8>,
}

/// Why a sample was not put.
#[derive(Debug, thiserror::Error)]
pub enum SampleNotPut {
    /// No manifest has this digest.
    #[error("no manifest with this digest was logged here; publish the manifest first")]
    NoManifest,
    /// Another sample stands for this manifest.
    #[error("a different sample was already opened for this manifest; it cannot be replaced")]
    Differs,
    /// The store's fault.
    #[error(transparent)]
    Store(#[from] StoreFault),
}

/// Manifests by digest.
#[async_trait]
pub trait Manifests: Send {
    /// Puts a manifest; the digest names the content, so a repetition answers [`Put::Already`] and changes nothing.
    async fn put(&mut self, manifest: &StoredManifest) -> Result<Put, StoreFault>;

    /// The manifest; `None` when none has this digest.
    async fn get(&mut self, digest: Digest) -> Result<Option<StoredManifest>, StoreFault>;

    /// How many other manifests this seller put before this one for the same listing or the same name. 0 when no manifest
    /// has this digest.
    async fn earlier(&mut self, digest: Digest) -> Result<u64, StoreFault>;

    /// How many manifests of this seller the market took at `since` or later.
    async fn taken_since(&mut self, seller: &Persona, since: Timestamp) -> Result<u64, StoreFault>;

    /// Whether a manifest names this object as its body or its list of blocks: such an object is no orphan.
    async fn names_object(&mut self, object: Digest) -> Result<bool, StoreFault>;

    /// Fixes the beacon document of a manifest (signature, log index, epoch) unless one stands, and returns the one that
    /// stands: the first for ever, so that nobody can draw twice. `None` when no manifest has this digest.
    async fn fix_beacon(&mut self, digest: Digest, beacon: &[u8]) -> Result<Option<Vec<u8>>, StoreFault>;

    /// The beacon document; `None` before it was fixed.
    async fn beacon(&mut self, digest: Digest) -> Result<Option<Vec<u8>>, StoreFault>;

    /// Puts the opened sample, all of it, byte for byte. The same again answers [`Put::Already`]; another is refused.
    async fn put_sample(&mut self, digest: Digest, sample: &[u8]) -> Result<Put, SampleNotPut>;

    /// The opened sample; `None` before it was put.
    async fn sample(&mut self, digest: Digest) -> Result<Option<Vec<u8>>, StoreFault>;

    /// Keeps the short form of the opened sample that pages show. It follows from the sample, so the first one stands.
    async fn keep_excerpt(&mut self, digest: Digest, excerpt: &[u8]) -> Result<(), StoreFault>;

    /// The short form of the opened sample; `None` when it was never kept.
    async fn excerpt(&mut self, digest: Digest) -> Result<Option<Vec<u8>>, StoreFault>;
}
