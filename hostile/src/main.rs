//! What `cargo xtask soak fuzz` asks: the targets, their seed corpora, and how far the inputs of a corpus come.

use std::path::Path;
use std::process::ExitCode;
use tacit_hostile::{Reached, TARGETS, Target};

const USAGE: &str = "usage: tacit-hostile list | seed FOLDER | count FOLDER";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["list"] => TARGETS
            .iter()
            .for_each(|target| println!("{}\t{}\t{}", target.name, target.longest, target.about)),
        ["seed", folder] => {
            for target in TARGETS {
                if let Err(wrong) = seed(target, &Path::new(folder).join(target.name)) {
                    eprintln!("the seeds of {} could not be written: {wrong}", target.name);
                    return ExitCode::FAILURE;
                }
            }
        }
        ["count", folder] => {
            TARGETS.iter().for_each(|target| count(target, &Path::new(folder).join(target.name)))
        }
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    }
    ExitCode::SUCCESS
}

/// Writes the inputs that a fuzzer begins with: what the vectors hold, and what once broke the target.
fn seed(target: &Target, folder: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    for (number, bytes) in (target.seeds)().iter().enumerate() {
        std::fs::write(folder.join(format!("seed-{number:03}")), bytes)?;
    }
    for (name, bytes) in tacit_hostile::files(&target.corpus())? {
        std::fs::write(folder.join(name), bytes)?;
    }
    Ok(())
}

/// Prints how many inputs of a corpus come how far.
fn count(target: &Target, folder: &Path) {
    let Ok(files) = tacit_hostile::files(folder) else { return };
    if files.is_empty() {
        return;
    }
    let reached: Vec<Reached> = files.iter().map(|(_, bytes)| (target.run)(bytes)).collect();
    let at_least = |least: Reached| reached.iter().filter(|reached| **reached >= least).count();
    println!(
        "{:16} {:6} inputs, {:6} past the first stage, {:6} at the last",
        target.name,
        reached.len(),
        at_least(Reached::Read),
        at_least(Reached::Believed)
    );
}
