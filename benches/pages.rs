//! The public pages of a market with 100,000 listings: time of the server for each page, bytes of the first view, and what the
//! pages of a desk weigh.
//!
//! `cargo xtask bench pages [LISTINGS]` prints one JSON object. Pages are fetched over one loopback connection, one after another,
//! from the first byte of the request to the last of the answer.

#![expect(clippy::unwrap_used, reason = "a measurement that cannot be made should stop at once")]
#![expect(clippy::disallowed_methods, reason = "a bench measures")]

mod large;

use large::{Engine, Large, p50_p99, rounded, words};
use std::time::Instant;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

const VISITS: u64 = 500;

/// Which page a visit asks for.
type Address<'l> = Box<dyn Fn(u64) -> String + 'l>;

#[tokio::main]
async fn main() {
    let many = std::env::args().skip(1).find_map(|word| word.parse().ok()).unwrap_or(100_000);
    let engine = Engine::fresh("sqlite").await;
    let large = Large::fill(&engine, many).await;
    let listing = |number: u64| {
        let id = large.ids[usize::try_from(number * 7_919 % large.ids.len() as u64).unwrap()];
        format!("/listings/{id}")
    };
    let mut pages = serde_json::Map::new();
    let mut worst: f64 = 0.0;
    let visits: [(&str, Address<'_>); 4] = [
        ("home", Box::new(|_| "/".to_owned())),
        ("search", Box::new(|number| format!("/search?q={}", words(number).replace(' ', "+")))),
        ("search_all", Box::new(|_| "/search".to_owned())),
        ("listing", Box::new(listing)),
    ];
    let mut visitor = Visitor::arrive(&large).await;
    for (name, address) in visits {
        let (mut millis, mut bytes) = (Vec::new(), 0);
        for number in 0..VISITS {
            let began = Instant::now();
            bytes = visitor.read(&address(number)).await;
            millis.push(began.elapsed().as_secs_f64() * 1000.0);
        }
        let (p50, p99) = p50_p99(millis);
        worst = worst.max(p99);
        pages.insert(name.to_owned(), serde_json::json!({"p50_ms": p50, "p99_ms": p99, "bytes": bytes}));
    }
    let answer = serde_json::json!({
        "listings": many,
        "pages": pages,
        "p99_goal_ms": 30,
        "within_goal": worst <= 30.0,
        "first_view_bytes": visitor.first_view("/").await,
        "desk_bundle": bundle(),
    });
    println!("{answer}");
}

struct Visitor {
    host: String,
    stream: BufReader<TcpStream>,
}

impl Visitor {
    async fn arrive(large: &Large) -> Self {
        let host = large.origin.authority().to_owned();
        Self { stream: BufReader::new(TcpStream::connect(&host).await.unwrap()), host }
    }

    /// The whole answer's body; its length.
    async fn read(&mut self, path: &str) -> usize {
        self.body(path).await.len()
    }

    async fn body(&mut self, path: &str) -> Vec<u8> {
        let request = format!("GET {path} HTTP/1.1\r\nHost: {}\r\nAccept: text/html\r\n\r\n", self.host);
        self.stream.get_mut().write_all(request.as_bytes()).await.unwrap();
        let (mut line, mut length) = (String::new(), None);
        self.stream.read_line(&mut line).await.unwrap();
        assert!(line.starts_with("HTTP/1.1 200"), "{path}: {line}");
        loop {
            line.clear();
            self.stream.read_line(&mut line).await.unwrap();
            if line == "\r\n" {
                break;
            }
            if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                length = Some(value.trim().parse().unwrap());
            }
        }
        let mut body = vec![0; length.expect("a page says how long it is")];
        self.stream.read_exact(&mut body).await.unwrap();
        body
    }

    /// A page with what it needs from this market to be seen: its style sheets and pictures.
    async fn first_view(&mut self, path: &str) -> usize {
        let page = String::from_utf8(self.body(path).await).unwrap();
        let mut bytes = page.len();
        for sign in ["rel=\"stylesheet\" href=\"", "rel=\"icon\" href=\"", "<img src=\""] {
            for rest in page.split(sign).skip(1) {
                let address = rest.split('"').next().unwrap();
                if address.starts_with('/') {
                    bytes += self.read(address).await;
                }
            }
        }
        bytes
    }
}

/// What a browser loads of a desk before its first page, and altogether; `null` when the pages are not built.
fn bundle() -> serde_json::Value {
    let dist = concat!(env!("CARGO_MANIFEST_DIR"), "/../portal/dist");
    let Ok(index) = std::fs::read_to_string(format!("{dist}/index.html")) else {
        return serde_json::Value::Null;
    };
    let size = |path: &str| std::fs::metadata(format!("{dist}{path}")).map_or(0, |about| about.len());
    let named = |sign: &str| -> u64 {
        index.split(sign).skip(1).map(|rest| size(rest.split('"').next().unwrap_or_default())).sum()
    };
    let all: u64 = std::fs::read_dir(format!("{dist}/assets"))
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.ok()?.metadata().ok())
        .map(|about| about.len())
        .sum();
    serde_json::json!({
        "first_load_kb": rounded((named("src=\"") + named("href=\"")) as f64 / 1e3),
        "everything_kb": rounded(all as f64 / 1e3),
    })
}
