//! Long work, looked at and stopped.

use super::guards::Served;
use super::house::Portal;
use super::refusals::{Answer, Refused};
use super::said::Named;
use super::shown::jobs::{CancelledView, JobKind, JobView, JobsView};
use super::shown::problem::Problem;
use crate::open::OpenDesk;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use std::sync::Arc;
use tacit_trade::Purchase;
use tacit_values::OrderId;

/// Long work since the desk was started.
#[utoipa::path(get, path = "/jobs", tag = "jobs", responses((status = 200, body = JobsView), (status = "default", description = "why not, and what to do", body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn jobs(State(served): State<Served>) -> Answer<JobsView> {
    let mut jobs = served.portal.house().work.all();
    jobs.reverse();
    Ok(Json(JobsView { jobs }))
}

/// One job.
#[utoipa::path(get, path = "/jobs/{id}", tag = "jobs", params(("id" = String, Path)), responses((status = 200, body = JobView), (status = "default", description = "why not, and what to do", body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn job(State(served): State<Served>, Named(id): Named<String>) -> Answer<JobView> {
    served.portal.house().work.get(&id).map(Json).ok_or_else(|| Refused::nothing("job"))
}

/// Stops a job; says what that means for the money.
#[utoipa::path(delete, path = "/jobs/{id}", tag = "jobs", params(("id" = String, Path)), responses((status = 200, body = CancelledView), (status = "default", description = "why not, and what to do", body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn cancel_job(
    State(served): State<Served>,
    Named(id): Named<String>,
) -> Answer<CancelledView> {
    let portal = &served.portal;
    let before = portal.house().work.get(&id).ok_or_else(|| Refused::nothing("job"))?;
    if !before.can_cancel {
        return Err(Refused::new(
            StatusCode::CONFLICT,
            "not-now",
            "This work cannot be stopped now, or is over.",
            "Wait until it is over.",
        ));
    }
    let desk = portal.open_desk()?;
    let (money, next) = match before.kind {
        JobKind::Buy | JobKind::Resume => {
            let order = before.about.as_deref().and_then(|about| about.parse::<OrderId>().ok());
            let order = order.ok_or_else(|| Refused::nothing("order"))?;
            portal.held().insert(order);
            if let Err(over) = portal.stop_job(&id).await {
                portal.held().remove(&order);
                return Err(over);
            }
            hold(portal, &desk, &order).await?
        }
        JobKind::Sell => {
            portal.stop_job(&id).await?;
            (
                "No money is concerned: nothing is for sale yet.",
                "Go on with it from your listings whenever you like; what was sealed and sent is not done again.",
            )
        }
        JobKind::Send => {
            portal.stop_job(&id).await?;
            (
                "If the payment was handed over already, it lands or ends by itself; otherwise the money is free again after its last epoch.",
                "Look at the wallet's history in a few minutes; it is never paid twice.",
            )
        }
        JobKind::Cross => {
            portal.stop_job(&id).await?;
            ("Every part crossed whole or stays where it is.", "Go on crossing from the wallet.")
        }
        JobKind::Ledger => {
            portal.stop_job(&id).await?;
            ("No money is concerned: only public records were read.", "Begin it again whenever you like.")
        }
        JobKind::Restore => {
            portal.stop_job(&id).await?;
            (
                "No money is lost: it is found whenever the ledger is followed to its end.",
                "The desk looks again when it is started the next time.",
            )
        }
    };
    let job = portal.house().work.get(&id).ok_or_else(|| Refused::nothing("job"))?;
    Ok(Json(CancelledView { job, money: money.to_owned(), next: next.to_owned() }))
}

/// What stopping an order means: before anything was promised it is cancelled, afterwards it is held.
async fn hold(
    portal: &Portal,
    desk: &Arc<OpenDesk>,
    order: &OrderId,
) -> Result<(&'static str, &'static str), Refused> {
    let kept = desk.purchase(order).await?.ok_or_else(|| Refused::nothing("order"))?;
    Ok(match kept.purchase {
        Purchase::Requested { .. } | Purchase::Agreed { .. } => {
            desk.cancel_order(order).await?;
            portal.held().remove(order);
            ("Nothing was paid.", "The order is cancelled. Order again if you still want it.")
        }
        Purchase::Paying { .. } => (
            "Nothing was sent: the money stays promised to this order until you resume it, or until it ends by itself.",
            "Resume the order to pay, or leave it to end.",
        ),
        Purchase::PaymentInDoubt { .. } => (
            "The payment was handed over and may land; it is never paid twice.",
            "Resume the order to see what the ledger says.",
        ),
        _ => (
            "The payment stands, and what you bought is yours.",
            "Resume the order to fetch it; what was downloaded is not fetched again.",
        ),
    })
}
