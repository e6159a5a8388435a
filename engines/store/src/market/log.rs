//! The transparency log.

use super::SqlTx;
use crate::fault::fault;
use crate::row::{Read, blob, digest, int};
use async_trait::async_trait;
use sqlx::any::AnyRow;
use tacit_ports::market::{Leaf, LeafKey, Log, LogBatch, LogHead, LogMoved, Logged, Put, StoreFault};
use tacit_values::Digest;

fn leaf(row: &AnyRow) -> Result<Leaf, StoreFault> {
    let row = Read::of("log_known", row);
    let kind = u8::try_from(row.number(0)?).map_err(|_| row.damaged())?;
    let key = LeafKey { kind, digest: row.digest(1)? };
    Ok(Leaf { key, salt: row.maybe_array(2)?, bytes: row.bytes(3)? })
}

impl SqlTx {
    /// Moves one staged leaf into the tree; `false` when it is not staged.
    async fn append_leaf(&mut self, key: LeafKey, index: u64) -> Result<bool, sqlx::Error> {
        let copied = sqlx::query(
            "INSERT INTO log_leaves (idx, bytes)
             SELECT $3, staged FROM log_known WHERE kind = $1 AND digest = $2 AND idx IS NULL",
        )
        .bind(int(key.kind))
        .bind(digest(key.digest))
        .bind(int(index))
        .execute(self.sql())
        .await?;
        sqlx::query(
            "UPDATE log_known SET idx = $3, staged = NULL WHERE kind = $1 AND digest = $2 AND idx IS NULL",
        )
        .bind(int(key.kind))
        .bind(digest(key.digest))
        .bind(int(index))
        .execute(self.sql())
        .await?;
        Ok(copied.rows_affected() == 1)
    }

    async fn is_staged(&mut self, key: LeafKey) -> Result<bool, StoreFault> {
        let count: i64 = sqlx::query_scalar(
            "SELECT COUNT(*) FROM log_known WHERE kind = $1 AND digest = $2 AND idx IS NULL",
        )
        .bind(int(key.kind))
        .bind(digest(key.digest))
        .fetch_one(self.sql())
        .await
        .map_err(fault)?;
        Ok(count == 1)
    }

    async fn fits(&mut self, batch: &LogBatch) -> Result<bool, StoreFault> {
        let mut distinct = batch.leaves.clone();
        distinct.sort();
        distinct.dedup();
        if distinct.len() != batch.leaves.len() || batch.from + batch.leaves.len() as u64 != batch.head.size {
            return Ok(false);
        }
        for key in &batch.leaves {
            if !self.is_staged(*key).await? {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

#[async_trait]
impl Log for SqlTx {
    async fn stage(&mut self, leaf: &Leaf) -> Result<Put, StoreFault> {
        let written = sqlx::query(
            "INSERT INTO log_known (kind, digest, salt, leaf_digest, staged) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (kind, digest) DO NOTHING",
        )
        .bind(int(leaf.key.kind))
        .bind(digest(leaf.key.digest))
        .bind(leaf.salt.map(|salt| salt.to_vec()))
        .bind(digest(Digest::of(&leaf.bytes)))
        .bind(leaf.bytes.clone())
        .execute(self.sql())
        .await
        .map_err(fault)?;
        Ok(if written.rows_affected() == 1 { Put::Recorded } else { Put::Already })
    }

    async fn staged(&mut self, limit: u32) -> Result<Vec<Leaf>, StoreFault> {
        let rows = sqlx::query(
            "SELECT kind, digest, salt, staged FROM log_known WHERE idx IS NULL ORDER BY leaf_digest LIMIT $1",
        )
        .bind(int(limit))
        .fetch_all(self.sql())
        .await
        .map_err(fault)?;
        rows.iter().map(leaf).collect()
    }

    async fn append(&mut self, batch: &LogBatch) -> Result<(), LogMoved> {
        let size = self.head().await?.map_or(0, |head| head.size);
        if size != batch.from {
            return Err(LogMoved::To { size });
        }
        if !self.fits(batch).await? {
            return Err(LogMoved::NotStaged);
        }
        for (key, index) in batch.leaves.iter().zip(size..) {
            if !self.append_leaf(*key, index).await.map_err(fault)? {
                return Err(StoreFault::Damaged { table: "log_known" }.into());
            }
        }
        for one in &batch.hashes {
            sqlx::query(
                "INSERT INTO log_hashes (level, n, hash) VALUES ($1, $2, $3)
                 ON CONFLICT (level, n) DO UPDATE SET hash = excluded.hash",
            )
            .bind(int(one.level))
            .bind(int(one.n))
            .bind(blob(&one.hash))
            .execute(self.sql())
            .await
            .map_err(fault)?;
        }
        sqlx::query(
            "INSERT INTO log_head (id, size, root, note) VALUES (1, $1, $2, $3)
             ON CONFLICT (id) DO UPDATE SET size = excluded.size, root = excluded.root, note = excluded.note",
        )
        .bind(int(batch.head.size))
        .bind(blob(&batch.head.root))
        .bind(batch.head.note.clone())
        .execute(self.sql())
        .await
        .map_err(fault)?;
        Ok(())
    }

    async fn head(&mut self) -> Result<Option<LogHead>, StoreFault> {
        let row = sqlx::query("SELECT size, root, note FROM log_head WHERE id = 1")
            .fetch_optional(self.sql())
            .await
            .map_err(fault)?;
        let Some(row) = &row else { return Ok(None) };
        let row = Read::of("log_head", row);
        Ok(Some(LogHead { size: row.number(0)?, root: row.array(1)?, note: row.bytes(2)? }))
    }

    async fn find(&mut self, key: LeafKey) -> Result<Option<Logged>, StoreFault> {
        let row = sqlx::query(
            "SELECT k.kind, k.digest, k.salt, COALESCE(k.staged, l.bytes), k.idx FROM log_known k
             LEFT JOIN log_leaves l ON l.idx = k.idx WHERE k.kind = $1 AND k.digest = $2",
        )
        .bind(int(key.kind))
        .bind(digest(key.digest))
        .fetch_optional(self.sql())
        .await
        .map_err(fault)?;
        let Some(row) = &row else { return Ok(None) };
        Ok(Some(Logged { index: Read::of("log_known", row).maybe_number(4)?, leaf: leaf(row)? }))
    }

    async fn leaves(&mut self, first: u64, count: u32) -> Result<Vec<Vec<u8>>, StoreFault> {
        sqlx::query_scalar("SELECT bytes FROM log_leaves WHERE idx >= $1 ORDER BY idx LIMIT $2")
            .bind(int(first))
            .bind(int(count))
            .fetch_all(self.sql())
            .await
            .map_err(fault)
    }

    async fn hashes(&mut self, level: u8, first: u64, count: u32) -> Result<Vec<[u8; 32]>, StoreFault> {
        let rows =
            sqlx::query("SELECT hash FROM log_hashes WHERE level = $1 AND n >= $2 ORDER BY n LIMIT $3")
                .bind(int(level))
                .bind(int(first))
                .bind(int(count))
                .fetch_all(self.sql())
                .await
                .map_err(fault)?;
        rows.iter().map(|row| Read::of("log_hashes", row).array(0)).collect()
    }

    async fn forget(&mut self, key: LeafKey) -> Result<bool, StoreFault> {
        let forgotten = sqlx::query(
            "DELETE FROM log_known WHERE kind = $1 AND digest = $2 AND salt IS NOT NULL AND idx IS NOT NULL",
        )
        .bind(int(key.kind))
        .bind(digest(key.digest))
        .execute(self.sql())
        .await
        .map_err(fault)?;
        Ok(forgotten.rows_affected() == 1)
    }
}
