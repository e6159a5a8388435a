//! Money: whole micro-units of one currency. Nothing here rounds.

use crate::canonical::MAX_SAFE_INTEGER;
use serde::{Deserialize, Deserializer, Serialize, de::Error};
use std::fmt;
use std::str::FromStr;

const MICROS: u64 = 1_000_000;

/// The currencies that a pool can hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Currency {
    /// The test currency of the embedded market: it stands for a dollar and is worth nothing.
    #[serde(rename = "tUSD")]
    TestUsd,
}

impl Currency {
    /// The name on the wire.
    pub const fn code(self) -> &'static str {
        match self {
            Self::TestUsd => "tUSD",
        }
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl FromStr for Currency {
    type Err = MoneyRefused;

    fn from_str(text: &str) -> Result<Self, MoneyRefused> {
        match text {
            "tUSD" => Ok(Self::TestUsd),
            _ => Err(MoneyRefused::UnknownCurrency),
        }
    }
}

/// An amount of one currency, at most 2^53 - 1 micro-units.
///
/// JSON: `{"amount": 20000000, "currency": "tUSD"}`; for people: `20.00`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub struct Money {
    #[serde(rename = "amount")]
    micros: u64,
    currency: Currency,
}

/// Why an amount was refused.
#[derive(Debug, thiserror::Error, PartialEq, Eq, Clone, Copy)]
pub enum MoneyRefused {
    /// More than 2^53 - 1 micro-units.
    #[error("the amount is above 9,007,199,254.740991, the most that one amount can be")]
    TooLarge,
    /// A subtraction below zero.
    #[error("the amount would fall below zero")]
    BelowZero,
    /// Two currencies in one sum.
    #[error("amounts of different currencies cannot be added")]
    MixedCurrencies,
    /// The text is no amount.
    #[error("write an amount as digits with at most six decimals, for example 20 or 19.99")]
    NotAnAmount,
    /// No pool holds this currency.
    #[error("unknown currency; this market knows tUSD")]
    UnknownCurrency,
}

impl Money {
    /// An amount in micro-units (10^-6).
    pub const fn from_micros(micros: u64, currency: Currency) -> Result<Self, MoneyRefused> {
        if micros > MAX_SAFE_INTEGER { Err(MoneyRefused::TooLarge) } else { Ok(Self { micros, currency }) }
    }

    /// Nothing.
    pub const fn zero(currency: Currency) -> Self {
        Self { micros: 0, currency }
    }

    /// Reads what a person typed: `20`, `19.99`, `0.000001`.
    pub fn parse(text: &str, currency: Currency) -> Result<Self, MoneyRefused> {
        let (whole, decimals) = text.split_once('.').unwrap_or((text, "0"));
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if !digits(whole) || !digits(decimals) || decimals.len() > 6 {
            return Err(MoneyRefused::NotAnAmount);
        }
        let whole: u64 = whole.parse().map_err(|_| MoneyRefused::TooLarge)?;
        let decimals: u64 = format!("{decimals:0<6}").parse().map_err(|_| MoneyRefused::NotAnAmount)?;
        let micros = whole.checked_mul(MICROS).and_then(|micros| micros.checked_add(decimals));
        Self::from_micros(micros.ok_or(MoneyRefused::TooLarge)?, currency)
    }

    /// Micro-units.
    pub const fn micros(self) -> u64 {
        self.micros
    }

    /// The currency.
    pub const fn currency(self) -> Currency {
        self.currency
    }

    /// Whether this is nothing.
    pub const fn is_zero(self) -> bool {
        self.micros == 0
    }

    /// The sum; refused across currencies and beyond the largest amount.
    pub fn plus(self, other: Self) -> Result<Self, MoneyRefused> {
        self.same_currency(other)?;
        Self::from_micros(self.micros + other.micros, self.currency)
    }

    /// The difference; refused across currencies and below zero.
    pub fn minus(self, other: Self) -> Result<Self, MoneyRefused> {
        self.same_currency(other)?;
        let micros = self.micros.checked_sub(other.micros).ok_or(MoneyRefused::BelowZero)?;
        Ok(Self { micros, currency: self.currency })
    }

    /// How many significant digits the amount has in micro-units; 0 for nothing.
    pub fn significant_digits(self) -> u32 {
        let mut micros = self.micros;
        while micros > 0 && micros.is_multiple_of(10) {
            micros /= 10;
        }
        if micros == 0 { 0 } else { micros.ilog10() + 1 }
    }

    fn same_currency(self, other: Self) -> Result<(), MoneyRefused> {
        if self.currency == other.currency { Ok(()) } else { Err(MoneyRefused::MixedCurrencies) }
    }
}

/// At least two decimals, as many as needed: `20.00`, `0.000001`.
impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decimals = format!("{:06}", self.micros % MICROS);
        let shown = decimals.trim_end_matches('0').len().max(2);
        write!(f, "{}.{}", self.micros / MICROS, &decimals[..shown])
    }
}

impl fmt::Debug for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self} {}", self.currency)
    }
}

impl<'de> Deserialize<'de> for Money {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Raw {
            amount: u64,
            currency: Currency,
        }
        let raw = Raw::deserialize(from)?;
        Self::from_micros(raw.amount, raw.currency).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn tusd(text: &str) -> Money {
        Money::parse(text, Currency::TestUsd).unwrap()
    }

    #[test]
    fn a_price_reads_as_people_write_it() {
        assert_eq!(tusd("20").micros(), 20_000_000);
        assert_eq!(tusd("19.99").to_string(), "19.99");
        assert_eq!(tusd("20").to_string(), "20.00");
        assert_eq!(tusd("0.000001").to_string(), "0.000001");
        for bad in ["", ".", "1.", ".5", "-1", "1e3", "1.0000001", "1,5", " 1"] {
            assert_eq!(Money::parse(bad, Currency::TestUsd), Err(MoneyRefused::NotAnAmount), "{bad}");
        }
        assert_eq!(Money::parse("9007199254.740992", Currency::TestUsd), Err(MoneyRefused::TooLarge));
        assert_eq!(Money::parse("99999999999999999999", Currency::TestUsd), Err(MoneyRefused::TooLarge));
    }

    #[test]
    fn an_amount_above_the_largest_safe_integer_is_refused_at_the_door() {
        let json = r#"{"amount": 9007199254740992, "currency": "tUSD"}"#;
        assert!(serde_json::from_str::<Money>(json).is_err());
        assert!(serde_json::from_str::<Money>(r#"{"amount": 1, "currency": "EUR"}"#).is_err());
        assert!(serde_json::from_str::<Money>(r#"{"amount": 1, "currency": "tUSD", "x": 1}"#).is_err());
    }

    #[test]
    fn prices_have_few_digits() {
        assert_eq!(tusd("20").significant_digits(), 1);
        assert_eq!(tusd("19.9").significant_digits(), 3);
        assert_eq!(tusd("0").significant_digits(), 0);
    }

    proptest! {
        #[test]
        fn what_was_added_can_be_taken_away_again(a in 0..=MAX_SAFE_INTEGER, b in 0..=MAX_SAFE_INTEGER) {
            let (a, b) = (Money::from_micros(a, Currency::TestUsd).unwrap(), Money::from_micros(b, Currency::TestUsd).unwrap());
            match a.plus(b) {
                Ok(sum) => prop_assert_eq!(sum.minus(b), Ok(a)),
                Err(refused) => { prop_assert_eq!(refused, MoneyRefused::TooLarge); prop_assert!(a.micros() + b.micros() > MAX_SAFE_INTEGER); }
            }
        }

        #[test]
        fn every_amount_reads_back_from_its_text_and_its_json(micros in 0..=MAX_SAFE_INTEGER) {
            let money = Money::from_micros(micros, Currency::TestUsd).unwrap();
            prop_assert_eq!(Money::parse(&money.to_string(), Currency::TestUsd), Ok(money));
            let json = serde_json::to_string(&money).unwrap();
            prop_assert_eq!(serde_json::from_str::<Money>(&json).unwrap(), money);
        }
    }
}
