//! Rate limits per network address and per persona.
//!
//! The two are never brought together: one table knows addresses, the other personas, neither is written anywhere, and
//! both forget whoever has been quiet (traffic.md, retention).

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use std::hash::Hash;
use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use tacit_values::Persona;
use tacit_wire::{Problem, ProblemKind};

/// After so many requests the tables forget whoever has been quiet.
const FORGET_EVERY: u32 = 4096;

/// How often one caller may come: `burst` at once, then `a_second`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// At once.
    pub burst: NonZeroU32,
    /// Afterwards, each second.
    pub a_second: NonZeroU32,
}

impl Rate {
    /// `burst` at once, then `a_second`; 0 counts as 1.
    pub fn new(burst: u32, a_second: u32) -> Self {
        let at_least_one = |n: u32| NonZeroU32::new(n).unwrap_or(NonZeroU32::MIN);
        Self { burst: at_least_one(burst), a_second: at_least_one(a_second) }
    }

    fn quota(self) -> Quota {
        Quota::per_second(self.a_second).allow_burst(self.burst)
    }
}

/// What one network address may send less often than anything else, because it costs everybody more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Costly {
    /// Bundles, whose proofs are checked.
    Bundle,
    /// Letters, which a whole bucket fetches.
    Letter,
}

/// How often each kind of caller may come.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Allowed {
    pub(crate) address: Rate,
    pub(crate) bundles: Rate,
    pub(crate) letters: Rate,
    pub(crate) persona: Rate,
}

/// The counters of one market's door.
pub(crate) struct Rates {
    addresses: DefaultKeyedRateLimiter<IpAddr>,
    bundles: DefaultKeyedRateLimiter<IpAddr>,
    letters: DefaultKeyedRateLimiter<IpAddr>,
    personas: DefaultKeyedRateLimiter<[u8; 32]>,
    clock: DefaultClock,
    since_forgetting: AtomicU32,
}

impl Rates {
    pub(crate) fn new(allowed: Allowed) -> Self {
        Self {
            addresses: RateLimiter::keyed(allowed.address.quota()),
            bundles: RateLimiter::keyed(allowed.bundles.quota()),
            letters: RateLimiter::keyed(allowed.letters.quota()),
            personas: RateLimiter::keyed(allowed.persona.quota()),
            clock: DefaultClock::default(),
            since_forgetting: AtomicU32::new(0),
        }
    }

    pub(crate) fn admit_address(&self, address: IpAddr) -> Result<(), Box<Problem>> {
        self.forget_sometimes();
        self.admit(&self.addresses, &neighbourhood(address), "from your network address")
    }

    pub(crate) fn admit_costly(&self, what: Costly, address: IpAddr) -> Result<(), Box<Problem>> {
        let (limiter, whence) = match what {
            Costly::Bundle => (&self.bundles, "with bundles from your network address"),
            Costly::Letter => (&self.letters, "with letters from your network address"),
        };
        self.admit(limiter, &neighbourhood(address), whence)
    }

    pub(crate) fn admit_persona(&self, persona: &Persona) -> Result<(), Box<Problem>> {
        self.admit(&self.personas, &persona.bytes(), "from this persona")
    }

    fn admit<K: Hash + Eq + Clone>(
        &self,
        limiter: &DefaultKeyedRateLimiter<K>,
        key: &K,
        whence: &str,
    ) -> Result<(), Box<Problem>> {
        limiter.check_key(key).map_err(|until| {
            let wait = until.wait_time_from(self.clock.now());
            Box::new(too_many(whence, wait))
        })
    }

    fn forget_sometimes(&self) {
        if self.since_forgetting.fetch_add(1, Ordering::Relaxed) >= FORGET_EVERY {
            self.since_forgetting.store(0, Ordering::Relaxed);
            self.forget_the_quiet();
        }
    }

    /// Drops every address and persona whose quota is full again: called between requests and once a minute.
    pub(crate) fn forget_the_quiet(&self) {
        for addresses in [&self.addresses, &self.bundles, &self.letters] {
            addresses.retain_recent();
            addresses.shrink_to_fit();
        }
        self.personas.retain_recent();
        self.personas.shrink_to_fit();
    }
}

fn too_many(whence: &str, wait: Duration) -> Problem {
    Problem::new(ProblemKind::TooMany, format!("too many requests {whence}"))
        .retry_after(wait)
        .remedy("wait as long as stated, then send the request again")
}

/// One household has 2^64 addresses of IPv6: it counts as one caller.
pub(crate) fn neighbourhood(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(long) => IpAddr::V6(Ipv6Addr::from(u128::from(long) >> 64 << 64)),
        short => short,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tacit_values::PersonaKey;

    fn rates(address: Rate, persona: Rate) -> Rates {
        Rates::new(Allowed { address, bundles: address, letters: address, persona })
    }

    #[test]
    fn whoever_comes_too_often_is_told_when_to_come_back() {
        let rates = rates(Rate::new(2, 1), Rate::new(1, 1));
        let address: IpAddr = "192.0.2.1".parse().unwrap();
        assert!(rates.admit_address(address).is_ok());
        assert!(rates.admit_address(address).is_ok());
        let problem = rates.admit_address(address).unwrap_err();
        assert_eq!((problem.status, problem.retry_after_s), (429, Some(1)));
        assert!(rates.admit_address("192.0.2.2".parse().unwrap()).is_ok());
        let persona = PersonaKey::from_seed(&[1; 32]).persona();
        assert!(rates.admit_persona(&persona).is_ok());
        assert!(rates.admit_persona(&persona).is_err());
    }

    #[test]
    fn a_household_of_ipv6_is_one_caller() {
        let rates = rates(Rate::new(1, 1), Rate::new(1, 1));
        assert!(rates.admit_address("2001:db8::1".parse().unwrap()).is_ok());
        assert!(rates.admit_address("2001:db8::ffff:1".parse().unwrap()).is_err());
        assert!(rates.admit_address("2001:db8:0:1::1".parse().unwrap()).is_ok());
    }

    #[test]
    fn an_address_is_forgotten_as_soon_as_its_quota_is_full_again() {
        let (quick, slow) = (Rate::new(1, 1_000_000), Rate::new(1, 1));
        let rates = rates(quick, slow);
        let address = "192.0.2.1".parse().unwrap();
        rates.admit_address(address).unwrap();
        rates.admit_costly(Costly::Letter, address).unwrap();
        rates.admit_costly(Costly::Bundle, address).unwrap();
        rates.admit_persona(&PersonaKey::from_seed(&[1; 32]).persona()).unwrap();
        for _ in 0..1_000_000 {
            rates.forget_the_quiet();
            if [&rates.addresses, &rates.bundles, &rates.letters].iter().all(|table| table.is_empty()) {
                break;
            }
        }
        let addresses = rates.addresses.len() + rates.bundles.len() + rates.letters.len();
        assert_eq!((addresses, rates.personas.len()), (0, 1));
    }

    #[test]
    fn no_address_is_remembered_for_an_hour() {
        let usual = crate::DoorSettings::default();
        for rate in [usual.per_address, usual.bundles_per_address, usual.letters_per_address] {
            let full_again = Duration::from_secs(u64::from(rate.burst.get().div_ceil(rate.a_second.get())));
            let minute_of_housekeeping = Duration::from_secs(60);
            assert!(full_again + minute_of_housekeeping < Duration::from_secs(3_600), "{full_again:?}");
        }
    }

    #[test]
    fn one_address_alone_cannot_fill_a_bucket_of_the_relay() {
        let rate = crate::DoorSettings::default().letters_per_address;
        let in_an_hour = u64::from(rate.burst.get()) + 3_600 * u64::from(rate.a_second.get());
        assert!(in_an_hour < tacit_flows::Limits::default().bucket_hour_letters, "{in_an_hour}");
    }

    #[test]
    fn bundles_are_taken_less_often_than_anything_else() {
        let usual = crate::DoorSettings::default();
        assert!(usual.bundles_per_address.a_second < usual.per_persona.a_second);
        assert!(usual.bundles_per_address.burst < usual.letters_per_address.burst);
    }
}
