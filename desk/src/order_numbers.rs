//! Order numbers: every order of a buyer gets the next one, and its id, persona, mail key and identity follow from it.

use crate::cabinet::Drawer;
use crate::folder::Turn;
use crate::open::OpenDesk;
use crate::refusal::Refusal;
use tacit_values::OrderId;

const NEXT: Drawer = Drawer("order-numbers");

impl OpenDesk {
    /// Takes the next order number; it is never given out again, whatever becomes of the order.
    pub async fn next_order(&self) -> Result<(u32, OrderId), Refusal> {
        let _turn = self.folder().turn(Turn::Orders).await?;
        let number = self.cabinet().get::<u32>(NEXT, "").await?.map_or(0, |kept| kept.value);
        self.cabinet().put(NEXT, "", &(number + 1)).await?;
        Ok((number, self.keyring().order_id(number)))
    }

    /// After restoring: numbers up to this one are used.
    pub async fn orders_used_up_to(&self, number: u32) -> Result<(), Refusal> {
        let _turn = self.folder().turn(Turn::Orders).await?;
        let next = self.cabinet().get::<u32>(NEXT, "").await?.map_or(0, |kept| kept.value);
        Ok(self.cabinet().put(NEXT, "", &next.max(number + 1)).await?)
    }
}
