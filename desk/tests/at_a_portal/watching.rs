//! The watch list: told by the desk's own mirror, each thing once; and a desk that is brought back.

use crate::browser::{Browser, Passing, make_desk, served};
use crate::street::{Someone, Street};
use axum::http::Method;
use serde_json::json;
use std::sync::Arc;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_mirror_tells_what_is_new_for_a_watched_search_and_what_changed_in_a_watched_listing() {
    let street = Arc::new(Street::open().await);
    let passing = Passing::on(&street);
    let (one, two) = (Someone::new(1), Someone::new(2));
    let (selling, watching) = (served(&street, &one), served(&street, &two));
    let (_, seller) = make_desk(&street, &selling, None).await;
    let (_, buyer) = make_desk(&street, &watching, None).await;
    for browser in [&seller, &buyer] {
        drop(browser.with_form(Method::PATCH, "/api/desk", json!({"idle_lock_s": 86_400})).await.ok());
    }
    assert_eq!(buyer.post("/api/watch", json!({})).await.status.as_u16(), 422);
    let search = json!({"query": {"words": "planes", "category": "transport"}});
    let line = buyer.post("/api/watch", search.clone()).await.ok();
    assert_eq!((&line["kind"], &line["name"]), (&json!("search"), &json!("planes transport")));
    assert_eq!(buyer.post("/api/watch", search).await.ok()["id"], line["id"], "watched once");
    let mut events = buyer.events(None).await;

    let sent = seller.put("/api/files/planes.csv", b"tail,year\nN1,1999\nN2,2001\n".to_vec()).await.ok();
    let draft =
        json!({"title": "Planes of 2013", "category": "transport", "licence": "CC0-1.0", "price": "20"});
    let job =
        seller.post("/api/goods", json!({"file": sent["file"], "draft": draft})).await.ok()["job"].clone();
    let listing = seller.job(job.as_str().unwrap()).await["result"]["listing"].as_str().unwrap().to_owned();
    let (_, event) = events.until("news").await;
    assert_eq!(event["unread"], 1);
    let news = buyer.get("/api/news").await.ok();
    assert_eq!((&news["news"][0]["what"], &news["news"][0]["listing"]), (&json!("new"), &json!(listing)));
    assert_eq!(buyer.get("/api/watch").await.ok()["items"][0]["unread"], 1);

    let watched = buyer.post("/api/watch", json!({"listing": listing})).await.ok();
    assert_eq!(watched["name"], "Planes of 2013");
    drop(
        seller.with_form(Method::PATCH, &format!("/api/goods/{listing}"), json!({"price": "15"})).await.ok(),
    );
    let news = buyer.until("/api/news", |news| news["news"][0]["what"] == "price").await;
    assert_eq!((&news["news"][0]["before"], &news["news"][0]["price"]), (&json!("20.00"), &json!("15.00")));
    drop(seller.post(&format!("/api/goods/{listing}/retire"), json!({})).await.ok());
    let news = buyer.until("/api/news", |news| news["news"][0]["what"] == "retired").await;
    assert_eq!((news["news"].as_array().unwrap().len(), &news["unread"]), (3, &json!(3)));
    assert_eq!(buyer.post("/api/news/read", json!({"ids": [news["news"][0]["id"]]})).await.ok()["unread"], 2);
    assert_eq!(buyer.post("/api/news/read", json!({})).await.ok()["unread"], 0);
    let own = seller.post("/api/watch", json!({"query": {"words": "planes"}})).await.ok();
    assert_eq!(own["unread"], 0);
    assert_eq!(
        buyer.delete(&format!("/api/watch/{}", line["id"].as_str().unwrap())).await.status.as_u16(),
        204
    );
    assert_eq!(
        buyer.get("/api/news").await.ok()["news"].as_array().unwrap().len(),
        2,
        "its news went with it"
    );
    drop(passing);
    selling.portal.stop().await;
    watching.portal.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_desk_comes_back_from_its_words_and_its_backup_through_the_pages() {
    let street = Arc::new(Street::open().await);
    let passing = Passing::on(&street);
    let one = Someone::new(1);
    let first = served(&street, &one);
    let (words, browser) = make_desk(&street, &first, Some("a passphrase")).await;
    let seller = browser.get("/api/session").await.ok()["desk"]["seller"].clone();
    let address =
        browser.post("/api/wallet/addresses", json!({})).await.ok()["address"].as_str().unwrap().to_owned();
    street.market.mint(address.parse().unwrap(), crate::street::money("7")).await.unwrap();
    browser.until("/api/wallet", |wallet| wallet["balance"] == "7.00").await;
    drop(browser.post("/api/watch", json!({"query": {"words": "herons"}})).await.ok());
    let backup = browser.post("/api/backup", json!({})).await;
    assert!(backup.headers["content-disposition"].to_str().unwrap().contains(".backup.age"));
    assert!(browser.get("/api/desk").await.ok()["last_backup"].is_string());
    first.portal.stop().await;

    let again = one.again();
    let second = served(&street, &again);
    let browser = Browser::open(&second).await;
    let file = browser.put("/api/files/desk.backup.age", backup.bytes).await.ok()["file"].clone();
    let swapped = [&words[1..2], &words[..1], &words[2..]].concat().join(" ");
    let wrong = json!({"words": swapped, "market": street.origin, "passphrase": null});
    let refused = browser.post("/api/desk/restore", wrong).await;
    assert_eq!(refused.status.as_u16(), 422);
    assert!(!String::from_utf8_lossy(&refused.bytes).contains(&words[5]), "words are not repeated");
    let form = json!({"words": words.join(" "), "backup": file, "passphrase": "another one"});
    let back = browser.post("/api/desk/restore", form).await.ok();
    assert!(back["records"].as_u64().unwrap() > 0);
    assert_eq!((&back["desk"]["seller"], &back["desk"]["passphrase"]), (&seller, &json!(true)));
    let job = browser.job(back["job"].as_str().unwrap()).await;
    assert_eq!((&job["state"], &job["result"]["found_orders"]), (&json!("done"), &json!(0)), "{job}");
    browser.until("/api/wallet", |wallet| wallet["balance"] == "7.00").await;
    assert_eq!(browser.get("/api/watch").await.ok()["items"][0]["name"], "herons");
    drop(passing);
    second.portal.stop().await;
}
