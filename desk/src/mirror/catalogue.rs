//! The mirrored catalogue: the newest version of every listing, day by day as the market accepted them.
//!
//! Every version is checked (signature, fields, that it follows the one before) before it is kept. A day is final when it
//! was fetched an hour after its end; until then it is asked for again under its tag.

use super::{Mirror, damaged, json_page, page, untrue};
use crate::refusal::Refusal;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use tacit_catalogue::{Applied, CatalogueDay, DAY_VERSIONS_MOST, Listing, SignedListing, may_follow};
use tacit_ports::desk::{PublicPage, PublicShelf};
use tacit_settlement::Genesis;
use tacit_values::ListingId;
use tacit_wire::bodies::market::MarketView;
use tacit_wire::client::Fresh;

const HOUR_MS: u64 = 3_600_000;
const DAY_MS: u64 = 86_400_000;

/// The newest versions of all listings.
#[derive(Debug, Clone, Default)]
pub struct MirroredCatalogue {
    newest: BTreeMap<ListingId, SignedListing>,
}

impl MirroredCatalogue {
    /// The listings, whatever their state.
    pub fn listings(&self) -> impl Iterator<Item = &Listing> {
        self.newest.values().map(|signed| &signed.listing)
    }

    /// The newest version of one listing.
    pub fn get(&self, id: &ListingId) -> Option<&SignedListing> {
        self.newest.get(id)
    }

    /// How many listings are mirrored.
    pub fn len(&self) -> usize {
        self.newest.len()
    }

    /// Whether none are.
    pub fn is_empty(&self) -> bool {
        self.newest.is_empty()
    }
}

#[derive(Serialize, Deserialize)]
struct StoredDay {
    tag: Option<String>,
    finished: bool,
}

impl Mirror<'_> {
    /// The catalogue as it is mirrored; nothing is fetched.
    pub async fn catalogue(&self) -> Result<MirroredCatalogue, Refusal> {
        let mut newest = BTreeMap::new();
        for page in self.desk.store().newest(PublicShelf::Listings).await? {
            let signed: SignedListing = serde_json::from_slice(&page.bytes).map_err(|_| damaged())?;
            newest.insert(signed.listing.id, signed);
        }
        Ok(MirroredCatalogue { newest })
    }

    /// The newest mirrored version of one listing.
    pub async fn listing(&self, id: &ListingId) -> Result<Option<SignedListing>, Refusal> {
        Ok(self.catalogue().await?.newest.remove(id))
    }

    /// One version of a listing, as an order names it.
    pub async fn listing_version(
        &self,
        id: &ListingId,
        version: u32,
    ) -> Result<Option<SignedListing>, Refusal> {
        self.read(PublicShelf::Listings, &id.to_string(), u64::from(version)).await
    }

    pub(super) async fn follow_days(&self, market: &MarketView, genesis: &Genesis) -> Result<usize, Refusal> {
        let opened =
            genesis.pools.iter().map(|pool| pool.genesis_time.day()).min().unwrap_or(market.time.day());
        let known = self.desk.store().pages(PublicShelf::CatalogueDays, "", opened, usize::MAX >> 1).await?;
        let mut known: BTreeMap<u64, StoredDay> = known
            .iter()
            .filter_map(|day| Some((day.number, serde_json::from_slice(&day.bytes).ok()?)))
            .collect();
        let mut catalogue = self.catalogue().await?;
        let mut new = 0;
        for day in opened..=market.time.day() {
            let before = known.remove(&day);
            if before.as_ref().is_some_and(|before| before.finished) {
                continue;
            }
            let finished = market.time.millis() > (day + 1) * DAY_MS + HOUR_MS;
            let tag = before.and_then(|before| before.tag);
            let mut pages = Vec::new();
            let tag = match self.desk.market().mirror().catalogue_day(day, tag.as_deref()).await? {
                Fresh::Unchanged => tag,
                Fresh::Changed { content, tag } => {
                    pages = take_day(&mut catalogue, day, &content)?;
                    new += pages.len();
                    tag
                }
            };
            pages.push(json_page(PublicShelf::CatalogueDays, "", day, &StoredDay { tag, finished }));
            self.desk.store().keep(pages).await?;
        }
        Ok(new)
    }
}

/// Takes one day into the catalogue, whole or not at all; the pages of the versions that are new.
fn take_day(catalogue: &mut MirroredCatalogue, asked: u64, bytes: &[u8]) -> Result<Vec<PublicPage>, Refusal> {
    let day: CatalogueDay = serde_json::from_slice(bytes)
        .map_err(|_| untrue(format!("the catalogue of day {asked} cannot be read")))?;
    if day.day != asked || day.changes.len() > DAY_VERSIONS_MOST {
        return Err(untrue(format!("the market sent another day than day {asked}, or too much for one")));
    }
    let mut taken: BTreeMap<ListingId, SignedListing> = BTreeMap::new();
    let mut pages = Vec::new();
    for change in day.changes {
        let id = change.listing.id;
        let newest = taken.get(&id).or_else(|| catalogue.get(&id));
        if newest.is_some_and(|newest| newest.listing.version > change.listing.version) {
            // An unfinished day is read again from its beginning: its first versions are behind us.
            continue;
        }
        let applied = may_follow(newest, &change)
            .map_err(|why| untrue(format!("listing {id} in the catalogue does not fit: {why}")))?;
        if applied == Applied::Taken {
            let bytes = serde_json::to_vec(&change).expect("a listing is a JSON document");
            pages.push(page(
                PublicShelf::Listings,
                &id.to_string(),
                u64::from(change.listing.version),
                bytes,
            ));
            taken.insert(id, change);
        }
    }
    catalogue.newest.append(&mut taken);
    Ok(pages)
}
