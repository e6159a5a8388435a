//! What every request passes on its way in and out: the rate of its address, patience, headers, and the access log.
//!
//! The access log names verb, route, status and length of time. It never holds an address, a persona, an id or a query
//! (traffic.md rule 7): routes stand there with their placeholders.

use crate::door::Door;
use crate::refusals::Refused;
use crate::tally::{Full, Place};
use axum::extract::{ConnectInfo, MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY,
    X_CONTENT_TYPE_OPTIONS,
};
use http::{Extensions, HeaderMap, HeaderName, HeaderValue};
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tacit_wire::{Problem, ProblemKind};

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");

/// Counts the request against its network address.
pub(crate) async fn rate(State(door): State<Door>, request: Request, next: Next) -> Response {
    let admitted = match caller(&door, request.extensions(), request.headers()) {
        Some(address) => door.rates().admit_address(address),
        None => Ok(()),
    };
    match admitted {
        Ok(()) => next.run(request).await,
        Err(problem) => Refused::from(problem).into_response(),
    }
}

/// A request's place among those that are served. A handler that only waits for something to happen gives it back.
#[derive(Clone)]
pub(crate) struct InService(Arc<Mutex<Option<Place>>>);

impl InService {
    pub(crate) fn only_waits(&self) {
        drop(self.0.lock().unwrap_or_else(PoisonError::into_inner).take());
    }
}

/// How long those wait who came on top of what is served or open at once.
const UNTIL_ROOM: Duration = Duration::from_secs(2);

/// Serves a bounded number of requests at once; the others are asked to come back.
pub(crate) async fn shed(State(door): State<Door>, mut request: Request, next: Next) -> Response {
    let place = door.requests().enter(caller(&door, request.extensions(), request.headers()));
    match place {
        Ok(place) => {
            let in_service = InService(Arc::new(Mutex::new(Some(place))));
            request.extensions_mut().insert(in_service.clone());
            let response = next.run(request).await;
            in_service.only_waits();
            response
        }
        Err(full) => Refused::from(no_room(full, "requests")).into_response(),
    }
}

/// What is said to whoever comes on top.
pub(crate) fn no_room(full: Full, of_what: &str) -> Problem {
    let problem = match full {
        Full::House => Problem::new(
            ProblemKind::Busy,
            format!("the market has as many {of_what} as it can serve at once"),
        ),
        Full::Share => {
            let detail = format!("too many {of_what} from your network address are under way at once");
            Problem::new(ProblemKind::TooMany, detail)
        }
    };
    problem.retry_after(UNTIL_ROOM).remedy("wait as long as stated, then send the request again")
}

/// The caller's address: that of the connection, or what our own proxy wrote last.
pub(crate) fn caller(door: &Door, extensions: &Extensions, headers: &HeaderMap) -> Option<IpAddr> {
    let peer = peer(extensions)?;
    if !door.settings().behind_proxy {
        return Some(peer);
    }
    let forwarded = headers.get_all(FORWARDED_FOR).iter().next_back();
    let last = forwarded.and_then(|value| value.to_str().ok()?.rsplit(',').next()?.trim().parse().ok());
    Some(last.unwrap_or(peer))
}

/// The other end of the connection; `None` only where the router is used without a socket.
pub(crate) fn peer(extensions: &Extensions) -> Option<IpAddr> {
    extensions.get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| peer.ip().to_canonical())
}

/// Whether somebody passed the request on: then it does not come from this machine, whatever the connection says.
pub(crate) fn was_forwarded(headers: &HeaderMap) -> bool {
    headers.contains_key(FORWARDED_FOR) || headers.contains_key("forwarded") || headers.contains_key("via")
}

/// Ends a request that takes longer than `patience`.
pub(crate) async fn within(patience: Duration, request: Request, next: Next) -> Response {
    match tokio::time::timeout(patience, next.run(request)).await {
        Ok(response) => response,
        Err(_) => {
            let detail = "the request took longer than the market waits";
            let problem = Problem::new(ProblemKind::TookTooLong, detail)
                .remedy("send it again; every request to this market can be repeated safely");
            Refused::from(problem).into_response()
        }
    }
}

/// Headers that keep browsers and caches from doing more than they should.
pub(crate) async fn headers(State(door): State<Door>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    let nothing = "default-src 'none'; frame-ancestors 'none'";
    // Pages bring a policy of their own.
    headers.entry(CONTENT_SECURITY_POLICY).or_insert(HeaderValue::from_static(nothing));
    if door.market().settings().origin.as_str().starts_with("https:") {
        headers.insert(STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
    }
    headers.entry(CACHE_CONTROL).or_insert(NO_STORE);
    response
}

/// One line for each request, without anybody in it.
pub(crate) async fn log(request: Request, next: Next) -> Response {
    let verb = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().map(|route| route.as_str().to_owned());
    let started = tokio::time::Instant::now();
    let response = next.run(request).await;
    tracing::info!(
        target: "tacit::access",
        %verb,
        route = route.as_deref().unwrap_or("unknown"),
        status = response.status().as_u16(),
        millis = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
        "answered"
    );
    response
}
