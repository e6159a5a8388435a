//! Pools, their standing and accepted bundles.

use super::SqlTx;
use crate::fault::fault;
use crate::row::{Read, blob, digest, int};
use async_trait::async_trait;
use tacit_ports::market::{
    Accepted, Bundle, BundleRefused, Ledger, Pool, Put, Standing, StandingMoved, StoreFault,
};
use tacit_values::{Digest, Epoch};

impl SqlTx {
    /// What of a new bundle was seen before. Nothing can come in between: writers run one after another.
    async fn seen_of(&mut self, pool: Digest, bundle: &Bundle) -> Result<(), BundleRefused> {
        for (place, nullifier) in bundle.nullifiers.iter().enumerate() {
            if bundle.nullifiers[..place].contains(nullifier) {
                return Err(BundleRefused::Spent { nullifier: *nullifier });
            }
        }
        if let Some(nullifier) = self.spent(pool, &bundle.nullifiers).await? {
            return Err(BundleRefused::Spent { nullifier });
        }
        if self.tag_used(bundle.terms_tag).await? {
            return Err(BundleRefused::TagUsed);
        }
        let taken: i64 = sqlx::query_scalar(
            "SELECT COUNT(*) FROM bundles WHERE pool = $1 AND epoch = $2 AND position = $3",
        )
        .bind(digest(pool))
        .bind(int(bundle.epoch.0))
        .bind(int(bundle.position))
        .fetch_one(self.sql())
        .await
        .map_err(fault)?;
        if taken > 0 { Err(BundleRefused::PlaceTaken) } else { Ok(()) }
    }

    async fn write_bundle(&mut self, pool: Digest, bundle: &Bundle) -> Result<(), sqlx::Error> {
        for nullifier in &bundle.nullifiers {
            sqlx::query("INSERT INTO nullifiers (pool, nullifier) VALUES ($1, $2)")
                .bind(digest(pool))
                .bind(blob(nullifier))
                .execute(self.sql())
                .await?;
        }
        sqlx::query(
            "INSERT INTO bundles (digest, pool, epoch, position, terms_tag, answer) VALUES ($1, $2, $3, $4, $5, $6)",
        )
        .bind(digest(bundle.digest))
        .bind(digest(pool))
        .bind(int(bundle.epoch.0))
        .bind(int(bundle.position))
        .bind(blob(&bundle.terms_tag))
        .bind(bundle.answer.clone())
        .execute(self.sql())
        .await?;
        sqlx::query("INSERT INTO open_entries (pool, epoch, position, entry) VALUES ($1, $2, $3, $4)")
            .bind(digest(pool))
            .bind(int(bundle.epoch.0))
            .bind(int(bundle.position))
            .bind(bundle.entry.clone())
            .execute(self.sql())
            .await?;
        Ok(())
    }
}

#[async_trait]
impl Ledger for SqlTx {
    async fn found(&mut self, pool: &Pool) -> Result<Put, StoreFault> {
        let written = sqlx::query(
            "INSERT INTO pools (id, generation, currency, genesis) VALUES ($1, $2, $3, $4) ON CONFLICT (id) DO NOTHING",
        )
        .bind(digest(pool.id))
        .bind(int(pool.generation))
        .bind(pool.currency.clone())
        .bind(pool.genesis.clone())
        .execute(self.sql())
        .await
        .map_err(fault)?;
        Ok(if written.rows_affected() == 1 { Put::Recorded } else { Put::Already })
    }

    async fn pools(&mut self) -> Result<Vec<Pool>, StoreFault> {
        let rows = sqlx::query("SELECT id, generation, currency, genesis FROM pools")
            .fetch_all(self.sql())
            .await
            .map_err(fault)?;
        let pool = |row| {
            let row = Read::of("pools", row);
            Ok(Pool {
                id: row.digest(0)?,
                generation: row.small(1)?,
                currency: row.text(2)?,
                genesis: row.bytes(3)?,
            })
        };
        let mut pools: Vec<Pool> = rows.iter().map(pool).collect::<Result<_, StoreFault>>()?;
        pools.sort_by(|a, b| (&a.currency, a.generation).cmp(&(&b.currency, b.generation)));
        Ok(pools)
    }

    async fn standing(&mut self, pool: Digest) -> Result<Option<Standing>, StoreFault> {
        let row = sqlx::query(
            "SELECT revision, open_epoch, tree_size, frontier, turnstile FROM pools
             WHERE id = $1 AND revision IS NOT NULL",
        )
        .bind(digest(pool))
        .fetch_optional(self.sql())
        .await
        .map_err(fault)?;
        let Some(row) = &row else { return Ok(None) };
        let row = Read::of("pools", row);
        Ok(Some(Standing {
            revision: row.number(0)?,
            open: row.epoch(1)?,
            tree_size: row.number(2)?,
            frontier: row.bytes(3)?,
            turnstile: row.bytes(4)?,
        }))
    }

    async fn move_standing(&mut self, pool: Digest, next: &Standing) -> Result<(), StandingMoved> {
        let written = sqlx::query(
            "UPDATE pools SET revision = $2, open_epoch = $3, tree_size = $4, frontier = $5, turnstile = $6
             WHERE id = $1 AND COALESCE(revision, 0) = $2 - 1",
        )
        .bind(digest(pool))
        .bind(int(next.revision))
        .bind(int(next.open.0))
        .bind(int(next.tree_size))
        .bind(next.frontier.clone())
        .bind(next.turnstile.clone())
        .execute(self.sql())
        .await
        .map_err(fault)?;
        if written.rows_affected() == 1 {
            return Ok(());
        }
        let revision = self.standing(pool).await?.map(|standing| standing.revision);
        Err(StandingMoved::To { revision })
    }

    async fn accept(&mut self, pool: Digest, bundle: &Bundle) -> Result<Accepted, BundleRefused> {
        if let Some(answer) = self.answer(bundle.digest).await? {
            return Ok(Accepted::Before(answer));
        }
        self.seen_of(pool, bundle).await?;
        self.write_bundle(pool, bundle).await.map_err(fault)?;
        Ok(Accepted::Now)
    }

    async fn answer(&mut self, bundle: Digest) -> Result<Option<Vec<u8>>, StoreFault> {
        sqlx::query_scalar("SELECT answer FROM bundles WHERE digest = $1")
            .bind(digest(bundle))
            .fetch_optional(self.sql())
            .await
            .map_err(fault)
    }

    async fn spent(&mut self, pool: Digest, nullifiers: &[[u8; 32]]) -> Result<Option<[u8; 32]>, StoreFault> {
        for nullifier in nullifiers {
            let seen: i64 =
                sqlx::query_scalar("SELECT COUNT(*) FROM nullifiers WHERE pool = $1 AND nullifier = $2")
                    .bind(digest(pool))
                    .bind(blob(nullifier))
                    .fetch_one(self.sql())
                    .await
                    .map_err(fault)?;
            if seen > 0 {
                return Ok(Some(*nullifier));
            }
        }
        Ok(None)
    }

    async fn tag_used(&mut self, tag: [u8; 32]) -> Result<bool, StoreFault> {
        let count: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM bundles WHERE terms_tag = $1")
            .bind(blob(&tag))
            .fetch_one(self.sql())
            .await
            .map_err(fault)?;
        Ok(count > 0)
    }

    async fn entries(&mut self, pool: Digest, epoch: Epoch) -> Result<Vec<Vec<u8>>, StoreFault> {
        sqlx::query_scalar("SELECT entry FROM open_entries WHERE pool = $1 AND epoch = $2 ORDER BY position")
            .bind(digest(pool))
            .bind(int(epoch.0))
            .fetch_all(self.sql())
            .await
            .map_err(fault)
    }
}
