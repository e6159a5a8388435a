//! Building a bundle: draft -> sighash -> dummy signatures -> proof -> spend signatures -> binding signature.
//!
//! The path is the same for real and assumed proofs, and the one that a multi-party spend will take: an [`UnprovenPayment`]
//! holds the bundle in orchard's PCZT form. Memos carry 16 random bytes and nothing else: ciphertexts on a public ledger can
//! never be erased.

use crate::address::{Address, AddressRefused};
use crate::bundle::{MAX_ACTIONS, MIN_ACTIONS, SettlementBundle, VERSION, effects_sighash};
use crate::bytes32::{Anchor, Nullifier, PoolId, TermsTag};
use crate::pool::Pool;
use crate::proofs::{NotProven, Proofs};
use crate::wallet::WalletKeys;
use nonempty::NonEmpty;
use orchard::builder::{Builder, BundleMetadata, BundleType};
use orchard::bundle::{Authorized, Flags};
use orchard::keys::{FullViewingKey, OutgoingViewingKey};
use orchard::primitives::redpallas::{Signature, SpendAuth};
use orchard::tree::MerklePath;
use orchard::value::NoteValue;
use orchard::{Note, Proof};
use rand_core::CryptoRng;
use std::fmt;
use tacit_values::{Epoch, Money};

/// Why a payment could not be built.
#[derive(Debug, thiserror::Error, PartialEq, Eq, Clone, Copy)]
pub enum NotBuilt {
    /// The payee's address is of another pool.
    #[error(transparent)]
    Address(#[from] AddressRefused),
    /// Not a multiple of 64.
    #[error("a bundle's last epoch is a multiple of 64; take the first at least 64 ahead")]
    Expiry,
    /// Nothing to move, another currency, or more out than in.
    #[error("the amounts of the payment do not add up")]
    Amounts,
    /// More than 16 notes or outputs.
    #[error("a bundle has at most {MAX_ACTIONS} notes in and out; merge notes first")]
    TooManyNotes,
    /// A note's path does not lead to the anchor.
    #[error("a note's path does not lead to the newest root; sync the wallet and build the payment again")]
    Anchor,
    /// The parts do not make a bundle.
    #[error("the notes and outputs make no bundle")]
    Draft,
}

/// Why a payment could not be finished.
#[derive(Debug, thiserror::Error, PartialEq, Eq, Clone, Copy)]
pub enum NotFinished {
    /// It was never proven.
    #[error(transparent)]
    Unproven(#[from] NotProven),
    /// A spend has no signature: the notes are another wallet's.
    #[error("a note of the payment belongs to another wallet; sign with that one")]
    Unsigned,
}

/// A note that is spent: with its path, under the viewing key that owns it.
pub(crate) struct Spend {
    pub(crate) fvk: FullViewingKey,
    pub(crate) note: Note,
    pub(crate) path: MerklePath,
}

/// An output: where to, how much, and under which outgoing key its sender can open it again.
pub(crate) struct Output {
    pub(crate) address: Address,
    pub(crate) amount: Money,
    pub(crate) ovk: Option<OutgoingViewingKey>,
}

/// What every bundle states in public.
pub(crate) struct Statement {
    pub(crate) pool: PoolId,
    pub(crate) anchor: Anchor,
    pub(crate) flags: Flags,
    pub(crate) valid_until: Epoch,
    pub(crate) terms_tag: TermsTag,
    pub(crate) at_least: usize,
}

/// A payment that was built and is not yet proven. Prints nothing of what it holds.
pub struct UnprovenPayment {
    pool: PoolId,
    valid_until: Epoch,
    terms_tag: TermsTag,
    sighash: [u8; 32],
    pczt: orchard::pczt::Bundle,
    proof: Option<Vec<u8>>,
    placed: BundleMetadata,
}

impl UnprovenPayment {
    pub(crate) fn build(
        statement: Statement,
        spends: Vec<Spend>,
        outputs: Vec<Output>,
        rng: &mut impl CryptoRng,
    ) -> Result<Self, NotBuilt> {
        if !statement.valid_until.is_expiry() {
            return Err(NotBuilt::Expiry);
        }
        if spends.len().max(outputs.len()) > MAX_ACTIONS {
            return Err(NotBuilt::TooManyNotes);
        }
        let anchor: Option<orchard::Anchor> = orchard::Anchor::from_bytes(*statement.anchor.bytes()).into();
        let padding = u8::try_from(statement.at_least.clamp(MIN_ACTIONS, MAX_ACTIONS)).ok();
        let kind = BundleType::Transactional { bundle_required: false, pad_to_minimum: padding };
        let mut builder = Builder::new(kind, VERSION, statement.flags, anchor.ok_or(NotBuilt::Anchor)?)
            .map_err(|_| NotBuilt::Draft)?;
        for spend in spends {
            builder.add_spend(spend.fvk, spend.note, spend.path).map_err(|_| NotBuilt::Anchor)?;
        }
        for output in outputs {
            output.address.belongs_to(&statement.pool)?;
            let value = NoteValue::from_raw(output.amount.micros());
            builder
                .add_output(output.ovk, output.address.inner(), value, memo(rng))
                .map_err(|_| NotBuilt::Draft)?;
        }
        let (mut pczt, placed) = builder.build_for_pczt(&mut *rng).map_err(|_| NotBuilt::Amounts)?;
        let effects = pczt.extract_effects::<i64>().map_err(|_| NotBuilt::Amounts)?.ok_or(NotBuilt::Draft)?;
        let Statement { pool, valid_until, terms_tag, .. } = statement;
        let sighash = effects_sighash(&pool, valid_until, &terms_tag, &effects);
        pczt.finalize_io(sighash, &mut *rng).map_err(|_| NotBuilt::Draft)?;
        Ok(Self { pool, valid_until, terms_tag, sighash, pczt, proof: None, placed })
    }

    /// The last epoch that will take it.
    pub const fn valid_until(&self) -> Epoch {
        self.valid_until
    }

    /// Its terms tag.
    pub const fn terms_tag(&self) -> TermsTag {
        self.terms_tag
    }

    /// The nullifiers it will leave: which notes are in flight.
    pub fn nullifiers(&self) -> impl Iterator<Item = Nullifier> + '_ {
        self.pczt.actions().iter().map(|action| Nullifier::from_bytes(action.spend().nullifier().to_bytes()))
    }

    /// In which action the `n`th output stands (0 is the payee's): outputs are shuffled.
    pub fn action_of_output(&self, n: usize) -> Option<usize> {
        self.placed.output_action_index(n)
    }

    /// How many actions it has.
    pub fn actions(&self) -> usize {
        self.pczt.actions().len()
    }

    /// The bundle in PCZT form, for provers that write their proof into it.
    pub const fn pczt_mut(&mut self) -> &mut orchard::pczt::Bundle {
        &mut self.pczt
    }

    /// Attaches a proof made elsewhere. Whether it holds is for [`Proofs::all_good`] to say.
    pub fn attach_proof(&mut self, bytes: Vec<u8>) {
        self.proof = Some(bytes);
    }

    /// Signs every real spend with the wallet's keys.
    pub fn sign(&mut self, keys: &WalletKeys, rng: &mut impl CryptoRng) -> Result<(), NotFinished> {
        let keys = keys.spend_authorities();
        for action in self.pczt.actions_mut() {
            let signed = action.spend().spend_auth_sig().is_some()
                || keys.iter().any(|key| action.sign(self.sighash, key, &mut *rng).is_ok());
            if !signed {
                return Err(NotFinished::Unsigned);
            }
        }
        Ok(())
    }

    /// Puts proof and signatures together and binds them.
    pub fn finish(self, rng: &mut impl CryptoRng) -> Result<SettlementBundle, NotFinished> {
        let unprovable = NotFinished::Unproven(NotProven::Unprovable);
        let attached = self.proof.map(Proof::new);
        let proof = attached.or_else(|| self.pczt.zkproof().clone()).ok_or(unprovable)?;
        if proof.as_ref().len() != Proof::expected_proof_size(self.pczt.actions().len()) {
            return Err(unprovable);
        }
        let signatures = self
            .pczt
            .actions()
            .iter()
            .map(|action| action.spend().spend_auth_sig().clone().ok_or(NotFinished::Unsigned))
            .collect::<Result<Vec<Signature<SpendAuth>>, _>>()?;
        let key = self.pczt.bsk().as_ref().ok_or(unprovable)?;
        let binding = key.sign(&mut *rng, &self.sighash);
        let effects = self.pczt.extract_effects::<i64>().ok().flatten().ok_or(unprovable)?;
        let actions = effects.actions().iter().cloned().zip(signatures);
        let actions = actions.map(|(action, signature)| action.map(|()| signature)).collect();
        let shielded = orchard::Bundle::try_from_parts(
            NonEmpty::from_vec(actions).ok_or(unprovable)?,
            *effects.flags(),
            *effects.value_balance(),
            *effects.anchor(),
            Authorized::from_parts(proof, binding),
            VERSION,
        )
        .map_err(|_| unprovable)?;
        Ok(SettlementBundle::assemble(self.pool, self.valid_until, self.terms_tag, shielded))
    }

    /// Proves, signs and finishes in one go.
    pub fn complete(
        mut self,
        keys: &WalletKeys,
        proofs: &dyn Proofs,
        rng: &mut impl CryptoRng,
    ) -> Result<SettlementBundle, NotFinished> {
        proofs.prove(&mut self, rng)?;
        self.sign(keys, rng)?;
        self.finish(rng)
    }
}

impl fmt::Debug for UnprovenPayment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "UnprovenPayment({} actions)", self.actions())
    }
}

/// A mint: outputs and no spends, against the empty tree's root, with a random tag. It spends nothing, so it needs no key:
/// prove and [`UnprovenPayment::finish`] it, then have the treasury sign the record.
pub fn build_mint(
    pool: &Pool,
    outputs: &[(Address, Money)],
    valid_until: Epoch,
    rng: &mut impl CryptoRng,
) -> Result<UnprovenPayment, NotBuilt> {
    if outputs.is_empty() || outputs.iter().any(|(_, amount)| amount.currency() != pool.currency) {
        return Err(NotBuilt::Amounts);
    }
    let statement = Statement {
        pool: pool.pool,
        anchor: Anchor::empty_tree(),
        flags: Flags::SPENDS_DISABLED,
        valid_until,
        terms_tag: TermsTag::random(rng),
        at_least: MIN_ACTIONS,
    };
    let outputs =
        outputs.iter().map(|(address, amount)| Output { address: *address, amount: *amount, ovk: None });
    UnprovenPayment::build(statement, Vec::new(), outputs.collect(), rng)
}

/// 16 random bytes and nothing else.
fn memo(rng: &mut impl CryptoRng) -> [u8; 512] {
    let mut memo = [0; 512];
    rng.fill_bytes(&mut memo[..16]);
    memo
}
