//! Jobs: what is done after the transaction, at least once, idempotent by the id of what it does (architecture.md).

use super::{Put, StoreFault};
use async_trait::async_trait;
use std::time::Duration;
use tacit_values::Timestamp;

/// Work to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// Names the work, for example `close/ord_...`; at most one such job waits or runs.
    pub key: String,
    /// Which worker does it.
    pub kind: String,
    /// What the worker needs to know.
    pub body: Vec<u8>,
    /// Not before.
    pub due: Timestamp,
}

/// A job in somebody's hands until the lease ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leased {
    /// The job; `due` is when the lease ends.
    pub job: Job,
    /// 1 at the first attempt.
    pub attempt: u32,
    /// Names this very lease: whoever overslept it cannot finish the work of the one who took it over.
    pub ticket: u64,
}

/// A job as the operator sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// The job.
    pub job: Job,
    /// How often it was tried.
    pub attempts: u32,
    /// Where it is.
    pub state: JobState,
    /// Why the last attempt failed, in words without private data.
    pub reason: String,
}

/// Where a job is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobState {
    /// Waiting for its time.
    Waits,
    /// In somebody's hands.
    Leased,
}

/// The durable list of work.
#[async_trait]
pub trait Jobs: Send {
    /// Adds a job, once per key: while one with this key waits or runs, nothing is written. A completed key may be used
    /// again.
    async fn enqueue(&mut self, job: &Job) -> Result<Put, StoreFault>;

    /// Takes jobs that are due (or whose lease ended), the longest due first, at most `limit`, for `lease`. Commit before
    /// working.
    async fn lease(&mut self, now: Timestamp, lease: Duration, limit: u32)
    -> Result<Vec<Leased>, StoreFault>;

    /// Removes the job. `false` when this lease no longer holds it; then leave everything to the one that does.
    async fn complete(&mut self, leased: &Leased) -> Result<bool, StoreFault>;

    /// Gives the job back until `due`, with the reason. `false` when this lease no longer holds it.
    async fn retry(&mut self, leased: &Leased, due: Timestamp, reason: &str) -> Result<bool, StoreFault>;

    /// When the next job is due (a running one: when its lease ends); `None` when there is none.
    async fn next_due(&mut self) -> Result<Option<Timestamp>, StoreFault>;

    /// Jobs that were tried at least `attempts` times, most tried first, at most `limit`: what the operator looks at.
    async fn stuck(&mut self, attempts: u32, limit: u32) -> Result<Vec<Waiting>, StoreFault>;
}
