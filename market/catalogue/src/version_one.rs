//! The `v: 1` that stands in every signed document: read from nothing but the number 1.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

/// The first version of a document's form. A document of another version is refused instead of being guessed at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub struct VersionOne;

impl Serialize for VersionOne {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_u64(1)
    }
}

impl<'de> Deserialize<'de> for VersionOne {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        match u64::deserialize(from)? {
            1 => Ok(Self),
            _ => Err(D::Error::custom(
                "this program reads version 1 of this document; a newer one needs a newer tacit",
            )),
        }
    }
}
