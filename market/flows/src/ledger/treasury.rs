//! The treasury's acts: mint, burn, rotate a pool, let value cross into its successor.
//!
//! Each is a signed record in the ledger and a leaf in clear in the log: everybody can add up what was made and destroyed.
//! The operator calls these; no door to the public leads here, but for the crossing, which its owner asks for.

use super::founding::founded;
use super::sequencer::Written;
use super::{BundleNotTaken, BundleTaken, Ledger, NotClosed};
use crate::log::append::clear;
use crate::market::Market;
use crate::refusal::{Nature, Refusal, STORE_DOWN, Told};
use serde::Serialize;
use std::sync::Arc;
use tacit_evidence::log::{Leaf as LogLeaf, LeafKind};
use tacit_ports::market::StoreFault;
use tacit_settlement::{
    Address, AddressRefused, BundleRefused, BurnRecord, ClearRecord, CrossingRecord, GenesisRefused,
    LedgerEntry, MintRecord, Movement, NotBuilt, NotFinished, Pool, PoolId, RecordRefused, SettlementBundle,
    build_mint,
};
use tacit_values::{Currency, Epoch, Money, MoneyRefused};

/// What a mint left in public.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Minted {
    /// Where the bundle stands.
    pub taken: BundleTaken,
    /// The treasury's signed record.
    pub record: MintRecord,
}

/// Why the treasury did not act.
#[derive(Debug, thiserror::Error)]
pub enum NotActed {
    /// The address is of another pool or market.
    #[error(transparent)]
    Address(#[from] AddressRefused),
    /// No pool of this currency.
    #[error("this market has no pool of that currency")]
    NoPool,
    /// Nothing, or an amount that cannot be counted.
    #[error("that amount cannot be moved")]
    Amount,
    /// The bundle does not do what was asked: burn, or cross with equal amounts between a pool and its successor.
    #[error("the bundle does not do what was asked of the treasury")]
    OtherMovement,
    /// The mint could not be built.
    #[error(transparent)]
    NotBuilt(#[from] NotBuilt),
    /// The mint could not be proven.
    #[error(transparent)]
    NotFinished(#[from] NotFinished),
    /// The record could not be signed.
    #[error(transparent)]
    Record(#[from] RecordRefused),
    /// The ledger did not take it.
    #[error(transparent)]
    NotTaken(#[from] BundleNotTaken),
    /// The pool was rotated before, or the successor cannot be named.
    #[error(transparent)]
    Genesis(#[from] GenesisRefused),
    /// The prover stopped.
    #[error("the prover stopped before it was done; look at the market's log and try again")]
    ProverStopped,
    /// The store's fault.
    #[error(transparent)]
    Store(#[from] StoreFault),
}

impl From<MoneyRefused> for NotActed {
    fn from(_: MoneyRefused) -> Self {
        Self::Amount
    }
}

impl Refusal for NotActed {
    fn told(&self) -> Told {
        match self {
            Self::NotTaken(refused) => refused.told(),
            Self::Store(_) => STORE_DOWN,
            Self::ProverStopped => Told::new(Nature::Unavailable, "fault"),
            Self::Address(_) => Told::with(
                Nature::Invalid,
                "refused",
                "ask the payee for an address of this market's current pool",
            ),
            Self::NoPool => Told::with(Nature::Unknown, "not-found", "read the market's pools"),
            Self::Amount => {
                Told::with(Nature::Invalid, "refused", "name an amount above zero and below nine billion")
            }
            Self::OtherMovement
            | Self::NotBuilt(_)
            | Self::NotFinished(_)
            | Self::Record(_)
            | Self::Genesis(_) => Told::new(Nature::Invalid, "refused"),
        }
    }
}

#[derive(Serialize)]
struct RotationRecord {
    v: u8,
    pool: PoolId,
    successor: PoolId,
    from_epoch: Epoch,
}

impl Market {
    /// Makes `amount` of new money for an address. Proves the bundle here, with the market's proof system.
    pub async fn mint(&self, to: Address, amount: Money) -> Result<Minted, NotActed> {
        let pool = self.treasury_pool(amount.currency())?;
        to.belongs_to(&pool.pool)?;
        if amount.is_zero() {
            return Err(NotActed::Amount);
        }
        let valid_until = pool.epoch_at(self.now()).usual_expiry();
        let (proofs, mut rng, of) = (Arc::clone(&self.0.parts.proofs), self.rng(), pool.clone());
        let bundle = tokio::task::spawn_blocking(move || -> Result<SettlementBundle, NotActed> {
            let mut payment = build_mint(&of, &[(to, amount)], valid_until, &mut rng)?;
            proofs.prove(&mut payment, &mut rng).map_err(NotFinished::from)?;
            Ok(payment.finish(&mut rng)?)
        });
        let bundle = bundle.await.map_err(|_| NotActed::ProverStopped)??;
        let record = MintRecord::sign(amount, &bundle, &self.keys().treasury)?;
        let taken = self.submit(LedgerEntry { bundle, record: Some(ClearRecord::Mint(record)) }).await?;
        tracing::info!(epoch = taken.epoch.0, "the treasury minted");
        Ok(Minted { taken, record })
    }

    /// Takes money out of circulation: a bundle whose value leaves its pool, with the treasury's record.
    pub async fn burn(&self, bytes: &[u8]) -> Result<BundleTaken, NotActed> {
        let bundle = SettlementBundle::decode(bytes).map_err(BundleNotTaken::from)?;
        let Movement::Burn(micros) = bundle.movement() else { return Err(NotActed::OtherMovement) };
        let pool =
            self.pools().into_iter().find(|pool| pool.pool == bundle.pool()).ok_or(NotActed::NoPool)?;
        let amount = Money::from_micros(micros, pool.currency)?;
        let record = BurnRecord::sign(amount, &bundle, &self.keys().treasury)?;
        Ok(self.submit(LedgerEntry { bundle, record: Some(ClearRecord::Burn(record)) }).await?)
    }

    /// Lets value cross from a rotated pool into its successor: both halves in one transaction, or none.
    pub async fn cross(&self, burn: &[u8], mint: &[u8]) -> Result<(BundleTaken, BundleTaken), NotActed> {
        let burn = SettlementBundle::decode(burn).map_err(BundleNotTaken::from)?;
        let mint = SettlementBundle::decode(mint).map_err(BundleNotTaken::from)?;
        if let (Some(left), Some(entered)) =
            (self.answered(burn.digest()).await?, self.answered(mint.digest()).await?)
        {
            return Ok((left, entered));
        }
        let (Movement::Burn(leaves), Movement::Mint(enters)) = (burn.movement(), mint.movement()) else {
            return Err(NotActed::OtherMovement);
        };
        let old = self.pools().into_iter().find(|pool| pool.pool == burn.pool()).ok_or(NotActed::NoPool)?;
        let leads_there = old.successor.is_some_and(|successor| successor.pool == mint.pool());
        if leaves != enters || !leads_there {
            return Err(NotActed::OtherMovement);
        }
        let amount = Money::from_micros(leaves, old.currency)?;
        let record =
            ClearRecord::Crossing(CrossingRecord::sign(amount, &burn, &mint, &self.keys().treasury)?);
        let halves = [burn, mint].map(|bundle| LedgerEntry { bundle, record: Some(record) });
        let mut ledger = self.0.ledger.lock().await;
        let crossed = self.take_pair(&mut ledger, halves).await;
        if matches!(crossed, Err(NotActed::Store(_))) {
            ledger.desks.clear();
        }
        crossed
    }

    /// Opens a successor for the current pool of a currency. From the epoch after the open one, notes of the old pool may
    /// only cross into the new: what is needed when a circuit breaks.
    pub async fn rotate_pool(&self, currency: Currency) -> Result<Pool, NotActed> {
        let mut ledger = self.0.ledger.lock().await;
        self.close_due(&mut ledger).await.map_err(NotClosed::into_fault)?;
        let now = self.now();
        let mut genesis = self.founded().genesis.clone();
        let old = genesis.current(currency).cloned().ok_or(NotActed::NoPool)?;
        let from_epoch = old.epoch_at(now).next();
        let next = genesis.rotate(&old.pool, from_epoch, now)?;
        let signed = genesis.sign(&self.keys().treasury)?;
        let record = RotationRecord { v: 1, pool: old.pool, successor: next.pool, from_epoch };
        let leaf = LogLeaf::clear(LeafKind::Rotation, &record).expect("a rotation's record is short");
        let mut tx = self.store().begin().await?;
        tx.ledger().found(&founded(&next, &signed)).await?;
        tx.log().stage(&clear(LeafKind::Rotation, &leaf)).await?;
        // Whatever becomes of the commit, the desks are read again from what stands.
        ledger.desks.clear();
        tx.commit().await?;
        self.close_due(&mut ledger).await.map_err(NotClosed::into_fault)?;
        tracing::info!(generation = next.generation, "a pool was rotated");
        Ok(next)
    }

    fn treasury_pool(&self, currency: Currency) -> Result<Pool, NotActed> {
        self.founded().genesis.current(currency).cloned().ok_or(NotActed::NoPool)
    }

    async fn take_pair(
        &self,
        ledger: &mut Ledger,
        halves: [LedgerEntry; 2],
    ) -> Result<(BundleTaken, BundleTaken), NotActed> {
        self.close_due(ledger).await.map_err(NotClosed::into_fault)?;
        let mut next = ledger.desks.clone();
        let mut settled = Vec::with_capacity(2);
        for half in &halves {
            let desk =
                next.iter().find(|desk| desk.pool.pool == half.bundle.pool()).ok_or(NotActed::NoPool)?;
            let entry = std::slice::from_ref(half);
            let (facts, _) = self.facts_about(desk, entry).await?;
            let decided = self.decide(desk, facts, entry).await?;
            decided.verdicts[0].map_err(BundleNotTaken::from)?;
            settled.push(decided);
        }
        let mut tx = self.store().begin().await?;
        let mut taken = Vec::with_capacity(2);
        for (half, decided) in halves.iter().zip(&settled) {
            let desk =
                next.iter_mut().find(|desk| desk.pool.pool == half.bundle.pool()).ok_or(NotActed::NoPool)?;
            match super::sequencer::write_entry(&mut *tx, desk, half).await? {
                Written::Taken(stands) => taken.push(stands),
                Written::Spent => return Err(BundleNotTaken::from(BundleRefused::DoubleSpend).into()),
                Written::TagUsed => return Err(BundleNotTaken::from(BundleRefused::DuplicateTag).into()),
                Written::Full => return Err(BundleNotTaken::Busy.into()),
            }
            desk.turnstile = decided.turnstile;
            super::sequencer::save(&mut *tx, desk).await?;
        }
        tx.commit().await?;
        ledger.desks = next;
        match taken[..] {
            [left, entered] => Ok((left, entered)),
            _ => Err(NotActed::OtherMovement),
        }
    }
}
