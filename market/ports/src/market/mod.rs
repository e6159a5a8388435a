//! What the market keeps: catalogue, orders, mail, ledger, log, jobs.
//!
//! [`MarketStore::begin`] opens one transaction; its parts are reached by the noun: `tx.orders().put(..)`,
//! `tx.jobs().enqueue(..)`, `tx.commit()`. Documents cross this border as the canonical bytes that were signed or served,
//! beside the few facts by which they are found again, so that the store knows no room's inner types and gives back the
//! very bytes it was given. What may be stored at all, and for how long, is product.md's and the retention table's matter.

mod charter;
mod epochs;
mod figures;
mod jobs;
mod ledger;
mod listings;
mod log;
mod mail;
mod manifests;
mod nonces;
mod orders;
mod retention;
mod uploads;

#[cfg(feature = "testing")]
pub mod testing;

pub use charter::Charter;
pub use epochs::{ClosedEpoch, EpochNotClosed, Epochs, SEGMENT_EPOCHS};
pub use figures::{Figures, StoredFigure};
pub use jobs::{Job, JobState, Jobs, Leased, Waiting};
pub use ledger::{Accepted, Bundle, BundleRefused, Ledger, Pool, Standing, StandingMoved};
pub use listings::{CatalogueDay, DayChanges, ListingNotPut, Listings, NotADay, StoredListing};
pub use log::{Leaf, LeafKey, Log, LogBatch, LogHash, LogHead, LogMoved, Logged};
pub use mail::{Bucket, Letter, LetterRefused, MAILBOX_LIMIT, Mail, Page, SelfLetters, spot};
pub use manifests::{Manifests, SampleNotPut, StoredManifest};
pub use nonces::{NONCE_BYTES_LIMIT, Nonces};
pub use orders::{Closing, OrderMoved, OrderPaper, OrderRow, Orders, StoredOrder};
pub use retention::Retention;
pub use uploads::{Held, Part, StoredUpload, Uploads};

use async_trait::async_trait;

/// The store of one market. Cheap to share behind an `Arc`.
///
/// Contract:
/// * At most one market holds a store; a second one is refused when it opens.
/// * What [`MarketTx::commit`] answered with `Ok` survives a crash of the process and of the machine.
/// * Writing transactions run one after another: what one of them read cannot change before it ends. So "read, decide,
///   write" inside one transaction needs no lock of its own. Do nothing slow inside one.
#[async_trait]
pub trait MarketStore: Send + Sync {
    /// Opens the one writing transaction, after waiting for its turn. Dropping it undoes all of it.
    ///
    /// May be retried after [`StoreFault::Unreachable`].
    async fn begin(&self) -> Result<Box<dyn MarketTx>, StoreFault>;

    /// Opens a reading view: a consistent state of one moment, never waiting for a writer. A change through it fails
    /// with [`StoreFault::ReadOnly`].
    async fn read(&self) -> Result<Box<dyn MarketTx>, StoreFault>;
}

/// One transaction. Everything written through it becomes visible together, at [`MarketTx::commit`], or not at all.
///
/// After any method answered with a [`StoreFault`], drop the transaction and begin again; after a refusal with a reason
/// (any other error) it is still good, and the refused call has written nothing.
#[async_trait]
pub trait MarketTx: Send {
    /// Facts fixed once for the whole life of the market.
    fn charter(&mut self) -> &mut dyn Charter;
    /// Listings and the catalogue's days.
    fn listings(&mut self) -> &mut dyn Listings;
    /// Manifests, beacons, samples.
    fn manifests(&mut self) -> &mut dyn Manifests;
    /// Bodies on their way into the vault.
    fn uploads(&mut self) -> &mut dyn Uploads;
    /// Counts and what is shown of them.
    fn figures(&mut self) -> &mut dyn Figures;
    /// Orders and their papers.
    fn orders(&mut self) -> &mut dyn Orders;
    /// Sealed letters between personas.
    fn mail(&mut self) -> &mut dyn Mail;
    /// Sealed letters of desks to themselves.
    fn self_letters(&mut self) -> &mut dyn SelfLetters;
    /// Pools and accepted bundles.
    fn ledger(&mut self) -> &mut dyn Ledger;
    /// Closed epochs and their roots.
    fn epochs(&mut self) -> &mut dyn Epochs;
    /// The transparency log.
    fn log(&mut self) -> &mut dyn Log;
    /// Work to be done after the transaction.
    fn jobs(&mut self) -> &mut dyn Jobs;
    /// Nonces of signed requests.
    fn nonces(&mut self) -> &mut dyn Nonces;
    /// What is to be forgotten.
    fn retention(&mut self) -> &mut dyn Retention;

    /// Makes everything durable and visible. After an error it is unknown whether the commit happened: read again before
    /// repeating; every write of this port can be repeated.
    async fn commit(self: Box<Self>) -> Result<(), StoreFault>;
}

/// Whether a put wrote something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Put {
    /// Written now.
    Recorded,
    /// The very same stood there before; nothing was written.
    Already,
}

/// The store could not do its work. None of these says anything about the request.
#[derive(Debug, thiserror::Error)]
pub enum StoreFault {
    /// The database did not answer, or answered with a fault of its own; begin again, later.
    #[error("the market's database did not do its work; try again in a moment")]
    Unreachable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A stored row does not read back.
    #[error("a row in `{table}` does not read back; restore the market's database from a backup")]
    Damaged {
        /// The table it stands in.
        table: &'static str,
    },
    /// Another market took the database over, and this one must not write any more.
    #[error("another market has taken over this database; stop this one")]
    TakenOver,
    /// A change was asked of a reading view.
    #[error("this view of the market's database can only be read; begin a transaction to write")]
    ReadOnly,
}
