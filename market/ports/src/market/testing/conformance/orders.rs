//! Orders and their papers.

use super::{at, begin, listing_id, order_id, persona};
use crate::market::{Closing, MarketStore, OrderMoved, OrderPaper, OrderRow, Put, StoredOrder};

pub(super) async fn suite(store: &dyn MarketStore) {
    an_order_moves_only_from_the_state_that_was_read(store).await;
    orders_come_up_when_they_are_due(store).await;
    papers_are_kept_byte_for_byte(store).await;
    an_old_order_shrinks_to_its_outcome(store).await;
}

pub(super) fn order(name: &str, state: &[u8]) -> StoredOrder {
    StoredOrder {
        id: order_id(name),
        listing: listing_id("sold"),
        buyer: persona(40),
        seller: persona(41),
        state: state.to_vec(),
        due: None,
        closing: None,
    }
}

async fn an_order_moves_only_from_the_state_that_was_read(store: &dyn MarketStore) {
    let placed = order("moves", b"placed");
    let mut tx = begin(store).await;
    assert_eq!(tx.orders().get(placed.id).await.unwrap(), None);
    let nothing = tx.orders().put(&placed, Some(1)).await;
    assert!(matches!(nothing, Err(OrderMoved::To { revision: None })), "{nothing:?}");
    let before = tx.orders().under_way().await.unwrap();
    assert_eq!(tx.orders().put(&placed, None).await.unwrap(), 1);
    assert_eq!(tx.orders().under_way().await.unwrap(), before + 1);
    tx.commit().await.unwrap();

    let accepted = order("moves", b"accepted");
    let mut tx = begin(store).await;
    let twice = tx.orders().put(&placed, None).await;
    assert!(matches!(twice, Err(OrderMoved::To { revision: Some(1) })), "{twice:?}");
    assert_eq!(tx.orders().put(&accepted, Some(1)).await.unwrap(), 2);
    let stale = tx.orders().put(&order("moves", b"refused"), Some(1)).await;
    assert!(matches!(stale, Err(OrderMoved::To { revision: Some(2) })), "{stale:?}");
    tx.commit().await.unwrap();
    let stands = begin(store).await.orders().get(placed.id).await.unwrap();
    assert_eq!(stands, Some(OrderRow::Whole { revision: 2, order: Box::new(accepted) }));
}

async fn orders_come_up_when_they_are_due(store: &dyn MarketStore) {
    let mut tx = begin(store).await;
    for (name, due) in [("due 3", Some(30)), ("due 1", Some(10)), ("due 2", Some(20)), ("never", None)] {
        tx.orders().put(&StoredOrder { due: due.map(at), ..order(name, b"placed") }, None).await.unwrap();
    }
    tx.commit().await.unwrap();
    let mut tx = begin(store).await;
    assert_eq!(tx.orders().due(at(9), 10).await.unwrap(), []);
    assert_eq!(tx.orders().due(at(20), 10).await.unwrap(), [order_id("due 1"), order_id("due 2")]);
    assert_eq!(tx.orders().due(at(99), 1).await.unwrap(), [order_id("due 1")]);
    for name in ["due 1", "due 2", "due 3"] {
        tx.orders().put(&order(name, b"expired"), Some(1)).await.unwrap();
    }
    assert_eq!(tx.orders().due(at(99), 10).await.unwrap(), []);
    tx.commit().await.unwrap();
}

async fn papers_are_kept_byte_for_byte(store: &dyn MarketStore) {
    let id = order_id("papers");
    let mut tx = begin(store).await;
    tx.orders().put(&order("papers", b"placed"), None).await.unwrap();
    let every = [
        OrderPaper::Agreement,
        OrderPaper::Receipt,
        OrderPaper::Statement,
        OrderPaper::Header,
        OrderPaper::Countersignature,
    ];
    for (paper, byte) in every.into_iter().zip(0u8..) {
        assert_eq!(tx.orders().paper(id, paper).await.unwrap(), None);
        assert_eq!(tx.orders().attach(id, paper, &[byte, 0, 255]).await.unwrap(), Put::Recorded);
    }
    assert_eq!(tx.orders().attach(id, OrderPaper::Header, &[3, 0, 255]).await.unwrap(), Put::Already);
    assert_eq!(tx.orders().attach(id, OrderPaper::Header, b"").await.unwrap(), Put::Recorded);
    tx.commit().await.unwrap();
    let mut tx = begin(store).await;
    assert_eq!(tx.orders().paper(id, OrderPaper::Header).await.unwrap(), Some(Vec::new()));
    assert_eq!(tx.orders().paper(id, OrderPaper::Statement).await.unwrap(), Some(vec![2, 0, 255]));
    assert_eq!(tx.orders().paper(order_id("other"), OrderPaper::Header).await.unwrap(), None);
}

async fn an_old_order_shrinks_to_its_outcome(store: &dyn MarketStore) {
    let closing = Some(Closing { at: at(100), outcome: "closed".to_owned() });
    let closed = StoredOrder { closing, ..order("old", b"closed") };
    let mut tx = begin(store).await;
    let before = tx.orders().under_way().await.unwrap();
    tx.orders().put(&order("old", b"placed"), None).await.unwrap();
    tx.orders().attach(closed.id, OrderPaper::Agreement, b"terms").await.unwrap();
    assert_eq!(tx.retention().shrink_orders(at(1000), 10).await.unwrap(), []);
    tx.orders().put(&closed, Some(1)).await.unwrap();
    assert_eq!(tx.orders().under_way().await.unwrap(), before);
    tx.commit().await.unwrap();

    let mut tx = begin(store).await;
    let whole = OrderRow::Whole { revision: 2, order: Box::new(closed.clone()) };
    assert_eq!(tx.orders().get(closed.id).await.unwrap(), Some(whole));
    assert_eq!(tx.retention().shrink_orders(at(100), 10).await.unwrap(), []);
    assert_eq!(tx.retention().shrink_orders(at(101), 10).await.unwrap(), [closed.id]);
    assert_eq!(tx.retention().shrink_orders(at(101), 10).await.unwrap(), []);
    tx.commit().await.unwrap();
    let mut tx = begin(store).await;
    let shrunk = OrderRow::Shrunk { outcome: "closed".to_owned() };
    assert_eq!(tx.orders().get(closed.id).await.unwrap(), Some(shrunk));
    assert_eq!(tx.orders().paper(closed.id, OrderPaper::Agreement).await.unwrap(), None);
    assert_eq!(tx.orders().under_way().await.unwrap(), before);
    for expected in [None, Some(0), Some(2)] {
        let refused = tx.orders().put(&closed, expected).await;
        assert!(matches!(refused, Err(OrderMoved::To { revision: None })), "{refused:?}");
    }
}
