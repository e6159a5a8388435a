//! Order numbers: every order of a buyer gets the next one, and its id, persona, mail key and identity follow from it.

use crate::cabinet::Drawer;
use crate::folder::Turn;
use crate::mailroom::own_state::FoundOrder;
use crate::open::OpenDesk;
use crate::refusal::Refusal;
use rand::RngExt;
use tacit_values::OrderId;

/// So many numbers belong together: a desk that cannot know which ones were used begins with another window.
pub(crate) const WINDOW: u32 = 65_536;
const NEXT: Drawer = Drawer("order-numbers");
const FOUND: Drawer = Drawer("found-orders");

impl OpenDesk {
    /// Takes the next order number; it is never given out again, whatever becomes of the order.
    pub async fn next_order(&self) -> Result<(u32, OrderId), Refusal> {
        let _turn = self.folder().turn(Turn::Orders).await?;
        let number = self.cabinet().get::<u32>(NEXT, "").await?.map_or(0, |kept| kept.value);
        self.cabinet().put(NEXT, "", &(number + 1)).await?;
        Ok((number, self.keyring().order_id(number)))
    }

    /// The number that the next order gets: so many were given out.
    pub(crate) async fn order_numbers_used(&self) -> Result<u32, Refusal> {
        Ok(self.cabinet().get::<u32>(NEXT, "").await?.map_or(0, |kept| kept.value))
    }

    /// After restoring: keeps what an order's own letter said, for the story that goes on with it, and its number.
    pub(crate) async fn note_found_order(&self, found: &FoundOrder) -> Result<(), Refusal> {
        self.cabinet().put(FOUND, &found.order.to_string(), found).await?;
        self.order_numbers_begin_at(found.number + 1).await
    }

    /// Orders that were found again from the words, with the state they kept.
    pub async fn found_orders(&self) -> Result<Vec<FoundOrder>, Refusal> {
        Ok(self.cabinet().list(FOUND).await?.into_iter().map(|kept| kept.value).collect())
    }

    /// Goes on with numbers that these words have not used on another machine, as good as surely: the begin of a window that
    /// chance draws.
    pub(crate) async fn order_numbers_leave(&self) -> Result<(), Refusal> {
        let window = self.rng().random_range(1..u32::MAX / WINDOW);
        let _turn = self.folder().turn(Turn::Orders).await?;
        Ok(self.cabinet().put(NEXT, "", &(window * WINDOW)).await?)
    }

    /// After restoring: numbers below this one are used.
    pub(crate) async fn order_numbers_begin_at(&self, next: u32) -> Result<(), Refusal> {
        let _turn = self.folder().turn(Turn::Orders).await?;
        let known = self.order_numbers_used().await?;
        Ok(self.cabinet().put(NEXT, "", &known.max(next)).await?)
    }
}
