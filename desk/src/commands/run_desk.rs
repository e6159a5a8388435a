//! `tacit desk`: the desk left running. It answers orders, delivers, and goes on with purchases that wait, by itself.

use crate::open::OpenDesk;
use crate::output::Output;
use crate::refusal::Refusal;
use crate::story::purchase::{Driven, PurchaseKept};
use clap::Args;
use serde_json::json;
use std::sync::Mutex;
use std::time::Duration;

/// How long one look into the seller's mailbox waits for a letter.
const LOOK: Duration = Duration::from_secs(10);
/// How long to wait after the market did not answer.
const AWAY: Duration = Duration::from_secs(3);
/// While a sale waits for the ledger, rounds come quicker.
const QUICK: Duration = Duration::from_millis(700);

/// Arguments of `desk`.
#[derive(Debug, Clone, Args)]
pub struct RunArgs {
    /// Without pages; there are none yet, so this is what `tacit desk` does anyway.
    #[arg(long)]
    pub headless: bool,
    /// End when standard input does: for a parent that wants no desk to outlive it.
    #[arg(long, hide = true)]
    pub until_stdin_closes: bool,
}

/// Runs until Ctrl-C. Over outgoing connections only; nothing listens here.
pub async fn run(desk: &OpenDesk, _args: &RunArgs, out: &mut Output) -> Result<(), Refusal> {
    desk.mirror().meet().await?;
    let seller = desk.keyring().seller().persona();
    out.tell(
        &json!({"ok": true, "seller": seller}),
        &format!("the desk of {seller} answers orders by itself; stop it with Ctrl-C"),
    );
    let shared = Mutex::new(out);
    let tell = |sentence: &str| shared.lock().expect("telling does not panic").remark(sentence);
    tokio::select! {
        stopped = tokio::signal::ctrl_c() => {
            let _either_way_it_ends = stopped;
            Ok(())
        }
        refused = work(desk, &tell) => refused,
    }
}

async fn work(desk: &OpenDesk, tell: &(dyn Fn(&str) + Send + Sync)) -> Result<(), Refusal> {
    let mut away = false;
    loop {
        let wait = if waits_for_ledger(desk).await? {
            QUICK
        } else if waiting_purchases(desk).await?.is_empty() {
            LOOK
        } else {
            LOOK.min(desk.mailroom().until_next_fetch().await?)
        };
        match round(desk, wait, tell).await {
            Ok(()) => away = false,
            Err(refusal) if refusal.code == "market-unreachable" => {
                if !away {
                    tell(&refusal.to_string());
                }
                away = true;
                tokio::time::sleep(AWAY).await;
            }
            Err(refusal) if matches!(refusal.code.as_ref(), "forked-log" | "market-keys-changed") => {
                return Err(refusal);
            }
            Err(refusal) => {
                tell(&refusal.to_string());
                tokio::time::sleep(AWAY).await;
            }
        }
    }
}

/// One round of a desk that runs: sales, letters that were not sent, one fetch of the mail of all purchases, and each of
/// them as far as it goes now. Waits up to `wait` for letters to the seller.
pub async fn round(
    desk: &OpenDesk,
    wait: Duration,
    tell: &(dyn Fn(&str) + Send + Sync),
) -> Result<(), Refusal> {
    // Also what another command of this desk noticed ends the round.
    desk.mirror().calm().await?;
    desk.fulfil_round(wait, tell).await?;
    for place in desk.mailroom().unposted().await? {
        desk.mailroom().post_again(&place).await?;
    }
    let waiting = waiting_purchases(desk).await?;
    if !waiting.is_empty() {
        desk.mailroom().fetch().await?;
    }
    for kept in waiting {
        let named = |sentence: &str| tell(&format!("{}: {sentence}", kept.order));
        match desk.drive(&kept.order, Duration::ZERO, &named).await {
            Ok(Driven::Done(_) | Driven::Waits(..)) => {}
            Err(refusal) if refusal.code == "market-unreachable" => return Err(refusal),
            Err(refusal) => tell(&format!("{}: {refusal}", kept.order)),
        }
    }
    // Money that was left to cross out of a rotated pool over time, when its moment has come.
    match desk.wallet().go_on_crossing(&|_| {}).await {
        Ok(crossings) => {
            for part in crossings.iter().flat_map(|crossing| &crossing.crossed) {
                tell(&format!("{} {} crossed into the new pool", part.amount, part.amount.currency()));
            }
        }
        Err(refusal) if refusal.code == "market-unreachable" => return Err(refusal),
        Err(refusal) => tell(&refusal.to_string()),
    }
    desk.mailroom().keep_state_outside_orders().await.map(drop)
}

async fn waiting_purchases(desk: &OpenDesk) -> Result<Vec<PurchaseKept>, Refusal> {
    let mut purchases = desk.purchases().await?;
    purchases.retain(|kept| !kept.purchase.is_over());
    Ok(purchases)
}

/// Whether a sale waits for something that no letter announces.
async fn waits_for_ledger(desk: &OpenDesk) -> Result<bool, Refusal> {
    let waiting = desk.mailroom().all_waiting().await?;
    Ok(!waiting.is_empty() || desk.sales().await?.iter().any(|kept| !kept.is_over()))
}
