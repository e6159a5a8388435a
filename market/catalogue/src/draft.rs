//! From what a seller typed to a listing that may go live: all faults at once, one sentence each.

use crate::words::{AgeRecipient, NotAWord};
use crate::{
    Category, DisclosurePreset, Goods, Kind, Licence, Listing, ListingState, NotAPrice, NotATerm, Price,
    TAGS_MOST, UnknownCategory, UnknownLicence, Updates, VersionOne,
};
use std::collections::BTreeSet;
use tacit_values::{Currency, ListingId, Money, MoneyRefused, Persona, Timestamp};

/// What a seller typed; an empty text is a missing one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Draft {
    /// The title.
    pub title: String,
    /// The abstract; may be empty.
    pub summary: String,
    /// The code of a category.
    pub category: String,
    /// Words under which it should be found.
    pub tags: Vec<String>,
    /// The code of a licence.
    pub licence: String,
    /// The price, such as `20` or `0.5`.
    pub price: String,
    /// `none`, a date or `ever`; empty means `none`.
    pub updates: String,
    /// The code of a disclosure preset; empty means `aggregates`.
    pub preset: String,
}

/// One thing that is missing or wrong in a draft.
#[derive(Debug, thiserror::Error, PartialEq, Eq, Clone)]
pub enum Fault {
    /// A field that has to be there is empty.
    #[error("{what} is missing; add {remedy}")]
    Missing {
        /// Which field.
        what: &'static str,
        /// What to add.
        remedy: String,
    },
    /// A text that cannot stand in a listing.
    #[error(transparent)]
    Word(#[from] NotAWord),
    /// No category of the list.
    #[error(transparent)]
    Category(#[from] UnknownCategory),
    /// No licence of the list.
    #[error(transparent)]
    Licence(#[from] UnknownLicence),
    /// The price is no amount.
    #[error("the price is no amount: {0}")]
    Amount(#[from] MoneyRefused),
    /// The amount is no price.
    #[error(transparent)]
    Price(#[from] NotAPrice),
    /// Updates or preset are none of the choices.
    #[error(transparent)]
    Term(#[from] NotATerm),
    /// Updates end before they begin.
    #[error("updates end on {date}, which is past; choose a later day, `none` or `ever`")]
    UpdatesPast {
        /// The day.
        date: String,
    },
    /// More tags than a listing has.
    #[error("{found} tags are too many; keep at most {TAGS_MOST}")]
    TooManyTags {
        /// How many there are.
        found: usize,
    },
}

/// Everything that keeps a draft from going live.
#[derive(Debug, thiserror::Error, PartialEq, Eq, Clone)]
#[error("{}", sentences(.faults))]
pub struct NotCleared {
    /// The faults in the order of the fields; at least one.
    pub faults: Vec<Fault>,
}

fn sentences(faults: &[Fault]) -> String {
    faults.iter().map(Fault::to_string).collect::<Vec<_>>().join("\n")
}

/// A draft whose every field was checked; only [`Draft::clear`] makes one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cleared {
    title: crate::Title,
    summary: crate::Abstract,
    category: Category,
    tags: Vec<crate::Tag>,
    licence: Licence,
    price: Price,
    updates: Updates,
    preset: DisclosurePreset,
}

impl Draft {
    /// Checks every field and names all faults.
    pub fn clear(&self, currency: Currency, now: Timestamp) -> Result<Cleared, NotCleared> {
        let mut faults = Vec::new();
        let title = keep(self.read_title(), &mut faults);
        let summary = keep(self.summary.trim().parse().map_err(Fault::Word), &mut faults);
        let category = keep(self.read_category(), &mut faults);
        let tags = self.read_tags(&mut faults);
        let licence = keep(self.read_licence(), &mut faults);
        let price = keep(self.read_price(currency), &mut faults);
        let updates = keep(self.read_updates(now), &mut faults);
        let preset = keep(self.read_preset(), &mut faults);
        match (title, summary, category, licence, price, updates, preset) {
            (
                Some(title),
                Some(summary),
                Some(category),
                Some(licence),
                Some(price),
                Some(updates),
                Some(preset),
            ) if faults.is_empty() => {
                Ok(Cleared { title, summary, category, tags, licence, price, updates, preset })
            }
            _ => Err(NotCleared { faults }),
        }
    }

    fn read_title(&self) -> Result<crate::Title, Fault> {
        let title = present(&self.title, "the title", "--title \"...\" that says what is in the data")?;
        Ok(title.parse()?)
    }

    fn read_category(&self) -> Result<Category, Fault> {
        match self.category.trim() {
            "" => Err(missing("the category", format!("--category with one of {}", Category::list()))),
            category => Ok(category.parse()?),
        }
    }

    /// Tags are written in lower case and once, however they were typed.
    fn read_tags(&self, faults: &mut Vec<Fault>) -> Vec<crate::Tag> {
        if self.tags.len() > TAGS_MOST {
            faults.push(Fault::TooManyTags { found: self.tags.len() });
            return Vec::new();
        }
        let mut seen = BTreeSet::new();
        let mut tags = Vec::new();
        for tag in &self.tags {
            if let Some(tag) =
                keep(tag.trim().to_lowercase().parse::<crate::Tag>().map_err(Fault::Word), faults)
                && seen.insert(tag.clone())
            {
                tags.push(tag);
            }
        }
        tags
    }

    fn read_licence(&self) -> Result<Licence, Fault> {
        match self.licence.trim() {
            "" => Err(missing("the licence", format!("--licence with one of {}", Licence::list()))),
            licence => Ok(licence.parse()?),
        }
    }

    fn read_price(&self, currency: Currency) -> Result<Price, Fault> {
        let price = present(&self.price, "the price", "--price with an amount such as 20")?;
        Ok(Price::new(Money::parse(price, currency)?)?)
    }

    fn read_updates(&self, now: Timestamp) -> Result<Updates, Fault> {
        let updates = match self.updates.trim() {
            "" => Updates::None,
            updates => updates.parse()?,
        };
        match updates {
            Updates::Until(_) if !updates.include(now) => {
                Err(Fault::UpdatesPast { date: updates.to_string() })
            }
            _ => Ok(updates),
        }
    }

    fn read_preset(&self) -> Result<DisclosurePreset, Fault> {
        match self.preset.trim() {
            "" => Ok(DisclosurePreset::default()),
            preset => Ok(preset.parse()?),
        }
    }
}

impl Cleared {
    /// The first version of a listing: live, with the data that the manifest describes.
    pub fn go_live(
        self,
        id: ListingId,
        seller: Persona,
        seller_mail: AgeRecipient,
        goods: Goods,
        at: Timestamp,
    ) -> Listing {
        Listing {
            v: VersionOne,
            id,
            version: 1,
            seller,
            seller_mail,
            title: self.title,
            summary: self.summary,
            category: self.category,
            tags: self.tags,
            kind: Kind::File,
            media_type: goods.media_type,
            licence: self.licence,
            price: self.price,
            updates: self.updates,
            preset: self.preset,
            state: ListingState::Live,
            manifest: goods.manifest,
            rows: goods.rows,
            bytes: goods.bytes,
            columns: goods.columns,
            at,
        }
    }

    /// The price that was asked.
    pub const fn price(&self) -> Price {
        self.price
    }
}

fn present<'a>(text: &'a str, what: &'static str, remedy: &str) -> Result<&'a str, Fault> {
    match text.trim() {
        "" => Err(missing(what, remedy.to_owned())),
        text => Ok(text),
    }
}

fn missing(what: &'static str, remedy: String) -> Fault {
    Fault::Missing { what, remedy }
}

fn keep<T>(read: Result<T, Fault>, faults: &mut Vec<Fault>) -> Option<T> {
    read.map_err(|fault| faults.push(fault)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    fn now() -> Timestamp {
        "2026-11-20T12:00:00Z".parse().unwrap()
    }

    fn draft() -> Draft {
        Draft {
            title: "Planes registered in 2013".into(),
            category: "transport".into(),
            tags: vec!["Aviation".into(), "aviation".into(), "usa".into()],
            licence: "CC0-1.0".into(),
            price: "20".into(),
            ..Draft::default()
        }
    }

    #[test]
    fn a_complete_draft_goes_live_as_version_one() {
        let cleared = draft().clear(Currency::TestUsd, now()).unwrap();
        let seller = testing::seller_key();
        let listing = cleared.go_live(
            ListingId::from_bytes([1; 16]),
            seller.persona(),
            testing::mail_key(),
            testing::goods(),
            now(),
        );
        assert_eq!((listing.version, listing.state), (1, ListingState::Live));
        assert_eq!(listing.tags.len(), 2);
        assert_eq!(listing.preset, DisclosurePreset::Aggregates);
        assert!(listing.sign(&seller).unwrap().check().is_ok());
    }

    #[test]
    fn an_empty_draft_is_told_each_missing_field_in_a_sentence_of_its_own() {
        let refused = Draft::default().clear(Currency::TestUsd, now()).unwrap_err();
        let lines: Vec<String> = refused.to_string().lines().map(str::to_owned).collect();
        assert_eq!(lines.len(), 4, "{lines:#?}");
        assert!(lines[0].contains("--title"));
        assert!(lines[1].contains("transport"));
        assert!(lines[2].contains("CC-BY-4.0"));
        assert!(lines[3].contains("--price"));
    }

    #[test]
    fn every_absurd_field_is_refused_with_its_remedy() {
        type Spoil = fn(&mut Draft);
        let cases: [(Spoil, &str); 11] = [
            (|draft| draft.title = "x".into(), "at least 3"),
            (|draft| draft.title = "x".repeat(500), "at most 120"),
            (|draft| draft.summary = "x".repeat(4_001), "at most 4000"),
            (|draft| draft.category = "planes".into(), "choose one of"),
            (|draft| draft.licence = "MIT".into(), "tacit-internal-1.0"),
            (|draft| draft.price = "0".into(), "at least 0.01"),
            (|draft| draft.price = "19.99".into(), "19.00 or 20.00"),
            (|draft| draft.price = "1e9".into(), "digits"),
            (|draft| draft.tags = vec!["t".into(); 13], "at most 12"),
            (|draft| draft.updates = "2020-01-01".into(), "past"),
            (|draft| draft.preset = "secret".into(), "closed"),
        ];
        for (spoil, remedy) in cases {
            let mut spoilt = draft();
            spoil(&mut spoilt);
            let refused = spoilt.clear(Currency::TestUsd, now()).unwrap_err();
            assert_eq!(refused.faults.len(), 1, "{refused}");
            assert!(refused.to_string().contains(remedy), "{refused} should name {remedy}");
        }
    }
}
