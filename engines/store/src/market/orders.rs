//! Orders and their papers.

use super::SqlTx;
use crate::fault::fault;
use crate::row::{Read, int, time};
use async_trait::async_trait;
use sqlx::any::AnyRow;
use tacit_ports::market::{Closing, OrderMoved, OrderPaper, OrderRow, Orders, Put, StoreFault, StoredOrder};
use tacit_values::{OrderId, Timestamp};

fn name(paper: OrderPaper) -> &'static str {
    match paper {
        OrderPaper::Agreement => "agreement",
        OrderPaper::Receipt => "receipt",
        OrderPaper::Statement => "statement",
        OrderPaper::Header => "header",
        OrderPaper::Countersignature => "countersignature",
    }
}

fn order(row: &AnyRow) -> Result<OrderRow, StoreFault> {
    let row = Read::of("orders", row);
    let Some(listing) = row.maybe_parsed(2)? else {
        return Ok(OrderRow::Shrunk { outcome: row.text(8)? });
    };
    let closing = match row.maybe_time(7)? {
        Some(at) => Some(Closing { at, outcome: row.text(8)? }),
        None => None,
    };
    let order = StoredOrder {
        id: row.parsed(0)?,
        listing,
        buyer: row.parsed(3)?,
        seller: row.parsed(4)?,
        state: row.bytes(5)?,
        due: row.maybe_time(6)?,
        closing,
    };
    Ok(OrderRow::Whole { revision: row.number(1)?, order: Box::new(order) })
}

#[async_trait]
impl Orders for SqlTx {
    async fn put(&mut self, order: &StoredOrder, expected: Option<u64>) -> Result<u64, OrderMoved> {
        let next = expected.unwrap_or(0) + 1;
        let sql = match expected {
            None => {
                "INSERT INTO orders (id, revision, listing, buyer, seller, state, due, closed_at, outcome)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (id) DO NOTHING"
            }
            Some(_) => {
                "UPDATE orders SET revision = $2, listing = $3, buyer = $4, seller = $5, state = $6, due = $7,
                 closed_at = $8, outcome = $9 WHERE id = $1 AND revision = $2 - 1 AND revision > 0"
            }
        };
        let written = sqlx::query(sql)
            .bind(order.id.to_string())
            .bind(int(next))
            .bind(order.listing.to_string())
            .bind(order.buyer.to_string())
            .bind(order.seller.to_string())
            .bind(order.state.clone())
            .bind(order.due.map(time))
            .bind(order.closing.as_ref().map(|closing| time(closing.at)))
            .bind(order.closing.as_ref().map(|closing| closing.outcome.clone()))
            .execute(self.sql())
            .await
            .map_err(fault)?;
        if written.rows_affected() == 1 {
            return Ok(next);
        }
        let revision = match Orders::get(self, order.id).await? {
            Some(OrderRow::Whole { revision, .. }) => Some(revision),
            Some(OrderRow::Shrunk { .. }) | None => None,
        };
        Err(OrderMoved::To { revision })
    }

    async fn get(&mut self, id: OrderId) -> Result<Option<OrderRow>, StoreFault> {
        let row = sqlx::query(
            "SELECT id, revision, listing, buyer, seller, state, due, closed_at, outcome FROM orders WHERE id = $1",
        )
        .bind(id.to_string())
        .fetch_optional(self.sql())
        .await
        .map_err(fault)?;
        row.as_ref().map(order).transpose()
    }

    async fn due(&mut self, now: Timestamp, limit: u32) -> Result<Vec<OrderId>, StoreFault> {
        let rows = sqlx::query("SELECT id FROM orders WHERE due <= $1 ORDER BY due, id LIMIT $2")
            .bind(time(now))
            .bind(int(limit))
            .fetch_all(self.sql())
            .await
            .map_err(fault)?;
        rows.iter().map(|row| Read::of("orders", row).parsed(0)).collect()
    }

    async fn attach(&mut self, id: OrderId, paper: OrderPaper, bytes: &[u8]) -> Result<Put, StoreFault> {
        if self.paper(id, paper).await?.as_deref() == Some(bytes) {
            return Ok(Put::Already);
        }
        sqlx::query(
            "INSERT INTO order_papers (order_id, paper, bytes) VALUES ($1, $2, $3)
             ON CONFLICT (order_id, paper) DO UPDATE SET bytes = excluded.bytes",
        )
        .bind(id.to_string())
        .bind(name(paper))
        .bind(bytes.to_vec())
        .execute(self.sql())
        .await
        .map_err(fault)?;
        Ok(Put::Recorded)
    }

    async fn paper(&mut self, id: OrderId, paper: OrderPaper) -> Result<Option<Vec<u8>>, StoreFault> {
        sqlx::query_scalar("SELECT bytes FROM order_papers WHERE order_id = $1 AND paper = $2")
            .bind(id.to_string())
            .bind(name(paper))
            .fetch_optional(self.sql())
            .await
            .map_err(fault)
    }

    async fn under_way(&mut self) -> Result<u64, StoreFault> {
        let count: i64 =
            sqlx::query_scalar("SELECT COUNT(*) FROM orders WHERE listing IS NOT NULL AND closed_at IS NULL")
                .fetch_one(self.sql())
                .await
                .map_err(fault)?;
        Ok(count.unsigned_abs())
    }
}
