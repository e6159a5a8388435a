//! A browser as the desk sees one: requests with the headers that a browser sends, one cookie, and the page's token.

use crate::street::{Someone, Street};
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tacit_desk::DeskFolder;
use tacit_desk::portal::shown::desk::DoctorView;
use tacit_desk::portal::{Pages, Portal, PortalParts};
use tower::ServiceExt;

pub(crate) const PORT: u16 = 4310;

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) bytes: Vec<u8>,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes)
            .unwrap_or_else(|_| panic!("{}: {}", self.status, String::from_utf8_lossy(&self.bytes)))
    }

    /// The document of a request that went well.
    pub(crate) fn ok(self) -> Value {
        assert!(self.status.is_success(), "{}: {}", self.status, String::from_utf8_lossy(&self.bytes));
        if self.bytes.is_empty() { Value::Null } else { self.json() }
    }

    /// The code of a refusal.
    pub(crate) fn refused(&self) -> (u16, String) {
        let code = self.json()["code"].as_str().unwrap_or_default().to_owned();
        (self.status.as_u16(), code)
    }
}

/// Pages that a build made: two files.
pub(crate) struct TwoFiles;

impl Pages for TwoFiles {
    fn file(&self, name: &str) -> Option<Cow<'static, [u8]>> {
        let files: BTreeMap<&str, &str> =
            BTreeMap::from([("index.html", "<!doctype html><title>desk</title>"), ("assets/app-1.js", "1")]);
        files.get(name).map(|text| Cow::Borrowed(text.as_bytes()))
    }
}

pub(crate) struct NotBuilt;

impl Pages for NotBuilt {
    fn file(&self, _name: &str) -> Option<Cow<'static, [u8]>> {
        None
    }
}

/// A running desk with pages, and what it said at its terminal.
pub(crate) struct Served {
    pub(crate) portal: Portal,
    pub(crate) router: Router,
    pub(crate) said: Arc<Mutex<Vec<String>>>,
}

/// The pages of somebody's folder, as a process that was just started serves them.
pub(crate) fn served(street: &Street, someone: &Someone) -> Served {
    let said = Arc::new(Mutex::new(Vec::new()));
    let says = said.clone();
    let parts = PortalParts {
        folder: folder_of(someone),
        engines: someone.engines(street),
        print: Arc::new(|parts| Ok(parts.json.clone())),
        doctor: Arc::new(|| DoctorView { ok: true, version: "0".to_owned(), findings: Vec::new() }),
        say: Arc::new(move |sentence: &str| says.lock().unwrap().push(sentence.to_owned())),
    };
    let portal = Portal::new(parts);
    let router = portal.router(Arc::new(TwoFiles), PORT);
    Served { portal, router, said }
}

pub(crate) fn folder_of(someone: &Someone) -> DeskFolder {
    DeskFolder::at(someone.folder.path().join("desk"))
}

/// A browser of the person whose desk it is.
#[derive(Clone)]
pub(crate) struct Browser {
    pub(crate) router: Router,
    pub(crate) cookie: String,
    pub(crate) csrf: String,
}

impl Browser {
    /// Opens the link that the terminal printed.
    pub(crate) async fn open(served: &Served) -> Self {
        let (link, _) = served.portal.new_link(PORT);
        let token = link.split("#open=").nth(1).unwrap().to_owned();
        let mut browser = Self { router: served.router.clone(), cookie: String::new(), csrf: String::new() };
        let answer = browser.post("/api/session", json!({"token": token})).await;
        browser.cookie = cookie_of(&answer);
        browser.csrf = answer.ok()["csrf"].as_str().unwrap().to_owned();
        browser
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> axum::http::request::Builder {
        let mut request = Request::builder()
            .method(method.clone())
            .uri(path)
            .header(header::HOST, format!("localhost:{PORT}"))
            .header("sec-fetch-site", "same-origin");
        if !self.cookie.is_empty() {
            request = request.header(header::COOKIE, &self.cookie);
        }
        if method != Method::GET {
            request = request
                .header(header::ORIGIN, format!("http://localhost:{PORT}"))
                .header("x-tacit-csrf", &self.csrf);
        }
        request
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes().to_vec();
        if parts.status.is_client_error() || parts.status.is_server_error() {
            speaks_as_a_page(&String::from_utf8_lossy(&bytes));
        }
        Answer { status: parts.status, headers: parts.headers, bytes }
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path).body(Body::empty()).unwrap()).await
    }

    pub(crate) async fn post(&self, path: &str, form: Value) -> Answer {
        self.with_form(Method::POST, path, form).await
    }

    pub(crate) async fn with_form(&self, method: Method, path: &str, form: Value) -> Answer {
        let request = self.request(method, path).header(header::CONTENT_TYPE, "application/json");
        self.send(request.body(Body::from(form.to_string())).unwrap()).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        self.send(self.request(Method::DELETE, path).body(Body::empty()).unwrap()).await
    }

    pub(crate) async fn put(&self, path: &str, bytes: Vec<u8>) -> Answer {
        self.send(self.request(Method::PUT, path).body(Body::from(bytes)).unwrap()).await
    }

    /// Asks for a document again and again until it is as wanted.
    pub(crate) async fn until(&self, path: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        let mut last = Value::Null;
        let patience = async {
            loop {
                last = self.get(path).await.ok();
                if wanted(&last) {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(40)).await;
            }
        };
        let came = tokio::time::timeout(Duration::from_secs(240), patience).await;
        assert!(came.is_ok(), "{path} stayed {last}");
        last
    }

    /// Waits for the end of a job and gives it.
    pub(crate) async fn job(&self, id: &str) -> Value {
        let over = |job: &Value| !matches!(job["state"].as_str(), Some("running" | "waiting"));
        self.until(&format!("/api/jobs/{id}"), over).await
    }

    /// The stream of events.
    pub(crate) async fn events(&self, last: Option<&str>) -> Events {
        let mut request = self.request(Method::GET, "/api/events");
        if let Some(last) = last {
            request = request.header("last-event-id", last);
        }
        let response = self.router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        Events { body: response.into_body(), text: String::new() }
    }
}

/// A page has no commands: the one that starts the desk is all that it may name. Sentences begin and end as sentences do.
fn speaks_as_a_page(problem: &str) {
    assert!(!problem.contains(" --") && !problem.contains("`--"), "an option of a terminal: {problem}");
    for command in problem.split("`tacit ").skip(1) {
        assert!(command.starts_with("desk`"), "a command of a terminal: {problem}");
    }
    let Ok(said) = serde_json::from_str::<Value>(problem) else { return };
    for part in ["title", "money", "next"].iter().filter_map(|part| said[part].as_str()) {
        let whole = part.ends_with(['.', '?', '!']) && !part.starts_with(|first: char| first.is_lowercase());
        assert!(whole, "{part} is no sentence: {problem}");
    }
}

pub(crate) fn cookie_of(answer: &Answer) -> String {
    let set = answer.headers[header::SET_COOKIE].to_str().unwrap();
    set.split(';').next().unwrap().to_owned()
}

/// A stream of events, read as a browser does.
pub(crate) struct Events {
    body: Body,
    text: String,
}

impl Events {
    /// The next event: its id, and its document. `None` when the stream is over.
    pub(crate) async fn next(&mut self) -> Option<(String, Value)> {
        loop {
            if let Some((one, rest)) = self.text.split_once("\n\n") {
                let line = |name: &str| {
                    one.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default().trim().to_owned()
                };
                let found = (line("id:"), line("data:"));
                self.text = rest.to_owned();
                if !found.1.is_empty() {
                    return Some((found.0, serde_json::from_str(&found.1).unwrap()));
                }
                continue;
            }
            let frame = tokio::time::timeout(Duration::from_secs(60), self.body.frame()).await.unwrap();
            let bytes = frame?.unwrap().into_data().unwrap();
            self.text.push_str(std::str::from_utf8(&bytes).unwrap());
        }
    }

    /// The next event of a kind.
    pub(crate) async fn until(&mut self, kind: &str) -> (String, Value) {
        loop {
            let (id, event) = self.next().await.unwrap_or_else(|| panic!("the stream ended before `{kind}`"));
            if event["event"] == kind {
                return (id, event);
            }
        }
    }
}

/// Lets the market's time pass as long as it is held.
pub(crate) struct Passing(tokio::task::JoinHandle<()>);

impl Passing {
    pub(crate) fn on(street: &Arc<Street>) -> Self {
        let street = street.clone();
        Self(tokio::spawn(async move {
            loop {
                street.tick().await;
                tokio::time::sleep(Duration::from_millis(80)).await;
            }
        }))
    }
}

impl Drop for Passing {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Makes a desk through the pages: the words, and the browser that made it.
pub(crate) async fn make_desk(
    street: &Street,
    served: &Served,
    passphrase: Option<&str>,
) -> (Vec<String>, Browser) {
    let browser = Browser::open(served).await;
    let form = json!({"market": street.origin, "passphrase": passphrase});
    let made = browser.post("/api/desk", form).await.ok();
    let words = made["words"].as_array().unwrap().iter().map(|word| word.as_str().unwrap().to_owned());
    (words.collect(), browser)
}
