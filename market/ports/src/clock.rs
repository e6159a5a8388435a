//! The market's time: one question, asked by flows and by nobody else (style 13).
//!
//! Rooms never see this trait; they take `now` as an argument. The real clock lives in `tacit`; tests move a
//! [`StoryClock`] by hand, so that a deadline of seven days takes no time at all.

use tacit_values::Timestamp;

/// Tells the time in UTC. Readings may repeat and, after a correction of the machine's clock, step back: callers that
/// need order keep their own (the ledger never goes back an epoch).
pub trait Clock: Send + Sync + 'static {
    /// The time now.
    fn now(&self) -> Timestamp;
}

#[cfg(feature = "testing")]
pub use story::StoryClock;

#[cfg(feature = "testing")]
mod story {
    use super::{Clock, Timestamp};
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::time::Duration;

    /// A clock that stands still until a test moves it.
    #[derive(Debug)]
    pub struct StoryClock(AtomicU64);

    impl StoryClock {
        /// A clock that shows `start`.
        pub fn starting(start: Timestamp) -> Self {
            Self(AtomicU64::new(start.millis()))
        }

        /// Lets time pass.
        pub fn pass(&self, span: Duration) {
            let millis = u64::try_from(span.as_millis()).expect("a story lasts less than 500 million years");
            self.0.fetch_add(millis, Ordering::SeqCst);
        }

        /// Sets the hands.
        pub fn set(&self, moment: Timestamp) {
            self.0.store(moment.millis(), Ordering::SeqCst);
        }
    }

    impl Clock for StoryClock {
        fn now(&self) -> Timestamp {
            Timestamp::from_millis(self.0.load(Ordering::SeqCst))
        }
    }
}
