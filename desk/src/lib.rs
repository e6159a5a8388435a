//! One person's side of the market: keys, money, mirror, letters, and the commands that use them.
//!
//! The desk holds the secrets (keys belong to people), talks to its market over outgoing connections only, one identity
//! per persona, and mirrors what is public so that nobody learns what it looks for. Engines (database, prover, clock,
//! chance) are handed in; this crate never links one. Specification: docs/spec/wire.md (keys, letters, resources),
//! docs/spec/traffic.md, docs/spec/settlement.md (wallet).

mod asking;
pub mod backup;
pub mod cabinet;
pub mod commands;
pub mod folder;
pub mod keyring;
pub mod mailroom;
pub mod making;
pub mod meeting;
pub mod mirror;
pub mod open;
mod order_numbers;
pub mod output;
pub mod portal;
pub mod refusal;
pub mod samples;
pub mod settings;
pub mod story;
pub mod verify;
pub mod wallet;
pub mod watch;

pub use folder::DeskFolder;
pub use keyring::Keyring;
pub use mirror::Mirror;
pub use open::{Engines, OpenDesk, OpenStore};
pub use output::Output;
pub use refusal::Refusal;
pub use settings::{DeskSettings, PinnedKeys};
