//! Buying: order, agree, pay, download, check, keep the receipt.
//!
//! ```text
//! Requested -> Agreed -> Paying -> PaymentInDoubt -> Paid -> Stated -> Downloaded -> Checked -> Closed
//! ```
//! The record of a purchase is written before the step that it announces, so that [`OpenDesk::drive`] may be called again
//! at any time, by any process of this desk: it does what the state asks for and nothing twice. Money in doubt is a state
//! that the ledger ends; the wallet holds the bundle and never makes another one under the same name.

mod again;
mod answer;
mod ordering;
mod paying;
mod place;
pub(crate) mod receiving;

use super::Tell;
use super::hearing::{Bytes, Hears, InBytes};
use super::receipts::Side;
use crate::OpenDesk;
use crate::cabinet::Drawer;
use crate::mailroom::outgoing::OutgoingLetter;
use crate::mailroom::own_state::FoundOrder;
use crate::refusal::Refusal;
use crate::wallet::PaymentOutcome;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;
use std::time::Duration;
use tacit_catalogue::Listing;
use tacit_relay::{Kind, Letter};
use tacit_settlement::PoolId;
use tacit_trade::{Agreement, Lapse, OrderRequest, Purchase, TagOpening};
use tacit_values::{ListingId, Money, OrderId, ReceiptId, Timestamp};
use tacit_wire::bodies::orders::OrderAct;

pub(crate) const PURCHASES: Drawer = Drawer("purchases");
/// How long a person waits until another terminal of their desk lets go of an order. One that itself only waits for a letter
/// lets go at the next tick of the mail.
const PATIENCE_WITH_TERMINALS: Duration = Duration::from_secs(60);

/// One purchase of this desk.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PurchaseKept {
    /// Its state.
    pub purchase: Purchase,
    /// Which order, and its number under this desk's words.
    pub order: OrderId,
    /// Counted under this desk's words.
    pub number: u32,
    /// Rises with every change: the newest sealed copy at the market replaces the older ones.
    pub revision: u64,
    /// What is bought, for lists.
    pub title: String,
    /// Which listing.
    pub listing: ListingId,
    /// The price that was agreed to.
    pub price: Money,
    /// When it was begun.
    pub since: Timestamp,
    /// Where the opened file goes.
    pub out: PathBuf,
    /// How many payments were begun for it; a second one only after the first could not happen any more.
    pub attempt: u32,
    /// The receipt, once it is kept.
    pub receipt: Option<ReceiptId>,
}

/// What a drive ended with.
#[derive(Debug, Clone)]
pub enum Driven {
    /// The file is open, checked, and the receipt is kept.
    Done(Box<PurchaseKept>),
    /// It waits for somebody else; the sentence says for whom and until when.
    Waits(Box<PurchaseKept>, String),
}

impl OpenDesk {
    /// All purchases of this desk.
    pub async fn purchases(&self) -> Result<Vec<PurchaseKept>, Refusal> {
        Ok(self.cabinet().list::<PurchaseKept>(PURCHASES).await?.into_iter().map(|kept| kept.value).collect())
    }

    /// One purchase of this desk.
    pub async fn purchase(&self, order: &OrderId) -> Result<Option<PurchaseKept>, Refusal> {
        Ok(self.cabinet().get::<PurchaseKept>(PURCHASES, &order.to_string()).await?.map(|kept| kept.value))
    }

    /// Takes up an order that was found again from the words: its last sealed copy at the market becomes its record, and the
    /// next drive goes on from there. Of that copy and of what the desk knows already, for example from a backup, the one
    /// counts that changed more often.
    pub async fn take_up_order(&self, found: &FoundOrder) -> Result<(), Refusal> {
        let Ok(mut kept) = serde_json::from_value::<PurchaseKept>(found.state.clone()) else { return Ok(()) };
        let known = self.purchase(&found.order).await?;
        if kept.order != found.order || known.is_some_and(|known| known.revision >= kept.revision) {
            return Ok(());
        }
        // The place that was chosen was on another machine.
        if !kept.purchase.is_over() || kept.out.symlink_metadata().is_err() {
            kept.out = self.bought_place(&found.order);
        }
        if !kept.purchase.is_over() {
            self.mailroom().watch_since(found.order, kept.since).await?;
            // Every letter followed a change of the record, so no letter before had this number.
            self.mailroom().count_letters_from(found.order, kept.revision).await?;
        }
        Ok(self.cabinet().put(PURCHASES, &found.order.to_string(), &kept).await?)
    }

    /// Where a file goes when its buyer named no place.
    fn bought_place(&self, order: &OrderId) -> PathBuf {
        self.folder().root().join("bought").join(order.to_string())
    }

    /// Chooses another place for the opened file. Where one is open already it stays, and the next drive opens another.
    pub async fn move_order_to(&self, order: &OrderId, out: PathBuf) -> Result<(), Refusal> {
        let _claim = self.folder().claim_ahead(&order.to_string(), PATIENCE_WITH_TERMINALS).await?;
        let kept = self.purchase(order).await?.ok_or_else(no_such_order)?;
        let out = place::from_here(out)?;
        if kept.out == out {
            return Ok(());
        }
        place::is_free(&out)?;
        if kept.purchase.is_over() {
            // The copy at the market does not change any more: it says what happened, not where a file lies.
            return Ok(self
                .cabinet()
                .put(PURCHASES, &order.to_string(), &PurchaseKept { out, ..kept })
                .await?);
        }
        self.keep_purchase(PurchaseKept { out, ..kept }).await
    }

    /// Cancels an order before anything was paid.
    pub async fn cancel_order(&self, order: &OrderId) -> Result<(), Refusal> {
        let _claim = self.folder().claim_ahead(&order.to_string(), PATIENCE_WITH_TERMINALS).await?;
        let kept = self.purchase(order).await?.ok_or_else(no_such_order)?;
        let purchase = kept.purchase.clone().cancel().map_err(|refused| not_a_step(&refused))?;
        self.mailroom().unwatch(*order).await?;
        self.keep_purchase(PurchaseKept { purchase, ..kept }).await
    }

    /// Before a person goes on with an order that waits: perhaps a letter was lost or damaged on its way, here or there. Mail
    /// is read again from the order's beginning, and the letters that its state asks for are sent once more.
    pub async fn doubt_the_mail(&self, order: &OrderId) -> Result<(), Refusal> {
        let Some(kept) = self.purchase(order).await? else { return Ok(()) };
        if !matches!(
            kept.purchase,
            Purchase::Requested { .. } | Purchase::Paid { .. } | Purchase::Undelivered { .. }
        ) {
            return Ok(());
        }
        self.mailroom().read_again_from(kept.since).await?;
        self.mailroom().doubt(order).await?;
        self.mailroom().fetch().await.map(drop)
    }

    /// Walks a purchase as far as it goes within `patience`.
    pub async fn drive(
        &self,
        order: &OrderId,
        patience: Duration,
        tell: Tell<'_>,
    ) -> Result<Driven, Refusal> {
        self.drive_watched(order, patience, tell, &|_, _, _| {}).await
    }

    /// The same; `bytes` hears how far download and check are.
    pub async fn drive_watched(
        &self,
        order: &OrderId,
        patience: Duration,
        tell: Tell<'_>,
        bytes: Bytes<'_>,
    ) -> Result<Driven, Refusal> {
        let others = patience.max(PATIENCE_WITH_TERMINALS);
        let _claim = self.folder().claim_ahead(&order.to_string(), others).await?;
        self.drive_claimed(order, patience, &InBytes { tell, bytes }).await
    }

    /// The same for a desk that has more to do: `None` at once while another terminal of this desk works on the order, or
    /// waits to do so.
    pub async fn drive_if_free(
        &self,
        order: &OrderId,
        patience: Duration,
        hears: &dyn Hears,
    ) -> Result<Option<Driven>, Refusal> {
        let name = order.to_string();
        if self.folder().somebody_waits_for(&name)? {
            return Ok(None);
        }
        let Some(_claim) = self.folder().claim_if_free(&name)? else { return Ok(None) };
        self.drive_claimed(order, patience, hears).await.map(Some)
    }

    async fn drive_claimed(
        &self,
        order: &OrderId,
        patience: Duration,
        hears: &dyn Hears,
    ) -> Result<Driven, Refusal> {
        let deadline = self.now().plus(patience);
        let mut told = None;
        // Whoever waited in vain for a letter asks the market once before giving up.
        let mut may_ask = !patience.is_zero();
        loop {
            let kept = self.purchase(order).await?.ok_or_else(no_such_order)?;
            if told != Some(kept.purchase.state()) {
                hears.purchase(&kept.purchase);
                told = Some(kept.purchase.state());
            }
            if let Some(next) = self.step(&kept, deadline, hears).await? {
                self.keep_purchase(next).await?;
                continue;
            }
            if matches!(kept.purchase, Purchase::Closed { .. }) {
                return Ok(Driven::Done(Box::new(self.at_hand(kept, hears).await?)));
            }
            if let Some(over) = over(&kept) {
                return Err(over);
            }
            if self.now() >= deadline && may_ask {
                may_ask = false;
                self.ask_at_once(order);
                continue;
            }
            if self.now() >= deadline {
                let sentence =
                    kept.purchase.waits_until().unwrap_or_else(|| "the order goes on by itself".to_owned());
                return Ok(Driven::Waits(Box::new(kept), sentence));
            }
            if self.folder().somebody_waits_for(&order.to_string())? {
                let sentence = "another terminal of this desk took the order over".to_owned();
                return Ok(Driven::Waits(Box::new(kept), sentence));
            }
            tokio::time::sleep(self.mailroom().until_next_fetch().await?).await;
            self.mailroom().fetch().await?;
        }
    }

    /// The next state, or `None` when nothing can be done before somebody else acts.
    async fn step(
        &self,
        kept: &PurchaseKept,
        deadline: Timestamp,
        hears: &dyn Hears,
    ) -> Result<Option<PurchaseKept>, Refusal> {
        let now = self.now();
        let tell: Tell<'_> = &|sentence: &str| hears.tell(sentence);
        let next = match &kept.purchase {
            Purchase::Requested { request, .. } => {
                if let Err(refusal) = self.ask(kept, request).await {
                    return Err(self.never_placed(kept, refusal).await?);
                }
                self.hear_answer(kept, now, tell).await?
            }
            Purchase::Agreed { deal } if now >= deal.pays_until => Some(kept.purchase.clone().lapse(now)),
            Purchase::Agreed { .. } => {
                let r = TagOpening::from_bytes(self.keyring().terms_blind(kept.order, kept.attempt));
                Some(kept.purchase.clone().begin_payment(r, now))
            }
            Purchase::Paying { .. } | Purchase::PaymentInDoubt { .. } => {
                return self.pay_for(kept, deadline, tell).await;
            }
            Purchase::Paid { deal, payment } => {
                self.tell_paid(kept, payment).await?;
                match self.hear_delivery(kept, tell).await? {
                    Some(delivery) => Some(kept.purchase.clone().stated(delivery)),
                    None if now > deal.deliver_until => Some(kept.purchase.clone().lapse(now)),
                    None => None,
                }
            }
            Purchase::Undelivered { .. } => {
                self.hear_delivery(kept, tell).await?.map(|delivery| kept.purchase.clone().stated(delivery))
            }
            Purchase::Stated { deal, delivery, .. } => match self.wrong_statement(deal, delivery).await? {
                Some(fault) => Some(kept.purchase.clone().faulty(fault)),
                None => Some(kept.purchase.clone().downloaded(self.download(kept, hears).await?)),
            },
            Purchase::Downloaded { delivery, .. } => match self.check(kept, delivery, hears).await? {
                Ok(plaintext) => Some(kept.purchase.clone().checked(plaintext)),
                Err(fault) => Some(kept.purchase.clone().faulty(fault)),
            },
            Purchase::Checked { .. } => return self.close(kept).await,
            Purchase::Closed { .. }
            | Purchase::Refused { .. }
            | Purchase::Expired { .. }
            | Purchase::Faulty { .. } => None,
        };
        let next = next.transpose().map_err(|refused| not_a_step(&refused))?;
        Ok(next.map(|purchase| PurchaseKept { purchase, ..kept.clone() }))
    }

    /// An order that the market will not take for what it asks (another price by now, not for sale) is over before anything
    /// was paid; any other refusal leaves it as it is.
    async fn never_placed(&self, kept: &PurchaseKept, refusal: Refusal) -> Result<Refusal, Refusal> {
        if matches!(
            refusal.code.as_ref(),
            "conflict" | "wrong-state" | "refused" | "not-found" | "order-taken"
        ) {
            let purchase = kept.purchase.clone().cancel().map_err(|refused| not_a_step(&refused))?;
            self.mailroom().unwatch(kept.order).await?;
            // On this desk alone: what lies at the market under this number may be the copy of another order.
            let over = PurchaseKept { purchase, revision: kept.revision + 1, ..kept.clone() };
            self.cabinet().put(PURCHASES, &kept.order.to_string(), &over).await?;
            self.mirror().follow_catalogue().await?;
            let newest = self.mirror().listing(&kept.listing).await?.map(|signed| signed.listing.price);
            if let Some(price) = newest.filter(|price| price.money() != kept.price) {
                let currency = price.currency();
                let sentence = format!(
                    "the price is {} {currency} now, not {} as when you ordered; nothing was paid",
                    price.money(),
                    kept.price
                );
                return Ok(Refusal::new("price-changed", sentence, "Look at `tacit show` and order again.")
                    .in_pages("Look at the listing and order again."));
            }
        }
        Ok(refusal)
    }

    /// Places the order at the market and writes to the seller; both once, however often.
    async fn ask(&self, kept: &PurchaseKept, request: &OrderRequest) -> Result<(), Refusal> {
        let buyer = self.keyring().order_persona(kept.order);
        let act = OrderAct::Place { request: Box::new(request.clone()) };
        self.market().acting(&buyer)?.act_on_order(kept.order, &act).await?;
        let listing = self.listing_of(&request.listing, request.offer_version).await?;
        let letter = OutgoingLetter {
            from: &buyer,
            to: request.seller,
            mail: listing
                .seller_mail
                .as_str()
                .parse()
                .map_err(|_| not_a_step(&"the seller's mail key is none"))?,
            order: kept.order,
            kind: Kind::Order,
            reply_to: None,
            body: serde_json::to_value(request).expect("a request is plain data"),
        };
        self.mailroom().post("order", letter).await.map(drop)
    }

    /// A listing as it was ordered; a desk that was restored from its words reads the catalogue first.
    pub(super) async fn listing_of(&self, listing: &ListingId, version: u32) -> Result<Listing, Refusal> {
        if let Some(signed) = self.mirror().listing_version(listing, version).await? {
            return Ok(signed.listing);
        }
        self.mirror().follow_catalogue().await?;
        let signed = self.mirror().listing_version(listing, version).await?;
        Ok(signed.ok_or_else(|| not_a_step(&"the mirror does not hold the listing any more"))?.listing)
    }

    /// The end of the last epoch that takes the payment, in the pool that was agreed on: it may have been rotated since.
    /// `None` when this market has no such pool.
    pub(super) async fn pays_until(&self, agreement: &Agreement) -> Result<Option<Timestamp>, Refusal> {
        let pool = PoolId::from_bytes(*agreement.pool.bytes());
        let genesis = self.mirror().genesis().await?;
        Ok(genesis.and_then(|genesis| genesis.pool(&pool).map(|pool| pool.end_of(agreement.pay_by))))
    }

    /// Closes the order and keeps the receipt; the log's place of it comes with the next epoch.
    async fn close(&self, kept: &PurchaseKept) -> Result<Option<PurchaseKept>, Refusal> {
        let Purchase::Checked { deal, payment, .. } = &kept.purchase else { return Ok(None) };
        let buyer = self.keyring().order_persona(kept.order);
        if !self.may_ask_again(&kept.order) {
            return Ok(None);
        }
        let view = self.market().acting(&buyer)?.act_on_order(kept.order, &OrderAct::Close).await?;
        let Some(evidence) = view.evidence else {
            // It comes with the next epoch: the market says when.
            let wait = Duration::from_millis(view.retry_after_ms.unwrap_or(1_000));
            self.ask_again_after(&kept.order, wait);
            return Ok(None);
        };
        let id = format!("{}/{}", kept.order, kept.attempt);
        let opening = match self.wallet().payment(&id).await? {
            Some(PaymentOutcome::Landed(landed)) => Some(landed.opening),
            // Another machine paid, before this desk was restored: the ledger gives the note back.
            _ => {
                let terms = &deal.agreement.agreement;
                self.paid_before(terms, kept.price, &[payment.r]).await?.map(|(_, opening)| opening)
            }
        };
        let receipt =
            self.keep_receipt(Side::Buyer, &deal.agreement, &deal.sd_jwt, payment, opening, evidence).await?;
        let purchase = kept.purchase.clone().closed(self.now()).map_err(|refused| not_a_step(&refused))?;
        self.mailroom().unwatch(kept.order).await?;
        self.heard_of(&kept.order);
        Ok(Some(PurchaseKept { purchase, receipt: Some(receipt), ..kept.clone() }))
    }

    /// Records a change, then leaves a sealed copy at the market, so that the words alone find the order again.
    async fn keep_purchase(&self, mut kept: PurchaseKept) -> Result<(), Refusal> {
        kept.revision += 1;
        self.cabinet().put(PURCHASES, &kept.order.to_string(), &kept).await?;
        match self.keep_copy(&kept).await {
            Err(refusal) if refusal.may_pass() => Ok(()),
            kept_there => kept_there,
        }
    }

    /// Leaves the record as it is now at the market, sealed to this desk.
    pub(super) async fn keep_copy(&self, kept: &PurchaseKept) -> Result<(), Refusal> {
        let state = serde_json::to_value(kept).expect("a purchase is plain data");
        self.mailroom().keep_own_state(kept.order, kept.revision, state).await
    }
}

type Step = Result<Purchase, tacit_trade::PurchaseRefused>;

fn over(kept: &PurchaseKept) -> Option<Refusal> {
    Some(match &kept.purchase {
        Purchase::Refused { refusal, .. } => Refusal::new(
            "declined",
            refusal.to_string(),
            "Nothing was paid. Look at `tacit show` and order again.",
        ).in_pages("Nothing was paid. Look at the listing and order again."),
        Purchase::Expired { why, .. } => Refusal::new(
            "expired",
            format!("the order ended: {}", ended_because(*why)),
            "No money moved, or it is free again. Order again if you still want it.",
        ),
        Purchase::Faulty { fault, .. } => Refusal::new(
            "faulty-delivery",
            format!("the delivery is not what was sold: {fault}"),
            "The payment went straight to the seller; the signed statement and header are kept with the order as evidence (`tacit --json orders show`).",
        ).in_pages("The payment went straight to the seller; the signed statement and header are kept with the order as evidence."),
        _ => return None,
    })
}

/// Why an order is over without a file, in a clause; `None` for one that is not.
pub(crate) fn why_over(purchase: &Purchase) -> Option<String> {
    Some(match purchase {
        Purchase::Refused { refusal, .. } => refusal.to_string(),
        Purchase::Expired { why, .. } => ended_because(*why).to_owned(),
        Purchase::Faulty { fault, .. } => format!("the delivery is not what was sold: {fault}"),
        _ => return None,
    })
}

fn ended_because(why: Lapse) -> &'static str {
    match why {
        Lapse::NotAccepted => "the seller's desk did not answer in time",
        Lapse::NotPaid => "it was not paid in time",
        Lapse::Cancelled => "you cancelled it before anything was paid",
        Lapse::PaymentDidNotLand => "the payment did not land in time",
    }
}

fn read<T: serde::de::DeserializeOwned>(letter: &Letter) -> Result<T, Refusal> {
    serde_json::from_value(letter.body.clone())
        .map_err(|_| not_a_step(&"the seller's letter is not of its kind"))
}

fn not_a_step(why: &dyn std::fmt::Display) -> Refusal {
    let remedy =
        "`tacit orders show ORDER` says where it stands; `tacit orders resume ORDER` goes on with it.";
    Refusal::new("order", why.to_string(), remedy)
        .in_pages("Look at the order: it says where it stands, and resuming goes on with it.")
}

fn no_such_order() -> Refusal {
    let remedy =
        "`tacit orders` lists those that it has; `tacit init --restore` finds those of your words again.";
    Refusal::new("no-order", "this desk has no such order", remedy)
        .in_pages("Look at your orders. Those of a desk that was lost come back with its 24 words.")
}
