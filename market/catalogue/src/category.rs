//! The shelves of the catalogue: a closed list, so that facets mean the same on every desk.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// The text names no shelf, or there is none.
#[derive(Debug, thiserror::Error, PartialEq, Eq, Clone)]
#[error("`{found}` is no category; choose one of {}", Category::list())]
pub struct UnknownCategory {
    found: String,
}

impl UnknownCategory {
    fn of(text: &str) -> Self {
        Self { found: text.chars().take(40).collect() }
    }
}

macro_rules! categories {
    ($($(#[$doc:meta])* $name:ident = $code:literal,)*) => {
        /// One shelf of the catalogue.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum Category {
            $($(#[$doc])* #[serde(rename = $code)] $name,)*
        }

        impl Category {
            /// All shelves in the order in which pages show them.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The name on the wire and on the command line.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }
        }
    };
}

categories! {
    /// Farms, crops, food.
    Agriculture = "agriculture",
    /// Pictures, texts, sound, sport, games.
    Culture = "culture",
    /// People and households in numbers.
    Demographics = "demographics",
    /// Schools, studies, skills.
    Education = "education",
    /// Power, oil, gas, grids.
    Energy = "energy",
    /// Air, water, soil, species.
    Environment = "environment",
    /// Prices, companies, markets.
    Finance = "finance",
    /// Maps, boundaries, places.
    Geography = "geography",
    /// Law, elections, public bodies.
    Government = "government",
    /// Medicine, care, diseases.
    Health = "health",
    /// Factories, parts, supply chains.
    Industry = "industry",
    /// Houses, land, rents.
    Property = "property",
    /// Shops, goods, customers in aggregate.
    Retail = "retail",
    /// Measurements and experiments.
    Science = "science",
    /// Software, networks, the web.
    Technology = "technology",
    /// Flights, ships, roads, rails.
    Transport = "transport",
    /// Weather and climate.
    Weather = "weather",
    /// Nothing above fits.
    Other = "other",
}

impl Category {
    /// All codes in one sentence part.
    pub fn list() -> String {
        Self::ALL.iter().map(|category| category.code()).collect::<Vec<_>>().join(", ")
    }
}

impl fmt::Display for Category {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl FromStr for Category {
    type Err = UnknownCategory;

    fn from_str(text: &str) -> Result<Self, UnknownCategory> {
        let known = Self::ALL.iter().find(|category| category.code() == text);
        known.copied().ok_or_else(|| UnknownCategory::of(text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_category_reads_back_and_an_unknown_one_names_the_list() {
        for category in Category::ALL {
            assert_eq!(category.code().parse(), Ok(*category));
            assert_eq!(serde_json::to_value(category).unwrap(), category.code());
        }
        let refused = "planes".parse::<Category>().unwrap_err().to_string();
        assert!(refused.contains("`planes`") && refused.contains("transport"), "{refused}");
    }
}
