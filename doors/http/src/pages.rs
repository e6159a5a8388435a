//! The public catalogue: pages for browsers, and the same in other people's formats, under the market's origin.
//!
//! Rendered here, readable without a script, the same for everybody. Reading sets no cookie and calls nobody else. A page is a
//! struct with a template under `templates/`; the words stand in [`words`], the frame around every page in [`frame`]. A later
//! page adds a module, a template and its words, and answers with [`frame::show`].

mod about;
mod assets;
mod cards;
mod documents;
mod errors;
mod feeds;
mod frame;
mod home;
mod listing;
mod profile;
mod search;
mod seller;

mod words;
mod written;

pub(crate) use errors::for_browsers;

use crate::door::Door;
use axum::Router;
use axum::routing::get;

/// Every address of the public catalogue.
pub(crate) fn routes() -> Router<Door> {
    Router::new()
        .route("/", get(home::home))
        .route("/search", get(search::search))
        .route("/listings/{id}", get(listing::listing))
        .route("/listings/{id}/columns", get(listing::columns))
        .route("/listings/{id}/croissant.json", get(documents::croissant))
        .route("/listings/{id}/odrl.jsonld", get(documents::policy))
        .route("/sellers/{persona}", get(seller::seller))
        .route("/market", get(about::market))
        .route("/log", get(about::log))
        .route("/privacy", get(about::privacy))
        .route("/help", get(about::help))
        .route("/catalogue.jsonld", get(documents::catalogue))
        .route("/feed.xml", get(feeds::newest))
        .route("/sitemap.xml", get(feeds::sitemap))
        .route("/sitemap/{part}", get(feeds::sitemap_part))
        .route("/robots.txt", get(feeds::robots))
        .route("/favicon.svg", get(assets::icon))
        .route("/assets/{name}", get(assets::asset))
}
