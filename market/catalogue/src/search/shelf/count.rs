//! The facets of the hits, counted by number.

use super::Shelf;
use super::names::Names;
use super::words::Scored;
use crate::search::facets::{Bands, FacetCount, Facets, most};
use crate::{Category, Kind};

/// Counts by number, and which numbers were counted at all.
struct Tally {
    counts: Vec<u32>,
    counted: Vec<u32>,
}

impl Tally {
    fn over(names: &Names) -> Self {
        Self { counts: vec![0; names.places()], counted: Vec::new() }
    }

    fn add(&mut self, number: u32) {
        let count = &mut self.counts[number as usize];
        if *count == 0 {
            self.counted.push(number);
        }
        *count += 1;
    }

    fn most(self, names: &Names) -> Vec<FacetCount> {
        let counts =
            self.counted.iter().map(|number| (names.name(*number), self.counts[*number as usize] as usize));
        most(counts.collect())
    }
}

impl Shelf {
    pub(super) fn count(&self, hits: &[Scored]) -> Facets {
        let mut categories = vec![0usize; Category::ALL.len()];
        let mut files = 0;
        let mut media_types = Tally::over(&self.media_types);
        let mut tags = Tally::over(&self.tags);
        let mut columns = Tally::over(&self.columns);
        let mut bands = Bands::default();
        for hit in hits {
            let entry = self.entry(hit.slot);
            categories[entry.category as usize] += 1;
            match entry.kind {
                Kind::File => files += 1,
            }
            media_types.add(entry.media_type);
            entry.tags().iter().for_each(|tag| tags.add(*tag));
            entry.columns().iter().for_each(|column| columns.add(*column));
            bands.add(entry.currency, entry.price);
        }
        let shelves = Category::ALL.iter().map(|category| category.code()).zip(categories);
        let kinds = [(Kind::File.code(), files)].into_iter();
        Facets {
            categories: most(shelves.filter(|(_, count)| *count > 0).collect()),
            tags: tags.most(&self.tags),
            kinds: most(kinds.filter(|(_, count)| *count > 0).collect()),
            media_types: media_types.most(&self.media_types),
            columns: columns.most(&self.columns),
            prices: bands.shown(),
        }
    }
}
