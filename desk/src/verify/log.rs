//! Reading the log of a copy: every leaf in order, and the root over all of them at the end.

use super::copy::LedgerCopy;
use super::refused;
use crate::refusal::Refusal;
use tacit_evidence::log::{
    HashSource, LogIndex, LogSize, NotProved, SignedCheckpoint, StoredHashes, TILE_WIDTH, TilePath, append,
    needed_to_append, root,
};

/// Shows every leaf under the checkpoint to `each` and recomputes the root over them. What `each` saw is true of this log
/// only when this returns without a refusal.
pub fn read_log(
    copy: &LedgerCopy,
    checkpoint: &SignedCheckpoint,
    mut each: impl FnMut(LogIndex, &[u8]) -> Result<(), Refusal>,
) -> Result<(), Refusal> {
    let mut reached = root(LogSize(0), &StoredHashes::default()).map_err(|found| cannot(&found))?;
    let mut hashes = StoredHashes::default();
    let mut size = LogSize(0);
    while let Some(tile) = next_tile(size, checkpoint.size())? {
        let leaves = copy.leaves(&tile)?;
        for (index, leaf) in (size.0..).map(LogIndex).zip(&leaves) {
            each(index, leaf)?;
        }
        let appended = append(size, &leaves, &hashes).map_err(|found| cannot(&found))?;
        hashes.keep(&appended);
        size = appended.size;
        reached = appended.root;
        let next = next_tile(size, checkpoint.size())?.map_or(0, |tile| tile.width());
        hashes = only_needed(&hashes, size, next)?;
    }
    if reached == *checkpoint.root() {
        return Ok(());
    }
    Err(refused(format!(
        "the {} leaves of the log do not lead to the root that its signed checkpoint names",
        checkpoint.size()
    )))
}

/// One tile at a time: a checkpoint may name any size, and memory follows what is there.
fn next_tile(have: LogSize, size: LogSize) -> Result<Option<TilePath>, Refusal> {
    let until = LogSize(size.0.min(have.0.saturating_add(TILE_WIDTH)));
    let tiles = TilePath::entries(LogIndex(have.0), until).map_err(|found| cannot(&found))?;
    Ok(tiles.into_iter().next())
}

fn only_needed(hashes: &StoredHashes, size: LogSize, next: usize) -> Result<StoredHashes, Refusal> {
    let needed = needed_to_append(size, next).map_err(|found| cannot(&found))?;
    let found = hashes.hashes(&needed).map_err(|found| cannot(&found.into()))?;
    Ok(needed.into_iter().zip(found).collect())
}

fn cannot(found: &NotProved) -> Refusal {
    refused(format!("the log cannot be read: {found}"))
}
