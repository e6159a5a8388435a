//! The desk's own pages, for its one person: an API on the loopback interface, and the built pages beside it.
//!
//! The API is thin: a handler reads what a page says, calls the open desk or one of its stories, and shows the answer
//! ([`shown`]). What every request passes first is in `guards`; long work is in `work_list`; what the desk does by itself is
//! in `worker` and goes on whether or not a page is open or locked. The contract is `portal/openapi.json`, generated from
//! the handlers (docs/desk-api.md).

mod about;
mod assets;
mod attempts;
mod bought;
mod buying;
mod catalogue;
mod choices;
pub(crate) mod claims;
mod crossing;
mod events;
mod files;
mod first_run;
mod goods;
mod guards;
mod happenings;
mod house;
mod jobs;
mod market;
mod openapi;
mod order_words;
mod orders;
mod page_settings;
mod passkeys;
mod receipts;
mod refusals;
mod said;
mod sell;
mod serve;
mod session;
mod sessions;
pub mod shown;
mod verifying;
mod wallet;
mod watch;
mod work_list;
mod worker;

pub use assets::Pages;
pub use house::{Portal, PortalParts, PrintPage};
pub use serve::{Doors, serve};

use axum::extract::{Request, State};
use axum::http::{Method, Uri};
use axum::response::{IntoResponse, Response};
use axum::{Router, middleware};
use guards::Served;
use std::sync::Arc;
use tower_http::catch_panic::CatchPanicLayer;
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Where the API begins.
pub const BASE: &str = "/api";

impl Portal {
    /// Every route with every guard, for pages that are served at this port.
    pub fn router(&self, pages: Arc<dyn Pages>, port: u16) -> Router {
        let _said_before = self.port().set(port);
        let served = Served { portal: self.clone(), port };
        let (api, _) = api().split_for_parts();
        let api = api
            .fallback(nothing_there)
            .method_not_allowed_fallback(wrong_verb)
            .layer(middleware::from_fn_with_state(served.clone(), guards::session));
        let shown = move |method: Method, uri: Uri| async move { assets::answer(&pages, &method, &uri) };
        Router::new()
            .nest(BASE, api)
            .fallback(shown)
            .layer(CatchPanicLayer::custom(fault))
            .layer(middleware::from_fn_with_state(served.clone(), guards::origin))
            .layer(middleware::from_fn(guards::headers))
            .with_state(served)
    }
}

/// The description of the API: what `portal/openapi.json` holds.
pub fn description() -> String {
    let (_, description) = api().split_for_parts();
    let mut text = serde_json::to_string_pretty(&description).expect("a description is plain data");
    text.push('\n');
    text
}

fn api() -> OpenApiRouter<Served> {
    OpenApiRouter::with_openapi(openapi::Description::openapi())
        .routes(routes!(session::session, session::open_session, session::end_session))
        .routes(routes!(session::still_here))
        .routes(routes!(session::new_link))
        .routes(routes!(session::unlock))
        .routes(routes!(session::lock))
        .routes(routes!(passkeys::passkeys, passkeys::add_passkey))
        .routes(routes!(passkeys::remove_passkey))
        .routes(routes!(first_run::meet))
        .routes(routes!(first_run::make_desk))
        .routes(routes!(first_run::restore_desk))
        .routes(routes!(first_run::show_words, first_run::confirm_words))
        .routes(routes!(about::desk, about::change_desk))
        .routes(routes!(about::backup))
        .routes(routes!(about::doctor))
        .routes(routes!(market::market))
        .routes(routes!(market::sync))
        .routes(routes!(catalogue::listings))
        .routes(routes!(catalogue::listing))
        .routes(routes!(catalogue::sample))
        .routes(routes!(watch::watch_list, watch::watch))
        .routes(routes!(watch::unwatch))
        .routes(routes!(watch::news))
        .routes(routes!(watch::read_news))
        .routes(routes!(orders::buy, orders::orders))
        .routes(routes!(orders::order))
        .routes(routes!(orders::resume_order))
        .routes(routes!(orders::cancel_order))
        .routes(routes!(bought::bought_file))
        .routes(routes!(bought::sealed_file))
        .routes(routes!(bought::order_identity))
        .routes(routes!(receipts::receipts))
        .routes(routes!(receipts::receipt))
        .routes(routes!(receipts::receipt_json))
        .routes(routes!(receipts::receipt_pdf))
        .routes(routes!(receipts::present_receipt))
        .routes(routes!(verifying::verify))
        .routes(routes!(verifying::verify_ledger))
        .routes(routes!(files::put_file, files::remove_file))
        .routes(routes!(choices::choices))
        .routes(routes!(sell::check_goods))
        .routes(routes!(sell::sell))
        .routes(routes!(goods::goods))
        .routes(routes!(goods::change_goods))
        .routes(routes!(goods::pause_goods))
        .routes(routes!(goods::resume_goods))
        .routes(routes!(goods::retire_goods))
        .routes(routes!(goods::continue_goods))
        .routes(routes!(goods::sales))
        .routes(routes!(wallet::wallet))
        .routes(routes!(wallet::new_address))
        .routes(routes!(wallet::send))
        .routes(routes!(crossing::cross))
        .routes(routes!(jobs::jobs))
        .routes(routes!(jobs::job, jobs::cancel_job))
        .routes(routes!(events::events))
}

async fn nothing_there(State(_served): State<Served>, request: Request) -> Response {
    let sentence = format!("there is no {} here", request.uri().path());
    refusals::Refused::new(
        axum::http::StatusCode::NOT_FOUND,
        "not-found",
        refusals::sentence(&sentence),
        "Load the page again.",
    )
    .into_response()
}

async fn wrong_verb() -> Response {
    refusals::Refused::new(
        axum::http::StatusCode::METHOD_NOT_ALLOWED,
        "wrong-verb",
        "This part of the desk takes another kind of request.",
        "Load the page again.",
    )
    .into_response()
}

fn fault(_why: Box<dyn std::any::Any + Send>) -> Response {
    refusals::Refused::new(
        axum::http::StatusCode::INTERNAL_SERVER_ERROR,
        "fault",
        "The desk made a mistake.",
        "Try again; if it happens again, tell the people who make Tacit.",
    )
    .money("Nothing is paid twice, whatever happened.")
    .into_response()
}
