//! Checking what others show: receipts, presentations, manifests, samples, log proofs, and the whole ledger.
//!
//! Nothing here needs a keyring or an open desk, and nothing is believed that can be recomputed: the log's root from its
//! leaves, every epoch's root from its bundles, every proof. All that is taken on trust are the market's keys
//! ([`keys`]), and every answer says where those came from. A ledger is always verified from a copy in a folder
//! ([`copy`]), so that checking online and checking what somebody kept are one way. Specification: docs/spec/settlement.md
//! (replay), docs/spec/log.md, docs/spec/evidence.md.

pub mod copy;
pub mod documents;
pub mod download;
pub mod keys;
pub mod ledger;
pub mod log;

#[cfg(test)]
mod tests;

use crate::refusal::Refusal;
use std::error::Error;

/// Something that does not hold.
pub(crate) fn refused(sentence: impl Into<String>) -> Refusal {
    Refusal::new("not-verified", sentence, "Do not rely on it. If it was copied, copy it again and compare.")
}

/// A cause with everything behind it, as one sentence.
pub(crate) fn with_causes(broken: &dyn Error) -> String {
    let mut sentence = broken.to_string();
    let mut cause = broken.source();
    while let Some(next) = cause {
        sentence.push_str(": ");
        sentence.push_str(&next.to_string());
        cause = next.source();
    }
    sentence
}
