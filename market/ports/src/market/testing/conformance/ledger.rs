//! Pools, bundles, epochs.

use super::{at, begin, bytes32, digest};
use crate::market::{
    Accepted, Bundle, BundleRefused, ClosedEpoch, EpochNotClosed, MarketStore, Pool, Put, Standing,
    StandingMoved,
};
use tacit_values::{Digest, Epoch};

pub(super) async fn suite(store: &dyn MarketStore) {
    a_pool_is_founded_once_and_moves_step_by_step(store).await;
    a_note_is_spent_once(store).await;
    an_accepted_bundle_answers_as_the_first_time(store).await;
    epochs_close_one_after_another(store).await;
    the_first_epoch_after_a_moment_is_found(store).await;
}

fn pool(name: &str, generation: u32) -> Pool {
    Pool {
        id: digest(name),
        generation,
        currency: "tUSD".to_owned(),
        genesis: format!("genesis of {name}").into_bytes(),
    }
}

async fn a_pool_is_founded_once_and_moves_step_by_step(store: &dyn MarketStore) {
    let (second, first) = (pool("pool 1", 1), pool("pool 0", 0));
    let standing = |revision, size| Standing {
        revision,
        open: Epoch(size),
        tree_size: size,
        frontier: vec![1; 40],
        turnstile: b"{}".to_vec(),
    };
    let mut tx = begin(store).await;
    let unknown = tx.ledger().move_standing(first.id, &standing(1, 0)).await;
    assert!(matches!(unknown, Err(StandingMoved::To { revision: None })), "{unknown:?}");
    assert_eq!(tx.ledger().found(&second).await.unwrap(), Put::Recorded);
    assert_eq!(tx.ledger().found(&first).await.unwrap(), Put::Recorded);
    assert_eq!(tx.ledger().found(&first).await.unwrap(), Put::Already);
    assert_eq!(tx.ledger().pools().await.unwrap(), [first.clone(), second]);
    assert_eq!(tx.ledger().standing(first.id).await.unwrap(), None);
    let skipped = tx.ledger().move_standing(first.id, &standing(2, 0)).await;
    assert!(matches!(skipped, Err(StandingMoved::To { revision: None })), "{skipped:?}");
    tx.ledger().move_standing(first.id, &standing(1, 0)).await.unwrap();
    tx.ledger().move_standing(first.id, &standing(2, 7)).await.unwrap();
    let stale = tx.ledger().move_standing(first.id, &standing(2, 8)).await;
    assert!(matches!(stale, Err(StandingMoved::To { revision: Some(2) })), "{stale:?}");
    tx.commit().await.unwrap();
    assert_eq!(begin(store).await.ledger().standing(first.id).await.unwrap(), Some(standing(2, 7)));
}

fn bundle(name: &str, position: u32, nullifiers: &[&str]) -> Bundle {
    Bundle {
        digest: digest(name),
        epoch: Epoch(5),
        position,
        terms_tag: bytes32(&format!("tag of {name}")),
        nullifiers: nullifiers.iter().map(|name| bytes32(name)).collect(),
        entry: format!("entry of {name}").into_bytes(),
        answer: format!("answer to {name}").into_bytes(),
    }
}

async fn a_note_is_spent_once(store: &dyn MarketStore) {
    let (here, there) = (digest("pool of spends"), digest("another pool"));
    let first = bundle("spend 1", 0, &["nf a", "nf b"]);
    let mut tx = begin(store).await;
    assert_eq!(tx.ledger().accept(here, &first).await.unwrap(), Accepted::Now);
    tx.commit().await.unwrap();

    let mut tx = begin(store).await;
    let nullifiers = [bytes32("nf c"), bytes32("nf b"), bytes32("nf a")];
    assert_eq!(tx.ledger().spent(here, &nullifiers).await.unwrap(), Some(bytes32("nf b")));
    assert_eq!(tx.ledger().spent(here, &nullifiers[..1]).await.unwrap(), None);
    assert_eq!(tx.ledger().spent(there, &nullifiers).await.unwrap(), None);
    assert!(tx.ledger().tag_used(first.terms_tag).await.unwrap());
    assert!(!tx.ledger().tag_used(bytes32("a fresh tag")).await.unwrap());

    let double = tx.ledger().accept(here, &bundle("spend 2", 1, &["nf c", "nf a"])).await;
    assert!(matches!(double, Err(BundleRefused::Spent { nullifier }) if nullifier == bytes32("nf a")));
    let twice = tx.ledger().accept(here, &bundle("spend 3", 1, &["nf d", "nf d"])).await;
    assert!(matches!(twice, Err(BundleRefused::Spent { nullifier }) if nullifier == bytes32("nf d")));
    let tag = Bundle { terms_tag: first.terms_tag, ..bundle("spend 4", 1, &["nf e"]) };
    let tag = tx.ledger().accept(there, &tag).await;
    assert!(matches!(tag, Err(BundleRefused::TagUsed)), "{tag:?}");
    let place = tx.ledger().accept(here, &bundle("spend 5", 0, &["nf f"])).await;
    assert!(matches!(place, Err(BundleRefused::PlaceTaken)), "{place:?}");

    for refused in ["spend 2", "spend 3", "spend 4", "spend 5"] {
        assert_eq!(tx.ledger().answer(digest(refused)).await.unwrap(), None, "no rejection is remembered");
    }
    let unspent = ["nf c", "nf d", "nf e", "nf f"].map(bytes32);
    assert_eq!(tx.ledger().spent(here, &unspent).await.unwrap(), None);
    let elsewhere = bundle("spend 6", 0, &["nf a"]);
    assert_eq!(tx.ledger().accept(there, &elsewhere).await.unwrap(), Accepted::Now, "pools are apart");
    assert_eq!(tx.ledger().accept(here, &bundle("spend 2", 1, &["nf c"])).await.unwrap(), Accepted::Now);
    assert_eq!(
        tx.ledger().entries(here, Epoch(5)).await.unwrap(),
        [&b"entry of spend 1"[..], b"entry of spend 2"]
    );
}

async fn an_accepted_bundle_answers_as_the_first_time(store: &dyn MarketStore) {
    let pool = digest("pool of answers");
    let first = bundle("answered", 0, &["nf answered"]);
    let mut tx = begin(store).await;
    assert_eq!(tx.ledger().answer(first.digest).await.unwrap(), None);
    assert_eq!(tx.ledger().accept(pool, &first).await.unwrap(), Accepted::Now);
    tx.commit().await.unwrap();
    let again = Bundle { epoch: Epoch(6), position: 9, answer: b"other".to_vec(), ..first.clone() };
    let mut tx = begin(store).await;
    let before = Accepted::Before(first.answer.clone());
    assert_eq!(tx.ledger().accept(pool, &again).await.unwrap(), before);
    assert_eq!(tx.ledger().answer(first.digest).await.unwrap(), Some(first.answer.clone()));
    assert!(tx.ledger().entries(pool, Epoch(6)).await.unwrap().is_empty());

    let file = Some(b"file".to_vec());
    tx.epochs().close(pool, &ClosedEpoch { file, ..closed(5, "root") }).await.unwrap();
    assert!(tx.ledger().entries(pool, Epoch(5)).await.unwrap().is_empty(), "the file holds them");
    assert_eq!(tx.ledger().accept(pool, &again).await.unwrap(), before);
    tx.commit().await.unwrap();
}

fn closed(epoch: u64, root: &str) -> ClosedEpoch {
    ClosedEpoch {
        epoch: Epoch(epoch),
        at: at(epoch * 15),
        root: bytes32(root),
        tree_size: epoch * 2,
        leaf: format!("leaf {epoch}").into_bytes(),
        file: None,
    }
}

async fn epochs_close_one_after_another(store: &dyn MarketStore) {
    let pool = digest("pool of epochs");
    let mut tx = begin(store).await;
    assert_eq!(tx.epochs().newest(pool).await.unwrap(), None);
    for epoch in 254..=258 {
        let one = closed(epoch, if epoch < 257 { "same" } else { "other" });
        assert_eq!(tx.epochs().close(pool, &one).await.unwrap(), Put::Recorded);
    }
    tx.commit().await.unwrap();
    let mut tx = begin(store).await;
    assert_eq!(tx.epochs().close(pool, &closed(255, "same")).await.unwrap(), Put::Already);
    let differs = tx.epochs().close(pool, &closed(255, "forged")).await;
    assert!(matches!(differs, Err(EpochNotClosed::Differs)), "{differs:?}");
    for gap in [260, 253] {
        let refused = tx.epochs().close(pool, &closed(gap, "gap")).await;
        assert!(matches!(refused, Err(EpochNotClosed::Gap { expected: Epoch(259) })), "{refused:?}");
    }
    assert_eq!(tx.epochs().newest(pool).await.unwrap(), Some(closed(258, "other")));
    assert_eq!(tx.epochs().get(pool, Epoch(256)).await.unwrap(), Some(closed(256, "same")));
    assert_eq!(tx.epochs().get(pool, Epoch(259)).await.unwrap(), None);
    assert_eq!(tx.epochs().of_root(pool, bytes32("same")).await.unwrap(), Some(Epoch(254)));
    assert_eq!(tx.epochs().of_root(pool, bytes32("other")).await.unwrap(), Some(Epoch(257)));
    assert_eq!(tx.epochs().of_root(pool, bytes32("forged")).await.unwrap(), None);
    assert_eq!(tx.epochs().of_root(Digest::of(b"other pool"), bytes32("same")).await.unwrap(), None);
    assert_eq!(tx.epochs().segment(pool, 0).await.unwrap(), [closed(254, "same"), closed(255, "same")]);
    let second = tx.epochs().segment(pool, 1).await.unwrap();
    assert_eq!(second, [closed(256, "same"), closed(257, "other"), closed(258, "other")]);
    for none in [2, u64::MAX / 256, u64::MAX] {
        assert_eq!(tx.epochs().segment(pool, none).await.unwrap(), []);
    }
}

async fn the_first_epoch_after_a_moment_is_found(store: &dyn MarketStore) {
    let pool = digest("pool of moments");
    let mut tx = begin(store).await;
    for epoch in 0..3 {
        let file = (epoch == 1).then(|| vec![0, 255, 7]);
        tx.epochs().close(pool, &ClosedEpoch { file, ..closed(epoch, "root") }).await.unwrap();
    }
    assert_eq!(tx.epochs().first_since(pool, at(0)).await.unwrap(), Some(closed(0, "root")));
    let second = tx.epochs().first_since(pool, at(1)).await.unwrap().unwrap();
    assert_eq!(second.file, Some(vec![0, 255, 7]));
    assert_eq!(tx.epochs().first_since(pool, at(15)).await.unwrap(), Some(second));
    assert_eq!(tx.epochs().first_since(pool, at(31)).await.unwrap(), None);
}
