//! Passkeys that open this desk beside its passphrase.

use super::guards::Served;
use super::house::DeskStage;
use super::refusals::{Answer, Refused};
use super::said::{Named, Said};
use super::shown::problem::Problem;
use super::shown::session::{NewPasskey, PasskeyShown, PasskeysView};
use crate::folder::DeskFolder;
use crate::keyring::passkey::{self, Passkeys, RELYING_PARTY};
use crate::refusal::Refusal;
use axum::Json;
use axum::extract::State;
use tacit_values::base64url;
use zeroize::{Zeroize, Zeroizing};

/// The passkeys that open this desk; can be asked while it is locked.
#[utoipa::path(get, path = "/passkeys", tag = "passkeys", responses((status = 200, body = PasskeysView), (status = "default", description = "why not, and what to do", body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn passkeys(State(served): State<Served>) -> Answer<PasskeysView> {
    let portal = &served.portal;
    if matches!(portal.stage(), DeskStage::New) {
        portal.open_desk()?;
    }
    let (salt, more) = (portal.engines().chance.seed(), portal.engines().chance.seed());
    let user = *more.first_chunk().expect("32 bytes begin with 16");
    let there = Passkeys::prepared(portal.folder(), salt, user).map_err(Refusal::from)?;
    Ok(Json(shown(&there)))
}

/// Adds a passkey beside the passphrase.
#[utoipa::path(post, path = "/passkeys", tag = "passkeys", request_body = NewPasskey, responses((status = 200, body = PasskeysView), (status = "default", description = "why not, and what to do", body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn add_passkey(
    State(served): State<Served>,
    Said(mut form): Said<NewPasskey>,
) -> Answer<PasskeysView> {
    let portal = &served.portal;
    let desk = portal.open_desk()?;
    let prf = prf_output(&form.prf)?;
    form.prf.zeroize();
    let there = passkey::add(portal.folder(), desk.keyring(), &form.id, &form.name, &prf, portal.now())
        .map_err(Refusal::from)?;
    Ok(Json(shown(&there)))
}

/// Removes a passkey.
#[utoipa::path(delete, path = "/passkeys/{id}", tag = "passkeys", params(("id" = String, Path)), responses((status = 200, body = PasskeysView), (status = "default", description = "why not, and what to do", body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn remove_passkey(
    State(served): State<Served>,
    Named(id): Named<String>,
) -> Answer<PasskeysView> {
    served.portal.open_desk()?;
    passkey::remove(served.portal.folder(), &id).map_err(Refusal::from)?;
    passkeys(State(served)).await
}

/// The secret that a passkey gave.
pub(crate) fn prf_output(text: &str) -> Result<Zeroizing<Vec<u8>>, Refused> {
    base64url::decode(text)
        .map(Zeroizing::new)
        .filter(|bytes| bytes.len() == 32)
        .ok_or_else(|| Refused::malformed("The passkey's secret is not 32 bytes in base64url."))
}

/// How many open the desk of a folder.
pub(crate) fn count(folder: &DeskFolder) -> u32 {
    let there = Passkeys::read(folder).ok().flatten();
    there.map_or(0, |there| u32::try_from(there.passkeys.len()).unwrap_or(u32::MAX))
}

fn shown(there: &Passkeys) -> PasskeysView {
    PasskeysView {
        rp_id: RELYING_PARTY.to_owned(),
        salt: base64url::encode(&there.salt),
        user: base64url::encode(&there.user),
        passkeys: there
            .passkeys
            .iter()
            .map(|slot| PasskeyShown {
                id: slot.id.clone(),
                name: slot.name.clone(),
                made: slot.made.to_string(),
            })
            .collect(),
    }
}
