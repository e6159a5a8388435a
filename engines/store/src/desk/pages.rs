//! The mirror's public pages on SQLite.

use super::{SqliteDesk, unavailable};
use async_trait::async_trait;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;
use tacit_ports::desk::{DeskMirror, DeskStoreFailed, PublicPage, PublicShelf};

#[async_trait]
impl DeskMirror for SqliteDesk {
    async fn keep(&self, pages: Vec<PublicPage>) -> Result<(), DeskStoreFailed> {
        let mut step = self.pool.begin_with("BEGIN IMMEDIATE").await.map_err(unavailable)?;
        for page in pages {
            sqlx::query(
                "INSERT INTO pages (shelf, series, number, bytes) VALUES ($1, $2, $3, $4) \
                 ON CONFLICT (shelf, series, number) DO UPDATE SET bytes = excluded.bytes",
            )
            .bind(page.shelf.name())
            .bind(page.series)
            .bind(stored_number(page.number)?)
            .bind(page.bytes)
            .execute(&mut *step)
            .await
            .map_err(unavailable)?;
        }
        step.commit().await.map_err(unavailable)
    }

    async fn page(
        &self,
        shelf: PublicShelf,
        series: &str,
        number: u64,
    ) -> Result<Option<PublicPage>, DeskStoreFailed> {
        let Ok(number) = stored_number(number) else { return Ok(None) };
        let row = sqlx::query(
            "SELECT series, number, bytes FROM pages WHERE shelf = $1 AND series = $2 AND number = $3",
        )
        .bind(shelf.name())
        .bind(series)
        .bind(number)
        .fetch_optional(&self.pool)
        .await
        .map_err(unavailable)?;
        row.as_ref().map(|row| page(shelf, row)).transpose()
    }

    async fn pages(
        &self,
        shelf: PublicShelf,
        series: &str,
        from: u64,
        limit: usize,
    ) -> Result<Vec<PublicPage>, DeskStoreFailed> {
        let Ok(from) = stored_number(from) else { return Ok(Vec::new()) };
        let rows = sqlx::query(
            "SELECT series, number, bytes FROM pages WHERE shelf = $1 AND series = $2 AND number >= $3 \
             ORDER BY number LIMIT $4",
        )
        .bind(shelf.name())
        .bind(series)
        .bind(from)
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .fetch_all(&self.pool)
        .await
        .map_err(unavailable)?;
        rows.iter().map(|row| page(shelf, row)).collect()
    }

    async fn newest(&self, shelf: PublicShelf) -> Result<Vec<PublicPage>, DeskStoreFailed> {
        let rows = sqlx::query(
            "SELECT p.series, p.number, p.bytes FROM pages p \
             JOIN (SELECT series, MAX(number) AS number FROM pages WHERE shelf = $1 GROUP BY series) n \
             ON p.series = n.series AND p.number = n.number WHERE p.shelf = $1 ORDER BY p.series",
        )
        .bind(shelf.name())
        .fetch_all(&self.pool)
        .await
        .map_err(unavailable)?;
        rows.iter().map(|row| page(shelf, row)).collect()
    }

    async fn forget(&self, shelf: PublicShelf) -> Result<(), DeskStoreFailed> {
        let forgotten =
            sqlx::query("DELETE FROM pages WHERE shelf = $1").bind(shelf.name()).execute(&self.pool);
        forgotten.await.map(|_| ()).map_err(unavailable)
    }
}

fn page(shelf: PublicShelf, row: &SqliteRow) -> Result<PublicPage, DeskStoreFailed> {
    let number: i64 = row.try_get("number").map_err(unavailable)?;
    Ok(PublicPage {
        shelf,
        series: row.try_get("series").map_err(unavailable)?,
        number: u64::try_from(number)
            .map_err(|_| DeskStoreFailed::Damaged { what: "the number of a page" })?,
        bytes: row.try_get("bytes").map_err(unavailable)?,
    })
}

fn stored_number(number: u64) -> Result<i64, DeskStoreFailed> {
    i64::try_from(number).map_err(|_| DeskStoreFailed::Damaged { what: "a page's number beyond 2^63 - 1" })
}
