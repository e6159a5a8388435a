//! What is forgotten, and when (evidence.md "Retention"). The ages stand in the caller's table; the store only sweeps.

use super::StoreFault;
use async_trait::async_trait;
use tacit_values::{Digest, OrderId, Timestamp, UploadId};

/// Sweeps. Each may run at any time and be repeated; each takes at most `limit` rows, so that no transaction is long, and
/// says what it took.
#[async_trait]
pub trait Retention: Send {
    /// Shrinks orders closed before `closed_before` to id and outcome: papers, parties, listing, state and times are gone.
    async fn shrink_orders(
        &mut self,
        closed_before: Timestamp,
        limit: u32,
    ) -> Result<Vec<OrderId>, StoreFault>;

    /// Drops letters that arrived before `arrived_before`; returns how many.
    async fn drop_letters(&mut self, arrived_before: Timestamp, limit: u32) -> Result<u64, StoreFault>;

    /// Drops `self` letters whose time is over; returns how many.
    async fn drop_self_letters(&mut self, now: Timestamp, limit: u32) -> Result<u64, StoreFault>;

    /// Drops `self` letters kept before the day of `seen_before` whose persona was not seen since, is the buyer of no order
    /// that stands whole, and has no end stated by `keep_until`; returns how many.
    async fn drop_lone_self_letters(&mut self, seen_before: Timestamp, limit: u32)
    -> Result<u64, StoreFault>;

    /// Drops uploads, complete or not, that no part has touched since `touched_before`; returns id and body, so that the
    /// vault can drop what lies there of the unfinished ones. A complete body stays while a manifest names it.
    async fn drop_uploads(
        &mut self,
        touched_before: Timestamp,
        limit: u32,
    ) -> Result<Vec<(UploadId, Digest)>, StoreFault>;

    /// Drops nonces that expired before `now`; returns how many.
    async fn drop_nonces(&mut self, now: Timestamp, limit: u32) -> Result<u64, StoreFault>;

    /// Drops the days of personas not seen since `seen_before`; returns how many.
    async fn drop_seen(&mut self, seen_before: Timestamp, limit: u32) -> Result<u64, StoreFault>;
}
