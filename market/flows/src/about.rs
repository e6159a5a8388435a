//! What the market says about itself, and its live figures.

use crate::market::Market;
use crate::settings::{Limits, Retention};
use serde::Serialize;
use std::time::Duration;
use tacit_evidence::beacon::BeaconVerifier;
use tacit_evidence::log::LogVerifier;
use tacit_ports::market::StoreFault;
use tacit_relay::Bits;
use tacit_settlement::Pool;
use tacit_values::{Currency, Epoch, Origin, Persona, Timestamp};

/// What the market charges. Each version is a leaf in clear of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct FeeSchedule {
    /// The form of this record: 1.
    pub v: u8,
    /// The version that agreements name.
    pub version: u32,
    /// Parts per million of the price of an order with escrow.
    pub escrow_ppm: u32,
    /// Parts per million of the price of a directly paid order.
    pub direct_ppm: u32,
}

/// The schedule in force.
pub const FEES: FeeSchedule = FeeSchedule { v: 1, version: 1, escrow_ppm: 0, direct_ppm: 0 };

/// Everything a desk must know before it does anything, and everybody may rely on.
#[derive(Debug, Clone)]
pub struct MarketFacts {
    /// The public address.
    pub origin: Origin,
    /// The market's time.
    pub time: Timestamp,
    /// The persona that countersigns.
    pub persona: Persona,
    /// The persona that signs mints, burns and the genesis document.
    pub treasury: Persona,
    /// The log's public key.
    pub log: LogVerifier,
    /// The beacon's public key.
    pub beacon: BeaconVerifier,
    /// What is charged.
    pub fees: FeeSchedule,
    /// The name of the proof system; a desk with another one refuses to talk.
    pub proofs: &'static str,
    /// All pools with their open epochs, oldest first.
    pub pools: Vec<(Pool, Epoch)>,
    /// The length of a tick of the relay.
    pub tick_length: Duration,
    /// The tick under way.
    pub tick: u64,
    /// How many bits name a bucket.
    pub bucket_bits: u8,
    /// How much younger than a manifest the epoch in its beacon is.
    pub beacon_delay: Duration,
    /// When a stated, directly paid order is closed by itself.
    pub close_after: Duration,
    /// Bounds.
    pub limits: Limits,
    /// What is forgotten, and when.
    pub retention: Retention,
    /// Whether the settings were shortened for a demo.
    pub demo: bool,
}

/// How well people are hidden now (`tacit market stats --privacy`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrivacyFigures {
    /// Per pool: its currency, its generation, and the notes among which a payment hides.
    pub pools: Vec<PoolFigures>,
    /// Personas seen in the last seven days.
    pub live_personas: u64,
    /// How many bits name a bucket.
    pub bucket_bits: u8,
    /// Live personas in the emptiest bucket: at least 32, or there is one bucket.
    pub fewest_in_a_bucket: u64,
    /// Orders under way.
    pub orders_under_way: u64,
    /// Live listings.
    pub live_listings: u64,
}

/// The anonymity set of one pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PoolFigures {
    /// Its currency.
    pub currency: Currency,
    /// Its generation.
    pub generation: u32,
    /// The open epoch.
    pub open: Epoch,
    /// All notes that were ever made in it.
    pub notes: u64,
}

impl Market {
    /// The facts of the market document.
    pub fn about(&self) -> MarketFacts {
        let now = self.now();
        let settings = self.settings();
        let keys = self.keys();
        MarketFacts {
            origin: settings.origin.clone(),
            time: now,
            persona: keys.persona.persona(),
            treasury: keys.treasury.persona(),
            log: keys.log.verifier(),
            beacon: keys.beacon.verifier(),
            fees: FEES,
            proofs: self.0.parts.proofs.name(),
            pools: self.pools().into_iter().map(|pool| (pool.clone(), pool.epoch_at(now))).collect(),
            tick_length: settings.tick_length,
            tick: self.tick_at(now),
            bucket_bits: self.bucket_bits(),
            beacon_delay: settings.beacon_delay,
            close_after: tacit_trade::CLOSE_AFTER,
            limits: settings.limits,
            retention: settings.retention,
            demo: settings.demo,
        }
    }

    /// Live figures instead of promises.
    pub async fn privacy_figures(&self) -> Result<PrivacyFigures, StoreFault> {
        let now = self.now();
        let mut view = self.store().read().await?;
        let mut pools = Vec::new();
        for pool in self.pools() {
            let standing = view.ledger().standing(crate::ledger::name_of(&pool.pool)).await?;
            let notes = standing.map_or(0, |standing| standing.tree_size);
            let (currency, generation, open) = (pool.currency, pool.generation, pool.epoch_at(now));
            pools.push(PoolFigures { currency, generation, open, notes });
        }
        let live = view.mail().live(now.minus(crate::mail::LIVE_SINCE)).await?;
        let bucket_bits = self.bucket_bits();
        Ok(PrivacyFigures {
            pools,
            live_personas: live.total(),
            bucket_bits,
            fewest_in_a_bucket: Bits::new(bucket_bits).map_or(0, |bits| live.fewest_in_a_bucket(bits)),
            orders_under_way: view.orders().under_way().await?,
            live_listings: view.listings().live().await?,
        })
    }
}
