//! The proof system, as a port by its use: the trait stands with the payments that it speaks of, in the room `settlement`
//! (docs/decisions/0001-provers-are-engines.md).

pub use tacit_settlement::{NotProven, Proofs};
