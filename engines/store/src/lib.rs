//! What the ports' stores run on: one set of SQL over SQLite (the default) and PostgreSQL 15.
//!
//! Nothing here decides. Portable types only (BIGINT, TEXT, BYTEA), `$1` parameters, statements that are fixed texts. What
//! differs between the engines stands in `engine.rs` and nowhere else. A desk is always on SQLite, in a file of its own.
//! Contracts: `tacit_ports::market` and `tacit_ports::desk`.

pub mod desk;
mod engine;
mod fault;
mod lease;
mod market;
mod place;
mod row;
#[cfg(any(test, feature = "testing"))]
pub mod testing;

pub use engine::NotOpened;
pub use market::MarketDb;
pub use place::{DatabasePlace, NotAPlace};
