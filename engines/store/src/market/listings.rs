//! Listings in all their versions, and the catalogue's days.

use super::SqlTx;
use crate::fault::fault;
use crate::row::{Read, digest, int, time};
use async_trait::async_trait;
use sqlx::any::AnyRow;
use tacit_ports::market::{
    CatalogueDay, DayChanges, ListingNotPut, Listings, Put, StoreFault, StoredListing,
};
use tacit_values::{Epoch, ListingId};

/// As many listings are read by one statement, which has a place for each.
const SEVERAL: usize = 20;

fn listing(row: &AnyRow) -> Result<StoredListing, StoreFault> {
    let row = Read::of("listings", row);
    Ok(StoredListing {
        id: row.parsed(0)?,
        version: row.number(1)?,
        seller: row.parsed(2)?,
        manifest: row.digest(3)?,
        live: row.flag(4)?,
        at: row.time(5)?,
        shown_after: row.epoch(6)?,
        document: row.bytes(7)?,
    })
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
            "INSERT INTO listings (id, version, newest, seller, manifest, live, at, day, shown_after, document)
             VALUES ($1, $2, 1, $3, $4, $5, $6, $7, $8, $9)",
        )
        .bind(new.id.to_string())
        .bind(int(new.version))
        .bind(new.seller.to_string())
        .bind(digest(new.manifest))
        .bind(i64::from(new.live))
        .bind(time(new.at))
        .bind(int(CatalogueDay::of(new.at).number()))
        .bind(int(new.shown_after.0))
        .bind(new.document.clone())
        .execute(self.sql())
        .await
        .map_err(fault)?;
        Ok(Put::Recorded)
    }

    async fn newest(&mut self, id: ListingId) -> Result<Option<StoredListing>, StoreFault> {
        let row = sqlx::query(
            "SELECT id, version, seller, manifest, live, at, shown_after, document FROM listings
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
            "SELECT id, version, seller, manifest, live, at, shown_after, document FROM listings
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

    async fn for_sale(
        &mut self,
        after: Option<ListingId>,
        limit: u32,
    ) -> Result<Vec<StoredListing>, StoreFault> {
        let rows = sqlx::query(
            "SELECT id, version, seller, manifest, live, at, shown_after, document FROM listings
             WHERE newest = 1 AND live = 1 AND id > $1 ORDER BY id LIMIT $2",
        )
        .bind(after.map(|id| id.to_string()).unwrap_or_default())
        .bind(int(limit))
        .fetch_all(self.sql())
        .await
        .map_err(fault)?;
        rows.iter().map(listing).collect()
    }

    async fn several(&mut self, ids: &[ListingId]) -> Result<Vec<StoredListing>, StoreFault> {
        let mut found = Vec::with_capacity(ids.len());
        for asked in ids.chunks(SEVERAL) {
            let mut query = sqlx::query(
                "SELECT id, version, seller, manifest, live, at, shown_after, document FROM listings
                 WHERE newest = 1 AND id IN ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10,
                 $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)",
            );
            for place in 0..SEVERAL {
                query = query.bind(asked.get(place).map(ListingId::to_string).unwrap_or_default());
            }
            let rows = query.fetch_all(self.sql()).await.map_err(fault)?;
            let rows = rows.iter().map(listing).collect::<Result<Vec<_>, _>>()?;
            found.extend(asked.iter().filter_map(|id| rows.iter().find(|row| row.id == *id)).cloned());
        }
        Ok(found)
    }

    async fn versions(&mut self, id: ListingId, limit: u32) -> Result<Vec<StoredListing>, StoreFault> {
        let rows = sqlx::query(
            "SELECT id, version, seller, manifest, live, at, shown_after, document FROM listings
             WHERE id = $1 ORDER BY version DESC LIMIT $2",
        )
        .bind(id.to_string())
        .bind(int(limit))
        .fetch_all(self.sql())
        .await
        .map_err(fault)?;
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
