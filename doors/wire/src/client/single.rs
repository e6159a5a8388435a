//! One unsigned fetch or delivery on a connection of its own, so that it stands beside nothing else (traffic.md rule 2).
//!
//! The market sees that somebody fetched this sample or body, by address and time; not who, and nothing before or after.

use super::Failed;
use super::connection::{Ask, Connection};
use super::transfer::{NotFetched, fetch_body};
use crate::bodies::BASE;
use crate::bodies::ledger::{BYTES, BundleView, CrossBody};
use bytes::Bytes;
use std::io::Write;
use tacit_values::{Digest, ListingId, Persona};

/// The longest sample document that is read.
pub const LONGEST_SAMPLE: usize = 64 << 20;
const LONGEST_MANIFEST: usize = 1 << 20;
const LONGEST_BLOCKS: usize = 64 << 20;

/// A visitor for one errand.
#[derive(Debug)]
pub struct Single {
    connection: Connection,
}

impl Single {
    pub(super) fn on(connection: Connection) -> Self {
        Self { connection }
    }

    /// The newest version of one listing as its seller signed it. A mirror tells the market less.
    pub async fn listing(&self, listing: ListingId) -> Result<Bytes, Failed> {
        self.get(format!("/listings/{listing}"), LONGEST_MANIFEST).await
    }

    /// A manifest as its seller signed it.
    pub async fn manifest(&self, manifest: Digest) -> Result<Bytes, Failed> {
        self.get(format!("/manifests/{manifest}"), LONGEST_MANIFEST).await
    }

    /// The beacon that draws a manifest's sample; refused with `not-yet` before it is drawn.
    pub async fn beacon(&self, manifest: Digest) -> Result<Bytes, Failed> {
        self.get(format!("/manifests/{manifest}/beacon"), LONGEST_MANIFEST).await
    }

    /// The whole opened sample of a listing's newest version.
    pub async fn sample(&self, listing: ListingId) -> Result<Bytes, Failed> {
        self.get(format!("/listings/{listing}/sample"), LONGEST_SAMPLE).await
    }

    /// The list of block leaves of a manifest: an object in the vault.
    pub async fn blocks(&self, blocks: Digest) -> Result<Bytes, Failed> {
        self.get(format!("/bodies/{blocks}"), LONGEST_BLOCKS).await
    }

    /// A sealed body, from byte `have` on; see [`NotFetched`] for going on after a failure.
    pub async fn body(
        &self,
        body: Digest,
        have: u64,
        bytes: u64,
        into: &mut (dyn Write + Send),
        progress: &mut (dyn FnMut(u64) + Send),
    ) -> Result<(), NotFetched> {
        fetch_body(&self.connection, body, have, bytes, into, progress).await
    }

    /// Puts a sealed letter into a mailbox. Nothing says who sent it.
    pub async fn post_letter(&self, to: Persona, letter: Bytes) -> Result<(), Failed> {
        let ask = Ask::post(format!("{BASE}/mail/{to}")).bytes(letter, BYTES).repeatable();
        self.connection.ask(&ask, LONGEST_MANIFEST).await.map(drop)
    }

    /// Sends a bundle to the ledger. The same bytes again are answered as the first time, so a lost answer is asked for by
    /// sending them again, on another connection.
    pub async fn send_bundle(&self, bundle: Bytes) -> Result<BundleView, Failed> {
        let ask = Ask::post(format!("{BASE}/ledger/bundles")).bytes(bundle, BYTES).repeatable();
        self.connection.ask(&ask, LONGEST_MANIFEST).await?.json()
    }

    /// Lets value cross from a rotated pool into its successor.
    pub async fn cross(&self, crossing: &CrossBody) -> Result<BundleView, Failed> {
        let ask = Ask::post(format!("{BASE}/ledger/crossings")).json(crossing).repeatable();
        self.connection.ask(&ask, LONGEST_MANIFEST).await?.json()
    }

    async fn get(&self, path: String, most: usize) -> Result<Bytes, Failed> {
        Ok(self.connection.ask(&Ask::get(format!("{BASE}{path}")), most).await?.body)
    }
}
