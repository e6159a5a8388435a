//! Public figures in memory.

use super::MemoryTx;
use crate::market::{Figures, StoreFault, StoredFigure};
use async_trait::async_trait;
use tacit_values::Timestamp;

#[async_trait]
impl Figures for MemoryTx {
    async fn get(&mut self, name: &str) -> Result<Option<StoredFigure>, StoreFault> {
        Ok(self.see().figures.get(name).cloned())
    }

    async fn put(&mut self, figure: &StoredFigure) -> Result<(), StoreFault> {
        self.change()?.figures.insert(figure.name.clone(), figure.clone());
        Ok(())
    }

    async fn due(&mut self, now: Timestamp, limit: u32) -> Result<Vec<StoredFigure>, StoreFault> {
        let mut due: Vec<_> =
            self.see().figures.values().filter(|figure| figure.due <= now).cloned().collect();
        due.sort_by(|a, b| (a.due, &a.name).cmp(&(b.due, &b.name)));
        due.truncate(limit as usize);
        Ok(due)
    }
}
