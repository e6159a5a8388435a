//! The files of `vectors/`, and the keys that stand in them.

use serde::de::DeserializeOwned;
use serde_json::Value;
use std::path::Path;
use tacit_evidence::log::{LogKey, LogName};
use tacit_values::{PersonaKey, base64url};

/// The one JSON file of that name, for example `delivery/sample.json`.
pub(crate) fn vector(name: &str) -> Value {
    let bytes = file(name);
    serde_json::from_slice(&bytes).unwrap_or_else(|wrong| panic!("vectors/{name}: {wrong}"))
}

/// The bytes of one file of `vectors/`.
pub(crate) fn file(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../vectors").join(name);
    std::fs::read(&path).unwrap_or_else(|wrong| panic!("{}: {wrong}", path.display()))
}

/// All JSON files of a folder of `vectors/` whose names begin so, in the order of their names.
pub(crate) fn vectors(folder: &str, prefix: &str) -> Vec<Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../vectors").join(folder);
    let files = std::fs::read_dir(&path).unwrap_or_else(|wrong| panic!("{}: {wrong}", path.display()));
    let names = files.map(|file| file.expect("a folder can be listed").file_name());
    let mut names: Vec<String> = names.map(|name| name.to_string_lossy().into_owned()).collect();
    names.retain(|name| name.starts_with(prefix) && name.ends_with(".json"));
    names.sort();
    names.iter().map(|name| vector(&format!("{folder}/{name}"))).collect()
}

/// The cases of a list in a vector.
pub(crate) fn cases<'v>(vector: &'v Value, list: &str) -> impl Iterator<Item = &'v Value> {
    vector[list].as_array().expect("a list of cases").iter()
}

/// A part of a vector as what it is.
pub(crate) fn read<T: DeserializeOwned>(value: &Value) -> T {
    serde_json::from_value(value.clone()).unwrap_or_else(|wrong| panic!("{wrong}: {value}"))
}

/// A text of a vector.
pub(crate) fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}

/// Bytes that stand in base64url.
pub(crate) fn bytes(value: &Value) -> Vec<u8> {
    base64url::decode(text(value)).expect("base64url")
}

/// Bytes that stand in hexadecimal.
pub(crate) fn hex(value: &Value) -> Vec<u8> {
    let pairs = text(value).as_bytes().chunks_exact(2);
    let pair = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    pairs.map(|digits| pair(digits).expect("hexadecimal")).collect()
}

/// A document as a peer would send it.
pub(crate) fn json(value: &Value) -> Vec<u8> {
    value.to_string().into_bytes()
}

/// A stranger who signs whatever is wanted.
pub(crate) fn stranger() -> PersonaKey {
    PersonaKey::from_seed(&[20; 32])
}

/// Another one, who holds what the first one signs.
pub(crate) fn holder() -> PersonaKey {
    PersonaKey::from_seed(&[1; 32])
}

/// The market of the vectors, whose keys everybody knows.
pub(crate) fn market() -> PersonaKey {
    PersonaKey::from_seed(&[10; 32])
}

/// Its log's key.
pub(crate) fn log_key() -> LogKey {
    let origin = "https://market.example".parse().expect("an address");
    LogKey::from_seed(LogName::of(&origin), &[11; 32])
}
