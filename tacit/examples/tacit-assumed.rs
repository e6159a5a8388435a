//! `tacit` with assumed proofs: for kill, load and refusal walkthroughs. Built by `cargo test`, never packaged.
//!
//! Signatures, nullifiers, anchors, turnstile and expiry are checked as always; a proof is zeros of the right length.
//! Markets and desks with real proofs refuse to talk to it.
//!
//! Its clock can be set wrong: `TACIT_ASSUMED_CLOCK` names a file with the number of seconds by which it goes ahead (or,
//! negative, behind). The file is read at every look at the clock, so that a walkthrough lets hours pass while it runs.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};
use tacit::{ProofSystem, Wanted};
use tacit_assumed::AssumeProof;
use tacit_ports::clock::Clock;
use tacit_settlement::Proofs;
use tacit_values::Timestamp;

struct Assumed;

impl ProofSystem for Assumed {
    fn open(&self, _wanted: Wanted) -> Arc<dyn Proofs> {
        Arc::new(AssumeProof)
    }

    fn warning(&self) -> Option<&'static str> {
        Some("ASSUMED PROOFS: this program is for tests; nothing it accepts is proved")
    }

    fn clock(&self) -> Arc<dyn Clock> {
        Arc::new(WrongClock { set: std::env::var_os("TACIT_ASSUMED_CLOCK").map(PathBuf::from) })
    }
}

/// The machine's clock, moved by as many seconds as the file says.
struct WrongClock {
    set: Option<PathBuf>,
}

impl Clock for WrongClock {
    fn now(&self) -> Timestamp {
        #[expect(clippy::disallowed_methods, reason = "this is where the program reads the clock")]
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let set = self.set.as_ref().and_then(|file| std::fs::read_to_string(file).ok());
        let ahead = set.and_then(|text| text.trim().parse::<i64>().ok()).unwrap_or(0).saturating_mul(1_000);
        let now = u64::try_from(now.as_millis()).unwrap_or(u64::MAX);
        Timestamp::from_millis(now.saturating_add_signed(ahead))
    }
}

fn main() -> ExitCode {
    tacit::run(&Assumed)
}
