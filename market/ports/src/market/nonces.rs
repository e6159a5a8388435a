//! Nonces of signed requests, remembered for the window in which a request is fresh (wire.md).

use super::StoreFault;
use async_trait::async_trait;
use tacit_values::{Persona, Timestamp};

/// The longest nonce that the door lets through.
pub const NONCE_BYTES_LIMIT: usize = 64;

/// Seen nonces.
#[async_trait]
pub trait Nonces: Send {
    /// Remembers the nonce until `expires`. `false` when it was seen before: a replay. Atomic among all doors.
    async fn remember(
        &mut self,
        persona: &Persona,
        nonce: &str,
        expires: Timestamp,
    ) -> Result<bool, StoreFault>;

    /// How many are remembered.
    async fn remembered(&mut self) -> Result<u64, StoreFault>;
}
