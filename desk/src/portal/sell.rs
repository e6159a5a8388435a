//! Putting a file up for sale: looked at, then sealed, promised, sent, sampled and published as a job.

use super::files;
use super::guards::Served;
use super::house::Portal;
use super::refusals::{Answer, Refused, sentence};
use super::said::{Said, field_fault};
use super::shown::Begun;
use super::shown::events::Event;
use super::shown::jobs::{JobKind, JobResult};
use super::shown::problem::{FieldFault, Problem};
use super::shown::sell::{CheckForm, CheckedColumn, CheckedFile, DraftForm, SellForm};
use super::work_list::{Beginning, Job};
use crate::open::OpenDesk;
use crate::refusal::Refusal;
use crate::story::hearing::Hears;
use crate::story::sell::{SellOrder, can_be_sold};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use std::path::PathBuf;
use std::sync::Arc;
use tacit_catalogue::{Draft, Fault, SampleFigures, quality_sentence};
use tacit_values::{Currency, ListingId};

/// Looks at a file before anything is sealed; nothing leaves the machine.
#[utoipa::path(post, path = "/goods/check", tag = "sell", request_body = CheckForm, responses((status = 200, body = CheckedFile), (status = "default", description = "why not, and what to do", body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn check_goods(
    State(served): State<Served>,
    Said(form): Said<CheckForm>,
) -> Answer<CheckedFile> {
    struct Nobody;
    impl Hears for Nobody {
        fn tell(&self, _sentence: &str) {}
    }
    let portal = &served.portal;
    let desk = portal.open_desk()?;
    updates_are_sold(&form.updates)?;
    let file = chosen(portal, form.file.as_deref(), form.path.as_deref())?;
    let found = desk.look_at(&file, &form.redact, form.redact_all, &form.filled, &Nobody).await?;
    let manifest = &found.manifest;
    let count = |many: usize| u32::try_from(many).unwrap_or(u32::MAX);
    let figures = SampleFigures {
        drawn: found.sample_rows,
        earlier_manifests: 0,
        columns: count(manifest.schema.len()),
        redacted: count(manifest.schema.iter().filter(|column| column.redacted).count()),
    };
    let type_of = |kind| match serde_json::to_value(kind) {
        Ok(serde_json::Value::String(word)) => word,
        _ => "mixed".to_owned(),
    };
    let said = quality_sentence(&figures);
    let open = found.sample_rows > 0 && figures.redacted < figures.columns;
    Ok(Json(CheckedFile {
        name: manifest.name.clone(),
        media_type: manifest.media_type.clone(),
        bytes: manifest.bytes,
        rows: manifest.rows,
        columns: manifest
            .schema
            .iter()
            .zip(&found.examples)
            .map(|(column, examples)| CheckedColumn {
                name: column.name.clone(),
                cells: type_of(column.kind),
                nullable: column.nullable,
                redacted: column.redacted,
                examples: examples.clone(),
            })
            .collect(),
        sample_rows: found.sample_rows,
        sentence: if open {
            format!("If the drawn rows keep to the columns, the page will say: {said}.")
        } else {
            sentence(&said)
        },
        warnings: found.warnings,
    }))
}

/// Puts a file up for sale.
#[utoipa::path(post, path = "/goods", tag = "sell", request_body = SellForm, responses((status = 202, body = Begun), (status = "default", description = "why not, and what to do", body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn sell(
    State(served): State<Served>,
    Said(form): Said<SellForm>,
) -> Result<(StatusCode, Json<Begun>), Refused> {
    let portal = &served.portal;
    let desk = portal.open_desk()?;
    let file = chosen(portal, form.file.as_deref(), form.path.as_deref())?;
    let draft = draft_of(form.draft);
    draft.clear(Currency::TestUsd, portal.now()).map_err(|refused| not_cleared(&refused.faults))?;
    updates_are_sold(&draft.updates)?;
    let order = SellOrder { draft, redact: form.redact, redact_all: form.redact_all, filled: form.filled };
    let job = begin(portal, &desk, file, order, None);
    Ok((StatusCode::ACCEPTED, Json(Begun { job })))
}

/// Begins the job that sells a file.
pub(crate) fn begin(
    portal: &Portal,
    desk: &Arc<OpenDesk>,
    file: PathBuf,
    order: SellOrder,
    listing: Option<ListingId>,
) -> String {
    let beginning = Beginning {
        kind: JobKind::Sell,
        about: listing.map(|listing| listing.to_string()),
        title: order.draft.title.clone(),
        stage: "looking at the file".to_owned(),
    };
    let (portal_, desk) = (portal.clone(), desk.clone());
    portal.begin(beginning, move |job| async move {
        let ears = Ears { portal: portal_.clone(), job };
        let sold = loop {
            match desk.sell_heard(&file, &order, &ears).await {
                Ok(sold) => break sold,
                // Everything until here is recorded; the same call goes on where it stopped.
                Err(refusal) if refusal.may_pass() => {
                    ears.job.stuck(&refusal);
                    tokio::time::sleep(std::time::Duration::from_secs(3)).await;
                }
                Err(refusal) => return Err(refusal),
            }
        };
        files::remove_copy(&portal_, &file);
        portal_.tell(Event::Goods);
        Ok::<_, Refusal>(JobResult {
            listing: Some(sold.listing.listing.id.to_string()),
            sample_rows: Some(sold.sample_rows),
            remark: sold
                .plain_because
                .map(|why| format!("It is sold as a plain file, without rows and without a sample: {why}.")),
            ..JobResult::default()
        })
    })
}

struct Ears {
    portal: Portal,
    job: Job,
}

impl Hears for Ears {
    fn tell(&self, sentence: &str) {
        if sentence.starts_with("waiting") {
            self.job.waits(sentence);
        } else {
            self.job.stage(sentence);
        }
    }

    fn bytes(&self, _what: &str, done: u64, total: u64) {
        self.job.bytes(done, total);
    }

    fn sealed(&self, listing: &ListingId) {
        self.job.about(&listing.to_string());
        self.portal.tell(Event::Goods);
    }
}

/// The file that a form names, one way or the other.
fn chosen(portal: &Portal, file: Option<&str>, path: Option<&str>) -> Result<PathBuf, Refused> {
    match (file, path) {
        (Some(file), None) => files::place_of(portal, file),
        (None, Some(path)) => {
            let place = PathBuf::from(path);
            if !place.is_absolute() || path.contains('\0') {
                return Err(field_fault("path", &"write the whole path, from the root of this machine"));
            }
            let about = std::fs::metadata(&place).ok().filter(std::fs::Metadata::is_file);
            about.map(|_| place).ok_or_else(|| field_fault("path", &"there is no file that can be read"))
        }
        _ => Err(field_fault(
            "file",
            &"choose a file: one that you send here, or one by its path on this machine",
        )),
    }
}

/// Said before anything is sealed: the story itself would stop only as a job.
fn updates_are_sold(updates: &str) -> Result<(), Refused> {
    if can_be_sold(updates) {
        return Ok(());
    }
    Err(field_fault("updates", &"later versions cannot be sold yet: nothing would deliver them"))
}

fn draft_of(form: DraftForm) -> Draft {
    let DraftForm { title, summary, category, tags, licence, price, updates, preset } = form;
    Draft { title, summary, category, tags, licence, price, updates, preset }
}

fn not_cleared(faults: &[Fault]) -> Refused {
    let fields = faults
        .iter()
        .map(|fault| FieldFault { field: field_of(fault).to_owned(), sentence: in_a_form(fault) })
        .collect();
    Refused::new(
        StatusCode::UNPROCESSABLE_ENTITY,
        "not-cleared",
        "Some of what you wrote cannot stand in a listing.",
        "Change the marked fields; nothing was sealed or sent.",
    )
    .money("No money is concerned.")
    .fields(fields)
}

/// The terminal's options are no words of a form.
fn in_a_form(fault: &Fault) -> String {
    match fault {
        Fault::Missing { what, .. } => format!("{} is missing.", sentence(what).trim_end_matches('.')),
        other => sentence(&other.to_string()),
    }
}

fn field_of(fault: &Fault) -> &'static str {
    let text = fault.to_string();
    match fault {
        Fault::Category(_) => "category",
        Fault::Licence(_) => "licence",
        Fault::Amount(_) | Fault::Price(_) => "price",
        Fault::UpdatesPast { .. } => "updates",
        Fault::TooManyTags { .. } => "tags",
        Fault::Term(_) if text.contains("aggregates") || text.contains("preset") => "preset",
        Fault::Term(_) => "updates",
        Fault::Missing { .. } | Fault::Word(_) => {
            ["title", "abstract", "tag", "category", "licence", "price"]
                .into_iter()
                .find(|field| text.contains(field))
                .map_or("title", |field| if field == "tag" { "tags" } else { field })
        }
    }
}
