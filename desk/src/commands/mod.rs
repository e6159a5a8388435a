//! The desk's commands: what a person types, parsed once, and one function each that does it.
//!
//! Habits (product.md): `--json` prints one document, progress goes to standard error, nothing asks when standard input is
//! no terminal, every refusal says what to do next. `init` makes a desk; all others take an open one.

pub mod backup;
pub mod cross;
pub mod init;
pub mod orders;
pub mod receipts;
pub mod run_desk;
pub mod sample;
pub mod search;
pub mod sell;
pub mod show;
pub mod verify;
pub mod wallet;
pub mod whoami;

use crate::open::OpenDesk;
use crate::output::Output;
use crate::refusal::Refusal;
use clap::Subcommand;
use indicatif::ProgressBar;
use tacit_values::{Currency, Money};

/// Commands of an open desk: keys, money, and looking around.
#[derive(Debug, Clone, Subcommand)]
pub enum DeskCommand {
    /// Who this desk is: its seller persona, its market, how its keys are kept.
    Whoami(whoami::WhoamiArgs),
    /// Balance, history, addresses; pay somebody.
    Wallet(wallet::WalletArgs),
    /// Put a file up for sale: sealed once, promised cell by cell, with a sample that nobody chose.
    Sell(Box<sell::SellArgs>),
    /// Your own listings: show, edit, pause, resume.
    Listings(sell::ListingsArgs),
    /// End a listing for good.
    Retire(sell::RetireArgs),
    /// Order, pay from the shielded wallet, download, check, keep the receipt.
    Buy(orders::BuyArgs),
    /// Orders, bought and sold.
    Orders(orders::OrdersArgs),
    /// Receipts: list, show in whole or in parts, print.
    Receipts(receipts::ReceiptsArgs),
    /// Seal everything that the words alone cannot bring back into one file.
    Backup(backup::BackupArgs),
    /// Search the catalogue on this machine; nobody learns what you look for.
    Search(search::SearchArgs),
    /// Show one listing.
    Show(show::ShowArgs),
    /// Fetch the sample of a listing and check it here.
    Sample(sample::SampleArgs),
}

impl DeskCommand {
    /// Runs the command on an open desk.
    pub async fn run(
        &self,
        desk: &OpenDesk,
        print: receipts::Print<'_>,
        out: &mut Output,
    ) -> Result<(), Refusal> {
        match self {
            Self::Whoami(args) => whoami::run(desk, args, out).await,
            Self::Wallet(args) => wallet::run(desk, args, out).await,
            Self::Sell(args) => sell::sell(desk, args, out).await,
            Self::Listings(args) => sell::listings(desk, args, out).await,
            Self::Retire(args) => sell::retire(desk, args, out).await,
            Self::Buy(args) => orders::buy(desk, args, out).await,
            Self::Orders(args) => orders::orders(desk, args, out).await,
            Self::Receipts(args) => receipts::run(desk, args, print, out).await,
            Self::Backup(args) => backup::run(desk, args, out).await,
            Self::Search(args) => search::run(desk, args, out).await,
            Self::Show(args) => show::run(desk, args, out).await,
            Self::Sample(args) => sample::run(desk, args, out).await,
        }
    }
}

impl DeskCommand {
    /// Whether the command is going to prove a payment: its keys are worth building in the background.
    pub fn pays(&self) -> bool {
        match self {
            Self::Buy(_) => true,
            Self::Wallet(args) => matches!(args.what, Some(wallet::WalletCommand::Send(_))),
            _ => false,
        }
    }
}

/// An amount as somebody types it, for clap.
fn amount(text: &str) -> Result<Money, String> {
    Money::parse(text, Currency::TestUsd).map_err(|refused| refused.to_string())
}

/// Refuses a place where something lies: no command writes over what is there.
fn is_free(place: &std::path::Path) -> Result<(), Refusal> {
    match place.symlink_metadata() {
        Err(_) => Ok(()),
        Ok(_) => Err(Refusal::new(
            "file-exists",
            format!("`{}` exists already and is not written over", place.display()),
            "Choose another place, or move that file away.",
        )),
    }
}

/// Shows on a bar how far work on a file is; the bar goes when that work is done.
fn bytes_on(bar: &ProgressBar) -> impl Fn(&str, u64, u64) + Send + Sync + use<> {
    let bar = bar.clone();
    move |what, done, total| {
        if done >= total {
            return bar.finish_and_clear();
        }
        if bar.is_finished() {
            bar.reset();
        }
        bar.set_message(what.to_owned());
        bar.set_length(total);
        bar.set_position(done);
    }
}

/// What every page without a proxy adds where it says that something cannot be linked (traffic.md rule 6).
fn except_by_address(desk: &OpenDesk) -> &'static str {
    if desk.settings().proxy.is_some() {
        ""
    } else {
        " (except by network address and time: no proxy is set)"
    }
}
