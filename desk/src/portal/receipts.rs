//! Receipts: listed, checked whenever they are looked at, handed out whole or in part.

use super::bought::attachment;
use super::claims::{shown_claims, verified};
use super::guards::Served;
use super::orders::renews_until;
use super::refusals::{Answer, Refused};
use super::said::{Named, Said, field_fault};
use super::shown::Attachment;
use super::shown::orders::Side;
use super::shown::problem::Problem;
use super::shown::receipts::{ForWhom, PresentForm, ReceiptCard, ReceiptView, ReceiptsView};
use crate::commands::receipts::page_parts;
use crate::open::OpenDesk;
use crate::story::receipts::{ReceiptKept, Side as KeptSide};
use axum::Json;
use axum::extract::State;
use axum::response::Response;
use std::cmp::Reverse;
use tacit_evidence::receipt::{Claim, FINANCE};
use tacit_values::rand_core::Rng;
use tacit_values::{ReceiptId, base64url};

/// All receipts of this desk.
#[utoipa::path(get, path = "/receipts", tag = "receipts", responses((status = 200, body = ReceiptsView), (status = "default", description = "why not, and what to do", body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn receipts(State(served): State<Served>) -> Answer<ReceiptsView> {
    let desk = served.portal.open_desk()?;
    let mut kept = desk.receipts().await?;
    kept.sort_by_key(|kept| Reverse((kept.at, kept.id.to_string())));
    let mut receipts = Vec::new();
    for kept in &kept {
        receipts.push(card(&desk, kept).await?);
    }
    Ok(Json(ReceiptsView { receipts }))
}

/// One receipt, checked just now.
#[utoipa::path(get, path = "/receipts/{id}", tag = "receipts", params(("id" = String, Path)), responses((status = 200, body = ReceiptView), (status = "default", description = "why not, and what to do", body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn receipt(
    State(served): State<Served>,
    Named(id): Named<ReceiptId>,
) -> Answer<ReceiptView> {
    let desk = served.portal.open_desk()?;
    let kept = desk.receipt(&id).await?;
    let checked = desk.verify_own_receipt(&kept.receipt).await?;
    Ok(Json(ReceiptView {
        summary: card(&desk, &kept).await?,
        claims: shown_claims(checked.disclosed()),
        verified: verified(&checked),
        renews_until: renews_until(kept.agreement.agreement.updates),
        can_present: kept.side == KeptSide::Buyer,
    }))
}

/// The receipt itself.
#[utoipa::path(get, path = "/receipts/{id}/json", tag = "receipts", params(("id" = String, Path)), responses((status = 200, description = "the document", body = Attachment, content_type = "application/json"), (status = "default", description = "why not, and what to do", body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn receipt_json(
    State(served): State<Served>,
    Named(id): Named<ReceiptId>,
) -> Result<Response, Refused> {
    let desk = served.portal.open_desk()?;
    let json = desk.receipt(&id).await?.receipt.to_json();
    Ok(attachment(json, "application/json", &format!("{id}.json")))
}

/// One A4 page, with the receipt itself attached.
#[utoipa::path(get, path = "/receipts/{id}/pdf", tag = "receipts", params(("id" = String, Path)), responses((status = 200, description = "the document", body = Attachment, content_type = "application/pdf"), (status = "default", description = "why not, and what to do", body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn receipt_pdf(
    State(served): State<Served>,
    Named(id): Named<ReceiptId>,
) -> Result<Response, Refused> {
    let portal = &served.portal;
    let desk = portal.open_desk()?;
    let parts = page_parts(&desk, &id).await?;
    let print = portal.parts().print.clone();
    let page = tokio::task::spawn_blocking(move || print(&parts)).await;
    let page = page.expect("printing does not panic")?;
    Ok(attachment(page, "application/pdf", &format!("{id}.pdf")))
}

/// A presentation that shows only some claims.
#[utoipa::path(post, path = "/receipts/{id}/presentation", tag = "receipts", params(("id" = String, Path)), request_body = PresentForm, responses((status = 200, description = "the document", body = Attachment, content_type = "application/json"), (status = "default", description = "why not, and what to do", body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn present_receipt(
    State(served): State<Served>,
    Named(id): Named<ReceiptId>,
    Said(form): Said<PresentForm>,
) -> Result<Response, Refused> {
    let desk = served.portal.open_desk()?;
    let mut reveal: Vec<Claim> = form
        .reveal
        .iter()
        .map(|name| name.parse().map_err(|wrong| field_fault("reveal", &wrong)))
        .collect::<Result<_, Refused>>()?;
    if form.audience == Some(ForWhom::Finance) {
        reveal.extend(FINANCE.iter().filter(|claim| !form.reveal.iter().any(|name| name == claim.name())));
    }
    if reveal.is_empty() {
        return Err(field_fault("reveal", &"choose at least one claim to show"));
    }
    let to = form.to.filter(|to| !to.trim().is_empty()).unwrap_or_else(|| "anybody".to_owned());
    let nonce = form.nonce.filter(|nonce| !nonce.trim().is_empty()).unwrap_or_else(|| {
        let mut bytes = [0; 16];
        desk.rng().fill_bytes(&mut bytes);
        base64url::encode(&bytes)
    });
    let shown = desk.present_receipt(&id, &reveal, form.with_ledger, &to, &nonce).await?;
    Ok(attachment(shown.to_json(), "application/json", &format!("{id}.presentation.json")))
}

async fn card(desk: &OpenDesk, kept: &ReceiptKept) -> Result<ReceiptCard, Refused> {
    let terms = &kept.agreement.agreement;
    let listing = desk.mirror().listing_version(&terms.listing, terms.offer_version).await?;
    let price = terms.price.money();
    let agreed = tacit_evidence::receipt::SellerSigned::open(&kept.receipt.sd_jwt)
        .ok()
        .and_then(|signed| signed.body())
        .map_or(kept.at, |body| body.agreed_at);
    Ok(ReceiptCard {
        id: kept.id.to_string(),
        order: kept.order.to_string(),
        side: match kept.side {
            KeptSide::Buyer => Side::Buyer,
            KeptSide::Seller => Side::Seller,
        },
        listing: terms.listing.to_string(),
        title: listing.map(|signed| signed.listing.title.as_str().to_owned()),
        price: price.to_string(),
        currency: price.currency().code().to_owned(),
        licence: terms.licence.code().to_owned(),
        agreed_at: agreed.to_string(),
        kept_at: kept.at.to_string(),
    })
}
