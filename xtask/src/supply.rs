//! The code of others: `cargo deny` where it is installed. Where it is not, the tests of this package ask the same, so nothing
//! is left out; advisories need the network and are asked for by hand (docs/operating/supply-chain.md).

use crate::needs::on_path;
use crate::steps::{Stopped, cargo};

/// Licences, bans and sources.
pub(crate) fn check() -> Result<(), Stopped> {
    if !is_installed() {
        eprintln!(
            "cargo-deny is not installed (cargo install --locked cargo-deny); licences, bans and sources are checked by the tests \
             of xtask all the same"
        );
        return Ok(());
    }
    cargo(&["deny", "--offline", "check", "licenses", "bans", "sources"], &[])
}

fn is_installed() -> bool {
    let home = std::env::var_os("CARGO_HOME").map(std::path::PathBuf::from);
    let home = home.or_else(|| Some(std::path::PathBuf::from(std::env::var_os("HOME")?).join(".cargo")));
    on_path("cargo-deny").is_some() || home.is_some_and(|home| home.join("bin/cargo-deny").is_file())
}
