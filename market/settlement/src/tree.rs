//! The note commitment tree, of depth 32, as the sequencer keeps it: its frontier is enough to append and to know the root.
//!
//! The replay and the wallet use a second tree of their own ([`crate::levels`]), so that a fault in one is noticed.

use crate::bytes32::{Anchor, Commitment};
use crate::reading::{Reader, Short};
use incrementalmerkletree::Position;
use incrementalmerkletree::frontier::Frontier;
use orchard::tree::MerkleHashOrchard;

const FORM: u8 = 1;
pub(crate) const DEPTH: u8 = 32;

/// The frontier of one pool's tree. About a kilobyte, however many notes there are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommitmentTree {
    frontier: Frontier<MerkleHashOrchard, DEPTH>,
}

/// Why the tree could not take a commitment or be read.
#[derive(Debug, thiserror::Error, PartialEq, Eq, Clone, Copy)]
pub enum TreeRefused {
    /// The bytes are no field element.
    #[error("a commitment is no canonical field element")]
    NotACommitment,
    /// 2^32 notes.
    #[error("the pool's tree is full; rotate the pool")]
    Full,
    /// Stored bytes that are no tree.
    #[error("the stored commitment tree is damaged; rebuild it from the epoch files")]
    Damaged,
}

impl From<Short> for TreeRefused {
    fn from(_: Short) -> Self {
        Self::Damaged
    }
}

impl CommitmentTree {
    /// The tree of epoch 0.
    pub fn empty() -> Self {
        Self { frontier: Frontier::empty() }
    }

    /// Appends one commitment.
    pub fn append(&mut self, commitment: &Commitment) -> Result<(), TreeRefused> {
        if self.frontier.append(node(commitment)?) { Ok(()) } else { Err(TreeRefused::Full) }
    }

    /// The root: 32 hashes, so ask once per epoch.
    pub fn root(&self) -> Anchor {
        Anchor::from_bytes(self.frontier.root().to_bytes())
    }

    /// How many commitments there are.
    pub fn size(&self) -> u64 {
        self.frontier.tree_size()
    }

    /// The stored form: `0x01 || size u64be || leaf 32 || n u8 || n x ommer 32`, or `0x01 || 0` when empty.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = vec![FORM];
        out.extend_from_slice(&self.size().to_be_bytes());
        if let Some(frontier) = self.frontier.value() {
            out.extend_from_slice(&frontier.leaf().to_bytes());
            out.push(
                u8::try_from(frontier.ommers().len()).expect("a tree of depth 32 has at most 32 ommers"),
            );
            frontier.ommers().iter().for_each(|ommer| out.extend_from_slice(&ommer.to_bytes()));
        }
        out
    }

    /// Reads the stored form.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, TreeRefused> {
        let mut rest = Reader(bytes);
        if rest.u8()? != FORM {
            return Err(TreeRefused::Damaged);
        }
        let size = rest.u64()?;
        let frontier = if size == 0 {
            Frontier::empty()
        } else {
            let mut stored = || -> Result<_, TreeRefused> {
                node(&Commitment::from_bytes(rest.array()?)).map_err(|_| TreeRefused::Damaged)
            };
            let leaf = stored()?;
            let count = rest.u8()?;
            let mut stored = || -> Result<_, TreeRefused> {
                node(&Commitment::from_bytes(rest.array()?)).map_err(|_| TreeRefused::Damaged)
            };
            let ommers = (0..count).map(|_| stored()).collect::<Result<_, _>>()?;
            Frontier::from_parts(Position::from(size - 1), leaf, ommers).map_err(|_| TreeRefused::Damaged)?
        };
        if rest.is_empty() { Ok(Self { frontier }) } else { Err(TreeRefused::Damaged) }
    }
}

impl Anchor {
    /// The root of the empty tree: epoch 0's, and the anchor of every mint.
    pub fn empty_tree() -> Self {
        Self::from_bytes(orchard::Anchor::empty_tree().to_bytes())
    }
}

/// A commitment as a node of the tree.
pub(crate) fn node(commitment: &Commitment) -> Result<MerkleHashOrchard, TreeRefused> {
    Option::from(MerkleHashOrchard::from_bytes(commitment.bytes())).ok_or(TreeRefused::NotACommitment)
}
