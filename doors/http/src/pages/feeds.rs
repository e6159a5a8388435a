//! For machines that look in now and then: the newest listings as Atom, the sitemap, robots.txt.

use super::cards::Card;
use super::frame::{ASK_AGAIN, kept};
use super::words as w;
use crate::callers::At;
use crate::door::Door;
use crate::refusals::{Refused, nothing_there, told};
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use http::HeaderMap;
use tacit_catalogue::metadata::Places;
use tacit_catalogue::search::{Query, Sort};
use tacit_wire::ProblemKind;

/// How many listings one sitemap names; the protocol allows 50,000, and a megabyte at a time is kinder.
const ADDRESSES: usize = 10_000;
/// How many new listings the feed holds.
const NEWEST: usize = 50;
/// Pages that stand in the sitemap besides the listings.
const PAGES: [&str; 6] = ["/", "/search", "/market", "/log", "/privacy", "/help"];

#[derive(Template)]
#[template(path = "feed.xml")]
struct Feed {
    origin: String,
    updated: String,
    entries: Vec<Entry>,
}

struct Entry {
    card: Card,
    updated: String,
    seller: String,
}

#[derive(Template)]
#[template(path = "sitemap.xml")]
struct Sitemap {
    addresses: Vec<(String, Option<String>)>,
}

#[derive(Template)]
#[template(path = "sitemaps.xml")]
struct Sitemaps {
    addresses: Vec<String>,
}

pub(super) async fn newest(State(door): State<Door>, headers: HeaderMap) -> Result<Response, Refused> {
    let query = Query { sort: Sort::Newest, per_page: NEWEST, ..Query::default() };
    let found = door.market().search(&query).await.map_err(told)?;
    let origin = places(&door).origin().to_owned();
    let entries: Vec<Entry> = found
        .listings
        .iter()
        .map(|listing| Entry {
            card: Card::of(listing),
            updated: listing.at.to_string(),
            seller: listing.seller.to_string(),
        })
        .collect();
    // An empty feed changed when time began, so that it keeps its tag.
    let updated = entries.first().map_or("1970-01-01T00:00:00Z", |entry| entry.updated.as_str()).to_owned();
    xml(&Feed { origin, updated, entries }, "application/atom+xml; charset=utf-8", &headers)
}

pub(super) async fn sitemap(State(door): State<Door>, headers: HeaderMap) -> Result<Response, Refused> {
    let total = door.market().listings_for_sale().await.map_err(told)?;
    if total <= ADDRESSES {
        return part(&door, 0, &headers).await;
    }
    let places = places(&door);
    let parts = 1..=total.div_ceil(ADDRESSES);
    let addresses = parts.map(|part| places.at(&format!("/sitemap/{part}.xml"))).collect();
    xml(&Sitemaps { addresses }, XML, &headers)
}

pub(super) async fn sitemap_part(
    State(door): State<Door>,
    At(name): At<String>,
    headers: HeaderMap,
) -> Result<Response, Refused> {
    let number: Option<usize> = name.strip_suffix(".xml").and_then(|number| number.parse().ok());
    match number.and_then(|number| number.checked_sub(1)) {
        Some(before) => part(&door, before, &headers).await,
        None => Err(nothing_there().await),
    }
}

async fn part(door: &Door, before: usize, headers: &HeaderMap) -> Result<Response, Refused> {
    let listings = door.market().addresses_for_sale(before.saturating_mul(ADDRESSES), ADDRESSES);
    let listings = listings.await.map_err(told)?;
    if before > 0 && listings.is_empty() {
        return Err(nothing_there().await);
    }
    let places = places(door);
    let fixed = PAGES.iter().filter(|_| before == 0).map(|page| (places.at(page), None));
    let listed = listings.iter().map(|(id, at)| (places.listing(*id), Some(at.date())));
    xml(&Sitemap { addresses: fixed.chain(listed).collect() }, XML, headers)
}

/// Croissant documents point at sealed bodies, so whoever may read the one may fetch the other.
pub(super) async fn robots(State(door): State<Door>, headers: HeaderMap) -> Response {
    let text = format!(
        "User-agent: *\nAllow: /\nDisallow: /api/\nAllow: /api/v1/bodies/\nDisallow: /admin/\n\nSitemap: {}\n",
        places(&door).at("/sitemap.xml")
    );
    kept(text, "text/plain; charset=utf-8", &headers, ASK_AGAIN)
}

const XML: &str = "application/xml; charset=utf-8";

fn places(door: &Door) -> Places {
    Places::of(&door.market().settings().origin)
}

fn xml(page: &impl Template, media_type: &'static str, headers: &HeaderMap) -> Result<Response, Refused> {
    let fault = |_| {
        let sentence = "the market met a fault of its own while writing the feed";
        Refused::new(ProblemKind::Fault, sentence, "ask again later; nothing of yours was changed")
    };
    Ok(kept(page.render().map_err(fault)?, media_type, headers, ASK_AGAIN))
}
