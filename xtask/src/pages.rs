//! The pages of a desk: made by npm from the lock file, only where Node is, and only when their sources are newer.
//!
//! Nothing else calls npm: no build script does, and the binary is complete without pages (it says then how to make them).

use crate::needs::on_path;
use crate::steps::{Stopped, cargo};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

/// The oldest Node that the tools run on.
const OLDEST: (u32, u32) = (20, 19);

const WITHOUT_NODE: &str = "the pages of a desk are made with Node 20.19 or newer and npm; get them from your distribution or \
    https://nodejs.org/en/download, then run `cargo xtask pages`";

/// What the pages are made from, inside `portal/`.
const SOURCES: &[&str] = &[
    "src",
    "public",
    "index.html",
    "openapi.json",
    "package.json",
    "package-lock.json",
    "tsconfig.json",
    "vite.config.ts",
];

/// `cargo xtask pages`: packages from the lock file, then the build.
pub(crate) fn build() -> Result<(), Stopped> {
    need_node()?;
    packages()?;
    npm(&["run", "build"])
}

/// Types and unit tests of the pages.
pub(crate) fn check() -> Result<(), Stopped> {
    need_node()?;
    packages()?;
    npm(&["run", "check"])
}

/// Journeys through the pages in a real browser, with the program that tests spawn. `cargo test` has built it.
pub(crate) fn journeys() -> Result<(), Stopped> {
    npm_with(&["run", "journeys"], &[("TACIT_PROGRAM", &program_of_tests()?)])
}

/// Where cargo puts the program that tests spawn.
fn program_of_tests() -> Result<PathBuf, Stopped> {
    let beside = std::env::current_exe().map_err(|cause| Stopped::with(1, &cause.to_string()))?;
    Ok(beside.with_file_name("examples").join("tacit-assumed"))
}

/// How soon the pages of a desk can be used, in a real browser: printed by one of the journeys.
pub(crate) fn figures() -> Result<(), Stopped> {
    if stale() {
        build()?;
    }
    cargo(&["build", "--package", "tacit", "--example", "tacit-assumed"], &[])?;
    npm_with(
        &["run", "journeys", "--", "figures"],
        &[("TACIT_PROGRAM", &program_of_tests()?), ("TACIT_FIGURES", Path::new("1"))],
    )
}

/// Before a demo: makes the pages when they are missing or old. Without Node, or when it does not work, says so and goes on:
/// the market and the desks run without their pages.
pub(crate) fn build_if_possible() {
    if !stale() {
        return;
    }
    if !node_is_there() {
        eprintln!("the desks have no pages in this demo: {WITHOUT_NODE}");
        return;
    }
    if build().is_err() {
        eprintln!(
            "the pages could not be made, so this demo goes on without their newest state; `cargo xtask pages` tries again"
        );
    }
}

/// Whether Node and npm are there and new enough.
pub(crate) fn node_is_there() -> bool {
    on_path("npm").is_some() && node_version().is_some_and(|version| version >= OLDEST)
}

fn need_node() -> Result<(), Stopped> {
    if node_is_there() { Ok(()) } else { Err(Stopped::with(2, WITHOUT_NODE)) }
}

fn node_version() -> Option<(u32, u32)> {
    let answer = Command::new("node").arg("--version").output().ok()?;
    read_version(&String::from_utf8_lossy(&answer.stdout))
}

/// `v20.20.2` as (20, 20).
fn read_version(text: &str) -> Option<(u32, u32)> {
    let mut parts = text.trim().strip_prefix('v')?.split('.');
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

/// `npm ci`, unless what is installed is as new as the lock file.
fn packages() -> Result<(), Stopped> {
    let lock = changed(&portal().join("package-lock.json"));
    let installed = changed(&portal().join("node_modules/.package-lock.json"));
    if installed.is_some() && installed >= lock {
        return Ok(());
    }
    npm(&["ci", "--no-audit", "--no-fund"])
}

/// Whether `dist/` is missing or older than anything it is made from.
fn stale() -> bool {
    let Some(built) = changed(&portal().join("dist/index.html")) else { return true };
    SOURCES.iter().filter_map(|source| newest(&portal().join(source))).any(|source| source > built)
}

fn newest(path: &Path) -> Option<SystemTime> {
    if !path.is_dir() {
        return changed(path);
    }
    let inside = std::fs::read_dir(path).ok()?.flatten().filter_map(|entry| newest(&entry.path()));
    inside.chain(changed(path)).max()
}

fn changed(path: &Path) -> Option<SystemTime> {
    std::fs::metadata(path).and_then(|facts| facts.modified()).ok()
}

fn portal() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../portal")
}

/// One npm command in `portal/`. What it says goes to standard error: the demo's standard output is its own.
fn npm(words: &[&str]) -> Result<(), Stopped> {
    npm_with(words, &[])
}

fn npm_with(words: &[&str], settings: &[(&str, &Path)]) -> Result<(), Stopped> {
    eprintln!("$ npm {} (in portal/)", words.join(" "));
    let mut command = Command::new("npm");
    command.args(words).envs(settings.iter().copied()).current_dir(portal());
    let done = command.stdout(std::io::stderr()).status();
    match done {
        Ok(status) if status.success() => Ok(()),
        Ok(_) => Err(Stopped::with(1, &format!("`npm {}` failed; see what it says above", words.join(" ")))),
        Err(cause) => Err(Stopped::with(1, &format!("npm could not be started: {cause}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn node_says_its_version_with_a_v_before_it() {
        assert_eq!(read_version("v20.20.2\n"), Some((20, 20)));
        assert_eq!(read_version("v22.0.0"), Some((22, 0)));
        assert_eq!(read_version("20.1"), None);
        assert_eq!(read_version(""), None);
        assert!((22, 0) >= OLDEST && (20, 18) < OLDEST && (18, 20) < OLDEST);
    }
}
