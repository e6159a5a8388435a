//! The market's word at the end: how the sale ended, and where the log says so.

use super::jws;
use crate::log::{Checkpoint, LogIndex};
use serde::{Deserialize, Serialize};
use std::fmt;
use tacit_values::{Digest, Persona, PersonaKey};

/// The JWS type of a countersignature.
const TYPE: &str = "tacit-countersign+jws";
const MAX_BYTES: usize = 8 * 1024;

/// How a sale ended, as the market saw it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// The escrow was released to the seller.
    Settled,
    /// The escrow went back to the buyer.
    Refunded,
    /// The arbiter divided it.
    Split,
    /// A direct payment, which the market does not see, was said to be done or its time ran out.
    Closed,
    /// Nobody paid in time.
    Expired,
}

impl Outcome {
    /// The word on the wire.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Settled => "settled",
            Self::Refunded => "refunded",
            Self::Split => "split",
            Self::Closed => "closed",
            Self::Expired => "expired",
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// What the market signs when an order ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Countersignature {
    /// The digest of the receipt: SHA-256 of the issuer-signed JWT.
    pub receipt: Digest,
    /// How the sale ended.
    pub outcome: Outcome,
    /// Where in the log the receipt's digest stands, under a salt.
    pub index: LogIndex,
    /// The text of the checkpoint that covers it, without its signatures.
    pub checkpoint: String,
}

/// The market did not sign this.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("the countersignature is not this market's")]
pub struct CountersignatureRefused;

impl Countersignature {
    /// What the market says about a receipt.
    pub fn new(receipt: Digest, outcome: Outcome, index: LogIndex, checkpoint: &Checkpoint) -> Self {
        Self { receipt, outcome, index, checkpoint: checkpoint.text() }
    }

    /// Signs with the market's persona; the text is the `market` field of receipt.json.
    pub fn sign(&self, market: &PersonaKey) -> String {
        jws::sign(market, TYPE, self)
            .expect("a log index is at most 2^48, so the document has a canonical form")
    }

    /// Reads the `market` field of a receipt.
    pub fn open(text: &str, market: &Persona) -> Result<Self, CountersignatureRefused> {
        if text.len() > MAX_BYTES {
            return Err(CountersignatureRefused);
        }
        let read = jws::read(text, TYPE).map_err(|_| CountersignatureRefused)?;
        read.signed_by(market).map_err(|_| CountersignatureRefused)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::LogSize;
    use crate::testing::market;

    #[test]
    fn the_market_signs_outcome_place_and_checkpoint() {
        let market = market();
        let checkpoint = market.log.sign(LogSize(8), Digest::of(b"root"));
        let said =
            Countersignature::new(Digest::of(b"jwt"), Outcome::Closed, LogIndex(3), checkpoint.checkpoint());
        let text = said.sign(&market.countersign);
        assert_eq!(Countersignature::open(&text, &market.countersign.persona()), Ok(said));
        let other = PersonaKey::from_seed(&[9; 32]).persona();
        assert_eq!(Countersignature::open(&text, &other), Err(CountersignatureRefused));
        assert_eq!(Countersignature::open(&"x".repeat(MAX_BYTES + 1), &other), Err(CountersignatureRefused));
    }
}
