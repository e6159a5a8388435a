//! The mirrored catalogue: searched on this machine.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Whether a listing is for sale.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ListingStateShown {
    /// For sale.
    Live,
    /// Out of sale for a while.
    Paused,
    /// Ended.
    Retired,
}

/// One listing in a list.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ListingCard {
    /// Its id.
    pub id: String,
    /// Its newest version.
    pub version: u32,
    /// Its title.
    pub title: String,
    /// The beginning of its abstract.
    pub summary: String,
    /// Its category's code.
    pub category: String,
    /// Its tags.
    pub tags: Vec<String>,
    /// Its kind: `file`.
    pub kind: String,
    /// Its media type.
    pub media_type: String,
    /// Its price.
    pub price: String,
    /// The price's currency.
    pub currency: String,
    /// The licence's code.
    pub licence: String,
    /// How many rows; 0 for plain files.
    pub rows: u64,
    /// How many bytes.
    pub bytes: u64,
    /// The seller's persona.
    pub seller: String,
    /// Whether it is for sale.
    pub state: ListingStateShown,
    /// When this version was published.
    pub at: String,
    /// Whether it is this desk's own.
    pub own: bool,
    /// Whether it is on the watch list.
    pub watched: bool,
    /// Whether it was bought here.
    pub bought: bool,
}

/// What a search found.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct SearchView {
    /// The listings of this page.
    pub listings: Vec<ListingCard>,
    /// How many answer the search.
    pub total: u64,
    /// What they are like.
    pub facets: FacetsShown,
    /// When the mirror was followed last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mirrored_at: Option<String>,
}

/// Counts for the side of the page.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
pub struct FacetsShown {
    /// Shelves.
    pub categories: Vec<FacetValue>,
    /// Tags.
    pub tags: Vec<FacetValue>,
    /// Kinds of offer.
    pub kinds: Vec<FacetValue>,
    /// Media types.
    pub media_types: Vec<FacetValue>,
    /// Column names.
    pub columns: Vec<FacetValue>,
    /// Prices, from low to high.
    pub prices: Vec<PriceBandShown>,
}

/// One value of a facet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FacetValue {
    /// The value, as the search takes it.
    pub value: String,
    /// How many of the found listings have it.
    pub count: u64,
}

/// A band of prices.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PriceBandShown {
    /// At this price or above.
    pub from: String,
    /// Below this price; absent for the last band.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub below: Option<String>,
    /// How many.
    pub count: u64,
}

/// One listing with everything that is known of it here.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ListingShown {
    /// In a few lines; the abstract is whole here.
    pub listing: ListingCard,
    /// The licence's name.
    pub licence_name: String,
    /// What it permits, in plain words.
    pub licence_words: String,
    /// Where its text stands.
    pub licence_text: String,
    /// The same for machines (ODRL).
    #[schema(value_type = Object)]
    pub licence_odrl: serde_json::Value,
    /// Whether later versions are included, in a sentence.
    pub updates: String,
    /// Which figures about its sales become public, in a sentence.
    pub disclosure: String,
    /// The columns.
    pub columns: Vec<ColumnShown>,
    /// The digest of what is promised.
    pub manifest: String,
    /// How many versions are mirrored.
    pub how_many_versions: u32,
    /// The line of the watch list that names it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub watch: Option<String>,
    /// An order of this desk for it that is not over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub open_order: Option<String>,
    /// What a buyer has to trust whom for, in a few sentences.
    pub trust: Vec<String>,
}

/// One column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ColumnShown {
    /// Its name.
    pub name: String,
    /// What its cells are.
    #[serde(rename = "type")]
    pub cells: String,
    /// Whether a cell may be empty.
    pub nullable: bool,
    /// Whether it stays closed in the sample.
    pub redacted: bool,
}

/// A sample that was checked on this machine.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct SampleShown {
    /// Which listing.
    pub listing: String,
    /// Which version.
    pub version: u32,
    /// What it says, in one sentence.
    pub sentence: String,
    /// How many rows were drawn; 0 for files without a sample.
    pub drawn: u32,
    /// How many manifests this seller logged before for the same offer.
    pub earlier_manifests: u32,
    /// How many drawn rows breach the declared columns.
    pub breaches: u32,
    /// Where the manifest stands in the market's log.
    pub log_index: u64,
    /// The columns.
    pub columns: Vec<ColumnShown>,
    /// The drawn rows, in their order.
    pub rows: Vec<SampleRow>,
    /// What the drawn rows are like, column by column.
    pub profile: Vec<ColumnProfileShown>,
}

/// One drawn row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SampleRow {
    /// Its number in the file, from 0.
    pub row: u64,
    /// Its cells; null is a closed one.
    pub cells: Vec<Option<String>>,
}

/// What a column is like in the sample.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ColumnProfileShown {
    /// Its name.
    pub name: String,
    /// Empty cells in millionths.
    pub empty_ppm: u32,
    /// How many different values.
    pub distinct: u64,
    /// Minimum, quartiles and maximum, where there is an order.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quantiles: Option<Vec<String>>,
}
