//! `tacit buy` and `tacit orders`: a buyer's orders, and a seller's sales beside them.

use super::amount;
use crate::open::OpenDesk;
use crate::output::Output;
use crate::refusal::Refusal;
use crate::story::purchase::{Driven, PurchaseKept};
use clap::{Args, Subcommand};
use serde_json::{Value, json};
use std::fs::File;
use std::io::{BufReader, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::Duration;
use tacit_trade::Purchase;
use tacit_values::{ListingId, Money, OrderId};

/// Arguments of `buy`.
#[derive(Debug, Clone, Args)]
pub struct BuyArgs {
    /// Which listing, lst_...
    pub listing: ListingId,
    /// Where the opened file goes; nothing that lies there is written over. Without it, `bought/ORDER` in the desk's folder.
    #[arg(long)]
    pub out: Option<PathBuf>,
    /// Refuse when the price is higher than this.
    #[arg(long, value_parser = amount)]
    pub max_price: Option<Money>,
    /// Do not ask before paying.
    #[arg(long)]
    pub yes: bool,
    /// How many seconds to wait for the seller's desk and the ledger before leaving the order to go on later.
    #[arg(long, default_value_t = 600)]
    pub wait: u64,
}

/// Orders, pays, downloads, checks and keeps the receipt.
pub async fn buy(desk: &OpenDesk, args: &BuyArgs, out: &mut Output) -> Result<(), Refusal> {
    let mut most = args.max_price;
    if !args.yes && std::io::stdin().is_terminal() {
        let said_yes_to = confirm(desk, &args.listing).await?;
        most = most.filter(|most| most.micros() < said_yes_to.micros()).or(Some(said_yes_to));
    }
    let order = desk.place_order(&args.listing, most, args.out.clone()).await?;
    out.remark(&format!(
        "order {order}: a direct payment, without escrow: you trust the seller to deliver after it"
    ));
    drive(desk, &order, args.wait, out).await
}

/// Asks the person at the terminal once, before anything is ordered. The answer holds for the price that was shown.
async fn confirm(desk: &OpenDesk, listing: &ListingId) -> Result<Money, Refusal> {
    desk.mirror().follow_catalogue().await?;
    let listing = super::show::mirrored(desk, listing).await?.listing;
    eprint!("Pay {} {} for \"{}\"? [y/N] ", listing.price.money(), listing.price.currency(), listing.title);
    let mut answer = String::new();
    let heard = std::io::stdin().read_line(&mut answer);
    match heard {
        Ok(_) if matches!(answer.trim(), "y" | "Y" | "yes") => Ok(listing.price.money()),
        _ => Err(Refusal::new("not-confirmed", "nothing was ordered", "Say y, or give --yes.")),
    }
}

/// Arguments of `orders`.
#[derive(Debug, Clone, Args)]
pub struct OrdersArgs {
    /// What to do; without it, all orders are listed.
    #[command(subcommand)]
    pub what: Option<OrdersCommand>,
}

/// What can be done with orders.
#[derive(Debug, Clone, Subcommand)]
pub enum OrdersCommand {
    /// All orders of this desk, bought and sold.
    List,
    /// One order; exports the delivery for other programs.
    Show(ShowOrderArgs),
    /// Go on with an order that waits.
    Resume {
        /// Which order.
        order: OrderId,
        /// How many seconds to wait.
        #[arg(long, default_value_t = 600)]
        wait: u64,
        /// Another place for the opened file.
        #[arg(long)]
        out: Option<PathBuf>,
    },
    /// Cancel an order before anything was paid.
    Cancel {
        /// Which order.
        order: OrderId,
    },
}

/// Arguments of `orders show`.
#[derive(Debug, Clone, Args)]
pub struct ShowOrderArgs {
    /// Which order.
    pub order: OrderId,
    /// Write the delivery as an age file.
    #[arg(long, requires = "identity")]
    pub sealed: Option<PathBuf>,
    /// Write the order's age identity: whoever has it opens this one delivery and nothing else.
    #[arg(long)]
    pub identity: Option<PathBuf>,
}

/// Runs `orders`.
pub async fn orders(desk: &OpenDesk, args: &OrdersArgs, out: &mut Output) -> Result<(), Refusal> {
    match args.what.as_ref().unwrap_or(&OrdersCommand::List) {
        OrdersCommand::List => list(desk, out).await,
        OrdersCommand::Show(args) => show(desk, args, out).await,
        OrdersCommand::Resume { order, wait, out: place } => {
            if let Some(place) = place {
                desk.move_order_to(order, place.clone()).await?;
            }
            drive(desk, order, *wait, out).await
        }
        OrdersCommand::Cancel { order } => {
            desk.cancel_order(order).await?;
            out.tell(
                &json!({"order": order, "state": "cancelled"}),
                &format!("{order} is cancelled; nothing was paid."),
            );
            Ok(())
        }
    }
}

async fn drive(desk: &OpenDesk, order: &OrderId, wait: u64, out: &mut Output) -> Result<(), Refusal> {
    let shared = Mutex::new(&mut *out);
    let tell = |sentence: &str| shared.lock().expect("telling does not panic").remark(sentence);
    let driven = desk.drive(order, Duration::from_secs(wait), &tell).await?;
    match driven {
        Driven::Done(kept) => {
            let document = bought(desk, &kept).await?;
            let receipt = document["receipt"].as_str().unwrap_or_default().to_owned();
            let text = format!(
                "{} is at {}.\nEvery row was checked against the manifest. Receipt {receipt}.",
                kept.title,
                kept.out.display()
            );
            out.tell(&document, &text);
            Ok(())
        }
        Driven::Waits(kept, sentence) => {
            let remedy = format!(
                "Nothing is lost: run `tacit orders resume {}` later, or leave `tacit desk` running.",
                kept.order
            );
            Err(Refusal::new("waiting", sentence, remedy))
        }
    }
}

async fn bought(desk: &OpenDesk, kept: &PurchaseKept) -> Result<Value, Refusal> {
    let Purchase::Closed { plaintext, deal, .. } = &kept.purchase else {
        return Err(Refusal::new("order", "the order is not over", "See `tacit orders`."));
    };
    let terms = &deal.agreement.agreement;
    let rows = desk
        .mirror()
        .listing_version(&terms.listing, terms.offer_version)
        .await?
        .map(|signed| signed.listing.rows);
    Ok(json!({
        "order": kept.order,
        "state": kept.purchase.state(),
        "listing": kept.listing,
        "price": kept.price.to_string(),
        "file": kept.out,
        "sha256": plaintext,
        "rows": rows,
        "receipt": kept.receipt,
    }))
}

async fn list(desk: &OpenDesk, out: &mut Output) -> Result<(), Refusal> {
    let mut rows = Vec::new();
    let mut text = String::new();
    for kept in desk.purchases().await? {
        let state = kept.purchase.state();
        text.push_str(&format!("{}  bought  {:<16} {:>10}  {}\n", kept.order, state, kept.price, kept.title));
        rows.push(json!({"order": kept.order, "side": "buyer", "listing": kept.listing, "title": kept.title, "state": state,
            "price": kept.price.to_string(), "at": kept.since, "receipt": kept.receipt, "waits": kept.purchase.waits_until()}));
    }
    for kept in desk.sales().await? {
        let (order, state) = (kept.sale.id(), kept.sale.state());
        text.push_str(&format!("{order}  sold    {state}\n"));
        rows.push(json!({"order": order, "side": "seller", "state": state, "at": kept.since, "waits": kept.sale.waits_until()}));
    }
    if text.is_empty() {
        text = "No orders yet. Find something with `tacit search`, then `tacit buy lst_...`.".to_owned();
    }
    out.tell(&json!({ "orders": rows }), &text);
    Ok(())
}

async fn show(desk: &OpenDesk, args: &ShowOrderArgs, out: &mut Output) -> Result<(), Refusal> {
    if let Some(kept) = desk.purchase(&args.order).await? {
        if let (Some(sealed), Some(identity)) = (&args.sealed, &args.identity) {
            export(desk, &kept, sealed, identity).await?;
        }
        let waits = kept.purchase.waits_until();
        let document = json!({"order": kept.order, "side": "buyer", "listing": kept.listing, "title": kept.title, "price": kept.price.to_string(),
            "state": kept.purchase.state(), "waits": waits, "file": kept.out, "receipt": kept.receipt, "sealed": args.sealed, "identity": args.identity});
        let text = format!(
            "{} {}\n{} for {}\n{}",
            kept.order,
            kept.purchase.state(),
            kept.title,
            kept.price,
            waits.unwrap_or_default()
        );
        out.tell(&document, &text);
        return Ok(());
    }
    let kept = desk
        .sale(&args.order)
        .await?
        .ok_or_else(|| Refusal::new("no-order", "this desk has no such order", "See `tacit orders`."))?;
    let waits = kept.sale.waits_until();
    out.tell(
        &json!({"order": args.order, "side": "seller", "state": kept.sale.state(), "waits": waits}),
        &format!("{} {}\n{}", args.order, kept.sale.state(), waits.unwrap_or_default()),
    );
    Ok(())
}

/// `header || body` is an age file for every age program; the identity opens it and nothing else.
async fn export(desk: &OpenDesk, kept: &PurchaseKept, sealed: &Path, identity: &Path) -> Result<(), Refusal> {
    let (Purchase::Closed { delivery, .. }
    | Purchase::Checked { delivery, .. }
    | Purchase::Downloaded { delivery, .. }
    | Purchase::Faulty { delivery, .. }) = &kept.purchase
    else {
        return Err(Refusal::new(
            "not-delivered",
            "the order has no delivery yet",
            "Run `tacit orders resume` first.",
        ));
    };
    let failed = |cause: std::io::Error| {
        Refusal::new(
            "not-written",
            format!("the export could not be written: {cause}"),
            "Choose another place.",
        )
    };
    for place in [sealed, identity] {
        if place.symlink_metadata().is_ok() {
            let sentence = format!("`{}` exists already and is not written over", place.display());
            return Err(Refusal::new(
                "file-exists",
                sentence,
                "Choose another place, or move that file away.",
            ));
        }
    }
    let body = desk.body_file(&kept.order);
    let mut file = File::create(sealed).map_err(failed)?;
    file.write_all(&delivery.header).map_err(failed)?;
    let mut from = BufReader::new(File::open(&body).map_err(|_| {
        Refusal::new(
            "no-body",
            "the sealed body is not on this machine any more",
            "Run `tacit orders resume`.",
        )
    })?);
    std::io::copy(&mut from, &mut file).map_err(failed)?;
    let key = desk.keyring().order_identity(kept.order).to_age_secret_string();
    crate::folder::write_private(identity, format!("{}\n", key.as_str()).as_bytes()).map_err(failed)
}
