//! [`MarketDb`]: the market's store over both engines.

mod charter;
mod epochs;
mod figures;
mod jobs;
mod ledger;
mod listings;
mod log;
mod mail;
mod manifests;
mod nonces;
mod orders;
mod retention;
mod uploads;

use crate::engine::{Engine, NotOpened, migrator};
use crate::fault::fault;
use crate::lease::Held;
use crate::place::DatabasePlace;
use async_trait::async_trait;
use sqlx::migrate::Migrator;
use sqlx::{Any, AnyConnection, Transaction};
use std::sync::Arc;
use tacit_ports::market::{
    Charter, Epochs, Figures, Jobs, Ledger, Listings, Log, Mail, Manifests, MarketStore, MarketTx, Nonces,
    Orders, Retention, SelfLetters, StoreFault, Uploads,
};

/// The market's database. Clones share connections and lease.
#[derive(Clone, Debug)]
pub struct MarketDb {
    engine: Engine,
    lease: Option<Arc<Lease>>,
}

#[derive(Debug)]
struct Lease {
    generation: i64,
    _held: Held,
}

/// The steps that made the tables, in order. A step that was published is never edited; a change is a new step.
pub(crate) fn migrations() -> Migrator {
    migrator(&[
        (1, "market", include_str!("../../migrations/market/0001_market.sql")),
        (2, "where personas lie", include_str!("../../migrations/market/0002_where_personas_lie.sql")),
        (3, "manifests of a day", include_str!("../../migrations/market/0003_manifests_of_a_day.sql")),
        (4, "pages", include_str!("../../migrations/market/0004_pages.sql")),
        (5, "bounds of the relay", include_str!("../../migrations/market/0005_bounds_of_the_relay.sql")),
        (6, "one listing by its id", include_str!("../../migrations/market/0006_one_listing_by_its_id.sql")),
    ])
}

impl MarketDb {
    /// Opens the database for the market itself: takes the lease (waiting a few seconds for one that is just ending),
    /// connects, makes or updates the tables. Repeating after a crash is harmless.
    pub async fn open(place: &DatabasePlace) -> Result<Self, NotOpened> {
        let held = Held::take(place).await?;
        let engine = Engine::open(place, &migrations()).await?;
        let unreachable = |cause| NotOpened::Unreachable { place: place.clone(), cause };
        let generation = take_over(&engine).await.map_err(unreachable)?;
        let lease = Some(Arc::new(Lease { generation, _held: held }));
        Ok(Self { engine, lease })
    }

    /// Opens the database beside a market that may be running, for an operator's command. Its writing transactions take
    /// their turn with the market's.
    pub async fn visit(place: &DatabasePlace) -> Result<Self, NotOpened> {
        Ok(Self { engine: Engine::open(place, &migrations()).await?, lease: None })
    }

    /// Ends all connections; afterwards every transaction fails. The lease ends when the last clone is dropped.
    pub async fn close(&self) {
        self.engine.close().await;
    }
}

/// Counts the generation up, so that whoever held the database before can write no more.
async fn take_over(engine: &Engine) -> Result<i64, sqlx::Error> {
    let (mut tx, generation) =
        engine.begin().await.map_err(|fault| sqlx::Error::Configuration(Box::new(fault)))?;
    sqlx::query("UPDATE lease SET generation = $1 WHERE id = 1")
        .bind(generation + 1)
        .execute(&mut *tx)
        .await?;
    tx.commit().await?;
    Ok(generation + 1)
}

#[async_trait]
impl MarketStore for MarketDb {
    async fn begin(&self) -> Result<Box<dyn MarketTx>, StoreFault> {
        let (tx, generation) = self.engine.begin().await?;
        if self.lease.as_ref().is_some_and(|lease| lease.generation != generation) {
            return Err(StoreFault::TakenOver);
        }
        Ok(Box::new(SqlTx { tx }))
    }

    async fn read(&self) -> Result<Box<dyn MarketTx>, StoreFault> {
        Ok(Box::new(SqlTx { tx: self.engine.read().await? }))
    }
}

/// One transaction; the port's parts are implemented on it, each in its own file.
struct SqlTx {
    tx: Transaction<'static, Any>,
}

impl SqlTx {
    fn sql(&mut self) -> &mut AnyConnection {
        &mut self.tx
    }

    /// The next value of a counter: grows for ever, whatever is deleted.
    async fn count_up(&mut self, name: &'static str) -> Result<i64, StoreFault> {
        sqlx::query_scalar("UPDATE counters SET value = value + 1 WHERE name = $1 RETURNING value")
            .bind(name)
            .fetch_one(self.sql())
            .await
            .map_err(fault)
    }
}

#[async_trait]
impl MarketTx for SqlTx {
    fn charter(&mut self) -> &mut dyn Charter {
        self
    }
    fn listings(&mut self) -> &mut dyn Listings {
        self
    }
    fn manifests(&mut self) -> &mut dyn Manifests {
        self
    }
    fn uploads(&mut self) -> &mut dyn Uploads {
        self
    }
    fn figures(&mut self) -> &mut dyn Figures {
        self
    }
    fn orders(&mut self) -> &mut dyn Orders {
        self
    }
    fn mail(&mut self) -> &mut dyn Mail {
        self
    }
    fn self_letters(&mut self) -> &mut dyn SelfLetters {
        self
    }
    fn ledger(&mut self) -> &mut dyn Ledger {
        self
    }
    fn epochs(&mut self) -> &mut dyn Epochs {
        self
    }
    fn log(&mut self) -> &mut dyn Log {
        self
    }
    fn jobs(&mut self) -> &mut dyn Jobs {
        self
    }
    fn nonces(&mut self) -> &mut dyn Nonces {
        self
    }
    fn retention(&mut self) -> &mut dyn Retention {
        self
    }

    async fn commit(self: Box<Self>) -> Result<(), StoreFault> {
        self.tx.commit().await.map_err(fault)
    }
}

#[cfg(test)]
mod tests;
