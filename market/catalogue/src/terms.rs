//! Terms of an offer that are neither price nor licence: later versions, and which figures become public.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};
use std::fmt;
use std::str::FromStr;
use std::time::Duration;
use tacit_values::Timestamp;

/// The text is none of the terms that exist.
#[derive(Debug, thiserror::Error, PartialEq, Eq, Clone)]
#[error("{what} must be {choices}")]
pub struct NotATerm {
    what: &'static str,
    choices: &'static str,
}

const DAY: Duration = Duration::from_secs(86_400);

/// Whether the buyer gets later versions of the data (delivery.md, entitlements).
///
/// JSON and text: `none`, a date such as `2027-06-30`, or `ever`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Updates {
    /// This version only.
    None,
    /// Versions listed up to and on this day; the moment is the day's beginning in UTC.
    Until(Timestamp),
    /// All later versions.
    Ever,
}

impl Updates {
    /// Whether a version listed at `at` is included.
    pub fn include(self, at: Timestamp) -> bool {
        match self {
            Self::None => false,
            Self::Until(day) => at < day.plus(DAY),
            Self::Ever => true,
        }
    }

    /// One sentence for the page.
    pub fn sentence(self) -> String {
        match self {
            Self::None => "Later versions are not included.".to_owned(),
            Self::Until(day) => format!("Versions listed until {} are included.", day.date()),
            Self::Ever => "All later versions are included.".to_owned(),
        }
    }
}

impl fmt::Display for Updates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("none"),
            Self::Until(day) => f.write_str(&day.date()),
            Self::Ever => f.write_str("ever"),
        }
    }
}

impl FromStr for Updates {
    type Err = NotATerm;

    fn from_str(text: &str) -> Result<Self, NotATerm> {
        let refused = NotATerm { what: "updates", choices: "`none`, `ever` or a date such as 2027-06-30" };
        match text {
            "none" => Ok(Self::None),
            "ever" => Ok(Self::Ever),
            date if date.len() == 10 => {
                let day = format!("{date}T00:00:00Z").parse().map_err(|_| refused)?;
                Ok(Self::Until(day))
            }
            _ => Err(refused),
        }
    }
}

impl Serialize for Updates {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Updates {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from)?.parse().map_err(D::Error::custom)
    }
}

/// Which figures about a listing become public, and what may be asked about its sales (evidence.md, disclosure).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub enum DisclosurePreset {
    /// No figures.
    #[serde(rename = "closed")]
    Closed,
    /// Counts in ranges, delayed.
    #[default]
    #[serde(rename = "aggregates")]
    Aggregates,
    /// Counts in ranges and the band of prices paid.
    #[serde(rename = "aggregates-and-price-band")]
    AggregatesAndPriceBand,
    /// The history of the offer: its versions and their figures.
    #[serde(rename = "open-history")]
    OpenHistory,
}

impl DisclosurePreset {
    /// All presets, from the most closed to the most open.
    pub const ALL: [Self; 4] =
        [Self::Closed, Self::Aggregates, Self::AggregatesAndPriceBand, Self::OpenHistory];

    /// The name on the wire and on the command line.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::Aggregates => "aggregates",
            Self::AggregatesAndPriceBand => "aggregates-and-price-band",
            Self::OpenHistory => "open-history",
        }
    }

    /// Whether counts of orders are shown at all, in ranges and delayed.
    pub const fn shows_counts(self) -> bool {
        !matches!(self, Self::Closed)
    }

    /// One sentence for the page.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::Closed => "No figures about sales are public.",
            Self::Aggregates => "Counts of sales are public in ranges and with a delay.",
            Self::AggregatesAndPriceBand => {
                "Counts of sales and the band of prices are public in ranges and with a delay."
            }
            Self::OpenHistory => {
                "The history of the offer is public, with counts of sales in ranges and with a delay."
            }
        }
    }
}

impl fmt::Display for DisclosurePreset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl FromStr for DisclosurePreset {
    type Err = NotATerm;

    fn from_str(text: &str) -> Result<Self, NotATerm> {
        Self::ALL.into_iter().find(|preset| preset.code() == text).ok_or(NotATerm {
            what: "preset",
            choices: "`closed`, `aggregates`, `aggregates-and-price-band` or `open-history`",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn updates_until_a_date_include_that_whole_day() {
        let updates: Updates = "2027-06-30".parse().unwrap();
        assert!(updates.include("2027-06-30T23:59:59Z".parse().unwrap()));
        assert!(!updates.include("2027-07-01T00:00:00Z".parse().unwrap()));
        assert_eq!(updates.to_string(), "2027-06-30");
    }

    #[test]
    fn updates_that_are_no_date_are_refused() {
        for bad in ["", "2027-13-01", "2027-02-30", "next year", "forever", "1969-01-01"] {
            assert!(bad.parse::<Updates>().is_err(), "{bad}");
        }
    }

    #[test]
    fn aggregates_are_the_default_preset() {
        assert_eq!(DisclosurePreset::default().code(), "aggregates");
        for preset in DisclosurePreset::ALL {
            assert_eq!(preset.code().parse(), Ok(preset));
            assert_eq!(serde_json::to_value(preset).unwrap(), preset.code());
        }
    }
}
