//! The transparency log as everybody reads it: checkpoint, tiles, and the place of a leaf for whoever owns it.
//!
//! What may be logged and in which form is the evidence room's; appending is in `append`, once per closed epoch.

pub(crate) mod append;
mod numbers;

use crate::market::Market;
use crate::refusal::{Nature, Refusal, STORE_DOWN, Told};
use numbers::split;
use tacit_evidence::log::{
    Inclusion, LeafKind, LeafSalt, LogIndex, LogSize, SignedCheckpoint, StoredHashes, TilePath,
    encode_entries, needed_for_inclusion, prove_inclusion,
};
use tacit_ports::market::{LeafKey, LogHead, Logged, MarketTx, StoreFault};
use tacit_values::Digest;

/// A leaf's place in the log and the proof of it, for one of those who know what the leaf is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogProof {
    /// The place.
    pub index: LogIndex,
    /// The salt; `None` for a clear leaf.
    pub salt: Option<LeafSalt>,
    /// The path to the checkpoint's root.
    pub inclusion: Inclusion,
    /// The newest checkpoint.
    pub checkpoint: SignedCheckpoint,
}

/// Why the log was not read.
#[derive(Debug, thiserror::Error)]
pub enum LogNotRead {
    /// The log does not reach that far.
    #[error("the log does not reach that far yet")]
    Beyond,
    /// The log in the store does not hold together.
    #[error("the log in the market's database does not hold together")]
    Damaged,
    /// The store's fault.
    #[error(transparent)]
    Store(#[from] StoreFault),
}

impl Refusal for LogNotRead {
    fn told(&self) -> Told {
        match self {
            Self::Beyond => {
                Told::with(Nature::Unknown, "not-found", "read the checkpoint and ask for tiles within it")
            }
            Self::Damaged => Told::new(Nature::Unavailable, "fault"),
            Self::Store(_) => STORE_DOWN,
        }
    }
}

impl Market {
    /// The newest signed checkpoint, as a signed note.
    pub async fn checkpoint(&self) -> Result<SignedCheckpoint, LogNotRead> {
        let head = self.store().read().await?.log().head().await?;
        self.opened(&head.ok_or(LogNotRead::Beyond)?)
    }

    /// The bytes of a tile that lies within the newest checkpoint.
    pub async fn tile(&self, path: TilePath) -> Result<Vec<u8>, LogNotRead> {
        let mut tx = self.store().read().await?;
        let size = tx.log().head().await?.map_or(0, |head| head.size);
        if !path.is_within(LogSize(size)) {
            return Err(LogNotRead::Beyond);
        }
        let width = u32::try_from(path.width()).map_err(|_| LogNotRead::Beyond)?;
        if let Some(leaves) = path.leaves() {
            let entries = tx.log().leaves(leaves.start, width).await?;
            if entries.len() != path.width() {
                return Err(LogNotRead::Damaged);
            }
            return encode_entries(&entries).map_err(|_| LogNotRead::Damaged);
        }
        let first = path.needed().first().copied().ok_or(LogNotRead::Beyond)?;
        let (level, n) = split(first);
        let hashes = tx.log().hashes(level, n, width).await?;
        if hashes.len() != path.width() {
            return Err(LogNotRead::Damaged);
        }
        Ok(hashes.concat())
    }

    /// The proof of the leaf about `digest`; `None` while it waits for its epoch to close, or when nothing was logged.
    /// Callers have checked that whoever asks may know.
    pub(crate) async fn prove_leaf(
        &self,
        tx: &mut dyn MarketTx,
        kind: LeafKind,
        digest: Digest,
    ) -> Result<Option<LogProof>, LogNotRead> {
        let Some(logged) = tx.log().find(LeafKey { kind: kind.code(), digest }).await? else {
            return Ok(None);
        };
        let Logged { index: Some(index), leaf } = logged else { return Ok(None) };
        let head = tx.log().head().await?.ok_or(LogNotRead::Damaged)?;
        let (index, size) = (LogIndex(index), LogSize(head.size));
        let needed = needed_for_inclusion(index, size).map_err(|_| LogNotRead::Damaged)?;
        let hashes = stored_hashes(tx, &needed).await?;
        let inclusion = prove_inclusion(index, size, &hashes).map_err(|_| LogNotRead::Damaged)?;
        let salt = leaf.salt.map(LeafSalt::from_bytes);
        Ok(Some(LogProof { index, salt, inclusion, checkpoint: self.opened(&head)? }))
    }

    fn opened(&self, head: &LogHead) -> Result<SignedCheckpoint, LogNotRead> {
        let note = std::str::from_utf8(&head.note).map_err(|_| LogNotRead::Damaged)?;
        self.keys().log.verifier().open(note).map_err(|_| LogNotRead::Damaged)
    }
}

/// Reads hashes by their number among all stored ones. A hash that is not there is left out; the room says which it missed.
pub(crate) async fn stored_hashes(tx: &mut dyn MarketTx, wanted: &[u64]) -> Result<StoredHashes, StoreFault> {
    let mut found = Vec::with_capacity(wanted.len());
    for number in wanted {
        let (level, n) = split(*number);
        let hash = tx.log().hashes(level, n, 1).await?.into_iter().next();
        found.extend(hash.map(|hash| (*number, Digest::from_bytes(hash))));
    }
    Ok(found.into_iter().collect())
}
