//! What the tests need beside Rust, looked for before anything is compiled.
//!
//! As root with apt (or with `--install`) what is missing is installed; otherwise one command to paste is printed and the
//! run stops with exit status 2. Nothing is skipped silently.

use crate::pages;
use crate::steps::Stopped;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

struct Need {
    what: &'static str,
    why: &'static str,
    package: &'static str,
    found: fn() -> bool,
    /// A newer one through npm, where the distribution's is too old.
    newer: Option<&'static str>,
}

const NEEDS: &[Need] = &[
    Need {
        what: "PostgreSQL 15",
        why: "every store test runs on SQLite and on a private PostgreSQL",
        package: "postgresql-15",
        found: postgres_15,
        newer: None,
    },
    Need {
        what: "age",
        why: "a sold file must open with the plain age program",
        package: "age",
        found: || on_path("age").is_some() && on_path("age-keygen").is_some(),
        newer: None,
    },
    Need {
        what: "python3",
        why: "samples and receipts are recomputed by independent scripts",
        package: "python3",
        found: || on_path("python3").is_some(),
        newer: None,
    },
    Need {
        what: "Node 20.19 or newer, with npm",
        why: "the pages of a desk are made and tested with it, from packages of the lock file",
        package: "nodejs npm",
        found: pages::node_is_there,
        newer: Some("node@20"),
    },
    Need {
        what: "Chromium",
        why: "the journeys through the pages run in a real browser",
        package: "chromium",
        found: || std::env::var_os("TACIT_TEST_CHROMIUM").is_some() || on_path("chromium").is_some(),
        newer: None,
    },
];

/// Stops with a command to paste unless everything is there.
pub(crate) fn check(words: &[String]) -> Result<(), Stopped> {
    if let Some(unknown) = words.iter().find(|word| *word != "--install") {
        return Err(Stopped::usage(&format!(
            "`{unknown}` is not an option of `cargo xtask test`; there is only --install"
        )));
    }
    let missing: Vec<&Need> = NEEDS.iter().filter(|need| !(need.found)()).collect();
    if missing.is_empty() {
        return Ok(());
    }
    for need in &missing {
        eprintln!("missing: {} ({})", need.what, need.why);
    }
    let packages: Vec<&str> = missing.iter().flat_map(|need| need.package.split(' ')).collect();
    let may_install = on_path("apt-get").is_some() && (is_root() || !words.is_empty());
    if !may_install {
        return Err(Stopped::with(2, &format!("run this, then again:\n  {}", to_paste(&missing, &packages))));
    }
    install(&packages)?;
    for need in missing.iter().filter(|need| !(need.found)()) {
        need.newer.map_or(Ok(()), install_newer)?;
    }
    match NEEDS.iter().find(|need| !(need.found)()) {
        None => Ok(()),
        Some(need) => Err(Stopped::with(2, &format!("{} was installed but is still not found", need.what))),
    }
}

fn install(packages: &[&str]) -> Result<(), Stopped> {
    eprintln!("installing: {}", packages.join(" "));
    apt(&["update", "-qq"])?;
    let mut words = vec!["install", "-y", "-qq", "--no-install-recommends"];
    words.extend(packages);
    apt(&words)
}

/// One line for a person who may become root.
fn to_paste(missing: &[&Need], packages: &[&str]) -> String {
    let newer =
        missing.iter().filter_map(|need| need.newer).map(|name| format!(" && sudo npm install -g {name}"));
    format!("sudo apt-get install -y {}{}", packages.join(" "), newer.collect::<String>())
}

/// The distribution's is too old: npm's goes beside it, into /usr/local.
fn install_newer(name: &str) -> Result<(), Stopped> {
    let mut command = if is_root() { Command::new("npm") } else { Command::new("sudo") };
    if !is_root() {
        command.arg("npm");
    }
    match command.args(["install", "-g", name]).stdout(Stdio::null()).status() {
        Ok(status) if status.success() => Ok(()),
        _ => Err(Stopped::with(2, &format!("`npm install -g {name}` failed; install it by hand"))),
    }
}

fn apt(words: &[&str]) -> Result<(), Stopped> {
    let mut command = if is_root() { Command::new("apt-get") } else { Command::new("sudo") };
    if !is_root() {
        command.arg("apt-get");
    }
    let done = command.args(words).env("DEBIAN_FRONTEND", "noninteractive").stdout(Stdio::null()).status();
    match done {
        Ok(status) if status.success() => Ok(()),
        _ => Err(Stopped::with(
            2,
            &format!("`apt-get {}` failed; install the packages by hand", words.join(" ")),
        )),
    }
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|answer| answer.stdout == b"0\n")
}

pub(crate) fn on_path(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(program)).find(|file| file.is_file())
}

fn postgres_15() -> bool {
    if std::env::var_os("TACIT_TEST_POSTGRES").is_some() {
        return true;
    }
    let debian = Path::new("/usr/lib/postgresql/15/bin/postgres");
    let server = if debian.is_file() { Some(debian.to_owned()) } else { on_path("postgres") };
    let Some(server) = server else { return false };
    Command::new(server)
        .arg("--version")
        .output()
        .is_ok_and(|answer| String::from_utf8_lossy(&answer.stdout).contains(") 15."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_may_not_install_gets_one_line_that_brings_everything_also_a_new_enough_node() {
        let missing: Vec<&Need> =
            NEEDS.iter().filter(|need| ["nodejs npm", "age"].contains(&need.package)).collect();
        let line = to_paste(&missing, &["age", "nodejs", "npm"]);
        assert_eq!(line, "sudo apt-get install -y age nodejs npm && sudo npm install -g node@20");
    }
}
