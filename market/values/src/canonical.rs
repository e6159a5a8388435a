//! The one function that turns a document into the bytes we sign: RFC 8785, refusing what RFC 8785 would round.
//!
//! RFC 8785 writes every number as a double. Two amounts above 2^53 - 1 can share one canonical form and therefore one
//! signature, so integers beyond it and all floats are refused here instead of being rounded there.

use serde::Serialize;
use serde_json::Value;

/// The largest integer that may stand in a signed document: 2^53 - 1.
pub const MAX_SAFE_INTEGER: u64 = (1 << 53) - 1;

/// Why a document has no canonical form.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum NotCanonical {
    /// A number with a fraction or exponent.
    #[error("signed documents hold no fractions; write the value as whole units or as text")]
    Float,
    /// An integer outside plus or minus 2^53 - 1.
    #[error("an integer beyond 2^53 - 1 cannot be signed")]
    UnsafeInteger,
    /// The value cannot be written as JSON at all.
    #[error("the document cannot be written as JSON")]
    NotJson,
}

/// The RFC 8785 bytes of a document.
pub fn canonical<T: Serialize + ?Sized>(document: &T) -> Result<Vec<u8>, NotCanonical> {
    let value = serde_json::to_value(document).map_err(|_| NotCanonical::NotJson)?;
    canonical_value(&value)
}

/// The RFC 8785 bytes of a JSON value.
pub fn canonical_value(value: &Value) -> Result<Vec<u8>, NotCanonical> {
    refuse_unsafe_numbers(value)?;
    serde_json_canonicalizer::to_vec(value).map_err(|_| NotCanonical::NotJson)
}

fn refuse_unsafe_numbers(value: &Value) -> Result<(), NotCanonical> {
    match value {
        Value::Number(number) => match (number.as_u64(), number.as_i64()) {
            (Some(whole), _) if whole <= MAX_SAFE_INTEGER => Ok(()),
            (None, Some(negative)) if negative.unsigned_abs() <= MAX_SAFE_INTEGER => Ok(()),
            (None, None) => Err(NotCanonical::Float),
            _ => Err(NotCanonical::UnsafeInteger),
        },
        Value::Array(items) => items.iter().try_for_each(refuse_unsafe_numbers),
        Value::Object(fields) => fields.values().try_for_each(refuse_unsafe_numbers),
        Value::Null | Value::Bool(_) | Value::String(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn keys_are_sorted_and_spaces_dropped() {
        let bytes = canonical(&json!({"b": 1, "a": [true, null, "x"]})).unwrap();
        assert_eq!(bytes, br#"{"a":[true,null,"x"],"b":1}"#);
    }

    #[test]
    fn two_amounts_never_share_a_signature_because_large_ones_are_refused() {
        assert_eq!(canonical(&json!({"n": MAX_SAFE_INTEGER + 1})), Err(NotCanonical::UnsafeInteger));
        assert_eq!(
            canonical(&json!({"n": -(MAX_SAFE_INTEGER as i64) - 1})),
            Err(NotCanonical::UnsafeInteger)
        );
        assert!(canonical(&json!({"n": MAX_SAFE_INTEGER, "m": -(MAX_SAFE_INTEGER as i64)})).is_ok());
    }

    #[test]
    fn a_float_is_refused_wherever_it_hides() {
        assert_eq!(canonical(&json!({"a": [{"b": 1.5}]})), Err(NotCanonical::Float));
        assert_eq!(canonical(&json!(1e3)), Err(NotCanonical::Float));
    }
}
