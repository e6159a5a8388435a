//! `tacit verify`: checks what others show, on this machine, with or without a desk.
//!
//! Here is what both ways share: the arguments, and where keys and ledger come from. [`documents`] and [`ledger`] do the rest.

mod documents;
mod ledger;

use crate::folder::DeskFolder;
use crate::keyring::passphrase::Passphrases;
use crate::meeting;
use crate::open::Engines;
use crate::output::Output;
use crate::refusal::Refusal;
use crate::settings::{DeskSettings, PinnedKeys};
use crate::verify::copy::LedgerCopy;
use crate::verify::download::download;
use crate::verify::keys::{self, KeysFrom, TrustedKeys};
use clap::{Args, Subcommand};
use std::path::PathBuf;
use tacit_values::{Origin, Persona};
use tacit_wire::client::MarketClient;

/// Arguments of `verify`.
#[derive(Debug, Clone, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct VerifyArgs {
    /// The whole ledger instead of documents.
    #[command(subcommand)]
    pub what: Option<VerifyCommand>,
    /// Receipts, presentations, manifests, samples, log proofs.
    #[arg(required = true, value_name = "FILE")]
    pub documents: Vec<PathBuf>,
    /// Where the market's keys and its ledger come from.
    #[command(flatten)]
    pub sources: Sources,
    /// Who a bare signed manifest should be from.
    #[arg(long)]
    pub seller: Option<Persona>,
    /// For whom a presentation should have been made.
    #[arg(long, requires = "nonce")]
    pub to: Option<String>,
    /// The nonce that a presentation should answer.
    #[arg(long, requires = "to")]
    pub nonce: Option<String>,
}

/// What is verified instead of documents.
#[derive(Debug, Clone, Subcommand)]
pub enum VerifyCommand {
    /// Replay the whole ledger: every epoch under the log, every root, every proof.
    Ledger(LedgerArgs),
}

/// Arguments of `verify ledger`.
#[derive(Debug, Clone, Args)]
pub struct LedgerArgs {
    /// Where it comes from.
    #[command(flatten)]
    pub sources: Sources,
    /// Keep what was fetched in this empty folder, to verify it again without the market.
    #[arg(long, value_name = "DIR", conflicts_with = "files")]
    pub save: Option<PathBuf>,
}

/// Where keys and ledger come from.
#[derive(Debug, Clone, Default, Args)]
pub struct Sources {
    /// Fetch from this market.
    #[arg(long, value_name = "URL", conflicts_with = "files")]
    pub market: Option<Origin>,
    /// Read a copy that `tacit verify ledger --save DIR` made; nothing is fetched.
    #[arg(long, value_name = "DIR")]
    pub files: Option<PathBuf>,
    /// The market's keys, for example the JSON of `tacit whoami`; otherwise those that the desk pinned.
    #[arg(long, value_name = "FILE")]
    pub market_keys: Option<PathBuf>,
    /// A proxy for all connections; otherwise the desk's.
    #[arg(long)]
    pub proxy: Option<String>,
}

/// Verifies and tells.
pub async fn run(
    folder: &DeskFolder,
    passphrases: &Passphrases,
    engines: Engines,
    args: &VerifyArgs,
    out: &mut Output,
) -> Result<(), Refusal> {
    match &args.what {
        Some(VerifyCommand::Ledger(asked)) => {
            let verifying = Verifying::begin(folder, engines, &asked.sources)?;
            ledger::verify(&verifying, asked.save.as_ref(), out).await
        }
        None => {
            let verifying = Verifying::begin(folder, engines, &args.sources)?;
            documents::verify(&verifying, passphrases, args, out).await
        }
    }
}

/// Everything that both kinds of verification use.
struct Verifying<'a> {
    folder: &'a DeskFolder,
    engines: Engines,
    sources: &'a Sources,
    desk: Option<DeskSettings>,
}

impl<'a> Verifying<'a> {
    fn begin(folder: &'a DeskFolder, engines: Engines, sources: &'a Sources) -> Result<Self, Refusal> {
        Ok(Self { folder, engines, sources, desk: keys::desk_settings(folder)? })
    }

    fn client(&self, market: &Origin) -> Result<MarketClient, Refusal> {
        let pinned = self.desk.as_ref().and_then(|desk| desk.proxy.as_deref());
        meeting::client_of(market.clone(), self.sources.proxy.as_deref().or(pinned), &self.engines)
    }

    /// The keys, by the order that [`keys`] names. `market` is the one in question, where that is known.
    async fn keys(&self, market: Option<&Origin>) -> Result<Option<TrustedKeys>, Refusal> {
        if let Some(file) = &self.sources.market_keys {
            return keys::given(file).map(Some);
        }
        if let Some(desk) =
            self.desk.as_ref().filter(|desk| market.is_none_or(|market| *market == desk.market))
        {
            return Ok(Some(TrustedKeys { keys: desk.pinned.clone(), from: KeysFrom::Desk }));
        }
        if let Some(market) = &self.sources.market {
            let view = self.client(market)?.mirror().market().await?;
            return Ok(Some(TrustedKeys { keys: PinnedKeys::of(&view), from: KeysFrom::FirstSight }));
        }
        let Some(files) = &self.sources.files else { return Ok(None) };
        let beside = LedgerCopy::at(files).keys()?;
        beside.map(|bytes| Ok(TrustedKeys { keys: keys::parse(&bytes)?, from: KeysFrom::Copy })).transpose()
    }

    async fn fetch(
        &self,
        market: &Origin,
        trusted: &TrustedKeys,
        copy: &LedgerCopy,
        out: &Output,
    ) -> Result<(), Refusal> {
        let bar = out.bar("fetching", 0);
        let fetched = download(&self.client(market)?, &trusted.keys, copy, &bar).await;
        bar.finish_and_clear();
        fetched?;
        if copy.genesis()?.market == *market {
            return Ok(());
        }
        Err(crate::verify::refused(format!("this is the ledger of another market than {market}")))
    }
}

fn no_keys() -> Refusal {
    Refusal::new(
        "no-keys",
        "there is no desk here whose market keys could be used",
        "Give --market-keys FILE (the JSON of `tacit whoami`), or --market URL to take them on first sight.",
    )
}

fn no_source() -> Refusal {
    Refusal::usage(
        "there is no desk here, so it is not clear which ledger is meant",
        "Say --market URL, or --files DIR with a copy.",
    )
}
