//! Begin, read, commit.

use super::{begin, persona};
use crate::market::{MarketStore, StoreFault};

pub(super) async fn suite(store: &dyn MarketStore) {
    what_was_not_committed_never_was(store).await;
    what_was_committed_is_seen_by_the_next(store).await;
    a_reading_view_stays_at_its_moment_and_never_writes(store).await;
    writers_run_one_after_another(store).await;
    a_fact_stands_for_ever(store).await;
}

async fn what_was_not_committed_never_was(store: &dyn MarketStore) {
    let mut tx = begin(store).await;
    tx.charter().fix("t/dropped", b"x").await.unwrap();
    assert_eq!(tx.charter().fact("t/dropped").await.unwrap().as_deref(), Some(&b"x"[..]));
    drop(tx);
    assert_eq!(begin(store).await.charter().fact("t/dropped").await.unwrap(), None);
}

async fn what_was_committed_is_seen_by_the_next(store: &dyn MarketStore) {
    let mut tx = begin(store).await;
    tx.charter().fix("t/kept", b"kept").await.unwrap();
    tx.commit().await.unwrap();
    let mut view = store.read().await.unwrap();
    assert_eq!(view.charter().fact("t/kept").await.unwrap().as_deref(), Some(&b"kept"[..]));
    view.commit().await.unwrap();
}

async fn a_reading_view_stays_at_its_moment_and_never_writes(store: &dyn MarketStore) {
    let mut view = store.read().await.unwrap();
    assert_eq!(view.charter().fact("t/later").await.unwrap(), None);
    let mut tx = begin(store).await;
    tx.charter().fix("t/later", b"").await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(view.charter().fact("t/later").await.unwrap(), None, "the view is of one moment");
    drop(view);

    let mut view = store.read().await.unwrap();
    assert_eq!(view.charter().fact("t/later").await.unwrap(), Some(Vec::new()));
    let refused = view.charter().fix("t/refused", b"x").await;
    assert!(matches!(refused, Err(StoreFault::ReadOnly)), "{refused:?}");
    drop(view);
    let mut view = store.read().await.unwrap();
    let refused = view.mail().seen(&persona(1), super::at(0)).await;
    assert!(matches!(refused, Err(StoreFault::ReadOnly)), "{refused:?}");
}

async fn writers_run_one_after_another(store: &dyn MarketStore) {
    let count_up = async || {
        let mut tx = begin(store).await;
        let standing = tx.mail().live(super::at(0)).await.unwrap().total();
        let next = u8::try_from(standing).unwrap() + 100;
        tx.mail().seen(&persona(next), super::at(0)).await.unwrap();
        tx.commit().await.unwrap();
    };
    let before = begin(store).await.mail().live(super::at(0)).await.unwrap().total();
    futures::future::join_all((0..8).map(|_| count_up())).await;
    let after = begin(store).await.mail().live(super::at(0)).await.unwrap().total();
    assert_eq!(after, before + 8, "nobody decided on what another was changing");
}

async fn a_fact_stands_for_ever(store: &dyn MarketStore) {
    let mut tx = begin(store).await;
    assert_eq!(tx.charter().fix("t/origin", b"first").await.unwrap(), b"first");
    assert_eq!(tx.charter().fix("t/origin", b"second").await.unwrap(), b"first");
    tx.commit().await.unwrap();
}
