//! What the description says about signed and mirrored documents, held against documents that the rooms wrote.

use super::*;
use serde_json::Value;

/// A schema of the description, looked up when it is a reference.
fn resolved<'d>(description: &'d Value, schema: &'d Value) -> &'d Value {
    match schema["$ref"].as_str() {
        Some(place) => {
            description.pointer(place.trim_start_matches('#')).unwrap_or_else(|| panic!("{place}"))
        }
        None => schema,
    }
}

/// What of a document the schema does not describe; nothing when it fits.
fn misfit(description: &Value, schema: &Value, document: &Value) -> Option<String> {
    let schema = resolved(description, schema);
    if let Some(choices) = schema["oneOf"].as_array() {
        let all: Vec<_> = choices.iter().map(|one| misfit(description, one, document)).collect();
        return if all.contains(&None) { None } else { Some(format!("{all:?}")) };
    }
    let fits = |name: &str| match name {
        "object" => document.is_object(),
        "array" => document.is_array(),
        "string" => document.is_string(),
        "integer" => document.is_u64(),
        "boolean" => document.is_boolean(),
        "null" => document.is_null(),
        other => panic!("{other}"),
    };
    let names = match &schema["type"] {
        Value::Array(names) => names.iter().filter_map(Value::as_str).collect(),
        name => vec![name.as_str().unwrap_or("a type")],
    };
    if !names.iter().any(|name| fits(name)) {
        return Some(format!("{document} is none of {names:?}"));
    }
    match document {
        Value::Array(items) => items.iter().find_map(|item| misfit(description, &schema["items"], item)),
        Value::Object(members) => {
            let required = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
            let missing = required.clone().find(|name| !members.contains_key(*name));
            let described = members.iter().find_map(|(name, value)| match schema["properties"].get(name) {
                Some(member) => misfit(description, member, value).map(|what| format!("{name}: {what}")),
                None => Some(format!("`{name}` is not described")),
            });
            missing.map(|name| format!("`{name}` is missing")).or(described)
        }
        _ => None,
    }
}

/// The schema of what goes in (`None`) or comes out (`Some` status).
fn schema<'d>(description: &'d Value, path: &str, verb: &str, status: Option<&str>) -> &'d Value {
    let operation = &description["paths"][path][verb];
    let content = match status {
        Some(status) => &operation["responses"][status]["content"],
        None => &operation["requestBody"]["content"],
    };
    &content["application/json"]["schema"]
}

fn vector(place: &str) -> Value {
    let path = format!("{}/../../vectors/{place}", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

#[tokio::test]
async fn documents_that_the_rooms_wrote_fit_the_description_and_nothing_of_them_is_left_out() {
    let street = Street::open().await;
    let description: Value = street.get("/openapi.json").await.json();
    let listing = vector("catalogue/listing.json")["document"].clone();
    let plain = vector("catalogue/listing-without-rows.json")["document"].clone();
    let day = serde_json::json!({"v": 1, "day": 20_777, "changes": [listing.clone(), plain.clone()]});
    let sample = vector("delivery/sample.json")["sample"].clone();
    assert!(sample["rows"][0]["cells"].as_array().unwrap().iter().any(|cell| cell.get("hash").is_some()));
    let documents = [
        ("/catalogue/days/{day}", "get", Some("200"), &day),
        ("/listings/{id}", "get", Some("200"), &listing),
        ("/listings/{id}", "put", None, &plain),
        ("/listings/{id}/sample", "get", Some("200"), &sample),
        ("/listings/{id}/sample", "put", None, &sample),
    ];
    for (path, verb, status, document) in documents {
        let schema = schema(&description, path, verb, status);
        assert_eq!(misfit(&description, schema, document), None, "{verb} {path}");
        for name in document.as_object().unwrap().keys() {
            let mut less = document.clone();
            less.as_object_mut().unwrap().remove(name);
            assert_ne!(misfit(&description, schema, &less), None, "{verb} {path} without {name}");
        }
        let mut more = document.clone();
        more["more"] = true.into();
        assert_ne!(misfit(&description, schema, &more), None, "{verb} {path} with more");
    }
}

#[tokio::test]
async fn what_is_served_of_catalogue_and_ledger_fits_its_description() {
    let street = Street::open().await;
    let description: Value = street.get("/openapi.json").await.json();
    let day: Value = street.get(&format!("/api/v1/catalogue/days/{}", START.date())).await.json();
    let of_day = schema(&description, "/catalogue/days/{day}", "get", Some("200"));
    assert_eq!(misfit(&description, of_day, &day), None);
    let of_genesis = schema(&description, "/ledger/genesis", "get", Some("200"));
    for pools in [1, 2] {
        let genesis: Value = street.get("/api/v1/ledger/genesis").await.json();
        assert_eq!(genesis["genesis"]["pools"].as_array().unwrap().len(), pools);
        assert_eq!(misfit(&description, of_genesis, &genesis), None);
        street.market.rotate_pool(street.market.settings().currency).await.unwrap();
    }
}
