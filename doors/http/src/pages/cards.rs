//! A listing in a list: the same on the home page, in a search and on a seller's page.

use super::written::{beginning, category, format_name, money, size, thousands};
use tacit_catalogue::Listing;

/// How much of an abstract a card shows.
const SUMMARY: usize = 180;

/// One listing in a list.
pub(super) struct Card {
    pub(super) address: String,
    pub(super) title: String,
    pub(super) summary: String,
    pub(super) category: String,
    pub(super) price: String,
    /// Format, rows, size.
    pub(super) facts: Vec<String>,
    pub(super) licence: String,
    pub(super) date: String,
}

impl Card {
    pub(super) fn of(listing: &Listing) -> Self {
        let mut facts = vec![format_name(listing.media_type.as_str()).to_owned()];
        if listing.rows > 0 {
            facts.push(super::words::rows(&thousands(listing.rows)));
        }
        facts.push(size(listing.bytes));
        Self {
            address: format!("/listings/{}", listing.id),
            title: listing.title.as_str().to_owned(),
            summary: beginning(listing.summary.as_str(), SUMMARY),
            category: category(listing.category),
            price: money(listing.price.money()),
            facts,
            licence: listing.licence.code().to_owned(),
            date: listing.at.date(),
        }
    }

    pub(super) fn all(listings: &[Listing]) -> Vec<Self> {
        listings.iter().map(Self::of).collect()
    }
}
