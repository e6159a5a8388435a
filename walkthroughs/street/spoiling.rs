//! Changing what somebody said, as little as can be: one letter, one digit, one bit.

use serde_json::Value;

/// Changes one bit in the middle.
pub fn spoil_bytes(mut bytes: Vec<u8>) -> Vec<u8> {
    let middle = bytes.len() / 2;
    if let Some(byte) = bytes.get_mut(middle) {
        *byte ^= 1;
    }
    bytes
}

/// Changes the last bit.
pub fn spoil_end(mut bytes: Vec<u8>) -> Vec<u8> {
    if let Some(byte) = bytes.last_mut() {
        *byte ^= 1;
    }
    bytes
}

/// Changes every value of a JSON document whose place (a JSON pointer) holds these words. What is no JSON stays as it is.
pub fn spoil_json(bytes: Vec<u8>, words: &str) -> Vec<u8> {
    let Ok(mut document) = serde_json::from_slice::<Value>(&bytes) else { return bytes };
    for place in places(&document).iter().filter(|place| place.contains(words)) {
        spoil(document.pointer_mut(place).unwrap());
    }
    serde_json::to_vec(&document).unwrap()
}

/// The places of everything in a document that is no table and no list.
pub fn places(document: &Value) -> Vec<String> {
    let below = |name: &str, value: &Value| -> Vec<String> {
        places(value).into_iter().map(|place| format!("/{name}{place}")).collect()
    };
    match document {
        Value::Object(members) => members.iter().flat_map(|(name, value)| below(name, value)).collect(),
        Value::Array(values) => {
            values.iter().enumerate().flat_map(|(n, value)| below(&n.to_string(), value)).collect()
        }
        _ => vec![String::new()],
    }
}

/// Changes one value into another of its kind.
pub fn spoil(value: &mut Value) {
    *value = match &*value {
        Value::String(text) => Value::String(spoil_text(text)),
        Value::Number(number) => Value::from(number.as_u64().unwrap_or_default() + 1),
        Value::Bool(so) => Value::Bool(!so),
        other => panic!("{other} cannot be changed a little"),
    };
}

/// Changes one letter or digit near the middle into another.
fn spoil_text(text: &str) -> String {
    let mut bytes = text.as_bytes().to_vec();
    let middle = bytes.len() / 2;
    let at = (middle..bytes.len()).chain(0..middle).find(|at| bytes[*at].is_ascii_alphanumeric());
    let byte = &mut bytes[at.expect("there is a letter or a digit")];
    *byte = match *byte {
        b'9' => b'0',
        b'f' | b'z' => b'a',
        b'Z' => b'A',
        other => other + 1,
    };
    String::from_utf8(bytes).unwrap()
}
