//! The short form of an audited sample for a page: a few of the drawn rows and the profile of the first columns, bounded
//! whatever the seller put into cells and names.

use super::audit::{AuditedCell, AuditedSample};
use super::profile::ColumnProfile;
use serde::{Deserialize, Serialize};

/// How many rows an excerpt shows: the first that were drawn.
pub const EXCERPT_ROWS: usize = 8;
/// How many columns an excerpt shows.
pub const EXCERPT_COLUMNS: usize = 64;
/// The longest cell that an excerpt repeats, in characters.
const LONGEST_CELL: usize = 48;

/// What a page shows of a sample. Follows from the sample and nothing else.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SampleExcerpt {
    /// 1.
    pub v: u32,
    /// How many rows were drawn and opened.
    pub drawn: u32,
    /// How many of them breach the declared schema.
    pub breaches: u32,
    /// The first columns' statistics; redacted ones have none and are left out.
    pub profile: Vec<ColumnProfile>,
    /// The first rows that were drawn.
    pub rows: Vec<ExcerptRow>,
}

/// One drawn row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExcerptRow {
    /// Its number in the file, counted from 0.
    pub row: u64,
    /// Its first cells as text; none for a redacted one.
    pub cells: Vec<Option<String>>,
}

impl AuditedSample {
    /// The short form for a page.
    pub fn excerpt(&self) -> SampleExcerpt {
        let mut profile = self.profile().map(|profile| profile.columns).unwrap_or_default();
        let first: Vec<&str> =
            self.schema().iter().take(EXCERPT_COLUMNS).map(|column| column.name.as_str()).collect();
        profile.retain(|column| first.contains(&column.name.as_str()));
        let rows = self.rows().iter().take(EXCERPT_ROWS).map(|row| ExcerptRow {
            row: row.row,
            cells: row.cells.iter().take(EXCERPT_COLUMNS).map(shown).collect(),
        });
        SampleExcerpt { v: 1, drawn: self.size(), breaches: self.breaches(), profile, rows: rows.collect() }
    }
}

fn shown(cell: &AuditedCell) -> Option<String> {
    let AuditedCell::Open(cell) = cell else { return None };
    let text = cell.to_string();
    Some(match text.char_indices().nth(LONGEST_CELL) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text,
    })
}
