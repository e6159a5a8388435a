//! The door over a market in memory, asked as the world asks it.

mod admin;
mod crowds;
mod description;
mod forms;
mod mail;
mod markup;
mod pages;
mod public;
mod real;
mod signed;
mod traffic;

use crate::{AdminToken, Door, DoorSettings, router};
use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use bytes::Bytes;
use http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::BodyExt;
use serde::de::DeserializeOwned;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;
use tacit_assumed::AssumeProof;
use tacit_evidence::log::{LogKey, LogName};
use tacit_flows::{Market, MarketKeys, MarketParts, MarketSettings};
use tacit_ports::chance::CountedChance;
use tacit_ports::clock::StoryClock;
use tacit_ports::market::testing::MemoryMarket;
use tacit_ports::vault::testing::MemoryVault;
use tacit_values::{Digest, Origin, PersonaKey, Timestamp};
use tacit_wire::Problem;
use tacit_wire::signing::{self, sign};
use tower::ServiceExt;

const START: Timestamp = Timestamp::from_secs(1_795_176_000);
const TOKEN: &str = "the operator's token";

/// A market in memory with its door.
struct Street {
    clock: Arc<StoryClock>,
    store: MemoryMarket,
    market: Market,
    router: Router,
    nonce: AtomicU8,
}

/// An answer that was read whole.
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

impl Answer {
    fn json<T: DeserializeOwned>(&self) -> T {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("{:?}", self.body))
    }

    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The problem, after checking that it is a proper document.
    fn problem(&self) -> Problem {
        assert_eq!(self.header("content-type"), "application/problem+json");
        let problem: Problem = self.json();
        assert_eq!(problem.status, self.status.as_u16());
        assert!(problem.kind.starts_with("urn:tacit:problem:"), "{}", problem.kind);
        assert!(!problem.detail.is_empty());
        problem
    }

    /// The problem's status and slug.
    fn refusal(&self) -> (u16, String) {
        let problem = self.problem();
        (problem.status, problem.slug().to_owned())
    }
}

impl Street {
    async fn open() -> Self {
        Self::with(DoorSettings::default(), origin()).await
    }

    async fn with(settings: DoorSettings, origin: Origin) -> Self {
        Self::over(MemoryMarket::new(), settings, origin).await
    }

    /// A market over records that may hold something already.
    async fn over(store: MemoryMarket, settings: DoorSettings, origin: Origin) -> Self {
        let clock = Arc::new(StoryClock::starting(START));
        let keys = MarketKeys {
            log: LogKey::from_seed(LogName::of(&origin), &[1; 32]),
            persona: key(101),
            treasury: key(102),
            beacon: tacit_evidence::testing::beacon_key(),
        };
        let parts = MarketParts {
            settings: MarketSettings::demo(origin),
            keys,
            store: Arc::new(store.clone()),
            vault: Arc::new(MemoryVault::new()),
            proofs: Arc::new(AssumeProof),
            clock: clock.clone(),
            chance: Arc::new(CountedChance::of(1)),
        };
        let market = Market::open(parts).await.unwrap();
        let door = Door::open(market.clone(), settings, Some(AdminToken::of(TOKEN)));
        Self { clock, store, market, router: router(door), nonce: AtomicU8::new(0) }
    }

    /// Lets time pass and closes the epochs that are over.
    async fn pass(&self, span: Duration) {
        self.clock.pass(span);
        self.market.close_epochs().await.unwrap();
    }

    async fn send(&self, mut request: Request<Body>) -> Answer {
        let from: SocketAddr = "127.0.0.1:50000".parse().unwrap();
        if request.extensions().get::<ConnectInfo<SocketAddr>>().is_none() {
            request.extensions_mut().insert(ConnectInfo(from));
        }
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        Answer {
            status: parts.status,
            headers: parts.headers,
            body: body.collect().await.unwrap().to_bytes(),
        }
    }

    async fn get(&self, path: &str) -> Answer {
        self.send(request("GET", path, b"")).await
    }

    /// A request signed by the persona of this seed.
    fn signed(&self, seed: u8, verb: &str, path: &str, body: &[u8]) -> Request<Body> {
        let mut request = request(verb, path, body);
        let nonce = [self.nonce.fetch_add(1, Ordering::Relaxed); 16];
        request.headers_mut().extend(signature(&origin(), seed, verb, path, body, self.market.now(), nonce));
        request
    }

    async fn act(&self, seed: u8, verb: &str, path: &str, body: &[u8]) -> Answer {
        self.send(self.signed(seed, verb, path, body)).await
    }
}

fn origin() -> Origin {
    "https://market.example".parse().unwrap()
}

fn key(seed: u8) -> PersonaKey {
    PersonaKey::from_seed(&[seed; 32])
}

fn request(verb: &str, path: &str, body: &[u8]) -> Request<Body> {
    let media_type = if body.starts_with(b"{") { "application/json" } else { "application/octet-stream" };
    let request = Request::builder().method(verb).uri(path);
    let request = if body.is_empty() { request } else { request.header("content-type", media_type) };
    request.body(Body::from(body.to_vec())).unwrap()
}

fn signature(
    origin: &Origin,
    seed: u8,
    verb: &str,
    path: &str,
    body: &[u8],
    now: Timestamp,
    nonce: [u8; 16],
) -> HeaderMap {
    let method: Method = verb.parse().unwrap();
    let body = (!body.is_empty()).then(|| Digest::of(body));
    sign(&key(seed), signing::Request { method: &method, origin, path_and_query: path, body }, now, nonce)
}

/// 4,096 bytes that begin like an age file.
fn letter(mark: u8) -> Vec<u8> {
    let mut letter = b"age-encryption.org/v1\n".to_vec();
    letter.resize(4096, mark);
    letter
}
