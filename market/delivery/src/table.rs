//! Reading a file as rows of canonical cells and as blocks of plain bytes, streaming, in bounded memory.
//!
//! A [`Table`] is pulled step by step: the rows of a block, then the block itself with the digest of its bytes. CSV and
//! NDJSON have 1,024 rows to a block, a Parquet file one block per row group and one for its footer, other files blocks
//! of 64 KiB without rows (delivery.md, The manifest). Nothing is guessed and nothing is repaired: what cannot be read
//! exactly is refused with the line it stands on.

mod arrays;
mod csv;
mod lines;
mod ndjson;
mod parquet;
mod plain;
mod source;

use crate::cell::Row;
use crate::schema::{Column, Layout};
use crate::seal::Measure;
use std::io::{self, Read, Seek};
use tacit_values::Digest;

/// Rows in a block of CSV or NDJSON.
pub const BLOCK_ROWS: u64 = 1024;
/// Bytes in a block of a file without rows.
pub const PLAIN_BLOCK_BYTES: u64 = 64 << 10;
/// The longest row in bytes.
pub const LONGEST_ROW: usize = 1 << 20;

/// A plaintext that can be read at any place: a file, or bytes in a cursor.
pub trait Plaintext: Read + Seek + Send + 'static {}

impl<P: Read + Seek + Send + 'static> Plaintext for P {}

/// Why a file cannot be read as what it says it is.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    /// Not a single byte.
    #[error("the file is empty; there is nothing to sell")]
    Empty,
    /// Bytes that are no text.
    #[error("line {line}: the text is not UTF-8; save the file as UTF-8 or sell it as a plain file")]
    NotUtf8 {
        /// Counted from 1.
        line: u64,
    },
    /// A CSV row with too few or too many fields.
    #[error(
        "line {line}: {found} fields where the header line has {expected}; mend the row, or give the file another ending, such as .txt, to sell it without rows"
    )]
    Ragged {
        /// Where the row begins, counted from 1.
        line: u64,
        /// Fields in the row.
        found: usize,
        /// Columns in the header line.
        expected: usize,
    },
    /// A quoted CSV field that never ends.
    #[error("line {line}: a quoted field is never closed")]
    OpenQuote {
        /// Where the row begins, counted from 1.
        line: u64,
    },
    /// Characters between a closing quote and the next comma.
    #[error("line {line}: text after a closing quote; double the quotes inside a quoted field")]
    AfterQuote {
        /// Where the row begins, counted from 1.
        line: u64,
    },
    /// A carriage return that ends no line.
    #[error("line {line}: a carriage return without a line feed; quote the field or convert the line ends")]
    BareReturn {
        /// Where the row begins, counted from 1.
        line: u64,
    },
    /// A row beyond the limit.
    #[error("line {line}: a row of more than 1 MiB; sell this as a plain file")]
    LongRow {
        /// Where the row begins, counted from 1.
        line: u64,
    },
    /// A line that is no JSON object.
    #[error("line {line}: not a JSON object; NDJSON holds one object per line")]
    NotAnObject {
        /// Counted from 1.
        line: u64,
    },
    /// A key that stands twice in one object.
    #[error("line {line}: a key stands twice in one object")]
    KeyTwice {
        /// Counted from 1.
        line: u64,
    },
    /// A number that no double can hold.
    #[error("line {line}: a number beyond the range of a double; write it as text")]
    HugeNumber {
        /// Counted from 1.
        line: u64,
    },
    /// Too many columns.
    #[error("more than {} columns; sell this as a plain file", crate::schema::MOST_COLUMNS)]
    ManyColumns,
    /// A column name beyond the limit.
    #[error("a column name is longer than {} bytes", crate::schema::LONGEST_COLUMN_NAME)]
    LongName,
    /// A column name with control characters.
    #[error("a column name holds characters that do not print; rename the column")]
    UnprintableName,
    /// Two columns of one name.
    #[error("two columns are both called `{name}`; rename one")]
    ColumnTwice {
        /// The name.
        name: String,
    },
    /// The file's columns are not those of the manifest.
    #[error("the columns of the file are not those that were declared")]
    OtherColumns,
    /// A Parquet file that cannot be read.
    #[error("the Parquet file is damaged or cut off: {reason}")]
    BrokenParquet {
        /// What the reader met.
        reason: String,
    },
    /// A Parquet page or footer that would not fit in the memory we allow.
    #[error("the Parquet file has pages too large to check in bounded memory; write it with smaller pages")]
    HugePages,
    /// A time outside the years 1677 to 2262.
    #[error("row {row}: a time that nanoseconds in 64 bits cannot hold")]
    FarTime {
        /// Counted from 0.
        row: u64,
    },
    /// A Parquet row beyond the limit.
    #[error("row {row}: a row of more than 1 MiB; sell this as a plain file")]
    LongParquetRow {
        /// Counted from 0.
        row: u64,
    },
    /// The file itself cannot be read.
    #[error("the file could not be read")]
    Io(#[from] io::Error),
}

/// A stretch of plain bytes that is hashed and can be checked on its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Block {
    /// Counted from 0.
    pub number: u64,
    /// The number of its first row; in files without rows, its own number.
    pub first_row: u64,
    /// How many rows it has.
    pub rows: u64,
    /// Where it begins in the plaintext.
    pub offset: u64,
    /// How many bytes it has.
    pub length: u64,
    /// Plain SHA-256 of its bytes.
    pub sha256: Digest,
}

/// What comes next in a table.
#[derive(Debug)]
pub enum Step<'a> {
    /// A row of the block that ends later.
    Row {
        /// Counted from 0.
        number: u64,
        /// Its cells, in the order of the columns.
        row: &'a Row,
    },
    /// The block whose rows came before.
    Block(Block),
    /// All blocks have come.
    End,
}

/// Where a block begins, for reading it without those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BlockStart {
    /// Counted from 0.
    pub number: u64,
    /// The number of its first row.
    pub first_row: u64,
    /// Where it begins in the plaintext.
    pub offset: u64,
}

/// A file that is being read.
pub struct Table<P: Plaintext> {
    layout: Layout,
    columns: Vec<Column>,
    inner: Inner<P>,
}

enum Inner<P: Plaintext> {
    Csv(lines::Lines<csv::CsvRows, P>),
    Ndjson(lines::Lines<ndjson::NdjsonRows, P>),
    Parquet(Box<parquet::Groups<P>>),
    Plain(plain::Stretches<P>),
}

/// What a file turned out to be when it was first looked at.
pub struct Inspected<P: Plaintext> {
    /// Ready to be read from the beginning.
    pub table: Table<P>,
    /// Why a file that names itself Parquet is sealed as a plain file.
    pub plain_because: Option<String>,
}

impl<P: Plaintext> Table<P> {
    /// Looks at a file for the first time, as a seller does. NDJSON is read once to learn its columns.
    pub fn inspect(mut plaintext: P, media_type: &str) -> Result<Inspected<P>, Unreadable> {
        if plaintext.seek(io::SeekFrom::End(0))? == 0 {
            return Err(Unreadable::Empty);
        }
        plaintext.rewind()?;
        let layout = Layout::of_media_type(media_type);
        let table = match layout {
            Layout::Csv => {
                let (lines, columns) = lines::csv_from_start(plaintext)?;
                Self { layout, columns, inner: Inner::Csv(lines) }
            }
            Layout::Ndjson => {
                let columns = ndjson::union_of_keys(&mut plaintext)?;
                let lines = lines::ndjson_from_start(plaintext, &columns)?;
                Self { layout, columns, inner: Inner::Ndjson(lines) }
            }
            Layout::Parquet => match parquet::Groups::open(plaintext)? {
                parquet::Opened::Table(groups, columns) => {
                    Self { layout, columns, inner: Inner::Parquet(groups) }
                }
                parquet::Opened::Plain(plaintext, because) => {
                    let table = Self::plain(plaintext)?;
                    return Ok(Inspected { table, plain_because: Some(because) });
                }
            },
            Layout::Plain => Self::plain(plaintext)?,
        };
        Ok(Inspected { table, plain_because: None })
    }

    /// Reads a file whose columns a manifest declares; other columns in the file are refused.
    pub fn declared(mut plaintext: P, layout: Layout, columns: &[Column]) -> Result<Self, Unreadable> {
        plaintext.rewind()?;
        let inner = match layout {
            Layout::Csv => {
                let (lines, found) = lines::csv_from_start(plaintext)?;
                same_names(&found, columns)?;
                Inner::Csv(lines)
            }
            Layout::Ndjson => Inner::Ndjson(lines::ndjson_from_start(plaintext, columns)?),
            Layout::Parquet => match parquet::Groups::open(plaintext)? {
                parquet::Opened::Table(groups, found) => {
                    same_names(&found, columns)?;
                    Inner::Parquet(groups)
                }
                parquet::Opened::Plain(..) => return Err(Unreadable::OtherColumns),
            },
            Layout::Plain => return Self::plain(plaintext),
        };
        Ok(Self { layout, columns: columns.to_vec(), inner })
    }

    /// Reads a declared file from a block on. The first step belongs to that block.
    pub fn from_block(
        mut plaintext: P,
        layout: Layout,
        columns: &[Column],
        start: BlockStart,
    ) -> Result<Self, Unreadable> {
        if start.number == 0 && layout != Layout::Plain {
            return Self::declared(plaintext, layout, columns);
        }
        let inner = match layout {
            Layout::Csv => Inner::Csv(lines::csv_from_block(plaintext, columns.len(), start)?),
            Layout::Ndjson => Inner::Ndjson(lines::ndjson_from_block(plaintext, columns, start)?),
            Layout::Parquet => match parquet::Groups::open(plaintext)? {
                parquet::Opened::Table(mut groups, found) => {
                    same_names(&found, columns)?;
                    groups.skip_to(start.number);
                    Inner::Parquet(groups)
                }
                parquet::Opened::Plain(..) => return Err(Unreadable::OtherColumns),
            },
            Layout::Plain => {
                plaintext.seek(io::SeekFrom::Start(start.number * PLAIN_BLOCK_BYTES))?;
                Inner::Plain(plain::Stretches::new(plaintext, start.number))
            }
        };
        Ok(Self { layout, columns: columns.to_vec(), inner })
    }

    fn plain(mut plaintext: P) -> Result<Self, Unreadable> {
        plaintext.rewind()?;
        let inner = Inner::Plain(plain::Stretches::new(plaintext, 0));
        Ok(Self { layout: Layout::Plain, columns: Vec::new(), inner })
    }

    /// How the file is cut.
    pub fn layout(&self) -> Layout {
        self.layout
    }

    /// The columns; none in a file without rows. Of an inspected CSV or NDJSON file only the names are known before it
    /// was read to the end.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// The next row, block or the end.
    pub fn step(&mut self) -> Result<Step<'_>, Unreadable> {
        match &mut self.inner {
            Inner::Csv(lines) => lines.step(),
            Inner::Ndjson(lines) => lines.step(),
            Inner::Parquet(groups) => groups.step(),
            Inner::Plain(stretches) => stretches.step(),
        }
    }

    /// Digest and length of all bytes, once every block of a table was read from the beginning to the end.
    pub(crate) fn into_measure(self) -> Measure {
        match self.inner {
            Inner::Csv(lines) => lines.whole.measure(),
            Inner::Ndjson(lines) => lines.whole.measure(),
            Inner::Parquet(groups) => groups.whole.measure(),
            Inner::Plain(stretches) => stretches.whole.measure(),
        }
    }

    /// Goes on with another block of a Parquet file, whose blocks are found by its footer.
    pub(crate) fn skip_to_parquet_block(&mut self, number: u64) {
        if let Inner::Parquet(groups) = &mut self.inner {
            groups.skip_to(number);
        }
    }
}

fn same_names(found: &[Column], declared: &[Column]) -> Result<(), Unreadable> {
    let found = found.iter().map(|column| &column.name);
    if found.eq(declared.iter().map(|column| &column.name)) { Ok(()) } else { Err(Unreadable::OtherColumns) }
}

/// Refuses names that are too long, too many, or not distinct.
fn sound_names<'a>(names: impl ExactSizeIterator<Item = &'a str>) -> Result<(), Unreadable> {
    if names.len() > crate::schema::MOST_COLUMNS {
        return Err(Unreadable::ManyColumns);
    }
    let mut known = std::collections::HashSet::new();
    for name in names {
        if name.len() > crate::schema::LONGEST_COLUMN_NAME {
            return Err(Unreadable::LongName);
        }
        if !crate::schema::prints(name) {
            return Err(Unreadable::UnprintableName);
        }
        if !known.insert(name) {
            return Err(Unreadable::ColumnTwice { name: name.to_owned() });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
