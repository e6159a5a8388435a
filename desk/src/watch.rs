//! The watch list: listings and searches that a person wants to hear of, kept sealed, told by the mirror.
//!
//! What is watched never leaves this machine: the mirror holds the whole catalogue anyway, and each time it has been
//! followed, every line of the list is held against it. A line remembers what it has told, so that nothing is told twice.

use crate::cabinet::Drawer;
use crate::mirror::MirroredCatalogue;
use crate::open::OpenDesk;
use crate::portal::shown::watch::{NewsItem, NewsKind, WatchItem, WatchKind, WatchedSearch};
use crate::refusal::Refusal;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use tacit_catalogue::search::{Query, find};
use tacit_catalogue::{Listing, ListingState};
use tacit_values::rand_core::Rng;
use tacit_values::{Currency, ListingId, Money, Persona, Timestamp, base64url};

const WATCHES: Drawer = Drawer("watches");
const NEWS: Drawer = Drawer("news");
/// Nobody reads a longer list.
const MOST_WATCHES: usize = 200;
/// Older news are forgotten.
const MOST_NEWS: usize = 500;

/// One line of the watch list with what it has told.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct WatchKept {
    id: String,
    name: String,
    since: Timestamp,
    what: Watched,
    told: BTreeMap<ListingId, Told>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Watched {
    Listing(ListingId),
    Search(WatchedSearch),
}

/// A listing as it was told last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Told {
    version: u32,
    price: Money,
    state: ListingState,
}

impl Told {
    fn of(listing: &Listing) -> Self {
        Self { version: listing.version, price: listing.price.money(), state: listing.state }
    }
}

impl OpenDesk {
    /// Watches a listing; watching it twice is watching it once.
    pub async fn watch_listing(&self, id: &ListingId, name: Option<String>) -> Result<WatchItem, Refusal> {
        let catalogue = self.mirror().catalogue().await?;
        let listing = &catalogue
            .get(id)
            .ok_or_else(|| {
                let sentence = format!("{id} is not in the catalogue of this market");
                Refusal::new("unknown-listing", sentence, "Search again.")
            })?
            .listing;
        let name = name.unwrap_or_else(|| listing.title.as_str().to_owned());
        self.begin_watch(Watched::Listing(*id), name, BTreeMap::from([(*id, Told::of(listing))])).await
    }

    /// Watches a search: what it finds now is known, what it finds later is news.
    pub async fn watch_search(
        &self,
        search: WatchedSearch,
        name: Option<String>,
    ) -> Result<WatchItem, Refusal> {
        let catalogue = self.mirror().catalogue().await?;
        let found = self.found_by(&search, &catalogue)?;
        let told = found.into_iter().map(|listing| (listing.id, Told::of(listing))).collect();
        let name = name.unwrap_or_else(|| name_of(&search));
        self.begin_watch(Watched::Search(search), name, told).await
    }

    async fn begin_watch(
        &self,
        what: Watched,
        name: String,
        told: BTreeMap<ListingId, Told>,
    ) -> Result<WatchItem, Refusal> {
        let list = self.watches().await?;
        if let Some(there) = list.iter().find(|kept| kept.what == what) {
            return Ok(shown(there, 0));
        }
        if list.len() >= MOST_WATCHES {
            return Err(Refusal::usage("the watch list is full", "Remove something from it first."));
        }
        let mut id = [0; 12];
        self.rng().fill_bytes(&mut id);
        let kept =
            WatchKept { id: format!("wat_{}", base64url::encode(&id)), name, since: self.now(), what, told };
        self.cabinet().put(WATCHES, &kept.id, &kept).await?;
        Ok(shown(&kept, 0))
    }

    /// The watch list, newest first.
    pub async fn watch_list(&self) -> Result<Vec<WatchItem>, Refusal> {
        let news = self.news().await?;
        let mut list = self.watches().await?;
        list.sort_by_key(|kept| std::cmp::Reverse(kept.since));
        let unread = |id: &str| news.iter().filter(|item| !item.read && item.watch == id).count() as u64;
        Ok(list.iter().map(|kept| shown(kept, unread(&kept.id))).collect())
    }

    /// Watches it no more; its news go too.
    pub async fn unwatch(&self, id: &str) -> Result<(), Refusal> {
        let mut change = self.cabinet().change();
        change.remove(WATCHES, id);
        for item in self.news().await?.iter().filter(|item| item.watch == id) {
            change.remove(NEWS, &item.id);
        }
        let _unguarded = self.cabinet().write(change).await?;
        Ok(())
    }

    /// The news, newest first.
    pub async fn news(&self) -> Result<Vec<NewsItem>, Refusal> {
        let kept = self.cabinet().list::<NewsItem>(NEWS).await?;
        Ok(kept.into_iter().rev().map(|kept| kept.value).collect())
    }

    /// The person has seen these news; all of them without ids.
    pub async fn read_news(&self, ids: Option<&[String]>) -> Result<(), Refusal> {
        let mut change = self.cabinet().change();
        let chosen = |item: &NewsItem| !item.read && ids.is_none_or(|ids| ids.contains(&item.id));
        for item in self.news().await?.into_iter().filter(chosen) {
            change.put(NEWS, &item.id.clone(), &NewsItem { read: true, ..item });
        }
        let _unguarded = self.cabinet().write(change).await?;
        Ok(())
    }

    /// Holds every line of the list against the mirrored catalogue. Says how many pieces of news came.
    pub async fn tell_watchers(&self) -> Result<usize, Refusal> {
        let watches = self.watches().await?;
        if watches.is_empty() {
            return Ok(0);
        }
        let catalogue = self.mirror().catalogue().await?;
        let mut came = 0;
        for mut kept in watches {
            let items = self.news_of(&mut kept, &catalogue)?;
            if items.is_empty() {
                continue;
            }
            // The news and that they were told are written together: a crash tells nothing twice and forgets nothing.
            let mut change = self.cabinet().change();
            for item in &items {
                change.put(NEWS, &item.id, item);
            }
            change.put(WATCHES, &kept.id.clone(), &kept);
            let _unguarded = self.cabinet().write(change).await?;
            came += items.len();
        }
        if came > 0 {
            self.forget_old_news().await?;
        }
        Ok(came)
    }

    fn news_of(&self, kept: &mut WatchKept, catalogue: &MirroredCatalogue) -> Result<Vec<NewsItem>, Refusal> {
        let mut items = Vec::new();
        match kept.what.clone() {
            Watched::Listing(id) => {
                if let (Some(signed), Some(told)) = (catalogue.get(&id), kept.told.get(&id).copied()) {
                    let now = Told::of(&signed.listing);
                    if now != told {
                        items.push(self.item(kept, &signed.listing, what_changed(told, now), Some(told)));
                        kept.told.insert(id, now);
                    }
                }
            }
            Watched::Search(search) => {
                for listing in self.found_by(&search, catalogue)? {
                    if !kept.told.contains_key(&listing.id) {
                        items.push(self.item(kept, listing, NewsKind::New, None));
                        kept.told.insert(listing.id, Told::of(listing));
                    }
                }
            }
        }
        Ok(items)
    }

    fn item(&self, kept: &WatchKept, listing: &Listing, what: NewsKind, before: Option<Told>) -> NewsItem {
        let now = self.now();
        let mut salt = [0; 6];
        self.rng().fill_bytes(&mut salt);
        let price = listing.price.money();
        NewsItem {
            // Names of records are ordered: the newest news come last.
            id: format!("new_{:016}_{}", now.millis(), base64url::encode(&salt)),
            watch: kept.id.clone(),
            listing: listing.id.to_string(),
            title: listing.title.as_str().to_owned(),
            what,
            before: before.filter(|_| what == NewsKind::Price).map(|before| before.price.to_string()),
            price: price.to_string(),
            currency: price.currency().code().to_owned(),
            at: now.to_string(),
            read: false,
        }
    }

    /// Everything that a search finds and this desk does not sell itself.
    fn found_by<'a>(
        &self,
        search: &WatchedSearch,
        catalogue: &'a MirroredCatalogue,
    ) -> Result<Vec<&'a Listing>, Refusal> {
        let own = self.keyring().seller().persona();
        let seller = seller_of(search)?;
        let mut query = query_of(search)?;
        query.per_page = 100;
        let theirs = |listing: &&Listing| {
            listing.seller != own && seller.is_none_or(|seller| listing.seller == seller)
        };
        let mut all = Vec::new();
        loop {
            query.page += 1;
            let found = find(&query, catalogue.listings().filter(theirs));
            all.extend(found.hits.iter().map(|hit| hit.listing));
            if query.page >= found.pages {
                return Ok(all);
            }
        }
    }

    async fn forget_old_news(&self) -> Result<(), Refusal> {
        let news = self.news().await?;
        let mut change = self.cabinet().change();
        for item in news.iter().skip(MOST_NEWS) {
            change.remove(NEWS, &item.id);
        }
        let _unguarded = self.cabinet().write(change).await?;
        Ok(())
    }

    async fn watches(&self) -> Result<Vec<WatchKept>, Refusal> {
        let kept = self.cabinet().list::<WatchKept>(WATCHES).await?;
        Ok(kept.into_iter().map(|kept| kept.value).collect())
    }
}

/// The search as the catalogue understands it; the seller is not part of it ([`seller_of`]).
pub fn query_of(search: &WatchedSearch) -> Result<Query, Refusal> {
    fn word<T: std::str::FromStr<Err: std::fmt::Display>>(text: &str) -> Result<T, Refusal> {
        text.parse().map_err(|wrong: T::Err| Refusal::usage(wrong.to_string(), "Change the search."))
    }
    let price = |text: &Option<String>| {
        let read = |text: &str| {
            Money::parse(text, Currency::TestUsd)
                .map_err(|wrong| Refusal::usage(wrong.to_string(), "Write a price such as 20."))
        };
        text.as_deref().map(read).transpose()
    };
    let kind = match search.kind.as_deref() {
        None => None,
        Some("file") => Some(tacit_catalogue::Kind::File),
        Some(_) => return Err(Refusal::usage("only files are sold so far", "Leave the kind out.")),
    };
    let query = Query {
        text: search.words.clone(),
        category: search.category.as_deref().map(word).transpose()?,
        tags: search.tags.iter().map(|tag| word(tag)).collect::<Result<_, _>>()?,
        price_from: price(&search.min_price)?,
        price_to: price(&search.max_price)?,
        kind,
        media_type: search.media_type.as_deref().map(word).transpose()?,
        columns: search.columns.clone(),
        ..Query::default()
    };
    query.check().map_err(|refused| Refusal::usage(refused.to_string(), "Change the search."))?;
    Ok(query)
}

/// The seller that a search names.
pub fn seller_of(search: &WatchedSearch) -> Result<Option<Persona>, Refusal> {
    let read = |text: &str| {
        text.parse::<Persona>()
            .map_err(|wrong| Refusal::usage(wrong.to_string(), "Copy the seller from one of their listings."))
    };
    search.seller.as_deref().map(read).transpose()
}

fn what_changed(before: Told, now: Told) -> NewsKind {
    match (before.state, now.state) {
        (_, ListingState::Retired) => NewsKind::Retired,
        (ListingState::Live, ListingState::Paused) => NewsKind::Paused,
        (ListingState::Paused, ListingState::Live) => NewsKind::Resumed,
        _ if before.price != now.price => NewsKind::Price,
        _ => NewsKind::Version,
    }
}

fn name_of(search: &WatchedSearch) -> String {
    let mut parts = vec![search.words.clone()];
    parts.extend(search.category.clone());
    parts.extend(search.tags.iter().map(|tag| format!("#{tag}")));
    parts.extend(search.columns.clone());
    parts.extend(search.media_type.clone());
    parts.retain(|part| !part.is_empty());
    if parts.is_empty() { "Everything".to_owned() } else { parts.join(" ") }
}

fn shown(kept: &WatchKept, unread: u64) -> WatchItem {
    let (kind, listing, query) = match &kept.what {
        Watched::Listing(id) => (WatchKind::Listing, Some(id.to_string()), None),
        Watched::Search(search) => (WatchKind::Search, None, Some(search.clone())),
    };
    WatchItem {
        id: kept.id.clone(),
        kind,
        name: kept.name.clone(),
        listing,
        query,
        since: kept.since.to_string(),
        unread,
    }
}
