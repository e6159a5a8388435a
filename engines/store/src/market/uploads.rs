//! Uploads and their parts.

use super::SqlTx;
use crate::fault::fault;
use crate::row::{Read, digest, int, time};
use async_trait::async_trait;
use sqlx::any::AnyRow;
use tacit_ports::market::{Held, Part, Put, StoreFault, StoredUpload, Uploads};
use tacit_values::{Digest, Persona, Timestamp, UploadId};

fn upload(row: &AnyRow) -> Result<StoredUpload, StoreFault> {
    let row = Read::of("uploads", row);
    Ok(StoredUpload {
        id: row.parsed(0)?,
        seller: row.parsed(1)?,
        body: row.digest(2)?,
        bytes: row.number(3)?,
        touched: row.time(4)?,
        complete: row.flag(5)?,
    })
}

fn part(row: &AnyRow) -> Result<Part, StoreFault> {
    let row = Read::of("upload_parts", row);
    Ok(Part { n: row.small(0)?, digest: row.digest(1)?, bytes: row.number(2)? })
}

#[async_trait]
impl Uploads for SqlTx {
    async fn open(&mut self, new: &StoredUpload) -> Result<StoredUpload, StoreFault> {
        sqlx::query(
            "INSERT INTO uploads (id, seller, body, bytes, touched, complete) VALUES ($1, $2, $3, $4, $5, $6)
             ON CONFLICT (seller, body, bytes) DO NOTHING",
        )
        .bind(new.id.to_string())
        .bind(new.seller.to_string())
        .bind(digest(new.body))
        .bind(int(new.bytes))
        .bind(time(new.touched))
        .bind(i64::from(new.complete))
        .execute(self.sql())
        .await
        .map_err(fault)?;
        let stands = sqlx::query(
            "SELECT id, seller, body, bytes, touched, complete FROM uploads
             WHERE seller = $1 AND body = $2 AND bytes = $3",
        )
        .bind(new.seller.to_string())
        .bind(digest(new.body))
        .bind(int(new.bytes))
        .fetch_one(self.sql())
        .await
        .map_err(fault)?;
        upload(&stands)
    }

    async fn get(&mut self, id: UploadId) -> Result<Option<StoredUpload>, StoreFault> {
        let row = sqlx::query("SELECT id, seller, body, bytes, touched, complete FROM uploads WHERE id = $1")
            .bind(id.to_string())
            .fetch_optional(self.sql())
            .await
            .map_err(fault)?;
        row.as_ref().map(upload).transpose()
    }

    async fn record_part(
        &mut self,
        id: UploadId,
        new: Part,
        now: Timestamp,
    ) -> Result<Option<Put>, StoreFault> {
        let open = sqlx::query("UPDATE uploads SET touched = $2 WHERE id = $1 AND complete = 0")
            .bind(id.to_string())
            .bind(time(now))
            .execute(self.sql())
            .await
            .map_err(fault)?;
        if open.rows_affected() == 0 {
            return Ok(None);
        }
        let stands = sqlx::query("SELECT n, digest, bytes FROM upload_parts WHERE upload = $1 AND n = $2")
            .bind(id.to_string())
            .bind(int(new.n))
            .fetch_optional(self.sql())
            .await
            .map_err(fault)?;
        if stands.as_ref().map(part).transpose()? == Some(new) {
            return Ok(Some(Put::Already));
        }
        sqlx::query(
            "INSERT INTO upload_parts (upload, n, digest, bytes) VALUES ($1, $2, $3, $4)
             ON CONFLICT (upload, n) DO UPDATE SET digest = excluded.digest, bytes = excluded.bytes",
        )
        .bind(id.to_string())
        .bind(int(new.n))
        .bind(digest(new.digest))
        .bind(int(new.bytes))
        .execute(self.sql())
        .await
        .map_err(fault)?;
        Ok(Some(Put::Recorded))
    }

    async fn parts(&mut self, id: UploadId) -> Result<Vec<Part>, StoreFault> {
        let rows = sqlx::query("SELECT n, digest, bytes FROM upload_parts WHERE upload = $1 ORDER BY n")
            .bind(id.to_string())
            .fetch_all(self.sql())
            .await
            .map_err(fault)?;
        rows.iter().map(part).collect()
    }

    async fn complete(&mut self, id: UploadId, now: Timestamp) -> Result<bool, StoreFault> {
        let found = sqlx::query("UPDATE uploads SET complete = 1, touched = $2 WHERE id = $1")
            .bind(id.to_string())
            .bind(time(now))
            .execute(self.sql())
            .await
            .map_err(fault)?;
        Ok(found.rows_affected() == 1)
    }

    async fn held_by(&mut self, seller: &Persona) -> Result<Held, StoreFault> {
        let row = sqlx::query(
            "SELECT CAST(COALESCE(SUM(1 - complete), 0) AS BIGINT), CAST(COALESCE(SUM(bytes), 0) AS BIGINT)
             FROM uploads WHERE seller = $1",
        )
        .bind(seller.to_string())
        .fetch_one(self.sql())
        .await
        .map_err(fault)?;
        let row = Read::of("uploads", &row);
        Ok(Held { open: row.number(0)?, bytes: row.number(1)? })
    }

    async fn names_body(&mut self, body: Digest) -> Result<bool, StoreFault> {
        let count: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM uploads WHERE body = $1")
            .bind(digest(body))
            .fetch_one(self.sql())
            .await
            .map_err(fault)?;
        Ok(count > 0)
    }
}
