//! Orders, each with its papers: agreement, delivery statement, header.

use super::{Put, StoreFault};
use async_trait::async_trait;
use tacit_values::{ListingId, OrderId, Persona, Timestamp};

/// An order in full.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredOrder {
    /// Chosen by the buyer.
    pub id: OrderId,
    /// The listing it is for.
    pub listing: ListingId,
    /// The buyer's persona for this order alone.
    pub buyer: Persona,
    /// The seller's persona.
    pub seller: Persona,
    /// The order's state as the trade room wrote it.
    pub state: Vec<u8>,
    /// When the market has to look at it again by itself (expiry, closing); `None` when it has not.
    pub due: Option<Timestamp>,
    /// How it ended; `None` while it is under way.
    pub closing: Option<Closing>,
}

/// How an order ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closing {
    /// When.
    pub at: Timestamp,
    /// What remains when the rest is forgotten: a short word such as `closed`, `refused`, `expired`.
    pub outcome: String,
}

/// What the store holds under an order's id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OrderRow {
    /// Everything.
    Whole {
        /// Counted from 1; name it when putting the next state.
        revision: u64,
        /// The order.
        order: Box<StoredOrder>,
    },
    /// Only that it was and how it ended (retention).
    Shrunk {
        /// The outcome's word.
        outcome: String,
    },
}

/// A paper that belongs to an order and is kept byte for byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum OrderPaper {
    /// The agreement with the buyer's signature and later the seller's.
    Agreement,
    /// The issuer-signed receipt body that came with the seller's acceptance.
    Receipt,
    /// The delivery statement, signed by the seller.
    Statement,
    /// The age header for the order's recipient.
    Header,
    /// The market's countersignature with the outcome and the log proof.
    Countersignature,
}

/// The order changed since it was read.
#[derive(Debug, thiserror::Error)]
pub enum OrderMoved {
    /// Another revision stands; read again and decide again.
    #[error("the order has moved on since it was read; look at it again")]
    To {
        /// The revision that stands; `None` when there is none, or it was shrunk.
        revision: Option<u64>,
    },
    /// The store's fault.
    #[error(transparent)]
    Store(#[from] StoreFault),
}

/// Orders by id.
#[async_trait]
pub trait Orders: Send {
    /// Writes the order's next state where `expected` is the revision that was read, `None` for a new order. Returns the
    /// new revision. Refused, with nothing written, when another revision stands.
    async fn put(&mut self, order: &StoredOrder, expected: Option<u64>) -> Result<u64, OrderMoved>;

    /// What stands under the id; `None` when there was never such an order.
    async fn get(&mut self, id: OrderId) -> Result<Option<OrderRow>, StoreFault>;

    /// Orders whose `due` has come, the longest waiting first, at most `limit`.
    async fn due(&mut self, now: Timestamp, limit: u32) -> Result<Vec<OrderId>, StoreFault>;

    /// Attaches a paper, in place of the one that stood. The same bytes again answer [`Put::Already`].
    async fn attach(&mut self, id: OrderId, paper: OrderPaper, bytes: &[u8]) -> Result<Put, StoreFault>;

    /// The paper; `None` when it was never attached or was forgotten.
    async fn paper(&mut self, id: OrderId, paper: OrderPaper) -> Result<Option<Vec<u8>>, StoreFault>;

    /// How many orders are under way.
    async fn under_way(&mut self) -> Result<u64, StoreFault>;
}
