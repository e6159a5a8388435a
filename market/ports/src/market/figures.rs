//! Counts of what happened, and what the public is shown of them (evidence.md, public figures).

use super::StoreFault;
use async_trait::async_trait;
use tacit_values::Timestamp;

/// One count with what is shown of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredFigure {
    /// What is counted.
    pub name: String,
    /// The true count; never sent to anybody.
    pub count: u64,
    /// What is shown, as the catalogue room wrote it.
    pub shown: Vec<u8>,
    /// When it is to be looked at again.
    pub due: Timestamp,
}

/// Public figures by name.
#[async_trait]
pub trait Figures: Send {
    /// The figure; `None` when nothing was counted under this name.
    async fn get(&mut self, name: &str) -> Result<Option<StoredFigure>, StoreFault>;

    /// Writes a figure in place of the one that stood.
    async fn put(&mut self, figure: &StoredFigure) -> Result<(), StoreFault>;

    /// Figures whose `due` has come, the longest waiting first, at most `limit`.
    async fn due(&mut self, now: Timestamp, limit: u32) -> Result<Vec<StoredFigure>, StoreFault>;
}
