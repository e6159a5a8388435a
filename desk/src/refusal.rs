//! A refusal: what a person reads when a step could not be done, and what to do next.
//!
//! Every command of the desk ends in a result or in one of these; the sentence never holds a key, a passphrase or
//! anybody's words. Exit status 1 is a refusal with a reason, 2 a wrong use of the command (product.md, habits).

use serde::Serialize;
use std::borrow::Cow;
use std::fmt;

/// Why something was not done, and the remedy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Refusal {
    /// What stands in the way, as one sentence.
    #[serde(rename = "error")]
    pub sentence: String,
    /// What to do next.
    #[serde(rename = "next")]
    pub remedy: String,
    /// The remedy in the words of the pages, where a terminal names its commands.
    #[serde(skip)]
    pub pages: Option<String>,
    /// A stable name for programs, for example `insufficient-funds`.
    pub code: Cow<'static, str>,
}

/// Code of a refusal that is a wrong use of the command: exit status 2.
pub const WRONG_USAGE: &str = "usage";

impl Refusal {
    /// A refusal with its code, sentence and remedy.
    pub fn new(
        code: impl Into<Cow<'static, str>>,
        sentence: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self { sentence: sentence.into(), remedy: remedy.into(), pages: None, code: code.into() }
    }

    /// A wrong use of the command.
    pub fn usage(sentence: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self::new(WRONG_USAGE, sentence, remedy)
    }

    /// The same with the remedy that the pages give instead: they have no commands.
    #[must_use]
    pub fn in_pages(self, remedy: impl Into<String>) -> Self {
        Self { pages: Some(remedy.into()), ..self }
    }

    /// What to do next, as the pages say it.
    pub fn remedy_in_pages(&self) -> &str {
        self.pages.as_deref().unwrap_or(&self.remedy)
    }

    /// Whether it passes by itself: the market was away or had too much to do, and the same may be asked again.
    pub fn may_pass(&self) -> bool {
        matches!(self.code.as_ref(), "market-unreachable" | "busy" | "took-too-long" | "too-many")
    }

    /// The exit status of the program that ends with this refusal.
    pub fn exit_status(&self) -> u8 {
        if self.code == WRONG_USAGE { 2 } else { 1 }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}. {}", self.sentence.trim_end_matches('.'), self.remedy)
    }
}

impl std::error::Error for Refusal {}

impl From<tacit_ports::desk::DeskStoreFailed> for Refusal {
    fn from(failed: tacit_ports::desk::DeskStoreFailed) -> Self {
        Self::new(
            "desk-store",
            failed.to_string(),
            "Nothing was lost: run the command again when the cause is gone.",
        )
        .in_pages("Nothing was lost: try again when the cause is gone.")
    }
}
