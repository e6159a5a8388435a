//! The market's HTTP door: the API under `/api/v1`, its description at `/openapi.json`, the public catalogue's pages beside
//! them, and the operator's acts under `/admin` on loopback.
//!
//! The door reads requests, checks signatures, sizes and rates, calls one method of [`tacit_flows::Market`], and shows the
//! answer. It decides nothing about a sale, keeps no address beside a persona, and knows neither tables nor objects. The
//! contract is `docs/spec/wire.md`; what the connections give away is `docs/spec/traffic.md`.

mod callers;
mod door;
mod guards;
mod guests;
mod openapi;
mod pace;
mod pages;
mod ranges;
mod rates;
mod refusals;
mod routes;
mod serve;
mod tally;

#[cfg(test)]
mod tests;

pub use door::{AdminToken, Door, DoorSettings};
pub use pace::Pace;
pub use rates::Rate;
pub use serve::serve;
pub use tally::Most;

use axum::routing::{get, post};
use axum::{Json, Router, middleware};
use routes::{about, admin, bodies, catalogue, ledger, log, mail, manifests, orders, uploads};
use std::time::Duration;
use tacit_wire::bodies::BASE;
use tower_http::catch_panic::CatchPanicLayer;
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// For transfers, for hashing a large body, for proving a mint.
const PATIENT: Duration = Duration::from_secs(15 * 60);

/// Every route with every guard. Give it the address of the caller (`into_make_service_with_connect_info`), as
/// [`serve`] does: without it the rate per address and the loopback rule of `/admin` have nothing to look at.
pub fn router(door: Door) -> Router {
    let (api, description) = OpenApiRouter::with_openapi(openapi::Description::openapi())
        .merge(ordinary(door.settings().patience))
        .merge(patient())
        .split_for_parts();
    let description = Json(openapi::finished(description));
    Router::new()
        .nest(BASE, api)
        .merge(catalogue_pages(&door))
        .route("/openapi.json", get(move || async move { description }))
        .layer(middleware::from_fn_with_state(door.clone(), guards::shed))
        // The operator gets through to a market that is full.
        .nest("/admin", operator(&door))
        .fallback(refusals::nothing_there)
        .method_not_allowed_fallback(refusals::wrong_verb)
        .layer(CatchPanicLayer::custom(refusals::fault))
        .layer(middleware::from_fn_with_state(door.clone(), guards::rate))
        .layer(middleware::from_fn_with_state(door.clone(), pages::for_browsers))
        .layer(middleware::from_fn_with_state(door.clone(), guards::headers))
        .layer(middleware::from_fn(guards::log))
        .with_state(door)
}

fn ordinary(patience: Duration) -> OpenApiRouter<Door> {
    OpenApiRouter::new()
        .routes(routes!(about::market))
        .routes(routes!(catalogue::day))
        .routes(routes!(catalogue::search))
        .routes(routes!(catalogue::get, catalogue::put))
        .routes(routes!(manifests::get, manifests::put))
        .routes(routes!(uploads::open))
        .routes(routes!(uploads::status))
        .routes(routes!(orders::get, orders::put))
        .routes(routes!(mail::post, mail::mailbox, mail::acknowledge))
        .routes(routes!(mail::keep_self))
        .routes(routes!(mail::bucket_tick))
        .routes(routes!(mail::bucket_hour))
        .routes(routes!(mail::bucket_self))
        .routes(routes!(ledger::submit))
        .routes(routes!(ledger::cross))
        .routes(routes!(ledger::genesis))
        .routes(routes!(ledger::epoch))
        .routes(routes!(ledger::segment))
        .routes(routes!(log::checkpoint))
        .routes(routes!(log::tile))
        .layer(middleware::from_fn(move |request, next| guards::within(patience, request, next)))
}

fn patient() -> OpenApiRouter<Door> {
    OpenApiRouter::new()
        .routes(routes!(uploads::put_part))
        .routes(routes!(uploads::complete))
        .routes(routes!(bodies::get))
        .routes(routes!(manifests::sample, manifests::put_sample))
        .layer(middleware::from_fn(|request, next| guards::within(PATIENT, request, next)))
}

fn catalogue_pages(door: &Door) -> Router<Door> {
    let patience = door.settings().patience;
    pages::routes().layer(middleware::from_fn(move |request, next| guards::within(patience, request, next)))
}

/// The operator's acts are no part of the public description.
fn operator(door: &Door) -> Router<Door> {
    Router::new()
        .route("/mint", post(admin::mint))
        .route("/rotate-pool", post(admin::rotate))
        .route("/privacy", get(admin::privacy))
        .layer(middleware::from_fn_with_state(door.clone(), admin::guard))
        .layer(middleware::from_fn(|request, next| guards::within(PATIENT, request, next)))
}
