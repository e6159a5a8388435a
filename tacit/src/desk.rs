//! A person's commands: opens the desk with its engines, runs the command, tells the answer or the refusal.

use crate::doctor;
use crate::pages::BuiltPages;
use crate::terminal::{self, Person};
use crate::world::MachineChance;
use crate::{ProofSystem, Wanted};
use async_trait::async_trait;
use clap::Subcommand;
use std::io::{BufReader, IsTerminal};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use tacit_desk::commands::DeskCommand;
use tacit_desk::commands::init::{self, AskPerson, Asking, InitArgs};
use tacit_desk::commands::receipts::PageParts;
use tacit_desk::commands::run_desk::{self, RunArgs, Surroundings};
use tacit_desk::commands::verify::{self, VerifyArgs};
use tacit_desk::{DeskFolder, Engines, OpenDesk, OpenStore, Output, Refusal};
use tacit_paper::{ReceiptView, receipt_pdf};
use tacit_ports::desk::{DeskStore, DeskStoreFailed};
use tacit_store::desk::SqliteDesk;

/// Everything that a person does at their own desk.
#[derive(Debug, Subcommand)]
pub(crate) enum PersonCommand {
    /// Make a desk: one seed, whose words are shown once; or bring one back from its words.
    Init(Box<InitArgs>),
    /// Check a receipt, presentation, sample, manifest, log proof or the whole ledger.
    Verify(Box<VerifyArgs>),
    /// Leave the desk running, with its pages: it answers orders by itself.
    Desk(RunArgs),
    #[command(flatten)]
    Open(Box<DeskCommand>),
}

struct OpenSqlite;

#[async_trait]
impl OpenStore for OpenSqlite {
    async fn open(&self, file: &Path) -> Result<Arc<dyn DeskStore>, DeskStoreFailed> {
        Ok(Arc::new(SqliteDesk::open(file).await?))
    }
}

/// Runs one command of a person.
pub(crate) fn run(
    command: PersonCommand,
    home: Option<PathBuf>,
    json: bool,
    proofs: &dyn ProofSystem,
) -> ExitCode {
    let mut out = Output::of_process(json, std::io::stderr().is_terminal());
    let done = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime.block_on(act(command, home, proofs, &mut out)),
        Err(cause) => Err(Refusal::new(
            "no-threads",
            cause.to_string(),
            "Try again when the machine has threads to spare.",
        )),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(refusal) => {
            if json {
                out.tell(&refusal, "");
            } else {
                out.remark(&refusal.to_string());
            }
            ExitCode::from(refusal.exit_status())
        }
    }
}

async fn act(
    command: PersonCommand,
    home: Option<PathBuf>,
    proofs: &dyn ProofSystem,
    out: &mut Output,
) -> Result<(), Refusal> {
    let folder = match home {
        Some(home) => DeskFolder::at(home),
        None => DeskFolder::of_environment()?,
    };
    match command {
        PersonCommand::Init(args) => {
            let passphrases = terminal::passphrases();
            let person = terminal::somebody_is_there().then_some(&Person as &dyn AskPerson);
            let mut input = BufReader::new(std::io::stdin());
            let asking = Asking { passphrases: &passphrases, person, input: &mut input };
            init::run(folder, engines(proofs, Wanted::Nothing), &args, asking, out).await.map(drop)
        }
        PersonCommand::Verify(args) => {
            verify::run(&folder, &terminal::passphrases(), engines(proofs, Wanted::Nothing), &args, out).await
        }
        PersonCommand::Desk(args) => {
            let engines = engines(proofs, Wanted::Nothing);
            let looks = doctor::of_desk(&folder, &engines);
            let lines = args.until_stdin_closes || (terminal::somebody_is_there() && !out.is_json());
            let around = Surroundings {
                folder,
                engines,
                pages: Arc::new(BuiltPages),
                print: Arc::new(print),
                doctor: Arc::new(looks),
                // A passphrase is read from the same terminal before anything else is.
                lines: lines.then_some(terminal::lines as fn() -> _),
            };
            run_desk::run(around, &terminal::passphrases(), &args, out).await
        }
        PersonCommand::Open(command) => {
            let wanted = if command.pays() { Wanted::Proving } else { Wanted::Nothing };
            let desk = OpenDesk::open(folder, &terminal::passphrases(), engines(proofs, wanted)).await?;
            command.run(&desk, &print, out).await
        }
    }
}

pub(crate) fn engines(proofs: &dyn ProofSystem, wanted: Wanted) -> Engines {
    Engines {
        store: Arc::new(OpenSqlite),
        proofs: proofs.open(wanted),
        clock: proofs.clock(),
        chance: Arc::new(MachineChance),
    }
}

/// A receipt on paper.
fn print(parts: &PageParts) -> Result<Vec<u8>, Refusal> {
    let view = ReceiptView {
        receipt: &parts.verified,
        title: parts.title.as_deref(),
        licence_in_words: parts.licence.as_deref(),
    };
    receipt_pdf(&view, &parts.json).map_err(|refused| {
        Refusal::new(
            "not-printed",
            refused.to_string(),
            "The receipt itself is not affected: `tacit receipts show`.",
        )
    })
}
