//! Checking everything: header, every chunk, every block, every row, the schema, the whole file.

use super::{CheckFailed, Delivered, DeliveryFault, NotChecked};
use crate::header::Header;
use crate::leaves::{Leaf, Walk};
use crate::manifest::Manifest;
use crate::merkle::Tree;
use crate::open::{NotOpened, open};
use crate::schema::{breaches, over_rate};
use crate::seal::{CHUNK_BYTES, Measure, Measuring};
use crate::table::{Plaintext, Table, Unreadable};
use std::io::{self, ErrorKind, Read, Write};
use tacit_values::Digest;

/// A delivery that is what the manifest promised. The plaintext stands in the output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Checked {
    /// Digest and length of the opened file.
    pub plaintext: Measure,
    /// How many rows were checked; 0 for a plain file.
    pub rows: u64,
    /// How many blocks were checked.
    pub blocks: u64,
    /// How many rows breach the schema, within the declared rate.
    pub breaches: u64,
}

/// Opens `body` into `plaintext` and checks all of it against the manifest.
///
/// `plaintext` is an empty temporary file that can be read back; the caller renames it after success and removes it
/// after a failure. Memory stays bounded at any size.
pub fn check_delivery<P: Plaintext + Write>(
    delivered: &Delivered<'_>,
    body: impl Read,
    mut plaintext: P,
) -> Result<Checked, CheckFailed> {
    let manifest = delivered.manifest;
    manifest.well_formed().map_err(NotChecked::from)?;
    let header = Header::parse(delivered.header).map_err(|_| DeliveryFault::Header)?;
    let key = header.open(delivered.identity)?;
    open_into(delivered, &header, body, &mut plaintext)?;

    let table = match Table::declared(plaintext, manifest.layout(), &manifest.schema) {
        Ok(table) => table,
        Err(Unreadable::Io(cause)) => return Err(NotChecked::Output(cause).into()),
        Err(_) => return Err(unreadable_from_the_start(delivered).into()),
    };
    let layout = table.layout();
    let mut walk = Walk::new(table, &key);
    let mut rows = Tree::default();
    let (mut blocks, mut broken) = (0, 0);
    loop {
        match walk.step() {
            Ok(Leaf::Row { row, leaf, .. }) => {
                rows.push(leaf);
                broken += u64::from(breaches(&manifest.schema, layout, row));
            }
            Ok(Leaf::Block { block, leaf }) => {
                if delivered.blocks.leaf(block.number) != Some(leaf) {
                    return Err(DeliveryFault::Block { block: block.number }.into());
                }
                blocks += 1;
            }
            Ok(Leaf::End) => break,
            Err(Unreadable::Io(cause)) => return Err(NotChecked::Output(cause).into()),
            Err(_) => return Err(DeliveryFault::Block { block: blocks }.into()),
        }
    }
    if blocks != delivered.blocks.len() {
        return Err(DeliveryFault::Block { block: blocks }.into());
    }
    let measured = walk.table.into_measure();
    let row_count = rows.leaves();
    if over_rate(broken, row_count, manifest.breach_ppm) {
        return Err(DeliveryFault::Schema { breaches: broken, rows: row_count }.into());
    }
    if !whole_is_promised(manifest, &measured, row_count, &rows.root()) {
        return Err(DeliveryFault::Plaintext.into());
    }
    Ok(Checked { plaintext: measured, rows: row_count, blocks, breaches: broken })
}

fn whole_is_promised(manifest: &Manifest, measured: &Measure, rows: u64, row_root: &Digest) -> bool {
    measured.sha256 == manifest.plaintext
        && measured.bytes == manifest.bytes
        && rows == manifest.rows
        && *row_root == manifest.row_root
}

/// A Parquet file is read from its footer, which is the last block; others from block 0.
fn unreadable_from_the_start(delivered: &Delivered<'_>) -> DeliveryFault {
    let block = match delivered.manifest.layout() {
        crate::Layout::Parquet => delivered.blocks.len().saturating_sub(1),
        _ => 0,
    };
    DeliveryFault::Block { block }
}

/// Decrypts the body into the output, hashing the body. A chunk that does not authenticate is the seller's fault only if
/// the bytes are the body that the manifest names.
fn open_into(
    delivered: &Delivered<'_>,
    header: &Header,
    body: impl Read,
    plaintext: &mut impl Write,
) -> Result<(), CheckFailed> {
    let mut body = Measuring::new(body);
    let mut written = 0;
    let opened = match open(header, &mut body, delivered.identity) {
        Ok(mut opened) => copy(&mut opened, plaintext, &mut written).map_err(|failed| match failed {
            Copy::Read(cause) if opened.source_failed() => NotChecked::Body(cause).into(),
            Copy::Read(_) => None,
            Copy::Write(cause) => NotChecked::Output(cause).into(),
        }),
        Err(NotOpened::Header(closed)) => return Err(closed.into()),
        Err(NotOpened::Truncated) => Err(None),
        Err(NotOpened::Io(cause)) => Err(NotChecked::Body(cause).into()),
    };
    if let Err(Some(cause)) = opened {
        return Err(CheckFailed::NotChecked(cause));
    }
    io::copy(&mut body, &mut io::sink()).map_err(NotChecked::Body)?;
    if body.measure().sha256 != delivered.manifest.body {
        return Err(NotChecked::Damaged.into());
    }
    match opened {
        Ok(()) => Ok(()),
        Err(_) => Err(DeliveryFault::Chunk { chunk: written / CHUNK_BYTES }.into()),
    }
}

enum Copy {
    Read(io::Error),
    Write(io::Error),
}

fn copy(from: &mut impl Read, to: &mut impl Write, copied: &mut u64) -> Result<(), Copy> {
    let mut buffer = zeroize::Zeroizing::new(vec![0; CHUNK_BYTES as usize]);
    loop {
        match from.read(&mut buffer) {
            Ok(0) => return to.flush().map_err(Copy::Write),
            Ok(count) => {
                to.write_all(&buffer[..count]).map_err(Copy::Write)?;
                *copied += count as u64;
            }
            Err(cause) if cause.kind() == ErrorKind::Interrupted => {}
            Err(cause) => return Err(Copy::Read(cause)),
        }
    }
}
