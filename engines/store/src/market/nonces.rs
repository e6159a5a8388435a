//! Nonces of signed requests.

use super::SqlTx;
use crate::fault::fault;
use crate::row::time;
use async_trait::async_trait;
use tacit_ports::market::{Nonces, StoreFault};
use tacit_values::{Persona, Timestamp};

#[async_trait]
impl Nonces for SqlTx {
    async fn remember(
        &mut self,
        persona: &Persona,
        nonce: &str,
        expires: Timestamp,
    ) -> Result<bool, StoreFault> {
        let written = sqlx::query(
            "INSERT INTO nonces (persona, nonce, expires) VALUES ($1, $2, $3) ON CONFLICT (persona, nonce) DO NOTHING",
        )
        .bind(persona.to_string())
        .bind(nonce.as_bytes().to_vec())
        .bind(time(expires))
        .execute(self.sql())
        .await
        .map_err(fault)?;
        Ok(written.rows_affected() == 1)
    }

    async fn remembered(&mut self) -> Result<u64, StoreFault> {
        let count: i64 =
            sqlx::query_scalar("SELECT COUNT(*) FROM nonces").fetch_one(self.sql()).await.map_err(fault)?;
        Ok(count.unsigned_abs())
    }
}
