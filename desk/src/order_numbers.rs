//! Order numbers: every order of a buyer gets the next one, and its id, persona, mail key and identity follow from it.

use crate::cabinet::Drawer;
use crate::folder::Turn;
use crate::mailroom::own_state::FoundOrder;
use crate::open::OpenDesk;
use crate::refusal::Refusal;
use tacit_values::OrderId;

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

    /// The next order number that no other desk with the same words has used either: whoever used it left a letter to
    /// themselves, and whole buckets of those are read by anybody. Two desks that choose at the same moment can still
    /// choose alike; then they share one order.
    pub(crate) async fn unused_order(&self) -> Result<(u32, OrderId), Refusal> {
        loop {
            let (number, order) = self.next_order().await?;
            if self.mailroom().own_state(number).await?.is_none() {
                return Ok((number, order));
            }
        }
    }

    /// After restoring: keeps what an order's own letter said, for the story that goes on with it, and its number.
    pub(crate) async fn note_found_order(&self, found: &FoundOrder) -> Result<(), Refusal> {
        self.cabinet().put(FOUND, &found.order.to_string(), found).await?;
        self.orders_used_up_to(found.number).await
    }

    /// Orders that were found again from the words, with the state they kept.
    pub async fn found_orders(&self) -> Result<Vec<FoundOrder>, Refusal> {
        Ok(self.cabinet().list(FOUND).await?.into_iter().map(|kept| kept.value).collect())
    }

    /// After restoring: numbers up to this one are used.
    async fn orders_used_up_to(&self, number: u32) -> Result<(), Refusal> {
        let _turn = self.folder().turn(Turn::Orders).await?;
        let next = self.cabinet().get::<u32>(NEXT, "").await?.map_or(0, |kept| kept.value);
        Ok(self.cabinet().put(NEXT, "", &next.max(number + 1)).await?)
    }
}
