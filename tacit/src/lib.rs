//! The program: which command was typed, and which engines it runs on. Configuration and wiring, no rules of business.
//!
//! The proof system is an argument: the shipped binary hands in [`Halo2Proofs`]; the example `tacit-assumed`, which tests
//! spawn and nobody packages, hands in assumed ones and says so at start.

mod cli;
mod demo;
mod desk;
mod doctor;
mod market;
mod pages;
#[cfg(test)]
mod reach;
mod terminal;
mod world;

use clap::Parser;
use cli::{Cli, Command};
use std::process::ExitCode;
use std::sync::Arc;
use tacit_ports::clock::Clock;
use tacit_prover::{Halo2, WarmUp};
use tacit_settlement::Proofs;

/// What a process is going to do with proofs, so that it builds the right keys in the background.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// Nothing for certain; build on first use.
    Nothing,
    /// Check what others proved.
    Checking,
    /// Prove payments.
    Proving,
}

/// Where the program gets its proof system from.
pub trait ProofSystem: Sync {
    /// The proof system, its keys being built in the background where wanted.
    fn open(&self, wanted: Wanted) -> Arc<dyn Proofs>;

    /// What is said at start; nothing for real proofs.
    fn warning(&self) -> Option<&'static str>;

    /// The clock: the machine's. Only a program that tests spawn has a reason for another one.
    fn clock(&self) -> Arc<dyn Clock> {
        Arc::new(world::MachineClock)
    }
}

/// Real proofs.
#[derive(Debug)]
pub struct Halo2Proofs;

impl ProofSystem for Halo2Proofs {
    fn open(&self, wanted: Wanted) -> Arc<dyn Proofs> {
        let halo2 = Halo2::new();
        match wanted {
            Wanted::Nothing => {}
            Wanted::Checking => halo2.warm_up(WarmUp::Checking),
            Wanted::Proving => halo2.warm_up(WarmUp::Proving),
        }
        Arc::new(halo2)
    }

    fn warning(&self) -> Option<&'static str> {
        None
    }
}

/// The whole program: parses the command line, runs the command, gives the exit status (0 done, 1 refused, 2 wrong use).
pub fn run(proofs: &dyn ProofSystem) -> ExitCode {
    let cli = Cli::parse();
    if let Some(warning) = proofs.warning() {
        eprintln!("{warning}");
    }
    terminal::log_to_standard_error();
    match cli.command {
        Command::Demo(args) => demo::run(&args, cli.json),
        Command::Doctor(_) => doctor::run(cli.home.as_deref(), cli.json, proofs),
        Command::Market(args) => market::run(*args, cli.json, proofs),
        Command::Desk(command) => desk::run(*command, cli.home, cli.json, proofs),
    }
}
