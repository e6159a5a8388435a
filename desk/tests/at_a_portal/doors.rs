//! Who is let in: only this desk's own address, its own pages, and who has its link.

use crate::browser::{Browser, NotBuilt, PORT, cookie_of, make_desk, served};
use crate::street::{Someone, Street};
use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;

#[tokio::test]
async fn a_link_opens_one_session_once_and_for_ten_minutes() {
    let (street, someone) = (Street::open().await, Someone::new(1));
    let desk = served(&street, &someone);
    let stranger = Browser { router: desk.router.clone(), cookie: String::new(), csrf: String::new() };
    assert_eq!(stranger.get("/api/session").await.refused(), (401, "no-session".to_owned()));
    assert_eq!(stranger.get("/api/wallet").await.refused(), (401, "no-session".to_owned()));

    let token = |link: String| link.split("#open=").nth(1).unwrap().to_owned();
    let first = token(desk.portal.new_link(PORT).0);
    let opened = stranger.post("/api/session", json!({"token": first})).await;
    let set = opened.headers[header::SET_COOKIE].to_str().unwrap().to_owned();
    for part in ["HttpOnly", "SameSite=Strict", "Path=/"] {
        assert!(set.contains(part), "{set} has no {part}");
    }
    assert!(set.starts_with(&format!("tacit_desk_{PORT}=")) && !set.contains("Domain"));
    assert_eq!(opened.json()["stage"], "new");
    let again = stranger.post("/api/session", json!({"token": first})).await;
    assert_eq!(again.refused(), (403, "used-link".to_owned()));

    let late = token(desk.portal.new_link(PORT).0);
    street.clock.pass(Duration::from_secs(601));
    let refused = stranger.post("/api/session", json!({"token": late})).await;
    assert_eq!(refused.refused(), (403, "used-link".to_owned()));
    let guessed = stranger.post("/api/session", json!({"token": ""})).await;
    assert_eq!(guessed.refused(), (403, "used-link".to_owned()));

    // Somebody who is in gives a link to another browser of theirs.
    let browser = Browser {
        router: desk.router.clone(),
        cookie: cookie_of(&opened),
        csrf: opened.json()["csrf"].as_str().unwrap().to_owned(),
    };
    street.clock.pass(Duration::from_secs(1));
    drop(browser.post("/api/session/active", json!({})).await.ok());
    let link = browser.post("/api/links", json!({})).await.ok()["link"].as_str().unwrap().to_owned();
    assert!(link.starts_with(&format!("http://localhost:{PORT}/#open=")));
    drop(stranger.post("/api/session", json!({"token": token(link)})).await.ok());
    assert_eq!(browser.delete("/api/session").await.status, StatusCode::NO_CONTENT);
    assert_eq!(browser.get("/api/session").await.refused(), (401, "no-session".to_owned()));
}

#[tokio::test]
async fn a_name_that_was_rebound_to_this_machine_is_not_answered() {
    let (street, someone) = (Street::open().await, Someone::new(1));
    let desk = served(&street, &someone);
    let browser = Browser::open(&desk).await;
    let asked = |host: &str| {
        let request =
            Request::get("/api/session").header(header::HOST, host).header(header::COOKIE, &browser.cookie);
        browser.send(request.body(Body::empty()).unwrap())
    };
    for host in ["localhost:4310", "127.0.0.1:4310", "[::1]:4310", "LOCALHOST:4310"] {
        assert_eq!(asked(host).await.status, StatusCode::OK, "{host}");
    }
    for host in [
        "evil.example:4310",
        "localhost.evil.example:4310",
        "localhost:4310.evil.example",
        "evil.example",
        "localhost",
        "localhost:4311",
        "127.0.0.1:80",
        "127.0.0.2:4310",
        "0.0.0.0:4310",
        "localhost:04310",
        "user@localhost:4310",
        "localhost:4310@evil.example",
        "",
    ] {
        assert_eq!(asked(host).await.refused(), (421, "wrong-host".to_owned()), "{host}");
    }
    let nameless = Request::get("/").body(Body::empty()).unwrap();
    assert_eq!(browser.send(nameless).await.status, StatusCode::MISDIRECTED_REQUEST);
    let both =
        Request::get("/").header(header::HOST, "localhost:4310").header(header::HOST, "evil.example:4310");
    assert_eq!(browser.send(both.body(Body::empty()).unwrap()).await.status, StatusCode::MISDIRECTED_REQUEST);
    let page = Request::get("/").header(header::HOST, "evil.example:4310").body(Body::empty()).unwrap();
    assert_eq!(browser.send(page).await.status, StatusCode::MISDIRECTED_REQUEST);
}

#[tokio::test]
async fn a_hostile_page_in_another_tab_moves_nothing() {
    let (street, someone) = (Street::open().await, Someone::new(1));
    let desk = served(&street, &someone);
    let browser = Browser::open(&desk).await;
    let post = |name: &'static str, value: &'static str| {
        let request = Request::post("/api/links")
            .header(header::HOST, "localhost:4310")
            .header(header::COOKIE, &browser.cookie)
            .header("x-tacit-csrf", &browser.csrf)
            .header(name, value);
        browser.send(request.body(Body::empty()).unwrap())
    };
    for origin in [
        "https://evil.example",
        "null",
        "http://localhost:4311",
        "https://localhost:4310",
        "http://127.0.0.1:4310",
    ] {
        assert_eq!(post("origin", origin).await.refused(), (403, "other-page".to_owned()), "{origin}");
    }
    for site in ["cross-site", "same-site"] {
        assert_eq!(post("sec-fetch-site", site).await.refused(), (403, "other-page".to_owned()), "{site}");
    }
    assert_eq!(post("origin", "http://localhost:4310").await.status, StatusCode::OK);
    assert_eq!(post("sec-fetch-site", "none").await.status, StatusCode::OK);

    // A page cannot set the token without having read it, and forms cannot set a header at all.
    let without = Request::post("/api/links")
        .header(header::HOST, "localhost:4310")
        .header(header::COOKIE, &browser.cookie);
    assert_eq!(
        browser.send(without.body(Body::empty()).unwrap()).await.refused(),
        (403, "no-csrf".to_owned())
    );
    let mut wrong = browser.clone();
    wrong.csrf = "x".repeat(43);
    for (method, path) in [
        (Method::POST, "/api/lock"),
        (Method::POST, "/api/wallet/payments"),
        (Method::DELETE, "/api/session"),
        (Method::PATCH, "/api/desk"),
        (Method::PUT, "/api/files/x.csv"),
    ] {
        let answer = wrong.with_form(method, path, json!({})).await;
        assert_eq!(answer.refused(), (403, "no-csrf".to_owned()), "{path}");
    }
    // A token of another session is none.
    let other = Browser::open(&desk).await;
    wrong.csrf = other.csrf.clone();
    assert_eq!(wrong.post("/api/links", json!({})).await.refused(), (403, "no-csrf".to_owned()));
    // Reading is refused to other pages too, images and scripts included.
    let image = Request::get("/api/session")
        .header(header::HOST, "localhost:4310")
        .header(header::COOKIE, &browser.cookie)
        .header("sec-fetch-site", "cross-site");
    assert_eq!(
        browser.send(image.body(Body::empty()).unwrap()).await.refused(),
        (403, "other-page".to_owned())
    );
}

#[tokio::test]
async fn every_answer_forbids_scripts_and_frames_from_elsewhere() {
    let (street, someone) = (Street::open().await, Someone::new(1));
    let desk = served(&street, &someone);
    let browser = Browser::open(&desk).await;
    let stranger = Browser { router: desk.router.clone(), cookie: String::new(), csrf: String::new() };
    let rebound = Request::get("/").header(header::HOST, "evil.example").body(Body::empty()).unwrap();
    let answers = [
        browser.get("/").await,
        browser.get("/orders/ord_1").await,
        browser.get("/assets/app-1.js").await,
        browser.get("/assets/none.js").await,
        browser.get("/api/session").await,
        browser.get("/api/nothing").await,
        browser.get("/api/wallet").await,
        stranger.get("/api/session").await,
        browser.post("/api/session", json!({"token": "x"})).await,
        browser.send(rebound).await,
    ];
    for answer in &answers {
        let policy = answer.headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
        for part in
            ["default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "form-action 'none'"]
        {
            assert!(policy.contains(part), "{policy}");
        }
        assert!(!policy.contains("unsafe") && !policy.contains('*') && !policy.contains("http"), "{policy}");
        assert_eq!(answer.headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
        assert_eq!(answer.headers[header::REFERRER_POLICY], "no-referrer");
        assert_eq!(answer.headers["cross-origin-opener-policy"], "same-origin");
        assert_eq!(answer.headers["cross-origin-resource-policy"], "same-origin");
        assert!(!answer.headers.contains_key("access-control-allow-origin"));
    }
    for answer in &answers[4..] {
        assert_eq!(answer.headers[header::CACHE_CONTROL], "no-store");
    }
    assert_eq!(answers[3].status, StatusCode::NOT_FOUND);
    assert_eq!(answers[5].refused(), (404, "not-found".to_owned()));
    assert_eq!(answers[6].refused(), (409, "no-desk".to_owned()));
}

#[tokio::test]
async fn paths_lead_to_the_build_and_nowhere_else() {
    let (street, someone) = (Street::open().await, Someone::new(1));
    let desk = served(&street, &someone);
    let (_, browser) = make_desk(&street, &desk, None).await;
    for path in [
        "/../desk.toml",
        "/assets/../../keyring.plain",
        "/%2e%2e/keyring.plain",
        "/assets/%2e%2e%2f%2e%2e%2fkeyring.plain",
        "/..%5c..%5ckeyring.plain",
        "/%00",
        "//etc/passwd",
        "/assets/app-1.js%00.html",
        "/keyring.plain",
        "/desk.toml",
    ] {
        let answer = browser.get(path).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        assert!(!String::from_utf8_lossy(&answer.bytes).contains("tacit keyring"), "{path}");
    }
    assert!(String::from_utf8_lossy(&browser.get("/buy/lst_1").await.bytes).contains("<!doctype html>"));
    let not_built = desk.portal.router(Arc::new(NotBuilt), PORT);
    let page = Browser { router: not_built, ..browser.clone() }.get("/").await;
    let text = String::from_utf8_lossy(&page.bytes).into_owned();
    assert!(text.contains("cargo xtask pages") && !text.contains("<script") && !text.contains("style="));

    for name in [
        "..",
        "%2e%2e",
        "..%2fx.csv",
        "a%2fb.csv",
        "%2fetc%2fpasswd",
        "a%00b.csv",
        ".hidden",
        "a..b",
        "a~b.csv",
    ] {
        let answer = browser.put(&format!("/api/files/{name}"), b"a\n1\n".to_vec()).await;
        assert!(answer.status.is_client_error(), "{name} was taken: {}", answer.status);
    }
    let sent = browser.put("/api/files/planes%202013.csv", b"a\n1\n".to_vec()).await.ok();
    assert_eq!(sent["bytes"], 4);
    let file = sent["file"].as_str().unwrap();
    let checked = browser.post("/api/goods/check", json!({"file": file})).await.ok();
    assert_eq!((&checked["rows"], &checked["name"]), (&json!(1), &json!("planes 2013.csv")));
    for other in ["../../keyring.plain", "x~../../../keyring.plain", "AAAAAAAAAAAAAAAA~keyring.plain"] {
        let answer = browser.post("/api/goods/check", json!({"file": other})).await;
        assert!(answer.status.is_client_error(), "{other}");
    }
    // A link in the place of a file that was sent is not followed.
    let folder = crate::browser::folder_of(&someone);
    let place = folder.work().join("sent").join(file.split('~').next().unwrap()).join("planes 2013.csv");
    std::fs::remove_file(&place).unwrap();
    std::os::unix::fs::symlink(folder.plain_keyring(), &place).unwrap();
    let answer = browser.post("/api/goods/check", json!({"file": file})).await;
    assert_eq!(answer.refused(), (404, "not-found".to_owned()));
}
