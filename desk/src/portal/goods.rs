//! Own listings, and what they brought.

use super::catalogue::state;
use super::guards::Served;
use super::house::Portal;
use super::order_words;
use super::orders::card_of_sale;
use super::refusals::{Answer, Refused};
use super::said::{Named, Said, read};
use super::sell;
use super::shown::Begun;
use super::shown::events::Event;
use super::shown::problem::Problem;
use super::shown::sell::{
    DraftForm, EarnedDay, EarnedListing, Earnings, GoodsCard, GoodsView, ListingChange, SaleCard, SalesView,
};
use crate::open::OpenDesk;
use crate::story::fulfil::SaleKept;
use crate::story::goods::Goods;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use std::cmp::Reverse;
use std::collections::BTreeMap;
use tacit_catalogue::{Draft, Listing, Price, Revision};
use tacit_settlement::PoolId;
use tacit_trade::Sale;
use tacit_values::{Currency, ListingId, Money, Timestamp};

/// Own listings.
#[utoipa::path(get, path = "/goods", tag = "sell", responses((status = 200, body = GoodsView), (status = "default", description = "why not, and what to do", body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn goods(State(served): State<Served>) -> Answer<GoodsView> {
    let portal = &served.portal;
    let desk = portal.open_desk()?;
    let sales = desk.sales().await?;
    let mut all = desk.all_goods().await?;
    all.sort_by_key(|goods| {
        Reverse(goods.published.as_ref().map_or(u64::MAX, |signed| signed.listing.at.millis()))
    });
    Ok(Json(GoodsView { goods: all.iter().map(|goods| card(portal, goods, &sales)).collect() }))
}

/// Publishes a changed version.
#[utoipa::path(patch, path = "/goods/{id}", tag = "sell", params(("id" = String, Path)), request_body = ListingChange, responses((status = 200, body = GoodsCard), (status = "default", description = "why not, and what to do", body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn change_goods(
    State(served): State<Served>,
    Named(id): Named<ListingId>,
    Said(form): Said<ListingChange>,
) -> Answer<GoodsCard> {
    let desk = served.portal.open_desk()?;
    desk.revise_listing(&id, revision(form)?).await?;
    changed(&served.portal, &desk, &id).await
}

/// Takes a listing out of sale for a while.
#[utoipa::path(post, path = "/goods/{id}/pause", tag = "sell", params(("id" = String, Path)), responses((status = 200, body = GoodsCard), (status = "default", description = "why not, and what to do", body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn pause_goods(
    State(served): State<Served>,
    Named(id): Named<ListingId>,
) -> Answer<GoodsCard> {
    let desk = served.portal.open_desk()?;
    desk.pause_listing(&id).await?;
    changed(&served.portal, &desk, &id).await
}

/// Puts a paused listing back on sale.
#[utoipa::path(post, path = "/goods/{id}/resume", tag = "sell", params(("id" = String, Path)), responses((status = 200, body = GoodsCard), (status = "default", description = "why not, and what to do", body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn resume_goods(
    State(served): State<Served>,
    Named(id): Named<ListingId>,
) -> Answer<GoodsCard> {
    let desk = served.portal.open_desk()?;
    desk.resume_listing(&id).await?;
    changed(&served.portal, &desk, &id).await
}

/// Ends a listing for good.
#[utoipa::path(post, path = "/goods/{id}/retire", tag = "sell", params(("id" = String, Path)), responses((status = 200, body = GoodsCard), (status = "default", description = "why not, and what to do", body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn retire_goods(
    State(served): State<Served>,
    Named(id): Named<ListingId>,
) -> Answer<GoodsCard> {
    let desk = served.portal.open_desk()?;
    desk.retire_listing(&id).await?;
    changed(&served.portal, &desk, &id).await
}

/// Goes on with a listing that was begun and did not go live.
#[utoipa::path(post, path = "/goods/{id}/continue", tag = "sell", params(("id" = String, Path)), responses((status = 202, body = Begun), (status = "default", description = "why not, and what to do", body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn continue_goods(
    State(served): State<Served>,
    Named(id): Named<ListingId>,
) -> Result<(StatusCode, Json<Begun>), Refused> {
    let portal = &served.portal;
    let desk = portal.open_desk()?;
    let goods = desk.goods(&id).await?.ok_or_else(|| Refused::nothing("listing"))?;
    if goods.published.is_some() {
        return Err(Refused::new(
            StatusCode::CONFLICT,
            "published",
            "This listing is published already.",
            "Change, pause or retire it instead.",
        ));
    }
    let job = match portal.job_about(&id.to_string()) {
        Some(job) => job.id,
        None => {
            // With the same decisions as before: with others the file would be sealed anew, and closed columns opened.
            let order = goods.order(draft_of(&goods));
            sell::begin(portal, &desk, goods.file.clone(), order, Some(id))
        }
    };
    Ok((StatusCode::ACCEPTED, Json(Begun { job })))
}

/// Orders that came in, and what they brought.
#[utoipa::path(get, path = "/sales", tag = "sell", responses((status = 200, body = SalesView), (status = "default", description = "why not, and what to do", body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn sales(State(served): State<Served>) -> Answer<SalesView> {
    let desk = served.portal.open_desk()?;
    let catalogue = desk.mirror().catalogue().await?;
    let mut sales = desk.sales().await?;
    sales.sort_by_key(|kept| Reverse((kept.since, kept.sale.id().to_string())));
    let queue = sales.iter().map(|kept| {
        let card = card_of_sale(kept, &catalogue, &[]);
        SaleCard {
            order: card.order,
            listing: card.listing,
            title: card.title,
            state: order_words::sold(&kept.sale),
            sentence: card.sentence,
            since: card.since,
            waits_until: card.waits_until,
            price: card.price,
            currency: card.currency,
            over: card.over,
        }
    });
    let titles = |id: &ListingId| {
        catalogue.get(id).map(|signed| signed.listing.title.as_str().to_owned()).unwrap_or_default()
    };
    Ok(Json(SalesView { queue: queue.collect(), earnings: earnings(&desk, &sales, titles).await? }))
}

async fn changed(portal: &Portal, desk: &OpenDesk, id: &ListingId) -> Answer<GoodsCard> {
    portal.tell(Event::Goods);
    let goods = desk.goods(id).await?.ok_or_else(|| Refused::nothing("listing"))?;
    Ok(Json(card(portal, &goods, &desk.sales().await?)))
}

fn card(portal: &Portal, goods: &Goods, sales: &[SaleKept]) -> GoodsCard {
    let published: Option<&Listing> = goods.published.as_ref().map(|signed| &signed.listing);
    let mine =
        || sales.iter().filter(|kept| kept.about().is_some_and(|(listing, _)| listing == goods.listing));
    let paid: Vec<Money> = mine().filter_map(|kept| paid(&kept.sale)).map(|(amount, _, _)| amount).collect();
    let manifest = &goods.manifest.manifest;
    let draft = match published {
        Some(listing) => draft_of_listing(listing),
        None => form_of(draft_of(goods)),
    };
    GoodsCard {
        listing: goods.listing.to_string(),
        price: published.map_or_else(|| draft.price.clone(), |listing| listing.price.money().to_string()),
        currency: Currency::TestUsd.code().to_owned(),
        draft,
        version: published.map(|listing| listing.version),
        state: published.map(|listing| state(listing.state)),
        file: goods.file.display().to_string(),
        media_type: manifest.media_type.clone(),
        rows: manifest.rows,
        bytes: manifest.bytes,
        at: published.map(|listing| listing.at.to_string()),
        orders: mine().count() as u64,
        sales: paid.len() as u64,
        earned: sum(paid.into_iter()).to_string(),
        job: portal.job_about(&goods.listing.to_string()).map(|job| job.id),
    }
}

/// What was paid for a sale, and where it stands on the ledger.
fn paid(sale: &Sale) -> Option<(Money, ListingId, &tacit_trade::ProofOfPayment)> {
    match sale {
        Sale::PaymentSeen { agreement, payment, .. }
        | Sale::Delivered { agreement, payment, .. }
        | Sale::Closed { agreement, payment, .. } => {
            let terms = &agreement.agreement;
            Some((terms.price.money(), terms.listing, payment))
        }
        _ => None,
    }
}

async fn earnings(
    desk: &OpenDesk,
    sales: &[SaleKept],
    title: impl Fn(&ListingId) -> String,
) -> Result<Earnings, Refused> {
    let pools = desk.mirror().pools().await?;
    let day_of = |payment: &tacit_trade::ProofOfPayment, since: Timestamp| {
        let pool = PoolId::from_bytes(*payment.pool.bytes());
        let found = pools.iter().find(|followed| followed.pool.pool == pool);
        found.map_or(since, |followed| followed.pool.end_of(payment.epoch)).date()
    };
    let mut days: BTreeMap<String, Vec<Money>> = BTreeMap::new();
    let mut listings: BTreeMap<ListingId, Vec<Money>> = BTreeMap::new();
    for kept in sales {
        if let Some((amount, listing, payment)) = paid(&kept.sale) {
            days.entry(day_of(payment, kept.since)).or_default().push(amount);
            listings.entry(listing).or_default().push(amount);
        }
    }
    let mut by_listing: Vec<(Money, EarnedListing)> = listings
        .iter()
        .map(|(id, amounts)| {
            let earned = sum(amounts.iter().copied());
            let line = EarnedListing {
                listing: id.to_string(),
                title: title(id),
                amount: earned.to_string(),
                sales: amounts.len() as u64,
            };
            (earned, line)
        })
        .collect();
    by_listing.sort_by_key(|(earned, _)| Reverse(earned.micros()));
    Ok(Earnings {
        total: sum(days.values().flatten().copied()).to_string(),
        currency: Currency::TestUsd.code().to_owned(),
        sales: days.values().map(|amounts| amounts.len() as u64).sum(),
        by_day: days
            .iter()
            .map(|(day, amounts)| EarnedDay {
                day: day.clone(),
                amount: sum(amounts.iter().copied()).to_string(),
                sales: amounts.len() as u64,
            })
            .collect(),
        by_listing: by_listing.into_iter().map(|(_, line)| line).collect(),
    })
}

/// All amounts are of one currency, and no person earns more than a ledger holds.
fn sum(amounts: impl Iterator<Item = Money>) -> Money {
    amounts.fold(Money::zero(Currency::TestUsd), |sum, amount| sum.plus(amount).unwrap_or(sum))
}

fn draft_of(goods: &Goods) -> Draft {
    let kept = &goods.draft;
    Draft {
        title: kept.title.clone(),
        summary: kept.summary.clone(),
        category: kept.category.clone(),
        tags: kept.tags.clone(),
        licence: kept.licence.clone(),
        price: kept.price.clone(),
        updates: kept.updates.clone(),
        preset: kept.preset.clone(),
    }
}

fn form_of(draft: Draft) -> DraftForm {
    let Draft { title, summary, category, tags, licence, price, updates, preset } = draft;
    DraftForm { title, summary, category, tags, licence, price, updates, preset }
}

fn draft_of_listing(listing: &Listing) -> DraftForm {
    DraftForm {
        title: listing.title.as_str().to_owned(),
        summary: listing.summary.as_str().to_owned(),
        category: listing.category.code().to_owned(),
        tags: listing.tags.iter().map(|tag| tag.as_str().to_owned()).collect(),
        licence: listing.licence.code().to_owned(),
        price: listing.price.money().to_string(),
        updates: listing.updates.to_string(),
        preset: listing.preset.code().to_owned(),
    }
}

fn revision(form: ListingChange) -> Result<Revision, Refused> {
    fn word<T: std::str::FromStr<Err: std::fmt::Display>>(
        field: &str,
        text: Option<String>,
    ) -> Result<Option<T>, Refused> {
        text.map(|text| read(field, &text)).transpose()
    }
    let price = form.price.map(|text| {
        let money = Money::parse(text.trim(), Currency::TestUsd)
            .map_err(|wrong| super::said::field_fault("price", &wrong))?;
        Price::new(money).map_err(|wrong| super::said::field_fault("price", &wrong))
    });
    let tags = form
        .tags
        .map(|tags| tags.iter().map(|tag| read("tags", &tag.to_lowercase())).collect::<Result<Vec<_>, _>>());
    Ok(Revision {
        title: word("title", form.title)?,
        summary: word("abstract", form.summary)?,
        category: word("category", form.category)?,
        tags: tags.transpose()?,
        licence: word("licence", form.licence)?,
        price: price.transpose()?,
        updates: word("updates", form.updates)?,
        preset: word("preset", form.preset)?,
        ..Revision::default()
    })
}
