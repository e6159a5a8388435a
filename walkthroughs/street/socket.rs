//! The market's socket without any client: requests as bytes, signed or not, and what comes back.

use super::meddler::{closing, read_message};
use serde_json::Value;
use std::io::{BufReader, Write};
use std::net::TcpStream;
use std::time::{Duration, SystemTime};
use tacit_values::{Digest, PersonaKey, Timestamp};
use tacit_wire::signing::{Request, sign};

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: Vec<u8>,
}

impl Answer {
    /// It must be a problem document that a person can act on.
    pub fn refuses(&self, status: u16, slug: &str) -> Value {
        let told = String::from_utf8_lossy(&self.body).into_owned();
        assert_eq!(self.status, status, "{}{told}", self.head);
        assert!(self.head.to_lowercase().contains("content-type: application/problem+json"), "{}", self.head);
        let problem: Value = serde_json::from_str(&told).unwrap_or_else(|_| panic!("no document: {told}"));
        assert_eq!(problem["type"], format!("urn:tacit:problem:{slug}"), "{told}");
        assert_eq!(problem["status"], status);
        assert!(problem["detail"].as_str().is_some_and(|detail| detail.contains(' ')), "no sentence: {told}");
        assert!(problem["remedy"].as_str().is_some_and(|remedy| remedy.contains(' ')), "no remedy: {told}");
        problem
    }
}

/// Sends these bytes on a connection of their own and reads the answer.
pub fn say(origin: &str, head: &str, body: &[u8]) -> Answer {
    let mut stream = TcpStream::connect(origin.strip_prefix("http://").unwrap()).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    stream.write_all(closing(head).as_bytes()).unwrap();
    // A market that has heard enough may have hung up by now.
    let _cut_short = stream.write_all(body);
    let (head, body) = read_message(&mut BufReader::new(stream)).expect("the market answers");
    let status = head.split_whitespace().nth(1).unwrap().parse().unwrap();
    Answer { status, head, body }
}

/// The head of an unsigned request that announces so many bytes.
pub fn head(origin: &str, method: &str, path: &str, kind: &str, length: usize) -> String {
    let host = origin.strip_prefix("http://").unwrap();
    format!(
        "{method} {path} HTTP/1.1\r\nhost: {host}\r\ncontent-type: {kind}\r\ncontent-length: {length}\r\n\r\n"
    )
}

/// The head of a request that somebody signed over this body.
#[expect(clippy::disallowed_methods, reason = "whoever signs at the socket signs with the machine's time")]
pub fn signed_head(origin: &str, key: &PersonaKey, method: &str, path: &str, body: &[u8]) -> String {
    let request = Request {
        method: &method.parse().unwrap(),
        origin: &origin.parse().unwrap(),
        path_and_query: path,
        body: (!body.is_empty()).then(|| Digest::of(body)),
    };
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
    let now = Timestamp::from_millis(u64::try_from(now.as_millis()).unwrap());
    // No two requests of one walkthrough have the same body and path within a millisecond.
    let drawn = Digest::of(format!("{path} {now:?} {}", Digest::of(body)).as_bytes());
    let headers = sign(key, request, now, *drawn.bytes().first_chunk().unwrap());
    let mut text = head(origin, method, path, "application/json", body.len());
    text.truncate(text.len() - 2);
    for (name, value) in &headers {
        text.push_str(&format!("{name}: {}\r\n", value.to_str().unwrap()));
    }
    text + "\r\n"
}
