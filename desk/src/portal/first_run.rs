//! The first run: meeting a market, making a desk, or bringing one back.

use super::files;
use super::guards::Served;
use super::house::{DeskStage, Portal};
use super::market;
use super::refusals::{Answer, Refused};
use super::said::{Said, read};
use super::session::short;
use super::shown::desk::{MadeView, MakeForm, MeetForm, MetView, RestoreForm, RestoredView, WordsView};
use super::shown::jobs::{JobKind, JobResult};
use super::shown::orders::ConfirmForm;
use super::shown::problem::Problem;
use super::work_list::Beginning;
use crate::backup::OpenedBackup;
use crate::keyring::file::Protection;
use crate::keyring::words::Words;
use crate::making::{Made, Met, establish, meet as meet_market};
use crate::open::OpenDesk;
use crate::refusal::Refusal;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use secrecy::SecretString;
use std::sync::Arc;
use tacit_values::Origin;
use zeroize::Zeroizing;

/// Meets a market and shows its keys; nothing is made.
#[utoipa::path(post, path = "/meet", tag = "first_run", request_body = MeetForm, responses((status = 200, body = MetView), (status = "default", description = "why not, and what to do", body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn meet(State(served): State<Served>, Said(form): Said<MeetForm>) -> Answer<MetView> {
    let portal = &served.portal;
    let market: Origin = read("market", &form.market)?;
    let Met { settings, view } = meet_market(market, proxy_of(form.proxy), None, portal.engines()).await?;
    let (ours, theirs) = (portal.now().millis(), view.time.millis());
    let apart = i64::try_from(ours.abs_diff(theirs) / 1000).unwrap_or(i64::MAX);
    let mut sentence = format!(
        "{} answers and says who it is. Compare its keys with what its operator publishes elsewhere: your desk will trust \
         these and no others.",
        settings.market
    );
    if settings.pinned.proofs != "halo2" {
        sentence.push_str(" Its ledger has no real proofs: for trying out only.");
    }
    if view.demo {
        sentence.push_str(" It is a market for trying things out; its money is worth nothing.");
    }
    if settings.proxy.is_none() {
        sentence.push_str(" Without a proxy it sees this machine's address.");
    }
    Ok(Json(MetView {
        market: settings.market.to_string(),
        keys: market::keys(&settings.pinned),
        proofs: settings.pinned.proofs.clone(),
        demo: view.demo,
        clock_skew_s: if ours >= theirs { apart } else { -apart },
        sentence,
    }))
}

/// Makes the desk. Its words are in this answer, and can be shown again until they are confirmed.
#[utoipa::path(post, path = "/desk", tag = "first_run", request_body = MakeForm, responses((status = 200, body = MadeView), (status = "default", description = "why not, and what to do", body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn make_desk(State(served): State<Served>, Said(form): Said<MakeForm>) -> Answer<MadeView> {
    let portal = &served.portal;
    let _one_at_a_time = portal.house().door.lock().await;
    only_new(portal)?;
    let protection = protection_of(form.passphrase)?;
    let market: Origin = read("market", &form.market)?;
    let engines = portal.engines().clone();
    let met = meet_market(market, proxy_of(form.proxy), None, &engines).await?;
    let words = Words::draw(&mut engines.chance.rng());
    let keyring = words.keyring();
    let made = establish(portal.folder(), engines, met.settings, &keyring, &protection, Made::Shown(&words));
    let (desk, _) = made.await?;
    let desk = Arc::new(desk);
    portal.take_desk(desk.clone());
    Ok(Json(MadeView { words: list(&words), desk: short(portal, Some(&desk))? }))
}

/// Shows the words again, as long as nobody has confirmed that they are written down. Asks for the passphrase.
#[utoipa::path(post, path = "/desk/words", tag = "first_run", request_body = ConfirmForm, responses((status = 200, body = WordsView), (status = "default", description = "why not, and what to do", body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn show_words(
    State(served): State<Served>,
    Said(form): Said<ConfirmForm>,
) -> Answer<WordsView> {
    let portal = &served.portal;
    let desk = portal.open_desk()?;
    let words = desk.unconfirmed_words().await?.ok_or_else(|| {
        Refused::new(
            StatusCode::CONFLICT,
            "words-confirmed",
            "The words of this desk were written down, and the desk has forgotten them.",
            "Look at your paper. If it is lost, move the money to a new desk.",
        )
    })?;
    portal.confirm(form.passphrase).await?;
    Ok(Json(WordsView { words: list(&words) }))
}

/// The words are on paper: from now on the desk has forgotten them.
#[utoipa::path(delete, path = "/desk/words", tag = "first_run", responses((status = 204, description = "done"), (status = "default", description = "why not, and what to do", body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn confirm_words(State(served): State<Served>) -> Result<StatusCode, Refused> {
    served.portal.open_desk()?.words_are_on_paper().await?;
    Ok(StatusCode::NO_CONTENT)
}

fn list(words: &Words) -> Vec<String> {
    words.in_one_line().split(' ').map(str::to_owned).collect()
}

/// Brings a desk back from its words, and from a backup if there is one.
#[utoipa::path(post, path = "/desk/restore", tag = "first_run", request_body = RestoreForm, responses((status = 200, body = RestoredView), (status = "default", description = "why not, and what to do", body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn restore_desk(
    State(served): State<Served>,
    Said(form): Said<RestoreForm>,
) -> Answer<RestoredView> {
    let portal = &served.portal;
    let _one_at_a_time = portal.house().door.lock().await;
    only_new(portal)?;
    let protection = protection_of(form.passphrase)?;
    let typed = Zeroizing::new(form.words);
    let words = Words::read(&typed).map_err(|wrong| super::said::field_fault("words", &wrong))?;
    let keyring = words.keyring();
    let backup = match &form.backup {
        Some(file) => Some(OpenedBackup::open(&files::place_of(portal, file)?, &keyring)?),
        None => None,
    };
    let known = backup.as_ref().map(|backup| backup.settings().clone());
    let market = match form.market.filter(|market| !market.trim().is_empty()) {
        Some(text) => read::<Origin>("market", &text)?,
        None => known.as_ref().map(|known| known.market.clone()).ok_or_else(|| {
            super::said::field_fault("market", &"say which market; only a backup knows it by itself")
        })?,
    };
    let proxy = proxy_of(form.proxy).or(known.as_ref().and_then(|known| known.proxy.clone()));
    let engines = portal.engines().clone();
    let met = meet_market(market, proxy, known.as_ref(), &engines).await?;
    let made = Made::Restored(backup.map(Box::new));
    let (desk, records) =
        establish(portal.folder(), engines, met.settings, &keyring, &protection, made).await?;
    if let Some(file) = &form.backup {
        files::remove(portal, file);
    }
    let desk = Arc::new(desk);
    let job = begin_looking(portal, &desk);
    portal.take_desk(desk.clone());
    Ok(Json(RestoredView {
        desk: short(portal, Some(&desk))?,
        records: records.map(|records| records as u64),
        job,
    }))
}

/// The name of the one job that looks for what a restored desk had.
const LOOKING: &str = "restore";

/// Begins to look for money and orders, unless that is under way.
pub(crate) fn begin_looking(portal: &Portal, desk: &Arc<OpenDesk>) -> String {
    if let Some(job) = portal.job_about(LOOKING) {
        return job.id;
    }
    let beginning = Beginning {
        kind: JobKind::Restore,
        about: Some(LOOKING.to_owned()),
        title: "Bringing the desk back".to_owned(),
        stage: "following the ledger from its beginning".to_owned(),
    };
    let (portal_, desk) = (portal.clone(), desk.clone());
    portal.begin(beginning, move |job| async move {
        let found = loop {
            let tell = |sentence: &str| job.stage(sentence);
            match desk.bring_back(&tell).await {
                Ok(found) => break found,
                Err(refusal) if refusal.may_pass() => {
                    job.stuck(&refusal);
                    tokio::time::sleep(std::time::Duration::from_secs(5)).await;
                }
                Err(refusal) => return Err(refusal),
            }
        };
        portal_.tell(super::shown::events::Event::Again);
        Ok(JobResult { found_orders: Some(found as u64), ..JobResult::default() })
    })
}

fn only_new(portal: &Portal) -> Result<(), Refused> {
    match portal.stage() {
        DeskStage::New => Ok(()),
        _ => Err(Refused::new(
            StatusCode::CONFLICT,
            "desk-exists",
            "This folder holds a desk already.",
            "Use it, or start `tacit desk` with another folder (TACIT_HOME); nothing was overwritten.",
        )),
    }
}

fn protection_of(passphrase: Option<String>) -> Result<Protection, Refused> {
    match passphrase {
        None => Ok(Protection::None),
        Some(passphrase) if passphrase.is_empty() => Err(super::said::field_fault(
            "passphrase",
            &"the passphrase is empty; choose one, or none at all",
        )),
        Some(passphrase) => Ok(Protection::Passphrase(SecretString::from(passphrase))),
    }
}

fn proxy_of(typed: Option<String>) -> Option<String> {
    typed.map(|proxy| proxy.trim().to_owned()).filter(|proxy| !proxy.is_empty())
}

impl From<crate::keyring::file::KeyringRefused> for Refused {
    fn from(refused: crate::keyring::file::KeyringRefused) -> Self {
        Refusal::from(refused).into()
    }
}
