//! Facts that are fixed once and stand for ever: the market's origin, genesis time, epoch length, proof system.

use super::StoreFault;
use async_trait::async_trait;

/// Named facts about this market, each written once.
#[async_trait]
pub trait Charter: Send {
    /// Writes the fact unless it stands, and returns what stands now: the caller compares and refuses to start when its
    /// configuration says otherwise. Repeating is harmless.
    async fn fix(&mut self, name: &'static str, value: &[u8]) -> Result<Vec<u8>, StoreFault>;

    /// The fact, or `None` when it was never written.
    async fn fact(&mut self, name: &'static str) -> Result<Option<Vec<u8>>, StoreFault>;
}
