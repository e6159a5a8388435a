//! The vault as maps in memory.

use crate::vault::{
    Bodies, BodyStream, Incoming, NotComplete, NotRead, PART_LIMIT, PARTS_LIMIT, PartHere, PartRefused,
    VaultFault,
};
use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use futures::StreamExt;
use std::collections::BTreeMap;
use std::ops::{Bound, Range};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tacit_values::{Digest, UploadId};

const PIECE: usize = 64 * 1024;

/// A vault in memory. Clones share the content.
#[derive(Clone, Default)]
pub struct MemoryVault {
    content: Arc<Mutex<Content>>,
}

#[derive(Default)]
struct Content {
    bodies: BTreeMap<Digest, Bytes>,
    uploads: BTreeMap<UploadId, BTreeMap<u32, Bytes>>,
}

impl MemoryVault {
    /// An empty vault.
    pub fn new() -> Self {
        Self::default()
    }

    /// Puts other bytes under a body's name: what a failing disk does.
    pub fn damage(&self, body: Digest, bytes: &[u8]) {
        self.content().bodies.insert(body, Bytes::copy_from_slice(bytes));
    }

    fn content(&self) -> MutexGuard<'_, Content> {
        self.content.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Incoming for MemoryVault {
    async fn put_part(
        &self,
        upload: UploadId,
        n: u32,
        digest: Digest,
        bytes: Bytes,
    ) -> Result<(), PartRefused> {
        if bytes.is_empty() || bytes.len() > PART_LIMIT || n >= PARTS_LIMIT {
            return Err(PartRefused::OutOfBounds);
        }
        if Digest::of(&bytes) != digest {
            return Err(PartRefused::WrongDigest);
        }
        self.content().uploads.entry(upload).or_default().insert(n, bytes);
        Ok(())
    }

    async fn parts(&self, upload: UploadId) -> Result<Vec<PartHere>, VaultFault> {
        let content = self.content();
        let parts = content.uploads.get(&upload).into_iter().flatten();
        Ok(parts.map(|(n, bytes)| PartHere { n: *n, bytes: bytes.len() as u64 }).collect())
    }

    async fn complete(&self, upload: UploadId, body: Digest, bytes: u64) -> Result<(), NotComplete> {
        let mut content = self.content();
        if content.bodies.get(&body).is_some_and(|stands| stands.len() as u64 == bytes) {
            content.uploads.remove(&upload);
            return Ok(());
        }
        let mut whole = BytesMut::new();
        for (expected, (n, part)) in (0..).zip(content.uploads.get(&upload).into_iter().flatten()) {
            if *n != expected {
                return Err(NotComplete::Missing { n: expected });
            }
            whole.extend_from_slice(part);
        }
        let found = whole.len() as u64;
        if found == 0 && bytes > 0 {
            return Err(NotComplete::Missing { n: 0 });
        }
        if found != bytes {
            return Err(NotComplete::WrongLength { found, announced: bytes });
        }
        if Digest::of(&whole) != body {
            return Err(NotComplete::WrongDigest);
        }
        content.bodies.insert(body, whole.freeze());
        content.uploads.remove(&upload);
        Ok(())
    }

    async fn abandon(&self, upload: UploadId) -> Result<(), VaultFault> {
        self.content().uploads.remove(&upload);
        Ok(())
    }

    async fn unfinished(&self) -> Result<Vec<UploadId>, VaultFault> {
        Ok(self.content().uploads.keys().copied().collect())
    }
}

#[async_trait]
impl Bodies for MemoryVault {
    async fn size(&self, body: Digest) -> Result<Option<u64>, VaultFault> {
        Ok(self.content().bodies.get(&body).map(|bytes| bytes.len() as u64))
    }

    async fn read(&self, body: Digest, range: Range<u64>) -> Result<BodyStream, NotRead> {
        let Some(bytes) = self.content().bodies.get(&body).cloned() else { return Err(NotRead::NoBody) };
        let length = bytes.len() as u64;
        if range.start > range.end || range.end > length {
            return Err(NotRead::BeyondEnd { bytes: length });
        }
        let damaged = range == (0..length) && Digest::of(&bytes) != body;
        let place = |offset: u64| usize::try_from(offset).expect("within a body that is in memory");
        let wanted = bytes.slice(place(range.start)..place(range.end));
        let mut pieces: Vec<Result<Bytes, VaultFault>> = (0..wanted.len())
            .step_by(PIECE)
            .map(|at| Ok(wanted.slice(at..wanted.len().min(at + PIECE))))
            .collect();
        if damaged {
            pieces.pop();
            pieces.push(Err(VaultFault::Damaged { body }));
        }
        Ok(futures::stream::iter(pieces).boxed())
    }

    async fn delete(&self, body: Digest) -> Result<bool, VaultFault> {
        Ok(self.content().bodies.remove(&body).is_some())
    }

    async fn list(&self, after: Option<Digest>, limit: u32) -> Result<Vec<Digest>, VaultFault> {
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        let content = self.content();
        Ok(content
            .bodies
            .range((from, Bound::Unbounded))
            .take(limit as usize)
            .map(|(body, _)| *body)
            .collect())
    }
}
