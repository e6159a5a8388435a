//! What a bundle signs: the terms tag and the hash of everything that must not change (settlement.md, What it is).
//!
//! No two bundles ever carry the same tag, and a tag tells nobody but the holders of `r` what it binds: the public ledger
//! cannot tell a purchase from any other transfer.

use crate::bytes32::{Anchor, PoolId, TermsTag};
use blake2b_simd::Params;
use rand_core::CryptoRng;
use serde::{Deserialize, Serialize};
use std::fmt;
use tacit_values::{Digest, Epoch};

const TERMS: &[u8; 16] = b"TacitTerms_v1___";
const SETTLE: &[u8; 16] = b"TacitSettle_v1__";

/// The 32 fresh random bytes behind a terms tag, kept in the parties' receipts. Base64url in JSON.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TermsBlind(#[serde(with = "tacit_values::base64url::fixed")] [u8; 32]);

impl TermsBlind {
    /// Fresh ones, for one bundle.
    pub fn random(rng: &mut impl CryptoRng) -> Self {
        let mut bytes = [0; 32];
        rng.fill_bytes(&mut bytes);
        Self(bytes)
    }

    /// Wraps the bytes of a receipt.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes.
    pub const fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for TermsBlind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TermsBlind(..)")
    }
}

impl TermsTag {
    /// The tag of a bundle that pays for an agreement: `BLAKE2b-256("TacitTerms_v1___", r || terms_hash)`.
    pub fn binding(blind: &TermsBlind, terms_hash: &Digest) -> Self {
        Self::from_bytes(blake2b(TERMS, &[blind.bytes(), terms_hash.bytes()]))
    }

    /// The tag of a plain transfer: 32 random bytes.
    pub fn random(rng: &mut impl CryptoRng) -> Self {
        let mut bytes = [0; 32];
        rng.fill_bytes(&mut bytes);
        Self::from_bytes(bytes)
    }
}

/// What spenders sign. The anchor is in it because the V6 commitment leaves it out, the pool because empty-tree anchors
/// of two pools are equal.
pub(crate) fn sighash(
    pool: &PoolId,
    commitment: [u8; 32],
    anchor: &Anchor,
    terms_tag: &TermsTag,
    valid_until: Epoch,
) -> [u8; 32] {
    let until = valid_until.0.to_be_bytes();
    blake2b(SETTLE, &[pool.bytes(), &commitment, anchor.bytes(), terms_tag.bytes(), &until])
}

fn blake2b(personal: &[u8; 16], parts: &[&[u8]]) -> [u8; 32] {
    let mut state = Params::new().hash_length(32).personal(personal).to_state();
    for part in parts {
        state.update(part);
    }
    state.finalize().as_bytes().try_into().expect("the hash length is 32")
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};

    #[test]
    fn a_tag_needs_both_the_terms_and_the_blind() {
        let terms = Digest::of(b"terms");
        let tag = TermsTag::binding(&TermsBlind::from_bytes([1; 32]), &terms);
        assert_eq!(tag, TermsTag::binding(&TermsBlind::from_bytes([1; 32]), &terms));
        assert_ne!(tag, TermsTag::binding(&TermsBlind::from_bytes([2; 32]), &terms));
        assert_ne!(tag, TermsTag::binding(&TermsBlind::from_bytes([1; 32]), &Digest::of(b"other")));
    }

    /// A two-sample test over byte frequencies: the same terms a thousand times against a thousand plain transfers.
    #[test]
    fn fundings_look_like_transfers_and_no_two_tags_are_equal() {
        let mut rng = ChaCha20Rng::seed_from_u64(11);
        let terms = Digest::of(b"the same agreement every time");
        let mut seen = std::collections::HashSet::new();
        let mut counts = [[0_f64; 256]; 2];
        for _ in 0..1000 {
            let funding = TermsTag::binding(&TermsBlind::random(&mut rng), &terms);
            let transfer = TermsTag::random(&mut rng);
            for (sample, tag) in [funding, transfer].into_iter().enumerate() {
                assert!(seen.insert(tag), "two bundles must never share a tag");
                tag.bytes().iter().for_each(|byte| counts[sample][usize::from(*byte)] += 1.0);
            }
        }
        let chi_squared: f64 = (0..256)
            .map(|byte| (counts[0][byte] - counts[1][byte]).powi(2) / (counts[0][byte] + counts[1][byte]))
            .sum();
        // 255 degrees of freedom: 99.99 % of fair samples stay below 347.
        assert!(chi_squared < 347.0, "{chi_squared}");
    }
}
