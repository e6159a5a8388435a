//! What the public pages show: a listing with its promises, a seller, the market in ranges. Read in one view each.

use crate::figures::{ALL_SALES, PERSONAS, PERSONAS_PER_BUCKET, sales_of, shown};
use crate::listings::{CatalogueNotRead, read_listing};
use crate::log::LogNotRead;
use crate::manifests::{read_beacon, read_manifest};
use crate::market::Market;
use tacit_catalogue::{CountRange, Listing, ListingState, Price};
use tacit_delivery::{Manifest, Sample, SampleExcerpt, verify_sample};
use tacit_evidence::log::{LeafKind, SignedCheckpoint};
use tacit_ports::market::{LeafKey, MarketTx, StoreFault, StoredManifest};
use tacit_values::{ListingId, Persona, Timestamp};

/// How many versions a page lists.
const VERSIONS: u32 = 20;

/// A listing as its page shows it.
#[derive(Debug, Clone, PartialEq)]
pub struct ListingSeen {
    /// The version that is shown.
    pub listing: Listing,
    /// The newest version; the shown one unless an older one was asked for.
    pub newest: Listing,
    /// When the market took the first version.
    pub published: Timestamp,
    /// The versions, newest first, at most twenty.
    pub versions: Vec<VersionSeen>,
    /// What the seller promised about the file.
    pub manifest: Manifest,
    /// How many manifests this seller logged before for the same offer.
    pub earlier_manifests: u64,
    /// The manifest's place in the log; `None` until its epoch closes.
    pub logged_at: Option<u64>,
    /// The sample that nobody chose; `None` for a file too short for one.
    pub sample: Option<SampleExcerpt>,
    /// Sales in a range; `None` when the seller keeps them closed.
    pub sold: Option<CountRange>,
}

/// One version in the history of a listing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VersionSeen {
    /// Its number.
    pub version: u32,
    /// When the market took it.
    pub at: Timestamp,
    /// What it cost.
    pub price: Price,
    /// Whether it could be ordered.
    pub state: ListingState,
}

/// A seller as the public sees one. What is for sale is a search.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SellerSeen {
    /// Who.
    pub persona: Persona,
    /// Sales in a range, of the listings whose preset shows counts.
    pub sold: CountRange,
}

/// The market in ranges.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MarketSeen {
    /// Listings for sale.
    pub listings: CountRange,
    /// Personas with something for sale.
    pub sellers: CountRange,
    /// Sales, of the listings whose preset shows counts.
    pub sold: CountRange,
    /// Personas seen in the last seven days.
    pub personas: CountRange,
    /// Notes among which a payment hides.
    pub notes: CountRange,
    /// Personas per bucket of the relay on average.
    pub personas_per_bucket: CountRange,
}

impl Market {
    /// A listing with everything that its page shows: the newest version or the asked one.
    pub async fn listing_seen(
        &self,
        id: ListingId,
        version: Option<u32>,
    ) -> Result<ListingSeen, CatalogueNotRead> {
        let mut view = self.store().read().await?;
        let stored = view.listings().versions(id, VERSIONS).await?;
        let newest = read_listing(stored.first().ok_or(CatalogueNotRead::Unknown)?)?.listing;
        let listing = match version.filter(|version| *version != newest.version) {
            None => newest.clone(),
            Some(version) => {
                let asked = view.listings().version(id, u64::from(version)).await?;
                read_listing(&asked.ok_or(CatalogueNotRead::Unknown)?)?.listing
            }
        };
        let published = match stored.iter().find(|one| one.version == 1) {
            Some(first) => first.at,
            None => view.listings().version(id, 1).await?.map_or(newest.at, |first| first.at),
        };
        let versions = stored.iter().map(|one| {
            let Listing { version, price, state, .. } = read_listing(one)?.listing;
            Ok(VersionSeen { version, at: one.at, price, state })
        });
        let versions = versions.collect::<Result<_, StoreFault>>()?;
        let manifest = view.manifests().get(listing.manifest).await?;
        let manifest = manifest.ok_or(StoreFault::Damaged { table: "manifests" })?;
        let earlier_manifests = view.manifests().earlier(manifest.digest).await?;
        let key = LeafKey { kind: LeafKind::Manifest.code(), digest: manifest.digest };
        let logged_at = view.log().find(key).await?.and_then(|logged| logged.index);
        let sold = match newest.preset.shows_counts() {
            true => Some(shown(&mut *view, &sales_of(&id)).await?),
            false => None,
        };
        let kept = view.manifests().excerpt(manifest.digest).await?;
        let sample = match kept {
            Some(kept) => Some(read_excerpt(&kept)?),
            None => self.excerpt_anew(view, &manifest).await?,
        };
        let manifest = read_manifest(&manifest)?.manifest;
        Ok(ListingSeen {
            listing,
            newest,
            published,
            versions,
            manifest,
            earlier_manifests,
            logged_at,
            sample,
            sold,
        })
    }

    /// A seller; somebody who never sold anything looks like one who has nothing for sale now.
    pub async fn seller_seen(&self, persona: Persona) -> Result<SellerSeen, CatalogueNotRead> {
        let mut view = self.store().read().await?;
        let sold = shown(&mut *view, &sales_of(&persona)).await?;
        Ok(SellerSeen { persona, sold })
    }

    /// The market in ranges.
    pub async fn market_seen(&self) -> Result<MarketSeen, CatalogueNotRead> {
        let (listings, sellers) = self.shelf_size().await?;
        let mut view = self.store().read().await?;
        let sold = shown(&mut *view, ALL_SALES).await?;
        let mut notes = 0;
        if let Some(pool) = self.current_pool() {
            let standing = view.ledger().standing(crate::ledger::name_of(&pool.pool)).await?;
            notes = standing.map_or(0, |standing| standing.tree_size);
        }
        Ok(MarketSeen {
            listings: CountRange::of(listings as u64),
            sellers: CountRange::of(sellers as u64),
            sold,
            personas: shown(&mut *view, PERSONAS).await?,
            notes: CountRange::of(notes),
            personas_per_bucket: shown(&mut *view, PERSONAS_PER_BUCKET).await?,
        })
    }

    /// The newest checkpoint; `None` before the first epoch closed.
    pub async fn checkpoint_seen(&self) -> Result<Option<SignedCheckpoint>, LogNotRead> {
        match self.checkpoint().await {
            Ok(checkpoint) => Ok(Some(checkpoint)),
            Err(LogNotRead::Beyond) => Ok(None),
            Err(refused) => Err(refused),
        }
    }

    /// A sample that was opened before excerpts were kept: made from the sample, checked as when it came, and kept.
    async fn excerpt_anew(
        &self,
        mut view: Box<dyn MarketTx>,
        manifest: &StoredManifest,
    ) -> Result<Option<SampleExcerpt>, StoreFault> {
        let digest = manifest.digest;
        let (sample, beacon) =
            (view.manifests().sample(digest).await?, view.manifests().beacon(digest).await?);
        drop(view);
        let (Some(sample), Some(beacon)) = (sample, beacon) else { return Ok(None) };
        let (promised, beacon) = (read_manifest(manifest)?.manifest, read_beacon(&beacon)?);
        let audited = tokio::task::spawn_blocking(move || {
            let sample: Sample = serde_json::from_slice(&sample).ok()?;
            Some(verify_sample(&sample, &promised, &beacon.digest()).ok()?.excerpt())
        });
        let excerpt = audited.await.ok().flatten().ok_or(StoreFault::Damaged { table: "manifests" })?;
        let bytes = serde_json::to_vec(&excerpt).expect("an excerpt has a JSON form");
        let mut tx = self.store().begin().await?;
        tx.manifests().keep_excerpt(digest, &bytes).await?;
        tx.commit().await?;
        Ok(Some(excerpt))
    }
}

fn read_excerpt(bytes: &[u8]) -> Result<SampleExcerpt, StoreFault> {
    serde_json::from_slice(bytes).map_err(|_| StoreFault::Damaged { table: "sample_excerpts" })
}
