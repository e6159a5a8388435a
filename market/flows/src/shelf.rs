//! The search of the public pages: a [`Shelf`] in memory, filled once when the market opens and kept up with every version.
//!
//! Which listings answer, their order and the facets come from the shelf; the documents of one page come from the store.
//! Nothing remembers what was asked.

use crate::listings::{CatalogueNotRead, read_listing};
use crate::market::{Market, Shared};
use std::sync::{Arc, RwLock};
use tacit_catalogue::Listing;
use tacit_catalogue::search::{Facets, Query, Shelf};
use tacit_ports::market::{StoreFault, StoredListing};
use tacit_values::{ListingId, Timestamp};

/// How many listings are read from the store at once.
const PAGE: u32 = 500;
const UNPOISONED: &str = "nobody panics while holding this lock";

/// The answer to a search.
#[derive(Debug, Clone, PartialEq)]
pub struct SearchPage {
    /// The listings of the asked page, best first.
    pub listings: Vec<Listing>,
    /// How many answer on all pages.
    pub total: usize,
    /// The asked page, from 1.
    pub page: usize,
    /// How many pages there are.
    pub pages: usize,
    /// What the answering listings are like.
    pub facets: Facets,
}

/// The shelf of one market.
#[derive(Default)]
pub(crate) struct PublicShelf {
    state: RwLock<State>,
    /// Held by whoever fills the shelf; the others wait.
    filling: tokio::sync::Mutex<()>,
}

#[derive(Default)]
enum State {
    #[default]
    Empty,
    /// Versions that were published meanwhile: the store may have been read before.
    Filling(Vec<Listing>),
    Ready(Box<Shelf>),
}

impl PublicShelf {
    fn is_ready(&self) -> bool {
        matches!(*self.state.read().expect(UNPOISONED), State::Ready(_))
    }

    fn set(&self, state: State) -> State {
        std::mem::replace(&mut *self.state.write().expect(UNPOISONED), state)
    }

    fn ask<T>(&self, question: impl FnOnce(&Shelf) -> T) -> Option<T> {
        match &*self.state.read().expect(UNPOISONED) {
            State::Ready(shelf) => Some(question(shelf)),
            State::Empty | State::Filling(_) => None,
        }
    }
}

impl Market {
    /// The same search as on a desk, for the market's public pages.
    pub async fn search(&self, query: &Query) -> Result<SearchPage, CatalogueNotRead> {
        query.check()?;
        let query = query.clone();
        let found = self.ask_shelf(move |shelf| shelf.find(&query)).await?;
        let stored = self.store().read().await?.listings().several(&found.ids).await?;
        let listings =
            stored.iter().map(|one| Ok(read_listing(one)?.listing)).collect::<Result<_, StoreFault>>()?;
        let (total, page, pages, facets) = (found.total, found.page, found.pages, found.facets);
        Ok(SearchPage { listings, total, page, pages, facets })
    }

    /// How many listings and sellers there are.
    pub(crate) async fn shelf_size(&self) -> Result<(usize, usize), StoreFault> {
        self.ask_shelf(|shelf| (shelf.len(), shelf.sellers())).await
    }

    /// How many listings are for sale.
    pub async fn listings_for_sale(&self) -> Result<usize, CatalogueNotRead> {
        Ok(self.shelf_size().await?.0)
    }

    /// The ids of listings for sale with the times of their versions: `most` of them, after leaving out `before`.
    pub async fn addresses_for_sale(
        &self,
        before: usize,
        most: usize,
    ) -> Result<Vec<(ListingId, Timestamp)>, CatalogueNotRead> {
        Ok(self.ask_shelf(move |shelf| shelf.after(None).skip(before).take(most).collect()).await?)
    }

    /// Listings for sale by id, beginning after `after`, at most `most`.
    pub async fn listings_after(
        &self,
        after: Option<ListingId>,
        most: u32,
    ) -> Result<Vec<Listing>, CatalogueNotRead> {
        let stored = self.store().read().await?.listings().for_sale(after, most).await?;
        Ok(stored.iter().map(|one| Ok(read_listing(one)?.listing)).collect::<Result<_, StoreFault>>()?)
    }

    /// Notes a version that was published; call it after the commit.
    pub(crate) fn put_on_shelf(&self, listing: &Listing) {
        match &mut *self.0.shelf.state.write().expect(UNPOISONED) {
            // Whoever fills it will read this version.
            State::Empty => {}
            State::Filling(meanwhile) => meanwhile.push(listing.clone()),
            State::Ready(shelf) => shelf.put(listing),
        }
    }

    /// Begins to fill the shelf, so that the first visitor need not wait for it.
    pub(crate) fn fill_shelf_soon(&self) {
        let market = self.clone();
        tokio::spawn(async move {
            if let Err(fault) = market.fill_shelf().await {
                tracing::warn!(%fault, "the catalogue was not read yet; the first search reads it");
            }
        });
    }

    async fn ask_shelf<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Shelf) -> T + Send + 'static,
    ) -> Result<T, StoreFault> {
        self.fill_shelf().await?;
        let shared = Arc::clone(&self.0);
        let answered = blocking(move || shared.shelf.ask(question)).await?;
        Ok(answered.expect("a filled shelf stays filled"))
    }

    async fn fill_shelf(&self) -> Result<(), StoreFault> {
        if self.0.shelf.is_ready() {
            return Ok(());
        }
        let _turn = self.0.shelf.filling.lock().await;
        if self.0.shelf.is_ready() {
            return Ok(());
        }
        self.0.shelf.set(State::Filling(Vec::new()));
        match read_all(self.clone()).await {
            Ok(shelf) => {
                place(&self.0, shelf);
                Ok(())
            }
            Err(fault) => {
                self.0.shelf.set(State::Empty);
                Err(fault)
            }
        }
    }
}

/// Adds what was published meanwhile and opens the shelf, in one step.
fn place(shared: &Shared, mut shelf: Box<Shelf>) {
    let mut state = shared.shelf.state.write().expect(UNPOISONED);
    if let State::Filling(meanwhile) = &*state {
        meanwhile.iter().for_each(|listing| shelf.put(listing));
    }
    *state = State::Ready(shelf);
}

/// Reads in one view, so that no listing is missed or met twice.
async fn read_all(market: Market) -> Result<Box<Shelf>, StoreFault> {
    let mut view = market.store().read().await?;
    let (mut shelf, mut after) = (Box::<Shelf>::default(), None);
    loop {
        let page = view.listings().for_sale(after, PAGE).await?;
        let last = (page.len() == PAGE as usize).then(|| page.last().map(|last| last.id)).flatten();
        shelf = blocking(move || put_all(shelf, &page)).await??;
        match last {
            Some(last) => after = Some(last),
            None => return Ok(shelf),
        }
    }
}

fn put_all(mut shelf: Box<Shelf>, page: &[StoredListing]) -> Result<Box<Shelf>, StoreFault> {
    for stored in page {
        shelf.put(&read_listing(stored)?.listing);
    }
    Ok(shelf)
}

/// Work that takes milliseconds does not hold up the connections.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, StoreFault> {
    tokio::task::spawn_blocking(work).await.map_err(|stopped| StoreFault::Unreachable(Box::new(stopped)))
}
