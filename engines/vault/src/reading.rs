//! A body as a stream of pieces, verified when it is read as a whole.

use bytes::Bytes;
use futures::StreamExt;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::ops::Range;
use tacit_ports::vault::{BodyStream, VaultFault};
use tacit_values::{Digest, TaggedHasher};

const PIECE: u64 = 256 * 1024;

struct Reading {
    file: File,
    at: u64,
    end: u64,
    verify: Option<(TaggedHasher, Digest)>,
}

/// The bytes of `range`, which must lie within the file. With `verify`, the last piece is withheld until the digest of
/// everything was found right.
pub(crate) fn pieces(file: File, range: Range<u64>, verify: Option<Digest>) -> BodyStream {
    if let Some(body) = verify.filter(|body| range.is_empty() && *body != Digest::of(b"")) {
        return futures::stream::iter([Err(VaultFault::Damaged { body })]).boxed();
    }
    let verify = verify.map(|body| (TaggedHasher::plain(), body));
    let reading = Reading { file, at: range.start, end: range.end, verify };
    futures::stream::unfold(Some(reading), |reading| async {
        let reading = reading.filter(|reading| reading.at < reading.end)?;
        let (piece, reading) = match tokio::task::spawn_blocking(|| reading.next_piece()).await {
            Ok(outcome) => outcome,
            Err(stopped) => (Err(VaultFault::Unreachable(std::io::Error::other(stopped))), None),
        };
        Some((piece, reading))
    })
    .boxed()
}

impl Reading {
    fn next_piece(mut self) -> (Result<Bytes, VaultFault>, Option<Self>) {
        let length = usize::try_from((self.end - self.at).min(PIECE)).expect("a piece fits in memory");
        let mut piece = vec![0; length];
        let read = self.file.seek(SeekFrom::Start(self.at)).and_then(|_| self.file.read_exact(&mut piece));
        if let Err(fault) = read {
            return (Err(VaultFault::Unreachable(fault)), None);
        }
        self.at += length as u64;
        if let Some((hasher, _)) = &mut self.verify {
            hasher.update(&piece);
        }
        if self.at == self.end
            && let Some((hasher, body)) = self.verify.take()
            && hasher.finish() != body
        {
            return (Err(VaultFault::Damaged { body }), None);
        }
        (Ok(piece.into()), Some(self))
    }
}
