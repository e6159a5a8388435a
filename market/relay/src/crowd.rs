//! How many live personas stand in each bucket: what decides how fine the buckets may be (traffic.md rule 3).

use crate::bucket::{Bits, finest};
use tacit_values::Persona;

/// A bucket holds at least this many live personas; a small market has one bucket.
pub const LEAST_IN_BUCKET: u64 = 32;

const FINEST: usize = 1 << Bits::MOST;

/// The live personas of a market, counted where buckets are finest. It knows numbers and no persona.
#[derive(Clone, PartialEq, Eq)]
pub struct Crowd(Vec<u64>);

impl Crowd {
    /// Nobody.
    pub fn nobody() -> Self {
        Self(vec![0; FINEST])
    }

    /// Counts one persona.
    pub fn add(&mut self, persona: &Persona) {
        self.add_at(finest(persona), 1);
    }

    /// Counts personas whose digests begin with these 16 bits.
    pub fn add_at(&mut self, first_bits: u16, personas: u64) {
        let count = &mut self.0[usize::from(first_bits)];
        *count = count.saturating_add(personas);
    }

    /// All of them.
    pub fn total(&self) -> u64 {
        self.0.iter().fold(0, |sum, count| sum.saturating_add(*count))
    }

    /// The most bits at which every bucket holds at least [`LEAST_IN_BUCKET`]: each of them, not their average, because
    /// an average is no comfort in the emptiest one. 0 when there is no such number: one bucket for everybody.
    pub fn bits(&self) -> Bits {
        let fits = |bits: &Bits| self.fewest_in_a_bucket(*bits) >= LEAST_IN_BUCKET;
        (1..=Bits::MOST).rev().filter_map(Bits::new).find(fits).unwrap_or(Bits::NONE)
    }

    /// How many personas the emptiest of the buckets holds.
    pub fn fewest_in_a_bucket(&self, bits: Bits) -> u64 {
        let width = FINEST >> bits.count();
        let held =
            self.0.chunks(width).map(|bucket| bucket.iter().fold(0, |sum: u64, n| sum.saturating_add(*n)));
        held.min().unwrap_or(0)
    }
}

impl std::fmt::Debug for Crowd {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Crowd({})", self.total())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bucket_of;
    use proptest::prelude::*;
    use std::collections::BTreeMap;
    use tacit_values::PersonaKey;

    fn personas(count: u16) -> Vec<Persona> {
        let seed = |n: u16| {
            let mut seed = [0; 32];
            seed[..2].copy_from_slice(&n.to_be_bytes());
            seed
        };
        (0..count).map(|n| PersonaKey::from_seed(&seed(n)).persona()).collect()
    }

    fn crowd(personas: &[Persona]) -> Crowd {
        let mut crowd = Crowd::nobody();
        personas.iter().for_each(|persona| crowd.add(persona));
        crowd
    }

    #[test]
    fn every_bucket_holds_at_least_32_live_personas_and_one_bit_more_would_leave_one_with_fewer() {
        let live = personas(1_000);
        let bits = crowd(&live).bits();
        let fewest = |bits: Bits| {
            let mut held = BTreeMap::new();
            live.iter().for_each(|persona| *held.entry(bucket_of(persona, bits)).or_insert(0) += 1);
            if held.len() == 1 << bits.count() { *held.values().min().unwrap() } else { 0 }
        };
        assert!(bits.count() >= 3, "{bits:?}");
        assert!(fewest(bits) >= LEAST_IN_BUCKET);
        assert!(fewest(Bits::new(bits.count() + 1).unwrap()) < LEAST_IN_BUCKET);
    }

    #[test]
    fn a_small_market_has_one_bucket() {
        assert_eq!(Crowd::nobody().bits(), Bits::NONE);
        assert_eq!(crowd(&personas(63)).bits(), Bits::NONE);
    }

    #[test]
    fn sixty_four_personas_who_crowd_into_one_half_stay_in_one_bucket() {
        let mut crowd = Crowd::nobody();
        crowd.add_at(0, 64);
        assert_eq!(crowd.bits(), Bits::NONE);
        crowd.add_at(u16::MAX, LEAST_IN_BUCKET - 1);
        assert_eq!(crowd.bits(), Bits::NONE);
        crowd.add_at(u16::MAX, 1);
        assert_eq!(crowd.bits().count(), 1);
        assert_eq!((crowd.total(), crowd.fewest_in_a_bucket(crowd.bits())), (96, LEAST_IN_BUCKET));
    }

    proptest! {
        #[test]
        fn no_bucket_holds_fewer_than_32_wherever_the_personas_stand(
            groups in proptest::collection::vec((any::<u16>(), 0_u64..200), 0..60),
        ) {
            let mut crowd = Crowd::nobody();
            groups.iter().for_each(|(place, personas)| crowd.add_at(*place, *personas));
            let bits = crowd.bits();
            prop_assert!(bits == Bits::NONE || crowd.fewest_in_a_bucket(bits) >= LEAST_IN_BUCKET);
        }
    }
}
