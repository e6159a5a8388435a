//! receipt.json: the seller's SD-JWT, its place in the log, the market's countersignature and the ledger's part.

use super::sd_jwt::MAX_SD_JWT_BYTES;
use crate::log::{Inclusion, LeafSalt, LogIndex, MAX_CHECKPOINT_BYTES, MAX_PROOF_HASHES};
use serde::{Deserialize, Serialize};
use std::fmt;
use tacit_values::{Digest, Epoch, MAX_SAFE_INTEGER, base64url, canonical};

/// The most bytes that receipt.json may have.
pub const MAX_RECEIPT_BYTES: usize = 64 * 1024;
const MAX_LEDGER_CLAIMS: usize = 8;
const MAX_COUNTERSIGNATURE_BYTES: usize = 8 * 1024;

/// A receipt as it is kept and handed over. Reading one does not believe it: see [`super::verify_receipt`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Receipt {
    /// The body under the seller's signature, with its disclosures.
    pub sd_jwt: String,
    /// Where the log records it.
    pub log: LogPlace,
    /// The market's countersignature (JWS).
    pub market: String,
    /// The payments, each of which proves itself on the public ledger.
    pub ledger: Vec<LedgerClaim>,
}

/// The place of a receipt in the log, with the proof.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogPlace {
    /// The leaf.
    pub index: LogIndex,
    /// What opens the leaf.
    pub salt: LeafSalt,
    /// The way from the leaf to the checkpoint's root.
    pub inclusion: Inclusion,
    /// The signed checkpoint.
    pub checkpoint: String,
}

/// Which way the money of a ledger claim moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Moved {
    /// From the buyer: to the seller, or into the escrow.
    Payment,
    /// From the escrow to the seller.
    Payout,
    /// From the escrow back to the buyer.
    Refund,
}

/// What opens the terms tag of a bundle: 32 random bytes that only the parties know.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TermsOpening(#[serde(with = "base64url::fixed")] [u8; 32]);

impl TermsOpening {
    /// Wraps the 32 bytes `r`.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes `r`, to recompute the tag with.
    pub const fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for TermsOpening {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TermsOpening(..)")
    }
}

/// What opens a note: who got it and how much. The rest of the commitment stands on the ledger.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoteOpening {
    /// The shielded address.
    pub address: String,
    /// Micro-units.
    pub amount: u64,
    /// The note's seed.
    #[serde(with = "base64url::fixed")]
    pub rseed: [u8; 32],
}

impl fmt::Debug for NoteOpening {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NoteOpening(..)")
    }
}

/// A payment on the public ledger that a receipt points at. Settlement knows how to check it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LedgerClaim {
    /// Which way the money moved.
    pub what: Moved,
    /// The pool.
    pub pool: Digest,
    /// The epoch that holds the bundle.
    pub epoch: Epoch,
    /// The position of the note in the pool's tree.
    pub position: u64,
    /// What opens the bundle's terms tag, together with the agreement's digest.
    pub r: TermsOpening,
    /// What opens the note, where its owner chose to show it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opening: Option<NoteOpening>,
}

/// Why bytes are no receipt.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum NotAReceipt {
    /// Longer than any receipt, in whole or in one part.
    #[error("a receipt has at most {MAX_RECEIPT_BYTES} bytes and {MAX_LEDGER_CLAIMS} payments")]
    TooLong,
    /// Not the document.
    #[error("this is no receipt: expected JSON with sd_jwt, log, market and ledger")]
    Malformed,
}

impl Receipt {
    /// Reads receipt.json or a presentation of one.
    pub fn parse(bytes: &[u8]) -> Result<Self, NotAReceipt> {
        if bytes.len() > MAX_RECEIPT_BYTES {
            return Err(NotAReceipt::TooLong);
        }
        let receipt: Self = serde_json::from_slice(bytes).map_err(|_| NotAReceipt::Malformed)?;
        receipt.check_bounds()?;
        Ok(receipt)
    }

    /// The document in its canonical form.
    pub fn to_json(&self) -> Vec<u8> {
        canonical(self).expect("a receipt that was read or made holds no unsafe number")
    }

    /// The receipt's digest, which log and market sign: SHA-256 of the issuer-signed JWT.
    pub fn digest(&self) -> Digest {
        let (jwt, _) = self.sd_jwt.split_once('~').unwrap_or((&self.sd_jwt, ""));
        Digest::of(jwt.as_bytes())
    }

    /// Whether every part stays within its bounds.
    pub(super) fn check_bounds(&self) -> Result<(), NotAReceipt> {
        let too_long = self.sd_jwt.len() > MAX_SD_JWT_BYTES
            || self.market.len() > MAX_COUNTERSIGNATURE_BYTES
            || self.log.checkpoint.len() > MAX_CHECKPOINT_BYTES
            || self.log.inclusion.0.len() > MAX_PROOF_HASHES
            || self.ledger.len() > MAX_LEDGER_CLAIMS;
        let amount = |claim: &LedgerClaim| claim.opening.as_ref().map_or(0, |opening| opening.amount);
        let numbers = self.ledger.iter().flat_map(|claim| [claim.epoch.0, claim.position, amount(claim)]);
        if too_long {
            return Err(NotAReceipt::TooLong);
        }
        if numbers.chain([self.log.index.0]).any(|number| number > MAX_SAFE_INTEGER) {
            return Err(NotAReceipt::Malformed);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::sale;

    #[test]
    fn a_receipt_reads_back_and_its_secrets_do_not_print() {
        let receipt = sale().receipt;
        assert_eq!(Receipt::parse(&receipt.to_json()), Ok(receipt.clone()));
        let shown = format!("{receipt:?}");
        assert!(shown.contains("TermsOpening(..)") && shown.contains("LeafSalt(..)"));
    }

    #[test]
    fn oversized_receipts_garbage_and_unsafe_numbers_are_refused() {
        assert_eq!(Receipt::parse(&vec![b' '; MAX_RECEIPT_BYTES + 1]), Err(NotAReceipt::TooLong));
        for garbage in [&b""[..], b"{}", b"[]", b"null", b"\xff\xfe", b"{\"sd_jwt\":"] {
            assert_eq!(Receipt::parse(garbage), Err(NotAReceipt::Malformed));
        }
        let mut many = sale().receipt;
        many.ledger = vec![many.ledger[0].clone(); 9];
        assert_eq!(Receipt::parse(&serde_json::to_vec(&many).unwrap()), Err(NotAReceipt::TooLong));
        let mut unsafe_number = sale().receipt;
        unsafe_number.ledger[0].position = 1 << 53;
        let bytes = serde_json::to_vec(&unsafe_number).unwrap();
        assert_eq!(Receipt::parse(&bytes), Err(NotAReceipt::Malformed));
        let mut extra: serde_json::Value = serde_json::from_slice(&sale().receipt.to_json()).unwrap();
        extra["note"] = "x".into();
        assert_eq!(Receipt::parse(&serde_json::to_vec(&extra).unwrap()), Err(NotAReceipt::Malformed));
    }
}
