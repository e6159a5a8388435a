//! The one place where SQLite and PostgreSQL differ: connections, how a writing transaction begins, and migrations.
//!
//! Both engines give one writer and several readers. A writing transaction takes the row of `lease` first: SQLite by
//! `BEGIN IMMEDIATE`, PostgreSQL by `FOR UPDATE`. So writers run one after another, even those of an operator's command
//! beside the market, and "read, decide, write" needs no further lock.

use crate::fault::fault;
use crate::place::DatabasePlace;
use sqlx::any::AnyPoolOptions;
use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};
use sqlx::{Any, AnyPool, AssertSqlSafe, SqlSafeStr, Transaction};
use std::path::Path;
use std::time::Duration;
use tacit_ports::market::StoreFault;

const READERS: u32 = 4;
const PATIENCE: Duration = Duration::from_secs(30);

/// Why the market's database was not opened.
#[derive(Debug, thiserror::Error)]
pub enum NotOpened {
    /// It cannot be reached.
    #[error("the database {place} cannot be opened; see that it exists, runs and may be written")]
    Unreachable {
        /// Where it should be.
        place: DatabasePlace,
        /// What the engine said.
        #[source]
        cause: sqlx::Error,
    },
    /// The path cannot be written as an address.
    #[error("the path of the database is not valid UTF-8; choose another folder")]
    PathNotText,
    /// Another market uses it.
    #[error("another market is running on {place}; stop it first, or give this one a database of its own")]
    InUse {
        /// Where it is.
        place: DatabasePlace,
    },
    /// Its tables were made by a newer version, or changed by hand.
    #[error(
        "the tables in {place} do not fit this version of tacit; use the version that made them, or a newer one"
    )]
    OtherTables {
        /// Where they are.
        place: DatabasePlace,
        /// What does not fit.
        #[source]
        cause: MigrateError,
    },
}

/// Which engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Sqlite,
    Postgres,
}

/// The pools of one database.
#[derive(Clone, Debug)]
pub(crate) struct Engine {
    kind: Kind,
    writer: AnyPool,
    readers: AnyPool,
}

impl Engine {
    /// Connects and brings the tables up to date. Repeating is harmless.
    pub(crate) async fn open(place: &DatabasePlace, migrations: &Migrator) -> Result<Self, NotOpened> {
        sqlx::any::install_default_drivers();
        let unreachable = |cause| NotOpened::Unreachable { place: place.clone(), cause };
        let (kind, url) = match place {
            DatabasePlace::File(path) => (Kind::Sqlite, sqlite_url(path)?),
            DatabasePlace::Postgres(url) => (Kind::Postgres, url.clone()),
        };
        let writer = pool(kind, 1, true).connect(&url).await.map_err(unreachable)?;
        migrations
            .run(&writer)
            .await
            .map_err(|cause| NotOpened::OtherTables { place: place.clone(), cause })?;
        let readers = pool(kind, READERS, false).connect(&url).await.map_err(unreachable)?;
        Ok(Self { kind, writer, readers })
    }

    /// Begins the one writing transaction and says the generation of the lease that it found.
    pub(crate) async fn begin(&self) -> Result<(Transaction<'static, Any>, i64), StoreFault> {
        let (begin, take) = match self.kind {
            Kind::Sqlite => ("BEGIN IMMEDIATE", "SELECT generation FROM lease WHERE id = 1"),
            Kind::Postgres => ("BEGIN", "SELECT generation FROM lease WHERE id = 1 FOR UPDATE"),
        };
        let mut tx = self.writer.begin_with(begin).await.map_err(fault)?;
        let generation: i64 = sqlx::query_scalar(take).fetch_one(&mut *tx).await.map_err(fault)?;
        Ok((tx, generation))
    }

    /// Begins a view of one moment that can only be read.
    pub(crate) async fn read(&self) -> Result<Transaction<'static, Any>, StoreFault> {
        let begin = match self.kind {
            Kind::Sqlite => "BEGIN DEFERRED",
            Kind::Postgres => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        };
        self.readers.begin_with(begin).await.map_err(fault)
    }

    pub(crate) async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }
}

fn pool(kind: Kind, connections: u32, writes: bool) -> AnyPoolOptions {
    let pool =
        AnyPoolOptions::new().max_connections(connections).min_connections(1).acquire_timeout(PATIENCE);
    // A connection that is new to the file keeps none of these settings, so each gets them all. `synchronous` is FULL
    // because the ledger's commits are money; `secure_delete` because what is forgotten must not lie in free pages.
    let settings: &[&'static str] = match (kind, writes) {
        (Kind::Postgres, true) => &["SET synchronous_commit = on"],
        (Kind::Postgres, false) => &[],
        (Kind::Sqlite, true) => &[
            "PRAGMA busy_timeout = 20000",
            "PRAGMA journal_mode = WAL",
            "PRAGMA synchronous = FULL",
            "PRAGMA secure_delete = ON",
            "PRAGMA foreign_keys = ON",
        ],
        (Kind::Sqlite, false) => &["PRAGMA busy_timeout = 20000", "PRAGMA query_only = ON"],
    };
    pool.after_connect(move |connection, _| {
        Box::pin(async move {
            for setting in settings {
                sqlx::query(*setting).execute(&mut *connection).await?;
            }
            Ok(())
        })
    })
}

/// The address of a file, with everything escaped that has a meaning in an address.
fn sqlite_url(path: &Path) -> Result<String, NotOpened> {
    let path = path.to_str().ok_or(NotOpened::PathNotText)?;
    let mut url = String::from("sqlite://");
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'-' | b'_' => url.push(char::from(byte)),
            _ => url.push_str(&format!("%{byte:02X}")),
        }
    }
    url.push_str("?mode=rwc");
    Ok(url)
}

/// Migrations as they are embedded: number, name, text.
pub(crate) fn migrator(migrations: &[(i64, &'static str, &'static str)]) -> Migrator {
    let steps = migrations.iter().map(|(number, name, sql)| {
        Migration::new(
            *number,
            (*name).into(),
            MigrationType::Simple,
            AssertSqlSafe(*sql).into_sql_str(),
            false,
        )
    });
    Migrator::with_migrations(steps.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_with_signs_of_its_own_is_escaped() {
        let url = sqlite_url(Path::new("/tmp/50% off?/a#b.db")).unwrap();
        assert_eq!(url, "sqlite:///tmp/50%25%20off%3F/a%23b.db?mode=rwc");
    }
}
