//! Refusals as HTTP answers: every status from 400 up is a problem document, whoever refused.

use axum::Json;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::response::{IntoResponse, Response};
use http::header::{CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderValue, StatusCode};
use std::any::Any;
use std::time::Duration;
use tacit_flows::{Nature, Refusal};
use tacit_wire::problem::PROBLEM_JSON;
use tacit_wire::signing::NotSigned;
use tacit_wire::{Problem, ProblemKind};

/// When to come back after a fault that says nothing about it.
const USUAL_WAIT: Duration = Duration::from_secs(2);

/// A problem on its way out. The only error type of the door's handlers.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Refused(pub(crate) Box<Problem>);

impl Refused {
    pub(crate) fn new(kind: ProblemKind, detail: impl Into<String>, remedy: &str) -> Self {
        Self(Box::new(Problem::new(kind, detail).remedy(remedy)))
    }

    pub(crate) fn malformed(detail: impl Into<String>) -> Self {
        Problem::new(ProblemKind::Malformed, detail)
            .remedy("compare the request with the description at /openapi.json")
            .into()
    }
}

impl From<Problem> for Refused {
    fn from(problem: Problem) -> Self {
        Self(Box::new(problem))
    }
}

impl From<Box<Problem>> for Refused {
    fn from(problem: Box<Problem>) -> Self {
        Self(problem)
    }
}

impl From<NotSigned> for Refused {
    fn from(refused: NotSigned) -> Self {
        refused.problem().into()
    }
}

impl From<PathRejection> for Refused {
    fn from(rejected: PathRejection) -> Self {
        Self::malformed(format!("the address cannot be read: {}", rejected.body_text()))
    }
}

impl From<QueryRejection> for Refused {
    fn from(rejected: QueryRejection) -> Self {
        Self::malformed(format!("the query cannot be read: {}", rejected.body_text()))
    }
}

/// A verb of the market refused: it says nature, kind and remedy, the door only translates.
pub(crate) fn told<R: Refusal>(refused: R) -> Refused {
    let told = refused.told();
    let like = match told.nature {
        Nature::Unknown => ProblemKind::NotFound,
        Nature::Conflict => ProblemKind::Conflict,
        Nature::NotYet { .. } => ProblemKind::NotYet,
        Nature::Forbidden => ProblemKind::NotYours,
        Nature::Invalid => ProblemKind::Refused,
        Nature::TooLarge => ProblemKind::TooLarge,
        Nature::TooMany { .. } => ProblemKind::TooMany,
        Nature::Unavailable => ProblemKind::Busy,
    };
    if told.nature == Nature::Unavailable {
        // The cause names tables or files; it belongs into the log, not into the answer.
        tracing::error!(refused = %refused, cause = ?std::error::Error::source(&refused), "the market cannot answer");
    }
    let problem = match ProblemKind::of_slug(told.kind) {
        Some(kind) => Problem::new(kind, refused.to_string()),
        None => Problem::named(told.kind, like, refused.to_string()),
    };
    let problem = problem.remedy(told.remedy.unwrap_or_else(|| usual_remedy(&told.nature).into()));
    match told.nature {
        Nature::TooMany { retry_after } | Nature::NotYet { retry_after } => {
            problem.retry_after(retry_after).into()
        }
        Nature::Unavailable => problem.retry_after(USUAL_WAIT).into(),
        _ => problem.into(),
    }
}

/// What to do next where the verb says nothing more exact.
fn usual_remedy(nature: &Nature) -> &'static str {
    match nature {
        Nature::Unknown => "compare the name with what you were given; what ended long ago is forgotten",
        Nature::Conflict => "ask for its present state, then decide anew",
        Nature::Forbidden => "sign with the persona that it belongs to",
        Nature::Invalid => "change what the sentence names and send it again",
        Nature::TooLarge => "send less, or in parts where the resource takes parts",
        Nature::TooMany { .. } => "wait as long as stated and send it again",
        Nature::NotYet { .. } => "ask again when the time that is stated has passed",
        Nature::Unavailable => "send the same again after a moment: it counts once, however often it comes",
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.0.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let wait = self.0.retry_after_s.or((status.as_u16() == 503).then_some(USUAL_WAIT.as_secs()));
        let mut response = (status, Json(*self.0)).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON));
        if let Some(seconds) = wait {
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

/// A fault of the market itself: the caller learns that, the log learns which.
pub(crate) fn fault(panic: Box<dyn Any + Send + 'static>) -> Response {
    let words = panic.downcast_ref::<&str>().map(|words| (*words).to_owned());
    let words = words.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default();
    tracing::error!(panic = words, "a request met a fault of the market");
    let problem = Problem::new(ProblemKind::Fault, "the market met a fault of its own while answering")
        .remedy("send the request again; every request to this market can be repeated safely");
    Refused::from(problem).into_response()
}

/// No such resource.
pub(crate) async fn nothing_there() -> Refused {
    Problem::new(ProblemKind::NotFound, "there is no such resource")
        .remedy("compare the address with the description at /openapi.json")
        .into()
}

/// The resource exists, with other verbs.
pub(crate) async fn wrong_verb() -> Refused {
    Problem::new(ProblemKind::WrongVerb, "this resource does not know that verb")
        .remedy("compare the verb with the description at /openapi.json")
        .into()
}
