//! A meddler between a desk and its market: a SOCKS5 proxy on loopback that passes every byte on, keeps what both sides
//! say and under which stream identity, and changes an answer where a walkthrough tells it to. It may also lead some paths
//! to another market that has the same keys.
//!
//! One request per connection, so that a walkthrough can decide by path. It lives as long as the walkthrough.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// Decides what becomes of an answer: takes method, path and the whole body, gives the body to send instead.
pub type Meddling = Arc<dyn Fn(&str, &str, Vec<u8>) -> Vec<u8> + Send + Sync>;

/// The proxy; it serves until the process ends.
pub struct Meddler {
    port: u16,
    conduct: Arc<Mutex<Conduct>>,
    heard: Arc<Mutex<Vec<Heard>>>,
}

/// What the proxy does at the moment.
#[derive(Clone)]
struct Conduct {
    market: String,
    /// Beginnings of paths, and where they lead instead.
    elsewhere: Vec<(String, String)>,
    meddling: Meddling,
}

/// One exchange as it stood on the wire.
#[derive(Clone)]
pub struct Heard {
    /// The SOCKS user name: the stream identity that a desk gave this connection.
    pub identity: String,
    pub method: String,
    pub path: String,
    pub request_head: String,
    pub request: Vec<u8>,
    pub answer_head: String,
    pub answer: Vec<u8>,
}

impl Meddler {
    /// Stands between desks and the market at `origin` (`http://127.0.0.1:PORT`).
    pub fn before(origin: &str, meddling: Meddling) -> Self {
        let conduct = Conduct { market: host(origin), elsewhere: Vec::new(), meddling };
        let conduct = Arc::new(Mutex::new(conduct));
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let heard = Arc::new(Mutex::new(Vec::new()));
        let (current, notes) = (conduct.clone(), heard.clone());
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (current, notes) = (current.clone(), notes.clone());
                std::thread::spawn(move || pass_on(stream, &current, &notes));
            }
        });
        Self { port, conduct, heard }
    }

    /// Passes everything on unchanged.
    pub fn listening_only(origin: &str) -> Self {
        Self::before(origin, honest())
    }

    /// From now on changes answers like this.
    pub fn changes(&self, meddling: impl Fn(&str, &str, Vec<u8>) -> Vec<u8> + Send + Sync + 'static) {
        self.conduct.lock().unwrap().meddling = Arc::new(meddling);
    }

    /// From now on passes everything on unchanged.
    pub fn is_honest(&self) {
        self.conduct.lock().unwrap().meddling = honest();
    }

    /// From now on leads paths with these beginnings to another market.
    pub fn leads(&self, beginnings: &[&str], origin: &str) {
        let elsewhere = beginnings.iter().map(|start| ((*start).to_owned(), host(origin)));
        self.conduct.lock().unwrap().elsewhere = elsewhere.collect();
    }

    /// What a desk takes as `--proxy`.
    pub fn proxy(&self) -> String {
        format!("socks5h://127.0.0.1:{}", self.port)
    }

    pub fn heard(&self) -> Vec<Heard> {
        self.heard.lock().unwrap().clone()
    }
}

fn honest() -> Meddling {
    Arc::new(|_, _, body| body)
}

fn host(origin: &str) -> String {
    origin.strip_prefix("http://").unwrap().to_owned()
}

fn pass_on(mut desk: TcpStream, conduct: &Mutex<Conduct>, notes: &Mutex<Vec<Heard>>) -> Option<()> {
    let identity = socks_greeting(&mut desk)?;
    let (request_head, request) = read_message(&mut BufReader::new(desk.try_clone().ok()?))?;
    let mut words = request_head.split_whitespace();
    let (method, path) = (words.next()?.to_owned(), words.next()?.to_owned());
    let Conduct { market, elsewhere, meddling } = conduct.lock().unwrap().clone();
    let other = elsewhere.into_iter().find(|(start, _)| path.starts_with(start));
    let mut upstream = TcpStream::connect(other.map_or(market, |(_, other)| other)).ok()?;
    upstream.write_all(closing(&request_head).as_bytes()).ok()?;
    upstream.write_all(&request).ok()?;
    let (answer_head, answer) = read_message(&mut BufReader::new(upstream))?;
    let changed = meddling(&method, &path, answer.clone());
    let head = with_length(&closing(&answer_head), changed.len());
    notes.lock().unwrap().push(Heard { identity, method, path, request_head, request, answer_head, answer });
    desk.write_all(head.as_bytes()).ok()?;
    desk.write_all(&changed).ok()?;
    Some(())
}

/// The server's half of RFC 1928 and RFC 1929, as far as a desk needs it; gives the user name.
pub fn socks_greeting(desk: &mut TcpStream) -> Option<String> {
    let offered = take(desk, 2)?;
    let methods = take(desk, offered[1].into())?;
    let with_name = methods.contains(&2);
    desk.write_all(&[5, if with_name { 2 } else { 0 }]).ok()?;
    let mut name = String::new();
    if with_name {
        let length = take(desk, 2)?[1];
        name = String::from_utf8(take(desk, length.into())?).ok()?;
        let length = take(desk, 1)?[0];
        take(desk, length.into())?;
        desk.write_all(&[1, 0]).ok()?;
    }
    let kind = take(desk, 4)?[3];
    let length = match kind {
        1 => 4,
        4 => 16,
        _ => take(desk, 1)?[0].into(),
    };
    take(desk, length + 2)?;
    desk.write_all(&[5, 0, 0, 1, 127, 0, 0, 1, 0, 0]).ok()?;
    Some(name)
}

fn take(desk: &mut TcpStream, count: usize) -> Option<Vec<u8>> {
    let mut taken = vec![0; count];
    desk.read_exact(&mut taken).ok()?;
    Some(taken)
}

/// Head (with its empty line) and body, chunked or by length or until the end.
pub fn read_message(from: &mut impl BufRead) -> Option<(String, Vec<u8>)> {
    let mut head = String::new();
    loop {
        let mut line = String::new();
        if from.read_line(&mut line).ok()? == 0 {
            return None;
        }
        let done = line == "\r\n";
        head.push_str(&line);
        if done {
            break;
        }
    }
    let field = |name: &str| {
        head.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
        })
    };
    let mut body = Vec::new();
    if field("transfer-encoding").is_some_and(|how| how.contains("chunked")) {
        loop {
            let mut size = String::new();
            from.read_line(&mut size).ok()?;
            let length = usize::from_str_radix(size.trim(), 16).ok()?;
            let mut chunk = vec![0; length + 2];
            from.read_exact(&mut chunk).ok()?;
            if length == 0 {
                break;
            }
            body.extend_from_slice(&chunk[..length]);
        }
    } else if let Some(length) = field("content-length") {
        body.resize(length.parse().ok()?, 0);
        from.read_exact(&mut body).ok()?;
    } else if head.starts_with("HTTP/") && !head.contains(" 304 ") && !head.contains(" 204 ") {
        from.read_to_end(&mut body).ok()?;
    }
    Some((head, body))
}

pub fn closing(head: &str) -> String {
    let kept = head.trim_end().lines().filter(|line| {
        let lower = line.to_ascii_lowercase();
        !lower.starts_with("connection:") && !lower.starts_with("expect:")
    });
    let mut text: String = kept.map(|line| format!("{}\r\n", line.trim_end())).collect();
    text.push_str("connection: close\r\n\r\n");
    text
}

pub fn with_length(head: &str, length: usize) -> String {
    let empty = head.contains(" 304 ") || head.contains(" 204 ");
    let kept = head.trim_end().lines().filter(|line| {
        let lower = line.to_ascii_lowercase();
        !lower.starts_with("content-length:") && !lower.starts_with("transfer-encoding:")
    });
    let mut text: String = kept.map(|line| format!("{}\r\n", line.trim_end())).collect();
    if !empty {
        text.push_str(&format!("content-length: {length}\r\n"));
    }
    text.push_str("\r\n");
    text
}
