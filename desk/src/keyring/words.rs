//! The words: 24 of the English BIP-39 list, shown once, enough to bring back keys and money.

use super::{Keyring, Seed};
use bip39::{Language, Mnemonic};
use std::fmt;
use tacit_values::rand_core::CryptoRng;
use zeroize::{Zeroize, Zeroizing};

/// How many words stand for a seed: 256 bits.
const HOW_MANY: usize = 24;

/// Twenty-four words. Wiped when dropped; printed only by [`Words::shown_once`].
pub struct Words(Mnemonic);

/// Why a list of words is no seed.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum NotTheWords {
    /// Too few or too many.
    #[error("expected {HOW_MANY} words, found {found}: write them in their order, separated by spaces")]
    Count {
        /// How many there were.
        found: usize,
    },
    /// One word is not in the list. Its place is told, not the word.
    #[error("word {place} is not in the English BIP-39 list: check its spelling")]
    UnknownWord {
        /// Its place, from 1.
        place: usize,
    },
    /// All words are known, but they do not belong together.
    #[error("the words do not fit together: one of them is wrong or two are swapped")]
    Checksum,
}

impl Words {
    /// Fresh words.
    pub fn draw(rng: &mut impl CryptoRng) -> Self {
        let mut entropy = Zeroizing::new([0; 32]);
        rng.fill_bytes(entropy.as_mut());
        Self(
            Mnemonic::from_entropy_in(Language::English, entropy.as_slice()).expect("32 bytes make 24 words"),
        )
    }

    /// Reads words as somebody types them: any case, any white space.
    pub fn read(text: &str) -> Result<Self, NotTheWords> {
        let lower = Zeroizing::new(text.to_lowercase());
        let words: Vec<&str> = lower.split_whitespace().collect();
        if words.len() != HOW_MANY {
            return Err(NotTheWords::Count { found: words.len() });
        }
        let list = Language::English.word_list();
        if let Some(place) = words.iter().position(|word| list.binary_search(word).is_err()) {
            return Err(NotTheWords::UnknownWord { place: place + 1 });
        }
        let joined = Zeroizing::new(words.join(" "));
        Mnemonic::parse_in_normalized(Language::English, &joined).map(Self).map_err(|_| NotTheWords::Checksum)
    }

    /// The words in four lines of six, numbered: for the one moment in which they are shown.
    pub fn shown_once(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::new());
        for (place, word) in self.0.words().enumerate() {
            let gap = if (place + 1) % 6 == 0 { "\n" } else { "" };
            text.push_str(&format!("{:>2} {word:<10}{gap}", place + 1));
        }
        text
    }

    /// The words in one line, as `init --restore` reads them.
    pub fn in_one_line(&self) -> Zeroizing<String> {
        Zeroizing::new(self.0.words().collect::<Vec<_>>().join(" "))
    }

    /// The keyring of these words (BIP-39 without a passphrase of its own).
    pub fn keyring(&self) -> Keyring {
        let mut seed = self.0.to_seed_normalized("");
        let kept = Zeroizing::new(seed);
        seed.zeroize();
        Keyring::of(Seed::from_bytes(kept))
    }
}

impl Drop for Words {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl fmt::Debug for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Words(..)")
    }
}
