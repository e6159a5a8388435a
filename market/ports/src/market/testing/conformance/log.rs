//! The log: stage, compare-and-swap, find, forget.

use super::{begin, bytes32, digest};
use crate::market::{Leaf, LeafKey, LogBatch, LogHash, LogHead, LogMoved, Logged, MarketStore, Put};
use tacit_values::Digest;

pub(super) async fn suite(store: &dyn MarketStore) {
    a_leaf_is_staged_once_and_logged_with_the_checkpoint(store).await;
    what_a_leaf_was_about_can_be_forgotten(store).await;
}

fn leaf(kind: u8, about: &str, salt: Option<[u8; 32]>) -> Leaf {
    let key = LeafKey { kind, digest: digest(about) };
    Leaf { key, salt, bytes: format!("leaf about {about}").into_bytes() }
}

fn step(from: u64, leaves: &[&Leaf], size: u64) -> LogBatch {
    let hash = |n| LogHash { level: 0, n, hash: bytes32(&format!("hash {n}")) };
    LogBatch {
        from,
        leaves: leaves.iter().map(|leaf| leaf.key).collect(),
        hashes: (from..size).map(hash).collect(),
        head: LogHead {
            size,
            root: bytes32(&format!("root {size}")),
            note: format!("note {size}").into_bytes(),
        },
    }
}

async fn a_leaf_is_staged_once_and_logged_with_the_checkpoint(store: &dyn MarketStore) {
    let clear = leaf(1, "an epoch", None);
    let salted = leaf(2, "an order", Some([7; 32]));
    let later = leaf(2, "an epoch", Some([8; 32]));
    let mut tx = begin(store).await;
    assert_eq!(tx.log().head().await.unwrap(), None);
    for one in [&clear, &salted, &later] {
        assert_eq!(tx.log().stage(one).await.unwrap(), Put::Recorded);
    }
    let other_salt = Leaf { salt: Some([9; 32]), ..salted.clone() };
    assert_eq!(tx.log().stage(&other_salt).await.unwrap(), Put::Already);
    tx.commit().await.unwrap();

    let mut tx = begin(store).await;
    let mut staged = vec![clear.clone(), salted.clone(), later.clone()];
    staged.sort_by_key(|leaf| Digest::of(&leaf.bytes));
    assert_eq!(tx.log().staged(10).await.unwrap(), staged);
    assert_eq!(tx.log().staged(2).await.unwrap(), staged[..2]);
    assert_eq!(tx.log().find(salted.key).await.unwrap(), Some(Logged { index: None, leaf: salted.clone() }));
    assert_eq!(tx.log().leaves(0, 10).await.unwrap(), Vec::<Vec<u8>>::new());

    let unfit = [
        step(0, &[&clear, &clear], 2),
        step(0, &[&clear, &salted], 3),
        step(0, &[&clear, &leaf(9, "never staged", None)], 2),
    ];
    for batch in unfit {
        assert!(matches!(tx.log().append(&batch).await, Err(LogMoved::NotStaged)), "{batch:?}");
    }
    let moved = tx.log().append(&step(1, &[&clear], 2)).await;
    assert!(matches!(moved, Err(LogMoved::To { size: 0 })), "{moved:?}");
    tx.log().append(&step(0, &[&salted, &clear], 2)).await.unwrap();
    drop(tx);

    let mut tx = begin(store).await;
    assert_eq!(tx.log().staged(10).await.unwrap(), staged, "a crash before the commit leaves them staged");
    tx.log().append(&step(0, &[&salted, &clear], 2)).await.unwrap();
    tx.commit().await.unwrap();

    let mut tx = begin(store).await;
    let moved = tx.log().append(&step(0, &[&later], 1)).await;
    assert!(matches!(moved, Err(LogMoved::To { size: 2 })), "{moved:?}");
    let again = tx.log().append(&step(2, &[&clear], 3)).await;
    assert!(matches!(again, Err(LogMoved::NotStaged)), "{again:?}");
    assert_eq!(tx.log().staged(10).await.unwrap(), std::slice::from_ref(&later));
    assert_eq!(tx.log().head().await.unwrap(), Some(step(0, &[], 2).head));
    assert_eq!(tx.log().leaves(0, 10).await.unwrap(), [salted.bytes.clone(), clear.bytes.clone()]);
    assert_eq!(tx.log().leaves(1, 1).await.unwrap(), std::slice::from_ref(&clear.bytes));
    assert_eq!(tx.log().leaves(2, 1).await.unwrap(), Vec::<Vec<u8>>::new());
    assert_eq!(tx.log().leaves(u64::MAX, 1).await.unwrap(), Vec::<Vec<u8>>::new());
    assert_eq!(tx.log().hashes(0, 0, 10).await.unwrap(), [bytes32("hash 0"), bytes32("hash 1")]);
    assert_eq!(tx.log().hashes(0, 1, 1).await.unwrap(), [bytes32("hash 1")]);
    assert_eq!(tx.log().hashes(1, 0, 1).await.unwrap(), [] as [[u8; 32]; 0]);
    assert_eq!(tx.log().find(clear.key).await.unwrap(), Some(Logged { index: Some(1), leaf: clear.clone() }));
    assert_eq!(tx.log().stage(&clear).await.unwrap(), Put::Already, "what is logged is not logged again");
    assert_eq!(tx.log().find(LeafKey { kind: 3, ..clear.key }).await.unwrap(), None);

    let renewed =
        LogBatch { head: LogHead { note: b"cosigned".to_vec(), ..step(0, &[], 2).head }, ..step(2, &[], 2) };
    tx.log().append(&renewed).await.unwrap();
    assert_eq!(tx.log().head().await.unwrap(), Some(renewed.head));
    tx.log().append(&step(2, &[&later], 3)).await.unwrap();
    tx.commit().await.unwrap();
}

async fn what_a_leaf_was_about_can_be_forgotten(store: &dyn MarketStore) {
    let salted = leaf(2, "an order", Some([7; 32]));
    let staged = leaf(2, "a later order", Some([7; 32]));
    let mut tx = begin(store).await;
    tx.log().stage(&staged).await.unwrap();
    assert!(!tx.log().forget(staged.key).await.unwrap(), "a staged leaf is still to be logged");
    assert!(!tx.log().forget(leaf(1, "an epoch", None).key).await.unwrap(), "a clear leaf is public");
    assert!(!tx.log().forget(leaf(9, "nothing", None).key).await.unwrap());
    assert!(tx.log().forget(salted.key).await.unwrap());
    assert!(!tx.log().forget(salted.key).await.unwrap());
    tx.commit().await.unwrap();
    let mut tx = begin(store).await;
    assert_eq!(tx.log().find(salted.key).await.unwrap(), None);
    assert_eq!(tx.log().leaves(0, 1).await.unwrap(), [salted.bytes], "the leaf itself stays");
}
