//! A whole sale through the pages: two people, two desks, one market; with a restart in the middle.

use crate::browser::{Browser, Passing, Served, folder_of, make_desk, served};
use crate::street::{Someone, Street};
use axum::http::{Method, StatusCode};
use serde_json::{Value, json};
use std::sync::Arc;
use tacit_desk::OpenDesk;
use tacit_desk::keyring::passphrase::Passphrases;

fn rows(how_many: usize) -> Vec<u8> {
    let mut text = String::from("tail,year,seats,email\n");
    for row in 0..how_many {
        text.push_str(&format!("N{row:05},{},{},x{row}@example.org\n", 1980 + row % 40, 2 + row % 300));
    }
    text.into_bytes()
}

fn draft() -> Value {
    json!({"title": "Planes registered in 2013", "abstract": "Tail numbers, years, seats.", "category": "transport",
        "tags": ["aviation"], "licence": "CC-BY-4.0", "price": "20", "updates": "", "preset": ""})
}

/// A desk whose page does not lock during the story.
async fn somebody(street: &Street, someone: &Someone) -> (Served, Browser) {
    let desk = served(street, someone);
    let (_, browser) = make_desk(street, &desk, None).await;
    drop(browser.with_form(Method::PATCH, "/api/desk", json!({"idle_lock_s": 86_400})).await.ok());
    (desk, browser)
}

async fn put_up(seller: &Browser) -> String {
    let sent = seller.put("/api/files/planes.csv", rows(400)).await.ok();
    let job =
        seller.post("/api/goods", json!({"file": sent["file"], "draft": draft(), "redact": ["email"]})).await;
    assert_eq!(job.status, StatusCode::ACCEPTED);
    let job = seller.job(job.json()["job"].as_str().unwrap()).await;
    assert_eq!(job["state"], "done", "{job}");
    job["result"]["listing"].as_str().unwrap().to_owned()
}

async fn top_up(street: &Street, buyer: &Browser, amount: &str) {
    let address =
        buyer.post("/api/wallet/addresses", json!({})).await.ok()["address"].as_str().unwrap().to_owned();
    street.market.mint(address.parse().unwrap(), crate::street::money(amount)).await.unwrap();
    buyer.until("/api/wallet", |wallet| wallet["balance"] == amount).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sale_from_the_first_run_to_both_receipts_goes_through_the_pages() {
    let street = Arc::new(Street::open().await);
    let passing = Passing::on(&street);
    let (one, two) = (Someone::new(1), Someone::new(2));
    let (selling, seller) = somebody(&street, &one).await;
    let (buying, buyer) = somebody(&street, &two).await;

    // What a form may hold, and what is wrong with it, field by field.
    let sent = seller.put("/api/files/planes.csv", rows(400)).await.ok();
    let bad = json!({"file": sent["file"], "draft": {"title": "x", "category": "planes", "licence": "CC-BY-4.0", "price": ""}});
    let refused = seller.post("/api/goods", bad).await;
    assert_eq!(refused.refused(), (422, "not-cleared".to_owned()));
    let refused = refused.json();
    let fields: Vec<_> = refused["fields"].as_array().unwrap().iter().map(|fault| &fault["field"]).collect();
    assert_eq!(fields, ["title", "category", "price"]);
    let looked = seller.post("/api/goods/check", json!({"file": sent["file"], "redact": []})).await.ok();
    assert_eq!((&looked["rows"], &looked["columns"][1]["name"]), (&json!(400), &json!("year")));
    assert!(looked["sample_rows"].as_u64().unwrap() > 0);
    assert!(looked["warnings"].to_string().contains("“email”"), "{}", looked["warnings"]);

    // What cannot be sold is not offered, and refused before anything is sealed.
    let offered = seller.get("/api/choices").await.ok();
    let codes: Vec<_> = offered["updates"].as_array().unwrap().iter().map(|choice| &choice["code"]).collect();
    assert_eq!(codes, ["none"]);
    let ever = json!({"file": sent["file"], "updates": "ever"});
    assert_eq!(seller.post("/api/goods/check", ever).await.json()["fields"][0]["field"], "updates");
    let mut draft = draft();
    draft["updates"] = json!("ever");
    let refused = seller.post("/api/goods", json!({"file": sent["file"], "draft": draft})).await;
    assert_eq!((refused.status.as_u16(), &refused.json()["fields"][0]["field"]), (422, &json!("updates")));
    // A promise that the file breaks is told while looking at it.
    let promised = json!({"file": sent["file"], "filled": ["year"]});
    assert_eq!(seller.post("/api/goods/check", promised).await.ok()["columns"][1]["nullable"], false);

    let mut told = seller.events(None).await;
    let listing = put_up(&seller).await;
    told.until("goods").await;
    let own = seller.get("/api/goods").await.ok();
    assert_eq!((&own["goods"][0]["listing"], &own["goods"][0]["state"]), (&json!(listing), &json!("live")));
    let left: Vec<_> = std::fs::read_dir(folder_of(&one).work().join("sent")).unwrap().collect();
    assert_eq!(left.len(), 1, "the copy that was sold is gone; the one that was not stays for a day");

    // The buyer finds it in their own copy of the catalogue, checks the sample, and buys.
    top_up(&street, &buyer, "50.00").await;
    let found = buyer
        .until("/api/listings?words=planes&category=transport&column=year", |found| found["total"] == 1)
        .await;
    assert_eq!(
        (&found["listings"][0]["id"], &found["listings"][0]["price"]),
        (&json!(listing), &json!("20.00"))
    );
    assert_eq!(buyer.get("/api/listings?words=boats").await.ok()["total"], 0);
    // Its page in the public catalogue says to search for its number.
    assert_eq!(buyer.get(&format!("/api/listings?words={listing}")).await.ok()["listings"][0]["id"], listing);
    let sample = buyer.get(&format!("/api/listings/{listing}/sample")).await.ok();
    assert_eq!(sample["rows"].as_array().unwrap().len() as u64, sample["drawn"].as_u64().unwrap());
    assert!(sample["rows"][0]["cells"][3].is_null(), "a closed cell is null");
    let shown = buyer.get(&format!("/api/listings/{listing}")).await.ok();
    assert_eq!((&shown["listing"]["own"], &shown["how_many_versions"]), (&json!(false), &json!(1)));

    let dear = buyer.post("/api/orders", json!({"listing": listing, "max_price": "19.00"})).await;
    assert_eq!(dear.refused(), (409, "price-changed".to_owned()));
    assert_eq!(dear.json()["money"], "Nothing was paid.");
    let mut heard = buyer.events(None).await;
    let placed = buyer.post("/api/orders", json!({"listing": listing, "max_price": "20.00"})).await;
    assert_eq!(placed.status, StatusCode::ACCEPTED);
    let (order, job) = (
        placed.json()["order"].as_str().unwrap().to_owned(),
        placed.json()["job"].as_str().unwrap().to_owned(),
    );
    let (id, event) = heard.until("order").await;
    assert_eq!(event["order"], json!(order));
    let done = buyer.job(&job).await;
    assert_eq!((&done["state"], &done["about"]), (&json!("done"), &json!(order)), "{done}");
    // A page that lost its connection goes on after the last event that it saw.
    let mut again = buyer.events(Some(&id)).await;
    assert_ne!(again.next().await.unwrap().0, id);
    assert_eq!(buyer.events(Some("1-1")).await.next().await.unwrap().1["event"], "again");

    let view = buyer.get(&format!("/api/orders/{order}")).await.ok();
    assert_eq!(
        (&view["card"]["state"], &view["file"]["there"], &view["can_cancel"]),
        (&json!("closed"), &json!(true), &json!(false))
    );
    assert!(view["timeline"].as_array().unwrap().iter().all(|step| step["done"] == true));
    assert!(view["money"].as_str().unwrap().contains("20.00 tUSD were paid"));
    let file = buyer.get(&format!("/api/orders/{order}/file")).await;
    assert_eq!(file.bytes, rows(400));
    assert!(file.headers["content-disposition"].to_str().unwrap().contains("planes-registered-in-2013.csv"));
    let sealed = buyer.get(&format!("/api/orders/{order}/sealed")).await;
    assert!(sealed.bytes.starts_with(b"age-encryption.org/v1"));
    let identity = buyer.post(&format!("/api/orders/{order}/identity"), json!({"passphrase": null})).await;
    assert!(identity.bytes.starts_with(b"AGE-SECRET-KEY-1"));

    let receipt = view["card"]["receipt"].as_str().unwrap().to_owned();
    let kept = buyer.get(&format!("/api/receipts/{receipt}")).await.ok();
    for check in ["signatures", "log", "ledger"] {
        assert_eq!(kept["verified"][check]["state"], "holds", "{kept}");
    }
    let shown = buyer.post(&format!("/api/receipts/{receipt}/presentation"), json!({"for": "finance"})).await;
    assert_eq!(shown.status, StatusCode::OK);
    let text = String::from_utf8_lossy(&shown.bytes).into_owned();
    assert!(!text.contains(&listing), "a presentation for bookkeeping says nothing of what was bought");
    let json_ = buyer.get(&format!("/api/receipts/{receipt}/json")).await;
    let verified = seller
        .send(seller.request(Method::POST, "/api/verify").body(json_.bytes.clone().into()).unwrap())
        .await
        .ok();
    assert_eq!((&verified["what"], &verified["holds"]), (&json!("receipt"), &json!(true)), "{verified}");
    let checks = |view: &Value, state: &str| -> Vec<String> {
        let findings = view["findings"].as_array().unwrap().iter().filter(|check| check["state"] == state);
        findings.map(|check| check["sentence"].as_str().unwrap().to_owned()).collect()
    };
    // A presentation for bookkeeping withholds, and points at no payment: neither was checked, and neither holds.
    let presented = seller
        .send(seller.request(Method::POST, "/api/verify").body(shown.bytes.clone().into()).unwrap())
        .await
        .ok();
    assert!(presented["withheld"].as_array().unwrap().contains(&json!("listing")), "{presented}");
    assert!(
        checks(&presented, "not_checked").iter().any(|line| line.starts_with("Whether it was made for you"))
    );
    assert!(checks(&presented, "remark").iter().any(|line| line.starts_with("It points at no payment")));
    assert!(
        !checks(&presented, "holds").iter().any(|line| line.contains("ithheld") || line.contains("payment"))
    );
    let asked = "/api/verify?to=the%20tax%20office&nonce=n-7";
    let refused =
        seller.send(seller.request(Method::POST, asked).body(shown.bytes.clone().into()).unwrap()).await;
    assert_eq!(refused.ok()["holds"], false, "it was made for somebody else");
    let form = json!({"for": "finance", "to": "the tax office", "nonce": "n-7"});
    let mine = buyer.post(&format!("/api/receipts/{receipt}/presentation"), form).await.bytes;
    let mine = seller.send(seller.request(Method::POST, asked).body(mine.into()).unwrap()).await.ok();
    assert!(checks(&mine, "holds").iter().any(|line| line.starts_with("It was made for you")), "{mine}");
    let half = seller
        .send(seller.request(Method::POST, "/api/verify?to=me").body(shown.bytes.into()).unwrap())
        .await;
    assert_eq!(half.json()["fields"][0]["field"], "nonce");

    // The whole ledger, checked from what the market gives to everybody.
    let job = seller.post("/api/verify/ledger", json!({})).await;
    let over = seller.job(job.json()["job"].as_str().unwrap()).await;
    assert_eq!(over["state"], "done", "{over}");
    assert_eq!(
        (&over["result"]["ledger"]["minted"], &over["result"]["ledger"]["inside"]),
        (&json!("50.00"), &json!("50.00"))
    );
    let mut forged = json_.bytes.clone();
    let place = forged.len() / 2;
    forged[place] = if forged[place] == b'A' { b'B' } else { b'A' };
    let refused = seller.send(seller.request(Method::POST, "/api/verify").body(forged.into()).unwrap()).await;
    assert!(refused.status.is_client_error() || refused.json()["holds"] == false);

    // The seller sees the sale, the money and the receipt.
    let sales = seller.until("/api/sales", |sales| sales["queue"][0]["over"] == true).await;
    assert_eq!(
        (&sales["earnings"]["total"], &sales["earnings"]["by_listing"][0]["sales"]),
        (&json!("20.00"), &json!(1))
    );
    assert_eq!(sales["earnings"]["by_day"].as_array().unwrap().len(), 1);
    seller.until("/api/receipts", |receipts| receipts["receipts"].as_array().unwrap().len() == 1).await;
    let wallet = seller.until("/api/wallet", |wallet| wallet["balance"] == "20.00").await;
    assert_eq!(wallet["history"][0]["order"], json!(order));
    let wallet = buyer.until("/api/wallet", |wallet| wallet["balance"] == "30.00").await;
    assert!(
        wallet["history"]
            .as_array()
            .unwrap()
            .iter()
            .any(|line| line["what"] == "sent" && line["order"] == json!(order))
    );

    // Paying by hand, as a job.
    let address = seller.post("/api/wallet/addresses", json!({})).await.ok()["address"].clone();
    let much = buyer.post("/api/wallet/payments", json!({"address": address, "amount": "31"})).await;
    assert_eq!(much.refused(), (409, "insufficient-funds".to_owned()));
    let job =
        buyer.post("/api/wallet/payments", json!({"address": address, "amount": "5"})).await.ok()["job"]
            .clone();
    assert_eq!(buyer.job(job.as_str().unwrap()).await["state"], "done");
    seller.until("/api/wallet", |wallet| wallet["balance"] == "25.00").await;
    drop(passing);
    selling.portal.stop().await;
    buying.portal.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_goes_on_after_a_restart_and_can_be_cancelled_before_it_is_paid() {
    let street = Arc::new(Street::open().await);
    let passing = Passing::on(&street);
    let (one, two) = (Someone::new(1), Someone::new(2));
    let (selling, seller) = somebody(&street, &one).await;
    let (buying, buyer) = somebody(&street, &two).await;
    let listing = put_up(&seller).await;
    top_up(&street, &buyer, "50.00").await;
    buyer.until("/api/listings", |found| found["total"] == 1).await;
    // The seller is away: nobody accepts.
    selling.portal.stop().await;
    let order = |placed: Value| placed["order"].as_str().unwrap().to_owned();
    let cancelled = buyer.post("/api/orders", json!({"listing": listing, "max_price": "20"})).await.ok();
    let said = buyer.delete(&format!("/api/jobs/{}", cancelled["job"].as_str().unwrap())).await.ok();
    assert_eq!((&said["job"]["state"], &said["money"]), (&json!("cancelled"), &json!("Nothing was paid.")));
    let view = buyer.get(&format!("/api/orders/{}", order(cancelled))).await.ok();
    assert_eq!((&view["card"]["state"], &view["card"]["over"]), (&json!("expired"), &json!(true)));
    let refused = buyer.post("/api/orders/ord_nonsense/cancel", json!({})).await;
    assert!(refused.status.is_client_error());

    let placed = buyer.post("/api/orders", json!({"listing": listing, "max_price": "20"})).await.ok();
    let (job, order) = (placed["job"].as_str().unwrap().to_owned(), order(placed));
    buyer.until(&format!("/api/jobs/{job}"), |job| job["state"] == "waiting").await;
    // A page that is loaded again finds the job where it was; a desk that is started again begins it anew.
    assert_eq!(buyer.get("/api/jobs").await.ok()["jobs"][0]["id"], json!(job));
    buying.portal.stop().await;
    let buying = served(&street, &two);
    let desk = OpenDesk::open(folder_of(&two), &Passphrases::default(), two.engines(&street)).await.unwrap();
    buying.portal.take_desk(Arc::new(desk));
    let buyer = Browser::open(&buying).await;
    let card = buyer.until(&format!("/api/orders/{order}"), |view| !view["card"]["job"].is_null()).await;
    assert_eq!(card["card"]["state"], "requested");

    let selling = served(&street, &one);
    let desk = OpenDesk::open(folder_of(&one), &Passphrases::default(), one.engines(&street)).await.unwrap();
    selling.portal.take_desk(Arc::new(desk));
    let view = buyer.until(&format!("/api/orders/{order}"), |view| view["card"]["over"] == true).await;
    assert_eq!(view["card"]["state"], "closed", "{view}");
    let late = buyer.post(&format!("/api/orders/{order}/cancel"), json!({})).await;
    assert_eq!(late.refused(), (409, "too-late".to_owned()));
    assert!(late.json()["money"].as_str().unwrap().contains("paid"));
    drop(passing);
    selling.portal.stop().await;
    buying.portal.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_listing_that_was_stopped_half_way_is_continued_and_only_sealed_once() {
    let street = Arc::new(Street::open().await);
    let one = Someone::new(1);
    let (selling, seller) = somebody(&street, &one).await;
    let sent = seller.put("/api/files/planes.csv", rows(400)).await.ok();
    // Time stands still: the beacon does not come, and the job waits.
    let mut events = seller.events(None).await;
    let begun = seller.post("/api/goods", json!({"file": sent["file"], "draft": draft()})).await.ok();
    let job = begun["job"].as_str().unwrap().to_owned();
    let mut counted = Vec::new();
    let waits = loop {
        let (_, event) = events.until("job").await;
        let view = event["job"].clone();
        if view["unit"] == "bytes" {
            counted.push((
                view["stage"].clone(),
                view["done"].as_u64().unwrap(),
                view["total"].as_u64().unwrap(),
            ));
        }
        if view["state"] == "waiting" {
            break view;
        }
    };
    let listing = waits["about"].as_str().unwrap().to_owned();
    let whole = |stage: &str| {
        let said = |(name, done, total): &&(Value, u64, u64)| {
            name.as_str().unwrap().starts_with(stage) && done == total && *total > 0
        };
        counted.iter().find(said).map(|(_, _, total)| *total)
    };
    assert_eq!(
        whole("Sealing"),
        Some(2 * rows(400).len() as u64),
        "read once to be sealed and once to be promised"
    );
    assert!(whole("Uploading").unwrap() > rows(400).len() as u64, "{counted:?}");
    let said = seller.delete(&format!("/api/jobs/{job}")).await.ok();
    assert_eq!(
        (&said["job"]["state"], said["money"].as_str().unwrap().is_empty()),
        (&json!("cancelled"), false)
    );
    assert_eq!(seller.delete(&format!("/api/jobs/{job}")).await.refused().0, 409);
    let own = seller.get("/api/goods").await.ok();
    assert_eq!((&own["goods"][0]["listing"], &own["goods"][0]["state"]), (&json!(listing), &Value::Null));
    assert_eq!(own["goods"][0]["draft"]["abstract"], "Tail numbers, years, seats.");

    let passing = Passing::on(&street);
    let begun = seller.post(&format!("/api/goods/{listing}/continue"), json!({})).await.ok();
    let done = seller.job(begun["job"].as_str().unwrap()).await;
    assert_eq!((&done["state"], &done["result"]["listing"]), (&json!("done"), &json!(listing)), "{done}");
    let paused = seller.post(&format!("/api/goods/{listing}/pause"), json!({})).await.ok();
    assert_eq!((&paused["state"], &paused["version"]), (&json!("paused"), &json!(2)));
    let changed =
        seller.with_form(Method::PATCH, &format!("/api/goods/{listing}"), json!({"price": "25"})).await.ok();
    assert_eq!(changed["price"], "25.00");
    assert_eq!(seller.post(&format!("/api/goods/{listing}/resume"), json!({})).await.ok()["state"], "live");
    assert_eq!(
        seller.post(&format!("/api/goods/{listing}/retire"), json!({})).await.ok()["state"],
        "retired"
    );
    drop(passing);
    selling.portal.stop().await;
}
