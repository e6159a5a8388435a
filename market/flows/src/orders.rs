//! Orders: who may move one stands in the trade room; this module loads, lets it decide, and keeps the decision.
//!
//! ```text
//! place (buyer) -> accept | refuse (seller) -> state (seller) -> close (buyer, seller, or the market's job)
//! ```
//!
//! Every move is one transaction that holds the new state, the leaf of the log, and until when the buyer's own letters are
//! kept. The market sees which listing an order is for, its price and its payee; it never sees who paid, and no log line
//! here names a buyer beside a listing or a price.

mod evidence;
mod moves;
mod refused;

pub use evidence::OrderEvidence;
pub use refused::OrderRefused;

use crate::figures::{count_sale, is_a_sale};
use crate::log::append::salted;
use crate::market::Market;
use std::time::Duration;
use tacit_evidence::log::LeafKind;
use tacit_ports::market::{Closing, Job, MarketTx, OrderMoved, OrderRow, StoreFault, StoredOrder};
use tacit_trade::{Due, Ended, Order};
use tacit_values::{Digest, OrderId, Timestamp};

/// The job that drops the salt of an ended order's leaf, when the parties' evidence no longer lies here.
pub(crate) const FORGET_JOB: &str = "forget-leaf";

/// The job that countersigns an ended order when its epoch has closed, though nobody asked yet.
pub(crate) const COUNTERSIGN_JOB: &str = "countersign";

/// An order as one of its parties sees it.
#[derive(Debug, Clone, PartialEq)]
pub struct OrderSeen {
    /// Where it stands.
    pub order: Order,
    /// Receipt digest, log proof and countersignature, once it ended and its epoch closed.
    pub evidence: Option<OrderEvidence>,
    /// When to ask again for the evidence, if it is still to come.
    pub retry_after: Option<Duration>,
}

/// An order that was read for writing.
struct Read {
    revision: u64,
    stored: StoredOrder,
    order: Order,
}

impl Market {
    /// An order, for its buyer, its seller or its arbiter. Once it is forgotten, id and outcome for whoever knows the id.
    pub async fn order(&self, reader: tacit_values::Persona, id: OrderId) -> Result<OrderSeen, OrderRefused> {
        self.note_alive(&reader).await?;
        let row = self.store().read().await?.orders().get(id).await?;
        let order = match row.ok_or(OrderRefused::Unknown)? {
            OrderRow::Shrunk { outcome } => forgotten(id, &outcome)?,
            OrderRow::Whole { order, .. } => read_state(&order.state)?,
        };
        let shown = order.is_shown_to(&reader) || matches!(order, Order::Forgotten { .. });
        if !shown {
            return Err(OrderRefused::Unknown);
        }
        self.seen(order).await
    }

    /// The market's job: makes the evidence of an ended order. `false` while its epoch is open.
    pub(crate) async fn countersign_ended(&self, id: OrderId) -> Result<bool, OrderRefused> {
        match self.store().read().await?.orders().get(id).await? {
            Some(OrderRow::Whole { order, .. }) => {
                Ok(self.evidence_of(&read_state(&order.state)?).await?.is_some())
            }
            Some(OrderRow::Shrunk { .. }) | None => Ok(true),
        }
    }

    /// Adds the evidence to an order that ended with an agreement.
    async fn seen(&self, order: Order) -> Result<OrderSeen, OrderRefused> {
        let evidence = self.evidence_of(&order).await?;
        let waits = evidence.is_none() && evidence::receipt_of(&order).is_some();
        let retry_after = waits.then_some(self.settings().epoch_length);
        Ok(OrderSeen { order, evidence, retry_after })
    }
}

async fn read(tx: &mut dyn MarketTx, id: OrderId) -> Result<Read, OrderRefused> {
    match tx.orders().get(id).await?.ok_or(OrderRefused::Unknown)? {
        OrderRow::Shrunk { .. } => Err(OrderRefused::Over),
        OrderRow::Whole { revision, order } => {
            let state = read_state(&order.state)?;
            Ok(Read { revision, order: state, stored: *order })
        }
    }
}

/// Writes the next state of an order, and what follows from an order that ended.
async fn keep(
    market: &Market,
    tx: &mut dyn MarketTx,
    before: Option<(u64, StoredOrder)>,
    order: &Order,
    now: Timestamp,
) -> Result<(), OrderRefused> {
    let (buyer, seller) = order.parties().ok_or(OrderRefused::Over)?;
    let (revision, listing) = match &before {
        Some((revision, stored)) => (Some(*revision), stored.listing),
        None => match order {
            Order::Placed { request, .. } => (None, request.listing),
            _ => return Err(OrderRefused::Unknown),
        },
    };
    let ended = order.ended();
    let stored = StoredOrder {
        id: order.id(),
        listing,
        buyer,
        seller,
        state: serde_json::to_vec(order).expect("an order's state has a JSON form"),
        due: order.deadline().filter(|deadline| deadline.due != Due::Forget).map(|deadline| deadline.at),
        closing: ended.map(|ended| Closing { at: now, outcome: word(ended) }),
    };
    tx.orders().put(&stored, revision).await.map_err(|moved| match moved {
        OrderMoved::Store(fault) => OrderRefused::Store(fault),
        OrderMoved::To { .. } => OrderRefused::Moved,
    })?;
    if ended.is_some_and(is_a_sale) {
        count_sale(market, tx, listing, &seller, now).await?;
    }
    if ended.is_some() {
        tx.self_letters().keep_until(&buyer, now.plus(market.settings().retention.self_letters)).await?;
    }
    if let Some(receipt) = evidence::receipt_of(order) {
        log_end(market, tx, order.id(), receipt, now).await?;
    }
    Ok(())
}

/// Stages the leaf of an order that ended, once, and says when it is countersigned and when its salt is dropped.
async fn log_end(
    market: &Market,
    tx: &mut dyn MarketTx,
    id: OrderId,
    receipt: Digest,
    now: Timestamp,
) -> Result<(), StoreFault> {
    tx.log().stage(&salted(LeafKind::OrderEnded, receipt, &mut market.rng())).await?;
    let due = now.plus(market.settings().epoch_length);
    let (key, kind) = (format!("{COUNTERSIGN_JOB}/{id}"), COUNTERSIGN_JOB.to_owned());
    tx.jobs().enqueue(&Job { key, kind, body: id.bytes().to_vec(), due }).await?;
    let due = now.plus(market.settings().retention.ended_orders);
    let key = format!("{FORGET_JOB}/{receipt}");
    let job = Job { key, kind: FORGET_JOB.to_owned(), body: receipt.bytes().to_vec(), due };
    tx.jobs().enqueue(&job).await.map(drop)
}

fn read_state(bytes: &[u8]) -> Result<Order, StoreFault> {
    serde_json::from_slice(bytes).map_err(|_| StoreFault::Damaged { table: "orders" })
}

/// The word that is left of an order.
fn word(ended: Ended) -> String {
    match serde_json::to_value(ended) {
        Ok(serde_json::Value::String(word)) => word,
        _ => unreachable!("an outcome without fields is written as a word"),
    }
}

fn forgotten(order: OrderId, outcome: &str) -> Result<Order, StoreFault> {
    let ended = serde_json::from_value(serde_json::Value::from(outcome));
    Ok(Order::Forgotten { order, ended: ended.map_err(|_| StoreFault::Damaged { table: "orders" })? })
}
