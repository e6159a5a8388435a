//! The shipped program: `tacit` with real proofs, the only ones it can link.

use std::process::ExitCode;

fn main() -> ExitCode {
    tacit::run(&tacit::Halo2Proofs)
}
