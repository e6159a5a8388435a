//! The mirrored log: all leaves, their hashes, and the newest checkpoint that follows from them.
//!
//! Leaves are kept in bundles of 256, hashes 256 to a page; the checkpoint is written last, so that a crash in between
//! leaves pages beyond the checkpoint, which are fetched and checked again. Checkpoints that others have seen (letters
//! carry them) are compared, and those that lie ahead are remembered until the mirror has caught up.

use super::fork::rolled_back;
use super::{Mirror, damaged, page, untrue};
use crate::refusal::Refusal;
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use tacit_evidence::log::{
    Inclusion, Leaf, LogIndex, LogSize, LogVerifier, NotProved, SignedCheckpoint, StoredHashes, TILE_WIDTH,
    TilePath, append, encode_entries, needed_for_inclusion, needed_to_append, prove_inclusion, root,
};
use tacit_ports::desk::PublicShelf;
use tacit_values::Digest;

const VERIFIED: &str = "verified";
const SEEN: &str = "seen";
const LEAVES: &str = "leaves";
const HASHES: &str = "hashes";
/// Tiles that are taken in before anything is written.
const TILES_AT_ONCE: usize = 32;
/// Checkpoints that may wait for the mirror.
const MOST_SEEN: usize = 64;
/// Where the checkpoint waits that this desk itself had verified before it forgot its pages; others have the places after.
const OWN_BEFORE: u64 = 0;

impl Mirror<'_> {
    /// The newest checkpoint that this desk has verified.
    pub async fn checkpoint(&self) -> Result<Option<SignedCheckpoint>, Refusal> {
        let kept = self.desk.store().page(PublicShelf::Checkpoints, VERIFIED, 0).await?;
        // An empty page is one that was forgotten.
        let Some(kept) = kept.filter(|kept| !kept.bytes.is_empty()) else { return Ok(None) };
        let note = std::str::from_utf8(&kept.bytes).map_err(|_| damaged())?;
        self.verifier()?.open(note).map(Some).map_err(|_| damaged())
    }

    /// Compares a checkpoint that somebody else has seen (every letter carries one) with this desk's log. One that lies
    /// ahead is remembered and compared when the mirror gets there; one that contradicts raises the alarm. Text that the
    /// market's log did not sign says nothing and is dropped.
    pub async fn note_checkpoint_seen(&self, note: &str) -> Result<(), Refusal> {
        let Ok(seen) = self.verifier()?.open(note) else { return Ok(()) };
        match self.checkpoint().await? {
            Some(newest) if seen.size() <= newest.size() => self.compare(&seen, &newest).await,
            _ => self.remember_seen(&seen).await,
        }
    }

    /// Keeps a checkpoint in the first place that is free, until the mirror has come as far.
    async fn remember_seen(&self, seen: &SignedCheckpoint) -> Result<(), Refusal> {
        let waiting = self.desk.store().pages(PublicShelf::Checkpoints, SEEN, 0, MOST_SEEN).await?;
        let note = seen.note().as_bytes();
        let taken: BTreeSet<u64> =
            waiting.iter().filter(|page| !page.bytes.is_empty()).map(|page| page.number).collect();
        let free = (OWN_BEFORE + 1..MOST_SEEN as u64).find(|number| !taken.contains(number));
        if let (Some(free), false) = (free, waiting.iter().any(|page| page.bytes == note)) {
            let kept = page(PublicShelf::Checkpoints, SEEN, free, note.to_vec());
            self.desk.store().keep(vec![kept]).await?;
        }
        Ok(())
    }

    /// The leaves from `from` up to `to` (verified ones only), at most a few bundles at a time: call again from the
    /// place after the last. The bytes are as they stand in the log.
    pub async fn leaves(&self, from: LogIndex, to: LogSize) -> Result<Vec<(LogIndex, Vec<u8>)>, Refusal> {
        let first = from.0 / TILE_WIDTH;
        let pages = self.desk.store().pages(PublicShelf::LogLeaves, LEAVES, first, TILES_AT_ONCE).await?;
        let mut found = Vec::new();
        for (bundle, number) in pages.iter().zip(first..) {
            if bundle.number != number {
                return Err(damaged());
            }
            let leaves = entries(&bundle.bytes)?;
            let indexed = (number * TILE_WIDTH..).map(LogIndex).zip(leaves);
            found.extend(indexed.filter(|(index, _)| *index >= from && index.0 < to.0));
        }
        if found.is_empty() && from.0 < to.0 { Err(damaged()) } else { Ok(found) }
    }

    /// The first verified leaf in clear from `from` on that `wanted` takes.
    pub async fn find_clear<T>(
        &self,
        from: LogIndex,
        mut wanted: impl FnMut(LogIndex, &Leaf, &[u8]) -> Option<T>,
    ) -> Result<Option<T>, Refusal> {
        let Some(newest) = self.checkpoint().await? else { return Ok(None) };
        let mut next = from;
        while next.0 < newest.size().0 {
            for (index, bytes) in self.leaves(next, newest.size()).await? {
                next = LogIndex(index.0 + 1);
                let Ok(leaf) = Leaf::parse(&bytes) else { continue };
                if let Some(found) = wanted(index, &leaf, &bytes) {
                    return Ok(Some(found));
                }
            }
        }
        Ok(None)
    }

    /// The proof that the leaf at `index` is in the log of `size` leaves.
    pub async fn inclusion(&self, index: LogIndex, size: LogSize) -> Result<Inclusion, Refusal> {
        let source = self.hashes(&needed_for_inclusion(index, size).map_err(|_| damaged())?).await?;
        prove_inclusion(index, size, &source).map_err(|_| damaged())
    }

    /// Forgets leaves and epochs, to fetch them anew. The checkpoint that was verified stays as one that was seen: what
    /// comes now must lead to it.
    pub(super) async fn forget_log(&self) -> Result<(), Refusal> {
        let store = self.desk.store();
        let mut pages = vec![page(PublicShelf::Checkpoints, VERIFIED, 0, Vec::new())];
        if let Ok(Some(known)) = self.checkpoint().await {
            pages.push(page(PublicShelf::Checkpoints, SEEN, OWN_BEFORE, known.note().as_bytes().to_vec()));
        }
        store.keep(pages).await?;
        for shelf in [PublicShelf::LogLeaves, PublicShelf::Epochs, PublicShelf::Market] {
            store.forget(shelf).await?;
        }
        Ok(())
    }

    pub(super) async fn follow_log(&self) -> Result<LogSize, Refusal> {
        let bytes = self.desk.market().mirror().checkpoint().await?;
        let note = std::str::from_utf8(&bytes).map_err(|_| untrue("the market's checkpoint is not text"))?;
        let to = self.verifier()?.open(note).map_err(|refused| untrue(refused.to_string()))?;
        let known = self.checkpoint().await?;
        let size = known.as_ref().map_or(LogSize(0), SignedCheckpoint::size);
        match (to.size().cmp(&size), &known) {
            (Ordering::Less, Some(known)) => {
                self.compare(&to, known).await?;
                return Err(rolled_back(to.size(), size));
            }
            (Ordering::Equal, Some(known)) => self.compare(&to, known).await?,
            _ => self.take_leaves(known.as_ref(), &to).await?,
        }
        self.compare_waiting(&to).await?;
        Ok(to.size())
    }

    async fn take_leaves(
        &self,
        known: Option<&SignedCheckpoint>,
        to: &SignedCheckpoint,
    ) -> Result<(), Refusal> {
        let mut size = known.map_or(LogSize(0), SignedCheckpoint::size);
        let too_large = |_| untrue("the market's log claims an impossible size");
        let tiles = TilePath::entries(LogIndex(size.0), to.size()).map_err(too_large)?;
        let mut reached = None;
        for some in tiles.chunks(TILES_AT_ONCE) {
            let mut pages = Vec::new();
            let mut added = Vec::new();
            for tile in some {
                let bundle = self.take_tile(tile, size, &mut added).await?;
                pages.push(bundle);
            }
            let needed = needed_to_append(size, added.len()).map_err(|_| damaged())?;
            let source = self.hashes(&needed).await?;
            let appended = append(size, &added, &source).map_err(|_| damaged())?;
            pages.extend(self.hash_pages(appended.numbered()).await?);
            self.desk.store().keep(pages).await?;
            size = appended.size;
            reached = Some(appended.root);
        }
        let empty = || root(LogSize(0), &StoredHashes::default()).map_err(|_| damaged());
        let reached = reached.map_or_else(empty, Ok)?;
        if reached != *to.root() {
            return Err(match known {
                Some(known) => self.explain(known, to).await?,
                None => untrue("the leaves of the market's log do not lead to its checkpoint"),
            });
        }
        self.keep_checkpoint(to).await
    }

    /// Fetches one entries tile. Of the leaves that are verified already, ours are kept.
    async fn take_tile(
        &self,
        tile: &TilePath,
        size: LogSize,
        added: &mut Vec<Vec<u8>>,
    ) -> Result<tacit_ports::desk::PublicPage, Refusal> {
        let range = tile.leaves().ok_or_else(damaged)?;
        let number = range.start / TILE_WIDTH;
        let bytes = self.desk.market().mirror().tile(tile).await?;
        let fetched = tile.parse_entries(&bytes).map_err(|refused| untrue(refused.to_string()))?;
        let have = usize::try_from(size.0.saturating_sub(range.start)).map_err(|_| damaged())?;
        let mut leaves = Vec::new();
        if have > 0 && have < fetched.len() {
            let kept =
                self.desk.store().page(PublicShelf::LogLeaves, LEAVES, number).await?.ok_or_else(damaged)?;
            leaves = entries(&kept.bytes)?;
            leaves.truncate(have);
        }
        let new = fetched.into_iter().skip(have);
        let start = leaves.len();
        leaves.extend(new);
        added.extend_from_slice(&leaves[start..]);
        let bundle = encode_entries(&leaves).map_err(|_| damaged())?;
        Ok(page(PublicShelf::LogLeaves, LEAVES, number, bundle))
    }

    async fn keep_checkpoint(&self, checkpoint: &SignedCheckpoint) -> Result<(), Refusal> {
        let kept = page(PublicShelf::Checkpoints, VERIFIED, 0, checkpoint.note().as_bytes().to_vec());
        Ok(self.desk.store().keep(vec![kept]).await?)
    }

    async fn compare_waiting(&self, newest: &SignedCheckpoint) -> Result<(), Refusal> {
        for waiting in self.desk.store().pages(PublicShelf::Checkpoints, SEEN, 0, MOST_SEEN).await? {
            // A page without text is one that was compared before.
            let Ok(note) = std::str::from_utf8(&waiting.bytes) else { continue };
            let Ok(seen) = self.verifier()?.open(note) else { continue };
            if seen.size() > newest.size() {
                return Err(rolled_back(newest.size(), seen.size()));
            }
            self.compare(&seen, newest).await?;
            // Its place is free for another one.
            let compared = page(PublicShelf::Checkpoints, SEEN, waiting.number, Vec::new());
            self.desk.store().keep(vec![compared]).await?;
        }
        Ok(())
    }

    fn verifier(&self) -> Result<LogVerifier, Refusal> {
        Ok(self.desk.settings().pinned.log.clone())
    }

    pub(super) async fn hashes(&self, numbers: &[u64]) -> Result<StoredHashes, Refusal> {
        let wanted: BTreeSet<u64> = numbers.iter().map(|number| number / TILE_WIDTH).collect();
        let mut found = Vec::new();
        for number in wanted {
            let Some(kept) = self.desk.store().page(PublicShelf::LogLeaves, HASHES, number).await? else {
                continue;
            };
            let (hashes, rest) = kept.bytes.as_chunks::<32>();
            if !rest.is_empty() {
                return Err(damaged());
            }
            let numbered = (number * TILE_WIDTH..).zip(hashes.iter().map(|hash| Digest::from_bytes(*hash)));
            found.extend(numbered);
        }
        Ok(found.into_iter().collect())
    }

    /// The pages that hold these hashes, with what stood on them before.
    async fn hash_pages(
        &self,
        hashes: impl Iterator<Item = (u64, Digest)>,
    ) -> Result<Vec<tacit_ports::desk::PublicPage>, Refusal> {
        let mut by_page: BTreeMap<u64, Vec<(u64, Digest)>> = BTreeMap::new();
        for (number, hash) in hashes {
            by_page.entry(number / TILE_WIDTH).or_default().push((number, hash));
        }
        let mut pages = Vec::new();
        for (number, new) in by_page {
            let kept = self.desk.store().page(PublicShelf::LogLeaves, HASHES, number).await?;
            let mut bytes = kept.map(|kept| kept.bytes).unwrap_or_default();
            let first = usize::try_from(new[0].0 % TILE_WIDTH).map_err(|_| damaged())? * 32;
            if bytes.len() < first {
                return Err(damaged());
            }
            bytes.truncate(first);
            new.iter().for_each(|(_, hash)| bytes.extend_from_slice(hash.bytes()));
            pages.push(page(PublicShelf::LogLeaves, HASHES, number, bytes));
        }
        Ok(pages)
    }
}

/// The leaves of a bundle, however many there are.
fn entries(bytes: &[u8]) -> Result<Vec<Vec<u8>>, Refusal> {
    let mut leaves = Vec::new();
    let mut rest = bytes;
    while let Some((length, after)) = rest.split_first_chunk::<2>() {
        let length = usize::from(u16::from_be_bytes(*length));
        let (leaf, after) = after.split_at_checked(length).ok_or_else(damaged)?;
        leaves.push(leaf.to_vec());
        rest = after;
    }
    if rest.is_empty() { Ok(leaves) } else { Err(damaged()) }
}

impl From<NotProved> for Refusal {
    fn from(_: NotProved) -> Self {
        damaged()
    }
}
