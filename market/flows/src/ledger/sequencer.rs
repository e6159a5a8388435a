//! The sequencer: one task that takes bundles in windows, has them checked together, and writes them in one transaction.
//!
//! A window opens with the first bundle and lasts `batch_window`, or until `batch_most` came. Proofs are checked on a thread
//! for blocking work, bad ones found by bisection. The order inside a window is random. Whoever sent a bundle hears of it
//! when it is durable. A refusal leaves no trace, so that a spoilt copy cannot keep the true bundle out.

use super::desk::PoolDesk;
use super::{BundleNotTaken, BundleTaken, Ledger, name_of, read_answer};
use crate::market::{Market, Shared};
use std::collections::BTreeMap;
use std::sync::{Arc, Weak};
use tacit_evidence::log::{Leaf as LogLeaf, LeafKind};
use tacit_ports::market::{self as store, Accepted, MarketTx, StandingMoved, StoreFault};
use tacit_settlement::{
    BundleRefused, ClearRecord, GatheredFacts, LedgerEntry, MAX_EPOCH_BYTES, MAX_EPOCH_ENTRIES, Nullifier,
    PoolId, SettledWindow, settle_window,
};
use tacit_values::Digest;
use tokio::sync::{mpsc, oneshot};

/// One bundle on its way, and where its answer goes.
pub(crate) struct Submission {
    pub(crate) entry: LedgerEntry,
    pub(crate) answer: oneshot::Sender<Result<BundleTaken, BundleNotTaken>>,
}

/// Serves submissions until the last handle of the market is gone.
pub(crate) async fn run(shared: Weak<Shared>, mut queue: mpsc::Receiver<Submission>) {
    while let Some(first) = queue.recv().await {
        let Some(market) = shared.upgrade().map(Market) else { return };
        let window = gather(first, &mut queue, &market).await;
        market.settle(window).await;
    }
}

async fn gather(
    first: Submission,
    queue: &mut mpsc::Receiver<Submission>,
    market: &Market,
) -> Vec<Submission> {
    let most = market.settings().batch_most.max(1);
    let mut window = vec![first];
    let over = tokio::time::sleep(market.settings().batch_window);
    tokio::pin!(over);
    while window.len() < most {
        tokio::select! {
            biased;
            next = queue.recv() => match next {
                Some(next) => window.push(next),
                None => break,
            },
            () = &mut over => break,
        }
    }
    window
}

impl Market {
    /// Hands an entry to the sequencer and waits for its answer.
    pub(crate) async fn submit(&self, entry: LedgerEntry) -> Result<BundleTaken, BundleNotTaken> {
        let (answer, heard) = oneshot::channel();
        self.0.queue.try_send(Submission { entry, answer }).map_err(|_| BundleNotTaken::Busy)?;
        heard.await.unwrap_or(Err(BundleNotTaken::InDoubt))
    }

    async fn settle(&self, window: Vec<Submission>) {
        let mut by_pool: BTreeMap<PoolId, Vec<Submission>> = BTreeMap::new();
        for submission in window {
            by_pool.entry(submission.entry.bundle.pool()).or_default().push(submission);
        }
        let mut ledger = self.0.ledger.lock().await;
        for (pool, submissions) in by_pool {
            let (entries, answers): (Vec<_>, Vec<_>) =
                submissions.into_iter().map(|submission| (submission.entry, submission.answer)).unzip();
            let verdicts = match self.take(&mut ledger, pool, entries).await {
                Ok(verdicts) => verdicts,
                Err(fault) => {
                    tracing::error!(%fault, "a window of payments was not written; the ledger is read again");
                    ledger.desks.clear();
                    answers.iter().map(|_| Err(BundleNotTaken::InDoubt)).collect()
                }
            };
            for (answer, verdict) in answers.into_iter().zip(verdicts) {
                // Whoever went away meanwhile asks again with the same bytes.
                answer.send(verdict).ok();
            }
        }
    }

    /// Decides and writes the entries of one pool. After an error nothing is known and the desks must be read again.
    pub(crate) async fn take(
        &self,
        ledger: &mut Ledger,
        pool: PoolId,
        entries: Vec<LedgerEntry>,
    ) -> Result<Vec<Result<BundleTaken, BundleNotTaken>>, StoreFault> {
        self.close_due(ledger).await.map_err(super::NotClosed::into_fault)?;
        let Some(place) = ledger.desks.iter().position(|desk| desk.pool.pool == pool) else {
            return Ok(entries.iter().map(|_| Err(BundleNotTaken::UnknownPool)).collect());
        };
        let desk = &ledger.desks[place];
        let (facts, before) = self.facts_about(desk, &entries).await?;
        let settled = self.decide(desk, facts, &entries).await?;
        let mut next = desk.clone();
        let mut tx = self.store().begin().await?;
        let written = write_window(&mut *tx, &mut next, &entries, &settled).await?;
        // The turnstile was computed over all accepted entries. When one that moves it did not fit any more, nothing of the
        // window is written: the epoch is over in a moment and everybody is told to send again.
        let retry_after = desk.pool.end_of(desk.open).since(self.now());
        if entries.iter().any(|entry| entry.record.is_some() && written.left_out(&entry.bundle.digest())) {
            let again = |entry: &LedgerEntry| match before.get(&entry.bundle.digest()) {
                Some(before) => Ok(*before),
                None => Err(BundleNotTaken::EpochFull { retry_after }),
            };
            return Ok(entries.iter().map(again).collect());
        }
        if written.any() {
            next.turnstile = settled.turnstile;
            save(&mut *tx, &mut next).await?;
            tx.commit().await?;
            tracing::info!(
                epoch = next.open.0,
                taken = written.0.len(),
                window = entries.len(),
                "a window of payments was settled"
            );
            ledger.desks[place] = next;
        }
        Ok((0..entries.len())
            .map(|index| {
                let digest = entries[index].bundle.digest();
                if let Some(before) = before.get(&digest) {
                    return Ok(*before);
                }
                settled.verdicts[index]?;
                match written.0.get(&digest) {
                    Some(Written::Taken(taken)) => Ok(*taken),
                    Some(Written::Spent) => Err(BundleRefused::DoubleSpend.into()),
                    Some(Written::TagUsed) => Err(BundleRefused::DuplicateTag.into()),
                    Some(Written::Full) | None => Err(BundleNotTaken::EpochFull { retry_after }),
                }
            })
            .collect())
    }

    /// What the store knows about the bundles: the facts of the rules, and the answers to those that were taken before.
    pub(super) async fn facts_about(
        &self,
        desk: &PoolDesk,
        entries: &[LedgerEntry],
    ) -> Result<(GatheredFacts, BTreeMap<Digest, BundleTaken>), StoreFault> {
        let name = name_of(&desk.pool.pool);
        let mut facts = GatheredFacts::new(desk.open, desk.turnstile);
        let mut before = BTreeMap::new();
        let mut view = self.store().read().await?;
        for entry in entries {
            let bundle = &entry.bundle;
            if let Some(answer) = view.ledger().answer(bundle.digest()).await? {
                before.insert(bundle.digest(), read_answer(&answer)?);
            }
            let anchor = bundle.anchor();
            if view.epochs().of_root(name, *anchor.bytes()).await?.is_some() {
                facts.anchors.insert(anchor);
            }
            let nullifiers: Vec<[u8; 32]> = bundle.nullifiers().map(|nullifier| *nullifier.bytes()).collect();
            if let Some(spent) = view.ledger().spent(name, &nullifiers).await? {
                facts.spent.insert(Nullifier::from_bytes(spent));
            }
            if view.ledger().tag_used(*bundle.terms_tag().bytes()).await? {
                facts.tags.insert(bundle.terms_tag());
            }
        }
        Ok((facts, before))
    }

    pub(super) async fn decide(
        &self,
        desk: &PoolDesk,
        facts: GatheredFacts,
        entries: &[LedgerEntry],
    ) -> Result<SettledWindow, StoreFault> {
        let proofs = Arc::clone(&self.0.parts.proofs);
        let (pool, entries, mut rng) = (desk.pool.clone(), entries.to_vec(), self.rng());
        let decided =
            tokio::task::spawn_blocking(move || settle_window(&pool, facts, &entries, &*proofs, &mut rng))
                .await;
        decided.map_err(|stopped| StoreFault::Unreachable(Box::new(stopped)))
    }
}

/// What became of each accepted bundle when it was written.
struct WrittenWindow(BTreeMap<Digest, Written>);

/// What writing one entry came to.
pub(super) enum Written {
    Taken(BundleTaken),
    /// Another act came between reading the facts and writing: only possible across pools.
    Spent,
    TagUsed,
    Full,
}

impl WrittenWindow {
    /// Whether an accepted entry was not written.
    fn left_out(&self, bundle: &Digest) -> bool {
        matches!(self.0.get(bundle), Some(Written::Spent | Written::TagUsed | Written::Full))
    }

    fn any(&self) -> bool {
        self.0.values().any(|written| matches!(written, Written::Taken(_)))
    }
}

async fn write_window(
    tx: &mut dyn MarketTx,
    desk: &mut PoolDesk,
    entries: &[LedgerEntry],
    settled: &SettledWindow,
) -> Result<WrittenWindow, StoreFault> {
    let mut written = BTreeMap::new();
    for index in &settled.accepted {
        let entry = &entries[*index];
        let what = write_entry(tx, desk, entry).await?;
        written.insert(entry.bundle.digest(), what);
    }
    Ok(WrittenWindow(written))
}

/// Writes one entry that was decided good.
pub(super) async fn write_entry(
    tx: &mut dyn MarketTx,
    desk: &mut PoolDesk,
    entry: &LedgerEntry,
) -> Result<Written, StoreFault> {
    let bytes = desk.entry_bytes(entry);
    let full = desk.entries as usize >= MAX_EPOCH_ENTRIES || desk.bytes + bytes.len() > MAX_EPOCH_BYTES;
    let mut tree = desk.tree.clone();
    let grown = entry.bundle.commitments().try_for_each(|commitment| tree.append(&commitment));
    if full || grown.is_err() {
        return Ok(Written::Full);
    }
    let bundle = &entry.bundle;
    let taken = BundleTaken {
        pool: bundle.pool(),
        epoch: desk.open,
        position: desk.tree.size(),
        bundle: bundle.digest(),
    };
    let row = store::Bundle {
        digest: bundle.digest(),
        epoch: desk.open,
        position: desk.entries,
        terms_tag: *bundle.terms_tag().bytes(),
        nullifiers: bundle.nullifiers().map(|nullifier| *nullifier.bytes()).collect(),
        entry: bytes,
        answer: serde_json::to_vec(&taken).expect("an answer has a JSON form"),
    };
    match tx.ledger().accept(name_of(&bundle.pool()), &row).await {
        Ok(Accepted::Now) => {}
        Ok(Accepted::Before(answer)) => return Ok(Written::Taken(read_answer(&answer)?)),
        Err(store::BundleRefused::Spent { .. }) => return Ok(Written::Spent),
        Err(store::BundleRefused::TagUsed) => return Ok(Written::TagUsed),
        Err(store::BundleRefused::PlaceTaken) => return Err(StoreFault::TakenOver),
        Err(store::BundleRefused::Store(fault)) => return Err(fault),
    }
    if let Some(record) = &entry.record {
        stage_record(tx, record).await?;
    }
    desk.bytes += row.entry.len();
    desk.entries += 1;
    desk.tree = tree;
    Ok(Written::Taken(taken))
}

/// Writes where a pool stands; another writer's traces mean that this market must stop.
pub(super) async fn save(tx: &mut dyn MarketTx, desk: &mut PoolDesk) -> Result<(), StoreFault> {
    desk.save(tx).await.map_err(|moved| match moved {
        StandingMoved::Store(fault) => fault,
        StandingMoved::To { .. } => StoreFault::TakenOver,
    })
}

/// Logs a mint or burn in clear, with the transaction that brings it.
async fn stage_record(tx: &mut dyn MarketTx, record: &ClearRecord) -> Result<(), StoreFault> {
    let kind = match record {
        ClearRecord::Mint(_) => LeafKind::Mint,
        ClearRecord::Burn(_) | ClearRecord::Crossing(_) => LeafKind::Burn,
    };
    let leaf = LogLeaf::clear(kind, record)
        .expect("a treasury's record is shorter than a kibibyte and holds safe integers");
    tx.log().stage(&crate::log::append::clear(kind, &leaf)).await.map(drop)
}
