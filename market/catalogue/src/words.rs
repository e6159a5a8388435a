//! Short texts of a listing, each of its own type: what is in them was checked when they were read.

use serde::{Deserialize, Deserializer, Serialize, de::Error};
use std::fmt;
use std::str::FromStr;

/// Why a text cannot stand in a listing.
#[derive(Debug, thiserror::Error, PartialEq, Eq, Clone)]
pub enum NotAWord {
    /// Fewer characters than needed.
    #[error("the {what} needs at least {least} characters; write one that says what is in the data")]
    TooShort {
        /// Which text.
        what: &'static str,
        /// The fewest characters.
        least: usize,
    },
    /// More characters than allowed.
    #[error("the {what} has {length} characters; shorten it to at most {most}")]
    TooLong {
        /// Which text.
        what: &'static str,
        /// How many were found.
        length: usize,
        /// The most characters.
        most: usize,
    },
    /// Line breaks where none belong, control or direction-changing characters, blanks at the ends.
    #[error("the {what} holds characters that do not print or blanks at its ends; write it as plain text")]
    NotPlain {
        /// Which text.
        what: &'static str,
    },
    /// Another shape than the text must have.
    #[error("the {what} must look like {example}")]
    Shape {
        /// Which text.
        what: &'static str,
        /// A good one.
        example: &'static str,
    },
}

fn plain(what: &'static str, text: &str, least: usize, most: usize, lines: bool) -> Result<(), NotAWord> {
    let length = text.chars().count();
    if length < least {
        return Err(NotAWord::TooShort { what, least });
    }
    if length > most {
        return Err(NotAWord::TooLong { what, length, most });
    }
    let prints = |letter: char| !reorders(letter) && (!letter.is_control() || (lines && letter == '\n'));
    if text.trim() != text || !text.chars().all(prints) {
        return Err(NotAWord::NotPlain { what });
    }
    Ok(())
}

/// Direction overrides would let a listing show a price or a name that is not the signed one.
pub(crate) fn reorders(letter: char) -> bool {
    matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn title(text: &str) -> Result<(), NotAWord> {
    plain("title", text, 3, 120, false)
}

fn summary(text: &str) -> Result<(), NotAWord> {
    plain("abstract", text, 0, 4_000, true)
}

fn tag(text: &str) -> Result<(), NotAWord> {
    plain("tag", text, 1, 40, false)?;
    let letter =
        |letter: char| (letter.is_alphanumeric() && letter.to_lowercase().eq([letter])) || letter == '-';
    if text.chars().all(letter) && !text.starts_with('-') && !text.ends_with('-') {
        Ok(())
    } else {
        Err(NotAWord::Shape { what: "tag", example: "`air-traffic`: lower-case letters, digits and hyphens" })
    }
}

fn media_type(text: &str) -> Result<(), NotAWord> {
    let shape = NotAWord::Shape { what: "media type", example: "`text/csv`" };
    let token = |part: &str| {
        !part.is_empty()
            && part
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".+-_".contains(&byte))
    };
    match text.split_once('/') {
        Some((kind, name)) if text.len() <= 100 && token(kind) && token(name) => Ok(()),
        _ => Err(shape),
    }
}

fn age_recipient(text: &str) -> Result<(), NotAWord> {
    const BECH32: &[u8] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";
    match text.strip_prefix("age1") {
        Some(rest) if rest.len() == 58 && rest.bytes().all(|byte| BECH32.contains(&byte)) => Ok(()),
        _ => Err(NotAWord::Shape {
            what: "mail key",
            example: "`age1` and 58 characters, an X25519 recipient of age",
        }),
    }
}

macro_rules! word {
    ($(#[$doc:meta])* $name:ident, $check:path) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = NotAWord;

            fn from_str(text: &str) -> Result<Self, NotAWord> {
                $check(text).map(|()| Self(text.to_owned()))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{:?}", self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let text = String::deserialize(from)?;
                $check(&text).map_err(D::Error::custom)?;
                Ok(Self(text))
            }
        }
    };
}

word!(
    /// What a listing is called: 3 to 120 characters on one line.
    Title, title
);
word!(
    /// What a listing says about itself: at most 4,000 characters, line breaks allowed, may be empty.
    Abstract, summary
);
word!(
    /// One word under which a listing is found: lower-case letters, digits and hyphens, at most 40.
    Tag, tag
);
word!(
    /// An RFC 6838 media type in lower case without parameters.
    MediaType, media_type
);
word!(
    /// The public half of an X25519 mail or delivery key as age writes it. Only its shape is checked here; the rooms
    /// that encrypt to it check the rest.
    AgeRecipient, age_recipient
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_says_something_on_one_line() {
        assert!("Planes registered in 2013".parse::<Title>().is_ok());
        assert_eq!("ab".parse::<Title>(), Err(NotAWord::TooShort { what: "title", least: 3 }));
        assert!("x".repeat(121).parse::<Title>().unwrap_err().to_string().contains("at most 120"));
        for bad in ["two\nlines", " blank", "bell\u{7}s", "price \u{202e}02"] {
            assert_eq!(bad.parse::<Title>(), Err(NotAWord::NotPlain { what: "title" }), "{bad:?}");
        }
    }

    #[test]
    fn a_tag_is_lower_case_in_every_script() {
        for good in ["air-traffic", "2013", "vögel", "気象"] {
            assert!(good.parse::<Tag>().is_ok(), "{good}");
        }
        for bad in ["Air", "air traffic", "-air", "air-", "", "a_b"] {
            assert!(bad.parse::<Tag>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_media_type_has_two_halves_and_no_parameters() {
        assert!("application/vnd.apache.parquet".parse::<MediaType>().is_ok());
        for bad in ["csv", "text/", "text/csv; charset=utf-8", "Text/CSV", "a/b/c"] {
            assert!(bad.parse::<MediaType>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_mail_key_has_the_shape_of_an_age_recipient() {
        let good = "age1t7rxyev2z3rw82stdlrrepyc39nvn86l5078zqkf5uasdy86jp6svpy7pa";
        assert!(good.parse::<AgeRecipient>().is_ok());
        assert!(good.to_uppercase().parse::<AgeRecipient>().is_err());
        assert!(good[..61].parse::<AgeRecipient>().is_err());
        assert!("AGE-SECRET-KEY-1".parse::<AgeRecipient>().is_err());
    }
}
