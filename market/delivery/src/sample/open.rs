//! The seller opens the sample: a second pass over the plaintext that keeps the drawn rows and their paths.

use super::{ClosedCell, MOST_SAMPLE_BYTES, OpenCell, Sample, SampleCell, SampleRow, sample_rows};
use crate::FileKeyKept;
use crate::cell::Row;
use crate::key::ListingSalt;
use crate::leaves::{Leaf, Walk, cell_hash};
use crate::manifest::{Manifest, ManifestRefused};
use crate::merkle::Tree;
use crate::schema::Column;
use crate::table::{Plaintext, Table, Unreadable};
use std::collections::HashMap;
use tacit_values::Digest;

/// Why the sample was not opened.
#[derive(Debug, thiserror::Error)]
pub enum SampleNotOpened {
    /// The file cannot be read any more.
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
    /// Not a manifest that can be sampled.
    #[error(transparent)]
    Manifest(#[from] ManifestRefused),
    /// Another file, or another key.
    #[error(
        "the file or its key is not what the manifest was built from; seal the file again as a new version"
    )]
    Changed,
    /// The rows are too long to be shown.
    #[error("the sample would exceed 16 MiB; redact the longest columns or sell the file as a plain file")]
    TooLarge,
}

/// Opens all rows that the beacon draws; none for a file too short to be sampled.
pub fn open_sample<P: Plaintext>(
    plaintext: P,
    manifest: &Manifest,
    key: &FileKeyKept,
    beacon: &Digest,
) -> Result<Sample, SampleNotOpened> {
    manifest.well_formed()?;
    let digest = manifest.digest();
    let drawn = sample_rows(&digest, beacon, manifest.rows);
    let order: HashMap<u64, usize> = drawn.iter().copied().zip(0..).collect();
    let mut opened: Vec<(usize, SampleRow)> = Vec::with_capacity(drawn.len());
    if !drawn.is_empty() {
        let table = Table::declared(plaintext, manifest.layout(), &manifest.schema)?;
        let mut walk = Walk::new(table, key);
        let salt = key.listing_salt();
        let mut tree = Tree::default();
        let mut taken = 0;
        loop {
            match walk.step()? {
                Leaf::Row { number, row, leaf } => match order.get(&number) {
                    Some(place) => {
                        let path_number = tree.push_wanted(leaf);
                        debug_assert_eq!(
                            path_number,
                            opened.len(),
                            "rows and paths are collected side by side"
                        );
                        taken += bytes_as_json(row);
                        if taken > MOST_SAMPLE_BYTES {
                            return Err(SampleNotOpened::TooLarge);
                        }
                        let cells = open_cells(&manifest.schema, number, row, &salt);
                        opened.push((*place, SampleRow { row: number, path: Vec::new(), cells }));
                    }
                    None => tree.push(leaf),
                },
                Leaf::Block { .. } => {}
                Leaf::End => break,
            }
        }
        let rows = tree.leaves();
        let (root, paths) = tree.finish();
        if root != manifest.row_root || rows != manifest.rows {
            return Err(SampleNotOpened::Changed);
        }
        for ((_, row), path) in opened.iter_mut().zip(paths) {
            row.path = path;
        }
    }
    opened.sort_by_key(|(place, _)| *place);
    Ok(Sample { v: 1, manifest: digest, rows: opened.into_iter().map(|(_, row)| row).collect() })
}

/// No less than the row takes in the document: base64 of the cells, tags, salts, and a path.
fn bytes_as_json(row: &Row) -> usize {
    row.bytes() * 4 / 3 + row.len() * 80 + 40 * 70
}

fn open_cells(schema: &[Column], number: u64, row: &Row, salts: &ListingSalt) -> Vec<SampleCell> {
    let cells = schema.iter().zip(row.cells()).zip(0..);
    cells
        .map(|((column, cell), place)| {
            let salt = salts.cell(number, place);
            match column.redacted {
                true => SampleCell::Closed(ClosedCell { hash: cell_hash(&salt, cell) }),
                false => SampleCell::Open(OpenCell { tag: cell[0], value: cell[1..].to_vec(), salt }),
            }
        })
        .collect()
}
