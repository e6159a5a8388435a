//! `/sellers/{persona}`: what somebody sells, and the public record in ranges.

use super::cards::Card;
use super::frame::{ASK_AGAIN, Frame, show};
use super::search::address;
use super::words as w;
use super::written::short;
use crate::callers::At;
use crate::door::Door;
use crate::refusals::{Refused, told};
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use http::HeaderMap;
use tacit_catalogue::search::{Query, Sort};
use tacit_values::Persona;

#[derive(Template)]
#[template(path = "seller.html")]
struct Seller {
    frame: Frame,
    persona: String,
    heading: String,
    sold: String,
    total: String,
    cards: Vec<Card>,
    more: Option<String>,
}

pub(super) async fn seller(
    State(door): State<Door>,
    At(persona): At<Persona>,
    headers: HeaderMap,
) -> Result<Response, Refused> {
    let query = Query { seller: Some(persona), sort: Sort::Newest, ..Query::default() };
    let found = door.market().search(&query).await.map_err(told)?;
    let seen = door.market().seller_seen(persona).await.map_err(told)?;
    let title = w::seller_title(&short(&persona));
    let frame =
        Frame::of(&door, &format!("/sellers/{persona}"), &title, w::SELLER_DESCRIPTION).under("/search");
    let page = Seller {
        // Anybody's key has a page; only those with something for sale belong into a search engine.
        frame: if found.total == 0 { frame.unlisted() } else { frame },
        persona: persona.to_string(),
        heading: title,
        sold: seen.sold.to_string(),
        total: w::listings(found.total),
        cards: Card::all(&found.listings),
        more: (found.pages > 1).then(|| address(&Query { page: 2, ..query })),
    };
    show(&page, &headers, ASK_AGAIN)
}
