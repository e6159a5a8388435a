//! What is under way, counted all together and for each network address, so that neither everybody nor one alone can have
//! the market hold more than it has room for.

use crate::rates::neighbourhood;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The most of something at one time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Most {
    /// From everybody together.
    pub at_once: usize,
    /// From one network address; of IPv6, from one household.
    pub per_address: usize,
}

/// Why there is no room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Full {
    /// Everybody together has all of it.
    House,
    /// This address has its share.
    Share,
}

/// The count. Addresses are forgotten as soon as nothing of theirs is under way.
#[derive(Debug)]
pub(crate) struct Tally {
    most: Most,
    counted: Mutex<Counted>,
}

#[derive(Debug, Default)]
struct Counted {
    all: usize,
    of: HashMap<IpAddr, usize>,
}

/// One of them; dropped, it is over.
#[derive(Debug)]
pub(crate) struct Place {
    tally: Arc<Tally>,
    address: Option<IpAddr>,
}

impl Tally {
    pub(crate) fn of(most: Most) -> Arc<Self> {
        Arc::new(Self { most, counted: Mutex::default() })
    }

    /// Takes a place for this address; one that is not known has no share of its own.
    pub(crate) fn enter(self: &Arc<Self>, address: Option<IpAddr>) -> Result<Place, Full> {
        let address = address.map(neighbourhood);
        let mut counted = self.counted();
        if let Some(address) = address
            && counted.of.get(&address).is_some_and(|count| *count >= self.most.per_address)
        {
            return Err(Full::Share);
        }
        if counted.all >= self.most.at_once {
            return Err(Full::House);
        }
        counted.all += 1;
        if let Some(address) = address {
            *counted.of.entry(address).or_default() += 1;
        }
        Ok(Place { tally: Arc::clone(self), address })
    }

    fn counted(&self) -> MutexGuard<'_, Counted> {
        self.counted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut counted = self.tally.counted();
        counted.all -= 1;
        if let Some(address) = self.address
            && let Some(count) = counted.of.get_mut(&address)
        {
            *count -= 1;
            if *count == 0 {
                counted.of.remove(&address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(last: u8) -> Option<IpAddr> {
        Some(IpAddr::from([192, 0, 2, last]))
    }

    #[test]
    fn one_address_has_its_share_and_everybody_together_the_house() {
        let tally = Tally::of(Most { at_once: 3, per_address: 2 });
        let first = tally.enter(from(1)).unwrap();
        let _second = tally.enter(from(1)).unwrap();
        assert_eq!(tally.enter(from(1)).unwrap_err(), Full::Share);
        let _third = tally.enter(from(2)).unwrap();
        assert_eq!(tally.enter(from(3)).unwrap_err(), Full::House);
        drop(first);
        assert!(tally.enter(from(3)).is_ok());
    }

    #[test]
    fn whoever_has_left_is_forgotten() {
        let tally = Tally::of(Most { at_once: 3, per_address: 2 });
        let places =
            [tally.enter(from(1)).unwrap(), tally.enter(from(2)).unwrap(), tally.enter(None).unwrap()];
        drop(places);
        let counted = tally.counted();
        assert_eq!((counted.all, counted.of.len()), (0, 0));
    }
}
