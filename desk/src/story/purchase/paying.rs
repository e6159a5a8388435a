//! Paying for an order: from the agreed terms to the proof that the payment stands on the ledger, through every doubt.

use super::{PurchaseKept, not_a_step};
use crate::OpenDesk;
use crate::mailroom::outgoing::OutgoingLetter;
use crate::refusal::Refusal;
use crate::story::{Tell, terms};
use crate::wallet::{Ended, Landed, PaymentIntent, PaymentOutcome, PaymentStep, Terms};
use std::time::Duration;
use tacit_relay::Kind;
use tacit_settlement::{EpochFile, NoteOpening, PoolId, SettlementBundle, TermsBlind, TermsTag};
use tacit_trade::{PaidBody, ProofOfPayment, Purchase, TagOpening};
use tacit_values::{Digest, Epoch, Money, Timestamp};

impl OpenDesk {
    /// Brings the payment to an outcome, or finds that it is still open.
    pub(super) async fn pay_for(
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
            // A desk that was restored from its words may have paid before it was lost, and another desk with these words may
            // have paid: the ledger knows.
            let mut openings = vec![*r];
            if matches!(kept.purchase, Purchase::Paying { .. }) {
                let others =
                    (0..=kept.attempt + 1).map(|attempt| self.keyring().terms_blind(kept.order, attempt));
                openings.extend(others.map(TagOpening::from_bytes));
            }
            if let Some((payment, _)) = self.paid_before(terms, pay.amount, &openings).await? {
                let bundle = Digest::of(payment.r.bytes());
                let before_expiry = self.now().min(deal.pays_until.minus(Duration::from_millis(1)));
                let in_doubt = match &kept.purchase {
                    Purchase::Paying { .. } => kept
                        .purchase
                        .clone()
                        .undo_payment()
                        .and_then(|agreed| agreed.begin_payment(payment.r, before_expiry))
                        .and_then(|paying| paying.hand_over(bundle, before_expiry)),
                    in_doubt => Ok(in_doubt.clone()),
                };
                let paid = in_doubt.and_then(|in_doubt| in_doubt.found_on_ledger(payment));
                let purchase = paid.map_err(|refused| not_a_step(&refused))?;
                return Ok(Some(PurchaseKept { purchase, ..kept.clone() }));
            }
            // No payment without its randomness at the market: with the words alone it must be found and not made twice.
            self.keep_copy(kept).await?;
        }
        let outcome = match self.wallet().pay(&intent, &told).await {
            Ok(outcome) => outcome,
            // Nothing was reserved: the order can be paid later, until it expires.
            Err(refusal) if matches!(refusal.code.as_ref(), "insufficient-funds" | "rotated-pool") => {
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
    pub(super) async fn paid_before(
        &self,
        terms: &tacit_trade::Agreement,
        amount: Money,
        openings: &[TagOpening],
    ) -> Result<Option<(ProofOfPayment, NoteOpening)>, Refusal> {
        self.mirror().follow().await?;
        let pool = PoolId::from_bytes(*terms.pool.bytes());
        let terms_hash = terms.terms_hash().map_err(|refused| not_a_step(&refused))?;
        let tagged = |r: &TagOpening| TermsTag::binding(&TermsBlind::from_bytes(*r.bytes()), &terms_hash);
        let tags: Vec<(TermsTag, TagOpening)> = openings.iter().map(|r| (tagged(r), *r)).collect();
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
                let tagged = |bundle: &SettlementBundle| {
                    tags.iter().find(|(tag, _)| *tag == bundle.terms_tag()).map(|(_, r)| *r)
                };
                let found =
                    file.entries.iter().find_map(|entry| Some((&entry.bundle, tagged(&entry.bundle)?)));
                let Some((bundle, r)) = found else { continue };
                let ours = (0..bundle.actions()).find_map(|action| {
                    let sent = keys.recover_output(bundle, action, amount.currency())?;
                    (sent.address == payee && sent.value == amount).then_some((action, sent))
                });
                let first = file.position_of(&bundle.digest(), closed.leaf.tree_size);
                let (Some((action, opening)), Some(first)) = (ours, first) else { continue };
                let position = first + action as u64;
                let proof = ProofOfPayment { pool: terms.pool, epoch: closed.leaf.epoch, position, r };
                return Ok(Some((proof, opening)));
            }
        }
    }

    pub(super) fn payment_ended(
        &self,
        kept: &PurchaseKept,
        ended: Ended,
    ) -> Result<(Purchase, u32), Refusal> {
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

    pub(super) async fn tell_paid(
        &self,
        kept: &PurchaseKept,
        payment: &ProofOfPayment,
    ) -> Result<(), Refusal> {
        let Purchase::Paid { deal, .. } = &kept.purchase else { return Ok(()) };
        let terms = &deal.agreement.agreement;
        let listing = self.listing_of(&terms.listing, terms.offer_version).await?;
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
}

fn proof(landed: &Landed, r: TagOpening) -> ProofOfPayment {
    ProofOfPayment {
        pool: Digest::from_bytes(*landed.pool.bytes()),
        epoch: landed.epoch,
        position: landed.position,
        r,
    }
}
