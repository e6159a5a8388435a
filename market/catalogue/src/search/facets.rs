//! What the answering listings are like: counts for the side of the page.

use crate::Listing;
use std::collections::BTreeMap;
use tacit_values::{Currency, Money};

/// The most values that one facet shows.
const VALUES_MOST: usize = 20;
/// The upper ends of the price bands, in whole units.
const BANDS: [u64; 5] = [1, 10, 100, 1_000, 10_000];

/// One value of a facet.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct FacetCount {
    /// The value, as a filter takes it.
    pub value: String,
    /// How many of the answering listings have it.
    pub count: usize,
}

/// A band of prices with at least one listing in it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct PriceBand {
    /// At this price or above.
    pub from: Money,
    /// Below this price; open for the last band.
    pub below: Option<Money>,
    /// How many of the answering listings lie in it.
    pub count: usize,
}

/// Counts over all answering listings; each facet's most frequent values first, equal ones by name.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Facets {
    /// Shelves.
    pub categories: Vec<FacetCount>,
    /// Tags.
    pub tags: Vec<FacetCount>,
    /// Kinds of offer.
    pub kinds: Vec<FacetCount>,
    /// Media types.
    pub media_types: Vec<FacetCount>,
    /// Column names.
    pub columns: Vec<FacetCount>,
    /// Prices, from low to high.
    pub prices: Vec<PriceBand>,
}

impl Facets {
    pub(super) fn of<'a>(listings: impl Iterator<Item = &'a Listing>) -> Self {
        let mut categories = Counter::default();
        let mut tags = Counter::default();
        let mut kinds = Counter::default();
        let mut media_types = Counter::default();
        let mut columns = Counter::default();
        let mut prices = Bands::default();
        for listing in listings {
            categories.add(listing.category.code());
            kinds.add(listing.kind.code());
            media_types.add(listing.media_type.as_str());
            listing.tags.iter().for_each(|tag| tags.add(tag.as_str()));
            listing.columns.iter().for_each(|column| columns.add(&column.name));
            let price = listing.price.money();
            prices.add(price.currency(), price.micros());
        }
        Self {
            categories: categories.most(),
            tags: tags.most(),
            kinds: kinds.most(),
            media_types: media_types.most(),
            columns: columns.most(),
            prices: prices.shown(),
        }
    }
}

#[derive(Default)]
struct Counter<'a>(BTreeMap<&'a str, usize>);

impl<'a> Counter<'a> {
    fn add(&mut self, value: &'a str) {
        *self.0.entry(value).or_insert(0) += 1;
    }

    fn most(self) -> Vec<FacetCount> {
        most(self.0.into_iter().collect())
    }
}

/// The most frequent values, equal ones by name.
pub(super) fn most(mut counts: Vec<(&str, usize)>) -> Vec<FacetCount> {
    let by = |a: &(&str, usize), b: &(&str, usize)| b.1.cmp(&a.1).then_with(|| a.0.cmp(b.0));
    if counts.len() > VALUES_MOST {
        counts.select_nth_unstable_by(VALUES_MOST, by);
        counts.truncate(VALUES_MOST);
    }
    counts.sort_unstable_by(by);
    counts.into_iter().map(|(value, count)| FacetCount { value: value.to_owned(), count }).collect()
}

/// Listings by band of price.
#[derive(Default)]
pub(super) struct Bands(BTreeMap<Currency, [usize; BANDS.len() + 1]>);

impl Bands {
    pub(super) fn add(&mut self, currency: Currency, micros: u64) {
        let band = BANDS.iter().take_while(|end| micros >= *end * 1_000_000).count();
        self.0.entry(currency).or_default()[band] += 1;
    }

    pub(super) fn shown(self) -> Vec<PriceBand> {
        let bands = self.0.into_iter().flat_map(|(currency, counts)| {
            let full = counts.into_iter().enumerate().filter(|(_, count)| *count > 0);
            full.map(move |(band, count)| price_band(currency, band, count))
        });
        bands.collect()
    }
}

fn price_band(currency: Currency, band: usize, count: usize) -> PriceBand {
    let units =
        |units: u64| Money::from_micros(units * 1_000_000, currency).expect("ten thousand units at most");
    let from = if band == 0 { Money::zero(currency) } else { units(BANDS[band - 1]) };
    PriceBand { from, below: BANDS.get(band).map(|end| units(*end)), count }
}
