//! `tacit wallet`: balance, history, addresses, and paying by hand.

use super::{amount, except_by_address};
use crate::open::OpenDesk;
use crate::output::Output;
use crate::refusal::Refusal;
use crate::wallet::{PaymentIntent, PaymentOutcome, PaymentStep, Terms, WalletView};
use clap::{Args, Subcommand};
use serde_json::{Value, json};
use std::time::Duration;
use tacit_settlement::Address;
use tacit_settlement::wallet::{HistoryEntry, Moved};
use tacit_values::rand_core::Rng;
use tacit_values::{Currency, Money, base64url};

/// Arguments of `wallet`.
#[derive(Debug, Clone, Args)]
pub struct WalletArgs {
    /// What to do; without it, balance and the newest history are shown.
    #[command(subcommand)]
    pub what: Option<WalletCommand>,
}

/// What a wallet does.
#[derive(Debug, Clone, Subcommand)]
pub enum WalletCommand {
    /// Balance, and among how many a payment hides.
    Show,
    /// A fresh address, to be paid to.
    Address,
    /// Pay an address.
    Send(SendArgs),
    /// Move money out of a pool that the market rotated; the amounts are public.
    Cross(super::cross::CrossArgs),
    /// Everything that happened.
    History,
}

/// Arguments of `wallet send`.
#[derive(Debug, Clone, Args)]
pub struct SendArgs {
    /// Whom: tacit1...
    pub address: Address,
    /// How much, for example 12.50.
    #[arg(value_parser = amount)]
    pub amount: Money,
    /// Go on with a payment that was begun under this name.
    #[arg(long)]
    pub name: Option<String>,
    /// How many seconds to wait for the ledger.
    #[arg(long, default_value_t = 120)]
    pub wait: u64,
}

/// Runs the command.
pub async fn run(desk: &OpenDesk, args: &WalletArgs, out: &mut Output) -> Result<(), Refusal> {
    match args.what.as_ref().unwrap_or(&WalletCommand::Show) {
        WalletCommand::Show => show(desk, out, 5).await,
        WalletCommand::History => show(desk, out, usize::MAX).await,
        WalletCommand::Address => address(desk, out).await,
        WalletCommand::Send(args) => send(desk, args, out).await,
        WalletCommand::Cross(args) => super::cross::run(desk, args, out).await,
    }
}

async fn show(desk: &OpenDesk, out: &mut Output, lines: usize) -> Result<(), Refusal> {
    let spinner = out.spinner("following the ledger");
    let synced = desk.wallet().sync().await;
    spinner.finish_and_clear();
    let (views, unfollowed) = match synced {
        Ok(views) => (views, None),
        Err(refusal)
            if matches!(refusal.code.as_ref(), "market-unreachable" | "forked-log" | "clock-skew") =>
        {
            out.remark(&format!("{}; this is what was known before.", refusal.sentence));
            (desk.wallet().as_known().await?, Some(refusal))
        }
        Err(refusal) => return Err(refusal),
    };
    let pools: Vec<Value> = views.iter().map(|view| pool_document(view, lines)).collect();
    let newest = views.iter().rfind(|view| !view.is_rotated());
    // Money in a pool that was rotated pays nobody: it is told apart, with what to do about it.
    let total = |rotated: bool, part: fn(&WalletView) -> Money| -> String {
        let mut views = views.iter().filter(|view| view.is_rotated() == rotated);
        let sum = views.try_fold(Money::zero(Currency::TestUsd), |sum, view| sum.plus(part(view)));
        sum.map_or_else(|_| "?".to_owned(), |sum| sum.to_string())
    };
    let document = json!({
        "currency": Currency::TestUsd,
        "test_currency": true,
        "balance": total(false, |view| view.balance.free),
        "in_flight": total(false, |view| view.balance.in_flight),
        "in_rotated_pools": total(true, |view| view.balance.free),
        "epoch": newest.and_then(|view| view.epoch),
        "hides_among": newest.map(|view| json!({
            "notes": view.anonymity.notes,
            "bundles_today": view.anonymity.bundles_today,
        })),
        "followed_now": unfollowed.is_none(),
        "not_followed": unfollowed,
        "pools": pools,
    });
    let mut text = String::new();
    for view in &views {
        text.push_str(&pool_page(view, lines));
    }
    if views.is_empty() {
        text.push_str("This wallet has not followed its market yet.\n");
    }
    text.push_str(&format!(
        "tUSD is a test currency. Nobody but you can connect these lines{}.\n",
        except_by_address(desk)
    ));
    let mut lines = views.iter().flat_map(|view| &view.history);
    if lines.any(|line| matches!(line.moved, Moved::Crossed { .. })) {
        text.push_str(
            "What crossed is public: each amount, and which bundles of the two pools belong together.\n",
        );
    }
    out.tell(&document, &text);
    Ok(())
}

fn pool_document(view: &WalletView, lines: usize) -> Value {
    let history: Vec<Value> = newest_first(view, lines).map(|entry| line_document(view, entry)).collect();
    json!({
        "pool": view.pool.pool,
        "generation": view.pool.generation,
        "currency": view.pool.currency,
        "rotated_to": view.pool.successor.map(|successor| successor.pool),
        "epoch": view.epoch,
        "free": view.balance.free.to_string(),
        "in_flight": view.balance.in_flight.to_string(),
        "hides_among": {"notes": view.anonymity.notes, "bundles_today": view.anonymity.bundles_today},
        "history": history,
    })
}

fn newest_first(view: &WalletView, lines: usize) -> impl Iterator<Item = &HistoryEntry> {
    view.history.iter().rev().take(lines)
}

fn line_document(view: &WalletView, entry: &HistoryEntry) -> Value {
    json!({
        "epoch": entry.epoch,
        "ended": view.pool.end_of(entry.epoch),
        "what": what(&entry.moved),
        "amount": entry.amount.to_string(),
        "address": address_of(&entry.moved).map(|address| address.to_string()),
        "bundle": entry.bundle,
        "crossed_to": match entry.moved {
            Moved::Crossed { to, .. } => Some(to),
            _ => None,
        },
    })
}

fn pool_page(view: &WalletView, lines: usize) -> String {
    let mut text = format!(
        "{} {} free, {} in flight (as of epoch {})\n",
        view.balance.free,
        view.pool.currency,
        view.balance.in_flight,
        view.epoch.map_or_else(|| "none".to_owned(), |epoch| epoch.to_string()),
    );
    let nothing = view.balance.free.is_zero() && view.balance.in_flight.is_zero();
    text.push_str(&match (view.is_rotated(), nothing) {
        (false, _) => format!(
            "A payment hides among {} notes; {} bundles today.\n",
            view.anonymity.notes, view.anonymity.bundles_today
        ),
        (true, true) => "An old pool: the market rotated it. Nothing of yours is left in it.\n".to_owned(),
        (true, false) => "An old pool: the market rotated it, and it pays nobody any more. Move this money into the new pool with `tacit wallet cross`; the amounts that cross are public.\n".to_owned(),
    });
    for entry in newest_first(view, lines) {
        let address = address_of(&entry.moved).map(|address| format!("  {address}")).unwrap_or_default();
        text.push_str(&format!(
            "  {}  {:>8}  {:>12}{address}\n",
            view.pool.end_of(entry.epoch),
            what(&entry.moved),
            entry.amount.to_string()
        ));
    }
    text
}

fn what(moved: &Moved) -> &'static str {
    match moved {
        Moved::Minted { .. } => "minted",
        Moved::Received { .. } => "received",
        Moved::Sent { .. } => "sent",
        Moved::Merged => "merged",
        Moved::Burned => "burned",
        Moved::Crossed { .. } => "crossed",
    }
}

fn address_of(moved: &Moved) -> Option<Address> {
    match moved {
        Moved::Minted { to } | Moved::Received { to, .. } => Some(*to),
        Moved::Sent { to } => *to,
        Moved::Merged | Moved::Burned | Moved::Crossed { .. } => None,
    }
}

async fn address(desk: &OpenDesk, out: &mut Output) -> Result<(), Refusal> {
    // The pool may have been rotated since: an address of the old one could not be paid.
    match desk.mirror().follow().await {
        Ok(_) => {}
        // What may be received needs no market, honest or not.
        Err(refusal)
            if matches!(refusal.code.as_ref(), "market-unreachable" | "forked-log" | "rolled-back-log")
                && desk.mirror().genesis().await?.is_some() =>
        {
            out.remark(&format!("{}; this is an address of the pool that was known last.", refusal.sentence));
        }
        Err(refusal) => return Err(refusal),
    }
    let address = desk.wallet().fresh_address(Currency::TestUsd).await?;
    let text = format!("{address}\nGive it to one payer only; ask again for the next.");
    out.tell(&json!({"address": address.to_string()}), &text);
    Ok(())
}

async fn send(desk: &OpenDesk, args: &SendArgs, out: &mut Output) -> Result<(), Refusal> {
    if args.amount.is_zero() {
        return Err(Refusal::usage(
            "a payment of nothing is none: nothing was sent",
            "Say how much, for example 12.50.",
        ));
    }
    desk.mirror().follow().await?;
    let pool = desk.wallet().current_pool(args.amount.currency()).await?;
    let name = args.name.clone().unwrap_or_else(|| fresh_name(desk));
    let intent = PaymentIntent {
        id: name.clone(),
        pool: pool.pool,
        to: args.address,
        amount: args.amount,
        terms: Terms::Plain,
        valid_until: None,
        patience: Duration::from_secs(args.wait),
    };
    let spinner = out.spinner("planning");
    let shown = spinner.clone();
    let tell = move |step: PaymentStep| shown.set_message(sentence(step));
    let outcome = desk.wallet().pay(&intent, &tell).await;
    spinner.finish_and_clear();
    match outcome? {
        PaymentOutcome::Landed(landed) => {
            let document = json!({
                "name": name,
                "outcome": "landed",
                "amount": args.amount.to_string(),
                "epoch": landed.epoch,
                "position": landed.position,
                "bundle": landed.bundle,
            });
            let text = format!("{} {} paid in epoch {}.", args.amount, args.amount.currency(), landed.epoch);
            out.tell(&document, &text);
            Ok(())
        }
        PaymentOutcome::Open { until, said, .. } => {
            let said = said.map(|said| format!(" The market said: {said}")).unwrap_or_default();
            let sentence = format!(
                "the payment was sent and stands in no epoch yet; it lands or ends by epoch {until}.{said}"
            );
            let remedy = format!(
                "Look at `tacit wallet`, or go on with `tacit wallet send --name {name}` and the same words."
            );
            Err(Refusal::new("payment-open", sentence, remedy))
        }
        PaymentOutcome::Ended(ended) => Err(Refusal::new(
            "payment-ended",
            ended.sentence(),
            "Nothing was paid. Send again if you still want to.",
        )),
    }
}

pub(super) fn sentence(step: PaymentStep) -> &'static str {
    match step {
        PaymentStep::Merging => "merging small notes first (one more proof and one more epoch)",
        PaymentStep::Proving => "proving the payment on this machine",
        PaymentStep::Waiting => "sent; waiting for the epoch to close",
    }
}

fn fresh_name(desk: &OpenDesk) -> String {
    let mut bytes = [0; 12];
    desk.rng().fill_bytes(&mut bytes);
    format!("snd_{}", base64url::encode(&bytes))
}
