//! What goes on when nobody asks: epochs close, orders reach their limits, beacons are drawn, things are forgotten.
//!
//! Everything here may run twice and finds what it did before. [`Market::run_due_jobs`] does all that is due at the market's
//! time, so that a test with a moved clock needs no waiting; [`Market::run_until`] calls it in a loop for the program.

mod erase;
mod sweep;

pub use sweep::Swept;

use crate::ledger::NotClosed;
use crate::manifests::{BEACON_JOB, ManifestNotTaken};
use crate::market::Market;
use crate::orders::{COUNTERSIGN_JOB, FORGET_JOB, OrderRefused};
use std::future::Future;
use std::time::Duration;
use tacit_ports::market::{Leased, StoreFault};
use tacit_values::{Digest, OrderId, Timestamp};

const LEASE: Duration = Duration::from_secs(60);
const AT_ONCE: u32 = 100;
const SWEEP_EVERY: Duration = Duration::from_secs(600);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);
const SHORTEST_PAUSE: Duration = Duration::from_millis(20);
const LONGEST_BACK_OFF: Duration = Duration::from_secs(3_600);

/// What one round of jobs did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RoundOfJobs {
    /// Epochs that closed.
    pub epochs: u64,
    /// Orders that expired or were closed.
    pub orders: u64,
    /// Jobs that are done.
    pub done: u64,
    /// Jobs that will be tried again.
    pub again: u64,
    /// What was forgotten.
    pub swept: Swept,
}

/// Why a round of jobs stopped. Whatever it did stands; the next round goes on.
#[derive(Debug, thiserror::Error)]
pub enum RoundStopped {
    /// An epoch did not close.
    #[error(transparent)]
    NotClosed(#[from] NotClosed),
    /// The store's fault.
    #[error(transparent)]
    Store(#[from] StoreFault),
}

enum Work {
    Done,
    Again { at: Timestamp, reason: &'static str },
}

impl Market {
    /// Does everything that is due now.
    pub async fn run_due_jobs(&self) -> Result<RoundOfJobs, RoundStopped> {
        let mut round = RoundOfJobs { epochs: self.close_epochs().await?, ..RoundOfJobs::default() };
        round.orders = self.move_due_orders().await?;
        self.work_off(&mut round).await?;
        let now = self.now();
        if self.sweep_is_due(now, SWEEP_EVERY) {
            round.swept = self.sweep(now).await?;
            self.measure_buckets(now).await?;
        }
        Ok(round)
    }

    /// Runs due jobs until `stop` resolves: at every end of an epoch, and at least once a second.
    pub async fn run_until(&self, stop: impl Future<Output = ()>) {
        tokio::pin!(stop);
        loop {
            match self.run_due_jobs().await {
                Ok(round) if round.again > 0 => {
                    tracing::debug!(again = round.again, "some jobs wait for another try")
                }
                Ok(_) => {}
                Err(stopped) => tracing::error!(%stopped, "a round of jobs stopped; it is tried again"),
            }
            tokio::select! {
                () = &mut stop => return,
                () = tokio::time::sleep(self.pause()) => {}
            }
        }
    }

    /// Until the open epoch ends, within bounds.
    fn pause(&self) -> Duration {
        let now = self.now();
        let ends = self.pools().into_iter().map(|pool| pool.end_of(pool.epoch_at(now)).since(now)).min();
        ends.unwrap_or(LONGEST_PAUSE).clamp(SHORTEST_PAUSE, LONGEST_PAUSE)
    }

    async fn move_due_orders(&self) -> Result<u64, StoreFault> {
        let mut moved = 0;
        loop {
            let due = self.store().read().await?.orders().due(self.now(), AT_ONCE).await?;
            let before = moved;
            for id in due {
                match self.move_due_order(id).await {
                    Ok(true) => moved += 1,
                    Ok(false) | Err(OrderRefused::Moved | OrderRefused::Over | OrderRefused::Unknown) => {}
                    Err(OrderRefused::Store(fault)) => return Err(fault),
                    Err(refused) => tracing::warn!(order.id = %id, %refused, "a due order did not move"),
                }
            }
            if moved == before {
                return Ok(moved);
            }
        }
    }

    async fn work_off(&self, round: &mut RoundOfJobs) -> Result<(), StoreFault> {
        loop {
            let now = self.now();
            let next = self.store().read().await?.jobs().next_due().await?;
            if next.is_none_or(|due| due > now) {
                return Ok(());
            }
            let mut tx = self.store().begin().await?;
            let leased = tx.jobs().lease(now, LEASE, AT_ONCE).await?;
            if leased.is_empty() {
                return Ok(());
            }
            tx.commit().await?;
            for job in leased {
                let work = self.work(&job, now).await?;
                let mut tx = self.store().begin().await?;
                match work {
                    Work::Done => {
                        tx.jobs().complete(&job).await?;
                        round.done += 1;
                    }
                    Work::Again { at, reason } => {
                        tx.jobs().retry(&job, at, reason).await?;
                        round.again += 1;
                    }
                }
                tx.commit().await?;
            }
        }
    }

    fn next_epoch(&self, now: Timestamp, reason: &'static str) -> Work {
        Work::Again { at: now.plus(self.settings().epoch_length), reason }
    }

    async fn work(&self, leased: &Leased, now: Timestamp) -> Result<Work, StoreFault> {
        let body = leased.job.body.as_slice();
        let digest = body.try_into().map(Digest::from_bytes);
        let order = body.try_into().map(OrderId::from_bytes);
        let later = |reason| Work::Again { at: now.plus(back_off(leased.attempt)), reason };
        match (leased.job.kind.as_str(), digest, order) {
            (BEACON_JOB, Ok(manifest), _) => match self.draw_beacon(manifest).await {
                Ok(Some(_)) | Err(ManifestNotTaken::Unknown) => Ok(Work::Done),
                Ok(None) => Ok(self.next_epoch(now, "no epoch is young enough")),
                Err(ManifestNotTaken::Store(fault)) => Err(fault),
                Err(_) => Ok(later("the beacon was not drawn")),
            },
            (COUNTERSIGN_JOB, _, Ok(order)) => match self.countersign_ended(order).await {
                Ok(true) => Ok(Work::Done),
                Ok(false) => Ok(self.next_epoch(now, "the order's epoch is open")),
                Err(OrderRefused::Store(fault)) => Err(fault),
                Err(_) => Ok(later("the order was not countersigned")),
            },
            (FORGET_JOB, Ok(digest), _) => match self.forget_leaf(digest).await? {
                true => Ok(Work::Done),
                false => Ok(self.next_epoch(now, "the order's leaf waits for its epoch")),
            },
            (kind @ (BEACON_JOB | COUNTERSIGN_JOB | FORGET_JOB), _, _) => {
                tracing::error!(kind, "a job's body does not read; it is dropped");
                Ok(Work::Done)
            }
            (kind, _, _) => {
                tracing::error!(kind, "a job of an unknown kind waits for a newer program");
                Ok(Work::Again {
                    at: now.plus(LONGEST_BACK_OFF),
                    reason: "this program does not know the kind",
                })
            }
        }
    }
}

/// Doubles from a second to an hour.
fn back_off(attempt: u32) -> Duration {
    Duration::from_secs(1_u64 << attempt.min(12)).min(LONGEST_BACK_OFF)
}
