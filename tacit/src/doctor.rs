//! `tacit doctor`: what works here, what does not, and how to mend it.

use crate::pages::BuiltPages;
use crate::{ProofSystem, Wanted};
use clap::Args;
use serde_json::{Value, json};
use std::path::Path;
use std::process::{Command, ExitCode};
use tacit_desk::keyring::file::needs_passphrase;
use tacit_desk::portal::Pages;
use tacit_desk::portal::shown::desk::{DoctorView, Finding as FindingShown};
use tacit_desk::{DeskFolder, DeskSettings, Engines};

/// Arguments of `doctor`.
#[derive(Debug, Args)]
pub(crate) struct DoctorArgs {}

struct Finding {
    what: &'static str,
    works: bool,
    needed: bool,
    says: String,
}

/// Looks at this machine and at the desk's folder; exit status 1 when something that is needed does not work.
pub(crate) fn run(home: Option<&Path>, json: bool, proofs: &dyn ProofSystem) -> ExitCode {
    let findings = findings(home, &crate::desk::engines(proofs, Wanted::Nothing));
    let ok = findings.iter().all(|finding| finding.works || !finding.needed);
    if json {
        let list: Vec<Value> = findings
            .iter()
            .map(|finding| json!({"what": finding.what, "works": finding.works, "needed": finding.needed, "says": finding.says}))
            .collect();
        println!("{}", json!({"ok": ok, "version": env!("CARGO_PKG_VERSION"), "findings": list}));
    } else {
        for finding in &findings {
            let mark = if finding.works {
                "works"
            } else if finding.needed {
                "BROKEN"
            } else {
                "absent"
            };
            println!("{mark:<7} {:<22} {}", finding.what, finding.says);
        }
    }
    if ok { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn findings(home: Option<&Path>, engines: &Engines) -> Vec<Finding> {
    vec![desk(home), market(home, engines), room(home), folder(), pages(), age(), postgres()]
}

/// The same looks, for the pages of a running desk.
pub(crate) fn of_desk(
    folder: &DeskFolder,
    engines: &Engines,
) -> impl Fn() -> DoctorView + Send + Sync + 'static {
    let (root, engines) = (folder.root().to_owned(), engines.clone());
    move || {
        let findings = findings(Some(&root), &engines);
        let ok = findings.iter().all(|finding| finding.works || !finding.needed);
        let shown = findings.into_iter().map(|finding| FindingShown {
            what: finding.what.to_owned(),
            works: finding.works,
            needed: finding.needed,
            says: finding.says,
        });
        DoctorView { ok, version: env!("CARGO_PKG_VERSION").to_owned(), findings: shown.collect() }
    }
}

/// Whether this program carries the pages of the desk.
fn pages() -> Finding {
    let works = BuiltPages.built();
    let says = if works {
        "`tacit desk` serves them on this machine alone"
    } else {
        "not built into this program: install Node.js 20.19 or newer, run `cargo xtask pages`, and build tacit again; every \
         command works without them"
    };
    Finding { what: "the desk's pages", works, needed: false, says: says.to_owned() }
}

fn desk_folder(home: Option<&Path>) -> Option<DeskFolder> {
    home.map(DeskFolder::at).or_else(|| DeskFolder::of_environment().ok())
}

fn desk(home: Option<&Path>) -> Finding {
    let what = "your desk";
    let Some(folder) = desk_folder(home) else {
        let says = "no folder: set TACIT_HOME".to_owned();
        return Finding { what, works: false, needed: false, says };
    };
    let (works, needed, says) = match (DeskSettings::read(&folder), needs_passphrase(&folder)) {
        (Ok(settings), Ok(sealed)) => {
            let keys = if sealed { "under a passphrase" } else { "WITHOUT a passphrase" };
            (true, true, format!("a desk of the market at {}, its keys {keys}", settings.market))
        }
        (Ok(_), Err(refused)) => (false, true, tacit_desk::Refusal::from(refused).to_string()),
        (Err(refusal), _) if refusal.code == "no-desk" => (false, false, refusal.to_string()),
        (Err(refusal), _) => (false, true, refusal.to_string()),
    };
    Finding { what, works, needed, says }
}

/// Meets the market as a desk does: its keys, its proof system, its clock. Nothing is signed, so nobody is named.
fn market(home: Option<&Path>, engines: &Engines) -> Finding {
    let what = "your market";
    let settings = desk_folder(home).and_then(|folder| DeskSettings::read(&folder).ok());
    let Some(settings) = settings else {
        let says = "none known: `tacit init --market URL`, or `tacit demo`".to_owned();
        return Finding { what, works: false, needed: false, says };
    };
    let met = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime.block_on(tacit_desk::meeting::examine(&settings, engines)),
        Err(cause) => return Finding { what, works: false, needed: true, says: cause.to_string() },
    };
    let (works, says) = match met {
        Ok(()) => (
            true,
            format!("{} answers with the keys that this desk knows, and clocks agree", settings.market),
        ),
        Err(refusal) => (false, refusal.to_string()),
    };
    Finding { what, works, needed: true, says }
}

/// Whether there is room for what a sale writes: some hundred megabytes for anything but small files.
fn room(home: Option<&Path>) -> Finding {
    let folder = desk_folder(home).map(|folder| folder.root().to_owned());
    let there = folder.as_deref().and_then(|folder| folder.ancestors().find(|place| place.is_dir()));
    let place = there.map_or_else(std::env::temp_dir, Path::to_owned);
    let answer = Command::new("df").args(["-Pk"]).arg(&place).output();
    let text = answer.map(|answer| String::from_utf8_lossy(&answer.stdout).into_owned()).unwrap_or_default();
    let free = text.lines().nth(1).and_then(|line| line.split_whitespace().nth(3)?.parse::<u64>().ok());
    let (works, says) = match free {
        Some(kib) if kib >= 512 * 1024 => {
            (true, format!("{:.1} GB free for the desk", kib as f64 / 976_562.5))
        }
        Some(kib) => {
            (false, format!("only {} MB free for the desk: sealing a file needs its size again", kib / 1024))
        }
        None => (true, "not known: `df` did not say".to_owned()),
    };
    Finding { what: "room on the disk", works, needed: true, says }
}

fn folder() -> Finding {
    let folder = std::env::temp_dir();
    let probe = folder.join(format!("tacit-doctor-{}", std::process::id()));
    let works = std::fs::write(&probe, b"x").is_ok();
    let _not_there = std::fs::remove_file(&probe);
    let says = if works { "can be written" } else { "cannot be written: set TMPDIR to a folder with room" };
    Finding { what: "temporary folder", works, needed: true, says: says.to_owned() }
}

fn age() -> Finding {
    let works = Command::new("age").arg("--version").output().is_ok_and(|answer| answer.status.success());
    let says = if works {
        "opens what `tacit orders show --sealed` exports"
    } else {
        "only for opening deliveries without Tacit, and for the tests: apt-get install age"
    };
    Finding { what: "the age program", works, needed: false, says: says.to_owned() }
}

fn postgres() -> Finding {
    let found = ["/usr/lib/postgresql/15/bin/postgres", "postgres"].into_iter().find_map(|program| {
        let answer = Command::new(program).arg("--version").output().ok()?;
        Some(String::from_utf8_lossy(&answer.stdout).trim().to_owned())
    });
    let works = found.as_ref().is_some_and(|version| version.contains(") 15."));
    let says = match found {
        Some(_) if works => "the market's other database, and the tests'".to_owned(),
        Some(other) => format!("found {other}; the market is tested with PostgreSQL 15"),
        None => "not on this machine; a server elsewhere will do. Only for `tacit market --database postgres://...` and the tests: apt-get install postgresql-15".to_owned(),
    };
    Finding { what: "PostgreSQL 15", works, needed: false, says }
}
