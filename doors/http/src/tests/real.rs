//! The typed client against the real door on a real socket: the two sides were written once and fit.

use super::*;
use std::io::Cursor;
use tacit_values::OrderId;
use tacit_wire::client::{Failed, Fresh, MarketClient, Patience, Surroundings, WayOut};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

async fn opened() -> (MarketClient, oneshot::Sender<()>, Street) {
    opened_with(DoorSettings::default()).await
}

async fn opened_with(settings: DoorSettings) -> (MarketClient, oneshot::Sender<()>, Street) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin: Origin = format!("http://{}", listener.local_addr().unwrap()).parse().unwrap();
    let street = Street::with(DoorSettings::default(), origin.clone()).await;
    let door = Door::open(street.market.clone(), settings, None);
    let (end, ended) = oneshot::channel();
    tokio::spawn(crate::serve(listener, door, async { drop(ended.await) }));
    let nonce = AtomicU8::new(0);
    let surroundings = Surroundings::new(
        || START,
        move || [nonce.fetch_add(1, Ordering::Relaxed); 16],
        Patience::none(),
        WayOut::Direct,
    );
    (MarketClient::new(origin, surroundings).unwrap(), end, street)
}

#[tokio::test]
async fn a_desk_uploads_a_body_and_another_fetches_it() {
    let (client, _end, _street) = opened().await;
    assert_eq!(client.mirror().market().await.unwrap().time, START);
    // Two parts and a rest.
    let sealed: Vec<u8> = (0..17_000_000_u32).map(|n| n as u8).collect();
    let (body, bytes) = (Digest::of(&sealed), sealed.len() as u64);
    let seller = client.acting(&key(1)).unwrap();
    let opened = seller.open_upload(body, bytes).await.unwrap();
    let second = Bytes::copy_from_slice(&sealed[8 << 20..16 << 20]);
    seller.put_part(opened.id, 1, second).await.unwrap();
    let mut heard = Vec::new();
    let done = seller.upload(body, bytes, &mut Cursor::new(&sealed), &mut |there| heard.push(there)).await;
    assert!(done.unwrap().complete);
    assert_eq!((heard[0], heard.len(), heard[heard.len() - 1]), (8 << 20, 3, bytes));
    let mut fetched = sealed[..1000].to_vec();
    let single = client.singly().unwrap();
    single.body(body, 1000, bytes, &mut fetched, &mut |_| {}).await.unwrap();
    assert_eq!(Digest::of(&fetched), body);
}

#[tokio::test]
async fn refusals_letters_and_unchanged_days_arrive_as_what_they_are() {
    let (client, end, street) = opened().await;
    let seller = client.acting(&key(1)).unwrap();
    let refused = seller.order(OrderId::from_bytes([1; 16])).await.unwrap_err();
    assert!(refused.is_not_found(), "{refused}");
    client.singly().unwrap().post_letter(key(1).persona(), letter(5).into()).await.unwrap();
    let waiting = seller.mailbox(0, Duration::from_secs(1)).await.unwrap();
    assert_eq!(waiting.letters[0].letter, letter(5));
    seller.acknowledge(&[waiting.letters[0].number]).await.unwrap();
    let Fresh::Changed { tag, .. } = client.mirror().catalogue_day(START.day(), None).await.unwrap() else {
        panic!("the first fetch brings the day");
    };
    let again = client.mirror().catalogue_day(START.day(), tag.as_deref()).await.unwrap();
    assert_eq!(again, Fresh::Unchanged);
    drop(end);
    drop(street);
}

#[tokio::test]
async fn a_desk_whose_clock_is_off_learns_the_markets_time() {
    let (client, _end, street) = opened().await;
    street.clock.pass(Duration::from_secs(3600));
    let refused = client.acting(&key(1)).unwrap().mailbox(0, Duration::ZERO).await.unwrap_err();
    let Failed::Refused { problem } = refused else { panic!("{refused}") };
    assert_eq!(problem.market_time, Some(START.plus(Duration::from_secs(3600))));
    assert!(problem.detail.contains("3600 s behind"), "{}", problem.detail);
}

#[tokio::test]
async fn a_caller_that_stalls_in_its_headers_holds_no_connection() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let settings = DoorSettings { headers_within: Duration::from_millis(100), ..DoorSettings::default() };
    let (client, _end, street) = opened_with(settings).await;
    let address = street.market.settings().origin.authority().to_owned();
    for said in ["", "GET /api/v1/market HTTP/1.1\r\nhost: x\r\nx-slow: 1", "GET /api"] {
        let mut stalled = tokio::net::TcpStream::connect(&address).await.unwrap();
        stalled.write_all(said.as_bytes()).await.unwrap();
        let mut heard = Vec::new();
        let closed = stalled.read_to_end(&mut heard);
        // The bound is not the measure: without the door's patience this would never end.
        tokio::time::timeout(Duration::from_secs(20), closed).await.expect("the door hangs up").unwrap();
        assert!(!heard.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&heard));
    }
    assert_eq!(client.mirror().market().await.unwrap().time, START, "whoever speaks is heard");
}

#[tokio::test]
async fn what_is_not_there_yet_comes_with_the_time_to_ask_again() {
    let street = Street::open().await;
    let tick = street.market.tick_at(START);
    for path in [
        format!("/api/v1/mail/buckets/0-0/{tick}"),
        "/api/v1/ledger/epochs/7".to_owned(),
        "/api/v1/catalogue/days/2026-11-21".to_owned(),
    ] {
        let answer = street.get(&path).await;
        assert_eq!(answer.refusal(), (409, "not-yet".to_owned()), "{path}");
        let wait = answer.problem().retry_after_s.unwrap_or_else(|| panic!("{path} says when"));
        assert!((1..=86_400).contains(&wait), "{path}: {wait}");
        assert_eq!(answer.header("retry-after"), wait.to_string(), "{path}");
    }
    let epoch = street.get("/api/v1/ledger/epochs/7").await.problem().retry_after_s.unwrap();
    street.pass(Duration::from_secs(epoch)).await;
    assert_eq!(street.get("/api/v1/ledger/epochs/7").await.status, 200);
}
