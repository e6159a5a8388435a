//! Public figures.

use super::SqlTx;
use crate::fault::fault;
use crate::row::{Read, int, time};
use async_trait::async_trait;
use sqlx::any::AnyRow;
use tacit_ports::market::{Figures, StoreFault, StoredFigure};
use tacit_values::Timestamp;

fn figure(row: &AnyRow) -> Result<StoredFigure, StoreFault> {
    let row = Read::of("figures", row);
    Ok(StoredFigure { name: row.text(0)?, count: row.number(1)?, shown: row.bytes(2)?, due: row.time(3)? })
}

#[async_trait]
impl Figures for SqlTx {
    async fn get(&mut self, name: &str) -> Result<Option<StoredFigure>, StoreFault> {
        let row = sqlx::query("SELECT name, count, shown, due FROM figures WHERE name = $1")
            .bind(name.to_owned())
            .fetch_optional(self.sql())
            .await
            .map_err(fault)?;
        row.as_ref().map(figure).transpose()
    }

    async fn put(&mut self, new: &StoredFigure) -> Result<(), StoreFault> {
        sqlx::query(
            "INSERT INTO figures (name, count, shown, due) VALUES ($1, $2, $3, $4)
             ON CONFLICT (name) DO UPDATE SET count = excluded.count, shown = excluded.shown, due = excluded.due",
        )
        .bind(new.name.clone())
        .bind(int(new.count))
        .bind(new.shown.clone())
        .bind(time(new.due))
        .execute(self.sql())
        .await
        .map_err(fault)?;
        Ok(())
    }

    async fn due(&mut self, now: Timestamp, limit: u32) -> Result<Vec<StoredFigure>, StoreFault> {
        let rows = sqlx::query(
            "SELECT name, count, shown, due FROM figures WHERE due <= $1 ORDER BY due, name LIMIT $2",
        )
        .bind(time(now))
        .bind(int(limit))
        .fetch_all(self.sql())
        .await
        .map_err(fault)?;
        rows.iter().map(figure).collect()
    }
}
