//! Telling a fork from an accident: before a market is accused of two histories, everything else is ruled out.
//!
//! Leaves that do not lead to a signed checkpoint may have been changed on the way, or our own pages may be damaged. The
//! log's hash tiles decide: they prove themselves against the checkpoint, and show the root that its history has at the
//! size that this desk verified.

use super::{Mirror, damaged, untrue};
use crate::refusal::Refusal;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use tacit_evidence::log::{LogSize, SignedCheckpoint, TilePath, TiledHashes, needed_for_root, root};
use tacit_values::Digest;

impl Mirror<'_> {
    /// What it means that the leaves which came after `known` do not lead to `to`.
    pub(super) async fn explain(
        &self,
        known: &SignedCheckpoint,
        to: &SignedCheckpoint,
    ) -> Result<Refusal, Refusal> {
        self.own_pages_hold(known).await?;
        match self.root_behind(to, known.size()).await? {
            Some(theirs) if theirs != *known.root() => self.raise(&fork_document(known, to)).await,
            _ => Ok(untrue("the leaves that came do not lead to the signed checkpoint of the market's log")),
        }
    }

    /// `seen` is not larger than `newest`: its root must be the one that our leaves have at that size.
    pub(super) async fn compare(
        &self,
        seen: &SignedCheckpoint,
        newest: &SignedCheckpoint,
    ) -> Result<(), Refusal> {
        if self.own_root(seen.size()).await? == *seen.root() {
            return Ok(());
        }
        self.own_pages_hold(newest).await?;
        Err(self.raise(&fork_document(seen, newest)).await?)
    }

    async fn own_root(&self, size: LogSize) -> Result<Digest, Refusal> {
        let source = self.hashes(&needed_for_root(size)?).await?;
        Ok(root(size, &source)?)
    }

    async fn own_pages_hold(&self, verified: &SignedCheckpoint) -> Result<(), Refusal> {
        let ours = self.own_root(verified.size()).await?;
        if ours == *verified.root() { Ok(()) } else { Err(damaged()) }
    }

    /// The root that the history behind a checkpoint has at a smaller size; `None` when the market's tiles do not lead to
    /// that checkpoint and so show nothing.
    async fn root_behind(&self, to: &SignedCheckpoint, size: LogSize) -> Result<Option<Digest>, Refusal> {
        let mut tiles: BTreeMap<TilePath, Vec<u8>> = BTreeMap::new();
        loop {
            let (shown, lacking) = root_from(&tiles, to, size);
            if shown.is_some() || lacking.is_empty() {
                return Ok(shown);
            }
            for path in lacking {
                let bytes = self.desk.market().mirror().tile(&path).await?;
                tiles.insert(path, bytes.to_vec());
            }
        }
    }
}

/// The root as far as these tiles show it, and the tiles that were asked for and are not at hand.
fn root_from(
    tiles: &BTreeMap<TilePath, Vec<u8>>,
    to: &SignedCheckpoint,
    size: LogSize,
) -> (Option<Digest>, BTreeSet<TilePath>) {
    let lacking = RefCell::new(BTreeSet::new());
    let source = TiledHashes::new(to.checkpoint(), |path: &TilePath| {
        let tile = tiles.get(path).cloned();
        if tile.is_none() {
            lacking.borrow_mut().insert(*path);
        }
        tile
    });
    let shown = root(size, &source).ok();
    drop(source);
    (shown, lacking.into_inner())
}

/// Evidence's document of a fork, the smaller checkpoint first.
fn fork_document(one: &SignedCheckpoint, other: &SignedCheckpoint) -> Vec<u8> {
    let (older, newer) = if one.size() <= other.size() { (one, other) } else { (other, one) };
    let document = serde_json::json!({"v": 1, "older": older.note(), "newer": newer.note()});
    document.to_string().into_bytes()
}

/// The market shows less than was seen before.
pub(super) fn rolled_back(shown: LogSize, known: LogSize) -> Refusal {
    Refusal::new(
        "rolled-back-log",
        format!("the market shows a log of {shown} leaves, and one of {known} was seen before"),
        "Perhaps it was restored from a backup, or hides its newest history from this desk: ask the operator, pay nothing.",
    )
}
