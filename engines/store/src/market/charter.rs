//! Facts fixed once.

use super::SqlTx;
use crate::fault::fault;
use async_trait::async_trait;
use tacit_ports::market::{Charter, StoreFault};

#[async_trait]
impl Charter for SqlTx {
    async fn fix(&mut self, name: &'static str, value: &[u8]) -> Result<Vec<u8>, StoreFault> {
        sqlx::query("INSERT INTO charter (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING")
            .bind(name)
            .bind(value.to_vec())
            .execute(self.sql())
            .await
            .map_err(fault)?;
        let stands = self.fact(name).await?;
        stands.ok_or(StoreFault::Damaged { table: "charter" })
    }

    async fn fact(&mut self, name: &'static str) -> Result<Option<Vec<u8>>, StoreFault> {
        sqlx::query_scalar("SELECT value FROM charter WHERE name = $1")
            .bind(name)
            .fetch_optional(self.sql())
            .await
            .map_err(fault)
    }
}
