//! Sweeps.

use super::SqlTx;
use crate::fault::fault;
use crate::row::{Read, int, time};
use async_trait::async_trait;
use tacit_ports::market::{Retention, StoreFault};
use tacit_values::{Digest, OrderId, Timestamp, UploadId};

impl SqlTx {
    /// Runs a delete of `$2` rows at most that are older than `$1`.
    async fn sweep(&mut self, sql: &'static str, older_than: i64, limit: u32) -> Result<u64, StoreFault> {
        let swept =
            sqlx::query(sql).bind(older_than).bind(int(limit)).execute(self.sql()).await.map_err(fault)?;
        Ok(swept.rows_affected())
    }
}

#[async_trait]
impl Retention for SqlTx {
    async fn shrink_orders(
        &mut self,
        closed_before: Timestamp,
        limit: u32,
    ) -> Result<Vec<OrderId>, StoreFault> {
        let rows = sqlx::query("SELECT id FROM orders WHERE closed_at < $1 ORDER BY closed_at, id LIMIT $2")
            .bind(time(closed_before))
            .bind(int(limit))
            .fetch_all(self.sql())
            .await
            .map_err(fault)?;
        let old: Vec<OrderId> =
            rows.iter().map(|row| Read::of("orders", row).parsed(0)).collect::<Result<_, _>>()?;
        for id in &old {
            sqlx::query(
                "UPDATE orders SET revision = 0, listing = NULL, buyer = NULL, seller = NULL, state = NULL,
                 due = NULL, closed_at = NULL WHERE id = $1",
            )
            .bind(id.to_string())
            .execute(self.sql())
            .await
            .map_err(fault)?;
            sqlx::query("DELETE FROM order_papers WHERE order_id = $1")
                .bind(id.to_string())
                .execute(self.sql())
                .await
                .map_err(fault)?;
        }
        Ok(old)
    }

    async fn drop_letters(&mut self, arrived_before: Timestamp, limit: u32) -> Result<u64, StoreFault> {
        let sql = "DELETE FROM letters WHERE number IN
                   (SELECT number FROM letters WHERE arrived < $1 ORDER BY arrived LIMIT $2)";
        self.sweep(sql, time(arrived_before), limit).await
    }

    async fn drop_self_letters(&mut self, now: Timestamp, limit: u32) -> Result<u64, StoreFault> {
        let rows = sqlx::query(
            "SELECT l.persona, l.slot FROM self_letters l JOIN self_ends e ON e.persona = l.persona
             WHERE e.until < $1 ORDER BY e.until LIMIT $2",
        )
        .bind(time(now))
        .bind(int(limit))
        .fetch_all(self.sql())
        .await
        .map_err(fault)?;
        for row in &rows {
            let row = Read::of("self_letters", row);
            sqlx::query("DELETE FROM self_letters WHERE persona = $1 AND slot = $2")
                .bind(row.text(0)?)
                .bind(int(row.small(1)?))
                .execute(self.sql())
                .await
                .map_err(fault)?;
        }
        sqlx::query(
            "DELETE FROM self_ends WHERE until < $1
             AND NOT EXISTS (SELECT 1 FROM self_letters l WHERE l.persona = self_ends.persona)",
        )
        .bind(time(now))
        .execute(self.sql())
        .await
        .map_err(fault)?;
        Ok(rows.len() as u64)
    }

    async fn drop_lone_self_letters(
        &mut self,
        seen_before: Timestamp,
        limit: u32,
    ) -> Result<u64, StoreFault> {
        // Being seen moves the day of a persona's letters (`Mail::seen`). Those from before there was a day begin now.
        sqlx::query("UPDATE self_letters SET day = $1 WHERE day = 0")
            .bind(int(seen_before.day()))
            .execute(self.sql())
            .await
            .map_err(fault)?;
        let sql = "DELETE FROM self_letters WHERE (persona, slot) IN
                   (SELECT l.persona, l.slot FROM self_letters l WHERE l.day < $1
                    AND NOT EXISTS (SELECT 1 FROM self_ends e WHERE e.persona = l.persona)
                    AND NOT EXISTS (SELECT 1 FROM orders o WHERE o.buyer = l.persona)
                    ORDER BY l.day LIMIT $2)";
        self.sweep(sql, int(seen_before.day()), limit).await
    }

    async fn drop_uploads(
        &mut self,
        touched_before: Timestamp,
        limit: u32,
    ) -> Result<Vec<(UploadId, Digest)>, StoreFault> {
        let rows =
            sqlx::query("SELECT id, body FROM uploads WHERE touched < $1 ORDER BY touched, id LIMIT $2")
                .bind(time(touched_before))
                .bind(int(limit))
                .fetch_all(self.sql())
                .await
                .map_err(fault)?;
        let mut old = Vec::with_capacity(rows.len());
        for row in &rows {
            let row = Read::of("uploads", row);
            let id: UploadId = row.parsed(0)?;
            for sql in ["DELETE FROM upload_parts WHERE upload = $1", "DELETE FROM uploads WHERE id = $1"] {
                sqlx::query(sql).bind(id.to_string()).execute(self.sql()).await.map_err(fault)?;
            }
            old.push((id, row.digest(1)?));
        }
        Ok(old)
    }

    async fn drop_nonces(&mut self, now: Timestamp, limit: u32) -> Result<u64, StoreFault> {
        let sql = "DELETE FROM nonces WHERE (persona, nonce) IN
                   (SELECT persona, nonce FROM nonces WHERE expires < $1 ORDER BY expires LIMIT $2)";
        self.sweep(sql, time(now), limit).await
    }

    async fn drop_seen(&mut self, seen_before: Timestamp, limit: u32) -> Result<u64, StoreFault> {
        let sql = "DELETE FROM seen WHERE persona IN
                   (SELECT persona FROM seen WHERE day < $1 ORDER BY day LIMIT $2)";
        self.sweep(sql, int(seen_before.day()), limit).await
    }
}
