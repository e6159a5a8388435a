//! Pools, bundles and epochs in memory.

use super::MemoryTx;
use crate::market::{
    Accepted, Bundle, BundleRefused, ClosedEpoch, EpochNotClosed, Epochs, Ledger, Pool, Put, SEGMENT_EPOCHS,
    Standing, StandingMoved, StoreFault,
};
use async_trait::async_trait;
use std::collections::{BTreeMap, BTreeSet};
use tacit_values::{Digest, Epoch, Timestamp};

#[derive(Clone, Default)]
pub(super) struct Books {
    pools: BTreeMap<Digest, Pool>,
    standings: BTreeMap<Digest, Standing>,
    answers: BTreeMap<Digest, Vec<u8>>,
    tags: BTreeSet<[u8; 32]>,
    nullifiers: BTreeSet<(Digest, [u8; 32])>,
    places: BTreeSet<(Digest, Epoch, u32)>,
    entries: BTreeMap<(Digest, Epoch), BTreeMap<u32, Vec<u8>>>,
    epochs: BTreeMap<(Digest, Epoch), ClosedEpoch>,
    roots: BTreeMap<(Digest, [u8; 32]), Epoch>,
}

impl Books {
    fn newest(&self, pool: Digest) -> Option<&ClosedEpoch> {
        self.epochs.range((pool, Epoch(0))..=(pool, Epoch(u64::MAX))).next_back().map(|(_, epoch)| epoch)
    }
}

#[async_trait]
impl Ledger for MemoryTx {
    async fn found(&mut self, pool: &Pool) -> Result<Put, StoreFault> {
        let pools = &mut self.change()?.ledger.pools;
        if pools.contains_key(&pool.id) {
            return Ok(Put::Already);
        }
        pools.insert(pool.id, pool.clone());
        Ok(Put::Recorded)
    }

    async fn pools(&mut self) -> Result<Vec<Pool>, StoreFault> {
        let mut pools: Vec<Pool> = self.see().ledger.pools.values().cloned().collect();
        pools.sort_by(|a, b| (&a.currency, a.generation).cmp(&(&b.currency, b.generation)));
        Ok(pools)
    }

    async fn standing(&mut self, pool: Digest) -> Result<Option<Standing>, StoreFault> {
        Ok(self.see().ledger.standings.get(&pool).cloned())
    }

    async fn move_standing(&mut self, pool: Digest, next: &Standing) -> Result<(), StandingMoved> {
        let books = &mut self.change()?.ledger;
        if !books.pools.contains_key(&pool) {
            return Err(StandingMoved::To { revision: None });
        }
        let revision = books.standings.get(&pool).map(|standing| standing.revision);
        if next.revision != revision.unwrap_or(0) + 1 {
            return Err(StandingMoved::To { revision });
        }
        books.standings.insert(pool, next.clone());
        Ok(())
    }

    async fn accept(&mut self, pool: Digest, bundle: &Bundle) -> Result<Accepted, BundleRefused> {
        let books = &mut self.change()?.ledger;
        if let Some(answer) = books.answers.get(&bundle.digest) {
            return Ok(Accepted::Before(answer.clone()));
        }
        let mut own = BTreeSet::new();
        for nullifier in &bundle.nullifiers {
            if books.nullifiers.contains(&(pool, *nullifier)) || !own.insert(*nullifier) {
                return Err(BundleRefused::Spent { nullifier: *nullifier });
            }
        }
        if books.tags.contains(&bundle.terms_tag) {
            return Err(BundleRefused::TagUsed);
        }
        if !books.places.insert((pool, bundle.epoch, bundle.position)) {
            return Err(BundleRefused::PlaceTaken);
        }
        books.nullifiers.extend(own.into_iter().map(|nullifier| (pool, nullifier)));
        books.tags.insert(bundle.terms_tag);
        books.answers.insert(bundle.digest, bundle.answer.clone());
        let entries = books.entries.entry((pool, bundle.epoch)).or_default();
        entries.insert(bundle.position, bundle.entry.clone());
        Ok(Accepted::Now)
    }

    async fn answer(&mut self, digest: Digest) -> Result<Option<Vec<u8>>, StoreFault> {
        Ok(self.see().ledger.answers.get(&digest).cloned())
    }

    async fn spent(&mut self, pool: Digest, nullifiers: &[[u8; 32]]) -> Result<Option<[u8; 32]>, StoreFault> {
        let seen = &self.see().ledger.nullifiers;
        Ok(nullifiers.iter().find(|nullifier| seen.contains(&(pool, **nullifier))).copied())
    }

    async fn tag_used(&mut self, tag: [u8; 32]) -> Result<bool, StoreFault> {
        Ok(self.see().ledger.tags.contains(&tag))
    }

    async fn entries(&mut self, pool: Digest, epoch: Epoch) -> Result<Vec<Vec<u8>>, StoreFault> {
        let entries = self.see().ledger.entries.get(&(pool, epoch));
        Ok(entries.map(|entries| entries.values().cloned().collect()).unwrap_or_default())
    }
}

#[async_trait]
impl Epochs for MemoryTx {
    async fn close(&mut self, pool: Digest, epoch: &ClosedEpoch) -> Result<Put, EpochNotClosed> {
        let books = &mut self.change()?.ledger;
        if let Some(stands) = books.epochs.get(&(pool, epoch.epoch)) {
            return if stands == epoch { Ok(Put::Already) } else { Err(EpochNotClosed::Differs) };
        }
        if let Some(newest) = books.newest(pool)
            && newest.epoch.next() != epoch.epoch
        {
            return Err(EpochNotClosed::Gap { expected: newest.epoch.next() });
        }
        books.roots.entry((pool, epoch.root)).or_insert(epoch.epoch);
        books.entries.remove(&(pool, epoch.epoch));
        books.epochs.insert((pool, epoch.epoch), epoch.clone());
        Ok(Put::Recorded)
    }

    async fn get(&mut self, pool: Digest, epoch: Epoch) -> Result<Option<ClosedEpoch>, StoreFault> {
        Ok(self.see().ledger.epochs.get(&(pool, epoch)).cloned())
    }

    async fn newest(&mut self, pool: Digest) -> Result<Option<ClosedEpoch>, StoreFault> {
        Ok(self.see().ledger.newest(pool).cloned())
    }

    async fn of_root(&mut self, pool: Digest, root: [u8; 32]) -> Result<Option<Epoch>, StoreFault> {
        Ok(self.see().ledger.roots.get(&(pool, root)).copied())
    }

    async fn segment(&mut self, pool: Digest, n: u64) -> Result<Vec<ClosedEpoch>, StoreFault> {
        let Some(first) = n.checked_mul(SEGMENT_EPOCHS) else { return Ok(Vec::new()) };
        let last = first.saturating_add(SEGMENT_EPOCHS - 1);
        let segment = self.see().ledger.epochs.range((pool, Epoch(first))..=(pool, Epoch(last)));
        Ok(segment.map(|(_, epoch)| epoch.clone()).collect())
    }

    async fn first_since(
        &mut self,
        pool: Digest,
        moment: Timestamp,
    ) -> Result<Option<ClosedEpoch>, StoreFault> {
        let mut epochs = self.see().ledger.epochs.range((pool, Epoch(0))..=(pool, Epoch(u64::MAX)));
        Ok(epochs.find(|(_, epoch)| epoch.at >= moment).map(|(_, epoch)| epoch.clone()))
    }
}
