//! What the door gives away (traffic.md, rules 1, 2 and 7): no cookies, no addresses, no personas in the log, and the same
//! bytes for everybody who mirrors.

use super::*;
use std::io::Write;
use std::sync::Mutex;

#[derive(Clone, Default)]
struct Page(Arc<Mutex<Vec<u8>>>);

impl Write for Page {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn the_log_holds_verbs_and_routes_but_neither_addresses_nor_personas_nor_searches() {
    let page = Page::default();
    let writer = page.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    let street = Street::open().await;
    let _listening = tracing::subscriber::set_default(subscriber);
    let persona = key(1).persona().to_string();
    let mut far = street.signed(1, "GET", &format!("/api/v1/mail/{persona}"), b"");
    let address: SocketAddr = "192.0.2.77:4000".parse().unwrap();
    far.extensions_mut().insert(ConnectInfo(address));
    street.send(far).await;
    street.act(1, "GET", "/api/v1/orders/ord_0123456789abcdefghjkmnpqrs", b"").await;
    street.get("/api/v1/listings?q=cassowary").await;
    let page = String::from_utf8(page.0.lock().unwrap().clone()).unwrap();
    assert!(page.contains("/api/v1/mail/{persona}"), "{page}");
    for canary in [&persona[8..], "192.0.2.77", "ord_0123456789", "cassowary"] {
        assert!(!page.contains(canary), "{canary} stands in the log:\n{page}");
    }
}

#[tokio::test]
async fn no_answer_sets_a_cookie_or_names_the_server_and_private_ones_are_not_kept() {
    let street = Street::open().await;
    for answer in [
        street.get("/api/v1/market").await,
        street.get("/nothing").await,
        street.act(1, "GET", "/api/v1/orders/ord_00000000000000000000000000", b"").await,
    ] {
        assert_eq!(answer.header("set-cookie"), "");
        assert_eq!(answer.header("server"), "");
        assert_eq!(answer.header("cache-control"), "no-store");
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert_eq!(answer.header("referrer-policy"), "no-referrer");
        assert!(answer.header("content-security-policy").contains("default-src 'none'"));
        assert!(answer.header("strict-transport-security").contains("max-age"));
    }
}

#[tokio::test]
async fn bundles_and_letters_have_tighter_rates_of_their_own_and_everything_else_goes_on() {
    let settings = DoorSettings {
        bundles_per_address: crate::Rate::new(2, 1),
        letters_per_address: crate::Rate::new(3, 1),
        ..DoorSettings::default()
    };
    let street = Street::with(settings, origin()).await;
    let bundle = async |path: &str| street.send(request("POST", path, b"no bundle")).await;
    for _ in 0..2 {
        assert_eq!(bundle("/api/v1/ledger/bundles").await.status, 422);
    }
    let mailbox = format!("/api/v1/mail/{}", key(1).persona());
    for mark in 0..3 {
        assert_eq!(street.send(request("POST", &mailbox, &letter(mark))).await.status, 202);
    }
    for answer in [
        bundle("/api/v1/ledger/bundles").await,
        bundle("/api/v1/ledger/crossings").await,
        street.send(request("POST", &mailbox, &letter(3))).await,
    ] {
        assert_eq!((answer.refusal(), answer.header("retry-after")), ((429, "too-many".into()), "1"));
        assert!(answer.problem().remedy.is_some());
    }
    assert_eq!(street.act(1, "GET", &mailbox, b"").await.status, 200);
    assert_eq!(street.get("/api/v1/market").await.status, 200);
    let mut elsewhere = request("POST", "/api/v1/ledger/bundles", b"no bundle");
    let address: SocketAddr = "192.0.2.9:4000".parse().unwrap();
    elsewhere.extensions_mut().insert(ConnectInfo(address));
    assert_eq!(street.send(elsewhere).await.status, 422);
}

#[tokio::test]
async fn an_address_that_comes_too_often_waits_and_a_proxy_of_ours_is_looked_through() {
    let settings =
        DoorSettings { per_address: crate::Rate::new(2, 1), behind_proxy: true, ..DoorSettings::default() };
    let street = Street::with(settings, origin()).await;
    let from = |forwarded: &str| {
        let mut request = request("GET", "/api/v1/market", b"");
        request.headers_mut().insert("x-forwarded-for", forwarded.parse().unwrap());
        request
    };
    for _ in 0..2 {
        assert_eq!(street.send(from("192.0.2.1")).await.status, 200);
    }
    let answer = street.send(from("198.51.100.9, 192.0.2.1")).await;
    assert_eq!((answer.refusal(), answer.header("retry-after")), ((429, "too-many".into()), "1"));
    assert_eq!(street.send(from("192.0.2.2")).await.status, 200);
}

#[tokio::test]
async fn what_breaks_inside_is_told_as_a_fault_without_its_words() {
    let response = crate::refusals::fault(Box::new("secret words"));
    assert_eq!(response.status(), 500);
    let body = response.into_body().collect().await.unwrap().to_bytes();
    assert!(!String::from_utf8_lossy(&body).contains("secret"));
    assert!(String::from_utf8_lossy(&body).contains("urn:tacit:problem:fault"));
}

#[tokio::test]
async fn what_desks_mirror_is_the_same_bytes_for_everybody_who_asks() {
    let street = Street::open().await;
    street.pass(Duration::from_secs(600)).await;
    street.act(1, "POST", &format!("/api/v1/mail/{}", key(2).persona()), &letter(1)).await;
    for path in [
        "/api/v1/catalogue/days/2026-11-20",
        "/api/v1/ledger/genesis",
        "/api/v1/ledger/segments/0",
        "/api/v1/ledger/epochs/300",
        "/api/v1/log/checkpoint",
        "/api/v1/log/tile/entries/000",
    ] {
        let first = street.get(path).await;
        assert_eq!(first.status, 200, "{path}");
        let mut other = request("GET", path, b"");
        other.headers_mut().insert("accept-language", "sw".parse().unwrap());
        other.headers_mut().insert("cookie", "who=me".parse().unwrap());
        other.extensions_mut().insert(ConnectInfo::<SocketAddr>("192.0.2.9:4000".parse().unwrap()));
        let other = street.send(other).await;
        assert_eq!(other.body, first.body, "{path}");
        let acting = street.act(7, "GET", path, b"").await;
        assert_eq!((acting.body, acting.headers), (first.body, first.headers), "{path}");
        let part = street.get(&format!("{path}?listing=lst_00000000000000000000000000")).await;
        assert!(part.status != 200 || part.body == other.body, "{path} has no parts to choose from");
    }
}
