//! One connection identity: its own pool of one, its own TLS tickets, its own proxy circuit. Asks and reads, bounded.

use super::{Failed, Surroundings, WayOut};
use crate::problem::{PROBLEM_JSON, Problem, ProblemKind};
use crate::signing::{self, Request};
use bytes::{Bytes, BytesMut};
use http::header::{CONTENT_TYPE, IF_NONE_MATCH, RANGE};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::sync::Arc;
use std::time::Duration;
use tacit_values::{Digest, Origin, PersonaKey};

const JSON: &str = "application/json";
/// A larger problem document is no problem document.
const LONGEST_PROBLEM: usize = 64 << 10;

/// Why no connection can be prepared.
#[derive(Debug, thiserror::Error)]
pub enum NotConnected {
    /// TLS or proxy could not be set up.
    #[error("the connection to the market could not be prepared; check the proxy's address")]
    Setup(#[source] reqwest::Error),
}

/// One connection identity towards one market.
#[derive(Debug, Clone)]
pub(crate) struct Connection {
    http: reqwest::Client,
    origin: Origin,
    surroundings: Arc<Surroundings>,
}

/// One request.
#[derive(Debug)]
pub(crate) struct Ask<'a> {
    method: Method,
    path_and_query: String,
    body: Option<Bytes>,
    headers: HeaderMap,
    signer: Option<&'a PersonaKey>,
    repeatable: bool,
    wait: Option<Duration>,
}

impl<'a> Ask<'a> {
    fn new(method: Method, path_and_query: String) -> Self {
        let repeatable = method != Method::POST;
        let headers = HeaderMap::new();
        Self { method, path_and_query, body: None, headers, signer: None, repeatable, wait: None }
    }

    pub(crate) fn get(path_and_query: String) -> Self {
        Self::new(Method::GET, path_and_query)
    }

    pub(crate) fn put(path_and_query: String) -> Self {
        Self::new(Method::PUT, path_and_query)
    }

    pub(crate) fn post(path_and_query: String) -> Self {
        Self::new(Method::POST, path_and_query)
    }

    pub(crate) fn delete(path_and_query: String) -> Self {
        Self::new(Method::DELETE, path_and_query)
    }

    pub(crate) fn signed(mut self, key: &'a PersonaKey) -> Self {
        self.signer = Some(key);
        self
    }

    pub(crate) fn bytes(mut self, body: Bytes, media_type: &'static str) -> Self {
        self.body = Some(body);
        self.headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
        self
    }

    pub(crate) fn json<T: Serialize>(self, body: &T) -> Self {
        let bytes = serde_json::to_vec(body).expect("our own bodies are JSON");
        self.bytes(bytes.into(), JSON)
    }

    /// For a POST that the market treats as one however often it comes.
    pub(crate) fn repeatable(mut self) -> Self {
        self.repeatable = true;
        self
    }

    pub(crate) fn unless_tag(mut self, tag: Option<&str>) -> Self {
        if let Some(value) = tag.and_then(|tag| HeaderValue::from_str(tag).ok()) {
            self.headers.insert(IF_NONE_MATCH, value);
        }
        self
    }

    pub(crate) fn starting_at(mut self, first: u64) -> Self {
        let value = HeaderValue::from_str(&format!("bytes={first}-")).expect("ASCII");
        self.headers.insert(RANGE, value);
        self
    }

    /// Waits longer than usual, for long-polling.
    pub(crate) fn waiting(mut self, extra: Duration) -> Self {
        self.wait = Some(extra);
        self
    }

    pub(crate) fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }
}

/// An answer that was read whole.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Answer {
    pub(crate) fn json<T: DeserializeOwned>(&self) -> Result<T, Failed> {
        serde_json::from_slice(&self.body).map_err(|error| Failed::garbled(error.to_string()))
    }
}

/// How long a connection is kept without a request: shorter than a market's patience with one (20 s), so that no request is
/// sent into a connection that is just being closed.
const IDLE: Duration = Duration::from_secs(10);

impl Connection {
    pub(crate) fn open(origin: &Origin, surroundings: &Arc<Surroundings>) -> Result<Self, NotConnected> {
        let patience = &surroundings.patience;
        let mut builder = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            .pool_max_idle_per_host(1)
            .pool_idle_timeout(IDLE)
            .connect_timeout(patience.connect)
            .read_timeout(patience.piece);
        if let WayOut::Proxy(proxy) = &surroundings.way {
            let isolated = proxy.isolated(surroundings.nonce());
            builder = builder.proxy(reqwest::Proxy::all(isolated).map_err(NotConnected::Setup)?);
        }
        let http = builder.build().map_err(NotConnected::Setup)?;
        Ok(Self { http, origin: origin.clone(), surroundings: Arc::clone(surroundings) })
    }

    /// Asks, tries again where that is harmless, and reads an answer of at most `most` bytes.
    pub(crate) async fn ask(&self, ask: &Ask<'_>, most: usize) -> Result<Answer, Failed> {
        let mut pauses = self.surroundings.patience.back_off.iter();
        loop {
            let failed = match self.ask_once(ask, most).await {
                Ok(answer) => return Ok(answer),
                Err(failed) => failed,
            };
            match pauses.next().and_then(|pause| self.pause_before_repeating(ask, &failed, *pause)) {
                Some(pause) => tokio::time::sleep(pause).await,
                None => return Err(failed),
            }
        }
    }

    async fn ask_once(&self, ask: &Ask<'_>, most: usize) -> Result<Answer, Failed> {
        let wait = self.surroundings.patience.answer + ask.wait.unwrap_or_default();
        let exchange = async {
            let response = self.send(ask).await?;
            let (status, headers) = (response.status(), response.headers().clone());
            Ok(Answer { status, headers, body: read_bounded(response, most).await? })
        };
        match tokio::time::timeout(wait, exchange).await {
            Ok(answer) => answer,
            Err(_) => Err(Failed::Unreachable { why: "it took too long".to_owned(), perhaps_received: true }),
        }
    }

    /// Sends once and gives back a successful answer whose body is still to be read.
    pub(crate) async fn send(&self, ask: &Ask<'_>) -> Result<reqwest::Response, Failed> {
        let mut headers = ask.headers.clone();
        if let Some(key) = ask.signer {
            let request = Request {
                method: &ask.method,
                origin: &self.origin,
                path_and_query: &ask.path_and_query,
                body: ask.body.as_deref().map(Digest::of),
            };
            headers.extend(signing::sign(key, request, self.surroundings.now(), self.surroundings.nonce()));
        }
        let mut request =
            self.http.request(ask.method.clone(), self.origin.join(&ask.path_and_query)).headers(headers);
        if let Some(body) = &ask.body {
            request = request.body(body.clone());
        }
        let response = request.send().await.map_err(|error| Failed::below_http(&error))?;
        match response.status() {
            status if status.is_success() || status == StatusCode::NOT_MODIFIED => Ok(response),
            status => Err(refusal(status, response).await),
        }
    }

    fn pause_before_repeating(&self, ask: &Ask<'_>, failed: &Failed, pause: Duration) -> Option<Duration> {
        match failed {
            Failed::Unreachable { perhaps_received, .. } => {
                (ask.repeatable || !perhaps_received).then_some(pause)
            }
            Failed::Refused { problem } if ask.repeatable => {
                let again = [ProblemKind::TooMany, ProblemKind::Busy, ProblemKind::TookTooLong];
                let busy = again.iter().any(|kind| kind.status() == problem.status);
                // An act that comes too early is done when its time has come. Who only reads what is not there yet (the
                // open epoch, the tick under way) knows that and goes on with something else.
                let early = ask.signer.is_some() && problem.known_kind() == Some(ProblemKind::NotYet);
                let asked = Duration::from_secs(problem.retry_after_s?);
                let wait = asked <= self.surroundings.patience.longest_wait;
                (wait && (busy || early)).then_some(asked)
            }
            Failed::Refused { .. } | Failed::Garbled { .. } => None,
        }
    }
}

async fn refusal(status: StatusCode, response: reqwest::Response) -> Failed {
    let media_type = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    if !media_type.is_some_and(|media_type| media_type.starts_with(PROBLEM_JSON)) {
        return Failed::garbled(format!("status {} without a problem document", status.as_u16()));
    }
    match read_bounded(response, LONGEST_PROBLEM).await {
        Ok(body) => match serde_json::from_slice::<Problem>(&body) {
            Ok(problem) if problem.status == status.as_u16() => {
                Failed::Refused { problem: Box::new(problem) }
            }
            _ => Failed::garbled("its problem document cannot be read"),
        },
        Err(failed) => failed,
    }
}

async fn read_bounded(mut response: reqwest::Response, most: usize) -> Result<Bytes, Failed> {
    let too_long = || Failed::garbled(format!("the answer is longer than {most} bytes"));
    if response.content_length().is_some_and(|length| length > most as u64) {
        return Err(too_long());
    }
    let mut body = BytesMut::new();
    while let Some(piece) = response.chunk().await.map_err(|error| Failed::below_http(&error))? {
        if body.len() + piece.len() > most {
            return Err(too_long());
        }
        body.extend_from_slice(&piece);
    }
    Ok(body.freeze())
}
