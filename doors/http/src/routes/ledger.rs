//! `/ledger`: bundles come in from anybody, closed epochs go out to everybody.

use crate::callers::{Anonymous, Asked, At, MaySendBundle};
use crate::door::Door;
use crate::refusals::{Refused, told};
use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use serde::Deserialize;
use tacit_settlement::{MAX_BUNDLE_BYTES, PoolId};
use tacit_values::Epoch;
use tacit_wire::Problem;
use tacit_wire::bodies::forms::SignedGenesisForm;
use tacit_wire::bodies::ledger::{BYTES, BundleView, CrossBody, encode_epoch};

/// A closed epoch never changes.
const FOR_EVER: &str = "public, max-age=31536000, immutable";
/// Two bundles in base64.
const CROSSING: usize = 4 * MAX_BUNDLE_BYTES;

#[derive(Debug, Deserialize)]
pub(crate) struct OfPool {
    pool: Option<PoolId>,
}

/// Send a bundle. Anybody may; the same bytes again are answered as the first time.
#[utoipa::path(post, path = "/ledger/bundles", tag = "ledger",
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 200, description = "durable", body = BundleView), (status = 409, description = "a note was already spent, or it came too late", body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json"), (status = 429, description = "too many bundles from this network address, whose limit is tighter here", body = Problem, content_type = "application/problem+json"), (status = 503, description = "not known; send the same bytes again", body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn submit(
    State(door): State<Door>,
    _: MaySendBundle,
    bundle: Anonymous<MAX_BUNDLE_BYTES>,
) -> Result<Json<BundleView>, Refused> {
    let taken = door.market().submit_bundle(&bundle.body).await.map_err(told)?;
    Ok(Json(BundleView {
        pool: taken.pool,
        epoch: taken.epoch,
        position: taken.position,
        bundle: taken.bundle,
    }))
}

/// Let value cross from a rotated pool into its successor: a bundle that leaves and one that enters, together.
#[utoipa::path(post, path = "/ledger/crossings", tag = "ledger", request_body = CrossBody,
    responses((status = 200, description = "the bundle that entered", body = BundleView), (status = 429, description = "too many bundles from this network address, whose limit is tighter here", body = Problem, content_type = "application/problem+json"), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn cross(
    State(door): State<Door>,
    _: MaySendBundle,
    asked: Anonymous<CROSSING>,
) -> Result<Json<BundleView>, Refused> {
    let crossing: CrossBody = asked.json()?;
    let (_, taken) = door.market().cross(&crossing.burn, &crossing.mint).await.map_err(told)?;
    Ok(Json(BundleView {
        pool: taken.pool,
        epoch: taken.epoch,
        position: taken.position,
        bundle: taken.bundle,
    }))
}

/// The signed document of all pools: what every replay begins with.
#[utoipa::path(get, path = "/ledger/genesis", tag = "ledger", responses((status = 200, body = SignedGenesisForm)))]
pub(crate) async fn genesis(State(door): State<Door>) -> impl IntoResponse {
    Json(door.market().genesis().as_ref().clone())
}

/// One closed epoch of a pool: its leaf, and its file when something happened.
#[utoipa::path(get, path = "/ledger/epochs/{epoch}", tag = "ledger",
    params(("epoch" = u64, Path), ("pool" = Option<String>, Query, description = "64 hex digits; the current pool without it")),
    responses((status = 200, body = Vec<u8>, content_type = "application/octet-stream"), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn epoch(
    State(door): State<Door>,
    At(epoch): At<Epoch>,
    Asked(of): Asked<OfPool>,
) -> Result<impl IntoResponse, Refused> {
    let closed = door.market().epoch(of.pool, epoch).await.map_err(told)?;
    let bytes = encode_epoch(&closed.leaf.canonical_bytes(), closed.file.as_deref());
    Ok(([(CONTENT_TYPE, BYTES), (CACHE_CONTROL, FOR_EVER)], bytes))
}

/// 256 closed epochs of a pool, once all of them are closed.
#[utoipa::path(get, path = "/ledger/segments/{n}", tag = "ledger",
    params(("n" = u64, Path), ("pool" = Option<String>, Query, description = "64 hex digits; the current pool without it")),
    responses((status = 200, body = Vec<u8>, content_type = "application/octet-stream"), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn segment(
    State(door): State<Door>,
    At(n): At<u64>,
    Asked(of): Asked<OfPool>,
) -> Result<impl IntoResponse, Refused> {
    let segment = door.market().segment(of.pool, n).await.map_err(told)?;
    Ok(([(CONTENT_TYPE, BYTES), (CACHE_CONTROL, FOR_EVER)], segment))
}
