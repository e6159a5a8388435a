//! Opening: `header || body` through the `age` crate, as a stream and, where the body can seek, at any place.
//!
//! Every chunk is authenticated before a byte of it comes out. age does not say who sealed a body: compare its hash with
//! the manifest's, as `check_delivery` does.

use crate::header::HEADER_BYTES;
use crate::{Header, HeaderClosed, OrderIdentity};
use age::stream::StreamReader;
use age::{DecryptError, Decryptor, Identity};
use std::io::{self, Read, Seek, SeekFrom};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// The plaintext of a body. Reading fails with `InvalidData` or `UnexpectedEof` where a chunk does not authenticate.
pub struct OpenedBody<R> {
    stream: StreamReader<Joined<R>>,
    source_failed: Arc<AtomicBool>,
}

/// Why a body cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum NotOpened {
    /// The header does not give the key.
    #[error(transparent)]
    Header(#[from] HeaderClosed),
    /// The body ends before its first chunk.
    #[error("the body is cut off before its first chunk; download it again")]
    Truncated,
    /// The body could not be read.
    #[error("the body could not be read")]
    Io(#[from] io::Error),
}

/// Opens `body` with the header that was issued to `identity`. The body is read from its beginning.
pub fn open<R: Read>(header: &Header, body: R, identity: &OrderIdentity) -> Result<OpenedBody<R>, NotOpened> {
    header.open(identity)?;
    let source_failed = Arc::new(AtomicBool::new(false));
    let joined = Joined { header: *header.bytes(), at: 0, body, failed: source_failed.clone() };
    let opened = Decryptor::new(joined)
        .and_then(|decryptor| decryptor.decrypt(std::iter::once(identity.age() as &dyn Identity)));
    match opened {
        Ok(stream) => Ok(OpenedBody { stream, source_failed }),
        Err(DecryptError::Io(cause)) if cause.kind() == io::ErrorKind::UnexpectedEof => {
            Err(NotOpened::Truncated)
        }
        Err(DecryptError::Io(cause)) => Err(NotOpened::Io(cause)),
        // The header was opened above, MAC and all; age looks at the same bytes.
        Err(_) => Err(NotOpened::Header(HeaderClosed::WrongMac)),
    }
}

impl<R> OpenedBody<R> {
    /// True when the last failure came from the body's source and not from a chunk that does not authenticate.
    pub(crate) fn source_failed(&self) -> bool {
        self.source_failed.load(Ordering::Relaxed)
    }

    /// The same, for when the body is read by somebody else.
    pub(crate) fn source_flag(&self) -> Arc<AtomicBool> {
        self.source_failed.clone()
    }
}

impl<R: Read> Read for OpenedBody<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.stream.read(buffer)
    }
}

impl<R: Read + Seek> Seek for OpenedBody<R> {
    /// The first seek authenticates the last chunk, because the length of the plaintext follows from it.
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.stream.seek(to)
    }
}

/// The age file: header, then body.
struct Joined<R> {
    header: [u8; HEADER_BYTES],
    /// Position within the joined file, as long as it lies in the header.
    at: usize,
    body: R,
    failed: Arc<AtomicBool>,
}

impl<R> Joined<R> {
    fn noting<T>(&self, result: io::Result<T>) -> io::Result<T> {
        if result.is_err() {
            self.failed.store(true, Ordering::Relaxed);
        }
        result
    }
}

impl<R: Read> Read for Joined<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.at == HEADER_BYTES {
            let result = self.body.read(buffer);
            return match result {
                Err(cause) if cause.kind() == io::ErrorKind::Interrupted => Err(cause),
                result => self.noting(result),
            };
        }
        let count = buffer.len().min(HEADER_BYTES - self.at);
        buffer[..count].copy_from_slice(&self.header[self.at..self.at + count]);
        self.at += count;
        Ok(count)
    }
}

impl<R: Read + Seek> Seek for Joined<R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let head = HEADER_BYTES as u64;
        let target = match to {
            SeekFrom::Start(place) => place,
            SeekFrom::End(back) => {
                let end = self.body.seek(SeekFrom::End(back));
                self.at = HEADER_BYTES;
                return Ok(self.noting(end)? + head);
            }
            SeekFrom::Current(by) => {
                let here = if self.at < HEADER_BYTES {
                    self.at as u64
                } else {
                    let place = self.body.stream_position();
                    self.noting(place)? + head
                };
                here.checked_add_signed(by).ok_or(io::ErrorKind::InvalidInput)?
            }
        };
        self.at = usize::try_from(target.min(head)).expect("a header's length fits");
        let moved = self.body.seek(SeekFrom::Start(target.saturating_sub(head)));
        self.noting(moved)?;
        Ok(target)
    }
}
