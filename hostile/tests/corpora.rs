//! Whatever arrives, the answer is a value and not a panic: every target over its seeds, over what once broke it, over all
//! the other vectors, and over small changes of all of these.

#![expect(clippy::unwrap_used, reason = "a corpus that cannot be read is a failed test")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tacit_hostile::{Chance, Reached, TARGETS, Target, files};

/// No input that fits a target takes longer, on a slow machine and without optimisation.
const LONGEST: Duration = Duration::from_secs(20);
/// What a run over all inputs may take of memory at its highest.
const MOST_MIB: u64 = 700;
/// Changed inputs for each target, unless `TACIT_ROUNDS` says otherwise.
const CHANGES: usize = 300;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

#[test]
fn every_target_begins_with_inputs_that_reach_its_last_stage_and_some_that_do_not() {
    for target in TARGETS {
        let seeds = (target.seeds)();
        let reached: BTreeSet<Reached> = seeds.iter().map(|seed| (target.run)(seed)).collect();
        assert!(reached.contains(&Reached::Believed), "no seed of {} reaches its last stage", target.name);
        assert!(seeds.iter().any(|seed| seed.len() <= target.longest), "{}", target.name);
    }
}

#[test]
fn no_bytes_of_the_corpora_break_a_parser_or_keep_it_long() {
    let number = |name: &str| std::env::var(name).ok()?.parse::<usize>().ok();
    let (changes, seed) = (number("TACIT_ROUNDS").unwrap_or(CHANGES), number("TACIT_SEED").unwrap_or(0));
    let strange = strange_bytes();
    for target in TARGETS {
        let corpus = files(&target.corpus()).unwrap();
        let seeds = (target.seeds)();
        let own: Vec<&[u8]> =
            seeds.iter().map(Vec::as_slice).chain(corpus.iter().map(|(_, bytes)| bytes.as_slice())).collect();
        own.iter().for_each(|bytes| take(target, bytes));
        strange.iter().filter(|bytes| bytes.len() <= target.longest).for_each(|bytes| take(target, bytes));
        let mut chance = Chance::of((target.name.len() + 100 * seed) as u64);
        for _ in 0..changes {
            let one = own[chance.below(own.len())];
            let bytes = chance.changed(one, &strange);
            take(target, &bytes[..bytes.len().min(target.longest)]);
        }
    }
    if let Some(highest) = highest_mib() {
        assert!(highest < MOST_MIB, "{highest} MiB of memory for inputs of a few KiB");
    }
}

/// One input, with the time it takes.
#[expect(clippy::disallowed_methods, reason = "the promise is about time")]
fn take(target: &Target, bytes: &[u8]) {
    let began = std::time::Instant::now();
    if std::panic::catch_unwind(|| (target.run)(bytes)).is_err() {
        let kept = std::env::temp_dir().join(format!("tacit-broken-{}", target.name));
        std::fs::write(&kept, bytes).unwrap();
        panic!("{} does not bear the bytes that are kept in {}", target.name, kept.display());
    }
    let took = began.elapsed();
    assert!(took < LONGEST, "{} takes {took:?} for {} bytes", target.name, bytes.len());
}

/// The files of `vectors/` and `examples/` as they stand: for every target but their own, strange bytes.
fn strange_bytes() -> Vec<Vec<u8>> {
    let mut found = vec![Vec::new(), vec![0; 4096], vec![0xff; 4096], b"{}".to_vec(), vec![b'['; 60_000]];
    for folder in ["catalogue", "delivery", "desk", "evidence", "relay", "settlement", "trade", "wire"] {
        let all = files(&root().join("vectors").join(folder)).unwrap();
        found.extend(all.into_iter().map(|(_, bytes)| bytes).filter(|bytes| bytes.len() < 100_000));
    }
    found
}

/// The highest resident memory of this process, where the system says it.
fn highest_mib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.split_whitespace().next()?.parse::<u64>().ok().map(|kib| kib / 1024)
}

#[test]
fn every_target_is_wired_to_the_fuzzer_and_nothing_else_is() {
    let wired: BTreeSet<String> = files(&root().join("fuzz/fuzz_targets"))
        .unwrap()
        .into_iter()
        .map(|(name, text)| {
            let name = name.strip_suffix(".rs").unwrap().to_owned();
            assert!(
                String::from_utf8(text).unwrap().contains(&format!("\"{name}\"")),
                "{name} runs another target"
            );
            name
        })
        .collect();
    let named: BTreeSet<String> = TARGETS.iter().map(|target| target.name.to_owned()).collect();
    assert_eq!(wired, named);
    let manifest = std::fs::read_to_string(root().join("fuzz/Cargo.toml")).unwrap();
    for name in &named {
        assert!(manifest.contains(&format!("name = \"{name}\"")), "fuzz/Cargo.toml does not build {name}");
    }
    let kept = std::fs::read_dir(root().join("hostile/corpus")).unwrap();
    for folder in kept.map(|entry| entry.unwrap().file_name().into_string().unwrap()) {
        assert!(
            named.contains(&folder) || folder == "README.md",
            "hostile/corpus/{folder} belongs to no target"
        );
    }
}
