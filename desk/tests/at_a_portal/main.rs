//! The pages' side of a desk: who may speak to it, what it answers, and a whole sale through it; all in one process, at a
//! market that runs beside it.

#![expect(clippy::unwrap_used, reason = "a scene that cannot be set is a failed test")]

mod browser;
mod description;
mod doors;
mod keys;
mod locks;
mod sale;
#[path = "../at_a_market/street.rs"]
#[expect(dead_code, reason = "the street is shared with the tests beside this one")]
mod street;
mod watching;
