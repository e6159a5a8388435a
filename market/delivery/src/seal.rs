//! Sealing: the plaintext streams once through the `age` crate, and what comes out is the body that all buyers share.
//!
//! The body is everything after the age header: a 16-byte nonce and the chunks. File key, nonce and ephemeral keys are
//! drawn by the `age` crate from the operating system; a file key is never used for a second body. Both sides are hashed
//! beside the cipher, so that nothing is read twice (delivery.md, Seal once).

use crate::{AgeRecipient, FileKeyKept, Header, NotIssued, issue_header};
use age::{EncryptError, Encryptor, Recipient};
use age_core::format::{FileKey, Stanza};
use serde::{Deserialize, Serialize};
use std::cell::RefCell;
use std::collections::HashSet;
use std::io::{self, Read, Write};
use tacit_values::{Digest, TaggedHasher};

/// The largest plaintext that can be sold: 20 GiB.
pub const MOST_PLAINTEXT_BYTES: u64 = 20 << 30;

/// One age chunk of plaintext.
pub const CHUNK_BYTES: u64 = 64 << 10;

/// Digest and length of a run of bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Measure {
    /// Plain SHA-256.
    pub sha256: Digest,
    /// How many bytes.
    pub bytes: u64,
}

/// What the seller has after sealing. The body went to the output.
#[derive(Debug)]
pub struct Sealed {
    /// Opens the body; secret.
    pub file_key: FileKeyKept,
    /// The same key wrapped to the seller's own recipient: how the desk keeps it.
    pub seller_header: Header,
    /// The body as it lies in the vault.
    pub body: Measure,
    /// The file as it was read.
    pub plaintext: Measure,
}

/// Why nothing was sealed. What was written to the output is worthless and must be thrown away.
#[derive(Debug, thiserror::Error)]
pub enum NotSealed {
    /// Over the stated limit.
    #[error("the file is larger than 20 GiB; split it and sell the parts")]
    TooLarge,
    /// Reading the file or writing the body failed.
    #[error("the file could not be read or the sealed body could not be written")]
    Io(#[from] io::Error),
    /// The `age` crate refused.
    #[error("the file could not be sealed")]
    Cipher(#[source] Box<EncryptError>),
    /// The seller's own header could not be written.
    #[error(transparent)]
    Header(#[from] NotIssued),
}

/// The length of the body of a plaintext of `plaintext` bytes: nonce, and a tag per chunk (an empty file has one chunk).
pub fn body_bytes(plaintext: u64) -> u64 {
    16 + plaintext + 16 * plaintext.div_ceil(CHUNK_BYTES).max(1)
}

/// Seals `plaintext` once, writing the body to `body`, and keeps the file key for the seller.
pub fn seal(mut plaintext: impl Read, body: impl Write, seller: &AgeRecipient) -> Result<Sealed, NotSealed> {
    let keep = Keep { inner: seller.age(), key: RefCell::new(None) };
    let recipients = std::iter::once(&keep as &dyn Recipient);
    let encryptor =
        Encryptor::with_recipients(recipients).map_err(|cause| NotSealed::Cipher(Box::new(cause)))?;
    let output = BodyOnly { head: Some(Vec::new()), line: 0, measured: Measuring::new(body) };
    let mut sealing = encryptor.wrap_output(output)?;
    let mut read = Measuring::new(io::sink());
    let mut buffer = zeroize::Zeroizing::new(vec![0; CHUNK_BYTES as usize]);
    loop {
        let count = match plaintext.read(&mut buffer) {
            Ok(0) => break,
            Ok(count) => count,
            Err(cause) if cause.kind() == io::ErrorKind::Interrupted => continue,
            Err(cause) => return Err(cause.into()),
        };
        read.write_all(&buffer[..count])?;
        if read.bytes > MOST_PLAINTEXT_BYTES {
            return Err(NotSealed::TooLarge);
        }
        sealing.write_all(&buffer[..count])?;
    }
    let mut written = sealing.finish()?.measured;
    written.flush()?;
    let file_key = keep.key.into_inner().expect("with_recipients() wraps the file key exactly once");
    let seller_header = issue_header(&file_key, seller)?;
    Ok(Sealed { file_key, seller_header, body: written.measure(), plaintext: read.measure() })
}

/// A recipient that keeps a copy of the file key, the one thing that the `age` crate does not give out.
struct Keep<'a> {
    inner: &'a age::x25519::Recipient,
    key: RefCell<Option<FileKeyKept>>,
}

impl Recipient for Keep<'_> {
    fn wrap_file_key(&self, key: &FileKey) -> Result<(Vec<Stanza>, HashSet<String>), EncryptError> {
        *self.key.borrow_mut() = Some(FileKeyKept::of(key));
        self.inner.wrap_file_key(key)
    }
}

/// Hashes and counts what passes.
pub(crate) struct Measuring<W> {
    inner: W,
    hasher: TaggedHasher,
    bytes: u64,
}

impl<W> Measuring<W> {
    pub(crate) fn new(inner: W) -> Self {
        Self { inner, hasher: TaggedHasher::plain(), bytes: 0 }
    }

    /// Takes bytes that somebody else wrote or read.
    pub(crate) fn note(&mut self, bytes: &[u8]) {
        self.hasher.update(bytes);
        self.bytes += bytes.len() as u64;
    }

    pub(crate) fn measure(self) -> Measure {
        Measure { sha256: self.hasher.finish(), bytes: self.bytes }
    }
}

impl<W: Write> Write for Measuring<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.inner.write(bytes)?;
        self.note(&bytes[..count]);
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

impl<R: Read> Read for Measuring<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.note(&buffer[..count]);
        Ok(count)
    }
}

/// Lets everything through but the age header, which ends with the line that begins with `---`.
struct BodyOnly<W> {
    /// `None` once the header has passed.
    head: Option<Vec<u8>>,
    /// Where the header's current line begins.
    line: usize,
    measured: Measuring<W>,
}

impl<W: Write> Write for BodyOnly<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let Some(head) = &mut self.head else { return self.measured.write(bytes) };
        for (place, byte) in bytes.iter().enumerate() {
            head.push(*byte);
            if *byte != b'\n' {
                continue;
            }
            if head[self.line..].starts_with(b"---") {
                self.head = None;
                // What follows in the same write is body; the caller offers it again.
                return Ok(place + 1);
            }
            self.line = head.len();
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.measured.flush()
    }
}

#[cfg(test)]
mod tests;
