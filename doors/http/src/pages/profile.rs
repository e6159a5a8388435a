//! The columns of a listing: what is declared, and what the sample shows of each, with small drawings.

use super::words as w;
use super::written::thousands;
use std::collections::HashMap;
use tacit_catalogue::Column;
use tacit_delivery::{ColumnProfile, SampleExcerpt};

/// The longest value that a table repeats, in characters.
const LONGEST: usize = 24;
/// How wide a drawing is, in its own units.
const WIDTH: f64 = 100.0;

/// One row of the table of columns.
pub(super) struct ColumnRow {
    pub(super) name: String,
    pub(super) cells: String,
    pub(super) nullable: bool,
    pub(super) redacted: bool,
    pub(super) profile: Option<ProfileRow>,
}

/// What the sample shows of a column.
pub(super) struct ProfileRow {
    /// Share of empty cells, in words and as a length.
    pub(super) empty: String,
    pub(super) empty_width: u32,
    pub(super) distinct: String,
    pub(super) least: String,
    pub(super) middle: String,
    pub(super) most: String,
    /// Where the middle half and the median lie; only for numbers.
    pub(super) spread: Option<Spread>,
}

/// The middle half of the values between the least and the most.
pub(super) struct Spread {
    pub(super) from: u32,
    pub(super) width: u32,
    pub(super) median: u32,
}

/// The rows of the table for these columns.
pub(super) fn rows(columns: &[Column], sample: Option<&SampleExcerpt>) -> Vec<ColumnRow> {
    let profiles: HashMap<&str, &ColumnProfile> =
        sample.into_iter().flat_map(|sample| &sample.profile).map(|one| (one.name.as_str(), one)).collect();
    let row = |column: &Column| ColumnRow {
        name: column.name.clone(),
        cells: column.cells.clone(),
        nullable: column.nullable,
        redacted: column.redacted,
        profile: profiles.get(column.name.as_str()).map(|profile| ProfileRow::of(profile)),
    };
    columns.iter().map(row).collect()
}

impl ProfileRow {
    fn of(profile: &ColumnProfile) -> Self {
        let [least, _, middle, _, most] = profile.quantiles.clone().unwrap_or_default();
        Self {
            empty: w::percent(profile.empty_ppm),
            empty_width: profile.empty_ppm / 10_000,
            distinct: thousands(u64::from(profile.distinct)),
            least: cut(&least),
            middle: cut(&middle),
            most: cut(&most),
            spread: profile.quantiles.as_ref().and_then(Spread::of),
        }
    }
}

impl Spread {
    fn of(quantiles: &[String; 5]) -> Option<Self> {
        let mut numbers = [0.0; 5];
        for (number, text) in numbers.iter_mut().zip(quantiles) {
            *number = text.parse::<f64>().ok().filter(|number| number.is_finite())?;
        }
        let [least, lower, median, upper, most] = numbers;
        let span = most - least;
        if !span.is_finite() || span <= 0.0 {
            return None;
        }
        // Between 0 and 100, so the casts lose nothing but the fraction.
        let place = |number: f64| ((number - least) / span * WIDTH).clamp(0.0, WIDTH) as u32;
        let (from, to) = (place(lower), place(upper));
        Some(Self { from, width: to.saturating_sub(from).max(1), median: place(median) })
    }
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_drawing_never_leaves_its_frame() {
        let of = |values: [&str; 5]| Spread::of(&values.map(str::to_owned));
        let spread = of(["-1e308", "0", "0", "1", "1e307"]).unwrap();
        assert!(spread.from <= 100 && spread.from + spread.width <= 101 && spread.median <= 100);
        assert!(of(["-1e308", "0", "0", "1", "1e308"]).is_none(), "a span beyond all numbers is not drawn");
        assert!(of(["a", "b", "c", "d", "e"]).is_none());
        assert!(of(["1", "1", "1", "1", "1"]).is_none());
        assert!(of(["nan", "0", "0", "0", "inf"]).is_none());
    }
}
