//! Croissant 1.1 (MLCommons): the dataset with its files and fields, for tools that load data.
//!
//! The file that everybody can fetch is the sealed one; the data stands inside it, with its own digest, and opens with the
//! key that a buyer gets. So a loader can check what it has, and cannot take ciphertext for rows.

use super::dataset::seller;
use super::{Described, SealedFile, description, iso_currency};
use crate::{Column, Listing};
use serde_json::{Value, json};

/// The version of the format that the document declares.
const CONFORMS_TO: &str = "http://mlcommons.org/croissant/1.1";

/// The media type of the document, as its specification names it.
pub const CROISSANT_MEDIA_TYPE: &str = "application/ld+json; profile=\"http://mlcommons.org/croissant/1.1\"";

/// The listing as a Croissant document.
pub fn croissant(described: &Described<'_>) -> Value {
    let Described { listing, places, .. } = described;
    let page = places.listing(listing.id);
    let price = listing.price.money();
    let mut document = json!({
        "@context": context(),
        "@type": "sc:Dataset",
        "conformsTo": CONFORMS_TO,
        "name": listing.title.as_str(),
        "description": description(listing),
        "license": listing.licence.address(),
        "citeAs": citation(described),
        "usageInfo": places.policy(listing.id),
        "url": page,
        "identifier": listing.id.to_string(),
        "creator": seller(described),
        "datePublished": described.published.date(),
        "dateModified": listing.at.date(),
        // The specification wants three numbers; a listing counts whole versions.
        "version": format!("{}.0.0", listing.version),
        "keywords": listing.tags.iter().map(|tag| tag.as_str()).collect::<Vec<_>>(),
        "isAccessibleForFree": false,
        "isLiveDataset": false,
        "offers": {
            "@type": "sc:Offer",
            "url": page,
            "price": price.to_string(),
            "priceCurrency": iso_currency(price.currency()),
        },
    });
    if let Some(sealed) = &described.sealed {
        let body = places.body(sealed.body);
        document["distribution"] = json!([sealed_file(sealed, &body), data_file(listing, sealed)]);
        if !listing.columns.is_empty() {
            document["recordSet"] = json!([record_set(listing)]);
        }
    }
    document
}

/// How the data is cited: what, whose, when, where; in plain text.
fn citation(described: &Described<'_>) -> String {
    let Described { listing, places, published, .. } = described;
    let (title, version, seller) = (listing.title.as_str(), listing.version, &listing.seller);
    format!("{title}, version {version}. {seller}, {}. {}", published.date(), places.listing(listing.id))
}

fn sealed_file(sealed: &SealedFile<'_>, address: &str) -> Value {
    json!({
        "@type": "cr:FileObject",
        "@id": "sealed",
        "name": "sealed",
        "description": "The sealed file, the same for every buyer. The key that opens it is delivered after payment.",
        "contentUrl": address,
        "encodingFormat": "application/octet-stream",
        "sha256": sealed.body.to_string(),
    })
}

fn data_file(listing: &Listing, sealed: &SealedFile<'_>) -> Value {
    json!({
        "@type": "cr:FileObject",
        "@id": "data",
        "name": "data",
        "description": "The file as the buyer opens it.",
        "containedIn": {"@id": "sealed"},
        "contentUrl": sealed.name,
        "contentSize": format!("{} B", listing.bytes),
        "encodingFormat": listing.media_type.as_str(),
        "sha256": sealed.plaintext.to_string(),
    })
}

fn record_set(listing: &Listing) -> Value {
    let lines = listing.media_type.as_str() == "application/x-ndjson";
    let field = |(place, column): (usize, &Column)| {
        let extract =
            if lines { json!({"jsonPath": json_path(&column.name)}) } else { json!({"column": column.name}) };
        json!({
            "@type": "cr:Field",
            // Names are the seller's and may hold anything; places cannot clash.
            "@id": format!("rows/{}", place + 1),
            "name": column.name,
            "dataType": data_type(&column.cells),
            "source": {"fileObject": {"@id": "data"}, "extract": extract},
        })
    };
    json!({
        "@type": "cr:RecordSet",
        "@id": "rows",
        "name": "rows",
        "description": format!("{} rows", listing.rows),
        "field": listing.columns.iter().enumerate().map(field).collect::<Vec<_>>(),
    })
}

/// A member by its name (RFC 9535, bracket notation).
fn json_path(name: &str) -> String {
    format!("$[{}]", Value::from(name))
}

/// The manifest's words for cells in schema.org's.
fn data_type(cells: &str) -> &'static str {
    match cells {
        "integer" => "sc:Integer",
        "double" | "number" | "decimal" => "sc:Float",
        "boolean" => "sc:Boolean",
        "time" => "sc:DateTime",
        _ => "sc:Text",
    }
}

/// The context of the specification's appendix, with schema.org under the address that the reference validator takes
/// (docs/decisions/0011-croissant-as-the-validator-reads-it.md).
fn context() -> Value {
    json!({
        "@language": "en",
        "@vocab": "https://schema.org/",
        "sc": "https://schema.org/",
        "cr": "http://mlcommons.org/croissant/",
        "rai": "http://mlcommons.org/croissant/RAI/",
        "dct": "http://purl.org/dc/terms/",
        "annotation": "cr:annotation",
        "arrayShape": "cr:arrayShape",
        "citeAs": "cr:citeAs",
        "column": "cr:column",
        "conformsTo": "dct:conformsTo",
        "containedIn": "cr:containedIn",
        "data": {"@id": "cr:data", "@type": "@json"},
        "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
        "equivalentProperty": "cr:equivalentProperty",
        "examples": {"@id": "cr:examples", "@type": "@json"},
        "excludes": "cr:excludes",
        "extract": "cr:extract",
        "field": "cr:field",
        "fileProperty": "cr:fileProperty",
        "fileObject": "cr:fileObject",
        "fileSet": "cr:fileSet",
        "format": "cr:format",
        "includes": "cr:includes",
        "isArray": "cr:isArray",
        "isLiveDataset": "cr:isLiveDataset",
        "jsonPath": "cr:jsonPath",
        "key": "cr:key",
        "md5": "cr:md5",
        "parentField": "cr:parentField",
        "recordSet": "cr:recordSet",
        "references": "cr:references",
        "regex": "cr:regex",
        "readLines": "cr:readLines",
        "sdVersion": "cr:sdVersion",
        "separator": "cr:separator",
        "source": "cr:source",
        "subField": "cr:subField",
        "transform": "cr:transform",
        "unArchive": "cr:unArchive",
        "value": "cr:value",
    })
}
