//! The operator's acts: on this machine, with the token, and nowhere in the public description.

use super::*;
use tacit_settlement::{Account, WalletKeys};
use tacit_values::{Currency, Money};
use tacit_wire::bodies::admin::{MintBody, MintView, PrivacyView};

fn as_operator(verb: &str, path: &str, body: &[u8]) -> Request<Body> {
    let mut request = request(verb, path, body);
    request.headers_mut().insert("authorization", format!("Bearer {TOKEN}").parse().unwrap());
    request
}

#[tokio::test]
async fn only_the_operator_on_this_machine_is_let_in() {
    let street = Street::open().await;
    let path = "/admin/privacy";
    assert_eq!(street.send(as_operator("GET", path, b"")).await.status, 200);
    assert_eq!(street.get(path).await.refusal(), (403, "not-yours".into()));
    let mut wrong = request("GET", path, b"");
    wrong.headers_mut().insert("authorization", "Bearer wrong".parse().unwrap());
    assert_eq!(street.send(wrong).await.refusal(), (403, "not-yours".into()));
    let mut far = as_operator("GET", path, b"");
    let address: SocketAddr = "192.0.2.1:4000".parse().unwrap();
    far.extensions_mut().insert(ConnectInfo(address));
    assert_eq!(street.send(far).await.refusal(), (404, "not-found".into()));
    let mut forwarded = as_operator("GET", path, b"");
    forwarded.headers_mut().insert("x-forwarded-for", "192.0.2.1".parse().unwrap());
    assert_eq!(street.send(forwarded).await.refusal(), (404, "not-found".into()));
}

#[tokio::test]
async fn a_mint_stands_in_the_public_record() {
    let street = Street::open().await;
    let pool = street.market.current_pool().unwrap();
    let to = WalletKeys::from_seed(&[7; 32], pool.pool).address(Account::Spending, 0);
    let amount = Money::from_micros(100_000_000, Currency::TestUsd).unwrap();
    let body = serde_json::to_vec(&MintBody { to, amount }).unwrap();
    let minted: MintView = street.send(as_operator("POST", "/admin/mint", &body)).await.json();
    assert_eq!((minted.record.amount, minted.record.bundle), (amount, minted.taken.bundle));
    street.pass(Duration::from_secs(2)).await;
    let answer = street.get(&format!("/api/v1/ledger/epochs/{}", minted.taken.epoch)).await;
    let closed = tacit_wire::bodies::ledger::decode_epoch(&answer.body).unwrap();
    assert!(closed.file.is_some());
    let figures: PrivacyView = street.send(as_operator("GET", "/admin/privacy", b"")).await.json();
    assert!(figures.pools[0].notes > 0);
}

#[tokio::test]
async fn no_public_address_mints() {
    let street = Street::open().await;
    for path in ["/api/v1/admin/mint", "/api/v1/mint", "/api/v1/ledger/mint"] {
        assert_eq!(street.send(as_operator("POST", path, b"{}")).await.status, 404, "{path}");
    }
}
