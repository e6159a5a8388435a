//! What an operator decides about a market, and the limits and retention everybody can read in `/market`.

use std::time::Duration;
use tacit_delivery::MOST_SAMPLE_BYTES;
use tacit_ports::market::MAILBOX_LIMIT;
use tacit_trade::FORGET_AFTER;
use tacit_values::{Currency, Origin};

const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(86_400);

/// The operator's decisions. Those that change what people can rely on are shown by [`crate::Market::about`].
#[derive(Debug, Clone)]
pub struct MarketSettings {
    /// The public address: signed requests, pool ids and the log's name are bound to it.
    pub origin: Origin,
    /// The currency of the first pool.
    pub currency: Currency,
    /// How long an epoch of the ledger lasts: 15 s, 1 s in a demo.
    pub epoch_length: Duration,
    /// How long a tick of the relay lasts: 15 s, 1 s in a demo.
    pub tick_length: Duration,
    /// How much younger than a manifest the epoch leaf in its beacon must be: 60 s, less in a demo.
    pub beacon_delay: Duration,
    /// How long the sequencer waits for company after the first bundle of a batch: 50 to 200 ms.
    pub batch_window: Duration,
    /// How many bundles make a batch full.
    pub batch_most: usize,
    /// What is bounded before it is read.
    pub limits: Limits,
    /// What is forgotten, and when.
    pub retention: Retention,
    /// Whether the settings above were shortened for a demo; every page says so.
    pub demo: bool,
}

impl MarketSettings {
    /// The settings of a real market.
    pub fn usual(origin: Origin) -> Self {
        Self {
            origin,
            currency: Currency::TestUsd,
            epoch_length: Duration::from_secs(15),
            tick_length: Duration::from_secs(15),
            beacon_delay: MINUTE,
            batch_window: Duration::from_millis(100),
            batch_most: 32,
            limits: Limits::default(),
            retention: Retention::default(),
            demo: false,
        }
    }

    /// Epochs and ticks of a second and a beacon at once: for demonstrations, and said on every page.
    pub fn demo(origin: Origin) -> Self {
        Self {
            epoch_length: Duration::from_secs(1),
            tick_length: Duration::from_secs(1),
            beacon_delay: Duration::ZERO,
            batch_window: Duration::from_millis(50),
            demo: true,
            ..Self::usual(origin)
        }
    }
}

/// Bounds on what comes from outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The largest body (ciphertext) the vault takes.
    pub body_bytes: u64,
    /// The length of every part of an upload but the last.
    pub part_bytes: u64,
    /// How many uploads one seller may have open.
    pub open_uploads: u64,
    /// How many bytes one seller may have in uploads that are open or were touched lately (see [`Retention::idle_uploads`]).
    pub seller_bytes: u64,
    /// The largest sample document.
    pub sample_bytes: usize,
    /// The largest signed manifest.
    pub manifest_bytes: usize,
    /// How many manifests one seller may log in a day: relisting until the sample is lucky must be slow.
    pub manifests_a_day: u32,
    /// How many letters one mailbox holds.
    pub mailbox_letters: u64,
    /// How many letters one answer of a bucket holds; the next ones come in the next answer.
    pub page_letters: u32,
    /// How many letters one bucket takes in an hour. One network address alone may not send so many (`tacit_http`).
    pub bucket_hour_letters: u64,
    /// How many desks' own letters one bucket takes in a day from personas without an order, unless they replace one.
    pub bucket_day_states: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body_bytes: 20 << 30,
            part_bytes: 8 << 20,
            open_uploads: 8,
            seller_bytes: 100 << 30,
            sample_bytes: MOST_SAMPLE_BYTES,
            manifest_bytes: 1 << 20,
            manifests_a_day: 48,
            mailbox_letters: MAILBOX_LIMIT,
            page_letters: 64,
            bucket_hour_letters: 16_384,
            bucket_day_states: 16_384,
        }
    }
}

/// How long things are kept. The table stands in `docs/operating/retention.md`, and a test holds the two together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention {
    /// An ended order shrinks to its id and outcome this long after its end, and the salt of its leaf goes.
    pub ended_orders: Duration,
    /// A letter that nobody acknowledged goes after this long.
    pub letters: Duration,
    /// A desk's own letters about an order go this long after the order ended.
    pub self_letters: Duration,
    /// A desk's own letters of a persona without an order go this long after the day on which it was last seen.
    pub lone_self_letters: Duration,
    /// An upload is forgotten this long after its last part; so is its body, unless a manifest names it.
    pub idle_uploads: Duration,
    /// The days on which a persona was seen go after this long.
    pub seen_personas: Duration,
}

impl Default for Retention {
    fn default() -> Self {
        Self {
            ended_orders: FORGET_AFTER,
            letters: 14 * DAY,
            self_letters: 14 * DAY,
            lone_self_letters: 14 * DAY,
            idle_uploads: 2 * DAY,
            seen_personas: 8 * DAY,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_operators_page_says_what_the_program_does() {
        let page = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/operating/retention.md"));
        let keeps = Retention::default();
        let rows = [
            ("ended orders", keeps.ended_orders),
            ("letters", keeps.letters),
            ("a desk's own letters", keeps.self_letters),
            ("a desk's own letters without an order", keeps.lone_self_letters),
            ("uploads", keeps.idle_uploads),
            ("personas seen", keeps.seen_personas),
        ];
        for (what, span) in rows {
            let days = span.as_secs() / DAY.as_secs();
            let row = format!("| {what} | {days} days |");
            assert!(page.contains(&row), "docs/operating/retention.md should say `{row}`");
        }
    }
}
