//! Log proofs: that some leaf stands in the log, and what that leaf is about.

use super::{Document, Finding, Relying, manifests};
use crate::refusal::Refusal;
use crate::verify::refused;
use serde::Deserialize;
use serde_json::json;
use std::path::PathBuf;
use tacit_evidence::log::{Inclusion, Leaf, LeafKind, LeafSalt, LogIndex, leaf_hash};
use tacit_values::{Digest, base64url};

/// A place in the log with its proof, and, where the giver was kind, the leaf's bytes.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogProof {
    index: LogIndex,
    #[serde(default)]
    salt: Option<LeafSalt>,
    inclusion: Inclusion,
    checkpoint: String,
    #[serde(default)]
    leaf: Option<String>,
}

pub(super) fn check(
    proof: &LogProof,
    documents: &[(PathBuf, Document)],
    relying: &Relying<'_>,
) -> Result<Finding, Refusal> {
    let candidates = candidates(proof, documents)?;
    if candidates.is_empty() {
        return Err(Refusal::usage(
            "a log proof says where something stands in the log, not what",
            "Give the receipt or the manifest that it is about as a second file.",
        )
        .in_pages("Ask for the proof with its leaf; a page checks one document at a time."));
    }
    let tried = |leaf: &Digest| in_log(proof.index, leaf, &proof.inclusion, &proof.checkpoint, relying);
    let mut refusal = None;
    for (what, leaf) in &candidates {
        match tried(leaf) {
            Ok(size) => {
                let document = json!({
                    "ok": true, "kind": "log-proof", "about": what, "leaf": leaf,
                    "log": {"index": proof.index, "size": size},
                });
                let sentence =
                    format!("This proof holds: {what} is entry {} of the log of {size}.", proof.index);
                return Ok(Finding { document, sentence, lines: Vec::new(), claims: Vec::new() });
            }
            Err(found) => refusal = Some(found),
        }
    }
    Err(refusal.expect("there was a candidate, and each is proved or refused"))
}

/// What a proof may be about: the leaf that it brings, or what lies in the other files.
fn candidates(
    proof: &LogProof,
    documents: &[(PathBuf, Document)],
) -> Result<Vec<(&'static str, Digest)>, Refusal> {
    let mut found = Vec::new();
    if let Some(text) = &proof.leaf {
        let bytes = base64url::decode(text).ok_or_else(|| refused("the leaf is not base64url"))?;
        Leaf::parse(&bytes).map_err(|cause| refused(cause.to_string()))?;
        return Ok(vec![("the leaf", leaf_hash(&bytes))]);
    }
    for (_, document) in documents {
        match (document, &proof.salt) {
            (Document::Manifest(view), None) => found.push(("the manifest", manifests::leaf(view)?.hash())),
            (Document::Receipt(receipt), Some(salt)) => {
                let leaf = Leaf::salted(LeafKind::OrderEnded, salt, &receipt.digest())
                    .map_err(|cause| refused(cause.to_string()))?;
                found.push(("the receipt", leaf.hash()));
            }
            _ => {}
        }
    }
    Ok(found)
}

/// Whether a leaf stands where it should, under a checkpoint of the market; says how large the log was.
pub(super) fn in_log(
    index: LogIndex,
    leaf: &Digest,
    inclusion: &Inclusion,
    checkpoint: &str,
    relying: &Relying<'_>,
) -> Result<u64, Refusal> {
    let opened = relying.keys.keys.log.open(checkpoint).map_err(|found| refused(found.to_string()))?;
    inclusion
        .check(index, leaf, opened.size(), opened.root())
        .map_err(|found| refused(format!("entry {index} of the log: {found}")))?;
    Ok(opened.size().0)
}
