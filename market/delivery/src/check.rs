//! The check that decides a sale: is what was delivered what the manifest promised, in every row?
//!
//! A buyer's desk runs [`check_delivery`] on everything it receives; an arbiter runs the same function on a complaint, or
//! [`check_block`] where one block suffices. A [`DeliveryFault`] is the seller's; [`NotChecked`] is nobody's (a damaged
//! download, a full disk) and never a reason to complain (delivery.md, Fair exchange).

mod block;
mod whole;

pub use block::{BlockBefore, check_block};
pub use whole::{Checked, check_delivery};

use crate::manifest::{BlockLeaves, Manifest, ManifestRefused};
use crate::{HeaderClosed, OrderIdentity};
use serde::{Deserialize, Serialize};
use std::io;

/// What a delivery is checked with.
#[derive(Clone, Copy, Debug)]
pub struct Delivered<'a> {
    /// The header as it arrived; well formed or not.
    pub header: &'a [u8],
    /// The order's identity.
    pub identity: &'a OrderIdentity,
    /// The agreed manifest.
    pub manifest: &'a Manifest,
    /// The object that the manifest names as `blocks`.
    pub blocks: &'a BlockLeaves,
}

/// What is wrong with a delivery, as a complaint names it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum DeliveryFault {
    /// The statement's manifest or body is not the agreement's.
    #[error("the seller states another manifest or body than was agreed on")]
    Statement,
    /// The header does not open, or its MAC is wrong.
    #[error("the header does not open with the order's identity")]
    Header,
    /// A chunk of the body does not authenticate under the header's key.
    #[error("chunk {chunk} of the body does not open under the delivered key")]
    Chunk {
        /// Counted from 0, 64 KiB of plaintext each.
        chunk: u64,
    },
    /// A block opens but is not the manifest's.
    #[error("block {block} opens but is not the block that the manifest promises")]
    Block {
        /// Counted from 0.
        block: u64,
    },
    /// More rows breach the schema than declared.
    #[error("{breaches} of {rows} rows breach the declared schema, more than the declared rate")]
    Schema {
        /// Rows that breach.
        breaches: u64,
        /// All rows.
        rows: u64,
    },
    /// Every block is right but the whole is not.
    #[error("every block is the manifest's but the whole file or its rows are not")]
    Plaintext,
}

/// Why a delivery could not be checked; nobody's fault.
#[derive(Debug, thiserror::Error)]
pub enum NotChecked {
    /// The agreed manifest is not one.
    #[error(transparent)]
    Manifest(#[from] ManifestRefused),
    /// The bytes are not the body that the vault keeps under the manifest's name.
    #[error("the download is damaged or incomplete; download the body again")]
    Damaged,
    /// The complaint about a block does not show where it begins.
    #[error("the block before does not show where the disputed block begins; name the first wrong block")]
    NoBeginning,
    /// The body could not be read.
    #[error("the sealed body could not be read")]
    Body(#[source] io::Error),
    /// The opened file could not be written or read back.
    #[error("the opened file could not be written; make room on the disk and try again")]
    Output(#[source] io::Error),
}

/// The outcome of a check that did not end well.
#[derive(Debug, thiserror::Error)]
pub enum CheckFailed {
    /// The seller's fault: complain.
    #[error(transparent)]
    Fault(#[from] DeliveryFault),
    /// Nobody's fault: try again.
    #[error(transparent)]
    NotChecked(#[from] NotChecked),
}

impl From<HeaderClosed> for CheckFailed {
    fn from(_: HeaderClosed) -> Self {
        Self::Fault(DeliveryFault::Header)
    }
}

#[cfg(test)]
mod tests;
