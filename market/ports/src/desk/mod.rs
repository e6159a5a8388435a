//! The store of one person's desk: sealed records and the mirror of public pages.
//!
//! [`DeskRecords`] keeps what is private. It never sees a key, a name or a plaintext: shelves and places are keyed
//! hashes, values are sealed by the desk under its seed's at-rest key before they come here. [`DeskMirror`] keeps what
//! is public and the same on every desk: epoch files, log leaves, catalogue changes. An engine implements both over one
//! file; the fake and the conformance suite stand beside them (feature `testing`).

mod mirror;
mod records;

pub use mirror::{DeskMirror, PublicPage, PublicShelf};
pub use records::{
    DeskRecords, Guard, RecordBatch, RecordChange, RecordPlace, SealedRecord, ShelfTag, Written,
};

#[cfg(feature = "testing")]
pub mod conformance;
#[cfg(feature = "testing")]
mod fake;
#[cfg(feature = "testing")]
pub use fake::MemoryDesk;

/// Both halves of a desk's store.
pub trait DeskStore: DeskRecords + DeskMirror {}

impl<T: DeskRecords + DeskMirror> DeskStore for T {}

/// The desk's store could not do what was asked; nothing of the call was done.
#[derive(Debug, thiserror::Error)]
pub enum DeskStoreFailed {
    /// The file cannot be read or written.
    #[error(
        "the desk's database cannot be used: check free space and permissions of the desk folder, then try again"
    )]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The file holds what no desk writes.
    #[error(
        "the desk's database is damaged ({what}); restore it from a backup or begin again with the words"
    )]
    Damaged {
        /// Which part could not be read.
        what: &'static str,
    },
    /// Written by a newer program.
    #[error("the desk's database was written by a newer tacit; update this one")]
    Newer,
}
