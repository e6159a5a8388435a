//! Sealed records on SQLite.

use super::{SqliteDesk, unavailable};
use async_trait::async_trait;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, Sqlite, Transaction};
use tacit_ports::desk::{
    DeskRecords, DeskStoreFailed, Guard, RecordBatch, RecordChange, RecordPlace, SealedRecord, ShelfTag,
    Written,
};

#[async_trait]
impl DeskRecords for SqliteDesk {
    async fn record(&self, place: RecordPlace) -> Result<Option<SealedRecord>, DeskStoreFailed> {
        let row =
            sqlx::query("SELECT shelf, place, version, sealed FROM records WHERE shelf = $1 AND place = $2")
                .bind(&place.shelf.0[..])
                .bind(&place.key[..])
                .fetch_optional(&self.pool)
                .await
                .map_err(unavailable)?;
        row.as_ref().map(record).transpose()
    }

    async fn shelf(&self, shelf: ShelfTag) -> Result<Vec<SealedRecord>, DeskStoreFailed> {
        let rows =
            sqlx::query("SELECT shelf, place, version, sealed FROM records WHERE shelf = $1 ORDER BY place")
                .bind(&shelf.0[..])
                .fetch_all(&self.pool)
                .await
                .map_err(unavailable)?;
        rows.iter().map(record).collect()
    }

    async fn everything(&self) -> Result<Vec<SealedRecord>, DeskStoreFailed> {
        let rows = sqlx::query("SELECT shelf, place, version, sealed FROM records ORDER BY shelf, place")
            .fetch_all(&self.pool)
            .await
            .map_err(unavailable)?;
        rows.iter().map(record).collect()
    }

    async fn write(&self, batch: RecordBatch) -> Result<Written, DeskStoreFailed> {
        let mut step = self.pool.begin_with("BEGIN IMMEDIATE").await.map_err(unavailable)?;
        for guard in &batch.guards {
            if !holds(&mut step, guard).await? {
                step.rollback().await.map_err(unavailable)?;
                return Ok(Written::Stale);
            }
        }
        for change in &batch.changes {
            match change {
                RecordChange::Put { place, sealed } => put(&mut step, place, sealed).await?,
                RecordChange::Remove { place } => remove(&mut step, place).await?,
            }
        }
        step.commit().await.map_err(unavailable)?;
        Ok(Written::Done)
    }
}

async fn holds(step: &mut Transaction<'_, Sqlite>, guard: &Guard) -> Result<bool, DeskStoreFailed> {
    let found: Option<i64> =
        sqlx::query_scalar("SELECT version FROM records WHERE shelf = $1 AND place = $2")
            .bind(&guard.place.shelf.0[..])
            .bind(&guard.place.key[..])
            .fetch_optional(&mut **step)
            .await
            .map_err(unavailable)?;
    Ok(found.map(version).transpose()? == guard.version)
}

async fn put(
    step: &mut Transaction<'_, Sqlite>,
    place: &RecordPlace,
    sealed: &[u8],
) -> Result<(), DeskStoreFailed> {
    let version: i64 = sqlx::query_scalar("UPDATE versions SET last = last + 1 WHERE one = 1 RETURNING last")
        .fetch_one(&mut **step)
        .await
        .map_err(unavailable)?;
    sqlx::query(
        "INSERT INTO records (shelf, place, version, sealed) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (shelf, place) DO UPDATE SET version = excluded.version, sealed = excluded.sealed",
    )
    .bind(&place.shelf.0[..])
    .bind(&place.key[..])
    .bind(version)
    .bind(sealed)
    .execute(&mut **step)
    .await
    .map_err(unavailable)?;
    Ok(())
}

async fn remove(step: &mut Transaction<'_, Sqlite>, place: &RecordPlace) -> Result<(), DeskStoreFailed> {
    sqlx::query("DELETE FROM records WHERE shelf = $1 AND place = $2")
        .bind(&place.shelf.0[..])
        .bind(&place.key[..])
        .execute(&mut **step)
        .await
        .map_err(unavailable)?;
    Ok(())
}

fn record(row: &SqliteRow) -> Result<SealedRecord, DeskStoreFailed> {
    let shelf: &[u8] = row.try_get("shelf").map_err(unavailable)?;
    let key: &[u8] = row.try_get("place").map_err(unavailable)?;
    let damaged = |_| DeskStoreFailed::Damaged { what: "the place of a record" };
    let place = RecordPlace {
        shelf: ShelfTag(shelf.try_into().map_err(damaged)?),
        key: key.try_into().map_err(damaged)?,
    };
    let version = version(row.try_get("version").map_err(unavailable)?)?;
    Ok(SealedRecord { place, version, sealed: row.try_get("sealed").map_err(unavailable)? })
}

fn version(stored: i64) -> Result<u64, DeskStoreFailed> {
    u64::try_from(stored).map_err(|_| DeskStoreFailed::Damaged { what: "the version of a record" })
}
