//! The terminal: passphrases and questions where a person sits at one, nothing where none does, logs on standard error.

use std::io::{IsTerminal, Write};
use std::path::PathBuf;
use tacit_desk::commands::init::AskPerson;
use tacit_desk::keyring::passphrase::{AskPassphrase, Passphrases};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tracing_subscriber::EnvFilter;

/// Logs at `warn` unless `TACIT_LOG` says otherwise; ids and sizes only.
pub(crate) fn log_to_standard_error() {
    let filter = EnvFilter::try_from_env("TACIT_LOG").unwrap_or_else(|_| EnvFilter::new("warn"));
    let _set_before =
        tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).try_init();
}

/// Whether somebody can be asked.
pub(crate) fn somebody_is_there() -> bool {
    std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}

/// Resolves when standard input ends: whoever held the other end of the pipe is gone, however it went.
pub(crate) async fn input_ended() {
    let (end, ended) = tokio::sync::oneshot::channel();
    // A thread of its own: the runtime would wait for a reading task of its own before it ends.
    std::thread::spawn(move || {
        let _whatever_was_said = std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
        let _nobody_waits = end.send(());
    });
    let _closed_is_an_end_too = ended.await;
}

/// Lines that arrive at standard input, without what is in them; the end of the channel is the end of the input.
pub(crate) fn lines() -> UnboundedReceiver<()> {
    let (typed, lines) = unbounded_channel();
    std::thread::spawn(move || {
        for line in std::io::stdin().lines() {
            if line.is_err() || typed.send(()).is_err() {
                return;
            }
        }
    });
    lines
}

/// Passphrases from `TACIT_PASSPHRASE_FILE` or from the person.
pub(crate) fn passphrases() -> Passphrases {
    let file = std::env::var_os("TACIT_PASSPHRASE_FILE").map(PathBuf::from);
    let person = somebody_is_there().then(|| Box::new(Person) as Box<dyn AskPassphrase>);
    Passphrases { file, person }
}

/// The person at the terminal.
pub(crate) struct Person;

impl AskPassphrase for Person {
    fn ask(&self, prompt: &str) -> std::io::Result<String> {
        rpassword::prompt_password(prompt)
    }
}

impl AskPerson for Person {
    fn ask(&self, prompt: &str) -> std::io::Result<String> {
        eprint!("{prompt}");
        std::io::stderr().flush()?;
        let mut line = String::new();
        std::io::stdin().read_line(&mut line)?;
        Ok(line)
    }
}
