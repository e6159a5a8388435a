//! `Halo2`: the `Proofs` port with orchard's halo2 circuit, the only implementation that a released program links.
//!
//! Keys cannot be stored, so each process builds its own: the verifying key in about three seconds, the proving key in four.
//! Both are built at most once, on the first use or in the background after [`Halo2::warm_up`]; start-up never waits. A market
//! that only checks never builds a proving key. Proving a payment takes four to five seconds of one core: call it on a thread
//! for blocking work.

use orchard::bundle::{BatchValidator, BundleVersion};
use orchard::circuit::{OrchardCircuitVersion, ProvingKey, VerifyingKey};
use rand::rand_core::UnwrapErr;
use rand::rngs::SysRng;
use std::io::Write;
use std::sync::{Arc, OnceLock};
use std::thread;
use tacit_settlement::{NotProven, Proofs, SettlementBundle, UnprovenPayment};
use tacit_values::rand_core::CryptoRng;

/// Real proofs. Clones share their keys.
#[derive(Clone, Default)]
pub struct Halo2 {
    keys: Arc<Keys>,
}

#[derive(Default)]
struct Keys {
    proving: OnceLock<ProvingKey>,
    verifying: OnceLock<VerifyingKey>,
}

/// What a process is going to do, and so which keys it wants early.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WarmUp {
    /// Check only: a market, a verifier.
    Checking,
    /// Prove, and check with the key that comes with it: a desk, a treasury.
    Proving,
}

impl Halo2 {
    /// Without keys yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Builds keys on a thread of its own and returns at once. Whoever needs them earlier waits for the same build.
    pub fn warm_up(&self, what: WarmUp) {
        let keys = Arc::clone(&self.keys);
        let build = move || match what {
            WarmUp::Checking => {
                keys.verifying();
            }
            WarmUp::Proving => {
                keys.proving();
                keys.verifying();
            }
        };
        // Without a thread the keys are built on first use, only later.
        drop(thread::Builder::new().name("prover keys".to_owned()).spawn(build));
    }

    /// Whether a proof can be made without waiting for the key first.
    pub fn can_prove_now(&self) -> bool {
        self.keys.proving.get().is_some()
    }
}

impl Keys {
    fn proving(&self) -> &ProvingKey {
        self.proving.get_or_init(|| ProvingKey::build(circuit()))
    }

    /// Taken from the proving key when that is there: a copy instead of three seconds.
    fn verifying(&self) -> &VerifyingKey {
        self.verifying.get_or_init(|| match self.proving.get() {
            Some(key) => key.verifying_key(),
            None => VerifyingKey::build(circuit()),
        })
    }
}

/// Adds a line to the file that `TACIT_PROOF_TALLY` names: how tests and the demo count the proofs of all their processes.
fn tally() {
    let Some(file) = std::env::var_os("TACIT_PROOF_TALLY") else { return };
    let opened = std::fs::OpenOptions::new().create(true).append(true).open(file);
    // Counting is a courtesy; a payment does not fail for it.
    let _uncounted = opened.and_then(|mut file| file.write_all(b"1\n"));
}

fn circuit() -> OrchardCircuitVersion {
    BundleVersion::ironwood_v3().circuit_version()
}

impl Proofs for Halo2 {
    fn name(&self) -> &'static str {
        "halo2-ironwood-v3"
    }

    fn prove(&self, payment: &mut UnprovenPayment, rng: &mut dyn CryptoRng) -> Result<(), NotProven> {
        let key = self.keys.proving();
        payment.pczt_mut().create_proof(key, rng).map_err(|_| NotProven::Unprovable)?;
        tally();
        Ok(())
    }

    fn all_good(&self, bundles: &[&SettlementBundle]) -> bool {
        if bundles.is_empty() {
            return true;
        }
        let mut batch = BatchValidator::new(self.keys.verifying());
        let added =
            bundles.iter().all(|bundle| batch.add_bundle(bundle.shielded(), bundle.sighash()).is_ok());
        added && batch.validate(UnwrapErr(SysRng))
    }
}

impl std::fmt::Debug for Halo2 {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Halo2(can prove now: {})", self.can_prove_now())
    }
}
