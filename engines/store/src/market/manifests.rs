//! Manifests, beacons and samples.

use super::SqlTx;
use crate::fault::fault;
use crate::row::{Read, digest, time};
use async_trait::async_trait;
use sqlx::any::AnyRow;
use tacit_ports::market::{Manifests, Put, SampleNotPut, StoreFault, StoredManifest};
use tacit_values::{Digest, Persona, Timestamp};

fn manifest(row: &AnyRow) -> Result<StoredManifest, StoreFault> {
    let row = Read::of("manifests", row);
    Ok(StoredManifest {
        digest: row.digest(0)?,
        seller: row.parsed(1)?,
        listing: row.parsed(2)?,
        name: String::from_utf8(row.bytes(3)?).map_err(|_| row.damaged())?,
        body: row.digest(4)?,
        blocks: row.digest(5)?,
        at: row.time(6)?,
        document: row.bytes(7)?,
    })
}

#[async_trait]
impl Manifests for SqlTx {
    async fn put(&mut self, new: &StoredManifest) -> Result<Put, StoreFault> {
        if self.get(new.digest).await?.is_some() {
            return Ok(Put::Already);
        }
        let number = self.count_up("manifests").await?;
        sqlx::query(
            "INSERT INTO manifests (digest, number, seller, listing, name, body, blocks, at, document)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        )
        .bind(digest(new.digest))
        .bind(number)
        .bind(new.seller.to_string())
        .bind(new.listing.to_string())
        .bind(new.name.as_bytes().to_vec())
        .bind(digest(new.body))
        .bind(digest(new.blocks))
        .bind(time(new.at))
        .bind(new.document.clone())
        .execute(self.sql())
        .await
        .map_err(fault)?;
        Ok(Put::Recorded)
    }

    async fn get(&mut self, which: Digest) -> Result<Option<StoredManifest>, StoreFault> {
        let row = sqlx::query(
            "SELECT digest, seller, listing, name, body, blocks, at, document FROM manifests WHERE digest = $1",
        )
        .bind(digest(which))
        .fetch_optional(self.sql())
        .await
        .map_err(fault)?;
        row.as_ref().map(manifest).transpose()
    }

    async fn earlier(&mut self, which: Digest) -> Result<u64, StoreFault> {
        let count: i64 = sqlx::query_scalar(
            // Two counts, each by an index of its own: a seller may have very many manifests.
            "SELECT (SELECT COUNT(*) FROM manifests b JOIN manifests t ON b.listing = t.listing
                     WHERE t.digest = $1 AND b.seller = t.seller AND b.number < t.number)
                  + (SELECT COUNT(*) FROM manifests b JOIN manifests t ON b.seller = t.seller AND b.name = t.name
                     WHERE t.digest = $1 AND b.listing <> t.listing AND b.number < t.number)",
        )
        .bind(digest(which))
        .fetch_one(self.sql())
        .await
        .map_err(fault)?;
        Ok(count.unsigned_abs())
    }

    async fn taken_since(&mut self, seller: &Persona, since: Timestamp) -> Result<u64, StoreFault> {
        let count: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM manifests WHERE seller = $1 AND at >= $2")
            .bind(seller.to_string())
            .bind(time(since))
            .fetch_one(self.sql())
            .await
            .map_err(fault)?;
        Ok(count.unsigned_abs())
    }

    async fn names_object(&mut self, object: Digest) -> Result<bool, StoreFault> {
        let count: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM manifests WHERE body = $1 OR blocks = $1")
            .bind(digest(object))
            .fetch_one(self.sql())
            .await
            .map_err(fault)?;
        Ok(count > 0)
    }

    async fn fix_beacon(&mut self, which: Digest, beacon: &[u8]) -> Result<Option<Vec<u8>>, StoreFault> {
        sqlx::query("UPDATE manifests SET beacon = $2 WHERE digest = $1 AND beacon IS NULL")
            .bind(digest(which))
            .bind(beacon.to_vec())
            .execute(self.sql())
            .await
            .map_err(fault)?;
        self.beacon(which).await
    }

    async fn beacon(&mut self, which: Digest) -> Result<Option<Vec<u8>>, StoreFault> {
        let found: Option<Option<Vec<u8>>> =
            sqlx::query_scalar("SELECT beacon FROM manifests WHERE digest = $1")
                .bind(digest(which))
                .fetch_optional(self.sql())
                .await
                .map_err(fault)?;
        Ok(found.flatten())
    }

    async fn put_sample(&mut self, which: Digest, sample: &[u8]) -> Result<Put, SampleNotPut> {
        let written = sqlx::query("UPDATE manifests SET sample = $2 WHERE digest = $1 AND sample IS NULL")
            .bind(digest(which))
            .bind(sample.to_vec())
            .execute(self.sql())
            .await
            .map_err(fault)?;
        if written.rows_affected() == 1 {
            return Ok(Put::Recorded);
        }
        match self.sample(which).await? {
            Some(stands) if stands == sample => Ok(Put::Already),
            Some(_) => Err(SampleNotPut::Differs),
            None => Err(SampleNotPut::NoManifest),
        }
    }

    async fn sample(&mut self, which: Digest) -> Result<Option<Vec<u8>>, StoreFault> {
        let found: Option<Option<Vec<u8>>> =
            sqlx::query_scalar("SELECT sample FROM manifests WHERE digest = $1")
                .bind(digest(which))
                .fetch_optional(self.sql())
                .await
                .map_err(fault)?;
        Ok(found.flatten())
    }
    async fn keep_excerpt(&mut self, which: Digest, excerpt: &[u8]) -> Result<(), StoreFault> {
        sqlx::query(
            "INSERT INTO sample_excerpts (manifest, document) VALUES ($1, $2) ON CONFLICT (manifest) DO NOTHING",
        )
        .bind(digest(which))
        .bind(excerpt.to_vec())
        .execute(self.sql())
        .await
        .map_err(fault)?;
        Ok(())
    }

    async fn excerpt(&mut self, which: Digest) -> Result<Option<Vec<u8>>, StoreFault> {
        sqlx::query_scalar("SELECT document FROM sample_excerpts WHERE manifest = $1")
            .bind(digest(which))
            .fetch_optional(self.sql())
            .await
            .map_err(fault)
    }
}
