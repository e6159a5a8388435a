//! The market's randomness: fresh seeds for generators that live as long as one act.
//!
//! Flows draw salts, ids and the order of a batch; rooms take the generator as an argument. The real source asks the
//! operating system; tests may hand in a counted one, so that a failure can be played again from its printed seed.

use rand::SeedableRng;
use rand::rngs::StdRng;

/// A source of unpredictable seeds.
pub trait Chance: Send + Sync + 'static {
    /// Thirty-two bytes that nobody can guess and that never come twice.
    fn seed(&self) -> [u8; 32];
}

impl dyn Chance {
    /// A generator for one act.
    pub fn rng(&self) -> StdRng {
        StdRng::from_seed(self.seed())
    }
}

#[cfg(feature = "testing")]
pub use counted::CountedChance;

#[cfg(feature = "testing")]
mod counted {
    use super::Chance;
    use std::sync::atomic::{AtomicU64, Ordering};
    use tacit_values::Digest;

    /// The same seeds in the same order for the same story: for tests only.
    #[derive(Debug)]
    pub struct CountedChance {
        story: u64,
        drawn: AtomicU64,
    }

    impl CountedChance {
        /// The chance of story number `story`.
        pub fn of(story: u64) -> Self {
            Self { story, drawn: AtomicU64::new(0) }
        }
    }

    impl Chance for CountedChance {
        fn seed(&self) -> [u8; 32] {
            let draw = self.drawn.fetch_add(1, Ordering::SeqCst);
            *Digest::tagged("test-chance", &[&self.story.to_be_bytes(), &draw.to_be_bytes()]).bytes()
        }
    }
}
