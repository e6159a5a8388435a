//! The import table of ARCHITECTURE.md, held as data: a new arrow between our crates fails here until it is drawn there.

#![expect(clippy::unwrap_used, reason = "a test that cannot read the workspace has failed")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

const ROOMS: &[&str] = &["catalogue", "trade", "settlement", "delivery", "relay", "evidence"];

/// Who may import which of our crates in code that ships.
fn allowed() -> BTreeMap<&'static str, BTreeSet<&'static str>> {
    let with_rooms = |more: &[&'static str]| -> BTreeSet<&'static str> {
        ROOMS.iter().chain(&["values"]).chain(more).copied().collect()
    };
    BTreeMap::from([
        ("values", BTreeSet::new()),
        ("catalogue", BTreeSet::from(["values"])),
        ("trade", BTreeSet::from(["values", "catalogue"])),
        ("settlement", BTreeSet::from(["values"])),
        ("delivery", BTreeSet::from(["values"])),
        ("relay", BTreeSet::from(["values"])),
        ("evidence", BTreeSet::from(["values"])),
        ("ports", with_rooms(&[])),
        ("flows", with_rooms(&["ports"])),
        ("store", with_rooms(&["ports"])),
        ("vault", with_rooms(&["ports"])),
        ("prover", with_rooms(&["ports"])),
        ("assumed", with_rooms(&["ports"])),
        ("paper", with_rooms(&["ports"])),
        ("wire", with_rooms(&[])),
        ("http", with_rooms(&["flows", "wire"])),
        ("desk", with_rooms(&["ports", "wire"])),
        ("hostile", with_rooms(&["wire"])),
        (
            "tacit",
            with_rooms(&["ports", "flows", "store", "vault", "prover", "paper", "wire", "http", "desk"]),
        ),
        ("xtask", BTreeSet::new()),
    ])
}

/// Outside crates that are heavy or dangerous enough to have exactly one home.
const HOMES: &[(&str, &[&str])] = &[
    ("sqlx", &["store"]),
    ("object_store", &["vault"]),
    ("krilla", &["paper"]),
    ("rust-embed", &["tacit"]),
    ("axum", &["http", "desk"]),
    ("reqwest", &["wire"]),
    ("rsa", &["evidence"]),
    ("sd-jwt-payload", &["evidence"]),
    ("tlog_tiles", &["evidence"]),
    ("parquet", &["delivery", "hostile"]),
    ("shardtree", &["settlement"]),
];

/// A room decides; it has no socket, no SQL and no runtime.
const NEVER_IN_A_ROOM: &[&str] = &["tokio", "async-trait", "futures", "sqlx", "axum", "reqwest", "hyper"];

struct Crate {
    name: String,
    manifest: toml::Table,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn crates() -> Vec<Crate> {
    let workspace: toml::Table = read(&root().join("Cargo.toml"));
    let members = workspace["workspace"]["members"].as_array().unwrap();
    members
        .iter()
        .map(|member| {
            let manifest = read(&root().join(member.as_str().unwrap()).join("Cargo.toml"));
            let name = manifest["package"]["name"].as_str().unwrap();
            Crate { name: name.strip_prefix("tacit-").unwrap_or(name).to_owned(), manifest }
        })
        .collect()
}

fn read(file: &Path) -> toml::Table {
    std::fs::read_to_string(file).unwrap().parse().unwrap()
}

impl Crate {
    fn imports(&self, table: &str) -> BTreeSet<String> {
        let Some(listed) = self.manifest.get(table).and_then(toml::Value::as_table) else {
            return BTreeSet::new();
        };
        listed
            .iter()
            .map(|(name, about)| {
                about.get("package").and_then(toml::Value::as_str).unwrap_or(name).to_owned()
            })
            .collect()
    }

    fn ours(&self) -> BTreeSet<String> {
        self.imports("dependencies")
            .iter()
            .filter_map(|name| name.strip_prefix("tacit-").map(str::to_owned))
            .collect()
    }
}

#[test]
fn every_arrow_between_our_crates_is_drawn_in_the_table() {
    let allowed = allowed();
    for one in crates() {
        let may = allowed
            .get(one.name.as_str())
            .unwrap_or_else(|| panic!("`{}` is not in the import table", one.name));
        for import in one.ours() {
            assert!(
                may.contains(import.as_str()),
                "`{}` imports `{import}`: no such arrow was drawn",
                one.name
            );
        }
    }
}

#[test]
fn the_binary_can_link_the_real_proofs_only() {
    for one in crates() {
        assert!(!one.ours().contains("assumed"), "`{}` would ship assumed proofs", one.name);
        assert!(!one.ours().contains("hostile"), "`{}` would ship the fuzz targets", one.name);
    }
}

#[test]
fn heavy_outside_crates_live_in_one_place() {
    for one in crates() {
        let imports = one.imports("dependencies");
        for (outside, homes) in HOMES {
            let strayed = imports.contains(*outside) && !homes.contains(&one.name.as_str());
            assert!(!strayed, "`{}` imports {outside}, which lives in {homes:?}", one.name);
        }
    }
}

#[test]
fn rooms_have_no_runtime_and_no_socket() {
    for one in crates().iter().filter(|one| ROOMS.contains(&one.name.as_str()) || one.name == "values") {
        let imports = one.imports("dependencies");
        for outside in NEVER_IN_A_ROOM {
            assert!(!imports.contains(*outside), "the room `{}` imports {outside}", one.name);
        }
    }
}

#[test]
fn every_crate_inherits_version_and_lints() {
    for one in crates() {
        assert_eq!(one.manifest["lints"]["workspace"].as_bool(), Some(true), "{}", one.name);
        assert_eq!(one.manifest["package"]["version"]["workspace"].as_bool(), Some(true), "{}", one.name);
        assert_eq!(one.manifest["package"]["publish"]["workspace"].as_bool(), Some(true), "{}", one.name);
    }
}

#[test]
fn the_table_stands_in_architecture_md_too() {
    let page = std::fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    for name in allowed().keys() {
        assert!(
            page.contains(&format!("`{name}`")) || page.contains(&format!("{name}/")),
            "ARCHITECTURE.md does not name `{name}`"
        );
    }
}
