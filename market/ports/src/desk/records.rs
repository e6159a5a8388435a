//! Sealed records: the private half of a desk's store.

use super::DeskStoreFailed;
use async_trait::async_trait;

/// A shelf of records of one kind: a keyed hash of its name, so that the file does not tell what somebody keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ShelfTag(pub [u8; 16]);

/// Where one record lies: its shelf and a keyed hash of its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RecordPlace {
    /// The shelf.
    pub shelf: ShelfTag,
    /// The keyed hash of the record's name.
    pub key: [u8; 32],
}

/// A record as it lies in the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedRecord {
    /// Where it lies.
    pub place: RecordPlace,
    /// Drawn from one counter of the whole store at every put, so that a record put, removed and put again never shows
    /// an old version.
    pub version: u64,
    /// The sealed value.
    pub sealed: Vec<u8>,
}

/// What a batch expects to find: the version it read, or nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Guard {
    /// The record that is guarded.
    pub place: RecordPlace,
    /// The version it must have; `None`: it must not exist.
    pub version: Option<u64>,
}

/// One change of a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RecordChange {
    /// Write the record, replacing what is there.
    Put {
        /// Where it goes.
        place: RecordPlace,
        /// The sealed value.
        sealed: Vec<u8>,
    },
    /// Remove the record; no error when there is none.
    Remove {
        /// Where it lies.
        place: RecordPlace,
    },
}

/// Changes that happen together or not at all, if every guard holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RecordBatch {
    /// What must be true at the moment of writing.
    pub guards: Vec<Guard>,
    /// What is written then, in this order.
    pub changes: Vec<RecordChange>,
}

/// What came of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum Written {
    /// All of it stands on disk.
    Done,
    /// A guard did not hold: somebody else (another terminal of this desk) wrote first; nothing was changed.
    Stale,
}

/// The private half of a desk's store. Several processes may use one store at the same time.
///
/// *Atomic*: [`write`](Self::write), guards and changes together, across processes. *Durable*: what was `Done` is there
/// after a crash of process or machine. *Retry*: every call may be repeated; a repeated guarded batch answers `Stale`.
#[async_trait]
pub trait DeskRecords: Send + Sync {
    /// One record; `None` when there is none.
    async fn record(&self, place: RecordPlace) -> Result<Option<SealedRecord>, DeskStoreFailed>;

    /// All records of a shelf, in the order of their keys (which says nothing about time); empty for an unused shelf.
    async fn shelf(&self, shelf: ShelfTag) -> Result<Vec<SealedRecord>, DeskStoreFailed>;

    /// Every record of every shelf, for a backup.
    async fn everything(&self) -> Result<Vec<SealedRecord>, DeskStoreFailed>;

    /// Writes a batch.
    async fn write(&self, batch: RecordBatch) -> Result<Written, DeskStoreFailed>;
}
