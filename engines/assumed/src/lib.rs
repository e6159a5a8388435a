//! `AssumeProof`: the `Proofs` port for tests. It makes and takes a proof of the right length that is all zeros, **and still
//! checks every signature**, so a spend without its key, a changed recipient or a changed expiry is refused as ever.
//!
//! It proves nothing: whoever accepts it accepts any amount. No released program links it (`tidy` asserts that), and market and
//! desk refuse to talk when the other names another proof system.

use orchard::Proof;
use tacit_settlement::{NotProven, Proofs, SettlementBundle, UnprovenPayment};
use tacit_values::rand_core::CryptoRng;

/// Assumes that every statement is true, and checks who signed it.
#[derive(Debug, Clone, Copy, Default)]
pub struct AssumeProof;

impl Proofs for AssumeProof {
    fn name(&self) -> &'static str {
        "assumed"
    }

    fn prove(&self, payment: &mut UnprovenPayment, _rng: &mut dyn CryptoRng) -> Result<(), NotProven> {
        payment.attach_proof(vec![0; Proof::expected_proof_size(payment.actions())]);
        Ok(())
    }

    fn all_good(&self, bundles: &[&SettlementBundle]) -> bool {
        bundles.iter().all(|bundle| holds(bundle))
    }
}

fn holds(bundle: &SettlementBundle) -> bool {
    let shielded = bundle.shielded();
    let sighash = bundle.sighash();
    let proof = shielded.authorization().proof().as_ref();
    let right_length = proof.len() == Proof::expected_proof_size(shielded.actions().len());
    let zeros = proof.iter().all(|byte| *byte == 0);
    let spends =
        shielded.actions().iter().all(|action| action.rk().verify(&sighash, action.authorization()).is_ok());
    let binding = shielded.authorization().binding_signature();
    right_length && zeros && spends && shielded.binding_validating_key().verify(&sighash, binding).is_ok()
}
