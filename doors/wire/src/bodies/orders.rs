//! Orders: what a party does to one, and what the two parties see of it. Nobody else sees anything.

use serde::{Deserialize, Serialize};
use tacit_delivery::SignedStatement;
use tacit_evidence::receipt::{LogPlace, Outcome};
use tacit_trade::{AcceptedAgreement, Order, OrderRequest, Refusal};
use tacit_values::{Digest, OrderId, Timestamp, base64url};
use utoipa::ToSchema;

/// What a party does: `PUT /orders/{id}`. The same again changes nothing and answers as the first time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "act", rename_all = "snake_case", deny_unknown_fields)]
pub enum OrderAct {
    /// The buyer places it.
    Place {
        /// The agreement without payees, `pay_by` and signatures.
        #[schema(value_type = Object)]
        request: Box<OrderRequest>,
    },
    /// The seller accepts it.
    Accept {
        /// The agreement with the seller's signature.
        #[schema(value_type = Object)]
        accepted: Box<AcceptedAgreement>,
        /// SHA-256 of the issuer-signed JWT of the receipt that the seller gives the buyer.
        #[schema(value_type = String)]
        receipt: Digest,
    },
    /// The seller declines it.
    Refuse {
        /// Why.
        #[schema(value_type = Object)]
        refusal: Refusal,
    },
    /// The seller states the delivery.
    State {
        /// The signed delivery statement.
        #[schema(value_type = Object)]
        statement: Box<SignedStatement>,
        /// The age header for the order's recipient.
        #[serde(with = "base64url")]
        #[schema(value_type = String)]
        header: Vec<u8>,
    },
    /// A party says that it is over.
    Close,
}

/// An order as its two parties see it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct OrderView {
    /// Which order.
    #[schema(value_type = String)]
    pub id: OrderId,
    /// Its state with the facts of that state.
    #[schema(value_type = Object)]
    pub order: Order,
    /// The market's clock.
    #[schema(value_type = String, format = DateTime)]
    pub market_time: Timestamp,
    /// What the market adds to the receipt of an ended order, once its leaf has a place in the log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<EvidenceView>,
    /// When to ask again for evidence that is still to come.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<u64>,
}

/// What the market adds to a receipt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EvidenceView {
    /// The digest of the receipt: SHA-256 of the issuer-signed JWT.
    #[schema(value_type = String)]
    pub receipt: Digest,
    /// How the order ended.
    #[schema(value_type = String)]
    pub outcome: Outcome,
    /// The place of the receipt in the log: the `log` member of receipt.json.
    #[schema(value_type = Object)]
    pub log: LogPlace,
    /// The countersignature: the `market` member of receipt.json.
    pub market: String,
}
