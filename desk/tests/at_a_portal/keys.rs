//! Secrets on their way: words once, passkeys beside the passphrase, nothing in the logs.

use crate::browser::{Browser, folder_of, make_desk, served};
use crate::street::{Someone, Street};
use serde_json::{Value, json};
use std::io::Write;
use std::sync::{Arc, Mutex, OnceLock};
use tacit_values::base64url;
use tracing_subscriber::fmt::MakeWriter;

const PASSPHRASE: &str = "four quiet lighthouses";

/// Everything that this process logs, at the finest level.
#[derive(Clone, Default)]
struct Heard(Arc<Mutex<Vec<u8>>>);

impl Write for Heard {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Heard {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

fn logs() -> Heard {
    static HEARD: OnceLock<Heard> = OnceLock::new();
    let heard = HEARD.get_or_init(|| {
        let heard = Heard::default();
        let logging =
            tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(heard.clone());
        logging.init();
        heard
    });
    heard.clone()
}

#[tokio::test]
async fn words_that_nobody_confirmed_are_shown_again_after_the_passphrase_and_then_forgotten() {
    let (street, someone) = (Street::open().await, Someone::new(1));
    let desk = served(&street, &someone);
    let (words, browser) = make_desk(&street, &desk, Some(PASSPHRASE)).await;
    assert_eq!(browser.get("/api/session").await.ok()["words_to_confirm"], true);
    desk.portal.stop().await;

    // The machine went off before anybody wrote them down: the desk that is started again still asks.
    let desk = served(&street, &someone);
    let browser = Browser::open(&desk).await;
    let locked = browser.get("/api/session").await.ok();
    assert_eq!((&locked["stage"], &locked["words_to_confirm"]), (&json!("locked"), &json!(false)));
    assert_eq!(browser.post("/api/desk/words", json!({"passphrase": PASSPHRASE})).await.refused().0, 423);
    let open = browser.post("/api/unlock", json!({"passphrase": PASSPHRASE})).await.ok();
    assert_eq!(open["words_to_confirm"], true);
    for form in [json!({"passphrase": null}), json!({"passphrase": "another"})] {
        let refused = browser.post("/api/desk/words", form).await.refused();
        assert_eq!(refused, (403, "wrong-passphrase".to_owned()));
    }
    let again = browser.post("/api/desk/words", json!({"passphrase": PASSPHRASE})).await.ok();
    assert_eq!(again["words"], json!(words));

    assert_eq!(browser.delete("/api/desk/words").await.status.as_u16(), 204);
    assert_eq!(browser.get("/api/session").await.ok()["words_to_confirm"], false);
    let gone = browser.post("/api/desk/words", json!({"passphrase": PASSPHRASE})).await;
    assert_eq!(gone.refused(), (409, "words-confirmed".to_owned()));
    desk.portal.stop().await;
}

#[tokio::test]
async fn the_words_are_in_exactly_one_answer_and_secrets_in_no_log() {
    let heard = logs();
    let (street, someone) = (Street::open().await, Someone::new(1));
    let desk = served(&street, &someone);
    let (link, _) = desk.portal.new_link(crate::browser::PORT);
    let (words, browser) = make_desk(&street, &desk, Some(PASSPHRASE)).await;
    assert_eq!(words.len(), 24);
    let line = words.join(" ");
    let mut all = String::new();
    for path in [
        "/api/session",
        "/api/desk",
        "/api/market",
        "/api/wallet",
        "/api/orders",
        "/api/receipts",
        "/api/goods",
        "/api/sales",
        "/api/watch",
        "/api/news",
        "/api/jobs",
        "/api/passkeys",
        "/api/doctor",
        "/api/choices",
        "/api/listings",
    ] {
        all.push_str(&browser.get(path).await.ok().to_string());
    }
    let again = browser.post("/api/desk", json!({"market": street.origin, "passphrase": null})).await;
    assert_eq!(again.refused(), (409, "desk-exists".to_owned()));
    all.push_str(&String::from_utf8_lossy(&again.bytes));
    let three = words[3..6].join(" ");
    assert!(!all.contains(&three) && !all.contains(PASSPHRASE), "a secret was said twice");
    drop(browser.post("/api/unlock", json!({"passphrase": "not quite it"})).await);
    let garbled = browser.post("/api/unlock", json!({"passphrase": 7, "words": "four quiet"})).await;
    assert!(!String::from_utf8_lossy(&garbled.bytes).contains("four quiet"));
    desk.portal.stop().await;

    let logged = String::from_utf8_lossy(&heard.0.lock().unwrap()).into_owned();
    let token = link.split("#open=").nth(1).unwrap();
    for secret in
        [line.as_str(), three.as_str(), PASSPHRASE, "not quite it", token, &browser.csrf, &browser.cookie]
    {
        assert!(!logged.contains(secret), "a secret was logged");
    }
}

#[tokio::test]
async fn a_passkey_opens_the_desk_beside_the_passphrase_until_it_is_removed() {
    let (street, someone) = (Street::open().await, Someone::new(1));
    let desk = served(&street, &someone);
    let (_, browser) = make_desk(&street, &desk, Some(PASSPHRASE)).await;
    let there = browser.get("/api/passkeys").await.ok();
    assert_eq!((&there["rp_id"], there["passkeys"].as_array().unwrap().len()), (&json!("localhost"), 0));
    assert_eq!(base64url::decode(there["salt"].as_str().unwrap()).unwrap().len(), 32);
    let (id, prf) = (base64url::encode(b"credential-1"), base64url::encode(&[9; 32]));
    for bad in [
        json!({"id": id, "prf": "AAAA", "name": "x"}),
        json!({"id": "!", "prf": prf, "name": "x"}),
        json!({"id": id, "prf": prf, "name": " "}),
    ] {
        assert!(browser.post("/api/passkeys", bad).await.status.is_client_error());
    }
    let added =
        browser.post("/api/passkeys", json!({"id": id, "prf": prf, "name": "This laptop"})).await.ok();
    assert_eq!((&added["salt"], &added["passkeys"][0]["name"]), (&there["salt"], &json!("This laptop")));
    desk.portal.stop().await;

    let desk = served(&street, &someone);
    let browser = Browser::open(&desk).await;
    let asked = browser.get("/api/passkeys").await.ok();
    assert_eq!(asked["salt"], there["salt"], "the salt stays, or no passkey would open anything");
    let with = |id: &str, prf: &str| json!({"passkey": {"id": id, "prf": prf}});
    let other = base64url::encode(&[8; 32]);
    for wrong in [with(&id, &other), with("bm9uZQ", &prf)] {
        assert_eq!(browser.post("/api/unlock", wrong).await.refused(), (403, "wrong-passkey".to_owned()));
    }
    assert_eq!(browser.post("/api/unlock", with(&id, &prf)).await.ok()["stage"], "open");
    let file: Value =
        serde_json::from_slice(&std::fs::read(folder_of(&someone).passkeys()).unwrap()).unwrap();
    assert!(!file.to_string().contains(&prf));
    drop(browser.delete(&format!("/api/passkeys/{id}")).await.ok());
    drop(browser.post("/api/lock", json!({})).await.ok());
    assert_eq!(
        browser.post("/api/unlock", with(&id, &prf)).await.refused(),
        (403, "wrong-passkey".to_owned())
    );
    assert_eq!(browser.post("/api/unlock", json!({"passphrase": PASSPHRASE})).await.ok()["stage"], "open");
    desk.portal.stop().await;
}

#[tokio::test]
async fn a_desk_without_a_passphrase_takes_no_passkey() {
    let (street, someone) = (Street::open().await, Someone::new(1));
    let desk = served(&street, &someone);
    let (_, browser) = make_desk(&street, &desk, None).await;
    drop(browser.get("/api/passkeys").await.ok());
    let form = json!({"id": base64url::encode(b"c"), "prf": base64url::encode(&[9; 32]), "name": "x"});
    assert_eq!(browser.post("/api/passkeys", form).await.refused(), (409, "no-passphrase".to_owned()));
    desk.portal.stop().await;
}
