//! The listing: the public document of one offer, signed by its seller, in versions.
//!
//! A change is a new version: same id, same seller, the next number. A listing that was retired has no next version.
//! Nothing here was paid, sold or delivered; orders name a listing's id and version (wire.md, orders).

mod change;

use crate::column::Column;
use crate::words::{Abstract, AgeRecipient, MediaType, Tag, Title};
use crate::{Category, DisclosurePreset, Licence, Price, Updates, VersionOne};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fmt;
use tacit_values::{
    Digest, ListingId, MAX_SAFE_INTEGER, Persona, PersonaKey, Signature, Timestamp, canonical,
};

pub use change::{NotANextVersion, NotMoved, Revision};

/// The most bytes of a signed listing as JSON; a door reads no further.
pub const LISTING_BYTES_MOST: usize = 256 * 1024;
/// The most columns that a listing shows.
pub const COLUMNS_MOST: usize = 1_024;
/// The most tags of a listing.
pub const TAGS_MOST: usize = 12;

/// What is delivered (product.md, kinds of offer).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Kind {
    /// One sealed payload; the key is released after payment.
    #[serde(rename = "file")]
    File,
}

impl Kind {
    /// The name on the wire.
    pub const fn code(self) -> &'static str {
        match self {
            Self::File => "file",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// Whether the offer can be ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum ListingState {
    /// Shown and for sale.
    #[serde(rename = "live")]
    Live,
    /// Not for sale for now; may become live again.
    #[serde(rename = "paused")]
    Paused,
    /// Not for sale any more, for ever; orders that were agreed are still delivered.
    #[serde(rename = "retired")]
    Retired,
}

impl fmt::Display for ListingState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Live => "live",
            Self::Paused => "paused",
            Self::Retired => "retired",
        })
    }
}

/// The data behind the offer, as its manifest describes it (delivery.md).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Goods {
    /// The manifest's digest.
    pub manifest: Digest,
    /// What kind of file it is.
    pub media_type: MediaType,
    /// How many rows; 0 for files without rows.
    pub rows: u64,
    /// How many bytes the plaintext has.
    pub bytes: u64,
    /// The declared schema; empty for files without rows.
    pub columns: Vec<Column>,
}

/// One version of one offer. Fields are public because the document is; [`Listing::sign`] and [`SignedListing::check`]
/// are the only ways to and from a signed one, and both check the whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Listing {
    /// The form of this document.
    pub v: VersionOne,
    /// Which offer.
    pub id: ListingId,
    /// Which version of it, from 1.
    pub version: u32,
    /// Who sells.
    pub seller: Persona,
    /// Where letters to the seller are sealed to.
    pub seller_mail: AgeRecipient,
    /// What it is called.
    pub title: Title,
    /// What it says about itself.
    #[serde(rename = "abstract")]
    pub summary: Abstract,
    /// Its shelf.
    pub category: Category,
    /// Words under which it is found.
    pub tags: Vec<Tag>,
    /// What is delivered.
    pub kind: Kind,
    /// What kind of file it is.
    pub media_type: MediaType,
    /// What the buyer may do.
    pub licence: Licence,
    /// What it costs.
    pub price: Price,
    /// Whether later versions are included.
    pub updates: Updates,
    /// Which figures become public.
    pub preset: DisclosurePreset,
    /// Whether it can be ordered.
    pub state: ListingState,
    /// The manifest of the data.
    pub manifest: Digest,
    /// How many rows the data has.
    pub rows: u64,
    /// How many bytes the plaintext has.
    pub bytes: u64,
    /// The declared schema.
    pub columns: Vec<Column>,
    /// When the seller made this version.
    pub at: Timestamp,
}

/// Why a document is no listing of this seller.
#[derive(Debug, thiserror::Error, PartialEq, Eq, Clone)]
pub enum BadListing {
    /// The signature is not the seller's over this document.
    #[error("the listing's signature is not its seller's; fetch it again or sign it with the seller's key")]
    Signature,
    /// The key that signs is not the seller's.
    #[error("only the key of the listing's seller can sign it")]
    ForeignKey,
    /// Version 0.
    #[error("a listing's versions count from 1")]
    VersionZero,
    /// Too many tags, or one twice.
    #[error("a listing has at most {TAGS_MOST} tags, none of them twice; remove some")]
    Tags,
    /// Too many columns, one twice, or a name that is too long or does not print.
    #[error(
        "a listing shows at most {COLUMNS_MOST} columns with distinct printable names of at most 256 bytes"
    )]
    Columns,
    /// No bytes, or a figure beyond 2^53 - 1.
    #[error("an offered file has at least one byte, and rows and bytes are at most 2^53 - 1")]
    Size,
    /// More bytes than a signed listing may have.
    #[error("the listing is larger than 256 KiB; shorten its abstract or its column names")]
    TooLarge,
}

impl Listing {
    /// Whether it can be ordered.
    pub fn is_for_sale(&self) -> bool {
        self.state == ListingState::Live
    }

    /// The digest of this version: `SHA-256("tacit/v1/listing" || RFC 8785)`, for logs and caches.
    pub fn digest(&self) -> Result<Digest, BadListing> {
        Ok(Digest::tagged("listing", &[&self.canonical_bytes()?]))
    }

    /// Signs this version with the seller's key.
    pub fn sign(self, key: &PersonaKey) -> Result<SignedListing, BadListing> {
        self.check_fields()?;
        if key.persona() != self.seller {
            return Err(BadListing::ForeignKey);
        }
        let sig = key.sign("listing", &[&self.canonical_bytes()?]);
        Ok(SignedListing { listing: self, sig })
    }

    fn check_fields(&self) -> Result<(), BadListing> {
        if self.version == 0 {
            return Err(BadListing::VersionZero);
        }
        let tags: BTreeSet<&Tag> = self.tags.iter().collect();
        if self.tags.len() > TAGS_MOST || tags.len() != self.tags.len() {
            return Err(BadListing::Tags);
        }
        let names: BTreeSet<&str> = self.columns.iter().map(|column| column.name.as_str()).collect();
        let columns_fit = self.columns.len() <= COLUMNS_MOST && self.columns.iter().all(Column::fits);
        if !columns_fit || names.len() != self.columns.len() {
            return Err(BadListing::Columns);
        }
        if self.bytes == 0 || self.bytes > MAX_SAFE_INTEGER || self.rows > MAX_SAFE_INTEGER {
            return Err(BadListing::Size);
        }
        if self.canonical_bytes()?.len() > LISTING_BYTES_MOST - 256 {
            return Err(BadListing::TooLarge);
        }
        Ok(())
    }

    fn canonical_bytes(&self) -> Result<Vec<u8>, BadListing> {
        // Rows and bytes are the only numbers of a listing that RFC 8785 could refuse.
        canonical(self).map_err(|_| BadListing::Size)
    }
}

/// A listing with its seller's signature over `"tacit/v1/listing" || RFC 8785(listing)`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignedListing {
    /// The document.
    pub listing: Listing,
    /// The seller's signature.
    pub sig: Signature,
}

impl SignedListing {
    /// Checks fields and signature; what comes out was signed by the seller whom it names.
    pub fn check(&self) -> Result<&Listing, BadListing> {
        self.listing.check_fields()?;
        let bytes = self.listing.canonical_bytes()?;
        self.listing.seller.verify("listing", &[&bytes], &self.sig).map_err(|_| BadListing::Signature)?;
        Ok(&self.listing)
    }
}

#[cfg(test)]
mod tests;
