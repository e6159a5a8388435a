//! `tacit demo`: a whole market with people in it, on this machine, in a temporary folder.
//!
//! The market and every person are separate processes of this same program with their own folders, on ports that the
//! system chose, speaking only through the public interfaces. The story is told one line per step on standard error;
//! `--once --json` prints exactly one object on standard output.

mod chapters;
mod looking;
mod people;

use chapters::Chapter;
use clap::Args;
use people::Cast;
use serde_json::{Map, Value, json};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

/// How the demo runs.
#[derive(Debug, Args)]
pub(crate) struct DemoArgs {
    /// End after the story instead of staying up until Ctrl-C.
    #[arg(long)]
    once: bool,
    /// Keep everything in this folder instead of a temporary one.
    #[arg(long, value_name = "DIR")]
    folder: Option<PathBuf>,
}

/// Plays the story; exit status 1 when a chapter failed.
pub(crate) fn run(args: &DemoArgs, json: bool) -> ExitCode {
    #[expect(clippy::disallowed_methods, reason = "the demo says how long each step takes")]
    let began = Instant::now();
    let mut cast = match Cast::gather(args.folder.clone(), began) {
        Ok(cast) => cast,
        Err(failed) => return report(&json!({"ok": false, "error": failed, "next": NEXT}), json, &failed),
    };
    let mut told = Map::new();
    let mut ok = true;
    for chapter in [Chapter::Sale, Chapter::Ledger, Chapter::Pages] {
        let (name, outcome) = chapter.play(&mut cast);
        ok &= outcome["ok"] == true;
        told.insert(name.to_owned(), outcome);
    }
    let summary = json!({
        "ok": ok,
        "seconds": tenths(began.elapsed().as_secs_f64()),
        "version": env!("CARGO_PKG_VERSION"),
        "real_proofs": cast.real_proofs(),
        "chapters": told,
    });
    let sentence =
        if ok { "the story is told" } else { "a chapter failed; the lines above say which and what to do" };
    let code = report(&summary, json, sentence);
    if !args.once && ok {
        cast.stay_up();
    }
    code
}

const NEXT: &str =
    "run `tacit doctor`, then the demo again; with --folder DIR the logs of every process stay there";

fn report(summary: &Value, json: bool, sentence: &str) -> ExitCode {
    if json {
        println!("{summary}");
    } else {
        eprintln!("\n{sentence}");
    }
    if summary["ok"] == true { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

pub(crate) fn tenths(seconds: f64) -> f64 {
    (seconds * 10.0).round() / 10.0
}
