//! The shelf answers what the plain search answers, whatever was put on it and taken off before.

use super::*;
use crate::search::{Sort, find};
use crate::testing::{goods, listing};
use crate::{Column, ListingState, Price};
use proptest::prelude::*;

const TITLES: [&str; 6] = [
    "Delays at JFK",
    "delay by carrier",
    "Weather of New York",
    "Planes",
    "Übergröße der Flotte",
    "Delays in delay",
];
const TAGS: [&str; 4] = ["delay", "jfk", "weather", "planes"];
const COLUMNS: [&str; 5] = ["dep_delay", "Dep Delay", "carrier", "origin", "wind_speed"];
const TEXTS: [&str; 9] =
    ["", "delay", "del", "d", "delay jfk", "übergröße", "transport", "nothing", "wind o"];

fn arb_listing() -> impl Strategy<Value = Listing> {
    let words = (
        0..6usize,
        prop::collection::btree_set(0..4usize, 0..4),
        prop::collection::btree_set(0..5usize, 0..5),
    );
    let terms = (0..6u64, 0..Category::ALL.len(), 0..3u64, 0..2u8, any::<bool>());
    (0..24u8, words, terms).prop_map(
        |(number, (title, tags, columns), (price, category, at, seller, live))| {
            let mut made = listing(number);
            made.title = TITLES[title].parse().unwrap();
            made.tags = tags.into_iter().map(|tag| TAGS[tag].parse().unwrap()).collect();
            let column =
                |name: usize| Column { name: COLUMNS[name].to_owned(), ..goods().columns[0].clone() };
            made.columns = columns.into_iter().map(column).collect();
            let price =
                Money::from_micros([1, 2, 9, 20, 500, 20_000][price as usize] * 1_000_000, Currency::TestUsd);
            made.price = Price::new(price.unwrap()).unwrap();
            made.category = Category::ALL[category];
            made.at = Timestamp::from_secs(1_795_176_000 + at);
            made.seller = tacit_values::PersonaKey::from_seed(&[seller; 32]).persona();
            made.state = if live { ListingState::Live } else { ListingState::Paused };
            made
        },
    )
}

fn arb_query() -> impl Strategy<Value = Query> {
    let texts = prop_oneof![
        6 => prop::sample::select(&TEXTS[..]).prop_map(str::to_owned),
        1 => (0..30u8).prop_map(|number| listing(number).id.to_string()),
    ];
    let words = (texts, prop::option::of(0..4usize), prop::option::of(0..5usize));
    let terms =
        (prop::option::of(0..Category::ALL.len()), prop::option::of(0..30u64), prop::option::of(0..2u8));
    (words, terms, 0..Sort::ALL.len(), 0..4usize, 0..6usize).prop_map(
        |((text, tag, column), (category, price, seller), sort, page, per_page)| Query {
            text,
            category: category.map(|place| Category::ALL[place]),
            tags: tag.into_iter().map(|tag| TAGS[tag].parse().unwrap()).collect(),
            price_from: price.map(|units| Money::from_micros(units * 1_000_000, Currency::TestUsd).unwrap()),
            columns: column.into_iter().map(|column| COLUMNS[column].to_owned()).collect(),
            seller: seller.map(|seed| tacit_values::PersonaKey::from_seed(&[seed; 32]).persona()),
            sort: Sort::ALL[sort],
            page,
            per_page,
            ..Query::default()
        },
    )
}

proptest! {
    #[test]
    fn a_shelf_answers_like_the_plain_search(
        puts in prop::collection::vec(arb_listing(), 0..60),
        queries in prop::collection::vec(arb_query(), 1..12),
    ) {
        let mut shelf = Shelf::default();
        let mut newest: BTreeMap<ListingId, Listing> = BTreeMap::new();
        for mut put in puts {
            put.version = newest.get(&put.id).map_or(1, |before| before.version + 1);
            shelf.put(&put);
            newest.insert(put.id, put);
        }
        prop_assert_eq!(shelf.len(), newest.values().filter(|listing| listing.is_for_sale()).count());
        for query in queries {
            let (by_shelf, plain) = (shelf.find(&query), find(&query, newest.values()));
            let ids: Vec<ListingId> = plain.hits.iter().map(|hit| hit.listing.id).collect();
            prop_assert_eq!(by_shelf, ShelfFound {
                ids, total: plain.total, page: plain.page, pages: plain.pages, facets: plain.facets,
            });
        }
    }
}

#[test]
fn a_version_that_comes_late_does_not_bring_back_what_was_retired() {
    let mut shelf = Shelf::default();
    let first = listing(1);
    let retired = Listing { version: 2, state: ListingState::Retired, ..first.clone() };
    shelf.put(&retired);
    shelf.put(&first);
    assert!(shelf.is_empty());
}

#[test]
fn an_emptied_shelf_keeps_no_words() {
    let mut shelf = Shelf::default();
    let first = listing(1);
    shelf.put(&first);
    shelf.put(&Listing { version: 2, state: ListingState::Paused, ..first });
    assert_eq!(shelf.words.score(&["planes".to_owned()], 1), []);
    assert_eq!((shelf.tags.find("aviation"), shelf.columns.find("year"), shelf.sellers()), (None, None, 0));
}
