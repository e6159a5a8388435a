//! What the opened sample says about each column: share of empty cells, range, quantiles. Bound to the manifest.
//!
//! A column of text whose shown values all read as numbers is ordered as numbers, others by their characters. Redacted
//! columns have no profile.

use super::audit::AuditedSample;
use crate::cell::{Cell, CellTag};
use crate::schema::ColumnType;
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;
use tacit_values::Digest;

/// The longest value that a profile repeats, in characters.
const LONGEST_SHOWN: usize = 64;

/// Statistics of an audited sample.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SampleProfile {
    /// Which manifest was sampled.
    pub manifest: Digest,
    /// From how many rows.
    pub rows: u32,
    /// The columns that are shown.
    pub columns: Vec<ColumnProfile>,
}

/// Statistics of one column within a sample.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ColumnProfile {
    /// Its name.
    pub name: String,
    /// Its declared type.
    #[serde(rename = "type")]
    pub kind: ColumnType,
    /// Empty cells among a million.
    pub empty_ppm: u32,
    /// Distinct values among those shown.
    pub distinct: u32,
    /// Smallest value, lower quartile, median, upper quartile, largest value; none when all cells are empty or bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantiles: Option<[String; 5]>,
}

impl SampleProfile {
    pub(super) fn of(sample: &AuditedSample) -> Self {
        let shown = sample.schema().iter().enumerate().filter(|(_, column)| !column.redacted);
        let columns = shown.map(|(place, column)| {
            let (mut full, empty) = sample.column(place);
            let all = (full.len() + empty).max(1);
            let distinct = full.iter().collect::<std::collections::HashSet<_>>().len();
            ColumnProfile {
                name: column.name.clone(),
                kind: column.kind,
                empty_ppm: u32::try_from(empty * 1_000_000 / all).expect("a share is at most a million"),
                distinct: u32::try_from(distinct).expect("a sample has at most 459 rows"),
                quantiles: quantiles(&mut full),
            }
        });
        Self { manifest: *sample.manifest(), rows: sample.size(), columns: columns.collect() }
    }
}

/// Values at rank 0, 1/4, 1/2, 3/4 and 1 of the ordered cells: values that occur, none interpolated.
fn quantiles(cells: &mut [&Cell]) -> Option<[String; 5]> {
    if cells.is_empty() || cells.iter().any(|cell| cell.tag() == CellTag::Bytes) {
        return None;
    }
    let numbers: Option<Vec<f64>> = cells.iter().map(|cell| number(cell)).collect();
    if numbers.is_some() {
        cells.sort_by(|a, b| number(a).partial_cmp(&number(b)).unwrap_or(Ordering::Equal));
    } else if cells.iter().all(|cell| cell.tag() == CellTag::Time) {
        cells.sort_by_key(|cell| time(cell));
    } else {
        cells.sort_by(|a, b| a.value().cmp(b.value()));
    }
    let last = cells.len() - 1;
    Some([0, 1, 2, 3, 4].map(|quarter| shown(cells[last * quarter / 4])))
}

fn number(cell: &Cell) -> Option<f64> {
    match cell.tag() {
        CellTag::Text => {
            let text = std::str::from_utf8(cell.value()).ok()?;
            // "inf" and "nan" are words here.
            let digits = text.bytes().next_back().is_some_and(|byte| byte.is_ascii_digit() || byte == b'.');
            text.parse().ok().filter(|number: &f64| digits && number.is_finite())
        }
        _ => cell.number(),
    }
}

fn time(cell: &Cell) -> i64 {
    cell.value().try_into().map_or(0, i64::from_be_bytes)
}

fn shown(cell: &Cell) -> String {
    let text = cell.to_string();
    match text.char_indices().nth(LONGEST_SHOWN) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text,
    }
}
