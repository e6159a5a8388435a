//! Long transfers: bodies up in parts and down in ranges, resumed where they stopped. Memory stays at one part.

use super::Failed;
use super::acting::Acting;
use super::connection::{Ask, Connection};
use crate::bodies::BASE;
use crate::bodies::uploads::UploadView;
use bytes::Bytes;
use http::StatusCode;
use http::header::CONTENT_RANGE;
use std::io::{self, Read, Seek, SeekFrom, Write};
use tacit_values::Digest;

/// The most bytes of one part that we agree to hold.
const LONGEST_PART: u64 = 64 << 20;

/// Why a body is not in the vault. The parts that came stay there; call again to go on.
#[derive(Debug, thiserror::Error)]
pub enum NotUploaded {
    /// The market refused or was not reached.
    #[error(transparent)]
    Failed(#[from] Failed),
    /// The file here could not be read.
    #[error("the sealed file could not be read")]
    Local(#[source] io::Error),
    /// The file here is shorter than announced.
    #[error("the sealed file became shorter while it was sent; seal it again")]
    Shrunk,
}

/// Why a body was not fetched whole. What was written stays; call again with its length to go on.
#[derive(Debug, thiserror::Error)]
pub enum NotFetched {
    /// The market refused or was not reached.
    #[error(transparent)]
    Failed(#[from] Failed),
    /// The file here could not be written.
    #[error("the download could not be written; see whether the disk is full")]
    Local(#[source] io::Error),
}

impl Acting {
    /// Sends a sealed body in parts and makes it visible. Parts that are there already are not sent again.
    /// `progress` hears how many bytes are there.
    pub async fn upload(
        &self,
        body: Digest,
        bytes: u64,
        from: &mut (impl Read + Seek + Send),
        progress: &mut (dyn FnMut(u64) + Send),
    ) -> Result<UploadView, NotUploaded> {
        let upload = self.open_upload(body, bytes).await?;
        if upload.complete {
            progress(bytes);
            return Ok(upload);
        }
        if upload.part_bytes == 0 || upload.part_bytes > LONGEST_PART {
            return Err(Failed::garbled("the length of a part is none").into());
        }
        let mut there: u64 = upload.parts.iter().map(|part| part.bytes).sum();
        progress(there);
        for (n, start) in (0..).zip((0..bytes).step_by(upload.part_bytes as usize)) {
            let length = upload.part_bytes.min(bytes - start);
            if upload.parts.iter().any(|part| part.n == n && part.bytes == length) {
                continue;
            }
            let part = read_part(from, start, length)?;
            self.put_part(upload.id, n, part).await?;
            there += length;
            progress(there);
        }
        Ok(self.complete_upload(upload.id).await?)
    }
}

fn read_part(from: &mut (impl Read + Seek), start: u64, length: u64) -> Result<Bytes, NotUploaded> {
    from.seek(SeekFrom::Start(start)).map_err(NotUploaded::Local)?;
    let mut part = vec![0; usize::try_from(length).expect("a part fits in memory")];
    from.read_exact(&mut part).map_err(|error| match error.kind() {
        io::ErrorKind::UnexpectedEof => NotUploaded::Shrunk,
        _ => NotUploaded::Local(error),
    })?;
    Ok(part.into())
}

/// Fetches `/bodies/{sha256}` from byte `have` to `bytes`, writing to `into`; goes on by itself when the connection breaks
/// and more bytes came since. The bytes are checked by the delivery check, which hashes the whole.
pub(super) async fn fetch_body(
    connection: &Connection,
    body: Digest,
    have: u64,
    bytes: u64,
    into: &mut (dyn Write + Send),
    progress: &mut (dyn FnMut(u64) + Send),
) -> Result<(), NotFetched> {
    let mut have = have;
    progress(have);
    while have < bytes {
        let before = have;
        match fetch_from(connection, body, &mut have, bytes, into, progress).await {
            Ok(()) => {}
            Err(NotFetched::Failed(Failed::Unreachable { .. })) if have > before => {}
            Err(failed) => return Err(failed),
        }
    }
    Ok(())
}

async fn fetch_from(
    connection: &Connection,
    body: Digest,
    have: &mut u64,
    bytes: u64,
    into: &mut (dyn Write + Send),
    progress: &mut (dyn FnMut(u64) + Send),
) -> Result<(), NotFetched> {
    let ask = Ask::get(format!("{BASE}/bodies/{body}")).starting_at(*have);
    let mut response = connection.send(&ask).await?;
    let expected = format!("bytes {have}-{}/{bytes}", bytes - 1);
    let range = response.headers().get(CONTENT_RANGE).and_then(|value| value.to_str().ok());
    if response.status() != StatusCode::PARTIAL_CONTENT || range != Some(expected.as_str()) {
        return Err(
            Failed::garbled("the body has another length than the manifest says, or no ranges").into()
        );
    }
    while let Some(piece) = response.chunk().await.map_err(|error| Failed::below_http(&error))? {
        if piece.len() as u64 > bytes - *have {
            return Err(Failed::garbled("more bytes came than were asked for").into());
        }
        into.write_all(&piece).map_err(NotFetched::Local)?;
        *have += piece.len() as u64;
        progress(*have);
    }
    match *have == bytes {
        true => Ok(()),
        false => {
            Err(Failed::Unreachable { why: "the transfer ended early".to_owned(), perhaps_received: true }
                .into())
        }
    }
}
