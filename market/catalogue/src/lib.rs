//! What is offered: listings, their terms and licences, and the search over them.
//!
//! This room decides whether a draft may go live, what a next version of a listing is, and which listings answer a
//! query. It has no socket, no database and no clock; it knows neither orders nor notes. The documents are those of
//! `docs/spec/wire.md`, the sentences about samples those of `docs/spec/delivery.md`.

mod category;
mod column;
mod day;
mod draft;
mod figures;
mod licence;
mod listing;
pub mod metadata;
mod price;
mod quality;
pub mod search;
mod terms;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
mod version_one;
mod words;

pub use category::{Category, UnknownCategory};
pub use column::Column;
pub use day::{Applied, BadDay, Catalogue, CatalogueDay, DAY_VERSIONS_MOST, NotApplied, may_follow};
pub use draft::{Cleared, Draft, Fault, NotCleared};
pub use figures::{CountRange, PublicFigure};
pub use licence::{Duty, Licence, UnknownLicence, Use};
pub use listing::{
    BadListing, COLUMNS_MOST, Goods, Kind, LISTING_BYTES_MOST, Listing, ListingState, NotANextVersion,
    NotMoved, Revision, SignedListing, TAGS_MOST,
};
pub use price::{NotAPrice, Price};
pub use quality::{SampleFigures, breach_bound_percent, earlier_manifests_sentence, quality_sentence};
pub use terms::{DisclosurePreset, NotATerm, Updates};
pub use version_one::VersionOne;
pub use words::{Abstract, AgeRecipient, MediaType, NotAWord, Tag, Title};
