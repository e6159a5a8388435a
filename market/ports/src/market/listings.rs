//! Listings: every version that was ever put, and what changed on which day.

use super::{Put, StoreFault};
use async_trait::async_trait;
use std::fmt;
use std::str::FromStr;
use tacit_values::{Digest, Epoch, ListingId, Persona, Timestamp};

/// One version of a listing as the seller signed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredListing {
    /// What is offered.
    pub id: ListingId,
    /// Counted from 1 without gaps.
    pub version: u64,
    /// Who offers it.
    pub seller: Persona,
    /// The manifest it sells.
    pub manifest: Digest,
    /// Whether it is for sale (not paused, not retired).
    pub live: bool,
    /// When the market took it; its date is the catalogue's day.
    pub at: Timestamp,
    /// The first epoch after which the day's catalogue shows it.
    pub shown_after: Epoch,
    /// The signed listing, byte for byte.
    pub document: Vec<u8>,
}

/// Why a version was not put.
#[derive(Debug, thiserror::Error)]
pub enum ListingNotPut {
    /// The version does not follow the newest one.
    #[error("the newest version of this listing is {newest}; put version {} next", newest + 1)]
    Gap {
        /// The newest version that stands; 0 when the listing is new.
        newest: u64,
    },
    /// Another document stands under this id and version.
    #[error("this version of the listing was already published with other content; put the next version")]
    Differs,
    /// The store's fault.
    #[error(transparent)]
    Store(#[from] StoreFault),
}

/// A UTC day of the catalogue, written `2026-11-20`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CatalogueDay {
    days_since_1970: u64,
}

/// The text is no day.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("expected a day such as 2026-11-20")]
pub struct NotADay;

impl CatalogueDay {
    /// The day in which a moment lies.
    pub fn of(moment: Timestamp) -> Self {
        Self { days_since_1970: moment.day() }
    }

    /// Whole days since 1970.
    pub fn number(self) -> u64 {
        self.days_since_1970
    }

    /// Its first moment.
    pub fn start(self) -> Timestamp {
        Timestamp::from_secs(self.days_since_1970.saturating_mul(86_400))
    }
}

impl fmt::Display for CatalogueDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.start().date())
    }
}

impl FromStr for CatalogueDay {
    type Err = NotADay;

    fn from_str(text: &str) -> Result<Self, NotADay> {
        if text.len() != 10 {
            return Err(NotADay);
        }
        let midnight: Timestamp = format!("{text}T00:00:00Z").parse().map_err(|_| NotADay)?;
        Ok(Self::of(midnight))
    }
}

/// What changed on one day, the same for everybody who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayChanges {
    /// Signed listings in the order (epoch after which they are shown, id, version), which is no clock within an epoch.
    pub documents: Vec<Vec<u8>>,
    /// How many there are: within a day it only grows, so day and revision name the content (an ETag).
    pub revision: u64,
}

/// The catalogue.
#[async_trait]
pub trait Listings: Send {
    /// Puts a version. Atomic: the version becomes the newest, the day's changes hold it and it is among those for
    /// sale if it is live (and the version before no longer). Repeating with the same bytes answers [`Put::Already`]; a version that does not follow
    /// the newest is refused.
    async fn put(&mut self, listing: &StoredListing) -> Result<Put, ListingNotPut>;

    /// The newest version; `None` when no version was ever put.
    async fn newest(&mut self, id: ListingId) -> Result<Option<StoredListing>, StoreFault>;

    /// One version; `None` when it was never put.
    async fn version(&mut self, id: ListingId, version: u64) -> Result<Option<StoredListing>, StoreFault>;

    /// The changes of a day that are shown after the closing of epoch `as_of`. Empty when nothing changed.
    async fn changes(&mut self, day: CatalogueDay, as_of: Epoch) -> Result<DayChanges, StoreFault>;

    /// Newest versions that are live, by id, beginning after `after`, at most `limit`.
    async fn for_sale(
        &mut self,
        after: Option<ListingId>,
        limit: u32,
    ) -> Result<Vec<StoredListing>, StoreFault>;

    /// The newest versions of these listings in the asked order; whatever was never put is left out.
    async fn several(&mut self, ids: &[ListingId]) -> Result<Vec<StoredListing>, StoreFault>;

    /// The versions of a listing, the newest first, at most `limit`.
    async fn versions(&mut self, id: ListingId, limit: u32) -> Result<Vec<StoredListing>, StoreFault>;

    /// How many listings are live.
    async fn live(&mut self) -> Result<u64, StoreFault>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_catalogue_day_reads_back_and_nonsense_is_refused() {
        let day: CatalogueDay = "2026-11-20".parse().unwrap();
        assert_eq!(day.to_string(), "2026-11-20");
        assert_eq!(CatalogueDay::of(day.start()), day);
        for text in ["2026-11-31", "2026-1-20", "today", "", "2026-11-20T"] {
            assert_eq!(text.parse::<CatalogueDay>(), Err(NotADay), "{text}");
        }
    }
}
