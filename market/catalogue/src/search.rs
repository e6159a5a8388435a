//! Search over listings: which answer a query, in which order, and the facets of the answer.
//!
//! Pure, so that a desk's mirror and the market's public pages give the same result for the same listings whatever
//! engine they stand on (traffic.md rule 2). An engine may leave out listings that lack a word of
//! [`tokens`]; order, facets and pages are made here. Nothing here remembers a query.

mod facets;
mod query;
mod rank;
mod shelf;
mod words;

use crate::{Kind, Listing};
use std::cmp::Reverse;

pub use facets::{FacetCount, Facets, PriceBand};
pub use query::{NotAQuery, Query, Sort};
pub use shelf::{Shelf, ShelfFound};
pub use words::tokens;

/// One listing that answers a query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hit<'a> {
    /// The listing.
    pub listing: &'a Listing,
    /// How well the words fit; 0 when the query has none.
    pub score: u64,
}

/// The answer to a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found<'a> {
    /// The hits of the asked page, best first.
    pub hits: Vec<Hit<'a>>,
    /// How many listings answer the query on all pages.
    pub total: usize,
    /// The asked page, from 1.
    pub page: usize,
    /// How many pages there are; at least 1.
    pub pages: usize,
    /// What the answering listings are like, over all pages.
    pub facets: Facets,
}

/// Finds the listings that are for sale and answer the query.
pub fn find<'a>(query: &Query, listings: impl IntoIterator<Item = &'a Listing>) -> Found<'a> {
    let wanted = query.wanted();
    let mut hits: Vec<Hit<'a>> = listings
        .into_iter()
        .filter(|listing| listing.is_for_sale() && query.admits(listing))
        .filter_map(|listing| rank::score(listing, &wanted).map(|score| Hit { listing, score }))
        .collect();
    sort(&mut hits, query.sort);
    let total = hits.len();
    let pages = total.div_ceil(query.per_page()).max(1);
    let page = query.page();
    let facets = Facets::of(hits.iter().map(|hit| hit.listing));
    let hits =
        hits.into_iter().skip((page - 1).saturating_mul(query.per_page())).take(query.per_page()).collect();
    Found { hits, total, page, pages, facets }
}

/// Equal places are decided by the newest version and then by the id, so that the order is the same everywhere.
fn sort(hits: &mut [Hit<'_>], by: Sort) {
    let newest = |hit: &Hit<'_>| (Reverse(hit.listing.at), hit.listing.id);
    let price = |hit: &Hit<'_>| hit.listing.price.money().micros();
    match by {
        Sort::Relevance => hits.sort_by_key(|hit| (Reverse(hit.score), newest(hit))),
        Sort::Newest => hits.sort_by_key(newest),
        Sort::CheapestFirst => hits.sort_by_key(|hit| (price(hit), newest(hit))),
        Sort::DearestFirst => hits.sort_by_key(|hit| (Reverse(price(hit)), newest(hit))),
        Sort::Title => hits.sort_by_cached_key(|hit| (tokens(hit.listing.title.as_str()), newest(hit))),
    }
}

impl Query {
    /// Whether a listing passes every filter; the words are ranked elsewhere.
    fn admits(&self, listing: &Listing) -> bool {
        let price = listing.price.money();
        let same_currency = |bound: &tacit_values::Money| bound.currency() == price.currency();
        let fits = |bound: &Option<tacit_values::Money>, holds: fn(u64, u64) -> bool| {
            bound.as_ref().is_none_or(|bound| same_currency(bound) && holds(price.micros(), bound.micros()))
        };
        let has_column = |wanted: &String| {
            let wanted = tokens(wanted);
            listing.columns.iter().any(|column| tokens(&column.name) == wanted)
        };
        self.listing().is_none_or(|id| listing.id == id)
            && self.category.is_none_or(|category| listing.category == category)
            && self.kind.is_none_or(|kind: Kind| listing.kind == kind)
            && self.media_type.as_ref().is_none_or(|media_type| listing.media_type == *media_type)
            && self.seller.is_none_or(|seller| listing.seller == seller)
            && self.tags.iter().all(|tag| listing.tags.contains(tag))
            && self.columns.iter().all(has_column)
            && fits(&self.price_from, |price, bound| price >= bound)
            && fits(&self.price_to, |price, bound| price <= bound)
    }
}

#[cfg(test)]
mod tests;
