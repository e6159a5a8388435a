//! Letters: posted by anybody, collected by their owner or by the bucket.

use super::*;
use tacit_wire::bodies::mail::{BucketView, MailboxView};

fn mailbox(seed: u8) -> String {
    format!("/api/v1/mail/{}", key(seed).persona())
}

#[tokio::test]
async fn a_letter_is_collected_by_its_owner_and_by_nobody_else() {
    let street = Street::open().await;
    assert_eq!(street.send(request("POST", &mailbox(1), &letter(1))).await.status, 202);
    assert_eq!(street.send(request("POST", &mailbox(1), &letter(1))).await.status, 202, "once is enough");
    assert_eq!(street.act(2, "GET", &mailbox(1), b"").await.refusal(), (403, "not-yours".into()));
    let waiting: MailboxView = street.act(1, "GET", &mailbox(1), b"").await.json();
    assert_eq!(waiting.letters.len(), 1);
    assert_eq!(waiting.letters[0].letter, letter(1));
    let acknowledge = format!("{}?letters={}", mailbox(1), waiting.letters[0].number);
    assert_eq!(street.act(1, "DELETE", &acknowledge, b"").await.status, 204);
    let waiting: MailboxView = street.act(1, "GET", &mailbox(1), b"").await.json();
    assert!(waiting.letters.is_empty());
    let bad = format!("{}?letters=one", mailbox(1));
    assert_eq!(street.act(1, "DELETE", &bad, b"").await.refusal(), (422, "malformed".into()));
}

#[tokio::test]
async fn what_is_no_letter_is_refused() {
    let street = Street::open().await;
    let answer = street.send(request("POST", &mailbox(1), b"hello")).await;
    assert_eq!(answer.refusal(), (422, "refused".into()));
}

#[tokio::test]
async fn a_bucket_is_handed_out_when_its_tick_is_over() {
    let street = Street::open().await;
    street.send(request("POST", &mailbox(1), &letter(1))).await;
    street.send(request("POST", &mailbox(2), &letter(2))).await;
    let tick = street.market.tick_at(START);
    let path = format!("/api/v1/mail/buckets/0-0/{tick}");
    assert_eq!(street.get(&path).await.refusal(), (409, "not-yet".into()));
    street.pass(Duration::from_secs(1)).await;
    let bucket: BucketView = street.get(&path).await.json();
    assert_eq!(bucket.letters.len(), 2);
    let narrow = format!("/api/v1/mail/buckets/8-0/{tick}");
    assert_eq!(street.get(&narrow).await.refusal(), (422, "refused".into()));
}

#[tokio::test]
async fn a_bucket_comes_in_pages_that_no_flood_makes_longer() {
    let street = Street::open().await;
    let many = tacit_flows::Limits::default().page_letters + 1;
    for n in 0..many {
        let mut one = letter(7);
        one[100..104].copy_from_slice(&n.to_be_bytes());
        street.market.deliver_letter(key(1).persona(), &one).await.unwrap();
    }
    let tick = street.market.tick_at(START);
    street.pass(Duration::from_secs(1)).await;
    let path = format!("/api/v1/mail/buckets/0-0/{tick}");
    let first: BucketView = street.get(&path).await.json();
    assert_eq!(first.letters.len(), 64);
    let second: BucketView = street.get(&format!("{path}?after={}", first.next.unwrap())).await.json();
    assert_eq!((second.letters.len(), second.next), (1, None));
    assert!(!first.letters.contains(&second.letters[0]));
    assert_eq!(street.get(&format!("{path}?after=x")).await.refusal(), (422, "malformed".into()));
}

#[tokio::test]
async fn a_desks_own_state_is_replaced_by_the_newest() {
    let street = Street::open().await;
    let slot = format!("{}/self/0", mailbox(1));
    assert_eq!(street.act(1, "PUT", &slot, &letter(1)).await.status, 204);
    assert_eq!(street.act(1, "PUT", &slot, &letter(2)).await.status, 204);
    assert_eq!(street.act(2, "PUT", &slot, &letter(3)).await.refusal(), (403, "not-yours".into()));
    let bucket: BucketView = street.get("/api/v1/mail/buckets/0-0/self").await.json();
    assert_eq!(bucket.letters.iter().map(|letter| letter.0[100]).collect::<Vec<_>>(), [2]);
}

#[tokio::test]
async fn a_mailbox_is_watched_until_a_letter_comes() {
    let street = Street::open().await;
    let watch = format!("{}?after=0&wait_s=25", mailbox(1));
    let (watched, posted) = tokio::join!(
        street.act(1, "GET", &watch, b""),
        street.send(request("POST", &mailbox(1), &letter(1)))
    );
    assert_eq!(posted.status, 202);
    assert_eq!(watched.json::<MailboxView>().letters.len(), 1);
}
