//! `/`: what this is, a search box, the newest listings, the shelves, and two ways in.

use super::cards::Card;
use super::frame::{ASK_AGAIN, Frame, show};
use super::words as w;
use super::written::{capitalised, thousands};
use crate::door::Door;
use crate::refusals::{Refused, told};
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use http::HeaderMap;
use tacit_catalogue::metadata::{Places, inside_html};
use tacit_catalogue::search::{FacetCount, Query, Sort};

/// How many new listings stand on the home page.
const NEWEST: usize = 6;

#[derive(Template)]
#[template(path = "home.html")]
struct Home {
    frame: Frame,
    cards: Vec<Card>,
    shelves: Vec<Shelf>,
    total: String,
    init: String,
}

/// A shelf with how much stands on it.
pub(super) struct Shelf {
    pub(super) address: String,
    pub(super) name: String,
    pub(super) count: String,
}

impl Shelf {
    fn of(facet: &FacetCount) -> Self {
        Self {
            address: format!("/search?category={}", facet.value),
            name: capitalised(&facet.value),
            count: thousands(facet.count as u64),
        }
    }
}

pub(super) async fn home(State(door): State<Door>, headers: HeaderMap) -> Result<Response, Refused> {
    let newest = Query { sort: Sort::Newest, per_page: NEWEST, ..Query::default() };
    let found = door.market().search(&newest).await.map_err(told)?;
    let places = Places::of(&door.market().settings().origin);
    let mut frame = Frame::of(&door, "/", w::SITE, w::HOME_DESCRIPTION);
    frame.data = Some(inside_html(&serde_json::json!({
        "@context": "https://schema.org/",
        "@type": "DataCatalog",
        "name": w::NAME,
        "description": w::HOME_DESCRIPTION,
        "url": places.at("/"),
    })));
    let page = Home {
        cards: Card::all(&found.listings),
        shelves: found.facets.categories.iter().map(Shelf::of).collect(),
        total: thousands(found.total as u64),
        init: w::command_init(&frame.origin),
        frame,
    };
    show(&page, &headers, ASK_AGAIN)
}
