//! Believing a receipt: seller, market, log and ledger, each by its own proof, and what was shown and withheld.

use super::claims::{Claim, Disclosed};
use super::countersign::{Countersignature, Outcome};
use super::envelope::{LedgerClaim, Receipt};
use super::jws;
use super::present::{HolderProof, Presentation, TYPE};
use super::sd_jwt::{NotSellerSigned, SellerSigned, encoded_digest};
use crate::log::{CheckpointRefused, Leaf, LeafKind, LogIndex, LogVerifier, SignedCheckpoint};
use std::time::Duration;
use tacit_values::{Digest, Persona, Timestamp};

/// How far ahead of us the clock of a holder may be.
const SKEW: Duration = Duration::from_secs(90);

/// The market's public keys, from its `/market` page or kept from before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MarketKeys {
    /// The persona that countersigns.
    pub countersign: Persona,
    /// The key of the log.
    pub log: LogVerifier,
}

/// What was found about one payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LedgerFinding {
    /// The bundle on the ledger carries the agreement's tag, and the opening, where given, is the note's.
    Proved,
    /// The epoch is not at hand here; nothing was checked.
    NotAtHand,
    /// The agreement's digest was withheld; without it the tag cannot be recomputed.
    AgreementWithheld,
}

/// The ledger contradicts the receipt.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("the ledger holds no such payment for this agreement")]
pub struct LedgerRefused;

/// Whoever can look at the public ledger: recomputes the terms tag and opens the note.
pub trait LedgerWitness {
    /// Looks for one payment of the agreement with this digest.
    fn look(&self, claim: &LedgerClaim, agreement: &Digest) -> Result<LedgerFinding, LedgerRefused>;
}

impl<F: Fn(&LedgerClaim, &Digest) -> Result<LedgerFinding, LedgerRefused>> LedgerWitness for F {
    fn look(&self, claim: &LedgerClaim, agreement: &Digest) -> Result<LedgerFinding, LedgerRefused> {
        self(claim, agreement)
    }
}

/// Why a receipt is not believed.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum ReceiptRefused {
    /// Parts out of bounds.
    #[error(transparent)]
    Form(#[from] super::envelope::NotAReceipt),
    /// The seller's part.
    #[error(transparent)]
    Seller(#[from] NotSellerSigned),
    /// The market's part.
    #[error("the receipt is not countersigned by this market; check that it is the market's own key you use")]
    NotCountersigned,
    /// Countersignature, log place and body speak of different things.
    #[error("the countersignature belongs to another receipt or another place in the log")]
    OtherReceipt,
    /// The checkpoint.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointRefused),
    /// The proof.
    #[error("the log does not hold this receipt where it says")]
    NotInLog,
    /// The ledger.
    #[error(transparent)]
    Ledger(#[from] LedgerRefused),
    /// The holder's proof is absent or wrong.
    #[error("the presentation is not signed by the holder of the receipt for these claims")]
    NotHolder,
    /// Shown to somebody else, or another time.
    #[error("the presentation was made for another audience or nonce; ask for a fresh one")]
    OtherAudience,
    /// Signed in the future.
    #[error("the presentation is dated in the future; compare the clocks")]
    FromTheFuture,
}

/// A receipt whose every part was checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedReceipt {
    /// Seller, buyer, signing time and the disclosed claims.
    pub signed: SellerSigned,
    /// How the sale ended.
    pub outcome: Outcome,
    /// The leaf of the log.
    pub index: LogIndex,
    /// The checkpoint that covers it.
    pub checkpoint: SignedCheckpoint,
    /// The payments, with what was found about each.
    pub ledger: Vec<(LedgerClaim, LedgerFinding)>,
}

impl VerifiedReceipt {
    /// The claims that were shown.
    pub const fn disclosed(&self) -> &Disclosed {
        self.signed.disclosed()
    }

    /// The claims that every receipt has and that were not shown.
    pub fn withheld(&self) -> Vec<Claim> {
        self.disclosed().withheld()
    }
}

/// A presentation whose every part was checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedPresentation {
    /// The receipt behind it.
    pub receipt: VerifiedReceipt,
    /// For whom it was made.
    pub audience: String,
    /// The nonce it answers.
    pub nonce: String,
    /// When the holder signed.
    pub presented_at: Timestamp,
}

/// What a verifier asked a holder for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asked<'a> {
    /// Itself.
    pub audience: &'a str,
    /// Its nonce.
    pub nonce: &'a str,
}

/// Checks every part of a receipt: the seller's signature and each disclosure, the market's countersignature, the place in
/// the log, and each payment through `ledger`.
pub fn verify_receipt(
    receipt: &Receipt,
    market: &MarketKeys,
    ledger: &impl LedgerWitness,
) -> Result<VerifiedReceipt, ReceiptRefused> {
    if !receipt.sd_jwt.ends_with('~') {
        return Err(NotSellerSigned::Malformed.into());
    }
    verify_parts(receipt, market, ledger)
}

/// Checks a presentation: all of [`verify_receipt`] for what it shows, and the holder's proof. Without `asked` audience and
/// nonce are only reported.
pub fn verify_presentation(
    presentation: &Presentation,
    market: &MarketKeys,
    asked: Option<Asked<'_>>,
    now: Timestamp,
    ledger: &impl LedgerWitness,
) -> Result<VerifiedPresentation, ReceiptRefused> {
    let receipt = verify_parts(presentation.receipt(), market, ledger)?;
    let (shown, proof) = presentation.sd_jwt().rsplit_once('~').ok_or(ReceiptRefused::NotHolder)?;
    let proof = jws::read(proof, TYPE).map_err(|_| ReceiptRefused::NotHolder)?;
    let proof: HolderProof =
        proof.signed_by(&receipt.signed.buyer()).map_err(|_| ReceiptRefused::NotHolder)?;
    if proof.sd_hash != encoded_digest(&format!("{shown}~")) {
        return Err(ReceiptRefused::NotHolder);
    }
    if asked.is_some_and(|asked| asked.audience != proof.aud || asked.nonce != proof.nonce) {
        return Err(ReceiptRefused::OtherAudience);
    }
    let presented_at = Timestamp::from_secs(proof.iat);
    if presented_at > now.plus(SKEW) {
        return Err(ReceiptRefused::FromTheFuture);
    }
    Ok(VerifiedPresentation { receipt, audience: proof.aud, nonce: proof.nonce, presented_at })
}

fn verify_parts(
    receipt: &Receipt,
    market: &MarketKeys,
    ledger: &impl LedgerWitness,
) -> Result<VerifiedReceipt, ReceiptRefused> {
    receipt.check_bounds()?;
    let signed = SellerSigned::open(&receipt.sd_jwt)?;
    let said = Countersignature::open(&receipt.market, &market.countersign)
        .map_err(|_| ReceiptRefused::NotCountersigned)?;
    let checkpoint = market.log.open(&receipt.log.checkpoint)?;
    let same_sale = said.receipt == signed.digest()
        && said.index == receipt.log.index
        && said.checkpoint == checkpoint.checkpoint().text();
    if !same_sale {
        return Err(ReceiptRefused::OtherReceipt);
    }
    let leaf = Leaf::salted(LeafKind::OrderEnded, &receipt.log.salt, &signed.digest())
        .expect("an order that ended stands under a salt");
    let (size, root) = (checkpoint.size(), checkpoint.root());
    let proof = &receipt.log.inclusion;
    proof.check(said.index, &leaf.hash(), size, root).map_err(|_| ReceiptRefused::NotInLog)?;

    let mut found = Vec::with_capacity(receipt.ledger.len());
    for claim in &receipt.ledger {
        let finding = match &signed.disclosed().agreement {
            Some(agreement) => ledger.look(claim, agreement)?,
            None => LedgerFinding::AgreementWithheld,
        };
        found.push((claim.clone(), finding));
    }
    Ok(VerifiedReceipt { signed, outcome: said.outcome, index: said.index, checkpoint, ledger: found })
}

#[cfg(test)]
mod tests;
