//! `/log`: the transparency log as static files (C2SP tlog-tiles).

use crate::callers::At;
use crate::door::Door;
use crate::refusals::{Refused, told};
use axum::extract::State;
use axum::response::IntoResponse;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use tacit_evidence::log::TilePath;
use tacit_wire::Problem;
use tacit_wire::bodies::ledger::BYTES;

/// A full tile never changes again.
const FOR_EVER: &str = "public, max-age=31536000, immutable";

/// The newest signed checkpoint, as a signed note.
#[utoipa::path(get, path = "/log/checkpoint", tag = "log",
    responses((status = 200, body = String, content_type = "text/plain"), (status = 404, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn checkpoint(State(door): State<Door>) -> Result<impl IntoResponse, Refused> {
    let checkpoint = door.market().checkpoint().await.map_err(told)?;
    Ok((
        [(CONTENT_TYPE, "text/plain; charset=utf-8"), (CACHE_CONTROL, "no-cache")],
        checkpoint.note().to_owned(),
    ))
}

/// A tile: up to 256 hashes of one level, or up to 256 leaves.
#[utoipa::path(get, path = "/log/tile/{*path}", tag = "log",
    params(("path" = String, Path, description = "<level>/<number>[.p/<width>] or entries/<number>[.p/<width>]")),
    responses((status = 200, body = Vec<u8>, content_type = "application/octet-stream"), (status = 404, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn tile(
    State(door): State<Door>,
    At(path): At<String>,
) -> Result<impl IntoResponse, Refused> {
    let path: TilePath =
        format!("tile/{path}").parse().map_err(|bad| Refused::malformed(format!("{bad}")))?;
    let tile = door.market().tile(path).await.map_err(told)?;
    let keep = if path.is_full() { FOR_EVER } else { "no-cache" };
    Ok(([(CONTENT_TYPE, BYTES), (CACHE_CONTROL, keep)], tile))
}
