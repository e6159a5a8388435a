//! A demo that is killed leaves nobody behind: its market and its desks end by themselves.

#![allow(clippy::unwrap_used, reason = "a walkthrough that cannot go on has failed")]

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

/// The processes whose parent is this one, as Linux lists them.
fn children_of(parent: u32) -> BTreeSet<u32> {
    let all =
        fs::read_dir("/proc").unwrap().filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    all.filter(|id| status(*id).is_some_and(|(_, its)| its == parent)).collect()
}

/// State and parent of a process that is there.
fn status(id: u32) -> Option<(char, u32)> {
    let line = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    // The name stands in parentheses and may hold anything.
    let mut fields = line.rsplit_once(") ")?.1.split(' ');
    Some((fields.next()?.chars().next()?, fields.next()?.parse().ok()?))
}

fn runs(id: u32) -> bool {
    status(id).is_some_and(|(state, _)| state != 'Z')
}

#[test]
fn nobody_outlives_a_demo_that_was_killed() {
    let program = PathBuf::from(env!("CARGO_BIN_EXE_tacit")).parent().unwrap().join("examples/tacit-assumed");
    assert!(program.is_file(), "{} was not built", program.display());
    let folder = tempfile::tempdir().unwrap();
    let mut demo = Command::new(program)
        .args(["demo", "--folder"])
        .arg(folder.path())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut told = BufReader::new(demo.stderr.take().unwrap()).lines().map_while(Result::ok);
    // The first listing comes after the market and two desks were left running.
    let up = told.any(|line| line.contains(" sells "));
    let left = children_of(demo.id());
    demo.kill().unwrap();
    demo.wait().unwrap();
    assert!(up && left.len() >= 3, "the market and two desks run: {left:?}");

    // They end when they notice; a minute is the end of patience, not what is measured.
    for _ in 0..1_200 {
        if !left.iter().any(|id| runs(*id)) {
            break;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    let behind: Vec<u32> = left.into_iter().filter(|id| runs(*id)).collect();
    for id in &behind {
        Command::new("kill").arg(id.to_string()).status().unwrap();
    }
    assert_eq!(behind, [] as [u32; 0], "they outlived the demo");
}
