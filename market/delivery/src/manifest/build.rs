//! Making a manifest in one pass over the plaintext, in memory that does not grow with the file but for 32 bytes a block.

use super::{BlockLeaves, MOST_BLOCKS, Manifest, ManifestRefused};
use crate::FileKeyKept;
use crate::leaves::{Leaf, Walk};
use crate::merkle::{Tree, root_of};
use crate::sample::sample_size;
use crate::schema::{Layout, Seen, over_rate};
use crate::seal::{MOST_PLAINTEXT_BYTES, Measure, Sealed};
use crate::table::{Inspected, Plaintext, Table, Unreadable};
use std::collections::BTreeSet;
use std::io::SeekFrom;
use tacit_values::Digest;

/// What the seller decides about a manifest.
#[derive(Clone, Debug, Default)]
pub struct ManifestTerms {
    /// The file's name, without folders.
    pub name: String,
    /// Its media type, for example from [`media_type_of_name`](crate::media_type_of_name).
    pub media_type: String,
    /// Columns that stay closed in the sample.
    pub redact: BTreeSet<String>,
    /// All columns stay closed in the sample: the default for personal data.
    pub redact_all: bool,
    /// Columns that the seller promises to fill, up to the breach rate; others may be empty where they are.
    pub filled: BTreeSet<String>,
    /// How many rows in a million may breach the schema.
    pub breach_ppm: u32,
}

/// A manifest, the object it names, and what the seller should hear.
#[derive(Debug)]
pub struct BuiltManifest {
    /// Unsigned.
    pub manifest: Manifest,
    /// To be stored under `manifest.blocks`.
    pub blocks: BlockLeaves,
    /// Why a file that names itself Parquet was sealed as a plain file, without rows and sample.
    pub plain_because: Option<String>,
}

/// Why no manifest was made.
#[derive(Debug, thiserror::Error)]
pub enum NoManifest {
    /// The file is not what its media type says.
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
    /// A column that the file does not have.
    #[error("the file has no column `{name}` to redact or to promise; see its header line")]
    NoSuchColumn {
        /// As it was asked for.
        name: String,
    },
    /// Too many blocks.
    #[error("the file has more than {MOST_BLOCKS} blocks of rows; split it and sell the parts")]
    ManyBlocks,
    /// More rows breach the schema than was to be declared.
    #[error("{breaches} of {rows} rows have an empty cell in a column promised to be filled")]
    Breaches {
        /// Rows that breach.
        breaches: u64,
        /// All rows.
        rows: u64,
    },
    /// The file is not the one that was sealed.
    #[error("the file changed while it was being sealed; seal it again")]
    Changed,
    /// Name, media type or rate.
    #[error(transparent)]
    Terms(#[from] ManifestRefused),
}

/// Builds the manifest of the file that was just sealed.
pub fn build_manifest<P: Plaintext>(
    plaintext: P,
    sealed: &Sealed,
    terms: &ManifestTerms,
) -> Result<BuiltManifest, NoManifest> {
    manifest_of(plaintext, &sealed.file_key, sealed.plaintext, sealed.body.sha256, terms)
}

/// The same from facts kept apart: the desk's record of an earlier sealing, or a test vector.
pub(crate) fn manifest_of<P: Plaintext>(
    mut plaintext: P,
    key: &FileKeyKept,
    measured: Measure,
    body: Digest,
    terms: &ManifestTerms,
) -> Result<BuiltManifest, NoManifest> {
    let length = plaintext.seek(SeekFrom::End(0)).map_err(Unreadable::from)?;
    if length != measured.bytes || length > MOST_PLAINTEXT_BYTES {
        return Err(NoManifest::Changed);
    }
    let Inspected { table, plain_because } = Table::inspect(plaintext, &terms.media_type)?;
    let layout = table.layout();
    let mut schema = table.columns().to_vec();
    let wanted = terms.redact.iter().chain(&terms.filled);
    if let Some(name) = wanted.clone().find(|name| !schema.iter().any(|column| column.name == **name)) {
        return Err(NoManifest::NoSuchColumn { name: name.clone() });
    }

    let promised: Vec<bool> = schema.iter().map(|column| terms.filled.contains(&column.name)).collect();
    let mut seen = vec![Seen::default(); schema.len()];
    let mut broken = 0;
    let mut rows = Tree::default();
    let mut leaves: Vec<Digest> = Vec::new();
    let mut walk = Walk::new(table, key);
    loop {
        match walk.step()? {
            Leaf::Row { row, leaf, .. } => {
                rows.push(leaf);
                let mut breach = false;
                for ((cell, seen), promised) in row.cells().zip(&mut seen).zip(&promised) {
                    let before = seen.empty;
                    seen.note(layout, cell);
                    breach |= *promised && seen.empty > before;
                }
                broken += u64::from(breach);
            }
            Leaf::Block { leaf, .. } => leaves.push(leaf),
            Leaf::End => break,
        }
        if leaves.len() as u64 > MOST_BLOCKS {
            return Err(NoManifest::ManyBlocks);
        }
    }
    if walk.table.into_measure() != measured {
        return Err(NoManifest::Changed);
    }
    let row_count = rows.leaves();
    if over_rate(broken, row_count, terms.breach_ppm) {
        return Err(NoManifest::Breaches { breaches: broken, rows: row_count });
    }
    for ((column, seen), promised) in schema.iter_mut().zip(&seen).zip(&promised) {
        column.redacted = terms.redact_all || terms.redact.contains(&column.name);
        match layout {
            Layout::Parquet => column.nullable &= !promised,
            _ => (column.kind, column.nullable) = (seen.kind(), seen.empty > 0 && !promised),
        }
    }
    let blocks = BlockLeaves(leaves);
    let manifest = Manifest {
        v: 1,
        name: terms.name.clone(),
        media_type: terms.media_type.clone(),
        bytes: measured.bytes,
        plaintext: measured.sha256,
        body,
        rows: row_count,
        schema,
        row_root: rows.root(),
        blocks_root: root_of(blocks.0.iter().copied()),
        blocks: Digest::of(&blocks.bytes()),
        breach_ppm: terms.breach_ppm,
        sample: sample_size(row_count),
    };
    manifest.well_formed()?;
    Ok(BuiltManifest { manifest, blocks, plain_because })
}

/// What a cheat publishes: the manifest of one file over the body and key of another.
#[cfg(test)]
pub(crate) fn manifest_of_other_file<P: Plaintext>(
    mut promised: P,
    sealed: &Sealed,
    terms: &ManifestTerms,
) -> BuiltManifest {
    let mut bytes = Vec::new();
    promised.read_to_end(&mut bytes).expect("tests read from memory");
    let measured = Measure { sha256: Digest::of(&bytes), bytes: bytes.len() as u64 };
    manifest_of(promised, &sealed.file_key, measured, sealed.body.sha256, terms).expect("a readable file")
}
