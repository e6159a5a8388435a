//! Checking what others hand over, and the whole ledger: on this machine, with the keys that it pinned or that somebody gave.

use super::claims::shown_claims;
use super::guards::Served;
use super::refusals::{Answer, Refused, sentence};
use super::said::{Asked, bounded, field_fault};
use super::shown::Begun;
use super::shown::jobs::{JobKind, JobResult, LedgerChecked, Unit};
use super::shown::problem::Problem;
use super::shown::receipts::{Check, CheckState, ClaimShown, VerifyView};
use super::work_list::{Beginning, Job};
use crate::open::{Engines, OpenDesk};
use crate::refusal::Refusal;
use crate::verify::copy::PassingCopy;
use crate::verify::documents::{self, Document, Finding, Line, LineState, Relying};
use crate::verify::download::download;
use crate::verify::keys::{self, KeysFrom, TrustedKeys};
use crate::verify::ledger::{VerifiedLedger, verify_copy};
use axum::Json;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use indicatif::ProgressBar;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tacit_evidence::receipt::Disclosed;
use tacit_values::{Digest, Persona};

/// No document that can be checked is longer.
const LONGEST_DOCUMENT: usize = tacit_delivery::MOST_SAMPLE_BYTES;
/// How long the market may take to give the manifest of a sample.
const PATIENCE: Duration = Duration::from_secs(10);
/// How often the progress of a ledger's check is told.
const TOLD_EVERY: Duration = Duration::from_millis(400);
/// The name of the one job that checks the ledger.
const LEDGER: &str = "ledger";
/// What a check of a document means for the money.
const NO_MONEY: &str = "No money is concerned: nothing was paid or promised.";

/// Checks a document that somebody handed over: the body is the document. Nothing leaves this machine, but for a sample: its manifest is asked of the market.
#[utoipa::path(post, path = "/verify", tag = "receipts", params(("seller" = Option<String>, Query, description = "who a bare signed manifest should be from"), ("to" = Option<String>, Query, description = "for whom a presentation should have been made; with `nonce`"), ("nonce" = Option<String>, Query, description = "the nonce that a presentation should answer; with `to`"), ("market_keys" = Option<String>, Query, description = "the market's keys as JSON; without, those that the desk pinned")), request_body(content = Vec<u8>, content_type = "application/octet-stream"), responses((status = 200, body = VerifyView), (status = "default", description = "why not, and what to do", body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn verify(
    State(served): State<Served>,
    asked: Asked,
    request: Request,
) -> Answer<VerifyView> {
    let desk = served.portal.open_desk()?;
    let seller: Option<Persona> = asked.one("seller")?;
    let reader = match (asked.text("to"), asked.text("nonce")) {
        (Some(to), Some(nonce)) => Some((to.trim().to_owned(), nonce.trim().to_owned())),
        (None, None) => None,
        (Some(_), None) => return Err(field_fault("nonce", &"say which nonce you gave, too")),
        (None, Some(_)) => return Err(field_fault("to", &"say for whom it should be, too")),
    };
    let keys = match asked.text("market_keys") {
        Some(text) => {
            let keys = keys::parse(text.as_bytes());
            let keys = keys.map_err(|refused| field_fault("market_keys", &refused.sentence))?;
            TrustedKeys { keys, from: KeysFrom::Given }
        }
        None => TrustedKeys { keys: desk.settings().pinned.clone(), from: KeysFrom::Desk },
    };
    let bytes = bounded(request, LONGEST_DOCUMENT).await?;
    let parsed = tokio::task::spawn_blocking(move || documents::parse(&bytes)).await;
    let document = parsed.expect("reading a document does not panic").map_err(no_money)?;
    let what = kind_of(&document);
    let ledger = desk.ledger_witness(document.ledger_claims()).await?;
    let (now, from) = (desk.now(), keys.from);
    let wanted = document.sampled_manifest();
    let mut given = vec![(PathBuf::from("the document"), document)];
    if let Some(manifest) = wanted {
        given.push((PathBuf::from("its manifest"), manifest_of(&desk, manifest).await.map_err(no_money)?));
    }
    let found = tokio::task::spawn_blocking(move || {
        let asked = reader.as_ref().map(|(audience, nonce)| (audience.as_str(), nonce.as_str()));
        documents::check(&given, &Relying { keys: &keys, seller, asked, now }, &ledger)
    });
    match found.await.expect("checking documents does not panic") {
        Ok(found) => {
            let first = found.into_iter().next().expect("one finding for each document, and one was given");
            Ok(Json(held(what, first, from)))
        }
        // A question that the page can answer is no verdict about the document.
        Err(refusal) if refusal.exit_status() == 2 => Err(no_money(refusal)),
        Err(refusal) => Ok(Json(VerifyView {
            what: what.to_owned(),
            holds: false,
            sentence: sentence(&refusal.sentence),
            next: Some(sentence(refusal.remedy_in_pages())),
            findings: Vec::new(),
            claims: Vec::new(),
            withheld: Vec::new(),
        })),
    }
}

/// Checks the whole ledger from its public record: every epoch under the log, every root, every proof. The market gives all of it, the same to everybody, and learns that somebody looks.
#[utoipa::path(post, path = "/verify/ledger", tag = "receipts", responses((status = 202, body = Begun), (status = "default", description = "why not, and what to do", body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn verify_ledger(
    State(served): State<Served>,
) -> Result<(StatusCode, Json<Begun>), Refused> {
    let portal = &served.portal;
    let desk = portal.open_desk()?;
    if let Some(job) = portal.job_about(LEDGER) {
        return Ok((StatusCode::ACCEPTED, Json(Begun { job: job.id })));
    }
    let beginning = Beginning {
        kind: JobKind::Ledger,
        about: Some(LEDGER.to_owned()),
        title: "Checking the whole ledger".to_owned(),
        stage: "fetching the log".to_owned(),
    };
    let job = portal.begin(beginning, {
        let engines = portal.engines().clone();
        move |job| async move { whole_ledger(&desk, &engines, &job).await }
    });
    Ok((StatusCode::ACCEPTED, Json(Begun { job })))
}

async fn whole_ledger(desk: &Arc<OpenDesk>, engines: &Engines, job: &Job) -> Result<JobResult, Refusal> {
    let stops = StopsWhenDropped(ProgressBar::hidden());
    let bar = &stops.0;
    let made = PassingCopy::make(engines.chance.seed())?;
    let keys = desk.settings().pinned.clone();
    followed(job, bar, download(desk.market(), &keys, made.copy(), bar)).await?;
    let (copy, proofs, counts) = (made.copy().clone(), engines.proofs.clone(), bar.clone());
    let replayed = tokio::task::spawn_blocking(move || verify_copy(&copy, &keys, proofs.as_ref(), &counts));
    let found = followed(job, bar, replayed).await.expect("verifying a ledger does not panic")?;
    Ok(JobResult { ledger: Some(figures(&found)), ..JobResult::default() })
}

/// Whoever stops the job drops this, and with it ends what runs on a thread of its own.
struct StopsWhenDropped(ProgressBar);

impl Drop for StopsWhenDropped {
    fn drop(&mut self) {
        self.0.finish();
    }
}

/// Does the work and tells meanwhile how far it is.
async fn followed<T>(job: &Job, bar: &ProgressBar, work: impl Future<Output = T>) -> T {
    let mut work = std::pin::pin!(work);
    loop {
        tokio::select! {
            done = &mut work => return done,
            () = tokio::time::sleep(TOLD_EVERY) => {
                let (stage, total) = (bar.message(), bar.length().unwrap_or_default());
                if !stage.is_empty() && total > 0 {
                    job.stage(&stage);
                    job.counted(bar.position().min(total), total, Unit::Pieces);
                }
            }
        }
    }
}

fn figures(found: &VerifiedLedger) -> LedgerChecked {
    let sum = |what: fn(&tacit_settlement::Replayed) -> u64| -> u64 {
        found.pools.iter().map(|(_, replayed)| what(replayed)).sum()
    };
    LedgerChecked {
        market: found.market.to_string(),
        epochs: sum(|pool| pool.epochs),
        payments: sum(|pool| pool.bundles),
        minted: found.minted.to_string(),
        burned: found.burned.to_string(),
        inside: found.balance.to_string(),
        currency: found.balance.currency().code().to_owned(),
        log: found.log.0,
        newest: found.newest.map(|time| time.to_string()),
    }
}

/// The manifest of a sample, which only the market has: it learns that somebody at this address looks at it.
async fn manifest_of(desk: &OpenDesk, manifest: Digest) -> Result<Document, Refusal> {
    let slow = || {
        Refusal::new(
            "market-unreachable",
            "the market did not give the manifest of this sample in time",
            "Try again when the market is reachable.",
        )
    };
    let errand = desk.market().singly()?;
    let view = tokio::time::timeout(PATIENCE, errand.manifest(manifest)).await.map_err(|_| slow())??;
    Ok(Document::Manifest(Box::new(view)))
}

fn held(what: &str, found: Finding, from: KeysFrom) -> VerifyView {
    let mut findings: Vec<Check> = found.lines.iter().map(shown).collect();
    findings.push(Check { state: CheckState::Remark, sentence: from.sentence().to_owned() });
    let withheld = found.document.get("withheld").cloned().unwrap_or_default();
    VerifyView {
        what: what.to_owned(),
        holds: true,
        sentence: found.sentence.clone(),
        next: None,
        findings,
        claims: claims_in(&found.document),
        withheld: serde_json::from_value(withheld).unwrap_or_default(),
    }
}

fn shown(line: &Line) -> Check {
    let state = match line.state {
        LineState::Holds => CheckState::Holds,
        LineState::NotChecked => CheckState::NotChecked,
        LineState::Remark => CheckState::Remark,
    };
    Check { state, sentence: sentence(line.on_a_page()) }
}

fn no_money(refusal: Refusal) -> Refused {
    Refused::from(refusal).money(NO_MONEY)
}

fn kind_of(document: &Document) -> &'static str {
    match document {
        Document::Receipt(_) => "receipt",
        Document::Presentation(..) => "presentation",
        Document::Manifest(_) => "manifest",
        Document::SignedManifest(_) => "signed manifest",
        Document::Sample(_) => "sample",
        Document::LogProof(_) => "log proof",
        Document::Printed(inside) => kind_of(inside),
    }
}

/// What a document says, as far as its check names it.
fn claims_in(document: &serde_json::Value) -> Vec<ClaimShown> {
    let disclosed = document.get("disclosed").cloned().unwrap_or_default();
    serde_json::from_value::<Disclosed>(disclosed).map(|claims| shown_claims(&claims)).unwrap_or_default()
}
