//! Segments: 256 closed epochs in one download, which is how desks and verifiers follow a ledger (wire.md, Resources).
//!
//! `0x01 || pool 32 || n u64be || root before 32 || tree size before u64be || 256 x epoch`, where an epoch in which nothing
//! happened is the byte `0x00` and any other is `0x01 || root 32 || tree size u64be || sha256(file) 32 || length u32be || file`.
//! Leaves are put together again by the reader: an idle year is two megabytes, not half a gigabyte.

use crate::bytes32::{Anchor, PoolId};
use crate::epoch::{ClosedEpoch, EpochLeaf, MAX_EPOCH_BYTES};
use crate::pool::Pool;
use std::io::{self, Read};
use tacit_values::{Digest, Epoch, MAX_SAFE_INTEGER};

const FORM: u8 = 1;
/// How many epochs a segment holds.
pub const SEGMENT_EPOCHS: u64 = 256;

/// Why a segment cannot be written or read.
#[derive(Debug, thiserror::Error)]
pub enum SegmentRefused {
    /// Reading or writing failed, or the bytes ended early.
    #[error("the segment could not be read to its end; download it again")]
    Io(#[from] io::Error),
    /// Another version.
    #[error("the segment has version {0}; this program reads version 1: update it")]
    Version(u8),
    /// Of another pool or another number.
    #[error("the segment is not the one that was asked for")]
    Other,
    /// The epochs are not the 256 of one segment in order.
    #[error("a segment holds the 256 closed epochs of its number in order")]
    NotWhole,
    /// A marker or a length that cannot be.
    #[error("the segment is damaged at epoch {0}; download it again")]
    Damaged(Epoch),
    /// More bytes than 256 epochs.
    #[error("the segment has bytes left over; download it again")]
    LeftOver,
}

/// The segment that an epoch lies in.
pub const fn segment_of(epoch: Epoch) -> u64 {
    epoch.0 / SEGMENT_EPOCHS
}

/// Writes segment `number` from its 256 closed epochs; `before` is the leaf of the epoch before, `None` for segment 0.
pub fn write_segment(
    number: u64,
    before: Option<&EpochLeaf>,
    epochs: &[ClosedEpoch],
    to: &mut impl io::Write,
) -> Result<(), SegmentRefused> {
    let first = epochs.first().ok_or(SegmentRefused::NotWhole)?.leaf;
    if epochs.len() as u64 != SEGMENT_EPOCHS || before.is_some() != (number > 0) {
        return Err(SegmentRefused::NotWhole);
    }
    let (root, size) = before.map_or((Anchor::empty_tree(), 0), |leaf| (leaf.root, leaf.tree_size));
    to.write_all(&[FORM])?;
    to.write_all(first.pool.bytes())?;
    to.write_all(&number.to_be_bytes())?;
    to.write_all(root.bytes())?;
    to.write_all(&size.to_be_bytes())?;
    for (epoch, closed) in (number * SEGMENT_EPOCHS..).zip(epochs) {
        let leaf = &closed.leaf;
        if leaf.epoch != Epoch(epoch) || leaf.pool != first.pool {
            return Err(SegmentRefused::NotWhole);
        }
        match (&closed.file, leaf.file) {
            (None, None) => to.write_all(&[0])?,
            (Some(file), Some(digest)) => {
                let length = u32::try_from(file.len()).map_err(|_| SegmentRefused::Damaged(leaf.epoch))?;
                to.write_all(&[1])?;
                to.write_all(leaf.root.bytes())?;
                to.write_all(&leaf.tree_size.to_be_bytes())?;
                to.write_all(digest.bytes())?;
                to.write_all(&length.to_be_bytes())?;
                to.write_all(file)?;
            }
            _ => return Err(SegmentRefused::NotWhole),
        }
    }
    Ok(())
}

/// Reads the epochs of a segment one after the other. Checks form, not truth: that is [`crate::Replay`]'s.
pub struct SegmentReader<'p, R> {
    from: R,
    pool: &'p Pool,
    next: Epoch,
    end: Epoch,
    root: Anchor,
    tree_size: u64,
}

impl<'p, R: Read> SegmentReader<'p, R> {
    /// Reads the head of segment `number` of `pool`.
    pub fn open(mut from: R, pool: &'p Pool, number: u64) -> Result<Self, SegmentRefused> {
        let version = array::<1>(&mut from)?[0];
        if version != FORM {
            return Err(SegmentRefused::Version(version));
        }
        let id = PoolId::from_bytes(array(&mut from)?);
        let stated = u64::from_be_bytes(array(&mut from)?);
        if id != pool.pool || stated != number || number > MAX_SAFE_INTEGER / SEGMENT_EPOCHS {
            return Err(SegmentRefused::Other);
        }
        let root = Anchor::from_bytes(array(&mut from)?);
        let tree_size = u64::from_be_bytes(array(&mut from)?);
        let next = Epoch(number * SEGMENT_EPOCHS);
        let end = Epoch(next.0 + SEGMENT_EPOCHS);
        Ok(Self { from, pool, next, end, root, tree_size })
    }

    fn read_epoch(&mut self) -> Result<ClosedEpoch, SegmentRefused> {
        let epoch = self.next;
        let mut digest = None;
        let mut file = None;
        match array::<1>(&mut self.from)? {
            [0] => (),
            [1] => {
                self.root = Anchor::from_bytes(array(&mut self.from)?);
                self.tree_size = u64::from_be_bytes(array(&mut self.from)?);
                digest = Some(Digest::from_bytes(array(&mut self.from)?));
                let length = u32::from_be_bytes(array(&mut self.from)?) as usize;
                if length > MAX_EPOCH_BYTES {
                    return Err(SegmentRefused::Damaged(epoch));
                }
                // Memory grows with what arrives, not with what was announced.
                let mut bytes = Vec::new();
                (&mut self.from).take(length as u64).read_to_end(&mut bytes)?;
                if bytes.len() != length {
                    return Err(SegmentRefused::Io(io::ErrorKind::UnexpectedEof.into()));
                }
                file = Some(bytes);
            }
            _ => return Err(SegmentRefused::Damaged(epoch)),
        }
        self.next = epoch.next();
        if self.next == self.end && self.from.read(&mut [0])? != 0 {
            return Err(SegmentRefused::LeftOver);
        }
        let leaf = EpochLeaf {
            v: 1,
            pool: self.pool.pool,
            epoch,
            time: self.pool.end_of(epoch),
            root: self.root,
            tree_size: self.tree_size,
            file: digest,
        };
        Ok(ClosedEpoch { leaf, file })
    }
}

impl<R: Read> Iterator for SegmentReader<'_, R> {
    type Item = Result<ClosedEpoch, SegmentRefused>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.next >= self.end {
            return None;
        }
        let read = self.read_epoch();
        if read.is_err() {
            self.next = self.end;
        }
        Some(read)
    }
}

fn array<const N: usize>(from: &mut impl Read) -> Result<[u8; N], io::Error> {
    let mut bytes = [0; N];
    from.read_exact(&mut bytes)?;
    Ok(bytes)
}
