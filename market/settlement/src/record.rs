//! Records in clear: what the treasury signs when value enters a pool, leaves it, or crosses from a rotated pool into its
//! successor (settlement.md, What it is; wire.md, Keys).
//!
//! Each names its bundle by the digest of all bytes, so that a record authorises that bundle and no other.

use crate::bundle::SettlementBundle;
use crate::bytes32::PoolId;
use serde::{Deserialize, Serialize};
use tacit_values::{Digest, Money, NotCanonical, Persona, PersonaKey, Signature, canonical};

/// The longest record in canonical bytes.
pub const MAX_RECORD_BYTES: usize = 1024;

/// Why a record does not count.
#[derive(Debug, thiserror::Error, PartialEq, Eq, Clone, Copy)]
pub enum RecordRefused {
    /// Not the treasury's signature.
    #[error("the record is not signed by the pool's treasury")]
    Signature,
    /// No canonical JSON, too long, or unknown fields.
    #[error("the record is no canonical JSON of a known kind and at most {MAX_RECORD_BYTES} bytes")]
    Form,
    /// An amount that cannot be signed.
    #[error("the record cannot be written canonically")]
    NotCanonical,
}

impl From<NotCanonical> for RecordRefused {
    fn from(_: NotCanonical) -> Self {
        Self::NotCanonical
    }
}

/// What the treasury minted, into which bundle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct MintRecord {
    /// The pool.
    pub pool: PoolId,
    /// How much entered.
    pub amount: Money,
    /// SHA-256 of the bundle that brought it.
    pub bundle: Digest,
    /// The treasury's signature.
    pub sig: Signature,
}

/// What the treasury took out of circulation, with which bundle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct BurnRecord {
    /// The pool.
    pub pool: PoolId,
    /// How much left.
    pub amount: Money,
    /// SHA-256 of the bundle that took it out.
    pub bundle: Digest,
    /// The treasury's signature.
    pub sig: Signature,
}

/// Value that crossed from a rotated pool into its successor: a burn there and a mint here, named by one signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CrossingRecord {
    /// The pool that was left.
    pub from: PoolId,
    /// The pool that was entered.
    pub to: PoolId,
    /// How much crossed. Everybody sees it: cross in tiers, over time.
    pub amount: Money,
    /// SHA-256 of the bundle that left `from`.
    pub burn: Digest,
    /// SHA-256 of the bundle that entered `to`.
    pub mint: Digest,
    /// The treasury's signature.
    pub sig: Signature,
}

#[derive(Serialize)]
struct SignedPart {
    pool: PoolId,
    amount: Money,
    bundle: Digest,
}

#[derive(Serialize)]
struct SignedCrossing {
    from: PoolId,
    to: PoolId,
    amount: Money,
    burn: Digest,
    mint: Digest,
}

impl MintRecord {
    /// The treasury's act for one bundle.
    pub fn sign(
        amount: Money,
        bundle: &SettlementBundle,
        treasury: &PersonaKey,
    ) -> Result<Self, RecordRefused> {
        let part = SignedPart { pool: bundle.pool(), amount, bundle: bundle.digest() };
        let sig = treasury.sign("mint", &[&canonical(&part)?]);
        Ok(Self { pool: part.pool, amount, bundle: part.bundle, sig })
    }

    fn verify(&self, treasury: &Persona) -> Result<(), RecordRefused> {
        let part = SignedPart { pool: self.pool, amount: self.amount, bundle: self.bundle };
        treasury.verify("mint", &[&canonical(&part)?], &self.sig).map_err(|_| RecordRefused::Signature)
    }
}

impl BurnRecord {
    /// The treasury's act for one bundle.
    pub fn sign(
        amount: Money,
        bundle: &SettlementBundle,
        treasury: &PersonaKey,
    ) -> Result<Self, RecordRefused> {
        let part = SignedPart { pool: bundle.pool(), amount, bundle: bundle.digest() };
        let sig = treasury.sign("burn", &[&canonical(&part)?]);
        Ok(Self { pool: part.pool, amount, bundle: part.bundle, sig })
    }

    fn verify(&self, treasury: &Persona) -> Result<(), RecordRefused> {
        let part = SignedPart { pool: self.pool, amount: self.amount, bundle: self.bundle };
        treasury.verify("burn", &[&canonical(&part)?], &self.sig).map_err(|_| RecordRefused::Signature)
    }
}

impl CrossingRecord {
    /// The treasury's act for a burn in the old pool and a mint in the new.
    pub fn sign(
        amount: Money,
        burn: &SettlementBundle,
        mint: &SettlementBundle,
        treasury: &PersonaKey,
    ) -> Result<Self, RecordRefused> {
        let part = SignedCrossing {
            from: burn.pool(),
            to: mint.pool(),
            amount,
            burn: burn.digest(),
            mint: mint.digest(),
        };
        let sig = treasury.sign("crossing", &[&canonical(&part)?]);
        Ok(Self { from: part.from, to: part.to, amount, burn: part.burn, mint: part.mint, sig })
    }

    fn verify(&self, treasury: &Persona) -> Result<(), RecordRefused> {
        let part = SignedCrossing {
            from: self.from,
            to: self.to,
            amount: self.amount,
            burn: self.burn,
            mint: self.mint,
        };
        treasury.verify("crossing", &[&canonical(&part)?], &self.sig).map_err(|_| RecordRefused::Signature)
    }
}

/// Any record that may stand beside a bundle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "lowercase")]
pub enum ClearRecord {
    /// Value entered.
    Mint(MintRecord),
    /// Value left.
    Burn(BurnRecord),
    /// Value crossed into a successor pool.
    Crossing(CrossingRecord),
}

impl ClearRecord {
    /// Whether the treasury signed it.
    pub fn verify(&self, treasury: &Persona) -> Result<(), RecordRefused> {
        match self {
            Self::Mint(record) => record.verify(treasury),
            Self::Burn(record) => record.verify(treasury),
            Self::Crossing(record) => record.verify(treasury),
        }
    }

    /// The RFC 8785 bytes: the record in an epoch file and in a clear leaf of the log.
    pub fn canonical_bytes(&self) -> Vec<u8> {
        canonical(self).expect("a record holds no number but a Money, which is a safe integer")
    }

    /// Reads canonical bytes and refuses any others.
    pub fn decode(bytes: &[u8]) -> Result<Self, RecordRefused> {
        if bytes.len() > MAX_RECORD_BYTES {
            return Err(RecordRefused::Form);
        }
        let record: Self = serde_json::from_slice(bytes).map_err(|_| RecordRefused::Form)?;
        if record.canonical_bytes() == bytes { Ok(record) } else { Err(RecordRefused::Form) }
    }
}
