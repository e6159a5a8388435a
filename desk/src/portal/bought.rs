//! What was bought: the opened file, the sealed delivery, and the identity that opens it.

use super::guards::Served;
use super::refusals::Refused;
use super::said::{Named, Said};
use super::shown::Attachment;
use super::shown::orders::{BoughtFile, ConfirmForm};
use super::shown::problem::Problem;
use crate::open::OpenDesk;
use crate::refusal::Refusal;
use crate::story::purchase::PurchaseKept;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures::stream;
use std::path::Path;
use tacit_trade::Purchase;
use tacit_values::OrderId;
use tokio::io::AsyncReadExt;

/// What was bought, as it was checked.
#[utoipa::path(get, path = "/orders/{id}/file", tag = "orders", params(("id" = String, Path)), responses((status = 200, description = "the document", body = Attachment, content_type = "application/octet-stream"), (status = "default", description = "why not, and what to do", body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn bought_file(
    State(served): State<Served>,
    Named(id): Named<OrderId>,
) -> Result<Response, Refused> {
    let desk = served.portal.open_desk()?;
    let kept = desk.purchase(&id).await?.ok_or_else(|| Refused::nothing("order"))?;
    let file = file_of(&desk, &kept).await?.ok_or_else(not_here)?;
    stream_file(&kept.out, Bytes::new(), &file.name).await
}

/// The delivery as an age file, for other programs.
#[utoipa::path(get, path = "/orders/{id}/sealed", tag = "orders", params(("id" = String, Path)), responses((status = 200, description = "the document", body = Attachment, content_type = "application/octet-stream"), (status = "default", description = "why not, and what to do", body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn sealed_file(
    State(served): State<Served>,
    Named(id): Named<OrderId>,
) -> Result<Response, Refused> {
    let desk = served.portal.open_desk()?;
    let kept = desk.purchase(&id).await?.ok_or_else(|| Refused::nothing("order"))?;
    let (Purchase::Closed { delivery, .. }
    | Purchase::Checked { delivery, .. }
    | Purchase::Downloaded { delivery, .. }
    | Purchase::Faulty { delivery, .. }) = &kept.purchase
    else {
        return Err(not_here());
    };
    // header || body is an age file for every age program.
    let header = Bytes::copy_from_slice(&delivery.header);
    stream_file(&desk.body_file(&id), header, &format!("{id}.age")).await
}

/// The order's age identity: whoever has it opens this one delivery and nothing else. Asks for the passphrase again.
#[utoipa::path(post, path = "/orders/{id}/identity", tag = "orders", params(("id" = String, Path)), request_body = ConfirmForm, responses((status = 200, description = "the document", body = Attachment, content_type = "text/plain"), (status = "default", description = "why not, and what to do", body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn order_identity(
    State(served): State<Served>,
    Named(id): Named<OrderId>,
    Said(form): Said<ConfirmForm>,
) -> Result<Response, Refused> {
    let portal = &served.portal;
    let desk = portal.open_desk()?;
    desk.purchase(&id).await?.ok_or_else(|| Refused::nothing("order"))?;
    portal.confirm(form.passphrase).await?;
    let key = desk.keyring().order_identity(id).to_age_secret_string();
    Ok(attachment(format!("{}\n", key.as_str()).into_bytes(), "text/plain", &format!("{id}.identity.txt")))
}

/// The file of a purchase that was opened and checked.
pub(crate) async fn file_of(desk: &OpenDesk, kept: &PurchaseKept) -> Result<Option<BoughtFile>, Refusal> {
    let (Purchase::Closed { deal, plaintext, .. } | Purchase::Checked { deal, plaintext, .. }) =
        &kept.purchase
    else {
        return Ok(None);
    };
    let terms = &deal.agreement.agreement;
    let listing = desk.mirror().listing_version(&terms.listing, terms.offer_version).await?;
    let there = tokio::fs::metadata(&kept.out).await.ok().filter(std::fs::Metadata::is_file);
    let media_type = listing.as_ref().map(|signed| signed.listing.media_type.as_str().to_owned());
    Ok(Some(BoughtFile {
        name: name_of(&kept.title, media_type.as_deref().unwrap_or_default()),
        path: kept.out.display().to_string(),
        there: there.is_some(),
        bytes: there
            .map_or_else(|| listing.as_ref().map_or(0, |signed| signed.listing.bytes), |about| about.len()),
        sha256: plaintext.to_string(),
        rows: listing.map(|signed| signed.listing.rows).filter(|rows| *rows > 0),
    }))
}

/// A file name of a title and a media type: letters, digits, and an end that other programs know.
fn name_of(title: &str, media_type: &str) -> String {
    let mut name = String::new();
    for letter in title.chars() {
        if letter.is_ascii_alphanumeric() {
            name.push(letter.to_ascii_lowercase());
        } else if !name.ends_with('-') && !name.is_empty() {
            name.push('-');
        }
        if name.len() >= 60 {
            break;
        }
    }
    let stem = name.trim_end_matches('-');
    let stem = if stem.is_empty() { "file" } else { stem };
    let known = super::choices::ROWS.iter().find(|(known, _)| *known == media_type);
    format!("{stem}.{}", known.map_or("bin", |(_, end)| end))
}

/// Bytes as a download.
pub(crate) fn attachment(bytes: Vec<u8>, kind: &'static str, name: &str) -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
        (header::CONTENT_DISPOSITION, disposition(name)),
    ];
    (headers, bytes).into_response()
}

fn disposition(name: &str) -> HeaderValue {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '-' | '_');
    let safe: String = name.chars().map(|letter| if plain(letter) { letter } else { '_' }).collect();
    HeaderValue::from_str(&format!("attachment; filename=\"{safe}\"")).expect("a plain name makes a header")
}

async fn stream_file(path: &Path, first: Bytes, name: &str) -> Result<Response, Refused> {
    let file = tokio::fs::File::open(path).await.map_err(|_| not_here())?;
    let length = file.metadata().await.map_err(|_| not_here())?.len() + first.len() as u64;
    let parts = stream::unfold((file, Some(first)), |(mut file, first)| async move {
        if let Some(first) = first.filter(|first| !first.is_empty()) {
            return Some((Ok::<_, std::io::Error>(first), (file, None)));
        }
        let mut part = vec![0; 128 * 1024];
        match file.read(&mut part).await {
            Ok(0) => None,
            Ok(count) => {
                part.truncate(count);
                Some((Ok(Bytes::from(part)), (file, None)))
            }
            Err(cause) => Some((Err(cause), (file, None))),
        }
    });
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/octet-stream")),
        (header::CONTENT_LENGTH, HeaderValue::from(length)),
        (header::CONTENT_DISPOSITION, disposition(name)),
    ];
    Ok((headers, Body::from_stream(parts)).into_response())
}

fn not_here() -> Refused {
    Refused::new(
        StatusCode::CONFLICT,
        "not-here",
        "The file is not on this machine, or not any more.",
        "Resume the order if it is not over; otherwise look where you moved the file.",
    )
    .money("Whatever was paid stays paid; the receipt proves it.")
}
