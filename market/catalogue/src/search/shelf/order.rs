//! One page of the hits in the asked order, without sorting what stands on other pages.

use super::words::Scored;
use super::{Entry, Shelf};
use crate::search::Sort;
use std::cmp::Reverse;
use std::ops::Range;
use tacit_values::{ListingId, Timestamp};

type Newest = (Reverse<Timestamp>, ListingId);

fn newest(entry: &Entry) -> Newest {
    (Reverse(entry.at), entry.id)
}

/// The first 16 bytes of a title as a number: most comparisons need no more.
fn beginning(title: &str) -> u128 {
    let mut first = [0; 16];
    let length = title.len().min(16);
    first[..length].copy_from_slice(&title.as_bytes()[..length]);
    u128::from_be_bytes(first)
}

impl Shelf {
    /// The ids at these places of the ordered hits.
    pub(super) fn page(&self, hits: Vec<Scored>, by: Sort, places: Range<usize>) -> Vec<ListingId> {
        let entries = hits.iter().map(|hit| (hit.score, self.entry(hit.slot)));
        match by {
            Sort::Relevance => {
                ordered(entries.map(|(score, e)| (Reverse(score), newest(e))), places, |k| k.1.1)
            }
            Sort::Newest => ordered(entries.map(|(_, e)| newest(e)), places, |k| k.1),
            Sort::CheapestFirst => ordered(entries.map(|(_, e)| (e.price, newest(e))), places, |k| k.1.1),
            Sort::DearestFirst => {
                ordered(entries.map(|(_, e)| (Reverse(e.price), newest(e))), places, |k| k.1.1)
            }
            Sort::Title => {
                let keys = entries.map(|(_, e)| (beginning(&e.title), &*e.title, newest(e)));
                ordered(keys, places, |k| k.2.1)
            }
        }
    }
}

fn ordered<K: Ord>(
    keys: impl Iterator<Item = K>,
    places: Range<usize>,
    id: impl Fn(&K) -> ListingId,
) -> Vec<ListingId> {
    let mut keys: Vec<K> = keys.collect();
    if places.is_empty() {
        return Vec::new();
    }
    if places.end < keys.len() {
        keys.select_nth_unstable(places.end);
        keys.truncate(places.end);
    }
    if places.start > 0 {
        keys.select_nth_unstable(places.start);
    }
    let page = &mut keys[places];
    page.sort_unstable();
    page.iter().map(id).collect()
}
