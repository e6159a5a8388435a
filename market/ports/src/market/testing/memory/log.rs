//! The log in memory.

use super::MemoryTx;
use crate::market::{Leaf, LeafKey, Log, LogBatch, LogHead, LogMoved, Logged, Put, StoreFault};
use async_trait::async_trait;
use std::collections::BTreeMap;
use tacit_values::Digest;

#[derive(Clone, Default)]
pub(super) struct LogBook {
    known: BTreeMap<LeafKey, Logged>,
    leaves: Vec<Vec<u8>>,
    hashes: BTreeMap<(u8, u64), [u8; 32]>,
    head: Option<LogHead>,
}

#[async_trait]
impl Log for MemoryTx {
    async fn stage(&mut self, leaf: &Leaf) -> Result<Put, StoreFault> {
        let known = &mut self.change()?.log.known;
        if known.contains_key(&leaf.key) {
            return Ok(Put::Already);
        }
        known.insert(leaf.key, Logged { index: None, leaf: leaf.clone() });
        Ok(Put::Recorded)
    }

    async fn staged(&mut self, limit: u32) -> Result<Vec<Leaf>, StoreFault> {
        let known = self.see().log.known.values();
        let mut staged: Vec<Leaf> =
            known.filter(|logged| logged.index.is_none()).map(|logged| logged.leaf.clone()).collect();
        staged.sort_by_cached_key(|leaf| Digest::of(&leaf.bytes));
        staged.truncate(limit as usize);
        Ok(staged)
    }

    async fn append(&mut self, batch: &LogBatch) -> Result<(), LogMoved> {
        let log = &mut self.change()?.log;
        let size = log.head.as_ref().map_or(0, |head| head.size);
        if size != batch.from {
            return Err(LogMoved::To { size });
        }
        let mut distinct = batch.leaves.clone();
        distinct.sort();
        distinct.dedup();
        let staged = |key: &LeafKey| log.known.get(key).is_some_and(|logged| logged.index.is_none());
        let fits = distinct.len() == batch.leaves.len()
            && size + batch.leaves.len() as u64 == batch.head.size
            && batch.leaves.iter().all(staged);
        if !fits {
            return Err(LogMoved::NotStaged);
        }
        for key in &batch.leaves {
            let index = log.leaves.len() as u64;
            let logged = log.known.get_mut(key).expect("checked above");
            logged.index = Some(index);
            log.leaves.push(logged.leaf.bytes.clone());
        }
        log.hashes.extend(batch.hashes.iter().map(|one| ((one.level, one.n), one.hash)));
        log.head = Some(batch.head.clone());
        Ok(())
    }

    async fn head(&mut self) -> Result<Option<LogHead>, StoreFault> {
        Ok(self.see().log.head.clone())
    }

    async fn find(&mut self, key: LeafKey) -> Result<Option<Logged>, StoreFault> {
        Ok(self.see().log.known.get(&key).cloned())
    }

    async fn leaves(&mut self, first: u64, count: u32) -> Result<Vec<Vec<u8>>, StoreFault> {
        let first = usize::try_from(first).unwrap_or(usize::MAX);
        Ok(self.see().log.leaves.iter().skip(first).take(count as usize).cloned().collect())
    }

    async fn hashes(&mut self, level: u8, first: u64, count: u32) -> Result<Vec<[u8; 32]>, StoreFault> {
        let end = first.saturating_add(u64::from(count));
        Ok(self.see().log.hashes.range((level, first)..(level, end)).map(|(_, hash)| *hash).collect())
    }

    async fn forget(&mut self, key: LeafKey) -> Result<bool, StoreFault> {
        let known = &mut self.change()?.log.known;
        let salted = |logged: &Logged| logged.index.is_some() && logged.leaf.salt.is_some();
        if !known.get(&key).is_some_and(salted) {
            return Ok(false);
        }
        known.remove(&key);
        Ok(true)
    }
}
