//! `tacit receipts`: list, show in whole or in parts, print.

use crate::open::OpenDesk;
use crate::output::Output;
use crate::refusal::Refusal;
use crate::story::receipts::Side;
use clap::{Args, Subcommand, ValueEnum};
use serde_json::{Value, json};
use std::path::PathBuf;
use tacit_evidence::receipt::{Claim, FINANCE, VerifiedReceipt};
use tacit_values::rand_core::Rng;
use tacit_values::{ReceiptId, base64url};

/// Arguments of `receipts`.
#[derive(Debug, Clone, Args)]
pub struct ReceiptsArgs {
    /// What to do; without it, all receipts are listed.
    #[command(subcommand)]
    pub what: Option<ReceiptsCommand>,
}

/// What can be done with receipts.
#[derive(Debug, Clone, Subcommand)]
pub enum ReceiptsCommand {
    /// All receipts of this desk.
    List,
    /// One receipt, whole or as a presentation that shows only some claims.
    Show(ShowReceiptArgs),
    /// One A4 page, with the receipt itself attached.
    Pdf(PdfArgs),
}

/// For whom a presentation is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Audience {
    /// Amount, date and invoice fields, nothing of the strategy.
    Finance,
}

/// Arguments of `receipts show`.
#[derive(Debug, Clone, Args)]
pub struct ShowReceiptArgs {
    /// Which receipt, rcp_...
    pub receipt: ReceiptId,
    /// Only these claims, for example amount,licence.
    #[arg(long, value_delimiter = ',', conflicts_with = "audience")]
    pub reveal: Vec<Claim>,
    /// Only what this audience needs.
    #[arg(long = "for", value_enum)]
    pub audience: Option<Audience>,
    /// Who asked: bound into the presentation, so that it cannot be shown on.
    #[arg(long, default_value = "anybody")]
    pub to: String,
    /// The nonce of who asked.
    #[arg(long)]
    pub nonce: Option<String>,
    /// Write the document to this file.
    #[arg(long)]
    pub out: Option<PathBuf>,
}

/// Arguments of `receipts pdf`.
#[derive(Debug, Clone, Args)]
pub struct PdfArgs {
    /// Which receipt.
    pub receipt: ReceiptId,
    /// Where to.
    #[arg(long)]
    pub out: PathBuf,
}

/// What is printed on the page.
#[derive(Debug)]
pub struct PageParts {
    /// The receipt, checked just now.
    pub verified: VerifiedReceipt,
    /// The document to attach.
    pub json: Vec<u8>,
    /// The listing's title, where it is known.
    pub title: Option<String>,
    /// The licence in plain words.
    pub licence: Option<String>,
}

/// Runs `receipts` but for `pdf`, which the program prints.
pub async fn run(
    desk: &OpenDesk,
    args: &ReceiptsArgs,
    print: Print<'_>,
    out: &mut Output,
) -> Result<(), Refusal> {
    match args.what.as_ref().unwrap_or(&ReceiptsCommand::List) {
        ReceiptsCommand::List => list(desk, out).await,
        ReceiptsCommand::Show(args) => show(desk, args, out).await,
        ReceiptsCommand::Pdf(args) => {
            super::is_free(&args.out)?;
            let page = print(&page_parts(desk, &args.receipt).await?)?;
            std::fs::write(&args.out, &page).map_err(|cause| not_written(&cause))?;
            let document = json!({"receipt": args.receipt, "file": args.out, "bytes": page.len()});
            out.tell(
                &document,
                &format!(
                    "{} is at {}; the JSON attached to it is the evidence.",
                    args.receipt,
                    args.out.display()
                ),
            );
            Ok(())
        }
    }
}

/// Prints a page; handed in by the program, because paper is an engine.
pub type Print<'p> = &'p (dyn Fn(&PageParts) -> Result<Vec<u8>, Refusal> + Send + Sync);

pub(crate) async fn page_parts(desk: &OpenDesk, id: &ReceiptId) -> Result<PageParts, Refusal> {
    let kept = desk.receipt(id).await?;
    let terms = &kept.agreement.agreement;
    let listing = desk.mirror().listing_version(&terms.listing, terms.offer_version).await?;
    Ok(PageParts {
        verified: desk.verify_own_receipt(&kept.receipt).await?,
        json: kept.receipt.to_json(),
        title: listing.map(|signed| signed.listing.title.as_str().to_owned()),
        licence: Some(terms.licence.plain_words().to_owned()),
    })
}

async fn list(desk: &OpenDesk, out: &mut Output) -> Result<(), Refusal> {
    let (mut rows, mut text) = (Vec::new(), String::new());
    for kept in desk.receipts().await? {
        let terms = &kept.agreement.agreement;
        let price = terms.price.money();
        let title = desk.mirror().listing_version(&terms.listing, terms.offer_version).await?;
        let title = title.map(|signed| signed.listing.title.as_str().to_owned());
        let side = match kept.side {
            Side::Buyer => "bought",
            Side::Seller => "sold",
        };
        text.push_str(&format!(
            "{}  {}  {side:<6}  {:>10} {}  {}\n",
            kept.id,
            kept.at.date(),
            price.to_string(),
            price.currency(),
            title.as_deref().unwrap_or_default()
        ));
        rows.push(
            json!({"receipt": kept.id, "order": kept.order, "side": kept.side, "price": price.to_string(),
            "currency": price.currency(), "title": title, "at": kept.at}),
        );
    }
    if text.is_empty() {
        text = match desk.purchases().await?.iter().any(|kept| kept.receipt.is_some()) {
            true => "No receipts here: the orders of this desk came back from its words, and receipts come back from a backup \
                     alone (`tacit init --restore --from FILE`)."
                .to_owned(),
            false => "No receipts yet: one is kept for every order that was closed.".to_owned(),
        };
    }
    out.tell(&json!({ "receipts": rows }), &text);
    Ok(())
}

async fn show(desk: &OpenDesk, args: &ShowReceiptArgs, out: &mut Output) -> Result<(), Refusal> {
    if let Some(file) = &args.out {
        super::is_free(file)?;
    }
    let reveal = match args.audience {
        Some(Audience::Finance) => Some(FINANCE.to_vec()),
        None if args.reveal.is_empty() => None,
        None => Some(args.reveal.clone()),
    };
    let bytes = match reveal {
        None => desk.receipt(&args.receipt).await?.receipt.to_json(),
        Some(claims) => {
            let nonce = args.nonce.clone().unwrap_or_else(|| fresh_nonce(desk));
            desk.present_receipt(&args.receipt, &claims, false, &args.to, &nonce).await?.to_json()
        }
    };
    match &args.out {
        Some(file) => {
            std::fs::write(file, &bytes).map_err(|cause| not_written(&cause))?;
            let document = json!({"receipt": args.receipt, "file": file, "bytes": bytes.len()});
            out.tell(
                &document,
                &format!("{} is at {}. Anybody checks it with `tacit verify`.", args.receipt, file.display()),
            );
        }
        None => {
            let document: Value = serde_json::from_slice(&bytes).expect("a receipt is JSON");
            let text = serde_json::to_string_pretty(&document).expect("JSON prints");
            out.tell(&document, &text);
        }
    }
    Ok(())
}

fn fresh_nonce(desk: &OpenDesk) -> String {
    let mut bytes = [0; 16];
    desk.rng().fill_bytes(&mut bytes);
    base64url::encode(&bytes)
}

fn not_written(cause: &std::io::Error) -> Refusal {
    Refusal::new(
        "not-written",
        format!("the file could not be written: {cause}"),
        "Choose another place with --out.",
    )
}
