//! Problem documents (RFC 9457): what the market answers when it refuses.
//!
//! `type` is stable and meant for programs; `detail` is a sentence for people, `remedy` says what to do next. A problem
//! never holds what a third person must not read: no balances, no names, no rows.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::time::Duration;
use tacit_values::Timestamp;
use utoipa::ToSchema;

/// The media type of a problem document.
pub const PROBLEM_JSON: &str = "application/problem+json";

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $slug:literal, $status:literal, $title:literal;)*) => {
        /// What kind of refusal this is. The text form `urn:tacit:problem:<slug>` never changes its meaning.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum ProblemKind { $($(#[$doc])* $name,)* }

        impl ProblemKind {
            /// All kinds, for the description of the API.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// What stands behind `urn:tacit:problem:`.
            pub const fn slug(self) -> &'static str {
                match self { $(Self::$name => $slug,)* }
            }

            /// The HTTP status it comes with.
            pub const fn status(self) -> u16 {
                match self { $(Self::$name => $status,)* }
            }

            /// A few words, the same every time.
            pub const fn title(self) -> &'static str {
                match self { $(Self::$name => $title,)* }
            }
        }
    };
}

kinds! {
    /// The request is no request of this API: bad JSON, a bad id, a bad query.
    Malformed = "malformed", 422, "The request cannot be read";
    /// The request needs a persona's signature.
    NotSigned = "not-signed", 401, "A signature is needed";
    /// The signature does not count.
    BadSignature = "bad-signature", 401, "The signature does not count";
    /// The clocks differ too much.
    ClockSkew = "clock-skew", 401, "The clocks differ too much";
    /// This very request came before.
    Replayed = "replayed", 409, "The request was already received";
    /// The bytes are not those of the stated digest.
    WrongDigest = "wrong-digest", 400, "The bytes do not fit their digest";
    /// Somebody else's.
    NotYours = "not-yours", 403, "This belongs to another persona";
    /// No such thing.
    NotFound = "not-found", 404, "Nothing is there";
    /// The resource has other verbs.
    WrongVerb = "wrong-verb", 405, "The resource does not know this verb";
    /// It clashes with what stands.
    Conflict = "conflict", 409, "Something else already stands there";
    /// The state does not allow this step.
    WrongState = "wrong-state", 409, "The state does not allow this step";
    /// Its time has passed.
    TooLate = "too-late", 410, "The time for this has passed";
    /// It will come, but is not there yet.
    NotYet = "not-yet", 409, "This is not there yet";
    /// The body is larger than allowed.
    TooLarge = "too-large", 413, "The body is too large";
    /// The wrong media type.
    WrongMediaType = "wrong-media-type", 415, "The body has the wrong media type";
    /// The range lies outside.
    WrongRange = "wrong-range", 416, "The range lies outside the body";
    /// It was read and does not hold: fields, signatures, rules.
    Refused = "refused", 422, "The rules do not allow this";
    /// A note that was already spent.
    DoubleSpend = "double-spend", 409, "A note was already spent";
    /// The bundle is not valid on this ledger.
    BundleRefused = "bundle-refused", 422, "The ledger does not take this bundle";
    /// Too many requests.
    TooMany = "too-many", 429, "Too many requests";
    /// The mailbox is full.
    MailboxFull = "mailbox-full", 429, "The mailbox is full";
    /// The market is at its limit.
    Busy = "busy", 503, "The market is busy";
    /// It took too long.
    TookTooLong = "took-too-long", 503, "The request took too long";
    /// A fault of the market.
    Fault = "fault", 500, "The market made a mistake";
}

const PREFIX: &str = "urn:tacit:problem:";

impl ProblemKind {
    /// `urn:tacit:problem:<slug>`.
    pub fn urn(self) -> String {
        format!("{PREFIX}{}", self.slug())
    }

    /// The kind behind a `type`, if this version knows it.
    pub fn of_urn(urn: &str) -> Option<Self> {
        Self::of_slug(urn.strip_prefix(PREFIX)?)
    }

    /// The kind behind a slug, if this version knows it.
    pub fn of_slug(slug: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.slug() == slug)
    }
}

/// One thing that is wrong with a document that was sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Issue {
    /// Where, for example `price.amount`.
    pub field: String,
    /// What, as a sentence with the remedy.
    pub detail: String,
}

/// A refusal, as a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Problem {
    /// Stable, for programs: `urn:tacit:problem:...`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The same words for every problem of this type.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What happened here, a sentence for people.
    #[serde(default)]
    pub detail: String,
    /// What to do next.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
    /// The market's clock, where the time matters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub market_time: Option<Timestamp>,
    /// When to try again, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_s: Option<u64>,
    /// All that is wrong with the document that was sent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub issues: Vec<Issue>,
}

impl Problem {
    /// A problem of this kind; the first letter of the sentence is capitalised.
    pub fn new(kind: ProblemKind, detail: impl Into<String>) -> Self {
        Self {
            kind: kind.urn(),
            title: kind.title().to_owned(),
            status: kind.status(),
            detail: sentence(detail.into()),
            remedy: None,
            market_time: None,
            retry_after_s: None,
            issues: Vec::new(),
        }
    }

    /// A problem whose stable name comes from a verb of the market, for example `price-changed`; `like` lends the status
    /// and the title.
    pub fn named(slug: &str, like: ProblemKind, detail: impl Into<String>) -> Self {
        Self { kind: format!("{PREFIX}{slug}"), ..Self::new(like, detail) }
    }

    /// Says what to do next.
    #[must_use]
    pub fn remedy(mut self, remedy: impl Into<String>) -> Self {
        self.remedy = Some(sentence(remedy.into()));
        self
    }

    /// Says what the market's clock shows.
    #[must_use]
    pub fn at(mut self, market_time: Timestamp) -> Self {
        self.market_time = Some(market_time);
        self
    }

    /// Says when to try again, rounded up to whole seconds, at least one.
    #[must_use]
    pub fn retry_after(mut self, wait: Duration) -> Self {
        self.retry_after_s = Some(wait.as_millis().div_ceil(1000).clamp(1, 86_400) as u64);
        self
    }

    /// Adds one thing that is wrong with the document.
    #[must_use]
    pub fn issue(mut self, field: impl Into<String>, detail: impl Into<String>) -> Self {
        self.issues.push(Issue { field: field.into(), detail: sentence(detail.into()) });
        self
    }

    /// What stands behind `urn:tacit:problem:`; empty for foreign types.
    pub fn slug(&self) -> &str {
        self.kind.strip_prefix(PREFIX).unwrap_or_default()
    }

    /// The kind, if this version knows the `type`.
    pub fn known_kind(&self) -> Option<ProblemKind> {
        ProblemKind::of_urn(&self.kind)
    }
}

fn sentence(text: String) -> String {
    let mut letters = text.chars();
    match letters.next() {
        Some(first) if first.is_ascii_lowercase() => {
            first.to_ascii_uppercase().to_string() + letters.as_str()
        }
        _ => text,
    }
}

/// The sentence, the list of what is wrong, and what to do next.
impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.detail.is_empty() { &self.title } else { &self.detail })?;
        for issue in &self.issues {
            write!(f, "; {}: {}", issue.field, issue.detail)?;
        }
        if let Some(remedy) = &self.remedy {
            write!(f, ". {remedy}")?;
        }
        if let Some(seconds) = self.retry_after_s {
            write!(f, " (try again in {seconds} s)")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_is_an_rfc_9457_document_without_empty_members() {
        let problem = Problem::new(ProblemKind::TooLate, "the order expired").remedy("place a new order");
        let text = serde_json::to_string(&problem).unwrap();
        assert_eq!(
            text,
            r#"{"type":"urn:tacit:problem:too-late","title":"The time for this has passed","status":410,"detail":"The order expired","remedy":"Place a new order"}"#
        );
        assert_eq!(serde_json::from_str::<Problem>(&text).unwrap(), problem);
        assert_eq!(problem.known_kind(), Some(ProblemKind::TooLate));
        assert_eq!(problem.to_string(), "The order expired. Place a new order");
    }

    #[test]
    fn no_two_kinds_share_a_urn() {
        for (place, kind) in ProblemKind::ALL.iter().enumerate() {
            assert_eq!(ProblemKind::of_urn(&kind.urn()), Some(*kind));
            assert!(ProblemKind::ALL[place + 1..].iter().all(|other| other.slug() != kind.slug()));
        }
        assert_eq!(ProblemKind::of_urn("about:blank"), None);
    }

    #[test]
    fn a_wait_is_rounded_up_so_that_nobody_comes_back_too_soon() {
        let problem = Problem::new(ProblemKind::TooMany, "x").retry_after(Duration::from_millis(1001));
        assert_eq!(problem.retry_after_s, Some(2));
    }
}
