//! What desk and market say to each other: signed requests, problem documents, JSON bodies and the typed client.
//!
//! Both sides use this crate, so that no name is written twice. It decides nothing about a sale, opens no database and
//! reads no clock: time and chance come in as arguments. The contract is `docs/spec/wire.md`; what the connections give
//! away is `docs/spec/traffic.md`.

pub mod bodies;
pub mod client;
pub mod content_digest;
pub mod problem;
pub mod signing;

pub use problem::{Issue, Problem, ProblemKind};
