//! What a client needs from the world: a clock for signatures, chance for nonces, patience, and a way out.

use super::WayOut;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;
use tacit_values::Timestamp;

/// How long to wait, and how often to try again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Patience {
    /// For a connection.
    pub connect: Duration,
    /// For a whole answer that fits in memory.
    pub answer: Duration,
    /// For the next piece of a long transfer.
    pub piece: Duration,
    /// The pauses before the second, third, ... try of a request that may be repeated.
    pub back_off: Vec<Duration>,
    /// The longest time that the market may ask for (`Retry-After`) and be waited for instead of reported.
    pub longest_wait: Duration,
}

impl Patience {
    /// For people at a terminal.
    pub fn usual() -> Self {
        Self {
            connect: Duration::from_secs(20),
            answer: Duration::from_secs(60),
            piece: Duration::from_secs(60),
            back_off: [250, 1000, 4000].map(Duration::from_millis).to_vec(),
            longest_wait: Duration::from_secs(20),
        }
    }

    /// One try, for tests and for those who keep trying themselves.
    pub fn none() -> Self {
        Self { back_off: Vec::new(), longest_wait: Duration::ZERO, ..Self::usual() }
    }
}

/// Clock, chance, patience and way out. The client never reads a clock of its own.
#[derive(Clone)]
pub struct Surroundings {
    now: Arc<dyn Fn() -> Timestamp + Send + Sync>,
    nonce: Arc<dyn Fn() -> [u8; 16] + Send + Sync>,
    pub(crate) patience: Patience,
    pub(crate) way: WayOut,
}

impl Surroundings {
    /// `nonce` must return 16 fresh random bytes each time.
    pub fn new(
        now: impl Fn() -> Timestamp + Send + Sync + 'static,
        nonce: impl Fn() -> [u8; 16] + Send + Sync + 'static,
        patience: Patience,
        way: WayOut,
    ) -> Self {
        Self { now: Arc::new(now), nonce: Arc::new(nonce), patience, way }
    }

    pub(crate) fn now(&self) -> Timestamp {
        (self.now)()
    }

    pub(crate) fn nonce(&self) -> [u8; 16] {
        (self.nonce)()
    }
}

impl fmt::Debug for Surroundings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Surroundings").field("patience", &self.patience).field("way", &self.way).finish()
    }
}
