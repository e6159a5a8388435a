//! The ledger: who may spend what, and what everybody can replay.

use crate::people::Purse;
use crate::story::{DAY, EPOCH, Story, tusd};
use std::time::Duration;
use tacit_flows::{BundleNotTaken, NotActed, Refusal};
use tacit_settlement::{BundleRefused, SegmentReader};
use tacit_values::{Currency, Epoch};

#[tokio::test]
async fn money_is_minted_paid_and_found_again_by_whoever_it_is_for() {
    let story = Story::begin().await;
    let mut giver = Purse::with(&story, 1, "100").await;
    let mut taker = Purse::new(&story, 2);
    giver.pay(&story, taker.address(0), "30").await;
    story.next_epoch().await;
    giver.sync(&story).await;
    taker.sync(&story).await;
    assert_eq!((giver.free(), taker.free()), (tusd("70"), tusd("30")));
    let replayed = story.replay().await;
    assert_eq!((replayed.minted, replayed.balance), (tusd("100"), tusd("100")));
    story.check_epochs_are_logged().await;
}

#[tokio::test]
async fn the_same_bundle_is_taken_once_and_answered_the_same_for_ever() {
    let mut story = Story::begin().await;
    let mut giver = Purse::with(&story, 1, "100").await;
    let to = giver.address(9);
    let bundle = giver.bundle(&story, to, "30");
    let (first, second) =
        tokio::join!(story.market.submit_bundle(bundle.bytes()), story.market.submit_bundle(bundle.bytes()));
    let taken = first.unwrap();
    assert_eq!(taken, second.unwrap());
    story.pass(DAY).await;
    story.restart().await;
    assert_eq!(taken, story.market.submit_bundle(bundle.bytes()).await.unwrap());
    assert_eq!(story.replay().await.bundles, 2);
}

#[tokio::test]
async fn of_two_payments_with_the_same_note_in_one_window_exactly_one_is_taken() {
    let story = Story::begin().await;
    let mut giver = Purse::with(&story, 1, "100").await;
    let (to, other) = (giver.address(8), giver.address(9));
    let (one, two) = (giver.bundle(&story, to, "30"), giver.bundle(&story, other, "40"));
    let (one, two) =
        tokio::join!(story.market.submit_bundle(one.bytes()), story.market.submit_bundle(two.bytes()));
    assert_eq!(usize::from(one.is_ok()) + usize::from(two.is_ok()), 1);
    let refused = one.err().or(two.err()).unwrap();
    assert!(matches!(refused, BundleNotTaken::Refused(BundleRefused::DoubleSpend)), "{refused}");
    assert_eq!(refused.told().kind, "double-spend");
}

#[tokio::test]
async fn a_note_that_was_spent_before_a_restart_stays_spent() {
    let mut story = Story::begin().await;
    let mut giver = Purse::with(&story, 1, "100").await;
    let to = giver.address(8);
    let (one, two) = (giver.bundle(&story, to, "30"), giver.bundle(&story, to, "40"));
    story.market.submit_bundle(one.bytes()).await.unwrap();
    story.restart().await;
    let refused = story.market.submit_bundle(two.bytes()).await.unwrap_err();
    assert!(matches!(refused, BundleNotTaken::Refused(BundleRefused::DoubleSpend)), "{refused}");
}

#[tokio::test]
async fn a_copy_with_a_spoilt_signature_is_refused_and_does_not_keep_the_true_bundle_out() {
    let story = Story::begin().await;
    let mut giver = Purse::with(&story, 1, "100").await;
    let to = giver.address(8);
    let bundle = giver.bundle(&story, to, "30");
    let mut spoilt = bundle.bytes().to_vec();
    *spoilt.last_mut().unwrap() ^= 1;
    let (copy, truth) =
        tokio::join!(story.market.submit_bundle(&spoilt), story.market.submit_bundle(bundle.bytes()));
    let refused = copy.unwrap_err();
    assert!(
        matches!(refused, BundleNotTaken::Refused(BundleRefused::BadProof) | BundleNotTaken::NotABundle(_)),
        "{refused}"
    );
    truth.unwrap();
    assert!(
        story.market.submit_bundle(&spoilt).await.is_err(),
        "a refusal is never remembered, nor is it forgiven"
    );
}

#[tokio::test]
async fn nobody_mints_or_burns_without_the_treasury() {
    let story = Story::begin().await;
    let mut giver = Purse::with(&story, 1, "100").await;
    let burn = giver.burn_bundle(&story, "30");
    let refused = story.market.submit_bundle(burn.bytes()).await.unwrap_err();
    assert!(matches!(refused, BundleNotTaken::Refused(BundleRefused::NotAuthorised)), "{refused}");
    // The bytes of the treasury's own mint, sent without its record under another digest, mint nothing.
    let minted = story.market.epoch(None, Epoch(1)).await.unwrap().file.unwrap();
    let mint = tacit_settlement::EpochFile::decode(&minted).unwrap().entries[0].bundle.clone();
    let mut copy = mint.bytes().to_vec();
    *copy.last_mut().unwrap() ^= 1;
    assert!(story.market.submit_bundle(&copy).await.is_err());
    assert_eq!(story.replay().await.minted, tusd("100"));
    // With the treasury's record the burn counts.
    story.market.burn(burn.bytes()).await.unwrap();
    story.next_epoch().await;
    assert_eq!(story.replay().await.balance, tusd("70"));
}

#[tokio::test]
async fn a_payment_that_expired_is_refused_and_its_note_is_free_again() {
    let story = Story::begin().await;
    let mut giver = Purse::with(&story, 1, "100").await;
    let to = giver.address(8);
    let late = giver.bundle(&story, to, "30");
    story.pass(EPOCH * 200).await;
    let refused = story.market.submit_bundle(late.bytes()).await.unwrap_err();
    assert!(matches!(refused, BundleNotTaken::Refused(BundleRefused::Expired { .. })), "{refused}");
    giver.sync(&story).await;
    giver.pay(&story, to, "40").await;
}

#[tokio::test]
async fn garbage_and_foreign_pools_are_refused() {
    let story = Story::begin().await;
    assert!(matches!(story.market.submit_bundle(b"").await, Err(BundleNotTaken::NotABundle(_))));
    assert!(matches!(story.market.submit_bundle(&[1; 40_000]).await, Err(BundleNotTaken::NotABundle(_))));
    let mut giver = Purse::with(&story, 1, "100").await;
    let to = giver.address(8);
    let mut foreign = giver.bundle(&story, to, "30").bytes().to_vec();
    foreign[1] ^= 1;
    assert!(matches!(story.market.submit_bundle(&foreign).await, Err(BundleNotTaken::UnknownPool)));
    let other =
        tacit_settlement::WalletKeys::from_seed(&[1; 32], tacit_settlement::PoolId::from_bytes([7; 32]));
    let address = other.address(tacit_settlement::Account::Spending, 0);
    assert!(matches!(story.market.mint(address, tusd("1")).await, Err(NotActed::Address(_))));
    assert!(matches!(story.market.mint(giver.address(0), tusd("0")).await, Err(NotActed::Amount)));
}

#[tokio::test]
async fn every_epoch_closes_with_a_leaf_empty_or_not_and_segments_replay() {
    let story = Story::begin().await;
    let mut giver = Purse::with(&story, 1, "100").await;
    let to = giver.address(8);
    giver.pay(&story, to, "30").await;
    story.pass(EPOCH * 300).await;
    assert_eq!(story.check_epochs_are_logged().await, 302);
    let pool = story.market.current_pool().unwrap();
    let bytes = story.market.segment(None, 0).await.unwrap();
    let epochs = SegmentReader::open(bytes.as_slice(), &pool, 0).unwrap();
    assert_eq!(epochs.map(|epoch| epoch.unwrap().leaf.tree_size).max(), Some(4));
    assert!(story.market.segment(None, 1).await.is_err());
}

#[tokio::test]
async fn after_a_long_sleep_the_missed_epochs_close_in_few_steps() {
    let mut story = Story::begin().await;
    let giver = Purse::with(&story, 1, "100").await;
    let before = story.market.checkpoint().await.unwrap().size().0;
    story.clock.pass(EPOCH * 2_500);
    story.restart().await;
    let after = story.market.checkpoint().await.unwrap().size().0;
    assert_eq!(after - before, 2_500);
    story.check_epochs_are_logged().await;
    drop(giver);
}

#[tokio::test]
async fn a_clock_that_steps_back_neither_reopens_nor_repeats_an_epoch() {
    let mut story = Story::begin().await;
    let mut giver = Purse::with(&story, 1, "100").await;
    story.pass(EPOCH * 10).await;
    let now = story.market.now();
    story.clock.set(now.minus(EPOCH * 8));
    story.restart().await;
    let to = giver.address(8);
    let taken = giver.pay(&story, to, "30").await;
    story.clock.set(now);
    story.next_epoch().await;
    assert_eq!(story.market.epoch(None, taken.epoch).await.unwrap().leaf.tree_size, 4);
    story.replay().await;
    story.check_epochs_are_logged().await;
}

#[tokio::test]
async fn notes_leave_a_rotated_pool_only_into_its_successor() {
    let mut story = Story::begin().await;
    let mut old = Purse::with(&story, 1, "100").await;
    let next = story.market.rotate_pool(Currency::TestUsd).await.unwrap();
    story.restart().await;
    assert_eq!(story.market.current_pool().unwrap().pool, next.pool);
    story.next_epoch().await;
    old.sync(&story).await;
    let to = old.address(8);
    let stays = old.bundle(&story, to, "30");
    let refused = story.market.submit_bundle(stays.bytes()).await.unwrap_err();
    assert!(matches!(refused, BundleNotTaken::Refused(BundleRefused::OnlyCrossings { .. })), "{refused}");

    let mut new = Purse::new(&story, 1);
    let mint = |purse: &mut Purse, amount: &str| {
        use tacit_settlement::Proofs;
        let until = purse.pool.epoch_at(story.market.now()).usual_expiry();
        let outputs = [(purse.address(0), tusd(amount))];
        let mut payment = tacit_settlement::build_mint(&purse.pool, &outputs, until, &mut purse.rng).unwrap();
        tacit_assumed::AssumeProof.prove(&mut payment, &mut purse.rng).unwrap();
        payment.finish(&mut purse.rng).unwrap()
    };
    let leaves = old.burn_bundle(&story, "40");
    let more = mint(&mut new, "41");
    assert!(matches!(story.market.cross(leaves.bytes(), more.bytes()).await, Err(NotActed::OtherMovement)));
    let enters = mint(&mut new, "40");
    let crossed = story.market.cross(leaves.bytes(), enters.bytes()).await.unwrap();
    assert_eq!(crossed, story.market.cross(leaves.bytes(), enters.bytes()).await.unwrap());
    story.pass(EPOCH * 2).await;
    new.sync(&story).await;
    assert_eq!(new.free(), tusd("40"));
    story.check_epochs_are_logged().await;
}

#[tokio::test]
async fn a_window_of_many_strangers_payments_settles_at_once() {
    let story = Story::begin().await;
    let mut givers = Vec::new();
    for seed in 1..=6 {
        givers.push(Purse::with(&story, seed, "10").await);
    }
    for giver in &mut givers {
        giver.sync(&story).await;
    }
    let bundles: Vec<_> = givers
        .iter_mut()
        .map(|giver| (giver.address(5), giver))
        .map(|(to, giver)| giver.bundle(&story, to, "1"))
        .collect();
    let answers =
        futures::future::join_all(bundles.iter().map(|bundle| story.market.submit_bundle(bundle.bytes())))
            .await;
    let epochs: Vec<_> = answers.into_iter().map(|answer| answer.unwrap().epoch).collect();
    assert!(epochs.iter().all(|epoch| *epoch == epochs[0]));
    story.pass(Duration::from_secs(15)).await;
    story.replay().await;
}
