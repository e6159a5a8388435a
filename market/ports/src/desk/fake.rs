//! A desk's store in memory, for tests.

use super::{
    DeskMirror, DeskRecords, DeskStoreFailed, PublicPage, PublicShelf, RecordBatch, RecordChange,
    RecordPlace, SealedRecord, ShelfTag, Written,
};
use async_trait::async_trait;
use std::collections::BTreeMap;
use std::sync::Mutex;

/// Forgets everything when dropped.
#[derive(Debug, Default)]
pub struct MemoryDesk {
    inside: Mutex<Inside>,
}

#[derive(Debug, Default)]
struct Inside {
    version: u64,
    records: BTreeMap<RecordPlace, SealedRecord>,
    pages: BTreeMap<(PublicShelf, String, u64), Vec<u8>>,
}

impl MemoryDesk {
    /// An empty store.
    pub fn empty() -> Self {
        Self::default()
    }

    fn inside(&self) -> std::sync::MutexGuard<'_, Inside> {
        self.inside.lock().expect("no test panics while it holds the store")
    }
}

#[async_trait]
impl DeskRecords for MemoryDesk {
    async fn record(&self, place: RecordPlace) -> Result<Option<SealedRecord>, DeskStoreFailed> {
        Ok(self.inside().records.get(&place).cloned())
    }

    async fn shelf(&self, shelf: ShelfTag) -> Result<Vec<SealedRecord>, DeskStoreFailed> {
        Ok(self.inside().records.values().filter(|record| record.place.shelf == shelf).cloned().collect())
    }

    async fn everything(&self) -> Result<Vec<SealedRecord>, DeskStoreFailed> {
        Ok(self.inside().records.values().cloned().collect())
    }

    async fn write(&self, batch: RecordBatch) -> Result<Written, DeskStoreFailed> {
        let mut inside = self.inside();
        let holds = |guard: &super::Guard| {
            inside.records.get(&guard.place).map(|found| found.version) == guard.version
        };
        if !batch.guards.iter().all(holds) {
            return Ok(Written::Stale);
        }
        for change in batch.changes {
            match change {
                RecordChange::Put { place, sealed } => {
                    inside.version += 1;
                    let version = inside.version;
                    inside.records.insert(place, SealedRecord { place, version, sealed });
                }
                RecordChange::Remove { place } => {
                    inside.records.remove(&place);
                }
            }
        }
        Ok(Written::Done)
    }
}

#[async_trait]
impl DeskMirror for MemoryDesk {
    async fn keep(&self, pages: Vec<PublicPage>) -> Result<(), DeskStoreFailed> {
        let mut inside = self.inside();
        for page in pages {
            inside.pages.insert((page.shelf, page.series, page.number), page.bytes);
        }
        Ok(())
    }

    async fn page(
        &self,
        shelf: PublicShelf,
        series: &str,
        number: u64,
    ) -> Result<Option<PublicPage>, DeskStoreFailed> {
        let inside = self.inside();
        let bytes = inside.pages.get(&(shelf, series.to_owned(), number));
        Ok(bytes.map(|bytes| PublicPage { shelf, series: series.to_owned(), number, bytes: bytes.clone() }))
    }

    async fn pages(
        &self,
        shelf: PublicShelf,
        series: &str,
        from: u64,
        limit: usize,
    ) -> Result<Vec<PublicPage>, DeskStoreFailed> {
        let inside = self.inside();
        let range = (shelf, series.to_owned(), from)..=(shelf, series.to_owned(), u64::MAX);
        let found = inside.pages.range(range).take(limit);
        let page = |((_, series, number), bytes): (&(PublicShelf, String, u64), &Vec<u8>)| PublicPage {
            shelf,
            series: series.clone(),
            number: *number,
            bytes: bytes.clone(),
        };
        Ok(found.map(page).collect())
    }

    async fn newest(&self, shelf: PublicShelf) -> Result<Vec<PublicPage>, DeskStoreFailed> {
        let mut newest = BTreeMap::new();
        for ((of, series, number), bytes) in &self.inside().pages {
            if *of == shelf {
                let page =
                    PublicPage { shelf, series: series.clone(), number: *number, bytes: bytes.clone() };
                newest.insert(series.clone(), page);
            }
        }
        Ok(newest.into_values().collect())
    }

    async fn forget(&self, shelf: PublicShelf) -> Result<(), DeskStoreFailed> {
        self.inside().pages.retain(|(of, _, _), _| *of != shelf);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #[tokio::test]
    async fn the_fake_keeps_the_promises_of_a_desks_store() {
        super::super::conformance::every_promise(&super::MemoryDesk::empty()).await;
    }
}
