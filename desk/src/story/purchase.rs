//! Buying: order, agree, pay, download, check, keep the receipt.
//!
//! ```text
//! Requested -> Agreed -> Paying -> PaymentInDoubt -> Paid -> Stated -> Downloaded -> Checked -> Closed
//! ```
//! The record of a purchase is written before the step that it announces, so that [`OpenDesk::drive`] may be called again
//! at any time, by any process of this desk: it does what the state asks for and nothing twice. Money in doubt is a state
//! that the ledger ends; the wallet holds the bundle and never makes another one under the same name.

use super::Tell;
use super::fulfil::agreed_delivery;
use super::receipts::Side;
use super::sell::blocks_of;
use super::terms;
use crate::OpenDesk;
use crate::cabinet::Drawer;
use crate::folder::disk;
use crate::mailroom::outgoing::OutgoingLetter;
use crate::mailroom::own_state::FoundOrder;
use crate::refusal::Refusal;
use crate::wallet::{Ended, Landed, PaymentIntent, PaymentOutcome, PaymentStep, Terms};
use serde::{Deserialize, Serialize};
use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};
use std::time::Duration;
use tacit_catalogue::Listing;
use tacit_delivery::{
    CheckFailed, Delivered, DeliveryFault, Manifest, SignedStatement, check_delivery, check_statement,
};
use tacit_relay::{Kind, Letter};
use tacit_settlement::{EpochFile, PoolId, TermsBlind, TermsTag};
use tacit_trade::{
    ACCEPT_WITHIN, AcceptedBody, FaultKind, Lapse, OrderRequest, PaidBody, ProofOfPayment, Purchase,
    Refusal as Declined, StatedDelivery, TagOpening,
};
use tacit_values::{Digest, Epoch, ListingId, Money, OrderId, ReceiptId, Timestamp};
use tacit_wire::bodies::orders::OrderAct;

pub(crate) const PURCHASES: Drawer = Drawer("purchases");

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
        let market = self.mirror().meet().await?;
        let views = self.wallet().sync().await?;
        let pool = self.wallet().current_pool(listing.price.currency()).await?;
        let free = views.iter().find(|view| view.pool.pool == pool.pool).map(|view| view.balance);
        enough(listing.price.money(), free.map(|balance| (balance.free, balance.in_flight)))?;
        let (number, order) = self.next_order().await?;
        let request = terms::request(self, order, &listing, &pool, market.fees.version);
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
            out: out.unwrap_or_else(|| self.folder().root().join("bought").join(order.to_string())),
            attempt: 0,
            receipt: None,
        };
        self.mailroom().watch(order).await?;
        self.keep_purchase(kept).await?;
        Ok(order)
    }

    /// Takes up an order that was found again from the words: its last sealed copy at the market becomes its record, and the
    /// next drive goes on from there. What the desk knows already is newer and stays.
    pub async fn take_up_order(&self, found: &FoundOrder) -> Result<(), Refusal> {
        let Ok(kept) = serde_json::from_value::<PurchaseKept>(found.state.clone()) else { return Ok(()) };
        if kept.order != found.order || self.purchase(&found.order).await?.is_some() {
            return Ok(());
        }
        self.mailroom().watch(found.order).await?;
        Ok(self.cabinet().put(PURCHASES, &found.order.to_string(), &kept).await?)
    }

    /// Cancels an order before anything was paid.
    pub async fn cancel_order(&self, order: &OrderId) -> Result<(), Refusal> {
        let _claim = self.folder().claim(&order.to_string()).await?;
        let kept = self.purchase(order).await?.ok_or_else(|| not_a_step(&"this desk has no such order"))?;
        let purchase = kept.purchase.clone().cancel().map_err(|refused| not_a_step(&refused))?;
        self.mailroom().unwatch(*order).await?;
        self.keep_purchase(PurchaseKept { purchase, ..kept }).await
    }

    /// Walks a purchase as far as it goes within `patience`.
    pub async fn drive(
        &self,
        order: &OrderId,
        patience: Duration,
        tell: Tell<'_>,
    ) -> Result<Driven, Refusal> {
        let _claim = self.folder().claim(&order.to_string()).await?;
        let deadline = self.now().plus(patience);
        let mut told = None;
        loop {
            let kept =
                self.purchase(order).await?.ok_or_else(|| not_a_step(&"this desk has no such order"))?;
            if told != Some(kept.purchase.state()) {
                tell(kept.purchase.state());
                told = Some(kept.purchase.state());
            }
            if let Some(next) = self.step(&kept, deadline, tell).await? {
                self.keep_purchase(next).await?;
                continue;
            }
            if matches!(kept.purchase, Purchase::Closed { .. }) {
                return Ok(Driven::Done(Box::new(kept)));
            }
            if let Some(over) = over(&kept) {
                return Err(over);
            }
            if self.now() >= deadline {
                let sentence =
                    kept.purchase.waits_until().unwrap_or_else(|| "the order goes on by itself".to_owned());
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
        tell: Tell<'_>,
    ) -> Result<Option<PurchaseKept>, Refusal> {
        let now = self.now();
        let next = match &kept.purchase {
            Purchase::Requested { request, .. } => {
                self.ask(kept, request).await?;
                self.hear_answer(kept, now).await?
            }
            Purchase::Agreed { deal } if now >= deal.pays_until => Some(kept.purchase.clone().lapse(now)),
            Purchase::Agreed { .. } => {
                let r = TagOpening::random(&mut self.rng());
                Some(kept.purchase.clone().begin_payment(r, now))
            }
            Purchase::Paying { .. } | Purchase::PaymentInDoubt { .. } => {
                return self.pay_for(kept, deadline, tell).await;
            }
            Purchase::Paid { deal, payment } => {
                self.tell_paid(kept, payment).await?;
                match self.hear_delivery(kept).await? {
                    Some(delivery) => Some(kept.purchase.clone().stated(delivery)),
                    None if now > deal.deliver_until => Some(kept.purchase.clone().lapse(now)),
                    None => None,
                }
            }
            Purchase::Undelivered { .. } => {
                self.hear_delivery(kept).await?.map(|delivery| kept.purchase.clone().stated(delivery))
            }
            Purchase::Stated { deal, delivery, .. } => match self.wrong_statement(deal, delivery).await? {
                Some(fault) => Some(kept.purchase.clone().faulty(fault)),
                None => Some(kept.purchase.clone().downloaded(self.download(kept, tell).await?)),
            },
            Purchase::Downloaded { delivery, .. } => match self.check(kept, delivery, tell).await? {
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

    /// Places the order at the market and writes to the seller; both once, however often.
    async fn ask(&self, kept: &PurchaseKept, request: &OrderRequest) -> Result<(), Refusal> {
        let buyer = self.keyring().order_persona(kept.order);
        let act = OrderAct::Place { request: Box::new(request.clone()) };
        self.market().acting(&buyer)?.act_on_order(kept.order, &act).await?;
        let listing = self.mirror().listing_version(&request.listing, request.offer_version).await?;
        let listing =
            listing.ok_or_else(|| not_a_step(&"the mirror does not hold the listing any more"))?.listing;
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

    async fn hear_answer(&self, kept: &PurchaseKept, now: Timestamp) -> Result<Option<Step>, Refusal> {
        let Purchase::Requested { request, accept_until, .. } = &kept.purchase else { return Ok(None) };
        for letter in self.letters_of(kept, &request.seller).await? {
            let step = match letter.kind {
                Kind::Accepted => {
                    let answer: AcceptedBody = read(&letter)?;
                    terms::check_receipt(&answer.sd_jwt, &answer.accepted())?;
                    let pool = self.wallet().current_pool(request.price.currency()).await?;
                    let pays_until = pool.end_of(answer.agreement.pay_by);
                    let buyer = self.keyring().order_persona(kept.order);
                    Some(kept.purchase.clone().agree(&answer, &buyer, now, pays_until))
                }
                Kind::Refusal => Some(kept.purchase.clone().refused(read::<Declined>(&letter)?)),
                _ => None,
            };
            if step.is_some() {
                return Ok(step);
            }
        }
        Ok((now > *accept_until).then(|| kept.purchase.clone().lapse(now)))
    }

    /// Brings the payment to an outcome, or finds that it is still open.
    async fn pay_for(
        &self,
        kept: &PurchaseKept,
        deadline: Timestamp,
        tell: Tell<'_>,
    ) -> Result<Option<PurchaseKept>, Refusal> {
        let (Purchase::Paying { deal, r } | Purchase::PaymentInDoubt { deal, r, .. }) = &kept.purchase else {
            return Ok(None);
        };
        let terms = &deal.agreement.agreement;
        let pay = terms.pays.first().ok_or_else(|| not_a_step(&"the agreement names no payee"))?;
        let intent = PaymentIntent {
            id: format!("{}/{}", kept.order, kept.attempt),
            pool: PoolId::from_bytes(*terms.pool.bytes()),
            to: terms::wallet_address(&pay.address)?,
            amount: pay.amount,
            terms: Terms::Agreement(
                terms.terms_hash().map_err(|refused| not_a_step(&refused))?,
                TermsBlind::from_bytes(*r.bytes()),
            ),
            valid_until: Some(terms.pay_by),
            patience: deadline.since(self.now()),
        };
        let told = |step: PaymentStep| {
            tell(match step {
                PaymentStep::Merging => "merging notes first",
                PaymentStep::Proving => "proving the payment: some seconds",
                PaymentStep::Waiting => "sent; waiting for the epoch to close",
            });
        };
        if self.wallet().payment(&intent.id).await?.is_none() {
            // A desk that was restored from its words may have paid before it was lost: the ledger knows.
            if let Some(payment) = self.paid_before(terms, pay.amount, *r).await? {
                let bundle = Digest::of(r.bytes());
                let in_doubt = match &kept.purchase {
                    Purchase::Paying { .. } => kept
                        .purchase
                        .clone()
                        .hand_over(bundle, self.now().min(deal.pays_until.minus(Duration::from_millis(1)))),
                    in_doubt => Ok(in_doubt.clone()),
                };
                let paid = in_doubt.and_then(|in_doubt| in_doubt.found_on_ledger(payment));
                let purchase = paid.map_err(|refused| not_a_step(&refused))?;
                return Ok(Some(PurchaseKept { purchase, ..kept.clone() }));
            }
        }
        let outcome = match self.wallet().pay(&intent, &told).await {
            Ok(outcome) => outcome,
            // Nothing was reserved: the order can be paid later, until it expires.
            Err(refusal) if refusal.code == "insufficient-funds" => {
                if let Purchase::Paying { .. } = &kept.purchase {
                    let purchase =
                        kept.purchase.clone().undo_payment().map_err(|refused| not_a_step(&refused))?;
                    self.keep_purchase(PurchaseKept { purchase, ..kept.clone() }).await?;
                }
                return Err(refusal);
            }
            Err(refusal) => return Err(refusal),
        };
        let before_expiry = self.now().min(deal.pays_until.minus(Duration::from_millis(1)));
        let handed_over = |bundle: Digest| match &kept.purchase {
            Purchase::Paying { .. } => kept.purchase.clone().hand_over(bundle, before_expiry),
            in_doubt => Ok(in_doubt.clone()),
        };
        let (purchase, attempt) = match outcome {
            PaymentOutcome::Landed(landed) => {
                let in_doubt = handed_over(landed.bundle).map_err(|refused| not_a_step(&refused))?;
                (
                    in_doubt.found_on_ledger(proof(&landed, *r)).map_err(|refused| not_a_step(&refused))?,
                    kept.attempt,
                )
            }
            PaymentOutcome::Open { bundle: Some(bundle), .. }
                if matches!(kept.purchase, Purchase::Paying { .. }) =>
            {
                (handed_over(bundle).map_err(|refused| not_a_step(&refused))?, kept.attempt)
            }
            PaymentOutcome::Open { .. } => return Ok(None),
            PaymentOutcome::Ended(ended) => self.payment_ended(kept, ended)?,
        };
        Ok(Some(PurchaseKept { purchase, attempt, ..kept.clone() }))
    }

    /// The payment of an agreement, if it stands on the ledger: the bundle whose tag binds these terms, and in it the
    /// output that this wallet sent to the payee.
    async fn paid_before(
        &self,
        terms: &tacit_trade::Agreement,
        amount: Money,
        r: TagOpening,
    ) -> Result<Option<ProofOfPayment>, Refusal> {
        self.mirror().follow().await?;
        let pool = PoolId::from_bytes(*terms.pool.bytes());
        let terms_hash = terms.terms_hash().map_err(|refused| not_a_step(&refused))?;
        let tag = TermsTag::binding(&TermsBlind::from_bytes(*r.bytes()), &terms_hash);
        let payee =
            terms::wallet_address(&terms.pays.first().ok_or_else(|| not_a_step(&"no payee"))?.address)?;
        let keys = self.wallet_keys(pool);
        let mut from = Epoch::GENESIS;
        loop {
            let files = self.mirror().epoch_files(&pool, from, 64).await?;
            let Some(last) = files.last() else { return Ok(None) };
            from = last.leaf.epoch.next();
            for closed in files {
                let file = closed.file.as_deref().and_then(|bytes| EpochFile::decode(bytes).ok());
                let Some(file) = file else { continue };
                let Some(bundle) =
                    file.entries.iter().map(|entry| &entry.bundle).find(|bundle| bundle.terms_tag() == tag)
                else {
                    continue;
                };
                let ours = (0..bundle.actions()).find(|action| {
                    let sent = keys.recover_output(bundle, *action, amount.currency());
                    sent.is_some_and(|sent| sent.address == payee && sent.value == amount)
                });
                let first = file.position_of(&bundle.digest(), closed.leaf.tree_size);
                let (Some(action), Some(first)) = (ours, first) else { continue };
                let position = first + action as u64;
                return Ok(Some(ProofOfPayment { pool: terms.pool, epoch: closed.leaf.epoch, position, r }));
            }
        }
    }

    fn payment_ended(&self, kept: &PurchaseKept, ended: Ended) -> Result<(Purchase, u32), Refusal> {
        let step = match (&kept.purchase, ended) {
            (Purchase::Paying { .. }, _) => kept.purchase.clone().undo_payment(),
            (_, Ended::Expired { until }) => kept.purchase.clone().not_on_ledger(until.next()),
            // Another wallet with the same words spent the note: this bundle can never land, the order may still be paid.
            (_, Ended::SpentElsewhere { .. }) => {
                kept.purchase.clone().not_on_ledger(tacit_values::Epoch(u64::MAX))
            }
        };
        Ok((step.map_err(|refused| not_a_step(&refused))?, kept.attempt + 1))
    }

    async fn tell_paid(&self, kept: &PurchaseKept, payment: &ProofOfPayment) -> Result<(), Refusal> {
        let Purchase::Paid { deal, .. } = &kept.purchase else { return Ok(()) };
        let terms = &deal.agreement.agreement;
        let listing = self.mirror().listing_version(&terms.listing, terms.offer_version).await?;
        let listing =
            listing.ok_or_else(|| not_a_step(&"the mirror does not hold the listing any more"))?.listing;
        let buyer = self.keyring().order_persona(kept.order);
        let letter = OutgoingLetter {
            from: &buyer,
            to: terms.seller,
            mail: listing
                .seller_mail
                .as_str()
                .parse()
                .map_err(|_| not_a_step(&"the seller's mail key is none"))?,
            order: kept.order,
            kind: Kind::Paid,
            reply_to: None,
            body: serde_json::to_value(PaidBody::new(payment, deal.agreement.buyer_sig))
                .expect("a letter's body is plain data"),
        };
        self.mailroom().post("paid", letter).await.map(drop)
    }

    /// Statement and header: by letter, or from the market when the letter is late.
    async fn hear_delivery(&self, kept: &PurchaseKept) -> Result<Option<StatedDelivery>, Refusal> {
        let (Purchase::Paid { deal, .. } | Purchase::Undelivered { deal, .. }) = &kept.purchase else {
            return Ok(None);
        };
        for letter in self.letters_of(kept, &deal.agreement.agreement.seller).await? {
            if letter.kind == Kind::Delivery {
                return read(&letter).map(Some);
            }
        }
        let buyer = self.keyring().order_persona(kept.order);
        let view = self.market().acting(&buyer)?.order(kept.order).await?;
        Ok(match view.order {
            tacit_trade::Order::Stated { delivery, .. } => Some(*delivery),
            tacit_trade::Order::Closed { delivery, .. } => delivery.map(|delivery| *delivery),
            _ => None,
        })
    }

    async fn wrong_statement(
        &self,
        deal: &tacit_trade::Deal,
        delivery: &StatedDelivery,
    ) -> Result<Option<FaultKind>, Refusal> {
        let manifest =
            self.manifest_of(deal.agreement.agreement.manifest, &deal.agreement.agreement.seller).await?;
        let Ok(signed) = serde_json::from_value::<SignedStatement>(delivery.statement.clone()) else {
            return Ok(Some(FaultKind::Statement));
        };
        let agreed = agreed_delivery(&deal.agreement, manifest.body);
        Ok(check_statement(&signed, &agreed, &delivery.header).err().map(|_| FaultKind::Statement))
    }

    async fn download(&self, kept: &PurchaseKept, tell: Tell<'_>) -> Result<Digest, Refusal> {
        let (manifest, _) = self.goods_of(kept).await?;
        let bytes = tacit_delivery::body_bytes(manifest.bytes);
        let file = self.body_file(&kept.order);
        std::fs::create_dir_all(self.folder().work()).map_err(|_| disk())?;
        let mut into = OpenOptions::new().create(true).append(true).open(&file).map_err(|_| disk())?;
        let have = into.metadata().map_err(|_| disk())?.len().min(bytes);
        tell(&format!("downloading {bytes} bytes, {have} of them are here"));
        let fetched = self.market().singly()?.body(manifest.body, have, bytes, &mut into, &mut |_| {}).await;
        fetched.map_err(|refused| match refused {
            tacit_wire::client::NotFetched::Failed(failed) => failed.into(),
            other => Refusal::new(
                "not-fetched",
                other.to_string(),
                "Run `tacit orders resume` again: it goes on where it stopped.",
            ),
        })?;
        into.sync_all().map_err(|_| disk())?;
        let found = tokio::task::spawn_blocking(move || digest_of_file(&file))
            .await
            .expect("hashing does not panic")?;
        if found != manifest.body {
            let _worthless = std::fs::remove_file(self.body_file(&kept.order));
            return Err(Refusal::new(
                "damaged-download",
                "the download does not have the promised digest",
                "Run `tacit orders resume`: it is downloaded again.",
            ));
        }
        Ok(found)
    }

    /// The check of every block and row, into the place the buyer chose; the seller's fault is a result, not a refusal.
    async fn check(
        &self,
        kept: &PurchaseKept,
        delivery: &StatedDelivery,
        tell: Tell<'_>,
    ) -> Result<Result<Digest, FaultKind>, Refusal> {
        let (manifest, blocks) = self.goods_of(kept).await?;
        tell(&format!("checking all {} rows against the manifest", manifest.rows));
        let out = kept.out.clone();
        let half = out.with_extension("tacit-half");
        if let Some(folder) = out.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            std::fs::create_dir_all(folder).map_err(|_| disk())?;
        }
        let (identity, header, body) =
            (self.keyring().order_identity(kept.order), delivery.header.clone(), self.body_file(&kept.order));
        let checked = tokio::task::spawn_blocking(move || {
            let delivered =
                Delivered { header: &header, identity: &identity, manifest: &manifest, blocks: &blocks };
            let body = std::io::BufReader::new(File::open(body).map_err(|_| disk())?);
            let output = OpenOptions::new()
                .read(true)
                .write(true)
                .create(true)
                .truncate(true)
                .open(&half)
                .map_err(|_| disk())?;
            let found = check_delivery(&delivered, body, output);
            if found.is_ok() {
                File::open(&half).and_then(|file| file.sync_all()).map_err(|_| disk())?;
                std::fs::rename(&half, &out).map_err(|_| disk())?;
            } else {
                let _worthless = std::fs::remove_file(&half);
            }
            Ok::<_, Refusal>(found)
        });
        match checked.await.expect("checking does not panic")? {
            Ok(checked) => Ok(Ok(checked.plaintext.sha256)),
            Err(CheckFailed::Fault(fault)) => Ok(Err(kind_of(&fault))),
            Err(CheckFailed::NotChecked(why)) => {
                Err(Refusal::new("not-checked", why.to_string(), "Run `tacit orders resume` again."))
            }
        }
    }

    /// Closes the order and keeps the receipt; the log's place of it comes with the next epoch.
    async fn close(&self, kept: &PurchaseKept) -> Result<Option<PurchaseKept>, Refusal> {
        let Purchase::Checked { deal, payment, .. } = &kept.purchase else { return Ok(None) };
        let buyer = self.keyring().order_persona(kept.order);
        let acting = self.market().acting(&buyer)?;
        let mut view = acting.act_on_order(kept.order, &OrderAct::Close).await?;
        let mut patience = 600;
        let evidence = loop {
            match view.evidence.take() {
                Some(evidence) => break evidence,
                None if patience == 0 => return Ok(None),
                None => patience -= 1,
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
            view = acting.order(kept.order).await?;
        };
        let id = format!("{}/{}", kept.order, kept.attempt);
        let opening = match self.wallet().payment(&id).await? {
            Some(PaymentOutcome::Landed(landed)) => Some(landed.opening),
            _ => None,
        };
        let receipt =
            self.keep_receipt(Side::Buyer, &deal.agreement, &deal.sd_jwt, payment, opening, evidence).await?;
        let purchase = kept.purchase.clone().closed(self.now()).map_err(|refused| not_a_step(&refused))?;
        self.mailroom().unwatch(kept.order).await?;
        Ok(Some(PurchaseKept { purchase, receipt: Some(receipt), ..kept.clone() }))
    }

    /// Letters about this order from its seller that count; letters stay until the order is over, so that a crash between
    /// reading and recording costs nothing.
    async fn letters_of(
        &self,
        kept: &PurchaseKept,
        seller: &tacit_values::Persona,
    ) -> Result<Vec<Letter>, Refusal> {
        let letters = self.mailroom().waiting(&kept.order).await?;
        Ok(letters.into_iter().filter(|letter| letter.from == *seller).collect())
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
            })?
            .listing;
        if !listing.is_for_sale() {
            return Err(Refusal::new(
                "not-for-sale",
                "the listing is not for sale now",
                "Choose another with `tacit search`.",
            ));
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
            )),
            _ => Ok(listing),
        }
    }

    pub(crate) async fn manifest_of(
        &self,
        digest: Digest,
        seller: &tacit_values::Persona,
    ) -> Result<Manifest, Refusal> {
        let view = self.market().singly()?.manifest(digest).await?;
        let manifest = view.signed.verify(seller).map_err(|refused| {
            Refusal::new(
                "untrue-manifest",
                refused.to_string(),
                "The market sent something else than was agreed; try again.",
            )
        })?;
        if manifest.digest() != digest {
            return Err(Refusal::new(
                "untrue-manifest",
                "the manifest is not the one that was agreed on",
                "The market sent something else; try again.",
            ));
        }
        Ok(manifest.clone())
    }

    async fn goods_of(
        &self,
        kept: &PurchaseKept,
    ) -> Result<(Manifest, tacit_delivery::BlockLeaves), Refusal> {
        let (Purchase::Stated { deal, .. } | Purchase::Downloaded { deal, .. }) = &kept.purchase else {
            return Err(not_a_step(&"the delivery has not been stated"));
        };
        let terms = &deal.agreement.agreement;
        let manifest = self.manifest_of(terms.manifest, &terms.seller).await?;
        let blocks = self.market().singly()?.blocks(manifest.blocks).await?;
        let blocks = blocks_of(&blocks, &manifest)?;
        Ok((manifest, blocks))
    }

    /// Where the sealed body of an order lies while and after it is downloaded.
    pub fn body_file(&self, order: &OrderId) -> PathBuf {
        self.folder().work().join(format!("{order}.age-body"))
    }

    /// Records a change, then leaves a sealed copy at the market, so that the words alone find the order again.
    async fn keep_purchase(&self, mut kept: PurchaseKept) -> Result<(), Refusal> {
        kept.revision += 1;
        self.cabinet().put(PURCHASES, &kept.order.to_string(), &kept).await?;
        let state = serde_json::to_value(&kept).expect("a purchase is plain data");
        match self.mailroom().keep_own_state(kept.order, kept.revision, state).await {
            Err(refusal) if refusal.code == "market-unreachable" => Ok(()),
            kept_there => kept_there,
        }
    }
}

type Step = Result<Purchase, tacit_trade::PurchaseRefused>;

fn enough(price: Money, there: Option<(Money, Money)>) -> Result<(), Refusal> {
    let (free, in_flight) = there.unwrap_or((Money::zero(price.currency()), Money::zero(price.currency())));
    if free.micros() >= price.micros() {
        return Ok(());
    }
    let sentence =
        format!("{price} {} are needed, {free} are free and {in_flight} are in flight", price.currency());
    let remedy =
        "Nothing was ordered. Top up: `tacit wallet address` gives an address for whoever sends you money.";
    Err(Refusal::new("insufficient-funds", sentence, remedy))
}

fn over(kept: &PurchaseKept) -> Option<Refusal> {
    Some(match &kept.purchase {
        Purchase::Refused { refusal, .. } => Refusal::new(
            "declined",
            refusal.to_string(),
            "Nothing was paid. Look at `tacit show` and order again.",
        ),
        Purchase::Expired { why, .. } => Refusal::new(
            "expired",
            format!("the order ended: {}", ended_because(*why)),
            "No money moved, or it is free again. Order again if you still want it.",
        ),
        Purchase::Faulty { fault, .. } => Refusal::new(
            "faulty-delivery",
            format!("the delivery is not what was sold: {fault}"),
            "The payment went straight to the seller; the signed statement and header are kept with the order as evidence (`tacit orders show`).",
        ),
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

fn proof(landed: &Landed, r: TagOpening) -> ProofOfPayment {
    ProofOfPayment {
        pool: Digest::from_bytes(*landed.pool.bytes()),
        epoch: landed.epoch,
        position: landed.position,
        r,
    }
}

fn kind_of(fault: &DeliveryFault) -> FaultKind {
    match fault {
        DeliveryFault::Statement => FaultKind::Statement,
        DeliveryFault::Header => FaultKind::Header,
        DeliveryFault::Chunk { chunk } => FaultKind::Chunk { index: *chunk },
        DeliveryFault::Block { block } => FaultKind::Block { index: *block },
        DeliveryFault::Schema { .. } => FaultKind::Schema,
        DeliveryFault::Plaintext => FaultKind::Plaintext,
    }
}

fn digest_of_file(file: &Path) -> Result<Digest, Refusal> {
    use std::io::Read;
    let mut from = File::open(file).map_err(|_| disk())?;
    let mut hasher = tacit_values::TaggedHasher::plain();
    let mut buffer = vec![0; 256 * 1024];
    loop {
        match from.read(&mut buffer).map_err(|_| disk())? {
            0 => return Ok(hasher.finish()),
            count => hasher.update(&buffer[..count]),
        }
    }
}

fn read<T: serde::de::DeserializeOwned>(letter: &Letter) -> Result<T, Refusal> {
    serde_json::from_value(letter.body.clone())
        .map_err(|_| not_a_step(&"the seller's letter is not of its kind"))
}

fn not_a_step(why: &dyn std::fmt::Display) -> Refusal {
    Refusal::new("order", why.to_string(), "See `tacit orders`.")
}
