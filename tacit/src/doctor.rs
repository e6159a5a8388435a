//! `tacit doctor`: what works here, what does not, and how to mend it.

use clap::Args;
use serde_json::{Value, json};
use std::path::Path;
use std::process::{Command, ExitCode};
use tacit_desk::{DeskFolder, DeskSettings};

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
pub(crate) fn run(_args: &DoctorArgs, home: Option<&Path>, json: bool) -> ExitCode {
    let findings = [desk(home), market(home), folder(), age(), postgres()];
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

fn desk_folder(home: Option<&Path>) -> Option<DeskFolder> {
    home.map(DeskFolder::at).or_else(|| DeskFolder::of_environment().ok())
}

fn desk(home: Option<&Path>) -> Finding {
    let read = desk_folder(home).map(|folder| DeskSettings::read(&folder));
    let (works, says) = match read {
        Some(Ok(settings)) => (true, format!("a desk of the market at {}", settings.market)),
        Some(Err(refusal)) => (false, refusal.to_string()),
        None => (false, "no folder: set TACIT_HOME".to_owned()),
    };
    Finding { what: "your desk", works, needed: false, says }
}

fn market(home: Option<&Path>) -> Finding {
    let settings = desk_folder(home).and_then(|folder| DeskSettings::read(&folder).ok());
    let Some(settings) = settings else {
        return Finding {
            what: "your market",
            works: false,
            needed: false,
            says: "none known: `tacit init --market URL`, or `tacit demo`".to_owned(),
        };
    };
    if settings.proxy.is_some() {
        let says = format!(
            "{} is reached through a proxy; `tacit wallet` shows whether it answers",
            settings.market
        );
        return Finding { what: "your market", works: true, needed: false, says };
    }
    let authority = settings.market.authority().to_owned();
    let address = if authority.rsplit(':').next().is_some_and(|port| port.parse::<u16>().is_ok()) {
        authority
    } else {
        format!("{authority}:443")
    };
    let (works, says) = match std::net::TcpStream::connect(&address) {
        Ok(_) => (true, format!("{} answers", settings.market)),
        Err(cause) => (false, format!("{} does not answer ({cause}): see whether it runs", settings.market)),
    };
    Finding { what: "your market", works, needed: true, says }
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
    let works = Path::new("/usr/lib/postgresql/15/bin/postgres").is_file();
    let says = if works {
        "the market's other database, and the tests'"
    } else {
        "only for `tacit market --database postgres://...` and the tests: apt-get install postgresql-15"
    };
    Finding { what: "PostgreSQL 15", works, needed: false, says: says.to_owned() }
}
