//! `tacit sample`: fetches the sample of a listing and checks it on this machine.

use super::{except_by_address, search::follow_if_reachable, show::mirrored};
use crate::open::OpenDesk;
use crate::output::{Output, several, shown};
use crate::refusal::Refusal;
use crate::samples::{CheckedSample, shown_row};
use clap::Args;
use serde_json::json;
use tacit_values::ListingId;

/// Arguments of `sample`.
#[derive(Debug, Clone, Args)]
pub struct SampleArgs {
    /// Which listing, lst_...
    pub listing: ListingId,
    /// How many rows to print for people; all are in the JSON.
    #[arg(long, default_value_t = 10)]
    pub rows: usize,
}

/// Fetches, checks, shows.
pub async fn run(desk: &OpenDesk, args: &SampleArgs, out: &mut Output) -> Result<(), Refusal> {
    follow_if_reachable(desk, out).await?;
    let listing = mirrored(desk, &args.listing).await?;
    desk.mirror().follow().await?;
    out.remark(&format!(
        "Fetching the sample alone, unsigned: the market sees that somebody looks at this listing, not who{}.",
        except_by_address(desk)
    ));
    let spinner = out.spinner("checking the sample");
    let checked = desk.check_sample(&listing).await?;
    spinner.finish_and_clear();
    let rows: Vec<Vec<String>> =
        checked.sample.iter().flat_map(|sample| sample.rows()).map(shown_row).collect();
    let numbers: Vec<u64> =
        checked.sample.iter().flat_map(|sample| sample.rows()).map(|row| row.row).collect();
    let names: Vec<&str> = checked.manifest.schema.iter().map(|column| column.name.as_str()).collect();
    let document = json!({
        "listing": listing.listing.id,
        "version": listing.listing.version,
        "manifest": listing.listing.manifest,
        "log_index": checked.log_index,
        "sample_rows": checked.figures.drawn,
        "earlier_manifests": checked.figures.earlier_manifests,
        "earlier_manifests_of_seller": checked.earlier_of_seller,
        "breaches": checked.sample.as_ref().map(|sample| sample.breaches()),
        "quality": checked.sentence,
        "columns": names,
        "row_numbers": numbers,
        "rows": rows,
        "profile": checked.profile,
        "checked": true,
    });
    out.tell(&document, &page(&checked, &names, &rows, args.rows));
    Ok(())
}

fn page(checked: &CheckedSample, names: &[&str], rows: &[Vec<String>], most: usize) -> String {
    let mut text = String::new();
    if !rows.is_empty() {
        text.push_str(&format!("{}\n", names.iter().map(|name| shown(name)).collect::<Vec<_>>().join(" | ")));
    }
    for row in rows.iter().take(most) {
        text.push_str(&format!("{}\n", row.iter().map(|cell| shown(cell)).collect::<Vec<_>>().join(" | ")));
    }
    if rows.len() > most {
        text.push_str(&format!("... and {} more\n", several((rows.len() - most) as u64, "row")));
    }
    for column in checked.profile.iter().flat_map(|profile| &profile.columns) {
        let range = column
            .quantiles
            .as_ref()
            .map(|values| {
                format!(", {}", values.iter().map(|value| shown(value)).collect::<Vec<_>>().join(" < "))
            })
            .unwrap_or_default();
        text.push_str(&format!(
            "  {}: {:.1} % empty, {} distinct{range}\n",
            shown(&column.name),
            f64::from(column.empty_ppm) / 10_000.0,
            column.distinct
        ));
    }
    text.push_str(&history(checked.figures.earlier_manifests, checked.earlier_of_seller));
    text.push_str(&format!("Checked here against log entry {}: {}.\n", checked.log_index, checked.sentence));
    text
}

/// How often the seller drew before, in a line: relisting until a sample looks good shows here.
pub(super) fn history(of_listing: u32, of_seller: u32) -> String {
    format!(
        "Before this manifest its seller logged {} for this listing and {} in all.\n",
        several(u64::from(of_listing), "other"),
        several(u64::from(of_seller), "manifest"),
    )
}
