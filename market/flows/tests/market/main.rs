//! Stories about a market, told through its front door with everything behind it in memory and a clock moved by hand.
//! Proofs are assumed, signatures are not.

#![allow(clippy::unwrap_used, reason = "a story that does not hold should stop at once")]

mod crashes;
mod failing;
mod forgetting;
mod ledger;
mod mail;
mod on_disk;
mod pages;
mod people;
mod sales;
mod slow;
mod story;
mod uploads;
