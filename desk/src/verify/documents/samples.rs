//! Samples: every row is in the manifest where the beacon drew it, and what the rows say about the rest.

use super::manifests::{self, beacon_lines};
use super::{Document, Finding, Line, Relying};
use crate::refusal::Refusal;
use crate::verify::{refused, with_causes};
use serde_json::json;
use std::path::PathBuf;
use tacit_catalogue::{SampleFigures, quality_sentence};
use tacit_delivery::{Sample, verify_sample};

const TRIES: &str = "How often the seller tried for this offer before is not in these files: `tacit sample` counts it in the \
                     market's log.";

const TRIES_IN_PAGES: &str = "How often the seller tried for this offer before is not in this document: the sample on the listing's \
                              page counts it in the market's log.";

pub(super) fn check(
    sample: &Sample,
    documents: &[(PathBuf, Document)],
    relying: &Relying<'_>,
) -> Result<Finding, Refusal> {
    let view = documents.iter().find_map(|(_, document)| match document {
        Document::Manifest(view) if view.digest == sample.manifest => Some(view),
        _ => None,
    });
    let view = view.ok_or_else(|| {
        Refusal::usage(
            "a sample is checked against its manifest",
            "Give the manifest as the market serves it as a second file, or --market URL to fetch it.",
        )
        .in_pages("Its manifest was asked of the market, which did not give it. Try again when the market is reachable.")
    })?;
    let (manifest, index, beacon) = manifests::open(view, relying)?;
    let beacon =
        beacon.ok_or_else(|| refused("the manifest comes without the beacon that drew the sample"))?;
    let audited =
        verify_sample(sample, manifest, &beacon.digest()).map_err(|found| refused(with_causes(&found)))?;
    let count = |many: usize| u32::try_from(many).unwrap_or(u32::MAX);
    let figures = SampleFigures {
        drawn: audited.size(),
        // What the market says about earlier manifests is signed by nobody: it is not repeated here.
        earlier_manifests: 0,
        columns: count(manifest.schema.len()),
        redacted: count(manifest.schema.iter().filter(|column| column.redacted).count()),
    };
    let sentence = match audited.breaches() {
        0 => quality_sentence(&figures),
        breaches => format!("{breaches} of {} drawn rows breach the declared schema", audited.size()),
    };
    let document = json!({
        "ok": true,
        "kind": "sample",
        "manifest": sample.manifest,
        "rows": audited.size(),
        "breaches": audited.breaches(),
        "log_index": index,
        "quality": sentence,
        "not_checked": [TRIES],
        "profile": audited.profile(),
    });
    let mut lines = vec![match audited.breaches() {
        0 => Line::holds(format!("{sentence}.")),
        _ => Line::remark(format!("{sentence}.")),
    }];
    lines.extend(beacon_lines());
    lines.push(Line::not_checked(TRIES).in_pages(TRIES_IN_PAGES));
    let sentence = "This sample holds: every row is in the manifest where the beacon drew it.".to_owned();
    Ok(Finding { document, sentence, lines, claims: Vec::new() })
}
