//! Who asks and with what: the extractors that every handler begins with.
//!
//! The order of checks is fixed: signature of the head, rate of the persona, media type, size, body, digest, nonce. Nothing
//! is read before it is bounded, and nothing is parsed that was not signed where a signature is asked for.

use crate::door::Door;
use crate::guards::caller;
use crate::pace::{Pace, SteadyBody, TooSlow};
use crate::rates::Costly;
use crate::refusals::{Refused, told};
use axum::extract::{FromRequest, FromRequestParts, OriginalUri, Path, Query, Request};
use bytes::Bytes;
use http::Method;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use http::request::Parts;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde::de::DeserializeOwned;
use tacit_values::Persona;
use tacit_wire::bodies::ledger::BYTES;
use tacit_wire::signing::check_head;
use tacit_wire::{Problem, ProblemKind};
use tokio::sync::OwnedSemaphorePermit;

/// A persona's request with at most `MOST` bytes of body.
pub(crate) struct Signed<const MOST: usize> {
    /// Who asks.
    pub(crate) persona: Persona,
    /// The whole body.
    pub(crate) body: Bytes,
    /// Held as long as the body is.
    _room: Option<OwnedSemaphorePermit>,
}

/// Somebody's request with at most `MOST` bytes of body.
pub(crate) struct Anonymous<const MOST: usize> {
    /// The whole body.
    pub(crate) body: Bytes,
}

impl<const MOST: usize> FromRequest<Door> for Signed<MOST> {
    type Rejection = Refused;

    async fn from_request(request: Request, door: &Door) -> Result<Self, Refused> {
        let (parts, body) = request.into_parts();
        let origin = &door.market().settings().origin;
        // The address as it came: inside a nested router the request's own has lost its beginning.
        let whole = parts.extensions.get::<OriginalUri>().map_or(&parts.uri, |OriginalUri(whole)| whole);
        let path = whole.path_and_query().map_or("/", |path| path.as_str());
        let head = check_head(origin, &parts.method, path, &parts.headers, door.market().now())?;
        door.rates().admit_persona(&head.persona())?;
        let room = door.room_for(MOST)?;
        let body = read(&parts, body, MOST, door.settings().pace).await?;
        let signed = head.with_body(&body, door.nonces(), door.market().now())?;
        if parts.method != Method::GET {
            // What changes something counts once even across a restart, and among several doors.
            let remembered =
                door.market().remember_nonce(signed.persona(), signed.nonce(), signed.fresh_until());
            remembered.await.map_err(told)?;
        }
        Ok(Self { persona: signed.persona(), body, _room: room })
    }
}

impl<const MOST: usize> FromRequest<Door> for Anonymous<MOST> {
    type Rejection = Refused;

    async fn from_request(request: Request, door: &Door) -> Result<Self, Refused> {
        let (parts, body) = request.into_parts();
        Ok(Self { body: read(&parts, body, MOST, door.settings().pace).await? })
    }
}

impl<const MOST: usize> Signed<MOST> {
    /// The body as JSON.
    pub(crate) fn json<T: DeserializeOwned>(&self) -> Result<T, Refused> {
        from_json(&self.body)
    }

    /// Refused unless the persona in the address is the one who asks.
    pub(crate) fn as_owner_of(&self, named: &Persona) -> Result<Persona, Refused> {
        if self.persona == *named {
            return Ok(self.persona);
        }
        Err(Refused::new(
            ProblemKind::NotYours,
            "the request is signed by another persona than the address names",
            "sign with the persona that the address names",
        ))
    }
}

impl<const MOST: usize> Anonymous<MOST> {
    /// The body as JSON.
    pub(crate) fn json<T: DeserializeOwned>(&self) -> Result<T, Refused> {
        from_json(&self.body)
    }
}

fn from_json<T: DeserializeOwned>(body: &[u8]) -> Result<T, Refused> {
    serde_json::from_slice(body)
        .map_err(|error| Refused::malformed(format!("the body cannot be read: {error}")))
}

/// What the media type must be; a handler's body is either JSON or bytes, and its parser says no to the other one.
const KNOWN_TYPES: [&str; 2] = ["application/json", BYTES];

async fn read(parts: &Parts, body: axum::body::Body, most: usize, pace: Pace) -> Result<Bytes, Refused> {
    let too_large = || -> Refused {
        Problem::new(ProblemKind::TooLarge, format!("the body is longer than {most} bytes"))
            .remedy("send less, or in parts where the resource takes parts")
            .into()
    };
    let stated = parts.headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if stated.is_some_and(|length| length > most as u64) {
        return Err(too_large());
    }
    let body = Limited::new(SteadyBody::new(body, pace), most).collect().await.map_err(|error| {
        if error.downcast_ref::<LengthLimitError>().is_some() {
            return too_large();
        }
        if let Some(slow) = error.downcast_ref::<TooSlow>() {
            return Problem::new(ProblemKind::TookTooLong, format!("the body came too slowly: {slow}"))
                .remedy(
                    "send it again on a better connection; parts that arrived whole need not be sent again",
                )
                .into();
        }
        Refused::malformed("the body ended early")
    })?;
    let body = body.to_bytes();
    if !body.is_empty() && !has_known_type(parts) {
        let detail = "the body's Content-Type must be application/json or application/octet-stream";
        let remedy = "say in Content-Type which of the two it is";
        return Err(Refused::new(ProblemKind::WrongMediaType, detail, remedy));
    }
    Ok(body)
}

fn has_known_type(parts: &Parts) -> bool {
    let stated = parts.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = stated.split(';').next().unwrap_or_default().trim();
    KNOWN_TYPES.iter().any(|known| known.eq_ignore_ascii_case(essence))
}

/// A bundle or a crossing that the caller's network address may send now. Stands before the body, which is not read
/// otherwise.
pub(crate) struct MaySendBundle;

/// A letter that the caller's network address may post now.
pub(crate) struct MayPostLetter;

fn admit_costly(what: Costly, parts: &Parts, door: &Door) -> Result<(), Refused> {
    match caller(door, &parts.extensions, &parts.headers) {
        Some(address) => Ok(door.rates().admit_costly(what, address)?),
        None => Ok(()),
    }
}

impl FromRequestParts<Door> for MaySendBundle {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, door: &Door) -> Result<Self, Refused> {
        admit_costly(Costly::Bundle, parts, door).map(|()| Self)
    }
}

impl FromRequestParts<Door> for MayPostLetter {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, door: &Door) -> Result<Self, Refused> {
        admit_costly(Costly::Letter, parts, door).map(|()| Self)
    }
}

/// The variable parts of the address.
pub(crate) struct At<T>(pub(crate) T);

impl<T: DeserializeOwned + Send> FromRequestParts<Door> for At<T> {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, door: &Door) -> Result<Self, Refused> {
        let Path(value) = Path::from_request_parts(parts, door).await?;
        Ok(Self(value))
    }
}

/// What stands behind the question mark.
pub(crate) struct Asked<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequestParts<Door> for Asked<T> {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, door: &Door) -> Result<Self, Refused> {
        let Query(value) = Query::from_request_parts(parts, door).await?;
        Ok(Self(value))
    }
}
