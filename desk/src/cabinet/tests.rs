//! What lies in the cabinet comes back to its owner and to nobody else.

use super::*;
use tacit_ports::chance::CountedChance;
use tacit_ports::desk::{DeskRecords, MemoryDesk};

const ORDERS: Drawer = Drawer("orders");

fn cabinet(store: &Arc<MemoryDesk>, key: u8) -> Cabinet {
    let chance = Arc::new(CountedChance::of(u64::from(key)));
    Cabinet::open(store.clone(), chance, &Zeroizing::new([key; 32]))
}

#[tokio::test]
async fn a_record_comes_back_with_its_name() {
    let store = Arc::new(MemoryDesk::empty());
    let cabinet = cabinet(&store, 1);
    cabinet.put(ORDERS, "b", &vec![1, 2]).await.unwrap();
    cabinet.put(ORDERS, "a", &vec![3]).await.unwrap();
    let all: Vec<Kept<Vec<u8>>> = cabinet.list(ORDERS).await.unwrap();
    assert_eq!(
        all.iter().map(|kept| (kept.name.as_str(), kept.value.clone())).collect::<Vec<_>>(),
        [("a", vec![3]), ("b", vec![1, 2])]
    );
    cabinet.remove(ORDERS, "a").await.unwrap();
    assert_eq!(cabinet.get::<Vec<u8>>(ORDERS, "a").await.unwrap(), None);
}

#[tokio::test]
async fn the_store_holds_neither_names_nor_values() {
    let store = Arc::new(MemoryDesk::empty());
    let cabinet = cabinet(&store, 1);
    cabinet.put(ORDERS, "ord_distinctive", &"a distinctive value").await.unwrap();
    let records = store.shelf(cabinet.shelf(ORDERS)).await.unwrap();
    let text = format!("{:?}", String::from_utf8_lossy(&records[0].sealed));
    assert!(!text.contains("distinctive"));
}

#[tokio::test]
async fn another_desks_key_finds_nothing_and_opens_nothing() {
    let store = Arc::new(MemoryDesk::empty());
    let owner = cabinet(&store, 1);
    let other = cabinet(&store, 2);
    owner.put(ORDERS, "x", &1).await.unwrap();
    assert_eq!(other.get::<u8>(ORDERS, "x").await.unwrap(), None);
    let record = store.shelf(owner.shelf(ORDERS)).await.unwrap().remove(0);
    assert!(matches!(other.unseal(record), Err(DeskStoreFailed::Damaged { .. })));
}

#[tokio::test]
async fn a_record_moved_into_anothers_place_does_not_open() {
    let store = Arc::new(MemoryDesk::empty());
    let cabinet = cabinet(&store, 1);
    cabinet.put(ORDERS, "mine", &1).await.unwrap();
    let stolen = store.shelf(cabinet.shelf(ORDERS)).await.unwrap().remove(0).sealed;
    let place = cabinet.place(ORDERS, "other");
    let batch = RecordBatch { guards: vec![], changes: vec![RecordChange::Put { place, sealed: stolen }] };
    assert_eq!(store.write(batch).await.unwrap(), Written::Done);
    assert!(matches!(cabinet.get::<u8>(ORDERS, "other").await, Err(DeskStoreFailed::Damaged { .. })));
}

#[tokio::test]
async fn of_two_changes_from_one_reading_the_second_is_stale() {
    let store = Arc::new(MemoryDesk::empty());
    let cabinet = cabinet(&store, 1);
    cabinet.put(ORDERS, "x", &1).await.unwrap();
    let read: Kept<u8> = cabinet.get(ORDERS, "x").await.unwrap().unwrap();
    for expected in [Written::Done, Written::Stale] {
        let mut change = cabinet.change();
        change.guard(ORDERS, "x", Some(read.version));
        change.put(ORDERS, "x", &(read.value + 1));
        assert_eq!(cabinet.write(change).await.unwrap(), expected);
    }
}
