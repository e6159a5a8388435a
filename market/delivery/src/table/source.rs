//! A plaintext as the `parquet` crate wants it, with the sizes of pages bounded before anything is allocated for them.
//!
//! A page header says how large the page becomes. Its first three fields are read here (Thrift compact protocol: type,
//! uncompressed size, compressed size), so that a small file cannot ask for gigabytes.

use super::Unreadable;
use bytes::Bytes;
use parquet::errors::{ParquetError, Result};
use parquet::file::reader::{ChunkReader, Length};
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard};

/// What the open pages and dictionaries of one row group may take together, uncompressed.
const MOST_PAGE_BYTES: u64 = 40 << 20;
/// What may be read at once: a page or the footer.
const MOST_READ: usize = 8 << 20;

/// A shared plaintext.
pub(super) struct ParquetSource<P> {
    shared: Arc<Mutex<Shared<P>>>,
    length: u64,
}

struct Shared<P> {
    plaintext: P,
    chunks: Vec<Chunk>,
    refused: bool,
}

/// The pages of one column in the row group that is being read.
struct Chunk {
    place: Range<u64>,
    /// The sizes of the two largest pages: at most a dictionary and a data page are open at once.
    largest: [u64; 2],
}

impl<P> Clone for ParquetSource<P> {
    fn clone(&self) -> Self {
        Self { shared: self.shared.clone(), length: self.length }
    }
}

impl<P: Read + Seek> ParquetSource<P> {
    pub(super) fn new(mut plaintext: P) -> io::Result<Self> {
        let length = plaintext.seek(SeekFrom::End(0))?;
        let shared = Shared { plaintext, chunks: Vec::new(), refused: false };
        Ok(Self { shared: Arc::new(Mutex::new(shared)), length })
    }

    /// Says which row group is read next: where its column chunks lie.
    pub(super) fn watch(&self, chunks: impl Iterator<Item = Range<u64>>) {
        self.lock().chunks = chunks.map(|place| Chunk { place, largest: [0; 2] }).collect();
    }

    /// What a failure of the reader means.
    pub(super) fn explain(&self, cause: &ParquetError) -> Unreadable {
        if self.lock().refused {
            return Unreadable::HugePages;
        }
        let reason: String =
            cause.to_string().chars().filter(|letter| !letter.is_control()).take(200).collect();
        Unreadable::BrokenParquet { reason }
    }

    /// Bytes from anywhere in the plaintext.
    pub(super) fn read_at(&self, start: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let mut shared = self.lock();
        shared.plaintext.seek(SeekFrom::Start(start))?;
        shared.plaintext.read(buffer)
    }

    /// The plaintext again, when nobody else reads it.
    pub(super) fn into_plaintext(self) -> Option<P> {
        let shared = Arc::try_unwrap(self.shared).ok()?;
        Some(shared.into_inner().unwrap_or_else(|poisoned| poisoned.into_inner()).plaintext)
    }

    fn lock(&self) -> MutexGuard<'_, Shared<P>> {
        // A reader that panicked leaves at worst a position behind, and every read seeks first.
        self.shared.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    /// Looks at the page header at `start`, if a column chunk lies there.
    fn admit_page(&self, start: u64) -> Result<()> {
        let mut first = [0; 32];
        let mut filled = 0;
        if !self.lock().chunks.iter().any(|chunk| chunk.place.contains(&start)) {
            return Ok(());
        }
        while filled < first.len() {
            match self.read_at(start + filled as u64, &mut first[filled..])? {
                0 => break,
                count => filled += count,
            }
        }
        let size = uncompressed_size(&first[..filled])
            .ok_or_else(|| ParquetError::General("a page header is damaged".into()))?;
        let mut shared = self.lock();
        if let Some(chunk) = shared.chunks.iter_mut().find(|chunk| chunk.place.contains(&start)) {
            let smaller = chunk.largest[1].max(size.min(chunk.largest[0]));
            chunk.largest = [chunk.largest[0].max(size), smaller];
        }
        let open: u64 = shared.chunks.iter().flat_map(|chunk| chunk.largest).sum();
        shared.refused |= open > MOST_PAGE_BYTES;
        if shared.refused { Err(ParquetError::General("pages are too large".into())) } else { Ok(()) }
    }
}

/// The second field of a Thrift page header.
fn uncompressed_size(header: &[u8]) -> Option<u64> {
    // 0x15: the next field, an i32.
    let rest = header.strip_prefix(&[0x15])?;
    let (_, rest) = varint(rest)?;
    let rest = rest.strip_prefix(&[0x15])?;
    let (zigzag, _) = varint(rest)?;
    if zigzag & 1 == 1 { None } else { Some(zigzag >> 1) }
}

fn varint(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let mut value = 0;
    for (place, byte) in bytes.iter().enumerate().take(5) {
        value |= u64::from(byte & 0x7f) << (7 * place);
        if byte & 0x80 == 0 {
            return Some((value, &bytes[place + 1..]));
        }
    }
    None
}

impl<P: Send> Length for ParquetSource<P> {
    fn len(&self) -> u64 {
        self.length
    }
}

impl<P: Read + Seek + Send> ChunkReader for ParquetSource<P> {
    type T = From<P>;

    fn get_read(&self, start: u64) -> Result<From<P>> {
        self.admit_page(start)?;
        Ok(From { source: self.clone(), next: start, buffer: [0; 512], filled: 0, taken: 0 })
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes> {
        if length > MOST_READ {
            self.lock().refused = true;
            return Err(ParquetError::General("a page or footer is too large".into()));
        }
        if start.saturating_add(length as u64) > self.length {
            return Err(ParquetError::EOF("the file ends too early".into()));
        }
        let mut bytes = vec![0; length];
        let mut shared = self.lock();
        shared.plaintext.seek(SeekFrom::Start(start))?;
        shared.plaintext.read_exact(&mut bytes)?;
        Ok(bytes.into())
    }
}

/// Reads on from a place, whatever other readers do in between.
pub(super) struct From<P> {
    source: ParquetSource<P>,
    next: u64,
    buffer: [u8; 512],
    filled: usize,
    taken: usize,
}

impl<P: Read + Seek> Read for From<P> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.taken == self.filled {
            self.filled = self.source.read_at(self.next, &mut self.buffer)?;
            self.next += self.filled as u64;
            self.taken = 0;
        }
        let count = into.len().min(self.filled - self.taken);
        into[..count].copy_from_slice(&self.buffer[self.taken..self.taken + count]);
        self.taken += count;
        Ok(count)
    }
}
