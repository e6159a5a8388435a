//! The mirror: public pages, plain, the same bytes on every desk (traffic.md rule 2).

use super::DeskStoreFailed;
use async_trait::async_trait;

/// What kinds of public pages a desk mirrors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PublicShelf {
    /// What the market says about itself, and genesis: by name.
    Market,
    /// Epoch files: pool, epoch. An empty epoch has no page.
    Epochs,
    /// Leaves of the log in bundles of 256; the last one is unfinished and replaced as it grows.
    LogLeaves,
    /// Signed checkpoints that were accepted or seen, and the evidence when two of them disagree.
    Checkpoints,
    /// The catalogue's days: the tag under which each was last fetched.
    CatalogueDays,
    /// Listings: id, version.
    Listings,
}

impl PublicShelf {
    /// All shelves.
    pub const ALL: [Self; 6] =
        [Self::Market, Self::Epochs, Self::LogLeaves, Self::Checkpoints, Self::CatalogueDays, Self::Listings];

    /// The name under which an engine may file it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Market => "market",
            Self::Epochs => "epochs",
            Self::LogLeaves => "log-leaves",
            Self::Checkpoints => "checkpoints",
            Self::CatalogueDays => "catalogue-days",
            Self::Listings => "listings",
        }
    }
}

/// One public page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicPage {
    /// Its shelf.
    pub shelf: PublicShelf,
    /// Which series on the shelf: a pool, a listing, or nothing.
    pub series: String,
    /// Its number in the series: an epoch, a version, a day; at most 2^63 - 1.
    pub number: u64,
    /// The page as it was fetched.
    pub bytes: Vec<u8>,
}

/// The public half of a desk's store. Whoever writes has verified the pages before.
///
/// *Atomic*: [`keep`](Self::keep). *Retry*: every call may be repeated; a page kept twice is there once.
#[async_trait]
pub trait DeskMirror: Send + Sync {
    /// Keeps the pages together, each replacing what has its place.
    async fn keep(&self, pages: Vec<PublicPage>) -> Result<(), DeskStoreFailed>;

    /// One page; `None` when it is not mirrored.
    async fn page(
        &self,
        shelf: PublicShelf,
        series: &str,
        number: u64,
    ) -> Result<Option<PublicPage>, DeskStoreFailed>;

    /// At most `limit` pages of a series whose number is `from` or larger, in rising order.
    async fn pages(
        &self,
        shelf: PublicShelf,
        series: &str,
        from: u64,
        limit: usize,
    ) -> Result<Vec<PublicPage>, DeskStoreFailed>;

    /// The page with the largest number of every series of a shelf, in the order of the series.
    async fn newest(&self, shelf: PublicShelf) -> Result<Vec<PublicPage>, DeskStoreFailed>;

    /// Forgets a whole shelf, to mirror it again.
    async fn forget(&self, shelf: PublicShelf) -> Result<(), DeskStoreFailed>;
}
