//! Jobs and nonces.

use super::{at, begin, persona};
use crate::market::{Job, JobState, Leased, MarketStore, Put};
use std::time::Duration;

pub(super) async fn suite(store: &dyn MarketStore) {
    a_job_is_done_by_the_one_who_holds_it(store).await;
    a_failed_job_comes_again_and_is_seen_by_the_operator(store).await;
    a_nonce_is_good_once(store).await;
}

const LEASE: Duration = Duration::from_secs(60);

fn job(key: &str, due: u64) -> Job {
    Job { key: key.to_owned(), kind: "close".to_owned(), body: vec![0, 1], due: at(due) }
}

fn keys(leased: &[Leased]) -> Vec<&str> {
    leased.iter().map(|one| &one.job.key[..]).collect()
}

async fn a_job_is_done_by_the_one_who_holds_it(store: &dyn MarketStore) {
    let mut tx = begin(store).await;
    assert_eq!(tx.jobs().next_due().await.unwrap(), None);
    for (key, due) in [("second", 20), ("first", 10), ("third", 30)] {
        assert_eq!(tx.jobs().enqueue(&job(key, due)).await.unwrap(), Put::Recorded);
    }
    assert_eq!(tx.jobs().enqueue(&job("first", 1)).await.unwrap(), Put::Already);
    assert_eq!(tx.jobs().next_due().await.unwrap(), Some(at(10)));
    tx.commit().await.unwrap();

    let mut tx = begin(store).await;
    assert_eq!(tx.jobs().lease(at(9), LEASE, 10).await.unwrap(), []);
    let leased = tx.jobs().lease(at(20), LEASE, 10).await.unwrap();
    assert_eq!(keys(&leased), ["first", "second"]);
    assert_eq!((leased[0].attempt, &leased[0].job), (1, &job("first", 80)));
    assert_eq!(tx.jobs().lease(at(20), LEASE, 10).await.unwrap(), []);
    tx.commit().await.unwrap();

    let mut tx = begin(store).await;
    assert_eq!(tx.jobs().enqueue(&job("first", 1)).await.unwrap(), Put::Already, "it runs");
    assert!(tx.jobs().complete(&leased[1]).await.unwrap());
    assert!(!tx.jobs().complete(&leased[1]).await.unwrap());
    let taken_over = tx.jobs().lease(at(80), LEASE, 1).await.unwrap();
    assert_eq!(keys(&taken_over), ["third"], "the longest due comes first");
    let taken_over = tx.jobs().lease(at(80), LEASE, 1).await.unwrap();
    assert_eq!((keys(&taken_over), taken_over[0].attempt), (vec!["first"], 2));
    assert!(!tx.jobs().complete(&leased[0]).await.unwrap(), "it overslept");
    assert!(!tx.jobs().retry(&leased[0], at(0), "late").await.unwrap());
    assert!(tx.jobs().complete(&taken_over[0]).await.unwrap());

    assert_eq!(tx.jobs().enqueue(&job("first", 1)).await.unwrap(), Put::Recorded, "the key is free again");
    let anew = tx.jobs().lease(at(80), LEASE, 1).await.unwrap();
    assert_eq!((keys(&anew), anew[0].attempt), (vec!["first"], 1));
    assert!(!tx.jobs().complete(&leased[0]).await.unwrap(), "an old lease is not this one");
    assert!(tx.jobs().complete(&anew[0]).await.unwrap());
    assert_eq!(tx.jobs().next_due().await.unwrap(), Some(at(140)));
    let third = tx.jobs().lease(at(140), LEASE, 9).await.unwrap();
    assert!(tx.jobs().complete(&third[0]).await.unwrap());
    assert_eq!(tx.jobs().next_due().await.unwrap(), None);
    tx.commit().await.unwrap();
}

async fn a_failed_job_comes_again_and_is_seen_by_the_operator(store: &dyn MarketStore) {
    let mut tx = begin(store).await;
    tx.jobs().enqueue(&job("fails", 0)).await.unwrap();
    tx.jobs().enqueue(&job("waits", 500)).await.unwrap();
    for attempt in 1..=3 {
        let now = at(u64::from(attempt) * 100);
        let leased = tx.jobs().lease(now, LEASE, 10).await.unwrap().remove(0);
        assert_eq!(leased.attempt, attempt);
        assert!(tx.jobs().retry(&leased, now.plus(Duration::from_secs(5)), "no\0answer").await.unwrap());
        assert!(!tx.jobs().retry(&leased, now, "twice").await.unwrap());
        assert_eq!(tx.jobs().lease(now, LEASE, 10).await.unwrap(), [], "not before its time");
    }
    tx.commit().await.unwrap();
    let mut tx = begin(store).await;
    let stuck = tx.jobs().stuck(3, 10).await.unwrap();
    assert_eq!(stuck.len(), 1);
    assert_eq!((stuck[0].attempts, stuck[0].state), (3, JobState::Waits));
    assert_eq!(stuck[0].job, job("fails", 305));
    assert_eq!(stuck[0].reason, "no answer");
    assert!(tx.jobs().stuck(4, 10).await.unwrap().is_empty());
    assert_eq!(tx.jobs().stuck(0, 10).await.unwrap().len(), 2);
    assert_eq!(tx.jobs().stuck(0, 1).await.unwrap()[0].job.key, "fails", "most tried first");
    tx.jobs().lease(at(305), LEASE, 10).await.unwrap();
    assert_eq!(tx.jobs().stuck(4, 10).await.unwrap()[0].state, JobState::Leased);
}

async fn a_nonce_is_good_once(store: &dyn MarketStore) {
    let (one, other) = (persona(95), persona(96));
    let mut tx = begin(store).await;
    assert!(tx.nonces().remember(&one, "n1", at(60)).await.unwrap());
    assert!(!tx.nonces().remember(&one, "n1", at(90)).await.unwrap(), "a replay");
    assert!(tx.nonces().remember(&other, "n1", at(90)).await.unwrap());
    assert!(tx.nonces().remember(&one, "N1", at(60)).await.unwrap());
    tx.commit().await.unwrap();
    let mut tx = begin(store).await;
    assert!(!tx.nonces().remember(&other, "n1", at(60)).await.unwrap());
    assert_eq!(tx.nonces().remembered().await.unwrap(), 3);
    assert_eq!(tx.retention().drop_nonces(at(60), 10).await.unwrap(), 0);
    assert_eq!(tx.retention().drop_nonces(at(61), 1).await.unwrap(), 1);
    assert_eq!(tx.retention().drop_nonces(at(61), 10).await.unwrap(), 1);
    assert_eq!(tx.nonces().remembered().await.unwrap(), 1);
    tx.commit().await.unwrap();
}
