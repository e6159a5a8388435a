//! Documents that somebody hands over: recognised by their content, checked together, for some open each other.
//!
//! A sample needs its manifest, a log proof the leaf that it is about; both may lie in another file of the same command. How
//! each kind is checked stands in [`receipts`], [`manifests`], [`samples`] and [`log_proofs`]; how a receipt is taken out of its
//! PDF in [`printed`].

mod log_proofs;
mod manifests;
mod printed;
mod receipts;
mod samples;

pub use log_proofs::LogProof;

use super::keys::TrustedKeys;
use super::refused;
use crate::output::shown;
use crate::refusal::Refusal;
use serde_json::Value;
use std::io::Read;
use std::path::{Path, PathBuf};
use tacit_delivery::{MOST_SAMPLE_BYTES, Sample, SignedManifest};
use tacit_evidence::receipt::{LedgerClaim, LedgerWitness, Presentation, Receipt};
use tacit_values::{Digest, Persona, Timestamp};
use tacit_wire::bodies::manifests::{LogManifest, ManifestView};

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
    /// A document that lies inside a PDF: what is checked is the document, not what is printed.
    Printed(Box<Document>),
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
    /// The one sentence to read first.
    pub sentence: String,
    /// What was looked at, and what to know besides.
    pub lines: Vec<Line>,
    /// What the document discloses, by name, where it is a receipt or part of one.
    pub claims: Vec<(String, String)>,
}

/// One line under the sentence of a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Whether it was checked.
    pub state: LineState,
    /// What was found, as a terminal says it.
    pub sentence: String,
    /// The same on the pages, where a terminal would name its commands.
    pages: Option<&'static str>,
}

/// Whether what a line is about was checked. What does not hold is a refusal and never a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineState {
    /// It was, and holds.
    Holds,
    /// It was not; the line says why.
    NotChecked,
    /// There is nothing in it to check.
    Remark,
}

impl Line {
    fn of(state: LineState, sentence: impl Into<String>) -> Self {
        Self { state, sentence: sentence.into(), pages: None }
    }

    fn holds(sentence: impl Into<String>) -> Self {
        Self::of(LineState::Holds, sentence)
    }

    fn not_checked(sentence: impl Into<String>) -> Self {
        Self::of(LineState::NotChecked, sentence)
    }

    fn remark(sentence: impl Into<String>) -> Self {
        Self::of(LineState::Remark, sentence)
    }

    fn in_pages(self, sentence: &'static str) -> Self {
        Self { pages: Some(sentence), ..self }
    }

    /// As the pages say it.
    pub fn on_a_page(&self) -> &str {
        self.pages.unwrap_or(&self.sentence)
    }
}

impl Finding {
    /// For a terminal: the sentence and all lines; what was not checked says so.
    pub fn text(&self) -> String {
        let mut text = self.sentence.clone();
        let widest = self.claims.iter().map(|(name, _)| name.len()).max().unwrap_or_default();
        for (name, value) in &self.claims {
            text.push_str(&format!("\n  {name:<widest$}  {}", shown(value)));
        }
        for line in &self.lines {
            let mark = if line.state == LineState::NotChecked { "NOT CHECKED: " } else { "" };
            text.push_str(&format!("\n{mark}{}", line.sentence));
        }
        text
    }
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
    if let Some(attached) = printed::attachment(bytes)? {
        return parse_json(attached).map(|document| Document::Printed(Box::new(document)));
    }
    parse_json(bytes)
}

fn parse_json(bytes: &[u8]) -> Result<Document, Refusal> {
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
        "Give the document as it was handed over; for a whole ledger say `tacit verify ledger`.",
    )
    .in_pages("Choose the document as it was handed over, JSON or the PDF of a receipt.")
}

impl Document {
    /// The payments that the document points at.
    pub fn ledger_claims(&self) -> &[LedgerClaim] {
        match self {
            Self::Receipt(receipt) => &receipt.ledger,
            Self::Presentation(_, claims) => claims,
            Self::Printed(inside) => inside.ledger_claims(),
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
        let found = check_one(document, documents, relying, ledger);
        findings.push(found.map_err(|refusal| Refusal {
            sentence: format!("{}: {}", path.display(), refusal.sentence),
            ..refusal
        })?);
    }
    Ok(findings)
}

fn check_one(
    document: &Document,
    documents: &[(PathBuf, Document)],
    relying: &Relying<'_>,
    ledger: &impl LedgerWitness,
) -> Result<Finding, Refusal> {
    match document {
        Document::Receipt(receipt) => receipts::check(receipt, relying, ledger),
        Document::Presentation(shown, _) => receipts::check_shown(shown, relying, ledger),
        Document::Manifest(view) => manifests::check(view, relying),
        Document::SignedManifest(signed) => manifests::check_signed(signed, relying),
        Document::Sample(sample) => samples::check(sample, documents, relying),
        Document::LogProof(proof) => log_proofs::check(proof, documents, relying),
        Document::Printed(inside) => {
            let mut finding = check_one(inside, documents, relying, ledger)?;
            finding.document["printed"] = Value::Bool(true);
            finding.lines.push(Line::not_checked(printed::NOT_THE_PRINT));
            Ok(finding)
        }
    }
}
