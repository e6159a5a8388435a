//! The turnstile: what entered a pool, less what left it, is what the pool holds, never below zero (settlement.md, Applying a
//! bundle, 3). Should a proof ever be forged, it can take what the pool holds and not one unit more.

use serde::{Deserialize, Serialize};
use tacit_values::{Currency, Money, MoneyRefused};

/// Counts of one pool. INVARIANT: `burned` is at most `minted`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Counts", into = "Counts")]
pub struct Turnstile {
    minted: Money,
    burned: Money,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Counts {
    minted: Money,
    burned: Money,
}

/// Why value may not pass.
#[derive(Debug, thiserror::Error, PartialEq, Eq, Clone, Copy)]
pub enum TurnstileRefused {
    /// More would leave than is there.
    #[error("more would leave the pool than it holds; the pool must be rotated and looked into")]
    Overdrawn,
    /// More than can be counted.
    #[error("the pool has minted as much as one pool can; rotate it")]
    Full,
    /// Of another currency.
    #[error("the amount is of another currency than the pool")]
    Currency,
}

impl Turnstile {
    /// Of a pool in which nothing happened yet.
    pub const fn new(currency: Currency) -> Self {
        Self { minted: Money::zero(currency), burned: Money::zero(currency) }
    }

    /// From stored counts; refused when more was burned than minted.
    pub fn from_counts(minted: Money, burned: Money) -> Result<Self, TurnstileRefused> {
        match minted.minus(burned) {
            Ok(_) => Ok(Self { minted, burned }),
            Err(MoneyRefused::MixedCurrencies) => Err(TurnstileRefused::Currency),
            Err(_) => Err(TurnstileRefused::Overdrawn),
        }
    }

    /// Everything that ever entered.
    pub const fn minted(&self) -> Money {
        self.minted
    }

    /// Everything that ever left.
    pub const fn burned(&self) -> Money {
        self.burned
    }

    /// What is inside.
    pub fn balance(&self) -> Money {
        self.minted.minus(self.burned).expect("the turnstile never lets out more than came in")
    }

    /// After `amount` entered.
    pub fn mint(self, amount: Money) -> Result<Self, TurnstileRefused> {
        let minted = self.minted.plus(amount).map_err(|refused| match refused {
            MoneyRefused::MixedCurrencies => TurnstileRefused::Currency,
            _ => TurnstileRefused::Full,
        })?;
        Ok(Self { minted, ..self })
    }

    /// After `amount` left.
    pub fn burn(self, amount: Money) -> Result<Self, TurnstileRefused> {
        let burned = self.burned.plus(amount).map_err(|refused| match refused {
            MoneyRefused::MixedCurrencies => TurnstileRefused::Currency,
            _ => TurnstileRefused::Overdrawn,
        })?;
        Self::from_counts(self.minted, burned)
    }
}

impl TryFrom<Counts> for Turnstile {
    type Error = TurnstileRefused;

    fn try_from(counts: Counts) -> Result<Self, TurnstileRefused> {
        Self::from_counts(counts.minted, counts.burned)
    }
}

impl From<Turnstile> for Counts {
    fn from(turnstile: Turnstile) -> Self {
        Self { minted: turnstile.minted, burned: turnstile.burned }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use tacit_values::MAX_SAFE_INTEGER;

    fn money(micros: u64) -> Money {
        Money::from_micros(micros, Currency::TestUsd).unwrap()
    }

    proptest! {
        #[test]
        fn a_pool_holds_what_entered_less_what_left_under_any_history(
            history in proptest::collection::vec((any::<bool>(), 0..=MAX_SAFE_INTEGER / 3), 0..40)
        ) {
            let mut turnstile = Turnstile::new(Currency::TestUsd);
            let (mut entered, mut left) = (0_u64, 0_u64);
            for (enters, amount) in history {
                if enters {
                    match turnstile.mint(money(amount)) {
                        Ok(next) => { turnstile = next; entered += amount; }
                        Err(refused) => {
                            prop_assert_eq!(refused, TurnstileRefused::Full);
                            prop_assert!(entered + amount > MAX_SAFE_INTEGER);
                        }
                    }
                } else {
                    match turnstile.burn(money(amount)) {
                        Ok(next) => { turnstile = next; left += amount; }
                        Err(refused) => {
                            prop_assert_eq!(refused, TurnstileRefused::Overdrawn);
                            prop_assert!(left + amount > entered);
                        }
                    }
                }
                prop_assert_eq!(turnstile.balance().micros(), entered - left);
            }
            let json = serde_json::to_string(&turnstile).unwrap();
            prop_assert_eq!(serde_json::from_str::<Turnstile>(&json).unwrap(), turnstile);
        }
    }

    #[test]
    fn stored_counts_that_let_out_more_than_came_in_are_refused() {
        assert_eq!(Turnstile::from_counts(money(1), money(2)), Err(TurnstileRefused::Overdrawn));
    }
}
