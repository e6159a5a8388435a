//! Documents that somebody hands over: recognised by their content, checked together, for some open each other.
//!
//! A sample needs its manifest, a log proof the leaf that it is about; both may lie in another file of the same command.

use super::keys::TrustedKeys;
use super::refused;
use crate::refusal::Refusal;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::io::Read;
use std::path::{Path, PathBuf};
use tacit_catalogue::{SampleFigures, quality_sentence};
use tacit_delivery::{MOST_SAMPLE_BYTES, Manifest, Sample, SignedManifest, verify_sample};
use tacit_evidence::beacon::Beacon;
use tacit_evidence::log::{Inclusion, Leaf, LeafKind, LeafSalt, LogIndex, leaf_hash};
use tacit_evidence::receipt::{
    Asked, LedgerClaim, LedgerFinding, LedgerWitness, Presentation, Receipt, VerifiedReceipt,
    verify_presentation, verify_receipt,
};
use tacit_values::{Digest, ListingId, Persona, Timestamp, base64url};
use tacit_wire::bodies::manifests::{LogManifest, LogProofView, ManifestView};

/// A document as it was handed over; nothing about it is believed yet.
#[derive(Debug, Clone)]
pub enum Document {
    /// receipt.json.
    Receipt(Box<Receipt>),
    /// Some claims of a receipt, shown by its holder.
    Presentation(Box<Presentation>, Vec<LedgerClaim>),
    /// A manifest as the market serves it, with its place in the log and its beacon.
    Manifest(Box<ManifestView>),
    /// A manifest under its seller's signature and nothing else.
    SignedManifest(Box<SignedManifest>),
    /// The rows that nobody chose.
    Sample(Box<Sample>),
    /// That some leaf is in the log.
    LogProof(Box<LogProof>),
}

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

/// What a check of documents may rely on.
#[derive(Debug)]
pub struct Relying<'a> {
    /// The market's keys.
    pub keys: &'a TrustedKeys,
    /// Who a bare signed manifest should be from.
    pub seller: Option<Persona>,
    /// Whom a presentation should be for.
    pub asked: Option<(&'a str, &'a str)>,
    /// The time now.
    pub now: Timestamp,
}

/// What was found about one document.
#[derive(Debug, Clone)]
pub struct Finding {
    /// For programs.
    pub document: Value,
    /// For people.
    pub text: String,
}

/// Reads one document; its size is bounded first.
pub fn read(path: &Path) -> Result<Document, Refusal> {
    let unreadable = |cause: std::io::Error| {
        let sentence = format!("{} cannot be read: {cause}", path.display());
        Refusal::new("unreadable", sentence, "Check the path and its permissions.")
    };
    let file = std::fs::File::open(path).map_err(unreadable)?;
    if file.metadata().map_err(unreadable)?.len() > MOST_SAMPLE_BYTES as u64 {
        return Err(refused(format!("{} is larger than any document that can be checked", path.display())));
    }
    let mut bytes = Vec::new();
    file.take(MOST_SAMPLE_BYTES as u64).read_to_end(&mut bytes).map_err(unreadable)?;
    parse(&bytes).map_err(|refusal| Refusal {
        sentence: format!("{}: {refusal}", path.display(), refusal = refusal.sentence),
        ..refusal
    })
}

/// Recognises a document by what is in it.
pub fn parse(bytes: &[u8]) -> Result<Document, Refusal> {
    let value: Value = serde_json::from_slice(bytes).map_err(|_| unknown())?;
    let has = |names: &[&str]| names.iter().all(|name| value.get(name).is_some());
    if has(&["sd_jwt"]) {
        let receipt = Receipt::parse(bytes).map_err(|found| refused(found.to_string()))?;
        if receipt.sd_jwt.ends_with('~') {
            return Ok(Document::Receipt(Box::new(receipt)));
        }
        let shown = Presentation::parse(bytes).map_err(|found| refused(found.to_string()))?;
        return Ok(Document::Presentation(Box::new(shown), receipt.ledger));
    }
    if has(&["signed", "digest", "seller"]) {
        return read_as(bytes, "manifest").map(Document::Manifest);
    }
    if has(&["signed", "listing"]) {
        let logged: LogManifest = read_as(bytes, "manifest")?;
        return Ok(Document::SignedManifest(Box::new(logged.signed)));
    }
    if has(&["manifest", "sig"]) {
        return read_as(bytes, "signed manifest").map(Document::SignedManifest);
    }
    if has(&["manifest", "rows"]) {
        return read_as(bytes, "sample").map(Document::Sample);
    }
    if has(&["index", "inclusion", "checkpoint"]) {
        return read_as(bytes, "log proof").map(Document::LogProof);
    }
    Err(unknown())
}

fn read_as<T: serde::de::DeserializeOwned>(bytes: &[u8], what: &str) -> Result<T, Refusal> {
    serde_json::from_slice(bytes).map_err(|found| refused(format!("this is no {what} ({found})")))
}

fn unknown() -> Refusal {
    Refusal::usage(
        "this is no receipt, presentation, manifest, sample or log proof",
        "Give the JSON as it was handed over; for a whole ledger say `tacit verify ledger`.",
    )
}

impl Document {
    /// The payments that the document points at.
    pub fn ledger_claims(&self) -> &[LedgerClaim] {
        match self {
            Self::Receipt(receipt) => &receipt.ledger,
            Self::Presentation(_, claims) => claims,
            _ => &[],
        }
    }

    /// The manifest that a sample is of.
    pub fn sampled_manifest(&self) -> Option<Digest> {
        if let Self::Sample(sample) = self { Some(sample.manifest) } else { None }
    }
}

/// Checks all documents, each with the help of the others. `ledger` is what is at hand of the public ledger.
pub fn check(
    documents: &[(PathBuf, Document)],
    relying: &Relying<'_>,
    ledger: &impl LedgerWitness,
) -> Result<Vec<Finding>, Refusal> {
    let mut findings = Vec::new();
    for (path, document) in documents {
        let found = match document {
            Document::Receipt(receipt) => check_receipt(receipt, relying, ledger),
            Document::Presentation(shown, _) => check_presentation(shown, relying, ledger),
            Document::Manifest(view) => check_manifest(view, relying),
            Document::SignedManifest(signed) => check_signed(signed, relying),
            Document::Sample(sample) => check_sample(sample, documents, relying),
            Document::LogProof(proof) => check_proof(proof, documents, relying),
        };
        findings.push(found.map_err(|refusal| Refusal {
            sentence: format!("{}: {}", path.display(), refusal.sentence),
            ..refusal
        })?);
    }
    Ok(findings)
}

fn check_receipt(
    receipt: &Receipt,
    relying: &Relying<'_>,
    ledger: &impl LedgerWitness,
) -> Result<Finding, Refusal> {
    let verified = verify_receipt(receipt, &relying.keys.of_receipts(), ledger)
        .map_err(|found| refused(super::with_causes(&found)))?;
    Ok(tell_receipt("receipt", &verified))
}

fn check_presentation(
    shown: &Presentation,
    relying: &Relying<'_>,
    ledger: &impl LedgerWitness,
) -> Result<Finding, Refusal> {
    let asked = relying.asked.map(|(audience, nonce)| Asked { audience, nonce });
    let verified = verify_presentation(shown, &relying.keys.of_receipts(), asked, relying.now, ledger)
        .map_err(|found| refused(super::with_causes(&found)))?;
    let mut finding = tell_receipt("presentation", &verified.receipt);
    finding.document["audience"] = json!(verified.audience);
    finding.document["nonce"] = json!(verified.nonce);
    finding.document["presented_at"] = json!(verified.presented_at);
    finding.text.push_str(&format!(
        "\nShown by the buyer on {} to `{}`, nonce `{}`{}.",
        verified.presented_at,
        verified.audience,
        verified.nonce,
        if asked.is_some() { "" } else { " (say --to and --nonce to have them compared with yours)" },
    ));
    Ok(finding)
}

fn tell_receipt(kind: &str, verified: &VerifiedReceipt) -> Finding {
    let shown = serde_json::to_value(verified.disclosed()).expect("claims are plain data");
    let withheld: Vec<&str> = verified.withheld().into_iter().map(|claim| claim.name()).collect();
    let ledger: Vec<Value> = verified
        .ledger
        .iter()
        .map(|(claim, finding)| {
            json!({"what": claim.what, "pool": claim.pool, "epoch": claim.epoch, "finding": word(*finding)})
        })
        .collect();
    let size = verified.checkpoint.size();
    let document = json!({
        "ok": true,
        "kind": kind,
        "outcome": verified.outcome,
        "seller": verified.signed.seller(),
        "buyer": verified.signed.buyer(),
        "signed_at": verified.signed.signed_at(),
        "disclosed": shown,
        "withheld": withheld,
        "log": {"index": verified.index, "size": size},
        "ledger": ledger,
    });
    let mut text = format!(
        "This {kind} holds: signed by the seller, countersigned by the market as {}, entry {} of the log of {size}.",
        verified.outcome, verified.index,
    );
    if let Some(price) = verified.disclosed().price() {
        text.push_str(&format!("\nPrice: {price} {}.", price.currency().code()));
    }
    if !withheld.is_empty() {
        text.push_str(&format!("\nWithheld: {}.", withheld.join(", ")));
    }
    if verified.ledger.is_empty() {
        text.push_str("\nIt points at no payment on the ledger.");
    }
    for (claim, finding) in &verified.ledger {
        let said = match finding {
            LedgerFinding::Proved => "proved: the bundle on the ledger carries this agreement",
            LedgerFinding::NotAtHand => {
                "NOT CHECKED: the epoch is not at hand; give --market URL, or --files DIR with a copy of the ledger"
            }
            LedgerFinding::AgreementWithheld => {
                "not checked: the agreement is withheld, without which nothing ties it"
            }
        };
        text.push_str(&format!("\nPayment in epoch {}: {said}.", claim.epoch));
    }
    Finding { document, text }
}

const fn word(finding: LedgerFinding) -> &'static str {
    match finding {
        LedgerFinding::Proved => "proved",
        LedgerFinding::NotAtHand => "not at hand",
        LedgerFinding::AgreementWithheld => "agreement withheld",
    }
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

fn manifest_leaf(view: &ManifestView) -> Result<Leaf, Refusal> {
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
fn open_manifest<'v>(
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
    in_log(*index, &manifest_leaf(view)?.hash(), inclusion, checkpoint, relying)?;
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

fn in_log(
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

fn check_manifest(view: &ManifestView, relying: &Relying<'_>) -> Result<Finding, Refusal> {
    let (manifest, index, beacon) = open_manifest(view, relying)?;
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
    let place = match (index, beacon) {
        (None, _) => "It does not stand in the log yet.".to_owned(),
        (Some(index), None) => format!("It is entry {index} of the log; its beacon is not drawn yet."),
        (Some(index), Some(_)) => format!("It is entry {index} of the log; {BEACON}"),
    };
    let text = format!(
        "This manifest holds: {} signed {} rows in {} bytes. {place}",
        view.seller, manifest.rows, manifest.bytes
    );
    Ok(Finding { document, text })
}

const BEACON: &str = "its beacon is the market's. Whether it covers the first epoch that was young enough is seen in the \
                      log as a whole: `tacit sample` looks.";

fn check_signed(signed: &SignedManifest, relying: &Relying<'_>) -> Result<Finding, Refusal> {
    let seller = relying.seller.ok_or_else(|| {
        Refusal::usage(
            "a signed manifest does not say whose it is",
            "Say whose it should be with --seller, or give the manifest as the market serves it.",
        )
    })?;
    let manifest = signed.verify(&seller).map_err(|found| refused(found.to_string()))?;
    let digest = manifest.digest();
    let document = json!({
        "ok": true, "kind": "manifest", "manifest": digest, "seller": seller,
        "rows": manifest.rows, "bytes": manifest.bytes, "logged": false,
    });
    let text = format!(
        "This manifest holds: {seller} signed {} rows in {} bytes, digest {digest}. Its place in the log was not checked: \
         that stands in the manifest as the market serves it.",
        manifest.rows, manifest.bytes
    );
    Ok(Finding { document, text })
}

fn check_sample(
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
    })?;
    let (manifest, index, beacon) = open_manifest(view, relying)?;
    let beacon =
        beacon.ok_or_else(|| refused("the manifest comes without the beacon that drew the sample"))?;
    let audited = verify_sample(sample, manifest, &beacon.digest())
        .map_err(|found| refused(super::with_causes(&found)))?;
    let count = |many: usize| u32::try_from(many).unwrap_or(u32::MAX);
    let figures = SampleFigures {
        drawn: audited.size(),
        earlier_manifests: u32::try_from(view.earlier).unwrap_or(u32::MAX),
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
        "profile": audited.profile(),
    });
    let text = format!(
        "This sample holds: every row is in the manifest where the beacon drew it; {BEACON}\n{sentence}."
    );
    Ok(Finding { document, text })
}

fn check_proof(
    proof: &LogProof,
    documents: &[(PathBuf, Document)],
    relying: &Relying<'_>,
) -> Result<Finding, Refusal> {
    let candidates = candidates(proof, documents)?;
    if candidates.is_empty() {
        return Err(Refusal::usage(
            "a log proof says where something stands in the log, not what",
            "Give the receipt or the manifest that it is about as a second file.",
        ));
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
                let text = format!("This proof holds: {what} is entry {} of the log of {size}.", proof.index);
                return Ok(Finding { document, text });
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
            (Document::Manifest(view), None) => found.push(("the manifest", manifest_leaf(view)?.hash())),
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
