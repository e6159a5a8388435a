//! `tacit wallet cross`: money leaves a pool that was rotated, in public tiers.

use super::wallet::sentence;
use crate::open::OpenDesk;
use crate::output::Output;
use crate::refusal::Refusal;
use crate::wallet::{Crossed, Crossing, CrossingPace, CrossingWaits, PaymentStep, WalletView};
use clap::Args;
use serde_json::{Value, json};
use std::io::IsTerminal;
use std::time::Duration;
use tacit_settlement::in_tiers;
use tacit_values::{Currency, Money};

/// Arguments of `wallet cross`.
#[derive(Debug, Clone, Args)]
pub struct CrossArgs {
    /// One part now, the others at random moments within so many hours; a running desk (`tacit desk`) goes on by itself.
    #[arg(long, default_value_t = 24, value_name = "HOURS", conflicts_with = "now")]
    pub over: u16,
    /// Everything now, one part after the other: everybody can tell that these parts are one wallet's.
    #[arg(long)]
    pub now: bool,
    /// Do not ask before showing amounts in public.
    #[arg(long)]
    pub yes: bool,
    /// How many seconds to wait for the ledger, for each part.
    #[arg(long, default_value_t = 120)]
    pub wait: u64,
}

/// Runs the command.
pub async fn run(desk: &OpenDesk, args: &CrossArgs, out: &mut Output) -> Result<(), Refusal> {
    let spinner = out.spinner("following the ledger");
    let views = desk.wallet().sync().await;
    spinner.finish_and_clear();
    let there = in_old_pools(&views?);
    if !there.is_zero() {
        out.remark(&warning(there, args.now));
        if !args.yes && std::io::stdin().is_terminal() {
            confirm()?;
        }
    }
    let pace = if args.now {
        CrossingPace::AtOnce
    } else {
        CrossingPace::Over(Duration::from_secs(u64::from(args.over) * 3600))
    };
    let spinner = out.spinner("planning");
    let shown = spinner.clone();
    let tell = move |step: PaymentStep| shown.set_message(sentence(step));
    let crossings = desk.wallet().cross(pace, Duration::from_secs(args.wait), &tell).await;
    spinner.finish_and_clear();
    let crossings = crossings?;
    if let Some(open) = still_open(&crossings) {
        return Err(open);
    }
    out.tell(&document(&crossings), &text(&crossings));
    Ok(())
}

/// What is free in pools that pay nobody any more.
fn in_old_pools(views: &[WalletView]) -> Money {
    let old = views.iter().filter(|view| view.is_rotated());
    sum(old.map(|view| view.balance.free))
}

/// What everybody will see, said before anybody sees it.
fn warning(there: Money, now: bool) -> String {
    let tiers: Vec<String> = in_tiers(there).iter().map(ToString::to_string).collect();
    let together = if now {
        " All of them now, one after the other: everybody can tell that they are one wallet's, and so its sum."
    } else {
        ""
    };
    format!(
        "crossing shows amounts in public: {} {} will stand in the ledger in clear, each beside the bundle that leaves and the one that enters. Whose they are does not, nor what is paid with them later; a young pool has few notes to hide among.{together}",
        tiers.join(", "),
        there.currency()
    )
}

fn confirm() -> Result<(), Refusal> {
    eprint!("Cross? [y/N] ");
    let mut answer = String::new();
    match std::io::stdin().read_line(&mut answer) {
        Ok(_) if matches!(answer.trim(), "y" | "Y" | "yes") => Ok(()),
        _ => Err(Refusal::new("not-confirmed", "nothing crossed", "Say y, or give --yes.")),
    }
}

fn still_open(crossings: &[Crossing]) -> Option<Refusal> {
    crossings.iter().find_map(|crossing| {
        let Some(CrossingWaits::Open { until, said }) = &crossing.waits else { return None };
        let said = said.as_ref().map(|said| format!(" The market said: {said}")).unwrap_or_default();
        let crossed = sum(crossings.iter().flat_map(|crossing| &crossing.crossed).map(|part| part.amount));
        let before = if crossed.is_zero() {
            String::new()
        } else {
            format!("{crossed} {} crossed; ", crossed.currency())
        };
        let sentence = format!(
            "{before}a part was sent and does not stand in both pools yet; it lands or ends by epoch {until} of the old pool.{said}"
        );
        let remedy = "Run `tacit wallet cross` again: it goes on with the same part, and nothing crosses twice.";
        Some(Refusal::new("crossing-open", sentence, remedy))
    })
}

fn document(crossings: &[Crossing]) -> Value {
    let parts: Vec<Value> = crossings.iter().flat_map(|crossing| &crossing.crossed).map(part).collect();
    let crossed = sum(crossings.iter().flat_map(|crossing| &crossing.crossed).map(|part| part.amount));
    json!({
        "crossed": crossed.to_string(),
        "parts": parts,
        "left": sum(crossings.iter().map(|crossing| crossing.left)).to_string(),
        "in_flight": sum(crossings.iter().map(|crossing| crossing.in_flight)).to_string(),
        "next_at": crossings.iter().filter_map(next_at).min(),
        "currency": Currency::TestUsd,
    })
}

fn part(part: &Crossed) -> Value {
    json!({
        "amount": part.amount.to_string(),
        "from_pool": part.from,
        "to_pool": part.to,
        "left_in_epoch": part.left,
        "entered_in_epoch": part.entered,
        "burn": part.burn,
        "mint": part.mint,
    })
}

fn next_at(crossing: &Crossing) -> Option<tacit_values::Timestamp> {
    match crossing.waits {
        Some(CrossingWaits::Until(at)) => Some(at),
        _ => None,
    }
}

fn text(crossings: &[Crossing]) -> String {
    let mut lines = Vec::new();
    for crossing in crossings {
        for part in &crossing.crossed {
            lines.push(format!(
                "{} {} crossed: left in epoch {} of the old pool, entered in epoch {} of the new.",
                part.amount,
                part.amount.currency(),
                part.left,
                part.entered
            ));
        }
        let left = format!("{} {} are left in the old pool", crossing.left, crossing.left.currency());
        lines.extend(match &crossing.waits {
            Some(CrossingWaits::Until(at)) => Some(format!(
                "{left}; the next part crosses at {at} or later, when `tacit desk` runs or you run `tacit wallet cross` again. All at once: --now."
            )),
            Some(CrossingWaits::InFlight) => Some(format!(
                "{} {} were promised to payments before the rotation; they are free again when those expire. Run `tacit wallet cross` again then.",
                crossing.in_flight,
                crossing.in_flight.currency()
            )),
            Some(CrossingWaits::From(epoch)) => Some(format!(
                "{left}; the rotation begins with epoch {epoch} of that pool. Run `tacit wallet cross` again in a moment."
            )),
            Some(CrossingWaits::Open { .. }) | None => None,
        });
    }
    if lines.is_empty() {
        lines.push("There is nothing to cross: no money lies in a pool that was rotated.".to_owned());
    }
    lines.join("\n")
}

fn sum(amounts: impl Iterator<Item = Money>) -> Money {
    // The turnstiles keep the sum of all pools below the largest amount.
    amounts.fold(Money::zero(Currency::TestUsd), |sum, amount| sum.plus(amount).unwrap_or(sum))
}
