//! schema.org `Dataset`: what search engines for data read from a page.

use super::{Described, description, iso_currency};
use crate::ListingState;
use serde_json::{Value, json};

/// How many columns the page's data block names; Croissant names all of them.
const COLUMNS_NAMED: usize = 50;

/// The listing as a schema.org `Dataset` with its `Offer`.
pub fn dataset(described: &Described<'_>) -> Value {
    let Described { listing, places, .. } = described;
    let page = places.listing(listing.id);
    let names: Vec<&str> =
        listing.columns.iter().take(COLUMNS_NAMED).map(|column| column.name.as_str()).collect();
    let price = listing.price.money();
    let availability = match listing.state {
        ListingState::Live => "https://schema.org/InStock",
        ListingState::Paused => "https://schema.org/OutOfStock",
        ListingState::Retired => "https://schema.org/Discontinued",
    };
    json!({
        "@context": "https://schema.org/",
        "@type": "Dataset",
        "@id": page,
        "name": listing.title.as_str(),
        "description": description(listing),
        "url": page,
        "identifier": listing.id.to_string(),
        "version": listing.version.to_string(),
        "datePublished": described.published.date(),
        "dateModified": listing.at.date(),
        "keywords": listing.tags.iter().map(|tag| tag.as_str()).collect::<Vec<_>>(),
        "license": listing.licence.address(),
        "isAccessibleForFree": false,
        "conditionsOfAccess": listing.licence.plain_words(),
        "creator": seller(described),
        "includedInDataCatalog": {"@type": "DataCatalog", "name": "Tacit", "url": places.at("/")},
        "variableMeasured": names,
        "distribution": [{
            "@type": "DataDownload",
            "encodingFormat": listing.media_type.as_str(),
            "contentSize": format!("{} B", listing.bytes),
            "contentUrl": page,
        }],
        "offers": {
            "@type": "Offer",
            "url": page,
            "price": price.to_string(),
            "priceCurrency": iso_currency(price.currency()),
            "availability": availability,
        },
    })
}

/// schema.org knows creators as persons or organizations only; which of the two a persona is nobody can say, and the
/// wider word claims less about a human being.
pub(super) fn seller(described: &Described<'_>) -> Value {
    let persona = &described.listing.seller;
    json!({
        "@type": "Organization",
        "name": persona.to_string(),
        "identifier": persona.to_string(),
        "url": described.places.seller(persona),
    })
}
