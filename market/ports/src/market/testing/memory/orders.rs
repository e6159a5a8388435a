//! Orders in memory.

use super::MemoryTx;
use crate::market::{OrderMoved, OrderPaper, OrderRow, Orders, Put, StoreFault, StoredOrder};
use async_trait::async_trait;
use std::collections::BTreeMap;
use tacit_values::{OrderId, Persona, Timestamp};

#[derive(Clone, Default)]
pub(super) struct OrderBook {
    pub(super) rows: BTreeMap<OrderId, OrderRow>,
    pub(super) papers: BTreeMap<(OrderId, OrderPaper), Vec<u8>>,
}

impl OrderBook {
    /// The buyers of the orders that stand whole.
    pub(super) fn buyers(&self) -> impl Iterator<Item = &Persona> {
        self.rows.values().filter_map(|row| match row {
            OrderRow::Whole { order, .. } => Some(&order.buyer),
            OrderRow::Shrunk { .. } => None,
        })
    }
}

#[async_trait]
impl Orders for MemoryTx {
    async fn put(&mut self, order: &StoredOrder, expected: Option<u64>) -> Result<u64, OrderMoved> {
        let rows = &mut self.change()?.orders.rows;
        let stands = match rows.get(&order.id) {
            Some(OrderRow::Whole { revision, .. }) => Some(*revision),
            Some(OrderRow::Shrunk { .. }) => return Err(OrderMoved::To { revision: None }),
            None => None,
        };
        if stands != expected {
            return Err(OrderMoved::To { revision: stands });
        }
        let revision = expected.unwrap_or(0) + 1;
        rows.insert(order.id, OrderRow::Whole { revision, order: Box::new(order.clone()) });
        Ok(revision)
    }

    async fn get(&mut self, id: OrderId) -> Result<Option<OrderRow>, StoreFault> {
        Ok(self.see().orders.rows.get(&id).cloned())
    }

    async fn due(&mut self, now: Timestamp, limit: u32) -> Result<Vec<OrderId>, StoreFault> {
        let mut due: Vec<(Timestamp, OrderId)> = self
            .see()
            .orders
            .rows
            .iter()
            .filter_map(|(id, row)| match row {
                OrderRow::Whole { order, .. } => order.due.filter(|due| *due <= now).map(|due| (due, *id)),
                OrderRow::Shrunk { .. } => None,
            })
            .collect();
        due.sort();
        Ok(due.into_iter().take(limit as usize).map(|(_, id)| id).collect())
    }

    async fn attach(&mut self, id: OrderId, paper: OrderPaper, bytes: &[u8]) -> Result<Put, StoreFault> {
        let before = self.change()?.orders.papers.insert((id, paper), bytes.to_vec());
        Ok(if before.as_deref() == Some(bytes) { Put::Already } else { Put::Recorded })
    }

    async fn paper(&mut self, id: OrderId, paper: OrderPaper) -> Result<Option<Vec<u8>>, StoreFault> {
        Ok(self.see().orders.papers.get(&(id, paper)).cloned())
    }

    async fn under_way(&mut self) -> Result<u64, StoreFault> {
        let rows = self.see().orders.rows.values();
        let under_way =
            rows.filter(|row| matches!(row, OrderRow::Whole { order, .. } if order.closing.is_none()));
        Ok(under_way.count() as u64)
    }
}
