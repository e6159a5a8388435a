//! Manifests: the seller's signature, the place in the log, the beacon that was drawn for that place.

use super::log_proofs::in_log;
use super::{Finding, Line, Relying};
use crate::refusal::Refusal;
use crate::verify::refused;
use serde::Serialize;
use serde_json::json;
use tacit_delivery::{Manifest, SignedManifest};
use tacit_evidence::beacon::Beacon;
use tacit_evidence::log::{Leaf, LeafKind, LogIndex};
use tacit_values::{Digest, ListingId, Persona, Timestamp};
use tacit_wire::bodies::manifests::{LogProofView, ManifestView};

pub(super) fn check(view: &ManifestView, relying: &Relying<'_>) -> Result<Finding, Refusal> {
    let (manifest, index, beacon) = open(view, relying)?;
    let document = json!({
        "ok": true,
        "kind": "manifest",
        "manifest": view.digest,
        "seller": view.seller,
        "listing": view.listing,
        "rows": manifest.rows,
        "bytes": manifest.bytes,
        "logged": index.is_some(),
        "log_index": index,
        "beacon": beacon.is_some(),
    });
    let mut lines = vec![match index {
        None => Line::remark("It does not stand in the log yet."),
        Some(index) => Line::holds(format!("It is entry {index} of the log.")),
    }];
    match (index, beacon) {
        (None, _) => {}
        (Some(_), None) => lines.push(Line::remark("Its beacon is not drawn yet.")),
        (Some(_), Some(_)) => lines.extend(beacon_lines()),
    }
    let sentence = format!(
        "This manifest holds: {} signed {} rows in {} bytes.",
        view.seller, manifest.rows, manifest.bytes
    );
    Ok(Finding { document, sentence, lines, claims: Vec::new() })
}

/// What a verified beacon shows, and what it does not.
pub(super) fn beacon_lines() -> [Line; 2] {
    [
        Line::holds("Its beacon is the market's."),
        Line::not_checked(
            "Whether the beacon covers the first epoch that was young enough is seen in the log as a whole: `tacit sample` \
             looks.",
        )
        .in_pages(
            "Whether the beacon covers the first epoch that was young enough is seen in the log as a whole: the sample on the \
             listing's page is checked so.",
        ),
    ]
}

pub(super) fn check_signed(signed: &SignedManifest, relying: &Relying<'_>) -> Result<Finding, Refusal> {
    let seller = relying.seller.ok_or_else(|| {
        Refusal::usage(
            "a signed manifest does not say whose it is",
            "Say whose it should be with --seller, or give the manifest as the market serves it.",
        )
        .in_pages("Say under More who should have signed it, or choose the manifest as the market serves it.")
    })?;
    let manifest = signed.verify(&seller).map_err(|found| refused(found.to_string()))?;
    let digest = manifest.digest();
    let document = json!({
        "ok": true, "kind": "manifest", "manifest": digest, "seller": seller,
        "rows": manifest.rows, "bytes": manifest.bytes, "logged": false,
    });
    let sentence = format!(
        "This manifest holds: {seller} signed {} rows in {} bytes, digest {digest}.",
        manifest.rows, manifest.bytes
    );
    let place =
        Line::not_checked("Its place in the log: that stands in the manifest as the market serves it.");
    Ok(Finding { document, sentence, lines: vec![place], claims: Vec::new() })
}

/// The log's record of a manifest, as the market writes it.
#[derive(Serialize)]
struct LoggedManifest {
    v: u8,
    manifest: Digest,
    seller: Persona,
    listing: ListingId,
    at: Timestamp,
}

/// The leaf that stands in the log for a manifest.
pub(super) fn leaf(view: &ManifestView) -> Result<Leaf, Refusal> {
    let record = LoggedManifest {
        v: 1,
        manifest: view.digest,
        seller: view.seller,
        listing: view.listing,
        at: view.at,
    };
    Leaf::clear(LeafKind::Manifest, &record).map_err(|found| refused(found.to_string()))
}

/// The manifest and, where it has one, its beacon: everything in the view is held against signatures and log.
pub(super) fn open<'v>(
    view: &'v ManifestView,
    relying: &Relying<'_>,
) -> Result<(&'v Manifest, Option<LogIndex>, Option<&'v Beacon>), Refusal> {
    let manifest = view.signed.verify(&view.seller).map_err(|found| refused(found.to_string()))?;
    if manifest.digest() != view.digest {
        return Err(refused("the digest is not the manifest's"));
    }
    let Some(LogProofView { index, inclusion, checkpoint, .. }) = &view.log else {
        if view.beacon.is_some() {
            return Err(refused("there is a beacon and no place in the log that it was drawn for"));
        }
        return Ok((manifest, None, None));
    };
    in_log(*index, &leaf(view)?.hash(), inclusion, checkpoint, relying)?;
    if let Some(beacon) = &view.beacon {
        relying.keys.keys.beacon.verify(beacon).map_err(|found| refused(found.to_string()))?;
        if beacon.manifest != view.digest || beacon.log_index != *index {
            return Err(refused(
                "the beacon was drawn for another manifest, or for another place in the log",
            ));
        }
    }
    Ok((manifest, Some(*index), view.beacon.as_ref()))
}
