//! `cargo xtask release` and `cargo xtask reproduce`: the program as it is handed out, and the proof that this tree makes it.
//!
//! A build is the same wherever it happens because it knows no folder: the folders of the sources, of the dependencies and of
//! the build itself are written as `/tacit`, `/cargo` and `/target` (docs/operating/supply-chain.md).

use crate::pages;
use crate::steps::{Stopped, cargo_command};
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};
use std::process::Command;

const ABOUT: &str = "usage: cargo xtask release\n       cargo xtask reproduce [--keep]";

/// Makes pages and program; says where it lies and what its SHA-256 is.
pub(crate) fn release(words: &[String]) -> Result<(), Stopped> {
    if !words.is_empty() {
        return Err(Stopped::usage(ABOUT));
    }
    pages::build()?;
    let root = root()?;
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
    let program = build(&root, &target)?;
    println!("{}  {}", sha256(&program)?, program.display());
    Ok(())
}

/// Builds the same tree in two folders and compares. `--keep` leaves both folders for whoever wants to look.
pub(crate) fn reproduce(words: &[String]) -> Result<(), Stopped> {
    let keep = match words {
        [] => false,
        [word] if word == "--keep" => true,
        _ => return Err(Stopped::usage(ABOUT)),
    };
    pages::build()?;
    let place = std::env::temp_dir().join(format!("tacit-reproduce-{}", std::process::id()));
    // Names of different lengths: a path that gets into the program shows.
    let folders = [place.join("one"), place.join("another-folder-with-a-longer-name")];
    let built = compare(&folders);
    if keep {
        eprintln!("both builds are kept in {}", place.display());
    } else {
        let _gone = std::fs::remove_dir_all(&place);
    }
    built
}

fn compare(folders: &[PathBuf; 2]) -> Result<(), Stopped> {
    let mut digests = Vec::new();
    for folder in folders {
        copy_tree(&root()?, folder)?;
        let program = build(folder, &folder.join("target"))?;
        digests.push(sha256(&program)?);
        println!("{}  {}", digests[digests.len() - 1], program.display());
    }
    if digests[0] == digests[1] {
        println!("the two builds are the same, bit for bit");
        return Ok(());
    }
    Err(Stopped::with(
        1,
        "the two builds differ; run again with --keep and compare the two programs (for example with diffoscope)",
    ))
}

/// The files of the tree as git knows them, with what was changed and not committed, and the built pages.
fn copy_tree(root: &Path, to: &Path) -> Result<(), Stopped> {
    let listed = Command::new("git")
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .current_dir(root)
        .output()
        .map_err(|cause| Stopped::with(1, &format!("git could not be started: {cause}")))?;
    if !listed.status.success() {
        return Err(Stopped::with(1, "this folder is no git repository, so its files cannot be listed"));
    }
    let names = String::from_utf8_lossy(&listed.stdout).into_owned();
    for name in names.split('\0').filter(|name| !name.is_empty() && root.join(name).is_file()) {
        copy(&root.join(name), &to.join(name))?;
    }
    copy_folder(&root.join("portal/dist"), &to.join("portal/dist"))
}

fn copy_folder(from: &Path, to: &Path) -> Result<(), Stopped> {
    let unreadable = |cause: std::io::Error| Stopped::with(1, &format!("{}: {cause}", from.display()));
    for entry in std::fs::read_dir(from).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        let beside = to.join(path.file_name().unwrap_or_default());
        if path.is_dir() { copy_folder(&path, &beside)? } else { copy(&path, &beside)? }
    }
    Ok(())
}

fn copy(from: &Path, to: &Path) -> Result<(), Stopped> {
    let failed =
        |cause: std::io::Error| Stopped::with(1, &format!("{} was not copied: {cause}", from.display()));
    to.parent().map_or(Ok(()), std::fs::create_dir_all).map_err(failed)?;
    std::fs::copy(from, to).map(drop).map_err(failed)
}

/// The release build of the tree in `root`, from the lock file, without a trace of where it lies.
fn build(root: &Path, target: &Path) -> Result<PathBuf, Stopped> {
    let mut command = cargo_command();
    for (name, _) in std::env::vars().filter(|(name, _)| is_a_setting(name)) {
        command.env_remove(name);
    }
    let done = command
        .args(["build", "--release", "--locked", "--package", "tacit"])
        .env("CARGO_TARGET_DIR", target)
        .env("CARGO_ENCODED_RUSTFLAGS", flags(root, target)?)
        .env("CARGO_INCREMENTAL", "0")
        .env("SOURCE_DATE_EPOCH", "0")
        .current_dir(root)
        .status()
        .map_err(|cause| Stopped::with(1, &format!("cargo could not be started: {cause}")))?;
    if done.success() { Ok(target.join("release/tacit")) } else { Err(Stopped::with(1, "the build failed")) }
}

/// Settings of this machine do not belong into the build.
fn is_a_setting(name: &str) -> bool {
    name.starts_with("CARGO_PROFILE_") || name.starts_with("CARGO_BUILD_") || name == "RUSTFLAGS"
}

/// How every folder is called in the program, for rustc; the separator is cargo's own.
fn flags(root: &Path, target: &Path) -> Result<String, Stopped> {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cargo")));
    let home = home
        .ok_or_else(|| Stopped::with(1, "neither CARGO_HOME nor HOME says where cargo keeps its crates"))?;
    // The last one that fits counts, and the build folder may lie within the sources.
    let folders = [(root, "/tacit"), (&home, "/cargo"), (target, "/target")];
    let flags = folders.map(|(folder, name)| format!("--remap-path-prefix={}={name}", folder.display()));
    Ok(flags.join("\u{1f}"))
}

fn root() -> Result<PathBuf, Stopped> {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("..")
        .canonicalize()
        .map_err(|cause| Stopped::with(1, &format!("the folder of the sources was not found: {cause}")))
}

fn sha256(file: &Path) -> Result<String, Stopped> {
    let bytes =
        std::fs::read(file).map_err(|cause| Stopped::with(1, &format!("{}: {cause}", file.display())))?;
    Ok(Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect())
}
