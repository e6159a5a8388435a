//! The watch list: kept sealed on this machine, told by the mirror; nobody else learns what is watched.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What is watched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum WatchKind {
    /// One listing.
    Listing,
    /// Everything that a search finds.
    Search,
}

/// A search that is watched.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WatchedSearch {
    /// Words that must all be there.
    #[serde(default)]
    pub words: String,
    /// On this shelf.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// With all these tags.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// At this price or above.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_price: Option<String>,
    /// At this price or below.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_price: Option<String>,
    /// Of this kind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Of this media type.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media_type: Option<String>,
    /// With columns of all these names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<String>,
    /// Of this seller.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seller: Option<String>,
}

/// What to watch: a listing or a search.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WatchForm {
    /// A listing.
    #[serde(default)]
    pub listing: Option<String>,
    /// Or a search.
    #[serde(default)]
    pub query: Option<WatchedSearch>,
    /// How the person calls it; the title or the words without one.
    #[serde(default)]
    pub name: Option<String>,
}

/// One line of the watch list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WatchItem {
    /// Its id.
    pub id: String,
    /// What is watched.
    pub kind: WatchKind,
    /// How the person calls it.
    pub name: String,
    /// The listing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub listing: Option<String>,
    /// The search.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub query: Option<WatchedSearch>,
    /// Since when.
    pub since: String,
    /// How much of its news is unread.
    pub unread: u64,
}

/// The watch list.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct WatchView {
    /// Its lines, newest first.
    pub items: Vec<WatchItem>,
}

/// What happened to something watched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum NewsKind {
    /// A listing that a watched search finds.
    New,
    /// The price changed.
    Price,
    /// It is out of sale for a while.
    Paused,
    /// It is back on sale.
    Resumed,
    /// It ended for good.
    Retired,
    /// Something else of it changed.
    Version,
}

/// One piece of news.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NewsItem {
    /// Its id.
    pub id: String,
    /// Which line of the watch list.
    pub watch: String,
    /// Which listing.
    pub listing: String,
    /// The listing's title.
    pub title: String,
    /// What happened.
    pub what: NewsKind,
    /// The price before, when the price changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// The price now.
    pub price: String,
    /// The currency of both.
    pub currency: String,
    /// When this desk noticed.
    pub at: String,
    /// Whether the person has seen it.
    pub read: bool,
}

/// The news, newest first.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct NewsView {
    /// The newest 200.
    pub news: Vec<NewsItem>,
    /// How much is unread.
    pub unread: u64,
}

/// What was read; all of it without ids.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReadForm {
    /// Which news.
    #[serde(default)]
    pub ids: Option<Vec<String>>,
}
