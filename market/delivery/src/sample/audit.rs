//! Anybody audits the sample: the right rows, all of them, every cell proved or named as redacted.

use super::profile::SampleProfile;
use super::{Sample, SampleCell, SampleRow, sample_rows};
use crate::cell::{Cell, CellTag};
use crate::leaves::{cell_hash, row_leaf};
use crate::manifest::{Manifest, ManifestRefused};
use crate::merkle::root_by_path;
use crate::schema::{Column, Layout, cell_breaches, is_empty};
use tacit_values::Digest;

/// Why a sample proves nothing.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum SampleRefused {
    /// The manifest is not one.
    #[error(transparent)]
    Manifest(#[from] ManifestRefused),
    /// Another version.
    #[error("the sample has a version that this program does not know; update it")]
    Version,
    /// It opens another manifest.
    #[error("the sample belongs to another manifest")]
    OtherManifest,
    /// Rows are missing, added, or not those that were drawn.
    #[error("the sample does not open exactly the rows that the beacon draws")]
    OtherRows,
    /// A row has too few or too many cells, or one that is not in canonical form.
    #[error("row {row} of the sample is not well formed")]
    Malformed {
        /// Counted from 0.
        row: u64,
    },
    /// A cell that must be shown is not.
    #[error("row {row} of the sample hides a cell of `{column}`, which is not declared as redacted")]
    Hidden {
        /// Counted from 0.
        row: u64,
        /// Its name.
        column: String,
    },
    /// A cell is shown that the manifest declares as redacted.
    #[error("row {row} of the sample shows a cell of `{column}`, which is declared as redacted")]
    Shown {
        /// Counted from 0.
        row: u64,
        /// Its name.
        column: String,
    },
    /// The cells are not those of the manifest.
    #[error("row {row} of the sample is not in the manifest")]
    NotInManifest {
        /// Counted from 0.
        row: u64,
    },
}

/// A sample that was checked against its manifest and beacon. Only [`verify_sample`] makes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditedSample {
    manifest: Digest,
    layout: Layout,
    schema: Vec<Column>,
    rows: Vec<AuditedRow>,
    breaches: u32,
}

/// A row that was checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditedRow {
    /// Counted from 0.
    pub row: u64,
    /// One per column.
    pub cells: Vec<AuditedCell>,
}

/// A cell that was checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AuditedCell {
    /// Shown and proved.
    Open(Cell),
    /// Redacted: only its hash is known.
    Redacted,
}

/// Checks all rows, paths and cells of a sample.
pub fn verify_sample(
    sample: &Sample,
    manifest: &Manifest,
    beacon: &Digest,
) -> Result<AuditedSample, SampleRefused> {
    manifest.well_formed()?;
    if sample.v != 1 {
        return Err(SampleRefused::Version);
    }
    let digest = manifest.digest();
    if sample.manifest != digest {
        return Err(SampleRefused::OtherManifest);
    }
    let drawn = sample_rows(&digest, beacon, manifest.rows);
    if !sample.rows.iter().map(|row| row.row).eq(drawn.iter().copied()) {
        return Err(SampleRefused::OtherRows);
    }
    let layout = manifest.layout();
    let rows = sample.rows.iter().map(|row| audit_row(row, manifest)).collect::<Result<Vec<_>, _>>()?;
    let breaches = rows.iter().filter(|row| row_breaches(row, manifest)).count();
    let breaches = u32::try_from(breaches).expect("a sample has at most 459 rows");
    Ok(AuditedSample { manifest: digest, layout, schema: manifest.schema.clone(), rows, breaches })
}

fn audit_row(opened: &SampleRow, manifest: &Manifest) -> Result<AuditedRow, SampleRefused> {
    let row = opened.row;
    if opened.cells.len() != manifest.schema.len() || opened.path.len() > 64 {
        return Err(SampleRefused::Malformed { row });
    }
    let mut hashes = Vec::with_capacity(opened.cells.len());
    let mut cells = Vec::with_capacity(opened.cells.len());
    for (column, cell) in manifest.schema.iter().zip(&opened.cells) {
        let name = || column.name.clone();
        match (cell, column.redacted) {
            (SampleCell::Open(_), true) => return Err(SampleRefused::Shown { row, column: name() }),
            (SampleCell::Closed(_), false) => return Err(SampleRefused::Hidden { row, column: name() }),
            (SampleCell::Closed(closed), true) => {
                hashes.push(closed.hash);
                cells.push(AuditedCell::Redacted);
            }
            (SampleCell::Open(open), false) => {
                let cell = CellTag::of(open.tag)
                    .and_then(|tag| Cell::new(tag, open.value.clone()).ok())
                    .ok_or(SampleRefused::Malformed { row })?;
                hashes.push(cell_hash(&open.salt, &cell.canonical()));
                cells.push(AuditedCell::Open(cell));
            }
        }
    }
    let leaf = row_leaf(row, hashes.into_iter());
    if root_by_path(leaf, row, manifest.rows, &opened.path) != Some(manifest.row_root) {
        return Err(SampleRefused::NotInManifest { row });
    }
    Ok(AuditedRow { row, cells })
}

fn row_breaches(row: &AuditedRow, manifest: &Manifest) -> bool {
    row.cells.iter().zip(&manifest.schema).any(|(cell, column)| match cell {
        AuditedCell::Open(cell) => cell_breaches(column, manifest.layout(), &cell.canonical()),
        AuditedCell::Redacted => false,
    })
}

impl AuditedSample {
    /// Which manifest was sampled.
    pub fn manifest(&self) -> &Digest {
        &self.manifest
    }

    /// The columns, in order.
    pub fn schema(&self) -> &[Column] {
        &self.schema
    }

    /// The rows, in the order in which they were drawn.
    pub fn rows(&self) -> &[AuditedRow] {
        &self.rows
    }

    /// How many rows were opened.
    pub fn size(&self) -> u32 {
        u32::try_from(self.rows.len()).expect("a sample has at most 459 rows")
    }

    /// How many of them breach the declared schema in a cell that is shown.
    pub fn breaches(&self) -> u32 {
        self.breaches
    }

    /// Whether no cell is shown at all: then nothing is proved before purchase.
    pub fn proves_nothing(&self) -> bool {
        self.rows.is_empty() || self.schema.iter().all(|column| column.redacted)
    }

    /// Statistics of the shown columns; `None` when nothing is shown.
    pub fn profile(&self) -> Option<SampleProfile> {
        if self.proves_nothing() { None } else { Some(SampleProfile::of(self)) }
    }

    /// The shown cells of one column that are not empty, and how many are empty.
    pub(super) fn column(&self, place: usize) -> (Vec<&Cell>, usize) {
        let cells = self.rows.iter().filter_map(|row| match &row.cells[place] {
            AuditedCell::Open(cell) => Some(cell),
            AuditedCell::Redacted => None,
        });
        let (empty, full): (Vec<_>, Vec<_>) =
            cells.partition(|cell| is_empty(self.layout, &cell.canonical()));
        (full, empty.len())
    }
}
