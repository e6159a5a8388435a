//! Pages about the market itself: figures in ranges, the log and how to verify it, who sees what, and help.

use super::frame::{ASK_AGAIN, Frame, show};
use super::words as w;
use super::written::{size, thousands};
use crate::door::Door;
use crate::refusals::{Refused, told};
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use http::HeaderMap;
use tacit_flows::MarketFacts;

#[derive(Template)]
#[template(path = "market.html")]
struct Market {
    frame: Frame,
    figures: Vec<(&'static str, String, &'static str)>,
    settings: Vec<(&'static str, String)>,
    keys: Vec<(&'static str, String)>,
}

#[derive(Template)]
#[template(path = "log.html")]
struct Log {
    frame: Frame,
    leaves: Option<String>,
    note: String,
    key: String,
    verify_receipt: &'static str,
    verify_ledger: String,
    fetch: String,
    logged: &'static [(&'static str, &'static str)],
}

#[derive(Template)]
#[template(path = "privacy.html")]
struct Privacy {
    frame: Frame,
    heads: [&'static str; 4],
    table: &'static [[&'static str; 5]],
    limits: &'static [&'static str],
}

#[derive(Template)]
#[template(path = "help.html")]
struct Help {
    frame: Frame,
    buying: Vec<(&'static str, String)>,
    selling: Vec<(&'static str, String)>,
    addresses: &'static [(&'static str, &'static str)],
}

pub(super) async fn market(State(door): State<Door>, headers: HeaderMap) -> Result<Response, Refused> {
    let seen = door.market().market_seen().await.map_err(told)?;
    let facts = door.market().about();
    let page = Market {
        frame: Frame::of(&door, "/market", w::MARKET_TITLE, w::MARKET_DESCRIPTION).under("/market"),
        figures: vec![
            (w::FIGURE_LISTINGS, seen.listings.to_string(), w::FIGURE_LISTINGS_WHY),
            (w::FIGURE_SELLERS, seen.sellers.to_string(), w::FIGURE_SELLERS_WHY),
            (w::FIGURE_SOLD, seen.sold.to_string(), w::FIGURE_SOLD_WHY),
            (w::FIGURE_PERSONAS, seen.personas.to_string(), w::FIGURE_PERSONAS_WHY),
            (w::FIGURE_NOTES, seen.notes.to_string(), w::FIGURE_NOTES_WHY),
            (w::FIGURE_BUCKET, seen.personas_per_bucket.to_string(), w::FIGURE_BUCKET_WHY),
        ],
        settings: settings(&facts),
        keys: vec![
            (w::KEY_MARKET, facts.persona.to_string()),
            (w::KEY_TREASURY, facts.treasury.to_string()),
            (w::KEY_LOG, facts.log.to_string()),
        ],
    };
    show(&page, &headers, ASK_AGAIN)
}

fn settings(facts: &MarketFacts) -> Vec<(&'static str, String)> {
    let percent = |ppm: u32| format!("{}.{:02} %", ppm / 10_000, ppm % 10_000 / 100);
    vec![
        (w::SETTING_CURRENCY, w::currency(facts.pools.last().map(|(pool, _)| pool.currency))),
        (w::SETTING_FEE, percent(facts.fees.direct_ppm)),
        (w::SETTING_PROOFS, facts.proofs.to_owned()),
        (
            w::SETTING_EPOCH,
            w::seconds(facts.pools.first().map_or(0, |(pool, _)| u64::from(pool.epoch_length_s))),
        ),
        (w::SETTING_CLOSE, w::days(facts.close_after.as_secs())),
        (w::SETTING_KEEP, w::days(facts.retention.ended_orders.as_secs())),
        (w::SETTING_LETTERS, w::days(facts.retention.letters.as_secs())),
        (w::SETTING_BODY, size(facts.limits.body_bytes)),
    ]
}

pub(super) async fn log(State(door): State<Door>, headers: HeaderMap) -> Result<Response, Refused> {
    let checkpoint = door.market().checkpoint_seen().await.map_err(told)?;
    let frame = Frame::of(&door, "/log", w::LOG_TITLE, w::LOG_DESCRIPTION).under("/log");
    let page = Log {
        leaves: checkpoint.as_ref().map(|seen| thousands(seen.size().0)),
        note: checkpoint.map_or_else(String::new, |seen| seen.note().to_owned()),
        key: door.market().about().log.to_string(),
        verify_receipt: w::COMMAND_VERIFY,
        verify_ledger: w::command_ledger(&frame.origin),
        fetch: w::command_checkpoint(&frame.origin),
        logged: w::LOGGED,
        frame,
    };
    show(&page, &headers, ASK_AGAIN)
}

pub(super) async fn privacy(State(door): State<Door>, headers: HeaderMap) -> Result<Response, Refused> {
    let page = Privacy {
        frame: Frame::of(&door, "/privacy", w::PRIVACY_TITLE, w::PRIVACY_DESCRIPTION).under("/privacy"),
        heads: w::WHO_HEADS,
        table: w::WHO_SEES_WHAT,
        limits: w::LIMITS,
    };
    show(&page, &headers, ASK_AGAIN)
}

pub(super) async fn help(State(door): State<Door>, headers: HeaderMap) -> Result<Response, Refused> {
    let frame = Frame::of(&door, "/help", w::HELP_TITLE, w::HELP_DESCRIPTION).under("/help");
    let page = Help {
        buying: w::buying(&frame.origin),
        selling: w::selling(&frame.origin),
        addresses: w::ADDRESSES,
        frame,
    };
    show(&page, &headers, ASK_AGAIN)
}
