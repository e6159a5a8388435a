//! What remains after a sale: the transparency log, the beacon that draws samples, and receipts that verify offline.
//!
//! Everything here is pure: it signs, proves and checks bytes that others carry and keep. It never reads a clock, a
//! socket or a table, and it does not know the ledger: what a receipt says about it is handed to the caller to check.
//! Specification: docs/spec/evidence.md and docs/spec/log.md.

pub mod beacon;
pub mod log;
pub mod receipt;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
#[cfg(test)]
mod vectors;
