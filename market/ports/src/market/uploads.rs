//! Uploads: what a seller said it would send, and which parts have come. The bytes themselves are the vault's.

use super::{Put, StoreFault};
use async_trait::async_trait;
use tacit_values::{Digest, Persona, Timestamp, UploadId};

/// A body on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredUpload {
    /// Its name in the API.
    pub id: UploadId,
    /// Who sends it.
    pub seller: Persona,
    /// SHA-256 of the whole body, said beforehand.
    pub body: Digest,
    /// Length of the whole body, said beforehand.
    pub bytes: u64,
    /// When it was opened or last received a part.
    pub touched: Timestamp,
    /// Whether the vault verified the whole and shows it.
    pub complete: bool,
}

/// A part that has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    /// Its number, from 0.
    pub n: u32,
    /// SHA-256 of its bytes.
    pub digest: Digest,
    /// Its length.
    pub bytes: u64,
}

/// What one seller has in uploads that are remembered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Held {
    /// Uploads that are not complete.
    pub open: u64,
    /// Bytes announced by all of them, complete or not.
    pub bytes: u64,
}

/// Uploads by id.
#[async_trait]
pub trait Uploads: Send {
    /// Opens an upload, idempotent by (seller, body, bytes): when one stands, complete or not, it is returned with its own
    /// id and nothing is written.
    async fn open(&mut self, upload: &StoredUpload) -> Result<StoredUpload, StoreFault>;

    /// The upload; `None` when none was opened or it expired.
    async fn get(&mut self, id: UploadId) -> Result<Option<StoredUpload>, StoreFault>;

    /// Records a part and the time. The same part again answers [`Put::Already`]; a part with another digest replaces the
    /// one that stood (the whole is verified at the end). `None` when there is no such upload or it is complete.
    async fn record_part(
        &mut self,
        id: UploadId,
        part: Part,
        now: Timestamp,
    ) -> Result<Option<Put>, StoreFault>;

    /// The parts that have come, by number.
    async fn parts(&mut self, id: UploadId) -> Result<Vec<Part>, StoreFault>;

    /// Marks the upload complete; repeating is harmless. `false` when there is no such upload.
    async fn complete(&mut self, id: UploadId, now: Timestamp) -> Result<bool, StoreFault>;

    /// What a seller has in remembered uploads, this transaction's included: what quotas are counted by.
    async fn held_by(&mut self, seller: &Persona) -> Result<Held, StoreFault>;

    /// Whether any seller has an upload of this body, complete or not: such a body is no orphan of the vault.
    async fn names_body(&mut self, body: Digest) -> Result<bool, StoreFault>;
}
