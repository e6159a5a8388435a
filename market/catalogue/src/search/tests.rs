//! Searches as people make them, over a shelf of listings.

use super::*;
use crate::testing::listing;
use crate::{Category, Column, ListingState, Price};
use proptest::prelude::*;
use tacit_values::{Currency, Money, Timestamp};

fn tusd(text: &str) -> Money {
    Money::parse(text, Currency::TestUsd).unwrap()
}

fn shelf() -> Vec<Listing> {
    let mut planes = listing(1);
    planes.title = "Planes registered in 2013".parse().unwrap();
    let mut flights = listing(2);
    flights.title = "Flights out of New York".parse().unwrap();
    flights.summary = "Delays of planes and their carriers.".parse().unwrap();
    flights.tags = vec!["aviation".parse().unwrap(), "delay".parse().unwrap()];
    flights.price = Price::new(tusd("150")).unwrap();
    flights.media_type = "application/vnd.apache.parquet".parse().unwrap();
    let delay = Column { name: "dep_delay".into(), cells: "integer".into(), nullable: true, redacted: false };
    flights.columns = vec![delay];
    flights.at = Timestamp::from_secs(1_795_200_000);
    let mut weather = listing(3);
    weather.title = "Weather of 2013".parse().unwrap();
    weather.summary = "".parse().unwrap();
    weather.category = Category::Weather;
    weather.tags = Vec::new();
    let mut withdrawn = listing(4);
    withdrawn.state = ListingState::Paused;
    vec![planes, flights, weather, withdrawn]
}

fn titles(query: &Query) -> Vec<String> {
    let shelf = shelf();
    find(query, &shelf).hits.iter().map(|hit| hit.listing.title.to_string()).collect()
}

#[test]
fn the_empty_query_finds_all_that_is_for_sale_and_nothing_that_is_not() {
    let shelf = shelf();
    let found = find(&Query::default(), &shelf);
    assert_eq!((found.total, found.pages, found.page), (3, 1, 1));
    assert!(found.hits.iter().all(|hit| hit.listing.is_for_sale()));
}

#[test]
fn a_word_in_the_title_comes_before_the_same_word_in_the_abstract() {
    assert_eq!(titles(&Query::words("PLANES")), ["Planes registered in 2013", "Flights out of New York"]);
}

#[test]
fn all_words_must_be_there_and_their_ends_may_be_missing() {
    assert_eq!(titles(&Query::words("fli york")), ["Flights out of New York"]);
    assert!(titles(&Query::words("flights boats")).is_empty());
}

#[test]
fn a_listing_is_found_by_its_id_and_no_other_is() {
    let [planes, .., withdrawn] = &shelf()[..] else { panic!("the shelf has listings") };
    for text in [planes.id.to_string(), format!(" {} ", planes.id.to_string().to_uppercase())] {
        assert_eq!(titles(&Query::words(&text)), ["Planes registered in 2013"]);
    }
    let elsewhere = Query { category: Some(Category::Weather), ..Query::words(&planes.id.to_string()) };
    assert!(titles(&elsewhere).is_empty());
    assert!(titles(&Query::words(&withdrawn.id.to_string())).is_empty());
}

#[test]
fn each_filter_narrows_the_answer() {
    let flights = ["Flights out of New York"];
    let by = |query: Query| titles(&query);
    assert_eq!(by(Query { category: Some(Category::Weather), ..Query::default() }), ["Weather of 2013"]);
    assert_eq!(by(Query { tags: vec!["delay".parse().unwrap()], ..Query::default() }), flights);
    assert_eq!(by(Query { price_from: Some(tusd("100")), ..Query::default() }), flights);
    assert_eq!(by(Query { price_to: Some(tusd("2")), ..Query::default() }), ["Planes registered in 2013"]);
    assert_eq!(by(Query { columns: vec!["DEP_DELAY".into()], ..Query::default() }), flights);
    assert_eq!(by(Query { columns: vec!["delay".into()], ..Query::default() }), [""; 0]);
    let parquet = "application/vnd.apache.parquet".parse().unwrap();
    assert_eq!(by(Query { media_type: Some(parquet), ..Query::default() }), flights);
    assert_eq!(by(Query { kind: Some(Kind::File), ..Query::default() }).len(), 3);
}

#[test]
fn listings_are_sorted_by_what_was_asked() {
    let first = |sort| titles(&Query { sort, ..Query::default() })[0].clone();
    assert_eq!(first(Sort::Newest), "Flights out of New York");
    assert_eq!(first(Sort::CheapestFirst), "Planes registered in 2013");
    assert_eq!(first(Sort::DearestFirst), "Flights out of New York");
    assert_eq!(first(Sort::Title), "Flights out of New York");
    for sort in Sort::ALL {
        assert_eq!(sort.code().parse(), Ok(sort));
    }
}

#[test]
fn facets_count_the_whole_answer_and_not_only_the_page() {
    let shelf = shelf();
    let found = find(&Query { per_page: 1, page: 2, ..Query::default() }, &shelf);
    assert_eq!((found.hits.len(), found.total, found.pages), (1, 3, 3));
    let facets = found.facets;
    assert_eq!(facets.categories[0], FacetCount { value: "transport".into(), count: 2 });
    assert_eq!(facets.tags[0], FacetCount { value: "aviation".into(), count: 2 });
    assert_eq!(facets.columns[0].count, 2);
    assert_eq!(facets.prices.len(), 2);
    assert_eq!(facets.prices[1].from, tusd("100"));
}

#[test]
fn a_page_past_the_end_is_empty_and_says_how_many_there_are() {
    let shelf = shelf();
    let found = find(&Query { page: usize::MAX, ..Query::default() }, &shelf);
    assert!(found.hits.is_empty());
    assert_eq!(found.pages, 1);
}

#[test]
fn a_query_that_costs_too_much_is_refused() {
    assert_eq!(Query::words(&"x".repeat(501)).check(), Err(NotAQuery::TextTooLong));
    assert_eq!(Query { per_page: 101, ..Query::default() }.check(), Err(NotAQuery::PageTooLong));
    let columns = vec!["a".to_owned(); 17];
    assert_eq!(Query { columns, ..Query::default() }.check(), Err(NotAQuery::TooManyFilters));
    assert_eq!(Query::words("delay").check(), Ok(()));
}

proptest! {
    #[test]
    fn leaving_out_listings_that_lack_a_word_changes_nothing(text in "(planes|fli|2013|york|del| ){0,5}") {
        let shelf = shelf();
        let query = Query::words(&text);
        let holds = |listing: &&Listing| {
            let all = serde_json::to_string(listing).unwrap();
            query.wanted().iter().all(|word| tokens(&all).iter().any(|token| token.starts_with(word.as_str())))
        };
        prop_assert_eq!(find(&query, &shelf), find(&query, shelf.iter().filter(holds)));
    }

    #[test]
    fn the_order_does_not_depend_on_the_order_in_which_listings_come(seed in any::<u64>(), text in "(planes|2013|){1}") {
        let shelf = shelf();
        let mut shuffled: Vec<&Listing> = shelf.iter().collect();
        shuffled.sort_by_key(|listing| u64::from(listing.id.bytes()[0]).wrapping_mul(seed | 1));
        let query = Query::words(&text);
        prop_assert_eq!(find(&query, shuffled), find(&query, &shelf));
    }
}
