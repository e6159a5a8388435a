//! Desks at a market that runs in this process: money, letters, and the making of a desk.

#![expect(clippy::unwrap_used, reason = "a scene that cannot be set is a failed test")]

mod buying;
mod fair;
mod mail;
mod making;
mod restored;
mod rotation;
mod selling;
mod street;
mod wallet;
