//! `/search`: words, filters, facets and pages, all of it in the address, all of it without a script.

use super::cards::Card;
use super::frame::{ASK_AGAIN, Frame, KEEP_PRIVATE, show};
use super::words as w;
use super::written::{amount, capitalised, format_name, thousands};
use crate::callers::Asked;
use crate::door::Door;
use crate::refusals::{Refused, told};
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use http::HeaderMap;
use tacit_catalogue::Category;
use tacit_catalogue::search::{FacetCount, Facets, Query, Sort};
use tacit_flows::SearchPage;
use tacit_values::Money;
use tacit_wire::bodies::listings::{read_search, write_search};

/// The fields that an address of a search may have.
const FIELDS: [&str; 11] = [
    "q",
    "category",
    "tag",
    "price_from",
    "price_to",
    "kind",
    "media_type",
    "column",
    "seller",
    "sort",
    "page",
];
/// How many values of a facet stand on the page.
const VALUES: usize = 10;

#[derive(Template)]
#[template(path = "search.html")]
struct Search {
    frame: Frame,
    heading: &'static str,
    cards: Vec<Card>,
    total: String,
    none: bool,
    place: String,
    previous: Option<String>,
    next: Option<String>,
    chosen: Vec<Chosen>,
    facets: Vec<Facet>,
    categories: Vec<Choice>,
    orders: Vec<Choice>,
    price_from: String,
    price_to: String,
    /// Filters that the form has no field for.
    hidden: Vec<(&'static str, String)>,
}

/// A filter in force, with the address without it.
struct Chosen {
    what: &'static str,
    value: String,
    without: String,
}

/// One facet: its values, each with the address that adds it.
struct Facet {
    name: &'static str,
    values: Vec<Value>,
}

struct Value {
    words: String,
    count: String,
    address: String,
}

/// An option of a form.
struct Choice {
    value: &'static str,
    words: String,
    chosen: bool,
}

pub(super) async fn search(
    State(door): State<Door>,
    Asked(pairs): Asked<Vec<(String, String)>>,
    headers: HeaderMap,
) -> Result<Response, Refused> {
    // A form sends its empty fields too, and whoever passes a link on may add words of their own.
    let meant =
        |(name, value): &(String, String)| FIELDS.contains(&name.as_str()) && !value.trim().is_empty();
    let pairs: Vec<(String, String)> = pairs.into_iter().filter(meant).collect();
    let query = read_search(&pairs, door.market().settings().currency);
    let query = query.map_err(|bad| Refused::malformed(w::bad_search(&bad.name)))?;
    let found = door.market().search(&query).await.map_err(told)?;
    let page = view(&door, &query, found);
    let everything = Query { category: query.category, ..Query::default() } == query;
    show(&page, &headers, if everything { ASK_AGAIN } else { KEEP_PRIVATE })
}

fn view(door: &Door, query: &Query, found: SearchPage) -> Search {
    let title = match query.category {
        Some(category) if query.text.is_empty() => capitalised(category.code()),
        _ => w::SEARCH_TITLE.to_owned(),
    };
    // A search engine knows the shelves; every other search is one of too many.
    let shelf = Query { category: query.category, ..Query::default() };
    let frame = Frame::of(door, &address(&shelf), &title, w::SEARCH_DESCRIPTION).under("/search");
    let mut frame = if shelf == *query { frame } else { frame.unlisted() };
    frame.q = query.text.clone();
    let turned = |page: usize| address(&Query { page, ..query.clone() });
    Search {
        frame,
        heading: if query.text.is_empty() { w::SEARCH_TITLE } else { w::SEARCH_FOUND },
        none: found.listings.is_empty(),
        cards: Card::all(&found.listings),
        total: w::listings(found.total),
        place: w::page_of(found.page, found.pages),
        previous: (found.page > 1).then(|| turned((found.page - 1).min(found.pages))),
        next: (found.page < found.pages).then(|| turned(found.page + 1)),
        chosen: chosen(query),
        facets: facets(query, &found.facets),
        categories: categories(query.category),
        orders: orders(query.sort),
        price_from: query.price_from.map(|money| money.to_string()).unwrap_or_default(),
        price_to: query.price_to.map(|money| money.to_string()).unwrap_or_default(),
        hidden: hidden(query),
    }
}

/// The address of a search.
pub(super) fn address(query: &Query) -> String {
    match write_search(query).as_str() {
        "" => "/search".to_owned(),
        search => format!("/search?{search}"),
    }
}

/// The first page of a changed search.
fn changed(query: &Query, change: impl FnOnce(&mut Query)) -> String {
    let mut query = Query { page: 0, ..query.clone() };
    change(&mut query);
    address(&query)
}

fn chosen(query: &Query) -> Vec<Chosen> {
    let mut chosen = Vec::new();
    let mut put = |what, value: String, change: &dyn Fn(&mut Query)| {
        chosen.push(Chosen { what, value, without: changed(query, |query| change(query)) });
    };
    if let Some(category) = query.category {
        put(w::FACET_CATEGORY, capitalised(category.code()), &|query| query.category = None);
    }
    for tag in &query.tags {
        put(w::FACET_TAG, tag.as_str().to_owned(), &|query| query.tags.retain(|other| other != tag));
    }
    if let Some(kind) = query.kind {
        put(w::FACET_KIND, capitalised(kind.code()), &|query| query.kind = None);
    }
    if let Some(media_type) = &query.media_type {
        put(w::FACET_FORMAT, format_name(media_type.as_str()).to_owned(), &|query| query.media_type = None);
    }
    for column in &query.columns {
        put(w::FACET_COLUMN, column.clone(), &|query| query.columns.retain(|other| other != column));
    }
    if let Some(from) = query.price_from {
        put(w::PRICE_FROM, amount(from), &|query| query.price_from = None);
    }
    if let Some(to) = query.price_to {
        put(w::PRICE_TO, amount(to), &|query| query.price_to = None);
    }
    if let Some(seller) = &query.seller {
        put(w::FACET_SELLER, super::written::short(seller), &|query| query.seller = None);
    }
    chosen
}

fn facets(query: &Query, facets: &Facets) -> Vec<Facet> {
    type Add = fn(&mut Query, &str);
    let listed =
        |name, counts: &[FacetCount], words: fn(&str) -> String, is_in: &dyn Fn(&str) -> bool, add: Add| {
            let open = counts.iter().filter(|count| !is_in(&count.value)).take(VALUES);
            let value = |count: &FacetCount| Value {
                words: words(&count.value),
                count: thousands(count.count as u64),
                address: changed(query, |query| add(query, &count.value)),
            };
            Facet { name, values: open.map(value).collect() }
        };
    let plain = |value: &str| value.to_owned();
    let all = [
        listed(
            w::FACET_CATEGORY,
            &facets.categories,
            capitalised,
            &|_| query.category.is_some(),
            |query, value| {
                query.category = value.parse().ok();
            },
        ),
        listed(
            w::FACET_FORMAT,
            &facets.media_types,
            |value| format_name(value).to_owned(),
            &|_| query.media_type.is_some(),
            |query, value| {
                query.media_type = value.parse().ok();
            },
        ),
        prices(query, facets),
        listed(
            w::FACET_TAG,
            &facets.tags,
            plain,
            &|value| query.tags.iter().any(|tag| tag.as_str() == value),
            |query, value| {
                query.tags.extend(value.parse().ok());
            },
        ),
        listed(
            w::FACET_COLUMN,
            &facets.columns,
            plain,
            &|value| query.columns.iter().any(|column| column == value),
            |query, value| {
                query.columns.push(value.to_owned());
            },
        ),
    ];
    // One value only narrows nothing down.
    all.into_iter().filter(|facet| !facet.values.is_empty()).collect()
}

fn prices(query: &Query, facets: &Facets) -> Facet {
    if query.price_from.is_some() || query.price_to.is_some() {
        return Facet { name: w::FACET_PRICE, values: Vec::new() };
    }
    let values = facets.prices.iter().map(|band| {
        // A filter takes both ends in; a band ends below its upper one.
        let to = band.below.and_then(|below| Money::from_micros(below.micros() - 1, below.currency()).ok());
        Value {
            words: match band.below {
                Some(below) => w::price_between(&amount(band.from), &amount(below)),
                None => w::price_above(&amount(band.from)),
            },
            count: thousands(band.count as u64),
            address: changed(query, |query| {
                query.price_from = Some(band.from).filter(|from| !from.is_zero());
                query.price_to = to;
            }),
        }
    });
    Facet { name: w::FACET_PRICE, values: values.collect() }
}

fn categories(chosen: Option<Category>) -> Vec<Choice> {
    let all = Category::ALL.iter().map(|category| Choice {
        value: category.code(),
        words: capitalised(category.code()),
        chosen: chosen == Some(*category),
    });
    all.collect()
}

fn orders(chosen: Sort) -> Vec<Choice> {
    let all = Sort::ALL.into_iter().map(|sort| Choice {
        value: sort.code(),
        words: w::order(sort).to_owned(),
        chosen: sort == chosen,
    });
    all.collect()
}

fn hidden(query: &Query) -> Vec<(&'static str, String)> {
    let mut hidden: Vec<(&'static str, String)> = Vec::new();
    hidden.extend(query.tags.iter().map(|tag| ("tag", tag.as_str().to_owned())));
    hidden.extend(query.columns.iter().map(|column| ("column", column.clone())));
    hidden.extend(query.kind.map(|kind| ("kind", kind.code().to_owned())));
    hidden.extend(query.media_type.iter().map(|media_type| ("media_type", media_type.as_str().to_owned())));
    hidden.extend(query.seller.map(|seller| ("seller", seller.to_string())));
    hidden
}
