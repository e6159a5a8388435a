//! Orders, bought and sold.

use super::problem::Problem;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// On which side of a sale this desk is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// It buys.
    Buyer,
    /// It sells.
    Seller,
}

/// Where an order stands; the same words for both sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OrderState {
    /// Asked for; the seller's desk has not answered.
    Requested,
    /// Both signed; not paid.
    Agreed,
    /// A payment is being proved; nothing left this desk.
    Paying,
    /// A payment was handed over; the ledger will say whether it landed.
    PaymentInDoubt,
    /// Paid; not delivered.
    Paid,
    /// Paid, and the delivery is late.
    Undelivered,
    /// Delivered; being downloaded.
    Stated,
    /// Downloaded; being checked.
    Downloaded,
    /// Checked; being closed.
    Checked,
    /// Over, with a receipt.
    Closed,
    /// The seller declined.
    Refused,
    /// Ended without money moving.
    Expired,
    /// The delivery is not what was sold.
    Faulty,
}

/// What to buy.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BuyForm {
    /// Which listing.
    pub listing: String,
    /// The price that the person saw and agreed to, for example `20.00`: nothing is ordered when it is higher by now.
    pub max_price: String,
}

/// An order that was placed.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct PlacedView {
    /// The order.
    pub order: String,
    /// The job that follows it to its receipt.
    pub job: String,
}

/// One order in a list.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct OrderCard {
    /// Its id.
    pub order: String,
    /// On which side this desk is.
    pub side: Side,
    /// Which listing.
    pub listing: String,
    /// The listing's title.
    pub title: String,
    /// Where it stands.
    pub state: OrderState,
    /// What that means, in one sentence.
    pub sentence: String,
    /// The price.
    pub price: String,
    /// Its currency.
    pub currency: String,
    /// When it was begun.
    pub since: String,
    /// Whether nothing is left to do.
    pub over: bool,
    /// Until when the present step may take, where there is a limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waits_until: Option<String>,
    /// The receipt, once it is kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub receipt: Option<String>,
    /// The job that works on it now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub job: Option<String>,
    /// Whether the person stopped it: it goes on when resumed, or when the desk is started again.
    pub held: bool,
}

/// Orders, newest first.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct OrdersView {
    /// The orders.
    pub orders: Vec<OrderCard>,
}

/// A step of the visible timeline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TimelineStep {
    /// Which step.
    pub step: TimelineMark,
    /// What it is, in a few words.
    pub title: String,
    /// When it was reached, where this desk wrote it down.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
    /// Whether it is behind us.
    pub done: bool,
    /// Whether it is the one being done.
    pub now: bool,
    /// Whether it is where the order ended badly.
    pub failed: bool,
}

/// The steps of a timeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TimelineMark {
    /// The order was placed.
    Ordered,
    /// The seller's desk accepted.
    Agreed,
    /// The payment stands on the ledger.
    Paid,
    /// The seller's desk delivered.
    Delivered,
    /// The file is on this machine.
    Downloaded,
    /// Every row was checked.
    Checked,
    /// The receipt is kept.
    Receipt,
}

/// One order with everything that can be said about it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct OrderView {
    /// In a few lines.
    pub card: OrderCard,
    /// The visible timeline.
    pub timeline: Vec<TimelineStep>,
    /// What happened to the money, in one sentence.
    pub money: String,
    /// What to do, where there is something to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// Whether it can be cancelled: nothing was paid.
    pub can_cancel: bool,
    /// Whether there is something to go on with.
    pub can_resume: bool,
    /// The seller's persona.
    pub seller: String,
    /// Until when updates are included, where they are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub renews_until: Option<String>,
    /// The licence's code.
    pub licence: String,
    /// What was bought, once it is here and checked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<BoughtFile>,
    /// Whether the sealed body is still on this machine, for other age programs.
    pub sealed_here: bool,
    /// Why it ended badly or stands still.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<Problem>,
}

/// A file that was bought.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BoughtFile {
    /// The name it was sold with.
    pub name: String,
    /// Where it lies on this machine.
    pub path: String,
    /// Whether it still lies there.
    pub there: bool,
    /// How many bytes.
    pub bytes: u64,
    /// SHA-256.
    pub sha256: String,
    /// How many rows were checked; none for plain files.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rows: Option<u64>,
}

/// The passphrase again, before a secret leaves the desk. A desk without a passphrase sends null.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConfirmForm {
    /// The desk's passphrase.
    pub passphrase: Option<String>,
}

impl std::fmt::Debug for ConfirmForm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ConfirmForm(..)")
    }
}
