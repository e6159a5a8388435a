//! The catalogue: sellers publish versions of their listings, everybody mirrors whole days or searches.
//!
//! The catalogue room decides whether a version may follow; this module adds what the room cannot know: that the goods are
//! those of a logged manifest, that its sample was opened whole, and that the sealed body lies in the vault.

use crate::log::append::salted;
use crate::manifests::read_manifest;
use crate::market::Market;
use crate::refusal::{Nature, Refusal, STORE_DOWN, Told, VAULT_DOWN};
use bytes::Bytes;
use std::time::Duration;
use tacit_catalogue::search::NotAQuery;
use tacit_catalogue::{Applied, Listing, NotApplied, SignedListing, may_follow};
use tacit_delivery::Manifest;
use tacit_evidence::log::{LeafKind, LeafSalt};
use tacit_ports::market::{CatalogueDay, LeafKey, ListingNotPut, MarketTx, Put, StoreFault, StoredListing};
use tacit_ports::vault::VaultFault;
use tacit_values::{Digest, Epoch, ListingId, Persona, Timestamp};

/// How far a seller's clock may be ahead of the market's.
const AHEAD: Duration = Duration::from_secs(300);

/// A version that the market took.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ListingTaken {
    /// Whether it is new.
    pub put: Put,
    /// Which listing.
    pub id: ListingId,
    /// Which version.
    pub version: u32,
    /// What the log's leaf about this version is about.
    pub digest: Digest,
    /// The salt of that leaf, for the seller alone.
    pub salt: Option<LeafSalt>,
}

/// Why a version was not published.
#[derive(Debug, thiserror::Error)]
pub enum NotListed {
    /// Signed by somebody else than its seller.
    #[error("a listing is published by its own seller")]
    NotYours,
    /// Fields, signature or order of versions.
    #[error(transparent)]
    Refused(#[from] NotApplied),
    /// Priced in another currency.
    #[error("this market has no pool of that currency")]
    Currency,
    /// Dated ahead of the market's time.
    #[error("the listing is dated ahead of the market's clock")]
    Ahead {
        /// The market's time.
        now: Timestamp,
    },
    /// No such manifest, or not made by this seller for this listing.
    #[error("the listing's manifest was not logged by this seller for this listing")]
    NoManifest,
    /// The listing says something else than its manifest.
    #[error("the listing's {what} differ from its manifest's")]
    OtherGoods {
        /// What differs.
        what: &'static str,
    },
    /// The manifest waits for its place in the log.
    #[error("the manifest has no place in the log yet")]
    NotLogged {
        /// When to ask again.
        retry_after: Duration,
    },
    /// The sample is not opened.
    #[error("the whole sample must be opened before the listing can go live")]
    NoSample,
    /// The body or the list of blocks is not in the vault.
    #[error("the sealed {what} is not in the vault")]
    NotUploaded {
        /// Which of the two.
        what: &'static str,
    },
    /// The vault's fault.
    #[error(transparent)]
    Vault(#[from] VaultFault),
    /// The store's fault.
    #[error(transparent)]
    Store(#[from] StoreFault),
}

impl Refusal for NotListed {
    fn told(&self) -> Told {
        match self {
            Self::NotYours => Told::new(Nature::Forbidden, "not-yours"),
            Self::Refused(NotApplied::NotNext(_) | NotApplied::Forked) => {
                Told::with(Nature::Conflict, "conflict", "fetch the newest version and change that")
            }
            Self::Refused(_) => Told::new(Nature::Invalid, "refused"),
            Self::Currency => Told::with(
                Nature::Invalid,
                "refused",
                "price the listing in the currency of the market's pools",
            ),
            Self::Ahead { .. } => Told::with(
                Nature::Invalid,
                "clock-skew",
                "set this machine's clock and sign the listing again",
            ),
            Self::NoManifest => Told::with(Nature::Conflict, "not-yet", "log the manifest first"),
            Self::OtherGoods { .. } => Told::with(
                Nature::Invalid,
                "refused",
                "take rows, bytes, media type and columns from the manifest",
            ),
            Self::NotLogged { retry_after } => Told::with(
                Nature::NotYet { retry_after: *retry_after },
                "not-yet",
                "ask again when the epoch has closed",
            ),
            Self::NoSample => {
                Told::with(Nature::Conflict, "not-yet", "open all rows that the manifest's beacon draws")
            }
            Self::NotUploaded { .. } => Told::with(Nature::Conflict, "not-yet", "finish the upload first"),
            Self::Vault(_) => VAULT_DOWN,
            Self::Store(_) => STORE_DOWN,
        }
    }
}

/// Why nothing of the catalogue was read.
#[derive(Debug, thiserror::Error)]
pub enum CatalogueNotRead {
    /// No such listing or version.
    #[error("there is no such listing here")]
    Unknown,
    /// The day lies ahead.
    #[error("that day has not begun")]
    Ahead {
        /// When it does.
        retry_after: Duration,
    },
    /// The query costs too much.
    #[error(transparent)]
    NotAQuery(#[from] NotAQuery),
    /// The store's fault.
    #[error(transparent)]
    Store(#[from] StoreFault),
}

impl Refusal for CatalogueNotRead {
    fn told(&self) -> Told {
        match self {
            Self::Unknown => Told::new(Nature::Unknown, "not-found"),
            Self::Ahead { retry_after } => Told::with(
                Nature::NotYet { retry_after: *retry_after },
                "not-yet",
                "ask again when that day has begun",
            ),
            Self::NotAQuery(_) => Told::new(Nature::Invalid, "malformed"),
            Self::Store(_) => STORE_DOWN,
        }
    }
}

/// A day of the catalogue, the same bytes for everybody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayPage {
    /// The JSON document (`tacit_catalogue::CatalogueDay`).
    pub bytes: Bytes,
    /// Names the content: a mirror that has this one need not fetch it again.
    pub etag: String,
    /// Whether the day is over and every version of it is in.
    pub whole: bool,
}

impl Market {
    /// Publishes a version of a listing. The same again changes nothing.
    pub async fn put_listing(
        &self,
        signer: Persona,
        signed: SignedListing,
    ) -> Result<ListingTaken, NotListed> {
        let listing = &signed.listing;
        if listing.seller != signer {
            return Err(NotListed::NotYours);
        }
        let now = self.now();
        if listing.price.currency() != self.settings().currency {
            return Err(NotListed::Currency);
        }
        self.check_goods_are_here(listing).await?;
        let digest = listing.digest().map_err(NotApplied::from)?;
        let mut tx = self.store().begin().await?;
        let newest = match tx.listings().newest(listing.id).await? {
            Some(newest) => Some(read_listing(&newest)?),
            None => None,
        };
        if may_follow(newest.as_ref(), &signed)? == Applied::Known {
            return listing_taken(&mut *tx, Put::Already, listing, digest).await;
        }
        if listing.at > now.plus(AHEAD) {
            return Err(NotListed::Ahead { now });
        }
        if newest.is_none_or(|newest| newest.listing.manifest != listing.manifest) {
            self.check_goods(&mut *tx, listing).await?;
        }
        tx.listings().put(&self.stored(&signed, now)).await.map_err(|refused| match refused {
            ListingNotPut::Store(fault) => NotListed::Store(fault),
            ListingNotPut::Differs | ListingNotPut::Gap { .. } => NotListed::Refused(NotApplied::Forked),
        })?;
        tx.log().stage(&salted(LeafKind::ListingChange, digest, &mut self.rng())).await?;
        let taken = listing_taken(&mut *tx, Put::Recorded, listing, digest).await?;
        tx.commit().await?;
        self.put_on_shelf(listing);
        tracing::info!(listing = %listing.id, version = listing.version, "listing published");
        Ok(taken)
    }

    /// The newest version of a listing, whatever its state.
    pub async fn listing(&self, id: ListingId) -> Result<SignedListing, CatalogueNotRead> {
        let newest = self.store().read().await?.listings().newest(id).await?;
        Ok(read_listing(&newest.ok_or(CatalogueNotRead::Unknown)?)?)
    }

    /// One version of a listing.
    pub async fn listing_version(
        &self,
        id: ListingId,
        version: u32,
    ) -> Result<SignedListing, CatalogueNotRead> {
        let stored = self.store().read().await?.listings().version(id, u64::from(version)).await?;
        Ok(read_listing(&stored.ok_or(CatalogueNotRead::Unknown)?)?)
    }

    /// The changes of a day: whole when it is over, as of the last closed epoch when it is today.
    pub async fn catalogue_day(&self, day: CatalogueDay) -> Result<DayPage, CatalogueNotRead> {
        let now = self.now();
        if day > CatalogueDay::of(now) {
            let begins = Timestamp::from_secs(day.number().saturating_mul(86_400));
            return Err(CatalogueNotRead::Ahead { retry_after: begins.since(now) });
        }
        let as_of = Epoch(self.catalogue_epoch(now).0.saturating_sub(1));
        let changes = self.store().read().await?.listings().changes(day, as_of).await?;
        let last_moment = CatalogueDay::of(now) > day && self.shown_by(day) <= as_of;
        let mut bytes = format!("{{\"v\":1,\"day\":{},\"changes\":[", day.number()).into_bytes();
        bytes.extend_from_slice(&changes.documents.join(&b','));
        bytes.extend_from_slice(b"]}");
        let etag = format!("\"{}-{}\"", day.number(), changes.revision);
        Ok(DayPage { bytes: bytes.into(), etag, whole: last_moment })
    }

    /// The vault is asked before the transaction begins: nothing slow happens inside one. Only new goods need be there; a
    /// listing can be paused whatever became of them.
    async fn check_goods_are_here(&self, listing: &Listing) -> Result<(), NotListed> {
        let mut view = self.store().read().await?;
        let newest = view.listings().newest(listing.id).await?;
        if newest.is_some_and(|newest| newest.manifest == listing.manifest) {
            return Ok(());
        }
        let manifest = view.manifests().get(listing.manifest).await?.ok_or(NotListed::NoManifest)?;
        drop(view);
        if self.vault().size(manifest.body).await?.is_none() {
            return Err(NotListed::NotUploaded { what: "body" });
        }
        if self.vault().size(manifest.blocks).await?.is_none() {
            return Err(NotListed::NotUploaded { what: "list of blocks" });
        }
        Ok(())
    }

    async fn check_goods(&self, tx: &mut dyn MarketTx, listing: &Listing) -> Result<(), NotListed> {
        let stored = tx.manifests().get(listing.manifest).await?.ok_or(NotListed::NoManifest)?;
        if stored.seller != listing.seller || stored.listing != listing.id {
            return Err(NotListed::NoManifest);
        }
        let manifest = read_manifest(&stored)?.manifest;
        if let Some(what) = difference(listing, &manifest) {
            return Err(NotListed::OtherGoods { what });
        }
        let key = LeafKey { kind: LeafKind::Manifest.code(), digest: stored.digest };
        let place = tx.log().find(key).await?.and_then(|logged| logged.index);
        if place.is_none() {
            return Err(NotListed::NotLogged { retry_after: self.settings().epoch_length });
        }
        if manifest.sample > 0 && tx.manifests().sample(stored.digest).await?.is_none() {
            return Err(NotListed::NoSample);
        }
        Ok(())
    }

    fn stored(&self, signed: &SignedListing, now: Timestamp) -> StoredListing {
        let listing = &signed.listing;
        StoredListing {
            id: listing.id,
            version: u64::from(listing.version),
            seller: listing.seller,
            manifest: listing.manifest,
            live: listing.is_for_sale(),
            at: now,
            shown_after: self.catalogue_epoch(now),
            document: serde_json::to_vec(signed).expect("a checked listing has a JSON form"),
        }
    }

    /// The epoch that a moment lies in, on the clock of the first pool: it goes on when pools are rotated.
    fn catalogue_epoch(&self, now: Timestamp) -> Epoch {
        self.pools().first().map_or(Epoch::GENESIS, |pool| pool.epoch_at(now))
    }

    /// The epoch after which every version of a day is shown.
    fn shown_by(&self, day: CatalogueDay) -> Epoch {
        self.catalogue_epoch(day.start().plus(Duration::from_millis(86_399_999)))
    }
}

async fn listing_taken(
    tx: &mut dyn MarketTx,
    put: Put,
    listing: &Listing,
    digest: Digest,
) -> Result<ListingTaken, NotListed> {
    let leaf = tx.log().find(LeafKey { kind: LeafKind::ListingChange.code(), digest }).await?;
    let salt = leaf.and_then(|logged| logged.leaf.salt).map(LeafSalt::from_bytes);
    Ok(ListingTaken { put, id: listing.id, version: listing.version, digest, salt })
}

/// What a listing says otherwise than its manifest.
fn difference(listing: &Listing, manifest: &Manifest) -> Option<&'static str> {
    let columns_differ = listing.columns.len() != manifest.schema.len()
        || listing.columns.iter().zip(&manifest.schema).any(|(shown, declared)| {
            let kind = serde_json::to_value(declared.kind).ok();
            shown.name != declared.name
                || kind.as_ref().and_then(|kind| kind.as_str()) != Some(shown.cells.as_str())
                || shown.nullable != declared.nullable
                || shown.redacted != declared.redacted
        });
    match () {
        () if listing.rows != manifest.rows => Some("rows"),
        () if listing.bytes != manifest.bytes => Some("bytes"),
        () if listing.media_type.as_str() != manifest.media_type => Some("media types"),
        () if columns_differ => Some("columns"),
        () => None,
    }
}

pub(crate) fn read_listing(stored: &StoredListing) -> Result<SignedListing, StoreFault> {
    serde_json::from_slice(&stored.document).map_err(|_| StoreFault::Damaged { table: "listings" })
}
