//! The port `Proofs`: making and checking the proofs of bundles (architecture.md, Proof budget).
//!
//! Two implementations exist: `Halo2`, the only one that a released program links, and `AssumeProof` for tests, which makes
//! and takes a zero-filled proof of the right length and still checks every signature. The ledger never looks inside a proof.

use crate::bundle::SettlementBundle;
use crate::payment::UnprovenPayment;
use rand_core::CryptoRng;

/// Why a payment was not proven.
#[derive(Debug, thiserror::Error, PartialEq, Eq, Clone, Copy)]
pub enum NotProven {
    /// The statement is false or a part of it is missing.
    #[error("the payment does not hold together and cannot be proven; build it again from the wallet")]
    Unprovable,
}

/// Makes and checks proofs and signatures of bundles. Synchronous and long: call it on a thread for blocking work.
///
/// Contract: `all_good` is true for the empty slice, and for a slice exactly if proof, spend signatures and binding signature
/// of every bundle in it hold; the order does not matter. `prove` leaves the payment with a proof that `all_good` takes once
/// the payment is finished. Neither looks at nullifiers, anchors, expiry or amounts: that is the ledger's.
pub trait Proofs: Send + Sync {
    /// The name that market and desk compare before they talk: `halo2-ironwood-v3` or `assumed`.
    fn name(&self) -> &'static str;

    /// Proves a payment.
    fn prove(&self, payment: &mut UnprovenPayment, rng: &mut dyn CryptoRng) -> Result<(), NotProven>;

    /// Whether every bundle's proof and signatures hold, in one batch.
    fn all_good(&self, bundles: &[&SettlementBundle]) -> bool;

    /// One verdict per bundle, in order: one batch when all are good, bisection otherwise.
    fn check(&self, bundles: &[&SettlementBundle]) -> Vec<bool> {
        bisect(bundles, &mut |part| self.all_good(part))
    }
}

/// One verdict per item from a question that only answers for groups. Asks once when all are good.
pub fn bisect<T>(items: &[T], all_good: &mut dyn FnMut(&[T]) -> bool) -> Vec<bool> {
    let mut verdicts = vec![true; items.len()];
    if !all_good(items) {
        split(items, &mut verdicts, all_good);
    }
    verdicts
}

/// `items` is known to hold at least one bad one.
fn split<T>(items: &[T], verdicts: &mut [bool], all_good: &mut dyn FnMut(&[T]) -> bool) {
    if let [verdict] = verdicts {
        *verdict = false;
        return;
    }
    let middle = items.len() / 2;
    let (left, right) = items.split_at(middle);
    let (left_verdicts, right_verdicts) = verdicts.split_at_mut(middle);
    let left_good = all_good(left);
    if !left_good {
        split(left, left_verdicts, all_good);
    }
    // When the left half is good the bad one is on the right, and asking again would cost a batch.
    if left_good || !all_good(right) {
        split(right, right_verdicts, all_good);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn bisection_finds_exactly_the_bad_ones(items in proptest::collection::vec(any::<bool>(), 0..70)) {
            let found = bisect(&items, &mut |part| part.iter().all(|good| *good));
            prop_assert_eq!(found, items);
        }
    }

    #[test]
    fn a_good_batch_is_asked_for_once_and_one_bad_bundle_in_64_costs_few_questions() {
        let mut questions = 0;
        bisect(&[true; 64], &mut |part| {
            questions += 1;
            part.iter().all(|good| *good)
        });
        assert_eq!(questions, 1);
        let mut one_bad = [true; 64];
        one_bad[37] = false;
        questions = 0;
        bisect(&one_bad, &mut |part| {
            questions += 1;
            part.iter().all(|good| *good)
        });
        assert!(questions <= 13, "{questions}");
    }
}
