//! The market's store on both engines: the port's suite, and what only a real database can show.

use super::MarketDb;
use crate::engine::NotOpened;
use crate::place::DatabasePlace;
use crate::testing::TestDatabase;
use tacit_ports::market::testing::conformance;
use tacit_ports::market::{MarketStore as _, StoreFault};
use tacit_values::Timestamp;

fn file_in(folder: &tempfile::TempDir) -> DatabasePlace {
    DatabasePlace::File(folder.path().join("a market?.db"))
}

async fn holds_the_suite_and_survives(place: &DatabasePlace) {
    let market = MarketDb::open(place).await.unwrap();
    conformance::whole_suite(&market).await;
    a_second_market_is_refused_and_a_visitor_is_not(place, &market).await;
    market.close().await;
    assert!(matches!(market.begin().await, Err(StoreFault::Unreachable(_))));
    drop(market);

    let market = MarketDb::open(place).await.unwrap();
    let mut view = market.read().await.unwrap();
    assert_eq!(view.charter().fact("t/origin").await.unwrap().as_deref(), Some(&b"first"[..]));
    drop(view);
    whoever_was_replaced_writes_no_more(&market).await;
}

async fn a_second_market_is_refused_and_a_visitor_is_not(place: &DatabasePlace, first: &MarketDb) {
    let second = MarketDb::open(place).await;
    assert!(matches!(second, Err(NotOpened::InUse { .. })), "{second:?}");
    let sentence = second.unwrap_err().to_string();
    assert!(sentence.contains("stop it first"), "{sentence}");

    let visitor = MarketDb::visit(place).await.unwrap();
    let mut tx = visitor.begin().await.unwrap();
    tx.charter().fix("t/visited", b"yes").await.unwrap();
    tx.commit().await.unwrap();
    let fact = first.begin().await.unwrap().charter().fact("t/visited").await.unwrap();
    assert_eq!(fact.as_deref(), Some(&b"yes"[..]));
}

async fn whoever_was_replaced_writes_no_more(market: &MarketDb) {
    market.begin().await.expect("it holds the lease");
    super::take_over(&market.engine).await.unwrap();
    let refused = market.begin().await.err();
    assert!(matches!(refused, Some(StoreFault::TakenOver)), "{refused:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sqlite_holds_the_suite_and_survives_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    holds_the_suite_and_survives(&file_in(&folder)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgresql_holds_the_suite_and_survives_a_restart() {
    let database = TestDatabase::fresh().await.expect("PostgreSQL 15 is needed for this test");
    holds_the_suite_and_survives(&database.place()).await;
}

#[tokio::test]
async fn an_sqlite_commit_is_on_the_disk_and_what_is_deleted_is_gone() {
    let folder = tempfile::tempdir().unwrap();
    let market = MarketDb::open(&file_in(&folder)).await.unwrap();
    let (mut tx, _) = market.engine.begin().await.unwrap();
    for (pragma, expected) in
        [("PRAGMA synchronous", 2), ("PRAGMA secure_delete", 1), ("PRAGMA foreign_keys", 1)]
    {
        let value: i64 = sqlx::query_scalar(pragma).fetch_one(&mut *tx).await.unwrap();
        assert_eq!(value, expected, "{pragma}");
    }
    let mode: String = sqlx::query_scalar("PRAGMA journal_mode").fetch_one(&mut *tx).await.unwrap();
    assert_eq!(mode, "wal");
}

#[tokio::test]
async fn tables_of_a_newer_version_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let place = file_in(&folder);
    let market = MarketDb::open(&place).await.unwrap();
    let (mut tx, _) = market.engine.begin().await.unwrap();
    let newer = "UPDATE _sqlx_migrations SET version = 999 WHERE version = (SELECT MAX(version) FROM _sqlx_migrations)";
    sqlx::query(newer).execute(&mut *tx).await.unwrap();
    tx.commit().await.unwrap();
    market.close().await;
    drop(market);
    let refused = MarketDb::open(&place).await;
    assert!(matches!(refused, Err(NotOpened::OtherTables { .. })), "{refused:?}");
}

#[tokio::test]
async fn an_unreachable_database_is_named_without_its_password() {
    let place: DatabasePlace = "postgres://me:secret@localhost/x?host=/nonexistent".parse().unwrap();
    let refused = MarketDb::open(&place).await.unwrap_err();
    assert!(refused.to_string().contains("postgres://localhost/x"), "{refused}");
    assert!(!format!("{refused:?} {refused}").contains("secret"), "{refused:?}");
    let folder = tempfile::tempdir().unwrap();
    let refused = MarketDb::open(&DatabasePlace::File(folder.path().join("no/such/folder.db"))).await;
    assert!(matches!(refused, Err(NotOpened::Unreachable { .. })));
}

#[tokio::test]
async fn a_row_that_was_spoilt_is_named_by_its_table() {
    let folder = tempfile::tempdir().unwrap();
    let market = MarketDb::open(&file_in(&folder)).await.unwrap();
    let (mut tx, _) = market.engine.begin().await.unwrap();
    sqlx::query("INSERT INTO uploads VALUES ('upl_nonsense', 'x', $1, 1, 1, 0)")
        .bind(vec![0u8; 32])
        .execute(&mut *tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let mut tx = market.begin().await.unwrap();
    let found = tx.retention().drop_uploads(Timestamp::from_secs(99), 1).await;
    assert!(matches!(found, Err(StoreFault::Damaged { table: "uploads" })), "{found:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sqlite_finds_one_listing_without_looking_through_all() {
    let folder = tempfile::tempdir().unwrap();
    let market = MarketDb::open(&file_in(&folder)).await.unwrap();
    let mut tx = market.engine.read().await.unwrap();
    for wanted in ["SELECT document FROM listings", "UPDATE listings SET newest = 0"] {
        let question = format!("EXPLAIN QUERY PLAN {wanted} WHERE id = 'lst_x' AND newest = 1");
        let plan: String = sqlx::query(sqlx::AssertSqlSafe(question))
            .fetch_one(&mut *tx)
            .await
            .map(|row| sqlx::Row::get(&row, 3))
            .unwrap();
        assert!(plan.contains("(id=?"), "{wanted}: {plan}");
    }
}
