//! How a refusal reaches the page: as a problem document, with its status and a word about the money.

use super::shown::problem::{FieldFault, Problem};
use crate::refusal::Refusal;
use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

/// A refusal on its way to the page.
#[derive(Debug, Clone)]
pub(crate) struct Refused(pub(crate) Box<Problem>);

/// What a handler gives.
pub(crate) type Answer<T> = Result<Json<T>, Refused>;

impl Refused {
    pub(crate) fn new(
        status: StatusCode,
        code: &str,
        title: impl Into<String>,
        next: impl Into<String>,
    ) -> Self {
        Self(Box::new(Problem {
            kind: format!("urn:tacit:problem:{code}"),
            status: status.as_u16(),
            code: code.to_owned(),
            title: title.into(),
            money: None,
            next: next.into(),
            fields: Vec::new(),
            retry_after_s: None,
        }))
    }

    /// What happened to the money.
    pub(crate) fn money(mut self, sentence: impl Into<String>) -> Self {
        self.0.money = Some(sentence.into());
        self
    }

    /// When to try again.
    pub(crate) fn after(mut self, seconds: u64) -> Self {
        self.0.retry_after_s = Some(seconds);
        self
    }

    /// Which fields are wrong.
    pub(crate) fn fields(mut self, fields: Vec<FieldFault>) -> Self {
        self.0.fields = fields;
        self
    }

    /// The request is none of this API.
    pub(crate) fn malformed(title: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "malformed", title, "Correct that and try again.")
    }

    /// There is no such thing.
    pub(crate) fn nothing(what: &str) -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "not-found",
            format!("There is no such {what} on this desk."),
            "Go back to the list and choose again.",
        )
    }
}

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Self {
        Self(Box::new(problem_of(&refusal)))
    }
}

impl From<tacit_ports::desk::DeskStoreFailed> for Refused {
    fn from(failed: tacit_ports::desk::DeskStoreFailed) -> Self {
        Refusal::from(failed).into()
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.0.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let retry = self.0.retry_after_s;
        let mut response = (status, Json(*self.0)).into_response();
        let kind = HeaderValue::from_static(tacit_wire::problem::PROBLEM_JSON);
        response.headers_mut().insert(header::CONTENT_TYPE, kind);
        if let Some(retry) = retry {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(retry));
        }
        response
    }
}

/// A refusal of the desk as a problem: its status, and what it means for the money.
pub(crate) fn problem_of(refusal: &Refusal) -> Problem {
    let code = refusal.code.as_ref();
    let mut problem =
        Refused::new(status_of(code), code, sentence(&refusal.sentence), sentence(refusal.remedy_in_pages()))
            .0;
    problem.money = money_of(code).map(str::to_owned);
    *problem
}

fn status_of(code: &str) -> StatusCode {
    match code {
        "market-unreachable" | "busy" | "took-too-long" | "too-many" => StatusCode::BAD_GATEWAY,
        "no-listing" | "unknown-listing" | "no-order" | "no-receipt" | "not-found" | "no-file" => {
            StatusCode::NOT_FOUND
        }
        "usage" | "not-cleared" | "malformed" | "words" | "passphrase" | "unreadable-file" | "empty-file" => {
            StatusCode::UNPROCESSABLE_ENTITY
        }
        "wrong-passphrase" | "wrong-passkey" => StatusCode::FORBIDDEN,
        "desk-store" | "disk" | "damaged-settings" | "damaged-keyring" | "damaged-wallet" => {
            StatusCode::INTERNAL_SERVER_ERROR
        }
        _ => StatusCode::CONFLICT,
    }
}

/// What a refusal means for the money, where its own remedy does not say it. Refusals that concern no money have none.
fn money_of(code: &str) -> Option<&'static str> {
    Some(match code {
        "insufficient-funds" | "price-changed" | "not-for-sale" | "declined" | "expired"
        | "bad-agreement" | "untrue-receipt" | "payment-ended" | "no-listing" => "Nothing was paid.",
        "market-unreachable" => {
            "No money is lost: what was sent counts once, and what was not sent is still yours."
        }
        "payment-open" | "waiting" => {
            "The payment was handed over and may still land; it is never paid twice."
        }
        "faulty-delivery" => "The payment went to the seller. The signed evidence is kept with the order.",
        "damaged-download" | "not-fetched" | "not-checked" | "untrue-manifest" | "untrue-blocks" => {
            "The payment stands; what you bought can be fetched again."
        }
        "not-listed" | "no-file" | "empty-file" | "unreadable-file" | "not-sealed" | "sample"
        | "not-built" | "not-uploaded" | "begun-otherwise" | "not-moved" | "not-yours" | "file-changed"
        | "not-verified" => "No money is concerned: nothing was paid or promised.",
        "forked-log" | "market-keys-changed" => {
            "This desk pays nothing at this market until that is settled."
        }
        _ => return None,
    })
}

/// A sentence begins with a capital and ends with a full stop.
pub(crate) fn sentence(text: &str) -> String {
    let mut letters = text.trim_end_matches('.').chars();
    match letters.next() {
        Some(first) => format!("{}{}.", first.to_uppercase(), letters.as_str()),
        None => String::new(),
    }
}
