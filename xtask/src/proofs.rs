//! The proof budget: how many real proofs a test run made (docs: ARCHITECTURE.md, "Proof budget").
//!
//! The prover appends one line to the file that `TACIT_PROOF_TALLY` names, for every proof; this counts the lines.

use crate::steps::Stopped;
use std::path::PathBuf;

/// Real proofs cost seconds of a core each; one test run makes at most this many.
const MOST: usize = 40;

pub(crate) struct Tally(PathBuf);

impl Tally {
    pub(crate) fn start() -> Self {
        let file = std::env::temp_dir().join(format!("tacit-proof-tally-{}", std::process::id()));
        let _ = std::fs::remove_file(&file);
        Self(file)
    }

    pub(crate) fn file(&self) -> &PathBuf {
        &self.0
    }

    /// Prints the count; more than the budget is a failure, because the run would grow slow unnoticed.
    pub(crate) fn finish(self) -> Result<(), Stopped> {
        let made = std::fs::read_to_string(&self.0).map_or(0, |lines| lines.lines().count());
        let _ = std::fs::remove_file(&self.0);
        eprintln!("real proofs made: {made} (budget {MOST})");
        if made <= MOST {
            return Ok(());
        }
        Err(Stopped::with(
            1,
            "the proof budget is exceeded; let tests that need no real proof use tacit-assumed",
        ))
    }
}
