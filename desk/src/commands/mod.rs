//! The desk's commands: what a person types, parsed once, and one function each that does it.
//!
//! Habits (product.md): `--json` prints one document, progress goes to standard error, nothing asks when standard input is
//! no terminal, every refusal says what to do next. `init` makes a desk; all others take an open one.

pub mod backup;
pub mod init;
pub mod sample;
pub mod search;
pub mod show;
pub mod wallet;
pub mod whoami;

use crate::open::OpenDesk;
use crate::output::Output;
use crate::refusal::Refusal;
use clap::Subcommand;
use tacit_values::{Currency, Money};

/// Commands of an open desk: keys, money, and looking around.
#[derive(Debug, Clone, Subcommand)]
pub enum DeskCommand {
    /// Who this desk is: its seller persona, its market, how its keys are kept.
    Whoami(whoami::WhoamiArgs),
    /// Balance, history, addresses; pay somebody.
    Wallet(wallet::WalletArgs),
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
    pub async fn run(&self, desk: &OpenDesk, out: &mut Output) -> Result<(), Refusal> {
        match self {
            Self::Whoami(args) => whoami::run(desk, args, out).await,
            Self::Wallet(args) => wallet::run(desk, args, out).await,
            Self::Backup(args) => backup::run(desk, args, out).await,
            Self::Search(args) => search::run(desk, args, out).await,
            Self::Show(args) => show::run(desk, args, out).await,
            Self::Sample(args) => sample::run(desk, args, out).await,
        }
    }
}

/// An amount as somebody types it, for clap.
fn amount(text: &str) -> Result<Money, String> {
    Money::parse(text, Currency::TestUsd).map_err(|refused| refused.to_string())
}

/// What every page without a proxy adds where it says that something cannot be linked (traffic.md rule 6).
fn except_by_address(desk: &OpenDesk) -> &'static str {
    if desk.settings().proxy.is_some() {
        ""
    } else {
        " (except by network address and time: no proxy is set)"
    }
}
