//! The street: a market and desks as separate processes, through the front door only.
//!
//! A walkthrough opens a street, gives people commands as one would type them, and reads the one JSON document that each
//! prints. Everything lies in a temporary folder; every process is ended by id when the street is dropped.

#![allow(dead_code, reason = "every walkthrough uses its own part of the street")]
#![allow(clippy::unwrap_used, reason = "a walkthrough that cannot start its street has failed")]
#![allow(unreachable_pub, reason = "a walkthrough is its own program; nothing here is public")]

pub mod canary;
pub mod gate;
pub mod meddler;
pub mod socket;
pub mod spoiling;

use serde_json::Value;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

/// Which proofs the processes make.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Proofs {
    /// The shipped binary.
    Real,
    /// The example `tacit-assumed`: everything but the proof itself is checked.
    Assumed,
}

/// Where the market keeps its rows.
#[derive(Clone)]
pub enum Rows {
    /// SQLite in the market's folder.
    Sqlite,
    /// A database on the private PostgreSQL of this run.
    Postgres(String),
}

/// A folder with a market and people in it.
pub struct Street {
    folder: tempfile::TempDir,
    program: PathBuf,
    rows: Rows,
    pub market: Option<Running>,
    origin: String,
}

/// A process that stays up until it is dropped.
pub struct Running(Child);

impl Running {
    /// Waits until the process ends by itself; gives its exit status.
    pub fn ends(&mut self) -> i32 {
        for _ in 0..300 {
            if let Some(status) = self.0.try_wait().unwrap() {
                return status.code().unwrap_or(-1);
            }
            std::thread::sleep(std::time::Duration::from_millis(100));
        }
        panic!("the process did not end by itself");
    }

    pub fn id(&self) -> u32 {
        self.0.id()
    }

    /// SIGKILL, as a power cut would.
    pub fn kill(mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Street {
    /// Opens a street whose market is running.
    pub fn open(proofs: Proofs, rows: Rows) -> Self {
        let mut street = Self::without_market(proofs, rows);
        street.start_market();
        street
    }

    pub fn without_market(proofs: Proofs, rows: Rows) -> Self {
        let shipped = PathBuf::from(env!("CARGO_BIN_EXE_tacit"));
        let program = match proofs {
            Proofs::Real => shipped,
            Proofs::Assumed => shipped.parent().unwrap().join("examples/tacit-assumed"),
        };
        assert!(program.is_file(), "{} was not built", program.display());
        let folder = tempfile::tempdir().unwrap();
        Self { folder, program, rows, market: None, origin: String::new() }
    }

    /// Starts the market, or starts it again after [`Street::stop_market`]; it listens where it listened before.
    pub fn start_market(&mut self) {
        self.start_market_with(&[]);
    }

    /// The same with further options.
    pub fn start_market_with(&mut self, options: &[&str]) {
        let mut command = Command::new(&self.program);
        command
            .arg("market")
            .arg("--data")
            .arg(self.market_folder())
            .args(["--demo", "--json"])
            .args(options);
        command.env("TACIT_ASSUMED_CLOCK", self.folder.path().join("market.clock"));
        if self.origin.is_empty() {
            command.args(["--listen", "127.0.0.1:0"]);
        }
        if let Rows::Postgres(url) = &self.rows {
            command.args(["--database", url]);
        }
        let (running, first) = start(command, &self.folder.path().join("market.log"));
        self.origin = first["origin"].as_str().unwrap().to_owned();
        self.market = Some(running);
    }

    /// Starts a market on another folder that claims this market's address; gives where it listens.
    pub fn start_copy(&self, folder: &Path) -> (Running, String) {
        let mut command = Command::new(&self.program);
        command.arg("market").arg("--data").arg(folder).args(["--demo", "--json"]);
        command.args(["--listen", "127.0.0.1:0", "--origin", &self.origin]);
        let (running, first) = start(command, &folder.with_extension("log"));
        (running, format!("http://{}", first["listen"].as_str().unwrap()))
    }

    pub fn stop_market(&mut self) {
        self.market.take().expect("the market runs").kill();
    }

    /// Sets somebody's clock, or the `market`'s, ahead by so many seconds; with assumed proofs only.
    pub fn sets_the_clock_of(&self, name: &str, ahead: i64) {
        let beside = self.folder.path().join(format!("{name}.clock.new"));
        std::fs::write(&beside, ahead.to_string()).unwrap();
        std::fs::rename(beside, self.folder.path().join(format!("{name}.clock"))).unwrap();
    }

    pub fn origin(&self) -> &str {
        &self.origin
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub fn market_folder(&self) -> PathBuf {
        self.folder.path().join("market")
    }

    pub fn database_url(&self) -> Option<&str> {
        match &self.rows {
            Rows::Sqlite => None,
            Rows::Postgres(url) => Some(url),
        }
    }

    /// A person with a desk at this market.
    pub fn person(&self, name: &str) -> Person {
        self.person_at(name, &self.origin)
    }

    /// A person whose desk believes the market to be elsewhere (a meddler's address).
    pub fn person_at(&self, name: &str, market: &str) -> Person {
        let person = self.stranger(name);
        person.does(&["init", "--market", market, "--no-passphrase"]);
        person
    }

    /// A person whose every connection goes through a proxy.
    pub fn person_behind(&self, meddler: &meddler::Meddler, name: &str) -> Person {
        let person = self.stranger(name);
        person.does(&["init", "--market", &self.origin, "--proxy", &meddler.proxy(), "--no-passphrase"]);
        person
    }

    /// A person with an empty folder and no desk yet.
    pub fn stranger(&self, name: &str) -> Person {
        Person { name: name.to_owned(), home: self.folder.path().join(name), program: self.program.clone() }
    }

    /// The treasury's act.
    pub fn mint(&self, address: &str, amount: &str) -> Value {
        let folder = self.market_folder();
        let words = ["market", "mint", "--data", folder.to_str().unwrap(), "--to", address, amount, "--json"];
        answer("the treasury", Command::new(&self.program).args(words).output().unwrap())
    }

    pub fn market_command(&self, words: &[&str]) -> Value {
        let folder = self.market_folder();
        let mut command = Command::new(&self.program);
        command.arg("market").args(words).arg("--data").arg(&folder).arg("--json");
        answer("the operator", command.output().unwrap())
    }

    /// Real data from `examples/`.
    pub fn example(name: &str) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples").join(name)
    }

    /// A file with this content in the street's folder.
    pub fn file(&self, name: &str, content: &[u8]) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        path
    }
}

/// Somebody with a desk folder of their own.
#[derive(Clone)]
pub struct Person {
    name: String,
    home: PathBuf,
    program: PathBuf,
}

/// What a refused command said.
#[derive(Debug)]
pub struct Refused {
    pub status: i32,
    pub error: String,
    pub next: String,
    pub code: String,
}

impl Person {
    pub fn home(&self) -> &Path {
        &self.home
    }

    pub fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command.args(words).arg("--json").env("TACIT_HOME", &self.home).stdin(Stdio::null());
        command.env("TACIT_ASSUMED_CLOCK", self.home.with_extension("clock"));
        command
    }

    /// Waits until the wallet has this balance.
    pub fn has(&self, balance: &str) {
        for _ in 0..200 {
            if self.does(&["wallet"])["balance"] == balance {
                return;
            }
            std::thread::sleep(std::time::Duration::from_millis(100));
        }
        panic!("{} never had {balance}", self.name);
    }

    /// Gives the command and reads its one JSON document; it must succeed.
    pub fn does(&self, words: &[&str]) -> Value {
        answer(&format!("{} {words:?}", self.name), self.command(words).output().unwrap())
    }

    /// Gives the command; it must be refused with a sentence and a remedy.
    pub fn is_refused(&self, words: &[&str]) -> Refused {
        refusal(&format!("{} {words:?}", self.name), &self.command(words).output().unwrap())
    }

    /// Leaves the desk running: it fulfils orders by itself.
    pub fn leaves_the_desk_running(&self) -> Running {
        let (running, _) = start(self.command(&["desk", "--headless"]), &self.home.join("desk.log"));
        running
    }

    /// Leaves the desk running with its pages on a free port; gives what it says first, with the link to them.
    pub fn leaves_the_pages_running(&self) -> (Running, Value) {
        start(self.command(&["desk", "--listen", "127.0.0.1:0"]), &self.home.join("desk.log"))
    }

    /// What the running desk has said so far.
    pub fn desk_said(&self) -> String {
        std::fs::read_to_string(self.home.join("desk.log")).unwrap()
    }

    /// Starts a command and goes on.
    pub fn begins(&self, words: &[&str]) -> Child {
        self.command(words).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }

    pub fn address(&self) -> String {
        self.does(&["wallet", "address"])["address"].as_str().unwrap().to_owned()
    }
}

impl Refused {
    /// A refusal is good when a person can act on it: a code for programs, a sentence, and what to do next.
    pub fn says(&self, code: &str, words: &[&str]) {
        assert_eq!(self.code, code, "{self:?}");
        assert!(!self.next.is_empty(), "no remedy: {self:?}");
        for word in words {
            assert!(self.error.contains(word), "`{word}` is missing: {self:?}");
        }
    }
}

/// Reads the answer of a command that must have succeeded.
pub fn answer(who: &str, output: Output) -> Value {
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    let aside = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{who} was refused ({}):\n{told}\n{aside}", output.status);
    serde_json::from_str(told.trim())
        .unwrap_or_else(|_| panic!("{who} did not say one JSON document:\n{told}\n{aside}"))
}

/// Reads the refusal of a command that must have been refused.
pub fn refusal(who: &str, output: &Output) -> Refused {
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    let aside = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success(), "{who} was not refused:\n{told}");
    assert!(!aside.contains("panicked"), "{who} panicked:\n{aside}");
    let said: Value = serde_json::from_str(told.trim())
        .unwrap_or_else(|_| panic!("{who} was refused without one JSON document:\n{told}\n{aside}"));
    let text = |key: &str| said[key].as_str().unwrap_or_default().to_owned();
    Refused {
        status: output.status.code().unwrap_or(-1),
        error: text("error"),
        next: text("next"),
        code: text("code"),
    }
}

fn start(mut command: Command, log: &Path) -> (Running, Value) {
    std::fs::create_dir_all(log.parent().unwrap()).unwrap();
    let aside = std::fs::OpenOptions::new().create(true).append(true).open(log).unwrap();
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(aside).spawn().unwrap();
    let mut reader = BufReader::new(child.stdout.take().unwrap());
    let mut first = String::new();
    reader.read_line(&mut first).unwrap();
    let mut further = std::fs::OpenOptions::new().append(true).open(log).unwrap();
    std::thread::spawn(move || std::io::copy(&mut reader, &mut further));
    let Ok(said) = serde_json::from_str(first.trim()) else {
        let _ = child.kill();
        let mut text = String::new();
        let _ = std::fs::File::open(log).map(|mut file| file.read_to_string(&mut text));
        panic!("the process did not come up: {first}\n{text}");
    };
    (Running(child), said)
}
