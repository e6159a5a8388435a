//! One unsigned fetch or delivery on a connection of its own, so that it stands beside nothing else (traffic.md rule 2).
//!
//! The market sees that somebody fetched this sample or body, by address and time; not who, and nothing before or after.

use super::Failed;
use super::connection::{Answer, Ask, Connection};
use super::transfer::{NotFetched, fetch_body};
use crate::bodies::BASE;
use crate::bodies::ledger::{BYTES, BundleView, CrossBody};
use crate::bodies::listings::{SearchView, write_search};
use crate::bodies::manifests::ManifestView;
use bytes::Bytes;
use std::io::Write;
use tacit_catalogue::search::Query;
use tacit_catalogue::{LISTING_BYTES_MOST, SignedListing};
use tacit_delivery::Sample;
use tacit_values::{Digest, ListingId, Persona};

/// The longest sample document that is read.
pub const LONGEST_SAMPLE: usize = 64 << 20;
const LONGEST_ANSWER: usize = 8 << 20;
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
    pub async fn listing(&self, listing: ListingId) -> Result<SignedListing, Failed> {
        self.get(format!("/listings/{listing}"), LISTING_BYTES_MOST).await?.json()
    }

    /// One version of one listing.
    pub async fn listing_version(&self, listing: ListingId, version: u32) -> Result<SignedListing, Failed> {
        self.get(format!("/listings/{listing}?version={version}"), LISTING_BYTES_MOST).await?.json()
    }

    /// Has the market search. It learns what is searched: the same search over a mirror tells nobody.
    pub async fn search(&self, query: &Query) -> Result<SearchView, Failed> {
        self.get(format!("/listings?{}", write_search(query)), LONGEST_ANSWER).await?.json()
    }

    /// A manifest with its place in the log and its beacon, as far as they are there.
    pub async fn manifest(&self, manifest: Digest) -> Result<ManifestView, Failed> {
        self.get(format!("/manifests/{manifest}"), LONGEST_ANSWER).await?.json()
    }

    /// The whole opened sample of a listing's newest version.
    pub async fn sample(&self, listing: ListingId) -> Result<Sample, Failed> {
        self.get(format!("/listings/{listing}/sample"), LONGEST_SAMPLE).await?.json()
    }

    /// The whole opened sample of a manifest, also of an older version.
    pub async fn sample_of(&self, listing: ListingId, manifest: Digest) -> Result<Sample, Failed> {
        self.get(format!("/listings/{listing}/sample?manifest={manifest}"), LONGEST_SAMPLE).await?.json()
    }

    /// The list of block leaves of a manifest: an object in the vault.
    pub async fn blocks(&self, blocks: Digest) -> Result<Bytes, Failed> {
        Ok(self.get(format!("/bodies/{blocks}"), LONGEST_BLOCKS).await?.body)
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
        self.connection.ask(&ask, LONGEST_ANSWER).await.map(drop)
    }

    /// Sends a bundle to the ledger. The same bytes again are answered as the first time, so a lost answer is asked for by
    /// sending them again, on another connection.
    pub async fn send_bundle(&self, bundle: Bytes) -> Result<BundleView, Failed> {
        let ask = Ask::post(format!("{BASE}/ledger/bundles")).bytes(bundle, BYTES).repeatable();
        self.connection.ask(&ask, LONGEST_ANSWER).await?.json()
    }

    /// Lets value cross from a rotated pool into its successor.
    pub async fn cross(&self, crossing: &CrossBody) -> Result<BundleView, Failed> {
        let ask = Ask::post(format!("{BASE}/ledger/crossings")).json(crossing).repeatable();
        self.connection.ask(&ask, LONGEST_ANSWER).await?.json()
    }

    async fn get(&self, path: String, most: usize) -> Result<Answer, Failed> {
        self.connection.ask(&Ask::get(format!("{BASE}{path}")), most).await
    }
}
