//! Public figures: sales are counted when an order closes, and shown in ranges that change late (evidence.md).
//!
//! What a seller's preset keeps closed is counted nowhere. A figure holds no order, no buyer, no time and no price.

use crate::listings::read_listing;
use crate::market::Market;
use std::fmt::Display;
use tacit_catalogue::{CountRange, PublicFigure};
use tacit_ports::market::{MarketTx, StoreFault, StoredFigure};
use tacit_trade::Ended;
use tacit_values::rand_core::CryptoRng;
use tacit_values::{ListingId, Persona, Timestamp};

/// Personas with mail in the last days, and how many of them share a bucket.
pub(crate) const PERSONAS: &str = "personas";
pub(crate) const PERSONAS_PER_BUCKET: &str = "personas-per-bucket";
/// All sales of the market.
pub(crate) const ALL_SALES: &str = "sold";
/// How many figures are looked at in one transaction.
const ROWS: u32 = 500;

/// The sales of one listing or one seller.
pub(crate) fn sales_of(whose: &impl Display) -> String {
    format!("{ALL_SALES}/{whose}")
}

/// Whether an order that ended so is a sale.
pub(crate) fn is_a_sale(ended: Ended) -> bool {
    matches!(ended, Ended::Settled | Ended::Closed)
}

/// Counts a sale, in the transaction in which its order closes.
pub(crate) async fn count_sale(
    market: &Market,
    tx: &mut dyn MarketTx,
    listing: ListingId,
    seller: &Persona,
    now: Timestamp,
) -> Result<(), StoreFault> {
    let Some(newest) = tx.listings().newest(listing).await? else { return Ok(()) };
    if !read_listing(&newest)?.listing.preset.shows_counts() {
        return Ok(());
    }
    for name in [ALL_SALES.to_owned(), sales_of(&listing), sales_of(seller)] {
        let before = tx.figures().get(&name).await?;
        let count = before.as_ref().map_or(0, |stands| stands.count) + 1;
        let figure = next(before, name, count, now, &mut market.rng())?;
        tx.figures().put(&figure).await?;
    }
    Ok(())
}

/// What the public sees of a figure.
pub(crate) async fn shown(tx: &mut dyn MarketTx, name: &str) -> Result<CountRange, StoreFault> {
    match tx.figures().get(name).await? {
        None => Ok(CountRange::of(0)),
        Some(figure) => Ok(read(&figure)?.shown()),
    }
}

impl Market {
    /// Counts the live personas anew: a new one may be a buyer with an order, so these figures are late as well.
    pub(crate) async fn count_personas(&self, now: Timestamp) -> Result<(), StoreFault> {
        let mut tx = self.store().begin().await?;
        let live = tx.mail().live(now.minus(crate::mail::LIVE_SINCE)).await?;
        let bits = tacit_relay::Bits::new(self.bucket_bits()).unwrap_or(tacit_relay::Bits::NONE);
        let fewest = live.fewest_in_a_bucket(bits);
        for (name, count) in [(PERSONAS, live.total()), (PERSONAS_PER_BUCKET, fewest)] {
            let before = tx.figures().get(name).await?;
            let figure = next(before, name.to_owned(), count, now, &mut self.rng())?;
            tx.figures().put(&figure).await?;
        }
        tx.commit().await
    }

    /// Lets figures whose time has come follow their counts.
    pub(crate) async fn follow_due_figures(&self, now: Timestamp) -> Result<(), StoreFault> {
        loop {
            let mut tx = self.store().begin().await?;
            let due = tx.figures().due(now, ROWS).await?;
            if due.is_empty() {
                return Ok(());
            }
            for figure in due {
                let name = figure.name.clone();
                let count = figure.count;
                let followed = next(Some(figure), name, count, now, &mut self.rng())?;
                tx.figures().put(&followed).await?;
            }
            tx.commit().await?;
        }
    }
}

fn next(
    before: Option<StoredFigure>,
    name: String,
    count: u64,
    now: Timestamp,
    rng: &mut impl CryptoRng,
) -> Result<StoredFigure, StoreFault> {
    let figure = match &before {
        Some(stands) => read(stands)?,
        None => PublicFigure::new(now, rng),
    };
    let figure = figure.follow(count, now, rng);
    let shown = serde_json::to_vec(&figure).expect("a figure has a JSON form");
    Ok(StoredFigure { name, count, shown, due: figure.changes_at() })
}

fn read(stored: &StoredFigure) -> Result<PublicFigure, StoreFault> {
    serde_json::from_slice(&stored.shown).map_err(|_| StoreFault::Damaged { table: "figures" })
}
