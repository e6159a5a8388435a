//! A listing in the words of other people's catalogues: schema.org, Croissant 1.1, DCAT-AP, ODRL.
//!
//! Pure functions from a listing to JSON-LD. They say what the listing says and nothing more: no sales, no buyers, nothing
//! that the page does not show. A persona is named by its key alone.

mod croissant;
mod dataset;
mod dcat;
mod places;

pub use croissant::{CROISSANT_MEDIA_TYPE, croissant};
pub use dataset::dataset;
pub use dcat::{CatalogueFeed, catalogue};
pub use places::Places;

use crate::Listing;
use serde_json::Value;
use tacit_values::{Digest, Timestamp};

/// A listing with what its documents need besides.
#[derive(Debug, Clone)]
pub struct Described<'a> {
    /// The newest version.
    pub listing: &'a Listing,
    /// When the market took the first version.
    pub published: Timestamp,
    /// The sealed file behind it, where its manifest is at hand.
    pub sealed: Option<SealedFile<'a>>,
    /// Where things stand.
    pub places: &'a Places,
}

/// What a manifest says about the file, as far as it is public.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SealedFile<'a> {
    /// Its name.
    pub name: &'a str,
    /// SHA-256 of the sealed body, under which everybody may fetch it.
    pub body: Digest,
    /// SHA-256 of the file itself.
    pub plaintext: Digest,
}

/// JSON that can stand inside a `script` element: no text in it can end the element or begin a comment.
pub fn inside_html(document: &Value) -> String {
    let plain = document.to_string();
    let mut safe = String::with_capacity(plain.len() + plain.len() / 16);
    for letter in plain.chars() {
        match letter {
            // Outside strings JSON has none of these, so the escape always stands inside one.
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => safe.push_str(&format!("\\u{:04x}", letter as u32)),
            _ => safe.push(letter),
        }
    }
    safe
}

/// The ISO 4217 code under which other catalogues show an amount: `XTS` is the code reserved for testing, so that nobody
/// takes the test currency for dollars.
const fn iso_currency(currency: tacit_values::Currency) -> &'static str {
    match currency {
        tacit_values::Currency::TestUsd => "XTS",
    }
}

/// What a search engine reads at most of a description.
const DESCRIPTION_MOST: usize = 5_000;

/// The abstract, or a sentence made of facts when the seller wrote none.
fn description(listing: &Listing) -> String {
    let summary = listing.summary.as_str();
    if summary.is_empty() {
        return format!("{}: {} rows, {} bytes.", listing.title.as_str(), listing.rows, listing.bytes);
    }
    summary.chars().take(DESCRIPTION_MOST).collect()
}

#[cfg(test)]
mod tests;
