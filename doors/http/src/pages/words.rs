//! Every sentence of the pages in one place, plain and ready to be translated. Templates hold none.

mod about;
mod offer;

pub(super) use about::*;
pub(super) use offer::*;

use tacit_catalogue::search::Sort;

pub(super) const NAME: &str = "Tacit";
pub(super) const PICTURE: &str = "The mark of Tacit: a market for data with private sales and public proof";
pub(super) const SITE: &str = "Tacit: a market for data with private sales and public proof";
pub(super) const SKIP: &str = "Skip to the content";
pub(super) const MAIN_NAVIGATION: &str = "Main";
pub(super) const NAVIGATION: &[(&str, &str)] = &[
    ("/search", "Catalogue"),
    ("/market", "The market"),
    ("/log", "The log"),
    ("/privacy", "Who sees what"),
    ("/help", "Help"),
];
pub(super) const DEMO: &str = "This market runs for a demonstration: its epochs last a second and its delays are short. Nothing here is for keeps.";
pub(super) const FOOT_MONEY: &str = "Prices are in tUSD, a test currency that is worth nothing.";
pub(super) const FOOT_READING: &str = "These pages set no cookie and call nobody else, but this market's server sees which of them you ask for. A desk \
     mirrors the whole catalogue and searches it at home: then nobody learns what you look for.";
pub(super) const FOOT_MORE: &str = "Who sees what";
pub(super) const FOOT_FEED: &str = "Newest listings (Atom)";
pub(super) const FOOT_DCAT: &str = "Catalogue (DCAT-AP)";
pub(super) const FOOT_API: &str = "API";
pub(super) const FOOT_MACHINES: &str = "For machines";
pub(super) const VERSION: &str = "tacit";

pub(super) const SEARCH: &str = "Search";
pub(super) const SEARCH_LABEL: &str = "Search the catalogue";
pub(super) const SEARCH_HINT: &str = "flights, weather…";

pub(super) const HOME_DESCRIPTION: &str =
    "Buy and sell data: the sale stays between the two sides, and anybody can check that it was honest.";
pub(super) const HOME_HEADING: &str = "Data for sale. The sale is private, the proof is public.";
pub(super) const HOME_LEAD: &str = "Find a dataset, look at rows that nobody could choose, pay from a private wallet, and hold a receipt that anybody can \
     verify and nobody can read without your leave.";
pub(super) const HOME_TEST: &str = "This market trades in a test currency, tUSD. It is worth nothing.";
pub(super) const HOME_NEWEST: &str = "New in the catalogue";
pub(super) const HOME_ALL: &str = "See all listings";
pub(super) const HOME_SHELVES: &str = "By subject";
pub(super) const HOME_EMPTY: &str = "Nothing is for sale here yet.";
pub(super) const HOME_EMPTY_NEXT: &str =
    "Be the first: one command lists a file. Its rows stay on your machine until somebody buys them.";
pub(super) const HOME_BUY: &str = "Buy";
pub(super) const HOME_BUY_WORDS: &str = "Make a desk once. It mirrors the catalogue, searches at home, checks the sample, pays, and checks every row of what it \
     receives.";
pub(super) const HOME_BUY_MORE: &str = "How to buy";
pub(super) const HOME_SELL: &str = "Sell";
pub(super) const HOME_SELL_WORDS: &str = "Your file is sealed on your machine. You never see who buys, and the key leaves your desk only for an order that was paid.";
pub(super) const HOME_SELL_MORE: &str = "How to sell";

pub(super) const SEARCH_TITLE: &str = "Catalogue";
pub(super) const SEARCH_FOUND: &str = "Results";
pub(super) const SEARCH_DESCRIPTION: &str =
    "All data for sale: search by words, subject, price, format and columns.";
pub(super) const SEARCH_EVERY_SUBJECT: &str = "Every subject";
pub(super) const SEARCH_ORDER: &str = "Order";
pub(super) const SEARCH_APPLY: &str = "Apply";
pub(super) const SEARCH_CHOSEN: &str = "Filters in force";
pub(super) const SEARCH_REMOVE: &str = "remove";
pub(super) const SEARCH_CLEAR: &str = "Remove all filters";
pub(super) const SEARCH_NARROW: &str = "Narrow the results";
pub(super) const SEARCH_NONE: &str = "No listing fits this search.";
pub(super) const SEARCH_NONE_NEXT: &str = "Try fewer or shorter words: the beginning of a word is enough. Or remove a filter, or look at everything.";
pub(super) const SEARCH_PRIVATE: &str =
    "Searching here tells this market's server what you look for. The private way:";
pub(super) const COMMAND_SEARCH: &str = "tacit search WORDS";
pub(super) const FACET_CATEGORY: &str = "Subject";
pub(super) const FACET_FORMAT: &str = "Format";
pub(super) const FACET_PRICE: &str = "Price";
pub(super) const FACET_TAG: &str = "Tag";
pub(super) const FACET_COLUMN: &str = "Column";
pub(super) const FACET_KIND: &str = "Kind";
pub(super) const FACET_SELLER: &str = "Seller";
pub(super) const PRICE_FROM: &str = "Price from";
pub(super) const PRICE_TO: &str = "Price to";
pub(super) const PAGES: &str = "Pages";
pub(super) const PREVIOUS: &str = "Previous";
pub(super) const NEXT: &str = "Next";

pub(super) fn order(sort: Sort) -> &'static str {
    match sort {
        Sort::Relevance => "Best fit",
        Sort::Newest => "Newest",
        Sort::CheapestFirst => "Lowest price",
        Sort::DearestFirst => "Highest price",
        Sort::Title => "Title",
    }
}

pub(super) fn listings(count: usize) -> String {
    match count {
        1 => "1 listing".to_owned(),
        count => format!("{} listings", super::written::thousands(count as u64)),
    }
}

pub(super) fn rows(count: &str) -> String {
    if count == "1" { "1 row".to_owned() } else { format!("{count} rows") }
}

pub(super) fn page_of(page: usize, pages: usize) -> String {
    format!("Page {page} of {pages}")
}

pub(super) fn price_between(from: &str, below: &str) -> String {
    format!("{from} to {below}")
}

pub(super) fn price_above(from: &str) -> String {
    format!("{from} and more")
}

pub(super) fn bad_search(name: &str) -> String {
    match name {
        "price_from" | "price_to" => "a price is written as digits, such as 20 or 19.99".to_owned(),
        name => format!("the search has a field `{name}` that cannot be read"),
    }
}

/// Heading and next step of a refusal.
pub(super) fn refusal(status: u16) -> (&'static str, &'static str) {
    match status {
        404 => (
            "Nothing is here",
            "The address may be mistyped, or what stood here was never published. Search the catalogue, or begin at the \
             first page.",
        ),
        405 => ("This page can only be read", "Open it without sending anything."),
        410 => ("No longer for sale", "Search for something similar."),
        422 => ("This request cannot be read", "Go back, correct the field and send it again."),
        429 => ("Too many requests", "Wait a moment, then load the page again. Nothing was lost."),
        500 => (
            "The market made a mistake",
            "Load the page again. If it stays, tell the operator; no money and no order is affected by reading a page.",
        ),
        503 => (
            "The market is busy",
            "Load the page again in a few seconds. Orders and payments under way are kept and go on by themselves.",
        ),
        _ => ("This did not work", "Load the page again, or begin at the first page."),
    }
}

pub(super) const ERROR_MONEY: &str = "No money is concerned: these pages take none.";
pub(super) const ERROR_HOME: &str = "First page";
pub(super) const ERROR_SEARCH: &str = "Search the catalogue";

pub(super) const SELLER_DESCRIPTION: &str = "What this seller offers, and the public record in ranges.";
pub(super) const SELLER_KEY: &str = "The seller's key";
pub(super) const SELLER_KEY_WORDS: &str = "A seller here is a key. The name behind it, if there is one, is not known to this market. Compare the whole key when it \
     matters.";
pub(super) const SELLER_RECORD: &str = "Public record";
pub(super) const SELLER_SOLD: &str = "Sales";
pub(super) const SELLER_SOLD_WORDS: &str = "In a range that changes late, and only of listings whose seller lets counts be shown: no figure here is a clock of sales.";
pub(super) const SELLER_LISTINGS: &str = "For sale";
pub(super) const SELLER_NOTHING: &str = "This key has nothing for sale now.";
pub(super) const SELLER_MORE: &str = "More listings of this seller";

pub(super) fn seller_title(short: &str) -> String {
    format!("Seller {short}")
}
