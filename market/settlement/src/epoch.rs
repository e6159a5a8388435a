//! Closed epochs: the file with what happened, and the leaf in clear that the log keeps (settlement.md, What it is).
//!
//! File: `0x01 || pool 32 || epoch u64be || n u32be || n x (length u16be || record, length u32be || bundle)`, entries in the
//! order in which their commitments entered the tree. The leaf holds the file's SHA-256, so no byte of a file changes unseen.

use crate::bundle::{MAX_BUNDLE_BYTES, NotABundle, SettlementBundle};
use crate::bytes32::{Anchor, PoolId};
use crate::reading::{Reader, Short};
use crate::record::{ClearRecord, RecordRefused};
use serde::{Deserialize, Serialize};
use tacit_values::{Digest, Epoch, MAX_SAFE_INTEGER, Timestamp, canonical};

const FORM: u8 = 1;
/// The most bundles of one epoch; more wait for the next.
pub const MAX_EPOCH_ENTRIES: usize = 4096;
/// The largest epoch file in bytes; a sequencer closes before it is reached.
pub const MAX_EPOCH_BYTES: usize = 64 << 20;
/// The longest leaf in canonical bytes.
pub const MAX_LEAF_BYTES: usize = 1024;

/// One bundle as it stands in the ledger, with the record in clear that it needs when value enters or leaves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerEntry {
    /// The movement.
    pub bundle: SettlementBundle,
    /// The treasury's record: for mints, burns and crossings, and for nothing else.
    pub record: Option<ClearRecord>,
}

impl LedgerEntry {
    /// A plain transfer.
    pub const fn transfer(bundle: SettlementBundle) -> Self {
        Self { bundle, record: None }
    }

    /// How many bytes it takes in an epoch file.
    pub fn encoded_length(&self) -> usize {
        let record = self.record.map_or(0, |record| record.canonical_bytes().len());
        2 + record + 4 + self.bundle.bytes().len()
    }
}

/// Everything that happened in one epoch, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EpochFile {
    /// The pool.
    pub pool: PoolId,
    /// The epoch.
    pub epoch: Epoch,
    /// What happened; never empty in a file that exists.
    pub entries: Vec<LedgerEntry>,
}

/// Why bytes are no epoch file.
#[derive(Debug, thiserror::Error, PartialEq, Eq, Clone, Copy)]
pub enum NotAnEpochFile {
    /// Too large to be read at all.
    #[error("an epoch file has at most {MAX_EPOCH_BYTES} bytes and {MAX_EPOCH_ENTRIES} entries")]
    TooLarge,
    /// Cut short, or with bytes left over.
    #[error("the epoch file is cut short or has bytes left over; download it again")]
    Length,
    /// Another version.
    #[error("the epoch file has version {0}; this program reads version 1: update it")]
    Version(u8),
    /// Files of empty epochs do not exist.
    #[error("an epoch in which nothing happened has no file")]
    Empty,
    /// A bundle in it cannot be read.
    #[error("entry {entry} holds no bundle")]
    Bundle {
        /// Which entry, counted from 0.
        entry: usize,
        /// What is wrong with it.
        #[source]
        cause: NotABundle,
    },
    /// A record in it cannot be read.
    #[error("entry {entry} holds no record")]
    Record {
        /// Which entry, counted from 0.
        entry: usize,
        /// What is wrong with it.
        #[source]
        cause: RecordRefused,
    },
}

impl From<Short> for NotAnEpochFile {
    fn from(_: Short) -> Self {
        Self::Length
    }
}

impl EpochFile {
    /// The bytes that are stored, served and digested.
    pub fn encode(&self) -> Vec<u8> {
        let length = 45 + self.entries.iter().map(LedgerEntry::encoded_length).sum::<usize>();
        let mut out = Vec::with_capacity(length);
        out.push(FORM);
        out.extend_from_slice(self.pool.bytes());
        out.extend_from_slice(&self.epoch.0.to_be_bytes());
        let count = u32::try_from(self.entries.len()).expect("an epoch has at most 4096 entries");
        out.extend_from_slice(&count.to_be_bytes());
        for entry in &self.entries {
            let record = entry.record.map(|record| record.canonical_bytes()).unwrap_or_default();
            let length = u16::try_from(record.len()).expect("a record has at most 1024 bytes");
            out.extend_from_slice(&length.to_be_bytes());
            out.extend_from_slice(&record);
            let bundle = entry.bundle.bytes();
            let length = u32::try_from(bundle.len()).expect("a bundle has less than 64 KiB");
            out.extend_from_slice(&length.to_be_bytes());
            out.extend_from_slice(bundle);
        }
        out
    }

    /// Reads a file; sizes are bounded before anything is parsed.
    pub fn decode(bytes: &[u8]) -> Result<Self, NotAnEpochFile> {
        if bytes.len() > MAX_EPOCH_BYTES {
            return Err(NotAnEpochFile::TooLarge);
        }
        let mut rest = Reader(bytes);
        let version = rest.u8()?;
        if version != FORM {
            return Err(NotAnEpochFile::Version(version));
        }
        let pool = PoolId::from_bytes(rest.array()?);
        let epoch = Epoch(rest.u64()?);
        let count = rest.u32()? as usize;
        match count {
            0 => return Err(NotAnEpochFile::Empty),
            1..=MAX_EPOCH_ENTRIES => (),
            _ => return Err(NotAnEpochFile::TooLarge),
        }
        let entries = (0..count).map(|entry| read_entry(&mut rest, entry)).collect::<Result<_, _>>()?;
        if rest.is_empty() { Ok(Self { pool, epoch, entries }) } else { Err(NotAnEpochFile::Length) }
    }

    /// How many commitments the epoch adds to the tree.
    pub fn outputs(&self) -> u64 {
        self.entries.iter().map(|entry| entry.bundle.actions() as u64).sum()
    }

    /// The bundle and the action in it whose commitment stands at `position` of the tree; `tree_size` is the leaf's.
    pub fn output_at(&self, tree_size: u64, position: u64) -> Option<(&SettlementBundle, usize)> {
        let mut offset = position.checked_sub(tree_size.checked_sub(self.outputs())?)?;
        for entry in &self.entries {
            let actions = entry.bundle.actions() as u64;
            if offset < actions {
                return Some((&entry.bundle, usize::try_from(offset).ok()?));
            }
            offset -= actions;
        }
        None
    }

    /// The position in the tree of a bundle's first commitment; `tree_size` is the leaf's.
    pub fn position_of(&self, bundle: &Digest, tree_size: u64) -> Option<u64> {
        let mut position = tree_size.checked_sub(self.outputs())?;
        for entry in &self.entries {
            if entry.bundle.digest() == *bundle {
                return Some(position);
            }
            position += entry.bundle.actions() as u64;
        }
        None
    }
}

fn read_entry(rest: &mut Reader<'_>, entry: usize) -> Result<LedgerEntry, NotAnEpochFile> {
    let length = usize::from(rest.u16()?);
    let record = match rest.take(length)? {
        [] => None,
        bytes => Some(ClearRecord::decode(bytes).map_err(|cause| NotAnEpochFile::Record { entry, cause })?),
    };
    let length = rest.u32()? as usize;
    if length > MAX_BUNDLE_BYTES {
        return Err(NotAnEpochFile::Bundle { entry, cause: NotABundle::TooLarge });
    }
    let bundle = SettlementBundle::decode(rest.take(length)?)
        .map_err(|cause| NotAnEpochFile::Bundle { entry, cause })?;
    Ok(LedgerEntry { bundle, record })
}

/// What the log keeps of every epoch, in clear, empty or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EpochLeaf {
    /// Version of this form: 1.
    pub v: u8,
    /// The pool.
    pub pool: PoolId,
    /// The epoch.
    pub epoch: Epoch,
    /// When it was over: genesis and `epoch + 1` epoch lengths.
    pub time: Timestamp,
    /// The root of the commitment tree after it.
    pub root: Anchor,
    /// How many commitments the tree holds after it.
    pub tree_size: u64,
    /// SHA-256 of its file; absent when nothing happened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<Digest>,
}

/// The bytes are no leaf.
#[derive(Debug, thiserror::Error, PartialEq, Eq, Clone, Copy)]
#[error("the record is no epoch of a ledger in canonical JSON of at most {MAX_LEAF_BYTES} bytes")]
pub struct NotALeaf;

impl EpochLeaf {
    /// The RFC 8785 bytes, which the log's clear leaf wraps. At most [`MAX_LEAF_BYTES`].
    pub fn canonical_bytes(&self) -> Vec<u8> {
        canonical(self).expect("epoch and tree size stay below 2^53")
    }

    /// Reads canonical bytes and refuses any others.
    pub fn decode(bytes: &[u8]) -> Result<Self, NotALeaf> {
        if bytes.len() > MAX_LEAF_BYTES {
            return Err(NotALeaf);
        }
        let leaf: Self = serde_json::from_slice(bytes).map_err(|_| NotALeaf)?;
        let safe = leaf.epoch.0 <= MAX_SAFE_INTEGER && leaf.tree_size <= MAX_SAFE_INTEGER;
        if safe && leaf.v == 1 && leaf.canonical_bytes() == bytes { Ok(leaf) } else { Err(NotALeaf) }
    }
}

/// An epoch that is over: its leaf and, when something happened, its file's bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClosedEpoch {
    /// The leaf in clear.
    pub leaf: EpochLeaf,
    /// The bytes of the epoch file.
    pub file: Option<Vec<u8>>,
}
