//! DCAT-AP 3: the catalogue for public data portals and their harvesters, in pages.

use super::{Places, description};
use crate::{Category, Listing};
use serde_json::{Value, json};

const THEMES: &str = "http://publications.europa.eu/resource/authority/data-theme/";
const ACCESS: &str = "http://publications.europa.eu/resource/authority/access-right/RESTRICTED";
const MEDIA_TYPES: &str = "http://www.iana.org/assignments/media-types/";

/// One page of the feed.
#[derive(Debug, Clone)]
pub struct CatalogueFeed<'a> {
    /// Where things stand.
    pub places: &'a Places,
    /// The listings of this page.
    pub listings: &'a [Listing],
    /// The path and query of this page.
    pub this: &'a str,
    /// The path and query of the next page, if there is one.
    pub next: Option<&'a str>,
    /// How many listings are for sale on all pages.
    pub total: usize,
}

/// A page of the catalogue as a DCAT-AP `Catalog`.
pub fn catalogue(feed: &CatalogueFeed<'_>) -> Value {
    let places = feed.places;
    let mut view = json!({
        "@id": places.at(feed.this),
        "@type": "hydra:PartialCollectionView",
        "hydra:first": {"@id": places.at("/catalogue.jsonld")},
    });
    if let Some(next) = feed.next {
        view["hydra:next"] = json!({"@id": places.at(next)});
    }
    json!({
        "@context": {
            "dcat": "http://www.w3.org/ns/dcat#",
            "dct": "http://purl.org/dc/terms/",
            "foaf": "http://xmlns.com/foaf/0.1/",
            "hydra": "http://www.w3.org/ns/hydra/core#",
            "odrl": "http://www.w3.org/ns/odrl/2/",
            "xsd": "http://www.w3.org/2001/XMLSchema#",
        },
        "@id": places.at("/catalogue.jsonld"),
        "@type": "dcat:Catalog",
        "dct:title": {"@value": "Tacit", "@language": "en"},
        "dct:description": {"@value": "Data for sale. The sale is private, the proof is public.", "@language": "en"},
        "dct:publisher": {"@id": places.at("/"), "@type": "foaf:Agent", "foaf:name": places.origin()},
        "foaf:homepage": {"@id": places.at("/")},
        "hydra:totalItems": feed.total,
        "hydra:view": view,
        "dcat:dataset": feed.listings.iter().map(|listing| entry(listing, places)).collect::<Vec<_>>(),
    })
}

fn entry(listing: &Listing, places: &Places) -> Value {
    let page = places.listing(listing.id);
    let seller = json!({
        "@id": places.seller(&listing.seller),
        "@type": "foaf:Agent",
        "foaf:name": listing.seller.to_string(),
    });
    json!({
        "@id": page,
        "@type": "dcat:Dataset",
        "dct:identifier": listing.id.to_string(),
        "dct:title": listing.title.as_str(),
        "dct:description": description(listing),
        "dct:publisher": seller,
        "dct:modified": {"@value": listing.at.date(), "@type": "xsd:date"},
        "dct:accessRights": {"@id": ACCESS},
        "dcat:version": listing.version.to_string(),
        "dcat:keyword": listing.tags.iter().map(|tag| tag.as_str()).collect::<Vec<_>>(),
        "dcat:theme": theme(listing.category).map(|theme| json!({"@id": format!("{THEMES}{theme}")})),
        "dcat:landingPage": {"@id": page},
        "odrl:hasPolicy": {"@id": places.policy(listing.id)},
        "dcat:distribution": [{
            "@id": format!("{page}#file"),
            "@type": "dcat:Distribution",
            "dcat:accessURL": {"@id": page},
            "dcat:mediaType": {"@id": format!("{MEDIA_TYPES}{}", listing.media_type.as_str())},
            "dcat:byteSize": {"@value": listing.bytes.to_string(), "@type": "xsd:nonNegativeInteger"},
            "dct:license": {"@id": listing.licence.address()},
        }],
    })
}

/// The theme of the European vocabulary that fits a shelf.
const fn theme(category: Category) -> Option<&'static str> {
    Some(match category {
        Category::Agriculture => "AGRI",
        Category::Culture | Category::Education => "EDUC",
        Category::Demographics => "SOCI",
        Category::Energy => "ENER",
        Category::Environment | Category::Weather => "ENVI",
        Category::Finance | Category::Industry | Category::Property | Category::Retail => "ECON",
        Category::Geography => "REGI",
        Category::Government => "GOVE",
        Category::Health => "HEAL",
        Category::Science | Category::Technology => "TECH",
        Category::Transport => "TRAN",
        Category::Other => return None,
    })
}
