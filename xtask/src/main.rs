//! The chores of the house: `cargo xtask demo | pages | test | bench | soak | vectors | release | reproduce`.
//!
//! It knows how to call the other tools and in what order; it holds nothing of the marketplace itself.

mod bench;
mod fuzz;
mod needs;
mod pages;
mod proofs;
mod release;
mod soak;
mod steps;
mod supply;

use std::process::ExitCode;

const USAGE: &str = "\
usage: cargo xtask COMMAND

  demo [-- ARGS]        a whole market with people in it, on this machine (needs nothing but Rust;
                        with Node 20.19 or newer the desks have their pages)
  pages                 makes the pages of a desk from the lock file (needs Node 20.19 or newer)
  test [--install]      formatting, lints and all tests; --install fetches what is missing through apt
  bench NAME            one performance promise: `ledger`, `demo`, `catalogue` or `pages`
  soak NAME             in large what `test` does in small: `fuzz` or `requests`
  vectors               make the test vectors again that are made from a seed
  release               the program to hand out, without a trace of where it was built
  reproduce [--keep]    builds the release twice in two folders and compares";

fn main() -> ExitCode {
    let mut words = std::env::args().skip(1);
    let command = words.next().unwrap_or_default();
    let rest: Vec<String> = words.skip_while(|word| word == "--").collect();
    let done = match command.as_str() {
        "demo" => {
            pages::build_if_possible();
            steps::demo(&rest)
        }
        "pages" => pages::build(),
        "test" => needs::check(&rest).and_then(|()| steps::test()),
        "bench" => bench::run(&rest),
        "soak" => soak::run(&rest),
        "vectors" => steps::vectors(),
        "release" => release::release(&rest),
        "reproduce" => release::reproduce(&rest),
        _ => Err(steps::Stopped::usage(USAGE)),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(stopped) => {
            if !stopped.sentence.is_empty() {
                eprintln!("{}", stopped.sentence);
            }
            ExitCode::from(stopped.code)
        }
    }
}
