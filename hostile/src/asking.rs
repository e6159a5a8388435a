//! Random requests that follow from a description of an API (OpenAPI): nearly right ones, ones at the edge, ones of the
//! wrong type, huge ones and noise. The same seed asks the same.

use crate::chance::Chance;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::fmt::Write;

/// How deep a form is filled in before everything becomes null.
const DEEPEST: usize = 8;
/// How many words from answers are remembered.
const MOST_KNOWN: usize = 400;

/// A request to be sent.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The operation of the description, for the report: `PUT /orders/{id}`.
    pub operation: String,
    /// The verb, in upper case.
    pub verb: String,
    /// Path and query, in visible ASCII without spaces.
    pub path: String,
    /// The media type of the body; wrong at times.
    pub media_type: &'static str,
    /// The body.
    pub body: Vec<u8>,
    /// Whether the description asks for a signature.
    pub signed: bool,
}

/// Draws requests.
pub struct Asker {
    description: Value,
    base: String,
    operations: Vec<Operation>,
    /// What such a member of a document may hold, by its name.
    members: BTreeMap<String, Vec<Value>>,
    documents: Vec<Vec<u8>>,
    bytes: Vec<Vec<u8>>,
    words: Vec<String>,
    known: Vec<String>,
    /// What decides; the caller may draw from it too.
    pub chance: Chance,
}

struct Operation {
    verb: String,
    path: String,
    about: Value,
}

impl Asker {
    /// Asks what `description` describes, whose paths begin with `base`.
    pub fn new(description: Value, base: &str, seed: u64) -> Self {
        let paths = description["paths"].as_object().cloned().unwrap_or_default();
        let of_path = |(path, item): (String, Value)| {
            let verbs = item.as_object().cloned().unwrap_or_default();
            verbs.into_iter().map(move |(verb, about)| Operation {
                verb: verb.to_uppercase(),
                path: path.clone(),
                about,
            })
        };
        let operations: Vec<Operation> = paths.into_iter().flat_map(of_path).collect();
        let documents = crate::bodies::seeds();
        let mut members = BTreeMap::new();
        for document in &documents {
            if let Ok(document) = serde_json::from_slice::<Value>(document) {
                collect(&document, &mut members);
            }
        }
        let texts = crate::words::seeds().into_iter().filter_map(|word| String::from_utf8(word).ok());
        let bytes: Vec<Vec<u8>> =
            [crate::ledger::bundle_seeds(), crate::letters::seeds(), crate::seeds::csv()].concat();
        Self {
            description,
            base: base.to_owned(),
            operations,
            members,
            documents,
            bytes,
            words: texts.chain(edges()).collect(),
            known: Vec::new(),
            chance: Chance::of(seed),
        }
    }

    /// How many operations there are.
    pub fn operations(&self) -> usize {
        self.operations.len()
    }

    /// Remembers what an answer said, so that later requests name things that exist.
    pub fn hear(&mut self, answer: &[u8]) {
        if let Ok(answer) = serde_json::from_slice::<Value>(answer) {
            self.remember(&answer);
        }
    }

    fn remember(&mut self, value: &Value) {
        match value {
            Value::String(text) if (4..100).contains(&text.len()) && !text.contains(' ') => {
                if self.known.len() < MOST_KNOWN {
                    self.known.push(text.clone());
                } else {
                    let place = self.chance.below(MOST_KNOWN);
                    self.known[place].clone_from(text);
                }
            }
            Value::Array(items) => items.iter().take(20).for_each(|item| self.remember(item)),
            Value::Object(members) => members.values().for_each(|member| self.remember(member)),
            _ => {}
        }
    }

    /// The next request: every operation in turn, so that none is forgotten.
    pub fn ask(&mut self, number: usize) -> Asked {
        let operation = &self.operations[number % self.operations.len()];
        let (verb, template, about) =
            (operation.verb.clone(), operation.path.clone(), operation.about.clone());
        let (media_type, body) = self.body(&about["requestBody"]["content"]);
        let parameters = about["parameters"].as_array().cloned().unwrap_or_default();
        let mut path = format!("{}{template}", self.base);
        let mut query = String::new();
        for parameter in &parameters {
            let name = parameter["name"].as_str().unwrap_or_default();
            if parameter["in"] == "path" {
                let named = named_by(&body).filter(|_| self.chance.percent(60));
                let word = named.unwrap_or_else(|| self.in_path(&parameter["schema"]));
                path = path.replace(&format!("{{{name}}}"), &word);
            } else if self.chance.percent(40) {
                for _ in 0..=self.chance.below(2) {
                    let word = self.word(&parameter["schema"]);
                    let joint = if query.is_empty() { '?' } else { '&' };
                    let _ = write!(query, "{joint}{name}={}", escaped(&word));
                }
            }
        }
        if self.chance.percent(4) {
            let noise = self.word(&Value::Null);
            let _ = write!(query, "{}{}", if query.is_empty() { "?" } else { "&" }, escaped(&noise));
        }
        let other = ["GET", "HEAD", "PUT", "POST", "PATCH", "DELETE", "OPTIONS", "TRACE", "TACIT"];
        Asked {
            operation: format!("{verb} {template}"),
            verb: if self.chance.percent(3) { (*self.chance.one_of(&other)).to_owned() } else { verb },
            path: path + &query,
            media_type,
            body,
            signed: about.get("security").is_some(),
        }
    }

    fn in_path(&mut self, schema: &Value) -> String {
        if self.chance.percent(3) {
            // No UTF-8 at all.
            return "%FF%C0%80".to_owned();
        }
        let word = self.word(schema);
        // An empty segment is another route.
        if word.is_empty() { "0".to_owned() } else { escaped(&word) }
    }

    /// A word for a place in an address.
    fn word(&mut self, schema: &Value) -> String {
        let value = match schema["type"].as_str() {
            Some("integer" | "number") if self.chance.percent(80) => self.integer(schema),
            Some("array") => return self.word(&schema["items"]),
            _ => self.text(),
        };
        value.as_str().map_or_else(|| value.to_string(), str::to_owned)
    }

    fn body(&mut self, content: &Value) -> (&'static str, Vec<u8>) {
        let (json_type, bytes_type) = ("application/json", "application/octet-stream");
        let schema = &content[json_type]["schema"];
        if !schema.is_null() {
            let schema = schema.clone();
            let media_type = if self.chance.percent(3) { bytes_type } else { json_type };
            return (media_type, self.form(&schema));
        }
        let media_type = if self.chance.percent(5) { json_type } else { bytes_type };
        if content.is_null() && self.chance.percent(90) {
            return (media_type, Vec::new());
        }
        (media_type, self.noise())
    }

    /// Bytes that are no form.
    fn noise(&mut self) -> Vec<u8> {
        match self.chance.below(6) {
            0 => Vec::new(),
            1 => self.chance.bytes(4096),
            2 => {
                let length = self.chance.below(70_000);
                self.chance.bytes(length)
            }
            3 => vec![b'['; 20_000],
            _ => {
                let one = self.chance.one_of(&self.bytes).clone();
                if self.chance.percent(50) { one } else { self.chance.changed(&one, &self.bytes) }
            }
        }
    }

    /// A form in JSON.
    fn form(&mut self, schema: &Value) -> Vec<u8> {
        let draw = self.chance.below(100);
        if draw < 4 {
            return self.noise();
        }
        if draw < 20 {
            let one = self.chance.one_of(&self.documents).clone();
            return if self.chance.percent(50) { one } else { self.chance.changed(&one, &self.documents) };
        }
        let mut form = self.value(schema, 0);
        for _ in 0..self.chance.below(3) {
            self.spoil(&mut form);
        }
        let mut bytes = form.to_string().into_bytes();
        if self.chance.percent(3) {
            bytes = self.chance.changed(&bytes, &self.documents);
        }
        bytes
    }

    /// A value that the schema describes.
    fn value(&mut self, schema: &Value, depth: usize) -> Value {
        if depth > DEEPEST {
            return Value::Null;
        }
        if let Some(name) = schema["$ref"].as_str().and_then(|name| name.rsplit('/').next()) {
            let schema = self.description["components"]["schemas"][name].clone();
            return self.value(&schema, depth + 1);
        }
        for choice in ["oneOf", "anyOf"] {
            if let Some(choices) = schema[choice].as_array().filter(|choices| !choices.is_empty()) {
                let schema = choices[self.chance.below(choices.len())].clone();
                return self.value(&schema, depth + 1);
            }
        }
        if let Some(parts) = schema["allOf"].as_array() {
            let mut whole = Map::new();
            for part in parts {
                if let Value::Object(members) = self.value(part, depth + 1) {
                    whole.extend(members);
                }
            }
            return whole.into();
        }
        if let Some(values) = schema["enum"].as_array().filter(|values| !values.is_empty()) {
            return values[self.chance.below(values.len())].clone();
        }
        if !schema["const"].is_null() {
            return schema["const"].clone();
        }
        let kinds = match &schema["type"] {
            Value::Array(kinds) => kinds.clone(),
            kind => vec![kind.clone()],
        };
        match kinds[self.chance.below(kinds.len())].as_str() {
            Some("null") => Value::Null,
            Some("boolean") => self.chance.percent(50).into(),
            Some("integer" | "number") => self.integer(schema),
            Some("string") if schema["format"] == "date-time" => json!("2026-11-20T12:00:00Z"),
            Some("string") => self.text(),
            Some("array") => {
                let count = if self.chance.percent(3) { 300 } else { self.chance.below(4) };
                (0..count).map(|_| self.value(&schema["items"], depth + 1)).collect()
            }
            _ => self.object(schema, depth),
        }
    }

    fn object(&mut self, schema: &Value, depth: usize) -> Value {
        let Some(properties) = schema["properties"].as_object() else {
            let document = self.chance.one_of(&self.documents);
            return serde_json::from_slice(document).unwrap_or_default();
        };
        let required = schema["required"].as_array().cloned().unwrap_or_default();
        let mut members = Map::new();
        for (name, schema) in properties {
            let share = if required.iter().any(|one| one == name.as_str()) { 98 } else { 50 };
            if !self.chance.percent(share) {
                continue;
            }
            let written = match self.members.get(name) {
                Some(known) if self.chance.percent(50) => self.chance.one_of(known).clone(),
                _ => self.value(schema, depth + 1),
            };
            members.insert(name.clone(), written);
        }
        members.into()
    }

    fn text(&mut self) -> Value {
        if !self.known.is_empty() && self.chance.percent(50) {
            return self.chance.one_of(&self.known).clone().into();
        }
        self.chance.one_of(&self.words).clone().into()
    }

    fn integer(&mut self, schema: &Value) -> Value {
        let edges = [
            0,
            1,
            2,
            7,
            20,
            255,
            256,
            1000,
            65_535,
            1 << 31,
            1 << 32,
            (1 << 53) - 1,
            1 << 53,
            i64::MAX as u64,
        ];
        let beyond = [
            json!(-1),
            json!(i64::MIN),
            json!(u64::MAX),
            json!(1.5),
            json!(1e300),
            json!(u64::MAX as f64 * 2.0),
        ];
        match self.chance.below(10) {
            0 => self.chance.one_of(&beyond).clone(),
            1 => schema["minimum"].clone(),
            2 => schema["maximum"].clone(),
            _ => (*self.chance.one_of(&edges)).into(),
        }
    }

    /// Puts something else in one place of a document.
    fn spoil(&mut self, value: &mut Value) {
        let inside = match value {
            Value::Array(items) if !items.is_empty() => {
                let place = self.chance.below(items.len());
                items.get_mut(place)
            }
            Value::Object(members) if !members.is_empty() => {
                let place = self.chance.below(members.len());
                members.values_mut().nth(place)
            }
            _ => None,
        };
        match inside {
            Some(inside) if self.chance.percent(85) => self.spoil(inside),
            _ => {
                *value = match self.chance.below(8) {
                    0 => Value::Null,
                    1 => json!([]),
                    2 => json!({"unknown": 1}),
                    3 => true.into(),
                    4 => self.integer(&Value::Null),
                    5 => "x".repeat(20_000).into(),
                    6 => (0..60).fold(json!(1), |inside, _| json!([inside])),
                    _ => self.text(),
                }
            }
        }
    }
}

/// What a document is about, as its address would name it: the order, listing or manifest that it holds.
fn named_by(body: &[u8]) -> Option<String> {
    let document: Value = serde_json::from_slice(body).ok()?;
    let manifest = serde_json::from_value::<tacit_delivery::Manifest>(document["signed"]["manifest"].clone());
    if let Some(manifest) = manifest.ok().filter(|manifest| manifest.well_formed().is_ok()) {
        return Some(manifest.digest().to_string());
    }
    let places = [
        "/request/order",
        "/accepted/agreement/order",
        "/statement/statement/order",
        "/listing/id",
        "/order",
    ];
    let named = places.iter().find_map(|place| document.pointer(place)?.as_str());
    named.filter(|name| name.len() < 100).map(escaped)
}

/// Every member of every object, by its name.
fn collect(value: &Value, members: &mut BTreeMap<String, Vec<Value>>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| collect(item, members)),
        Value::Object(object) => {
            for (name, member) in object {
                let known = members.entry(name.clone()).or_default();
                if known.len() < 40 && !known.contains(member) {
                    known.push(member.clone());
                }
                collect(member, members);
            }
        }
        _ => {}
    }
}

/// Words at the edge of what anybody expects.
fn edges() -> impl Iterator<Item = String> {
    let words = [
        "",
        " ",
        "0",
        "-1",
        "1",
        "007",
        "+1",
        "1.5",
        "1e400",
        "NaN",
        "null",
        "true",
        "..",
        "../../etc/passwd",
        "/",
        "%00",
        "%",
        "+",
        "&",
        "#",
        "\0",
        "a\0b",
        "\u{202e}",
        "\u{feff}",
        "\u{10ffff}",
        "ü",
        "'",
        "'; DROP TABLE listings;--",
        "\"",
        "<b>",
        "{{x}}",
        "${x}",
        "9223372036854775807",
        "9223372036854775808",
        "18446744073709551615",
        "18446744073709551616",
        "lst_00000000000000000000000000",
        "ord_7zzzzzzzzzzzzzzzzzzzzzzzzz",
        "did:key:z6Mk",
        "2026-11-20",
        "9999-12-31",
        "10000-01-01",
        "0-0",
        "32-4294967295",
        "33-0",
    ];
    words.into_iter().map(str::to_owned).chain(["x".repeat(3_000), "9".repeat(300)])
}

/// Percent-encoding of everything but the unreserved characters of RFC 3986.
fn escaped(word: &str) -> String {
    let mut out = String::with_capacity(word.len());
    for byte in word.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(char::from(byte)),
            _ => {
                let _ = write!(out, "%{byte:02X}");
            }
        }
    }
    out
}
