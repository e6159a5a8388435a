//! A store whose n-th commit fails: before it is durable, or after it with the answer lost.

use async_trait::async_trait;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use tacit_ports::market::{
    Charter, Epochs, Figures, Jobs, Ledger, Listings, Log, Mail, Manifests, MarketStore, MarketTx, Nonces,
    Orders, Retention, SelfLetters, StoreFault, Uploads,
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Crash {
    BeforeCommit,
    AfterCommit,
}

pub(crate) struct Failing {
    pub(crate) inner: Arc<dyn MarketStore>,
    pub(crate) crash: Crash,
    /// Commits that still succeed; afterwards nothing works any more, as in a process that died.
    pub(crate) left: Arc<AtomicI64>,
}

fn gone() -> StoreFault {
    StoreFault::Unreachable("the process died".into())
}

#[async_trait]
impl MarketStore for Failing {
    async fn begin(&self) -> Result<Box<dyn MarketTx>, StoreFault> {
        if self.left.load(Ordering::SeqCst) < 0 {
            return Err(gone());
        }
        let inner = self.inner.begin().await?;
        Ok(Box::new(FailingTx { inner, crash: self.crash, left: Arc::clone(&self.left) }))
    }

    async fn read(&self) -> Result<Box<dyn MarketTx>, StoreFault> {
        if self.left.load(Ordering::SeqCst) < 0 { Err(gone()) } else { self.inner.read().await }
    }
}

struct FailingTx {
    inner: Box<dyn MarketTx>,
    crash: Crash,
    left: Arc<AtomicI64>,
}

#[async_trait]
impl MarketTx for FailingTx {
    fn charter(&mut self) -> &mut dyn Charter {
        self.inner.charter()
    }
    fn listings(&mut self) -> &mut dyn Listings {
        self.inner.listings()
    }
    fn manifests(&mut self) -> &mut dyn Manifests {
        self.inner.manifests()
    }
    fn uploads(&mut self) -> &mut dyn Uploads {
        self.inner.uploads()
    }
    fn figures(&mut self) -> &mut dyn Figures {
        self.inner.figures()
    }
    fn orders(&mut self) -> &mut dyn Orders {
        self.inner.orders()
    }
    fn mail(&mut self) -> &mut dyn Mail {
        self.inner.mail()
    }
    fn self_letters(&mut self) -> &mut dyn SelfLetters {
        self.inner.self_letters()
    }
    fn ledger(&mut self) -> &mut dyn Ledger {
        self.inner.ledger()
    }
    fn epochs(&mut self) -> &mut dyn Epochs {
        self.inner.epochs()
    }
    fn log(&mut self) -> &mut dyn Log {
        self.inner.log()
    }
    fn jobs(&mut self) -> &mut dyn Jobs {
        self.inner.jobs()
    }
    fn nonces(&mut self) -> &mut dyn Nonces {
        self.inner.nonces()
    }
    fn retention(&mut self) -> &mut dyn Retention {
        self.inner.retention()
    }

    async fn commit(self: Box<Self>) -> Result<(), StoreFault> {
        if self.left.fetch_sub(1, Ordering::SeqCst) > 0 {
            return self.inner.commit().await;
        }
        if self.crash == Crash::AfterCommit {
            self.inner.commit().await?;
        }
        Err(gone())
    }
}
