//! What a seller declares about the columns of a file, and when a row breaches it.

use crate::cell::{CellTag, Row};
use serde::{Deserialize, Serialize};

/// The most columns a table can have; wider files are sold as plain files.
pub const MOST_COLUMNS: usize = 4096;

/// The longest column name in bytes.
pub const LONGEST_COLUMN_NAME: usize = 256;

/// Whether a column name prints as it is: a control character or one that turns the direction of writing would let a file
/// speak to a terminal, or show another name than the signed one.
pub(crate) fn prints(name: &str) -> bool {
    let reorders = |letter| matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    !name.chars().any(|letter| letter.is_control() || reorders(letter))
}

/// What the cells of a column are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ColumnType {
    /// Text.
    Text,
    /// Bytes.
    Bytes,
    /// Integers.
    Integer,
    /// Doubles.
    Double,
    /// Integers and doubles in one column.
    Number,
    /// True or false.
    Boolean,
    /// Times.
    Time,
    /// Exact decimals.
    Decimal,
    /// Values of several kinds.
    Mixed,
}

impl ColumnType {
    /// Whether a value of this kind belongs into the column. Null is a question of `nullable`.
    pub fn takes(self, tag: CellTag) -> bool {
        match self {
            Self::Text => tag == CellTag::Text,
            Self::Bytes => tag == CellTag::Bytes,
            Self::Integer => tag == CellTag::Integer,
            Self::Double => tag == CellTag::Double,
            Self::Number => matches!(tag, CellTag::Integer | CellTag::Double),
            Self::Boolean => tag == CellTag::Boolean,
            Self::Time => tag == CellTag::Time,
            Self::Decimal => tag == CellTag::Decimal,
            Self::Mixed => tag != CellTag::Null,
        }
    }
}

/// One column as the manifest declares it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Column {
    /// Its name in the file.
    pub name: String,
    /// What its cells are.
    #[serde(rename = "type")]
    pub kind: ColumnType,
    /// Whether cells may be empty: null, or in CSV a field of no characters.
    pub nullable: bool,
    /// Whether the seller keeps this column closed in the sample.
    pub redacted: bool,
}

/// How a file is cut into rows and blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Layout {
    /// Rows of comma-separated text, 1,024 to a block.
    Csv,
    /// One JSON object per line, 1,024 to a block.
    Ndjson,
    /// A Parquet file; a block is a row group.
    Parquet,
    /// Anything else: 64 KiB to a block, no rows.
    Plain,
}

/// The media type of CSV files.
pub const CSV: &str = "text/csv";
/// The media type of newline-delimited JSON.
pub const NDJSON: &str = "application/x-ndjson";
/// The media type of Parquet files.
pub const PARQUET: &str = "application/vnd.apache.parquet";

impl Layout {
    /// How a file of this media type is cut, if it can be read at all.
    pub fn of_media_type(media_type: &str) -> Self {
        match media_type {
            CSV => Self::Csv,
            NDJSON => Self::Ndjson,
            PARQUET => Self::Parquet,
            _ => Self::Plain,
        }
    }
}

/// The media type that a file's name suggests.
pub fn media_type_of_name(name: &str) -> &'static str {
    let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
    match ending.as_deref() {
        Some("csv") => CSV,
        Some("ndjson" | "jsonl") => NDJSON,
        Some("parquet") => PARQUET,
        Some("json") => "application/json",
        Some("txt") => "text/plain",
        Some("pdf") => "application/pdf",
        Some("zip") => "application/zip",
        _ => "application/octet-stream",
    }
}

/// Whether a row breaks the declared schema: an empty cell where none may be, a value of another kind, an unknown key.
pub(crate) fn breaches(columns: &[Column], layout: Layout, row: &Row) -> bool {
    row.stray_key
        || row.len() != columns.len()
        || columns.iter().zip(row.cells()).any(|(column, cell)| cell_breaches(column, layout, cell))
}

pub(crate) fn cell_breaches(column: &Column, layout: Layout, cell: &[u8]) -> bool {
    if is_empty(layout, cell) {
        return !column.nullable;
    }
    cell.first().and_then(|first| CellTag::of(*first)).is_none_or(|tag| !column.kind.takes(tag))
}

/// Null; in CSV, which cannot write null, a field of no characters.
pub(crate) fn is_empty(layout: Layout, cell: &[u8]) -> bool {
    match layout {
        Layout::Csv => cell.len() <= 1,
        _ => cell.first() == Some(&(CellTag::Null as u8)),
    }
}

/// More breaches than the declared rate allows.
pub(crate) fn over_rate(breaches: u64, rows: u64, breach_ppm: u32) -> bool {
    u128::from(breaches) * 1_000_000 > u128::from(breach_ppm) * u128::from(rows)
}

/// What was seen of a column while a file was read: enough to declare its schema.
#[derive(Clone, Copy, Default)]
pub(crate) struct Seen {
    tags: u8,
    pub(crate) empty: u64,
}

impl Seen {
    pub(crate) fn note(&mut self, layout: Layout, cell: &[u8]) {
        if is_empty(layout, cell) {
            self.empty += 1;
        } else if let Some(first) = cell.first() {
            self.tags |= 1 << first;
        }
    }

    /// The narrowest type for what was seen; text when nothing was.
    pub(crate) fn kind(self) -> ColumnType {
        let only = |tags: &[CellTag]| tags.iter().fold(0, |all, tag| all | 1u8 << (*tag as u8)) == self.tags;
        match () {
            () if self.tags == 0 || only(&[CellTag::Text]) => ColumnType::Text,
            () if only(&[CellTag::Integer]) => ColumnType::Integer,
            () if only(&[CellTag::Double]) => ColumnType::Double,
            () if only(&[CellTag::Integer, CellTag::Double]) => ColumnType::Number,
            () if only(&[CellTag::Boolean]) => ColumnType::Boolean,
            () if only(&[CellTag::Bytes]) => ColumnType::Bytes,
            () if only(&[CellTag::Time]) => ColumnType::Time,
            () if only(&[CellTag::Decimal]) => ColumnType::Decimal,
            () => ColumnType::Mixed,
        }
    }
}
