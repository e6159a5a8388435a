//! The forms of signed and mirrored documents, for the description at `/openapi.json` alone.
//!
//! The documents are the rooms' own types, which know nothing of an API, and travel as their signers wrote them. A test of
//! the door holds these forms against documents that the rooms wrote (`doors/http/src/tests/forms.rs`).

use serde::Serialize;
use utoipa::ToSchema;

/// An amount of one currency, in millionths.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Money)]
#[serde(deny_unknown_fields)]
pub struct MoneyForm {
    /// At most 2^53 - 1.
    pub amount: u64,
    /// For example `tUSD`.
    pub currency: String,
}

/// One column of a listing or a manifest.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Column)]
#[serde(deny_unknown_fields)]
pub struct ColumnForm {
    /// Its name in the file.
    pub name: String,
    /// What its cells are: text, bytes, integer, double, number, boolean, time, decimal or mixed.
    pub r#type: String,
    /// Whether cells may be empty.
    pub nullable: bool,
    /// Whether the sample keeps it closed.
    pub redacted: bool,
}

/// One version of one offer.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Listing)]
#[serde(deny_unknown_fields)]
pub struct ListingForm {
    /// The form of this document: 1.
    pub v: u8,
    /// Which offer: `lst_...`.
    pub id: String,
    /// Which version of it, from 1.
    pub version: u32,
    /// Who sells: `did:key:...`.
    pub seller: String,
    /// Where letters to the seller are sealed to: `age1...`.
    pub seller_mail: String,
    /// What it is called.
    pub title: String,
    /// What it says about itself.
    pub r#abstract: String,
    /// Its shelf.
    pub category: String,
    /// Words under which it is found, none of them twice.
    #[schema(max_items = 12)]
    pub tags: Vec<String>,
    /// What is delivered: file.
    pub kind: String,
    /// What kind of file it is.
    pub media_type: String,
    /// What the buyer may do: the name of a licence.
    pub licence: String,
    /// What it costs: at most two significant digits.
    pub price: MoneyForm,
    /// Whether later versions are included: none, a date, or ever.
    pub updates: String,
    /// Which figures become public: closed, aggregates, aggregates-and-price-band or open-history.
    pub preset: String,
    /// Whether it can be ordered: live, paused or retired.
    pub state: String,
    /// The digest of the manifest of the data.
    pub manifest: String,
    /// How many rows the data has; 0 for files without rows.
    pub rows: u64,
    /// How many bytes the plaintext has.
    pub bytes: u64,
    /// The declared schema; empty for files without rows.
    #[schema(max_items = 1024)]
    pub columns: Vec<ColumnForm>,
    /// When the seller made this version.
    #[schema(format = DateTime)]
    pub at: String,
}

/// A listing with its seller's signature over `"tacit/v1/listing" || RFC 8785(listing)`.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SignedListing)]
#[serde(deny_unknown_fields)]
pub struct SignedListingForm {
    /// The document.
    pub listing: ListingForm,
    /// Ed25519 in base64url.
    pub sig: String,
}

/// The versions that the market accepted on one day, in the order in which it did.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CatalogueDay)]
#[serde(deny_unknown_fields)]
pub struct CatalogueDayForm {
    /// The form of this document: 1.
    pub v: u8,
    /// Days since 1970 in the market's time.
    pub day: u64,
    /// The accepted versions.
    #[schema(max_items = 100_000)]
    pub changes: Vec<SignedListingForm>,
}

/// Where the notes of a rotated pool may go.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Successor)]
#[serde(deny_unknown_fields)]
pub struct SuccessorForm {
    /// The next pool of the same currency, 64 hex digits.
    pub pool: String,
    /// The first epoch of the old pool that takes nothing but crossings.
    pub from_epoch: u64,
}

/// One pool of the ledger as everybody replays it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Pool)]
#[serde(deny_unknown_fields)]
pub struct PoolForm {
    /// Its name, 64 hex digits; follows from market, currency and generation.
    pub pool: String,
    /// What its notes are worth.
    pub currency: String,
    /// 0 for the first pool of a currency, one more after each rotation.
    pub generation: u32,
    /// Who signs mints, burns and crossings: `did:key:...`.
    pub treasury: String,
    /// When epoch 0 begins.
    #[schema(format = DateTime)]
    pub genesis_time: String,
    /// How long an epoch lasts.
    pub epoch_length_s: u32,
    /// Where its notes go, when it was rotated.
    pub successor: Option<SuccessorForm>,
}

/// The market, its proof system, its pools.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Genesis)]
#[serde(deny_unknown_fields)]
pub struct GenesisForm {
    /// The form of this document: 1.
    pub v: u8,
    /// The market's public address.
    pub market: String,
    /// The name of the proof system.
    pub proofs: String,
    /// Every pool there ever was, oldest first.
    #[schema(min_items = 1, max_items = 256)]
    pub pools: Vec<PoolForm>,
}

/// A genesis document with its treasury's signature over its canonical form.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SignedGenesis)]
#[serde(deny_unknown_fields)]
pub struct SignedGenesisForm {
    /// The document.
    pub genesis: GenesisForm,
    /// Ed25519 in base64url.
    pub sig: String,
}

/// A cell of a sample: shown with what proves it, or of a redacted column.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SampleCell)]
#[serde(untagged)]
pub enum SampleCellForm {
    /// Shown.
    Open(OpenCellForm),
    /// Redacted.
    Closed(ClosedCellForm),
}

/// A cell that is shown.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OpenCell)]
#[serde(deny_unknown_fields)]
pub struct OpenCellForm {
    /// The first byte of the canonical cell: 0 null, 1 text, 2 bytes, 3 integer, 4 double, 5 boolean, 6 time, 7 decimal.
    #[schema(maximum = 7)]
    pub tag: u8,
    /// The rest of the canonical cell in base64url.
    pub value: String,
    /// The 16 bytes that hid it, in base64url.
    pub salt: String,
}

/// A cell that stays hidden.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ClosedCell)]
#[serde(deny_unknown_fields)]
pub struct ClosedCellForm {
    /// What stands for it in the row's leaf, 64 hex digits.
    pub hash: String,
}

/// One opened row.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SampleRow)]
#[serde(deny_unknown_fields)]
pub struct SampleRowForm {
    /// Its number, counted from 0.
    pub row: u64,
    /// Digests from its leaf to the manifest's `row_root`.
    pub path: Vec<String>,
    /// One per column.
    pub cells: Vec<SampleCellForm>,
}

/// The opened rows of a file.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Sample)]
#[serde(deny_unknown_fields)]
pub struct SampleForm {
    /// The form of this document: 1.
    pub v: u32,
    /// The digest of the manifest that it opens.
    pub manifest: String,
    /// The rows, in the order in which they are drawn.
    #[schema(max_items = 459)]
    pub rows: Vec<SampleRowForm>,
}
