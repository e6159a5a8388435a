//! The promises of a desk's store, each with its case; every engine runs [`every_promise`] on an empty store.

use super::{
    DeskStore, Guard, PublicPage, PublicShelf, RecordBatch, RecordChange, RecordPlace, SealedRecord,
    ShelfTag, Written,
};

/// Runs the whole suite on an empty store.
pub async fn every_promise(store: &dyn DeskStore) {
    an_empty_store_has_nothing(store).await;
    a_record_comes_back_as_it_was_put(store).await;
    a_shelf_lists_its_own_records_in_key_order(store).await;
    everything_is_found_for_a_backup(store).await;
    a_stale_guard_stops_the_whole_batch(store).await;
    a_version_never_comes_twice(store).await;
    of_two_terminals_one_wins(store).await;
    pages_come_back_in_order(store).await;
    a_kept_page_replaces_the_one_before(store).await;
    the_newest_of_every_series_is_found(store).await;
    a_forgotten_shelf_is_empty_and_the_others_stay(store).await;
}

fn place(shelf: u8, key: u8) -> RecordPlace {
    RecordPlace { shelf: ShelfTag([shelf; 16]), key: [key; 32] }
}

fn put(place: RecordPlace, sealed: &[u8]) -> RecordChange {
    RecordChange::Put { place, sealed: sealed.to_vec() }
}

async fn write(store: &dyn DeskStore, guards: Vec<Guard>, changes: Vec<RecordChange>) -> Written {
    store.write(RecordBatch { guards, changes }).await.expect("a healthy store writes")
}

async fn read(store: &dyn DeskStore, place: RecordPlace) -> Option<SealedRecord> {
    store.record(place).await.expect("a healthy store reads")
}

async fn an_empty_store_has_nothing(store: &dyn DeskStore) {
    assert_eq!(read(store, place(0, 0)).await, None);
    assert_eq!(store.shelf(ShelfTag([0; 16])).await.expect("reads"), Vec::new());
    for shelf in PublicShelf::ALL {
        assert_eq!(store.newest(shelf).await.expect("reads"), Vec::new());
    }
}

async fn a_record_comes_back_as_it_was_put(store: &dyn DeskStore) {
    let long = vec![0xa5; 200_000];
    assert_eq!(
        write(store, vec![], vec![put(place(1, 1), &long), put(place(1, 2), b"")]).await,
        Written::Done
    );
    assert_eq!(read(store, place(1, 1)).await.expect("it was put").sealed, long);
    assert_eq!(read(store, place(1, 2)).await.expect("it was put").sealed, b"");
    let removed =
        vec![RecordChange::Remove { place: place(1, 1) }, RecordChange::Remove { place: place(1, 9) }];
    assert_eq!(write(store, vec![], removed).await, Written::Done);
    assert_eq!(read(store, place(1, 1)).await, None);
}

async fn a_shelf_lists_its_own_records_in_key_order(store: &dyn DeskStore) {
    let changes = vec![put(place(2, 9), b"nine"), put(place(3, 1), b"foreign"), put(place(2, 4), b"four")];
    assert_eq!(write(store, vec![], changes).await, Written::Done);
    let shelf = store.shelf(ShelfTag([2; 16])).await.expect("reads");
    let values: Vec<&[u8]> = shelf.iter().map(|record| record.sealed.as_slice()).collect();
    assert_eq!(values, [b"four".as_slice(), b"nine"]);
}

async fn everything_is_found_for_a_backup(store: &dyn DeskStore) {
    let everything = store.everything().await.expect("reads");
    for wanted in [place(1, 2), place(2, 4), place(2, 9), place(3, 1)] {
        assert_eq!(everything.iter().filter(|record| record.place == wanted).count(), 1);
    }
}

async fn a_stale_guard_stops_the_whole_batch(store: &dyn DeskStore) {
    let absent = Guard { place: place(4, 1), version: None };
    assert_eq!(write(store, vec![absent], vec![put(place(4, 1), b"first")]).await, Written::Done);
    let late = vec![put(place(4, 2), b"beside"), put(place(4, 1), b"second")];
    assert_eq!(write(store, vec![absent], late.clone()).await, Written::Stale);
    assert_eq!(read(store, place(4, 2)).await, None);
    let version = read(store, place(4, 1)).await.map(|record| record.version);
    let seen = Guard { place: place(4, 1), version };
    assert_eq!(write(store, vec![seen], late.clone()).await, Written::Done);
    assert_eq!(write(store, vec![seen], late).await, Written::Stale);
}

async fn a_version_never_comes_twice(store: &dyn DeskStore) {
    let mut seen = Vec::new();
    for _ in 0..3 {
        assert_eq!(write(store, vec![], vec![put(place(5, 1), b"again")]).await, Written::Done);
        seen.push(read(store, place(5, 1)).await.expect("it was put").version);
        assert_eq!(
            write(store, vec![], vec![RecordChange::Remove { place: place(5, 1) }]).await,
            Written::Done
        );
    }
    assert!(seen[0] < seen[1] && seen[1] < seen[2], "versions rise even across removal: {seen:?}");
}

async fn of_two_terminals_one_wins(store: &dyn DeskStore) {
    let guard = Guard { place: place(6, 1), version: None };
    let one = store.write(RecordBatch { guards: vec![guard], changes: vec![put(place(6, 1), b"one")] });
    let two = store.write(RecordBatch { guards: vec![guard], changes: vec![put(place(6, 1), b"two")] });
    let (one, two) = tokio::join!(one, two);
    let outcomes = [one.expect("writes"), two.expect("writes")];
    assert_eq!(outcomes.iter().filter(|outcome| **outcome == Written::Done).count(), 1);
}

fn page(series: &str, number: u64, bytes: &[u8]) -> PublicPage {
    PublicPage { shelf: PublicShelf::Epochs, series: series.to_owned(), number, bytes: bytes.to_vec() }
}

async fn pages_come_back_in_order(store: &dyn DeskStore) {
    let pages = vec![
        page("pool", 7, b"seven"),
        page("pool", 300, b"late"),
        page("pool", 2, b"two"),
        page("q", 5, b"q"),
    ];
    store.keep(pages).await.expect("keeps");
    let found = store.pages(PublicShelf::Epochs, "pool", 3, 10).await.expect("reads");
    assert_eq!(found.iter().map(|page| page.number).collect::<Vec<_>>(), [7, 300]);
    assert_eq!(store.pages(PublicShelf::Epochs, "pool", 0, 2).await.expect("reads").len(), 2);
    let two = store.page(PublicShelf::Epochs, "pool", 2).await.expect("reads");
    assert_eq!(two, Some(page("pool", 2, b"two")));
    assert_eq!(store.page(PublicShelf::Listings, "pool", 2).await.expect("reads"), None);
}

async fn a_kept_page_replaces_the_one_before(store: &dyn DeskStore) {
    store.keep(vec![page("pool", 2, b"two, longer")]).await.expect("keeps");
    let two = store.page(PublicShelf::Epochs, "pool", 2).await.expect("reads").expect("is there");
    assert_eq!(two.bytes, b"two, longer");
}

async fn the_newest_of_every_series_is_found(store: &dyn DeskStore) {
    let newest = store.newest(PublicShelf::Epochs).await.expect("reads");
    let found: Vec<(&str, u64)> = newest.iter().map(|page| (page.series.as_str(), page.number)).collect();
    assert_eq!(found, [("pool", 300), ("q", 5)]);
}

async fn a_forgotten_shelf_is_empty_and_the_others_stay(store: &dyn DeskStore) {
    let stays =
        PublicPage { shelf: PublicShelf::Market, series: String::new(), number: 0, bytes: b"me".to_vec() };
    store.keep(vec![stays.clone()]).await.expect("keeps");
    store.forget(PublicShelf::Epochs).await.expect("forgets");
    assert_eq!(store.newest(PublicShelf::Epochs).await.expect("reads"), Vec::new());
    assert_eq!(store.newest(PublicShelf::Market).await.expect("reads"), vec![stays]);
}
