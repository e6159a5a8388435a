//! Listings, manifests, uploads.

use super::{at, begin, digest, listing_id, persona, upload_id};
use crate::market::{
    CatalogueDay, Held, ListingNotPut, MarketStore, Part, Put, SampleNotPut, StoredListing, StoredManifest,
    StoredUpload,
};
use tacit_values::Epoch;

pub(super) async fn suite(store: &dyn MarketStore) {
    versions_follow_one_another(store).await;
    a_day_shows_what_its_epochs_showed(store).await;
    only_newest_live_versions_are_for_sale(store).await;
    versions_come_newest_first(store).await;
    a_manifest_counts_what_its_seller_tried_before(store).await;
    beacon_and_sample_are_fixed_once(store).await;
    an_upload_is_opened_once_and_keeps_its_parts(store).await;
}

fn listing(name: &str, version: u64) -> StoredListing {
    StoredListing {
        id: listing_id(name),
        version,
        seller: persona(10),
        manifest: digest("manifest"),
        live: true,
        at: at(0),
        shown_after: Epoch(3),
        document: format!("{name} {version}").into_bytes(),
    }
}

async fn versions_follow_one_another(store: &dyn MarketStore) {
    let mut tx = begin(store).await;
    let first = listing("versions", 1);
    assert_eq!(tx.listings().newest(first.id).await.unwrap(), None);
    let gap = tx.listings().put(&listing("versions", 2)).await;
    assert!(matches!(gap, Err(ListingNotPut::Gap { newest: 0 })), "{gap:?}");
    assert_eq!(tx.listings().put(&first).await.unwrap(), Put::Recorded);
    assert_eq!(tx.listings().put(&first).await.unwrap(), Put::Already);
    let differs = tx.listings().put(&StoredListing { document: b"other".to_vec(), ..first.clone() }).await;
    assert!(matches!(differs, Err(ListingNotPut::Differs)), "{differs:?}");
    let gap = tx.listings().put(&listing("versions", 3)).await;
    assert!(matches!(gap, Err(ListingNotPut::Gap { newest: 1 })), "{gap:?}");

    let second = StoredListing { live: false, ..listing("versions", 2) };
    assert_eq!(tx.listings().put(&second).await.unwrap(), Put::Recorded);
    tx.commit().await.unwrap();
    let mut tx = begin(store).await;
    assert_eq!(tx.listings().put(&first).await.unwrap(), Put::Already);
    assert_eq!(tx.listings().newest(first.id).await.unwrap(), Some(second.clone()));
    assert_eq!(tx.listings().version(first.id, 1).await.unwrap(), Some(first.clone()));
    assert_eq!(tx.listings().version(first.id, 3).await.unwrap(), None);
    assert_eq!(tx.listings().version(first.id, u64::MAX).await.unwrap(), None);
}

async fn a_day_shows_what_its_epochs_showed(store: &dyn MarketStore) {
    let tomorrow = at(86_400);
    let day = CatalogueDay::of(tomorrow);
    let on = |name: &str, version, shown_after| StoredListing {
        at: tomorrow,
        shown_after: Epoch(shown_after),
        ..listing(name, version)
    };
    let (early, late, later) = (on("day a", 1, 7), on("day b", 1, 8), on("day a", 2, 8));
    let mut tx = begin(store).await;
    for one in [&late, &early, &later] {
        tx.listings().put(one).await.unwrap();
    }
    tx.commit().await.unwrap();
    let mut tx = begin(store).await;
    assert_eq!(tx.listings().changes(day, Epoch(6)).await.unwrap().revision, 0);
    assert_eq!(
        tx.listings().changes(day, Epoch(7)).await.unwrap().documents,
        std::slice::from_ref(&early.document)
    );
    let whole = tx.listings().changes(day, Epoch(8)).await.unwrap();
    let mut last = [&late, &later];
    last.sort_by_key(|one| one.id);
    assert_eq!(whole.revision, 3);
    assert_eq!(whole.documents, [&early.document, &last[0].document, &last[1].document].map(Clone::clone));
    assert_eq!(
        tx.listings().changes(CatalogueDay::of(at(5 * 86_400)), Epoch(8)).await.unwrap().documents.len(),
        0
    );
}

async fn only_newest_live_versions_are_for_sale(store: &dyn MarketStore) {
    let names = ["for sale 1", "for sale 2", "for sale 3"];
    let mut tx = begin(store).await;
    let before = tx.listings().live().await.unwrap();
    for name in names {
        tx.listings().put(&listing(name, 1)).await.unwrap();
    }
    let changed = listing(names[0], 2);
    tx.listings().put(&changed).await.unwrap();
    let paused = StoredListing { live: false, ..listing(names[1], 2) };
    tx.listings().put(&paused).await.unwrap();
    tx.commit().await.unwrap();

    let mut tx = begin(store).await;
    assert_eq!(tx.listings().live().await.unwrap(), before + 2);
    let all = tx.listings().for_sale(None, 100).await.unwrap();
    assert_eq!(all.len() as u64, before + 2);
    assert!(all.is_sorted_by_key(|one| one.id));
    assert!(all.contains(&changed) && all.contains(&listing(names[2], 1)));
    assert!(!all.iter().any(|one| one.id == paused.id));
    assert_eq!(tx.listings().for_sale(None, 1).await.unwrap(), all[..1]);
    assert_eq!(tx.listings().for_sale(Some(all[0].id), 1).await.unwrap(), all[1..2]);

    let third = listing(names[2], 1);
    let asked = [third.id, listing_id("never put"), paused.id, changed.id];
    let found = tx.listings().several(&asked).await.unwrap();
    assert_eq!(found, [third.clone(), paused, changed], "in the asked order, whatever their state");
    let many: Vec<_> = std::iter::repeat_n(third.id, 45).collect();
    assert_eq!(tx.listings().several(&many).await.unwrap().len(), 45);
    assert_eq!(tx.listings().several(&[]).await.unwrap(), []);
}

async fn versions_come_newest_first(store: &dyn MarketStore) {
    let mut tx = begin(store).await;
    for version in 1..=3 {
        tx.listings().put(&listing("history", version)).await.unwrap();
    }
    let id = listing_id("history");
    let [second, third] = [2, 3].map(|version| listing("history", version));
    assert_eq!(tx.listings().versions(id, 2).await.unwrap(), [third, second]);
    assert_eq!(tx.listings().versions(id, 9).await.unwrap().len(), 3);
    assert_eq!(tx.listings().versions(listing_id("no history"), 9).await.unwrap(), []);
}

fn manifest(name: &str, seller: u8, listing: &str, offer: &str) -> StoredManifest {
    StoredManifest {
        digest: digest(name),
        seller: persona(seller),
        listing: listing_id(listing),
        name: offer.to_owned(),
        body: digest(&format!("body of {name}")),
        blocks: digest(&format!("blocks of {name}")),
        at: at(0),
        document: name.as_bytes().to_vec(),
    }
}

async fn a_manifest_counts_what_its_seller_tried_before(store: &dyn MarketStore) {
    let tries = [
        manifest("try 1", 20, "offer x", "planes"),
        manifest("try 2", 20, "offer x", "planes, again"),
        manifest("try 3", 20, "offer y", "planes"),
        manifest("try 4", 20, "offer z", "boats\0"),
        manifest("try 5", 21, "offer x", "planes"),
    ];
    let mut tx = begin(store).await;
    for one in &tries {
        assert_eq!(tx.manifests().put(one).await.unwrap(), Put::Recorded);
    }
    assert_eq!(tx.manifests().put(&tries[0]).await.unwrap(), Put::Already);
    tx.commit().await.unwrap();
    let mut tx = begin(store).await;
    for (one, expected) in tries.iter().zip([0, 1, 1, 0, 0]) {
        assert_eq!(tx.manifests().earlier(one.digest).await.unwrap(), expected, "{}", one.name);
        assert_eq!(tx.manifests().get(one.digest).await.unwrap().as_ref(), Some(one));
    }
    let later = StoredManifest { at: at(7), ..manifest("try 6", 20, "offer y", "planes") };
    assert_eq!(tx.manifests().put(&later).await.unwrap(), Put::Recorded);
    for (since, taken) in [(0, 5), (1, 1), (7, 1), (8, 0)] {
        let counted = tx.manifests().taken_since(&persona(20), at(since)).await.unwrap();
        assert_eq!(counted, taken, "since {since}");
    }
    assert_eq!(tx.manifests().earlier(digest("never put")).await.unwrap(), 0);
    assert_eq!(tx.manifests().get(digest("never put")).await.unwrap(), None);
    assert!(tx.manifests().names_object(tries[1].body).await.unwrap());
    assert!(tx.manifests().names_object(tries[1].blocks).await.unwrap());
    assert!(!tx.manifests().names_object(digest("an orphan")).await.unwrap());
}

async fn beacon_and_sample_are_fixed_once(store: &dyn MarketStore) {
    let one = manifest("sampled", 22, "offer s", "samples");
    let mut tx = begin(store).await;
    assert_eq!(tx.manifests().fix_beacon(one.digest, b"too early").await.unwrap(), None);
    let early = tx.manifests().put_sample(one.digest, b"too early").await;
    assert!(matches!(early, Err(SampleNotPut::NoManifest)), "{early:?}");
    tx.manifests().put(&one).await.unwrap();
    assert_eq!(tx.manifests().beacon(one.digest).await.unwrap(), None);
    assert_eq!(tx.manifests().sample(one.digest).await.unwrap(), None);
    let first = Some(b"first".to_vec());
    assert_eq!(tx.manifests().fix_beacon(one.digest, b"first").await.unwrap(), first);
    assert_eq!(tx.manifests().fix_beacon(one.digest, b"luckier").await.unwrap(), first);
    assert_eq!(tx.manifests().put_sample(one.digest, b"rows").await.unwrap(), Put::Recorded);
    assert_eq!(tx.manifests().put_sample(one.digest, b"rows").await.unwrap(), Put::Already);
    let other = tx.manifests().put_sample(one.digest, b"nicer rows").await;
    assert!(matches!(other, Err(SampleNotPut::Differs)), "{other:?}");
    tx.commit().await.unwrap();
    let mut tx = begin(store).await;
    assert_eq!(tx.manifests().beacon(one.digest).await.unwrap(), first);
    assert_eq!(tx.manifests().sample(one.digest).await.unwrap(), Some(b"rows".to_vec()));
    assert_eq!(tx.manifests().excerpt(one.digest).await.unwrap(), None);
    tx.manifests().keep_excerpt(one.digest, b"a few rows").await.unwrap();
    tx.manifests().keep_excerpt(one.digest, b"other rows").await.unwrap();
    assert_eq!(tx.manifests().excerpt(one.digest).await.unwrap(), Some(b"a few rows".to_vec()));
    assert_eq!(tx.manifests().put(&one).await.unwrap(), Put::Already);
    assert_eq!(tx.manifests().beacon(one.digest).await.unwrap(), first);
}

async fn an_upload_is_opened_once_and_keeps_its_parts(store: &dyn MarketStore) {
    let body = digest("a sealed body");
    let upload = StoredUpload {
        id: upload_id("first"),
        seller: persona(30),
        body,
        bytes: 20 << 30,
        touched: at(0),
        complete: false,
    };
    let mut tx = begin(store).await;
    assert!(!tx.uploads().names_body(body).await.unwrap());
    assert_eq!(tx.uploads().open(&upload).await.unwrap(), upload);
    let again = StoredUpload { id: upload_id("second"), touched: at(5), ..upload.clone() };
    assert_eq!(tx.uploads().open(&again).await.unwrap(), upload);
    assert_eq!(tx.uploads().get(again.id).await.unwrap(), None);
    let other = StoredUpload { id: upload_id("third"), seller: persona(31), ..upload.clone() };
    assert_eq!(tx.uploads().open(&other).await.unwrap(), other, "another seller's upload is its own");
    tx.commit().await.unwrap();

    let mut tx = begin(store).await;
    let part = |n, text| Part { n, digest: digest(text), bytes: 8 << 20 };
    assert_eq!(tx.uploads().record_part(again.id, part(0, "x"), at(1)).await.unwrap(), None);
    for (new, expected) in [
        (part(2, "two"), Put::Recorded),
        (part(0, "zero"), Put::Recorded),
        (part(2, "two"), Put::Already),
        (part(2, "two, corrected"), Put::Recorded),
    ] {
        assert_eq!(tx.uploads().record_part(upload.id, new, at(9)).await.unwrap(), Some(expected));
    }
    assert_eq!(tx.uploads().parts(upload.id).await.unwrap(), [part(0, "zero"), part(2, "two, corrected")]);
    assert_eq!(tx.uploads().parts(other.id).await.unwrap(), []);
    assert!(tx.uploads().complete(upload.id, at(10)).await.unwrap());
    assert!(tx.uploads().complete(upload.id, at(10)).await.unwrap());
    assert!(!tx.uploads().complete(again.id, at(10)).await.unwrap());
    assert_eq!(tx.uploads().record_part(upload.id, part(3, "late"), at(11)).await.unwrap(), None);
    tx.commit().await.unwrap();
    let mut tx = begin(store).await;
    let complete = StoredUpload { complete: true, touched: at(10), ..upload.clone() };
    assert_eq!(tx.uploads().get(upload.id).await.unwrap(), Some(complete.clone()));
    assert_eq!(tx.uploads().open(&again).await.unwrap(), complete);
    let more = StoredUpload { id: upload_id("more"), body: digest("more"), bytes: 7, ..upload.clone() };
    assert_eq!(tx.uploads().held_by(&upload.seller).await.unwrap(), Held { open: 0, bytes: upload.bytes });
    tx.uploads().open(&more).await.unwrap();
    let held = Held { open: 1, bytes: upload.bytes + 7 };
    assert_eq!(tx.uploads().held_by(&upload.seller).await.unwrap(), held, "its own transaction counts");
    assert_eq!(tx.uploads().held_by(&persona(99)).await.unwrap(), Held::default());
    drop(tx);

    let mut tx = begin(store).await;
    assert!(tx.retention().drop_uploads(at(0), 10).await.unwrap().is_empty());
    let dropped = tx.retention().drop_uploads(at(10), 10).await.unwrap();
    assert_eq!(dropped, [(other.id, body)]);
    assert!(tx.uploads().names_body(body).await.unwrap());
    assert_eq!(tx.retention().drop_uploads(at(11), 10).await.unwrap(), [(upload.id, body)]);
    assert!(!tx.uploads().names_body(body).await.unwrap());
    assert_eq!(tx.uploads().parts(upload.id).await.unwrap(), []);
    tx.commit().await.unwrap();
}
