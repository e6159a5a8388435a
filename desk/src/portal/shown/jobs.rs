//! Long work: what it is about, how far it is, and whether it can be stopped.

use super::problem::Problem;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What kind of work it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum JobKind {
    /// Sealing, promising, uploading and publishing a file.
    Sell,
    /// An order from its beginning to its receipt.
    Buy,
    /// An order that goes on.
    Resume,
    /// A payment by hand.
    Send,
    /// Money crosses into the successor of a rotated pool.
    Cross,
    /// A desk that was brought back looks for its money and its orders.
    Restore,
    /// The whole public ledger is fetched and checked.
    Ledger,
}

/// How a job stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum JobState {
    /// This machine works.
    Running,
    /// It waits for somebody else; the stage says for whom.
    Waiting,
    /// It is done.
    Done,
    /// It ended with a problem.
    Failed,
    /// The person stopped it.
    Cancelled,
}

/// What progress counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Bytes.
    Bytes,
    /// Rows.
    Rows,
    /// Whatever is counted one by one.
    Pieces,
}

/// One job.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct JobView {
    /// Its id.
    pub id: String,
    /// What kind of work.
    pub kind: JobKind,
    /// The order (ord_...), listing (lst_...) or payment (snd_...) it is about, once there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub about: Option<String>,
    /// For lists: the title of what is bought or sold, or the amount that is sent.
    pub title: String,
    /// What is being done, in one sentence.
    pub stage: String,
    /// Since when: for work that cannot be counted, such as a proof.
    pub stage_since: String,
    /// How much of this stage is done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub done: Option<u64>,
    /// How much there is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total: Option<u64>,
    /// Of what.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<Unit>,
    /// How it stands.
    pub state: JobState,
    /// What it brought, once it is done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub result: Option<JobResult>,
    /// What went wrong, once it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<Problem>,
    /// When it began.
    pub began: String,
    /// When it moved last.
    pub updated: String,
    /// Whether it can be stopped now.
    pub can_cancel: bool,
}

/// What a job brought.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct JobResult {
    /// The listing that went live.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub listing: Option<String>,
    /// The order that is closed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order: Option<String>,
    /// The receipt that is kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub receipt: Option<String>,
    /// How many rows of the sample were opened.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sample_rows: Option<u32>,
    /// How many orders were found again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub found_orders: Option<u64>,
    /// What the ledger holds, once all of it was checked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ledger: Option<LedgerChecked>,
    /// What is worth saying besides.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remark: Option<String>,
}

/// A ledger that holds, in figures.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LedgerChecked {
    /// Whose.
    pub market: String,
    /// How many epochs were replayed.
    pub epochs: u64,
    /// How many bundles (payments, mints, burns), each with its proof checked.
    pub payments: u64,
    /// Everything that entered the ledger from outside.
    pub minted: String,
    /// Everything that left it.
    pub burned: String,
    /// What it holds.
    pub inside: String,
    /// The currency of the three.
    pub currency: String,
    /// How many leaves the log has under its signed checkpoint.
    pub log: u64,
    /// When the newest epoch was over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub newest: Option<String>,
}

/// All jobs since the desk was started, newest first.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct JobsView {
    /// The jobs.
    pub jobs: Vec<JobView>,
}

/// A job that was stopped.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct CancelledView {
    /// As it is now.
    pub job: JobView,
    /// What that means for the money.
    pub money: String,
    /// What can be done next.
    pub next: String,
}
