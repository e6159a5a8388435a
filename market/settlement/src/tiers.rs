//! The amounts in which value crosses between pools: 1, 2 or 5 times a power of ten of the smallest unit.
//!
//! What crosses is public. An amount of a wallet's own would follow it from the old pool into the new one; the amounts of a
//! short list are everybody's. Every amount is a sum of tiers, so that nothing is left behind.

use tacit_values::Money;

/// The largest tier that is not above `at_most`; `None` for nothing.
pub fn largest_tier(at_most: Money) -> Option<Money> {
    let micros = at_most.micros();
    let ten = 10_u64.checked_pow(micros.checked_ilog10()?)?;
    let steps = [5, 2, 1].into_iter().map(|step| step * ten);
    let tier = steps.into_iter().find(|tier| *tier <= micros)?;
    Money::from_micros(tier, at_most.currency()).ok()
}

/// An amount as the fewest tiers, the largest first.
pub fn in_tiers(amount: Money) -> Vec<Money> {
    let mut tiers = Vec::new();
    let mut rest = amount;
    while let Some(tier) = largest_tier(rest) {
        tiers.push(tier);
        rest = rest.minus(tier).expect("a tier is not above what it was found for");
    }
    tiers
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use tacit_values::{Currency, MAX_SAFE_INTEGER};

    fn tusd(text: &str) -> Money {
        Money::parse(text, Currency::TestUsd).unwrap()
    }

    #[test]
    fn an_amount_crosses_in_parts_that_anybody_could_have_sent() {
        let parts: Vec<_> = in_tiers(tusd("87.34")).iter().map(ToString::to_string).collect();
        assert_eq!(parts, ["50.00", "20.00", "10.00", "5.00", "2.00", "0.20", "0.10", "0.02", "0.02"]);
        assert_eq!(in_tiers(tusd("0")), []);
        assert_eq!(largest_tier(tusd("0.000001")), Some(tusd("0.000001")));
    }

    proptest! {
        #[test]
        fn nothing_is_left_behind_and_taking_one_part_away_changes_no_other(
            micros in 1..=MAX_SAFE_INTEGER, which in any::<prop::sample::Index>()
        ) {
            let amount = Money::from_micros(micros, Currency::TestUsd).unwrap();
            let mut parts = in_tiers(amount);
            prop_assert_eq!(parts.iter().map(|part| part.micros()).sum::<u64>(), micros);
            let gone = parts.remove(which.index(parts.len()));
            prop_assert_eq!(in_tiers(amount.minus(gone).unwrap()), parts);
        }
    }
}
