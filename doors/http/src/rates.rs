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

/// The counters of one market's door.
pub(crate) struct Rates {
    addresses: DefaultKeyedRateLimiter<IpAddr>,
    personas: DefaultKeyedRateLimiter<[u8; 32]>,
    clock: DefaultClock,
    since_forgetting: AtomicU32,
}

impl Rates {
    pub(crate) fn new(address: Rate, persona: Rate) -> Self {
        Self {
            addresses: RateLimiter::keyed(address.quota()),
            personas: RateLimiter::keyed(persona.quota()),
            clock: DefaultClock::default(),
            since_forgetting: AtomicU32::new(0),
        }
    }

    pub(crate) fn admit_address(&self, address: IpAddr) -> Result<(), Box<Problem>> {
        self.forget_sometimes();
        self.admit(&self.addresses, &neighbourhood(address), "from your network address")
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
        self.addresses.retain_recent();
        self.personas.retain_recent();
        self.addresses.shrink_to_fit();
        self.personas.shrink_to_fit();
    }
}

fn too_many(whence: &str, wait: Duration) -> Problem {
    Problem::new(ProblemKind::TooMany, format!("too many requests {whence}"))
        .retry_after(wait)
        .remedy("wait as long as stated, then send the request again")
}

/// One household has 2^64 addresses of IPv6: it counts as one caller.
fn neighbourhood(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(long) => IpAddr::V6(Ipv6Addr::from(u128::from(long) >> 64 << 64)),
        short => short,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tacit_values::PersonaKey;

    #[test]
    fn whoever_comes_too_often_is_told_when_to_come_back() {
        let rates = Rates::new(Rate::new(2, 1), Rate::new(1, 1));
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
        let rates = Rates::new(Rate::new(1, 1), Rate::new(1, 1));
        assert!(rates.admit_address("2001:db8::1".parse().unwrap()).is_ok());
        assert!(rates.admit_address("2001:db8::ffff:1".parse().unwrap()).is_err());
        assert!(rates.admit_address("2001:db8:0:1::1".parse().unwrap()).is_ok());
    }

    #[test]
    fn an_address_is_forgotten_as_soon_as_its_quota_is_full_again() {
        let (quick, slow) = (Rate::new(1, 1_000_000), Rate::new(1, 1));
        let rates = Rates::new(quick, slow);
        rates.admit_address("192.0.2.1".parse().unwrap()).unwrap();
        rates.admit_persona(&PersonaKey::from_seed(&[1; 32]).persona()).unwrap();
        for _ in 0..1_000_000 {
            rates.forget_the_quiet();
            if rates.addresses.is_empty() {
                break;
            }
        }
        assert_eq!((rates.addresses.len(), rates.personas.len()), (0, 1));
    }

    #[test]
    fn no_address_is_remembered_for_an_hour() {
        let rate = crate::DoorSettings::default().per_address;
        let full_again = Duration::from_secs(u64::from(rate.burst.get().div_ceil(rate.a_second.get())));
        let minute_of_housekeeping = Duration::from_secs(60);
        assert!(full_again + minute_of_housekeeping < Duration::from_secs(3_600), "{full_again:?}");
    }
}
