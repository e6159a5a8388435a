//! CSV and NDJSON: rows made of lines, cut into blocks of 1,024 rows.
//!
//! A block ends right after the line end of its last row. Blank lines belong to the row that follows them; what stands
//! after the last row belongs to the last block. Block 0 begins at offset 0, byte-order mark and header line included.

use super::csv::CsvRows;
use super::ndjson::NdjsonRows;
use super::{BLOCK_ROWS, Block, BlockStart, LONGEST_ROW, Step, Unreadable};
use crate::cell::Row;
use crate::schema::{Column, ColumnType};
use crate::seal::Measuring;
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom, Sink, sink};
use tacit_values::TaggedHasher;

/// Rows that are made of lines.
pub(super) trait LineRows {
    /// Reads the next row into `row`, appending every byte it takes to `raw`; false at the end of the file.
    fn read<R: BufRead>(
        &mut self,
        from: &mut Source<R>,
        raw: &mut Vec<u8>,
        row: &mut Row,
    ) -> Result<bool, Unreadable>;
}

/// Lines of a file, counted.
pub(super) struct Source<R> {
    reader: R,
    /// The number of the line read last, from 1; counted from the block where reading began.
    pub(super) line: u64,
    from_start: bool,
}

impl<R: BufRead> Source<R> {
    /// Lines from the beginning of a file.
    pub(super) fn of_file(reader: R) -> Self {
        Self { reader, line: 0, from_start: true }
    }

    fn of_block(reader: R) -> Self {
        Self { reader, line: 0, from_start: false }
    }

    /// Whether the line read last is the first of its file, where a byte-order mark may stand.
    pub(super) fn begins_file(&self) -> bool {
        self.from_start && self.line == 1
    }

    /// Appends one line with its end to `raw`; false at the end of the file. `raw` stays within the longest row.
    pub(super) fn line(&mut self, raw: &mut Vec<u8>) -> Result<bool, Unreadable> {
        let room = (LONGEST_ROW + 1).saturating_sub(raw.len());
        let count = (&mut self.reader).take(room as u64).read_until(b'\n', raw)?;
        self.line += u64::from(count > 0);
        if raw.len() > LONGEST_ROW {
            return Err(Unreadable::LongRow { line: self.line });
        }
        Ok(count > 0)
    }
}

/// A table of lines on its way through a file.
pub(super) struct Lines<L, P> {
    source: Source<BufReader<P>>,
    rows: L,
    row: Row,
    /// The bytes of `row`, and of anything before it that no row has taken.
    raw: Vec<u8>,
    /// `row` was read but belongs to the next block.
    ahead: bool,
    ended: bool,
    block: Open,
    /// All bytes that blocks have taken.
    pub(super) whole: Measuring<Sink>,
}

/// The block that is being read.
struct Open {
    number: u64,
    first_row: u64,
    rows: u64,
    offset: u64,
    length: u64,
    hasher: TaggedHasher,
}

impl Open {
    fn at(start: BlockStart) -> Self {
        let BlockStart { number, first_row, offset } = start;
        Self { number, first_row, rows: 0, offset, length: 0, hasher: TaggedHasher::plain() }
    }

    fn take(&mut self, raw: &mut Vec<u8>) {
        self.hasher.update(raw);
        self.length += raw.len() as u64;
        raw.clear();
    }

    fn close(&mut self) -> Block {
        let next = BlockStart {
            number: self.number + 1,
            first_row: self.first_row + self.rows,
            offset: self.offset + self.length,
        };
        let closed = std::mem::replace(self, Self::at(next));
        Block {
            number: closed.number,
            first_row: closed.first_row,
            rows: closed.rows,
            offset: closed.offset,
            length: closed.length,
            sha256: closed.hasher.finish(),
        }
    }
}

impl<L: LineRows, P: Read> Lines<L, P> {
    fn new(source: Source<BufReader<P>>, rows: L, raw: Vec<u8>, start: BlockStart) -> Self {
        let mut lines = Self {
            source,
            rows,
            row: Row::default(),
            raw,
            ahead: false,
            ended: false,
            block: Open::at(start),
            whole: Measuring::new(sink()),
        };
        lines.take();
        lines
    }

    /// The block takes the bytes that were read.
    fn take(&mut self) {
        self.whole.note(&self.raw);
        self.block.take(&mut self.raw);
    }

    pub(super) fn step(&mut self) -> Result<Step<'_>, Unreadable> {
        if self.ended {
            return Ok(Step::End);
        }
        if !self.ahead {
            let more = self.rows.read(&mut self.source, &mut self.raw, &mut self.row)?;
            if !more {
                self.take();
                self.ended = true;
                return Ok(Step::Block(self.block.close()));
            }
            if self.block.rows == BLOCK_ROWS {
                self.ahead = true;
                return Ok(Step::Block(self.block.close()));
            }
        }
        self.ahead = false;
        self.take();
        let number = self.block.first_row + self.block.rows;
        self.block.rows += 1;
        Ok(Step::Row { number, row: &self.row })
    }
}

const FIRST: BlockStart = BlockStart { number: 0, first_row: 0, offset: 0 };

/// A CSV file from its beginning, with the columns of its header line.
pub(super) fn csv_from_start<P: Read>(plaintext: P) -> Result<(Lines<CsvRows, P>, Vec<Column>), Unreadable> {
    let mut source = Source::of_file(BufReader::with_capacity(64 << 10, plaintext));
    let mut raw = Vec::new();
    let names = CsvRows::header(&mut source, &mut raw)?;
    super::sound_names(names.iter().map(String::as_str))?;
    let rows = CsvRows::new(names.len());
    let columns = names.into_iter().map(text_column).collect();
    Ok((Lines::new(source, rows, raw, FIRST), columns))
}

/// A CSV file from a later block on.
pub(super) fn csv_from_block<P: Read + Seek>(
    mut plaintext: P,
    columns: usize,
    start: BlockStart,
) -> Result<Lines<CsvRows, P>, Unreadable> {
    plaintext.seek(SeekFrom::Start(start.offset))?;
    let source = Source::of_block(BufReader::with_capacity(64 << 10, plaintext));
    Ok(Lines::new(source, CsvRows::new(columns), Vec::new(), start))
}

/// An NDJSON file from its beginning.
pub(super) fn ndjson_from_start<P: Read + Seek>(
    mut plaintext: P,
    columns: &[Column],
) -> Result<Lines<NdjsonRows, P>, Unreadable> {
    plaintext.rewind()?;
    let source = Source::of_file(BufReader::with_capacity(64 << 10, plaintext));
    Ok(Lines::new(source, NdjsonRows::new(columns), Vec::new(), FIRST))
}

/// An NDJSON file from a later block on.
pub(super) fn ndjson_from_block<P: Read + Seek>(
    mut plaintext: P,
    columns: &[Column],
    start: BlockStart,
) -> Result<Lines<NdjsonRows, P>, Unreadable> {
    plaintext.seek(SeekFrom::Start(start.offset))?;
    let source = Source::of_block(BufReader::with_capacity(64 << 10, plaintext));
    Ok(Lines::new(source, NdjsonRows::new(columns), Vec::new(), start))
}

/// A column of which only the name is known yet.
pub(super) fn text_column(name: String) -> Column {
    Column { name, kind: ColumnType::Text, nullable: false, redacted: false }
}
