//! The client against a scripted market on loopback: what it sends, on which connection, and what it makes of answers.

use super::*;
use crate::bodies::mail::BucketName;
use crate::problem::{Problem, ProblemKind};
use bytes::Bytes;
use std::collections::HashSet;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;
use tacit_values::{Digest, Timestamp};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// One request as the scripted market saw it.
#[derive(Debug, Clone)]
struct Seen {
    connection: usize,
    line: String,
    head: String,
}

type Script = Arc<dyn Fn(&Seen) -> Vec<u8> + Send + Sync>;

/// Answers every request with what the script says; an answer without a length ends the connection.
struct Market {
    origin: Origin,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl Market {
    async fn open(script: impl Fn(&Seen) -> Vec<u8> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap()).parse().unwrap();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (script, to): (Script, _) = (Arc::new(script), Arc::clone(&seen));
        tokio::spawn(async move {
            for connection in 0.. {
                let (stream, _) = listener.accept().await.unwrap();
                tokio::spawn(serve(stream, connection, Arc::clone(&script), Arc::clone(&to)));
            }
        });
        Self { origin, seen }
    }

    fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    fn client(&self, patience: Patience) -> MarketClient {
        client(self.origin.clone(), patience, WayOut::Direct)
    }
}

async fn serve(mut stream: TcpStream, connection: usize, script: Script, seen: Arc<Mutex<Vec<Seen>>>) {
    while let Some(head) = read_request(&mut stream).await {
        let line = head.lines().next().unwrap_or_default().to_owned();
        let request = Seen { connection, line, head };
        seen.lock().unwrap().push(request.clone());
        let answer = script(&request);
        if stream.write_all(&answer).await.is_err() || answer.starts_with(b"HTTP/1.1 206") {
            return;
        }
    }
}

async fn read_request(stream: &mut TcpStream) -> Option<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.ok()?);
    }
    let head = String::from_utf8(head).unwrap();
    let length =
        head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    stream.read_exact(&mut body).await.ok()?;
    Some(head)
}

fn client(origin: Origin, patience: Patience, way: WayOut) -> MarketClient {
    let nonce = AtomicU8::new(0);
    let now = || Timestamp::from_secs(1_795_176_000);
    let surroundings =
        Surroundings::new(now, move || [nonce.fetch_add(1, Ordering::Relaxed); 16], patience, way);
    MarketClient::new(origin, surroundings).unwrap()
}

fn impatient(tries: usize) -> Patience {
    Patience { back_off: vec![Duration::ZERO; tries - 1], ..Patience::none() }
}

fn answer(status: &str, media_type: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!("HTTP/1.1 {status}\r\ncontent-type: {media_type}\r\ncontent-length: {length}\r\n\r\n{body}")
        .into_bytes()
}

fn empty_bucket() -> Vec<u8> {
    answer("200 OK", "application/json", r#"{"letters":[]}"#)
}

fn bucket() -> BucketName {
    "0-0".parse().unwrap()
}

fn key(seed: u8) -> PersonaKey {
    PersonaKey::from_seed(&[seed; 32])
}

#[tokio::test]
async fn no_two_personas_share_a_connection_and_none_shares_with_the_mirror() {
    let market = Market::open(|_| empty_bucket()).await;
    let client = market.client(impatient(1));
    client.mirror().bucket_tick(bucket(), 1, None).await.unwrap();
    for seed in [1, 2, 1, 2] {
        client.acting(&key(seed)).unwrap().mailbox(0, Duration::ZERO).await.unwrap();
    }
    client.singly().unwrap().post_letter(key(3).persona(), Bytes::from_static(b"x")).await.unwrap();
    client.mirror().bucket_tick(bucket(), 2, None).await.unwrap();
    let connections: Vec<usize> = market.seen().iter().map(|seen| seen.connection).collect();
    assert_eq!(connections, [0, 1, 2, 1, 2, 3, 0]);
}

#[tokio::test]
async fn the_pages_of_a_bucket_are_followed_forward_only() {
    let (low, high) = ("1".repeat(64), "2".repeat(64));
    let next = high.clone();
    let market = Market::open(move |_| {
        answer("200 OK", "application/json", &format!(r#"{{"letters":[],"next":"{next}"}}"#))
    })
    .await;
    let client = market.client(impatient(1));
    let page = client.mirror().bucket_hour(bucket(), 7, Some(low.parse().unwrap())).await.unwrap();
    assert_eq!(page.next, Some(high.parse().unwrap()));
    assert_eq!(market.seen()[0].line, format!("GET /api/v1/mail/buckets/0-0/hours/7?after={low} HTTP/1.1"));
    let circle = client.mirror().bucket_hour(bucket(), 7, page.next).await.unwrap_err();
    assert!(matches!(circle, Failed::Garbled { .. }), "{circle}");
}

#[tokio::test]
async fn public_requests_carry_nothing_that_names_anybody() {
    let market = Market::open(|_| empty_bucket()).await;
    let client = market.client(impatient(1));
    client.mirror().bucket_tick(bucket(), 1, None).await.unwrap();
    client.singly().unwrap().post_letter(key(3).persona(), Bytes::from_static(b"x")).await.unwrap();
    for seen in market.seen() {
        let names: HashSet<String> = seen
            .head
            .lines()
            .skip(1)
            .filter_map(|line| Some(line.split_once(':')?.0.to_lowercase()))
            .collect();
        let plain = ["host", "accept", "content-type", "content-length"].map(str::to_owned);
        assert!(names.is_subset(&HashSet::from(plain)), "{names:?}");
    }
}

#[tokio::test]
async fn a_persona_signs_what_it_asks() {
    let market = Market::open(|_| empty_bucket()).await;
    let acting = market.client(impatient(1)).acting(&key(1)).unwrap();
    acting.mailbox(7, Duration::ZERO).await.unwrap();
    let seen = market.seen().remove(0);
    let path = format!("/api/v1/mail/{}?after=7&wait_s=0", key(1).persona());
    assert_eq!(seen.line, format!("GET {path} HTTP/1.1"));
    let mut headers = http::HeaderMap::new();
    for line in seen.head.lines().skip(1).filter(|line| !line.is_empty()) {
        let (name, value) = line.split_once(": ").unwrap();
        headers.append(name.parse::<http::HeaderName>().unwrap(), value.parse().unwrap());
    }
    let now = Timestamp::from_secs(1_795_176_000);
    let head = crate::signing::check_head(&market.origin, &http::Method::GET, &path, &headers, now).unwrap();
    assert_eq!(head.persona(), key(1).persona());
}

#[tokio::test]
async fn a_problem_document_is_a_refusal_and_everything_else_is_not() {
    let problem = Problem::new(ProblemKind::TooLate, "the order expired");
    let body = serde_json::to_string(&problem).unwrap();
    let market = Market::open(move |seen| match seen.line.split(' ').nth(1).unwrap() {
        "/api/v1/mail/buckets/0-0/1" => answer("410 Gone", "application/problem+json", &body),
        "/api/v1/mail/buckets/0-0/2" => answer("502 Bad Gateway", "text/html", "<h1>oops</h1>"),
        "/api/v1/mail/buckets/0-0/3" => answer("200 OK", "application/json", "{"),
        "/api/v1/mail/buckets/0-0/4" => answer("302 Found\r\nlocation: http://127.0.0.1:1/", "text/html", ""),
        _ => answer("404 Not Found", "application/problem+json", &body),
    })
    .await;
    let mirror = market.client(impatient(1)).mirror();
    let refused = mirror.bucket_tick(bucket(), 1, None).await.unwrap_err();
    assert_eq!(refused.problem(), Some(&problem));
    for tick in 2..=5 {
        let failed = mirror.bucket_tick(bucket(), tick, None).await.unwrap_err();
        assert!(matches!(failed, Failed::Garbled { .. }), "{tick}: {failed:?}");
    }
}

#[tokio::test]
async fn an_answer_longer_than_allowed_is_not_read() {
    let market = Market::open(|seen| match seen.line.contains("checkpoint") {
        true => answer("200 OK", "text/plain", &"x".repeat(5000)),
        false => b"HTTP/1.1 200 OK\r\ncontent-length: 99999999999\r\n\r\n".to_vec(),
    })
    .await;
    let mirror = market.client(impatient(1)).mirror();
    assert!(matches!(mirror.checkpoint().await, Err(Failed::Garbled { .. })));
    assert!(matches!(mirror.genesis().await, Err(Failed::Garbled { .. })));
}

#[tokio::test]
async fn a_market_that_is_away_is_unreachable_and_received_nothing() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap()).parse().unwrap();
    drop(listener);
    let failed = client(origin, impatient(2), WayOut::Direct).mirror().market().await.unwrap_err();
    assert!(matches!(failed, Failed::Unreachable { perhaps_received: false, .. }), "{failed:?}");
}

#[tokio::test]
async fn only_what_may_be_repeated_is_repeated() {
    // Every connection breaks after the request was read.
    let market = Market::open(|_| b"HTTP/1.1 206 x\r\n".to_vec()).await;
    let client = market.client(impatient(3));
    let failed = client.mirror().market().await.unwrap_err();
    assert!(matches!(failed, Failed::Unreachable { perhaps_received: true, .. }), "{failed:?}");
    assert_eq!(market.seen().len(), 3);
    let address: std::net::SocketAddr = market.origin.authority().parse().unwrap();
    let operator = Operator::at(address, "token").unwrap();
    let rotate = crate::bodies::admin::RotateBody { currency: tacit_values::Currency::TestUsd };
    assert!(operator.rotate_pool(&rotate).await.is_err());
    assert_eq!(market.seen().len(), 4);
}

#[tokio::test]
async fn a_full_market_is_asked_again_when_it_said_so() {
    let busy = Problem::new(ProblemKind::Busy, "busy").retry_after(Duration::from_millis(1));
    let body = serde_json::to_string(&busy).unwrap();
    let market = Market::open(move |_| answer("503 Busy", "application/problem+json", &body)).await;
    let hurried = Patience { longest_wait: Duration::ZERO, ..impatient(2) };
    assert!(market.client(hurried).mirror().market().await.is_err());
    assert_eq!(market.seen().len(), 1, "a wait longer than the desk's patience is reported");
}

#[tokio::test]
async fn an_act_that_comes_too_early_is_done_when_its_time_has_come_and_a_reader_is_told() {
    let early = Problem { retry_after_s: Some(0), ..Problem::new(ProblemKind::NotYet, "not yet") };
    let body = serde_json::to_string(&early).unwrap();
    let told = Arc::new(AtomicU8::new(0));
    let market = Market::open(move |seen| match told.fetch_add(1, Ordering::Relaxed) {
        0 | 2 => answer("409 Not Yet", "application/problem+json", &body),
        _ if seen.line.contains("/mail/") => empty_bucket(),
        _ => answer("204 No Content", "application/json", ""),
    })
    .await;
    let client = market.client(impatient(3));
    client.acting(&key(1)).unwrap().mailbox(0, Duration::ZERO).await.unwrap();
    assert_eq!(market.seen().len(), 2, "asked again as soon as stated");
    let reader = client.mirror().bucket_tick(bucket(), 1, None).await.unwrap_err();
    assert!(matches!(reader, Failed::Refused { .. }), "{reader:?}");
    assert_eq!(market.seen().len(), 3, "the tick under way is no news to a mirror");
}

#[tokio::test]
async fn a_broken_download_goes_on_where_it_stopped() {
    let body: Vec<u8> = (0..=255).cycle().take(1000).collect();
    let served = body.clone();
    // Each answer breaks off after 400 bytes.
    let market = Market::open(move |seen| {
        let range = seen.head.lines().find_map(|line| line.strip_prefix("range: bytes=")).unwrap();
        let first: usize = range.trim_end_matches('-').parse().unwrap();
        let (length, end) = (1000 - first, (first + 400).min(1000));
        let head = format!(
            "HTTP/1.1 206 Partial\r\ncontent-range: bytes {first}-999/1000\r\ncontent-length: {length}\r\n\r\n"
        );
        [head.as_bytes(), &served[first..end]].concat()
    })
    .await;
    let single = market.client(impatient(1)).singly().unwrap();
    let mut fetched = body[..100].to_vec();
    let mut heard = Vec::new();
    let mut progress = |bytes| heard.push(bytes);
    single.body(Digest::of(&body), 100, 1000, &mut fetched, &mut progress).await.unwrap();
    assert_eq!(fetched, body);
    assert_eq!((heard.first(), heard.last()), (Some(&100), Some(&1000)));
    assert_eq!(market.seen().len(), 3);
}

#[tokio::test]
async fn a_body_of_another_length_is_refused() {
    let market = Market::open(|_| {
        b"HTTP/1.1 206 Partial\r\ncontent-range: bytes 0-9/10\r\ncontent-length: 10\r\n\r\n0123456789"
            .to_vec()
    })
    .await;
    let single = market.client(impatient(1)).singly().unwrap();
    let failed = single.body(Digest::of(b"x"), 0, 11, &mut Vec::new(), &mut |_| {}).await.unwrap_err();
    assert!(matches!(failed, NotFetched::Failed(Failed::Garbled { .. })), "{failed:?}");
}

/// A SOCKS5 proxy that notes user names and forwards to the asked address.
async fn proxy(users: Arc<Mutex<Vec<Vec<u8>>>>) -> ProxyAddress {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("socks5h://{}", listener.local_addr().unwrap()).parse().unwrap();
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            tokio::spawn(forward(stream, Arc::clone(&users)));
        }
    });
    address
}

async fn forward(mut stream: TcpStream, users: Arc<Mutex<Vec<Vec<u8>>>>) -> std::io::Result<()> {
    let mut hello = [0; 2];
    stream.read_exact(&mut hello).await?;
    let mut methods = vec![0; usize::from(hello[1])];
    stream.read_exact(&mut methods).await?;
    assert!(methods.contains(&2), "the client offers a user name");
    stream.write_all(&[5, 2]).await?;
    stream.read_u8().await?;
    let mut user = vec![0; usize::from(stream.read_u8().await?)];
    stream.read_exact(&mut user).await?;
    let mut password = vec![0; usize::from(stream.read_u8().await?)];
    stream.read_exact(&mut password).await?;
    users.lock().unwrap().push(user);
    stream.write_all(&[1, 0]).await?;
    let mut head = [0; 4];
    stream.read_exact(&mut head).await?;
    let host = match head[3] {
        1 => {
            let mut octets = [0; 4];
            stream.read_exact(&mut octets).await?;
            std::net::Ipv4Addr::from(octets).to_string()
        }
        _ => {
            let mut name = vec![0; usize::from(stream.read_u8().await?)];
            stream.read_exact(&mut name).await?;
            String::from_utf8(name).unwrap()
        }
    };
    let port = stream.read_u16().await?;
    let mut market = TcpStream::connect((host, port)).await?;
    stream.write_all(&[5, 0, 0, 1, 0, 0, 0, 0, 0, 0]).await?;
    tokio::io::copy_bidirectional(&mut stream, &mut market).await.map(drop)
}

#[tokio::test]
async fn every_identity_takes_its_own_circuit_through_the_proxy() {
    let users = Arc::default();
    let way = WayOut::Proxy(proxy(Arc::clone(&users)).await);
    let market = Market::open(|_| empty_bucket()).await;
    let client = client(market.origin.clone(), impatient(1), way);
    client.mirror().bucket_tick(bucket(), 1, None).await.unwrap();
    for seed in [1, 2, 1] {
        client.acting(&key(seed)).unwrap().mailbox(0, Duration::ZERO).await.unwrap();
    }
    let users = users.lock().unwrap().clone();
    assert_eq!(users.len(), 3, "mirror and two personas");
    assert_eq!(users.iter().collect::<HashSet<_>>().len(), 3);
}
