//! The commands themselves: each calls cargo and stops at the first failure.

use crate::pages;
use crate::proofs::Tally;
use crate::supply;
use std::process::Command;

/// Why a chore ended early.
pub(crate) struct Stopped {
    pub(crate) code: u8,
    pub(crate) sentence: String,
}

impl Stopped {
    pub(crate) fn with(code: u8, sentence: &str) -> Self {
        Self { code, sentence: sentence.to_owned() }
    }

    pub(crate) fn usage(sentence: &str) -> Self {
        Self::with(2, sentence)
    }
}

/// Runs the story; its own exit status is passed on.
pub(crate) fn demo(words: &[String]) -> Result<(), Stopped> {
    let mut all = vec!["run", "--quiet", "--package", "tacit", "--", "demo"];
    all.extend(words.iter().map(String::as_str));
    cargo(&all, &[])
}

/// Formatting, pages, lints, tests, journeys in a browser, in this order: the cheapest to fail comes first.
pub(crate) fn test() -> Result<(), Stopped> {
    cargo(&["fmt", "--all", "--check"], &[])?;
    pages::check()?;
    pages::build()?;
    supply::check()?;
    cargo(&["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"], &[])?;
    let tally = Tally::start();
    let file = tally.file().to_string_lossy().into_owned();
    cargo(&["test", "--workspace", "--no-fail-fast"], &[("TACIT_PROOF_TALLY", &file)])?;
    tally.finish()?;
    pages::journeys()
}

/// Makes the test vectors again. Sealed letters and real proofs draw chance; the others come out byte for byte the same.
pub(crate) fn vectors() -> Result<(), Stopped> {
    cargo(&["run", "--package", "tacit-prover", "--example", "make_bundles"], &[])?;
    cargo(&["run", "--package", "tacit-settlement", "--example", "settlement_vectors"], &[])?;
    cargo(
        &["run", "--package", "tacit-catalogue", "--features", "testing", "--example", "catalogue-vectors"],
        &[],
    )?;
    cargo(&["run", "--package", "tacit-trade", "--features", "testing", "--example", "trade-vectors"], &[])?;
    cargo(
        &["run", "--package", "tacit-evidence", "--features", "testing", "--example", "evidence-vectors"],
        &[],
    )?;
    cargo(&["run", "--package", "tacit-relay", "--example", "make_letters"], &[])?;
    // Those of delivery and wire are written by the tests that hold them, from the inputs that stand in the files.
    let write = [("TACIT_WRITE_VECTORS", "1")];
    cargo(&["test", "--package", "tacit-delivery", "--lib", "of_the_vectors"], &write)?;
    cargo(&["test", "--package", "tacit-wire", "--lib", "the_vectors_of_signed_requests_are"], &write)
}

/// One cargo command in the workspace; its output goes through.
pub(crate) fn cargo(words: &[&str], settings: &[(&str, &str)]) -> Result<(), Stopped> {
    eprintln!("$ cargo {}", words.join(" "));
    match cargo_command().args(words).envs(settings.iter().copied()).status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(Stopped { code: exit_code(status.code()), sentence: String::new() }),
        Err(cause) => Err(Stopped::with(1, &format!("cargo could not be started: {cause}"))),
    }
}

/// Cargo in the workspace, to be given its words.
pub(crate) fn cargo_command() -> Command {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    // What cargo told this program about itself is nothing to the packages that are built: some build scripts look at it, and
    // half the workspace would be built again after every change between `cargo` and `cargo xtask`.
    let own = |name: &str| name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_");
    for (name, _) in std::env::vars().filter(|(name, _)| own(name)) {
        command.env_remove(name);
    }
    command.current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
    command
}

fn exit_code(code: Option<i32>) -> u8 {
    code.and_then(|code| u8::try_from(code).ok()).filter(|code| *code != 0).unwrap_or(1)
}
