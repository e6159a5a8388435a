//! `tacit market`: the shared side as a process, and the operator's acts on a running one.

mod keys;
mod operator;
mod serve;

use crate::{ProofSystem, Wanted};
use clap::{Args, Subcommand};
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use tacit_settlement::Address;
use tacit_values::{Currency, Money, Origin};

/// Arguments of `tacit market`.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = false, subcommand_negates_reqs = true)]
pub(crate) struct MarketArgs {
    /// The market's data folder; made when it does not exist.
    #[arg(long, global = true, default_value = "market", value_name = "DIR")]
    data: PathBuf,
    /// Where to listen on this machine; the first start fixes it. Port 0 picks a free one.
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<SocketAddr>,
    /// The public address, fixed at the first start; without it the loopback address it listens on.
    #[arg(long, value_name = "URL")]
    origin: Option<Origin>,
    /// `postgres://...` instead of SQLite in the data folder.
    #[arg(long, env = "TACIT_DATABASE", value_name = "URL", hide_env_values = true)]
    database: Option<String>,
    /// Short epochs and ticks, beacon at once: for demonstrations; fixed at the first start.
    #[arg(long)]
    demo: bool,
    /// A reverse proxy of ours stands in front and ends TLS.
    #[arg(long)]
    behind_proxy: bool,
    /// End when standard input does: for a parent that wants no market to outlive it.
    #[arg(long, hide = true)]
    until_stdin_closes: bool,
    #[command(subcommand)]
    act: Option<Act>,
}

#[derive(Debug, Subcommand)]
enum Act {
    /// Make new money of the test currency for an address: the treasury's act, in the public record.
    Mint {
        /// Who receives it.
        #[arg(long)]
        to: Address,
        /// How much, for example 100.
        #[arg(value_parser = amount)]
        amount: Money,
    },
    /// Live figures of a running market.
    Stats {
        /// Also how well people are hidden: anonymity sets, bucket occupancy.
        #[arg(long)]
        privacy: bool,
    },
    /// Open a successor pool; notes leave the old one only into it.
    RotatePool,
}

fn amount(text: &str) -> Result<Money, String> {
    Money::parse(text, Currency::TestUsd).map_err(|refused| refused.to_string())
}

/// Why the operator's command ended early.
#[derive(Debug)]
pub(crate) struct Stopped {
    pub(crate) sentence: String,
    pub(crate) next: String,
}

impl Stopped {
    pub(crate) fn new(sentence: impl ToString, next: impl Into<String>) -> Self {
        Self { sentence: sentence.to_string(), next: next.into() }
    }
}

/// Runs the market, or one act of its operator.
pub(crate) fn run(args: MarketArgs, json: bool, proofs: &dyn ProofSystem) -> ExitCode {
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(cause) => {
            return refused(&Stopped::new(cause, "Try again when the machine has threads to spare."), json);
        }
    };
    let done = runtime.block_on(async {
        match &args.act {
            None => {
                serve::serve(&args, json, proofs.open(Wanted::Checking), proofs.clock()).await.map(|()| None)
            }
            Some(Act::Mint { to, amount }) => operator::mint(&args.data, *to, *amount).await.map(Some),
            Some(Act::Stats { privacy }) => operator::stats(&args.data, *privacy).await.map(Some),
            Some(Act::RotatePool) => operator::rotate(&args.data).await.map(Some),
        }
    });
    match done {
        Ok(None) => ExitCode::SUCCESS,
        Ok(Some((document, sentences))) => {
            println!("{}", if json { document.to_string() } else { sentences });
            ExitCode::SUCCESS
        }
        Err(stopped) => refused(&stopped, json),
    }
}

type Answer = (Value, String);

fn refused(stopped: &Stopped, json: bool) -> ExitCode {
    let Stopped { sentence, next } = stopped;
    if json {
        println!("{}", json!({"error": sentence, "next": next, "code": "market"}));
    } else {
        eprintln!("{}. {next}", sentence.trim_end_matches('.'));
    }
    ExitCode::FAILURE
}
