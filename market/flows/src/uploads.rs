//! Uploads: sealed bodies on their way into the vault, in parts, resumable, invisible until verified whole.
//!
//! The market never sees a plaintext. A body is named by its hash, so two sellers of the same bytes do not disturb each
//! other, and nobody can spoil somebody else's upload.

use crate::market::Market;
use crate::refusal::{Nature, Refusal, STORE_DOWN, Told, VAULT_DOWN};
use bytes::Bytes;
use std::ops::Range;
use tacit_ports::market::{Part, StoreFault, StoredUpload};
use tacit_ports::vault::{BodyStream, NotComplete, NotRead, PartRefused, VaultFault};
use tacit_values::{Digest, Persona, UploadId};

/// An upload as its seller sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upload {
    /// Its id.
    pub id: UploadId,
    /// SHA-256 of the whole body.
    pub body: Digest,
    /// Length of the whole body.
    pub bytes: u64,
    /// Length of every part but the last.
    pub part_bytes: u64,
    /// The parts that are there.
    pub parts: Vec<Part>,
    /// Whether the body is verified and visible.
    pub complete: bool,
}

/// Why an upload did not go on. What was taken before is kept.
#[derive(Debug, thiserror::Error)]
pub enum UploadRefused {
    /// Larger than the vault takes.
    #[error("a body has at most {most} bytes")]
    BodyTooLarge {
        /// The limit.
        most: u64,
    },
    /// The seller's share of the vault is used up.
    #[error("this seller's share of the vault is used up")]
    QuotaUsed,
    /// Too many uploads at once.
    #[error("this seller already has {most} uploads under way")]
    TooManyOpen {
        /// The limit.
        most: u64,
    },
    /// None, expired, or another seller's.
    #[error("there is no such upload; it may have expired")]
    Unknown,
    /// The part's number or length is not what the announced length asks for.
    #[error("part {n} of this body has {expected} bytes")]
    WrongPart {
        /// Its number.
        n: u32,
        /// The length it must have; 0 when there is no such part.
        expected: u64,
    },
    /// The part's bytes are not those that were announced.
    #[error("the part does not have the digest that was announced")]
    WrongDigest,
    /// The whole is not what was announced.
    #[error(transparent)]
    NotWhole(NotComplete),
    /// The vault's fault.
    #[error(transparent)]
    Vault(#[from] VaultFault),
    /// The store's fault.
    #[error(transparent)]
    Store(#[from] StoreFault),
}

impl Refusal for UploadRefused {
    fn told(&self) -> Told {
        match self {
            Self::BodyTooLarge { .. } => {
                Told::with(Nature::TooLarge, "too-large", "split the data into several offers")
            }
            Self::QuotaUsed => Told::with(
                Nature::Conflict,
                "conflict",
                "finish or abandon other uploads, or ask the operator for more room",
            ),
            Self::TooManyOpen { .. } => {
                Told::with(Nature::Conflict, "conflict", "finish the uploads under way first")
            }
            Self::Unknown => Told::with(
                Nature::Unknown,
                "not-found",
                "open the upload again; parts that lie there are listed",
            ),
            Self::WrongPart { .. } => {
                Told::with(Nature::Invalid, "refused", "cut the body into parts of the stated length")
            }
            Self::WrongDigest => Told::with(Nature::Invalid, "wrong-digest", "send the part again"),
            Self::NotWhole(_) => Told::with(
                Nature::Conflict,
                "conflict",
                "list the parts, send what is missing, complete again",
            ),
            Self::Vault(_) => VAULT_DOWN,
            Self::Store(_) => STORE_DOWN,
        }
    }
}

/// Why a body was not read.
#[derive(Debug, thiserror::Error)]
pub enum BodyNotRead {
    /// No such body, or a range beyond its end, or the vault failed.
    #[error(transparent)]
    Vault(#[from] NotRead),
}

impl Refusal for BodyNotRead {
    fn told(&self) -> Told {
        match self {
            Self::Vault(NotRead::NoBody) => Told::new(Nature::Unknown, "not-found"),
            Self::Vault(NotRead::BeyondEnd { .. }) => Told::new(Nature::Invalid, "wrong-range"),
            Self::Vault(NotRead::Vault(_)) => VAULT_DOWN,
        }
    }
}

impl Market {
    /// Announces a body. Asking again for the same body gives the same upload, with the parts that are there.
    pub async fn open_upload(
        &self,
        seller: Persona,
        body: Digest,
        bytes: u64,
    ) -> Result<Upload, UploadRefused> {
        let limits = self.settings().limits;
        if bytes > limits.body_bytes {
            return Err(UploadRefused::BodyTooLarge { most: limits.body_bytes });
        }
        let now = self.now();
        let id = UploadId::random(&mut self.rng());
        let wanted = StoredUpload { id, seller, body, bytes, touched: now, complete: false };
        let mut tx = self.store().begin().await?;
        let opened = tx.uploads().open(&wanted).await?;
        if opened.id == id {
            let held = tx.uploads().held_by(&seller).await?;
            if held.open > limits.open_uploads {
                return Err(UploadRefused::TooManyOpen { most: limits.open_uploads });
            }
            if held.bytes > limits.seller_bytes {
                return Err(UploadRefused::QuotaUsed);
            }
        }
        let parts = tx.uploads().parts(opened.id).await?;
        tx.commit().await?;
        tracing::info!(upload.id = %opened.id, bytes, "upload opened");
        Ok(self.upload_seen(opened, parts))
    }

    /// Takes one part. Parts may come in any order, and again.
    pub async fn put_part(
        &self,
        seller: Persona,
        upload: UploadId,
        n: u32,
        digest: Digest,
        bytes: Bytes,
    ) -> Result<(), UploadRefused> {
        let stored = self.own_upload(seller, upload).await?;
        if stored.complete {
            return Ok(());
        }
        let expected = part_length(stored.bytes, self.settings().limits.part_bytes, n);
        let length = bytes.len() as u64;
        if expected == 0 || length != expected {
            return Err(UploadRefused::WrongPart { n, expected });
        }
        self.vault().put_part(upload, n, digest, bytes).await.map_err(|refused| match refused {
            PartRefused::WrongDigest => UploadRefused::WrongDigest,
            PartRefused::OutOfBounds => UploadRefused::WrongPart { n, expected },
            PartRefused::Vault(fault) => fault.into(),
        })?;
        let mut tx = self.store().begin().await?;
        let part = Part { n, digest, bytes: length };
        tx.uploads().record_part(upload, part, self.now()).await?.ok_or(UploadRefused::Unknown)?;
        tx.commit().await?;
        Ok(())
    }

    /// The upload and the parts that are there.
    pub async fn upload(&self, seller: Persona, upload: UploadId) -> Result<Upload, UploadRefused> {
        let stored = self.own_upload(seller, upload).await?;
        let parts = self.store().read().await?.uploads().parts(upload).await?;
        Ok(self.upload_seen(stored, parts))
    }

    /// Verifies the whole and makes the body visible. Repeating is harmless.
    pub async fn complete_upload(&self, seller: Persona, upload: UploadId) -> Result<Upload, UploadRefused> {
        let mut stored = self.own_upload(seller, upload).await?;
        if !stored.complete {
            self.vault().complete(upload, stored.body, stored.bytes).await.map_err(
                |refused| match refused {
                    NotComplete::Vault(fault) => UploadRefused::Vault(fault),
                    refused => UploadRefused::NotWhole(refused),
                },
            )?;
            let mut tx = self.store().begin().await?;
            if !tx.uploads().complete(upload, self.now()).await? {
                return Err(UploadRefused::Unknown);
            }
            tx.commit().await?;
            tracing::info!(upload.id = %upload, bytes = stored.bytes, "upload complete");
        }
        stored.complete = true;
        let parts = self.store().read().await?.uploads().parts(upload).await?;
        Ok(self.upload_seen(stored, parts))
    }

    /// The length of a body; `None` when there is none.
    pub async fn body_size(&self, body: Digest) -> Result<Option<u64>, BodyNotRead> {
        Ok(self.vault().size(body).await.map_err(NotRead::Vault)?)
    }

    /// Streams a range of a body. Bodies are public: they are ciphertext.
    pub async fn body(&self, body: Digest, range: Range<u64>) -> Result<BodyStream, BodyNotRead> {
        Ok(self.vault().read(body, range).await?)
    }

    async fn own_upload(&self, seller: Persona, upload: UploadId) -> Result<StoredUpload, UploadRefused> {
        let stored = self.store().read().await?.uploads().get(upload).await?;
        stored.filter(|stored| stored.seller == seller).ok_or(UploadRefused::Unknown)
    }

    fn upload_seen(&self, stored: StoredUpload, parts: Vec<Part>) -> Upload {
        Upload {
            id: stored.id,
            body: stored.body,
            bytes: stored.bytes,
            part_bytes: self.settings().limits.part_bytes,
            parts,
            complete: stored.complete,
        }
    }
}

/// How long part `n` of a body of `bytes` is when cut into parts of `part`; 0 when there is no such part.
fn part_length(bytes: u64, part: u64, n: u32) -> u64 {
    let start = u64::from(n).saturating_mul(part);
    bytes.saturating_sub(start).min(part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_part_is_the_rest_and_there_is_none_after_it() {
        assert_eq!(part_length(10, 4, 0), 4);
        assert_eq!(part_length(10, 4, 2), 2);
        assert_eq!(part_length(10, 4, 3), 0);
        assert_eq!(part_length(8, 4, 2), 0);
        assert_eq!(part_length(0, 4, 0), 0);
    }
}
