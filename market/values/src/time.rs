//! Times: UTC, milliseconds since 1970, RFC 3339 in text.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};
use std::fmt;
use std::str::FromStr;
use std::time::Duration;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// A moment in UTC with the precision of a millisecond, between 1970 and 9999.
///
/// JSON and text: RFC 3339, for example `2026-11-20T12:00:00Z`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Timestamp {
    millis: u64,
}

/// The text is no time, or one that we cannot keep.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("expected a UTC time between 1970 and 9999, for example 2026-11-20T12:00:00Z")]
pub struct NotATime;

const LAST_MILLI: u64 = 253_402_300_799_999;

impl Timestamp {
    /// The beginning of 1970.
    pub const EPOCH_1970: Self = Self { millis: 0 };

    /// From milliseconds since 1970; times past the year 9999 become its last millisecond.
    pub const fn from_millis(millis: u64) -> Self {
        Self { millis: if millis > LAST_MILLI { LAST_MILLI } else { millis } }
    }

    /// From seconds since 1970.
    pub const fn from_secs(seconds: u64) -> Self {
        Self::from_millis(seconds.saturating_mul(1000))
    }

    /// Milliseconds since 1970.
    pub const fn millis(self) -> u64 {
        self.millis
    }

    /// Whole seconds since 1970 (JWT `iat`, RFC 9421 `created`).
    pub const fn secs(self) -> u64 {
        self.millis / 1000
    }

    /// Whole days since 1970.
    pub const fn day(self) -> u64 {
        self.millis / 86_400_000
    }

    /// This moment and then some.
    pub fn plus(self, span: Duration) -> Self {
        Self::from_millis(self.millis.saturating_add(u64::try_from(span.as_millis()).unwrap_or(u64::MAX)))
    }

    /// This moment less some, not before 1970.
    pub fn minus(self, span: Duration) -> Self {
        Self { millis: self.millis.saturating_sub(u64::try_from(span.as_millis()).unwrap_or(u64::MAX)) }
    }

    /// How long ago `earlier` was; zero when it lies ahead.
    pub const fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(self.millis.saturating_sub(earlier.millis))
    }

    /// `2026-11-20`.
    pub fn date(self) -> String {
        self.to_string()[..10].to_owned()
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let moment = OffsetDateTime::from_unix_timestamp_nanos(i128::from(self.millis) * 1_000_000)
            .expect("a Timestamp lies between 1970 and 9999");
        f.write_str(&moment.format(&Rfc3339).expect("a year of four digits has an RFC 3339 form"))
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Timestamp {
    type Err = NotATime;

    fn from_str(text: &str) -> Result<Self, NotATime> {
        let moment = OffsetDateTime::parse(text, &Rfc3339).map_err(|_| NotATime)?;
        let millis = moment.unix_timestamp_nanos().div_euclid(1_000_000);
        match u64::try_from(millis) {
            Ok(millis) if millis <= LAST_MILLI => Ok(Self { millis }),
            _ => Err(NotATime),
        }
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(from)?;
        text.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_reads_back_from_its_text() {
        let moment = Timestamp::from_millis(1_795_176_000_123);
        assert_eq!(moment.to_string(), "2026-11-20T12:00:00.123Z");
        assert_eq!(moment.to_string().parse(), Ok(moment));
        assert_eq!(moment.date(), "2026-11-20");
    }

    #[test]
    fn times_before_1970_and_words_are_refused() {
        assert_eq!("1969-12-31T23:59:59Z".parse::<Timestamp>(), Err(NotATime));
        assert_eq!("yesterday".parse::<Timestamp>(), Err(NotATime));
    }
}
