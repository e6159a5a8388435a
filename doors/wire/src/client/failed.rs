//! The three ways in which a request can fail, because the caller's next move differs.

use crate::problem::Problem;

/// Why there is no answer to use.
#[derive(Debug, Clone, thiserror::Error, PartialEq, Eq)]
pub enum Failed {
    /// The market answered with a problem document. It was received, and it was refused.
    #[error("{problem}")]
    Refused {
        /// What the market said.
        problem: Box<Problem>,
    },
    /// The market was not reached, or went away before it answered.
    #[error("the market does not answer ({why}); {}", if *.perhaps_received { "it may have received the request: ask for its state before trying anew" } else { "see whether it runs and try again" })]
    Unreachable {
        /// In a few words.
        why: String,
        /// Whether the request may have arrived: what it asked for may have happened.
        perhaps_received: bool,
    },
    /// Somebody answered who is no market of this version.
    #[error("the answer is not that of a market ({why}); check the address and the version")]
    Garbled {
        /// What was wrong with it.
        why: String,
    },
}

impl Failed {
    /// The problem document, if the market refused.
    pub fn problem(&self) -> Option<&Problem> {
        match self {
            Self::Refused { problem } => Some(problem),
            Self::Unreachable { .. } | Self::Garbled { .. } => None,
        }
    }

    /// Whether the market said that there is no such thing.
    pub fn is_not_found(&self) -> bool {
        self.problem().is_some_and(|problem| problem.status == 404)
    }

    pub(crate) fn garbled(why: impl Into<String>) -> Self {
        Self::Garbled { why: why.into() }
    }

    /// What went wrong below HTTP, without the address: addresses name listings and orders.
    pub(crate) fn below_http(error: &reqwest::Error) -> Self {
        let why = if error.is_connect() {
            "no connection"
        } else if error.is_timeout() {
            "it took too long"
        } else {
            "the connection broke"
        };
        Self::Unreachable { why: why.to_owned(), perhaps_received: !error.is_connect() }
    }
}
