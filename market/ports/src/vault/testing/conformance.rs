//! What every vault must hold. Each case uses bodies and uploads of its own, so all may run on one vault.

#![expect(clippy::unwrap_used, reason = "a suite is test code: a fault of the vault fails the case")]

use crate::vault::{BodyStream, NotComplete, NotRead, PART_LIMIT, PARTS_LIMIT, PartHere, PartRefused, Vault};
use bytes::Bytes;
use futures::StreamExt;
use tacit_values::{Digest, UploadId};

/// Runs every case.
pub async fn whole_suite(vault: &dyn Vault) {
    a_body_is_visible_only_when_it_is_whole(vault).await;
    an_upload_resumes_with_the_parts_that_lie_there(vault).await;
    a_part_that_is_not_what_was_announced_is_refused(vault).await;
    a_body_that_is_not_what_was_announced_never_becomes_visible(vault).await;
    an_empty_body_is_a_body(vault).await;
    a_race_has_no_loser(vault).await;
    nobody_spoils_the_upload_of_another(vault).await;
    ranges_are_read_within_the_body(vault).await;
    an_abandoned_upload_leaves_nothing(vault).await;
    bodies_are_listed_and_deleted(vault).await;
}

fn upload(case: u8, n: u8) -> UploadId {
    let mut bytes = [0xab; 16];
    bytes[0] = case;
    bytes[1] = n;
    UploadId::from_bytes(bytes)
}

fn bytes_of(seed: u8, length: usize) -> Bytes {
    (0..length).map(|i| (i as u64).wrapping_mul(0x9e37_79b9).to_le_bytes()[1] ^ seed).collect()
}

async fn put(vault: &dyn Vault, upload: UploadId, n: u32, part: &Bytes) {
    vault.put_part(upload, n, Digest::of(part), part.clone()).await.expect("a good part is taken");
}

async fn whole(mut stream: BodyStream) -> Vec<u8> {
    let mut bytes = Vec::new();
    while let Some(piece) = stream.next().await {
        let piece = piece.expect("a sound body reads to its end");
        assert!(piece.len() <= PART_LIMIT, "pieces are of bounded size");
        bytes.extend_from_slice(&piece);
    }
    bytes
}

async fn a_body_is_visible_only_when_it_is_whole(vault: &dyn Vault) {
    let id = upload(1, 0);
    let (first, second) = (bytes_of(1, 70_000), bytes_of(2, 33));
    let all: Bytes = [first.clone(), second.clone()].concat().into();
    let body = Digest::of(&all);

    put(vault, id, 1, &second).await;
    assert_eq!(vault.size(body).await.unwrap(), None);
    let missing = vault.complete(id, body, all.len() as u64).await;
    assert!(matches!(missing, Err(NotComplete::Missing { n: 0 })), "{missing:?}");
    put(vault, id, 0, &first).await;
    assert_eq!(vault.size(body).await.unwrap(), None);
    assert!(matches!(vault.read(body, 0..1).await, Err(NotRead::NoBody)));

    vault.complete(id, body, all.len() as u64).await.unwrap();
    assert_eq!(vault.size(body).await.unwrap(), Some(all.len() as u64));
    assert_eq!(whole(vault.read(body, 0..all.len() as u64).await.unwrap()).await, all);
    assert!(vault.parts(id).await.unwrap().is_empty());
    vault.complete(id, body, all.len() as u64).await.expect("completing may be repeated");
}

async fn an_upload_resumes_with_the_parts_that_lie_there(vault: &dyn Vault) {
    let id = upload(2, 0);
    let parts = [bytes_of(3, 10), bytes_of(4, 20), bytes_of(5, 30)];
    assert!(vault.parts(id).await.unwrap().is_empty());
    put(vault, id, 2, &parts[2]).await;
    put(vault, id, 0, &parts[0]).await;
    put(vault, id, 0, &parts[0]).await;
    let here = vault.parts(id).await.unwrap();
    assert_eq!(here, [PartHere { n: 0, bytes: 10 }, PartHere { n: 2, bytes: 30 }]);
    assert!(vault.unfinished().await.unwrap().contains(&id));
    let body = Digest::of(&parts.concat());
    let missing = vault.complete(id, body, 60).await;
    assert!(matches!(missing, Err(NotComplete::Missing { n: 1 })), "{missing:?}");
    put(vault, id, 1, &parts[1]).await;
    vault.complete(id, body, 60).await.unwrap();
    assert!(!vault.unfinished().await.unwrap().contains(&id));
}

async fn a_part_that_is_not_what_was_announced_is_refused(vault: &dyn Vault) {
    let id = upload(3, 0);
    let part = bytes_of(6, 100);
    let wrong = vault.put_part(id, 0, Digest::of(b"something else"), part.clone()).await;
    assert!(matches!(wrong, Err(PartRefused::WrongDigest)));
    let long = Bytes::from(vec![0; PART_LIMIT + 1]);
    for (n, bytes) in [(0, Bytes::new()), (PARTS_LIMIT, part), (0, long)] {
        let refused = vault.put_part(id, n, Digest::of(&bytes), bytes).await;
        assert!(matches!(refused, Err(PartRefused::OutOfBounds)));
    }
    assert!(vault.parts(id).await.unwrap().is_empty());
}

async fn a_body_that_is_not_what_was_announced_never_becomes_visible(vault: &dyn Vault) {
    let id = upload(4, 0);
    let part = bytes_of(7, 1000);
    let body = Digest::of(&part);
    let other = Digest::of(b"another body");
    put(vault, id, 0, &part).await;
    let wrong = vault.complete(id, other, 1000).await;
    assert!(matches!(wrong, Err(NotComplete::WrongDigest)), "{wrong:?}");
    for announced in [999, 1001] {
        let wrong = vault.complete(id, body, announced).await;
        assert!(
            matches!(wrong, Err(NotComplete::WrongLength { found: 1000, announced: a }) if a == announced)
        );
    }
    assert_eq!(vault.size(other).await.unwrap(), None);
    assert_eq!(vault.size(body).await.unwrap(), None);

    put(vault, id, 0, &bytes_of(8, 1000)).await;
    let wrong = vault.complete(id, body, 1000).await;
    assert!(matches!(wrong, Err(NotComplete::WrongDigest)), "{wrong:?}");
    put(vault, id, 0, &part).await;
    vault.complete(id, body, 1000).await.expect("a corrected part takes its place");
}

async fn an_empty_body_is_a_body(vault: &dyn Vault) {
    let body = Digest::of(b"");
    vault.complete(upload(5, 0), body, 0).await.unwrap();
    assert_eq!(vault.size(body).await.unwrap(), Some(0));
    assert!(whole(vault.read(body, 0..0).await.unwrap()).await.is_empty());
}

async fn a_race_has_no_loser(vault: &dyn Vault) {
    let part = bytes_of(9, 200_000);
    let body = Digest::of(&part);
    let racers = (0..6).map(|n| {
        let part = part.clone();
        async move {
            put(vault, upload(6, n), 0, &part).await;
            vault.complete(upload(6, n), body, part.len() as u64).await
        }
    });
    for outcome in futures::future::join_all(racers).await {
        outcome.expect("whoever stores what is stored has stored it");
    }
    assert_eq!(whole(vault.read(body, 0..part.len() as u64).await.unwrap()).await, part);

    let same = upload(6, 100);
    put(vault, same, 0, &bytes_of(10, 5000)).await;
    let again = Digest::of(&bytes_of(10, 5000));
    let twice =
        futures::future::join(vault.complete(same, again, 5000), vault.complete(same, again, 5000)).await;
    twice.0.expect("completing twice at once");
    twice.1.expect("completing twice at once");
}

async fn nobody_spoils_the_upload_of_another(vault: &dyn Vault) {
    let good = bytes_of(11, 300);
    let body = Digest::of(&good);
    put(vault, upload(7, 0), 0, &good).await;
    put(vault, upload(7, 1), 0, &bytes_of(12, 300)).await;
    assert!(matches!(vault.complete(upload(7, 1), body, 300).await, Err(NotComplete::WrongDigest)));
    vault.complete(upload(7, 0), body, 300).await.unwrap();
    assert_eq!(whole(vault.read(body, 0..300).await.unwrap()).await, good);
}

async fn ranges_are_read_within_the_body(vault: &dyn Vault) {
    let part = bytes_of(13, 150_001);
    let body = Digest::of(&part);
    let end = part.len() as u64;
    put(vault, upload(8, 0), 0, &part).await;
    vault.complete(upload(8, 0), body, end).await.unwrap();
    for range in [0..1, 1..1, 65_535..65_537, 100_000..end, 0..end, end..end] {
        let read = whole(vault.read(body, range.clone()).await.unwrap()).await;
        assert!(read[..] == part[range.start as usize..range.end as usize], "{range:?}");
    }
    #[expect(clippy::reversed_empty_ranges, reason = "that is the case")]
    for range in [0..end + 1, end + 1..end + 1, 2..1] {
        let refused = vault.read(body, range.clone()).await;
        assert!(matches!(refused, Err(NotRead::BeyondEnd { bytes }) if bytes == end), "{range:?}");
    }
}

async fn an_abandoned_upload_leaves_nothing(vault: &dyn Vault) {
    let id = upload(9, 0);
    put(vault, id, 0, &bytes_of(14, 10)).await;
    vault.abandon(id).await.unwrap();
    vault.abandon(id).await.unwrap();
    assert!(vault.parts(id).await.unwrap().is_empty());
    assert!(!vault.unfinished().await.unwrap().contains(&id));
}

async fn bodies_are_listed_and_deleted(vault: &dyn Vault) {
    let part = bytes_of(15, 2_000_000);
    let body = Digest::of(&part);
    put(vault, upload(10, 0), 0, &part).await;
    vault.complete(upload(10, 0), body, part.len() as u64).await.unwrap();

    let mut listed = Vec::new();
    loop {
        let page = vault.list(listed.last().copied(), 2).await.unwrap();
        if page.is_empty() {
            break;
        }
        listed.extend(page);
    }
    assert!(listed.is_sorted());
    assert!(listed.contains(&body));

    let mut reading = vault.read(body, 0..part.len() as u64).await.unwrap();
    let first = reading.next().await.unwrap().unwrap();
    assert!(vault.delete(body).await.unwrap());
    assert!(!vault.delete(body).await.unwrap());
    assert_eq!(vault.size(body).await.unwrap(), None);
    let rest = whole(reading).await;
    assert!([&first[..], &rest[..]].concat() == part, "a stream that began goes on");
}
