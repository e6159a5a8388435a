//! Whoever follows the description of an API as badly as they like gets an answer and a sentence: never a 500, never
//! silence. Both programs run as processes; a failing run prints its seed, and `TACIT_SEED` asks the same again.

#![expect(clippy::unwrap_used, reason = "a walkthrough that cannot take its step has failed")]

mod street;

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::time::Duration;
use street::socket::{head, signed_head};
use street::{Proofs, Rows, Street};
use tacit_hostile::asking::{Asked, Asker};
use tacit_values::PersonaKey;

/// How often each operation of a market is asked for, unless `TACIT_ROUNDS` says otherwise.
const ROUNDS: usize = 80;
/// The same at a desk, which thinks longer about each.
const DESK_ROUNDS: usize = 12;
/// An answer that takes longer is silence.
const PATIENCE: Duration = Duration::from_secs(40);
/// How much of an answer is read.
const MOST: u64 = 4 << 20;

/// The seeds of those who sign: buyers and sellers of the vectors, and others.
const PERSONAS: [u8; 8] = [0x51, 0xa0, 0xb0, 1, 2, 5, 7, 20];

struct Answer {
    status: u16,
    head: String,
    body: Vec<u8>,
}

/// Sends a request on a connection of its own and reads the answer to its end; `None` when nothing comes.
fn ask(address: &str, head: &str, body: &[u8]) -> Option<Answer> {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.set_write_timeout(Some(PATIENCE)).unwrap();
    // Who has heard enough hangs up before the end; the answer is there all the same.
    let _cut_short = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body));
    let mut bytes = Vec::new();
    let mut piece = [0; 16 << 10];
    let end = loop {
        match stream.read(&mut piece) {
            Ok(0) => break None,
            Ok(count) => bytes.extend_from_slice(&piece[..count]),
            Err(_) => break None,
        }
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break Some(end + 4);
        }
    }?;
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let mut body = bytes.split_off(end);
    // A stream of events has no end.
    if !head.to_lowercase().contains("text/event-stream") {
        let _cut_short = stream.take(MOST).read_to_end(&mut body);
    }
    Some(Answer { status: head.split_whitespace().nth(1)?.parse().ok()?, head, body })
}

/// The document within a body, without what frames it.
fn document(body: &[u8]) -> &[u8] {
    let first = body.iter().position(|byte| b"{[".contains(byte));
    let last = body.iter().rposition(|byte| b"}]".contains(byte));
    match (first, last) {
        (Some(first), Some(last)) if first < last => &body[first..=last],
        _ => &[],
    }
}

fn from_environment(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// Asks every operation of a description so many times and judges every answer.
fn question(
    mut asker: Asker,
    seed: u64,
    rounds: usize,
    mut send: impl FnMut(&mut Asker, &Asked) -> Option<Answer>,
) {
    let rounds = from_environment("TACIT_ROUNDS").map_or(rounds, |rounds| usize::try_from(rounds).unwrap());
    let (mut taken, mut refused) = (0, 0);
    for number in 0..rounds * asker.operations() {
        let asked = asker.ask(number);
        let Asked { operation, verb, path, media_type, body, .. } = &asked;
        let about = || {
            let body = String::from_utf8_lossy(&body[..body.len().min(2_000)]);
            format!(
                "TACIT_SEED={seed}, request {number}: {operation} as {verb} {path} ({media_type})\n{body}"
            )
        };
        let answer = send(&mut asker, &asked).unwrap_or_else(|| panic!("no answer\n{}", about()));
        let told = String::from_utf8_lossy(&answer.body);
        let silent = told.contains("took-too-long");
        assert!(answer.status != 500 && !silent, "{}{told}\n{}", answer.head, about());
        match answer.status {
            200..400 => taken += 1,
            _ => refused += 1,
        }
        if answer.status >= 400 && *verb != "HEAD" {
            let sentence = answer.head.to_lowercase().contains("application/problem+json");
            assert!(sentence, "no sentence: {}{told}\n{}", answer.head, about());
        }
        asker.hear(document(&answer.body));
    }
    println!(
        "{taken} requests were answered with what was asked for, {refused} with a sentence (TACIT_SEED={seed})"
    );
    assert!(taken > 0 && refused > 0, "all requests had one fate (TACIT_SEED={seed})");
}

/// A seed of today, unless one is given.
#[expect(clippy::disallowed_methods, reason = "every run asks something else; the seed is printed")]
fn seed() -> u64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    from_environment("TACIT_SEED").unwrap_or(u64::from(now.subsec_nanos()))
}

fn did_not_stumble(log: &Path) {
    let said = std::fs::read_to_string(log).unwrap();
    assert!(!said.contains("panicked"), "{said}");
}

fn question_the_market(rows: Rows) {
    let mut street = Street::without_market(Proofs::Assumed, rows);
    // Every request comes from another address, as the market sees it: the rates of one address are another test's.
    street.start_market_with(&["--behind-proxy"]);
    let origin = street.origin().to_owned();
    let address = origin.strip_prefix("http://").unwrap();
    let described =
        ask(address, &closing(&head(&origin, "GET", "/openapi.json", "text/plain", 0)), b"").unwrap();
    let description = serde_json::from_slice(document(&described.body)).unwrap();
    let seed = seed();
    let mut asker = Asker::new(description, "/api/v1", seed);
    for persona in PERSONAS {
        asker.hear(serde_json::json!([key(persona).persona()]).to_string().as_bytes());
    }
    question(asker, seed, ROUNDS, |asker, asked| {
        let signer = key(*asker.chance.one_of(&PERSONAS));
        let signed = asked.signed != asker.chance.percent(4);
        let text = match asked.verb.as_str() {
            "TACIT" => None,
            verb if signed => Some(signed_head(&origin, &signer, verb, &asked.path, &asked.body)),
            _ => None,
        };
        let text = text
            .unwrap_or_else(|| head(&origin, &asked.verb, &asked.path, "application/json", asked.body.len()));
        let text =
            text.replace("content-type: application/json", &format!("content-type: {}", asked.media_type));
        let number = asker.chance.below(1 << 24);
        let from = format!("x-forwarded-for: 10.{}.{}.{}", number >> 16, number >> 8 & 255, number & 255);
        ask(address, &closing(&with_line(&text, &from)), &asked.body)
    });
    let alive =
        ask(address, &closing(&head(&origin, "GET", "/api/v1/market", "text/plain", 0)), b"").unwrap();
    assert_eq!(alive.status, 200);
    did_not_stumble(&street.path().join("market.log"));
}

fn key(seed: u8) -> PersonaKey {
    PersonaKey::from_seed(&[seed; 32])
}

/// The head with a further line in it.
fn with_line(head: &str, line: &str) -> String {
    format!("{}\r\n{line}", head.trim_end())
}

/// The head of the last request of a connection.
fn closing(head: &str) -> String {
    format!("{}\r\n\r\n", with_line(head, "connection: close"))
}

#[test]
fn whatever_a_market_on_sqlite_is_asked_it_answers_with_a_sentence() {
    question_the_market(Rows::Sqlite);
}

#[test]
fn whatever_a_market_on_postgresql_is_asked_it_answers_with_a_sentence() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let database = runtime.block_on(tacit_store::testing::TestDatabase::fresh()).unwrap();
    question_the_market(Rows::Postgres(database.url().to_owned()));
}

/// A browser that is in, and a link for when it is out again.
struct Browser {
    address: String,
    cookie: String,
    csrf: String,
    link: String,
}

impl Browser {
    fn open(address: &str, link: &str) -> Self {
        let mut browser = Self {
            address: address.to_owned(),
            cookie: String::new(),
            csrf: String::new(),
            link: String::new(),
        };
        browser.enter(link);
        browser
    }

    fn enter(&mut self, link: &str) {
        let token = link.split("#open=").nth(1).unwrap();
        let form = serde_json::json!({"token": token}).to_string();
        let answer = self.send("POST", "/api/session", "application/json", form.as_bytes()).unwrap();
        assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
        let set = answer.head.lines().find_map(|line| line.strip_prefix("set-cookie: ")).unwrap();
        self.cookie = set.split(';').next().unwrap().to_owned();
        let said: serde_json::Value = serde_json::from_slice(document(&answer.body)).unwrap();
        self.csrf = said["csrf"].as_str().unwrap().to_owned();
        let link = self.send("POST", "/api/links", "application/json", b"").unwrap();
        let said: serde_json::Value = serde_json::from_slice(document(&link.body)).unwrap();
        self.link = said["link"].as_str().unwrap().to_owned();
    }

    fn send(&self, verb: &str, path: &str, media_type: &str, body: &[u8]) -> Option<Answer> {
        let origin = format!("http://{}", self.address);
        let head = head(&origin, verb, path, media_type, body.len());
        let own = format!("origin: {origin}\r\ncookie: {}\r\nx-tacit-csrf: {}", self.cookie, self.csrf);
        ask(&self.address, &closing(&with_line(&head, &own)), body)
    }
}

#[test]
fn whatever_a_desk_is_asked_by_its_pages_it_answers_with_a_sentence() {
    let street = Street::open(Proofs::Assumed, Rows::Sqlite);
    let person = street.person("person");
    street.mint(&person.address(), "100");
    let (running, said) = person.leaves_the_pages_running();
    let link = said["link"].as_str().unwrap().to_owned();
    let address = said["pages"].as_str().unwrap().strip_prefix("http://").unwrap().to_owned();
    let mut browser = Browser::open(&address, &link);
    let described = Path::new(env!("CARGO_MANIFEST_DIR")).join("../portal/openapi.json");
    let description = serde_json::from_slice(&std::fs::read(described).unwrap()).unwrap();
    let seed = seed();
    let asker = Asker::new(description, "/api", seed);
    question(asker, seed, DESK_ROUNDS, |_, asked| {
        // No test asks the outside world: who is told to meet a market meets a port where nobody listens.
        let body =
            String::from_utf8_lossy(&asked.body).replace("https://market.example", "http://127.0.0.1:9");
        let body = if body.contains("127.0.0.1:9") { body.into_bytes() } else { asked.body.clone() };
        let answer = browser.send(&asked.verb, &asked.path, asked.media_type, &body)?;
        if browser.send("GET", "/api/session", "text/plain", b"")?.status == 401 {
            let link = browser.link.clone();
            browser.enter(&link);
        }
        Some(answer)
    });
    assert_eq!(browser.send("GET", "/api/session", "text/plain", b"").unwrap().status, 200);
    assert!(!person.desk_said().contains("panicked"), "{}", person.desk_said());
    drop(running);
}
