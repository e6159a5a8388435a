//! How numbers, money, sizes and names are written on a page.

use tacit_catalogue::{Category, Licence};
use tacit_values::{Money, Persona};

/// `3,322`.
pub(super) fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `228 kB`: powers of ten, as file managers of today count; rounded as a desk's own pages round.
pub(super) fn size(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["kB", "MB", "GB", "TB"];
    if bytes < 1_000 {
        return format!("{bytes} {}", if bytes == 1 { "byte" } else { "bytes" });
    }
    let mut unit = 0;
    let mut scale: u64 = 1_000;
    while bytes / scale >= 1_000 && unit + 1 < UNITS.len() {
        scale *= 1_000;
        unit += 1;
    }
    let rest = bytes % scale;
    // One decimal where it says something.
    if bytes / scale >= 10 {
        return format!("{} {}", thousands(bytes / scale + u64::from(rest >= scale / 2)), UNITS[unit]);
    }
    let tenths = bytes / scale * 10 + (rest + scale / 20) * 10 / scale;
    format!("{}.{} {}", tenths / 10, tenths % 10, UNITS[unit])
}

/// `20.00 tUSD`, `1,250.00 tUSD`.
pub(super) fn money(money: Money) -> String {
    format!("{} {}", amount(money), money.currency())
}

/// `1,250.00`.
pub(super) fn amount(money: Money) -> String {
    let plain = money.to_string();
    let (_, decimals) = plain.split_once('.').unwrap_or((&plain, "00"));
    format!("{}.{decimals}", thousands(money.micros() / 1_000_000))
}

/// The last letters of a persona's name: enough to tell two apart at a glance, never to trust one.
pub(super) fn short(persona: &Persona) -> String {
    let name = persona.to_string();
    let tail: Vec<char> = name.chars().rev().take(8).collect();
    format!("…{}", tail.into_iter().rev().collect::<String>())
}

/// The beginning of a text, whole words where that is possible.
pub(super) fn beginning(text: &str, most: usize) -> String {
    let one_line: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let Some((end, _)) = one_line.char_indices().nth(most) else { return one_line };
    let cut = &one_line[..end];
    let cut = cut.rsplit_once(' ').map_or(cut, |(whole, rest)| if rest.len() < 40 { whole } else { cut });
    format!("{cut}…")
}

/// `Transport`.
pub(super) fn category(category: Category) -> String {
    capitalised(category.code())
}

/// `Creative Commons Attribution 4.0`.
pub(super) fn licence(licence: Licence) -> String {
    licence.whole_name()
}

/// The first letter large.
pub(super) fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// A refusal's words as a sentence.
pub(super) fn sentence(words: &str) -> String {
    let text = capitalised(words.trim());
    if text.is_empty() || text.ends_with(['.', '!', '?']) { text } else { format!("{text}.") }
}

/// A media type in a word, where people have one.
pub(super) fn format_name(media_type: &str) -> &str {
    match media_type {
        "text/csv" => "CSV",
        "application/x-ndjson" => "NDJSON",
        "application/vnd.apache.parquet" => "Parquet",
        "application/json" => "JSON",
        "application/pdf" => "PDF",
        "application/zip" => "ZIP",
        "text/plain" => "Text",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tacit_values::Currency;

    #[test]
    fn numbers_are_written_as_people_read_them() {
        assert_eq!([0, 999, 1_000, 1_234_567].map(thousands), ["0", "999", "1,000", "1,234,567"]);
        let sizes = [0, 1, 999, 1_000, 9_949, 9_950, 393_500, 228_160, 20 << 30, u64::MAX].map(size);
        assert_eq!(
            sizes,
            [
                "0 bytes",
                "1 byte",
                "999 bytes",
                "1.0 kB",
                "9.9 kB",
                "10.0 kB",
                "394 kB",
                "228 kB",
                "21 GB",
                "18,446,744 TB"
            ]
        );
        let price = |text| money(Money::parse(text, Currency::TestUsd).unwrap());
        assert_eq!(["0.000001", "20", "1250.5"].map(price), ["0.000001 tUSD", "20.00 tUSD", "1,250.50 tUSD"]);
    }

    #[test]
    fn a_long_text_is_cut_between_words_and_an_endless_word_within() {
        assert_eq!(beginning("all of it", 20), "all of it");
        assert_eq!(beginning("some words\nand more of them", 14), "some words…");
        assert_eq!(beginning(&"x".repeat(300), 100).chars().count(), 101);
        assert_eq!(sentence("nothing is here"), "Nothing is here.");
    }
}
