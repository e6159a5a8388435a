//! Uploads: parts come in any order, survive a restart, and nothing is visible before the whole was verified.

use crate::story::{DAY, Story};
use futures::TryStreamExt;
use tacit_flows::{MarketSettings, UploadRefused};
use tacit_ports::market::testing::MemoryMarket;
use tacit_values::{Digest, PersonaKey};

fn seller(number: u8) -> tacit_values::Persona {
    PersonaKey::from_seed(&[number; 32]).persona()
}

async fn small_parts() -> Story {
    let mut settings = MarketSettings::usual(crate::story::origin());
    settings.limits.part_bytes = 4;
    settings.limits.open_uploads = 2;
    settings.limits.seller_bytes = 100;
    Story::with(std::sync::Arc::new(MemoryMarket::new()), settings).await.unwrap()
}

#[tokio::test]
async fn an_interrupted_upload_goes_on_after_a_restart() {
    let mut story = small_parts().await;
    let body = b"0123456789";
    let opened = story.market.open_upload(seller(1), Digest::of(body), 10).await.unwrap();
    let part = |n: usize| body[n * 4..(n * 4 + 4).min(10)].to_vec();
    story.market.put_part(seller(1), opened.id, 2, Digest::of(&part(2)), part(2).into()).await.unwrap();
    story.restart().await;
    let again = story.market.open_upload(seller(1), Digest::of(body), 10).await.unwrap();
    assert_eq!((again.id, again.parts.len()), (opened.id, 1));
    assert!(matches!(
        story.market.complete_upload(seller(1), opened.id).await,
        Err(UploadRefused::NotWhole(_))
    ));
    assert_eq!(story.market.body_size(Digest::of(body)).await.unwrap(), None);
    for n in [0, 1] {
        let bytes = part(n);
        story
            .market
            .put_part(seller(1), opened.id, n as u32, Digest::of(&bytes), bytes.into())
            .await
            .unwrap();
    }
    story.market.complete_upload(seller(1), opened.id).await.unwrap();
    story.market.complete_upload(seller(1), opened.id).await.unwrap();
    let read: Vec<_> = story.market.body(Digest::of(body), 3..7).await.unwrap().try_collect().await.unwrap();
    assert_eq!(read.concat(), b"3456");
}

#[tokio::test]
async fn parts_of_the_wrong_length_or_digest_and_other_peoples_uploads_are_refused() {
    let story = small_parts().await;
    let opened = story.market.open_upload(seller(1), Digest::of(b"0123456789"), 10).await.unwrap();
    let put = |who: u8, n: u32, said: &'static [u8], sent: &'static [u8]| {
        story.market.put_part(seller(who), opened.id, n, Digest::of(said), sent.into())
    };
    assert!(matches!(put(1, 0, b"012", b"012").await, Err(UploadRefused::WrongPart { expected: 4, .. })));
    assert!(matches!(put(1, 3, b"89", b"89").await, Err(UploadRefused::WrongPart { expected: 0, .. })));
    assert!(matches!(put(1, 0, b"0123", b"012x").await, Err(UploadRefused::WrongDigest)));
    assert!(matches!(put(2, 0, b"0123", b"0123").await, Err(UploadRefused::Unknown)));
    assert!(matches!(story.market.upload(seller(2), opened.id).await, Err(UploadRefused::Unknown)));
}

#[tokio::test]
async fn a_seller_has_a_share_of_the_vault_and_no_more() {
    let story = small_parts().await;
    let open = |body: &'static [u8], bytes: u64| story.market.open_upload(seller(1), Digest::of(body), bytes);
    open(b"a", 10).await.unwrap();
    assert!(matches!(open(b"b", 91).await, Err(UploadRefused::QuotaUsed)));
    open(b"b", 10).await.unwrap();
    assert!(matches!(open(b"c", 10).await, Err(UploadRefused::TooManyOpen { most: 2 })));
    open(b"a", 10).await.unwrap();
    story.market.open_upload(seller(2), Digest::of(b"c"), 100).await.unwrap();
    assert!(matches!(open(b"d", 21 << 30).await, Err(UploadRefused::BodyTooLarge { .. })));
    story.pass(DAY * 3).await;
    open(b"c", 10).await.unwrap();
}
