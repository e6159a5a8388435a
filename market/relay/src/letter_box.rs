//! What a desk does with letters that arrive at least once and in any order: it takes each once.

use crate::{Kind, Letter};
use std::collections::HashMap;
use tacit_values::{Digest, OrderId, Persona, canonical};

/// Which letter: sender, order and sequence number.
type Place = (Vec<u8>, OrderId, u64);

/// Remembers what was received. Persisted by its owner as the list of [`LetterBox::entries`].
#[derive(Debug, Default, Clone)]
pub struct LetterBox {
    seen: HashMap<Place, Digest>,
}

/// What became of a letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Received {
    /// Not seen before: act on it.
    New,
    /// The very same letter again: nothing to do but acknowledge it.
    Again,
    /// Another letter under a place that is taken: the sender contradicts itself. The first one counts.
    Contradicts,
}

impl LetterBox {
    /// A box that already holds these.
    pub fn with(entries: impl IntoIterator<Item = (Persona, OrderId, u64, Digest)>) -> Self {
        let seen = entries
            .into_iter()
            .map(|(from, order, seq, digest)| ((from.bytes().to_vec(), order, seq), digest));
        Self { seen: seen.collect() }
    }

    /// Takes a letter in. A desk's letters to itself replace one another by design and are always new.
    pub fn receive(&mut self, letter: &Letter) -> Received {
        if letter.kind == Kind::ToSelf {
            return Received::New;
        }
        let place = (letter.from.bytes().to_vec(), letter.order, letter.seq);
        let digest = digest_of(letter);
        match self.seen.get(&place) {
            None => {
                self.seen.insert(place, digest);
                Received::New
            }
            Some(before) if *before == digest => Received::Again,
            Some(_) => Received::Contradicts,
        }
    }

    /// What is remembered, to be stored.
    pub fn entries(&self) -> impl Iterator<Item = (Persona, OrderId, u64, Digest)> + '_ {
        self.seen.iter().map(|((from, order, seq), digest)| {
            let bytes: [u8; 32] = from.as_slice().try_into().expect("a persona has 32 bytes");
            (Persona::from_bytes(&bytes).expect("it was a persona when it came in"), *order, *seq, *digest)
        })
    }

    /// Forgets an order that ended.
    pub fn forget(&mut self, order: &OrderId) {
        self.seen.retain(|(_, of, _), _| of != order);
    }
}

fn digest_of(letter: &Letter) -> Digest {
    let bytes = canonical(letter).expect("a received letter was checked and has a canonical form");
    Digest::tagged("letter", &[&bytes])
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use tacit_values::PersonaKey;

    fn letter(seq: u64, words: &str) -> Letter {
        Letter {
            v: 1,
            from: PersonaKey::from_seed(&[1; 32]).persona(),
            to: PersonaKey::from_seed(&[2; 32]).persona(),
            kind: Kind::Paid,
            order: OrderId::from_bytes([3; 16]),
            seq,
            reply_to: None,
            checkpoint: None,
            body: json!(words),
        }
    }

    #[test]
    fn a_letter_that_comes_twice_counts_once_in_any_order() {
        let mut letters = LetterBox::default();
        assert_eq!(letters.receive(&letter(1, "b")), Received::New);
        assert_eq!(letters.receive(&letter(0, "a")), Received::New);
        assert_eq!(letters.receive(&letter(1, "b")), Received::Again);
        let mut restored = LetterBox::with(letters.entries());
        assert_eq!(restored.receive(&letter(0, "a")), Received::Again);
    }

    #[test]
    fn two_letters_under_one_number_are_a_contradiction_and_the_first_counts() {
        let mut letters = LetterBox::default();
        assert_eq!(letters.receive(&letter(0, "pay to A")), Received::New);
        assert_eq!(letters.receive(&letter(0, "pay to B")), Received::Contradicts);
        assert_eq!(letters.receive(&letter(0, "pay to A")), Received::Again);
    }
}
