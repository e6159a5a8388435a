//! How a refusal reaches the person it concerns: a stable kind, a sentence, and what to do next.
//!
//! Every verb of [`crate::Market`] has one small error enum; each implements [`Refusal`], so that a door needs no
//! knowledge of the business to answer with a problem document (RFC 9457). The sentence is the error's `Display`.

use std::borrow::Cow;
use std::time::Duration;

/// What sort of refusal it is; a door chooses its own way of saying so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nature {
    /// There is no such thing, or none that this persona may see: the two look alike on purpose.
    Unknown,
    /// The thing is in another state, or another version of it was meant.
    Conflict,
    /// This persona may not do that.
    Forbidden,
    /// What was sent breaks a rule that will not change by waiting.
    Invalid,
    /// What was sent is larger than the market reads.
    TooLarge,
    /// Too much at once; it will be taken later.
    TooMany {
        /// When to come back.
        retry_after: Duration,
    },
    /// It will come by itself; asking before that is too early.
    NotYet {
        /// When to ask again.
        retry_after: Duration,
    },
    /// The market cannot answer now and nothing was changed, or asking again tells what was.
    Unavailable,
}

/// A refusal as a door tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// The sort of refusal.
    pub nature: Nature,
    /// The stable name, for example `price-changed`; part of the interface.
    pub kind: &'static str,
    /// What to do next, where something can be done.
    pub remedy: Option<Cow<'static, str>>,
}

impl Told {
    /// A refusal without a remedy.
    pub const fn new(nature: Nature, kind: &'static str) -> Self {
        Self { nature, kind, remedy: None }
    }

    /// A refusal and what to do next.
    pub const fn with(nature: Nature, kind: &'static str, remedy: &'static str) -> Self {
        Self { nature, kind, remedy: Some(Cow::Borrowed(remedy)) }
    }
}

/// Implemented by the error enum of every verb.
pub trait Refusal: std::error::Error + Send + Sync + 'static {
    /// Nature, kind and remedy.
    fn told(&self) -> Told;
}

/// How every verb tells that the database failed.
pub(crate) const STORE_DOWN: Told = Told::with(
    Nature::Unavailable,
    "busy",
    "ask again in a moment; every request to this market can be repeated safely",
);

/// How every verb tells that the vault failed.
pub(crate) const VAULT_DOWN: Told =
    Told::with(Nature::Unavailable, "busy", "ask again in a moment; what was uploaded so far is kept");
