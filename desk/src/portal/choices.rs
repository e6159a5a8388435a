//! What the forms may offer.

use super::files;
use super::refusals::Answer;
use super::shown::problem::Problem;
use super::shown::sell::{Choice, ChoicesView, LicenceChoice, MediaTypeChoice};
use crate::story::sell::UPDATES_SOLD;
use axum::Json;
use tacit_catalogue::search::Sort;
use tacit_catalogue::{Category, DisclosurePreset, Licence, TAGS_MOST, Updates};
use tacit_delivery::{CSV, NDJSON, PARQUET};
use tacit_evidence::receipt::Claim;
use tacit_values::Currency;

/// Media types with rows, and the ends of their files' names.
pub(crate) const ROWS: [(&str, &str); 3] = [(CSV, "csv"), (NDJSON, "ndjson"), (PARQUET, "parquet")];
const TITLE_MOST: u32 = 120;
const ABSTRACT_MOST: u32 = 4_000;

/// What the forms may offer.
#[utoipa::path(get, path = "/choices", tag = "sell", responses((status = 200, body = ChoicesView), (status = "default", description = "why not, and what to do", body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn choices() -> Answer<ChoicesView> {
    let licence = |licence: Licence| LicenceChoice {
        code: licence.code().to_owned(),
        name: licence.whole_name(),
        words: sentences(licence.plain_words()),
        text: licence.address().to_owned(),
    };
    let preset = |preset: &DisclosurePreset| Choice {
        code: preset.code().to_owned(),
        sentence: preset.sentence().to_owned(),
    };
    let updates = |updates: Updates| Choice { code: updates.to_string(), sentence: updates.sentence() };
    Ok(Json(ChoicesView {
        licences: Licence::all().map(licence).collect(),
        categories: Category::ALL.iter().map(|category| category.code().to_owned()).collect(),
        presets: DisclosurePreset::ALL.iter().map(preset).collect(),
        updates: UPDATES_SOLD.map(updates).to_vec(),
        currencies: vec![Currency::TestUsd.code().to_owned()],
        media_types: ROWS
            .iter()
            .map(|(media_type, suffix)| MediaTypeChoice {
                media_type: (*media_type).to_owned(),
                suffix: (*suffix).to_owned(),
            })
            .collect(),
        sorts: Sort::ALL.iter().map(|sort| sort.code().to_owned()).collect(),
        title_most: TITLE_MOST,
        abstract_most: ABSTRACT_MOST,
        tags_most: u32::try_from(TAGS_MOST).unwrap_or(u32::MAX),
        claims: Claim::ALL.iter().map(|claim| claim.name().to_owned()).collect(),
        file_most: files::MOST_BYTES,
    }))
}

fn sentences(text: &str) -> Vec<String> {
    let parts = text.split(". ").map(str::trim).filter(|part| !part.is_empty());
    parts.map(|part| if part.ends_with('.') { part.to_owned() } else { format!("{part}.") }).collect()
}
