//! The people of the demo: separate processes of this program, each with a folder of its own, ended by id.

use crate::terminal;
use serde_json::Value;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Instant;

/// Everybody on the street, and the processes that stay up.
pub(crate) struct Cast {
    folder: PathBuf,
    temporary: bool,
    began: Instant,
    program: PathBuf,
    running: Vec<Running>,
    /// Whose desk runs.
    desks: Vec<Desk>,
    pub(crate) origin: String,
}

/// A process that ends with this one: however this one ends, the system closes the pipe, and the other notices.
struct Running {
    child: Child,
    told: BufReader<ChildStdout>,
}

/// A desk that runs, and the newest link that opens its pages once.
struct Desk {
    name: &'static str,
    process: usize,
    link: String,
}

/// Somebody with a desk.
#[derive(Clone)]
pub(crate) struct Somebody {
    pub(crate) name: &'static str,
    home: PathBuf,
    program: PathBuf,
    tally: PathBuf,
}

impl Cast {
    /// Makes the folder and starts the market.
    pub(crate) fn gather(folder: Option<PathBuf>, began: Instant) -> Result<Self, String> {
        let program =
            std::env::current_exe().map_err(|_| "this program's own file was not found".to_owned())?;
        let temporary = folder.is_none();
        let folder =
            folder.unwrap_or_else(|| std::env::temp_dir().join(format!("tacit-demo-{}", std::process::id())));
        fs::create_dir_all(&folder).map_err(|cause| format!("the demo's folder cannot be made: {cause}"))?;
        let mut cast = Self {
            folder,
            temporary,
            began,
            program,
            running: Vec::new(),
            desks: Vec::new(),
            origin: String::new(),
        };
        cast.open_the_market()?;
        Ok(cast)
    }

    fn open_the_market(&mut self) -> Result<(), String> {
        let mut command = Command::new(&self.program);
        command
            .args(["market", "--demo", "--until-stdin-closes", "--listen", "127.0.0.1:0", "--json", "--data"])
            .arg(self.market_folder());
        let first = self.keep_running(command, "market")?;
        self.origin = first["origin"].as_str().unwrap_or_default().to_owned();
        self.tell(
            "market",
            &format!("opened at {} with short settings: epochs of a second, beacon at once", self.origin),
        );
        Ok(())
    }

    pub(crate) fn market_folder(&self) -> PathBuf {
        self.folder.join("market")
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// A person who makes a desk at this market.
    pub(crate) fn somebody(&self, name: &'static str) -> Somebody {
        Somebody { name, home: self.folder.join(name), program: self.program.clone(), tally: self.tally() }
    }

    /// Leaves a person's desk running, with its pages: it fulfils orders by itself.
    pub(crate) fn leave_desk_running(&mut self, person: &Somebody) -> Result<(), String> {
        let mut command = person.command(&["desk", "--listen", "127.0.0.1:0", "--until-stdin-closes"]);
        command.arg("--json");
        let first = self.keep_running(command, person.name)?;
        let link = link_of(&first, person.name)?;
        self.desks.push(Desk { name: person.name, process: self.running.len() - 1, link });
        Ok(())
    }

    /// Whose desk runs, and the link that opens its pages in one browser.
    pub(crate) fn desks(&self) -> Vec<(&'static str, String)> {
        self.desks.iter().map(|desk| (desk.name, desk.link.clone())).collect()
    }

    /// Asks every desk for a new link: each opens one browser, once, and only for some minutes.
    fn renew_links(&mut self) -> Result<(), String> {
        for desk in &mut self.desks {
            let process = &mut self.running[desk.process];
            let gone = |_| format!("the desk of {} does not answer any more", desk.name);
            let input = process.child.stdin.as_mut().ok_or("no input")?;
            input.write_all(b"\n").and_then(|()| input.flush()).map_err(gone)?;
            desk.link = link_of(&process.hear().map_err(gone)?, desk.name)?;
        }
        Ok(())
    }

    /// The treasury's act.
    pub(crate) fn mint(&self, address: &str, amount: &str) -> Result<Value, String> {
        let mut command = Command::new(&self.program);
        command
            .args(["market", "mint", "--json", "--to", address, amount, "--data"])
            .arg(self.market_folder());
        command.env("TACIT_PROOF_TALLY", self.tally());
        answer("the treasury", &mut command)
    }

    /// One line of the story: who, what, how long since the beginning.
    pub(crate) fn tell(&self, who: &str, sentence: &str) {
        eprintln!("{:>6.1} s  {who:<8} {sentence}", self.began.elapsed().as_secs_f64());
    }

    pub(crate) fn seconds(&self) -> f64 {
        self.began.elapsed().as_secs_f64()
    }

    /// How many real proofs all processes made: each adds a line to one file.
    pub(crate) fn real_proofs(&self) -> usize {
        fs::read_to_string(self.tally()).map_or(0, |lines| lines.lines().count())
    }

    /// Says where everything is and waits for Ctrl-C, which ends the processes with this one.
    pub(crate) fn stay_up(&mut self) {
        eprintln!(
            "\nThe market stays up at {} until Ctrl-C. Folders: {}",
            self.origin,
            self.folder.display()
        );
        eprintln!("Try, in another terminal:  tacit init --market {} --no-passphrase", self.origin);
        eprintln!(
            "Open it in a browser; every person has a desk of their own, whose link opens one browser, once, within ten minutes:"
        );
        self.tell_links();
        let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else { return };
        let mut lines = terminal::lines();
        runtime.block_on(async {
            loop {
                tokio::select! {
                    _interrupted = tokio::signal::ctrl_c() => return,
                    Some(()) = lines.recv() => match self.renew_links() {
                        Ok(()) => self.tell_links(),
                        Err(why) => eprintln!("{why}"),
                    },
                }
            }
        });
    }

    fn tell_links(&self) {
        for Desk { name, link, .. } in &self.desks {
            eprintln!("  {name:<8} {link}");
        }
        eprintln!("Press Enter for new links.");
    }

    fn tally(&self) -> PathBuf {
        self.folder.join("real-proofs")
    }

    fn keep_running(&mut self, mut command: Command, name: &str) -> Result<Value, String> {
        let log = self.folder.join(format!("{name}.log"));
        let aside = fs::File::create(&log)
            .map_err(|cause| format!("the log of {name} cannot be written: {cause}"))?;
        let mut child = command
            .env("TACIT_PROOF_TALLY", self.tally())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(aside)
            .spawn()
            .map_err(|cause| format!("{name} could not be started: {cause}"))?;
        let told = BufReader::new(child.stdout.take().ok_or("no output")?);
        let mut running = Running { child, told };
        let first = running.hear();
        self.running.push(running);
        first.map_err(|_| {
            let said = fs::read_to_string(&log).unwrap_or_default();
            format!("{name} did not come up: {}", said.lines().last().unwrap_or("it said nothing"))
        })
    }
}

impl Running {
    /// The next line it tells, one JSON document.
    fn hear(&mut self) -> std::io::Result<Value> {
        let mut line = String::new();
        self.told.read_line(&mut line)?;
        serde_json::from_str(line.trim()).map_err(std::io::Error::other)
    }
}

fn link_of(told: &Value, name: &str) -> Result<String, String> {
    told["link"].as_str().map(str::to_owned).ok_or_else(|| format!("{name}'s desk gave no link"))
}

impl Drop for Cast {
    fn drop(&mut self) {
        for Running { child, .. } in &mut self.running {
            let _ended_already = child.kill();
            let _reaped = child.wait();
        }
        if self.temporary {
            let _gone_already = fs::remove_dir_all(&self.folder);
        }
    }
}

impl Somebody {
    /// Gives a command as one would type it and reads its one JSON document.
    pub(crate) fn does(&self, words: &[&str]) -> Result<Value, String> {
        let mut command = self.command(words);
        command.arg("--json");
        answer(self.name, &mut command)
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command.args(words).env("TACIT_HOME", &self.home).env("TACIT_PROOF_TALLY", &self.tally);
        command
    }
}

fn answer(who: &str, command: &mut Command) -> Result<Value, String> {
    let output = command
        .stdin(Stdio::null())
        .output()
        .map_err(|cause| format!("a command of {who} could not be started: {cause}"))?;
    let said: Value = serde_json::from_slice(&output.stdout).unwrap_or(Value::Null);
    if output.status.success() && !said.is_null() {
        return Ok(said);
    }
    let aside = String::from_utf8_lossy(&output.stderr).into_owned();
    let reason =
        said["error"].as_str().map(str::to_owned).or_else(|| aside.lines().last().map(str::to_owned));
    let next = said["next"].as_str().unwrap_or_default();
    Err(format!("{who}: {} {next}", reason.unwrap_or_else(|| "ended without a word".to_owned())))
}
