//! The door's state: the market behind it, the nonces and rates of those who knock, and the operator's token.

use crate::pace::Pace;
use crate::rates::{Allowed, Rate, Rates};
use crate::tally::{Most, Tally};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;
use subtle::ConstantTimeEq;
use tacit_flows::Market;
use tacit_values::rand_core::CryptoRng;
use tacit_values::{Digest, base64url};
use tacit_wire::signing::NonceWindow;
use tacit_wire::{Problem, ProblemKind};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// A longer body needs room of its own in memory.
const LONG_BODY: usize = 128 << 10;

/// How the door is set up.
#[derive(Debug, Clone)]
pub struct DoorSettings {
    /// How often one network address may ask.
    pub per_address: Rate,
    /// How often one network address may send a bundle or a crossing: checking proofs is the dearest thing that anybody can
    /// have the market do.
    pub bundles_per_address: Rate,
    /// How often one network address may post a letter: so seldom that it alone cannot fill a bucket's hour.
    pub letters_per_address: Rate,
    /// How often one persona may ask.
    pub per_persona: Rate,
    /// How many signed requests are remembered against replay.
    pub nonces: usize,
    /// Whether a reverse proxy of ours stands in front: the last address in `X-Forwarded-For` is then the caller's.
    pub behind_proxy: bool,
    /// How long an ordinary request may take.
    pub patience: Duration,
    /// How long a connection may take to send the head of its next request. Longer than a desk keeps an idle connection
    /// (ten seconds), so that the desk closes first.
    pub headers_within: Duration,
    /// How slowly a body may be sent and an answer taken.
    pub pace: Pace,
    /// How many connections are open. When they are too many, the one that has been silent longest makes room; the share of
    /// one address does not count behind a proxy, to which all connections belong.
    pub connections: Most,
    /// How many requests are served, from their head to the head of the answer. Whoever comes on top of these is asked to
    /// come back. One that watches a mailbox does not count while it waits.
    pub requests: Most,
    /// How many MiB of long request bodies (over 128 KiB) lie in memory at once; more are asked to come back.
    pub long_bodies_mib: u32,
}

impl Default for DoorSettings {
    fn default() -> Self {
        Self {
            per_address: Rate::new(600, 60),
            bundles_per_address: Rate::new(64, 4),
            letters_per_address: Rate::new(600, 4),
            per_persona: Rate::new(300, 30),
            nonces: 200_000,
            behind_proxy: false,
            patience: Duration::from_secs(30),
            headers_within: Duration::from_secs(20),
            pace: Pace { least: 16 << 10, within: Duration::from_secs(10) },
            connections: Most { at_once: 4096, per_address: 256 },
            requests: Most { at_once: 512, per_address: 64 },
            long_bodies_mib: 192,
        }
    }
}

/// The secret that the operator's commands show on `/admin/...`. Never printed; compared in constant time.
#[derive(Clone)]
pub struct AdminToken(Digest);

impl AdminToken {
    /// A new token: its text goes into a file that only the operator can read, the token into the door.
    pub fn fresh(rng: &mut impl CryptoRng) -> (String, Self) {
        let mut bytes = [0; 32];
        rng.fill_bytes(&mut bytes);
        let text = base64url::encode(&bytes);
        let token = Self::of(&text);
        (text, token)
    }

    /// The token behind a text that was written before.
    pub fn of(text: &str) -> Self {
        Self(Digest::tagged("admin-token", &[text.trim().as_bytes()]))
    }

    pub(crate) fn fits(&self, shown: &str) -> bool {
        // Digests of one length are compared, so that neither length nor content shows in the time it takes.
        self.0.bytes().ct_eq(Self::of(shown).0.bytes()).into()
    }
}

impl fmt::Debug for AdminToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AdminToken(..)")
    }
}

/// A market's door. Cheap to clone.
#[derive(Clone)]
pub struct Door(Arc<Inside>);

struct Inside {
    market: Market,
    nonces: NonceWindow,
    rates: Rates,
    requests: Arc<Tally>,
    room: Arc<Semaphore>,
    admin: Option<AdminToken>,
    settings: DoorSettings,
}

impl Door {
    /// Opens the door to a market. Without a token nothing answers under `/admin`.
    pub fn open(market: Market, settings: DoorSettings, admin: Option<AdminToken>) -> Self {
        let nonces = NonceWindow::with_room(settings.nonces);
        let rates = Rates::new(Allowed {
            address: settings.per_address,
            bundles: settings.bundles_per_address,
            letters: settings.letters_per_address,
            persona: settings.per_persona,
        });
        let room = Arc::new(Semaphore::new(settings.long_bodies_mib as usize));
        let requests = Tally::of(settings.requests);
        Self(Arc::new(Inside { market, nonces, rates, requests, room, admin, settings }))
    }

    /// Forgets the addresses and personas that have been quiet: for the minute's housekeeping.
    pub fn forget_the_quiet(&self) {
        self.0.rates.forget_the_quiet();
    }

    pub(crate) fn market(&self) -> &Market {
        &self.0.market
    }

    pub(crate) fn nonces(&self) -> &NonceWindow {
        &self.0.nonces
    }

    pub(crate) fn rates(&self) -> &Rates {
        &self.0.rates
    }

    pub(crate) fn requests(&self) -> &Arc<Tally> {
        &self.0.requests
    }

    /// Room in memory for a body of at most `most` bytes, until the permit is dropped. Bodies up to 128 KiB need none: the
    /// number of requests bounds them.
    pub(crate) fn room_for(&self, most: usize) -> Result<Option<OwnedSemaphorePermit>, Box<Problem>> {
        if most <= LONG_BODY {
            return Ok(None);
        }
        let mib = u32::try_from(most.div_ceil(1 << 20)).unwrap_or(u32::MAX);
        Arc::clone(&self.0.room).try_acquire_many_owned(mib).map(Some).map_err(|_| {
            let problem =
                Problem::new(ProblemKind::Busy, "too many long bodies are on their way at this moment");
            Box::new(problem.retry_after(Duration::from_secs(2)).remedy("send it again as soon as stated"))
        })
    }

    pub(crate) fn admin(&self) -> Option<&AdminToken> {
        self.0.admin.as_ref()
    }

    pub(crate) fn settings(&self) -> &DoorSettings {
        &self.0.settings
    }
}

impl fmt::Debug for Door {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Door({:?})", self.0.market)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_fits_itself_only_and_does_not_print() {
        let token = AdminToken::of("abc\n");
        assert!(token.fits("abc"));
        assert!(!token.fits("abd"));
        assert!(!token.fits(""));
        assert_eq!(format!("{token:?}"), "AdminToken(..)");
    }
}
