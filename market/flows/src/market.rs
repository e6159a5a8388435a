//! The market itself: its parts, and the little that every verb needs.
//!
//! The verbs stand in the modules named after what they are about (`listings`, `orders`, `mail`, `ledger`, ...), one method
//! each, all on [`Market`].

use crate::ledger::{Founded, Ledger, Submission};
use crate::settings::MarketSettings;
use crate::shelf::PublicShelf;
use crate::ticks::Ticks;
use rand::rngs::StdRng;
use std::collections::HashSet;
use std::fmt;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, RwLock};
use std::time::Duration;
use tacit_evidence::beacon::BeaconKey;
use tacit_evidence::log::LogKey;
use tacit_ports::chance::Chance;
use tacit_ports::clock::Clock;
use tacit_ports::market::MarketStore;
use tacit_ports::vault::Vault;
use tacit_settlement::Proofs;
use tacit_values::{Persona, PersonaKey, Timestamp};
use tokio::sync::{Notify, mpsc, watch};

/// The market's own keys. None of them opens a payload or spends a note.
pub struct MarketKeys {
    /// Signs the log's checkpoints.
    pub log: LogKey,
    /// The market's persona: signs countersignatures.
    pub persona: PersonaKey,
    /// Signs mints, burns and the genesis document.
    pub treasury: PersonaKey,
    /// Draws samples.
    pub beacon: BeaconKey,
}

impl fmt::Debug for MarketKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MarketKeys(..)")
    }
}

/// Everything a market is built from.
pub struct MarketParts {
    /// The operator's decisions.
    pub settings: MarketSettings,
    /// The market's keys.
    pub keys: MarketKeys,
    /// Its records.
    pub store: Arc<dyn MarketStore>,
    /// The sealed bodies.
    pub vault: Arc<dyn Vault>,
    /// The proof system; also makes the proofs of mints.
    pub proofs: Arc<dyn Proofs>,
    /// Its time.
    pub clock: Arc<dyn Clock>,
    /// Its randomness.
    pub chance: Arc<dyn Chance>,
}

/// A marketplace. Cheap to clone; all clones are the same market.
///
/// # What start-up does after a crash
///
/// [`Market::open`] may run any number of times. Every act is one transaction of the store, so a crash leaves it done or
/// undone, never half:
///
/// | the process died | what stands | what start-up does |
/// |---|---|---|
/// | before the first commit of a new market | nothing | fixes the charter, founds the pool, logs the first fee schedule, closes epoch 0 |
/// | between charter, pool and epoch 0 | a prefix of those | repeats all of them; each finds itself done |
/// | after a bundle came, before its batch committed | nothing of it | nothing; the sender sends it again |
/// | after the batch committed, before the sender heard | the bundle and its answer | nothing; the same bytes are answered again |
/// | before an epoch closed | staged leaves, open entries | closes every epoch that is over, in steps of [`crate::EPOCHS_PER_STEP`] |
/// | between two such steps | the epochs before, under a checkpoint | goes on with the next |
/// | after an epoch closed | epoch, leaves, tree and checkpoint together | nothing |
/// | between an order's close and the next epoch | the order, its staged leaf | the next epoch close gives it its place; the countersignature is made when asked for |
/// | while a manifest waits for its beacon | manifest, staged or logged leaf | nothing; the beacon is computed when asked for or by its job, and fixed once |
/// | between the parts of an upload | the parts, in the vault | nothing; the seller lists them and goes on |
/// | after the vault completed a body, before the row said so | a visible body | completing again finds it and marks the row |
/// | with a job in hand | the job, leased | it is taken again when the lease ends; every job finds what it did before |
#[derive(Clone)]
pub struct Market(pub(crate) Arc<Shared>);

pub(crate) struct Shared {
    pub(crate) parts: MarketParts,
    pub(crate) founded: RwLock<Arc<Founded>>,
    /// The single writer of the ledger and the log.
    pub(crate) ledger: tokio::sync::Mutex<Ledger>,
    pub(crate) queue: mpsc::Sender<Submission>,
    /// Counts closed epochs; whoever waits for evidence watches it.
    pub(crate) closings: watch::Sender<u64>,
    bells: Bells,
    pub(crate) ticks: Ticks,
    bucket_bits: AtomicU8,
    today: Mutex<Today>,
    pub(crate) shelf: PublicShelf,
    swept: AtomicU64,
    /// When this process opened the market.
    pub(crate) opened: Timestamp,
}

/// Whom this process saw on a day: so that being seen is written once a day and not with every request.
#[derive(Default)]
struct Today {
    day: u64,
    seen: HashSet<[u8; 32]>,
}

impl Shared {
    pub(crate) fn new(
        parts: MarketParts,
        founded: Founded,
        ledger: Ledger,
        queue: mpsc::Sender<Submission>,
    ) -> Self {
        Self {
            opened: parts.clock.now(),
            parts,
            founded: RwLock::new(Arc::new(founded)),
            ledger: tokio::sync::Mutex::new(ledger),
            queue,
            closings: watch::Sender::new(0),
            bells: Bells::default(),
            ticks: Ticks::default(),
            bucket_bits: AtomicU8::new(0),
            today: Mutex::default(),
            shelf: PublicShelf::default(),
            swept: AtomicU64::new(0),
        }
    }
}

impl fmt::Debug for Market {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Market({})", self.settings().origin)
    }
}

impl Market {
    /// The operator's decisions.
    pub fn settings(&self) -> &MarketSettings {
        &self.0.parts.settings
    }

    /// The market's time now.
    pub fn now(&self) -> Timestamp {
        self.0.parts.clock.now()
    }

    /// The market's persona: whose signature stands under countersignatures.
    pub fn persona(&self) -> Persona {
        self.0.parts.keys.persona.persona()
    }

    pub(crate) fn keys(&self) -> &MarketKeys {
        &self.0.parts.keys
    }

    pub(crate) fn store(&self) -> &dyn MarketStore {
        &*self.0.parts.store
    }

    pub(crate) fn vault(&self) -> &dyn Vault {
        &*self.0.parts.vault
    }

    pub(crate) fn rng(&self) -> StdRng {
        self.0.parts.chance.rng()
    }

    pub(crate) fn bells(&self) -> &Bells {
        &self.0.bells
    }

    pub(crate) fn bucket_bits_now(&self) -> u8 {
        self.0.bucket_bits.load(Ordering::Relaxed)
    }

    pub(crate) fn set_bucket_bits(&self, bits: u8) {
        self.0.bucket_bits.store(bits, Ordering::Relaxed);
    }

    /// Whether the persona was not seen yet on this day (since this process started).
    pub(crate) fn first_sight_today(&self, persona: &Persona) -> bool {
        let day = self.now().day();
        let mut today = self.0.today.lock().expect(UNPOISONED);
        if today.day != day {
            *today = Today { day, ..Today::default() };
        }
        today.seen.insert(persona.bytes())
    }

    /// Whether the last sweep of this process is that long ago; if so, notes this one.
    pub(crate) fn sweep_is_due(&self, now: Timestamp, every: Duration) -> bool {
        let last = Timestamp::from_millis(self.0.swept.load(Ordering::Relaxed));
        let due = last == Timestamp::EPOCH_1970 || now.since(last) >= every;
        if due {
            self.0.swept.store(now.millis(), Ordering::Relaxed);
        }
        due
    }
}

const UNPOISONED: &str = "nobody panics while holding this lock";

/// Rings when a letter arrives. Mailboxes share bells: a wrong ring costs one look into an empty mailbox.
pub(crate) struct Bells([Notify; 64]);

impl Default for Bells {
    fn default() -> Self {
        Self(std::array::from_fn(|_| Notify::new()))
    }
}

impl Bells {
    pub(crate) fn of(&self, persona: &Persona) -> &Notify {
        &self.0[usize::from(persona.bytes()[0]) % self.0.len()]
    }

    pub(crate) fn ring(&self, persona: &Persona) {
        self.of(persona).notify_waiters();
    }
}
