//! Licences: a closed list, each with its version, its plain words and its ODRL policy.
//!
//! A listing, an agreement and a receipt carry the code; the code names one text for ever. The words here explain a
//! licence, they do not replace its text, whose address stands beside them. ODRL: W3C ODRL Information Model 2.2.

mod texts;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};
use serde_json::{Value, json};
use std::fmt;
use std::str::FromStr;

/// Something a buyer may want to do with the data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Use {
    /// Look at the rows.
    Read,
    /// Compute with them.
    Analyse,
    /// Work for gain with them.
    Commercial,
    /// Make data derived from them.
    Derive,
    /// Pass on derived data.
    ShareDerived,
    /// Pass on the data itself.
    Redistribute,
}

impl Use {
    /// Every use.
    pub const ALL: [Self; 6] =
        [Self::Read, Self::Analyse, Self::Commercial, Self::Derive, Self::ShareDerived, Self::Redistribute];

    /// The action in the ODRL vocabulary.
    const fn odrl(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Analyse => "analyze",
            Self::Commercial => "cc:CommercialUse",
            Self::Derive => "derive",
            Self::ShareDerived => "cc:DerivativeWorks",
            Self::Redistribute => "distribute",
        }
    }
}

/// Something a permitted use asks in return.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Duty {
    /// Name the source.
    Attribute,
    /// Keep the licence's notice with the data.
    KeepNotice,
    /// Pass on derived data under the same licence only.
    ShareAlike,
}

impl Duty {
    const fn odrl(self) -> &'static str {
        match self {
            Self::Attribute => "attribute",
            Self::KeepNotice => "cc:Notice",
            Self::ShareAlike => "cc:ShareAlike",
        }
    }
}

#[derive(Debug)]
struct Terms {
    code: &'static str,
    name: &'static str,
    version: &'static str,
    address: &'static str,
    plain: &'static str,
    permits: &'static [Use],
    duties: &'static [Duty],
}

/// One licence of the list; as JSON its code.
#[derive(Clone, Copy)]
pub struct Licence(&'static Terms);

/// The code names no licence of the list.
#[derive(Debug, thiserror::Error, PartialEq, Eq, Clone)]
#[error("the licence `{found}` is not supported; choose one of {}", Licence::list())]
pub struct UnknownLicence {
    found: String,
}

impl UnknownLicence {
    fn of(text: &str) -> Self {
        Self { found: text.chars().take(40).collect() }
    }
}

impl Licence {
    /// All licences in the order in which pages show them.
    pub fn all() -> impl Iterator<Item = Self> {
        texts::TEXTS.iter().map(Self)
    }

    /// All codes in one sentence part.
    pub fn list() -> String {
        Self::all().map(Self::code).collect::<Vec<_>>().join(", ")
    }

    /// The code on the wire, for example `CC-BY-4.0` (SPDX where SPDX has one).
    pub const fn code(self) -> &'static str {
        self.0.code
    }

    /// The name for people.
    pub const fn name(self) -> &'static str {
        self.0.name
    }

    /// The name with its version, for example `Creative Commons Attribution 4.0`.
    pub fn whole_name(self) -> String {
        format!("{} {}", self.name(), self.version())
    }

    /// The version of the text.
    pub const fn version(self) -> &'static str {
        self.0.version
    }

    /// Where the text stands.
    pub const fn address(self) -> &'static str {
        self.0.address
    }

    /// What it means, in a sentence or two.
    pub const fn plain_words(self) -> &'static str {
        self.0.plain
    }

    /// Whether a use is allowed (with the duties of [`Licence::duties`]).
    pub fn permits(self, wanted: Use) -> bool {
        self.0.permits.contains(&wanted)
    }

    /// What the permitted uses ask in return.
    pub const fn duties(self) -> &'static [Duty] {
        self.0.duties
    }

    /// The ODRL 2.2 policy of this licence for one asset, as JSON-LD. Uses that are not permitted are named as
    /// prohibitions, so that a reader need not know our list.
    pub fn odrl(self, target: &str) -> Value {
        let duties: Vec<Value> = self.duties().iter().map(|duty| json!({"action": duty.odrl()})).collect();
        let permission = |used: &Use| match duties.is_empty() {
            true => json!({"target": target, "action": used.odrl()}),
            false => json!({"target": target, "action": used.odrl(), "duty": duties}),
        };
        let prohibition = |used: &Use| json!({"target": target, "action": used.odrl()});
        let permitted: Vec<Value> = self.0.permits.iter().map(permission).collect();
        let refused = Use::ALL.iter().filter(|used| !self.permits(**used));
        let prohibited: Vec<Value> = refused.map(prohibition).collect();
        json!({
            "@context": ["http://www.w3.org/ns/odrl.jsonld", {"cc": "http://creativecommons.org/ns#"}],
            "@type": "Set",
            "uid": self.address(),
            "permission": permitted,
            "prohibition": prohibited,
        })
    }
}

impl PartialEq for Licence {
    fn eq(&self, other: &Self) -> bool {
        self.code() == other.code()
    }
}

impl Eq for Licence {}

impl std::hash::Hash for Licence {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.code().hash(state);
    }
}

impl fmt::Display for Licence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Debug for Licence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl FromStr for Licence {
    type Err = UnknownLicence;

    fn from_str(text: &str) -> Result<Self, UnknownLicence> {
        let known = Self::all().find(|licence| licence.code() == text);
        known.ok_or_else(|| UnknownLicence::of(text))
    }
}

impl Serialize for Licence {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.code())
    }
}

impl<'de> Deserialize<'de> for Licence {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from)?.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unsupported_licence_is_refused_with_the_list_of_supported_ones() {
        let refused = "GPL-3.0".parse::<Licence>().unwrap_err().to_string();
        for licence in Licence::all() {
            assert_eq!(licence.code().parse(), Ok(licence));
            assert!(refused.contains(licence.code()), "{refused}");
        }
    }

    #[test]
    fn every_licence_lets_its_buyer_read_and_analyse() {
        for licence in Licence::all() {
            assert!(licence.permits(Use::Read) && licence.permits(Use::Analyse), "{licence}");
            assert!(licence.code().ends_with(licence.version()), "{licence}");
        }
    }

    #[test]
    fn inside_one_organisation_nothing_is_passed_on() {
        let internal: Licence = "tacit-internal-1.0".parse().unwrap();
        assert!(internal.permits(Use::Commercial) && internal.permits(Use::Derive));
        assert!(!internal.permits(Use::Redistribute) && !internal.permits(Use::ShareDerived));
    }

    #[test]
    fn the_policy_permits_and_prohibits_each_use_exactly_once() {
        for licence in Licence::all() {
            let policy = licence.odrl("lst_00000000000000000000000000");
            let count = |rule: &str| policy[rule].as_array().unwrap().len();
            assert_eq!(count("permission") + count("prohibition"), Use::ALL.len(), "{licence}");
            assert_eq!(policy["permission"][0]["action"], "read");
        }
    }
}
