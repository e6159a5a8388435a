//! Receipts: put together from what seller, market and ledger gave, kept, shown in parts, checked.

use crate::OpenDesk;
use crate::cabinet::Drawer;
use crate::refusal::Refusal;
use serde::{Deserialize, Serialize};
use tacit_evidence::receipt::{
    Claim, LedgerClaim, LedgerFinding, LedgerRefused, LedgerWitness, LogPlace, MarketKeys, Moved,
    NoteOpening as ShownNote, Presentation, Receipt, SellerSigned, TermsOpening, VerifiedReceipt, present,
    verify_receipt,
};
use tacit_settlement::{Address, ClosedEpoch, EpochFile, NoteOpening, PoolId, TermsBlind, TermsTag};
use tacit_trade::{ProofOfPayment, SignedAgreement};
use tacit_values::{Currency, Digest, Epoch, Money, OrderId, ReceiptId, Timestamp};
use tacit_wire::bodies::orders::EvidenceView;

pub(crate) const RECEIPTS: Drawer = Drawer("receipts");

/// On which side of the sale this desk was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// It bought.
    Buyer,
    /// It sold.
    Seller,
}

/// One receipt of this desk.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ReceiptKept {
    /// Its id.
    pub id: ReceiptId,
    /// The order.
    pub order: OrderId,
    /// Which side this desk was on.
    pub side: Side,
    /// When it was kept.
    pub at: Timestamp,
    /// The document.
    pub receipt: Receipt,
    /// The agreement behind it: opens the receipt's digest of it.
    pub agreement: SignedAgreement,
}

impl OpenDesk {
    /// All receipts of this desk.
    pub async fn receipts(&self) -> Result<Vec<ReceiptKept>, Refusal> {
        Ok(self.cabinet().list::<ReceiptKept>(RECEIPTS).await?.into_iter().map(|kept| kept.value).collect())
    }

    /// One receipt of this desk.
    pub async fn receipt(&self, id: &ReceiptId) -> Result<ReceiptKept, Refusal> {
        let kept = self.cabinet().get::<ReceiptKept>(RECEIPTS, &id.to_string()).await?;
        kept.map(|kept| kept.value).ok_or_else(|| {
            Refusal::new("no-receipt", "this desk has no such receipt", "See `tacit receipts`.")
                .in_pages("Look at your receipts.")
        })
    }

    /// The keys that this desk pinned when it met its market: what receipts are checked with.
    pub fn receipt_keys(&self) -> MarketKeys {
        let pinned = &self.settings().pinned;
        MarketKeys { countersign: pinned.market, log: pinned.log.clone() }
    }

    /// Shows chosen claims of a receipt to one audience. Only the buyer can: the receipt is bound to the order's persona.
    pub async fn present_receipt(
        &self,
        id: &ReceiptId,
        reveal: &[Claim],
        with_ledger: bool,
        audience: &str,
        nonce: &str,
    ) -> Result<Presentation, Refusal> {
        let kept = self.receipt(id).await?;
        if kept.side != Side::Buyer {
            return Err(Refusal::new(
                "not-holder",
                "only the buyer, to whom a receipt is bound, can make a presentation",
                "Hand over the whole receipt, or ask the buyer.",
            ));
        }
        let holder = self.keyring().order_persona(kept.order);
        present(&kept.receipt, reveal, with_ledger, &holder, audience, nonce, self.now()).map_err(|refused| {
            Refusal::new("not-presented", refused.to_string(), "See `tacit receipts show`.")
                .in_pages("Look at the receipt.")
        })
    }

    /// Checks a receipt with what is on this machine: signatures, log, and the ledger as far as the mirror reaches.
    pub async fn verify_own_receipt(&self, receipt: &Receipt) -> Result<VerifiedReceipt, Refusal> {
        let witness = self.ledger_witness(&receipt.ledger).await?;
        verify_receipt(receipt, &self.receipt_keys(), &witness).map_err(|refused| {
            Refusal::new("receipt-refused", refused.to_string(), "Do not rely on this receipt.")
        })
    }

    /// The epochs that a receipt points at, as far as they are mirrored here.
    pub async fn ledger_witness(&self, claims: &[LedgerClaim]) -> Result<MirroredLedger, Refusal> {
        let (mut epochs, mut empty) = (Vec::new(), Vec::new());
        let pools = self.mirror().pools().await?;
        for claim in claims {
            let pool = PoolId::from_bytes(*claim.pool.bytes());
            let newest = pools.iter().find(|followed| followed.pool.pool == pool).and_then(|at| at.newest);
            match self.mirror().epoch_file(&pool, claim.epoch).await? {
                Some(closed) => epochs.push((claim.pool, closed)),
                None if newest.is_some_and(|newest| claim.epoch <= newest.epoch) => {
                    empty.push((claim.pool, claim.epoch));
                }
                None => {}
            }
        }
        Ok(MirroredLedger { epochs, empty })
    }

    pub(crate) async fn keep_receipt(
        &self,
        side: Side,
        agreement: &SignedAgreement,
        sd_jwt: &str,
        payment: &ProofOfPayment,
        opening: Option<NoteOpening>,
        evidence: EvidenceView,
    ) -> Result<ReceiptId, Refusal> {
        let body = SellerSigned::open(sd_jwt).ok().and_then(|signed| signed.body());
        let id = body.map(|body| body.receipt).ok_or_else(damaged)?;
        let proof = evidence.log;
        let claim = LedgerClaim {
            what: Moved::Payment,
            pool: payment.pool,
            epoch: payment.epoch,
            position: payment.position,
            r: TermsOpening::from_bytes(*payment.r.bytes()),
            opening: opening.map(|opening| ShownNote {
                address: opening.address.to_string(),
                amount: opening.value.micros(),
                rseed: opening.rseed,
            }),
        };
        let receipt = Receipt {
            sd_jwt: sd_jwt.to_owned(),
            log: LogPlace {
                index: proof.index,
                salt: proof.salt,
                inclusion: proof.inclusion,
                checkpoint: proof.checkpoint,
            },
            market: evidence.market,
            ledger: vec![claim],
        };
        self.mirror().follow().await?;
        // What the market says is checked before it is kept.
        self.verify_own_receipt(&receipt).await.map_err(untrue_evidence)?;
        let order = agreement.agreement.order;
        let kept = ReceiptKept { id, order, side, at: self.now(), receipt, agreement: agreement.clone() };
        self.cabinet().put(RECEIPTS, &id.to_string(), &kept).await?;
        Ok(id)
    }
}

/// Epochs of the public ledger that are at hand here.
#[derive(Debug, Default)]
pub struct MirroredLedger {
    epochs: Vec<(Digest, ClosedEpoch)>,
    /// Epochs in which nothing happened, so that nothing can point at them.
    empty: Vec<(Digest, Epoch)>,
}

impl MirroredLedger {
    /// These epochs and no others; each must have been verified.
    pub fn of(epochs: Vec<(Digest, ClosedEpoch)>) -> Self {
        Self { epochs, empty: Vec::new() }
    }
}

impl LedgerWitness for MirroredLedger {
    fn look(&self, claim: &LedgerClaim, agreement: &Digest) -> Result<LedgerFinding, LedgerRefused> {
        if self.empty.contains(&(claim.pool, claim.epoch)) {
            return Err(LedgerRefused);
        }
        let found =
            self.epochs.iter().find(|(pool, closed)| *pool == claim.pool && closed.leaf.epoch == claim.epoch);
        let Some((_, closed)) = found else { return Ok(LedgerFinding::NotAtHand) };
        let file =
            closed.file.as_deref().and_then(|bytes| EpochFile::decode(bytes).ok()).ok_or(LedgerRefused)?;
        let (bundle, action) = file.output_at(closed.leaf.tree_size, claim.position).ok_or(LedgerRefused)?;
        let blind = TermsBlind::from_bytes(*claim.r.bytes());
        if bundle.terms_tag() != TermsTag::binding(&blind, agreement) {
            return Err(LedgerRefused);
        }
        if let Some(shown) = &claim.opening {
            let address: Address = shown.address.parse().map_err(|_| LedgerRefused)?;
            let value = Money::from_micros(shown.amount, Currency::TestUsd).map_err(|_| LedgerRefused)?;
            NoteOpening { address, value, rseed: shown.rseed }
                .verify(bundle, action)
                .map_err(|_| LedgerRefused)?;
        }
        Ok(LedgerFinding::Proved)
    }
}

fn untrue_evidence(refusal: Refusal) -> Refusal {
    if refusal.code != "receipt-refused" {
        return refusal;
    }
    Refusal::new(
        "untrue-evidence",
        format!("what the market gave for the receipt does not hold: {}", refusal.sentence),
        "Nothing was lost, and no receipt is kept yet: run `tacit orders resume` again. If it stays so, ask the market's \
         operator.",
    ).in_pages("Nothing was lost, and no receipt is kept yet: resume the order. If it stays so, ask the market's operator.")
}

fn damaged() -> Refusal {
    Refusal::new(
        "damaged-receipt",
        "the parts of the receipt do not fit together",
        "Run `tacit orders resume` again; nothing was lost.",
    )
    .in_pages("Resume the order; nothing was lost.")
}
