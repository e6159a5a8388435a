//! A market's first start, and every later one: what is fixed once and compared ever after.
//!
//! Origin, keys, proof system, currency and epoch length are named in pool ids, addresses, checkpoints and receipts. A
//! market that starts with others would be a different market over the same records, so it refuses to start.

use super::{Ledger, NotClosed, run_sequencer};
use crate::about::FEES;
use crate::log::append::clear;
use crate::market::{Market, MarketParts, Shared};
use std::sync::Arc;
use tacit_evidence::log::{Leaf as LogLeaf, LeafKind};
use tacit_ports::market::{self as store, MarketTx, StoreFault};
use tacit_settlement::{Genesis, GenesisRefused, Pool, SignedGenesis};
use tacit_values::Timestamp;
use tokio::sync::mpsc;

/// How many bundles may wait for the sequencer.
const QUEUE: usize = 4_096;

/// Why a market did not start.
#[derive(Debug, thiserror::Error)]
pub enum NotFounded {
    /// The records belong to a market with other settings.
    #[error(
        "this market was founded with another {what}; start it with the one it was founded with, or with an empty folder"
    )]
    OtherMarket {
        /// Which setting differs.
        what: &'static str,
    },
    /// Epochs must last whole seconds.
    #[error("an epoch lasts a whole number of seconds between 1 second and 1 day; change the setting")]
    EpochLength,
    /// The genesis document in the store does not hold.
    #[error(transparent)]
    Genesis(#[from] GenesisRefused),
    /// The epochs that are over could not be closed.
    #[error(transparent)]
    NotClosed(#[from] NotClosed),
    /// The store's fault.
    #[error(transparent)]
    Store(#[from] StoreFault),
}

impl Market {
    /// Opens a market over its records: founds it when they are empty, and finishes what a crash left undone (see the table
    /// at [`Market`]). Idempotent. Spawns the sequencer on the current runtime; it ends with the last handle.
    pub async fn open(parts: MarketParts) -> Result<Self, NotFounded> {
        let genesis = found(&parts).await?;
        let (queue, waiting) = mpsc::channel(QUEUE);
        let shared = Arc::new(Shared::new(parts, genesis, Ledger::default(), queue));
        tokio::spawn(run_sequencer(Arc::downgrade(&shared), waiting));
        let market = Self(shared);
        let closed = market.close_epochs().await?;
        let bits = market.measure_buckets(market.now()).await?;
        tracing::info!(epochs = closed, bucket_bits = bits, "market open");
        market.fill_shelf_soon();
        Ok(market)
    }
}

/// The genesis document whose statements and signature were checked, with its pools at hand.
pub(crate) struct Founded {
    pub(super) signed: Arc<SignedGenesis>,
    pub(super) genesis: Genesis,
}

impl Founded {
    pub(super) fn check(signed: SignedGenesis) -> Result<Self, GenesisRefused> {
        let genesis = signed.open()?.clone();
        Ok(Self { signed: Arc::new(signed), genesis })
    }
}

async fn found(parts: &MarketParts) -> Result<Founded, NotFounded> {
    let seconds = parts.settings.epoch_length.as_secs();
    let whole = parts.settings.epoch_length.subsec_nanos() == 0 && (1..=86_400).contains(&seconds);
    let length = u32::try_from(seconds).ok().filter(|_| whole).ok_or(NotFounded::EpochLength)?;
    let mut tx = parts.store.begin().await?;
    for (what, value) in charter(parts, length) {
        if tx.charter().fix(what, value.as_bytes()).await? != value.as_bytes() {
            return Err(NotFounded::OtherMarket { what });
        }
    }
    let genesis = match newest_genesis(&mut *tx).await? {
        Some(genesis) => genesis,
        None => first_genesis(&mut *tx, parts, length, parts.clock.now()).await?,
    };
    let founded = Founded::check(genesis)?;
    tx.commit().await?;
    Ok(founded)
}

/// The document in the newest pool's row; `None` before the first pool was founded.
pub(super) async fn newest_genesis(tx: &mut dyn MarketTx) -> Result<Option<SignedGenesis>, StoreFault> {
    let newest = tx.ledger().pools().await?.into_iter().max_by_key(|pool| pool.generation);
    let read = newest.map(|newest| serde_json::from_slice(&newest.genesis)).transpose();
    read.map_err(|_| StoreFault::Damaged { table: "pools" })
}

fn charter(parts: &MarketParts, length: u32) -> [(&'static str, String); 7] {
    let beacon = tacit_values::base64url::encode(&parts.keys.beacon.verifier().to_der());
    [
        ("origin", parts.settings.origin.to_string()),
        ("proof system", parts.proofs.name().to_owned()),
        ("currency", parts.settings.currency.to_string()),
        ("epoch length", length.to_string()),
        ("log key", parts.keys.log.verifier().to_string()),
        ("treasury key", parts.keys.treasury.persona().to_string()),
        ("beacon key", beacon),
    ]
}

async fn first_genesis(
    tx: &mut dyn MarketTx,
    parts: &MarketParts,
    length: u32,
    now: Timestamp,
) -> Result<SignedGenesis, NotFounded> {
    let settings = &parts.settings;
    let pool = Pool::open(&settings.origin, settings.currency, parts.keys.treasury.persona(), length, now);
    let genesis = Genesis::new(settings.origin.clone(), parts.proofs.name(), pool.clone());
    let signed = genesis.sign(&parts.keys.treasury)?;
    tx.ledger().found(&founded(&pool, &signed)).await?;
    let fees =
        LogLeaf::clear(LeafKind::FeeVersion, &FEES).expect("the schedule is short and holds small integers");
    tx.log().stage(&clear(LeafKind::FeeVersion, &fees)).await?;
    tracing::info!("market founded");
    Ok(signed)
}

/// A pool's row. Its document names all pools up to it, so that the newest row holds the whole genesis.
pub(super) fn founded(pool: &Pool, genesis: &SignedGenesis) -> store::Pool {
    store::Pool {
        id: super::name_of(&pool.pool),
        generation: pool.generation,
        currency: pool.currency.to_string(),
        genesis: serde_json::to_vec(genesis).expect("a genesis document has a JSON form"),
    }
}
