//! `cargo xtask soak NAME`: what `test` does in small, in large. Results go to `docs/operating/soak.md` with commit and seed.

use crate::fuzz;
use crate::steps::{Stopped, cargo};

const ABOUT: &str = "\
usage: cargo xtask soak NAME

  fuzz [TARGET] [--minutes N] [--jobs N]   every parser of foreign bytes, 30 minutes each
  requests [--rounds N] [--seed S]         random requests to market and desk, 200 for each operation";

/// Runs one soak by name.
pub(crate) fn run(words: &[String]) -> Result<(), Stopped> {
    match words {
        [name, more @ ..] if name == "fuzz" => fuzz::run(more),
        [name, more @ ..] if name == "requests" => requests(more),
        _ => Err(Stopped::usage(ABOUT)),
    }
}

/// The walkthrough of random requests, often.
fn requests(words: &[String]) -> Result<(), Stopped> {
    let (mut rounds, mut seed) = ("200", None);
    for pair in words.chunks(2) {
        match pair {
            [name, number] if name == "--rounds" && number.parse::<u32>().is_ok() => rounds = number,
            [name, number] if name == "--seed" && number.parse::<u64>().is_ok() => {
                seed = Some(number.as_str())
            }
            _ => return Err(Stopped::usage(ABOUT)),
        }
    }
    let mut settings = vec![("TACIT_ROUNDS", rounds)];
    settings.extend(seed.map(|seed| ("TACIT_SEED", seed)));
    // The walkthrough spawns the program with assumed proofs.
    cargo(&["build", "--package", "tacit", "--example", "tacit-assumed"], &[])?;
    cargo(&["test", "--package", "tacit", "--test", "random_requests", "--", "--nocapture"], &settings)
}
