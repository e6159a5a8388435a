//! The verbs of an order, one transaction each. Doing the same again gives the same state again.

use super::{OrderRefused, OrderSeen, Read, forgotten, keep, read};
use crate::about::FEES;
use crate::listings::read_listing;
use crate::manifests::read_manifest;
use crate::market::Market;
use tacit_delivery::{AgreedDelivery, Header, SignedStatement, check_statement};
use tacit_evidence::log::LeafKind;
use tacit_ports::market::{LeafKey, OrderRow, StoreFault};
use tacit_settlement::{Address, Pool, PoolId};
use tacit_trade::{
    AcceptedAgreement, Closing, Due, Mode, Moved, NotPlaced, Order, OrderRequest, PayAddress, Refusal,
    StatedDelivery,
};
use tacit_values::{Digest, OrderId, Persona, Timestamp};

/// The longest header that is read: far more than the 168 bytes it must have.
const HEADER_MOST: usize = 4_096;

impl Market {
    /// A buyer orders a listing as it stands now. The buyer chose the id; the same request again changes nothing.
    pub async fn place_order(
        &self,
        buyer: Persona,
        request: OrderRequest,
    ) -> Result<OrderSeen, OrderRefused> {
        let now = self.now();
        let mut tx = self.store().begin().await?;
        let order = match tx.orders().get(request.order).await? {
            Some(OrderRow::Shrunk { .. }) => return Err(NotPlaced::Taken.into()),
            Some(OrderRow::Whole { order, .. }) => {
                let known: Order = super::read_state(&order.state)?;
                if request.buyer != buyer {
                    return Err(NotPlaced::NotTheBuyer.into());
                }
                let stands = known.place_again(&request)?.order;
                drop(tx);
                return self.seen(stands).await;
            }
            None => {
                let listing = tx.listings().newest(request.listing).await?.ok_or(OrderRefused::NoListing)?;
                let listing = read_listing(&listing)?.listing;
                let refund = request.refund_address.clone();
                let (mode, fee_version, pool) = (request.mode, request.fee_version, request.pool);
                let order = Order::place(request, &buyer, &listing, &self.settings().origin, now)?;
                self.check_terms(mode, fee_version, pool, &[&refund])?;
                order
            }
        };
        keep(self, &mut *tx, None, &order, now).await?;
        tx.mail().seen(&buyer, now).await?;
        tx.commit().await?;
        tracing::info!(order.id = %order.id(), step = "placed", "order moved");
        self.seen(order).await
    }

    /// The seller accepts with a signed agreement; `receipt` is the digest of the receipt body signed for the buyer.
    pub async fn accept_order(
        &self,
        seller: Persona,
        id: OrderId,
        answer: AcceptedAgreement,
        receipt: Digest,
    ) -> Result<OrderSeen, OrderRefused> {
        let terms = &answer.agreement;
        let payees: Vec<&PayAddress> = terms.pays.iter().map(|pay| &pay.address).collect();
        let pool = self.check_terms(terms.mode, terms.fee_version, terms.pool, &payees)?;
        let pays_until = pool.end_of(terms.pay_by);
        // The leaf about a receipt is one order's: a seller who names an old receipt would share its salt.
        let key = LeafKey { kind: LeafKind::OrderEnded.code(), digest: receipt };
        let mut view = self.store().read().await?;
        let used = view.log().find(key).await?.is_some();
        if used && !matches!(read(&mut *view, id).await?.order, Order::Accepted { .. }) {
            return Err(OrderRefused::ReceiptUsed);
        }
        drop(view);
        self.advance(
            id,
            "accepted",
            |order, now| Ok(order.accept(answer, receipt, &seller, now, pays_until)?),
        )
        .await
    }

    /// The seller declines.
    pub async fn refuse_order(
        &self,
        seller: Persona,
        id: OrderId,
        why: Refusal,
    ) -> Result<OrderSeen, OrderRefused> {
        self.advance(id, "refused", |order, now| Ok(order.refuse(why, &seller, now)?)).await
    }

    /// The seller states the delivery: statement and header are checked against the agreement, the manifest and the vault,
    /// and kept for the buyer. Only a statement that passed starts the time for the buyer's confirmation.
    pub async fn state_delivery(
        &self,
        seller: Persona,
        id: OrderId,
        statement: SignedStatement,
        header: &[u8],
    ) -> Result<OrderSeen, OrderRefused> {
        if header.len() > HEADER_MOST {
            return Err(OrderRefused::NotAHeader);
        }
        Header::parse(header).map_err(|_| OrderRefused::NotAHeader)?;
        let agreed = self.agreed_delivery(&seller, id).await?;
        check_statement(&statement, &agreed, header)?;
        if self.vault().size(agreed.body).await?.is_none() {
            return Err(OrderRefused::NoBody);
        }
        let stated = StatedDelivery {
            header: header.to_vec(),
            header_digest: statement.statement.header,
            body: statement.statement.body,
            sequence: u64::from(statement.statement.sequence),
            statement: serde_json::to_value(&statement).expect("a statement has a JSON form"),
        };
        self.advance(id, "stated", |order, now| Ok(order.state_delivery(stated, &seller, now)?)).await
    }

    /// Buyer or seller closes the order. The first time the receipt's commitment goes to the log; the evidence follows when
    /// the epoch closes, and every later call returns it.
    pub async fn close_order(&self, party: Persona, id: OrderId) -> Result<OrderSeen, OrderRefused> {
        if let Some(OrderRow::Shrunk { outcome }) = self.store().read().await?.orders().get(id).await? {
            return self.seen(forgotten(id, &outcome)?).await;
        }
        self.advance(id, "closed", |order, now| Ok(order.close(Closing::Party(party), now)?)).await
    }

    /// The market's job: whatever an order's time limit says. `false` when nothing is due.
    pub(crate) async fn move_due_order(&self, id: OrderId) -> Result<bool, OrderRefused> {
        let now = self.now();
        let mut tx = self.store().begin().await?;
        let Read { revision, stored, order } = read(&mut *tx, id).await?;
        let Some(deadline) = order.deadline().filter(|deadline| deadline.at <= now) else { return Ok(false) };
        let moved = match deadline.due {
            Due::Close => order.close(Closing::Job, now)?,
            // An order may still be moved at the very moment of its limit.
            Due::Expire if deadline.at == now => return Ok(false),
            Due::Expire => order.expire(now).map_err(|_| OrderRefused::Moved)?,
            Due::Forget => return Ok(false),
        };
        if !moved.first {
            return Ok(false);
        }
        keep(self, &mut *tx, Some((revision, stored)), &moved.order, now).await?;
        tx.commit().await?;
        tracing::info!(order.id = %id, step = moved.order.state(), "order moved by the market's job");
        Ok(true)
    }

    async fn advance(
        &self,
        id: OrderId,
        step: &'static str,
        decide: impl FnOnce(Order, Timestamp) -> Result<Moved, OrderRefused> + Send,
    ) -> Result<OrderSeen, OrderRefused> {
        let now = self.now();
        let mut tx = self.store().begin().await?;
        let Read { revision, stored, order } = read(&mut *tx, id).await?;
        let moved = decide(order, now)?;
        if moved.first {
            keep(self, &mut *tx, Some((revision, stored)), &moved.order, now).await?;
            tx.commit().await?;
            tracing::info!(order.id = %id, step, "order moved");
        } else {
            // The evidence may want a transaction of its own, and there is only one at a time.
            drop(tx);
        }
        self.seen(moved.order).await
    }

    /// What only the market knows about terms: its fees, its pools, and that every address belongs to the pool.
    fn check_terms(
        &self,
        mode: Mode,
        fee_version: u32,
        pool: Digest,
        addresses: &[&PayAddress],
    ) -> Result<Pool, OrderRefused> {
        if mode == Mode::Escrow {
            return Err(OrderRefused::NoEscrow);
        }
        if fee_version != FEES.version {
            return Err(OrderRefused::OtherFees { version: FEES.version });
        }
        let id = PoolId::from_bytes(*pool.bytes());
        let current =
            self.current_pool().filter(|current| current.pool == id).ok_or(OrderRefused::OtherPool)?;
        for address in addresses {
            let read: Address = address.as_str().parse().map_err(|_| OrderRefused::OtherPool)?;
            read.belongs_to(&id).map_err(|_| OrderRefused::OtherPool)?;
        }
        Ok(current)
    }

    async fn agreed_delivery(&self, seller: &Persona, id: OrderId) -> Result<AgreedDelivery, OrderRefused> {
        let mut view = self.store().read().await?;
        let Read { order, .. } = read(&mut *view, id).await?;
        if !order.is_shown_to(seller) {
            return Err(OrderRefused::Unknown);
        }
        let terms = order.agreement().ok_or(tacit_trade::NotStated::WrongState(order.state()))?;
        let manifest = view.manifests().get(terms.manifest).await?;
        let manifest = manifest.ok_or(StoreFault::Damaged { table: "manifests" })?;
        let body = read_manifest(&manifest)?.manifest.body;
        Ok(AgreedDelivery { order: id, seller: terms.seller, manifest: terms.manifest, body })
    }
}
