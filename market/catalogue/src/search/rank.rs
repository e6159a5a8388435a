//! How well a listing's words fit: whole numbers, from this listing alone, so that the order does not depend on which
//! other listings an engine looked at.

use super::words::tokens;
use crate::Listing;

/// What a word is worth where it is found.
const TITLE: u64 = 12;
const TAG: u64 = 8;
const COLUMN: u64 = 6;
const CATEGORY: u64 = 5;
const ABSTRACT: u64 = 2;
/// A word that is whole counts three times as much as the beginning of one.
const WHOLE: u64 = 3;

/// The score of a listing for the wanted words; `None` when one of them is nowhere. No words: 0.
pub(super) fn score(listing: &Listing, wanted: &[String]) -> Option<u64> {
    if wanted.is_empty() {
        return Some(0);
    }
    let fields = fields(listing);
    let mut total: u64 = 0;
    for word in wanted {
        let best = fields.iter().map(|(worth, words)| worth * closeness(words, word)).collect::<Vec<_>>();
        match best.iter().sum::<u64>() {
            0 => return None,
            found => total += found,
        }
    }
    Some(total)
}

/// What one word adds to the score: fields that hold the whole word, and fields with a word that begins so, each as bits in
/// the order of [`fields`].
pub(super) fn worth(whole: u8, part: u8) -> u64 {
    let bit = |set: u8, place: usize| u64::from(set >> place & 1);
    let worths = WORTHS.iter().enumerate();
    worths.map(|(place, worth)| worth * (WHOLE * bit(whole, place)).max(bit(part, place))).sum()
}

/// The worth of each field in the order of [`fields`].
const WORTHS: [u64; 5] = [TITLE, TAG, COLUMN, CATEGORY, ABSTRACT];

/// A listing's words by field, each field with its worth.
pub(super) fn fields(listing: &Listing) -> [(u64, Vec<String>); 5] {
    let joined = |texts: Vec<&str>| tokens(&texts.join(" "));
    [
        (TITLE, tokens(listing.title.as_str())),
        (TAG, joined(listing.tags.iter().map(|tag| tag.as_str()).collect())),
        (COLUMN, joined(listing.columns.iter().map(|column| column.name.as_str()).collect())),
        (CATEGORY, tokens(listing.category.code())),
        (ABSTRACT, tokens(listing.summary.as_str())),
    ]
}

/// The closest that any word of a field comes: whole, beginning, not at all.
fn closeness(words: &[String], wanted: &str) -> u64 {
    let mut closest = 0;
    for word in words {
        if word == wanted {
            return WHOLE;
        }
        if word.starts_with(wanted) {
            closest = 1;
        }
    }
    closest
}
