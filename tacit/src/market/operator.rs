//! The operator's acts on a running market, over loopback with the token from its data folder.

use super::serve::{TOKEN, read_fixed};
use super::{Answer, Stopped};
use serde_json::json;
use std::path::Path;
use tacit_settlement::Address;
use tacit_values::{Currency, Money};
use tacit_wire::Problem;
use tacit_wire::bodies::admin::{MintBody, RotateBody};
use tacit_wire::client::{Failed, Operator};

const NOT_RUNNING: &str = "Start it with `tacit market --data DIR`, then run this again.";

fn operator(data: &Path) -> Result<Operator, Stopped> {
    let fixed =
        read_fixed(data)?.ok_or_else(|| Stopped::new("there is no market in this folder", NOT_RUNNING))?;
    let token = std::fs::read_to_string(data.join(TOKEN))
        .map_err(|_| Stopped::new("the market has not run yet", NOT_RUNNING))?;
    let mut listens = fixed.listen;
    if listens.ip().is_unspecified() {
        listens.set_ip(std::net::Ipv4Addr::LOCALHOST.into());
    }
    Operator::at(listens, &token).map_err(|refused| Stopped::new(refused, NOT_RUNNING))
}

/// Mints; the answer says where it stands in public.
pub(super) async fn mint(data: &Path, to: Address, amount: Money) -> Result<Answer, Stopped> {
    let minted = operator(data)?.mint(&MintBody { to, amount }).await.map_err(failed)?;
    let taken = minted.taken;
    let document = json!({"pool": taken.pool, "epoch": taken.epoch, "bundle": taken.bundle, "amount": amount.to_string(), "currency": amount.currency()});
    let sentence = format!(
        "minted {amount} {} in epoch {}; the treasury's record stands in the public ledger",
        amount.currency(),
        taken.epoch
    );
    Ok((document, sentence))
}

/// Live figures instead of promises.
pub(super) async fn stats(data: &Path, privacy: bool) -> Result<Answer, Stopped> {
    let figures = operator(data)?.privacy().await.map_err(failed)?;
    let mut text =
        format!("live listings {}, orders under way {}\n", figures.live_listings, figures.orders_under_way);
    if privacy {
        text.push_str(&format!(
            "personas seen within a week {}, at least {} in each of the relay's buckets ({} bits)\n",
            figures.live_personas, figures.fewest_in_a_bucket, figures.bucket_bits
        ));
    }
    for pool in &figures.pools {
        let pool_name =
            format!("{} generation {}: open epoch {}", pool.currency, pool.generation, pool.open_epoch);
        match privacy {
            true => text.push_str(&format!("{pool_name}, a payment hides among {} notes\n", pool.notes)),
            false => text.push_str(&format!("{pool_name}\n")),
        }
    }
    let document = match privacy {
        true => serde_json::to_value(&figures).expect("figures are plain data"),
        false => json!({
            "live_listings": figures.live_listings,
            "orders_under_way": figures.orders_under_way,
            "pools": figures.pools.iter().map(|pool| json!({"currency": pool.currency, "generation": pool.generation, "open_epoch": pool.open_epoch})).collect::<Vec<_>>(),
        }),
    };
    Ok((document, text.trim_end().to_owned()))
}

/// Opens a successor pool.
pub(super) async fn rotate(data: &Path) -> Result<Answer, Stopped> {
    let rotated =
        operator(data)?.rotate_pool(&RotateBody { currency: Currency::TestUsd }).await.map_err(failed)?;
    let document = json!({"pool": rotated.pool.pool, "generation": rotated.pool.generation});
    let sentence = format!(
        "pool {} (generation {}) takes payments now; notes leave the old pool only into it, and the amounts that cross are visible",
        rotated.pool.pool, rotated.pool.generation
    );
    Ok((document, sentence))
}

fn failed(failed: Failed) -> Stopped {
    match failed.problem() {
        Some(problem) => {
            let next = problem.remedy.clone().unwrap_or_else(|| "Nothing was changed.".to_owned());
            Stopped::new(Problem { remedy: None, ..problem.clone() }, next)
        }
        None => Stopped::new(failed, NOT_RUNNING),
    }
}
