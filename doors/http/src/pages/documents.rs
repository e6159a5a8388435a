//! The catalogue in other people's formats: Croissant and ODRL per listing, DCAT-AP for all of it.

use super::frame::{ASK_AGAIN, kept};
use crate::callers::{Asked, At};
use crate::door::Door;
use crate::refusals::{Refused, told};
use axum::extract::State;
use axum::response::Response;
use http::HeaderMap;
use serde::Deserialize;
use tacit_catalogue::metadata::{self, CatalogueFeed, Described, Places, SealedFile};
use tacit_flows::ListingSeen;
use tacit_values::ListingId;

const JSON_LD: &str = "application/ld+json";
/// How many listings stand on a page of the feed.
const PER_PAGE: u32 = 100;

/// A seen listing with what its documents need.
pub(super) fn described<'a>(seen: &'a ListingSeen, places: &'a Places) -> Described<'a> {
    let manifest = &seen.manifest;
    let sealed = SealedFile { name: &manifest.name, body: manifest.body, plaintext: manifest.plaintext };
    Described { listing: &seen.listing, published: seen.published, sealed: Some(sealed), places }
}

pub(super) async fn croissant(
    State(door): State<Door>,
    At(id): At<ListingId>,
    headers: HeaderMap,
) -> Result<Response, Refused> {
    let seen = super::listing::seen(&door, id, None).await?;
    let places = Places::of(&door.market().settings().origin);
    let document = metadata::croissant(&described(&seen, &places));
    Ok(kept(document.to_string(), metadata::CROISSANT_MEDIA_TYPE, &headers, ASK_AGAIN))
}

pub(super) async fn policy(
    State(door): State<Door>,
    At(id): At<ListingId>,
    headers: HeaderMap,
) -> Result<Response, Refused> {
    let seen = super::listing::seen(&door, id, None).await?;
    let places = Places::of(&door.market().settings().origin);
    let document = seen.listing.licence.odrl(&places.listing(id));
    Ok(kept(document.to_string(), JSON_LD, &headers, ASK_AGAIN))
}

#[derive(Debug, Deserialize)]
pub(super) struct After {
    after: Option<ListingId>,
}

pub(super) async fn catalogue(
    State(door): State<Door>,
    Asked(asked): Asked<After>,
    headers: HeaderMap,
) -> Result<Response, Refused> {
    let mut listings = door.market().listings_after(asked.after, PER_PAGE + 1).await.map_err(told)?;
    let more = listings.len() > PER_PAGE as usize;
    listings.truncate(PER_PAGE as usize);
    let page = |after: ListingId| format!("/catalogue.jsonld?after={after}");
    let this = asked.after.map_or_else(|| "/catalogue.jsonld".to_owned(), page);
    let next = listings.last().filter(|_| more).map(|last| page(last.id));
    let feed = CatalogueFeed {
        places: &Places::of(&door.market().settings().origin),
        listings: &listings,
        this: &this,
        next: next.as_deref(),
        total: door.market().listings_for_sale().await.map_err(told)?,
    };
    Ok(kept(metadata::catalogue(&feed).to_string(), JSON_LD, &headers, ASK_AGAIN))
}
