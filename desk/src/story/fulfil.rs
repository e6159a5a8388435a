//! A seller's desk at work: it answers orders, sees payments, issues headers and keeps receipts, by itself.
//!
//! One round is [`OpenDesk::fulfil_round`]: letters first, then every sale that is not over. Each sale is one [`Sale`]
//! record; what its documents say about start-up is what the next round does, so a crash costs a round and nothing else.
//! The key of a file leaves only after this desk has decrypted the payment itself.

use super::Tell;
use super::goods::own;
use super::terms;
use crate::OpenDesk;
use crate::cabinet::Drawer;
use crate::mailroom::outgoing::OutgoingLetter;
use crate::refusal::Refusal;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::time::Duration;
use tacit_delivery::{AgreedDelivery, issue_header, state_delivery};
use tacit_evidence::receipt::sign_receipt;
use tacit_relay::{Kind, Letter};
use tacit_settlement::{EpochFile, PoolId, TermsBlind, TermsTag};
use tacit_trade::{
    ACCEPT_WITHIN, AcceptedBody, Agreement, OrderRequest, Outcome, PaidBody, ReceivedNote,
    Refusal as Declined, RefusalReason, Sale, SignedAgreement, StatedDelivery,
};
use tacit_values::{Digest, ListingId, Money, OrderId, ReceiptId, Timestamp};
use tacit_wire::bodies::orders::OrderAct;

pub(crate) const SALES: Drawer = Drawer("sales");

/// One sale of this desk.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SaleKept {
    /// Its state.
    pub sale: Sale,
    /// Whether the market and the buyer know of this state.
    pub told: bool,
    /// Whether the receipt is kept.
    pub receipted: bool,
    /// When the order came.
    pub since: Timestamp,
}

impl SaleKept {
    /// Whether nothing is left to do.
    pub fn is_over(&self) -> bool {
        match self.sale {
            Sale::Closed { .. } => self.receipted,
            Sale::Declined { .. } => self.told,
            Sale::Lapsed { .. } | Sale::Unpaid { .. } => true,
            _ => false,
        }
    }

    /// What the sale is about and its price; `None` for one that was never answered.
    pub fn about(&self) -> Option<(ListingId, Money)> {
        Some(match &self.sale {
            Sale::Received { request, .. } | Sale::Declined { request, .. } => {
                (request.listing, request.price.money())
            }
            Sale::Accepted { accepted, .. } | Sale::Unpaid { accepted, .. } => {
                (accepted.agreement.listing, accepted.agreement.price.money())
            }
            Sale::PaymentSeen { agreement, .. }
            | Sale::Delivered { agreement, .. }
            | Sale::Closed { agreement, .. } => {
                (agreement.agreement.listing, agreement.agreement.price.money())
            }
            Sale::Lapsed { .. } => return None,
        })
    }
}

impl OpenDesk {
    /// All sales of this desk.
    pub async fn sales(&self) -> Result<Vec<SaleKept>, Refusal> {
        Ok(self.cabinet().list::<SaleKept>(SALES).await?.into_iter().map(|kept| kept.value).collect())
    }

    /// One sale of this desk.
    pub async fn sale(&self, order: &OrderId) -> Result<Option<SaleKept>, Refusal> {
        Ok(self.cabinet().get::<SaleKept>(SALES, &order.to_string()).await?.map(|kept| kept.value))
    }

    /// One round: waits up to `wait` for letters, acts on them, then on every sale under way. A sale that cannot go on
    /// now is told and tried again in the next round; it does not keep the others waiting.
    pub async fn fulfil_round(&self, wait: Duration, tell: Tell<'_>) -> Result<(), Refusal> {
        let seller = self.keyring().seller();
        self.mailroom().collect(&seller, wait).await?;
        for (order, letters) in self.mailroom().all_waiting().await? {
            for letter in letters.iter().filter(|letter| letter.to == seller.persona()) {
                let _claim = self.folder().claim(&order.to_string()).await?;
                match self.read_letter(letter, tell).await {
                    Ok(true) => self.mailroom().handled(letter).await?,
                    // What the letter needs has not come yet (an epoch, an earlier letter): next round.
                    Ok(false) => {}
                    Err(refusal) if is_of_the_letter(&refusal) => {
                        tell(&format!("a letter about {order} was put aside: {refusal}"));
                        self.mailroom().handled(letter).await?;
                    }
                    Err(refusal) if refusal.code == "market-unreachable" => return Err(refusal),
                    // Whatever hinders this desk is no reason to lose a letter: next round.
                    Err(refusal) => tell(&format!("{order}: {refusal}")),
                }
            }
        }
        for kept in self.sales().await?.into_iter().filter(|kept| !kept.is_over()) {
            let order = kept.sale.id();
            let _claim = self.folder().claim(&order.to_string()).await?;
            match self.go_on(&order, tell).await {
                Ok(()) => {}
                Err(refusal) if refusal.code == "market-unreachable" => return Err(refusal),
                // One order that cannot go on now, for whatever reason, holds up no other.
                Err(refusal) => tell(&format!("{order}: {refusal}")),
            }
        }
        Ok(())
    }

    /// Whether the letter was acted on.
    async fn read_letter(&self, letter: &Letter, tell: Tell<'_>) -> Result<bool, Refusal> {
        match letter.kind {
            Kind::Order => self.receive_order(letter, tell).await.map(|()| true),
            Kind::Paid => self.see_payment(letter, tell).await,
            // The market's view of the order tells the rest: confirmations are a courtesy.
            _ => Ok(true),
        }
    }

    async fn receive_order(&self, letter: &Letter, tell: Tell<'_>) -> Result<(), Refusal> {
        let request: OrderRequest = read(&letter.body)?;
        let order = request.order;
        if request.buyer != letter.from || letter.order != order || self.sale(&order).await?.is_some() {
            return Ok(());
        }
        let now = self.now();
        let sale =
            Sale::receive(request, now, now.plus(ACCEPT_WITHIN)).map_err(|refused| not_a_step(&refused))?;
        self.keep_sale(&SaleKept { sale, told: false, receipted: false, since: now }).await?;
        tell(&format!("order {order} came in"));
        Ok(())
    }

    async fn see_payment(&self, letter: &Letter, tell: Tell<'_>) -> Result<bool, Refusal> {
        let paid: PaidBody = read(&letter.body)?;
        let Some(kept) = self.sale(&letter.order).await? else { return Ok(true) };
        let (Sale::Accepted { accepted, .. } | Sale::Unpaid { accepted, .. }) = &kept.sale else {
            return Ok(true);
        };
        if accepted.agreement.buyer != letter.from {
            return Ok(true);
        }
        let Some(note) = self.received_note(&accepted.agreement, &paid).await? else { return Ok(false) };
        let sale = kept.sale.payment_seen(&paid, &note).map_err(|refused| not_a_step(&refused))?;
        self.keep_sale(&SaleKept { sale, told: false, ..kept }).await?;
        tell(&format!("the payment of {} arrived and was decrypted here", letter.order));
        Ok(true)
    }

    /// The note that a letter names: decrypted by this desk's wallet, in a bundle whose tag binds this agreement. `None`
    /// while the mirror has not reached that epoch.
    async fn received_note(
        &self,
        terms: &Agreement,
        paid: &PaidBody,
    ) -> Result<Option<ReceivedNote>, Refusal> {
        let followed = self.mirror().follow().await?;
        self.wallet().sync_over(&followed).await?;
        let pool_id = PoolId::from_bytes(*paid.pool.bytes());
        let Some(pool) = followed.pools.iter().find(|pool| pool.pool.pool == pool_id) else {
            return Err(untrue_payment());
        };
        if pool.newest.is_none_or(|newest| newest.epoch < paid.epoch) {
            return Ok(None);
        }
        let Some(note) = self.wallet().note_at(&pool.pool, paid.position).await? else {
            return Err(untrue_payment());
        };
        let closed = self.mirror().epoch_file(&pool_id, paid.epoch).await?.ok_or_else(untrue_payment)?;
        let file = closed
            .file
            .as_deref()
            .and_then(|bytes| EpochFile::decode(bytes).ok())
            .ok_or_else(untrue_payment)?;
        let (bundle, _) = file.output_at(closed.leaf.tree_size, paid.position).ok_or_else(untrue_payment)?;
        let terms_hash = terms.terms_hash().map_err(|refused| not_a_step(&refused))?;
        if bundle.terms_tag() != TermsTag::binding(&TermsBlind::from_bytes(*paid.r.bytes()), &terms_hash) {
            return Err(untrue_payment());
        }
        Ok(Some(ReceivedNote {
            pool: paid.pool,
            epoch: note.epoch,
            position: note.position,
            address: terms::pay_address(&note.address),
            amount: note.amount,
        }))
    }

    /// Does what the sale's state asks for, as often as it takes.
    async fn go_on(&self, order: &OrderId, tell: Tell<'_>) -> Result<(), Refusal> {
        while let Some(kept) = self.sale(order).await? {
            let now = self.now();
            match &kept.sale {
                Sale::Received { .. } => {
                    if !self.answer(kept, tell).await? {
                        return Ok(());
                    }
                }
                Sale::Accepted { deliver_until, .. } if now > *deliver_until => {
                    let sale = kept.sale.lapse(now).map_err(|refused| not_a_step(&refused))?;
                    self.keep_sale(&SaleKept { sale, ..kept }).await?;
                }
                Sale::Accepted { .. } if !kept.told => self.tell_accepted(kept).await?,
                Sale::Declined { .. } if !kept.told => self.tell_declined(kept).await?,
                Sale::PaymentSeen { .. } => self.deliver(kept).await?,
                Sale::Delivered { .. } if !kept.told => {
                    self.tell_delivered(kept).await?;
                    tell(&format!("order {order} was delivered"));
                }
                Sale::Delivered { .. } => return self.see_closed(kept, tell).await,
                Sale::Closed { .. } if !kept.receipted => return self.keep_sale_receipt(kept, tell).await,
                _ => return Ok(()),
            }
        }
        Ok(())
    }

    /// Answers an order that stands at the market; a letter alone costs its writer nothing, so nothing is signed for it.
    /// Says whether the sale went on.
    async fn answer(&self, kept: SaleKept, tell: Tell<'_>) -> Result<bool, Refusal> {
        let Sale::Received { request, accept_until, .. } = &kept.sale else { return Ok(false) };
        let (request, now) = (request.clone(), self.now());
        if !self.may_ask_again(&request.order) {
            return Ok(false);
        }
        let placed = self.stands_at_market(&request.order).await?;
        if now > *accept_until {
            self.heard_of(&request.order);
            if !placed {
                tell(&format!("order {} was never placed at the market: it is dropped", request.order));
                self.cabinet().remove(SALES, &request.order.to_string()).await?;
                return self.mailroom().forget(&request.order).await.map(|()| true);
            }
            let sale = kept.sale.lapse(now).map_err(|refused| not_a_step(&refused))?;
            return self.keep_sale(&SaleKept { sale, ..kept }).await.map(|()| true);
        }
        if !placed {
            // The longer it does not stand there, the more rarely it is asked for.
            self.ask_again_after(&request.order, now.since(kept.since).max(Duration::from_secs(2)));
            return Ok(false);
        }
        self.heard_of(&request.order);
        self.mirror().follow().await?;
        let pool = self.wallet().current_pool(request.price.currency()).await?;
        if let Some(reason) = self.objection(&request, &pool.pool).await? {
            tell(&format!("order {} was declined: {}", request.order, Declined { reason }));
            let sale = kept.sale.decline(Declined { reason }).map_err(|refused| not_a_step(&refused))?;
            return self.keep_sale(&SaleKept { sale, ..kept }).await.map(|()| true);
        }
        let seller = self.keyring().seller();
        let pay_by = terms::pay_by(&pool, now);
        let pays_until = pool.end_of(pay_by);
        let mut rng = self.rng();
        let receipt = ReceiptId::random(&mut rng);
        let sale = kept
            .sale
            .clone()
            .accept(terms::pays(self, &request, &pool), pay_by, &seller, now, pays_until, |accepted| {
                let body = terms::receipt_body(accepted, receipt, now)?;
                sign_receipt(&seller, &body, &mut rng).map_err(|refused| {
                    Refusal::new("receipt", refused.to_string(), "The order was not accepted.")
                })
            })
            .map_err(|refused| not_a_step(&refused))??;
        self.keep_sale(&SaleKept { sale, ..kept }).await.map(|()| true)
    }

    async fn stands_at_market(&self, order: &OrderId) -> Result<bool, Refusal> {
        match self.market().acting(&self.keyring().seller())?.order(*order).await {
            Ok(_) => Ok(true),
            // A letter can be sooner than the buyer's own request at the market.
            Err(failed) if failed.is_not_found() => Ok(false),
            Err(failed) => Err(failed.into()),
        }
    }

    /// Why this desk does not accept a request, if it does not.
    async fn objection(
        &self,
        request: &OrderRequest,
        pool: &PoolId,
    ) -> Result<Option<RefusalReason>, Refusal> {
        let Ok((_, published)) = own(self, &request.listing).await else {
            return Ok(Some(RefusalReason::NotForSale));
        };
        if request.agrees_with(&published.listing).is_err() {
            let for_sale = published.listing.is_for_sale();
            return Ok(Some(if for_sale { RefusalReason::OfferChanged } else { RefusalReason::NotForSale }));
        }
        let ours =
            request.market == self.settings().market && request.pool == Digest::from_bytes(*pool.bytes());
        Ok(if ours { None } else { Some(RefusalReason::Terms) })
    }

    async fn tell_accepted(&self, kept: SaleKept) -> Result<(), Refusal> {
        let Sale::Accepted { accepted, sd_jwt, .. } = &kept.sale else { return Ok(()) };
        let receipt = issuer_part(sd_jwt);
        let act = OrderAct::Accept { accepted: accepted.clone(), receipt };
        let seller = self.keyring().seller();
        match self.market().acting(&seller)?.act_on_order(accepted.agreement.order, &act).await {
            Ok(_) => {}
            // A letter can be sooner than the buyer's own request at the market.
            Err(failed) if failed.is_not_found() => return Err(not_placed()),
            Err(failed) => return Err(failed.into()),
        }
        let body = AcceptedBody {
            agreement: accepted.agreement.clone(),
            seller_sig: accepted.seller_sig,
            sd_jwt: sd_jwt.clone(),
        };
        self.write("accepted", Kind::Accepted, &accepted.agreement, &body).await?;
        self.keep_sale(&SaleKept { told: true, ..kept }).await
    }

    async fn tell_declined(&self, kept: SaleKept) -> Result<(), Refusal> {
        let Sale::Declined { request, refusal } = &kept.sale else { return Ok(()) };
        let seller = self.keyring().seller();
        let act = OrderAct::Refuse { refusal: refusal.clone() };
        match self.market().acting(&seller)?.act_on_order(request.order, &act).await {
            Ok(_) => {}
            Err(failed) if failed.is_not_found() => return Err(not_placed()),
            Err(failed) => return Err(failed.into()),
        }
        let letter = OutgoingLetter {
            from: &seller,
            to: request.buyer,
            mail: request
                .buyer_mail
                .as_str()
                .parse()
                .map_err(|_| not_a_step(&"the buyer's mail key is none"))?,
            order: request.order,
            kind: Kind::Refusal,
            reply_to: None,
            body: serde_json::to_value(refusal).expect("a refusal is plain data"),
        };
        self.mailroom().post("refusal", letter).await?;
        self.keep_sale(&SaleKept { told: true, ..kept }).await
    }

    /// Makes header and statement once and records them before anybody sees them.
    async fn deliver(&self, kept: SaleKept) -> Result<(), Refusal> {
        let Sale::PaymentSeen { agreement, .. } = &kept.sale else { return Ok(()) };
        let terms = &agreement.agreement;
        let goods = self
            .goods(&terms.listing)
            .await?
            .ok_or_else(|| not_a_step(&"the file's key is not on this desk; restore a backup"))?;
        let recipient =
            terms.age_recipient.as_str().parse().map_err(|_| not_a_step(&"the order's recipient is none"))?;
        let header = issue_header(&goods.key(), &recipient).map_err(|refused| not_a_step(&refused))?;
        let agreed = agreed_delivery(agreement, goods.manifest.manifest.body);
        let signed = state_delivery(&agreed, &header, 0).sign(&self.keyring().seller());
        let delivery = StatedDelivery {
            statement: serde_json::to_value(&signed).expect("a statement is plain data"),
            header: header.bytes().to_vec(),
            header_digest: header.sha256(),
            body: agreed.body,
            sequence: 0,
        };
        let sale = kept.sale.deliver(delivery).map_err(|refused| not_a_step(&refused))?;
        self.keep_sale(&SaleKept { sale, told: false, ..kept }).await
    }

    async fn tell_delivered(&self, kept: SaleKept) -> Result<(), Refusal> {
        let Sale::Delivered { agreement, delivery, .. } = &kept.sale else { return Ok(()) };
        let statement = serde_json::from_value(delivery.statement.clone())
            .map_err(|_| not_a_step(&"the statement is damaged"))?;
        let act = OrderAct::State { statement: Box::new(statement), header: delivery.header.clone() };
        let terms = &agreement.agreement;
        let acting = self.market().acting(&self.keyring().seller())?;
        if let Err(failed) = acting.act_on_order(terms.order, &act).await {
            // The buyer may have closed the order before this desk heard that its statement arrived, or without waiting
            // for one. The letter still carries what was bought, and the receipt is this desk's too.
            let tacit_trade::Order::Closed { .. } = acting.order(terms.order).await?.order else {
                return Err(failed.into());
            };
        }
        self.write("delivery", Kind::Delivery, terms, delivery.as_ref()).await?;
        self.keep_sale(&SaleKept { told: true, ..kept }).await
    }

    async fn see_closed(&self, kept: SaleKept, tell: Tell<'_>) -> Result<(), Refusal> {
        let order = kept.sale.id();
        let view = self.market().acting(&self.keyring().seller())?.order(order).await?;
        let tacit_trade::Order::Closed { outcome, .. } = view.order else { return Ok(()) };
        let sale = kept.sale.closed(outcome, self.now()).map_err(|refused| not_a_step(&refused))?;
        self.keep_sale(&SaleKept { sale, ..kept }).await?;
        tell(&format!("order {order} is closed"));
        Ok(())
    }

    async fn keep_sale_receipt(&self, kept: SaleKept, tell: Tell<'_>) -> Result<(), Refusal> {
        let Sale::Closed { agreement, sd_jwt, payment, outcome, .. } = &kept.sale else { return Ok(()) };
        debug_assert_ne!(*outcome, Outcome::Refunded, "a direct payment is not refunded by the market");
        let order = agreement.agreement.order;
        let Some(evidence) = self.market().acting(&self.keyring().seller())?.order(order).await?.evidence
        else {
            return Ok(());
        };
        let receipt = self
            .keep_receipt(super::receipts::Side::Seller, agreement, sd_jwt, payment, None, evidence)
            .await?;
        self.keep_sale(&SaleKept { receipted: true, ..kept }).await?;
        self.mailroom().forget(&order).await?;
        tell(&format!("receipt {receipt} of order {order} is kept"));
        Ok(())
    }

    async fn write(
        &self,
        name: &str,
        kind: Kind,
        terms: &Agreement,
        body: &impl Serialize,
    ) -> Result<(), Refusal> {
        let seller = self.keyring().seller();
        let letter = OutgoingLetter {
            from: &seller,
            to: terms.buyer,
            mail: terms
                .buyer_mail
                .as_str()
                .parse()
                .map_err(|_| not_a_step(&"the buyer's mail key is none"))?,
            order: terms.order,
            kind,
            reply_to: None,
            body: serde_json::to_value(body).expect("a letter's body is plain data"),
        };
        self.mailroom().post(name, letter).await.map(drop)
    }

    async fn keep_sale(&self, kept: &SaleKept) -> Result<(), Refusal> {
        Ok(self.cabinet().put(SALES, &kept.sale.id().to_string(), kept).await?)
    }
}

/// What statement and header must repeat of an agreement.
pub(crate) fn agreed_delivery(agreement: &SignedAgreement, body: Digest) -> AgreedDelivery {
    let terms = &agreement.agreement;
    AgreedDelivery { order: terms.order, seller: terms.seller, manifest: terms.manifest, body }
}

/// SHA-256 of the issuer-signed JWT: what log and market know of a receipt.
pub(crate) fn issuer_part(sd_jwt: &str) -> Digest {
    Digest::of(sd_jwt.split('~').next().unwrap_or_default().as_bytes())
}

fn read<T: serde::de::DeserializeOwned>(body: &Value) -> Result<T, Refusal> {
    serde_json::from_value(body.clone()).map_err(|_| not_a_step(&"the letter's body is not of its kind"))
}

fn not_a_step(why: &dyn std::fmt::Display) -> Refusal {
    let remedy = "`tacit orders show ORDER` says where it stands; `tacit desk` goes on with it by itself.";
    Refusal::new("order", why.to_string(), remedy)
        .in_pages("Look at the sale: it says where it stands, and the desk goes on with it by itself.")
}

/// Whether the letter itself is what cannot be acted on, today or later.
fn is_of_the_letter(refusal: &Refusal) -> bool {
    matches!(refusal.code.as_ref(), "order" | "untrue-payment")
}

fn not_placed() -> Refusal {
    Refusal::new(
        "not-placed",
        "the buyer has not placed the order at the market yet",
        "It is tried again by itself.",
    )
}

fn untrue_payment() -> Refusal {
    Refusal::new(
        "untrue-payment",
        "the payment that the buyer names is not on the ledger for this order",
        "Nothing is delivered.",
    )
}
