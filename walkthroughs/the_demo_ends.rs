//! A demo that is killed leaves nobody behind, its market and its desks end by themselves; one that stays up lets people in.

#![allow(clippy::unwrap_used, reason = "a walkthrough that cannot go on has failed")]

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead, BufReader, Write};
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
fn a_demo_that_stays_up_gives_new_links_to_whoever_presses_enter() {
    let program = PathBuf::from(env!("CARGO_BIN_EXE_tacit")).parent().unwrap().join("examples/tacit-assumed");
    let folder = tempfile::tempdir().unwrap();
    let mut demo = Command::new(program)
        .args(["demo", "--folder"])
        .arg(folder.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut told = BufReader::new(demo.stderr.take().unwrap()).lines().map_while(Result::ok);
    let mut links = || -> BTreeSet<String> {
        told.by_ref()
            .take_while(|line| !line.contains("Press Enter"))
            .filter_map(|line| line.split("http://localhost:").nth(1).map(str::to_owned))
            .collect()
    };
    let first = links();
    demo.stdin.as_mut().unwrap().write_all(b"\n").unwrap();
    let second = links();
    demo.kill().unwrap();
    demo.wait().unwrap();
    let place = |link: &String| link.split(['/', '#']).next().unwrap().to_owned();
    assert!(first.len() >= 3, "{first:?}");
    assert!(first.is_disjoint(&second), "each link is new: {second:?}");
    let places = |links: &BTreeSet<String>| links.iter().map(place).collect::<BTreeSet<_>>();
    assert_eq!(places(&first), places(&second), "of the same desks");
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
