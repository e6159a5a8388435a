//! The relay: letters wait for their reader, and a bucket tells nobody whose they are.

use crate::people::{Buyer, Seller};
use crate::slow::Slow;
use crate::story::{DAY, Story};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;
use tacit_flows::{Bucket, LetterNotTaken, Limits, MailNotRead, MarketSettings, Put};
use tacit_ports::market::testing::MemoryMarket;
use tacit_values::{Persona, PersonaKey};

fn persona(number: u8) -> Persona {
    PersonaKey::from_seed(&[number; 32]).persona()
}

fn letter(mark: u8) -> Vec<u8> {
    let mut letter = b"age-encryption.org/v1\n".to_vec();
    letter.resize(4_096, mark);
    letter
}

#[tokio::test]
async fn a_letter_waits_until_it_is_acknowledged_and_comes_once() {
    let story = Story::begin().await;
    assert_eq!(story.market.deliver_letter(persona(1), &letter(1)).await.unwrap(), Put::Recorded);
    assert_eq!(story.market.deliver_letter(persona(1), &letter(1)).await.unwrap(), Put::Already);
    let waiting = story.market.mailbox(persona(1), 0, Duration::ZERO).await.unwrap();
    assert_eq!(waiting.len(), 1);
    assert!(story.market.mailbox(persona(2), 0, Duration::ZERO).await.unwrap().is_empty());
    assert_eq!(story.market.acknowledge(persona(2), &[waiting[0].number]).await.unwrap(), 0);
    assert_eq!(story.market.acknowledge(persona(1), &[waiting[0].number]).await.unwrap(), 1);
    assert!(story.market.mailbox(persona(1), 0, Duration::ZERO).await.unwrap().is_empty());
}

#[tokio::test]
async fn whoever_watches_a_mailbox_hears_of_a_letter_at_once() {
    let story = Story::begin().await;
    let watching = story.market.clone();
    let heard =
        tokio::spawn(async move { watching.mailbox(persona(1), 0, Duration::from_secs(60)).await.unwrap() });
    tokio::task::yield_now().await;
    story.market.deliver_letter(persona(1), &letter(7)).await.unwrap();
    assert_eq!(heard.await.unwrap()[0].bytes, letter(7));
}

#[tokio::test]
async fn what_is_not_sealed_and_padded_is_no_letter() {
    let story = Story::begin().await;
    for bad in [vec![], letter(1)[..4_095].to_vec(), vec![b'x'; 4_096]] {
        let refused = story.market.deliver_letter(persona(1), &bad).await;
        assert!(matches!(refused, Err(LetterNotTaken::NotALetter)));
    }
}

#[tokio::test]
async fn a_bucket_gives_all_letters_of_a_tick_that_is_over() {
    let story = Story::begin().await;
    let bucket = Bucket::numbered(0, 0).unwrap();
    let tick = story.market.tick_at(story.market.now());
    for mark in 1..=5 {
        story.market.deliver_letter(persona(mark), &letter(mark)).await.unwrap();
    }
    let refused = story.market.bucket_tick(bucket, tick, None).await.unwrap_err();
    assert!(matches!(refused, MailNotRead::NotOver { .. }), "{refused}");
    story.next_epoch().await;
    assert_eq!(story.market.bucket_tick(bucket, tick, None).await.unwrap().letters.len(), 5);
    let hour = story.market.now().secs() / 3_600;
    assert!(matches!(story.market.bucket_hour(bucket, hour, None).await, Err(MailNotRead::NotOver { .. })));
    story.pass(Duration::from_secs(3_600)).await;
    assert_eq!(story.market.bucket_hour(bucket, hour, None).await.unwrap().letters.len(), 5);
    let narrow = Bucket::of(&persona(1), 8);
    assert!(matches!(
        story.market.bucket_tick(narrow, tick, None).await,
        Err(MailNotRead::TooNarrow { bits: 0 })
    ));
}

#[tokio::test]
async fn buckets_grow_finer_only_when_each_holds_enough_live_personas() {
    let story = Story::begin().await;
    let one_half = (0..=255).map(persona).filter(|one| Bucket::of(one, 1).number() == 0);
    for persona in one_half.take(100) {
        story.market.mailbox(persona, 0, Duration::ZERO).await.unwrap();
    }
    story.pass(Duration::from_secs(700)).await;
    assert_eq!(story.market.bucket_bits(), 0, "a hundred live personas, and a bucket would be empty");
    for number in 0..=255 {
        story.market.mailbox(persona(number), 0, Duration::ZERO).await.unwrap();
    }
    assert_eq!(story.market.bucket_bits(), 0);
    story.pass(Duration::from_secs(700)).await;
    let bits = story.market.bucket_bits();
    let figures = story.market.privacy_figures().await.unwrap();
    assert!((1..=2).contains(&bits), "{bits}");
    assert!(figures.live_personas == 256 && figures.fewest_in_a_bucket >= 32, "{figures:?}");
    for number in 0..1 << bits {
        let in_it = |one: &Persona| Bucket::of(one, bits).number() == number;
        assert!((0..=255).map(persona).filter(in_it).count() >= 32, "bucket {number} of {bits} bits");
    }
    story.pass(DAY * 9).await;
    assert_eq!(story.market.bucket_bits(), 0);
}

#[tokio::test]
async fn a_desks_own_state_is_replaced_slot_by_slot() {
    let story = Story::begin().await;
    let bucket = Bucket::numbered(0, 0).unwrap();
    story.market.keep_self_letter(persona(1), 0, &letter(1)).await.unwrap();
    story.market.keep_self_letter(persona(1), 0, &letter(2)).await.unwrap();
    story.market.keep_self_letter(persona(1), 1, &letter(3)).await.unwrap();
    assert_eq!(story.market.bucket_self(bucket, None).await.unwrap().letters.len(), 2);
    let refused = story.market.keep_self_letter(persona(1), 9, &letter(1)).await;
    assert!(matches!(refused, Err(LetterNotTaken::NoSuchSlot)));
}

/// A market whose relay is narrow.
async fn narrow(change: impl FnOnce(&mut Limits)) -> Story {
    let mut settings = MarketSettings::usual(crate::story::origin());
    change(&mut settings.limits);
    Story::with(Arc::new(MemoryMarket::new()), settings).await.unwrap()
}

#[tokio::test]
async fn no_answer_of_a_bucket_is_longer_than_a_page_and_its_pages_hold_every_letter() {
    let story = narrow(|limits| limits.page_letters = 4).await;
    let bucket = Bucket::numbered(0, 0).unwrap();
    let (tick, hour) = (story.market.tick_at(story.market.now()), story.market.now().secs() / 3_600);
    for mark in 1..=10 {
        story.market.deliver_letter(persona(mark), &letter(mark)).await.unwrap();
        story.market.keep_self_letter(persona(mark), 0, &letter(100 + mark)).await.unwrap();
    }
    story.pass(Duration::from_secs(3_600)).await;
    for kind in ["tick", "hour", "self"] {
        let (mut marks, mut lengths, mut after) = (BTreeSet::new(), Vec::new(), None);
        loop {
            let page = match kind {
                "tick" => story.market.bucket_tick(bucket, tick, after).await,
                "hour" => story.market.bucket_hour(bucket, hour, after).await,
                _ => story.market.bucket_self(bucket, after).await,
            };
            let page = page.unwrap();
            lengths.push(page.letters.len());
            marks.extend(page.letters.iter().map(|letter| letter[4_095] % 100));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!((lengths, marks), (vec![4, 4, 2], (1..=10).collect()), "{kind}");
    }
}

#[tokio::test]
async fn a_flood_of_letters_is_refused_until_the_hour_is_over_and_what_came_before_is_kept() {
    let story = narrow(|limits| limits.bucket_hour_letters = 3).await;
    let (bucket, hour) = (Bucket::numbered(0, 0).unwrap(), story.market.now().secs() / 3_600);
    for mark in 1..=3 {
        story.market.deliver_letter(persona(mark), &letter(mark)).await.unwrap();
    }
    let refused = story.market.deliver_letter(persona(4), &letter(4)).await.unwrap_err();
    let LetterNotTaken::Crowded { retry_after } = refused else { panic!("{refused}") };
    assert_eq!(story.market.deliver_letter(persona(1), &letter(1)).await.unwrap(), Put::Already);
    story.pass(retry_after).await;
    assert_eq!(story.market.deliver_letter(persona(4), &letter(4)).await.unwrap(), Put::Recorded);
    assert_eq!(story.market.bucket_hour(bucket, hour, None).await.unwrap().letters.len(), 3);
}

#[tokio::test]
async fn a_flood_of_states_is_refused_for_the_day_and_desks_still_refresh_theirs_and_keep_their_orders() {
    let story = narrow(|limits| limits.bucket_day_states = 2).await;
    for mark in 1..=2 {
        story.market.keep_self_letter(persona(mark), 0, &letter(mark)).await.unwrap();
    }
    let refused = story.market.keep_self_letter(persona(3), 0, &letter(3)).await.unwrap_err();
    let LetterNotTaken::Crowded { retry_after } = refused else { panic!("{refused}") };
    story.market.keep_self_letter(persona(1), 0, &letter(7)).await.unwrap();
    let (seller, buyer) = (Seller::with_rows(1, 1_200), Buyer::new(1));
    let listing = seller.sell(&story).await;
    assert!(story.market.keep_self_letter(buyer.persona(), 0, &letter(8)).await.is_err());
    story.market.place_order(buyer.persona(), buyer.request(&story, &listing)).await.unwrap();
    story.market.keep_self_letter(buyer.persona(), 0, &letter(8)).await.unwrap();
    story.pass(retry_after).await;
    story.market.keep_self_letter(persona(3), 0, &letter(3)).await.unwrap();
}

#[tokio::test]
async fn a_tick_is_not_handed_out_while_a_letter_is_written_into_it() {
    let store = Arc::new(Slow::over(Arc::new(MemoryMarket::new())));
    let story = Story::over(store.clone()).await;
    let (bucket, tick) = (Bucket::numbered(0, 0).unwrap(), story.market.tick_at(story.market.now()));
    let gate = store.close();
    let market = story.market.clone();
    let sending = tokio::spawn(async move { market.deliver_letter(persona(1), &letter(1)).await.unwrap() });
    store.somebody_waits().await;
    story.clock.pass(crate::story::EPOCH);
    assert!(story.market.tick_at(story.market.now()) > tick, "by the clock the tick is over");
    let refused = story.market.bucket_tick(bucket, tick, None).await.unwrap_err();
    assert!(matches!(refused, MailNotRead::NotOver { .. }), "{refused}");
    drop(gate);
    assert_eq!(sending.await.unwrap(), Put::Recorded);
    assert_eq!(story.market.bucket_tick(bucket, tick, None).await.unwrap().letters.len(), 1);
}

#[tokio::test]
async fn a_letter_that_comes_late_joins_the_next_tick_and_never_one_that_was_handed_out() {
    let story = Story::begin().await;
    let (bucket, began) = (Bucket::numbered(0, 0).unwrap(), story.market.now());
    let tick = story.market.tick_at(began);
    story.next_epoch().await;
    assert!(story.market.bucket_tick(bucket, tick, None).await.unwrap().letters.is_empty());
    // The machine's clock is set right and shows a moment of the tick that was read already.
    story.clock.set(began);
    story.market.deliver_letter(persona(1), &letter(1)).await.unwrap();
    story.next_epoch().await;
    assert!(story.market.bucket_tick(bucket, tick, None).await.unwrap().letters.is_empty());
    story.next_epoch().await;
    assert_eq!(story.market.bucket_tick(bucket, tick + 1, None).await.unwrap().letters.len(), 1);
}

#[tokio::test]
async fn a_request_counts_once() {
    let mut story = Story::begin().await;
    let expires = story.market.now().plus(Duration::from_secs(60));
    story.market.remember_nonce(persona(1), "n1", expires).await.unwrap();
    story.restart().await;
    assert!(story.market.remember_nonce(persona(1), "n1", expires).await.is_err());
    story.market.remember_nonce(persona(2), "n1", expires).await.unwrap();
    assert!(story.market.remember_nonce(persona(2), "", expires).await.is_err());
}
