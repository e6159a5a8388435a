//! One market per database.
//!
//! The market holds a lock that ends with its process: on SQLite the lock of a file beside the database, on PostgreSQL an
//! advisory lock of a connection kept for that alone. Whoever got the lock counts the generation in table `lease` up, and
//! every writing transaction compares it: so a market whose connection broke, and that was replaced meanwhile, can no
//! longer write.

use crate::engine::NotOpened;
use crate::place::DatabasePlace;
use sqlx::{AnyConnection, Connection as _};
use std::fs::{File, TryLockError};
use std::sync::Mutex;
use std::time::Duration;

/// PostgreSQL lets go of a killed market's lock when it notices, which takes a moment; so we ask this often.
const ATTEMPTS: u32 = 30;
const PAUSE: Duration = Duration::from_millis(100);

/// `tacit` in ASCII: the number of the advisory lock.
const LOCK_NUMBER: i64 = 0x74_61_63_69_74;

/// Held as long as the market runs; dropping it lets go.
#[derive(Debug)]
pub(crate) enum Held {
    File { _lock: File },
    Connection { _lock: Mutex<AnyConnection> },
}

impl Held {
    pub(crate) async fn take(place: &DatabasePlace) -> Result<Self, NotOpened> {
        for attempt in 0..ATTEMPTS {
            if attempt > 0 {
                tokio::time::sleep(PAUSE).await;
            }
            if let Some(held) = Self::try_take(place).await? {
                return Ok(held);
            }
        }
        Err(NotOpened::InUse { place: place.clone() })
    }

    async fn try_take(place: &DatabasePlace) -> Result<Option<Self>, NotOpened> {
        let unreachable = |cause| NotOpened::Unreachable { place: place.clone(), cause };
        match place {
            DatabasePlace::File(path) => {
                let mut beside = path.clone().into_os_string();
                beside.push(".lock");
                let file = File::options().create(true).truncate(false).write(true).open(beside);
                let file = file.map_err(|cause| unreachable(cause.into()))?;
                match file.try_lock() {
                    Ok(()) => Ok(Some(Self::File { _lock: file })),
                    Err(TryLockError::WouldBlock) => Ok(None),
                    Err(TryLockError::Error(cause)) => Err(unreachable(cause.into())),
                }
            }
            DatabasePlace::Postgres(url) => {
                sqlx::any::install_default_drivers();
                let mut connection = AnyConnection::connect(url).await.map_err(unreachable)?;
                let taken: i64 = sqlx::query_scalar(
                    "SELECT CASE WHEN pg_try_advisory_lock($1) THEN CAST(1 AS BIGINT) ELSE CAST(0 AS BIGINT) END",
                )
                .bind(LOCK_NUMBER)
                .fetch_one(&mut connection)
                .await
                .map_err(unreachable)?;
                Ok((taken == 1).then(|| Self::Connection { _lock: Mutex::new(connection) }))
            }
        }
    }
}
