//! When the market may be asked about an order: letters come first, and asking is rare, at a moment of chance and for each
//! order by itself, so that the market cannot tie a buyer's orders by the moments at which they are asked for.
//!
//! Nothing of this is stored: a desk that is started again draws new moments.

use crate::open::OpenDesk;
use crate::refusal::Refusal;
use rand::RngExt;
use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Duration;
use tacit_values::{OrderId, Timestamp};

/// A letter is late when it has not come within about so many ticks of the relay.
const LATE_TICKS: u32 = 4;
/// Every question that brought nothing doubles the wait, up to this; each wait is between half of it and half more.
const LONGEST: Duration = Duration::from_secs(600);

/// The next moment of each order.
#[derive(Debug, Default)]
pub(crate) struct Asking(Mutex<BTreeMap<OrderId, Moment>>);

#[derive(Debug, Clone, Copy)]
struct Moment {
    at: Timestamp,
    /// About how long the wait was that ends then.
    wait: Duration,
}

impl Asking {
    fn next(&self, order: &OrderId) -> Option<Moment> {
        self.0.lock().expect("nothing panics with it").get(order).copied()
    }

    fn put(&self, order: &OrderId, moment: Moment) {
        self.0.lock().expect("nothing panics with it").insert(*order, moment);
    }
}

impl OpenDesk {
    /// A person waits for this order alone: the first question may be asked at once.
    pub fn ask_at_once(&self, order: &OrderId) {
        let wait = self.asking().next(order).map_or(Duration::ZERO, |moment| moment.wait);
        self.asking().put(order, Moment { at: self.now(), wait });
    }

    /// Whether the market may be asked about an order for which letters are late. An order that was never asked about gets
    /// its moment, and every question sets the next one.
    pub(crate) async fn asks_instead_of_letters(&self, order: &OrderId) -> Result<bool, Refusal> {
        let now = self.now();
        let last = self.asking().next(order);
        let due = last.map(|moment| moment.at <= now);
        if due != Some(false) {
            let first = self.mailroom().tick_length().await? * LATE_TICKS;
            let about = last.map_or(first, |moment| (moment.wait * 2).max(first)).min(LONGEST);
            let half = u64::try_from(about.as_millis() / 2).expect("minutes").max(1);
            let wait = self.rng().random_range(half..3 * half);
            self.asking().put(order, Moment { at: now.plus(Duration::from_millis(wait)), wait: about });
        }
        Ok(due == Some(true))
    }

    /// Whether an answer that the market announced for later may be asked for now.
    pub(crate) fn may_ask_again(&self, order: &OrderId) -> bool {
        self.asking().next(order).is_none_or(|moment| moment.at <= self.now())
    }

    /// The market said when to ask again; some chance is added.
    pub(crate) fn ask_again_after(&self, order: &OrderId, wait: Duration) {
        let millis = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX).clamp(200, 3_600_000);
        let wait = millis + self.rng().random_range(0..=millis / 4);
        let at = self.now().plus(Duration::from_millis(wait));
        self.asking().put(order, Moment { at, wait: Duration::ZERO });
    }

    /// The order went on: what comes next has its own moment.
    pub(crate) fn heard_of(&self, order: &OrderId) {
        self.asking().0.lock().expect("nothing panics with it").remove(order);
    }
}
