//! Appending to the log: once per closed epoch, everything that was staged, in one step with the new checkpoint.
//!
//! What was staged since the last epoch comes in random order, so that the log is no clock of sales; the leaves of the
//! epochs that close come last, in their order. Leaves, hashes and checkpoint are written by the transaction that closes the
//! epochs: after a crash either all of it stands or none.

use super::numbers::split;
use super::stored_hashes;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use tacit_evidence::log::{self as room, LeafKind, LeafSalt, LogKey, LogSize, NotProved, needed_to_append};
use tacit_ports::market::{Leaf, LeafKey, LogBatch, LogHash, LogHead, LogMoved, MarketTx, StoreFault};
use tacit_values::Digest;

/// The most leaves that one step takes from what is staged; the rest comes with the next epoch.
const LEAVES_PER_STEP: u32 = 8_192;

/// Why a step was not taken; nothing of it was written.
#[derive(Debug, thiserror::Error)]
pub enum NotAppended {
    /// The tree's arithmetic refused: a stored hash is missing, or the log is full.
    #[error("the log in the market's database does not hold together")]
    Tree(#[from] NotProved),
    /// Another writer was there.
    #[error("another market is writing this log; stop one of them")]
    Moved,
    /// The store's fault.
    #[error(transparent)]
    Store(#[from] StoreFault),
}

/// Stages `last` and appends all that is staged, `last` at the end in its order. Returns the new head.
pub(crate) async fn append_step(
    tx: &mut dyn MarketTx,
    key: &LogKey,
    last: Vec<Leaf>,
    rng: &mut StdRng,
) -> Result<LogHead, NotAppended> {
    let mut leaves = tx.log().staged(LEAVES_PER_STEP).await?;
    leaves.shuffle(rng);
    for leaf in &last {
        tx.log().stage(leaf).await?;
    }
    leaves.extend(last);
    let from = tx.log().head().await?.map_or(0, |head| head.size);
    let needed = needed_to_append(LogSize(from), leaves.len())?;
    let older = stored_hashes(tx, &needed).await?;
    let bytes: Vec<&[u8]> = leaves.iter().map(|leaf| leaf.bytes.as_slice()).collect();
    let appended = room::append(LogSize(from), &bytes, &older)?;
    let signed = key.sign(appended.size, appended.root);
    let head = LogHead {
        size: appended.size.0,
        root: *appended.root.bytes(),
        note: signed.note().as_bytes().to_vec(),
    };
    let hashes = appended.numbered().map(|(number, hash)| {
        let (level, n) = split(number);
        LogHash { level, n, hash: *hash.bytes() }
    });
    let batch = LogBatch {
        from,
        hashes: hashes.collect(),
        leaves: leaves.iter().map(|leaf| leaf.key).collect(),
        head: head.clone(),
    };
    tx.log().append(&batch).await.map_err(|moved| match moved {
        LogMoved::Store(fault) => NotAppended::Store(fault),
        LogMoved::To { .. } | LogMoved::NotStaged => NotAppended::Moved,
    })?;
    Ok(head)
}

/// A leaf in clear for the store; what it is about is the digest of its record.
pub(crate) fn clear(kind: LeafKind, leaf: &room::Leaf) -> Leaf {
    let bytes = leaf.to_bytes();
    let digest = Digest::of(bytes.get(2..).unwrap_or_default());
    Leaf { key: LeafKey { kind: kind.code(), digest }, salt: None, bytes }
}

/// A leaf in clear that is found again under a digest of its own.
pub(crate) fn clear_about(kind: LeafKind, digest: Digest, leaf: &room::Leaf) -> Leaf {
    Leaf { key: LeafKey { kind: kind.code(), digest }, salt: None, bytes: leaf.to_bytes() }
}

/// A leaf that hides what it is about.
pub(crate) fn salted(kind: LeafKind, digest: Digest, rng: &mut StdRng) -> Leaf {
    let salt = LeafSalt::random(rng);
    let leaf = room::Leaf::salted(kind, &salt, &digest)
        .expect("only kinds that are private by nature are salted here");
    Leaf { key: LeafKey { kind: kind.code(), digest }, salt: Some(*salt.bytes()), bytes: leaf.to_bytes() }
}
