//! Checking one block without the rest of the file: what an arbiter does.
//!
//! Where a block begins must not be taken from the buyer's word, or an honest seller could be accused with a shifted
//! window. Block 0 begins at 0 and blocks of plain files at multiples of 64 KiB. Any other block of lines begins where the
//! block before it ends, and that block is shown to be leaf j - 1 first; Parquet's row groups lie where the footer says,
//! and the footer is shown to be the last leaf first.

use super::{CheckFailed, Delivered, DeliveryFault, NotChecked};
use crate::FileKeyKept;
use crate::header::Header;
use crate::leaves::{Leaf, Walk};
use crate::open::{NotOpened, OpenedBody, open};
use crate::schema::Layout;
use crate::table::{BlockStart, Plaintext, Table, Unreadable};
use serde::{Deserialize, Serialize};
use std::io::{Read, Seek, SeekFrom};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tacit_values::Digest;

/// Where the block before the disputed one begins (CSV and NDJSON, from block 1 on).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BlockBefore {
    /// The number of its first row.
    pub first_row: u64,
    /// Where it begins in the plaintext.
    pub offset: u64,
}

/// Opens the body where block `block` lies and checks that block alone: `Ok` means that it is the manifest's.
///
/// The body must come from a vault that verifies what it reads; only the chunks that are touched are authenticated here.
pub fn check_block<B: Read + Seek + Send + 'static>(
    delivered: &Delivered<'_>,
    mut body: B,
    block: u64,
    before: Option<BlockBefore>,
) -> Result<(), CheckFailed> {
    let manifest = delivered.manifest;
    manifest.well_formed().map_err(NotChecked::from)?;
    let header = Header::parse(delivered.header).map_err(|_| DeliveryFault::Header)?;
    let key = header.open(delivered.identity)?;
    // Wherever the caller left it: a reader that stands elsewhere must not accuse anybody.
    body.rewind().map_err(NotChecked::Body)?;
    let mut opened = match open(&header, body, delivered.identity) {
        Ok(opened) => opened,
        Err(NotOpened::Header(closed)) => return Err(closed.into()),
        Err(NotOpened::Truncated) => return Err(DeliveryFault::Chunk { chunk: 0 }.into()),
        Err(NotOpened::Io(cause)) => return Err(NotChecked::Body(cause).into()),
    };
    let inspection = Inspection { delivered, key: &key, block, source_failed: opened.source_flag() };
    let Some(expected) = delivered.blocks.leaf(block) else {
        // A block that the manifest does not have: right only when the file ends where it should.
        let length = opened.seek(SeekFrom::End(0)).map_err(|cause| inspection.meaning_of(cause.into()))?;
        let longer = length > manifest.bytes;
        return if longer { Err(DeliveryFault::Block { block }.into()) } else { Ok(()) };
    };
    inspection.run(opened, before, expected)
}

struct Inspection<'a> {
    delivered: &'a Delivered<'a>,
    key: &'a FileKeyKept,
    block: u64,
    source_failed: Arc<AtomicBool>,
}

impl Inspection<'_> {
    fn run<B: Read + Seek + Send + 'static>(
        &self,
        opened: OpenedBody<B>,
        before: Option<BlockBefore>,
        expected: Digest,
    ) -> Result<(), CheckFailed> {
        let manifest = self.delivered.manifest;
        let layout = manifest.layout();
        let own = BlockStart { number: self.block, first_row: 0, offset: 0 };
        let start = match (layout, self.block, before) {
            (Layout::Csv | Layout::Ndjson, 1.., Some(before)) => {
                BlockStart { number: self.block - 1, first_row: before.first_row, offset: before.offset }
            }
            (Layout::Csv | Layout::Ndjson, 1.., None) => return Err(NotChecked::NoBeginning.into()),
            // Parquet: the footer first, which says where everything else lies.
            (Layout::Parquet, ..) => BlockStart { number: self.delivered.blocks.len() - 1, ..own },
            _ => own,
        };
        // Until the block before is shown to be its leaf, the beginning is only the buyer's word and accuses nobody.
        let buyers_word = matches!(layout, Layout::Csv | Layout::Ndjson) && start.number != self.block;
        let before_it = |failed| match failed {
            CheckFailed::Fault(_) if buyers_word => NotChecked::NoBeginning.into(),
            failed => failed,
        };
        let table = Table::from_block(opened, layout, &manifest.schema, start)
            .map_err(|cause| before_it(self.meaning_of(cause)))?;
        let mut walk = Walk::new(table, self.key);
        if buyers_word || layout == Layout::Parquet {
            let known = self.next_block(&mut walk).map_err(before_it)?;
            if known != self.delivered.blocks.leaf(start.number) {
                return Err(match layout {
                    Layout::Parquet => DeliveryFault::Block { block: start.number }.into(),
                    _ => NotChecked::NoBeginning.into(),
                });
            }
        }
        if layout == Layout::Parquet {
            walk.table.skip_to_parquet_block(self.block);
        }
        match self.next_block(&mut walk)? {
            Some(leaf) if leaf == expected => Ok(()),
            _ => Err(DeliveryFault::Block { block: self.block }.into()),
        }
    }

    /// The leaf of the next block; `None` where the file ends.
    fn next_block<P: Plaintext>(&self, walk: &mut Walk<P>) -> Result<Option<Digest>, CheckFailed> {
        loop {
            match walk.step().map_err(|cause| self.meaning_of(cause))? {
                Leaf::Row { .. } => {}
                Leaf::Block { leaf, .. } => return Ok(Some(leaf)),
                Leaf::End => return Ok(None),
            }
        }
    }

    /// A source that cannot be read accuses nobody; chunks that do not authenticate and blocks that cannot be read do.
    fn meaning_of(&self, cause: Unreadable) -> CheckFailed {
        match cause {
            Unreadable::Io(cause) if self.source_failed.load(Ordering::Relaxed) => {
                NotChecked::Body(cause).into()
            }
            _ => DeliveryFault::Block { block: self.block }.into(),
        }
    }
}
