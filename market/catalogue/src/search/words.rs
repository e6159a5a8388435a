//! How a text falls into words: the same on a desk and on a market.

use unicode_normalization::UnicodeNormalization;

/// The longest word that is kept, in characters; longer runs are cut, so that no listing makes search slow.
const WORD_MOST: usize = 64;

/// The words of a text: compatibility forms folded (NFKC), Unicode lower case, split at everything that is neither
/// letter nor digit. `dep_delay` is two words, `B737-800` is two, `Übergröße` is one.
pub fn tokens(text: &str) -> Vec<String> {
    let folded: String = text.nfkc().flat_map(char::to_lowercase).nfc().collect();
    let words = folded.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(|word| word.chars().take(WORD_MOST).collect()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn words_are_folded_the_same_way_however_they_were_typed() {
        assert_eq!(tokens("Dep_Delay  (B737-800)"), ["dep", "delay", "b737", "800"]);
        assert_eq!(tokens("ÜBERGRÖSSE"), tokens("u\u{308}bergro\u{308}sse"));
        assert_eq!(tokens("ﬁle ２０１３"), ["file", "2013"]);
        assert_eq!(tokens("気象データ"), ["気象データ"]);
        assert!(tokens(" -- ").is_empty());
    }

    proptest! {
        #[test]
        fn the_words_of_words_are_themselves(text in "\\PC{0,80}") {
            let once = tokens(&text);
            prop_assert_eq!(tokens(&once.join(" ")), once);
        }
    }
}
