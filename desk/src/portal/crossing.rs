//! Money in rotated pools: what would be seen of it, and the job that moves it.

use super::guards::Served;
use super::refusals::{Refused, sentence};
use super::said::Said;
use super::shown::Begun;
use super::shown::events::Event;
use super::shown::jobs::{JobKind, JobResult};
use super::shown::problem::Problem;
use super::shown::wallet::CrossForm;
use super::wallet::{sum, tell};
use super::work_list::{Beginning, Job};
use crate::open::OpenDesk;
use crate::refusal::Refusal;
use crate::wallet::{Crossing, CrossingPace, CrossingWaits};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use std::time::Duration;
use tacit_values::Money;

/// Over how many hours the parts are spread unless it is said otherwise.
const USUAL_HOURS: u16 = 24;
/// How long one wait for the ledger goes on before it looks around.
const PATIENCE: Duration = Duration::from_secs(120);
/// The name of the one job that crosses.
const CROSSING: &str = "crossing";

/// Moves money out of rotated pools; the amounts that cross are public.
#[utoipa::path(post, path = "/wallet/cross", tag = "wallet", request_body = CrossForm, responses((status = 202, body = Begun), (status = "default", description = "why not, and what to do", body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn cross(
    State(served): State<Served>,
    Said(form): Said<CrossForm>,
) -> Result<(StatusCode, Json<Begun>), Refused> {
    let portal = &served.portal;
    let desk = portal.open_desk()?;
    if let Some(job) = portal.job_about(CROSSING) {
        return Ok((StatusCode::ACCEPTED, Json(Begun { job: job.id })));
    }
    let views = desk.wallet().as_known().await?;
    let there = sum(views.iter().filter(|view| view.is_rotated()).map(|view| view.balance.free));
    if there.is_zero() {
        return Err(Refused::new(
            StatusCode::CONFLICT,
            "nothing-to-cross",
            "There is nothing to cross: no free money lies in a pool that was rotated.",
            "Money that is promised to payments there is free again when they end; look again then.",
        )
        .money("Your money stays where it is."));
    }
    let pace = if form.now {
        CrossingPace::AtOnce
    } else {
        CrossingPace::Over(Duration::from_secs(u64::from(form.over_hours.unwrap_or(USUAL_HOURS)) * 3600))
    };
    let beginning = Beginning {
        kind: JobKind::Cross,
        about: Some(CROSSING.to_owned()),
        title: format!("{there} {} into the new pool", there.currency()),
        stage: "planning what crosses".to_owned(),
    };
    let job = portal.begin(beginning, {
        let portal = portal.clone();
        move |job| async move {
            let crossed = go_on(&desk, pace, &job).await;
            portal.tell(Event::Wallet);
            crossed
        }
    });
    Ok((StatusCode::ACCEPTED, Json(Begun { job })))
}

async fn go_on(desk: &OpenDesk, pace: CrossingPace, job: &Job) -> Result<JobResult, Refusal> {
    let mut crossed = Vec::new();
    loop {
        match desk.wallet().cross(pace, PATIENCE, &|step| tell(job, step)).await {
            Ok(crossings) => {
                crossed.extend(crossings.iter().flat_map(|one| &one.crossed).map(|part| part.amount));
                let open = crossings.iter().find_map(|one| match &one.waits {
                    Some(CrossingWaits::Open { until, .. }) => Some(*until),
                    _ => None,
                });
                let Some(until) = open else { return Ok(result(&crossed, &crossings)) };
                job.waits(&format!("a part was sent; it lands or ends by epoch {until} of the old pool"));
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
            Err(refusal) if refusal.may_pass() => {
                job.stuck(&refusal);
                tokio::time::sleep(Duration::from_secs(3)).await;
            }
            Err(refusal) => return Err(refusal),
        }
    }
}

fn result(crossed: &[Money], crossings: &[Crossing]) -> JobResult {
    let together = sum(crossed.iter().copied());
    let left = sum(crossings.iter().map(|one| one.left));
    let mut remark = format!("{together} {} crossed", together.currency());
    let next = crossings.iter().find_map(|one| one.waits.as_ref());
    match next {
        _ if left.is_zero() => {}
        Some(CrossingWaits::Until(at)) => remark.push_str(&format!(
            "; {left} are left, and the next part crosses by itself at {at} or later, while this desk runs"
        )),
        Some(CrossingWaits::InFlight) => remark.push_str(&format!(
            "; {left} are left, promised to payments that were begun before the rotation: they are free again when those end"
        )),
        Some(CrossingWaits::From(epoch)) => {
            remark.push_str(&format!("; {left} are left: the rotation begins with epoch {epoch} of the old pool"));
        }
        Some(CrossingWaits::Open { .. }) | None => remark.push_str(&format!("; {left} are left")),
    }
    JobResult { remark: Some(sentence(&remark)), ..JobResult::default() }
}
