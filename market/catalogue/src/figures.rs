//! Public figures: counts in ranges that change late, so that a change is no clock of sales (evidence.md).

use serde::{Deserialize, Serialize};
use std::fmt;
use std::time::Duration;
use tacit_values::Timestamp;
use tacit_values::rand_core::CryptoRng;

/// The lowest counts of the ranges; each range ends below the next.
const STEPS: [u64; 11] = [0, 1, 5, 10, 25, 50, 100, 250, 500, 1_000, 10_000];
/// This many new events let a range change at once.
const ENOUGH_EVENTS: u64 = 5;
/// Otherwise it changes after a random time between these.
const SOONEST: Duration = Duration::from_secs(7 * 86_400);
const LATEST: Duration = Duration::from_secs(30 * 86_400);

/// A count that is only said to lie in a range: `0`, `1-4`, `5-9`, ... `10000+`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CountRange {
    step: usize,
}

impl CountRange {
    /// The range in which a count lies.
    pub fn of(count: u64) -> Self {
        Self { step: STEPS.iter().rposition(|least| *least <= count).unwrap_or(0) }
    }

    /// The lowest count of the range.
    pub fn least(self) -> u64 {
        STEPS[self.step]
    }

    /// The highest count of the range; `None` for the last, which is open.
    pub fn most(self) -> Option<u64> {
        STEPS.get(self.step + 1).map(|next| next - 1)
    }
}

impl fmt::Display for CountRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.most() {
            None => write!(f, "{}+", self.least()),
            Some(most) if most == self.least() => write!(f, "{most}"),
            Some(most) => write!(f, "{}-{most}", self.least()),
        }
    }
}

impl Serialize for CountRange {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

/// A count as the market keeps it for showing: what is shown, and when it may change. Never sent as it is; only
/// [`PublicFigure::shown`] is public.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PublicFigure {
    shown_count: u64,
    changes_at: Timestamp,
}

impl PublicFigure {
    /// A new figure: zero, until enough happened.
    pub fn new(now: Timestamp, rng: &mut impl CryptoRng) -> Self {
        Self { shown_count: 0, changes_at: next_change(now, rng) }
    }

    /// The range that everybody sees.
    pub fn shown(&self) -> CountRange {
        CountRange::of(self.shown_count)
    }

    /// When the figure is to be looked at again though nothing happened.
    pub fn changes_at(&self) -> Timestamp {
        self.changes_at
    }

    /// The figure after the true count was looked at: it follows when at least five events are new, or when its
    /// random time of 7 to 30 days is over.
    #[must_use]
    pub fn follow(self, count: u64, now: Timestamp, rng: &mut impl CryptoRng) -> Self {
        let enough = count.abs_diff(self.shown_count) >= ENOUGH_EVENTS;
        if enough || now >= self.changes_at {
            Self { shown_count: count, changes_at: next_change(now, rng) }
        } else {
            self
        }
    }
}

fn next_change(now: Timestamp, rng: &mut impl CryptoRng) -> Timestamp {
    let span = (LATEST - SOONEST).as_secs();
    // 2^64 is so much larger than the span that the bias of the remainder is below 10^-12.
    now.plus(SOONEST + Duration::from_secs(rng.next_u64() % (span + 1)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand_chacha::ChaCha20Rng;
    use rand_chacha::rand_core::SeedableRng;

    const DAY: Duration = Duration::from_secs(86_400);

    #[test]
    fn a_count_is_said_in_ranges() {
        for (count, range) in [
            (0, "0"),
            (1, "1-4"),
            (4, "1-4"),
            (5, "5-9"),
            (24, "10-24"),
            (999, "500-999"),
            (10_000, "10000+"),
            (u64::MAX, "10000+"),
        ] {
            assert_eq!(CountRange::of(count).to_string(), range);
        }
    }

    #[test]
    fn fewer_than_five_new_events_show_after_a_week_at_the_soonest_and_a_month_at_the_latest() {
        let start = Timestamp::from_secs(1_795_176_000);
        for seed in 0..50 {
            let mut rng = ChaCha20Rng::seed_from_u64(seed);
            let figure = PublicFigure::new(start, &mut rng);
            let soon = figure.follow(4, start.plus(DAY * 7).minus(Duration::from_millis(1)), &mut rng);
            assert_eq!(soon.shown().to_string(), "0");
            let late = figure.follow(4, start.plus(DAY * 30), &mut rng);
            assert_eq!(late.shown().to_string(), "1-4");
        }
    }

    #[test]
    fn five_new_events_show_at_once() {
        let start = Timestamp::from_secs(1_795_176_000);
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        let figure = PublicFigure::new(start, &mut rng).follow(5, start, &mut rng);
        assert_eq!(figure.shown().to_string(), "5-9");
        assert_eq!(figure.follow(9, start, &mut rng).shown().to_string(), "5-9");
    }
}
