//! The desk at work: it answers orders, follows its mirror, goes on with purchases, and tells the watch list; with or without
//! a page that looks.

use super::buying;
use super::house::Portal;
use super::shown::events::Event;
use super::shown::jobs::{JobKind, JobState};
use super::watch;
use crate::open::OpenDesk;
use crate::refusal::Refusal;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tacit_values::{Currency, OrderId};

/// How long one look into the seller's mailbox waits for a letter.
const LOOK: Duration = Duration::from_secs(10);
/// How long to wait after the market did not answer.
const AWAY: Duration = Duration::from_secs(3);
/// While a sale waits for the ledger, rounds come quicker.
const QUICK: Duration = Duration::from_millis(700);
/// How often purchases without a job are looked for.
const PURCHASES: Duration = Duration::from_secs(5);

/// Begins everything that an open desk does by itself.
pub(crate) fn begin(portal: &Portal, desk: Arc<OpenDesk>) {
    portal.keep_worker(tokio::spawn(answer_orders(portal.clone(), desk.clone())));
    portal.keep_worker(tokio::spawn(follow(portal.clone(), desk.clone())));
    portal.keep_worker(tokio::spawn(go_on_buying(portal.clone(), desk)));
}

/// Whether a refusal ends all business with this market until a person has looked.
fn is_alarm(refusal: &Refusal) -> bool {
    matches!(refusal.code.as_ref(), "forked-log" | "market-keys-changed")
}

/// The seller's side, round after round.
async fn answer_orders(portal: Portal, desk: Arc<OpenDesk>) {
    let mut sales = states_of_sales(&desk).await;
    loop {
        let outcome = fulfil(&portal, &desk).await;
        let now = states_of_sales(&desk).await;
        for (order, state) in &now {
            if sales.get(order) != Some(state) {
                portal.tell(Event::Sale { order: order.to_string() });
            }
        }
        sales = now;
        match outcome {
            Ok(()) => answered(&portal, None),
            Err(refusal) if refusal.may_pass() => {
                answered(&portal, Some(&refusal));
                tokio::time::sleep(AWAY).await;
            }
            Err(refusal) if is_alarm(&refusal) => {
                portal.tell(Event::Alarm { sentence: refusal.to_string() });
                portal.end_with(refusal);
                return;
            }
            Err(refusal) => {
                portal.say(&refusal.to_string());
                tokio::time::sleep(AWAY).await;
            }
        }
    }
}

async fn fulfil(portal: &Portal, desk: &OpenDesk) -> Result<(), Refusal> {
    // Also what another command of this desk noticed ends the round.
    desk.mirror().calm().await?;
    let wait = if waits_for_ledger(desk).await? { QUICK } else { LOOK };
    desk.fulfil_round(wait, &|sentence| portal.say(sentence)).await?;
    for place in desk.mailroom().unposted().await? {
        match desk.mailroom().post_again(&place).await {
            Err(refusal) if refusal.code == "market-unreachable" => return Err(refusal),
            // One mailbox that takes nothing now holds up no other.
            sent => drop(sent),
        }
    }
    // Money that was left to cross out of a rotated pool over time, when its moment has come.
    for crossing in desk.wallet().go_on_crossing(&|_| {}).await? {
        for part in &crossing.crossed {
            portal.tell(Event::Wallet);
            portal.say(&format!("{} {} crossed into the new pool", part.amount, part.amount.currency()));
        }
    }
    desk.mailroom().keep_state_outside_orders().await.map(drop)
}

/// Whether a sale waits for something that no letter announces.
async fn waits_for_ledger(desk: &OpenDesk) -> Result<bool, Refusal> {
    let waiting = desk.mailroom().all_waiting().await?;
    Ok(!waiting.is_empty() || desk.sales().await?.iter().any(|kept| !kept.is_over()))
}

async fn states_of_sales(desk: &OpenDesk) -> BTreeMap<OrderId, (&'static str, bool)> {
    let sales = desk.sales().await.unwrap_or_default();
    sales.iter().map(|kept| (kept.sale.id(), (kept.sale.state(), kept.is_over()))).collect()
}

/// Notes whether the market answers, and says it once when that changes.
pub(crate) fn answered(portal: &Portal, refusal: Option<&Refusal>) {
    let before = portal.house().market_answers.swap(refusal.is_none(), Ordering::Relaxed);
    if let Some(refusal) = refusal.filter(|_| before) {
        portal.say(&refusal.to_string());
    }
}

/// The mirror, the wallet and the watch list, once an epoch.
async fn follow(portal: Portal, desk: Arc<OpenDesk>) {
    loop {
        match follow_once(&portal, &desk).await {
            Ok(()) => {}
            Err(refusal) if is_alarm(&refusal) => {
                portal.tell(Event::Alarm { sentence: refusal.to_string() });
                portal.end_with(refusal);
                return;
            }
            Err(refusal) if refusal.may_pass() => answered(&portal, Some(&refusal)),
            Err(refusal) => portal.say(&refusal.to_string()),
        }
        let epoch = desk.wallet().current_pool(Currency::TestUsd).await.map(|pool| pool.epoch_length());
        let wait = epoch.unwrap_or(AWAY).clamp(Duration::from_secs(1), Duration::from_secs(30));
        tokio::time::sleep(wait).await;
    }
}

/// Follows everything once and tells what changed.
pub(crate) async fn follow_once(portal: &Portal, desk: &OpenDesk) -> Result<(), Refusal> {
    let before = desk.wallet().as_known().await?;
    let views = desk.wallet().sync().await?;
    let money = |views: &[crate::wallet::WalletView]| -> Vec<_> {
        views
            .iter()
            .map(|view| (view.pool.pool, view.balance, view.history.len(), view.anonymity.notes))
            .collect()
    };
    if money(&before) != money(&views) {
        portal.tell(Event::Wallet);
    }
    let new = desk.mirror().follow_catalogue().await?;
    desk.note_mirrored().await?;
    let epochs = |views: &[crate::wallet::WalletView]| views.last().and_then(|view| view.epoch);
    if new > 0 || epochs(&before) != epochs(&views) {
        let listings = desk.mirror().catalogue().await?.len() as u64;
        portal.tell(Event::Mirror { epoch: epochs(&views).map(|epoch| epoch.0), listings });
    }
    if desk.tell_watchers().await? > 0 {
        portal.tell(Event::News { unread: watch::unread(desk).await? });
    }
    answered(portal, None);
    Ok(())
}

/// Every purchase that is not over has a job, unless its person stopped it; a desk that was restored looks on first.
async fn go_on_buying(portal: Portal, desk: Arc<OpenDesk>) {
    if matches!(desk.is_still_looking().await, Ok(true)) {
        super::first_run::begin_looking(&portal, &desk);
    }
    loop {
        for kept in desk.purchases().await.unwrap_or_default() {
            let order = kept.order;
            let rests = kept.purchase.is_over()
                || portal.held().contains(&order)
                || portal.job_about(&order.to_string()).is_some()
                || broke(&portal, &order.to_string());
            if !rests {
                buying::begin(&portal, &desk, &kept, JobKind::Resume);
            }
        }
        tokio::time::sleep(PURCHASES).await;
    }
}

/// Whether the last job about something ended by a mistake of ours: it is not begun again by itself.
fn broke(portal: &Portal, about: &str) -> bool {
    let jobs = portal.house().work.all();
    let last = jobs.iter().rev().find(|view| view.about.as_deref() == Some(about));
    last.is_some_and(|view| {
        view.state == JobState::Failed && view.problem.as_ref().is_some_and(|problem| problem.code == "fault")
    })
}
