//! Public figures.

use super::{at, begin};
use crate::market::{MarketStore, StoredFigure};

pub(super) async fn suite(store: &dyn MarketStore) {
    let figure = |name: &str, count, due| StoredFigure {
        name: name.to_owned(),
        count,
        shown: format!("shown {count}").into_bytes(),
        due: at(due),
    };
    let mut tx = begin(store).await;
    assert_eq!(tx.figures().get("sold").await.unwrap(), None);
    for one in [figure("sold", 1, 30), figure("sold/a", 2, 10), figure("sold/b", 3, 20)] {
        tx.figures().put(&one).await.unwrap();
    }
    let grown = figure("sold/b", 4, 25);
    tx.figures().put(&grown).await.unwrap();
    tx.commit().await.unwrap();
    let mut tx = begin(store).await;
    assert_eq!(tx.figures().get("sold/b").await.unwrap(), Some(grown.clone()));
    assert_eq!(tx.figures().due(at(9), 10).await.unwrap(), []);
    assert_eq!(tx.figures().due(at(25), 10).await.unwrap(), [figure("sold/a", 2, 10), grown]);
    assert_eq!(tx.figures().due(at(99), 1).await.unwrap(), [figure("sold/a", 2, 10)]);
}
