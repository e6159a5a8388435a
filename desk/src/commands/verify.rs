//! `tacit verify`: checks what others show, on this machine, with or without a desk.

use crate::folder::DeskFolder;
use crate::keyring::file::needs_passphrase;
use crate::keyring::passphrase::Passphrases;
use crate::meeting;
use crate::open::{Engines, OpenDesk};
use crate::output::Output;
use crate::refusal::Refusal;
use crate::settings::{DeskSettings, PinnedKeys};
use crate::story::receipts::MirroredLedger;
use crate::verify::copy::{LedgerCopy, PassingCopy};
use crate::verify::documents::{self, Document, Relying};
use crate::verify::download::download;
use crate::verify::keys::{self, KeysFrom, TrustedKeys};
use crate::verify::ledger::{VerifiedLedger, epochs_of, verify_copy};
use clap::{Args, Subcommand};
use serde_json::{Value, json};
use std::path::PathBuf;
use tacit_evidence::receipt::LedgerClaim;
use tacit_settlement::PoolId;
use tacit_values::{Digest, Origin, Persona};
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
        Some(VerifyCommand::Ledger(ledger)) => {
            let verifying = Verifying::begin(folder, engines, &ledger.sources)?;
            verify_ledger(&verifying, ledger.save.as_ref(), out).await
        }
        None => {
            let verifying = Verifying::begin(folder, engines, &args.sources)?;
            verify_documents(&verifying, passphrases, args, out).await
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

async fn verify_ledger(
    verifying: &Verifying<'_>,
    save: Option<&PathBuf>,
    out: &mut Output,
) -> Result<(), Refusal> {
    let (passing, copy, trusted);
    if let Some(files) = &verifying.sources.files {
        copy = LedgerCopy::at(files);
        trusted = verifying.keys(Some(&copy.genesis()?.market)).await?.ok_or_else(no_keys)?;
        passing = None;
    } else {
        let own = verifying.desk.as_ref().map(|desk| &desk.market);
        let market = verifying.sources.market.as_ref().or(own).ok_or_else(no_source)?.clone();
        trusted = verifying.keys(Some(&market)).await?.ok_or_else(no_keys)?;
        let made = match save {
            Some(_) => None,
            None => Some(PassingCopy::make(verifying.engines.chance.seed())?),
        };
        copy = match (save, &made) {
            (Some(folder), _) => LedgerCopy::make(folder)?,
            (None, Some(made)) => made.copy().clone(),
            (None, None) => unreachable!("a copy that is not saved is a passing one"),
        };
        passing = made;
        verifying.fetch(&market, &trusted, &copy, out).await?;
    }
    let bar = out.bar("verifying", 0);
    let (proofs, verified_with, shown) =
        (verifying.engines.proofs.clone(), trusted.keys.clone(), bar.clone());
    let found =
        tokio::task::spawn_blocking(move || verify_copy(&copy, &verified_with, proofs.as_ref(), &shown))
            .await
            .expect("verifying a ledger does not panic");
    bar.finish_and_clear();
    drop(passing);
    tell_ledger(&found?, trusted.from, save, out);
    Ok(())
}

fn tell_ledger(found: &VerifiedLedger, from: KeysFrom, save: Option<&PathBuf>, out: &mut Output) {
    let sum = |what: fn(&tacit_settlement::Replayed) -> u64| -> u64 {
        found.pools.iter().map(|(_, replayed)| what(replayed)).sum()
    };
    let (epochs, bundles) = (sum(|found| found.epochs), sum(|found| found.bundles));
    let (batches, notes) = (sum(|found| found.batches), sum(|found| found.notes));
    let pools: Vec<Value> = found
        .pools
        .iter()
        .map(|(pool, replayed)| {
            json!({
                "pool": pool.pool,
                "currency": pool.currency.code(),
                "generation": pool.generation,
                "epochs": replayed.epochs,
                "bundles": replayed.bundles,
                "notes": replayed.notes,
                "balance": replayed.balance.to_string(),
                "root": replayed.root,
            })
        })
        .collect();
    let document = json!({
        "ok": true,
        "market": found.market,
        "epochs": epochs,
        "bundles": bundles,
        "batches": batches,
        "notes": notes,
        "minted": found.minted.to_string(),
        "burned": found.burned.to_string(),
        "balance": found.balance.to_string(),
        "log_size": found.log,
        "newest": found.newest,
        "pools": pools,
        "keys": from,
        "saved": save,
    });
    let newest = found.newest.map(|time| format!(", the newest over at {time}")).unwrap_or_default();
    let kept = save.map(|folder| format!("\nKept in {}.", folder.display())).unwrap_or_default();
    let text = format!(
        "The ledger of {} holds: {epochs} epochs{newest}, {bundles} bundles, their proofs checked in {batches} batches.\n\
         Minted {}, burned {}, inside {} {}. Every epoch is in the log of {} leaves under its signed checkpoint.\n{}{kept}",
        found.market,
        found.minted,
        found.burned,
        found.balance,
        found.balance.currency().code(),
        found.log,
        from.sentence(),
    );
    out.tell(&document, &text);
}

async fn verify_documents(
    verifying: &Verifying<'_>,
    passphrases: &Passphrases,
    args: &VerifyArgs,
    out: &mut Output,
) -> Result<(), Refusal> {
    let mut read = Vec::new();
    for path in &args.documents {
        read.push((path.clone(), documents::read(path)?));
    }
    let given = read.len();
    let in_question = match (&args.sources.market, &args.sources.files) {
        (Some(market), _) => Some(market.clone()),
        (None, Some(files)) => Some(LedgerCopy::at(files).genesis()?.market),
        (None, None) => None,
    };
    let trusted = verifying.keys(in_question.as_ref()).await?.ok_or_else(no_keys)?;
    add_manifests(verifying, &mut read).await?;
    let claims: Vec<LedgerClaim> =
        read.iter().flat_map(|(_, document)| document.ledger_claims().to_vec()).collect();
    let ledger = ledger_at_hand(verifying, passphrases, &trusted, &claims, out).await?;
    let (seller, now, from) = (args.seller, verifying.engines.clock.now(), trusted.from);
    let asked = args.to.clone().zip(args.nonce.clone());
    let found = tokio::task::spawn_blocking(move || {
        let asked = asked.as_ref().map(|(audience, nonce)| (audience.as_str(), nonce.as_str()));
        documents::check(&read, &Relying { keys: &trusted, seller, asked, now }, &ledger)
    })
    .await
    .expect("checking documents does not panic")?;
    let texts: Vec<&str> = found.iter().take(given).map(|found| found.text.as_str()).collect();
    let text = format!("{}\n{}", texts.join("\n\n"), from.sentence());
    let mut shown: Vec<Value> = found.into_iter().take(given).map(|found| found.document).collect();
    for (document, path) in shown.iter_mut().zip(&args.documents) {
        document["file"] = json!(path);
        document["keys"] = json!(from);
    }
    match <[Value; 1]>::try_from(shown) {
        Ok([only]) => out.tell(&only, &text),
        Err(several) => out.tell(&json!({"ok": true, "documents": several}), &text),
    }
    Ok(())
}

/// Fetches the manifests of samples that came without them, where a market was named.
async fn add_manifests(
    verifying: &Verifying<'_>,
    read: &mut Vec<(PathBuf, Document)>,
) -> Result<(), Refusal> {
    let Some(market) = &verifying.sources.market else { return Ok(()) };
    let wanted: Vec<Digest> = read.iter().filter_map(|(_, document)| document.sampled_manifest()).collect();
    for digest in wanted {
        let at_hand =
            |document: &Document| matches!(document, Document::Manifest(view) if view.digest == digest);
        if read.iter().any(|(_, document)| at_hand(document)) {
            continue;
        }
        let view = verifying.client(market)?.singly()?.manifest(digest).await?;
        read.push((PathBuf::from(format!("manifest {digest}")), Document::Manifest(Box::new(view))));
    }
    Ok(())
}

/// The epochs that receipts point at: from a copy, from a whole download, or from a desk that opens without asking.
async fn ledger_at_hand(
    verifying: &Verifying<'_>,
    passphrases: &Passphrases,
    trusted: &TrustedKeys,
    claims: &[LedgerClaim],
    out: &mut Output,
) -> Result<MirroredLedger, Refusal> {
    if claims.is_empty() {
        return Ok(MirroredLedger::default());
    }
    let (passing, copy);
    if let Some(files) = &verifying.sources.files {
        (passing, copy) = (None, LedgerCopy::at(files));
    } else if let Some(market) = &verifying.sources.market {
        let made = PassingCopy::make(verifying.engines.chance.seed())?;
        out.remark(
            "Fetching the whole ledger, so that the market does not learn which payment is looked up.",
        );
        verifying.fetch(market, trusted, made.copy(), out).await?;
        copy = made.copy().clone();
        passing = Some(made);
    } else {
        return own_mirror(verifying, passphrases, trusted, claims, out).await;
    }
    let wanted: Vec<_> =
        claims.iter().map(|claim| (PoolId::from_bytes(*claim.pool.bytes()), claim.epoch)).collect();
    let keys = trusted.keys.clone();
    let closed = tokio::task::spawn_blocking(move || epochs_of(&copy, &keys, &wanted))
        .await
        .expect("reading a copy does not panic")?;
    drop(passing);
    let named = closed.into_iter().map(|closed| (Digest::from_bytes(*closed.leaf.pool.bytes()), closed));
    Ok(MirroredLedger::of(named.collect()))
}

async fn own_mirror(
    verifying: &Verifying<'_>,
    passphrases: &Passphrases,
    trusted: &TrustedKeys,
    claims: &[LedgerClaim],
    out: &mut Output,
) -> Result<MirroredLedger, Refusal> {
    let asks = match needs_passphrase(verifying.folder) {
        Ok(needs) => needs && passphrases.file.is_none(),
        Err(_) => return Ok(MirroredLedger::default()),
    };
    if asks || trusted.from != KeysFrom::Desk {
        return Ok(MirroredLedger::default());
    }
    match OpenDesk::open(verifying.folder.clone(), passphrases, verifying.engines.clone()).await {
        Ok(desk) => desk.ledger_witness(claims).await,
        Err(refusal) => {
            out.remark(&format!("The desk's own mirror is not used: {refusal}"));
            Ok(MirroredLedger::default())
        }
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
