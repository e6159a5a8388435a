//! Reading a log from tiles that nobody vouches for.
//!
//! The tiles of the right edge must lead to the checkpoint's root; every other tile is full, and its own root must stand in
//! the tile above it. (The reader of `tlog_tiles` 0.2 is not used: it leaves full tiles unchecked when several of the
//! subtrees that make the root share a tile; a test here holds that ours does not.)

use super::checkpoint::Checkpoint;
use super::tile::{HEIGHT, TILE_WIDTH, TilePath};
use super::tree::{HashMissing, HashSource, LogSize, bounded, digest, hash, root};
use std::cell::RefCell;
use std::collections::HashMap;
use std::fmt;
use tacit_values::Digest;

/// Stored hashes read from tiles: every answer is first proved against a checkpoint.
pub struct TiledHashes<'a, F> {
    checkpoint: &'a Checkpoint,
    fetch: F,
    proved: RefCell<HashMap<TilePath, Vec<Digest>>>,
}

impl<'a, F: Fn(&TilePath) -> Option<Vec<u8>>> TiledHashes<'a, F> {
    /// Reads tiles through `fetch`, which answers `None` when a tile is not at hand.
    pub fn new(checkpoint: &'a Checkpoint, fetch: F) -> Self {
        Self { checkpoint, fetch, proved: RefCell::default() }
    }

    /// Reads the tiles of the right edge and checks that they make the checkpoint's root.
    fn prove_edge(&self) -> Option<()> {
        let size = self.checkpoint.size;
        let mut edge = HashMap::new();
        for level in 0..=u8::MAX {
            let complete = size.0.checked_shr(u32::from(HEIGHT) * u32::from(level)).unwrap_or(0);
            if complete == 0 {
                break;
            }
            let width = complete % TILE_WIDTH;
            if width > 0 {
                let number = complete / TILE_WIDTH;
                let path = TilePath { level: Some(level), number, width: u16::try_from(width).ok()? };
                edge.insert(path, self.fetched(&path)?);
            }
        }
        let edge = Edge { size, tiles: edge };
        if root(size, &edge).ok()? != self.checkpoint.root {
            return None;
        }
        self.proved.borrow_mut().extend(edge.tiles);
        Some(())
    }

    /// The hashes of a tile, proved through the tiles above it.
    fn proved(&self, path: TilePath) -> Option<Vec<Digest>> {
        if let Some(hashes) = self.proved.borrow().get(&path) {
            return Some(hashes.clone());
        }
        // The edge is proved already; a tile that is not full and not on it is not in this tree.
        if !path.is_full() {
            return None;
        }
        let hashes = self.fetched(&path)?;
        let above = tlog_tiles::stored_hash_index(HEIGHT * (path.level? + 1), path.number);
        let place = Place::of(above, self.checkpoint.size)?;
        if place.hash_in(&self.proved(place.path)?)? != subtree(&hashes) {
            return None;
        }
        self.proved.borrow_mut().insert(path, hashes.clone());
        Some(hashes)
    }

    fn fetched(&self, path: &TilePath) -> Option<Vec<Digest>> {
        path.parse_hashes(&(self.fetch)(path)?).ok()
    }
}

impl<F: Fn(&TilePath) -> Option<Vec<u8>>> HashSource for TiledHashes<'_, F> {
    fn hashes(&self, numbers: &[u64]) -> Result<Vec<Digest>, HashMissing> {
        let size = self.checkpoint.size;
        let first = HashMissing(numbers.first().copied().unwrap_or_default());
        if bounded(size).is_err() {
            return Err(first);
        }
        if self.proved.borrow().is_empty() {
            self.prove_edge().ok_or(first)?;
        }
        let one = |number: &u64| {
            let place = Place::of(*number, size)?;
            place.hash_in(&self.proved(place.path)?)
        };
        numbers.iter().map(|number| one(number).ok_or(HashMissing(*number))).collect()
    }
}

impl<F> fmt::Debug for TiledHashes<'_, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TiledHashes({})", self.checkpoint.size)
    }
}

/// The tiles of the right edge, not yet proved: they hold all subtrees that make the root.
struct Edge {
    size: LogSize,
    tiles: HashMap<TilePath, Vec<Digest>>,
}

impl HashSource for Edge {
    fn hashes(&self, numbers: &[u64]) -> Result<Vec<Digest>, HashMissing> {
        let one = |number: &u64| {
            let place = Place::of(*number, self.size)?;
            place.hash_in(self.tiles.get(&place.path)?)
        };
        numbers.iter().map(|number| one(number).ok_or(HashMissing(*number))).collect()
    }
}

/// Where a stored hash stands: the root of `count` hashes of a tile from `first` on.
struct Place {
    path: TilePath,
    first: usize,
    count: usize,
}

impl Place {
    fn of(number: u64, size: LogSize) -> Option<Self> {
        if number >= size.stored_hashes() {
            return None;
        }
        let (height, place) = tlog_tiles::split_stored_hash_index(number);
        let (level, within) = (height / HEIGHT, height % HEIGHT);
        let first = place << within;
        let tile = first / TILE_WIDTH;
        let complete = size.0 >> (u32::from(HEIGHT) * u32::from(level));
        let width = (complete - tile * TILE_WIDTH).min(TILE_WIDTH);
        Some(Self {
            path: TilePath { level: Some(level), number: tile, width: u16::try_from(width).ok()? },
            first: usize::try_from(first % TILE_WIDTH).ok()?,
            count: 1 << within,
        })
    }

    fn hash_in(&self, hashes: &[Digest]) -> Option<Digest> {
        hashes.get(self.first..self.first + self.count).map(subtree)
    }
}

/// The root of a complete subtree.
fn subtree(hashes: &[Digest]) -> Digest {
    match hashes {
        [one] => *one,
        _ => {
            let (left, right) = hashes.split_at(hashes.len() / 2);
            digest(&tlog_tiles::node_hash(hash(&subtree(left)), hash(&subtree(right))))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{
        LogIndex, LogKey, LogName, StoredHashes, append, encode_entries, leaf_hash, prove_inclusion,
    };
    use super::*;

    fn leaf(number: u64) -> Vec<u8> {
        number.to_be_bytes().to_vec()
    }

    fn published(size: u64) -> (Checkpoint, HashMap<TilePath, Vec<u8>>) {
        let leaves: Vec<_> = (0..size).map(leaf).collect();
        let mut stored = StoredHashes::default();
        let appended = append(LogSize(0), &leaves, &stored).unwrap();
        stored.keep(&appended);
        let tiles = TilePath::published(LogSize(0), LogSize(size)).unwrap();
        let bytes = |path: &TilePath| match path.leaves() {
            Some(range) => encode_entries(&range.map(leaf).collect::<Vec<_>>()).unwrap(),
            None => path.read(&stored).unwrap(),
        };
        let tiles = tiles.iter().map(|path| (*path, bytes(path))).collect();
        let key = LogKey::from_seed(LogName::of(&"https://m.example".parse().unwrap()), &[1; 32]);
        (key.sign(LogSize(size), appended.root).checkpoint().clone(), tiles)
    }

    #[test]
    fn a_proof_made_from_tiles_alone_is_believed_and_a_spoilt_tile_is_noticed() {
        for size in [1, 255, 256, 257, 600, 1000] {
            let (checkpoint, tiles) = published(size);
            let every: Vec<u64> = (0..LogSize(size).stored_hashes()).collect();
            let source = TiledHashes::new(&checkpoint, |path| tiles.get(path).cloned());
            assert!(source.hashes(&every).is_ok());
            assert!(source.hashes(&[LogSize(size).stored_hashes()]).is_err());
            for index in [0, size / 2, size - 1] {
                let index = LogIndex(index);
                let proof = prove_inclusion(index, LogSize(size), &source).unwrap();
                let leaf = leaf_hash(&leaf(index.0));
                assert_eq!(proof.check(index, &leaf, checkpoint.size, &checkpoint.root), Ok(()));
            }
            for spoilt in tiles.keys().filter(|path| !path.holds_entries()) {
                let source = TiledHashes::new(&checkpoint, |path| {
                    let mut bytes = tiles.get(path).cloned()?;
                    let at = bytes.len() - 1;
                    bytes[at] ^= u8::from(path == spoilt);
                    Some(bytes)
                });
                assert!(source.hashes(&every).is_err(), "{spoilt} of {size}");
            }
        }
    }

    #[test]
    fn tiles_that_are_not_at_hand_and_an_empty_log_prove_nothing() {
        let (checkpoint, _) = published(1000);
        let nothing = TiledHashes::new(&checkpoint, |_: &TilePath| None);
        assert!(prove_inclusion(LogIndex(0), LogSize(1000), &nothing).is_err());
        let empty = Checkpoint { size: LogSize(0), ..checkpoint };
        let nothing = TiledHashes::new(&empty, |_: &TilePath| None);
        assert!(nothing.hashes(&[0]).is_err());
    }
}
