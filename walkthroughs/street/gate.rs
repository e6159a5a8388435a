//! A gate between a desk and its market: a SOCKS5 proxy on loopback at which requests stand still until the walkthrough
//! says what becomes of them. A process can be killed, a clock moved or an answer lost at exactly one step.

use super::meddler::{closing, read_message, socks_greeting, with_length};
use std::io::{BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// On which side of the market a request stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// The market has not heard of it.
    Before,
    /// The market has answered, and the desk has not heard.
    After,
}

/// Which requests stop at the gate, by method and path.
type Stops = Arc<dyn Fn(&str, &str) -> bool + Send + Sync>;

/// The gate; it serves until the process ends.
pub struct Gate {
    port: u16,
    stops: Arc<Mutex<Stops>>,
    stopped: Receiver<Stopped>,
}

/// A request that stands at the gate. Dropped, its connection is cut.
pub struct Stopped {
    pub method: String,
    pub path: String,
    pub side: Side,
    verdict: Sender<()>,
}

impl Stopped {
    /// Lets it go on.
    pub fn passes(self) {
        let _hung_up = self.verdict.send(());
    }

    /// What is asked, without ids: the names in the path.
    pub fn what(&self) -> String {
        let plain = |part: &&str| {
            part.len() < 20 && part.chars().all(|sign| sign.is_ascii_lowercase() || sign == '-')
        };
        let path = self.path.split('?').next().unwrap_or_default();
        let parts: Vec<&str> = path.split('/').filter(plain).collect();
        format!("{} {}", self.method, parts.join("/"))
    }
}

impl Gate {
    /// A gate before the market at `origin`, open for everything.
    pub fn before(origin: &str) -> Self {
        let market = origin.strip_prefix("http://").unwrap().to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let stops: Arc<Mutex<Stops>> = Arc::new(Mutex::new(Arc::new(|_, _| false)));
        let (tell, stopped) = channel();
        let current = stops.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (market, tell) = (market.clone(), tell.clone());
                let current = current.clone();
                std::thread::spawn(move || pass_on(stream, &market, &current, &tell));
            }
        });
        Self { port, stops, stopped }
    }

    /// From now on stops these requests.
    pub fn stops(&self, which: impl Fn(&str, &str) -> bool + Send + Sync + 'static) {
        // What stood here under the last rule has gone on since, or belongs to nobody any more.
        while self.stopped.try_recv().is_ok() {}
        *self.stops.lock().unwrap() = Arc::new(which);
    }

    /// From now on stops nothing; what stands here already goes on.
    pub fn opens(&self) {
        *self.stops.lock().unwrap() = Arc::new(|_, _| false);
    }

    /// What a desk takes as `--proxy`.
    pub fn proxy(&self) -> String {
        format!("socks5h://127.0.0.1:{}", self.port)
    }

    /// The next request that stands here, if one does within this time.
    pub fn next(&self, within: Duration) -> Option<Stopped> {
        self.stopped.recv_timeout(within).ok()
    }

    /// The next request that stands here; there must be one.
    pub fn awaits(&self) -> Stopped {
        self.next(Duration::from_secs(60)).expect("a request comes to the gate")
    }
}

fn pass_on(mut desk: TcpStream, market: &str, stops: &Mutex<Stops>, tell: &Sender<Stopped>) -> Option<()> {
    socks_greeting(&mut desk)?;
    let (request_head, request) = read_message(&mut BufReader::new(desk.try_clone().ok()?))?;
    let mut words = request_head.split_whitespace();
    let (method, path) = (words.next()?.to_owned(), words.next()?.to_owned());
    let wait = |side| {
        let asked = stops.lock().unwrap().clone();
        if !asked(&method, &path) {
            return Some(());
        }
        let (verdict, heard) = channel();
        tell.send(Stopped { method: method.clone(), path: path.clone(), side, verdict }).ok()?;
        loop {
            match heard.recv_timeout(Duration::from_millis(20)) {
                Ok(()) => return Some(()),
                Err(RecvTimeoutError::Disconnected) => return None,
                Err(RecvTimeoutError::Timeout) => {}
            }
            let asked = stops.lock().unwrap().clone();
            if !asked(&method, &path) {
                return Some(());
            }
        }
    };
    wait(Side::Before)?;
    let mut upstream = TcpStream::connect(market).ok()?;
    upstream.write_all(closing(&request_head).as_bytes()).ok()?;
    upstream.write_all(&request).ok()?;
    let (answer_head, answer) = read_message(&mut BufReader::new(upstream))?;
    wait(Side::After)?;
    desk.write_all(with_length(&closing(&answer_head), answer.len()).as_bytes()).ok()?;
    desk.write_all(&answer).ok()?;
    Some(())
}
