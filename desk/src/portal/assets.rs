//! The built pages: found by their exact names, never on a disk that a request could wander about in.
//!
//! The program embeds `portal/dist` and hands it in. Paths without a dot that are no file are addresses inside the pages and
//! get `index.html`; names below `assets/` carry their digest and may be kept for ever.

use super::refusals::Refused;
use axum::body::Body;
use axum::http::{HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use std::borrow::Cow;
use std::sync::Arc;

/// The built pages.
pub trait Pages: Send + Sync {
    /// A file of the build by its name, for example `assets/index-1a2b.js`; `None` for every other name.
    fn file(&self, name: &str) -> Option<Cow<'static, [u8]>>;

    /// Whether there are any.
    fn built(&self) -> bool {
        self.file("index.html").is_some()
    }
}

/// What is shown when the pages were not built.
const NOT_BUILT: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Tacit desk</title>\
    <h1>The pages of this desk were not built</h1>\
    <p>The desk itself works: it answers orders, and every command of <code>tacit</code> does what the pages do.</p>\
    <p>To build the pages, install Node.js 20.19 or newer, run <code>cargo xtask pages</code> in the source folder, and build \
    <code>tacit</code> again.</p></html>";

/// Answers a request for a page or a part of one.
pub(crate) fn answer(pages: &Arc<dyn Pages>, method: &Method, uri: &Uri) -> Response {
    if !matches!(*method, Method::GET | Method::HEAD) {
        return (StatusCode::METHOD_NOT_ALLOWED, [(header::ALLOW, "GET, HEAD")]).into_response();
    }
    let Some(name) = name_of(uri.path()) else { return nothing() };
    if let Some(bytes) = pages.file(name).filter(|_| !name.is_empty()) {
        return file(name, bytes);
    }
    // Addresses inside the pages have no dot; a file that is not there is not there.
    if name.contains('.') || name.starts_with("assets/") {
        return nothing();
    }
    match pages.file("index.html") {
        Some(bytes) => file("index.html", bytes),
        None => {
            let kind = HeaderValue::from_static("text/html; charset=utf-8");
            (StatusCode::OK, [(header::CONTENT_TYPE, kind)], NOT_BUILT).into_response()
        }
    }
}

/// The name that a path asks for; `None` for paths that no build has: dot segments in any writing, NUL, backslashes.
fn name_of(path: &str) -> Option<&str> {
    let name = path.strip_prefix('/')?;
    let plain =
        |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '/' | '.' | '-' | '_' | '~');
    let honest = |part: &str| !matches!(part, "." | "..");
    let well_formed = name.len() <= 1024 && name.chars().all(plain) && name.split('/').all(honest);
    (well_formed && !name.starts_with('/') && !name.contains("//")).then_some(name)
}

fn file(name: &str, bytes: Cow<'static, [u8]>) -> Response {
    let kind = match name.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "json" => "application/json",
        "webmanifest" => "application/manifest+json",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    };
    let keep = if name.starts_with("assets/") { "public, max-age=31536000, immutable" } else { "no-cache" };
    let body = Body::from(bytes.into_owned());
    ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, keep)], body).into_response()
}

fn nothing() -> Response {
    Refused::new(StatusCode::NOT_FOUND, "not-found", "There is no such page.", "Go to the start of the desk.")
        .into_response()
}

#[cfg(test)]
mod tests {
    use super::name_of;

    #[test]
    fn no_path_leads_out_of_the_build() {
        for path in [
            "/../keyring.age",
            "/assets/../../keyring.age",
            "/%2e%2e/keyring.age",
            "/..%2fkeyring.age",
            "//etc/passwd",
            "/assets//x",
            "/a\\b",
            "/a%00b",
            "/./index.html",
            "/..",
            "x",
        ] {
            assert_eq!(name_of(path), None, "{path}");
        }
        assert_eq!(name_of("/"), Some(""));
        assert_eq!(name_of("/orders/ord_1-2_x"), Some("orders/ord_1-2_x"));
        assert_eq!(name_of("/assets/index-1a2b.js"), Some("assets/index-1a2b.js"));
    }
}
