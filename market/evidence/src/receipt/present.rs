//! Showing some claims of a receipt to somebody, and proving to be its holder.
//!
//! A presentation is receipt.json with fewer disclosures and a key-binding JWT (RFC 9901 section 4.3) by the order's
//! persona for one audience and nonce. The ledger part is left out unless it is asked for: it tells which payment it was.

use super::claims::Claim;
use super::envelope::{NotAReceipt, Receipt};
use super::jws;
use super::sd_jwt::{NotSellerSigned, SellerSigned, encoded_digest};
use serde::{Deserialize, Serialize};
use tacit_values::{PersonaKey, Timestamp, base64url};

/// What a finance department needs: amount, date and invoice fields, and nothing of the strategy.
pub const FINANCE: [Claim; 4] = [Claim::Amount, Claim::Currency, Claim::AgreedAt, Claim::Invoice];

pub(super) const TYPE: &str = "kb+jwt";
const MAX_WORD: usize = 512;

/// Some claims of a receipt, shown by its holder. Reading one does not believe it: see [`super::verify_presentation`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Presentation(Receipt);

/// Why a receipt cannot be shown this way.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum NotPresented {
    /// The receipt is damaged.
    #[error("the receipt itself does not verify; fetch it from a backup or from the other party")]
    Damaged(#[source] NotSellerSigned),
    /// The receipt in hand does not hold a claim that should be shown.
    #[error("the receipt at hand does not show `{0}`; use the whole receipt")]
    NotAtHand(Claim),
    /// Another persona's key.
    #[error("only the buyer's persona of this order can show the receipt; use the desk that bought")]
    OtherHolder,
    /// Audience or nonce are empty or too long.
    #[error("say for whom the presentation is, in 1 to {MAX_WORD} characters, and give a nonce of as many")]
    Audience,
}

/// What the holder signs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct HolderProof {
    pub(super) iat: u64,
    pub(super) aud: String,
    pub(super) nonce: String,
    pub(super) sd_hash: String,
}

/// Shows the claims in `reveal` to one audience. An optional claim that the receipt does not have is passed over.
pub fn present(
    receipt: &Receipt,
    reveal: &[Claim],
    with_ledger: bool,
    holder: &PersonaKey,
    audience: &str,
    nonce: &str,
    now: Timestamp,
) -> Result<Presentation, NotPresented> {
    let signed = SellerSigned::open(&receipt.sd_jwt).map_err(NotPresented::Damaged)?;
    if holder.persona() != signed.buyer() {
        return Err(NotPresented::OtherHolder);
    }
    if [audience, nonce].iter().any(|word| word.is_empty() || word.len() > MAX_WORD) {
        return Err(NotPresented::Audience);
    }
    let shown = signed.disclosed().shown();
    let absent = reveal.iter().find(|claim| !claim.is_optional() && !shown.contains(claim));
    if let Some(absent) = absent {
        return Err(NotPresented::NotAtHand(*absent));
    }
    let (jwt, rest) = receipt.sd_jwt.split_once('~').expect("a receipt that was opened has a tilde");
    let mut text = format!("{jwt}~");
    for disclosure in rest.split('~').filter(|disclosure| reveals(disclosure, reveal)) {
        text.push_str(disclosure);
        text.push('~');
    }
    let proof = HolderProof {
        iat: now.secs(),
        aud: audience.to_owned(),
        nonce: nonce.to_owned(),
        sd_hash: encoded_digest(&text),
    };
    text.push_str(&jws::sign(holder, TYPE, &proof).expect("a time before the year 9999 is a safe number"));
    let ledger = if with_ledger { receipt.ledger.clone() } else { vec![] };
    Ok(Presentation(Receipt { sd_jwt: text, ledger, ..receipt.clone() }))
}

/// Whether a disclosure holds one of these claims.
fn reveals(disclosure: &str, reveal: &[Claim]) -> bool {
    let bytes = base64url::decode(disclosure).unwrap_or_default();
    let triple: Option<(String, String, serde_json::Value)> = serde_json::from_slice(&bytes).ok();
    triple.is_some_and(|(_, name, _)| reveal.iter().any(|claim| claim.name() == name))
}

impl Presentation {
    /// Reads a presentation.
    pub fn parse(bytes: &[u8]) -> Result<Self, NotAReceipt> {
        let receipt = Receipt::parse(bytes)?;
        if receipt.sd_jwt.ends_with('~') { Err(NotAReceipt::Malformed) } else { Ok(Self(receipt)) }
    }

    /// The document to hand over.
    pub fn to_json(&self) -> Vec<u8> {
        self.0.to_json()
    }

    /// The SD-JWT with key binding alone, for verifiers that know SD-JWT and nothing of us.
    pub fn sd_jwt(&self) -> &str {
        &self.0.sd_jwt
    }

    pub(super) const fn receipt(&self) -> &Receipt {
        &self.0
    }
}
