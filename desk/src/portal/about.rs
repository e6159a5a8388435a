//! The desk itself: what it knows, what it keeps, its backup, and what works on this machine.

use super::bought::attachment;
use super::guards::Served;
use super::house::Portal;
use super::market;
use super::refusals::{Answer, Refused};
use super::said::Said;
use super::session::short;
use super::shown::Attachment;
use super::shown::desk::{DeskChange, DeskView, DoctorView, KeptAt, RetentionFact};
use super::shown::problem::Problem;
use crate::folder::disk;
use crate::meeting;
use crate::open::OpenDesk;
use crate::settings::DeskSettings;
use axum::Json;
use axum::extract::State;
use axum::response::Response;
use std::sync::Arc;

/// Who this desk is, whom it trusts, what is kept where.
#[utoipa::path(get, path = "/desk", tag = "about", responses((status = 200, body = DeskView), (status = "default", description = "why not, and what to do", body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn desk(State(served): State<Served>) -> Answer<DeskView> {
    let desk = served.portal.open_desk()?;
    Ok(Json(view(&served.portal, &desk).await?))
}

/// Changes the proxy or the idle lock.
#[utoipa::path(patch, path = "/desk", tag = "about", request_body = DeskChange, responses((status = 200, body = DeskView), (status = "default", description = "why not, and what to do", body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn change_desk(
    State(served): State<Served>,
    Said(form): Said<DeskChange>,
) -> Answer<DeskView> {
    let portal = &served.portal;
    let desk = portal.open_desk()?;
    if let Some(proxy) = form.proxy {
        let proxy = Some(proxy.trim().to_owned()).filter(|proxy| !proxy.is_empty());
        let changed = DeskSettings { proxy, ..DeskSettings::read(portal.folder())? };
        // Refuses what is no proxy before it is written.
        let _usable = meeting::client(&changed, portal.engines())?;
        changed.write(portal.folder())?;
    }
    if let Some(seconds) = form.idle_lock_s {
        let changed = {
            let mut settings = portal.settings();
            settings.set_idle_lock(seconds)?;
            settings.clone()
        };
        changed.write(portal.folder())?;
    }
    Ok(Json(view(portal, &desk).await?))
}

/// Everything that the words alone cannot bring back, sealed to the words.
#[utoipa::path(post, path = "/backup", tag = "about", responses((status = 200, description = "the document", body = Attachment, content_type = "application/octet-stream"), (status = "default", description = "why not, and what to do", body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn backup(State(served): State<Served>) -> Result<Response, Refused> {
    let portal = &served.portal;
    let desk = portal.open_desk()?;
    let seed = portal.engines().chance.seed();
    let name = tacit_values::base64url::encode(&seed[..12]);
    let place = desk.folder().work().join(format!("backup-{name}"));
    let made = desk.back_up(&place).await;
    let bytes = std::fs::read(&place).map_err(|_| disk());
    let _gone_already = std::fs::remove_file(&place);
    let at = made?.at;
    let changed = {
        let mut settings = portal.settings();
        settings.last_backup = Some(at.to_string());
        settings.clone()
    };
    changed.write(portal.folder())?;
    let name = format!("tacit-desk-{}.backup.age", at.date());
    Ok(attachment(bytes?, "application/octet-stream", &name))
}

/// What works on this machine.
#[utoipa::path(get, path = "/doctor", tag = "about", responses((status = 200, body = DoctorView), (status = "default", description = "why not, and what to do", body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn doctor(State(served): State<Served>) -> Answer<DoctorView> {
    let doctor = served.portal.parts().doctor.clone();
    let found = tokio::task::spawn_blocking(move || doctor()).await;
    Ok(Json(found.expect("looking around does not panic")))
}

async fn view(portal: &Portal, desk: &Arc<OpenDesk>) -> Result<DeskView, Refused> {
    let (idle_lock_s, last_backup) = {
        let settings = portal.settings();
        (settings.idle_lock().as_secs(), settings.last_backup.clone())
    };
    Ok(DeskView {
        desk: short(portal, Some(desk))?,
        keys: market::keys(&desk.settings().pinned),
        idle_lock_s,
        last_backup,
        retention: retention(desk).await?,
    })
}

async fn retention(desk: &OpenDesk) -> Result<Vec<RetentionFact>, Refused> {
    let mut facts = Vec::new();
    let mut fact = |place, what: &str, how_long: &str, seconds| {
        facts.push(RetentionFact { what: what.to_owned(), place, how_long: how_long.to_owned(), seconds });
    };
    fact(
        KeptAt::Desk,
        "Orders, receipts, watch list and history",
        "until you remove the desk's folder",
        None,
    );
    fact(KeptAt::Desk, "Files that you bought", "until you remove them", None);
    fact(KeptAt::Desk, "Files that you sent here to sell", "until they are for sale, or a day", Some(86_400));
    fact(KeptAt::Desk, "The mirror of catalogue, log and ledger", "as long as the desk", None);
    if let Some(said) = desk.mirror().market().await? {
        let kept = said.retention;
        let days = |seconds: u64| match seconds / 86_400 {
            0 => format!("{} h", seconds / 3600),
            days => format!("{days} days"),
        };
        let at_market = [
            ("Orders after their end, sealed documents and signatures", kept.ended_orders_s),
            ("Sealed letters", kept.letters_s),
            ("Uploads that nobody goes on with", kept.idle_uploads_s),
        ];
        for (what, seconds) in at_market {
            fact(KeptAt::Market, what, &days(seconds), Some(seconds));
        }
    }
    fact(KeptAt::Market, "Listings, the log and the ledger", "for ever: they are public evidence", None);
    Ok(facts)
}
