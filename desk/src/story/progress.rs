//! Progress of work on a whole file: what is being done, how many bytes of how many, told while it runs on the blocking
//! pool.

use std::io::{self, Read, Seek, SeekFrom};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Hears what is done with a file, how many of its bytes are done, and of how many.
pub type Bytes<'t> = &'t (dyn Fn(&str, u64, u64) + Send + Sync);

/// How often progress is told.
const OFTEN: Duration = Duration::from_millis(150);

/// How many bytes were read so far.
#[derive(Debug, Clone, Default)]
pub(crate) struct Count(Arc<AtomicU64>);

impl Count {
    /// Counts what is read through this.
    pub(crate) fn reading<R>(&self, from: R) -> Counted<R> {
        Counted { from, count: self.clone() }
    }

    fn now(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// A reader whose bytes are counted.
#[derive(Debug)]
pub(crate) struct Counted<R> {
    from: R,
    count: Count,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.from.read(buffer)?;
        self.count.0.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}

impl<R: Seek> Seek for Counted<R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.from.seek(to)
    }
}

/// Does the work on the blocking pool and tells how many of `total` bytes it has read. Parts that are read twice count
/// once the total is reached.
pub(crate) async fn watched<T: Send + 'static>(
    what: &str,
    total: u64,
    bytes: Bytes<'_>,
    work: impl FnOnce(&Count) -> T + Send + 'static,
) -> T {
    let count = Count::default();
    let counting = count.clone();
    let mut working = tokio::task::spawn_blocking(move || work(&counting));
    loop {
        bytes(what, count.now().min(total), total);
        tokio::select! {
            done = &mut working => {
                bytes(what, total, total);
                return done.expect("work on a file does not panic");
            }
            () = tokio::time::sleep(OFTEN) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;

    #[tokio::test]
    async fn what_was_read_is_told_up_to_the_whole() {
        let heard = Mutex::new(Vec::new());
        let tell =
            |what: &str, done: u64, total: u64| heard.lock().unwrap().push((what.to_owned(), done, total));
        let read = watched("sealing", 5, &tell, |count| {
            let mut text = String::new();
            count.reading(b"12345".as_slice()).read_to_string(&mut text).unwrap();
            text
        });
        assert_eq!(read.await, "12345");
        let heard = heard.into_inner().unwrap();
        assert!(heard.iter().all(|(what, done, total)| what == "sealing" && done <= total));
        assert_eq!(heard.last(), Some(&("sealing".to_owned(), 5, 5)));
    }
}
