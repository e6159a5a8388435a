//! `/listings/{id}`: everything that stands about an offer, and how to buy it.

use super::documents::described;
use super::frame::{ASK_AGAIN, Frame, show};
use super::profile::{self, ColumnRow};
use super::words as w;
use super::written::{beginning, category, format_name, licence, money, sentence, short, size, thousands};
use crate::callers::{Asked, At};
use crate::door::Door;
use crate::refusals::{Refused, told};
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use http::HeaderMap;
use serde::Deserialize;
use tacit_catalogue::metadata::{Places, dataset, inside_html};
use tacit_catalogue::{Duty, Listing, ListingState, SampleFigures, Use, quality_sentence};
use tacit_delivery::SampleExcerpt;
use tacit_flows::ListingSeen;
use tacit_values::ListingId;
use tacit_wire::{Problem, ProblemKind};

/// How many columns stand on the page; the others have a page of their own.
const COLUMNS: usize = 24;
/// How many columns of the sample stand on the page.
const SAMPLE_COLUMNS: usize = 8;
/// How much of an abstract stands in the description of the page.
const DESCRIPTION: usize = 160;

#[derive(Template)]
#[template(path = "listing.html")]
struct Page {
    frame: Frame,
    id: String,
    title: String,
    summary: String,
    shelf: (String, String),
    tags: Vec<(String, String)>,
    seller: (String, String),
    price: String,
    facts: Vec<(&'static str, String)>,
    live: bool,
    older: bool,
    version: u32,
    published: String,
    updated: String,
    sold: Option<String>,
    init: String,
    buy: String,
    check: String,
    gets: Vec<String>,
    quality: String,
    sample: Option<SampleTable>,
    columns: Vec<ColumnRow>,
    all_columns: Option<String>,
    drawn: String,
    licence: String,
    licence_plain: &'static str,
    licence_text: Option<&'static str>,
    uses: Vec<(&'static str, bool)>,
    duties: String,
    trust: Vec<(&'static str, &'static str)>,
    versions: Vec<VersionRow>,
    manifest: String,
    logged_at: Option<String>,
}

/// The drawn rows, cut to what fits.
struct SampleTable {
    names: Vec<String>,
    rows: Vec<(String, Vec<Option<String>>)>,
    more: Option<String>,
    caption: String,
}

struct VersionRow {
    number: u32,
    address: String,
    date: String,
    price: String,
    state: &'static str,
    shown: bool,
}

#[derive(Template)]
#[template(path = "columns.html")]
struct Columns {
    frame: Frame,
    address: String,
    title: String,
    columns: Vec<ColumnRow>,
    drawn: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct OfVersion {
    version: Option<u32>,
}

pub(super) async fn listing(
    State(door): State<Door>,
    At(id): At<ListingId>,
    Asked(of): Asked<OfVersion>,
    headers: HeaderMap,
) -> Result<Response, Refused> {
    let seen = seen(&door, id, of.version).await?;
    show(&view(&door, &seen), &headers, ASK_AGAIN)
}

pub(super) async fn columns(
    State(door): State<Door>,
    At(id): At<ListingId>,
    headers: HeaderMap,
) -> Result<Response, Refused> {
    let seen = seen(&door, id, None).await?;
    let title = w::columns_title(seen.listing.title.as_str());
    let frame = Frame::of(&door, &format!("/listings/{id}/columns"), &title, w::COLUMNS_DESCRIPTION);
    let page = Columns {
        frame: frame.under("/search").unlisted(),
        address: format!("/listings/{id}"),
        title: seen.listing.title.as_str().to_owned(),
        columns: profile::rows(&seen.listing.columns, seen.sample.as_ref()),
        drawn: drawn(&seen),
    };
    show(&page, &headers, ASK_AGAIN)
}

/// A listing that has not been taken off sale for ever.
pub(super) async fn seen(door: &Door, id: ListingId, version: Option<u32>) -> Result<ListingSeen, Refused> {
    let seen = door.market().listing_seen(id, version).await.map_err(told)?;
    if seen.newest.state == ListingState::Retired {
        let detail = w::retired(&seen.newest.at.date());
        return Err(Problem::new(ProblemKind::TooLate, detail).remedy(w::RETIRED_NEXT).into());
    }
    Ok(seen)
}

fn view(door: &Door, seen: &ListingSeen) -> Page {
    let listing = &seen.listing;
    let places = Places::of(&door.market().settings().origin);
    let older = listing.version != seen.newest.version;
    let path = format!("/listings/{}", listing.id);
    let summary = listing.summary.as_str();
    let description =
        if summary.is_empty() { w::LISTING_DESCRIPTION.to_owned() } else { beginning(summary, DESCRIPTION) };
    let mut frame = Frame::of(door, &path, listing.title.as_str(), &description).under("/search");
    frame.data = (!older).then(|| inside_html(&dataset(&described(seen, &places))));
    let licenced = listing.licence;
    let text = licenced.address();
    Page {
        id: listing.id.to_string(),
        title: listing.title.as_str().to_owned(),
        summary: summary.to_owned(),
        shelf: (format!("/search?category={}", listing.category), category(listing.category)),
        tags: listing
            .tags
            .iter()
            .map(|tag| (format!("/search?tag={}", tag.as_str()), tag.as_str().to_owned()))
            .collect(),
        seller: (format!("/sellers/{}", listing.seller), short(&listing.seller)),
        price: money(listing.price.money()),
        facts: facts(listing),
        live: seen.newest.state == ListingState::Live,
        older,
        version: listing.version,
        published: seen.published.date(),
        updated: listing.at.date(),
        sold: seen.sold.map(|sold| sold.to_string()),
        init: w::command_init(places.origin()),
        buy: w::command_buy(&listing.id.to_string()),
        check: w::command_sample(&listing.id.to_string()),
        gets: gets(seen),
        quality: quality(seen),
        sample: seen.sample.as_ref().and_then(|sample| SampleTable::of(listing, sample)),
        columns: profile::rows(&listing.columns[..listing.columns.len().min(COLUMNS)], seen.sample.as_ref()),
        all_columns: Some(listing.columns.len())
            .filter(|all| *all > COLUMNS)
            .map(|all| thousands(all as u64)),
        drawn: drawn(seen),
        licence: licence(licenced),
        licence_plain: licenced.plain_words(),
        licence_text: text.starts_with("https://").then_some(text),
        uses: Use::ALL.map(|used| (w::used(used), licenced.permits(used))).to_vec(),
        duties: licenced.duties().iter().map(|duty: &Duty| w::duty(*duty)).collect::<Vec<_>>().join(", "),
        trust: w::TRUST.to_vec(),
        versions: seen
            .versions
            .iter()
            .map(|one| VersionRow {
                number: one.version,
                address: if one.version == seen.newest.version {
                    path.clone()
                } else {
                    format!("{path}?version={}", one.version)
                },
                date: one.at.date(),
                price: money(one.price.money()),
                state: w::state(one.state),
                shown: one.version == listing.version,
            })
            .collect(),
        manifest: listing.manifest.to_string(),
        logged_at: seen.logged_at.map(thousands),
        frame: if older { frame.unlisted() } else { frame },
    }
}

fn facts(listing: &Listing) -> Vec<(&'static str, String)> {
    let mut facts = vec![(w::FACT_FORMAT, format_name(listing.media_type.as_str()).to_owned())];
    if listing.rows > 0 {
        facts.push((w::FACT_ROWS, thousands(listing.rows)));
        facts.push((w::FACT_COLUMNS, thousands(listing.columns.len() as u64)));
    }
    facts.push((w::FACT_SIZE, size(listing.bytes)));
    facts.push((w::FACT_LICENCE, licence(listing.licence)));
    facts.push((w::FACT_UPDATES, listing.updates.sentence()));
    facts
}

fn gets(seen: &ListingSeen) -> Vec<String> {
    let mut gets = vec![w::gets_file(&seen.manifest.name, &size(seen.listing.bytes))];
    gets.push(if seen.listing.rows > 0 { w::GETS_CHECK_ROWS } else { w::GETS_CHECK_BLOCKS }.to_owned());
    gets.push(w::GETS_RECEIPT.to_owned());
    gets.push(seen.listing.updates.sentence());
    gets
}

fn quality(seen: &ListingSeen) -> String {
    let columns = &seen.listing.columns;
    let narrow = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
    let figures = SampleFigures {
        drawn: seen.sample.as_ref().map_or(0, |sample| sample.drawn),
        earlier_manifests: narrow(seen.earlier_manifests),
        columns: narrow(columns.len() as u64),
        redacted: narrow(columns.iter().filter(|column| column.redacted).count() as u64),
    };
    match seen.sample.as_ref().map_or(0, |sample| sample.breaches) {
        0 => sentence(&quality_sentence(&figures)),
        breaches => w::breaching(breaches, figures.drawn),
    }
}

fn drawn(seen: &ListingSeen) -> String {
    w::drawn(seen.sample.as_ref().map_or(0, |sample| sample.drawn))
}

impl SampleTable {
    /// Nothing when no cell is shown.
    fn of(listing: &Listing, sample: &SampleExcerpt) -> Option<Self> {
        let open: Vec<usize> =
            (0..listing.columns.len()).filter(|place| !listing.columns[*place].redacted).collect();
        if open.is_empty() || sample.rows.is_empty() {
            return None;
        }
        let places: Vec<usize> = (0..listing.columns.len()).take(SAMPLE_COLUMNS).collect();
        let names = places.iter().map(|place| listing.columns[*place].name.clone()).collect();
        let rows = sample.rows.iter().map(|row| {
            let cells = places.iter().map(|place| row.cells.get(*place).cloned().flatten());
            // People count rows from 1.
            (thousands(row.row.saturating_add(1)), cells.collect())
        });
        Some(Self {
            names,
            rows: rows.collect(),
            more: Some(listing.columns.len() - places.len()).filter(|more| *more > 0).map(w::more_columns),
            caption: w::sample_caption(sample.rows.len(), sample.drawn),
        })
    }
}
