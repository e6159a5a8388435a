//! The command line: one enum of commands; what each takes stands with the crate that does it.

use crate::demo::DemoArgs;
use crate::desk::PersonCommand;
use crate::doctor::DoctorArgs;
use crate::market::MarketArgs;
use clap::{Parser, Subcommand};
use std::path::PathBuf;

/// Tacit: a marketplace for data in which the sale is private and the proof is public.
#[derive(Debug, Parser)]
#[command(name = "tacit", version, about, propagate_version = true)]
pub(crate) struct Cli {
    /// The desk's folder; without it `.tacit` in your home folder.
    #[arg(long, global = true, env = "TACIT_HOME", value_name = "DIR")]
    pub(crate) home: Option<PathBuf>,
    /// Print one JSON document on standard output; progress goes to standard error.
    #[arg(long, global = true)]
    pub(crate) json: bool,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// A whole market with people in it, on this machine, in a temporary folder.
    Demo(DemoArgs),
    /// Run the shared side: catalogue, orders, relay, ledger, log; or act as its operator.
    Market(Box<MarketArgs>),
    /// What works here, what does not, and how to mend it.
    Doctor(DoctorArgs),
    #[command(flatten)]
    Desk(Box<PersonCommand>),
}
