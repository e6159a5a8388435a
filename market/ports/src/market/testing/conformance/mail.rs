//! Mailboxes, buckets, self letters.

use super::{at, begin, persona};
use crate::market::{
    Bucket, LetterRefused, MAILBOX_LIMIT, MarketStore, MarketTx, Page, Put, StoredOrder, spot,
};
use std::collections::BTreeSet;
use tacit_relay::Crowd;
use tacit_values::Digest;

pub(super) async fn suite(store: &dyn MarketStore) {
    a_letter_waits_until_it_is_acknowledged(store).await;
    a_full_mailbox_refuses(store).await;
    buckets_hold_the_letters_of_their_personas_and_ticks(store).await;
    the_newest_self_letter_replaces_the_one_in_its_slot(store).await;
    letters_and_days_are_forgotten(store).await;
    letters_of_personas_without_an_order_are_forgotten_by_the_day_they_were_seen(store).await;
}

const ALL: Page = Page { after: None, most: u32::MAX };
const EVERYBODY: (u8, u32) = (0, 0);

fn everybody() -> Bucket {
    Bucket::numbered(EVERYBODY.0, EVERYBODY.1).unwrap()
}

async fn a_letter_waits_until_it_is_acknowledged(store: &dyn MarketStore) {
    let (to, other) = (persona(50), persona(51));
    let mut tx = begin(store).await;
    assert_eq!(tx.mail().deliver(&to, b"one", 1, at(0)).await.unwrap(), Put::Recorded);
    assert_eq!(tx.mail().deliver(&to, b"two", 2, at(1)).await.unwrap(), Put::Recorded);
    assert_eq!(tx.mail().deliver(&to, b"one", 9, at(2)).await.unwrap(), Put::Already);
    assert_eq!(tx.mail().deliver(&other, b"one", 1, at(2)).await.unwrap(), Put::Recorded);
    tx.commit().await.unwrap();

    let mut tx = begin(store).await;
    let letters = tx.mail().waiting(&to, 0, 10).await.unwrap();
    assert_eq!(letters.iter().map(|letter| &letter.bytes[..]).collect::<Vec<_>>(), [b"one", b"two"]);
    assert!(letters[0].number < letters[1].number);
    assert_eq!(tx.mail().waiting(&to, 0, 1).await.unwrap(), letters[..1]);
    assert_eq!(tx.mail().waiting(&to, letters[0].number, 10).await.unwrap(), letters[1..]);
    assert_eq!(tx.mail().waiting(&to, letters[1].number, 10).await.unwrap(), []);
    assert_eq!(tx.mail().acknowledge(&other, &[letters[0].number]).await.unwrap(), 0, "not its letter");
    assert_eq!(tx.mail().acknowledge(&to, &[letters[1].number, 1 << 40]).await.unwrap(), 1);
    assert_eq!(tx.mail().acknowledge(&to, &[letters[1].number]).await.unwrap(), 0);
    tx.commit().await.unwrap();

    let mut tx = begin(store).await;
    assert_eq!(tx.mail().waiting(&to, 0, 10).await.unwrap(), letters[..1]);
    assert_eq!(tx.mail().deliver(&to, b"three", 3, at(3)).await.unwrap(), Put::Recorded);
    let newest = tx.mail().waiting(&to, letters[0].number, 10).await.unwrap().remove(0);
    assert!(newest.number > letters[1].number, "numbers are never used again");
    tx.commit().await.unwrap();
}

async fn a_full_mailbox_refuses(store: &dyn MarketStore) {
    let to = persona(52);
    let mut tx = begin(store).await;
    for n in 0..MAILBOX_LIMIT {
        tx.mail().deliver(&to, &n.to_be_bytes(), 1, at(0)).await.unwrap();
    }
    let refused = tx.mail().deliver(&to, b"one more", 1, at(0)).await;
    assert!(matches!(refused, Err(LetterRefused::Full)), "{refused:?}");
    assert_eq!(tx.mail().deliver(&to, &0u64.to_be_bytes(), 1, at(0)).await.unwrap(), Put::Already);
    let first = tx.mail().waiting(&to, 0, 1).await.unwrap().remove(0);
    tx.mail().acknowledge(&to, &[first.number]).await.unwrap();
    assert_eq!(tx.mail().deliver(&to, b"one more", 1, at(0)).await.unwrap(), Put::Recorded);
}

async fn buckets_hold_the_letters_of_their_personas_and_ticks(store: &dyn MarketStore) {
    let people: Vec<_> = (60..92).map(persona).collect();
    let letter = |n: usize, tick: u64| format!("letter {n} of tick {tick}").into_bytes();
    let mut tx = begin(store).await;
    for (n, to) in people.iter().enumerate() {
        for tick in [1000, 1001] {
            tx.mail().deliver(to, &letter(n, tick), tick, at(7200 + tick)).await.unwrap();
        }
    }
    tx.commit().await.unwrap();
    let mut tx = begin(store).await;
    for bits in [0, 1, 3, 32] {
        let buckets: BTreeSet<u32> = people.iter().map(|one| Bucket::of(one, bits).number()).collect();
        for bucket in buckets.into_iter().map(|number| Bucket::numbered(bits, number).unwrap()) {
            let (first, last) = bucket.spots();
            let own = people.iter().enumerate().filter(|(_, one)| (first..=last).contains(&spot(one)));
            let mut expected: Vec<Vec<u8>> = own.map(|(n, _)| letter(n, 1001)).collect();
            expected.sort_by_key(|bytes| Digest::of(bytes));
            assert_eq!(tx.mail().tick(bucket, 1001, ALL).await.unwrap(), expected, "{bucket:?}");
        }
    }
    assert_eq!(tx.mail().tick(everybody(), 999, ALL).await.unwrap(), Vec::<Vec<u8>>::new());
    assert_eq!(tx.mail().tick(everybody(), u64::MAX, ALL).await.unwrap(), Vec::<Vec<u8>>::new());
    let number = at(7200 + 1000).secs() / 3600;
    let hour = tx.mail().hour(everybody(), number, ALL).await.unwrap();
    assert_eq!(hour.len(), 64);
    assert!(hour.is_sorted_by_key(|bytes| Digest::of(bytes)), "the order says nothing of arrival");
    assert_eq!(tx.mail().waiting_of_hour(everybody(), number).await.unwrap(), 64);
    let mut after = None;
    for page in hour.chunks(10) {
        let read = tx.mail().hour(everybody(), number, Page { after, most: 10 }).await.unwrap();
        assert_eq!(read, page);
        after = page.last().map(|last| Digest::of(last));
    }
    assert!(tx.mail().hour(everybody(), number, Page { after, most: 10 }).await.unwrap().is_empty());
}

async fn kept(tx: &mut Box<dyn MarketTx>, bucket: Bucket) -> BTreeSet<Vec<u8>> {
    tx.self_letters().bucket(bucket, ALL).await.unwrap().into_iter().collect()
}

async fn the_newest_self_letter_replaces_the_one_in_its_slot(store: &dyn MarketStore) {
    let (mine, yours) = (persona(53), persona(54));
    let mut tx = begin(store).await;
    tx.self_letters().keep(&mine, 0, b"mine, old", at(0)).await.unwrap();
    tx.self_letters().keep(&mine, 0, b"mine, new", at(0)).await.unwrap();
    tx.self_letters().keep(&mine, 1, b"mine, other slot", at(0)).await.unwrap();
    tx.self_letters().keep(&yours, 0, b"yours", at(0)).await.unwrap();
    tx.commit().await.unwrap();
    let mut tx = begin(store).await;
    let all = [&b"mine, new"[..], b"mine, other slot", b"yours"].map(<[u8]>::to_vec);
    assert_eq!(kept(&mut tx, everybody()).await, BTreeSet::from(all));
    let own = kept(&mut tx, Bucket::of(&yours, 32)).await;
    assert_eq!(own, BTreeSet::from([b"yours".to_vec()]));
    assert!(tx.self_letters().keeps(&mine, 1).await.unwrap());
    assert!(!tx.self_letters().keeps(&yours, 1).await.unwrap());
    let last = Digest::of(b"mine, new").min(Digest::of(b"mine, other slot")).min(Digest::of(b"yours"));
    let behind = tx.self_letters().bucket(everybody(), Page { after: Some(last), most: 1 }).await.unwrap();
    assert!(behind.len() == 1 && Digest::of(&behind[0]) > last);

    tx.self_letters().keep_until(&mine, at(500)).await.unwrap();
    tx.self_letters().keep(&mine, 2, b"mine, last", at(0)).await.unwrap();
    assert_eq!(tx.retention().drop_self_letters(at(500), 10).await.unwrap(), 0);
    assert_eq!(tx.retention().drop_self_letters(at(501), 1).await.unwrap(), 1);
    assert_eq!(tx.retention().drop_self_letters(at(501), 10).await.unwrap(), 2);
    tx.commit().await.unwrap();
    let mut tx = begin(store).await;
    assert_eq!(kept(&mut tx, everybody()).await, BTreeSet::from([b"yours".to_vec()]));
}

async fn letters_and_days_are_forgotten(store: &dyn MarketStore) {
    let to = persona(55);
    let mut tx = begin(store).await;
    while tx.retention().drop_letters(at(1 << 30), 100).await.unwrap() > 0 {}
    tx.mail().deliver(&to, b"old", 1, at(10)).await.unwrap();
    tx.mail().deliver(&to, b"new", 1, at(20)).await.unwrap();
    assert_eq!(tx.retention().drop_letters(at(10), 100).await.unwrap(), 0);
    assert_eq!(tx.retention().drop_letters(at(20), 100).await.unwrap(), 1);
    assert_eq!(tx.mail().waiting(&to, 0, 9).await.unwrap()[0].bytes, b"new");

    let day = 86_400;
    tx.mail().seen(&to, at(3 * day)).await.unwrap();
    tx.mail().seen(&to, at(2 * day)).await.unwrap();
    tx.mail().seen(&persona(56), at(2 * day)).await.unwrap();
    assert_eq!(tx.mail().live(at(3 * day)).await.unwrap().total(), 1);
    let mut both = Crowd::nobody();
    [to, persona(56)].iter().for_each(|persona| both.add(persona));
    assert_eq!(tx.mail().live(at(2 * day)).await.unwrap(), both, "counted where they lie");
    tx.retention().drop_seen(at(3 * day), 1000).await.unwrap();
    assert_eq!(tx.mail().live(at(0)).await.unwrap().total(), 1);
    tx.commit().await.unwrap();
}

async fn letters_of_personas_without_an_order_are_forgotten_by_the_day_they_were_seen(
    store: &dyn MarketStore,
) {
    let day = 86_400;
    let [old, seen, buyer, ending] = [96, 97, 98, 99].map(persona);
    let mut tx = begin(store).await;
    while tx.retention().drop_lone_self_letters(at(1 << 30), 100).await.unwrap() > 0 {}
    for (one, bytes) in [(&old, b"old"), (&seen, b"see"), (&buyer, b"buy"), (&ending, b"end")] {
        tx.self_letters().keep(one, 0, bytes, at(10 * day)).await.unwrap();
    }
    assert_eq!(tx.self_letters().of_day(everybody(), at(10 * day).day()).await.unwrap(), 4);
    tx.mail().seen(&seen, at(12 * day)).await.unwrap();
    tx.mail().seen(&seen, at(11 * day)).await.unwrap();
    tx.self_letters().keep_until(&ending, at(90 * day)).await.unwrap();
    let order = StoredOrder { buyer, due: None, ..super::orders::order("whose state is kept", b"placed") };
    assert!(tx.self_letters().is_alone(&buyer).await.unwrap());
    tx.orders().put(&order, None).await.unwrap();
    assert!(!tx.self_letters().is_alone(&buyer).await.unwrap());
    let born = tx.self_letters().of_day(everybody(), at(10 * day).day()).await.unwrap();
    assert_eq!(born, 3, "what a buyer keeps is nobody's flood");
    tx.self_letters().keep(&seen, 0, b"see", at(12 * day)).await.unwrap();
    let born = tx.self_letters().of_day(everybody(), at(12 * day).day()).await.unwrap();
    assert_eq!(born, 0, "writing again is not counted again");
    assert_eq!(tx.retention().drop_lone_self_letters(at(10 * day), 100).await.unwrap(), 0);
    assert_eq!(tx.retention().drop_lone_self_letters(at(11 * day), 100).await.unwrap(), 1, "the old one");
    assert_eq!(tx.retention().drop_lone_self_letters(at(12 * day), 100).await.unwrap(), 0);
    assert_eq!(tx.retention().drop_lone_self_letters(at(80 * day), 100).await.unwrap(), 1, "seen long ago");
    let left = kept(&mut tx, everybody()).await;
    assert!(left.contains(&b"buy"[..]) && left.contains(&b"end"[..]) && !left.contains(&b"old"[..]));
}
