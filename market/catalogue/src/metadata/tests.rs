//! Golden documents, the fields that each format demands, and titles that try to break out.

use super::*;
use crate::testing::listing;
use std::path::PathBuf;
use tacit_values::Origin;

fn places() -> Places {
    Places::of(&"https://market.example".parse::<Origin>().unwrap())
}

fn described<'a>(listing: &'a Listing, places: &'a Places) -> Described<'a> {
    let sealed =
        SealedFile { name: "planes.csv", body: Digest::of(b"sealed"), plaintext: Digest::of(b"plaintext") };
    Described { listing, published: Timestamp::from_secs(1_795_000_000), sealed: Some(sealed), places }
}

/// Compares with the file under `golden/`; with `UPDATE_GOLDEN=1` writes it instead.
fn assert_golden(name: &str, document: &Value) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src/metadata/golden").join(name);
    let text = serde_json::to_string_pretty(document).unwrap() + "\n";
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, &text).unwrap();
    }
    assert_eq!(std::fs::read_to_string(&path).unwrap_or_default(), text, "{name} changed");
}

#[test]
fn the_documents_are_the_golden_ones() {
    let (places, listing) = (places(), listing(7));
    assert_golden("dataset.json", &dataset(&described(&listing, &places)));
    assert_golden("croissant.json", &croissant(&described(&listing, &places)));
    let feed = CatalogueFeed {
        places: &places,
        listings: std::slice::from_ref(&listing),
        this: "/catalogue.jsonld",
        next: Some("/catalogue.jsonld?after=lst_1"),
        total: 3,
    };
    assert_golden("dcat.json", &catalogue(&feed));
}

/// Croissant 1.1, "Dataset-level information", required; "FileObject"; "RecordSet"; "Field".
#[test]
fn a_croissant_document_has_every_field_that_the_specification_requires() {
    let (places, listing) = (places(), listing(7));
    let document = croissant(&described(&listing, &places));
    assert_eq!(document["@context"]["sc"], "https://schema.org/", "the reference validator takes no other");
    assert_eq!(document["@context"]["@vocab"], document["@context"]["sc"]);
    for required in [
        "citeAs",
        "@context",
        "@type",
        "conformsTo",
        "description",
        "license",
        "name",
        "url",
        "creator",
        "datePublished",
    ] {
        assert!(!document[required].is_null(), "{required}");
    }
    assert_eq!(document["@type"], "sc:Dataset");
    assert_eq!(document["conformsTo"], "http://mlcommons.org/croissant/1.1");
    let context = document["@context"].as_object().unwrap();
    assert_eq!(context["@vocab"], "https://schema.org/");
    assert_eq!(context["conformsTo"], "dct:conformsTo");
    assert_eq!(context["dataType"]["@type"], "@vocab");
    for file in document["distribution"].as_array().unwrap() {
        for required in ["@id", "name", "contentUrl", "encodingFormat", "sha256"] {
            assert!(file[required].is_string(), "{required} of {file}");
        }
    }
    let rows = &document["recordSet"][0];
    let fields = rows["field"].as_array().unwrap();
    assert_eq!(fields.len(), listing.columns.len());
    for (field, column) in fields.iter().zip(&listing.columns) {
        assert_eq!(field["name"], column.name);
        assert_eq!(field["source"]["fileObject"]["@id"], "data");
        assert!(field["dataType"].as_str().unwrap().starts_with("sc:"));
    }
    let ids: std::collections::BTreeSet<&str> =
        fields.iter().map(|field| field["@id"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), fields.len());
}

#[test]
fn a_plain_file_has_no_rows_and_a_line_of_json_is_read_by_path() {
    let places = places();
    let plain = Listing { columns: Vec::new(), rows: 0, ..listing(7) };
    assert!(croissant(&described(&plain, &places)).get("recordSet").is_none());
    let mut lines = Listing { media_type: "application/x-ndjson".parse().unwrap(), ..listing(7) };
    lines.columns[0].name = "a\"].b".to_owned();
    let document = croissant(&described(&lines, &places));
    let extract = &document["recordSet"][0]["field"][0]["source"]["extract"];
    assert_eq!(extract["jsonPath"], "$[\"a\\\"].b\"]");
}

#[test]
fn no_title_breaks_out_of_the_page() {
    let places = places();
    for hostile in ["</script><script>alert(1)</script>", "<!-- <script>", "a & b ]]> \u{2028}c"] {
        let Ok(title) = hostile.parse() else { continue };
        let listing = Listing { title, summary: "</SCRIPT >".parse().unwrap(), ..listing(7) };
        let document = dataset(&described(&listing, &places));
        let inside = inside_html(&document);
        assert!(!inside.contains(['<', '>', '&', '\u{2028}', '\u{2029}']), "{inside}");
        assert_eq!(serde_json::from_str::<Value>(&inside).unwrap(), document, "it still says the same");
    }
}

#[test]
fn the_test_currency_is_never_shown_as_dollars() {
    let (places, listing) = (places(), listing(7));
    for document in [dataset(&described(&listing, &places)), croissant(&described(&listing, &places))] {
        assert_eq!(document["offers"]["priceCurrency"], "XTS");
        assert_eq!(document["offers"]["price"], listing.price.money().to_string());
    }
}
