//! A settlement bundle: one shielded movement of value, with its proof and signatures, exactly as it stands on the wire
//! (settlement.md, What it is).
//!
//! A decoded bundle is canonical, has non-identity points and a proof of the right length; whether the proof and the
//! signatures hold is [`crate::Proofs`]' question, and whether the ledger takes it [`crate::check_facts`]'.

mod codec;

use crate::bytes32::{Anchor, Commitment, Nullifier, PoolId, TermsTag};
use crate::tag::sighash;
pub use codec::NotABundle;
use orchard::bundle::{Authorized, BundleVersion, TxVersion};
use std::fmt;
use std::sync::Arc;
use tacit_values::{Digest, Epoch};

/// The one protocol version: orchard's Ironwood pool with the circuit that is sound.
pub(crate) const VERSION: BundleVersion = BundleVersion::ironwood_v3();

/// The fewest actions of a bundle, and what a sale has.
pub const MIN_ACTIONS: usize = 2;
/// The most actions of a bundle.
pub const MAX_ACTIONS: usize = 16;
/// The largest bundle in bytes.
pub const MAX_BUNDLE_BYTES: usize = codec::encoded_length(MAX_ACTIONS);

/// One shielded movement of value, authorised.
#[derive(Clone)]
pub struct SettlementBundle {
    pool: PoolId,
    valid_until: Epoch,
    terms_tag: TermsTag,
    shielded: orchard::Bundle<Authorized, i64>,
    bytes: Arc<[u8]>,
    digest: Digest,
    sighash: [u8; 32],
}

/// What the public part of a bundle says it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Movement {
    /// Value stays in the pool.
    Transfer,
    /// This many micro-units enter it.
    Mint(u64),
    /// This many micro-units leave it.
    Burn(u64),
}

impl SettlementBundle {
    /// Reads a bundle; the size is bounded before anything is parsed.
    pub fn decode(bytes: &[u8]) -> Result<Self, NotABundle> {
        codec::decode(bytes)
    }

    pub(crate) fn assemble(
        pool: PoolId,
        valid_until: Epoch,
        terms_tag: TermsTag,
        shielded: orchard::Bundle<Authorized, i64>,
    ) -> Self {
        let bytes: Arc<[u8]> = codec::encode(&pool, valid_until, &terms_tag, &shielded).into();
        Self::with_bytes(pool, valid_until, terms_tag, shielded, bytes)
    }

    fn with_bytes(
        pool: PoolId,
        valid_until: Epoch,
        terms_tag: TermsTag,
        shielded: orchard::Bundle<Authorized, i64>,
        bytes: Arc<[u8]>,
    ) -> Self {
        let digest = Digest::of(&bytes);
        let sighash = effects_sighash(&pool, valid_until, &terms_tag, &shielded);
        Self { pool, valid_until, terms_tag, shielded, bytes, digest, sighash }
    }

    /// The bytes on the wire.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// SHA-256 of all bytes, authorising data included: the key under which the market answers again.
    pub const fn digest(&self) -> Digest {
        self.digest
    }

    /// What the spenders signed.
    pub const fn sighash(&self) -> [u8; 32] {
        self.sighash
    }

    /// The pool it moves value in.
    pub const fn pool(&self) -> PoolId {
        self.pool
    }

    /// The last epoch that takes it.
    pub const fn valid_until(&self) -> Epoch {
        self.valid_until
    }

    /// Its terms tag.
    pub const fn terms_tag(&self) -> TermsTag {
        self.terms_tag
    }

    /// The root that its spends are proven against.
    pub fn anchor(&self) -> Anchor {
        Anchor::from_bytes(self.shielded.anchor().to_bytes())
    }

    /// What leaves the pool (positive) or enters it (negative), in micro-units.
    pub fn value_balance(&self) -> i64 {
        *self.shielded.value_balance()
    }

    /// The value balance in words.
    pub fn movement(&self) -> Movement {
        match self.value_balance() {
            0 => Movement::Transfer,
            negative @ ..0 => Movement::Mint(negative.unsigned_abs()),
            positive => Movement::Burn(positive.unsigned_abs()),
        }
    }

    /// How many actions it has: as many nullifiers, and as many commitments.
    pub fn actions(&self) -> usize {
        self.shielded.actions().len()
    }

    /// The nullifiers, in order.
    pub fn nullifiers(&self) -> impl Iterator<Item = Nullifier> + '_ {
        self.shielded.actions().iter().map(|action| Nullifier::from_bytes(action.nullifier().to_bytes()))
    }

    /// The commitments, in the order in which they enter the tree.
    pub fn commitments(&self) -> impl Iterator<Item = Commitment> + '_ {
        self.shielded.actions().iter().map(|action| Commitment::from_bytes(action.cmx().to_bytes()))
    }

    /// The bundle as the proof system knows it: for implementations of [`crate::Proofs`].
    pub const fn shielded(&self) -> &orchard::Bundle<Authorized, i64> {
        &self.shielded
    }
}

/// The sighash of a bundle's effects, signed or not.
pub(crate) fn effects_sighash<A: orchard::bundle::Authorization>(
    pool: &PoolId,
    valid_until: Epoch,
    terms_tag: &TermsTag,
    effects: &orchard::Bundle<A, i64>,
) -> [u8; 32] {
    let commitment = effects.commitment(TxVersion::V6).expect("an Ironwood bundle has a V6 commitment");
    let anchor = Anchor::from_bytes(effects.anchor().to_bytes());
    sighash(pool, commitment.into(), &anchor, terms_tag, valid_until)
}

impl PartialEq for SettlementBundle {
    fn eq(&self, other: &Self) -> bool {
        self.digest == other.digest
    }
}

impl Eq for SettlementBundle {}

impl fmt::Debug for SettlementBundle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SettlementBundle({}, {} actions)", self.digest, self.actions())
    }
}
