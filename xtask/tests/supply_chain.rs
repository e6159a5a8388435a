//! Where the code of others comes from, which of it is pinned and why, and that none of ours is `unsafe`.
//!
//! `cargo deny` asks the same of `deny.toml` and more, and `cargo xtask test` runs it where it is installed; these tests need
//! nothing but cargo, so that a fresh machine skips nothing. Licences are in `licences.rs`. Advisories need the network and
//! are an operator's (docs/operating/supply-chain.md).

#![expect(clippy::unwrap_used, reason = "a test that cannot read the workspace has failed")]

use semver::{Version, VersionReq};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The one place that code of others is fetched from.
const REGISTRY: &str = "registry+https://github.com/rust-lang/crates.io-index";

/// What only the fuzz targets are built with.
const FUZZING_ONLY: &[&str] = &["tacit-fuzz", "libfuzzer-sys", "arbitrary"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn text(name: &str) -> String {
    std::fs::read_to_string(root().join(name)).unwrap()
}

fn table(name: &str) -> toml::Table {
    text(name).parse().unwrap()
}

/// Every crate of the lock file, for any machine.
fn packages() -> Vec<Value> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let words = ["metadata", "--offline", "--locked", "--format-version", "1"];
    let mut said = Command::new(&cargo).args(words).current_dir(root()).output().unwrap();
    if !said.status.success() {
        // Crates of other systems were never fetched here: then those of this one are looked at.
        let version = Command::new(&cargo).args(["--version", "--verbose"]).output().unwrap();
        let version = String::from_utf8(version.stdout).unwrap();
        let host = version.lines().find_map(|line| line.strip_prefix("host: ")).unwrap();
        said = Command::new(&cargo)
            .args(words)
            .args(["--filter-platform", host])
            .current_dir(root())
            .output()
            .unwrap();
    }
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
    let found: Value = serde_json::from_slice(&said.stdout).unwrap();
    found["packages"].as_array().unwrap().clone()
}

/// Name and version of every package of a lock file, with where it comes from.
fn locked(name: &str) -> Vec<(String, Version, Option<String>)> {
    let lock = table(name);
    let packages = lock["package"].as_array().unwrap().iter();
    packages
        .map(|package| {
            let version = package["version"].as_str().unwrap().parse().unwrap();
            let source = package.get("source").map(|source| source.as_str().unwrap().to_owned());
            (package["name"].as_str().unwrap().to_owned(), version, source)
        })
        .collect()
}

#[test]
fn all_code_of_others_comes_from_the_one_registry() {
    let deny = table("deny.toml");
    for unknown in ["unknown-registry", "unknown-git"] {
        assert_eq!(deny["sources"][unknown].as_str(), Some("deny"));
    }
    for lock in ["Cargo.lock", "fuzz/Cargo.lock"] {
        for (name, version, source) in locked(lock) {
            let ours = name == "xtask" || name == "tacit" || name.starts_with("tacit-");
            match source {
                None => assert!(ours, "`{name}` {version} in {lock} lies in a folder of this repository"),
                Some(source) => assert_eq!(source, REGISTRY, "`{name}` {version} in {lock}"),
            }
        }
    }
}

#[test]
fn nothing_that_deny_toml_bans_comes_along() {
    let deny = table("deny.toml");
    let banned = deny["bans"]["deny"].as_array().unwrap();
    assert!(!banned.is_empty());
    for lock in ["Cargo.lock", "fuzz/Cargo.lock"] {
        let packages = locked(lock);
        for ban in banned {
            let what = ban["crate"].as_str().unwrap();
            let (name, versions) = what.split_once(':').unwrap_or((what, "*"));
            let versions: VersionReq = versions.parse().unwrap();
            let found = packages.iter().find(|(one, version, _)| one == name && versions.matches(version));
            assert!(found.is_none(), "{lock} brings {found:?}, which deny.toml bans: {}", ban["reason"]);
        }
    }
}

#[test]
fn every_dependency_of_ours_says_which_versions_it_takes() {
    assert_eq!(table("deny.toml")["bans"]["wildcards"].as_str(), Some("deny"));
    for package in packages().iter().filter(|package| package["source"].is_null()) {
        for dependency in package["dependencies"].as_array().unwrap() {
            let of_ours = !dependency["path"].is_null();
            assert!(
                of_ours || dependency["req"] != "*",
                "{} takes any {}",
                package["name"],
                dependency["name"]
            );
        }
    }
}

#[test]
fn what_is_fuzzed_is_what_ships() {
    let ships: BTreeSet<_> =
        locked("Cargo.lock").into_iter().map(|(name, version, _)| (name, version)).collect();
    for (name, version, _) in locked("fuzz/Cargo.lock") {
        let same = ships.contains(&(name.clone(), version.clone()));
        assert!(
            same || FUZZING_ONLY.contains(&name.as_str()),
            "fuzz/Cargo.lock has `{name}` {version}, Cargo.lock another; run `cargo xtask soak fuzz --lock`"
        );
    }
}

/// Crates that the workspace pins to one version, is tied to a pre-release of, or whose numbers promise nothing yet.
fn pinned() -> Vec<(String, String)> {
    let workspace = table("Cargo.toml");
    let listed = workspace["workspace"]["dependencies"].as_table().unwrap();
    let version =
        |about: &toml::Value| about.as_str().or_else(|| about.get("version")?.as_str()).map(str::to_owned);
    let of_others = listed.iter().filter_map(|(name, about)| Some((name.clone(), version(about)?)));
    of_others
        .filter(|(_, version)| {
            version.starts_with('=') || version.contains('-') || version.starts_with("0.0.")
        })
        .collect()
}

#[test]
fn every_pinned_crate_is_named_with_its_version_and_its_reason_in_security_md() {
    let page = text("SECURITY.md");
    let rows: Vec<&str> = page.lines().filter(|line| line.starts_with("| `")).collect();
    let pinned = pinned();
    assert!(!pinned.is_empty());
    for (name, version) in &pinned {
        assert!(version.starts_with('='), "`{name}` {version} promises nothing: pin it with `=`");
        let row = rows.iter().find(|row| row.contains(&format!("`{name}` {version}")));
        let row = row.unwrap_or_else(|| panic!("SECURITY.md does not name `{name}` {version}"));
        assert_eq!(row.matches('|').count(), 4, "why it is here and what stands around it: {row}");
    }
    for row in &rows {
        for said in row.split('`').skip(2).step_by(2).filter_map(|rest| rest.trim().strip_prefix('=')) {
            let said = said.split([' ', '|', ',']).next().unwrap();
            assert!(
                pinned.iter().any(|(_, version)| version[1..] == *said),
                "SECURITY.md pins ={said}: {row}"
            );
        }
    }
}

/// Whose sources may speak to a pinned or experimental crate: behind these stands the rest of the house.
const WALLS: &[(&str, &[&str])] = &[
    ("rsa::", &["market/evidence/src/beacon.rs"]),
    ("sd_jwt_payload::", &["market/evidence/src/receipt/sd_jwt.rs"]),
    ("httpsig_hyper::", &["doors/wire/src/signing.rs", "doors/wire/src/signing/verify.rs"]),
    ("tlog_tiles::", &["market/evidence/src/log/"]),
    ("signed_note::", &["market/evidence/src/log/checkpoint.rs", "hostile/src/evidence.rs"]),
    ("orchard::", &["market/settlement/", "engines/prover/", "engines/assumed/"]),
];

#[test]
fn a_pinned_crate_is_spoken_to_in_one_place() {
    for (name, _) in pinned() {
        let walled = WALLS.iter().any(|(spoken, _)| *spoken == format!("{}::", name.replace('-', "_")));
        assert!(walled, "`{name}` is pinned and may be used anywhere; give it one place in {}", file!());
    }
    let mut used = BTreeSet::new();
    for file in sources() {
        let here = file.strip_prefix(root()).unwrap().to_str().unwrap().to_owned();
        let code = std::fs::read_to_string(&file).unwrap();
        let spoken_to = |crate_: &str| {
            code.match_indices(crate_).any(|(at, _)| {
                let before = code[..at].chars().next_back().unwrap_or(' ');
                !before.is_alphanumeric() && before != '_' && before != ':'
            })
        };
        for (spoken, homes) in WALLS {
            if spoken_to(spoken) {
                used.insert(*spoken);
                let at_home = homes.iter().any(|home| here.starts_with(home));
                assert!(at_home || is_a_test(&here), "{here} speaks to `{spoken}`, whose place is {homes:?}");
            }
        }
    }
    let named: BTreeSet<_> = WALLS.iter().map(|(spoken, _)| *spoken).collect();
    assert!(used.is_superset(&named), "no source speaks to {:?} any more", named.difference(&used));
}

fn is_a_test(path: &str) -> bool {
    ["tests/", "tests.rs", "benches/", "examples/", "walkthroughs/", "xtask/"]
        .iter()
        .any(|part| path.contains(part))
}

#[test]
fn unsafe_code_is_forbidden_in_every_crate_and_nobody_asks_for_it() {
    let workspace = table("Cargo.toml");
    assert_eq!(workspace["workspace"]["lints"]["rust"]["unsafe_code"].as_str(), Some("forbid"));
    for member in workspace["workspace"]["members"].as_array().unwrap() {
        let member = member.as_str().unwrap();
        let manifest = table(&format!("{member}/Cargo.toml"));
        let inherits = manifest.get("lints").and_then(|lints| lints.get("workspace")?.as_bool());
        assert_eq!(inherits, Some(true), "{member} does not keep the lints of the workspace");
    }
    for file in sources() {
        let code = std::fs::read_to_string(&file).unwrap();
        // Written apart, or this line would find itself.
        let asks = [
            concat!("allow(", "unsafe"),
            concat!("expect(", "unsafe"),
            concat!("un", "safe {"),
            concat!("un", "safe fn"),
        ];
        assert!(!asks.iter().any(|ask| code.contains(ask)), "{} asks for unsafe code", file.display());
    }
}

/// Every Rust source of ours.
fn sources() -> Vec<PathBuf> {
    let mut found = Vec::new();
    let ours = [
        "market",
        "desk",
        "engines",
        "doors",
        "tacit",
        "hostile",
        "fuzz",
        "walkthroughs",
        "benches",
        "xtask",
    ];
    let mut folders: Vec<PathBuf> = ours.iter().map(|name| root().join(name)).collect();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap();
            if path.is_dir() && name != "target" && name != "corpus" {
                folders.push(path);
            } else if name.ends_with(".rs") {
                found.push(path);
            }
        }
    }
    assert!(found.len() > 200);
    found
}
