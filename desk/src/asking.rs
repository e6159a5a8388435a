//! When the market may be asked about an order: letters come first, and asking is rare, at a moment of chance and for each
//! order by itself, so that the market cannot tie a buyer's orders by the moments at which they are asked for.
//!
//! Nothing of this is stored: a desk that is started again draws new moments.

use crate::open::OpenDesk;
use rand::RngExt;
use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Duration;
use tacit_values::{OrderId, Timestamp};

/// A desk that hears nothing by letter asks about so often; every wait is between half of it and half more.
const ABOUT: Duration = Duration::from_secs(600);

/// The next moment of each order.
#[derive(Debug, Default)]
pub(crate) struct Asking(Mutex<BTreeMap<OrderId, Timestamp>>);

impl Asking {
    fn next(&self, order: &OrderId) -> Option<Timestamp> {
        self.0.lock().expect("nothing panics with it").get(order).copied()
    }

    fn put(&self, order: &OrderId, at: Timestamp) {
        self.0.lock().expect("nothing panics with it").insert(*order, at);
    }
}

impl OpenDesk {
    /// A person waits for this order alone: the first question may be asked at once.
    pub fn ask_at_once(&self, order: &OrderId) {
        self.asking().put(order, self.now());
    }

    /// Whether the market may be asked about an order for which letters are late. An order that was never asked about gets
    /// its moment, and every question sets the next one.
    pub(crate) fn asks_instead_of_letters(&self, order: &OrderId) -> bool {
        let now = self.now();
        let due = self.asking().next(order).map(|at| at <= now);
        if due != Some(false) {
            let half = u64::try_from(ABOUT.as_millis() / 2).expect("minutes");
            let wait = self.rng().random_range(half..3 * half);
            self.asking().put(order, now.plus(Duration::from_millis(wait)));
        }
        due == Some(true)
    }

    /// Whether an answer that the market announced for later may be asked for now.
    pub(crate) fn may_ask_again(&self, order: &OrderId) -> bool {
        self.asking().next(order).is_none_or(|at| at <= self.now())
    }

    /// The market said when to ask again; some chance is added.
    pub(crate) fn ask_again_after(&self, order: &OrderId, wait: Duration) {
        let millis = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX).clamp(200, 3_600_000);
        let wait = millis + self.rng().random_range(0..=millis / 4);
        self.asking().put(order, self.now().plus(Duration::from_millis(wait)));
    }

    /// The order went on: what comes next has its own moment.
    pub(crate) fn heard_of(&self, order: &OrderId) {
        self.asking().0.lock().expect("nothing panics with it").remove(order);
    }
}
