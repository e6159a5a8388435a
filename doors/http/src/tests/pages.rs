//! The public catalogue as a stranger's browser, a search engine and a hostile seller meet it.

use super::markup::Markup;
use super::*;
use crate::Rate;
use serde_json::Value;
use std::collections::{BTreeSet, VecDeque};
use tacit_catalogue::testing::{listing, seller_key};
use tacit_catalogue::{Column, Listing, ListingState};
use tacit_delivery::{ColumnProfile, ColumnType, ExcerptRow, Manifest, SampleExcerpt};
use tacit_ports::market::{MarketStore, StoredListing, StoredManifest};
use tacit_values::{Epoch, ListingId};

const FIRST_VIEW_MOST: usize = 50_000;

/// Puts versions of listings with their promises and samples into a store, as the flows do.
async fn stocked(listings: &[Listing]) -> Street {
    let store = MemoryMarket::new();
    let mut tx = store.begin().await.unwrap();
    for listing in listings {
        let (manifest, sample) = behind(listing);
        tx.manifests().put(&manifest).await.unwrap();
        tx.manifests().keep_excerpt(listing.manifest, &serde_json::to_vec(&sample).unwrap()).await.unwrap();
        let document = serde_json::to_vec(&listing.clone().sign(&seller_key()).unwrap()).unwrap();
        let stored = StoredListing {
            id: listing.id,
            version: u64::from(listing.version),
            seller: listing.seller,
            manifest: listing.manifest,
            live: listing.is_for_sale(),
            at: listing.at,
            shown_after: Epoch(0),
            document,
        };
        tx.listings().put(&stored).await.unwrap();
    }
    tx.commit().await.unwrap();
    Street::over(store, DoorSettings::default(), origin()).await
}

fn behind(listing: &Listing) -> (StoredManifest, SampleExcerpt) {
    let kind = |column: &Column| serde_json::from_value(Value::from(column.cells.as_str())).unwrap();
    let schema = listing.columns.iter().map(|column| tacit_delivery::Column {
        name: column.name.clone(),
        kind: kind(column),
        nullable: column.nullable,
        redacted: column.redacted,
    });
    let promised = Manifest {
        v: 1,
        name: "planes \"2013\" <b>.csv".to_owned(),
        media_type: listing.media_type.as_str().to_owned(),
        bytes: listing.bytes,
        plaintext: Digest::of(b"plaintext"),
        body: Digest::of(b"body"),
        rows: listing.rows,
        schema: schema.collect(),
        row_root: Digest::of(b"rows"),
        blocks_root: Digest::of(b"blocks"),
        blocks: Digest::of(b"list"),
        breach_ppm: 0,
        sample: 167,
    };
    let manifest = StoredManifest {
        digest: listing.manifest,
        seller: listing.seller,
        listing: listing.id,
        name: promised.name.clone(),
        body: promised.body,
        blocks: promised.blocks,
        at: listing.at,
        document: serde_json::to_vec(&promised.sign(&seller_key())).unwrap(),
    };
    let profile =
        listing.columns.iter().filter(|column| !column.redacted).take(64).map(|column| ColumnProfile {
            name: column.name.clone(),
            kind: ColumnType::Integer,
            empty_ppm: 120_000,
            distinct: 46,
            quantiles: Some(["1956", "1999", "2001", "2005", "2013"].map(str::to_owned)),
        });
    let row = |row: u64| ExcerptRow {
        row,
        cells: listing
            .columns
            .iter()
            .take(64)
            .map(|column| (!column.redacted).then(|| "N1 <i>".to_owned()))
            .collect(),
    };
    let rows = (0..8).map(row).collect();
    (manifest, SampleExcerpt { v: 1, drawn: 167, breaches: 0, profile: profile.collect(), rows })
}

/// Enough listings for a second page of results.
fn some() -> Vec<Listing> {
    (1..=25).map(|number| Listing { manifest: Digest::of(&[number]), ..listing(number) }).collect()
}

impl Street {
    /// What a browser gets.
    async fn page(&self, path: &str) -> Answer {
        let mut request = request("GET", path, b"");
        request.headers_mut().insert("accept", "text/html,application/xhtml+xml,*/*;q=0.8".parse().unwrap());
        self.send(request).await
    }
}

impl Answer {
    fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    fn markup(&self) -> Markup {
        assert_eq!(self.header("content-type"), "text/html; charset=utf-8");
        Markup::of_page(self.text())
    }
}

fn pages(listing: &Listing) -> Vec<String> {
    let (id, seller) = (listing.id, listing.seller);
    vec![
        "/".to_owned(),
        "/search".to_owned(),
        "/search?q=planes&category=transport&sort=newest&page=2".to_owned(),
        "/search?q=nothing-has-this-word".to_owned(),
        format!("/listings/{id}"),
        format!("/listings/{id}?version=1"),
        format!("/listings/{id}/columns"),
        format!("/sellers/{seller}"),
        "/market".to_owned(),
        "/log".to_owned(),
        "/privacy".to_owned(),
        "/help".to_owned(),
    ]
}

#[tokio::test]
async fn every_page_is_whole_small_and_lets_a_browser_do_nothing_but_show_it() {
    let listings = some();
    let street = stocked(&listings).await;
    for path in pages(&listings[0]) {
        let answer = street.page(&path).await;
        assert_eq!(answer.status, 200, "{path}");
        let markup = answer.markup();
        assert_eq!(
            answer.header("content-security-policy"),
            "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; \
             frame-ancestors 'none'",
            "{path}"
        );
        assert_eq!(answer.header("referrer-policy"), "no-referrer", "{path}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert!(!answer.headers.contains_key("set-cookie"), "{path}");
        let style = street.get(markup.link("stylesheet").unwrap()).await;
        assert_eq!((style.status.as_u16(), style.header("content-type")), (200, "text/css; charset=utf-8"));
        assert!(style.header("cache-control").contains("immutable"));
        let view = answer.body.len() + style.body.len();
        assert!(view < FIRST_VIEW_MOST, "{path}: {view} bytes");
        let own = |address: &str| address.starts_with('/') || address.starts_with('#');
        for source in markup.values("src").chain(markup.link("icon")).chain(markup.link("stylesheet")) {
            assert!(own(source), "{path} loads {source}");
        }
        assert!(markup.values("action").all(own), "{path}");
        for data in &markup.scripts {
            serde_json::from_str::<Value>(data).unwrap();
        }
        assert!(
            markup
                .tags
                .iter()
                .filter(|tag| tag.name == "script")
                .all(|tag| { tag.attributes.get("type").is_some_and(|kind| kind == "application/ld+json") })
        );
        let indexed = markup.link("canonical").is_some();
        assert_eq!(indexed, !answer.text().contains("noindex"), "{path} says one of the two");
    }
}

#[tokio::test]
async fn a_stranger_can_follow_every_link_from_the_first_page() {
    let listings = some();
    let street = stocked(&listings).await;
    street.pass(Duration::from_secs(3)).await;
    let mut known: BTreeSet<String> = BTreeSet::from(["/".to_owned()]);
    let mut waiting: VecDeque<String> = known.iter().cloned().collect();
    let mut walked = 0;
    while let Some(path) = waiting.pop_front() {
        let answer = street.page(&path).await;
        // The log is empty here, and what stands behind the manifests' own addresses needs it.
        if path.starts_with("/api/v1/manifests/") {
            continue;
        }
        assert_eq!(answer.status, 200, "{path}");
        walked += 1;
        if !answer.header("content-type").starts_with("text/html") || path.matches('=').count() > 2 {
            continue;
        }
        for address in answer.markup().values("href").filter(|address| address.starts_with('/')) {
            let address = address.split('#').next().unwrap().to_owned();
            if known.insert(address.clone()) {
                waiting.push_back(address);
            }
        }
    }
    for listing in &listings {
        assert!(known.contains(&format!("/listings/{}", listing.id)), "{} is reached", listing.id);
    }
    assert!(walked > 60, "{walked}");
}

#[tokio::test]
async fn nothing_that_a_seller_writes_becomes_markup() {
    let evil = "</script><script>alert(1)</script>\"'><img src=x onerror=alert(1)>&amp;";
    let mut bad = listing(1);
    bad.title = evil.parse().unwrap();
    bad.summary = format!("<!-- {evil} -->").parse().unwrap();
    for column in &mut bad.columns {
        column.name = format!("{}{evil}", column.name);
    }
    let street = stocked(std::slice::from_ref(&bad)).await;
    for path in pages(&bad).iter().filter(|path| !path.contains("page=2")) {
        let answer = street.page(path).await;
        let markup = answer.markup();
        assert!(!markup.tags.iter().any(|tag| tag.name == "img"), "{path}");
        assert!(markup.scripts.iter().all(|data| serde_json::from_str::<Value>(data).is_ok()), "{path}");
    }
    let page = street.page(&format!("/listings/{}", bad.id)).await;
    let markup = page.markup();
    assert!(markup.text.contains(evil), "it is shown as it was written");
    let data: Value = serde_json::from_str(&markup.scripts[0]).unwrap();
    assert_eq!((&data["@type"], &data["name"]), (&Value::from("Dataset"), &Value::from(evil)));
    for path in ["/feed.xml", "/sitemap.xml"] {
        Markup::read(street.get(path).await.text());
    }
    let query = "/search?q=%22%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E&column=%3Cb%3E";
    assert!(street.page(query).await.markup().scripts.is_empty());
}

#[tokio::test]
async fn a_very_long_listing_stays_bounded() {
    let mut long = listing(1);
    long.title = "W".repeat(120).parse().unwrap();
    long.summary = "漢".repeat(4_000).parse().unwrap();
    let column = |place: usize| Column {
        name: format!("{place}-{}", "c".repeat(200)),
        cells: "integer".to_owned(),
        nullable: true,
        redacted: false,
    };
    long.columns = (0..600).map(column).collect();
    let street = stocked(std::slice::from_ref(&long)).await;
    let page = street.page(&format!("/listings/{}", long.id)).await;
    assert!(page.body.len() < 2 * FIRST_VIEW_MOST, "{}", page.body.len());
    assert!(page.text().contains("/columns\""), "the other columns have a page of their own");
    let all = street.page(&format!("/listings/{}/columns", long.id)).await;
    assert!(all.text().contains("599-ccc"));
}

#[tokio::test]
async fn a_listing_speaks_the_languages_of_other_catalogues() {
    let listings = some();
    let street = stocked(&listings).await;
    let id = listings[0].id;
    let page = street.page(&format!("/listings/{id}")).await.markup();
    let address = format!("https://market.example/listings/{id}");
    assert_eq!(page.link("canonical"), Some(address.as_str()));
    let croissant = street.get(&format!("/listings/{id}/croissant.json")).await;
    assert_eq!(
        croissant.header("content-type"),
        "application/ld+json; profile=\"http://mlcommons.org/croissant/1.1\""
    );
    let croissant: Value = croissant.json();
    assert_eq!(croissant["conformsTo"], "http://mlcommons.org/croissant/1.1");
    assert_eq!(
        (&croissant["url"], croissant["distribution"].as_array().unwrap().len()),
        (&Value::from(address), 2)
    );
    let policy: Value = street.get(&format!("/listings/{id}/odrl.jsonld")).await.json();
    assert_eq!(policy["@type"], "Set");
    let feed: Value = street.get("/catalogue.jsonld").await.json();
    assert_eq!(
        (feed["dcat:dataset"].as_array().unwrap().len(), &feed["hydra:totalItems"]),
        (25, &Value::from(25))
    );
    let atom = street.get("/feed.xml").await;
    assert_eq!(atom.header("content-type"), "application/atom+xml; charset=utf-8");
    assert_eq!(Markup::read(atom.text()).tags.iter().filter(|tag| tag.name == "entry").count(), 25);
    let sitemap = street.get("/sitemap.xml").await;
    assert_eq!(Markup::read(sitemap.text()).tags.iter().filter(|tag| tag.name == "url").count(), 31);
    let robots = street.get("/robots.txt").await;
    assert!(robots.text().contains("Sitemap: https://market.example/sitemap.xml"));
    let file = croissant["distribution"][0]["contentUrl"].as_str().unwrap();
    let allowed = robots.text().lines().find_map(|line| line.strip_prefix("Allow: /api")).unwrap().to_owned();
    assert!(file.contains(&format!("/api{allowed}")), "what the document points at may be fetched");
}

#[tokio::test]
async fn whoever_is_sent_a_link_sees_a_picture_of_the_market() {
    let listings = some();
    let street = stocked(&listings).await;
    let page = street.page(&format!("/listings/{}", listings[0].id)).await;
    let address = page.text().split("property=\"og:image\" content=\"").nth(1).unwrap();
    let address = address.split('"').next().unwrap();
    let path = address.strip_prefix("https://market.example").unwrap();
    for meta in ["og:image:width\" content=\"1200\"", "og:image:height\" content=\"630\"", "og:image:alt"] {
        assert!(page.text().contains(meta), "{meta}");
    }
    let picture = street.get(path).await;
    assert_eq!((picture.status.as_u16(), picture.header("content-type")), (200, "image/png"));
    assert!(picture.body.len() < 30_000);
    assert_eq!(&picture.body[12..24], b"IHDR\x00\x00\x04\xb0\x00\x00\x02\x76", "1200 by 630");
}

#[tokio::test]
async fn a_large_catalogue_has_a_sitemap_of_sitemaps_and_a_feed_in_pages() {
    let many: Vec<Listing> = (0..10_001_u32)
        .map(|number| {
            let mut id = [0; 16];
            id[..4].copy_from_slice(&number.to_be_bytes());
            Listing { id: ListingId::from_bytes(id), columns: Vec::new(), rows: 0, ..listing(1) }
        })
        .collect();
    let street = stocked(&many).await;
    let index = Markup::read(street.get("/sitemap.xml").await.text());
    assert_eq!(index.tags.iter().filter(|tag| tag.name == "sitemap").count(), 2);
    let urls =
        |answer: &Answer| Markup::read(answer.text()).tags.iter().filter(|tag| tag.name == "url").count();
    assert_eq!(urls(&street.get("/sitemap/1.xml").await), 10_006);
    assert_eq!(urls(&street.get("/sitemap/2.xml").await), 1);
    for bad in ["/sitemap/3.xml", "/sitemap/0.xml", "/sitemap/1", "/sitemap/99999999999999999999.xml"] {
        assert_eq!(street.get(bad).await.status, 404, "{bad}");
    }
    let first: Value = street.get("/catalogue.jsonld").await.json();
    let next = first["hydra:view"]["hydra:next"]["@id"].as_str().unwrap();
    let second: Value = street.get(next.strip_prefix("https://market.example").unwrap()).await.json();
    assert_ne!(first["dcat:dataset"][0]["@id"], second["dcat:dataset"][0]["@id"]);
}

#[tokio::test]
async fn browsers_get_pages_and_programs_get_problem_documents() {
    let listings = some();
    let retired = Listing { version: 2, state: ListingState::Retired, ..listings[0].clone() };
    let street = stocked(&[listings[0].clone(), retired]).await;
    let gone = format!("/listings/{}", listings[0].id);
    for (path, status) in [
        ("/nowhere", 404),
        ("/listings/lst_00000000000000000000000000", 404),
        ("/listings/flights", 422),
        ("/sellers/somebody", 422),
        ("/search?price_from=much", 422),
        ("/search?sort=luck", 422),
        ("/assets/other.css", 404),
        (gone.as_str(), 410),
    ] {
        let answer = street.page(path).await;
        assert_eq!(answer.status, status, "{path}");
        let page = answer.markup();
        assert!(page.values("href").any(|address| address == "/search"), "{path} says where to go on");
        assert!(answer.text().contains("No money is concerned"), "{path} says what happened to the money");
        assert!(page.link("canonical").is_none() && answer.text().contains("noindex"), "{path}");
        assert_eq!((answer.header("cache-control"), answer.header("vary")), ("no-store", "accept"), "{path}");
        assert_eq!(street.get(path).await.problem().status, status, "{path} for programs");
    }
    assert!(street.page(&gone).await.text().contains("good on 2026-11-20"));
    assert_eq!(street.get(&format!("{gone}/croissant.json")).await.status, 410);
    let api = street.page("/api/v1/nowhere").await;
    assert_eq!(api.refusal(), (404, "not-found".into()), "the API never answers with pages");
    let posted = street.send(request("POST", "/search", b"q=1")).await;
    assert_eq!(posted.refusal(), (405, "wrong-verb".into()));
}

#[tokio::test]
async fn whoever_asks_too_often_is_told_so_on_a_page() {
    let settings = DoorSettings { per_address: Rate::new(1, 1), ..DoorSettings::default() };
    let street = Street::with(settings, origin()).await;
    assert_eq!(street.page("/").await.status, 200);
    let answer = street.page("/").await;
    assert_eq!((answer.status.as_u16(), answer.header("retry-after")), (429, "1"));
    assert!(answer.markup().text.contains("Too many requests"));
}

#[tokio::test]
async fn a_page_that_did_not_change_is_not_sent_again_and_a_head_has_no_body() {
    let listings = some();
    let street = stocked(&listings).await;
    for path in pages(&listings[0]) {
        let first = street.page(&path).await;
        let mut again = request("GET", &path, b"");
        again.headers_mut().insert("if-none-match", first.headers["etag"].clone());
        let again = street.send(again).await;
        assert_eq!((again.status.as_u16(), again.body.len()), (304, 0), "{path}");
        assert_eq!(again.header("etag"), first.header("etag"));
        let head = street.send(request("HEAD", &path, b"")).await;
        assert_eq!((head.status.as_u16(), head.body.len()), (200, 0), "{path}");
        assert_eq!(head.header("etag"), first.header("etag"));
    }
    let search = street.page("/search?q=planes").await;
    assert!(
        search.header("cache-control").starts_with("private"),
        "what somebody looks for is in no shared cache"
    );
}

#[tokio::test]
async fn an_empty_market_says_what_to_do_next() {
    let street = Street::open().await;
    let home = street.page("/").await;
    assert!(home.markup().text.contains("Nothing is for sale here yet."));
    let search = street.page("/search?q=planes").await;
    assert!(search.markup().text.contains("No listing fits this search."));
    for path in ["/market", "/log", "/privacy", "/help", "/feed.xml", "/sitemap.xml", "/catalogue.jsonld"] {
        assert_eq!(street.page(path).await.status, 200, "{path}");
    }
    let seller = street.page(&format!("/sellers/{}", key(9).persona())).await;
    assert!(seller.text().contains("noindex"), "a key without listings is not for search engines");
}

#[tokio::test]
async fn the_form_works_without_a_script_and_its_state_is_in_the_address() {
    let mut listings = some();
    listings[3].tags = vec!["rare".parse().unwrap()];
    let street = stocked(&listings).await;
    let empty = "/search?q=&category=&price_from=&price_to=&sort=relevance&from=elsewhere";
    assert!(street.page(empty).await.markup().text.contains("25 listings"));
    let narrow =
        street.page("/search?q=&category=transport&price_from=2&price_to=3.5&sort=price&tag=aviation").await;
    let page = narrow.markup();
    assert!(page.text.contains("2 listings"), "two of the prices lie between");
    assert!(page.values("value").any(|value| value == "3.50"), "the form keeps what was typed");
    let hidden = page.tags.iter().find(|tag| tag.attributes.get("name").is_some_and(|name| name == "tag"));
    assert_eq!(hidden.unwrap().attributes["value"], "aviation");
    let rare = street.page("/search?tag=rare").await.markup();
    assert!(rare.text.contains("1 listing"));
    assert!(rare.values("href").any(|address| address == "/search"), "the filter can be removed");
    let beyond = street.page("/search?page=9").await.markup();
    assert!(beyond.values("href").any(|address| address == "/search?page=2"), "back to the last page");
}
