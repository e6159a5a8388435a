//! `/admin`: the operator's acts. Answers on loopback only, to whoever shows the token from the market's data folder.

use crate::callers::Anonymous;
use crate::door::Door;
use crate::guards::{peer, was_forwarded};
use crate::refusals::{Refused, told};
use axum::Json;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::AUTHORIZATION;
use tacit_wire::bodies::admin::{MintBody, MintView, PoolFiguresView, PrivacyView, RotateBody, RotatedView};
use tacit_wire::bodies::ledger::BundleView;
use tacit_wire::{Problem, ProblemKind};

const SMALL: usize = 4 << 10;

/// Lets nobody in but the operator on this machine. To everybody else there is nothing here.
pub(crate) async fn guard(State(door): State<Door>, request: Request, next: Next) -> Response {
    let here =
        peer(request.extensions()).is_none_or(|peer| peer.is_loopback()) && !was_forwarded(request.headers());
    let shown = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let shown = shown.and_then(|value| value.strip_prefix("Bearer "));
    match (here, door.admin(), shown) {
        (true, Some(token), Some(shown)) if token.fits(shown) => next.run(request).await,
        (true, Some(_), _) => Refused::from(
            Problem::new(ProblemKind::NotYours, "the operator's token is missing or another market's")
                .remedy("run the command with the data folder of this market"),
        )
        .into_response(),
        _ => crate::refusals::nothing_there().await.into_response(),
    }
}

/// Make new money for an address. Sent twice, it mints twice.
pub(crate) async fn mint(
    State(door): State<Door>,
    asked: Anonymous<SMALL>,
) -> Result<Json<MintView>, Refused> {
    let mint: MintBody = asked.json()?;
    let minted = door.market().mint(mint.to, mint.amount).await.map_err(told)?;
    let taken = minted.taken;
    let taken =
        BundleView { pool: taken.pool, epoch: taken.epoch, position: taken.position, bundle: taken.bundle };
    Ok(Json(MintView { taken, record: minted.record }))
}

/// Open a successor pool.
pub(crate) async fn rotate(
    State(door): State<Door>,
    asked: Anonymous<SMALL>,
) -> Result<Json<RotatedView>, Refused> {
    let rotate: RotateBody = asked.json()?;
    let pool = door.market().rotate_pool(rotate.currency).await.map_err(told)?;
    Ok(Json(RotatedView { pool }))
}

/// How well people are hidden now.
pub(crate) async fn privacy(State(door): State<Door>) -> Result<Json<PrivacyView>, Refused> {
    let figures = door.market().privacy_figures().await.map_err(|fault| {
        tracing::error!(%fault, "the live figures cannot be read");
        let remedy = "see whether the database runs, and try again";
        Refused::new(ProblemKind::Busy, "the market's database does not answer", remedy)
    })?;
    let pools = figures.pools.into_iter().map(|pool| PoolFiguresView {
        currency: pool.currency,
        generation: pool.generation,
        open_epoch: pool.open,
        notes: pool.notes,
    });
    Ok(Json(PrivacyView {
        pools: pools.collect(),
        live_personas: figures.live_personas,
        bucket_bits: figures.bucket_bits,
        fewest_in_a_bucket: figures.fewest_in_a_bucket,
        orders_under_way: figures.orders_under_way,
        live_listings: figures.live_listings,
    }))
}
