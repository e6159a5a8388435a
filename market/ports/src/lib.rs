//! The outside world as small traits: what flows need of it, and nothing of how it is done.
//!
//! `market` is the shared side's store, `clock` and `chance` are its time and randomness. Every port has a fake and one
//! conformance suite (feature `testing`) that each engine runs.

pub mod chance;
pub mod clock;
