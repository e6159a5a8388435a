//! A desk's store on SQLite: one file in the desk folder, its own migrations, several processes at a time.
//!
//! Private records arrive sealed; this engine never holds a key. Writers take SQLite's write lock at the beginning of
//! their transaction, so that guards and changes of a batch are one step for every terminal of the desk.

mod pages;
mod records;

use sqlx::SqlitePool;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use std::path::Path;
use std::time::Duration;
use tacit_ports::desk::DeskStoreFailed;

/// The steps from an empty file to the tables of today; the file's `user_version` says how many were taken.
const MIGRATIONS: &[&str] = &[include_str!("../../migrations/desk/0001_desk.sql")];

/// The desk's database.
#[derive(Debug, Clone)]
pub struct SqliteDesk {
    pool: SqlitePool,
}

impl SqliteDesk {
    /// Opens the database of a desk, making it when there is none.
    pub async fn open(file: &Path) -> Result<Self, DeskStoreFailed> {
        let options = SqliteConnectOptions::new()
            .filename(file)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(Duration::from_secs(20));
        let pool =
            SqlitePoolOptions::new().max_connections(3).connect_with(options).await.map_err(unavailable)?;
        let desk = Self { pool };
        desk.migrate().await?;
        Ok(desk)
    }

    /// Closes the file; what was written is on disk already.
    pub async fn close(self) {
        self.pool.close().await;
    }

    async fn migrate(&self) -> Result<(), DeskStoreFailed> {
        let mut step = self.pool.begin_with("BEGIN IMMEDIATE").await.map_err(unavailable)?;
        let taken: i64 =
            sqlx::query_scalar("PRAGMA user_version").fetch_one(&mut *step).await.map_err(unavailable)?;
        let taken = usize::try_from(taken).map_err(|_| DeskStoreFailed::Damaged { what: "its version" })?;
        if taken > MIGRATIONS.len() {
            return Err(DeskStoreFailed::Newer);
        }
        for migration in &MIGRATIONS[taken..] {
            sqlx::raw_sql(*migration).execute(&mut *step).await.map_err(unavailable)?;
        }
        if taken < MIGRATIONS.len() {
            let stamp = format!("PRAGMA user_version = {}", MIGRATIONS.len());
            // A PRAGMA takes no parameters; the text is a number of ours.
            sqlx::raw_sql(sqlx::AssertSqlSafe(stamp)).execute(&mut *step).await.map_err(unavailable)?;
        }
        step.commit().await.map_err(unavailable)
    }
}

fn unavailable(cause: sqlx::Error) -> DeskStoreFailed {
    DeskStoreFailed::Unavailable(Box::new(cause))
}

#[cfg(test)]
mod tests;
