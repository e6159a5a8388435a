//! `/catalogue` and `/listings`: whole days for mirrors, versions from sellers, and the search of the public pages.

use crate::callers::{Asked, At, Signed};
use crate::door::Door;
use crate::refusals::{Refused, told};
use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use tacit_catalogue::{LISTING_BYTES_MOST, SignedListing};
use tacit_flows::CatalogueDay;
use tacit_values::ListingId;
use tacit_wire::Problem;
use tacit_wire::bodies::forms::{CatalogueDayForm, SignedListingForm};
use tacit_wire::bodies::listings::{ListingTakenView, SearchView, read_search};

const JSON: &str = "application/json";

#[derive(Debug, Deserialize)]
pub(crate) struct OfVersion {
    version: Option<u32>,
}

/// The catalogue changes of a day, whole; today's as of the last closed epoch. The same bytes for everybody.
#[utoipa::path(get, path = "/catalogue/days/{day}", tag = "catalogue",
    params(("day" = String, Path, description = "for example 2026-11-20"), ("If-None-Match" = Option<String>, Header)),
    responses((status = 200, body = CatalogueDayForm), (status = 304, description = "nothing changed"), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn day(
    State(door): State<Door>,
    At(day): At<String>,
    headers: HeaderMap,
) -> Result<Response, Refused> {
    let day: CatalogueDay = day.parse().map_err(|bad| Refused::malformed(format!("{bad}")))?;
    let page = door.market().catalogue_day(day).await.map_err(told)?;
    let keep = if page.whole { "public, max-age=86400" } else { "no-cache" };
    if headers.get(IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == page.etag.as_bytes()) {
        return Ok((StatusCode::NOT_MODIFIED, [(ETAG, page.etag)]).into_response());
    }
    let names = [(CONTENT_TYPE, JSON), (CACHE_CONTROL, keep), (ETAG, page.etag.as_str())];
    Ok((names, page.bytes).into_response())
}

/// Search live listings. The market learns what is searched; a mirror searched at home tells nobody.
#[utoipa::path(get, path = "/listings", tag = "catalogue",
    params(("q" = Option<String>, Query), ("category" = Option<String>, Query), ("tag" = Option<Vec<String>>, Query, description = "may come several times"),
        ("price_from" = Option<String>, Query, description = "decimal, for example 20.50"), ("price_to" = Option<String>, Query), ("kind" = Option<String>, Query),
        ("media_type" = Option<String>, Query), ("column" = Option<Vec<String>>, Query, description = "may come several times"),
        ("seller" = Option<String>, Query, description = "a persona, did:key:..."),
        ("sort" = Option<String>, Query, description = "relevance, newest, price, price-down or title"), ("page" = Option<u64>, Query), ("per_page" = Option<u64>, Query)),
    responses((status = 200, body = SearchView), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn search(
    State(door): State<Door>,
    Asked(pairs): Asked<Vec<(String, String)>>,
) -> Result<Json<SearchView>, Refused> {
    let query = read_search(&pairs, door.market().settings().currency);
    let query = query.map_err(|bad| Refused::malformed(format!("{bad}")))?;
    let page = door.market().search(&query).await.map_err(told)?;
    Ok(Json(SearchView {
        listings: page.listings,
        total: page.total as u64,
        page: page.page as u64,
        pages: page.pages as u64,
        facets: page.facets,
    }))
}

/// A listing as its seller signed it: the newest version, or the asked one.
#[utoipa::path(get, path = "/listings/{id}", tag = "catalogue",
    params(("id" = String, Path, description = "lst_..."), ("version" = Option<u32>, Query)),
    responses((status = 200, body = SignedListingForm), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn get(
    State(door): State<Door>,
    At(id): At<ListingId>,
    Asked(of): Asked<OfVersion>,
) -> Result<Json<SignedListing>, Refused> {
    let listing = match of.version {
        Some(version) => door.market().listing_version(id, version).await,
        None => door.market().listing(id).await,
    };
    Ok(Json(listing.map_err(told)?))
}

/// Publish a version of a listing: its manifest logged, its sample opened, its body uploaded. The same again changes
/// nothing.
#[utoipa::path(put, path = "/listings/{id}", tag = "catalogue", request_body = SignedListingForm,
    params(("id" = String, Path, description = "lst_...")),
    responses((status = 200, body = ListingTakenView), (status = "4XX", body = Problem, content_type = "application/problem+json")),
    security(("persona" = [])))]
pub(crate) async fn put(
    State(door): State<Door>,
    At(id): At<ListingId>,
    signed: Signed<LISTING_BYTES_MOST>,
) -> Result<Json<ListingTakenView>, Refused> {
    let listing: SignedListing = signed.json()?;
    if listing.listing.id != id {
        return Err(Refused::malformed("the address names another listing than the body"));
    }
    let taken = door.market().put_listing(signed.persona, listing).await.map_err(told)?;
    Ok(Json(ListingTakenView {
        id: taken.id,
        version: taken.version,
        digest: taken.digest,
        salt: taken.salt,
    }))
}
