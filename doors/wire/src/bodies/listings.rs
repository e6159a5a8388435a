//! The catalogue: published versions, and the search of the public pages.
//!
//! A day's changes are `tacit_catalogue::CatalogueDay`, a listing is `tacit_catalogue::SignedListing`, as signed.

use super::forms::ListingForm;
use serde::{Deserialize, Serialize};
use std::fmt::Write;
use tacit_catalogue::search::{Facets, Query, Sort};
use tacit_catalogue::{Kind, Listing};
use tacit_evidence::log::LeafSalt;
use tacit_values::{Currency, Digest, ListingId, Money};
use utoipa::ToSchema;

/// A version that the market took: `PUT /listings/{id}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ListingTakenView {
    /// Which listing.
    #[schema(value_type = String)]
    pub id: ListingId,
    /// Which version.
    pub version: u32,
    /// What the log's leaf about this version is about.
    #[schema(value_type = String)]
    pub digest: Digest,
    /// The salt of that leaf, for the seller alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub salt: Option<LeafSalt>,
}

/// The answer to a search: `GET /listings`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SearchView {
    /// The listings of the asked page, best first.
    #[schema(value_type = Vec<ListingForm>)]
    pub listings: Vec<Listing>,
    /// How many answer on all pages.
    pub total: u64,
    /// The asked page, from 1.
    pub page: u64,
    /// How many pages there are.
    pub pages: u64,
    /// What the answering listings are like.
    #[schema(value_type = Object)]
    pub facets: Facets,
}

/// The query string cannot be read.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("`{name}` in the search cannot be read; write it as the description at /openapi.json says")]
pub struct BadSearch {
    /// Which parameter.
    pub name: String,
}

/// Reads a search from the decoded pairs of a query string; `tag` and `column` may come several times. Prices are decimal
/// in `currency`.
pub fn read_search(pairs: &[(String, String)], currency: Currency) -> Result<Query, BadSearch> {
    let mut query = Query::default();
    for (name, value) in pairs {
        let bad = || BadSearch { name: name.clone() };
        let money = || Money::parse(value, currency).map_err(|_| bad());
        let number = || value.parse::<usize>().map_err(|_| bad());
        match name.as_str() {
            "q" => query.text = value.clone(),
            "category" => query.category = Some(value.parse().map_err(|_| bad())?),
            "tag" => query.tags.push(value.parse().map_err(|_| bad())?),
            "price_from" => query.price_from = Some(money()?),
            "price_to" => query.price_to = Some(money()?),
            "kind" if value == Kind::File.code() => query.kind = Some(Kind::File),
            "media_type" => query.media_type = Some(value.parse().map_err(|_| bad())?),
            "column" => query.columns.push(value.clone()),
            "seller" => query.seller = Some(value.parse().map_err(|_| bad())?),
            "sort" => query.sort = value.parse().map_err(|_| bad())?,
            "page" => query.page = number()?,
            "per_page" => query.per_page = number()?,
            _ => return Err(bad()),
        }
    }
    Ok(query)
}

/// The query string of a search, without the question mark.
pub fn write_search(query: &Query) -> String {
    let mut out = String::new();
    let mut put = |name: &str, value: &str| {
        let joint = if out.is_empty() { "" } else { "&" };
        write!(out, "{joint}{name}={}", escaped(value)).expect("text takes text");
    };
    let optional = [
        ("q", Some(query.text.clone()).filter(|text| !text.is_empty())),
        ("category", query.category.map(|category| category.code().to_owned())),
        ("price_from", query.price_from.map(|money| money.to_string())),
        ("price_to", query.price_to.map(|money| money.to_string())),
        ("kind", query.kind.map(|kind| kind.code().to_owned())),
        ("media_type", query.media_type.as_ref().map(|media_type| media_type.as_str().to_owned())),
        ("seller", query.seller.map(|seller| seller.to_string())),
        ("sort", Some(query.sort).filter(|sort| *sort != Sort::default()).map(|sort| sort.code().to_owned())),
        ("page", Some(query.page).filter(|page| *page > 1).map(|page| page.to_string())),
        (
            "per_page",
            Some(query.per_page).filter(|per_page| *per_page > 0).map(|per_page| per_page.to_string()),
        ),
    ];
    optional.iter().for_each(|(name, value)| value.iter().for_each(|value| put(name, value)));
    query.tags.iter().for_each(|tag| put("tag", tag.as_str()));
    query.columns.iter().for_each(|column| put("column", column));
    out
}

/// Percent-encoding of everything but the unreserved characters of RFC 3986.
fn escaped(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    for byte in value.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(char::from(byte)),
            _ => write!(out, "%{byte:02X}").expect("text takes text"),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(text: &str) -> Vec<(String, String)> {
        let pair = |pair: &str| pair.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned()));
        text.split('&').filter_map(pair).collect()
    }

    #[test]
    fn a_search_reads_back_from_its_query_string() {
        let text = "q=delay&price_to=20.00&sort=newest&page=2&tag=jfk&tag=nyc&column=dest";
        let query = read_search(&pairs(text), Currency::TestUsd).unwrap();
        assert_eq!(query.tags.len(), 2);
        assert_eq!(query.price_to.unwrap().micros(), 20_000_000);
        assert_eq!(write_search(&query), text);
    }

    #[test]
    fn letters_that_mean_something_in_an_address_are_escaped() {
        let query = Query::words("a&b=c d/ü");
        assert_eq!(write_search(&query), "q=a%26b%3Dc%20d%2F%C3%BC");
    }

    #[test]
    fn a_search_with_unknown_words_is_refused_by_name() {
        for bad in ["watch=1", "price_to=much", "sort=luck", "page=-1", "kind=boat"] {
            let name = bad.split_once('=').unwrap().0.to_owned();
            assert_eq!(read_search(&pairs(bad), Currency::TestUsd), Err(BadSearch { name }), "{bad}");
        }
    }
}
