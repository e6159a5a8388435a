//! What somebody looks for.

use super::words::tokens;
use crate::{Category, Kind, MediaType, Tag};
use std::fmt;
use std::str::FromStr;
use tacit_values::{ListingId, Money, Persona};

/// The longest text of a query in bytes.
const TEXT_MOST: usize = 500;
/// The most words of a query that count.
const WORDS_MOST: usize = 16;
/// The most hits on a page.
const PER_PAGE_MOST: usize = 100;
/// The usual hits on a page.
const PER_PAGE: usize = 20;

/// The order of the hits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sort {
    /// Best fit of the words first.
    #[default]
    Relevance,
    /// Newest version first.
    Newest,
    /// Lowest price first.
    CheapestFirst,
    /// Highest price first.
    DearestFirst,
    /// By title.
    Title,
}

impl Sort {
    /// All orders.
    pub const ALL: [Self; 5] =
        [Self::Relevance, Self::Newest, Self::CheapestFirst, Self::DearestFirst, Self::Title];

    /// The name on the wire and on the command line.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Relevance => "relevance",
            Self::Newest => "newest",
            Self::CheapestFirst => "price",
            Self::DearestFirst => "price-down",
            Self::Title => "title",
        }
    }
}

impl fmt::Display for Sort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl FromStr for Sort {
    type Err = NotAQuery;

    fn from_str(text: &str) -> Result<Self, NotAQuery> {
        Self::ALL.into_iter().find(|sort| sort.code() == text).ok_or(NotAQuery::Sort)
    }
}

/// A query. The default finds everything that is for sale.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query {
    /// Words that must all be there; the last letters of a word may be missing. Or one listing's id, which finds that one.
    pub text: String,
    /// On this shelf.
    pub category: Option<Category>,
    /// With all these tags.
    pub tags: Vec<Tag>,
    /// At this price or above.
    pub price_from: Option<Money>,
    /// At this price or below.
    pub price_to: Option<Money>,
    /// Of this kind.
    pub kind: Option<Kind>,
    /// Of this media type.
    pub media_type: Option<MediaType>,
    /// With columns of all these names.
    pub columns: Vec<String>,
    /// By this seller.
    pub seller: Option<Persona>,
    /// In this order.
    pub sort: Sort,
    /// The page, from 1; 0 is read as 1.
    pub page: usize,
    /// Hits on a page, 1 to 100; 0 is read as 20.
    pub per_page: usize,
}

/// Why a query was refused.
#[derive(Debug, thiserror::Error, PartialEq, Eq, Clone, Copy)]
pub enum NotAQuery {
    /// Too long.
    #[error("the search text is longer than {TEXT_MOST} bytes; leave the most telling words")]
    TextTooLong,
    /// Too many filters.
    #[error("search by at most 16 tags and 16 columns at once")]
    TooManyFilters,
    /// More than a page can show.
    #[error("a page shows at most {PER_PAGE_MOST} listings; ask for the next page")]
    PageTooLong,
    /// No such order.
    #[error("sort must be relevance, newest, price, price-down or title")]
    Sort,
}

impl Query {
    /// A query for words.
    pub fn words(text: &str) -> Self {
        Self { text: text.to_owned(), ..Self::default() }
    }

    /// Refuses what would cost more than a search should; doors call this on what came from outside.
    pub fn check(&self) -> Result<(), NotAQuery> {
        if self.text.len() > TEXT_MOST || self.columns.iter().any(|column| column.len() > TEXT_MOST) {
            return Err(NotAQuery::TextTooLong);
        }
        if self.tags.len() > 16 || self.columns.len() > 16 {
            return Err(NotAQuery::TooManyFilters);
        }
        if self.per_page > PER_PAGE_MOST { Err(NotAQuery::PageTooLong) } else { Ok(()) }
    }

    /// The listing whose id is the whole text: pages show ids for people to look up elsewhere.
    pub fn listing(&self) -> Option<ListingId> {
        self.text.trim().to_ascii_lowercase().parse().ok()
    }

    /// The distinct words of the text, as an engine may use them to leave listings out (by prefix). An id is no words.
    pub fn wanted(&self) -> Vec<String> {
        let mut wanted = Vec::new();
        if self.listing().is_some() {
            return wanted;
        }
        for word in tokens(&self.text) {
            if !wanted.contains(&word) && wanted.len() < WORDS_MOST {
                wanted.push(word);
            }
        }
        wanted
    }

    pub(super) fn page(&self) -> usize {
        self.page.max(1)
    }

    pub(super) fn per_page(&self) -> usize {
        if self.per_page == 0 { PER_PAGE } else { self.per_page.min(PER_PAGE_MOST) }
    }
}
