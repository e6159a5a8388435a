//! A second tree, written level by level and independent of the sequencer's frontier: the replay recomputes roots with it,
//! the wallet follows its own notes' paths in it.
//!
//! `pending[l]` holds the complete node at level `l` that still waits for its right sibling; it is there exactly when bit `l`
//! of the size is set. The *edge* of a level is the node that the next leaf will fall under.

use crate::reading::{Reader, Short};
use crate::tree::DEPTH;
use incrementalmerkletree::{Hashable, Level};
use orchard::tree::MerkleHashOrchard;

const LEVELS: usize = DEPTH as usize;

/// The level-by-level tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Levels {
    pending: [Option<MerkleHashOrchard>; LEVELS],
    size: u64,
}

/// The tree has no room left.
#[derive(Debug, PartialEq, Eq, Clone, Copy)]
pub(crate) struct Full;

impl Levels {
    pub(crate) const fn empty() -> Self {
        Self { pending: [None; LEVELS], size: 0 }
    }

    pub(crate) const fn size(&self) -> u64 {
        self.size
    }

    pub(crate) const fn pending(&self, level: usize) -> Option<MerkleHashOrchard> {
        self.pending[level]
    }

    /// Whether so many leaves more would not fit.
    pub(crate) const fn is_full_after(&self, leaves: usize) -> bool {
        self.size + leaves as u64 > 1 << DEPTH
    }

    /// Appends leaves and reports every node that this completes, by level and index in the level.
    pub(crate) fn append(
        &mut self,
        leaves: Vec<MerkleHashOrchard>,
        mut completed: impl FnMut(usize, u64, MerkleHashOrchard),
    ) -> Result<(), Full> {
        let count = leaves.len() as u64;
        if self.is_full_after(leaves.len()) {
            return Err(Full);
        }
        let mut nodes = leaves;
        let mut first = self.size;
        for level in 0..LEVELS {
            if nodes.is_empty() {
                break;
            }
            nodes.iter().zip(first..).for_each(|(node, index)| completed(level, index, *node));
            if let Some(left) = self.pending[level].take() {
                nodes.insert(0, left);
                first -= 1;
            }
            if nodes.len() % 2 == 1 {
                self.pending[level] = nodes.pop();
            }
            let pairs = nodes.chunks_exact(2).map(|pair| (&pair[0], &pair[1]));
            nodes = MerkleHashOrchard::combine_batch(Level::from(level as u8), pairs);
            first /= 2;
        }
        self.size += count;
        Ok(())
    }

    /// The edge of every level, from leaves to root; `None` where nothing lies under it yet.
    pub(crate) fn edges(&self) -> [Option<MerkleHashOrchard>; LEVELS + 1] {
        let mut edges = [None; LEVELS + 1];
        for level in 0..LEVELS {
            let height = Level::from(level as u8);
            let empty = || MerkleHashOrchard::empty_root(height);
            edges[level + 1] = match (self.pending[level], edges[level]) {
                (Some(left), edge) => {
                    Some(MerkleHashOrchard::combine(height, &left, &edge.unwrap_or_else(empty)))
                }
                (None, Some(edge)) => Some(MerkleHashOrchard::combine(height, &edge, &empty())),
                (None, None) => None,
            };
        }
        edges
    }

    pub(crate) fn root(&self) -> MerkleHashOrchard {
        self.edges()[LEVELS].unwrap_or_else(|| MerkleHashOrchard::empty_root(Level::from(DEPTH)))
    }

    /// `size u64be`, then the pending nodes from leaves to root.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let mut out = self.size.to_be_bytes().to_vec();
        self.pending.iter().flatten().for_each(|node| out.extend_from_slice(&node.to_bytes()));
        out
    }

    pub(crate) fn read(rest: &mut Reader<'_>) -> Result<Self, Short> {
        let mut levels = Self::empty();
        levels.size = rest.u64()?;
        if levels.size > 1 << DEPTH {
            return Err(Short);
        }
        for level in (0..LEVELS).filter(|level| levels.size >> level & 1 == 1) {
            levels.pending[level] = Some(read_node(rest)?);
        }
        Ok(levels)
    }
}

pub(crate) fn read_node(rest: &mut Reader<'_>) -> Result<MerkleHashOrchard, Short> {
    Option::from(MerkleHashOrchard::from_bytes(&rest.array()?)).ok_or(Short)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bytes32::Commitment;
    use crate::tree::{CommitmentTree, node};

    fn commitment(number: u64) -> Commitment {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&number.to_le_bytes());
        Commitment::from_bytes(bytes)
    }

    #[test]
    fn both_trees_agree_on_every_root_however_leaves_arrive() {
        let mut frontier = CommitmentTree::empty();
        let mut levels = Levels::empty();
        let mut next = 0;
        for count in [0, 1, 2, 3, 1, 5, 8, 7, 16, 1] {
            let batch: Vec<_> = (next..next + count).map(commitment).collect();
            batch.iter().for_each(|leaf| frontier.append(leaf).unwrap());
            levels.append(batch.iter().map(|leaf| node(leaf).unwrap()).collect(), |_, _, _| ()).unwrap();
            next += count;
            assert_eq!(levels.root().to_bytes(), *frontier.root().bytes(), "after {next} leaves");
            assert_eq!(levels.size(), frontier.size());
            assert_eq!(CommitmentTree::from_bytes(&frontier.to_bytes()), Ok(frontier.clone()));
            assert_eq!(Levels::read(&mut Reader(&levels.to_bytes())), Ok(levels.clone()));
        }
    }

    #[test]
    fn a_damaged_tree_is_refused() {
        let mut tree = CommitmentTree::empty();
        (0..5).for_each(|number| tree.append(&commitment(number)).unwrap());
        let bytes = tree.to_bytes();
        for length in 0..bytes.len() {
            assert!(CommitmentTree::from_bytes(&bytes[..length]).is_err(), "cut to {length}");
        }
        let mut longer = bytes;
        longer.push(0);
        assert!(CommitmentTree::from_bytes(&longer).is_err());
        assert!(tree.append(&Commitment::from_bytes([0xff; 32])).is_err());
    }
}
