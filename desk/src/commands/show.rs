//! `tacit show`: one listing, from the mirror.

use super::sample::history;
use super::search::follow_if_reachable;
use crate::open::OpenDesk;
use crate::output::{Output, shown};
use crate::refusal::Refusal;
use clap::Args;
use serde_json::json;
use tacit_catalogue::{Listing, SignedListing};
use tacit_values::ListingId;

/// Arguments of `show`.
#[derive(Debug, Clone, Args)]
pub struct ShowArgs {
    /// Which listing, lst_...
    pub listing: ListingId,
    /// Show what is mirrored already, without asking the market for changes.
    #[arg(long)]
    pub offline: bool,
}

/// Shows it.
pub async fn run(desk: &OpenDesk, args: &ShowArgs, out: &mut Output) -> Result<(), Refusal> {
    if !args.offline {
        follow_if_reachable(desk, out).await?;
    }
    let signed = mirrored(desk, &args.listing).await?;
    let listing = &signed.listing;
    // A desk that has not mirrored the log yet does not know; `tacit sample` mirrors it.
    let place = desk.place_of(&signed).await.ok();
    let document = json!({
        "listing": listing,
        "sig": signed.sig,
        "price": listing.price.money().to_string(),
        "for_sale": listing.is_for_sale(),
        "licence": {
            "code": listing.licence.code(),
            "name": listing.licence.name(),
            "plain_words": listing.licence.plain_words(),
            "text": listing.licence.address(),
            "odrl": listing.licence.odrl(&listing.id.to_string()),
        },
        "updates": listing.updates.sentence(),
        "earlier_manifests": place.as_ref().map(|place| place.earlier),
        "earlier_manifests_of_seller": place.as_ref().map(|place| place.earlier_of_seller),
    });
    let mut text = page(listing);
    if let Some(place) = place {
        text.push_str(&history(place.earlier, place.earlier_of_seller));
    }
    out.tell(&document, &text);
    Ok(())
}

/// The newest mirrored version of a listing.
pub(super) async fn mirrored(desk: &OpenDesk, id: &ListingId) -> Result<SignedListing, Refusal> {
    desk.mirror().listing(id).await?.ok_or_else(|| {
        let remedy = "Check the id; `tacit search` lists what is for sale.";
        Refusal::new("unknown-listing", format!("{id} is not in the catalogue of this market"), remedy)
    })
}

fn page(listing: &Listing) -> String {
    let price = listing.price.money();
    let tags: Vec<&str> = listing.tags.iter().map(|tag| tag.as_str()).collect();
    let mut text = format!(
        "{}\n{} version {} | {} | {price} {}\n\n",
        listing.title,
        listing.id,
        listing.version,
        listing.state,
        price.currency(),
    );
    if !listing.summary.as_str().is_empty() {
        text.push_str(&format!("{}\n\n", listing.summary.as_str()));
    }
    text.push_str(&format!("category  {}\n", listing.category));
    if !tags.is_empty() {
        text.push_str(&format!("tags      {}\n", tags.join(", ")));
    }
    text.push_str(&format!(
        "file      {}, {} bytes, {} rows\nmanifest  {}\n",
        listing.media_type, listing.bytes, listing.rows, listing.manifest
    ));
    text.push_str(&format!("licence   {}: {}\n", listing.licence.code(), listing.licence.plain_words()));
    text.push_str(&format!("updates   {}\n", listing.updates.sentence()));
    text.push_str(&format!("seller    {}\nlisted    {}\n", listing.seller, listing.at));
    if !listing.columns.is_empty() {
        text.push_str("columns\n");
    }
    for column in &listing.columns {
        let nullable = if column.nullable { ", may be empty" } else { "" };
        let redacted = if column.redacted { ", closed in the sample" } else { "" };
        text.push_str(&format!("  {} ({}{nullable}{redacted})\n", shown(&column.name), shown(&column.cells)));
    }
    text.push_str(&format!("Look at its sample before you buy: `tacit sample {}`.\n", listing.id));
    text
}
