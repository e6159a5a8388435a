//! The paths of a wallet's own notes through the tree, in a compact form.
//!
//! A note's path is the sibling of each of its 32 ancestors. A sibling on the left is complete when the note arrives; one on
//! the right is *wanted* until the subtree under it is full, and stands for itself from then on. Until then it is the tree's
//! edge or empty, which [`Levels`] knows. So a note costs at most 32 hashes, and a leaf that is nobody's costs nothing to keep.

use crate::levels::{Full, Levels};
use crate::tree::DEPTH;
use incrementalmerkletree::{Hashable, Level};
use orchard::tree::{MerkleHashOrchard, MerklePath};
use std::collections::HashMap;

const LEVELS: usize = DEPTH as usize;

/// The complete siblings of one note's ancestors.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Path {
    pub(crate) siblings: [Option<MerkleHashOrchard>; LEVELS],
}

impl Path {
    pub(crate) const EMPTY: Self = Self { siblings: [None; LEVELS] };
}

/// The tree as a wallet follows it, and which nodes its notes wait for.
#[derive(Debug, Clone)]
pub(crate) struct Paths {
    pub(crate) levels: Levels,
    wanted: HashMap<(usize, u64), Vec<u64>>,
}

impl Paths {
    pub(crate) fn new(levels: Levels) -> Self {
        Self { levels, wanted: HashMap::new() }
    }

    /// Begins the path of a note that the next [`Self::append`] will bring.
    pub(crate) fn expect(&mut self, position: u64) -> Path {
        let mut path = Path::EMPTY;
        for level in 0..LEVELS {
            let sibling = position >> level ^ 1;
            if (sibling + 1) << level <= self.levels.size() {
                // Complete already, hence left of the note and waiting for the note's own ancestor.
                path.siblings[level] = self.levels.pending(level);
            } else {
                self.wanted.entry((level, sibling)).or_default().push(position);
            }
        }
        path
    }

    /// Takes up a stored path again.
    pub(crate) fn resume(&mut self, position: u64, path: &Path) {
        for level in (0..LEVELS).filter(|level| path.siblings[*level].is_none()) {
            self.wanted.entry((level, position >> level ^ 1)).or_default().push(position);
        }
    }

    /// Lets go of a note that was spent.
    pub(crate) fn forget(&mut self, position: u64) {
        for level in 0..LEVELS {
            let key = (level, position >> level ^ 1);
            if let Some(waiting) = self.wanted.get_mut(&key) {
                waiting.retain(|other| *other != position);
                if waiting.is_empty() {
                    self.wanted.remove(&key);
                }
            }
        }
    }

    /// Appends leaves and says which siblings of which notes became complete.
    pub(crate) fn append(
        &mut self,
        leaves: Vec<MerkleHashOrchard>,
    ) -> Result<Vec<(u64, usize, MerkleHashOrchard)>, Full> {
        let wanted = &mut self.wanted;
        let mut completed = Vec::new();
        self.levels.append(leaves, |level, index, node| {
            for position in wanted.remove(&(level, index)).unwrap_or_default() {
                completed.push((position, level, node));
            }
        })?;
        Ok(completed)
    }

    /// The whole path of a note to the root of now.
    pub(crate) fn witness(
        &self,
        position: u64,
        path: &Path,
        edges: &[Option<MerkleHashOrchard>],
    ) -> Option<MerklePath> {
        let mut siblings = [MerkleHashOrchard::empty_leaf(); LEVELS];
        for level in 0..LEVELS {
            let sibling = position >> level ^ 1;
            let edge = self.levels.size() >> level;
            siblings[level] = match path.siblings[level] {
                Some(node) => node,
                None if sibling < edge => return None,
                None if sibling == edge && edges[level].is_some() => edges[level]?,
                None => MerkleHashOrchard::empty_root(Level::from(level as u8)),
            };
        }
        Some(MerklePath::from_parts(u32::try_from(position).ok()?, siblings))
    }
}
