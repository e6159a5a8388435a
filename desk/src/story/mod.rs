//! The stories that a desk plays: selling, fulfilling, buying, and what remains of them.
//!
//! Each story keeps one record per order or listing in the cabinet and walks it step by step: decide (the room), record,
//! then act. Every step may be repeated, by the same process or by the next one after a crash, and acts once.

pub mod fulfil;
pub mod goods;
pub mod hearing;
pub mod looking;
pub mod purchase;
pub mod receipts;
pub mod sell;
pub mod terms;

/// Hears what a story is doing, in one sentence per step; for a terminal's standard error.
pub type Tell<'t> = &'t (dyn Fn(&str) + Send + Sync);
