//! The addresses of the public catalogue: one place that knows them, for pages and documents alike.

use tacit_values::{Digest, ListingId, Origin, Persona};

/// Where things stand under a market's public origin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Places {
    origin: String,
}

impl Places {
    /// The places of the market at this origin.
    pub fn of(origin: &Origin) -> Self {
        Self { origin: origin.as_str().trim_end_matches('/').to_owned() }
    }

    /// The origin itself, without a slash at its end.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Something under the origin; `path` begins with a slash.
    pub fn at(&self, path: &str) -> String {
        format!("{}{path}", self.origin)
    }

    /// The page of a listing.
    pub fn listing(&self, id: ListingId) -> String {
        format!("{}/listings/{id}", self.origin)
    }

    /// The Croissant document of a listing.
    pub fn croissant(&self, id: ListingId) -> String {
        format!("{}/listings/{id}/croissant.json", self.origin)
    }

    /// The licence of a listing as an ODRL policy.
    pub fn policy(&self, id: ListingId) -> String {
        format!("{}/listings/{id}/odrl.jsonld", self.origin)
    }

    /// The page of a seller.
    pub fn seller(&self, persona: &Persona) -> String {
        format!("{}/sellers/{persona}", self.origin)
    }

    /// A sealed body.
    pub fn body(&self, body: Digest) -> String {
        format!("{}/api/v1/bodies/{body}", self.origin)
    }
}
