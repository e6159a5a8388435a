//! `/bodies`: sealed bodies and lists of blocks, public because they are ciphertext and digests, by their SHA-256.

use crate::callers::At;
use crate::door::Door;
use crate::ranges::{Wanted, wanted};
use crate::refusals::{Refused, told};
use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use futures::{StreamExt, TryStreamExt};
use http::header::{
    ACCEPT_RANGES, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, ETAG, IF_NONE_MATCH,
};
use http::{HeaderMap, StatusCode};
use tacit_values::Digest;
use tacit_wire::bodies::ledger::BYTES;
use tacit_wire::{Problem, ProblemKind};

/// The name is the content: it never changes.
const FOR_EVER: &str = "public, max-age=31536000, immutable";

/// A sealed body, whole or from a byte on. The answer streams; memory stays bounded at any size.
#[utoipa::path(get, path = "/bodies/{sha256}", tag = "bodies",
    params(("sha256" = String, Path, description = "64 hex digits"), ("Range" = Option<String>, Header, description = "one range of bytes")),
    responses((status = 200, body = Vec<u8>, content_type = "application/octet-stream"), (status = 206, body = Vec<u8>, content_type = "application/octet-stream"),
        (status = 304), (status = 404, body = Problem, content_type = "application/problem+json"), (status = 416, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn get(
    State(door): State<Door>,
    At(body): At<Digest>,
    headers: HeaderMap,
) -> Result<Response, Refused> {
    let size = door.market().body_size(body).await.map_err(told)?;
    let Some(size) = size else {
        let remedy = "compare the digest with the manifest's; a body that no manifest names is forgotten";
        return Err(Refused::new(ProblemKind::NotFound, "there is no such body", remedy));
    };
    let tag = format!("\"{body}\"");
    if headers.get(IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == tag.as_bytes()) {
        return Ok((StatusCode::NOT_MODIFIED, [(ETAG, tag)]).into_response());
    }
    let (status, range) = match wanted(&headers, &tag, size) {
        Wanted::Whole => (StatusCode::OK, 0..size),
        Wanted::Part(range) => (StatusCode::PARTIAL_CONTENT, range),
        Wanted::Outside => {
            let detail = format!("the body has {size} bytes");
            let refused = Refused::new(ProblemKind::WrongRange, detail, "ask for a range inside it");
            return Ok(([(CONTENT_RANGE, format!("bytes */{size}"))], refused).into_response());
        }
    };
    let length = range.end - range.start;
    let place = format!("bytes {}-{}/{size}", range.start, range.end.saturating_sub(1));
    let mut stream = door.market().body(body, range).await.map_err(told)?;
    // The vault compares what it reads as a whole: a short body that is damaged is found out before anything is sent, a long
    // one breaks off before its end.
    let first = match stream.next().await {
        Some(Err(fault)) => return Err(damaged(&body, &fault)),
        first => first,
    };
    let rest = stream.inspect_err(move |fault| drop(damaged(&body, fault)));
    let stream = futures::stream::iter(first).chain(rest);
    let names = [
        (CONTENT_TYPE, BYTES.to_owned()),
        (CONTENT_LENGTH, length.to_string()),
        (ACCEPT_RANGES, "bytes".to_owned()),
        (CACHE_CONTROL, FOR_EVER.to_owned()),
        (ETAG, tag),
    ];
    let mut response = (status, names, Body::from_stream(stream)).into_response();
    if status == StatusCode::PARTIAL_CONTENT {
        let place = place.parse().expect("numbers are a header value");
        response.headers_mut().insert(CONTENT_RANGE, place);
    }
    Ok(response)
}

/// The operator hears which body it is; bodies are public by name.
fn damaged(body: &Digest, fault: &dyn std::error::Error) -> Refused {
    tracing::error!(%body, %fault, "the vault's copy of a body cannot be given out");
    let detail = "the market's own copy of this body is damaged or cannot be read";
    Problem::named("damaged-body", ProblemKind::Fault, detail)
        .remedy("nothing of yours is lost: tell the market's operator, and ask again when the body was brought back")
        .into()
}
