//! The market as this desk knows it, from its own copy.

use super::guards::Served;
use super::house::Portal;
use super::refusals::{Answer, Refused};
use super::shown::desk::KeysShown;
use super::shown::market::{AlarmShown, FeesShown, LimitsShown, MarketShown, PoolShown, RetentionShown};
use super::shown::problem::Problem;
use super::worker;
use crate::cabinet::Drawer;
use crate::open::OpenDesk;
use crate::refusal::Refusal;
use crate::settings::PinnedKeys;
use axum::Json;
use axum::extract::State;
use std::sync::atomic::Ordering;
use tacit_values::{Digest, Timestamp};

const MIRRORED: Drawer = Drawer("mirrored");

/// The market, and how far this desk's own copy of it goes; nobody is asked for it.
#[utoipa::path(get, path = "/market", tag = "market", responses((status = 200, body = MarketShown), (status = "default", description = "why not, and what to do", body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn market(State(served): State<Served>) -> Answer<MarketShown> {
    let desk = served.portal.open_desk()?;
    Ok(Json(view(&served.portal, &desk).await?))
}

/// Follows market, log, ledger and catalogue now.
#[utoipa::path(post, path = "/sync", tag = "market", responses((status = 200, body = MarketShown), (status = "default", description = "why not, and what to do", body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn sync(State(served): State<Served>) -> Answer<MarketShown> {
    let portal = &served.portal;
    let desk = portal.open_desk()?;
    match worker::follow_once(portal, &desk).await {
        Ok(()) => Ok(Json(view(portal, &desk).await?)),
        Err(refusal) => {
            if refusal.code == "market-unreachable" {
                worker::answered(portal, Some(&refusal));
            }
            Err(refusal.into())
        }
    }
}

impl OpenDesk {
    /// Notes that the mirror was followed to its newest state just now.
    pub async fn note_mirrored(&self) -> Result<(), Refusal> {
        Ok(self.cabinet().put(MIRRORED, "", &self.now()).await?)
    }

    /// When the mirror was followed to its newest state.
    pub async fn mirrored_at(&self) -> Result<Option<Timestamp>, Refusal> {
        Ok(self.cabinet().get::<Timestamp>(MIRRORED, "").await?.map(|kept| kept.value))
    }
}

/// The pinned keys, each as an operator publishes it.
pub(crate) fn keys(pinned: &PinnedKeys) -> KeysShown {
    KeysShown {
        market: pinned.market.to_string(),
        treasury: pinned.treasury.to_string(),
        log: pinned.log.to_string(),
        beacon: Digest::of(&pinned.beacon.to_der()).to_string(),
    }
}

async fn view(portal: &Portal, desk: &OpenDesk) -> Result<MarketShown, Refused> {
    let said = desk.mirror().market().await?;
    let pinned = &desk.settings().pinned;
    let pools = desk.mirror().pools().await?;
    let log_size = desk.mirror().checkpoint().await?.map_or(0, |checkpoint| checkpoint.size().0);
    let alarm = desk.mirror().alarm().await?.map(|alarm| AlarmShown {
        at: alarm.at.to_string(),
        sentence: "The market showed two histories of its log; this desk buys and pays nothing there.".to_owned(),
        next: "The evidence is in alarm.json in the desk's folder: show it to others, and settle it with the operator."
            .to_owned(),
    });
    Ok(MarketShown {
        market: desk.settings().market.to_string(),
        reachable: portal.house().market_answers.load(Ordering::Relaxed),
        demo: said.as_ref().is_some_and(|said| said.demo),
        software: said.as_ref().map(|said| said.software.clone()),
        proofs: pinned.proofs.clone(),
        keys: keys(pinned),
        fees: said.as_ref().map(|said| FeesShown {
            version: said.fees.version,
            escrow_ppm: said.fees.escrow_ppm,
            direct_ppm: said.fees.direct_ppm,
        }),
        retention: said.as_ref().map(|said| RetentionShown {
            ended_orders_s: said.retention.ended_orders_s,
            letters_s: said.retention.letters_s,
            idle_uploads_s: said.retention.idle_uploads_s,
        }),
        limits: said.as_ref().map(|said| LimitsShown {
            body_bytes: said.limits.body_bytes,
            sample_bytes: said.limits.sample_bytes,
            manifest_bytes: said.limits.manifest_bytes,
        }),
        pools: pools
            .iter()
            .map(|followed| PoolShown {
                pool: followed.pool.pool.to_string(),
                currency: followed.pool.currency.code().to_owned(),
                generation: followed.pool.generation,
                epoch_length_s: followed.pool.epoch_length_s.into(),
                epoch: followed.newest.as_ref().map(|leaf| leaf.epoch.0),
                epoch_ended: followed.newest.as_ref().map(|leaf| leaf.time.to_string()),
                rotated: followed.pool.successor.is_some(),
            })
            .collect(),
        log_size,
        listings: desk.mirror().catalogue().await?.len() as u64,
        mirrored_at: desk.mirrored_at().await?.map(|at| at.to_string()),
        beacon_delay_s: said.map(|said| said.beacon_delay_s),
        alarm,
    })
}
