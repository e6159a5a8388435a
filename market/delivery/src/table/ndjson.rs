//! NDJSON: one JSON object per line; the columns are the sorted union of all top-level keys.
//!
//! A key that is absent is null. Numbers without fraction and exponent are integers (beyond 128 bits: decimals), others
//! doubles. Nested values are the text of their RFC 8785 form. A key twice in one object is refused, because readers
//! disagree about which one counts.

use super::lines::{LineRows, Source, text_column};
use super::{Unreadable, sound_names};
use crate::cell::{CellTag, Row, double_bytes};
use crate::schema::{Column, LONGEST_COLUMN_NAME, MOST_COLUMNS, prints};
use serde::de::IgnoredAny;
use serde_json::{Number, Value};
use std::collections::{BTreeSet, HashMap};
use std::io::{BufRead, BufReader, Read, Seek};

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Rows with known columns.
pub(super) struct NdjsonRows {
    places: HashMap<String, usize>,
    columns: usize,
    /// Where in the line each column's value stands.
    found: Vec<Option<(usize, usize)>>,
}

/// Reads the whole file for its keys and goes back to the beginning.
pub(super) fn union_of_keys<P: Read + Seek>(plaintext: &mut P) -> Result<Vec<Column>, Unreadable> {
    plaintext.rewind()?;
    let mut source = Source::of_file(BufReader::with_capacity(64 << 10, &mut *plaintext));
    let mut names = BTreeSet::new();
    let mut raw = Vec::new();
    while let Some(begin) = next_object(&mut source, &mut raw)? {
        let line = source.line;
        for_each_member(&raw[begin..], line, |key, _| {
            if key.len() > LONGEST_COLUMN_NAME {
                return Err(Unreadable::LongName);
            }
            if !prints(&key) {
                return Err(Unreadable::UnprintableName);
            }
            if !names.contains(&key) {
                names.insert(key);
            }
            if names.len() > MOST_COLUMNS { Err(Unreadable::ManyColumns) } else { Ok(()) }
        })?;
        raw.clear();
    }
    if names.is_empty() {
        return Err(Unreadable::NotAnObject { line: source.line });
    }
    plaintext.rewind()?;
    Ok(names.into_iter().map(text_column).collect())
}

impl NdjsonRows {
    pub(super) fn new(columns: &[Column]) -> Self {
        debug_assert!(sound_names(columns.iter().map(|column| column.name.as_str())).is_ok());
        let places = columns.iter().enumerate().map(|(place, column)| (column.name.clone(), place)).collect();
        Self { places, columns: columns.len(), found: Vec::new() }
    }
}

impl LineRows for NdjsonRows {
    fn read<R: BufRead>(
        &mut self,
        from: &mut Source<R>,
        raw: &mut Vec<u8>,
        row: &mut Row,
    ) -> Result<bool, Unreadable> {
        row.clear();
        let Some(begin) = next_object(from, raw)? else { return Ok(false) };
        let object = &raw[begin..];
        let line = from.line;
        self.found.clear();
        self.found.resize(self.columns, None);
        for_each_member(object, line, |key, span| {
            match self.places.get(&key) {
                None => row.stray_key = true,
                Some(place) if self.found[*place].is_some() => return Err(Unreadable::KeyTwice { line }),
                Some(place) => self.found[*place] = Some(span),
            }
            Ok(())
        })?;
        for span in &self.found {
            match span {
                None => row.push(CellTag::Null, &[]),
                Some((from, to)) => push_value(&object[*from..*to], line, row)?,
            }
        }
        Ok(true)
    }
}

/// Appends the next line that is not blank to `raw`; where in `raw` its text begins.
fn next_object<R: BufRead>(from: &mut Source<R>, raw: &mut Vec<u8>) -> Result<Option<usize>, Unreadable> {
    loop {
        let mut begin = raw.len();
        if !from.line(raw)? {
            return Ok(None);
        }
        if from.begins_file() && raw[begin..].starts_with(BYTE_ORDER_MARK) {
            begin += BYTE_ORDER_MARK.len();
        }
        if !raw[begin..].iter().all(|byte| is_space(*byte)) {
            std::str::from_utf8(&raw[begin..]).map_err(|_| Unreadable::NotUtf8 { line: from.line })?;
            return Ok(Some(begin));
        }
    }
}

/// Calls `member` with each key and the place of its value in `object`.
fn for_each_member(
    object: &[u8],
    line: u64,
    mut member: impl FnMut(String, (usize, usize)) -> Result<(), Unreadable>,
) -> Result<(), Unreadable> {
    let refused = || Unreadable::NotAnObject { line };
    let mut at = skip_space(object, 0);
    let expect = |at: usize, byte: u8| match object.get(at) == Some(&byte) {
        true => Ok(skip_space(object, at + 1)),
        false => Err(refused()),
    };
    at = expect(at, b'{')?;
    let mut more = object.get(at) != Some(&b'}');
    while more {
        let end = value_end(object, at).ok_or_else(refused)?;
        let key: String = serde_json::from_slice(&object[at..end]).map_err(|_| refused())?;
        at = expect(skip_space(object, end), b':')?;
        let end = value_end(object, at).ok_or_else(refused)?;
        member(key, (at, end))?;
        at = skip_space(object, end);
        more = object.get(at) == Some(&b',');
        if more {
            at = skip_space(object, at + 1);
        }
    }
    if object.get(at) != Some(&b'}') {
        return Err(refused());
    }
    if skip_space(object, at + 1) == object.len() { Ok(()) } else { Err(refused()) }
}

/// Where the JSON value that begins at `at` ends.
fn value_end(bytes: &[u8], at: usize) -> Option<usize> {
    let mut values = serde_json::Deserializer::from_slice(bytes.get(at..)?).into_iter::<IgnoredAny>();
    values.next()?.ok()?;
    Some(at + values.byte_offset())
}

fn push_value(text: &[u8], line: u64, row: &mut Row) -> Result<(), Unreadable> {
    let refused = || Unreadable::NotAnObject { line };
    match text.first() {
        Some(b'n') => row.push(CellTag::Null, &[]),
        Some(b't') => row.push(CellTag::Boolean, &[1]),
        Some(b'f') => row.push(CellTag::Boolean, &[0]),
        Some(b'"') => {
            let value: String = serde_json::from_slice(text).map_err(|_| refused())?;
            row.push(CellTag::Text, value.as_bytes());
        }
        Some(b'{' | b'[') => {
            let value: Value = serde_json::from_slice(text).map_err(|_| refused())?;
            let value = as_doubles(value).ok_or(Unreadable::HugeNumber { line })?;
            let bytes = serde_json_canonicalizer::to_vec(&value).map_err(|_| refused())?;
            row.push(CellTag::Text, &bytes);
        }
        _ => push_number(std::str::from_utf8(text).map_err(|_| refused())?, line, row)?,
    }
    Ok(())
}

/// The grammar was checked when the value's end was sought.
fn push_number(text: &str, line: u64, row: &mut Row) -> Result<(), Unreadable> {
    if text.contains(['.', 'e', 'E']) {
        let number: f64 = text.parse().map_err(|_| Unreadable::NotAnObject { line })?;
        if !number.is_finite() {
            return Err(Unreadable::HugeNumber { line });
        }
        row.push(CellTag::Double, &double_bytes(number));
    } else if let Ok(whole) = text.parse::<i128>() {
        row.push(CellTag::Integer, &whole.to_be_bytes());
    } else {
        // JSON writes integers without leading zeros, so this text is the shortest.
        row.push(CellTag::Decimal, text.as_bytes());
    }
    Ok(())
}

/// RFC 8785 writes every number as a double; integers beyond 2^53 must be rounded the same way by everybody.
fn as_doubles(value: Value) -> Option<Value> {
    Some(match value {
        Value::Number(number) => Value::Number(Number::from_f64(number.as_f64()?)?),
        Value::Array(items) => Value::Array(items.into_iter().map(as_doubles).collect::<Option<_>>()?),
        Value::Object(fields) => {
            let fields = fields.into_iter().map(|(key, value)| Some((key, as_doubles(value)?)));
            Value::Object(fields.collect::<Option<_>>()?)
        }
        other => other,
    })
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

fn skip_space(bytes: &[u8], mut at: usize) -> usize {
    while bytes.get(at).is_some_and(|byte| is_space(*byte)) {
        at += 1;
    }
    at
}
