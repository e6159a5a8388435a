//! Base64url without padding (RFC 4648 section 5), the form in which bytes stand in our JSON.
//!
//! The functions are for `#[serde(with = "tacit_values::base64url")]` on `Vec<u8>`; [`fixed`] does the same for arrays
//! of a known length and refuses any other length.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Deserializer, Serializer, de::Error};

/// The text form of `bytes`.
pub fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The bytes behind `text`; `None` when it is not canonical base64url without padding.
pub fn decode(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

/// Writes bytes as base64url text.
pub fn serialize<S: Serializer>(bytes: &[u8], to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(&encode(bytes))
}

/// Reads base64url text.
pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u8>, D::Error> {
    let text = String::deserialize(from)?;
    decode(&text).ok_or_else(|| D::Error::custom("expected base64url without padding"))
}

/// The same for arrays of exactly `N` bytes.
pub mod fixed {
    use super::*;

    /// Writes an array as base64url text.
    pub fn serialize<S: Serializer, const N: usize>(bytes: &[u8; N], to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&encode(bytes))
    }

    /// Reads exactly `N` bytes of base64url text.
    pub fn deserialize<'de, D: Deserializer<'de>, const N: usize>(from: D) -> Result<[u8; N], D::Error> {
        let bytes = super::deserialize(from)?;
        let length = bytes.len();
        bytes.try_into().map_err(|_| D::Error::custom(format!("expected {N} bytes, found {length}")))
    }
}
