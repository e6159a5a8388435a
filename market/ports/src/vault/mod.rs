//! Sealed bodies by the SHA-256 of their bytes (delivery.md "Vault"). The vault never sees a plaintext and knows no seller.
//!
//! A body comes in parts under an upload's own id, so that nobody can spoil somebody else's upload of the same body, and
//! becomes visible at once and whole, after its digest and length were verified. The name is the content: whoever stores
//! the same body twice, or at the same time, has stored it once.

#[cfg(feature = "testing")]
pub mod testing;

use async_trait::async_trait;
use bytes::Bytes;
use futures::stream::BoxStream;
use std::ops::Range;
use tacit_values::{Digest, UploadId};

/// The bytes of a body in pieces of bounded size. Once a piece is an error, nothing more comes.
pub type BodyStream = BoxStream<'static, Result<Bytes, VaultFault>>;

/// The most bytes of one part.
pub const PART_LIMIT: usize = 8 * 1024 * 1024;

/// The highest number of parts: [`PART_LIMIT`] times this is 20 GiB.
pub const PARTS_LIMIT: u32 = 2_560;

/// A place for sealed bodies.
pub trait Vault: Bodies + Incoming {}

impl<V: Bodies + Incoming + ?Sized> Vault for V {}

/// The vault could not do its work; nothing is said about the request.
#[derive(Debug, thiserror::Error)]
pub enum VaultFault {
    /// The disk or the object store failed.
    #[error("the vault did not do its work; see whether its disk is full or gone, then try again")]
    Unreachable(#[source] std::io::Error),
    /// A stored body is not what its name says.
    #[error(
        "the body {body} in the vault is damaged; restore it from a backup, or remove it and let the seller upload it again"
    )]
    Damaged {
        /// Its name.
        body: Digest,
    },
}

/// Why a part was not taken.
#[derive(Debug, thiserror::Error)]
pub enum PartRefused {
    /// The bytes are not those that were announced.
    #[error("the part does not have the digest that was announced; send it again")]
    WrongDigest,
    /// Empty, too long, or numbered too high.
    #[error("a part has 1 to {PART_LIMIT} bytes and a number below {PARTS_LIMIT}")]
    OutOfBounds,
    /// The vault's fault.
    #[error(transparent)]
    Vault(#[from] VaultFault),
}

/// Why an upload was not completed. The parts stay; correct them and complete again.
#[derive(Debug, thiserror::Error)]
pub enum NotComplete {
    /// A part has not come.
    #[error("part {n} is missing; send it and complete again")]
    Missing {
        /// The first missing number.
        n: u32,
    },
    /// The parts together are longer or shorter than announced.
    #[error("the parts have {found} bytes together, {announced} were announced")]
    WrongLength {
        /// What lies there.
        found: u64,
        /// What was announced.
        announced: u64,
    },
    /// The parts together do not have the announced digest.
    #[error("the parts together do not have the announced digest; send them again")]
    WrongDigest,
    /// The vault's fault.
    #[error(transparent)]
    Vault(#[from] VaultFault),
}

/// Why nothing is read.
#[derive(Debug, thiserror::Error)]
pub enum NotRead {
    /// No such body is visible.
    #[error("there is no such body in the vault")]
    NoBody,
    /// The range is empty the wrong way round or reaches beyond the end.
    #[error("the body has {bytes} bytes; ask for a range within them")]
    BeyondEnd {
        /// Its length.
        bytes: u64,
    },
    /// The vault's fault.
    #[error(transparent)]
    Vault(#[from] VaultFault),
}

/// A part that lies there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PartHere {
    /// Its number, from 0.
    pub n: u32,
    /// Its length.
    pub bytes: u64,
}

/// Uploads under way. All of it survives a restart; nothing of it is visible as a body.
#[async_trait]
pub trait Incoming: Send + Sync {
    /// Takes part `n` after checking its digest. Durable when answered. The same again changes nothing, another part with
    /// the same number takes its place. Parts may come in any order and at the same time.
    async fn put_part(
        &self,
        upload: UploadId,
        n: u32,
        digest: Digest,
        bytes: Bytes,
    ) -> Result<(), PartRefused>;

    /// The parts that lie there, by number. Empty for an unknown upload.
    async fn parts(&self, upload: UploadId) -> Result<Vec<PartHere>, VaultFault>;

    /// Reads parts `0, 1, ..` as one, verifies length and digest of the whole, makes it visible under `body` and drops the
    /// parts. A body of 0 bytes has no parts. When the body is already visible with this length, the parts are dropped and
    /// the answer is `Ok`: so completing may be repeated, by anybody. Memory stays bounded at any size.
    async fn complete(&self, upload: UploadId, body: Digest, bytes: u64) -> Result<(), NotComplete>;

    /// Drops the parts of an upload. Repeating is harmless.
    async fn abandon(&self, upload: UploadId) -> Result<(), VaultFault>;

    /// Uploads of which something lies there.
    async fn unfinished(&self) -> Result<Vec<UploadId>, VaultFault>;
}

/// Visible bodies.
#[async_trait]
pub trait Bodies: Send + Sync {
    /// The length of a body; `None` when it is not visible.
    async fn size(&self, body: Digest) -> Result<Option<u64>, VaultFault>;

    /// Reads `range` of a body. Reading the whole verifies it: when the bytes are not what the name says, the last piece is
    /// withheld and [`VaultFault::Damaged`] comes instead. A stream that began goes on when the body is deleted meanwhile.
    async fn read(&self, body: Digest, range: Range<u64>) -> Result<BodyStream, NotRead>;

    /// Deletes a body; `false` when there was none. Sweep orphans inside a writing transaction of the store that has just
    /// seen that neither an upload nor a manifest names the body, so that none can come to name it in between.
    async fn delete(&self, body: Digest) -> Result<bool, VaultFault>;

    /// Bodies in the order of their digests after `after`, at most `limit`: for sweeping.
    async fn list(&self, after: Option<Digest>, limit: u32) -> Result<Vec<Digest>, VaultFault>;
}
