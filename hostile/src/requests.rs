//! Signed requests: `VERB PATH`, lines of `name: value`, an empty line, the body.
//!
//! The head is judged as it stands; then the same verb, path and body are signed by a persona, and must be believed.

use crate::Reached;
use crate::vectors::{cases, read, text, vector};
use http::{HeaderMap, HeaderName, HeaderValue, Method, uri::PathAndQuery};
use std::sync::LazyLock;
use tacit_values::{Digest, Origin, PersonaKey, Timestamp};
use tacit_wire::signing::{NonceWindow, Request, check_head, sign};

/// The market of the vectors at its time.
static MARKET: LazyLock<(Origin, Timestamp)> = LazyLock::new(|| {
    let vector = vector("wire/signed-requests.json");
    (read(&vector["origin"]), read(&vector["market_time"]))
});

pub(crate) fn run(bytes: &[u8]) -> Reached {
    let Some(asked) = Asked::read(bytes) else { return Reached::Nothing };
    let (origin, now) = &*MARKET;
    let nonces = NonceWindow::with_room(2);
    let believed = |headers: &HeaderMap| {
        let head = check_head(origin, &asked.method, asked.path.as_str(), headers, *now);
        let whole = head.and_then(|head| head.with_body(&asked.body, &nonces, *now));
        whole.inspect_err(|refused| assert!(!refused.problem().detail.is_empty(), "a refusal is a sentence"))
    };
    let as_it_stands = believed(&asked.headers);
    let own = Request {
        method: &asked.method,
        origin,
        path_and_query: asked.path.as_str(),
        body: (!asked.body.is_empty()).then(|| Digest::of(&asked.body)),
    };
    let persona = PersonaKey::from_seed(&[7; 32]);
    let signed = believed(&sign(&persona, own, *now, [3; 16])).expect("what a persona signs is believed");
    assert_eq!(signed.persona(), persona.persona());
    if as_it_stands.is_ok() { Reached::Believed } else { Reached::Read }
}

/// A request as a market's door has it before anything is checked.
struct Asked {
    method: Method,
    path: PathAndQuery,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Asked {
    fn read(bytes: &[u8]) -> Option<Self> {
        let head = bytes.windows(2).position(|pair| pair == b"\n\n")?;
        let mut lines = bytes[..head].split(|byte| *byte == b'\n');
        let first = std::str::from_utf8(lines.next()?).ok()?;
        let (verb, path) = first.split_once(' ')?;
        let mut headers = HeaderMap::new();
        for line in lines.take(20) {
            let colon = line.windows(2).position(|pair| pair == b": ")?;
            let name = HeaderName::from_bytes(&line[..colon]).ok()?;
            headers.append(name, HeaderValue::from_bytes(&line[colon + 2..]).ok()?);
        }
        let path: PathAndQuery = path.parse().ok()?;
        let absolute = path.as_str().starts_with('/');
        let body = bytes[head + 2..].to_vec();
        absolute.then_some(Self { method: verb.parse().ok()?, path, headers, body })
    }
}

pub(crate) fn seeds() -> Vec<Vec<u8>> {
    let vector = vector("wire/signed-requests.json");
    let requests = cases(&vector, "good").chain(cases(&vector, "bad"));
    requests
        .map(|case| {
            let mut out = format!("{} {}\n", text(&case["method"]), text(&case["path_and_query"]));
            for header in case["headers"].as_array().expect("a list of headers") {
                out.push_str(&format!("{}: {}\n", text(&header[0]), text(&header[1])));
            }
            out.push('\n');
            out.push_str(text(&case["body"]));
            out.into_bytes()
        })
        .collect()
}
