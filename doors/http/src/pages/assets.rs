//! The style sheet, the picture and the icon: embedded, named by their content, kept for ever.

use crate::refusals::{Refused, nothing_there};
use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use std::sync::LazyLock;
use tacit_values::Digest;

pub(super) const STYLE: &str = include_str!("../../templates/style.css");
const ICON: &str = include_str!("../../templates/icon.svg");
/// 1200 by 630, the mark and what it stands for: for whoever is sent a link.
const PICTURE: &[u8] = include_bytes!("../../templates/picture.png");
const FOR_EVER: &str = "public, max-age=31536000, immutable";
const FOR_A_DAY: &str = "public, max-age=86400";

static STYLE_NAME: LazyLock<String> =
    LazyLock::new(|| format!("{}.css", &Digest::of(STYLE.as_bytes()).to_string()[..16]));
static STYLE_ADDRESS: LazyLock<String> = LazyLock::new(|| format!("/assets/{}", *STYLE_NAME));

static PICTURE_NAME: LazyLock<String> =
    LazyLock::new(|| format!("{}.png", &Digest::of(PICTURE).to_string()[..16]));
static PICTURE_ADDRESS: LazyLock<String> = LazyLock::new(|| format!("/assets/{}", *PICTURE_NAME));

/// Where the picture stands.
pub(super) fn picture_address() -> &'static str {
    &PICTURE_ADDRESS
}

/// Where the style sheet stands; another content has another address.
pub(super) fn style_address() -> &'static str {
    &STYLE_ADDRESS
}

pub(super) async fn asset(Path(name): Path<String>) -> Result<Response, Refused> {
    let kept = |media_type: &'static str| [(CONTENT_TYPE, media_type), (CACHE_CONTROL, FOR_EVER)];
    if name == *STYLE_NAME {
        return Ok((kept("text/css; charset=utf-8"), STYLE).into_response());
    }
    if name == *PICTURE_NAME {
        return Ok((kept("image/png"), PICTURE).into_response());
    }
    Err(nothing_there().await)
}

pub(super) async fn icon() -> Response {
    ([(CONTENT_TYPE, "image/svg+xml"), (CACHE_CONTROL, FOR_A_DAY)], ICON).into_response()
}
