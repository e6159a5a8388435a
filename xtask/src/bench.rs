//! `cargo xtask bench NAME`: our figure and its reference on the same work in the same run, as a ratio where there is one.

use crate::pages;
use crate::steps::{Stopped, cargo};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Instant;

const NAMES: &str = "`ledger` (the whole path of a payment against the bare batch validator), `demo` (seconds, memory, sizes), \
    `catalogue` (search, loading and mirroring 100,000 listings), `pages` (the public pages over them; how soon a desk can be used)";
/// Benches that are a file of `benches/`.
const MEASURED: &[&str] = &["ledger", "catalogue"];

/// Runs one bench by name.
pub(crate) fn run(words: &[String]) -> Result<(), Stopped> {
    match words {
        [name, more @ ..] if name == "pages" => measure(name, more).and_then(|()| pages::figures()),
        [name, more @ ..] if MEASURED.contains(&name.as_str()) => measure(name, more),
        [name] if name == "demo" => demo(),
        _ => Err(Stopped::usage(&format!("say which bench: {NAMES}"))),
    }
}

/// A file of `benches/`, in the release profile.
fn measure(name: &str, more: &[String]) -> Result<(), Stopped> {
    let mut words = vec!["bench", "--package", "tacit", "--bench", name, "--"];
    words.extend(more.iter().map(String::as_str));
    cargo(&words, &[])
}

/// Seconds from an empty folder to a verified receipt, resident memory of an idle market, binary size.
fn demo() -> Result<(), Stopped> {
    clean_build()?;
    cargo(&["build", "--package", "tacit"], &[])?;
    let binary = binary("debug")?;
    let mut runs = Vec::new();
    for _ in 0..3 {
        runs.push(sale_seconds(&binary)?);
    }
    runs.sort_by(f64::total_cmp);
    println!(
        "from an empty folder to a verified receipt: median {:.1} s of {runs:.1?} (goal: under 30 s)",
        runs[1]
    );
    println!("resident memory of an idle market: {:.0} MB (goal: under 200 MB)", idle_market_mb(&binary)?);
    cargo(&["build", "--release", "--package", "tacit"], &[])?;
    let bytes = std::fs::metadata(self::binary("release")?).map_or(0, |about| about.len());
    println!("release binary: {:.1} MB", bytes as f64 / 1e6);
    Ok(())
}

/// What a newcomer waits for: the demo's profile, from an empty build folder; sources of dependencies are fetched already.
fn clean_build() -> Result<(), Stopped> {
    let folder = std::env::temp_dir().join(format!("tacit-clean-build-{}", std::process::id()));
    let place = folder.to_string_lossy().into_owned();
    cargo(&["fetch", "--locked"], &[])?;
    #[expect(clippy::disallowed_methods, reason = "a bench measures")]
    let began = Instant::now();
    let before = processor_seconds_of_children();
    let built = cargo(&["build", "--package", "tacit", "--target-dir", &place], &[]);
    let seconds = began.elapsed().as_secs_f64();
    let _gone = std::fs::remove_dir_all(&folder);
    built?;
    println!(
        "clean build of the demo's profile: {:.1} min on {} cores, {:.1} min of processor time",
        seconds / 60.0,
        std::thread::available_parallelism().map_or(1, usize::from),
        (processor_seconds_of_children() - before) / 60.0
    );
    Ok(())
}

/// Processor time of all ended children, in seconds; Linux only, elsewhere not a number.
fn processor_seconds_of_children() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    let ticks: Vec<f64> =
        fields.split_whitespace().skip(13).take(2).filter_map(|word| word.parse().ok()).collect();
    if ticks.len() == 2 { ticks.iter().sum::<f64>() / 100.0 } else { f64::NAN }
}

fn sale_seconds(binary: &PathBuf) -> Result<f64, Stopped> {
    let answer = Command::new(binary)
        .args(["demo", "--once", "--json"])
        .stderr(Stdio::null())
        .output()
        .map_err(|cause| Stopped::with(1, &format!("the demo could not be started: {cause}")))?;
    let story: serde_json::Value = serde_json::from_slice(&answer.stdout).map_err(|_| {
        Stopped::with(1, "the demo did not print one JSON object; run it by hand and read its progress")
    })?;
    if story["ok"] != true {
        return Err(Stopped::with(1, &format!("the demo failed: {story}")));
    }
    Ok(story["seconds"].as_f64().unwrap_or(f64::NAN))
}

fn idle_market_mb(binary: &PathBuf) -> Result<f64, Stopped> {
    let folder = std::env::temp_dir().join(format!("tacit-bench-{}", std::process::id()));
    let mut market = Command::new(binary)
        .args(["market", "--listen", "127.0.0.1:0", "--json", "--data"])
        .arg(&folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|cause| Stopped::with(1, &format!("the market could not be started: {cause}")))?;
    let mut first_line = String::new();
    if let Some(out) = market.stdout.take() {
        let _ = std::io::BufRead::read_line(&mut std::io::BufReader::new(out), &mut first_line);
    }
    std::thread::sleep(std::time::Duration::from_secs(20));
    let status = std::fs::read_to_string(format!("/proc/{}/status", market.id())).unwrap_or_default();
    let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
    let kilobytes: f64 = resident.trim().trim_end_matches("kB").trim().parse().unwrap_or(f64::NAN);
    let _ = market.kill();
    let _ = market.wait();
    let _ = std::fs::remove_dir_all(&folder);
    Ok(kilobytes / 1000.0)
}

fn binary(profile: &str) -> Result<PathBuf, Stopped> {
    let beside = std::env::current_exe().map_err(|cause| Stopped::with(1, &cause.to_string()))?;
    let target = beside.parent().and_then(|folder| folder.parent());
    let target = target.ok_or_else(|| Stopped::with(1, "the build folder was not found"))?;
    Ok(target.join(profile).join("tacit"))
}
