//! Locking: a silent page locks, a wrong passphrase slows everybody down, and the desk goes on working meanwhile.

use crate::browser::{Browser, make_desk, served};
use crate::street::{Someone, Street};
use serde_json::json;
use std::time::Duration;

const PASSPHRASE: &str = "blue herons stand still";

#[tokio::test]
async fn a_silent_page_locks_and_the_passphrase_opens_it_again() {
    let (street, someone) = (Street::open().await, Someone::new(1));
    let desk = served(&street, &someone);
    let (_, browser) = make_desk(&street, &desk, Some(PASSPHRASE)).await;
    let mut events = browser.events(None).await;
    // Looking things up is no sign of a person; a person's own acts are.
    for _ in 0..10 {
        street.clock.pass(Duration::from_secs(80));
        drop(browser.get("/api/wallet").await.ok());
    }
    drop(browser.post("/api/session/active", json!({})).await.ok());
    street.clock.pass(Duration::from_secs(890));
    drop(browser.get("/api/wallet").await.ok());
    street.clock.pass(Duration::from_secs(20));
    assert_eq!(browser.get("/api/wallet").await.refused(), (423, "locked".to_owned()));
    events.until("lock").await;
    assert!(events.next().await.is_none(), "the stream of a locked page ends");

    let view = browser.get("/api/session").await.ok();
    assert_eq!((&view["stage"], &view["working"]), (&json!("locked"), &json!(true)));
    assert!(view["desk"]["seller"].is_null(), "a locked page is not told who the seller is");
    for (path, form) in
        [("/api/links", json!({})), ("/api/wallet/addresses", json!({})), ("/api/session/active", json!({}))]
    {
        assert_eq!(browser.post(path, form).await.refused(), (423, "locked".to_owned()), "{path}");
    }
    let wrong = browser.post("/api/unlock", json!({"passphrase": "white herons"})).await;
    assert_eq!(wrong.refused(), (403, "wrong-passphrase".to_owned()));
    assert!(!String::from_utf8_lossy(&wrong.bytes).contains("white herons"));
    let open = browser.post("/api/unlock", json!({"passphrase": PASSPHRASE})).await.ok();
    assert_eq!(open["stage"], "open");
    assert!(open["desk"]["seller"].as_str().unwrap().starts_with("did:key:"));
    assert_eq!(browser.post("/api/lock", json!({})).await.ok()["stage"], "locked");
    desk.portal.stop().await;
}

#[tokio::test]
async fn a_desk_without_a_passphrase_signs_a_silent_page_out_and_prints_a_new_link() {
    let (street, someone) = (Street::open().await, Someone::new(1));
    let desk = served(&street, &someone);
    let (_, browser) = make_desk(&street, &desk, None).await;
    assert_eq!(browser.post("/api/lock", json!({})).await.refused().0, 409);
    street.clock.pass(Duration::from_secs(901));
    assert_eq!(browser.get("/api/wallet").await.refused(), (401, "no-session".to_owned()));
    assert!(desk.said.lock().unwrap().iter().any(|line| line.contains("#open=")));
    desk.portal.stop().await;
}

#[tokio::test]
async fn the_time_until_a_page_locks_is_a_setting_that_stays() {
    let (street, someone) = (Street::open().await, Someone::new(1));
    let desk = served(&street, &someone);
    let (_, browser) = make_desk(&street, &desk, Some(PASSPHRASE)).await;
    let patch = |seconds: u64| {
        browser.with_form(axum::http::Method::PATCH, "/api/desk", json!({"idle_lock_s": seconds}))
    };
    assert_eq!(patch(59).await.status.as_u16(), 422);
    assert_eq!(patch(120).await.ok()["idle_lock_s"], 120);
    desk.portal.stop().await;
    let started_again = served(&street, &someone);
    let browser = Browser::open(&started_again).await;
    assert_eq!(browser.get("/api/session").await.ok()["idle_lock_s"], 120);
}

#[tokio::test]
async fn a_wrong_passphrase_slows_down_every_page_and_a_locked_desk_tells_nothing() {
    let (street, someone) = (Street::open().await, Someone::new(1));
    let desk = served(&street, &someone);
    let (_, browser) = make_desk(&street, &desk, Some(PASSPHRASE)).await;
    let seller = browser.get("/api/session").await.ok()["desk"]["seller"].as_str().unwrap().to_owned();
    desk.portal.stop().await;

    // The same folder in a new process: nothing is open until somebody unlocks it.
    let desk = served(&street, &someone);
    let (one, two) = (Browser::open(&desk).await, Browser::open(&desk).await);
    let view = one.get("/api/session").await.ok();
    assert_eq!((&view["stage"], &view["working"]), (&json!("locked"), &json!(false)));
    assert!(!view.to_string().contains(&seller));
    assert_eq!(one.get("/api/orders").await.refused(), (423, "locked".to_owned()));
    for _ in 0..5 {
        let wrong = one.post("/api/unlock", json!({"passphrase": "wrong"})).await;
        assert_eq!(wrong.refused(), (403, "wrong-passphrase".to_owned()));
    }
    let slow = two.post("/api/unlock", json!({"passphrase": PASSPHRASE})).await;
    assert_eq!(slow.refused(), (429, "too-many-attempts".to_owned()));
    assert_eq!(slow.headers["retry-after"], "5");
    street.clock.pass(Duration::from_secs(5));
    let wrong = one.post("/api/unlock", json!({"passphrase": "wrong"})).await;
    assert_eq!(wrong.refused(), (403, "wrong-passphrase".to_owned()));
    assert_eq!(one.post("/api/unlock", json!({"passphrase": "wrong"})).await.headers["retry-after"], "10");
    street.clock.pass(Duration::from_secs(10));
    assert_eq!(two.post("/api/unlock", json!({"passphrase": PASSPHRASE})).await.ok()["stage"], "open");
    // The other page is unlocked by its own person, not by this one.
    assert_eq!(one.get("/api/session").await.ok()["stage"], "locked");
    desk.portal.stop().await;
}
