//! `tacit sell`, `tacit listings`, `tacit retire`: a seller's listings.

use crate::open::OpenDesk;
use crate::output::{Output, several};
use crate::refusal::Refusal;
use crate::story::sell::SellOrder;
use clap::{Args, Subcommand};
use serde_json::{Value, json};
use std::path::PathBuf;
use std::sync::Mutex;
use tacit_catalogue::{
    Category, DisclosurePreset, Draft, Licence, Price, Revision, SampleFigures, SignedListing,
    quality_sentence,
};
use tacit_values::{Currency, ListingId, Money};

/// Arguments of `sell`.
#[derive(Debug, Clone, Args)]
pub struct SellArgs {
    /// The file: CSV, NDJSON, Parquet, or anything else as a plain file.
    pub file: PathBuf,
    /// Required: what is in the data.
    #[arg(long, default_value = "", hide_default_value = true)]
    pub title: String,
    /// A longer description.
    #[arg(long = "abstract", default_value = "", hide_default_value = true)]
    pub summary: String,
    /// Required: the price in tUSD, for example 20.
    #[arg(long, default_value = "", hide_default_value = true)]
    pub price: String,
    /// Required: what a buyer may do.
    #[arg(long, default_value = "", hide_default_value = true,
        help = format!("Required: what a buyer may do; one of {}", Licence::list()))]
    pub licence: String,
    /// Required: where it belongs.
    #[arg(long, default_value = "", hide_default_value = true,
        help = format!("Required: where it belongs; one of {}", Category::list()))]
    pub category: String,
    /// A word under which it should be found; may be given several times.
    #[arg(long = "tag")]
    pub tags: Vec<String>,
    /// A column that stays closed in the sample; may be given several times.
    #[arg(long = "redact", value_name = "COLUMN")]
    pub redact: Vec<String>,
    /// All columns stay closed in the sample: for personal data.
    #[arg(long)]
    pub redact_all: bool,
    /// A column that you promise to fill in every row; may be given several times.
    #[arg(long = "filled", value_name = "COLUMN")]
    pub filled: Vec<String>,
    /// Whether later versions are included; only `none` can be sold so far.
    #[arg(long, default_value = "none")]
    pub updates: String,
    /// Which figures about sales become public.
    #[arg(long, default_value_t = DisclosurePreset::default().code().to_owned(),
        help = format!("Which figures about sales become public; one of {}", presets()))]
    pub preset: String,
}

fn presets() -> String {
    DisclosurePreset::ALL.map(DisclosurePreset::code).join(", ")
}

/// Puts the file up for sale.
pub async fn sell(desk: &OpenDesk, args: &SellArgs, out: &mut Output) -> Result<(), Refusal> {
    let order = SellOrder {
        draft: Draft {
            title: args.title.clone(),
            summary: args.summary.clone(),
            category: args.category.clone(),
            tags: args.tags.clone(),
            licence: args.licence.clone(),
            price: args.price.clone(),
            updates: args.updates.clone(),
            preset: args.preset.clone(),
        },
        redact: args.redact.clone(),
        redact_all: args.redact_all,
        filled: args.filled.clone(),
    };
    let bar = out.bytes_bar("", 0);
    let bytes = super::bytes_on(&bar);
    let shared = Mutex::new(&mut *out);
    let tell = |sentence: &str| shared.lock().expect("telling does not panic").remark(sentence);
    let sold = desk.sell(&args.file, &order, &tell, &bytes).await;
    bar.finish_and_clear();
    let sold = sold?;
    if let Some(why) = &sold.plain_because {
        out.remark(&format!("sealed as a plain file, without rows and without a sample: {why}"));
    }
    let listing = &sold.listing.listing;
    let count = |columns: usize| u32::try_from(columns).unwrap_or(u32::MAX);
    let schema = &sold.manifest.schema;
    let figures = SampleFigures {
        drawn: sold.sample_rows,
        earlier_manifests: u32::try_from(sold.earlier).unwrap_or(u32::MAX),
        columns: count(schema.len()),
        redacted: count(schema.iter().filter(|column| column.redacted).count()),
    };
    let sentence = quality_sentence(&figures);
    let document = json!({
        "listing": listing.id,
        "version": listing.version,
        "manifest": listing.manifest,
        "body": sold.manifest.body,
        "rows": sold.manifest.rows,
        "sample_rows": sold.sample_rows,
        "sentence": sentence,
        "price": listing.price.money().to_string(),
        "seller": listing.seller,
        "plain_because": sold.plain_because,
    });
    let promised = match sold.manifest.rows {
        0 => "Promised block by block, as a whole: a file without rows has no sample.".to_owned(),
        rows => {
            let rows = several(rows, "row");
            format!(
                "{rows} promised cell by cell; the sample shows {} of them: {sentence}.",
                sold.sample_rows
            )
        }
    };
    let text = format!(
        "{} is for sale at {} {}.\n{promised}\nLeave `tacit desk` running: it answers orders by itself. Seal a backup (`tacit backup FILE`): the words alone do not bring this file's key back.",
        listing.id,
        listing.price.money(),
        listing.price.currency(),
    );
    out.tell(&document, &text);
    Ok(())
}

/// Arguments of `listings`.
#[derive(Debug, Clone, Args)]
pub struct ListingsArgs {
    /// What to do; without it, your own listings are shown.
    #[command(subcommand)]
    pub what: Option<ListingsCommand>,
}

/// What a seller does with own listings.
#[derive(Debug, Clone, Subcommand)]
pub enum ListingsCommand {
    /// Show them.
    List,
    /// Publish a changed version.
    Edit(EditArgs),
    /// Take a listing out of sale for a while.
    Pause {
        /// Which listing.
        listing: ListingId,
    },
    /// Put a paused listing back on sale.
    Resume {
        /// Which listing.
        listing: ListingId,
    },
}

/// Arguments of `listings edit`.
#[derive(Debug, Clone, Args)]
pub struct EditArgs {
    /// Which listing.
    pub listing: ListingId,
    /// A new title.
    #[arg(long)]
    pub title: Option<String>,
    /// A new abstract.
    #[arg(long = "abstract")]
    pub summary: Option<String>,
    /// A new price; orders that were placed at the old one are declined with that reason.
    #[arg(long)]
    pub price: Option<String>,
    /// A new category.
    #[arg(long)]
    pub category: Option<String>,
    /// New tags instead of the old ones.
    #[arg(long = "tag")]
    pub tags: Vec<String>,
    /// A new licence, for orders from now on.
    #[arg(long)]
    pub licence: Option<String>,
}

/// Runs `listings`.
pub async fn listings(desk: &OpenDesk, args: &ListingsArgs, out: &mut Output) -> Result<(), Refusal> {
    let changed = match args.what.as_ref().unwrap_or(&ListingsCommand::List) {
        ListingsCommand::List => return list(desk, out).await,
        ListingsCommand::Edit(args) => desk.revise_listing(&args.listing, revision(args)?).await?,
        ListingsCommand::Pause { listing } => desk.pause_listing(listing).await?,
        ListingsCommand::Resume { listing } => desk.resume_listing(listing).await?,
    };
    tell_version(&changed, out);
    Ok(())
}

/// Arguments of `retire`.
#[derive(Debug, Clone, Args)]
pub struct RetireArgs {
    /// Which listing.
    pub listing: ListingId,
}

/// Ends a listing for good.
pub async fn retire(desk: &OpenDesk, args: &RetireArgs, out: &mut Output) -> Result<(), Refusal> {
    tell_version(&desk.retire_listing(&args.listing).await?, out);
    Ok(())
}

async fn list(desk: &OpenDesk, out: &mut Output) -> Result<(), Refusal> {
    let mut rows: Vec<Value> = Vec::new();
    let mut text = String::new();
    for goods in desk.all_goods().await? {
        match &goods.published {
            Some(signed) => {
                let listing = &signed.listing;
                text.push_str(&format!(
                    "{}  {:<7}  {:>10} {}  {}\n",
                    listing.id,
                    listing.state.to_string(),
                    listing.price.money().to_string(),
                    listing.price.currency(),
                    listing.title
                ));
                rows.push(json!({"listing": listing.id, "version": listing.version, "state": listing.state, "price": listing.price.money().to_string(), "title": listing.title}));
            }
            None => {
                let file = goods.file.display();
                text.push_str(&format!(
                    "{}  {:<7}  run the same `tacit sell` again to go on with {file}\n",
                    goods.listing, "begun"
                ));
                rows.push(json!({"listing": goods.listing, "state": "begun", "file": goods.file}));
            }
        }
    }
    if text.is_empty() {
        text = "Nothing is for sale here. Begin with `tacit sell FILE --title ... --price ...`.".to_owned();
    }
    out.tell(&json!({ "listings": rows }), &text);
    Ok(())
}

fn revision(args: &EditArgs) -> Result<Revision, Refusal> {
    fn word<T: std::str::FromStr<Err: std::fmt::Display>>(
        text: &Option<String>,
    ) -> Result<Option<T>, Refusal> {
        text.as_deref().map(str::parse).transpose().map_err(|refused: T::Err| wrong(&refused))
    }
    let price = args.price.as_deref().map(|text| {
        let money = Money::parse(text, Currency::TestUsd).map_err(|refused| wrong(&refused))?;
        Price::new(money).map_err(|refused| wrong(&refused))
    });
    let tags = args
        .tags
        .iter()
        .map(|tag| tag.parse().map_err(|refused| wrong(&refused)))
        .collect::<Result<Vec<_>, _>>()?;
    Ok(Revision {
        title: word(&args.title)?,
        summary: word(&args.summary)?,
        category: word(&args.category)?,
        licence: word(&args.licence)?,
        tags: (!tags.is_empty()).then_some(tags),
        price: price.transpose()?,
        ..Revision::default()
    })
}

fn tell_version(signed: &SignedListing, out: &mut Output) {
    let listing = &signed.listing;
    let document = json!({"listing": listing.id, "version": listing.version, "state": listing.state, "price": listing.price.money().to_string()});
    out.tell(
        &document,
        &format!(
            "{} is {} now, version {}, at {} {}.",
            listing.id,
            listing.state,
            listing.version,
            listing.price.money(),
            listing.price.currency()
        ),
    );
}

fn wrong(refused: &dyn std::fmt::Display) -> Refusal {
    Refusal::new(
        "not-cleared",
        refused.to_string(),
        "Change that and run the command again; nothing was published.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_help_of_sell_says_what_is_required_and_what_may_be_chosen() {
        let help = SellArgs::augment_args(clap::Command::new("sell")).render_long_help().to_string();
        assert!(!help.contains("[default: \"\"]") && !help.contains("[default: ]"), "{help}");
        for choice in ["transport", "CC-BY-4.0", "aggregates-and-price-band"] {
            assert!(help.contains(choice), "{choice} is missing in {help}");
        }
        assert_eq!(help.matches("Required:").count(), 4);
    }
}
