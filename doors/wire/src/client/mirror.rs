//! Whole public resources, the same bytes for every desk (traffic.md rule 2). Never signed, never for one listing.

use super::Failed;
use super::connection::{Answer, Ask, Connection};
use super::transfer::NotFetched;
use crate::bodies::BASE;
use crate::bodies::mail::{BucketName, BucketView};
use crate::bodies::market::MarketView;
use bytes::Bytes;
use http::StatusCode;
use http::header::ETAG;
use std::io::Write;
use tacit_evidence::log::{MAX_CHECKPOINT_BYTES, MAX_TILE_BYTES, TilePath};
use tacit_settlement::PoolId;
use tacit_values::{Digest, Epoch, Timestamp};

const LONGEST_DOCUMENT: usize = 1 << 20;
/// A day's catalogue: 100,000 listings are about 60 MB.
const LONGEST_DAY: usize = 256 << 20;
/// A page of a bucket: 256 of the longest letters in base64 are 22 MB.
const LONGEST_BUCKET: usize = 32 << 20;
const LONGEST_EPOCH: usize = (64 << 20) + (8 << 10);

/// Fetches what everybody fetches, on a connection that no persona uses.
#[derive(Debug, Clone)]
pub struct Mirror {
    connection: Connection,
}

/// What came back for a resource that was fetched before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fresh<T> {
    /// Nothing changed since.
    Unchanged,
    /// This stands now, under this tag.
    Changed {
        /// The content.
        content: T,
        /// Name it the next time.
        tag: Option<String>,
    },
}

impl Mirror {
    pub(super) fn on(connection: Connection) -> Self {
        Self { connection }
    }

    /// Who the market is, what it charges, what its limits are, and its time.
    pub async fn market(&self) -> Result<MarketView, Failed> {
        self.get("/market".to_owned(), LONGEST_DOCUMENT).await?.json()
    }

    /// The catalogue changes of a day (days since 1970), as the bytes of a `CatalogueDay`; `tag` is that of the last time.
    pub async fn catalogue_day(&self, day: u64, tag: Option<&str>) -> Result<Fresh<Bytes>, Failed> {
        let date = Timestamp::from_secs(day.saturating_mul(86_400)).date();
        let ask = Ask::get(format!("{BASE}/catalogue/days/{date}")).unless_tag(tag);
        Ok(fresh(self.connection.ask(&ask, LONGEST_DAY).await?))
    }

    /// The signed genesis document with all pools.
    pub async fn genesis(&self) -> Result<Bytes, Failed> {
        Ok(self.get("/ledger/genesis".to_owned(), LONGEST_DOCUMENT).await?.body)
    }

    /// One closed epoch of a pool, as [`crate::bodies::ledger`] frames it; refused with `not-yet` while it is open.
    pub async fn epoch(&self, pool: PoolId, epoch: Epoch) -> Result<Bytes, Failed> {
        Ok(self.get(format!("/ledger/epochs/{epoch}?pool={pool}"), LONGEST_EPOCH).await?.body)
    }

    /// 256 closed epochs of a pool in one download; read it with settlement's `SegmentReader`.
    pub async fn segment(
        &self,
        pool: PoolId,
        number: u64,
        most: u64,
        into: &mut (dyn Write + Send),
    ) -> Result<u64, NotFetched> {
        let ask = Ask::get(format!("{BASE}/ledger/segments/{number}?pool={pool}"));
        let mut response = self.connection.send(&ask).await?;
        let mut have = 0;
        while let Some(piece) = response.chunk().await.map_err(|error| Failed::below_http(&error))? {
            have += piece.len() as u64;
            if have > most {
                return Err(Failed::garbled(format!("the segment is longer than {most} bytes")).into());
            }
            into.write_all(&piece).map_err(NotFetched::Local)?;
        }
        Ok(have)
    }

    /// The newest signed checkpoint of the log.
    pub async fn checkpoint(&self) -> Result<Bytes, Failed> {
        Ok(self.get("/log/checkpoint".to_owned(), MAX_CHECKPOINT_BYTES).await?.body)
    }

    /// A tile of the log.
    pub async fn tile(&self, tile: &TilePath) -> Result<Bytes, Failed> {
        Ok(self.get(format!("/log/{tile}"), MAX_TILE_BYTES).await?.body)
    }

    /// A page of the letters that reached a bucket in one tick that is over, those behind `after`.
    pub async fn bucket_tick(
        &self,
        bucket: BucketName,
        tick: u64,
        after: Option<Digest>,
    ) -> Result<BucketView, Failed> {
        self.page(format!("/mail/buckets/{bucket}/{tick}"), after).await
    }

    /// A page of the letters that reached a bucket in one hour (hours since 1970) that is over: for catching up.
    pub async fn bucket_hour(
        &self,
        bucket: BucketName,
        hour: u64,
        after: Option<Digest>,
    ) -> Result<BucketView, Failed> {
        self.page(format!("/mail/buckets/{bucket}/hours/{hour}"), after).await
    }

    /// A page of the sealed states of the desks in a bucket: for restoring from words.
    pub async fn bucket_self(&self, bucket: BucketName, after: Option<Digest>) -> Result<BucketView, Failed> {
        self.page(format!("/mail/buckets/{bucket}/self"), after).await
    }

    /// A page of a bucket. Pages go forward: a market that leads in a circle is not followed.
    async fn page(&self, path: String, after: Option<Digest>) -> Result<BucketView, Failed> {
        let path = after.map_or_else(|| path.clone(), |after| format!("{path}?after={after}"));
        let page: BucketView = self.get(path, LONGEST_BUCKET).await?.json()?;
        if page.next.is_some() && page.next <= after {
            return Err(Failed::garbled("the pages of its bucket do not go forward"));
        }
        Ok(page)
    }

    async fn get(&self, path: String, most: usize) -> Result<Answer, Failed> {
        self.connection.ask(&Ask::get(format!("{BASE}{path}")), most).await
    }
}

fn fresh(answer: Answer) -> Fresh<Bytes> {
    if answer.status == StatusCode::NOT_MODIFIED {
        return Fresh::Unchanged;
    }
    let tag = answer.headers.get(ETAG).and_then(|value| value.to_str().ok()).map(str::to_owned);
    Fresh::Changed { content: answer.body, tag }
}
