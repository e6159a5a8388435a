//! How goods arrive: sealed once, one header per buyer, a manifest that promises every cell, a sample that nobody chose,
//! and the check that decides whether a delivery is what was sold.
//!
//! Everything here is synchronous and pure but for the readers and writers that come in as arguments; memory stays bounded
//! at any size up to 20 GiB. No cipher is written here: bodies and stanzas come from the `age` crate, which also draws its
//! keys and nonces from the operating system. Nothing here knows prices, buyers' names or the ledger.
//!
//! The order of reading follows a sale: [`seal`], [`build_manifest`], [`open_sample`] and [`verify_sample`],
//! [`issue_header`], [`check_statement`], [`check_delivery`]; a sale that went wrong ends with [`judge`]. The spec is `docs/spec/delivery.md`, cells are in
//! `docs/spec/wire.md`.

mod cell;
mod check;
mod complaint;
mod header;
mod identity;
mod key;
mod leaves;
mod manifest;
mod merkle;
mod open;
mod sample;
mod schema;
mod seal;
mod statement;
mod table;
#[cfg(test)]
mod testing;
pub use cell::{Cell, CellTag, NotACell, Row};
pub use check::{
    BlockBefore, CheckFailed, Checked, Delivered, DeliveryFault, NotChecked, check_block, check_delivery,
};
pub use complaint::{Complaint, Found, ShownIdentity, Verdict, judge};
pub use header::{HEADER_BYTES, Header, HeaderClosed, NotAHeader, NotIssued, issue_header};
pub use identity::{AgeRecipient, NotARecipient, NotAnIdentity, OrderIdentity};
pub use key::FileKeyKept;
pub use manifest::{
    BlockLeaves, BuiltManifest, MOST_BLOCKS, Manifest, ManifestRefused, ManifestTerms, NoManifest,
    NotTheBlocks, SignedManifest, build_manifest,
};
pub use open::{NotOpened, OpenedBody, open};
pub use sample::{
    AuditedCell, AuditedRow, AuditedSample, ClosedCell, ColumnProfile, EXCERPT_COLUMNS, EXCERPT_ROWS,
    ExcerptRow, MOST_SAMPLE_BYTES, OpenCell, Sample, SampleCell, SampleExcerpt, SampleNotOpened,
    SampleProfile, SampleRefused, SampleRow, open_sample, sample_rows, sample_size, verify_sample,
};
pub use schema::{
    CSV, Column, ColumnType, LONGEST_COLUMN_NAME, Layout, MOST_COLUMNS, NDJSON, PARQUET, media_type_of_name,
};
pub use seal::{CHUNK_BYTES, MOST_PLAINTEXT_BYTES, Measure, NotSealed, Sealed, body_bytes, seal};
pub use statement::{
    AgreedDelivery, DeliveryStatement, SignedStatement, StatementRefused, check_statement, state_delivery,
};
pub use table::{
    BLOCK_ROWS, Block, BlockStart, Inspected, LONGEST_ROW, PLAIN_BLOCK_BYTES, Plaintext, Step, Table,
    Unreadable,
};
