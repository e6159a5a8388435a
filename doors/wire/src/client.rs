//! The typed client of a market's API, with one connection identity per persona (traffic.md rules 1, 2, 6 and 7).
//!
//! A [`MarketClient`] hands out four kinds of visitor, which never share a connection, a TLS ticket, a cookie or a proxy
//! circuit: [`Mirror`] for whole public resources, [`Single`] for one unsigned fetch or delivery, [`Acting`] for what a
//! persona does under its name, and [`Operator`] for the market's own machine. No visitor follows redirects, keeps
//! cookies or names the program.

mod acting;
mod connection;
mod failed;
mod mirror;
mod operator;
mod single;
mod surroundings;
mod transfer;
mod way;

#[cfg(test)]
mod tests;

pub use acting::Acting;
pub use connection::NotConnected;
pub use failed::Failed;
pub use mirror::{Fresh, Mirror};
pub use operator::{NotOperator, Operator};
pub use single::{LONGEST_SAMPLE, Single};
pub use surroundings::{Patience, Surroundings};
pub use transfer::{NotFetched, NotUploaded};
pub use way::{NotAProxy, ProxyAddress, WayOut};

use connection::Connection;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex, PoisonError};
use tacit_values::{Origin, Persona, PersonaKey};

/// One market, as one desk meets it.
#[derive(Debug)]
pub struct MarketClient {
    origin: Origin,
    surroundings: Arc<Surroundings>,
    mirror: Connection,
    personas: Mutex<HashMap<Persona, Connection>>,
}

impl MarketClient {
    /// Prepares to speak to the market at `origin`; nothing is sent yet. Plain http beyond loopback cannot be named by an
    /// [`Origin`].
    pub fn new(origin: Origin, surroundings: Surroundings) -> Result<Self, NotConnected> {
        let surroundings = Arc::new(surroundings);
        let mirror = Connection::open(&origin, &surroundings)?;
        Ok(Self { origin, surroundings, mirror, personas: Mutex::default() })
    }

    /// The market's public address.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// Whole public resources, the same for every desk.
    pub fn mirror(&self) -> Mirror {
        Mirror::on(self.mirror.clone())
    }

    /// One unsigned fetch or delivery on a connection of its own: take a new one for each.
    pub fn singly(&self) -> Result<Single, NotConnected> {
        Ok(Single::on(Connection::open(&self.origin, &self.surroundings)?))
    }

    /// What a persona does under its name, always on that persona's own connection.
    pub fn acting(&self, key: &PersonaKey) -> Result<Acting, NotConnected> {
        let mut personas = self.personas.lock().unwrap_or_else(PoisonError::into_inner);
        let connection = match personas.entry(key.persona()) {
            Entry::Occupied(known) => known.get().clone(),
            Entry::Vacant(new) => new.insert(Connection::open(&self.origin, &self.surroundings)?).clone(),
        };
        Ok(Acting::on(connection, key.clone()))
    }

    /// Forgets the connection of a persona that will not act again.
    pub fn leave(&self, persona: &Persona) {
        self.personas.lock().unwrap_or_else(PoisonError::into_inner).remove(persona);
    }
}
