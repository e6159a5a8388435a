//! Two names for the same hash: its number in the order in which hashes become complete (the evidence room's), and its
//! level and place within the level (the store's).
//!
//! After leaf `n` come the hashes that it completes, one for each trailing one bit of `n`, lowest level first.

/// The number of hash `place` of `level`.
#[cfg(test)]
pub(super) fn number(level: u8, place: u64) -> u64 {
    // The hash of (level, place) is written together with the last leaf below it.
    let last_leaf = ((place + 1) << level) - 1;
    before(last_leaf) + u64::from(level)
}

/// Level and place of the hash with this number.
pub(super) fn split(number: u64) -> (u8, u64) {
    // `before(n)` lies between n and 2n, so the leaf is found between half the number and the number.
    let (mut low, mut high) = (number / 2, number);
    while low < high {
        let middle = low + (high - low).div_ceil(2);
        if before(middle) <= number { low = middle } else { high = middle - 1 }
    }
    let level = u8::try_from(number - before(low)).expect("a leaf completes at most 64 hashes");
    (level, low >> level)
}

/// How many hashes are stored before leaf `n`'s own: 2n less the ones in n.
fn before(n: u64) -> u64 {
    2 * n - u64::from(n.count_ones())
}

#[cfg(test)]
mod tests {
    use super::*;
    use tacit_evidence::log::LogSize;

    #[test]
    fn both_names_lead_to_each_other_for_every_hash_of_a_log() {
        let mut expected = 0;
        for leaf in 0_u64..2_000 {
            for level in 0..=leaf.trailing_ones() {
                let level = u8::try_from(level).unwrap();
                assert_eq!(number(level, leaf >> level), expected);
                assert_eq!(split(expected), (level, leaf >> level));
                expected += 1;
            }
            assert_eq!(LogSize(leaf + 1).stored_hashes(), expected);
        }
    }
}
