//! Prices: few digits, neither nothing nor absurd, so that a price tells two listings apart as little as possible.

use serde::{Deserialize, Deserializer, Serialize, de::Error};
use std::fmt;
use tacit_values::{Currency, Money};

/// The lowest price: 0.01.
const LEAST_MICROS: u64 = 10_000;
/// The highest price: 10,000,000.
const MOST_MICROS: u64 = 10_000_000_000_000;

/// An amount with at most two significant digits (wire.md, canonical forms) between 0.01 and 10,000,000.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct Price(Money);

/// Why an amount is no price.
#[derive(Debug, thiserror::Error, PartialEq, Eq, Clone, Copy)]
pub enum NotAPrice {
    /// Nothing.
    #[error("the price is zero; set one of at least 0.01")]
    Zero,
    /// Less than 0.01.
    #[error("the price {asked} is below 0.01, the lowest price; raise it")]
    TooLow {
        /// What was asked.
        asked: Money,
    },
    /// More than 10,000,000.
    #[error("the price {asked} is above 10000000.00, the highest price; lower it")]
    TooHigh {
        /// What was asked.
        asked: Money,
    },
    /// More than two significant digits.
    #[error(
        "the price {asked} has more than two significant digits, which would mark every payment for it; take {below} or {above}"
    )]
    TooManyDigits {
        /// What was asked.
        asked: Money,
        /// The next price below.
        below: Money,
        /// The next price above.
        above: Money,
    },
}

impl Price {
    /// Checks an amount.
    pub fn new(asked: Money) -> Result<Self, NotAPrice> {
        match asked.micros() {
            0 => Err(NotAPrice::Zero),
            micros if micros < LEAST_MICROS => Err(NotAPrice::TooLow { asked }),
            micros if micros > MOST_MICROS => Err(NotAPrice::TooHigh { asked }),
            _ if asked.significant_digits() <= 2 => Ok(Self(asked)),
            micros => {
                let step = 10u64.pow(micros.ilog10() - 1);
                let rounded = |micros| Money::from_micros(micros, asked.currency());
                let below = rounded(micros / step * step).expect("smaller than the amount it was made from");
                let above =
                    rounded((micros / step + 1) * step).expect("at most ten million, far below the largest");
                Err(NotAPrice::TooManyDigits { asked, below, above })
            }
        }
    }

    /// The amount.
    pub const fn money(self) -> Money {
        self.0
    }

    /// The currency.
    pub const fn currency(self) -> Currency {
        self.0.currency()
    }
}

impl fmt::Display for Price {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for Price {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl<'de> Deserialize<'de> for Price {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Self::new(Money::deserialize(from)?).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn price(text: &str) -> Result<Price, NotAPrice> {
        Price::new(Money::parse(text, Currency::TestUsd).unwrap())
    }

    #[test]
    fn a_price_has_at_most_two_significant_digits_and_the_refusal_names_the_neighbours() {
        for good in ["20", "0.01", "1.5", "99", "10000000", "4200"] {
            assert!(price(good).is_ok(), "{good}");
        }
        let refused = price("19.99").unwrap_err().to_string();
        assert!(refused.contains("take 19.00 or 20.00"), "{refused}");
        assert!(price("995").unwrap_err().to_string().contains("990.00 or 1000.00"));
    }

    #[test]
    fn nothing_and_absurd_amounts_are_no_prices() {
        assert_eq!(price("0"), Err(NotAPrice::Zero));
        assert!(matches!(price("0.009"), Err(NotAPrice::TooLow { .. })));
        assert!(matches!(price("11000000"), Err(NotAPrice::TooHigh { .. })));
        let json = r#"{"amount": 19990000, "currency": "tUSD"}"#;
        assert!(serde_json::from_str::<Price>(json).is_err());
    }
}
