//! Databases for tests: a private PostgreSQL cluster of the test process.

mod cluster;

pub use cluster::{NoPostgres, TestDatabase};
