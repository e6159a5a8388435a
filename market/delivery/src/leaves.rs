//! The leaves of a manifest: cells hidden by salts, rows of cells, blocks of rows (delivery.md, The manifest).

use crate::cell::Row;
use crate::key::{CellSalt, FileKeyKept, ListingSalt};
use crate::merkle::Tree;
use crate::table::{Block, Plaintext, Step, Table, Unreadable};
use sha2::{Digest as _, Sha256};
use tacit_values::Digest;

/// `SHA-256("tacit/v1/cell" || salt || canonical cell)`.
pub(crate) fn cell_hash(salt: &CellSalt, canonical: &[u8]) -> Digest {
    Digest::tagged("cell", &[salt, canonical])
}

/// `SHA-256(0x00 || "tacit/v1/row" || u64be(row) || u32be(columns) || cell hashes)`.
pub(crate) fn row_leaf(row: u64, cells: impl ExactSizeIterator<Item = Digest>) -> Digest {
    let mut hasher = Sha256::new();
    hasher.update(b"\0tacit/v1/row");
    hasher.update(row.to_be_bytes());
    let columns = u32::try_from(cells.len()).expect("a table has at most 4,096 columns");
    hasher.update(columns.to_be_bytes());
    for cell in cells {
        hasher.update(cell.bytes());
    }
    Digest::from_bytes(hasher.finalize().into())
}

/// `SHA-256(0x00 || "tacit/v1/block" || first row || offset || length || sha256(plain bytes) || root of its row leaves)`.
pub(crate) fn block_leaf(block: &Block, rows: &Digest) -> Digest {
    let mut hasher = Sha256::new();
    hasher.update(b"\0tacit/v1/block");
    hasher.update(block.first_row.to_be_bytes());
    hasher.update(block.offset.to_be_bytes());
    hasher.update(block.length.to_be_bytes());
    hasher.update(block.sha256.bytes());
    hasher.update(rows.bytes());
    Digest::from_bytes(hasher.finalize().into())
}

/// A table being read with the leaves that belong to it.
pub(crate) struct Walk<P: Plaintext> {
    pub(crate) table: Table<P>,
    salt: ListingSalt,
    hashes: Vec<Digest>,
    block_rows: Tree,
}

/// A step of a table with its leaf.
pub(crate) enum Leaf<'a> {
    Row { number: u64, row: &'a Row, leaf: Digest },
    Block { block: Block, leaf: Digest },
    End,
}

impl<P: Plaintext> Walk<P> {
    pub(crate) fn new(table: Table<P>, key: &FileKeyKept) -> Self {
        Self { table, salt: key.listing_salt(), hashes: Vec::new(), block_rows: Tree::default() }
    }

    pub(crate) fn step(&mut self) -> Result<Leaf<'_>, Unreadable> {
        Ok(match self.table.step()? {
            Step::Row { number, row } => {
                self.hashes.clear();
                for (cell, column) in row.cells().zip(0..) {
                    self.hashes.push(cell_hash(&self.salt.cell(number, column), cell));
                }
                let leaf = row_leaf(number, self.hashes.iter().copied());
                self.block_rows.push(leaf);
                Leaf::Row { number, row, leaf }
            }
            Step::Block(block) => {
                let rows = std::mem::take(&mut self.block_rows).root();
                Leaf::Block { leaf: block_leaf(&block, &rows), block }
            }
            Step::End => Leaf::End,
        })
    }
}
