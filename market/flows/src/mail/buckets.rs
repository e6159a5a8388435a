//! What a bucket hands out: all letters of a tick or an hour that is over, or the sealed states of its desks, page by page.
//!
//! Pages follow the letters' digests, which say nothing of arrival, sender or recipient, so that no answer is longer than a
//! page however much was sent. Within a page the order is drawn anew for each answer.

use super::{MailNotRead, end_of_hour};
use crate::market::Market;
use bytes::Bytes;
use rand::seq::SliceRandom;
use std::time::Duration;
use tacit_ports::market::{Bucket, Page};
use tacit_relay::hour_of;
use tacit_values::Digest;

/// A letter is still being written into a time that is over by the clock.
const A_MOMENT: Duration = Duration::from_millis(200);

/// One answer of a bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BucketPage {
    /// Sealed letters in a random order.
    pub letters: Vec<Bytes>,
    /// Behind which digest the next page begins; `None` when this is the last one.
    pub next: Option<Digest>,
}

impl Market {
    /// The letters that reached a bucket in one tick that is over, those behind `after`.
    pub async fn bucket_tick(
        &self,
        bucket: Bucket,
        tick: u64,
        after: Option<Digest>,
    ) -> Result<BucketPage, MailNotRead> {
        let now = self.now();
        self.admit(bucket)?;
        let next = tick.saturating_add(1);
        if tick >= self.tick_at(now) || !self.0.ticks.end_before(next) {
            let retry_after = self.tick_start(next).since(now).max(A_MOMENT);
            return Err(MailNotRead::NotOver { retry_after });
        }
        let letters = self.store().read().await?.mail().tick(bucket, tick, self.page(after)).await?;
        Ok(self.shown(letters))
    }

    /// The letters that reached a bucket in one hour (hours since 1970) that is over, those behind `after`: for catching up.
    pub async fn bucket_hour(
        &self,
        bucket: Bucket,
        hour: u64,
        after: Option<Digest>,
    ) -> Result<BucketPage, MailNotRead> {
        let now = self.now();
        self.admit(bucket)?;
        let over = end_of_hour(hour);
        if hour >= hour_of(now) || !self.0.ticks.end_before(self.tick_at(over)) {
            return Err(MailNotRead::NotOver { retry_after: over.since(now).max(A_MOMENT) });
        }
        let letters = self.store().read().await?.mail().hour(bucket, hour, self.page(after)).await?;
        Ok(self.shown(letters))
    }

    /// The sealed states that the desks of a bucket keep for themselves, those behind `after`.
    pub async fn bucket_self(
        &self,
        bucket: Bucket,
        after: Option<Digest>,
    ) -> Result<BucketPage, MailNotRead> {
        self.admit(bucket)?;
        let letters = self.store().read().await?.self_letters().bucket(bucket, self.page(after)).await?;
        Ok(self.shown(letters))
    }

    fn admit(&self, bucket: Bucket) -> Result<(), MailNotRead> {
        let bits = self.bucket_bits_now();
        if bucket.bits() > bits { Err(MailNotRead::TooNarrow { bits }) } else { Ok(()) }
    }

    /// One letter more than an answer holds, to see whether there is a next page.
    fn page(&self, after: Option<Digest>) -> Page {
        Page { after, most: self.settings().limits.page_letters.max(1).saturating_add(1) }
    }

    fn shown(&self, mut letters: Vec<Vec<u8>>) -> BucketPage {
        let most = self.settings().limits.page_letters.max(1) as usize;
        let more = letters.len() > most;
        letters.truncate(most);
        let next = if more { letters.last().map(|last| Digest::of(last)) } else { None };
        let mut letters: Vec<Bytes> = letters.into_iter().map(Bytes::from).collect();
        letters.shuffle(&mut self.rng());
        BucketPage { letters, next }
    }
}
