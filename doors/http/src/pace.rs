//! How slowly a caller may send a body or take an answer: whoever keeps us waiting has to move a few bytes in each span of
//! time. Our own slowness does not count against anybody.

use hyper::body::{Body, Bytes, Frame, SizeHint};
use std::error::Error;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep};

/// The slowest that is borne with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// So many bytes ...
    pub least: u64,
    /// ... in each of these spans.
    pub within: Duration,
}

/// The caller keeps us waiting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("less than {} bytes came within {} seconds", .0.least, .0.within.as_secs_f32())]
pub(crate) struct TooSlow(Pace);

/// Measures one direction while we wait for the caller.
struct Gauge {
    pace: Pace,
    moved: u64,
    waiting: bool,
    until: Pin<Box<Sleep>>,
}

impl Gauge {
    fn new(pace: Pace) -> Self {
        Self { pace, moved: 0, waiting: false, until: Box::pin(sleep(pace.within)) }
    }

    fn moved(&mut self, bytes: usize) {
        self.moved += bytes as u64;
    }

    /// Nothing is owed any more.
    fn rests(&mut self) {
        self.waiting = false;
    }

    /// We wait for the caller; refused when that has brought too little for too long.
    fn waits(&mut self, context: &mut Context<'_>) -> Result<(), TooSlow> {
        if !self.waiting {
            self.waiting = true;
            self.begins();
        }
        while self.until.as_mut().poll(context).is_ready() {
            if self.moved < self.pace.least {
                return Err(TooSlow(self.pace));
            }
            self.begins();
        }
        Ok(())
    }

    fn begins(&mut self) {
        self.moved = 0;
        self.until.as_mut().reset(Instant::now() + self.pace.within);
    }
}

/// A request's body that must keep the pace.
pub(crate) struct SteadyBody<B> {
    body: B,
    gauge: Gauge,
}

impl<B> SteadyBody<B> {
    pub(crate) fn new(body: B, pace: Pace) -> Self {
        Self { body, gauge: Gauge::new(pace) }
    }
}

impl<B> Body for SteadyBody<B>
where
    B: Body<Data = Bytes> + Unpin,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    type Data = Bytes;
    type Error = Box<dyn Error + Send + Sync>;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        match Pin::new(&mut self.body).poll_frame(context) {
            Poll::Ready(Some(Ok(frame))) => {
                self.gauge.moved(frame.data_ref().map_or(0, Bytes::len));
                Poll::Ready(Some(Ok(frame)))
            }
            Poll::Ready(Some(Err(cause))) => Poll::Ready(Some(Err(cause.into()))),
            Poll::Ready(None) => Poll::Ready(None),
            Poll::Pending => match self.gauge.waits(context) {
                Ok(()) => Poll::Pending,
                Err(slow) => Poll::Ready(Some(Err(slow.into()))),
            },
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// A connection whose other end must take answers at the pace. Reading is not measured here: between requests it is the
/// time for heads that counts, and for bodies [`SteadyBody`].
pub(crate) struct SteadyTaker<S> {
    stream: S,
    gauge: Gauge,
}

impl<S> SteadyTaker<S> {
    pub(crate) fn new(stream: S, pace: Pace) -> Self {
        Self { stream, gauge: Gauge::new(pace) }
    }

    fn measured(
        &mut self,
        context: &mut Context<'_>,
        written: Poll<io::Result<usize>>,
        offered: usize,
    ) -> Poll<io::Result<usize>> {
        match written {
            Poll::Ready(Ok(count)) => {
                self.gauge.moved(count);
                if count == offered {
                    self.gauge.rests();
                }
                Poll::Ready(Ok(count))
            }
            Poll::Ready(Err(cause)) => Poll::Ready(Err(cause)),
            Poll::Pending => match self.gauge.waits(context) {
                Ok(()) => Poll::Pending,
                Err(slow) => Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, slow))),
            },
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for SteadyTaker<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for SteadyTaker<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.measured(context, written, bytes.len())
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        pieces: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let offered = pieces.iter().map(|piece| piece.len()).sum();
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, pieces);
        self.measured(context, written, offered)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

/// An answer's body that keeps something until it was handed over whole, or given up.
pub(crate) struct Keeping<B, K> {
    body: B,
    _kept: K,
}

impl<B, K> Keeping<B, K> {
    pub(crate) fn new(body: B, kept: K) -> Self {
        Self { body, _kept: kept }
    }
}

impl<B: Body + Unpin, K: Unpin> Body for Keeping<B, K> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
