//! The cabinet: the desk's private records, sealed under the seed before they reach the database.
//!
//! A record has a drawer (what kind it is), a name and a value. Outside, drawer and name are keyed hashes and the value
//! is XChaCha20-Poly1305 with its place as associated data, so that whoever has the file learns how many records there
//! are and how long, and cannot move one into the place of another.

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hkdf::Hkdf;
use hmac::{Hmac, Mac};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::Sha256;
use std::sync::Arc;
use tacit_ports::chance::Chance;
use tacit_ports::desk::{
    DeskStore, DeskStoreFailed, Guard, RecordBatch, RecordChange, RecordPlace, SealedRecord, ShelfTag,
    Written,
};
use zeroize::Zeroizing;

const NONCE: usize = 24;

/// The kind of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Drawer(pub &'static str);

/// A record as its owner reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept<T> {
    /// Its name in the drawer.
    pub name: String,
    /// The version read: guard with it when you write back.
    pub version: u64,
    /// The value.
    pub value: T,
}

/// The desk's private records.
#[derive(Clone)]
pub struct Cabinet {
    store: Arc<dyn DeskStore>,
    chance: Arc<dyn Chance>,
    values: XChaCha20Poly1305,
    places: Zeroizing<[u8; 32]>,
}

impl Cabinet {
    /// Opens the cabinet with the seed's at-rest key.
    pub fn open(store: Arc<dyn DeskStore>, chance: Arc<dyn Chance>, at_rest: &Zeroizing<[u8; 32]>) -> Self {
        let keys = Hkdf::<Sha256>::new(None, at_rest.as_slice());
        let mut values = Zeroizing::new([0; 32]);
        let mut places = Zeroizing::new([0; 32]);
        keys.expand(b"tacit/v1/at-rest/value", values.as_mut()).expect("32 bytes are within HKDF's reach");
        keys.expand(b"tacit/v1/at-rest/place", places.as_mut()).expect("32 bytes are within HKDF's reach");
        Self { store, chance, values: XChaCha20Poly1305::new(values.as_slice().into()), places }
    }

    /// One record.
    pub async fn get<T: DeserializeOwned>(
        &self,
        drawer: Drawer,
        name: &str,
    ) -> Result<Option<Kept<T>>, DeskStoreFailed> {
        self.get_bytes(drawer, name).await?.map(read_json).transpose()
    }

    /// One record as bytes.
    pub async fn get_bytes(
        &self,
        drawer: Drawer,
        name: &str,
    ) -> Result<Option<Kept<Vec<u8>>>, DeskStoreFailed> {
        let found = self.store.record(self.place(drawer, name)).await?;
        found.map(|record| self.unseal(record)).transpose()
    }

    /// All records of a drawer, ordered by name.
    pub async fn list<T: DeserializeOwned>(&self, drawer: Drawer) -> Result<Vec<Kept<T>>, DeskStoreFailed> {
        self.list_bytes(drawer).await?.into_iter().map(read_json).collect()
    }

    /// All records of a drawer as bytes, ordered by name.
    pub async fn list_bytes(&self, drawer: Drawer) -> Result<Vec<Kept<Vec<u8>>>, DeskStoreFailed> {
        let sealed = self.store.shelf(self.shelf(drawer)).await?;
        let mut kept: Vec<_> =
            sealed.into_iter().map(|record| self.unseal(record)).collect::<Result<_, _>>()?;
        kept.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(kept)
    }

    /// Writes one record, whatever is there.
    pub async fn put<T: Serialize>(
        &self,
        drawer: Drawer,
        name: &str,
        value: &T,
    ) -> Result<(), DeskStoreFailed> {
        let mut change = self.change();
        change.put(drawer, name, value);
        self.write(change).await.map(|_unguarded| ())
    }

    /// Removes one record.
    pub async fn remove(&self, drawer: Drawer, name: &str) -> Result<(), DeskStoreFailed> {
        let mut change = self.change();
        change.remove(drawer, name);
        self.write(change).await.map(|_unguarded| ())
    }

    /// Begins a change of several records that happens at once or not at all.
    pub fn change(&self) -> Change<'_> {
        Change { cabinet: self, batch: RecordBatch::default() }
    }

    /// Writes a change; `Stale` when a guard did not hold, and then nothing was written.
    pub async fn write(&self, change: Change<'_>) -> Result<Written, DeskStoreFailed> {
        self.store.write(change.batch).await
    }

    fn shelf(&self, drawer: Drawer) -> ShelfTag {
        let tag = self.keyed(&[b"drawer", drawer.0.as_bytes()]);
        ShelfTag(tag[..16].try_into().expect("32 bytes begin with 16"))
    }

    fn place(&self, drawer: Drawer, name: &str) -> RecordPlace {
        RecordPlace {
            shelf: self.shelf(drawer),
            key: self.keyed(&[b"name", drawer.0.as_bytes(), name.as_bytes()]),
        }
    }

    fn keyed(&self, parts: &[&[u8]]) -> [u8; 32] {
        let mut mac =
            <Hmac<Sha256> as Mac>::new_from_slice(self.places.as_slice()).expect("HMAC takes any key");
        for part in parts {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }

    fn seal(&self, place: RecordPlace, name: &str, value: &[u8]) -> Vec<u8> {
        let seed = self.chance.seed();
        let nonce: [u8; NONCE] = seed[..NONCE].try_into().expect("32 bytes begin with 24");
        let length = u16::try_from(name.len()).expect("names of records are short and our own");
        let plain = Zeroizing::new([&length.to_be_bytes()[..], name.as_bytes(), value].concat());
        let payload = Payload { msg: &plain, aad: &associated(place) };
        let sealed =
            self.values.encrypt(XNonce::from_slice(&nonce), payload).expect("records are far below 256 GiB");
        [nonce.as_slice(), &sealed].concat()
    }

    fn unseal(&self, record: SealedRecord) -> Result<Kept<Vec<u8>>, DeskStoreFailed> {
        let damaged = DeskStoreFailed::Damaged { what: "a record does not open under this desk's key" };
        let Some((nonce, sealed)) = record.sealed.split_at_checked(NONCE) else { return Err(damaged) };
        let payload = Payload { msg: sealed, aad: &associated(record.place) };
        let Ok(plain) = self.values.decrypt(XNonce::from_slice(nonce), payload) else { return Err(damaged) };
        let plain = Zeroizing::new(plain);
        let Some((length, rest)) = plain.split_at_checked(2) else { return Err(damaged) };
        let length = usize::from(u16::from_be_bytes([length[0], length[1]]));
        let Some((name, value)) = rest.split_at_checked(length) else { return Err(damaged) };
        let Ok(name) = std::str::from_utf8(name) else { return Err(damaged) };
        Ok(Kept { name: name.to_owned(), version: record.version, value: value.to_vec() })
    }
}

impl std::fmt::Debug for Cabinet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Cabinet(..)")
    }
}

/// Several changes that happen together.
#[derive(Debug)]
#[must_use = "hand it to `Cabinet::write`"]
pub struct Change<'a> {
    cabinet: &'a Cabinet,
    batch: RecordBatch,
}

impl Change<'_> {
    /// Writes a record.
    pub fn put<T: Serialize>(&mut self, drawer: Drawer, name: &str, value: &T) {
        let text = serde_json::to_vec(value).expect("what a desk keeps is plain data and has a JSON form");
        self.put_bytes(drawer, name, &Zeroizing::new(text));
    }

    /// Writes a record of bytes.
    pub fn put_bytes(&mut self, drawer: Drawer, name: &str, value: &[u8]) {
        let place = self.cabinet.place(drawer, name);
        self.batch.changes.push(RecordChange::Put { place, sealed: self.cabinet.seal(place, name, value) });
    }

    /// Removes a record.
    pub fn remove(&mut self, drawer: Drawer, name: &str) {
        self.batch.changes.push(RecordChange::Remove { place: self.cabinet.place(drawer, name) });
    }

    /// Holds only if the record still has the version that was read (`None`: only if there is none).
    pub fn guard(&mut self, drawer: Drawer, name: &str, version: Option<u64>) {
        self.batch.guards.push(Guard { place: self.cabinet.place(drawer, name), version });
    }
}

fn associated(place: RecordPlace) -> Vec<u8> {
    [b"tacit/v1/at-rest".as_slice(), &place.shelf.0, &place.key].concat()
}

fn read_json<T: DeserializeOwned>(kept: Kept<Vec<u8>>) -> Result<Kept<T>, DeskStoreFailed> {
    let bytes = Zeroizing::new(kept.value);
    let damaged = |_| DeskStoreFailed::Damaged { what: "a record opens, but cannot be read" };
    let value = serde_json::from_slice(&bytes).map_err(damaged)?;
    Ok(Kept { name: kept.name, version: kept.version, value })
}

#[cfg(test)]
mod tests;
