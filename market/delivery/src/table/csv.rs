//! CSV as in RFC 4180: commas, double quotes, a header line, line ends `\n` or `\r\n`, an optional byte-order mark.
//!
//! Fields are text after unquoting and nothing else is ever guessed. The offsets of rows are part of the manifest, so
//! this reader decides every doubtful case itself: blank lines are skipped; quotes inside an unquoted field are kept;
//! text after a closing quote, a bare carriage return and an unclosed quote are refused.

use super::lines::{LineRows, Source};
use super::{LONGEST_ROW, Unreadable};
use crate::cell::{CellTag, Row};
use std::io::BufRead;

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Rows with a known number of fields.
pub(super) struct CsvRows {
    columns: usize,
    field: Vec<u8>,
}

/// Where the reader stands within a row.
#[derive(Clone, Copy, PartialEq, Eq)]
enum At {
    FieldStart,
    Unquoted,
    Quoted,
    /// After a quote within a quoted field: its end, or the first of two.
    QuoteInQuoted,
}

impl CsvRows {
    pub(super) fn new(columns: usize) -> Self {
        Self { columns, field: Vec::new() }
    }

    /// Reads the header line, appending its bytes to `raw`.
    pub(super) fn header<R: BufRead>(
        from: &mut Source<R>,
        raw: &mut Vec<u8>,
    ) -> Result<Vec<String>, Unreadable> {
        let mut reader = Self::new(0);
        let mut row = Row::default();
        if reader.record(from, raw, &mut row)?.is_none() {
            return Err(Unreadable::Empty);
        }
        let names = row.cells().map(|cell| String::from_utf8_lossy(&cell[1..]).into_owned());
        Ok(names.collect())
    }

    /// Reads one record of any number of fields; the line it begins on, `None` at the end of the file.
    fn record<R: BufRead>(
        &mut self,
        from: &mut Source<R>,
        raw: &mut Vec<u8>,
        row: &mut Row,
    ) -> Result<Option<u64>, Unreadable> {
        row.clear();
        self.field.clear();
        let mut begin = raw.len();
        loop {
            if !from.line(raw)? {
                return Ok(None);
            }
            if from.begins_file() && raw[begin..].starts_with(BYTE_ORDER_MARK) {
                begin += BYTE_ORDER_MARK.len();
            }
            if !matches!(&raw[begin..], b"" | b"\n" | b"\r\n") {
                break;
            }
            begin = raw.len();
        }
        let line = from.line;
        let mut at = At::FieldStart;
        loop {
            if let Some(end) = self.take_line(&raw[begin..], &mut at, row, line)? {
                self.end_field(row, line)?;
                debug_assert_eq!(end, raw.len() - begin, "a row ends where its last line ends");
                return Ok(Some(line));
            }
            // The line ended within a quoted field: the row goes on.
            begin = raw.len();
            if !from.line(raw)? {
                return Err(Unreadable::OpenQuote { line });
            }
        }
    }

    /// Takes one line; the place behind it when the row ends there, `None` when a quoted field is still open.
    fn take_line(
        &mut self,
        bytes: &[u8],
        at: &mut At,
        row: &mut Row,
        line: u64,
    ) -> Result<Option<usize>, Unreadable> {
        for (place, byte) in bytes.iter().enumerate() {
            match (*at, byte) {
                (At::Quoted, b'"') => *at = At::QuoteInQuoted,
                (At::Quoted, _) => self.field.push(*byte),
                (_, b'\n') => return Ok(Some(place + 1)),
                (_, b'\r') if bytes.get(place + 1) == Some(&b'\n') => return Ok(Some(place + 2)),
                (_, b'\r') => return Err(Unreadable::BareReturn { line }),
                (_, b',') => {
                    self.end_field(row, line)?;
                    *at = At::FieldStart;
                }
                (At::FieldStart, b'"') => *at = At::Quoted,
                (At::QuoteInQuoted, b'"') => {
                    self.field.push(b'"');
                    *at = At::Quoted;
                }
                (At::QuoteInQuoted, _) => return Err(Unreadable::AfterQuote { line }),
                (At::FieldStart | At::Unquoted, _) => {
                    self.field.push(*byte);
                    *at = At::Unquoted;
                }
            }
        }
        // No line end: inside quotes the row may go on, otherwise the file ends here.
        Ok(if *at == At::Quoted { None } else { Some(bytes.len()) })
    }

    fn end_field(&mut self, row: &mut Row, line: u64) -> Result<(), Unreadable> {
        let text = std::str::from_utf8(&self.field).map_err(|_| Unreadable::NotUtf8 { line })?;
        row.push(CellTag::Text, text.as_bytes());
        // Fields of no characters add a tag each: bounds a row of nothing but commas.
        if row.bytes() > 2 * LONGEST_ROW {
            return Err(Unreadable::LongRow { line });
        }
        self.field.clear();
        Ok(())
    }
}

impl LineRows for CsvRows {
    fn read<R: BufRead>(
        &mut self,
        from: &mut Source<R>,
        raw: &mut Vec<u8>,
        row: &mut Row,
    ) -> Result<bool, Unreadable> {
        let Some(line) = self.record(from, raw, row)? else { return Ok(false) };
        match row.len() {
            found if found == self.columns => Ok(true),
            found => Err(Unreadable::Ragged { line, found, expected: self.columns }),
        }
    }
}
