//! `tacit buy` and `tacit orders`: a buyer's orders, and a seller's sales beside them.

use super::amount;
use crate::open::OpenDesk;
use crate::output::Output;
use crate::refusal::Refusal;
use crate::story::fulfil::SaleKept;
use crate::story::hearing::InBytes;
use crate::story::purchase::{Driven, PurchaseKept, why_over};
use clap::{Args, Subcommand};
use serde_json::{Value, json};
use std::fs::File;
use std::io::{BufReader, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::Duration;
use tacit_trade::Purchase;
use tacit_values::{ListingId, Money, OrderId, Timestamp};

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
    if desk.offers_backup().await? {
        out.remark(
            "No backup was made here yet: your words bring back money and open orders, not receipts, old letters or the keys \
             of what you sell. `tacit backup FILE` seals those too.",
        );
    }
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
    #[arg(long, requires = "sealed")]
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
            desk.doubt_the_mail(order).await?;
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
    if desk.purchase(order).await?.is_some_and(|kept| kept.purchase.payment().is_some()) {
        desk.ask_at_once(order);
    }
    let shared = Mutex::new(&mut *out);
    let tell = |sentence: &str| shared.lock().expect("telling does not panic").remark(sentence);
    let bar = shared.lock().expect("telling does not panic").bytes_bar("", 0);
    let bytes = super::bytes_on(&bar);
    let driven = desk.drive_watched(order, Duration::from_secs(wait), &tell, &bytes).await;
    bar.finish_and_clear();
    let driven = driven?;
    match driven {
        Driven::Done(kept) => {
            let document = bought(desk, &kept).await?;
            let receipt = document["receipt"].as_str().unwrap_or_default().to_owned();
            let checked = match document["rows"].as_u64() {
                Some(0) => "The whole file",
                _ => "Every row",
            };
            let text = format!(
                "{} is at {}.\n{checked} was checked against the manifest. Receipt {receipt}.",
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
        let remedy = format!("Run `tacit orders resume {}`.", kept.order);
        return Err(Refusal::new("order", "the order is not over", remedy));
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
        let waits = kept.purchase.waits_until();
        let ended = why_over(&kept.purchase);
        text.push_str(&line(
            &kept.order,
            "bought",
            kept.since,
            state,
            &format!("{} for {}", kept.title, in_full(kept.price)),
        ));
        text.push_str(&after(waits.as_deref().or(ended.as_deref())));
        rows.push(json!({"order": kept.order, "side": "buyer", "listing": kept.listing, "title": kept.title, "state": state,
            "price": kept.price.to_string(), "at": kept.since, "receipt": kept.receipt, "waits": waits, "ended": ended}));
    }
    for kept in desk.sales().await? {
        let (order, state) = (kept.sale.id(), kept.sale.state());
        let waits = kept.sale.waits_until();
        let (what, sold) = about_sale(desk, &kept).await?;
        text.push_str(&line(&order, "sold", kept.since, state, &what));
        text.push_str(&after(waits.as_deref()));
        let mut row =
            json!({"order": order, "side": "seller", "state": state, "at": kept.since, "waits": waits});
        add(&mut row, sold);
        rows.push(row);
    }
    if text.is_empty() {
        text = "No orders yet. Find something with `tacit search`, then `tacit buy lst_...`.".to_owned();
    }
    out.tell(&json!({ "orders": rows }), &text);
    Ok(())
}

fn line(order: &OrderId, side: &str, since: Timestamp, state: &str, what: &str) -> String {
    format!("{order}  {}  {side:<6}  {state:<16}  {what}\n", since.date())
}

/// What an order waits for, or why it is over, under its line.
fn after(waits: Option<&str>) -> String {
    waits.map(|waits| format!("    {waits}\n")).unwrap_or_default()
}

fn in_full(money: Money) -> String {
    format!("{money} {}", money.currency())
}

async fn show(desk: &OpenDesk, args: &ShowOrderArgs, out: &mut Output) -> Result<(), Refusal> {
    if let Some(kept) = desk.purchase(&args.order).await? {
        if let (Some(sealed), Some(identity)) = (&args.sealed, &args.identity) {
            export(desk, &kept, sealed, identity, out).await?;
        }
        return show_purchase(&kept, args, out);
    }
    let kept = desk.sale(&args.order).await?.ok_or_else(|| {
        let remedy = "`tacit orders` lists those that it has.";
        Refusal::new("no-order", "this desk has no such order", remedy)
    })?;
    if args.sealed.is_some() {
        let remedy = "Leave out --sealed and --identity; only the buyer's desk can open the delivery.";
        return Err(Refusal::usage("the order was sold here, not bought", remedy));
    }
    let waits = kept.sale.waits_until();
    let (what, sold) = about_sale(desk, &kept).await?;
    let mut document = json!({"order": args.order, "side": "seller", "state": kept.sale.state(), "at": kept.since, "waits": waits});
    add(&mut document, sold);
    let heading = heading(&args.order, kept.sale.state());
    let what = if what.is_empty() { "sold".to_owned() } else { what };
    out.tell(
        &document,
        &format!("{heading}{what}; it came in at {}\n{}", kept.since, after(waits.as_deref())),
    );
    Ok(())
}

/// What was sold and for how much, for people and for programs; empty for an order that lapsed.
async fn about_sale(desk: &OpenDesk, kept: &SaleKept) -> Result<(String, Value), Refusal> {
    let Some((listing, price)) = kept.about() else { return Ok((String::new(), json!({}))) };
    let title = desk.mirror().listing(&listing).await?.map(|signed| signed.listing.title.as_str().to_owned());
    let sold =
        json!({"listing": listing, "title": title, "price": price.to_string(), "currency": price.currency()});
    Ok((format!("{} for {}", title.unwrap_or_else(|| listing.to_string()), in_full(price)), sold))
}

fn add(document: &mut Value, more: Value) {
    if let (Value::Object(document), Value::Object(more)) = (document, more) {
        document.extend(more);
    }
}

fn show_purchase(kept: &PurchaseKept, args: &ShowOrderArgs, out: &mut Output) -> Result<(), Refusal> {
    let waits = kept.purchase.waits_until();
    let closed_at = match &kept.purchase {
        Purchase::Closed { closed_at, .. } => Some(*closed_at),
        _ => None,
    };
    let opened = closed_at.is_some() || matches!(kept.purchase, Purchase::Checked { .. });
    let there = kept.out.is_file();
    let ended = why_over(&kept.purchase);
    let document = json!({"order": kept.order, "side": "buyer", "listing": kept.listing, "title": kept.title,
        "price": kept.price.to_string(), "currency": kept.price.currency(), "state": kept.purchase.state(), "at": kept.since,
        "closed_at": closed_at, "waits": waits, "ended": ended, "file": kept.out, "file_there": there, "receipt": kept.receipt,
        "statement": kept.purchase.delivery().map(|delivery| &delivery.statement), "sealed": args.sealed, "identity": args.identity});
    let mut text = heading(&kept.order, kept.purchase.state());
    text.push_str(&format!("{} for {}\nordered  {}\n", kept.title, in_full(kept.price), kept.since));
    if let Some(closed_at) = closed_at {
        text.push_str(&format!("closed   {closed_at}\n"));
    }
    let place = kept.out.display();
    text.push_str(&match (opened, there) {
        (true, true) => format!("file     {place}\n"),
        (true, false) => {
            format!(
                "file     not at {place}; `tacit orders resume {}` opens it again, for nothing\n",
                kept.order
            )
        }
        (false, _) if ended.is_some() => String::new(),
        (false, _) => format!("file will be {place}\n"),
    });
    if let Some(receipt) = &kept.receipt {
        text.push_str(&format!("receipt  {receipt}\n"));
    }
    text.push_str(&after(waits.as_deref().or(ended.as_deref())));
    if let (Some(sealed), Some(identity)) = (&args.sealed, &args.identity) {
        text.push_str(&format!("sealed   {}\nidentity {}\n", sealed.display(), identity.display()));
    }
    out.tell(&document, &text);
    Ok(())
}

fn heading(order: &OrderId, state: &str) -> String {
    format!("{order} {state}\n")
}

/// `header || body` is an age file for every age program; the identity opens it and nothing else.
async fn export(
    desk: &OpenDesk,
    kept: &PurchaseKept,
    sealed: &Path,
    identity: &Path,
    out: &mut Output,
) -> Result<(), Refusal> {
    let Some(delivery) = kept.purchase.delivery() else {
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
        super::is_free(place)?;
    }
    let bar = out.bytes_bar("", 0);
    let bytes = super::bytes_on(&bar);
    let body = desk.body_here(kept, &InBytes { tell: &|_| {}, bytes: &bytes }).await;
    bar.finish_and_clear();
    let mut half = sealed.as_os_str().to_owned();
    half.push(".tacit-half");
    let half = PathBuf::from(half);
    let written =
        write_together(&half, &delivery.header, &body?).and_then(|()| std::fs::rename(&half, sealed));
    if written.is_err() {
        let _worthless = std::fs::remove_file(&half);
    }
    written.map_err(failed)?;
    let key = desk.keyring().order_identity(kept.order).to_age_secret_string();
    crate::folder::write_private(identity, format!("{}\n", key.as_str()).as_bytes()).map_err(failed)
}

fn write_together(place: &Path, header: &[u8], body: &Path) -> std::io::Result<()> {
    let mut file = File::create(place)?;
    file.write_all(header)?;
    std::io::copy(&mut BufReader::new(File::open(body)?), &mut file)?;
    file.sync_all()
}
