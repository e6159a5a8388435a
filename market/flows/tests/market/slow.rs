//! A store whose transactions wait before they begin, for as long as a test holds its gate.

use async_trait::async_trait;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tacit_ports::market::{MarketStore, MarketTx, StoreFault};
use tokio::sync::{OwnedRwLockWriteGuard, RwLock};

pub(crate) struct Slow {
    inner: Arc<dyn MarketStore>,
    gate: Arc<RwLock<()>>,
    waiting: AtomicU64,
}

impl Slow {
    pub(crate) fn over(inner: Arc<dyn MarketStore>) -> Self {
        Self { inner, gate: Arc::default(), waiting: AtomicU64::new(0) }
    }

    /// Nothing is written until the guard is dropped. Reading goes on.
    pub(crate) fn close(&self) -> OwnedRwLockWriteGuard<()> {
        Arc::clone(&self.gate).try_write_owned().expect("nobody writes at this moment")
    }

    /// Returns once somebody stands at the closed gate.
    pub(crate) async fn somebody_waits(&self) {
        while self.waiting.load(Ordering::SeqCst) == 0 {
            tokio::task::yield_now().await;
        }
    }
}

#[async_trait]
impl MarketStore for Slow {
    async fn begin(&self) -> Result<Box<dyn MarketTx>, StoreFault> {
        self.waiting.fetch_add(1, Ordering::SeqCst);
        let open = self.gate.read().await;
        self.waiting.fetch_sub(1, Ordering::SeqCst);
        drop(open);
        self.inner.begin().await
    }

    async fn read(&self) -> Result<Box<dyn MarketTx>, StoreFault> {
        self.inner.read().await
    }
}
