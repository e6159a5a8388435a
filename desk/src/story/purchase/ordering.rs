//! Ordering: what must be so before an order is placed, and an order number that nobody used.

use super::{PURCHASES, PurchaseKept, not_a_step, place};
use crate::OpenDesk;
use crate::refusal::Refusal;
use crate::story::terms;
use crate::wallet::shortage::insufficient;
use std::path::PathBuf;
use tacit_catalogue::Listing;
use tacit_settlement::Pool;
use tacit_trade::{ACCEPT_WITHIN, Order, Purchase};
use tacit_values::{ListingId, Money, OrderId};
use tacit_wire::bodies::orders::OrderAct;

impl OpenDesk {
    /// Begins an order for the newest version of a listing. Nothing is paid here.
    pub async fn place_order(
        &self,
        listing: &ListingId,
        most: Option<Money>,
        out: Option<PathBuf>,
    ) -> Result<OrderId, Refusal> {
        self.mirror().calm().await?;
        self.mirror().follow_catalogue().await?;
        let listing = self.for_sale(listing, most).await?;
        let out = out.map(place::from_here).transpose()?;
        if let Some(out) = &out {
            place::is_free(out)?;
        }
        let market = self.mirror().meet().await?;
        let views = self.wallet().sync().await?;
        let pool = self.wallet().current_pool(listing.price.currency()).await?;
        let free = views.iter().find(|view| view.pool.pool == pool.pool).map(|view| view.balance);
        let rotated = self.wallet().in_rotated_pools(listing.price.currency()).await?;
        enough(listing.price.money(), free.map(|balance| (balance.free, balance.in_flight)), rotated)?;
        let mut taken = 0;
        loop {
            let (number, order) = self.next_order().await?;
            // Claimed before it is on record: no other part of this desk drives an order that may have to be given up.
            let _claim = self.folder().claim(&order.to_string()).await?;
            let kept = self.request_order(number, &listing, &pool, market.fees.version, out.clone()).await?;
            match self.place_at_market(&kept).await {
                // The words used this number before, on a desk that is lost: the next one. After two, numbers far away:
                // asking for one old order after the other would tell the market that they are one buyer's.
                Err(refusal) if refusal.code == "order-taken" => {
                    self.give_up_number(&order).await?;
                    taken += 1;
                    if taken == 2 {
                        self.order_numbers_leave().await?;
                    }
                }
                // The copy at the market comes only now: under a number that was used it would have replaced the copy of
                // another order.
                Ok(()) => {
                    self.keep_purchase(kept).await?;
                    return Ok(order);
                }
                // Whatever else stands in the way, the drive meets it again and says it.
                Err(_) => return Ok(order),
            }
        }
    }

    /// A new order under its number, recorded on this desk alone.
    async fn request_order(
        &self,
        number: u32,
        listing: &Listing,
        pool: &Pool,
        fee_version: u32,
        out: Option<PathBuf>,
    ) -> Result<PurchaseKept, Refusal> {
        let order = self.keyring().order_id(number);
        let request = terms::request(self, order, listing, pool, fee_version);
        let now = self.now();
        let purchase = Purchase::request(request, now, now.plus(ACCEPT_WITHIN))
            .map_err(|refused| not_a_step(&refused))?;
        let kept = PurchaseKept {
            purchase,
            order,
            number,
            revision: 0,
            title: listing.title.as_str().to_owned(),
            listing: listing.id,
            price: listing.price.money(),
            since: now,
            out: out.unwrap_or_else(|| self.bought_place(&order)),
            attempt: 0,
            receipt: None,
        };
        self.mailroom().watch(order).await?;
        self.cabinet().put(PURCHASES, &order.to_string(), &kept).await?;
        Ok(kept)
    }

    async fn place_at_market(&self, kept: &PurchaseKept) -> Result<(), Refusal> {
        let Purchase::Requested { request, .. } = &kept.purchase else { return Ok(()) };
        let act = OrderAct::Place { request: request.clone() };
        let buyer = self.keyring().order_persona(kept.order);
        match self.market().acting(&buyer)?.act_on_order(kept.order, &act).await?.order {
            Order::Placed { .. } => Ok(()),
            // The very same request, long ago: that order is over or under way elsewhere.
            _ => Err(Refusal::new("order-taken", "this desk's words used the number before", "Order again.")),
        }
    }

    /// Forgets an order that never was one.
    async fn give_up_number(&self, order: &OrderId) -> Result<(), Refusal> {
        self.mailroom().unwatch(*order).await?;
        Ok(self.cabinet().remove(PURCHASES, &order.to_string()).await?)
    }

    async fn for_sale(&self, listing: &ListingId, most: Option<Money>) -> Result<Listing, Refusal> {
        let found = self.mirror().listing(listing).await?;
        let listing = found
            .ok_or_else(|| {
                Refusal::new(
                    "no-listing",
                    "there is no such listing at this market",
                    "Search again with `tacit search`.",
                )
                .in_pages("Search again.")
            })?
            .listing;
        if listing.seller == self.keyring().seller().persona() {
            return Err(Refusal::new(
                "own-listing",
                "this listing is your own: nothing was ordered",
                "A desk does not buy from itself. Try a purchase from another desk.",
            ));
        }
        if !listing.is_for_sale() {
            return Err(Refusal::new(
                "not-for-sale",
                "the listing is not for sale now",
                "Choose another with `tacit search`.",
            )
            .in_pages("Choose another listing."));
        }
        match most {
            Some(most) if listing.price.money().micros() > most.micros() => Err(Refusal::new(
                "price-changed",
                format!(
                    "the price is {} {} now, more than the {most} you agreed to",
                    listing.price.money(),
                    listing.price.currency()
                ),
                "Look at `tacit show` and order again with a higher --max-price if it is worth that.",
            )
            .in_pages("Look at the listing again and order at the new price if it is worth that.")),
            _ => Ok(listing),
        }
    }
}

fn enough(price: Money, there: Option<(Money, Money)>, rotated: Money) -> Result<(), Refusal> {
    let zero = Money::zero(price.currency());
    let (free, in_flight) = there.unwrap_or((zero, zero));
    if free.micros() >= price.micros() {
        return Ok(());
    }
    let short = insufficient(price, free, in_flight, rotated);
    let remedy = format!("Nothing was ordered. {}", short.remedy);
    let in_pages = format!("Nothing was ordered. {}", short.remedy_in_pages());
    Err(Refusal { remedy, ..short }.in_pages(in_pages))
}
