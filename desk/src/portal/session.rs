//! Opening, locking and ending the session of one browser.

use super::guards::{self, Served};
use super::house::{DeskStage, Portal};
use super::passkeys;
use super::refusals::{Answer, Refused};
use super::said::Said;
use super::sessions::{SessionKey, Standing};
use super::shown::desk::DeskShort;
use super::shown::problem::Problem;
use super::shown::session::{LinkView, OpenForm, SessionView, Stage, UnlockForm};
use crate::keyring::{Keyring, file};
use crate::open::OpenDesk;
use crate::refusal::Refusal;
use crate::settings::DeskSettings;
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use secrecy::SecretString;
use std::sync::Arc;
use zeroize::Zeroize;

/// Who is here, and how far the desk is.
#[utoipa::path(get, path = "/session", tag = "session", responses((status = 200, body = SessionView), (status = "default", description = "why not, and what to do", body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn session(State(served): State<Served>, key: SessionKey) -> Answer<SessionView> {
    Ok(Json(view(&served.portal, &key).await?))
}

/// Opens a session with the token of a link. Each token works once.
#[utoipa::path(post, path = "/session", tag = "session", request_body = OpenForm, responses((status = 200, body = SessionView), (status = "default", description = "why not, and what to do", body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn open_session(
    State(served): State<Served>,
    Said(form): Said<OpenForm>,
) -> Result<Response, Refused> {
    let portal = &served.portal;
    let chance = &portal.engines().chance;
    let secrets = [chance.seed(), chance.seed()];
    let cookie = portal.sessions().open(&form.token, secrets, portal.now()).ok_or_else(|| {
        Refused::new(
            StatusCode::FORBIDDEN,
            "used-link",
            "This link was used already, or is too old.",
            "Press Enter at the terminal where `tacit desk` runs: it prints a new one.",
        )
    })?;
    let key = SessionKey::of(&cookie);
    if let DeskStage::Locked = portal.stage() {
        portal.sessions().lock(&key);
    }
    let mut answer = Json(view(portal, &key).await?).into_response();
    let set = format!("{}={cookie}; HttpOnly; SameSite=Strict; Path=/", served.cookie_name());
    let set = HeaderValue::from_str(&set).expect("a cookie of letters and digits is a header");
    answer.headers_mut().insert(header::SET_COOKIE, set);
    Ok(answer)
}

/// Ends this browser's session; a new link is needed then.
#[utoipa::path(delete, path = "/session", tag = "session", responses((status = 204, description = "done"), (status = "default", description = "why not, and what to do", body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn end_session(State(served): State<Served>, key: SessionKey) -> Response {
    served.portal.sessions().end(&key);
    let set = format!("{}=; HttpOnly; SameSite=Strict; Path=/; Max-Age=0", served.cookie_name());
    (StatusCode::NO_CONTENT, [(header::SET_COOKIE, set)]).into_response()
}

/// The person is still there: puts the idle lock off. Say it at most once a minute, when a key or a pointer moved; requests alone do not count.
#[utoipa::path(post, path = "/session/active", tag = "session", responses((status = 204, description = "done"), (status = "default", description = "why not, and what to do", body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn still_here(_key: SessionKey) -> StatusCode {
    // The guard has noted the sign already, as for everything that a person does.
    StatusCode::NO_CONTENT
}

/// A link for another browser of the same person: opens one session, once.
#[utoipa::path(post, path = "/links", tag = "session", responses((status = 200, body = LinkView), (status = "default", description = "why not, and what to do", body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn new_link(State(served): State<Served>) -> Answer<LinkView> {
    let (link, until) = served.portal.new_link(served.port);
    Ok(Json(LinkView { link, until: until.to_string() }))
}

/// Opens a locked page, and the desk when it was not opened since its start.
#[utoipa::path(post, path = "/unlock", tag = "session", request_body = UnlockForm, responses((status = 200, body = SessionView), (status = "default", description = "why not, and what to do", body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn unlock(
    State(served): State<Served>,
    key: SessionKey,
    Said(form): Said<UnlockForm>,
) -> Answer<SessionView> {
    let portal = &served.portal;
    let keyring = portal.try_secret(Secret::of(form)?).await?;
    if portal.desk().is_none() {
        let settings = DeskSettings::read(portal.folder())?;
        let desk = OpenDesk::with_parts(portal.folder().clone(), settings, keyring, portal.engines().clone())
            .await?;
        portal.take_desk(Arc::new(desk));
    }
    portal.sessions().unlock(&key, portal.now());
    Ok(Json(view(portal, &key).await?))
}

/// Locks this page. The desk goes on answering orders.
#[utoipa::path(post, path = "/lock", tag = "session", responses((status = 200, body = SessionView), (status = "default", description = "why not, and what to do", body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn lock(State(served): State<Served>, key: SessionKey) -> Answer<SessionView> {
    let portal = &served.portal;
    if !matches!(file::needs_passphrase(portal.folder()), Ok(true)) {
        return Err(Refused::new(
            StatusCode::CONFLICT,
            "nothing-to-unlock-with",
            "This desk has no passphrase, so a locked page could not be opened again.",
            "Sign out instead; a new link at the terminal opens the desk again.",
        ));
    }
    portal.sessions().lock(&key);
    Ok(Json(view(portal, &key).await?))
}

/// What somebody offers to open the keyring with.
pub(crate) enum Secret {
    Passphrase(SecretString),
    Passkey { id: String, prf: zeroize::Zeroizing<Vec<u8>> },
}

impl Secret {
    fn of(form: UnlockForm) -> Result<Self, Refused> {
        match (form.passphrase, form.passkey) {
            (Some(passphrase), None) => Ok(Self::Passphrase(SecretString::from(passphrase))),
            (None, Some(mut proof)) => {
                let prf = passkeys::prf_output(&proof.prf)?;
                proof.prf.zeroize();
                Ok(Self::Passkey { id: proof.id, prf })
            }
            _ => Err(Refused::malformed("Say either a passphrase or a passkey.")),
        }
    }
}

impl Portal {
    /// A fresh link and until when it may be used.
    pub fn new_link(&self, port: u16) -> (String, tacit_values::Timestamp) {
        let seed = self.engines().chance.seed();
        let (token, until) = self.sessions().new_link(seed, self.now());
        (format!("http://localhost:{port}/#open={token}"), until)
    }

    /// Opens the keyring with what somebody offers; wrong offers slow down everybody.
    pub(crate) async fn try_secret(&self, secret: Secret) -> Result<Keyring, Refused> {
        let mut attempts = self.house().door.lock().await;
        attempts.may_try(self.now())?;
        let folder = self.folder().clone();
        let opened = tokio::task::spawn_blocking(move || match secret {
            Secret::Passphrase(passphrase) => file::open::<Refusal>(&folder, || Ok(passphrase)),
            Secret::Passkey { id, prf } => {
                crate::keyring::passkey::open(&folder, &id, &prf).map_err(Refusal::from)
            }
        });
        match opened.await.expect("opening a keyring does not panic") {
            Ok(keyring) => {
                attempts.right();
                Ok(keyring)
            }
            Err(refusal) if matches!(refusal.code.as_ref(), "wrong-passphrase" | "wrong-passkey") => {
                attempts.wrong(self.now());
                Err(refusal.into())
            }
            Err(refusal) => Err(refusal.into()),
        }
    }

    /// Asks for the passphrase again, where the desk has one.
    pub(crate) async fn confirm(&self, passphrase: Option<String>) -> Result<(), Refused> {
        if !matches!(file::needs_passphrase(self.folder()), Ok(true)) {
            return Ok(());
        }
        let Some(passphrase) = passphrase else {
            return Err(Refused::new(
                StatusCode::FORBIDDEN,
                "wrong-passphrase",
                "This needs the passphrase of the desk.",
                "Type it again.",
            ));
        };
        self.try_secret(Secret::Passphrase(SecretString::from(passphrase))).await.map(drop)
    }
}

/// The session as its page sees it.
pub(crate) async fn view(portal: &Portal, key: &SessionKey) -> Result<SessionView, Refused> {
    let standing = guards::standing(portal, key);
    let csrf = portal.sessions().csrf(key).ok_or_else(|| {
        Refused::new(
            StatusCode::UNAUTHORIZED,
            "no-session",
            "This session is over.",
            "Open a new link from the terminal where `tacit desk` runs.",
        )
    })?;
    let at_hand = portal.stage();
    let locked = standing == Some(Standing::Locked);
    let stage = match &at_hand {
        DeskStage::New => Stage::New,
        DeskStage::Open(_) if !locked => Stage::Open,
        _ => Stage::Locked,
    };
    let desk = match &at_hand {
        DeskStage::New => None,
        DeskStage::Open(desk) if !locked => Some(short(portal, Some(desk))?),
        _ => Some(short(portal, None)?),
    };
    let words_to_confirm = match &at_hand {
        DeskStage::Open(desk) if !locked => desk.unconfirmed_words().await?.is_some(),
        _ => false,
    };
    let idle_lock_s = portal.settings().idle_lock().as_secs();
    let working = matches!(at_hand, DeskStage::Open(_));
    Ok(SessionView { stage, csrf, idle_lock_s, working, words_to_confirm, desk })
}

/// The desk in a few lines.
pub(crate) fn short(portal: &Portal, desk: Option<&Arc<OpenDesk>>) -> Result<DeskShort, Refused> {
    let settings = DeskSettings::read(portal.folder())?;
    let seller = desk.map(|desk| desk.keyring().seller().persona());
    Ok(DeskShort {
        seller: seller.as_ref().map(ToString::to_string),
        mail: desk.zip(seller).map(|(desk, seller)| desk.keyring().mail_key(&seller).recipient().to_string()),
        market: settings.market.to_string(),
        proxy: settings.proxy,
        folder: portal.folder().root().display().to_string(),
        passphrase: file::needs_passphrase(portal.folder()).unwrap_or(false),
        passkeys: passkeys::count(portal.folder()),
        proofs: portal.engines().proofs.name().to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
    })
}
