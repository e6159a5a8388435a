//! Listings, their words and the catalogue's days.

use super::SqlTx;
use crate::fault::fault;
use crate::row::{Read, digest, int, time};
use async_trait::async_trait;
use sqlx::any::AnyRow;
use tacit_ports::market::{
    CatalogueDay, DayChanges, ListingNotPut, Listings, Put, StoreFault, StoredListing,
};
use tacit_values::{Epoch, ListingId};

/// As many words count in a search; the statement has a place for each.
const SEARCH_WORDS: usize = 8;

fn listing(row: &AnyRow) -> Result<StoredListing, StoreFault> {
    let row = Read::of("listings", row);
    let words = String::from_utf8(row.bytes(5)?).map_err(|_| row.damaged())?;
    Ok(StoredListing {
        id: row.parsed(0)?,
        version: row.number(1)?,
        seller: row.parsed(2)?,
        manifest: row.digest(3)?,
        live: row.flag(4)?,
        words: words.split('\n').filter(|word| !word.is_empty()).map(str::to_owned).collect(),
        at: row.time(6)?,
        shown_after: row.epoch(7)?,
        document: row.bytes(8)?,
    })
}

impl SqlTx {
    async fn index_words(&mut self, listing: &StoredListing) -> Result<(), StoreFault> {
        sqlx::query("DELETE FROM listing_words WHERE listing = $1")
            .bind(listing.id.to_string())
            .execute(self.sql())
            .await
            .map_err(fault)?;
        if !listing.live {
            return Ok(());
        }
        for word in &listing.words {
            sqlx::query(
                "INSERT INTO listing_words (word, listing) VALUES ($1, $2) ON CONFLICT (word, listing) DO NOTHING",
            )
            .bind(word.as_bytes().to_vec())
            .bind(listing.id.to_string())
            .execute(self.sql())
            .await
            .map_err(fault)?;
        }
        Ok(())
    }
}

#[async_trait]
impl Listings for SqlTx {
    async fn put(&mut self, new: &StoredListing) -> Result<Put, ListingNotPut> {
        if let Some(stands) = self.version(new.id, new.version).await? {
            let same = stands.document == new.document;
            return if same { Ok(Put::Already) } else { Err(ListingNotPut::Differs) };
        }
        let newest = self.newest(new.id).await?.map_or(0, |listing| listing.version);
        if new.version != newest + 1 {
            return Err(ListingNotPut::Gap { newest });
        }
        sqlx::query("UPDATE listings SET newest = 0 WHERE id = $1 AND newest = 1")
            .bind(new.id.to_string())
            .execute(self.sql())
            .await
            .map_err(fault)?;
        sqlx::query(
            "INSERT INTO listings (id, version, newest, seller, manifest, live, words, at, day, shown_after, document)
             VALUES ($1, $2, 1, $3, $4, $5, $6, $7, $8, $9, $10)",
        )
        .bind(new.id.to_string())
        .bind(int(new.version))
        .bind(new.seller.to_string())
        .bind(digest(new.manifest))
        .bind(i64::from(new.live))
        .bind(new.words.join("\n").into_bytes())
        .bind(time(new.at))
        .bind(int(CatalogueDay::of(new.at).number()))
        .bind(int(new.shown_after.0))
        .bind(new.document.clone())
        .execute(self.sql())
        .await
        .map_err(fault)?;
        self.index_words(new).await?;
        Ok(Put::Recorded)
    }

    async fn newest(&mut self, id: ListingId) -> Result<Option<StoredListing>, StoreFault> {
        let row = sqlx::query(
            "SELECT id, version, seller, manifest, live, words, at, shown_after, document FROM listings
             WHERE id = $1 AND newest = 1",
        )
        .bind(id.to_string())
        .fetch_optional(self.sql())
        .await
        .map_err(fault)?;
        row.as_ref().map(listing).transpose()
    }

    async fn version(&mut self, id: ListingId, version: u64) -> Result<Option<StoredListing>, StoreFault> {
        let row = sqlx::query(
            "SELECT id, version, seller, manifest, live, words, at, shown_after, document FROM listings
             WHERE id = $1 AND version = $2",
        )
        .bind(id.to_string())
        .bind(int(version))
        .fetch_optional(self.sql())
        .await
        .map_err(fault)?;
        row.as_ref().map(listing).transpose()
    }

    async fn changes(&mut self, day: CatalogueDay, as_of: Epoch) -> Result<DayChanges, StoreFault> {
        let documents: Vec<Vec<u8>> = sqlx::query_scalar(
            "SELECT document FROM listings WHERE day = $1 AND shown_after <= $2 ORDER BY shown_after, id, version",
        )
        .bind(int(day.number()))
        .bind(int(as_of.0))
        .fetch_all(self.sql())
        .await
        .map_err(fault)?;
        Ok(DayChanges { revision: documents.len() as u64, documents })
    }

    async fn search(
        &mut self,
        words: &[String],
        after: Option<ListingId>,
        limit: u32,
    ) -> Result<Vec<StoredListing>, StoreFault> {
        // The words come as $4 to $11; how many there are is $1, and the places beyond are never looked at.
        let counted = &words[..words.len().min(SEARCH_WORDS)];
        let mut query = sqlx::query(
            "SELECT id, version, seller, manifest, live, words, at, shown_after, document FROM listings
             WHERE newest = 1 AND live = 1 AND id > $2
             AND ($1 < 1 OR EXISTS (SELECT 1 FROM listing_words w WHERE w.listing = id AND w.word = $4))
             AND ($1 < 2 OR EXISTS (SELECT 1 FROM listing_words w WHERE w.listing = id AND w.word = $5))
             AND ($1 < 3 OR EXISTS (SELECT 1 FROM listing_words w WHERE w.listing = id AND w.word = $6))
             AND ($1 < 4 OR EXISTS (SELECT 1 FROM listing_words w WHERE w.listing = id AND w.word = $7))
             AND ($1 < 5 OR EXISTS (SELECT 1 FROM listing_words w WHERE w.listing = id AND w.word = $8))
             AND ($1 < 6 OR EXISTS (SELECT 1 FROM listing_words w WHERE w.listing = id AND w.word = $9))
             AND ($1 < 7 OR EXISTS (SELECT 1 FROM listing_words w WHERE w.listing = id AND w.word = $10))
             AND ($1 < 8 OR EXISTS (SELECT 1 FROM listing_words w WHERE w.listing = id AND w.word = $11))
             ORDER BY id LIMIT $3",
        )
        .bind(int(counted.len() as u64))
        .bind(after.map(|id| id.to_string()).unwrap_or_default())
        .bind(int(limit));
        for place in 0..SEARCH_WORDS {
            query = query.bind(counted.get(place).map(|word| word.as_bytes().to_vec()).unwrap_or_default());
        }
        let rows = query.fetch_all(self.sql()).await.map_err(fault)?;
        rows.iter().map(listing).collect()
    }

    async fn live(&mut self) -> Result<u64, StoreFault> {
        let count: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM listings WHERE newest = 1 AND live = 1")
            .fetch_one(self.sql())
            .await
            .map_err(fault)?;
        Ok(count.unsigned_abs())
    }
}
