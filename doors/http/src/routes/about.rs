//! `/market`: who the market is, what it charges and how it is set up.

use crate::door::Door;
use axum::Json;
use axum::extract::State;
use tacit_flows::{Limits, MarketFacts, Retention};
use tacit_settlement::Pool;
use tacit_values::Epoch;
use tacit_wire::bodies::market::{
    FeesView, KeysView, LimitsView, MarketView, PoolView, RelayView, RetentionView,
};

/// The market document. A desk reads it before it does anything.
#[utoipa::path(get, path = "/market", tag = "market", responses((status = 200, body = MarketView)))]
pub(crate) async fn market(State(door): State<Door>) -> Json<MarketView> {
    Json(view(door.market().about()))
}

fn view(facts: MarketFacts) -> MarketView {
    let fees = facts.fees;
    MarketView {
        v: 1,
        origin: facts.origin,
        time: facts.time,
        software: format!("tacit {}", env!("CARGO_PKG_VERSION")),
        keys: KeysView {
            market: facts.persona,
            treasury: facts.treasury,
            log: facts.log,
            beacon: facts.beacon,
        },
        fees: FeesView { version: fees.version, escrow_ppm: fees.escrow_ppm, direct_ppm: fees.direct_ppm },
        proofs: facts.proofs.to_owned(),
        pools: facts.pools.into_iter().map(|(pool, open)| pool_view(&pool, open)).collect(),
        relay: RelayView {
            tick_length_ms: u64::try_from(facts.tick_length.as_millis()).unwrap_or(u64::MAX),
            tick: facts.tick,
            bucket_bits: facts.bucket_bits,
        },
        beacon_delay_s: facts.beacon_delay.as_secs(),
        close_after_s: facts.close_after.as_secs(),
        limits: limits_view(facts.limits),
        retention: retention_view(facts.retention),
        demo: facts.demo,
    }
}

fn pool_view(pool: &Pool, open_epoch: Epoch) -> PoolView {
    PoolView {
        pool: pool.pool,
        currency: pool.currency,
        generation: pool.generation,
        genesis_time: pool.genesis_time,
        epoch_length_s: pool.epoch_length_s,
        open_epoch,
    }
}

fn limits_view(limits: Limits) -> LimitsView {
    LimitsView {
        body_bytes: limits.body_bytes,
        part_bytes: limits.part_bytes,
        sample_bytes: limits.sample_bytes as u64,
        manifest_bytes: limits.manifest_bytes as u64,
        mailbox_letters: limits.mailbox_letters,
        page_letters: limits.page_letters,
        bucket_hour_letters: limits.bucket_hour_letters,
        bucket_day_states: limits.bucket_day_states,
    }
}

fn retention_view(retention: Retention) -> RetentionView {
    RetentionView {
        ended_orders_s: retention.ended_orders.as_secs(),
        letters_s: retention.letters.as_secs(),
        self_letters_s: retention.self_letters.as_secs(),
        lone_self_letters_s: retention.lone_self_letters.as_secs(),
        idle_uploads_s: retention.idle_uploads.as_secs(),
        seen_personas_s: retention.seen_personas.as_secs(),
    }
}
