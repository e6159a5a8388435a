//! What the parties of an ended order get from the market: the place of the receipt's commitment in the log, and the
//! countersignature with the outcome.
//!
//! It is made once, when the epoch in which the order ended has closed, and kept with the order: everybody who asks later
//! gets the same.

use super::OrderRefused;
use crate::log::LogProof;
use crate::market::Market;
use serde::{Deserialize, Serialize};
use tacit_evidence::log::{Inclusion, LeafKind, LeafSalt, LogIndex};
use tacit_evidence::receipt::{Countersignature, LogPlace, Outcome};
use tacit_ports::market::{OrderPaper, StoreFault};
use tacit_trade::{Order, Outcome as Ended};
use tacit_values::Digest;

/// The market's part of a receipt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OrderEvidence {
    /// The digest of the receipt: SHA-256 of the issuer-signed JWT.
    pub receipt: Digest,
    /// How the order ended.
    pub outcome: Outcome,
    /// The receipt's place in the log: the field `log` of receipt.json.
    pub log: LogPlace,
    /// The countersignature (JWS): the field `market` of receipt.json.
    pub market: String,
}

/// The receipt of an order that ended with an agreement.
pub(super) fn receipt_of(order: &Order) -> Option<Digest> {
    match order {
        Order::Closed { receipt, .. } => Some(*receipt),
        Order::Expired { receipt, .. } => *receipt,
        Order::Placed { .. }
        | Order::Accepted { .. }
        | Order::Refused { .. }
        | Order::Stated { .. }
        | Order::Forgotten { .. } => None,
    }
}

fn outcome_of(order: &Order) -> Outcome {
    match order {
        Order::Closed { outcome: Ended::Settled, .. } => Outcome::Settled,
        Order::Closed { outcome: Ended::Refunded, .. } => Outcome::Refunded,
        Order::Closed { outcome: Ended::Split, .. } => Outcome::Split,
        Order::Expired { .. } => Outcome::Expired,
        _ => Outcome::Closed,
    }
}

impl Market {
    /// The evidence of an ended order; `None` while there is none, or its epoch is open.
    pub(super) async fn evidence_of(&self, order: &Order) -> Result<Option<OrderEvidence>, OrderRefused> {
        let Some(receipt) = receipt_of(order) else { return Ok(None) };
        let mut view = self.store().read().await?;
        if let Some(kept) = view.orders().paper(order.id(), OrderPaper::Countersignature).await? {
            return Ok(Some(read_evidence(&kept)?));
        }
        let Some(proof) = self.prove_leaf(&mut *view, LeafKind::OrderEnded, receipt).await? else {
            return Ok(None);
        };
        drop(view);
        let Some(made) = self.countersign(receipt, outcome_of(order), proof) else { return Ok(None) };
        let bytes = serde_json::to_vec(&made).expect("evidence has a JSON form");
        let mut tx = self.store().begin().await?;
        if let Some(kept) = tx.orders().paper(order.id(), OrderPaper::Countersignature).await? {
            return Ok(Some(read_evidence(&kept)?));
        }
        tx.orders().attach(order.id(), OrderPaper::Countersignature, &bytes).await?;
        tx.commit().await?;
        tracing::info!(order.id = %order.id(), log.index = made.log.index.0, "order countersigned");
        Ok(Some(made))
    }

    fn countersign(&self, receipt: Digest, outcome: Outcome, proof: LogProof) -> Option<OrderEvidence> {
        let LogProof { index, salt, inclusion, checkpoint } = proof;
        let word = Countersignature::new(receipt, outcome, index, checkpoint.checkpoint());
        let log = place(index, salt?, inclusion, checkpoint.note().to_owned());
        Some(OrderEvidence { receipt, outcome, log, market: word.sign(&self.keys().persona) })
    }
}

fn place(index: LogIndex, salt: LeafSalt, inclusion: Inclusion, checkpoint: String) -> LogPlace {
    LogPlace { index, salt, inclusion, checkpoint }
}

fn read_evidence(bytes: &[u8]) -> Result<OrderEvidence, StoreFault> {
    serde_json::from_slice(bytes).map_err(|_| StoreFault::Damaged { table: "order_papers" })
}
