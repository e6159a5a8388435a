//! The shelf: all listings for sale, arranged so that a search over a hundred thousand of them takes milliseconds.
//!
//! [`Shelf::find`] answers exactly what [`super::find`] answers over the same listings (a test holds the two together); it
//! keeps words, filters and orders instead of the listings themselves. The documents stay with whoever keeps the shelf.
//! Nothing here remembers a query.

mod count;
mod names;
mod order;
mod words;

use super::facets::Facets;
use super::query::Query;
use super::words::tokens;
use crate::{Category, Kind, Listing};
use names::Names;
use std::collections::{BTreeMap, HashMap};
use std::sync::OnceLock;
use tacit_values::{Currency, ListingId, Money, Persona, Timestamp};
use words::{Scored, Words};

/// All listings for sale, ready to be searched.
#[derive(Debug, Default)]
pub struct Shelf {
    slots: Vec<Option<Entry>>,
    free: Vec<u32>,
    by_id: BTreeMap<ListingId, u32>,
    by_seller: HashMap<[u8; 32], Vec<u32>>,
    /// The newest version of every listing that was ever put here, for sale or not: an older one changes nothing.
    versions: HashMap<ListingId, u32>,
    words: Words,
    media_types: Names,
    tags: Names,
    columns: Names,
    /// The words of column names: how a filter names a column.
    column_words: Names,
    /// Counted once after every change: most visitors ask for everything.
    everything: OnceLock<Facets>,
}

/// What is kept of one listing.
#[derive(Debug)]
struct Entry {
    id: ListingId,
    seller: [u8; 32],
    at: Timestamp,
    price: u64,
    currency: Currency,
    category: Category,
    kind: Kind,
    media_type: u32,
    /// First the tags, then the columns, then the columns' words.
    named: Box<[u32]>,
    tags: u16,
    columns: u16,
    words: Box<[u32]>,
    title: Box<str>,
}

/// The answer of a shelf: which listings, in which order; whoever keeps the documents shows them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShelfFound {
    /// The listings of the asked page, best first.
    pub ids: Vec<ListingId>,
    /// How many listings answer the query on all pages.
    pub total: usize,
    /// The asked page, from 1.
    pub page: usize,
    /// How many pages there are; at least 1.
    pub pages: usize,
    /// What the answering listings are like, over all pages.
    pub facets: Facets,
}

impl Shelf {
    /// How many listings are for sale.
    pub fn len(&self) -> usize {
        self.by_id.len()
    }

    /// Whether nothing is for sale.
    pub fn is_empty(&self) -> bool {
        self.by_id.is_empty()
    }

    /// How many personas have something for sale.
    pub fn sellers(&self) -> usize {
        self.by_seller.len()
    }

    /// The listings for sale by id, beginning after `after`, each with the time of its version.
    pub fn after(&self, after: Option<ListingId>) -> impl Iterator<Item = (ListingId, Timestamp)> + '_ {
        let from = after.map_or(std::ops::Bound::Unbounded, std::ops::Bound::Excluded);
        let slots = self.by_id.range((from, std::ops::Bound::Unbounded));
        slots.map(|(id, slot)| (*id, self.entry(*slot).at))
    }

    /// Puts a version on the shelf, in place of the one before; takes the listing off when it is not for sale. A version
    /// older than one that was put changes nothing.
    pub fn put(&mut self, listing: &Listing) {
        let known = self.versions.entry(listing.id).or_default();
        if listing.version <= *known {
            return;
        }
        *known = listing.version;
        self.everything = OnceLock::new();
        if let Some(slot) = self.by_id.remove(&listing.id) {
            self.take_off(slot);
        }
        if listing.is_for_sale() {
            self.add(listing);
        }
    }

    fn add(&mut self, listing: &Listing) {
        let slot = self.free.pop().unwrap_or_else(|| {
            self.slots.push(None);
            u32::try_from(self.slots.len() - 1).expect("a market has fewer than 2^32 listings")
        });
        let tags = listing.tags.iter().map(|tag| self.tags.take(tag.as_str()));
        let mut named: Vec<u32> = tags.collect();
        named.extend(listing.columns.iter().map(|column| self.columns.take(&column.name)));
        let keys = listing.columns.iter().map(|column| tokens(&column.name).join(" "));
        named.extend(keys.map(|key| self.column_words.take(&key)));
        let entry = Entry {
            id: listing.id,
            seller: listing.seller.bytes(),
            at: listing.at,
            price: listing.price.money().micros(),
            currency: listing.price.currency(),
            category: listing.category,
            kind: listing.kind,
            media_type: self.media_types.take(listing.media_type.as_str()),
            named: named.into(),
            tags: u16::try_from(listing.tags.len()).expect("a listing has few tags"),
            columns: u16::try_from(listing.columns.len()).expect("a listing has at most 1,024 columns"),
            words: self.words.add(slot, listing),
            // The zero character stands before every letter, so that titles order as lists of words do.
            title: tokens(listing.title.as_str()).join("\0").into(),
        };
        self.by_id.insert(entry.id, slot);
        self.by_seller.entry(entry.seller).or_default().push(slot);
        self.slots[slot as usize] = Some(entry);
    }

    fn take_off(&mut self, slot: u32) {
        let Some(entry) = self.slots[slot as usize].take() else { return };
        self.words.remove(slot, &entry.words);
        self.media_types.give_back(entry.media_type);
        entry.tags().iter().for_each(|tag| self.tags.give_back(*tag));
        entry.columns().iter().for_each(|column| self.columns.give_back(*column));
        entry.column_words().iter().for_each(|key| self.column_words.give_back(*key));
        if let Some(theirs) = self.by_seller.get_mut(&entry.seller) {
            theirs.retain(|other| *other != slot);
            if theirs.is_empty() {
                self.by_seller.remove(&entry.seller);
            }
        }
        self.free.push(slot);
    }

    fn entry(&self, slot: u32) -> &Entry {
        self.slots[slot as usize].as_ref().expect("a slot is named only while it is full")
    }

    /// Finds the listings that answer the query.
    pub fn find(&self, query: &Query) -> ShelfFound {
        let hits = self.hits(query);
        let total = hits.len();
        let facets = if total == self.len() {
            self.everything.get_or_init(|| self.count(&hits)).clone()
        } else {
            self.count(&hits)
        };
        let (page, per_page) = (query.page(), query.per_page());
        let first = (page - 1).saturating_mul(per_page).min(total);
        let ids = self.page(hits, query.sort, first..first.saturating_add(per_page).min(total));
        ShelfFound { ids, total, page, pages: total.div_ceil(per_page).max(1), facets }
    }

    fn hits(&self, query: &Query) -> Vec<Scored> {
        let Some(filter) = Filter::of(self, query) else { return Vec::new() };
        let unscored = |slot: u32| Scored { slot, score: 0 };
        let wanted = query.wanted();
        let mut hits: Vec<Scored> = match (wanted.is_empty(), &query.seller) {
            _ if query.listing().is_some() => {
                let slot = query.listing().and_then(|id| self.by_id.get(&id));
                slot.map(|slot| unscored(*slot)).into_iter().collect()
            }
            (false, _) => self.words.score(&wanted, self.slots.len()),
            (true, Some(seller)) => self.of_seller(seller).iter().copied().map(unscored).collect(),
            (true, None) => {
                let full = self.slots.iter().zip(0u32..).filter(|(entry, _)| entry.is_some());
                full.map(|(_, slot)| unscored(slot)).collect()
            }
        };
        if !filter.lets_all_through() {
            hits.retain(|hit| filter.admits(self.entry(hit.slot)));
        }
        hits
    }

    fn of_seller(&self, seller: &Persona) -> &[u32] {
        self.by_seller.get(&seller.bytes()).map_or(&[], Vec::as_slice)
    }
}

impl Entry {
    fn tags(&self) -> &[u32] {
        &self.named[..usize::from(self.tags)]
    }

    fn columns(&self) -> &[u32] {
        &self.named[usize::from(self.tags)..usize::from(self.tags) + usize::from(self.columns)]
    }

    fn column_words(&self) -> &[u32] {
        &self.named[usize::from(self.tags) + usize::from(self.columns)..]
    }
}

/// A query's filters in the shelf's numbers; none when one of them names what nobody has.
struct Filter {
    category: Option<Category>,
    kind: Option<Kind>,
    media_type: Option<u32>,
    seller: Option<[u8; 32]>,
    tags: Vec<u32>,
    column_words: Vec<u32>,
    from: Option<Money>,
    to: Option<Money>,
}

impl Filter {
    fn of(shelf: &Shelf, query: &Query) -> Option<Self> {
        let media_type = match &query.media_type {
            Some(media_type) => Some(shelf.media_types.find(media_type.as_str())?),
            None => None,
        };
        let tags = query.tags.iter().map(|tag| shelf.tags.find(tag.as_str()));
        let columns = query.columns.iter().map(|name| shelf.column_words.find(&tokens(name).join(" ")));
        Some(Self {
            category: query.category,
            kind: query.kind,
            media_type,
            seller: query.seller.map(|seller| seller.bytes()),
            tags: tags.collect::<Option<_>>()?,
            column_words: columns.collect::<Option<_>>()?,
            from: query.price_from,
            to: query.price_to,
        })
    }

    fn lets_all_through(&self) -> bool {
        self.category.is_none()
            && self.kind.is_none()
            && self.media_type.is_none()
            && self.seller.is_none()
            && self.tags.is_empty()
            && self.column_words.is_empty()
            && self.from.is_none()
            && self.to.is_none()
    }

    fn admits(&self, entry: &Entry) -> bool {
        let fits = |bound: Option<Money>, holds: fn(u64, u64) -> bool| {
            bound.is_none_or(|bound| bound.currency() == entry.currency && holds(entry.price, bound.micros()))
        };
        self.category.is_none_or(|category| entry.category == category)
            && self.kind.is_none_or(|kind| entry.kind == kind)
            && self.media_type.is_none_or(|media_type| entry.media_type == media_type)
            && self.seller.is_none_or(|seller| entry.seller == seller)
            && fits(self.from, |price, bound| price >= bound)
            && fits(self.to, |price, bound| price <= bound)
            && self.tags.iter().all(|tag| entry.tags().contains(tag))
            && self.column_words.iter().all(|key| entry.column_words().contains(key))
    }
}

#[cfg(test)]
mod tests;
