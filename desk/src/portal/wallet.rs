//! Money: what there is, what happened, and paying by hand.

use super::guards::Served;
use super::refusals::{Answer, Refused};
use super::said::{Said, field_fault, read};
use super::shown::Begun;
use super::shown::events::Event;
use super::shown::jobs::{JobKind, JobResult};
use super::shown::problem::Problem;
use super::shown::wallet::{
    AddressView, AnonymityShown, HistoryLine, MoneyMoved, OldPool, SendForm, WalletShown,
};
use super::work_list::{Beginning, Job};
use crate::open::OpenDesk;
use crate::refusal::Refusal;
use crate::wallet::{PaymentIntent, PaymentOutcome, PaymentStep, Terms, WalletView};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use tacit_settlement::wallet::{HistoryEntry, Moved};
use tacit_settlement::{Address, in_tiers};
use tacit_values::rand_core::Rng;
use tacit_values::{Currency, Digest, Money, OrderId, base64url};

/// How long one wait for the ledger goes on before it looks around.
const PATIENCE: Duration = Duration::from_secs(120);

/// The wallet as of the newest epoch that was followed; nobody is asked for it.
#[utoipa::path(get, path = "/wallet", tag = "wallet", responses((status = 200, body = WalletShown), (status = "default", description = "why not, and what to do", body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn wallet(State(served): State<Served>) -> Answer<WalletShown> {
    let desk = served.portal.open_desk()?;
    let views = desk.wallet().as_known().await?;
    let orders = Orders::of(&desk, &views).await?;
    let current = |view: &&WalletView| !view.is_rotated();
    let newest = views.iter().rfind(current);
    // What crossed stands in both pools; it is told once, where it arrived.
    let left = |view: &WalletView, moved: &Moved| matches!(moved, Moved::Crossed { to, .. } if *to != view.pool.pool);
    let mut lines: Vec<_> = views
        .iter()
        .flat_map(|view| view.history.iter().map(move |entry| (view, entry)))
        .filter(|(view, entry)| !left(view, &entry.moved))
        .collect();
    lines.sort_by_key(|(view, entry)| std::cmp::Reverse((view.pool.end_of(entry.epoch), entry.epoch)));
    Ok(Json(WalletShown {
        balance: sum(views.iter().filter(current).map(|view| view.balance.free)).to_string(),
        in_flight: sum(views.iter().filter(current).map(|view| view.balance.in_flight)).to_string(),
        currency: Currency::TestUsd.code().to_owned(),
        test_currency: true,
        epoch: newest.and_then(|view| view.epoch).map(|epoch| epoch.0),
        as_of: newest.and_then(|view| Some(view.pool.end_of(view.epoch?).to_string())),
        anonymity: newest.map(|view| anonymity(&desk, view)),
        history: lines.into_iter().map(|(view, entry)| line(view, entry, &orders)).collect(),
        old_pools: views
            .iter()
            .filter(|view| !current(view) && !view.balance.free.is_zero())
            .map(old_pool)
            .collect(),
    }))
}

/// A fresh address.
#[utoipa::path(post, path = "/wallet/addresses", tag = "wallet", responses((status = 200, body = AddressView), (status = "default", description = "why not, and what to do", body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn new_address(State(served): State<Served>) -> Answer<AddressView> {
    let desk = served.portal.open_desk()?;
    if desk.mirror().genesis().await?.is_none() {
        desk.mirror().follow().await?;
    }
    let address = desk.wallet().fresh_address(Currency::TestUsd).await?;
    Ok(Json(AddressView { address: address.to_string() }))
}

/// Pays an address.
#[utoipa::path(post, path = "/wallet/payments", tag = "wallet", request_body = SendForm, responses((status = 202, body = Begun), (status = "default", description = "why not, and what to do", body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn send(
    State(served): State<Served>,
    Said(form): Said<SendForm>,
) -> Result<(StatusCode, Json<Begun>), Refused> {
    let portal = &served.portal;
    let desk = portal.open_desk()?;
    let to: Address = read("address", &form.address)?;
    let amount =
        Money::parse(form.amount.trim(), Currency::TestUsd).map_err(|wrong| field_fault("amount", &wrong))?;
    if amount.is_zero() {
        return Err(field_fault("amount", &"the amount is zero; write how much"));
    }
    let name = match form.name {
        Some(name) if is_name(&name) => name,
        Some(_) => return Err(field_fault("name", &"a payment's name begins with snd_")),
        None => fresh_name(&desk),
    };
    if let Some(job) = portal.job_about(&name) {
        return Ok((StatusCode::ACCEPTED, Json(Begun { job: job.id })));
    }
    let views = desk.wallet().as_known().await?;
    let free = sum(views.iter().filter(|view| !view.is_rotated()).map(|view| view.balance.free));
    if free.micros() < amount.micros() && desk.wallet().payment(&name).await?.is_none() {
        return Err(Refused::new(
            StatusCode::CONFLICT,
            "insufficient-funds",
            format!("{amount} {} are needed and {free} are free.", amount.currency()),
            "Send less, or top up: the wallet gives an address for whoever sends you money.",
        )
        .money("Nothing was paid."));
    }
    let beginning = Beginning {
        kind: JobKind::Send,
        about: Some(name.clone()),
        title: format!("{amount} {}", amount.currency()),
        stage: "planning the payment".to_owned(),
    };
    let job = portal.begin(beginning, {
        let portal = portal.clone();
        move |job| async move {
            let paid = pay(&desk, &name, to, amount, &job).await;
            portal.tell(Event::Wallet);
            paid
        }
    });
    Ok((StatusCode::ACCEPTED, Json(Begun { job })))
}

async fn pay(
    desk: &Arc<OpenDesk>,
    name: &str,
    to: Address,
    amount: Money,
    job: &Job,
) -> Result<JobResult, Refusal> {
    loop {
        match pay_once(desk, name, to, amount, job).await {
            Ok(PaymentOutcome::Landed(landed)) => {
                let remark = format!("It stands on the ledger, in epoch {}.", landed.epoch);
                return Ok(JobResult { remark: Some(remark), ..JobResult::default() });
            }
            Ok(PaymentOutcome::Open { until, said, .. }) => {
                let said = said.map(|said| format!("; the market said: {said}")).unwrap_or_default();
                job.waits(&format!("sent; it lands or ends by epoch {until}{said}"));
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
            Ok(PaymentOutcome::Ended(ended)) => {
                let remedy = "Nothing was paid. Send again if you still want to.";
                return Err(Refusal::new("payment-ended", ended.sentence(), remedy));
            }
            Err(refusal) if refusal.may_pass() => {
                job.stuck(&refusal);
                tokio::time::sleep(Duration::from_secs(3)).await;
            }
            Err(refusal) => return Err(refusal),
        }
    }
}

async fn pay_once(
    desk: &OpenDesk,
    name: &str,
    to: Address,
    amount: Money,
    job: &Job,
) -> Result<PaymentOutcome, Refusal> {
    desk.mirror().follow().await?;
    let pool = desk.wallet().current_pool(amount.currency()).await?;
    let intent = PaymentIntent {
        id: name.to_owned(),
        pool: pool.pool,
        to,
        amount,
        terms: Terms::Plain,
        valid_until: None,
        patience: PATIENCE,
    };
    desk.wallet().pay(&intent, &|step| tell(job, step)).await
}

/// A step of a payment as the job says it.
pub(crate) fn tell(job: &Job, step: PaymentStep) {
    match step {
        PaymentStep::Merging => job.stage("merging small notes first: one more proof and one more epoch"),
        PaymentStep::Proving => job.stage("proving the payment on this machine"),
        PaymentStep::Waiting => job.waits("sent; waiting for the epoch to close"),
    }
}

fn fresh_name(desk: &OpenDesk) -> String {
    let mut bytes = [0; 12];
    desk.rng().fill_bytes(&mut bytes);
    format!("snd_{}", base64url::encode(&bytes))
}

fn is_name(name: &str) -> bool {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_');
    name.strip_prefix("snd_").is_some_and(|rest| (8..=64).contains(&rest.len()) && rest.chars().all(plain))
}

fn anonymity(desk: &OpenDesk, view: &WalletView) -> AnonymityShown {
    let (notes, batches_today) = (view.anonymity.notes, view.anonymity.bundles_today);
    let address = if desk.settings().proxy.is_some() {
        ""
    } else {
        " The market still sees this machine's address and the time: no proxy is set."
    };
    let batches = if batches_today == 1 { "batch" } else { "batches" };
    let sentence = format!(
        "Nobody can tell which of {notes} notes a payment spends; {batches_today} {batches} of payments came today.{address}"
    );
    AnonymityShown { notes, batches_today, sentence }
}

fn old_pool(view: &WalletView) -> OldPool {
    OldPool {
        pool: view.pool.pool.to_string(),
        generation: view.pool.generation,
        balance: view.balance.free.to_string(),
        tiers: in_tiers(view.balance.free).iter().map(ToString::to_string).collect(),
    }
}

/// Which order a line of the history was for.
struct Orders {
    paid: HashMap<Digest, OrderId>,
    earned: HashMap<String, OrderId>,
}

impl Orders {
    async fn of(desk: &OpenDesk, views: &[WalletView]) -> Result<Self, Refusal> {
        let mut paid = HashMap::new();
        for kept in desk.purchases().await? {
            for attempt in 0..=kept.attempt {
                let id = format!("{}/{attempt}", kept.order);
                if let Some(PaymentOutcome::Landed(landed)) = desk.wallet().payment(&id).await? {
                    paid.insert(landed.bundle, kept.order);
                }
            }
        }
        let mut earned = HashMap::new();
        for kept in desk.sales().await? {
            let order = kept.sale.id();
            for view in views {
                earned.insert(desk.wallet().order_address(view.pool.pool, &order).to_string(), order);
            }
        }
        Ok(Self { paid, earned })
    }
}

fn line(view: &WalletView, entry: &HistoryEntry, orders: &Orders) -> HistoryLine {
    let (what, address) = match &entry.moved {
        Moved::Minted { to } => (MoneyMoved::Minted, Some(*to)),
        Moved::Received { to, .. } => (MoneyMoved::Received, Some(*to)),
        Moved::Sent { to } => (MoneyMoved::Sent, *to),
        Moved::Merged => (MoneyMoved::Merged, None),
        Moved::Burned => (MoneyMoved::Burned, None),
        Moved::Crossed { .. } => (MoneyMoved::Crossed, None),
    };
    let address = address.map(|address| address.to_string());
    let order = match what {
        MoneyMoved::Sent => orders.paid.get(&entry.bundle),
        MoneyMoved::Received => address.as_ref().and_then(|address| orders.earned.get(address)),
        _ => None,
    };
    HistoryLine {
        epoch: entry.epoch.0,
        at: view.pool.end_of(entry.epoch).to_string(),
        what,
        amount: entry.amount.to_string(),
        order: order.map(|order| order.to_string()),
        address,
        bundle: entry.bundle.to_string(),
    }
}

/// The turnstiles keep the sum of all pools below the largest amount.
pub(crate) fn sum(amounts: impl Iterator<Item = Money>) -> Money {
    amounts.fold(Money::zero(Currency::TestUsd), |sum, amount| sum.plus(amount).unwrap_or(sum))
}
