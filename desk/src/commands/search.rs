//! `tacit search`: over the mirrored catalogue, on this machine.

use super::amount;
use crate::open::OpenDesk;
use crate::output::Output;
use crate::refusal::Refusal;
use clap::Args;
use serde_json::{Value, json};
use tacit_catalogue::search::{Facets, PriceBand, Query, Sort, find};
use tacit_catalogue::{Category, Kind, Listing, MediaType, Tag};
use tacit_values::{Money, Persona};

/// Arguments of `search`.
#[derive(Debug, Clone, Args)]
pub struct SearchArgs {
    /// Words that must all be there; the last letters of a word may be missing.
    pub words: Vec<String>,
    /// On this shelf.
    #[arg(long)]
    pub category: Option<Category>,
    /// With this tag; may be said several times.
    #[arg(long = "tag")]
    pub tags: Vec<Tag>,
    /// At this price or above.
    #[arg(long, value_parser = amount)]
    pub price_from: Option<Money>,
    /// At this price or below.
    #[arg(long, value_parser = amount)]
    pub price_to: Option<Money>,
    /// Of this kind; only `file` so far.
    #[arg(long, value_parser = kind)]
    pub kind: Option<Kind>,
    /// Of this media type, for example text/csv.
    #[arg(long)]
    pub media_type: Option<MediaType>,
    /// With a column of this name; may be said several times.
    #[arg(long = "column")]
    pub columns: Vec<String>,
    /// Of this seller, did:key:...
    #[arg(long)]
    pub seller: Option<Persona>,
    /// relevance, newest, price, price-down or title.
    #[arg(long, default_value_t = Sort::Relevance)]
    pub sort: Sort,
    /// Which page.
    #[arg(long, default_value_t = 1)]
    pub page: usize,
    /// Hits on a page, at most 100.
    #[arg(long, default_value_t = 20)]
    pub per_page: usize,
    /// Ask the market instead. It learns what you search, from which address and when.
    #[arg(long)]
    pub remote: bool,
    /// Search what is mirrored already, without asking the market for changes.
    #[arg(long, conflicts_with = "remote")]
    pub offline: bool,
}

fn kind(text: &str) -> Result<Kind, String> {
    if text == Kind::File.code() { Ok(Kind::File) } else { Err("only `file` is sold so far".to_owned()) }
}

struct Answer {
    listings: Vec<Listing>,
    total: u64,
    page: u64,
    pages: u64,
    facets: Facets,
}

/// Searches.
pub async fn run(desk: &OpenDesk, args: &SearchArgs, out: &mut Output) -> Result<(), Refusal> {
    let query = query(args);
    query.check().map_err(|refused| Refusal::usage(refused.to_string(), "Change the search."))?;
    let answer = if args.remote {
        out.remark("The market is asked: it learns these words, your network address and the time.");
        let view = desk.market().singly()?.search(&query).await?;
        let (total, page, pages, facets) = (view.total, view.page, view.pages, view.facets);
        Answer { listings: view.listings, total, page, pages, facets }
    } else {
        if !args.offline {
            follow_if_reachable(desk, out).await?;
        }
        let catalogue = desk.mirror().catalogue().await?;
        let found = find(&query, catalogue.listings());
        Answer {
            listings: found.hits.iter().map(|hit| hit.listing.clone()).collect(),
            total: found.total as u64,
            page: found.page as u64,
            pages: found.pages as u64,
            facets: found.facets,
        }
    };
    let document = json!({
        "listings": answer.listings.iter().map(short).collect::<Vec<Value>>(),
        "total": answer.total,
        "page": answer.page,
        "pages": answer.pages,
        "facets": answer.facets,
        "searched": if args.remote { "at the market" } else { "on this machine" },
    });
    out.tell(&document, &page_of(&answer, args.remote));
    Ok(())
}

/// Brings the mirrored catalogue up to date; a market that does not answer is a remark, not a refusal.
pub(super) async fn follow_if_reachable(desk: &OpenDesk, out: &mut Output) -> Result<(), Refusal> {
    match desk.mirror().follow_catalogue().await {
        Ok(_) => Ok(()),
        Err(refusal) if refusal.code == "market-unreachable" => {
            out.remark(&format!("{}; looking at what is mirrored already.", refusal.sentence));
            Ok(())
        }
        Err(refusal) => Err(refusal),
    }
}

fn query(args: &SearchArgs) -> Query {
    Query {
        text: args.words.join(" "),
        category: args.category,
        tags: args.tags.clone(),
        price_from: args.price_from,
        price_to: args.price_to,
        kind: args.kind,
        media_type: args.media_type.clone(),
        columns: args.columns.clone(),
        seller: args.seller,
        sort: args.sort,
        page: args.page,
        per_page: args.per_page,
    }
}

fn short(listing: &Listing) -> Value {
    json!({
        "id": listing.id,
        "version": listing.version,
        "title": listing.title,
        "price": listing.price.money().to_string(),
        "currency": listing.price.money().currency(),
        "category": listing.category,
        "tags": listing.tags,
        "kind": listing.kind,
        "media_type": listing.media_type,
        "licence": listing.licence,
        "rows": listing.rows,
        "bytes": listing.bytes,
        "seller": listing.seller,
        "at": listing.at,
    })
}

fn page_of(answer: &Answer, remote: bool) -> String {
    if answer.total == 0 {
        let who = if remote { "" } else { " Searched on this machine: nobody learned what you looked for." };
        return format!("Nothing for sale answers this search. Try fewer words or filters.{who}");
    }
    let mut text = String::new();
    for listing in &answer.listings {
        let price = listing.price.money();
        let size = if listing.rows > 0 {
            format!("{} rows", listing.rows)
        } else {
            format!("{} bytes", listing.bytes)
        };
        text.push_str(&format!(
            "{}  {:>10} {}  {}\n    {} | {} | {size} | {}\n",
            listing.id,
            price.to_string(),
            price.currency(),
            listing.title,
            listing.category,
            listing.media_type,
            listing.licence,
        ));
    }
    let facet = |name: &str, counts: &[tacit_catalogue::search::FacetCount]| {
        let some: Vec<String> =
            counts.iter().take(6).map(|one| format!("{} ({})", one.value, one.count)).collect();
        if some.is_empty() { String::new() } else { format!("  {name}: {}\n", some.join(", ")) }
    };
    text.push_str(&format!("{} found, page {} of {}\n", answer.total, answer.page, answer.pages));
    text.push_str(&facet("categories", &answer.facets.categories));
    text.push_str(&facet("tags", &answer.facets.tags));
    text.push_str(&facet("columns", &answer.facets.columns));
    let bands: Vec<String> = answer.facets.prices.iter().map(band_in_words).collect();
    if !bands.is_empty() {
        text.push_str(&format!("  prices: {}\n", bands.join(", ")));
    }
    text.push_str(&facet("kinds", &answer.facets.kinds));
    text.push_str(&facet("formats", &answer.facets.media_types));
    if !remote {
        text.push_str("Searched on this machine: nobody learned what you looked for.\n");
    }
    text
}

/// `10 to 100 (3)`, `from 10000 (1)`.
fn band_in_words(band: &PriceBand) -> String {
    let PriceBand { from, below, count } = band;
    match below {
        Some(below) => format!("{from} to {below} ({count})"),
        None => format!("from {from} ({count})"),
    }
}
