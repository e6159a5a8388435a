//! Which words stand in which listings, and the score of [`crate::search`] computed from that.

use super::names::Names;
use crate::Listing;
use crate::search::rank;
use std::collections::BTreeMap;

/// A slot with the score of its listing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Scored {
    pub(super) slot: u32,
    pub(super) score: u64,
}

/// One word in one listing: in which fields, a bit for each.
#[derive(Debug, Clone, Copy)]
struct Place {
    slot: u32,
    fields: u8,
}

/// The words of all listings on a shelf.
#[derive(Debug, Default)]
pub(super) struct Words {
    names: Names,
    /// By the number of the word, in the order of the slots.
    places: Vec<Vec<Place>>,
}

impl Words {
    /// Notes the words of a listing; returns their numbers.
    pub(super) fn add(&mut self, slot: u32, listing: &Listing) -> Box<[u32]> {
        let mut fields_of: BTreeMap<String, u8> = BTreeMap::new();
        for (bit, (_, words)) in rank::fields(listing).into_iter().enumerate() {
            for word in words {
                *fields_of.entry(word).or_default() |= 1 << bit;
            }
        }
        let numbers = fields_of.into_iter().map(|(word, fields)| {
            let number = self.names.take(&word);
            self.places.resize_with(self.names.places(), Vec::new);
            let places = &mut self.places[number as usize];
            let at = places.partition_point(|place| place.slot < slot);
            places.insert(at, Place { slot, fields });
            number
        });
        numbers.collect()
    }

    /// Forgets the words of a listing.
    pub(super) fn remove(&mut self, slot: u32, numbers: &[u32]) {
        for number in numbers {
            let places = &mut self.places[*number as usize];
            let at = places.partition_point(|place| place.slot < slot);
            if places.get(at).is_some_and(|place| place.slot == slot) {
                places.remove(at);
            }
            if places.is_empty() {
                *places = Vec::new();
            }
            self.names.give_back(*number);
        }
    }

    /// The listings that hold every wanted word, or a word that begins with it, with their scores.
    pub(super) fn score(&self, wanted: &[String], slots: usize) -> Vec<Scored> {
        // Low byte: fields that hold the whole word; high byte: fields with a word that begins so.
        let mut found = vec![0u16; slots];
        let mut hits: Option<Vec<Scored>> = None;
        for word in wanted {
            let mut touched = Vec::new();
            for (name, number) in self.names.beginning(word) {
                let shift = if name == word { 0 } else { 8 };
                for place in &self.places[number as usize] {
                    let seen = &mut found[place.slot as usize];
                    if *seen == 0 {
                        touched.push(place.slot);
                    }
                    *seen |= u16::from(place.fields) << shift;
                }
            }
            let worth = |slot: u32| {
                let [part, whole] = found[slot as usize].to_be_bytes();
                rank::worth(whole, part)
            };
            hits = Some(match hits {
                None => touched.iter().map(|slot| Scored { slot: *slot, score: worth(*slot) }).collect(),
                Some(mut hits) => {
                    hits.iter_mut().for_each(|hit| {
                        hit.score = match worth(hit.slot) {
                            0 => 0,
                            more => hit.score + more,
                        }
                    });
                    hits.retain(|hit| hit.score > 0);
                    hits
                }
            });
            touched.iter().for_each(|slot| found[*slot as usize] = 0);
        }
        hits.unwrap_or_default()
    }
}
