//! Chance that repeats itself, for tests that must be repeated by their seed (xorshift; nothing secret is drawn from it).

/// A run of numbers that follows from its seed.
#[derive(Debug, Clone)]
pub struct Chance(u64);

impl Chance {
    /// The run of this seed.
    pub fn of(seed: u64) -> Self {
        // Small seeds would begin with small numbers; zero would stay zero.
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// The next number.
    pub fn number(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// A number below `end`; 0 when there is none.
    pub fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.number() >> 11).unwrap_or(usize::MAX) % end.max(1)
    }

    /// True `share` times of a hundred.
    pub fn percent(&mut self, share: usize) -> bool {
        self.below(100) < share
    }

    /// One of these.
    ///
    /// # Panics
    /// When there is nothing to choose from.
    pub fn one_of<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }

    /// So many bytes.
    pub fn bytes(&mut self, count: usize) -> Vec<u8> {
        (0..count).map(|_| self.number().to_be_bytes()[3]).collect()
    }

    /// Some bytes with a few changes: flipped, cut, doubled, numbers at their ends, pieces of something else.
    pub fn changed(&mut self, bytes: &[u8], strange: &[Vec<u8>]) -> Vec<u8> {
        let mut bytes = bytes.to_vec();
        for _ in 0..=self.below(4) {
            let at = self.below(bytes.len());
            match self.below(7) {
                _ if bytes.is_empty() => bytes = self.bytes(3),
                0 => bytes[at] ^= 1 << self.below(8),
                1 => bytes[at] = *self.one_of(&[0, 0x7f, 0x80, 0xff, b'"', b'~']),
                2 => bytes.truncate(at),
                3 => {
                    let piece: Vec<u8> = bytes[at..].iter().take(64).copied().collect();
                    bytes.splice(at..at, piece);
                }
                4 => drop(bytes.drain(at..(at + 8).min(bytes.len()))),
                5 if !strange.is_empty() => {
                    let other = self.one_of(strange);
                    let from = self.below(other.len());
                    bytes.splice(at..at, other[from..].iter().take(200).copied());
                }
                _ => {
                    let numbers =
                        ["-1", "9007199254740993", "18446744073709551615", "1e999", "null", "\u{202e}"];
                    let digits = bytes[at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
                    bytes.splice(at..at + digits, self.one_of(&numbers).bytes());
                }
            }
        }
        bytes
    }
}
