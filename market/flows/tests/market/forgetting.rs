//! What the market forgets.

use crate::people::{Buyer, Seller};
use crate::story::{DAY, Story};
use std::time::Duration;
use tacit_ports::vault::Bodies;
use tacit_trade::Order;
use tacit_values::{Digest, PersonaKey};

#[tokio::test]
async fn thirty_days_after_its_end_an_order_is_id_and_outcome() {
    let story = Story::begin().await;
    let seller = Seller::with_rows(1, 1_200);
    let listing = seller.sell(&story).await;
    let buyer = Buyer::new(1);
    story.market.place_order(buyer.persona(), buyer.request(&story, &listing)).await.unwrap();
    let why = tacit_trade::Refusal { reason: tacit_trade::RefusalReason::Declined };
    story.market.refuse_order(seller.persona(), buyer.order, why).await.unwrap();
    story.pass(DAY * 29).await;
    assert_eq!(story.market.order(buyer.persona(), buyer.order).await.unwrap().order.state(), "refused");
    story.pass(DAY * 2).await;
    let seen = story.market.order(buyer.persona(), buyer.order).await.unwrap();
    assert!(matches!(seen.order, Order::Forgotten { .. }));
    let again = story.market.place_order(buyer.persona(), buyer.request(&story, &listing)).await;
    assert!(again.is_err(), "an id is used once for ever");
}

#[tokio::test]
async fn letters_go_after_fourteen_days_and_what_nobody_names_leaves_the_vault() {
    let story = Story::begin().await;
    let persona = PersonaKey::from_seed(&[5; 32]).persona();
    let mut letter = b"age-encryption.org/v1\n".to_vec();
    letter.resize(4_096, 1);
    story.market.deliver_letter(persona, &letter).await.unwrap();
    crate::people::upload(&story, persona, b"an orphan").await;
    let seller = Seller::with_rows(1, 1_200);
    seller.sell(&story).await;
    story.pass(DAY * 13).await;
    assert_eq!(story.market.mailbox(persona, 0, Duration::ZERO).await.unwrap().len(), 1);
    story.pass(DAY * 2).await;
    assert!(story.market.mailbox(persona, 0, Duration::ZERO).await.unwrap().is_empty());
    assert_eq!(story.vault.size(Digest::of(b"an orphan")).await.unwrap(), None);
    assert!(story.vault.size(seller.built.manifest.body).await.unwrap().is_some());
    assert!(story.vault.size(seller.built.manifest.blocks).await.unwrap().is_some());
}
