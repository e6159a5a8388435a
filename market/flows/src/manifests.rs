//! Manifests and samples: what a seller promises about a file, and the rows that nobody chose (delivery.md).
//!
//! A manifest is logged in clear. Once it has its place in the log and an epoch leaf is young enough, its beacon is drawn,
//! once for ever; the beacon draws the rows, and the seller opens all of them or the listing does not go live. The market
//! checks the opened rows; it never sees the others.

use crate::log::append::clear_about;
use crate::log::{LogNotRead, LogProof};
use crate::market::Market;
use crate::refusal::{Nature, Refusal, STORE_DOWN, Told};
use serde::Serialize;
use std::time::Duration;
use tacit_delivery::{Manifest, ManifestRefused, Sample, SampleRefused, SignedManifest, verify_sample};
use tacit_evidence::beacon::Beacon;
use tacit_evidence::log::{Leaf as LogLeaf, LeafKind, LogIndex, leaf_hash};
use tacit_ports::market::{Job, Logged, MarketTx, Put, SampleNotPut, StoreFault, StoredManifest};
use tacit_values::{Digest, ListingId, Persona, Timestamp, canonical};

/// The job that draws a beacon.
pub(crate) const BEACON_JOB: &str = "beacon";

/// What the log says about a manifest, in clear.
#[derive(Debug, Serialize)]
struct ManifestRecord {
    v: u8,
    manifest: Digest,
    seller: Persona,
    listing: ListingId,
    at: Timestamp,
}

/// A manifest as everybody sees it.
#[derive(Debug, Clone, PartialEq)]
pub struct ManifestSeen {
    /// Its digest.
    pub digest: Digest,
    /// The document with the seller's signature.
    pub signed: SignedManifest,
    /// The seller.
    pub seller: Persona,
    /// The listing it was made for.
    pub listing: ListingId,
    /// When the market took it.
    pub at: Timestamp,
    /// How many manifests this seller logged before for the same offer.
    pub earlier: u64,
    /// Its place in the log; `None` until the epoch in which it came closes.
    pub proof: Option<LogProof>,
    /// Its beacon; `None` until an epoch closed that is young enough.
    pub beacon: Option<Beacon>,
    /// When to ask again for what is not there yet.
    pub retry_after: Option<Duration>,
}

/// Why a manifest was not taken or found.
#[derive(Debug, thiserror::Error)]
pub enum ManifestNotTaken {
    /// It is not well formed, or not signed by whoever sent it.
    #[error(transparent)]
    Refused(#[from] ManifestRefused),
    /// The listing belongs to somebody else.
    #[error("this listing belongs to another seller")]
    NotYours,
    /// The seller logged as many as one may in a day.
    #[error("this seller logged {most} manifests today, the most that one day takes")]
    TooMany {
        /// The limit.
        most: u32,
        /// When the day is over.
        retry_after: Duration,
    },
    /// No such manifest.
    #[error("no manifest with this digest was logged here")]
    Unknown,
    /// The beacon's key does not sign.
    #[error("the market cannot draw beacons now")]
    NoBeacon,
    /// The log could not be read.
    #[error(transparent)]
    Log(#[from] LogNotRead),
    /// The store's fault.
    #[error(transparent)]
    Store(#[from] StoreFault),
}

impl Refusal for ManifestNotTaken {
    fn told(&self) -> Told {
        match self {
            Self::Refused(_) => Told::with(
                Nature::Invalid,
                "refused",
                "build and sign the manifest again with this version's desk",
            ),
            Self::NotYours => {
                Told::with(Nature::Forbidden, "not-yours", "list the data under a fresh listing id")
            }
            Self::TooMany { retry_after, .. } => {
                Told::with(Nature::TooMany { retry_after: *retry_after }, "too-many", "list again tomorrow")
            }
            Self::Unknown => Told::with(Nature::Unknown, "not-found", "log the manifest first"),
            Self::NoBeacon => Told::new(Nature::Unavailable, "fault"),
            Self::Log(refused) => refused.told(),
            Self::Store(_) => STORE_DOWN,
        }
    }
}

/// Why a sample was not taken or found.
#[derive(Debug, thiserror::Error)]
pub enum SampleNotTaken {
    /// No such manifest, listing or sample.
    #[error("there is no such sample here")]
    Unknown,
    /// The manifest is another seller's.
    #[error("this manifest belongs to another seller")]
    NotYours,
    /// The beacon is not drawn yet.
    #[error("the rows of this sample are not drawn yet")]
    NotDrawn {
        /// When they will be, at the earliest.
        retry_after: Duration,
    },
    /// It does not open exactly the drawn rows of the manifest.
    #[error(transparent)]
    Refused(#[from] SampleRefused),
    /// Another one stands.
    #[error("a different sample was already opened for this manifest")]
    Differs,
    /// Larger than the market reads.
    #[error("the sample is larger than {most} bytes")]
    TooLarge {
        /// The limit.
        most: usize,
    },
    /// The check stopped.
    #[error("the sample could not be checked now")]
    NotChecked,
    /// The manifest could not be read.
    #[error(transparent)]
    Manifest(ManifestNotTaken),
    /// The store's fault.
    #[error(transparent)]
    Store(#[from] StoreFault),
}

impl Refusal for SampleNotTaken {
    fn told(&self) -> Told {
        match self {
            Self::Unknown => Told::new(Nature::Unknown, "not-found"),
            Self::NotYours => Told::new(Nature::Forbidden, "not-yours"),
            Self::NotDrawn { retry_after } => Told::with(
                Nature::NotYet { retry_after: *retry_after },
                "not-yet",
                "ask for the manifest's beacon and open the rows it draws",
            ),
            Self::Refused(_) => Told::with(
                Nature::Invalid,
                "refused",
                "open all drawn rows from the very file that was sealed",
            ),
            Self::Differs => Told::with(
                Nature::Conflict,
                "conflict",
                "the one that stands counts; seal the data anew to offer something else",
            ),
            Self::TooLarge { .. } => Told::with(Nature::TooLarge, "too-large", "redact the widest columns"),
            Self::NotChecked => Told::new(Nature::Unavailable, "busy"),
            Self::Manifest(refused) => refused.told(),
            Self::Store(_) => STORE_DOWN,
        }
    }
}

impl Market {
    /// Takes a signed manifest for a listing and stages its leaf in clear. The same again changes nothing.
    pub async fn log_manifest(
        &self,
        seller: Persona,
        listing: ListingId,
        signed: SignedManifest,
    ) -> Result<ManifestSeen, ManifestNotTaken> {
        let manifest = signed.verify(&seller)?;
        let digest = manifest.digest();
        let now = self.now();
        let mut tx = self.store().begin().await?;
        if tx.manifests().get(digest).await?.is_some() {
            // Drawing its beacon writes too, and must not wait for a transaction that writes nothing.
            drop(tx);
            return self.manifest(digest).await;
        }
        self.admit_manifest(&mut *tx, &seller, listing, now).await?;
        tx.manifests().put(&stored(&seller, listing, &signed, digest, now)).await?;
        let record = ManifestRecord { v: 1, manifest: digest, seller, listing, at: now };
        let leaf =
            LogLeaf::clear(LeafKind::Manifest, &record).expect("the record is short and its time safe");
        tx.log().stage(&clear_about(LeafKind::Manifest, digest, &leaf)).await?;
        let due = now.plus(self.settings().beacon_delay).plus(self.settings().epoch_length);
        let key = format!("{BEACON_JOB}/{digest}");
        let body = digest.bytes().to_vec();
        tx.jobs().enqueue(&Job { key, kind: BEACON_JOB.to_owned(), body, due }).await?;
        tx.commit().await?;
        tracing::info!(manifest = %digest, rows = manifest.rows, "manifest taken");
        self.manifest(digest).await
    }

    /// A manifest with its place in the log and its beacon, as far as they are there. Public.
    pub async fn manifest(&self, digest: Digest) -> Result<ManifestSeen, ManifestNotTaken> {
        let beacon = self.draw_beacon(digest).await?;
        let mut view = self.store().read().await?;
        let stored = view.manifests().get(digest).await?.ok_or(ManifestNotTaken::Unknown)?;
        let earlier = view.manifests().earlier(digest).await?;
        let proof = self.prove_leaf(&mut *view, LeafKind::Manifest, digest).await?;
        let waits = proof.is_none() || beacon.is_none();
        Ok(ManifestSeen {
            digest,
            signed: read_manifest(&stored)?,
            seller: stored.seller,
            listing: stored.listing,
            at: stored.at,
            earlier,
            proof,
            retry_after: waits.then(|| self.until_beacon(stored.at)),
            beacon,
        })
    }

    /// Draws the beacon of a manifest, or answers the one that was drawn. `None` while its leaf has no place in the log, or
    /// no epoch closed yet that is young enough. The first one stands for ever.
    pub(crate) async fn draw_beacon(&self, digest: Digest) -> Result<Option<Beacon>, ManifestNotTaken> {
        let mut view = self.store().read().await?;
        if let Some(bytes) = view.manifests().beacon(digest).await? {
            return Ok(Some(read_beacon(&bytes)?));
        }
        let Some((index, leaf)) = self.beacon_facts(&mut *view, digest).await? else { return Ok(None) };
        drop(view);
        let (shared, mut rng) = (std::sync::Arc::clone(&self.0), self.rng());
        let drawn = tokio::task::spawn_blocking(move || {
            shared.parts.keys.beacon.draw(&digest, index, &leaf, &mut rng)
        })
        .await;
        let beacon = drawn.ok().and_then(Result::ok).ok_or(ManifestNotTaken::NoBeacon)?;
        let bytes = serde_json::to_vec(&beacon).expect("a beacon has a JSON form");
        let mut tx = self.store().begin().await?;
        let stands = tx.manifests().fix_beacon(digest, &bytes).await?.ok_or(ManifestNotTaken::Unknown)?;
        tx.commit().await?;
        Ok(Some(read_beacon(&stands)?))
    }

    /// Opens the sample of a manifest: exactly the drawn rows, or nothing. The same again changes nothing.
    pub async fn put_sample(&self, seller: Persona, sample: Sample) -> Result<Put, SampleNotTaken> {
        let seen = self.manifest(sample.manifest).await.map_err(|refused| match refused {
            ManifestNotTaken::Unknown => SampleNotTaken::Unknown,
            ManifestNotTaken::Store(fault) => SampleNotTaken::Store(fault),
            other => SampleNotTaken::Manifest(other),
        })?;
        if seen.seller != seller {
            return Err(SampleNotTaken::NotYours);
        }
        let Some(beacon) = seen.beacon else {
            return Err(SampleNotTaken::NotDrawn { retry_after: self.until_beacon(seen.at) });
        };
        let bytes = canonical(&sample).map_err(|_| SampleNotTaken::NotChecked)?;
        let most = self.settings().limits.sample_bytes;
        if bytes.len() > most {
            return Err(SampleNotTaken::TooLarge { most });
        }
        let manifest: Manifest = seen.signed.manifest;
        let digest = seen.digest;
        let excerpt = tokio::task::spawn_blocking(move || {
            verify_sample(&sample, &manifest, &beacon.digest()).map(|audited| audited.excerpt())
        })
        .await
        .map_err(|_| SampleNotTaken::NotChecked)??;
        let excerpt = serde_json::to_vec(&excerpt).expect("an excerpt has a JSON form");
        let mut tx = self.store().begin().await?;
        let put = tx.manifests().put_sample(digest, &bytes).await.map_err(|refused| match refused {
            SampleNotPut::NoManifest => SampleNotTaken::Unknown,
            SampleNotPut::Differs => SampleNotTaken::Differs,
            SampleNotPut::Store(fault) => SampleNotTaken::Store(fault),
        })?;
        tx.manifests().keep_excerpt(digest, &excerpt).await?;
        tx.commit().await?;
        tracing::info!(manifest = %digest, bytes = bytes.len(), "sample opened");
        Ok(put)
    }

    /// The opened sample of a manifest, as JSON. Public, and best fetched on a connection of its own.
    pub async fn sample(&self, manifest: Digest) -> Result<Vec<u8>, SampleNotTaken> {
        self.store().read().await?.manifests().sample(manifest).await?.ok_or(SampleNotTaken::Unknown)
    }

    /// The opened sample of a listing's newest version.
    pub async fn sample_of(&self, listing: ListingId) -> Result<Vec<u8>, SampleNotTaken> {
        let newest = self.store().read().await?.listings().newest(listing).await?;
        self.sample(newest.ok_or(SampleNotTaken::Unknown)?.manifest).await
    }

    async fn admit_manifest(
        &self,
        tx: &mut dyn MarketTx,
        seller: &Persona,
        listing: ListingId,
        now: Timestamp,
    ) -> Result<(), ManifestNotTaken> {
        let newest = tx.listings().newest(listing).await?;
        if newest.is_some_and(|newest| newest.seller != *seller) {
            return Err(ManifestNotTaken::NotYours);
        }
        let most = self.settings().limits.manifests_a_day;
        let today = Timestamp::from_secs(now.day() * 86_400);
        if tx.manifests().taken_since(seller, today).await? >= u64::from(most) {
            let tomorrow = Timestamp::from_secs((now.day() + 1) * 86_400);
            return Err(ManifestNotTaken::TooMany { most, retry_after: tomorrow.since(now) });
        }
        Ok(())
    }

    /// The manifest's index and the hash of the first epoch leaf that is young enough, once both are there.
    async fn beacon_facts(
        &self,
        tx: &mut dyn MarketTx,
        digest: Digest,
    ) -> Result<Option<(LogIndex, Digest)>, ManifestNotTaken> {
        let stored = tx.manifests().get(digest).await?.ok_or(ManifestNotTaken::Unknown)?;
        let key = tacit_ports::market::LeafKey { kind: LeafKind::Manifest.code(), digest };
        let Some(Logged { index: Some(index), .. }) = tx.log().find(key).await? else { return Ok(None) };
        // The first pool's epochs never stop, so they are the clock of beacons.
        let Some(clock) = self.pools().into_iter().next() else { return Ok(None) };
        let old_enough = stored.at.plus(self.settings().beacon_delay);
        let epoch = tx.epochs().first_since(crate::ledger::name_of(&clock.pool), old_enough).await?;
        Ok(epoch.map(|epoch| (LogIndex(index), leaf_hash(&epoch.leaf))))
    }

    fn until_beacon(&self, at: Timestamp) -> Duration {
        let settings = self.settings();
        let drawn = at.plus(settings.beacon_delay).plus(settings.epoch_length);
        drawn.since(self.now()).max(Duration::from_millis(200))
    }
}

fn stored(
    seller: &Persona,
    listing: ListingId,
    signed: &SignedManifest,
    digest: Digest,
    now: Timestamp,
) -> StoredManifest {
    StoredManifest {
        digest,
        seller: *seller,
        listing,
        name: signed.manifest.name.clone(),
        body: signed.manifest.body,
        blocks: signed.manifest.blocks,
        at: now,
        document: canonical(signed).expect("a verified manifest has a canonical form"),
    }
}

pub(crate) fn read_manifest(stored: &StoredManifest) -> Result<SignedManifest, StoreFault> {
    serde_json::from_slice(&stored.document).map_err(|_| StoreFault::Damaged { table: "manifests" })
}

pub(crate) fn read_beacon(bytes: &[u8]) -> Result<Beacon, StoreFault> {
    serde_json::from_slice(bytes).map_err(|_| StoreFault::Damaged { table: "manifests" })
}
