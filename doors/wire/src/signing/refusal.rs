//! Why a request does not count as a persona's own, each with the sentence that mends it.

use crate::content_digest::BadDigestHeader;
use crate::problem::{Problem, ProblemKind};
use std::time::Duration;
use tacit_values::Timestamp;

/// Why a request does not count as signed.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum NotSigned {
    /// No signature headers at all.
    #[error("this resource answers signed requests only")]
    Unsigned,
    /// The headers are no structured fields, too long, or carry more than one signature.
    #[error("send one Signature-Input and one Signature header with one signature under one label")]
    Malformed,
    /// The parameters are written in another order or with others among them.
    #[error("write the signature's parameters as created, expires, nonce, alg, keyid, tag, and no others")]
    OtherParameters,
    /// Fewer components than the market asks for.
    #[error("the signature does not cover {missing}")]
    MissingComponent {
        /// The component that is not covered.
        missing: &'static str,
    },
    /// Something else is covered, which the market would have to guess.
    #[error("the signature covers more than @method, @target-uri and content-digest")]
    ForeignComponent,
    /// A parameter is absent.
    #[error("the signature has no parameter `{missing}`")]
    MissingParameter {
        /// Its name.
        missing: &'static str,
    },
    /// The signature was made for something else.
    #[error("the signature's tag is not `tacit/v1`")]
    ForeignTag,
    /// Not Ed25519.
    #[error("the signature's algorithm is not `ed25519`")]
    ForeignAlgorithm,
    /// The key id is no persona.
    #[error("the signature's keyid is no Ed25519 did:key")]
    ForeignKey,
    /// The nonce is too short, too long or not base64url.
    #[error("the nonce must be 16 to 64 characters of base64url")]
    BadNonce,
    /// `expires` lies before `created` or more than 60 s after it.
    #[error("the signature must expire within 60 s of its creation")]
    Lifetime,
    /// The signature has expired, even with the clocks' tolerance.
    #[error("the signature expired at {expired}; the market's time is {market_time}")]
    Expired {
        /// When it expired.
        expired: Timestamp,
        /// What the market's clock says.
        market_time: Timestamp,
    },
    /// The clocks differ too much.
    #[error("your clock is {seconds} s {direction} the market's, which says {market_time}")]
    Skew {
        /// By how much.
        seconds: u64,
        /// `behind` or `ahead of`.
        direction: &'static str,
        /// What the market's clock says.
        market_time: Timestamp,
    },
    /// Not this persona's signature over this request.
    #[error("the signature does not fit the request and its keyid")]
    WrongSignature,
    /// `Content-Digest` is covered but absent or unreadable.
    #[error(transparent)]
    BadDigestHeader(#[from] BadDigestHeader),
    /// A body came that the signature does not cover.
    #[error("the request has a body that the signature does not cover")]
    BodyNotCovered,
    /// The body is not the one that was signed.
    #[error("the body's SHA-256 is not the one in Content-Digest")]
    WrongBody,
    /// The same nonce was seen before.
    #[error("a request with this nonce was already received")]
    Replayed,
    /// The window of nonces is full.
    #[error("the market remembers too many requests at the moment")]
    WindowFull {
        /// When there is room again.
        wait: Duration,
    },
}

impl NotSigned {
    /// The document the market answers with.
    pub fn problem(&self) -> Problem {
        let problem = Problem::new(self.kind(), self.to_string());
        match self {
            Self::Skew { market_time, .. } | Self::Expired { market_time, .. } => problem
                .at(*market_time)
                .remedy("set this machine's clock (for example with an NTP service) and try again"),
            Self::WindowFull { wait } => {
                problem.retry_after(*wait).remedy("wait as long as stated, sign the request again and send it")
            }
            Self::Replayed => problem.remedy("sign the request again with a fresh nonce"),
            Self::WrongBody => problem.remedy("send the bytes that were signed; nothing was changed"),
            Self::WrongSignature => problem.remedy(
                "sign the absolute address that /api/v1/market states as the origin, with the key named in keyid",
            ),
            _ => problem.remedy("sign the request as the description at /openapi.json says"),
        }
    }

    fn kind(&self) -> ProblemKind {
        match self {
            Self::Unsigned => ProblemKind::NotSigned,
            Self::Skew { .. } | Self::Expired { .. } => ProblemKind::ClockSkew,
            Self::Replayed => ProblemKind::Replayed,
            Self::WindowFull { .. } => ProblemKind::Busy,
            Self::WrongBody => ProblemKind::WrongDigest,
            _ => ProblemKind::BadSignature,
        }
    }
}
