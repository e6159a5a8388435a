//! `tacit` with assumed proofs: for kill, load and refusal walkthroughs. Built by `cargo test`, never packaged.
//!
//! Signatures, nullifiers, anchors, turnstile and expiry are checked as always; a proof is zeros of the right length.
//! Markets and desks with real proofs refuse to talk to it.

use std::process::ExitCode;
use std::sync::Arc;
use tacit::{ProofSystem, Wanted};
use tacit_assumed::AssumeProof;
use tacit_settlement::Proofs;

struct Assumed;

impl ProofSystem for Assumed {
    fn open(&self, _wanted: Wanted) -> Arc<dyn Proofs> {
        Arc::new(AssumeProof)
    }

    fn warning(&self) -> Option<&'static str> {
        Some("ASSUMED PROOFS: this program is for tests; nothing it accepts is proved")
    }
}

fn main() -> ExitCode {
    tacit::run(&Assumed)
}
