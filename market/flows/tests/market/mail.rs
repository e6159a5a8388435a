//! The relay: letters wait for their reader, and a bucket tells nobody whose they are.

use crate::story::{DAY, Story};
use std::time::Duration;
use tacit_flows::{Bucket, LetterNotTaken, MailNotRead, Put};
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
    let refused = story.market.bucket_tick(bucket, tick).await.unwrap_err();
    assert!(matches!(refused, MailNotRead::NotOver { .. }), "{refused}");
    story.next_epoch().await;
    assert_eq!(story.market.bucket_tick(bucket, tick).await.unwrap().len(), 5);
    let hour = story.market.now().secs() / 3_600;
    assert!(matches!(story.market.bucket_hour(bucket, hour).await, Err(MailNotRead::NotOver { .. })));
    story.pass(Duration::from_secs(3_600)).await;
    assert_eq!(story.market.bucket_hour(bucket, hour).await.unwrap().len(), 5);
    let narrow = Bucket::of(&persona(1), 8);
    assert!(matches!(story.market.bucket_tick(narrow, tick).await, Err(MailNotRead::TooNarrow { bits: 0 })));
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
    assert_eq!(story.market.bucket_self(bucket).await.unwrap().len(), 2);
    let refused = story.market.keep_self_letter(persona(1), 9, &letter(1)).await;
    assert!(matches!(refused, Err(LetterNotTaken::NoSuchSlot)));
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
