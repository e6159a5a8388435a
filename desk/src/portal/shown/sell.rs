//! Selling: a file, what is said about it, own listings, sales and earnings.

use super::catalogue::ListingStateShown;
use super::orders::OrderState;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A file that was sent to the desk.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct FileView {
    /// What to name it by in other calls.
    pub file: String,
    /// How many bytes arrived.
    pub bytes: u64,
}

/// Which file to look at, and what stays closed.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CheckForm {
    /// A file that was sent with `PUT /api/files/{name}`.
    #[serde(default)]
    pub file: Option<String>,
    /// Or an absolute path on this machine.
    #[serde(default)]
    pub path: Option<String>,
    /// Columns that stay closed in the sample.
    #[serde(default)]
    pub redact: Vec<String>,
    /// All columns stay closed in the sample.
    #[serde(default)]
    pub redact_all: bool,
    /// Columns that the seller promises to fill in every row.
    #[serde(default)]
    pub filled: Vec<String>,
    /// `none`, `ever` or a date; empty is `none`. Refused here already when it cannot be sold.
    #[serde(default)]
    pub updates: String,
}

/// What was found in a file; nothing left the machine for it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct CheckedFile {
    /// Its name, as buyers will see it.
    pub name: String,
    /// Its media type.
    pub media_type: String,
    /// How many bytes.
    pub bytes: u64,
    /// How many rows; 0 for plain files.
    pub rows: u64,
    /// The columns.
    pub columns: Vec<CheckedColumn>,
    /// How many rows will be drawn for the sample.
    pub sample_rows: u32,
    /// What the sample will be able to say, in one sentence.
    pub sentence: String,
    /// What the seller should think about before going on.
    pub warnings: Vec<String>,
}

/// One column of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CheckedColumn {
    /// Its name.
    pub name: String,
    /// What its cells are.
    #[serde(rename = "type")]
    pub cells: String,
    /// Whether a cell may be empty.
    pub nullable: bool,
    /// Whether it stays closed in the sample.
    pub redacted: bool,
    /// The first values, for the seller's eyes only.
    pub examples: Vec<String>,
}

/// What stands in the listing, as the seller types it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DraftForm {
    /// What is in the data.
    #[serde(default)]
    pub title: String,
    /// A longer description.
    #[serde(default, rename = "abstract")]
    pub summary: String,
    /// The code of a category.
    #[serde(default)]
    pub category: String,
    /// Words under which it should be found.
    #[serde(default)]
    pub tags: Vec<String>,
    /// The code of a licence.
    #[serde(default)]
    pub licence: String,
    /// The price, for example `20`.
    #[serde(default)]
    pub price: String,
    /// `none`, a date or `ever`; empty is `none`.
    #[serde(default)]
    pub updates: String,
    /// The code of a disclosure preset; empty is `aggregates`.
    #[serde(default)]
    pub preset: String,
}

/// What to put up for sale.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SellForm {
    /// A file that was sent with `PUT /api/files/{name}`.
    #[serde(default)]
    pub file: Option<String>,
    /// Or an absolute path on this machine.
    #[serde(default)]
    pub path: Option<String>,
    /// What stands in the listing.
    pub draft: DraftForm,
    /// Columns that stay closed in the sample.
    #[serde(default)]
    pub redact: Vec<String>,
    /// All columns stay closed in the sample.
    #[serde(default)]
    pub redact_all: bool,
    /// Columns that the seller promises to fill in every row.
    #[serde(default)]
    pub filled: Vec<String>,
}

/// One own listing.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct GoodsCard {
    /// The listing.
    pub listing: String,
    /// What stands in it.
    pub draft: DraftForm,
    /// Its newest version; absent while publishing has not come to an end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<u32>,
    /// Whether it is for sale; absent while publishing has not come to an end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<ListingStateShown>,
    /// Its price.
    pub price: String,
    /// The price's currency.
    pub currency: String,
    /// The file on this machine that was sealed.
    pub file: String,
    /// Its media type.
    pub media_type: String,
    /// How many rows.
    pub rows: u64,
    /// How many bytes.
    pub bytes: u64,
    /// When the newest version was published.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
    /// Orders for it, however they ended.
    pub orders: u64,
    /// Orders that were paid.
    pub sales: u64,
    /// What they brought.
    pub earned: String,
    /// The job that works on it now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub job: Option<String>,
}

/// Own listings, newest first; those that were begun and did not go live come first.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct GoodsView {
    /// The listings.
    pub goods: Vec<GoodsCard>,
}

/// What changes in a listing; what is absent stays.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ListingChange {
    /// A new title.
    #[serde(default)]
    pub title: Option<String>,
    /// A new description.
    #[serde(default, rename = "abstract")]
    pub summary: Option<String>,
    /// A new category.
    #[serde(default)]
    pub category: Option<String>,
    /// New tags instead of the old ones.
    #[serde(default)]
    pub tags: Option<Vec<String>>,
    /// A new licence, for orders from now on.
    #[serde(default)]
    pub licence: Option<String>,
    /// A new price; orders that were placed at the old one are declined with that reason.
    #[serde(default)]
    pub price: Option<String>,
    /// Whether later versions are included.
    #[serde(default)]
    pub updates: Option<String>,
    /// Which figures about sales become public.
    #[serde(default)]
    pub preset: Option<String>,
}

/// What a form may offer.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ChoicesView {
    /// Licences.
    pub licences: Vec<LicenceChoice>,
    /// Categories.
    pub categories: Vec<String>,
    /// Disclosure presets.
    pub presets: Vec<Choice>,
    /// What can be said about updates besides a date.
    pub updates: Vec<Choice>,
    /// Currencies.
    pub currencies: Vec<String>,
    /// Media types that have rows, and the ends of file names that stand for them.
    pub media_types: Vec<MediaTypeChoice>,
    /// Orders of search results.
    pub sorts: Vec<String>,
    /// The longest title in characters.
    pub title_most: u32,
    /// The longest abstract in characters.
    pub abstract_most: u32,
    /// The most tags.
    pub tags_most: u32,
    /// The claims of a receipt.
    pub claims: Vec<String>,
    /// The largest file that the desk takes from a browser, in bytes.
    pub file_most: u64,
}

/// One licence.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct LicenceChoice {
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// What it permits, in plain words, sentence by sentence.
    pub words: Vec<String>,
    /// Where its text stands.
    pub text: String,
}

/// One choice with its meaning.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Choice {
    /// What the API takes.
    pub code: String,
    /// What it means.
    pub sentence: String,
}

/// A media type with rows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MediaTypeChoice {
    /// The media type.
    pub media_type: String,
    /// The end of file names.
    pub suffix: String,
}

/// One order in the seller's queue.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct SaleCard {
    /// The order.
    pub order: String,
    /// Which listing.
    pub listing: String,
    /// Its title.
    pub title: String,
    /// Where it stands.
    pub state: OrderState,
    /// What that means, in one sentence.
    pub sentence: String,
    /// When it came.
    pub since: String,
    /// Until when the present step may take.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waits_until: Option<String>,
    /// The price.
    pub price: String,
    /// Its currency.
    pub currency: String,
    /// Whether nothing is left to do.
    pub over: bool,
}

/// Sales and what they brought.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct SalesView {
    /// Orders that came in, newest first.
    pub queue: Vec<SaleCard>,
    /// What was earned.
    pub earnings: Earnings,
}

/// What was earned: the payments that this desk saw on the ledger.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Earnings {
    /// Together.
    pub total: String,
    /// The currency.
    pub currency: String,
    /// Paid orders.
    pub sales: u64,
    /// Day by day, oldest first; days without a sale are left out.
    pub by_day: Vec<EarnedDay>,
    /// Listing by listing, the best first.
    pub by_listing: Vec<EarnedListing>,
}

/// What one day brought.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EarnedDay {
    /// The day in UTC, for example `2026-11-20`.
    pub day: String,
    /// How much.
    pub amount: String,
    /// In how many orders.
    pub sales: u64,
}

/// What one listing brought.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EarnedListing {
    /// Which.
    pub listing: String,
    /// Its title.
    pub title: String,
    /// How much.
    pub amount: String,
    /// In how many orders.
    pub sales: u64,
}
