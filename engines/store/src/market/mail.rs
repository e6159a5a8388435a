//! Mailboxes, buckets and the letters of desks to themselves.

use super::SqlTx;
use crate::fault::fault;
use crate::row::{Read, digest, int, time};
use async_trait::async_trait;
use tacit_ports::market::{
    Bucket, Letter, LetterRefused, MAILBOX_LIMIT, Mail, Page, Put, SelfLetters, StoreFault, spot,
};
use tacit_relay::Crowd;
use tacit_values::{Digest, Persona, Timestamp};

#[async_trait]
impl Mail for SqlTx {
    async fn deliver(
        &mut self,
        to: &Persona,
        bytes: &[u8],
        tick: u64,
        now: Timestamp,
    ) -> Result<Put, LetterRefused> {
        let mailbox = to.to_string();
        let named = Digest::of(bytes);
        let same: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM letters WHERE mailbox = $1 AND digest = $2")
            .bind(mailbox.clone())
            .bind(digest(named))
            .fetch_one(self.sql())
            .await
            .map_err(fault)?;
        if same > 0 {
            return Ok(Put::Already);
        }
        let waiting: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM letters WHERE mailbox = $1")
            .bind(mailbox.clone())
            .fetch_one(self.sql())
            .await
            .map_err(fault)?;
        if waiting >= int(MAILBOX_LIMIT) {
            return Err(LetterRefused::Full);
        }
        let number = self.count_up("letters").await?;
        sqlx::query(
            "INSERT INTO letters (number, mailbox, spot, tick, hour, arrived, digest, bytes)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(number)
        .bind(mailbox)
        .bind(int(spot(to)))
        .bind(int(tick))
        .bind(int(now.secs() / 3600))
        .bind(time(now))
        .bind(digest(named))
        .bind(bytes.to_vec())
        .execute(self.sql())
        .await
        .map_err(fault)?;
        Ok(Put::Recorded)
    }

    async fn waiting(
        &mut self,
        mailbox: &Persona,
        after: u64,
        limit: u32,
    ) -> Result<Vec<Letter>, StoreFault> {
        let rows = sqlx::query(
            "SELECT number, bytes FROM letters WHERE mailbox = $1 AND number > $2 ORDER BY number LIMIT $3",
        )
        .bind(mailbox.to_string())
        .bind(int(after))
        .bind(int(limit))
        .fetch_all(self.sql())
        .await
        .map_err(fault)?;
        rows.iter()
            .map(|row| {
                let row = Read::of("letters", row);
                Ok(Letter { number: row.number(0)?, bytes: row.bytes(1)? })
            })
            .collect()
    }

    async fn acknowledge(&mut self, mailbox: &Persona, numbers: &[u64]) -> Result<u64, StoreFault> {
        let mut removed = 0;
        for number in numbers {
            removed += sqlx::query("DELETE FROM letters WHERE number = $1 AND mailbox = $2")
                .bind(int(*number))
                .bind(mailbox.to_string())
                .execute(self.sql())
                .await
                .map_err(fault)?
                .rows_affected();
        }
        Ok(removed)
    }

    async fn tick(&mut self, bucket: Bucket, tick: u64, page: Page) -> Result<Vec<Vec<u8>>, StoreFault> {
        let sql = "SELECT bytes FROM letters WHERE tick = $1 AND spot BETWEEN $2 AND $3 AND digest > $4
                   ORDER BY digest LIMIT $5";
        self.page(sql, tick, bucket, page).await
    }

    async fn hour(&mut self, bucket: Bucket, hour: u64, page: Page) -> Result<Vec<Vec<u8>>, StoreFault> {
        let sql = "SELECT bytes FROM letters WHERE hour = $1 AND spot BETWEEN $2 AND $3 AND digest > $4
                   ORDER BY digest LIMIT $5";
        self.page(sql, hour, bucket, page).await
    }

    async fn waiting_of_hour(&mut self, bucket: Bucket, hour: u64) -> Result<u64, StoreFault> {
        let sql = "SELECT COUNT(*) FROM letters WHERE hour = $1 AND spot BETWEEN $2 AND $3";
        self.count_in(sql, hour, bucket).await
    }

    async fn seen(&mut self, persona: &Persona, now: Timestamp) -> Result<(), StoreFault> {
        sqlx::query(
            "INSERT INTO seen (persona, day, spot) VALUES ($1, $2, $3)
             ON CONFLICT (persona) DO UPDATE SET day = excluded.day WHERE seen.day < excluded.day",
        )
        .bind(persona.to_string())
        .bind(int(now.day()))
        .bind(int(spot(persona)))
        .execute(self.sql())
        .await
        .map_err(fault)?;
        sqlx::query("UPDATE self_letters SET day = $2 WHERE persona = $1 AND day < $2")
            .bind(persona.to_string())
            .bind(int(now.day()))
            .execute(self.sql())
            .await
            .map_err(fault)?;
        Ok(())
    }

    async fn live(&mut self, since: Timestamp) -> Result<Crowd, StoreFault> {
        let rows =
            sqlx::query("SELECT spot / 65536, COUNT(*) FROM seen WHERE day >= $1 GROUP BY spot / 65536")
                .bind(int(since.day()))
                .fetch_all(self.sql())
                .await
                .map_err(fault)?;
        let mut crowd = Crowd::nobody();
        for row in &rows {
            let row = Read::of("seen", row);
            let place = u16::try_from(row.number(0)?).map_err(|_| row.damaged())?;
            crowd.add_at(place, row.number(1)?);
        }
        Ok(crowd)
    }
}

#[async_trait]
impl SelfLetters for SqlTx {
    async fn keep(
        &mut self,
        persona: &Persona,
        slot: u32,
        bytes: &[u8],
        now: Timestamp,
    ) -> Result<(), StoreFault> {
        sqlx::query(
            "INSERT INTO self_letters (persona, slot, spot, digest, bytes, day, born)
             VALUES ($1, $2, $3, $4, $5, $6, $6)
             ON CONFLICT (persona, slot)
             DO UPDATE SET digest = excluded.digest, bytes = excluded.bytes, day = excluded.day",
        )
        .bind(persona.to_string())
        .bind(int(slot))
        .bind(int(spot(persona)))
        .bind(digest(Digest::of(bytes)))
        .bind(bytes.to_vec())
        .bind(int(now.day()))
        .execute(self.sql())
        .await
        .map_err(fault)?;
        Ok(())
    }

    async fn keeps(&mut self, persona: &Persona, slot: u32) -> Result<bool, StoreFault> {
        let sql = "SELECT COUNT(*) FROM self_letters WHERE persona = $1 AND slot = $2";
        let kept: i64 = sqlx::query_scalar(sql)
            .bind(persona.to_string())
            .bind(int(slot))
            .fetch_one(self.sql())
            .await
            .map_err(fault)?;
        Ok(kept > 0)
    }

    async fn is_alone(&mut self, persona: &Persona) -> Result<bool, StoreFault> {
        let orders: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM orders WHERE buyer = $1")
            .bind(persona.to_string())
            .fetch_one(self.sql())
            .await
            .map_err(fault)?;
        Ok(orders == 0)
    }

    async fn of_day(&mut self, bucket: Bucket, day: u64) -> Result<u64, StoreFault> {
        let sql = "SELECT COUNT(*) FROM self_letters l WHERE born = $1 AND spot BETWEEN $2 AND $3
                   AND NOT EXISTS (SELECT 1 FROM orders o WHERE o.buyer = l.persona)";
        self.count_in(sql, day, bucket).await
    }

    async fn keep_until(&mut self, persona: &Persona, until: Timestamp) -> Result<(), StoreFault> {
        sqlx::query(
            "INSERT INTO self_ends (persona, until) VALUES ($1, $2)
             ON CONFLICT (persona) DO UPDATE SET until = excluded.until",
        )
        .bind(persona.to_string())
        .bind(time(until))
        .execute(self.sql())
        .await
        .map_err(fault)?;
        Ok(())
    }

    async fn bucket(&mut self, bucket: Bucket, page: Page) -> Result<Vec<Vec<u8>>, StoreFault> {
        // Days are never negative: the first condition holds for every row and keeps one form for all pages.
        let sql = "SELECT bytes FROM self_letters WHERE day >= $1 AND spot BETWEEN $2 AND $3 AND digest > $4
                   ORDER BY digest LIMIT $5";
        self.page(sql, 0, bucket, page).await
    }
}

impl SqlTx {
    /// Letters whose `$1` is this, in a bucket, behind the page before.
    async fn page(
        &mut self,
        sql: &'static str,
        when: u64,
        bucket: Bucket,
        page: Page,
    ) -> Result<Vec<Vec<u8>>, StoreFault> {
        let (first, last) = bucket.spots();
        // Every digest is greater than no bytes at all.
        let after = page.after.map_or_else(Vec::new, |after| after.bytes().to_vec());
        sqlx::query_scalar(sql)
            .bind(int(when))
            .bind(int(first))
            .bind(int(last))
            .bind(after)
            .bind(int(page.most))
            .fetch_all(self.sql())
            .await
            .map_err(fault)
    }

    async fn count_in(&mut self, sql: &'static str, when: u64, bucket: Bucket) -> Result<u64, StoreFault> {
        let (first, last) = bucket.spots();
        let counted: i64 = sqlx::query_scalar(sql)
            .bind(int(when))
            .bind(int(first))
            .bind(int(last))
            .fetch_one(self.sql())
            .await
            .map_err(fault)?;
        Ok(u64::try_from(counted).expect("a count is not negative"))
    }
}
