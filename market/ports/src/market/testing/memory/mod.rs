//! The market's store as maps in memory: the same promises, forgotten when the process ends.

mod catalogue;
mod figures;
mod ledger;
mod log;
mod mail;
mod orders;
mod work;

use crate::market::{
    Charter, Epochs, Figures, Jobs, Ledger, Listings, Log, Mail, Manifests, MarketStore, MarketTx, Nonces,
    Orders, Retention, SelfLetters, StoreFault, StoredFigure, Uploads,
};
use async_trait::async_trait;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::OwnedMutexGuard;

/// A market's store in memory. Clones share the content, so a test can "restart" the market over the same store.
#[derive(Clone, Default)]
pub struct MemoryMarket {
    content: Arc<Mutex<Arc<Content>>>,
    turn: Arc<tokio::sync::Mutex<()>>,
}

/// Everything that was committed, or that one transaction sees.
#[derive(Clone, Default)]
struct Content {
    charter: BTreeMap<&'static str, Vec<u8>>,
    catalogue: catalogue::Catalogue,
    figures: BTreeMap<String, StoredFigure>,
    orders: orders::OrderBook,
    mail: mail::MailRoom,
    ledger: ledger::Books,
    log: log::LogBook,
    work: work::Work,
}

impl MemoryMarket {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }

    fn committed(&self) -> Arc<Content> {
        self.content.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[async_trait]
impl MarketStore for MemoryMarket {
    async fn begin(&self) -> Result<Box<dyn MarketTx>, StoreFault> {
        let turn = self.turn.clone().lock_owned().await;
        Ok(Box::new(MemoryTx { content: self.committed(), store: self.clone(), turn: Some(turn) }))
    }

    async fn read(&self) -> Result<Box<dyn MarketTx>, StoreFault> {
        Ok(Box::new(MemoryTx { content: self.committed(), store: self.clone(), turn: None }))
    }
}

struct MemoryTx {
    content: Arc<Content>,
    store: MemoryMarket,
    turn: Option<OwnedMutexGuard<()>>,
}

impl MemoryTx {
    fn see(&self) -> &Content {
        &self.content
    }

    fn change(&mut self) -> Result<&mut Content, StoreFault> {
        if self.turn.is_none() {
            return Err(StoreFault::ReadOnly);
        }
        Ok(Arc::make_mut(&mut self.content))
    }
}

#[async_trait]
impl MarketTx for MemoryTx {
    fn charter(&mut self) -> &mut dyn Charter {
        self
    }
    fn listings(&mut self) -> &mut dyn Listings {
        self
    }
    fn manifests(&mut self) -> &mut dyn Manifests {
        self
    }
    fn uploads(&mut self) -> &mut dyn Uploads {
        self
    }
    fn figures(&mut self) -> &mut dyn Figures {
        self
    }
    fn orders(&mut self) -> &mut dyn Orders {
        self
    }
    fn mail(&mut self) -> &mut dyn Mail {
        self
    }
    fn self_letters(&mut self) -> &mut dyn SelfLetters {
        self
    }
    fn ledger(&mut self) -> &mut dyn Ledger {
        self
    }
    fn epochs(&mut self) -> &mut dyn Epochs {
        self
    }
    fn log(&mut self) -> &mut dyn Log {
        self
    }
    fn jobs(&mut self) -> &mut dyn Jobs {
        self
    }
    fn nonces(&mut self) -> &mut dyn Nonces {
        self
    }
    fn retention(&mut self) -> &mut dyn Retention {
        self
    }

    async fn commit(self: Box<Self>) -> Result<(), StoreFault> {
        if self.turn.is_some() {
            *self.store.content.lock().unwrap_or_else(PoisonError::into_inner) = self.content;
        }
        Ok(())
    }
}

#[async_trait]
impl Charter for MemoryTx {
    async fn fix(&mut self, name: &'static str, value: &[u8]) -> Result<Vec<u8>, StoreFault> {
        Ok(self.change()?.charter.entry(name).or_insert_with(|| value.to_vec()).clone())
    }

    async fn fact(&mut self, name: &'static str) -> Result<Option<Vec<u8>>, StoreFault> {
        Ok(self.see().charter.get(name).cloned())
    }
}
