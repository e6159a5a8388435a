//! The desk's store on SQLite keeps the promises of its port, and more than one terminal may use it.

use super::*;
use tacit_ports::desk::{
    DeskRecords, RecordBatch, RecordChange, RecordPlace, ShelfTag, Written, conformance,
};

#[tokio::test]
async fn sqlite_keeps_every_promise_of_a_desks_store() {
    let folder = tempfile::tempdir().unwrap();
    let desk = SqliteDesk::open(&folder.path().join("desk.db")).await.unwrap();
    conformance::every_promise(&desk).await;
}

#[tokio::test]
async fn two_terminals_see_what_the_other_wrote_and_reopening_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("desk.db");
    let one = SqliteDesk::open(&file).await.unwrap();
    let two = SqliteDesk::open(&file).await.unwrap();
    let place = RecordPlace { shelf: ShelfTag([7; 16]), key: [1; 32] };
    let batch =
        RecordBatch { guards: vec![], changes: vec![RecordChange::Put { place, sealed: b"kept".to_vec() }] };
    assert_eq!(one.write(batch).await.unwrap(), Written::Done);
    assert_eq!(two.record(place).await.unwrap().unwrap().sealed, b"kept");
    one.close().await;
    two.close().await;
    let again = SqliteDesk::open(&file).await.unwrap();
    assert_eq!(again.record(place).await.unwrap().unwrap().sealed, b"kept");
}

#[tokio::test]
async fn a_database_of_a_newer_program_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("desk.db");
    let desk = SqliteDesk::open(&file).await.unwrap();
    sqlx::raw_sql("PRAGMA user_version = 99").execute(&desk.pool).await.unwrap();
    desk.close().await;
    assert!(matches!(SqliteDesk::open(&file).await, Err(DeskStoreFailed::Newer)));
}

#[tokio::test]
async fn a_file_that_is_no_database_is_refused_not_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("desk.db");
    let rubbish = b"this is a letter, not a database. ".repeat(100);
    std::fs::write(&file, &rubbish).unwrap();
    assert!(matches!(SqliteDesk::open(&file).await, Err(DeskStoreFailed::Unavailable(_))));
    assert_eq!(std::fs::read(&file).unwrap(), rubbish);
}
