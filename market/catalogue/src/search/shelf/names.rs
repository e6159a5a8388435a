//! Names by number: every distinct text once, forgotten when nothing uses it any more.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::Arc;

/// Texts in use, each with a number.
#[derive(Debug, Default)]
pub(super) struct Names {
    numbers: BTreeMap<Arc<str>, u32>,
    names: Vec<Option<Arc<str>>>,
    uses: Vec<u32>,
    free: Vec<u32>,
}

impl Names {
    /// The number of a text, for one more user of it.
    pub(super) fn take(&mut self, text: &str) -> u32 {
        if let Some(number) = self.numbers.get(text) {
            self.uses[*number as usize] += 1;
            return *number;
        }
        let name: Arc<str> = text.into();
        let number = self.free.pop().unwrap_or_else(|| {
            self.names.push(None);
            self.uses.push(0);
            u32::try_from(self.names.len() - 1).expect("a market has fewer than 2^32 distinct words")
        });
        self.names[number as usize] = Some(Arc::clone(&name));
        self.uses[number as usize] = 1;
        self.numbers.insert(name, number);
        number
    }

    /// One user less; the last one takes the text along.
    pub(super) fn give_back(&mut self, number: u32) {
        let uses = &mut self.uses[number as usize];
        *uses -= 1;
        if *uses == 0
            && let Some(name) = self.names[number as usize].take()
        {
            self.numbers.remove(&name);
            self.free.push(number);
        }
    }

    /// The number of a text that somebody uses.
    pub(super) fn find(&self, text: &str) -> Option<u32> {
        self.numbers.get(text).copied()
    }

    /// The numbers of all texts that begin so, with the texts.
    pub(super) fn beginning(&self, text: &str) -> impl Iterator<Item = (&str, u32)> {
        let from = self.numbers.range::<str, _>((Bound::Included(text), Bound::Unbounded));
        let with = text.to_owned();
        from.take_while(move |(name, _)| name.starts_with(&with)).map(|(name, number)| (&**name, *number))
    }

    /// The text of a number in use.
    pub(super) fn name(&self, number: u32) -> &str {
        self.names[number as usize].as_deref().unwrap_or_default()
    }

    /// One more than the largest number.
    pub(super) fn places(&self) -> usize {
        self.names.len()
    }
}
