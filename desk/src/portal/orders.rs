//! Orders: placed, followed, resumed, cancelled.

use super::buying;
use super::guards::Served;
use super::house::Portal;
use super::order_words::{self, STEPS};
use super::refusals::{Answer, Refused};
use super::said::{Asked, Named, Said, read};
use super::shown::Begun;
use super::shown::jobs::JobKind;
use super::shown::orders::{
    BuyForm, OrderCard, OrderState, OrderView, OrdersView, PlacedView, Side, TimelineMark, TimelineStep,
};
use super::shown::problem::Problem;
use super::work_list::is_under_way;
use crate::mirror::MirroredCatalogue;
use crate::open::OpenDesk;
use crate::story::fulfil::SaleKept;
use crate::story::purchase::PurchaseKept;
use crate::story::receipts::{ReceiptKept, Side as ReceiptSide};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use tacit_evidence::receipt::SellerSigned;
use tacit_settlement::PoolId;
use tacit_trade::{Deal, ProofOfPayment, Purchase};
use tacit_values::{Currency, ListingId, Money, OrderId, Timestamp};

/// Orders a listing and goes on with it: agree, pay, download, check, keep the receipt.
#[utoipa::path(post, path = "/orders", tag = "orders", request_body = BuyForm, responses((status = 202, body = PlacedView), (status = "default", description = "why not, and what to do", body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn buy(
    State(served): State<Served>,
    Said(form): Said<BuyForm>,
) -> Result<(StatusCode, Json<PlacedView>), Refused> {
    let portal = served.portal;
    let desk = portal.open_desk()?;
    let listing: ListingId = read("listing", &form.listing)?;
    let most = Money::parse(form.max_price.trim(), Currency::TestUsd)
        .map_err(|wrong| super::said::field_fault("max_price", &wrong))?;
    let own = desk.keyring().seller().persona();
    if desk.mirror().listing(&listing).await?.is_some_and(|signed| signed.listing.seller == own) {
        return Err(Refused::new(
            StatusCode::CONFLICT,
            "own-listing",
            "This is your own listing.",
            "The file is yours already.",
        )
        .money("Nothing was paid."));
    }
    // A page that goes away does not leave an order half placed.
    let placing = tokio::spawn({
        let (portal, desk) = (portal.clone(), desk.clone());
        async move {
            let order = desk.place_order(&listing, Some(most), None).await?;
            let kept = desk.purchase(&order).await?.ok_or_else(|| {
                crate::Refusal::new("no-order", "the order was not kept", "Order again; nothing was paid.")
            })?;
            let job = buying::begin(&portal, &desk, &kept, JobKind::Buy);
            Ok::<_, crate::Refusal>(PlacedView { order: order.to_string(), job })
        }
    });
    let placed = placing.await.map_err(|_| fault())??;
    Ok((StatusCode::ACCEPTED, Json(placed)))
}

/// Orders, bought and sold.
#[utoipa::path(get, path = "/orders", tag = "orders", params(("side" = Option<Side>, Query, description = "only this side")), responses((status = 200, body = OrdersView), (status = "default", description = "why not, and what to do", body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn orders(State(served): State<Served>, asked: Asked) -> Answer<OrdersView> {
    let portal = &served.portal;
    let desk = portal.open_desk()?;
    let side = asked.text("side");
    let mut orders = Vec::new();
    if side != Some("seller") {
        orders.extend(desk.purchases().await?.iter().map(|kept| card_of_purchase(portal, kept)));
    }
    if side != Some("buyer") {
        let catalogue = desk.mirror().catalogue().await?;
        let receipts = desk.receipts().await?;
        orders.extend(desk.sales().await?.iter().map(|kept| card_of_sale(kept, &catalogue, &receipts)));
    }
    orders.sort_by(|one, other| (&other.since, &other.order).cmp(&(&one.since, &one.order)));
    Ok(Json(OrdersView { orders }))
}

/// One order with its timeline.
#[utoipa::path(get, path = "/orders/{id}", tag = "orders", params(("id" = String, Path)), responses((status = 200, body = OrderView), (status = "default", description = "why not, and what to do", body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn order(State(served): State<Served>, Named(id): Named<OrderId>) -> Answer<OrderView> {
    let desk = served.portal.open_desk()?;
    Ok(Json(view(&served.portal, &desk, &id).await?))
}

/// Goes on with an order that waits or was stopped.
#[utoipa::path(post, path = "/orders/{id}/resume", tag = "orders", params(("id" = String, Path)), responses((status = 202, body = Begun), (status = "default", description = "why not, and what to do", body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn resume_order(
    State(served): State<Served>,
    Named(id): Named<OrderId>,
) -> Result<(StatusCode, Json<Begun>), Refused> {
    let portal = &served.portal;
    let desk = portal.open_desk()?;
    let kept = desk.purchase(&id).await?.ok_or_else(|| Refused::nothing("order"))?;
    if kept.purchase.is_over() && !is_lost(&kept) {
        return Err(Refused::new(
            StatusCode::CONFLICT,
            "order-over",
            "This order is over.",
            "Order again if you still want it.",
        ));
    }
    portal.held().remove(&id);
    let job = match portal.job_about(&id.to_string()) {
        Some(job) => job.id,
        None => buying::begin(portal, &desk, &kept, JobKind::Resume),
    };
    Ok((StatusCode::ACCEPTED, Json(Begun { job })))
}

/// Cancels an order before anything was paid.
#[utoipa::path(post, path = "/orders/{id}/cancel", tag = "orders", params(("id" = String, Path)), responses((status = 200, body = OrderView), (status = "default", description = "why not, and what to do", body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn cancel_order(
    State(served): State<Served>,
    Named(id): Named<OrderId>,
) -> Answer<OrderView> {
    let portal = &served.portal;
    let desk = portal.open_desk()?;
    let kept = desk.purchase(&id).await?.ok_or_else(|| Refused::nothing("order"))?;
    if !can_cancel(&kept.purchase) {
        return Err(Refused::new(
            StatusCode::CONFLICT,
            "too-late",
            "This order cannot be cancelled any more.",
            "Wait for it to end, or resume it.",
        )
        .money(order_words::money_of_purchase(&kept.purchase, kept.price)));
    }
    portal.held().insert(id);
    if let Some(job) = portal.job_about(&id.to_string()).filter(is_under_way) {
        portal.stop_job(&job.id).await?;
    }
    let cancelled = desk.cancel_order(&id).await;
    portal.held().remove(&id);
    cancelled?;
    portal.tell(super::shown::events::Event::Order { order: id.to_string() });
    Ok(Json(view(portal, &desk, &id).await?))
}

/// Whether a file was bought and is not in its place: it can be opened again.
fn is_lost(kept: &PurchaseKept) -> bool {
    matches!(kept.purchase, Purchase::Closed { .. }) && kept.out.symlink_metadata().is_err()
}

fn can_cancel(purchase: &Purchase) -> bool {
    matches!(purchase, Purchase::Requested { .. } | Purchase::Agreed { .. })
}

fn fault() -> Refused {
    Refused::new(
        StatusCode::INTERNAL_SERVER_ERROR,
        "fault",
        "The desk made a mistake.",
        "Look at your orders before you try again.",
    )
    .money("Nothing is paid twice, whatever happened.")
}

/// A purchase in a few lines.
pub(crate) fn card_of_purchase(portal: &Portal, kept: &PurchaseKept) -> OrderCard {
    let order = kept.order.to_string();
    OrderCard {
        side: Side::Buyer,
        listing: kept.listing.to_string(),
        title: kept.title.clone(),
        state: order_words::bought(&kept.purchase),
        sentence: order_words::sentence_of_purchase(&kept.purchase),
        price: kept.price.to_string(),
        currency: kept.price.currency().code().to_owned(),
        since: kept.since.to_string(),
        over: kept.purchase.is_over(),
        waits_until: order_words::deadline_of_purchase(&kept.purchase).map(|until| until.to_string()),
        receipt: kept.receipt.map(|receipt| receipt.to_string()),
        job: portal.job_about(&order).map(|job| job.id),
        held: portal.held().contains(&kept.order),
        order,
    }
}

/// A sale in a few lines.
pub(crate) fn card_of_sale(
    kept: &SaleKept,
    catalogue: &MirroredCatalogue,
    receipts: &[ReceiptKept],
) -> OrderCard {
    let order = kept.sale.id();
    let terms = kept.about();
    let listing = terms.map(|(listing, _)| listing);
    let price = terms.map_or(Money::zero(Currency::TestUsd), |(_, price)| price);
    let receipt =
        receipts.iter().find(|receipt| receipt.order == order && receipt.side == ReceiptSide::Seller);
    OrderCard {
        order: order.to_string(),
        side: Side::Seller,
        listing: listing.map(|listing| listing.to_string()).unwrap_or_default(),
        title: listing
            .and_then(|listing| catalogue.get(&listing))
            .map(|signed| signed.listing.title.as_str().to_owned())
            .unwrap_or_default(),
        state: order_words::sold(&kept.sale),
        sentence: order_words::sentence_of_sale(kept),
        price: price.to_string(),
        currency: price.currency().code().to_owned(),
        since: kept.since.to_string(),
        over: kept.is_over(),
        waits_until: order_words::deadline_of_sale(&kept.sale).map(|until| until.to_string()),
        receipt: receipt.map(|receipt| receipt.id.to_string()),
        job: None,
        held: false,
    }
}

async fn view(portal: &Portal, desk: &OpenDesk, id: &OrderId) -> Result<OrderView, Refused> {
    if let Some(kept) = desk.purchase(id).await? {
        let card = card_of_purchase(portal, &kept);
        let (seller, licence, updates) = match terms_of_purchase(&kept.purchase) {
            Some(terms) => terms,
            None => desk
                .mirror()
                .listing(&kept.listing)
                .await?
                .map(|signed| {
                    let listing = signed.listing;
                    (listing.seller.to_string(), listing.licence.code().to_owned(), listing.updates)
                })
                .unwrap_or((String::new(), String::new(), tacit_catalogue::Updates::None)),
        };
        let problem = portal.job_about(&card.order).and_then(|job| job.problem);
        return Ok(OrderView {
            timeline: timeline(card.state, &moments(desk, &kept).await?),
            money: order_words::money_of_purchase(&kept.purchase, kept.price),
            next: match is_lost(&kept) {
                true => Some(order_words::OPEN_AGAIN.to_owned()),
                false => order_words::next_of_purchase(&kept.purchase).map(str::to_owned),
            },
            can_cancel: can_cancel(&kept.purchase),
            can_resume: (!card.over || is_lost(&kept)) && card.job.is_none(),
            seller,
            licence,
            renews_until: renews_until(updates),
            file: super::bought::file_of(desk, &kept).await?,
            sealed_here: desk.body_file(id).is_file(),
            problem: problem.or_else(|| last_problem(portal, &card.order)),
            card,
        });
    }
    let kept = desk.sale(id).await?.ok_or_else(|| Refused::nothing("order"))?;
    let card = card_of_sale(&kept, &desk.mirror().catalogue().await?, &desk.receipts().await?);
    let terms = kept.about();
    let listing = match terms {
        Some((listing, _)) => desk.mirror().listing(&listing).await?,
        None => None,
    };
    Ok(OrderView {
        timeline: timeline(card.state, &[(TimelineMark::Ordered, kept.since)]),
        money: order_words::money_of_sale(&kept.sale, terms.map(|(_, price)| price)),
        next: None,
        can_cancel: false,
        can_resume: false,
        seller: desk.keyring().seller().persona().to_string(),
        licence: listing.as_ref().map(|signed| signed.listing.licence.code().to_owned()).unwrap_or_default(),
        renews_until: listing.and_then(|signed| renews_until(signed.listing.updates)),
        file: None,
        sealed_here: false,
        problem: None,
        card,
    })
}

/// Why the last job about an order failed.
fn last_problem(portal: &Portal, about: &str) -> Option<Problem> {
    let jobs = portal.house().work.all();
    jobs.into_iter().rev().find(|view| view.about.as_deref() == Some(about))?.problem
}

fn deal_of(purchase: &Purchase) -> Option<(&Deal, Option<&ProofOfPayment>)> {
    Some(match purchase {
        Purchase::Agreed { deal } | Purchase::Paying { deal, .. } | Purchase::PaymentInDoubt { deal, .. } => {
            (deal, None)
        }
        Purchase::Paid { deal, payment }
        | Purchase::Undelivered { deal, payment }
        | Purchase::Stated { deal, payment, .. }
        | Purchase::Downloaded { deal, payment, .. }
        | Purchase::Checked { deal, payment, .. }
        | Purchase::Closed { deal, payment, .. }
        | Purchase::Faulty { deal, payment, .. } => (deal, Some(payment)),
        Purchase::Requested { .. } | Purchase::Refused { .. } | Purchase::Expired { .. } => return None,
    })
}

fn terms_of_purchase(purchase: &Purchase) -> Option<(String, String, tacit_catalogue::Updates)> {
    match purchase {
        Purchase::Requested { request, .. } | Purchase::Refused { request, .. } => {
            Some((request.seller.to_string(), request.licence.code().to_owned(), request.updates))
        }
        other => deal_of(other).map(|(deal, _)| {
            let terms = &deal.agreement.agreement;
            (terms.seller.to_string(), terms.licence.code().to_owned(), terms.updates)
        }),
    }
}

/// Until when updates are included, for agreements that say a day.
pub(crate) fn renews_until(updates: tacit_catalogue::Updates) -> Option<String> {
    matches!(updates, tacit_catalogue::Updates::Until(_)).then(|| updates.to_string())
}

/// When the steps were reached, as far as signed documents and the ledger say.
async fn moments(desk: &OpenDesk, kept: &PurchaseKept) -> Result<Vec<(TimelineMark, Timestamp)>, Refused> {
    let mut moments = vec![(TimelineMark::Ordered, kept.since)];
    let Some((deal, payment)) = deal_of(&kept.purchase) else { return Ok(moments) };
    if let Some(body) = SellerSigned::open(&deal.sd_jwt).ok().and_then(|signed| signed.body()) {
        moments.push((TimelineMark::Agreed, body.agreed_at));
    }
    if let Some(payment) = payment {
        let pool = PoolId::from_bytes(*payment.pool.bytes());
        let pools = desk.mirror().pools().await?;
        if let Some(found) = pools.iter().find(|followed| followed.pool.pool == pool) {
            moments.push((TimelineMark::Paid, found.pool.end_of(payment.epoch)));
        }
    }
    if let Purchase::Closed { closed_at, .. } = &kept.purchase {
        moments.push((TimelineMark::Receipt, *closed_at));
    }
    Ok(moments)
}

fn timeline(state: OrderState, moments: &[(TimelineMark, Timestamp)]) -> Vec<TimelineStep> {
    let (behind, badly) = order_words::reached(state);
    STEPS
        .iter()
        .enumerate()
        .map(|(place, (step, title))| TimelineStep {
            step: *step,
            title: (*title).to_owned(),
            at: moments
                .iter()
                .find(|(mark, _)| mark == step)
                .filter(|_| place < behind)
                .map(|(_, at)| at.to_string()),
            done: place < behind,
            now: place == behind && !badly,
            failed: place == behind && badly,
        })
        .collect()
}
