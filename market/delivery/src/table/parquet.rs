//! Parquet: one block per row group, from the end of the block before it, and a last block with the footer and no rows.
//!
//! Cells follow Parquet's logical types; the Arrow schema that some writers embed is not looked at. Nested columns, types
//! without canonical cells, codecs that we do not carry and row groups that do not lie one after the other make a file
//! that is sealed as a plain file, with the reason.

use super::arrays::{kind_of, push_cell};
use super::source::ParquetSource;
use super::{Block, LONGEST_ROW, Plaintext, Step, Unreadable, sound_names};
use crate::cell::Row;
use crate::schema::{Column, MOST_COLUMNS};
use crate::seal::Measuring;
use ::parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder,
};
use ::parquet::basic::Compression;
use ::parquet::errors::ParquetError;
use ::parquet::file::metadata::{PageIndexPolicy, ParquetMetaData};
use arrow::array::RecordBatch;
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use std::io::{Sink, sink};
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use tacit_values::TaggedHasher;

/// Cells decoded at once.
const BATCH_CELLS: usize = 16 << 10;

/// What a Parquet file turned out to be.
pub(super) enum Opened<P: Plaintext> {
    /// Flat columns.
    Table(Box<Groups<P>>, Vec<Column>),
    /// The file again, and why it has no rows for us.
    Plain(P, String),
}

/// The row groups of a file, read one after the other.
pub(super) struct Groups<P: Plaintext> {
    source: ParquetSource<P>,
    metadata: ArrowReaderMetadata,
    groups: Vec<Group>,
    length: u64,
    /// The next block to begin or, while `reading`, the one that is open.
    number: usize,
    reading: Option<Reading>,
    row: Row,
    /// All bytes that blocks have taken.
    pub(super) whole: Measuring<Sink>,
}

#[derive(Clone)]
struct Group {
    first_row: u64,
    rows: u64,
    place: Range<u64>,
    chunks: Vec<Range<u64>>,
}

/// An open row group.
struct Reading {
    batches: ParquetRecordBatchReader,
    batch: Option<RecordBatch>,
    at: usize,
    next_row: u64,
}

impl<P: Plaintext> Groups<P> {
    pub(super) fn open(plaintext: P) -> Result<Opened<P>, Unreadable> {
        let source = ParquetSource::new(plaintext)?;
        let length = ::parquet::file::reader::Length::len(&source);
        let options = ArrowReaderOptions::new()
            .with_skip_arrow_metadata(true)
            .with_page_index_policy(PageIndexPolicy::Skip);
        let metadata = guarded(&source, || ArrowReaderMetadata::load(&source, options.clone()))?;
        let plain_because = match (columns_of(metadata.schema()), groups_of(metadata.metadata(), length)) {
            (Ok(columns), Ok(groups)) => {
                sound_names(columns.iter().map(|column| column.name.as_str()))?;
                let options = options.with_schema(with_views(metadata.schema()));
                let parsed = metadata.metadata().clone();
                let metadata = guarded(&source, || ArrowReaderMetadata::try_new(parsed, options))?;
                let row = Row::default();
                let whole = Measuring::new(sink());
                let (number, reading) = (0, None);
                let groups = Self { source, metadata, groups, length, number, reading, row, whole };
                return Ok(Opened::Table(Box::new(groups), columns));
            }
            (Err(because), _) | (_, Err(because)) => because,
        };
        let plaintext = source.into_plaintext().expect("no reader was made yet");
        Ok(Opened::Plain(plaintext, plain_because))
    }

    /// Continues with another block.
    pub(super) fn skip_to(&mut self, number: u64) {
        self.reading = None;
        self.number = usize::try_from(number).unwrap_or(usize::MAX);
    }

    /// How many rows there are, and where the footer's block begins.
    fn footer(&self) -> (u64, u64) {
        self.groups.last().map_or((0, 0), |group| (group.first_row + group.rows, group.place.end))
    }

    pub(super) fn step(&mut self) -> Result<Step<'_>, Unreadable> {
        if self.number > self.groups.len() {
            return Ok(Step::End);
        }
        let Some(group) = self.groups.get(self.number).cloned() else {
            let (first_row, offset) = self.footer();
            return self.close(first_row, 0, offset..self.length);
        };
        if self.reading.is_none() {
            self.begin(&group)?;
        }
        let reading = self.reading.as_mut().expect("begin() opened the row group");
        loop {
            if let Some(batch) = &reading.batch
                && reading.at < batch.num_rows()
            {
                let number = reading.next_row;
                self.row.clear();
                for array in batch.columns() {
                    push_cell(array, reading.at, number, &mut self.row)?;
                    if self.row.bytes() > LONGEST_ROW {
                        return Err(Unreadable::LongParquetRow { row: number });
                    }
                }
                reading.at += 1;
                reading.next_row += 1;
                return Ok(Step::Row { number, row: &self.row });
            }
            let next =
                guarded(&self.source, || reading.batches.next().transpose().map_err(ParquetError::from))?;
            if next.is_none() {
                break;
            }
            (reading.batch, reading.at) = (next, 0);
        }
        if reading.next_row != group.first_row + group.rows {
            let reason = "a row group has other rows than its footer says".to_owned();
            return Err(Unreadable::BrokenParquet { reason });
        }
        self.reading = None;
        self.close(group.first_row, group.rows, group.place)
    }

    fn begin(&mut self, group: &Group) -> Result<(), Unreadable> {
        self.source.watch(group.chunks.iter().cloned());
        let columns = self.metadata.schema().fields().len();
        let batches = guarded(&self.source, || {
            ParquetRecordBatchReaderBuilder::new_with_metadata(self.source.clone(), self.metadata.clone())
                .with_row_groups(vec![self.number])
                .with_batch_size((BATCH_CELLS / columns).clamp(1, 256))
                .build()
        })?;
        self.reading = Some(Reading { batches, batch: None, at: 0, next_row: group.first_row });
        Ok(())
    }

    /// Hashes the bytes of the block that ends here.
    fn close(&mut self, first_row: u64, rows: u64, place: Range<u64>) -> Result<Step<'static>, Unreadable> {
        let mut hasher = TaggedHasher::plain();
        let mut buffer = vec![0; 64 << 10];
        let mut at = place.start;
        while at < place.end {
            let want = usize::try_from(place.end - at).unwrap_or(usize::MAX).min(buffer.len());
            let count = self.source.read_at(at, &mut buffer[..want])?;
            if count == 0 {
                return Err(std::io::Error::from(std::io::ErrorKind::UnexpectedEof).into());
            }
            hasher.update(&buffer[..count]);
            self.whole.note(&buffer[..count]);
            at += count as u64;
        }
        let number = self.number as u64;
        self.number += 1;
        let (offset, length) = (place.start, place.end - place.start);
        Ok(Step::Block(Block { number, first_row, rows, offset, length, sha256: hasher.finish() }))
    }
}

/// Runs the `parquet` crate, which may panic on hostile bytes, and makes a sentence of whatever it meets.
fn guarded<P: Plaintext, T>(
    source: &ParquetSource<P>,
    read: impl FnOnce() -> Result<T, ParquetError>,
) -> Result<T, Unreadable> {
    match catch_unwind(AssertUnwindSafe(read)) {
        Ok(result) => result.map_err(|cause| source.explain(&cause)),
        Err(_) => Err(Unreadable::BrokenParquet { reason: "its structure contradicts itself".to_owned() }),
    }
}

fn columns_of(schema: &SchemaRef) -> Result<Vec<Column>, String> {
    let fields = schema.fields();
    if fields.is_empty() || fields.len() > MOST_COLUMNS {
        return Err("it has no columns or too many".to_owned());
    }
    fields
        .iter()
        .map(|field| match kind_of(field.data_type()) {
            Some(kind) => {
                let name = field.name().clone();
                Ok(Column { name, kind, nullable: field.is_nullable(), redacted: false })
            }
            None if field.data_type().is_nested() => Err("it has nested columns".to_owned()),
            None => Err("it has a column of a type without canonical cells".to_owned()),
        })
        .collect()
}

/// Asks for texts and bytes as views into their page, so that a long value that repeats is held once.
fn with_views(schema: &SchemaRef) -> SchemaRef {
    let fields = schema.fields().iter().map(|field| {
        let kind = match field.data_type() {
            DataType::Utf8 => DataType::Utf8View,
            DataType::Binary => DataType::BinaryView,
            other => other.clone(),
        };
        Field::new(field.name(), kind, field.is_nullable())
    });
    Arc::new(Schema::new(fields.collect::<Vec<_>>()))
}

fn groups_of(metadata: &ParquetMetaData, length: u64) -> Result<Vec<Group>, String> {
    let scattered = || "its row groups do not lie one after the other".to_owned();
    let mut groups = Vec::new();
    let (mut first_row, mut begin) = (0, 0);
    for group in metadata.row_groups() {
        let rows = u64::try_from(group.num_rows()).map_err(|_| scattered())?;
        let mut chunks = Vec::new();
        for column in group.columns() {
            if !matches!(
                column.compression(),
                Compression::UNCOMPRESSED | Compression::SNAPPY | Compression::ZSTD(_)
            ) {
                return Err("it is compressed with a codec other than Snappy or Zstandard".to_owned());
            }
            // byte_range() would panic where the footer holds negative places.
            let start = column.dictionary_page_offset().unwrap_or_else(|| column.data_page_offset());
            let size = u64::try_from(column.compressed_size()).map_err(|_| scattered())?;
            let start = u64::try_from(start).map_err(|_| scattered())?;
            let end = start.checked_add(size).filter(|end| *end <= length).ok_or_else(scattered)?;
            if start < begin {
                return Err(scattered());
            }
            chunks.push(start..end);
        }
        let end = chunks.iter().map(|chunk| chunk.end).max().unwrap_or(begin);
        groups.push(Group { first_row, rows, place: begin..end, chunks });
        first_row = first_row.checked_add(rows).ok_or_else(scattered)?;
        begin = end;
    }
    Ok(groups)
}
