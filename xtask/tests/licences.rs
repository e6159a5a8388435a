//! The licences of everything that Cargo.lock brings along, against the list in `deny.toml`.
//!
//! `cargo deny` asks the same where it is installed; this needs nothing but cargo, so that a new dependency under a licence that
//! nobody looked at fails `cargo xtask test` everywhere. Bans and sources are in `supply_chain.rs`.

#![expect(clippy::unwrap_used, reason = "a test that cannot read the workspace has failed")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The list of `deny.toml`.
fn allowed() -> BTreeSet<String> {
    let text = std::fs::read_to_string(root().join("deny.toml")).unwrap();
    let settings: toml::Table = text.parse().unwrap();
    let list = settings["licenses"]["allow"].as_array().unwrap();
    list.iter().map(|name| name.as_str().unwrap().to_owned()).collect()
}

fn cargo(words: &[&str]) -> String {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let said = Command::new(cargo).args(words).current_dir(root()).output().unwrap();
    assert!(said.status.success(), "{words:?}: {}", String::from_utf8_lossy(&said.stderr));
    String::from_utf8(said.stdout).unwrap()
}

/// Name and licence of every crate that is built on this kind of machine, ours included.
fn crates() -> Vec<(String, Option<String>)> {
    let version = cargo(&["--version", "--verbose"]);
    let host = version.lines().find_map(|line| line.strip_prefix("host: ")).unwrap().to_owned();
    let found =
        cargo(&["metadata", "--offline", "--locked", "--format-version", "1", "--filter-platform", &host]);
    let found: serde_json::Value = serde_json::from_str(&found).unwrap();
    let packages = found["packages"].as_array().unwrap().iter();
    packages
        .map(|one| (one["name"].as_str().unwrap().to_owned(), one["license"].as_str().map(str::to_owned)))
        .collect()
}

/// The words and brackets of an SPDX expression; a slash is an old way of writing OR.
fn words(expression: &str) -> Vec<String> {
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    spaced.split_whitespace().map(str::to_owned).collect()
}

/// Whether the terms of an expression can be kept with allowed licences alone.
fn holds(expression: &str, allowed: &BTreeSet<String>) -> bool {
    let words = words(expression);
    let mut rest: Rest<'_> = words.iter().map(as_str as fn(&String) -> &str).peekable();
    let holds = any(&mut rest, allowed);
    holds && rest.next().is_none()
}

type Rest<'w> = std::iter::Peekable<std::iter::Map<std::slice::Iter<'w, String>, fn(&String) -> &str>>;

fn as_str(word: &String) -> &str {
    word
}

fn any(rest: &mut Rest<'_>, allowed: &BTreeSet<String>) -> bool {
    let mut holds = all(rest, allowed);
    while rest.next_if_eq(&"OR").is_some() {
        holds |= all(rest, allowed);
    }
    holds
}

fn all(rest: &mut Rest<'_>, allowed: &BTreeSet<String>) -> bool {
    let mut holds = one(rest, allowed);
    while rest.next_if_eq(&"AND").is_some() {
        holds &= one(rest, allowed);
    }
    holds
}

fn one(rest: &mut Rest<'_>, allowed: &BTreeSet<String>) -> bool {
    match rest.next() {
        Some("(") => any(rest, allowed) & rest.next_if_eq(&")").is_some(),
        Some(name) => match rest.next_if_eq(&"WITH").and_then(|_| rest.next()) {
            Some(exception) => allowed.contains(&format!("{name} WITH {exception}")),
            None => allowed.contains(name),
        },
        None => false,
    }
}

#[test]
fn everything_that_comes_along_has_a_licence_on_the_list() {
    let allowed = allowed();
    for (name, licence) in crates() {
        let licence = licence.unwrap_or_default();
        assert!(
            holds(&licence, &allowed),
            "`{name}` is licensed `{licence}`, which deny.toml does not allow; look at it before it comes in"
        );
    }
}

#[test]
fn no_licence_is_on_the_list_that_nothing_has() {
    let found: BTreeSet<String> = crates().into_iter().filter_map(|(_, licence)| licence).collect();
    for name in allowed() {
        let named = found.iter().any(|licence| words(licence).join(" ").contains(&name));
        assert!(named, "deny.toml allows `{name}`, and nothing has it");
    }
}

#[test]
fn of_several_licences_one_is_enough_where_one_may_choose_and_all_are_needed_where_all_hold() {
    let allowed = ["MIT", "Unicode-3.0", "Apache-2.0 WITH LLVM-exception"].map(str::to_owned).into();
    for good in [
        "MIT",
        "MIT/GPL-3.0-only",
        "GPL-3.0-only OR MIT",
        "(GPL-3.0-only OR MIT) AND Unicode-3.0",
        "Apache-2.0 WITH LLVM-exception OR Apache-2.0",
        "MIT OR Apache-2.0 AND GPL-3.0-only",
    ] {
        assert!(holds(good, &allowed), "{good}");
    }
    for bad in [
        "",
        "GPL-3.0-only",
        "MIT AND GPL-3.0-only",
        "Apache-2.0",
        "(MIT",
        "MIT MIT",
        "MIT WITH LLVM-exception",
    ] {
        assert!(!holds(bad, &allowed), "{bad}");
    }
}
