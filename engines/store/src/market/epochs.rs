//! Closed epochs and their roots.

use super::SqlTx;
use crate::fault::fault;
use crate::row::{Read, blob, digest, int, time};
use async_trait::async_trait;
use sqlx::any::AnyRow;
use tacit_ports::market::{ClosedEpoch, EpochNotClosed, Epochs, Put, SEGMENT_EPOCHS, StoreFault};
use tacit_values::{Digest, Epoch, Timestamp};

fn closed(row: &AnyRow) -> Result<ClosedEpoch, StoreFault> {
    let row = Read::of("epochs", row);
    Ok(ClosedEpoch {
        epoch: row.epoch(0)?,
        at: row.time(1)?,
        root: row.array(2)?,
        tree_size: row.number(3)?,
        leaf: row.bytes(4)?,
        file: row.maybe_bytes(5)?,
    })
}

impl SqlTx {
    async fn write_epoch(&mut self, pool: Digest, new: &ClosedEpoch) -> Result<(), sqlx::Error> {
        sqlx::query(
            "INSERT INTO epochs (pool, epoch, at, root, tree_size, leaf, file) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(digest(pool))
        .bind(int(new.epoch.0))
        .bind(time(new.at))
        .bind(blob(&new.root))
        .bind(int(new.tree_size))
        .bind(new.leaf.clone())
        .bind(new.file.clone())
        .execute(self.sql())
        .await?;
        sqlx::query(
            "INSERT INTO roots (pool, root, epoch) VALUES ($1, $2, $3) ON CONFLICT (pool, root) DO NOTHING",
        )
        .bind(digest(pool))
        .bind(blob(&new.root))
        .bind(int(new.epoch.0))
        .execute(self.sql())
        .await?;
        sqlx::query("DELETE FROM open_entries WHERE pool = $1 AND epoch = $2")
            .bind(digest(pool))
            .bind(int(new.epoch.0))
            .execute(self.sql())
            .await?;
        Ok(())
    }
}

#[async_trait]
impl Epochs for SqlTx {
    async fn close(&mut self, pool: Digest, new: &ClosedEpoch) -> Result<Put, EpochNotClosed> {
        if let Some(stands) = Epochs::get(self, pool, new.epoch).await? {
            return if stands == *new { Ok(Put::Already) } else { Err(EpochNotClosed::Differs) };
        }
        if let Some(newest) = Epochs::newest(self, pool).await?
            && newest.epoch.next() != new.epoch
        {
            return Err(EpochNotClosed::Gap { expected: newest.epoch.next() });
        }
        self.write_epoch(pool, new).await.map_err(fault)?;
        Ok(Put::Recorded)
    }

    async fn get(&mut self, pool: Digest, epoch: Epoch) -> Result<Option<ClosedEpoch>, StoreFault> {
        let row = sqlx::query(
            "SELECT epoch, at, root, tree_size, leaf, file FROM epochs WHERE pool = $1 AND epoch = $2",
        )
        .bind(digest(pool))
        .bind(int(epoch.0))
        .fetch_optional(self.sql())
        .await
        .map_err(fault)?;
        row.as_ref().map(closed).transpose()
    }

    async fn newest(&mut self, pool: Digest) -> Result<Option<ClosedEpoch>, StoreFault> {
        let row = sqlx::query(
            "SELECT epoch, at, root, tree_size, leaf, file FROM epochs WHERE pool = $1 ORDER BY epoch DESC LIMIT 1",
        )
        .bind(digest(pool))
        .fetch_optional(self.sql())
        .await
        .map_err(fault)?;
        row.as_ref().map(closed).transpose()
    }

    async fn of_root(&mut self, pool: Digest, root: [u8; 32]) -> Result<Option<Epoch>, StoreFault> {
        let row = sqlx::query("SELECT epoch FROM roots WHERE pool = $1 AND root = $2")
            .bind(digest(pool))
            .bind(blob(&root))
            .fetch_optional(self.sql())
            .await
            .map_err(fault)?;
        row.as_ref().map(|row| Read::of("roots", row).epoch(0)).transpose()
    }

    async fn segment(&mut self, pool: Digest, n: u64) -> Result<Vec<ClosedEpoch>, StoreFault> {
        let Some(first) = n.checked_mul(SEGMENT_EPOCHS) else { return Ok(Vec::new()) };
        let rows = sqlx::query(
            "SELECT epoch, at, root, tree_size, leaf, file FROM epochs
             WHERE pool = $1 AND epoch BETWEEN $2 AND $3 ORDER BY epoch",
        )
        .bind(digest(pool))
        .bind(int(first))
        .bind(int(first.saturating_add(SEGMENT_EPOCHS - 1)))
        .fetch_all(self.sql())
        .await
        .map_err(fault)?;
        rows.iter().map(closed).collect()
    }

    async fn first_since(
        &mut self,
        pool: Digest,
        moment: Timestamp,
    ) -> Result<Option<ClosedEpoch>, StoreFault> {
        let row = sqlx::query(
            "SELECT epoch, at, root, tree_size, leaf, file FROM epochs WHERE pool = $1 AND at >= $2
             ORDER BY at, epoch LIMIT 1",
        )
        .bind(digest(pool))
        .bind(time(moment))
        .fetch_optional(self.sql())
        .await
        .map_err(fault)?;
        row.as_ref().map(closed).transpose()
    }
}
