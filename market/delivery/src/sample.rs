//! The sample that nobody chose: rows drawn by the log's beacon after the manifest was logged, opened all or not at all.
//!
//! ```text
//! seed  = SHA-256("tacit/v1/sample" || manifest digest || beacon)
//! n     = min(459, max(100, ceil(rows / 20)), floor(rows / 10))
//! index = u64be of the first 8 bytes of SHA-256(seed || u32be(c)), c = 0, 1, ...
//!         values >= floor(2^64 / rows) * rows and repeats are skipped; value mod rows
//! ```
//!
//! Rows stand in the order in which they are drawn. Cells of redacted columns stay hashes (delivery.md, The sample).

mod audit;
mod excerpt;
mod open;
mod profile;

pub use audit::{AuditedCell, AuditedRow, AuditedSample, SampleRefused, verify_sample};
pub use excerpt::{EXCERPT_COLUMNS, EXCERPT_ROWS, ExcerptRow, SampleExcerpt};
pub use open::{SampleNotOpened, open_sample};
pub use profile::{ColumnProfile, SampleProfile};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::collections::HashSet;
use tacit_values::{Digest, base64url};

/// The most a sample may take as JSON, to be bounded before it is read.
pub const MOST_SAMPLE_BYTES: usize = 16 << 20;

/// How many rows are opened for a file of `rows` rows. None for fewer than ten: the page says "no sample".
pub fn sample_size(rows: u64) -> u32 {
    let size = rows.div_ceil(20).clamp(100, 459).min(rows / 10);
    u32::try_from(size).expect("at most 459")
}

/// The rows of the sample, in the order in which they are drawn.
pub fn sample_rows(manifest: &Digest, beacon: &Digest, rows: u64) -> Vec<u64> {
    let seed = Digest::tagged("sample", &[manifest.bytes(), beacon.bytes()]);
    let wanted = sample_size(rows) as usize;
    let mut drawn = Vec::with_capacity(wanted);
    let mut known = HashSet::new();
    let mut counter: u32 = 0;
    while drawn.len() < wanted {
        let mut hasher = Sha256::new();
        hasher.update(seed.bytes());
        hasher.update(counter.to_be_bytes());
        counter = counter.checked_add(1).expect("a tenth of the rows is drawn long before 2^32 tries");
        let block = hasher.finalize();
        let value = u64::from_be_bytes(block[..8].try_into().expect("a digest has 32 bytes"));
        let fair = (1u128 << 64) / u128::from(rows) * u128::from(rows);
        let row = value % rows;
        if u128::from(value) < fair && known.insert(row) {
            drawn.push(row);
        }
    }
    drawn
}

/// The opened rows as they stand at the market. Says nothing before [`verify_sample`] has looked at it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sample {
    /// 1.
    pub v: u32,
    /// Which manifest it opens.
    pub manifest: Digest,
    /// The rows, in the order in which they are drawn.
    pub rows: Vec<SampleRow>,
}

/// One opened row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SampleRow {
    /// Its number, counted from 0.
    pub row: u64,
    /// From its leaf to the manifest's `row_root`.
    pub path: Vec<Digest>,
    /// One per column.
    pub cells: Vec<SampleCell>,
}

/// A cell in a sample: shown, or of a redacted column.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum SampleCell {
    /// Shown.
    Open(OpenCell),
    /// Redacted.
    Closed(ClosedCell),
}

/// A cell that is shown, with what proves it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpenCell {
    /// The first byte of the canonical cell.
    pub tag: u8,
    /// The rest of the canonical cell.
    #[serde(with = "base64url")]
    pub value: Vec<u8>,
    /// The 16 bytes that hid it.
    #[serde(with = "base64url::fixed")]
    pub salt: [u8; 16],
}

/// A cell that stays hidden.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClosedCell {
    /// What stands for it in the row's leaf.
    pub hash: Digest,
}

impl std::fmt::Debug for SampleCell {
    /// Says the kind only: cells are goods.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Open(_) => f.write_str("Open(..)"),
            Self::Closed(closed) => write!(f, "Closed({})", closed.hash),
        }
    }
}

#[cfg(test)]
mod tests;
