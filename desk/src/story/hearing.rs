//! Hearing what a story does: in sentences, and in bytes where it can be counted.
//!
//! Work on the blocking pool counts what it reads ([`counted`]), and stops reading when nobody waits for it any more: whoever
//! drops a story drops its work.

use super::Tell;
use std::io::{self, Read, Seek, SeekFrom};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;
use tacit_trade::Purchase;
use tacit_values::ListingId;

/// How often the count is told.
const OFTEN: Duration = Duration::from_millis(200);

/// Hears what is done with a file, how many of its bytes are done, and of how many.
pub type Bytes<'t> = &'t (dyn Fn(&str, u64, u64) + Send + Sync);

/// Hears a story.
pub trait Hears: Send + Sync {
    /// Another step began.
    fn tell(&self, sentence: &str);

    /// How far the present step is, in bytes, and in a word what is done with them.
    fn bytes(&self, _what: &str, _done: u64, _total: u64) {}

    /// A file was sealed as this listing and recorded: it can be gone on with from now on.
    fn sealed(&self, _listing: &ListingId) {}

    /// A purchase came to this state.
    fn purchase(&self, purchase: &Purchase) {
        self.tell(purchase.state());
    }
}

/// Hears sentences and bytes.
pub(crate) struct InBytes<'t> {
    pub(crate) tell: Tell<'t>,
    pub(crate) bytes: Bytes<'t>,
}

impl Hears for InBytes<'_> {
    fn tell(&self, sentence: &str) {
        (self.tell)(sentence);
    }

    fn bytes(&self, what: &str, done: u64, total: u64) {
        (self.bytes)(what, done, total);
    }
}

/// What was read so far, shared between the work and whoever waits for it.
#[derive(Clone, Default)]
pub(crate) struct Counter(Arc<Counted>);

#[derive(Default)]
struct Counted {
    bytes: AtomicU64,
    stopped: AtomicBool,
}

impl Counter {
    /// Counts what is read from here on.
    pub(crate) fn reading<R>(&self, inner: R) -> Counting<R> {
        Counting { inner, counter: self.clone() }
    }
}

/// A reader whose bytes are counted.
pub(crate) struct Counting<R> {
    inner: R,
    counter: Counter,
}

impl<R: Read> Read for Counting<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.counter.0.stopped.load(Ordering::Relaxed) {
            return Err(io::Error::other("nobody waits for this any more"));
        }
        let count = self.inner.read(into)?;
        self.counter.0.bytes.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}

impl<R: Seek> Seek for Counting<R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.inner.seek(to)
    }
}

struct StopOnDrop(Counter);

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        self.0.0.stopped.store(true, Ordering::Relaxed);
    }
}

/// Runs work on the blocking pool and tells how many of `total` bytes it has read.
pub(crate) async fn counted<T: Send + 'static>(
    what: &str,
    total: u64,
    hears: &dyn Hears,
    work: impl FnOnce(&Counter) -> T + Send + 'static,
) -> T {
    let counter = Counter::default();
    let _stop = StopOnDrop(counter.clone());
    let theirs = counter.clone();
    let mut working = tokio::task::spawn_blocking(move || work(&theirs));
    loop {
        let waited = tokio::time::timeout(OFTEN, &mut working).await;
        hears.bytes(what, counter.0.bytes.load(Ordering::Relaxed).min(total), total);
        if let Ok(done) = waited {
            return done.expect("the work of a story does not panic");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;

    #[derive(Default)]
    struct Last(Mutex<(u64, u64)>);

    impl Hears for Last {
        fn tell(&self, _sentence: &str) {}

        fn bytes(&self, _what: &str, done: u64, total: u64) {
            *self.0.lock().unwrap() = (done, total);
        }
    }

    #[tokio::test]
    async fn what_was_read_is_told_and_never_more_than_there_is() {
        let last = Last::default();
        let read = counted("reading", 100, &last, |counter| {
            let mut out = Vec::new();
            counter.reading(&[7_u8; 140][..]).read_to_end(&mut out).unwrap();
            out.len()
        });
        assert_eq!(read.await, 140);
        assert_eq!(*last.0.lock().unwrap(), (100, 100));
    }

    #[tokio::test]
    async fn work_that_nobody_waits_for_stops_reading() {
        let (begun, has_begun) = std::sync::mpsc::channel();
        let (ended, has_ended) = tokio::sync::oneshot::channel();
        let story = tokio::spawn(async move {
            counted("reading", 1, &Last::default(), move |counter| {
                begun.send(()).unwrap();
                let refused = io::copy(&mut counter.reading(io::repeat(1)), &mut io::sink()).unwrap_err();
                ended.send(refused.to_string()).unwrap();
            })
            .await;
        });
        tokio::task::spawn_blocking(move || has_begun.recv().unwrap()).await.unwrap();
        story.abort();
        assert!(has_ended.await.unwrap().contains("nobody waits"));
    }
}
