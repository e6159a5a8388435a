//! `cargo xtask soak fuzz [TARGET] --minutes N`: every fuzz target for so long, from the vectors on.
//!
//! cargo-fuzz builds `fuzz/` with the coverage that libFuzzer needs and without a sanitizer (`-s none`), which the toolchain of
//! this repository can do; no nightly one is asked for (docs/operating/fuzzing.md).

use crate::needs::on_path;
use crate::steps::{Stopped, cargo, cargo_command};
use std::path::{Path, PathBuf};
use std::process::Command;

const ABOUT: &str =
    "usage: cargo xtask soak fuzz [TARGET] [--minutes N] [--jobs N]\n       cargo xtask soak fuzz --lock";
const INSTALL: &str = "cargo-fuzz is not installed; run `cargo install --locked cargo-fuzz`, then again (it needs a C++ compiler too)";
/// What one input may take: memory in MiB, in all and at once, and seconds.
const LIMITS: [&str; 3] = ["-rss_limit_mb=1536", "-malloc_limit_mb=256", "-timeout=20"];

struct Wanted {
    target: Option<String>,
    minutes: f64,
    jobs: usize,
}

/// Fuzzes and counts.
pub(crate) fn run(words: &[String]) -> Result<(), Stopped> {
    if words == ["--lock"] {
        return lock();
    }
    let wanted = Wanted::read(words)?;
    if on_path("cargo-fuzz").is_none() {
        return Err(Stopped::with(2, INSTALL));
    }
    let all = targets()?;
    let chosen: Vec<&Target> =
        all.iter().filter(|one| wanted.target.as_ref().is_none_or(|name| *name == one.name)).collect();
    if chosen.is_empty() {
        let names: Vec<&str> = all.iter().map(|one| one.name.as_str()).collect();
        return Err(Stopped::usage(&format!("there is no such target; there are {}", names.join(", "))));
    }
    let corpus = fuzz().join("corpus");
    hostile(&["seed", &corpus.to_string_lossy()])?;
    let mut build = vec!["build", "--sanitizer", "none"];
    if let [one] = chosen.as_slice() {
        build.push(&one.name);
    }
    cargo_fuzz(&build)?;
    let mut broken = Vec::new();
    for some in chosen.chunks(wanted.jobs) {
        let running: Vec<_> =
            some.iter().map(|target| (target, begin(target, &corpus, wanted.minutes))).collect();
        for (target, child) in running {
            let ended = child.and_then(|mut child| child.wait());
            let ended =
                ended.map_err(|cause| Stopped::with(1, &format!("{} did not run: {cause}", target.name)))?;
            let said = std::fs::read_to_string(log(&target.name)).unwrap_or_default();
            let last = said.lines().rfind(|line| line.contains("cov:")).unwrap_or("nothing was covered");
            println!("{:16} {}", target.name, last.trim());
            if !ended.success() {
                broken.push(target.name.clone());
            }
        }
    }
    println!("how far the inputs of each corpus come:");
    hostile(&["count", &corpus.to_string_lossy()])?;
    if broken.is_empty() {
        return Ok(());
    }
    Err(Stopped::with(
        1,
        &format!(
            "broken: {}; read fuzz/artifacts/TARGET.log, mend it, and keep the input of fuzz/artifacts in hostile/corpus/TARGET",
            broken.join(", ")
        ),
    ))
}

impl Wanted {
    fn read(words: &[String]) -> Result<Self, Stopped> {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let mut wanted = Self { target: None, minutes: 30.0, jobs: cores };
        let mut words = words.iter();
        while let Some(word) = words.next() {
            let mut number =
                || words.next().and_then(|number| number.parse::<f64>().ok()).filter(|number| *number > 0.0);
            match word.as_str() {
                "--minutes" => wanted.minutes = number().ok_or_else(|| Stopped::usage(ABOUT))?,
                "--jobs" => wanted.jobs = number().ok_or_else(|| Stopped::usage(ABOUT))?.ceil() as usize,
                name if !name.starts_with('-') && wanted.target.is_none() => {
                    wanted.target = Some(name.to_owned())
                }
                _ => return Err(Stopped::usage(ABOUT)),
            }
        }
        Ok(wanted)
    }
}

struct Target {
    name: String,
    longest: String,
}

/// The targets as `hostile` names them.
fn targets() -> Result<Vec<Target>, Stopped> {
    let said = hostile_command(&["list"]).output();
    let said = said.ok().filter(|said| said.status.success());
    let said = said.ok_or_else(|| {
        Stopped::with(1, "the fuzz targets could not be listed: build the package tacit-hostile")
    })?;
    let text = String::from_utf8_lossy(&said.stdout).into_owned();
    let read = |line: &str| {
        let mut words = line.split('\t').map(str::to_owned);
        Some(Target { name: words.next()?, longest: words.next()? })
    };
    Ok(text.lines().filter_map(read).collect())
}

/// Starts one target; what it says goes into a file beside what it finds.
fn begin(target: &Target, corpus: &Path, minutes: f64) -> std::io::Result<std::process::Child> {
    let artifacts = fuzz().join("artifacts").join(&target.name);
    std::fs::create_dir_all(&artifacts)?;
    let said = std::fs::File::create(log(&target.name))?;
    let seconds = (minutes * 60.0).ceil().max(1.0);
    Command::new(program(&target.name))
        .args(LIMITS)
        .arg(format!("-max_total_time={seconds}"))
        .arg(format!("-max_len={}", target.longest))
        .arg(format!("-artifact_prefix={}/", artifacts.display()))
        .arg(corpus.join(&target.name))
        .current_dir(fuzz())
        .stderr(said.try_clone()?)
        .stdout(said)
        .spawn()
}

fn log(target: &str) -> PathBuf {
    fuzz().join("artifacts").join(format!("{target}.log"))
}

/// Where cargo-fuzz builds a target.
fn program(target: &str) -> PathBuf {
    build_folder().join(host()).join("release").join(target)
}

/// Instrumented builds have a folder of their own, or everything else would be built anew after each of them.
fn build_folder() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| fuzz().join("target"), |folder| PathBuf::from(folder).join("fuzz"))
}

fn host() -> String {
    let said = Command::new("rustc").args(["--version", "--verbose"]).output();
    let text = said.map(|said| String::from_utf8_lossy(&said.stdout).into_owned()).unwrap_or_default();
    text.lines().find_map(|line| line.strip_prefix("host: ")).unwrap_or("x86_64-unknown-linux-gnu").to_owned()
}

fn cargo_fuzz(words: &[&str]) -> Result<(), Stopped> {
    let folder = build_folder();
    let mut all = vec!["fuzz"];
    all.extend(words);
    let folder = folder.to_string_lossy().into_owned();
    all.extend(["--target-dir", folder.as_str()]);
    cargo(&all, &[])
}

fn hostile(words: &[&str]) -> Result<(), Stopped> {
    let done = hostile_command(words).status();
    match done {
        Ok(status) if status.success() => Ok(()),
        _ => Err(Stopped::with(1, "the seeds of the fuzz targets could not be made")),
    }
}

fn hostile_command(words: &[&str]) -> Command {
    let mut command = cargo_command();
    command.args(["run", "--quiet", "--package", "tacit-hostile", "--"]).args(words);
    command
}

fn fuzz() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz")
}

/// Gives `fuzz/` the versions of `Cargo.lock`, so that what is fuzzed is what ships.
fn lock() -> Result<(), Stopped> {
    let failed =
        |cause: std::io::Error| Stopped::with(1, &format!("fuzz/Cargo.lock was not written: {cause}"));
    std::fs::copy(fuzz().join("../Cargo.lock"), fuzz().join("Cargo.lock")).map_err(failed)?;
    // Reading the packages drops what `fuzz/` does not need and adds what only it needs.
    let done = cargo_command()
        .args(["metadata", "--format-version", "1"])
        .stdout(std::process::Stdio::null())
        .current_dir(fuzz())
        .status();
    match done {
        Ok(status) if status.success() => Ok(()),
        _ => Err(Stopped::with(1, "cargo could not write fuzz/Cargo.lock")),
    }
}
