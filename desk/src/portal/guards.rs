//! What every request passes before anything is done: whose address it names, which page it comes from, whose session.
//!
//! The desk answers on the loopback interface only, but every program and every page in a browser of this machine can send
//! to it. Therefore: `Host` must be this desk's own (DNS rebinding), `Origin` and `Sec-Fetch-Site` must be those of its own
//! pages (a hostile page in another tab), everything but GET carries a token that only the page knows, and nothing is
//! answered without a session but its opening. Every answer forbids scripts and frames from elsewhere.

use super::BASE;
use super::house::Portal;
use super::refusals::Refused;
use super::sessions::{SessionKey, Standing};
use crate::keyring::file;
use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

/// The header that everything but GET carries.
pub(crate) const CSRF: HeaderName = HeaderName::from_static("x-tacit-csrf");
const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; \
    connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

/// The portal at its port.
#[derive(Clone)]
pub(crate) struct Served {
    pub(crate) portal: Portal,
    pub(crate) port: u16,
}

impl Served {
    /// The name of the session's cookie: two desks of one machine keep theirs apart.
    pub(crate) fn cookie_name(&self) -> String {
        format!("tacit_desk_{}", self.port)
    }

    fn is_ours(&self, host: &str) -> bool {
        ["localhost", "127.0.0.1", "[::1]"].iter().any(|name| {
            let named = host
                .get(..name.len())
                .filter(|start| start.eq_ignore_ascii_case(name))
                .and_then(|_| host[name.len()..].strip_prefix(':'));
            named == Some(self.port.to_string().as_str())
        })
    }
}

/// Headers of every answer, whatever it is.
pub(crate) async fn headers(request: Request, next: Next) -> Response {
    let of_api = request.uri().path().starts_with(BASE);
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    let mut set = |name: HeaderName, value: &'static str| {
        headers.insert(name, HeaderValue::from_static(value));
    };
    set(header::CONTENT_SECURITY_POLICY, POLICY);
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(header::REFERRER_POLICY, "no-referrer");
    set(header::X_FRAME_OPTIONS, "DENY");
    set(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    set(HeaderName::from_static("cross-origin-resource-policy"), "same-origin");
    set(
        HeaderName::from_static("permissions-policy"),
        "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    );
    if of_api || !response.headers().contains_key(header::CACHE_CONTROL) {
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    response
}

/// Only this desk's own address, and only its own pages.
pub(crate) async fn origin(State(served): State<Served>, request: Request, next: Next) -> Response {
    let headers = request.headers();
    let Some(host) = only(headers, &header::HOST).filter(|host| served.is_ours(host)) else {
        return Refused::new(
            StatusCode::MISDIRECTED_REQUEST,
            "wrong-host",
            "This desk does not answer to that address.",
            "Open the link that `tacit desk` printed.",
        )
        .into_response();
    };
    let own_page = match headers.get(header::ORIGIN) {
        None => true,
        Some(_) => only(headers, &header::ORIGIN).is_some_and(|origin| origin == format!("http://{host}")),
    };
    let own_site = match headers.get(&FETCH_SITE) {
        None => true,
        Some(_) => only(headers, &FETCH_SITE).is_some_and(|site| matches!(site, "same-origin" | "none")),
    };
    if !own_page || !own_site {
        return Refused::new(
            StatusCode::FORBIDDEN,
            "other-page",
            "Another page asked, not this desk's own.",
            "Type the address of the desk yourself, or open the link that `tacit desk` printed.",
        )
        .into_response();
    }
    next.run(request).await
}

/// A session for everything under `/api` but its opening; the token of the page for everything but GET; an unlocked page for
/// everything but unlocking.
pub(crate) async fn session(State(served): State<Served>, mut request: Request, next: Next) -> Response {
    // The router has taken the beginning off already.
    let path = request.uri().path().to_owned();
    let opening = request.method() == Method::POST && path == "/session";
    if opening {
        return next.run(request).await;
    }
    let Some(key) = cookie(request.headers(), &served.cookie_name()).map(|cookie| SessionKey::of(&cookie))
    else {
        return no_session().into_response();
    };
    match standing(&served.portal, &key) {
        None => return no_session().into_response(),
        Some(Standing::Locked) if !works_locked(request.method(), &path) => return locked().into_response(),
        Some(_) => {}
    }
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        let said = only(request.headers(), &CSRF).unwrap_or_default();
        if !served.portal.sessions().is_csrf(&key, said) {
            return Refused::new(
                StatusCode::FORBIDDEN,
                "no-csrf",
                "The request does not come from this desk's page.",
                "Load the page again.",
            )
            .into_response();
        }
        // What a person does is a sign of the person; what a page looks up by itself is none.
        if path != "/lock" {
            let now = served.portal.now();
            served.portal.sessions().seen(&key, now);
        }
    }
    request.extensions_mut().insert(key);
    next.run(request).await
}

/// How a session stands now. A desk without a passphrase has nothing to unlock with: there, silence ends the session.
pub(crate) fn standing(portal: &Portal, key: &SessionKey) -> Option<Standing> {
    let idle_lock = portal.settings().idle_lock();
    let now = portal.now();
    let standing = portal.sessions().standing(key, idle_lock, now)?;
    if standing == Standing::Locked && !matches!(file::needs_passphrase(portal.folder()), Ok(true)) {
        portal.sessions().end(key);
        if let Some(port) = portal.port().get() {
            let (link, _) = portal.new_link(*port);
            portal.say(&format!("a silent page was signed out; open {link} to come back"));
        }
        return None;
    }
    Some(standing)
}

fn works_locked(method: &Method, path: &str) -> bool {
    matches!(
        (method.as_str(), path),
        ("GET" | "DELETE", "/session") | ("POST", "/unlock" | "/lock") | ("GET", "/passkeys")
    )
}

/// The one value of a header; several are none.
fn only<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let first = values.next()?.to_str().ok()?;
    values.next().is_none().then_some(first)
}

fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value.to_owned())
}

fn no_session() -> Refused {
    Refused::new(
        StatusCode::UNAUTHORIZED,
        "no-session",
        "This browser has no session with the desk.",
        "Open the link that `tacit desk` printed; press Enter at that terminal for a new one.",
    )
}

/// The refusal of a locked page.
pub(crate) fn locked() -> Refused {
    Refused::new(
        StatusCode::LOCKED,
        "locked",
        "The desk is locked.",
        "Unlock it with its passphrase or a passkey.",
    )
}

impl<S: Send + Sync> FromRequestParts<S> for SessionKey {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Refused> {
        parts.extensions.get::<Self>().copied().ok_or_else(no_session)
    }
}
