//! The wire codec of a bundle:
//!
//! `0x01 || pool 32 || valid_until u64be || terms_tag 32 || flags u8 || value balance i64be || anchor 32 || n u8 ||
//! n x (cv, nf, rk, cmx, epk: 32 each; enc 580; out 80; signature 64) || proof 2720 + 2272 n || binding signature 64`,
//! 2 <= n <= 16.

use super::{MAX_ACTIONS, MAX_BUNDLE_BYTES, MIN_ACTIONS, SettlementBundle, VERSION};
use crate::bytes32::{PoolId, TermsTag};
use crate::reading::{Reader, Short};
use nonempty::NonEmpty;
use orchard::bundle::{Authorized, Flags};
use orchard::note::{ExtractedNoteCommitment, Nullifier, TransmittedNoteCiphertext};
use orchard::note_encryption::NoteBytesData;
use orchard::primitives::redpallas::{Signature, SpendAuth, VerificationKey};
use orchard::value::ValueCommitment;
use orchard::{Action, Anchor, Proof};
use std::sync::Arc;
use tacit_values::{Epoch, MAX_SAFE_INTEGER};

const WIRE_VERSION: u8 = 1;
const HEADER: usize = 1 + 32 + 8 + 32 + 1 + 8 + 32 + 1;
const ENC: usize = 580;
const OUT: usize = 80;
const ACTION: usize = 5 * 32 + ENC + OUT + 64;
const BINDING: usize = 64;

/// Why bytes are no bundle.
#[derive(Debug, thiserror::Error, PartialEq, Eq, Clone, Copy)]
pub enum NotABundle {
    /// Larger than any bundle.
    #[error("a bundle has at most {MAX_BUNDLE_BYTES} bytes; nothing of it was read")]
    TooLarge,
    /// Shorter than its header, or not as long as its number of actions says.
    #[error("the bundle is not as long as its number of actions says; send it whole")]
    Length,
    /// Another wire version.
    #[error("the bundle has wire version {0}; this ledger reads version 1: update the wallet")]
    Version(u8),
    /// Too few or too many actions.
    #[error("a bundle has between {MIN_ACTIONS} and {MAX_ACTIONS} actions, not {0}")]
    ActionCount(u8),
    /// Unknown flag bits.
    #[error("the flags 0x{0:02x} mean nothing in this version")]
    Flags(u8),
    /// An expiry or a value balance that cannot be written in a signed document.
    #[error("the {0} of the bundle is out of range")]
    OutOfRange(&'static str),
    /// A field element or a point that is no canonical encoding, or the identity.
    #[error("the {what} of action {action} is no canonical encoding")]
    Encoding {
        /// Which field.
        what: &'static str,
        /// In which action, counted from 0.
        action: usize,
    },
    /// The anchor is no field element.
    #[error("the anchor is no canonical encoding")]
    Anchor,
    /// Reading and writing again gives other bytes.
    #[error("the bundle is not in canonical form")]
    NotCanonical,
}

impl From<Short> for NotABundle {
    fn from(_: Short) -> Self {
        Self::Length
    }
}

/// How many bytes a bundle of `actions` has.
pub(crate) const fn encoded_length(actions: usize) -> usize {
    HEADER + actions * ACTION + Proof::expected_proof_size(actions) + BINDING
}

pub(super) fn encode(
    pool: &PoolId,
    valid_until: Epoch,
    terms_tag: &TermsTag,
    bundle: &orchard::Bundle<Authorized, i64>,
) -> Vec<u8> {
    let actions = bundle.actions();
    let mut out = Vec::with_capacity(encoded_length(actions.len()));
    out.push(WIRE_VERSION);
    out.extend_from_slice(pool.bytes());
    out.extend_from_slice(&valid_until.0.to_be_bytes());
    out.extend_from_slice(terms_tag.bytes());
    out.push(bundle.flag_byte());
    out.extend_from_slice(&bundle.value_balance().to_be_bytes());
    out.extend_from_slice(&bundle.anchor().to_bytes());
    out.push(u8::try_from(actions.len()).expect("a bundle has at most 16 actions"));
    for action in actions {
        out.extend_from_slice(&action.cv_net().to_bytes());
        out.extend_from_slice(&action.nullifier().to_bytes());
        out.extend_from_slice(&<[u8; 32]>::from(action.rk()));
        out.extend_from_slice(&action.cmx().to_bytes());
        let note = action.encrypted_note();
        out.extend_from_slice(&note.epk_bytes);
        out.extend_from_slice(&note.enc_ciphertext.0);
        out.extend_from_slice(&note.out_ciphertext);
        out.extend_from_slice(&<[u8; 64]>::from(action.authorization()));
    }
    out.extend_from_slice(bundle.authorization().proof().as_ref());
    out.extend_from_slice(&<[u8; 64]>::from(bundle.authorization().binding_signature()));
    out
}

pub(super) fn decode(bytes: &[u8]) -> Result<SettlementBundle, NotABundle> {
    if bytes.len() > MAX_BUNDLE_BYTES {
        return Err(NotABundle::TooLarge);
    }
    let mut rest = Reader(bytes);
    let version = rest.u8()?;
    if version != WIRE_VERSION {
        return Err(NotABundle::Version(version));
    }
    let pool = PoolId::from_bytes(rest.array()?);
    let valid_until = Epoch(rest.u64()?);
    let terms_tag = TermsTag::from_bytes(rest.array()?);
    let flag_byte = rest.u8()?;
    let value_balance = i64::from_be_bytes(rest.array()?);
    let anchor = rest.array()?;
    let count = rest.u8()?;
    if !(MIN_ACTIONS..=MAX_ACTIONS).contains(&usize::from(count)) {
        return Err(NotABundle::ActionCount(count));
    }
    if bytes.len() != encoded_length(usize::from(count)) {
        return Err(NotABundle::Length);
    }
    if valid_until.0 > MAX_SAFE_INTEGER {
        return Err(NotABundle::OutOfRange("expiry"));
    }
    if value_balance.unsigned_abs() > MAX_SAFE_INTEGER {
        return Err(NotABundle::OutOfRange("value balance"));
    }
    let flags = Flags::from_byte(flag_byte, VERSION).ok_or(NotABundle::Flags(flag_byte))?;
    let anchor: Anchor = Option::from(Anchor::from_bytes(anchor)).ok_or(NotABundle::Anchor)?;
    let actions =
        (0..usize::from(count)).map(|index| action(&mut rest, index)).collect::<Result<Vec<_>, _>>()?;
    let proof = Proof::new(rest.take(Proof::expected_proof_size(actions.len()))?.to_vec());
    let binding = Signature::from(rest.array::<BINDING>()?);
    let actions = NonEmpty::from_vec(actions).ok_or(NotABundle::ActionCount(0))?;
    let authorized = Authorized::from_parts(proof, binding);
    let shielded =
        orchard::Bundle::try_from_parts(actions, flags, value_balance, anchor, authorized, VERSION)
            .map_err(|_| NotABundle::Length)?;
    // Digests are over the bytes, signatures over what was read: the two must be one thing.
    if encode(&pool, valid_until, &terms_tag, &shielded) != bytes {
        return Err(NotABundle::NotCanonical);
    }
    Ok(SettlementBundle::with_bytes(pool, valid_until, terms_tag, shielded, Arc::from(bytes)))
}

fn action(rest: &mut Reader<'_>, action: usize) -> Result<Action<Signature<SpendAuth>>, NotABundle> {
    let wrong = |what: &'static str| NotABundle::Encoding { what, action };
    let cv: Option<_> = ValueCommitment::from_bytes(&rest.array()?).into();
    let nullifier: Option<_> = Nullifier::from_bytes(&rest.array()?).into();
    let rk = VerificationKey::<SpendAuth>::try_from(rest.array::<32>()?);
    let commitment: Option<_> = ExtractedNoteCommitment::from_bytes(&rest.array()?).into();
    let encrypted_note = TransmittedNoteCiphertext {
        epk_bytes: rest.array()?,
        enc_ciphertext: NoteBytesData(rest.array()?),
        out_ciphertext: rest.array()?,
    };
    let signature = Signature::from(rest.array::<64>()?);
    Action::from_parts(
        nullifier.ok_or(wrong("nullifier"))?,
        rk.map_err(|_| wrong("signing key"))?,
        commitment.ok_or(wrong("commitment"))?,
        encrypted_note,
        cv.ok_or(wrong("value commitment"))?,
        signature,
    )
    .map_err(|refused| match refused {
        orchard::ActionFromPartsError::IdentityRk => wrong("signing key"),
        _ => wrong("ephemeral key"),
    })
}
