//! Showing one output to somebody else: the note opening that goes into a receipt, and the key of a single output that its
//! sender can hand over (settlement.md, Disclosure). Neither opens the output beside it.

use crate::address::Address;
use crate::bundle::SettlementBundle;
use orchard::keys::OutgoingViewingKey;
use orchard::note::{ExtractedNoteCommitment, RandomSeed};
use orchard::note_encryption::IronwoodDomain;
use orchard::value::NoteValue;
use orchard::{Note, NoteVersion};
use serde::{Deserialize, Serialize};
use std::fmt;
use tacit_values::{Currency, Money};
use zcash_note_encryption::{Domain, EphemeralKeyBytes, OutgoingCipherKey, try_output_recovery_with_ock};

/// What one note holds: anybody can recompute its commitment on the ledger from it. Keep it, show it with care.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoteOpening {
    /// The payee's address.
    pub address: Address,
    /// How much.
    pub value: Money,
    /// The note's seed.
    #[serde(with = "tacit_values::base64url::fixed")]
    pub rseed: [u8; 32],
}

/// Why an opening does not open an output.
#[derive(Debug, thiserror::Error, PartialEq, Eq, Clone, Copy)]
pub enum OpeningRefused {
    /// No such action, or an address of another pool.
    #[error("the opening does not belong to this bundle")]
    OtherBundle,
    /// Another commitment follows from it.
    #[error("address, value and seed do not give the commitment that stands in the ledger")]
    OtherNote,
}

impl NoteOpening {
    pub(crate) fn of(note: &Note, bundle: &SettlementBundle, currency: Currency) -> Option<Self> {
        let value = Money::from_micros(note.value().inner(), currency).ok()?;
        let address = Address::new(&bundle.pool(), note.recipient());
        Some(Self { address, value, rseed: *note.rseed().as_bytes() })
    }

    /// Recomputes the commitment of `action` in `bundle`; the rest of the note is public there.
    pub fn verify(&self, bundle: &SettlementBundle, action: usize) -> Result<(), OpeningRefused> {
        let action = bundle.shielded().actions().get(action).ok_or(OpeningRefused::OtherBundle)?;
        self.address.belongs_to(&bundle.pool()).map_err(|_| OpeningRefused::OtherBundle)?;
        let rho = action.rho();
        let note = Option::from(RandomSeed::from_bytes(self.rseed, &rho)).and_then(|rseed| {
            let value = NoteValue::from_raw(self.value.micros());
            Option::<Note>::from(Note::from_parts(self.address.inner(), value, rho, rseed, NoteVersion::V3))
        });
        let commitment = note.map(|note| ExtractedNoteCommitment::from(note.commitment()));
        if commitment == Some(*action.cmx()) { Ok(()) } else { Err(OpeningRefused::OtherNote) }
    }
}

impl fmt::Debug for NoteOpening {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NoteOpening(..)")
    }
}

/// The key of one output, derived by its sender: it opens that output and no other. Once shown it cannot be taken back.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct OutputKey(#[serde(with = "tacit_values::base64url::fixed")] [u8; 32]);

impl OutputKey {
    pub(crate) fn derive(ovk: &OutgoingViewingKey, bundle: &SettlementBundle, action: usize) -> Option<Self> {
        let action = bundle.shielded().actions().get(action)?;
        let epk = EphemeralKeyBytes(action.encrypted_note().epk_bytes);
        let ock = IronwoodDomain::derive_ock(ovk, action.cv_net(), &action.cmx().to_bytes(), &epk);
        Some(Self(ock.0))
    }

    /// What the output holds, if this is its key.
    pub fn open(&self, bundle: &SettlementBundle, action: usize, currency: Currency) -> Option<NoteOpening> {
        let action = bundle.shielded().actions().get(action)?;
        let domain = IronwoodDomain::for_action(action);
        let ciphertext = &action.encrypted_note().out_ciphertext;
        let (note, _, _) =
            try_output_recovery_with_ock(&domain, &OutgoingCipherKey(self.0), action, ciphertext)?;
        NoteOpening::of(&note, bundle, currency)
    }
}

impl fmt::Debug for OutputKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OutputKey(..)")
    }
}
