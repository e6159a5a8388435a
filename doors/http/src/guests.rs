//! The connections that are open: bounded all together and for each address, and when they are too many, whoever has
//! waited longest without asking anything makes room.
//!
//! So slow and silent callers cannot keep others out: each newcomer takes the place of the stalest of them. Only callers
//! whose requests are being served keep their places, and those are bounded on their own (`guards::shed`).

use crate::rates::neighbourhood;
use crate::tally::{Full, Most, Place, Tally};
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::oneshot;

/// Everybody who is connected.
#[derive(Debug)]
pub(crate) struct Guests {
    tally: Arc<Tally>,
    inside: Mutex<Inside>,
}

#[derive(Debug, Default)]
struct Inside {
    next: u64,
    /// Who owes us a request, by the order in which they began to.
    silent: BTreeMap<u64, Silent>,
}

#[derive(Debug)]
struct Silent {
    address: Option<IpAddr>,
    seat: Arc<Seat>,
}

/// One connection's place, which may be given to another.
#[derive(Debug)]
struct Seat {
    place: Mutex<Option<Place>>,
    leave: Mutex<Option<oneshot::Sender<()>>>,
}

/// One connection; dropped, it is over.
#[derive(Debug)]
pub(crate) struct Guest {
    guests: Arc<Guests>,
    address: Option<IpAddr>,
    seat: Arc<Seat>,
    silent_as: Mutex<Option<u64>>,
}

/// A request of a guest that is being served, until its answer was handed over whole.
#[derive(Debug)]
pub(crate) struct Served(Arc<Guest>);

impl Guests {
    pub(crate) fn at_most(most: Most) -> Arc<Self> {
        Arc::new(Self { tally: Tally::of(most), inside: Mutex::default() })
    }

    /// A newcomer, who owes a request from now on, and what tells that its place was given away.
    pub(crate) fn welcome(
        self: &Arc<Self>,
        address: Option<IpAddr>,
    ) -> Result<(Arc<Guest>, oneshot::Receiver<()>), Full> {
        let address = address.map(neighbourhood);
        let place = match self.tally.enter(address) {
            Ok(place) => place,
            Err(full) => {
                self.send_away_the_stalest(full, address)?;
                self.tally.enter(address)?
            }
        };
        let (leave, left) = oneshot::channel();
        let seat = Seat { place: Mutex::new(Some(place)), leave: Mutex::new(Some(leave)) };
        let guest =
            Guest { guests: Arc::clone(self), address, seat: Arc::new(seat), silent_as: Mutex::default() };
        guest.falls_silent();
        Ok((Arc::new(guest), left))
    }

    /// Where an address has its share, one of its own must go; else the stalest of all.
    fn send_away_the_stalest(&self, full: Full, address: Option<IpAddr>) -> Result<(), Full> {
        let mut inside = self.inside();
        let mut stale =
            inside.silent.iter().filter(|(_, silent)| full == Full::House || silent.address == address);
        let number = *stale.next().ok_or(full)?.0;
        let stalest = inside.silent.remove(&number).ok_or(full)?;
        drop(inside);
        drop(lock(&stalest.seat.place).take());
        if let Some(leave) = lock(&stalest.seat.leave).take() {
            let _gone_already = leave.send(());
        }
        Ok(())
    }

    fn inside(&self) -> MutexGuard<'_, Inside> {
        lock(&self.inside)
    }
}

impl Guest {
    /// A request has come. `None`: the place was given away a moment ago, and the connection ends.
    pub(crate) fn asks(self: &Arc<Self>) -> Option<Served> {
        let number = lock(&self.silent_as).take()?;
        self.guests.inside().silent.remove(&number)?;
        Some(Served(Arc::clone(self)))
    }

    fn falls_silent(&self) {
        let mut inside = self.guests.inside();
        let number = inside.next;
        inside.next += 1;
        inside.silent.insert(number, Silent { address: self.address, seat: Arc::clone(&self.seat) });
        *lock(&self.silent_as) = Some(number);
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.0.falls_silent();
    }
}

impl Drop for Guest {
    fn drop(&mut self) {
        if let Some(number) = lock(&self.silent_as).take() {
            self.guests.inside().silent.remove(&number);
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(last: u8) -> Option<IpAddr> {
        Some(IpAddr::from([192, 0, 2, last]))
    }

    #[test]
    fn the_stalest_silent_guest_makes_room_for_a_newcomer() {
        let guests = Guests::at_most(Most { at_once: 2, per_address: 2 });
        let (first, mut first_left) = guests.welcome(from(1)).unwrap();
        let (second, mut second_left) = guests.welcome(from(2)).unwrap();
        // The first asks something and is silent again: now the second is the stalest.
        drop(first.asks().unwrap());
        let (third, _) = guests.welcome(from(3)).unwrap();
        assert!(second_left.try_recv().is_ok());
        assert!(first_left.try_recv().is_err());
        assert!(second.asks().is_none(), "whose place was given away is served no more");
        let busy = (first.asks().unwrap(), third.asks().unwrap());
        assert_eq!(
            guests.welcome(from(4)).unwrap_err(),
            Full::House,
            "those who are served keep their places"
        );
        drop(busy);
        assert!(guests.welcome(from(4)).is_ok());
    }

    #[test]
    fn an_address_with_its_share_makes_room_among_its_own() {
        let guests = Guests::at_most(Most { at_once: 10, per_address: 2 });
        let (_other, mut other_left) = guests.welcome(from(9)).unwrap();
        let (_one, mut one_left) = guests.welcome(from(1)).unwrap();
        let (two, _) = guests.welcome(from(1)).unwrap();
        let (three, _) = guests.welcome(from(1)).unwrap();
        assert!(one_left.try_recv().is_ok());
        assert!(other_left.try_recv().is_err());
        let _busy = (two.asks().unwrap(), three.asks().unwrap());
        assert_eq!(guests.welcome(from(1)).unwrap_err(), Full::Share);
        assert!(guests.welcome(from(2)).is_ok());
    }

    #[test]
    fn nothing_stays_of_whoever_has_left() {
        let guests = Guests::at_most(Most { at_once: 1, per_address: 1 });
        for _ in 0..3 {
            let (guest, _left) = guests.welcome(from(1)).unwrap();
            let served = guest.asks().unwrap();
            drop(guest);
            drop(served);
        }
        assert!(guests.inside().silent.is_empty());
    }
}
