//! The watch list and its news.

use super::guards::Served;
use super::refusals::{Answer, Refused};
use super::said::{Named, Said, read};
use super::shown::events::Event;
use super::shown::problem::Problem;
use super::shown::watch::{NewsView, ReadForm, WatchForm, WatchItem, WatchView};
use crate::open::OpenDesk;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use tacit_values::ListingId;

/// A page shows no more news.
const SHOWN: usize = 200;

/// What is watched.
#[utoipa::path(get, path = "/watch", tag = "watch", responses((status = 200, body = WatchView), (status = "default", description = "why not, and what to do", body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn watch_list(State(served): State<Served>) -> Answer<WatchView> {
    let desk = served.portal.open_desk()?;
    Ok(Json(WatchView { items: desk.watch_list().await? }))
}

/// Watches a listing or a search.
#[utoipa::path(post, path = "/watch", tag = "watch", request_body = WatchForm, responses((status = 200, body = WatchItem), (status = "default", description = "why not, and what to do", body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn watch(State(served): State<Served>, Said(form): Said<WatchForm>) -> Answer<WatchItem> {
    let desk = served.portal.open_desk()?;
    let name = form.name.map(|name| name.trim().chars().take(120).collect::<String>());
    let name = name.filter(|name| !name.is_empty());
    Ok(Json(match (form.listing, form.query) {
        (Some(listing), None) => desk.watch_listing(&read::<ListingId>("listing", &listing)?, name).await?,
        (None, Some(query)) => desk.watch_search(query, name).await?,
        _ => return Err(Refused::malformed("Say either a listing or a search.")),
    }))
}

/// Watches it no more; its news go too.
#[utoipa::path(delete, path = "/watch/{id}", tag = "watch", params(("id" = String, Path)), responses((status = 204, description = "done"), (status = "default", description = "why not, and what to do", body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn unwatch(
    State(served): State<Served>,
    Named(id): Named<String>,
) -> Result<StatusCode, Refused> {
    let desk = served.portal.open_desk()?;
    if id.len() > 80 {
        return Err(Refused::nothing("line of the watch list"));
    }
    desk.unwatch(&id).await?;
    served.portal.tell(Event::News { unread: unread(&desk).await? });
    Ok(StatusCode::NO_CONTENT)
}

/// What happened to what is watched.
#[utoipa::path(get, path = "/news", tag = "watch", responses((status = 200, body = NewsView), (status = "default", description = "why not, and what to do", body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn news(State(served): State<Served>) -> Answer<NewsView> {
    view(&*served.portal.open_desk()?).await
}

/// The person has seen it.
#[utoipa::path(post, path = "/news/read", tag = "watch", request_body = ReadForm, responses((status = 200, body = NewsView), (status = "default", description = "why not, and what to do", body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn read_news(State(served): State<Served>, Said(form): Said<ReadForm>) -> Answer<NewsView> {
    let desk = served.portal.open_desk()?;
    desk.read_news(form.ids.as_deref()).await?;
    served.portal.tell(Event::News { unread: unread(&desk).await? });
    view(&desk).await
}

/// How much is unread.
pub(crate) async fn unread(desk: &OpenDesk) -> Result<u64, crate::Refusal> {
    Ok(desk.news().await?.iter().filter(|item| !item.read).count() as u64)
}

async fn view(desk: &OpenDesk) -> Answer<NewsView> {
    let mut news = desk.news().await?;
    let unread = news.iter().filter(|item| !item.read).count() as u64;
    news.truncate(SHOWN);
    Ok(Json(NewsView { news, unread }))
}
