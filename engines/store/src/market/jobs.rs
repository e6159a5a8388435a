//! The durable list of work.

use super::SqlTx;
use crate::fault::fault;
use crate::row::{Read, int, time};
use async_trait::async_trait;
use sqlx::any::AnyRow;
use std::time::Duration;
use tacit_ports::market::{Job, JobState, Jobs, Leased, Put, StoreFault, Waiting};
use tacit_values::Timestamp;

/// PostgreSQL keeps no zero character in a text.
fn plain(reason: &str) -> String {
    reason.replace('\0', " ")
}

fn job(row: &AnyRow) -> Result<Job, StoreFault> {
    let row = Read::of("jobs", row);
    Ok(Job { key: row.text(0)?, kind: row.text(1)?, body: row.bytes(2)?, due: row.time(3)? })
}

fn waiting(row: &AnyRow) -> Result<Waiting, StoreFault> {
    let read = Read::of("jobs", row);
    let state = if read.flag(5)? { JobState::Leased } else { JobState::Waits };
    Ok(Waiting { job: job(row)?, attempts: read.small(4)?, state, reason: read.text(6)? })
}

#[async_trait]
impl Jobs for SqlTx {
    async fn enqueue(&mut self, job: &Job) -> Result<Put, StoreFault> {
        let written = sqlx::query(
            "INSERT INTO jobs (key, kind, body, due, attempts, leased, ticket, reason)
             VALUES ($1, $2, $3, $4, 0, 0, 0, '') ON CONFLICT (key) DO NOTHING",
        )
        .bind(job.key.clone())
        .bind(job.kind.clone())
        .bind(job.body.clone())
        .bind(time(job.due))
        .execute(self.sql())
        .await
        .map_err(fault)?;
        Ok(if written.rows_affected() == 1 { Put::Recorded } else { Put::Already })
    }

    async fn lease(
        &mut self,
        now: Timestamp,
        lease: Duration,
        limit: u32,
    ) -> Result<Vec<Leased>, StoreFault> {
        let rows = sqlx::query(
            "SELECT key, kind, body, due, attempts FROM jobs WHERE due <= $1 ORDER BY due, key LIMIT $2",
        )
        .bind(time(now))
        .bind(int(limit))
        .fetch_all(self.sql())
        .await
        .map_err(fault)?;
        let mut taken = Vec::with_capacity(rows.len());
        for row in &rows {
            let attempt = Read::of("jobs", row).small(4)?.saturating_add(1);
            let job = Job { due: now.plus(lease), ..job(row)? };
            let ticket = self.count_up("tickets").await?;
            sqlx::query("UPDATE jobs SET due = $2, attempts = $3, leased = 1, ticket = $4 WHERE key = $1")
                .bind(job.key.clone())
                .bind(time(job.due))
                .bind(int(attempt))
                .bind(ticket)
                .execute(self.sql())
                .await
                .map_err(fault)?;
            taken.push(Leased { job, attempt, ticket: ticket.unsigned_abs() });
        }
        Ok(taken)
    }

    async fn complete(&mut self, leased: &Leased) -> Result<bool, StoreFault> {
        let removed = sqlx::query("DELETE FROM jobs WHERE key = $1 AND ticket = $2 AND leased = 1")
            .bind(leased.job.key.clone())
            .bind(int(leased.ticket))
            .execute(self.sql())
            .await
            .map_err(fault)?;
        Ok(removed.rows_affected() == 1)
    }

    async fn retry(&mut self, leased: &Leased, due: Timestamp, reason: &str) -> Result<bool, StoreFault> {
        let given_back = sqlx::query(
            "UPDATE jobs SET due = $3, leased = 0, reason = $4 WHERE key = $1 AND ticket = $2 AND leased = 1",
        )
        .bind(leased.job.key.clone())
        .bind(int(leased.ticket))
        .bind(time(due))
        .bind(plain(reason))
        .execute(self.sql())
        .await
        .map_err(fault)?;
        Ok(given_back.rows_affected() == 1)
    }

    async fn next_due(&mut self) -> Result<Option<Timestamp>, StoreFault> {
        let row = sqlx::query("SELECT due FROM jobs ORDER BY due LIMIT 1")
            .fetch_optional(self.sql())
            .await
            .map_err(fault)?;
        row.as_ref().map(|row| Read::of("jobs", row).time(0)).transpose()
    }

    async fn stuck(&mut self, attempts: u32, limit: u32) -> Result<Vec<Waiting>, StoreFault> {
        let rows = sqlx::query(
            "SELECT key, kind, body, due, attempts, leased, reason FROM jobs WHERE attempts >= $1
             ORDER BY attempts DESC, key LIMIT $2",
        )
        .bind(int(attempts))
        .bind(int(limit))
        .fetch_all(self.sql())
        .await
        .map_err(fault)?;
        rows.iter().map(waiting).collect()
    }
}
