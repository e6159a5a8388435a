//! Public resources: the same for everybody, unsigned, with names for caches and ranges for downloads.

use super::*;
use tacit_values::Epoch;
use tacit_wire::bodies::ledger::decode_epoch;
use tacit_wire::bodies::market::MarketView;
use tacit_wire::bodies::uploads::UploadView;

#[tokio::test]
async fn the_market_says_who_it_is() {
    let street = Street::open().await;
    let answer = street.get("/api/v1/market").await;
    assert_eq!(answer.status, 200);
    let view: MarketView = answer.json();
    assert_eq!((view.origin, view.time, view.demo), (origin(), START, true));
    assert_eq!(view.keys.market, key(101).persona());
    assert_eq!(view.proofs, "assumed");
    assert_eq!(view.pools.len(), 1);
}

#[tokio::test]
async fn what_is_not_there_is_a_problem_document_too() {
    let street = Street::open().await;
    for (verb, path, refusal) in [
        ("GET", "/nowhere", (404, "not-found")),
        ("GET", "/api/v1/asks", (404, "not-found")),
        ("PATCH", "/api/v1/market", (405, "wrong-verb")),
        ("GET", "/api/v1/listings/ord_1", (422, "malformed")),
        ("GET", "/api/v1/listings/lst_00000000000000000000000000", (404, "not-found")),
        ("GET", "/api/v1/listings?watch=1", (422, "malformed")),
        ("GET", "/api/v1/catalogue/days/yesterday", (422, "malformed")),
        ("GET", "/api/v1/catalogue/days/2999-01-01", (409, "not-yet")),
        ("GET", "/api/v1/ledger/epochs/x", (422, "malformed")),
        ("GET", "/api/v1/log/tile/9/000", (422, "malformed")),
        ("GET", "/api/v1/mail/buckets/0-1/1", (422, "malformed")),
    ] {
        let answer = street.send(request(verb, path, b"")).await;
        assert_eq!(answer.refusal(), (refusal.0, refusal.1.to_owned()), "{verb} {path}");
    }
}

#[tokio::test]
async fn a_day_that_did_not_change_is_not_sent_again() {
    let street = Street::open().await;
    let path = "/api/v1/catalogue/days/2026-11-20";
    let first = street.get(path).await;
    assert_eq!((first.status.as_u16(), first.header("content-type")), (200, "application/json"));
    let day: tacit_catalogue::CatalogueDay = first.json();
    assert_eq!(day.day, START.day());
    let mut again = request("GET", path, b"");
    again.headers_mut().insert("if-none-match", first.headers["etag"].clone());
    let again = street.send(again).await;
    assert_eq!((again.status.as_u16(), again.body.len()), (304, 0));
}

#[tokio::test]
async fn the_ledger_and_the_log_are_there_for_everybody() {
    let street = Street::open().await;
    street.pass(Duration::from_secs(3)).await;
    let genesis: tacit_settlement::SignedGenesis = street.get("/api/v1/ledger/genesis").await.json();
    let pool = genesis.open().unwrap().pools[0].pool;
    let answer = street.get(&format!("/api/v1/ledger/epochs/0?pool={pool}")).await;
    let closed = decode_epoch(&answer.body).unwrap();
    assert_eq!((closed.leaf.epoch, closed.leaf.pool), (Epoch(0), pool));
    let open = street.get("/api/v1/ledger/epochs/1000000").await;
    assert_eq!(open.refusal(), (409, "not-yet".into()));
    assert_eq!(street.get("/api/v1/ledger/segments/0").await.refusal(), (409, "not-yet".into()));
    let checkpoint = street.get("/api/v1/log/checkpoint").await;
    let note = std::str::from_utf8(&checkpoint.body).unwrap();
    let checkpoint = street.market.about().log.open(note).unwrap();
    let size = checkpoint.size();
    let tiles = tacit_evidence::log::TilePath::published(tacit_evidence::log::LogSize(0), size).unwrap();
    assert!(!tiles.is_empty());
    for tile in tiles {
        assert_eq!(street.get(&format!("/api/v1/log/{tile}")).await.status, 200, "{tile}");
    }
}

#[tokio::test]
async fn a_body_comes_up_in_parts_and_down_in_ranges() {
    let street = Street::open().await;
    let sealed = b"sealed bytes, the same for all buyers".to_vec();
    let body = Digest::of(&sealed);
    let open = format!(r#"{{"body":"{body}","bytes":{}}}"#, sealed.len());
    let upload: UploadView = street.act(1, "POST", "/api/v1/uploads", open.as_bytes()).await.json();
    let part = format!("/api/v1/uploads/{}/parts/0", upload.id);
    assert_eq!(street.act(2, "PUT", &part, &sealed).await.refusal(), (404, "not-found".into()));
    assert_eq!(street.act(1, "PUT", &part, b"other bytes").await.refusal(), (422, "refused".into()));
    let complete = format!("/api/v1/uploads/{}/complete", upload.id);
    assert_eq!(street.act(1, "POST", &complete, b"").await.refusal(), (409, "conflict".into()));
    assert_eq!(street.act(1, "PUT", &part, &sealed).await.status, 204);
    let path = format!("/api/v1/bodies/{body}");
    assert_eq!(street.get(&path).await.status, 404, "nothing is visible before it is whole");
    let done: UploadView = street.act(1, "POST", &complete, b"").await.json();
    assert!(done.complete);

    let whole = street.get(&path).await;
    assert_eq!((whole.status.as_u16(), &whole.body[..]), (200, &sealed[..]));
    assert_eq!(whole.header("etag"), format!("\"{body}\""));
    assert_eq!(whole.header("accept-ranges"), "bytes");
    let ranged = |range: &str| {
        let mut request = request("GET", &path, b"");
        request.headers_mut().insert("range", range.parse().unwrap());
        request
    };
    let rest = street.send(ranged("bytes=7-")).await;
    assert_eq!((rest.status.as_u16(), &rest.body[..]), (206, &sealed[7..]));
    assert_eq!(rest.header("content-range"), format!("bytes 7-{}/{}", sealed.len() - 1, sealed.len()));
    let outside = street.send(ranged("bytes=1000-")).await;
    assert_eq!(outside.refusal(), (416, "wrong-range".into()));
    assert_eq!(outside.header("content-range"), format!("bytes */{}", sealed.len()));
    let mut known = request("GET", &path, b"");
    known.headers_mut().insert("if-none-match", whole.headers["etag"].clone());
    assert_eq!(street.send(known).await.status, 304);
}

#[tokio::test]
async fn bytes_that_are_no_bundle_are_refused() {
    let street = Street::open().await;
    let answer = street.send(request("POST", "/api/v1/ledger/bundles", b"no bundle")).await;
    assert_eq!(answer.refusal(), (422, "bundle-refused".into()));
}

#[tokio::test]
async fn an_order_that_is_not_yours_looks_like_none() {
    let street = Street::open().await;
    let path = "/api/v1/orders/ord_00000000000000000000000000";
    assert_eq!(street.act(1, "GET", path, b"").await.refusal(), (404, "not-found".into()));
    assert_eq!(street.get(path).await.refusal(), (401, "not-signed".into()));
}
