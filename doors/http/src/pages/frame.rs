//! What stands around every page, and how a page becomes an answer: its policy for browsers, its tag for caches.

use super::{assets, words as w};
use crate::door::Door;
use crate::refusals::Refused;
use askama::Template;
use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use http::{HeaderMap, HeaderValue, StatusCode};
use tacit_catalogue::metadata::Places;
use tacit_values::Digest;
use tacit_wire::ProblemKind;

/// What a browser may do with a page: show it, with our style sheet and icon, and send our forms to us. No scripts: a block
/// of `application/ld+json` is data and is never run.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; \
     frame-ancestors 'none'",
);

/// Shown again only after asking whether it changed: then 304 and no bytes.
pub(super) const ASK_AGAIN: &str = "public, no-cache";
/// The same, and nobody between may keep it: the address says what somebody looks for.
pub(super) const KEEP_PRIVATE: &str = "private, no-cache";

pub(super) const HTML: &str = "text/html; charset=utf-8";

/// The frame of one page.
pub(super) struct Frame {
    pub(super) title: String,
    pub(super) description: String,
    /// The one address under which search engines should know the page.
    pub(super) canonical: String,
    /// Whether search engines should list it.
    pub(super) indexed: bool,
    /// Which entry of the navigation it belongs to.
    pub(super) here: &'static str,
    /// What stands in the search box.
    pub(super) q: String,
    /// JSON-LD that may stand in a page (`metadata::inside_html`).
    pub(super) data: Option<String>,
    pub(super) style: &'static str,
    /// The path of the picture that stands beside a link to the page.
    pub(super) picture: &'static str,
    pub(super) demo: bool,
    pub(super) software: &'static str,
    /// The date of the page, for its foot.
    pub(super) origin: String,
}

impl Frame {
    /// A page at this path, as its title and description say.
    pub(super) fn of(door: &Door, path: &str, title: &str, description: &str) -> Self {
        let settings = door.market().settings();
        let places = Places::of(&settings.origin);
        let title = if path == "/" { w::SITE.to_owned() } else { format!("{title} · {}", w::NAME) };
        Self {
            title,
            description: description.to_owned(),
            canonical: places.at(path),
            indexed: true,
            here: "",
            q: String::new(),
            data: None,
            style: assets::style_address(),
            picture: assets::picture_address(),
            demo: settings.demo,
            software: env!("CARGO_PKG_VERSION"),
            origin: places.origin().to_owned(),
        }
    }

    /// The same under an entry of the navigation.
    pub(super) fn under(mut self, here: &'static str) -> Self {
        self.here = here;
        self
    }

    /// The same, not for search engines.
    pub(super) fn unlisted(mut self) -> Self {
        self.indexed = false;
        self
    }

    fn is_here(&self, entry: &str) -> bool {
        self.here == entry
    }

    /// The entries of the navigation: address, words, whether the page belongs to it.
    pub(super) fn entries(&self) -> Vec<(&'static str, &'static str, bool)> {
        w::NAVIGATION.iter().map(|(address, words)| (*address, *words, self.is_here(address))).collect()
    }
}

/// Answers with a page, or with nothing when the caller has it.
pub(super) fn show(
    page: &impl Template,
    headers: &HeaderMap,
    keep: &'static str,
) -> Result<Response, Refused> {
    let text = page.render().map_err(|_| {
        let sentence = "the market met a fault of its own while writing the page";
        Refused::new(ProblemKind::Fault, sentence, "ask again later; nothing of yours was changed")
    })?;
    let mut answer = kept(text, HTML, headers, keep);
    answer.headers_mut().insert(CONTENT_SECURITY_POLICY, POLICY);
    Ok(answer)
}

/// Answers with a text under a tag of its content.
pub(super) fn kept(
    text: String,
    media_type: &'static str,
    headers: &HeaderMap,
    keep: &'static str,
) -> Response {
    let tag = format!("\"{}\"", &Digest::of(text.as_bytes()).to_string()[..32]);
    let names = [(ETAG, tag.as_str()), (CACHE_CONTROL, keep)];
    if knows(headers, &tag) {
        return (StatusCode::NOT_MODIFIED, names).into_response();
    }
    ([(CONTENT_TYPE, media_type)], names, text).into_response()
}

/// A page that no cache keeps, for refusals.
pub(super) fn show_refusal(page: &impl Template, status: StatusCode) -> Option<Response> {
    let text = page.render().ok()?;
    let mut answer = (status, [(CONTENT_TYPE, HTML), (CACHE_CONTROL, "no-store")], text).into_response();
    answer.headers_mut().insert(CONTENT_SECURITY_POLICY, POLICY);
    Some(answer)
}

fn knows(headers: &HeaderMap, tag: &str) -> bool {
    let known = headers.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    known.flat_map(|value| value.split(',')).any(|one| one.trim().trim_start_matches("W/") == tag)
}
