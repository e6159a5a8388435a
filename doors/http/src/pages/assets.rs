//! The style sheet and the icon: embedded, named by their content, kept for ever.

use crate::refusals::{Refused, nothing_there};
use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use std::sync::LazyLock;
use tacit_values::Digest;

pub(super) const STYLE: &str = include_str!("../../templates/style.css");
const ICON: &str = include_str!("../../templates/icon.svg");
const FOR_EVER: &str = "public, max-age=31536000, immutable";
const FOR_A_DAY: &str = "public, max-age=86400";

static STYLE_NAME: LazyLock<String> =
    LazyLock::new(|| format!("{}.css", &Digest::of(STYLE.as_bytes()).to_string()[..16]));
static STYLE_ADDRESS: LazyLock<String> = LazyLock::new(|| format!("/assets/{}", *STYLE_NAME));

/// Where the style sheet stands; another content has another address.
pub(super) fn style_address() -> &'static str {
    &STYLE_ADDRESS
}

pub(super) async fn asset(Path(name): Path<String>) -> Result<Response, Refused> {
    if name != *STYLE_NAME {
        return Err(nothing_there().await);
    }
    Ok(([(CONTENT_TYPE, "text/css; charset=utf-8"), (CACHE_CONTROL, FOR_EVER)], STYLE).into_response())
}

pub(super) async fn icon() -> Response {
    ([(CONTENT_TYPE, "image/svg+xml"), (CACHE_CONTROL, FOR_A_DAY)], ICON).into_response()
}
