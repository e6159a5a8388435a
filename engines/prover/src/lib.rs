//! tacit-prover
