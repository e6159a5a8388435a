//! What happens while a page is open: each event names what to fetch again.

use super::jobs::JobView;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// One server-sent event: its `event` field is the tag, its `data` field this document.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// A job moved: the whole job.
    Job {
        /// As it is now.
        job: Box<JobView>,
    },
    /// An order of this buyer moved.
    Order {
        /// Which.
        order: String,
    },
    /// A sale of this seller moved.
    Sale {
        /// Which order.
        order: String,
    },
    /// Balance, history or anonymity set changed.
    Wallet,
    /// The mirror moved.
    Mirror {
        /// The newest epoch that was followed.
        epoch: Option<u64>,
        /// How many listings are mirrored.
        listings: u64,
    },
    /// The watch list has something to tell.
    News {
        /// How much of it is unread.
        unread: u64,
    },
    /// Own listings changed.
    Goods,
    /// The market showed two histories, or its keys changed.
    Alarm {
        /// What happened.
        sentence: String,
    },
    /// This page is locked or its session is over; the stream ends with it.
    Lock,
    /// Events were missed: fetch everything again.
    Again,
}
