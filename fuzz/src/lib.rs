//! What the fuzz targets share.

use std::panic::{catch_unwind, set_hook};
use std::sync::{Mutex, PoisonError};

static LAST: Mutex<String> = Mutex::new(String::new());

/// Keeps what a panic says until somebody has to hear it: the reader of Parquet files catches panics of the crate that it
/// calls and makes a sentence of them, which is no crash.
pub fn quietly() {
    set_hook(Box::new(|panic| {
        *LAST.lock().unwrap_or_else(PoisonError::into_inner) = panic.to_string();
    }));
}

/// Runs a target; a panic that nobody caught ends the process, which is what libFuzzer calls a crash.
pub fn take(target: &str, bytes: &[u8]) {
    if catch_unwind(|| tacit_hostile::run(target, bytes)).is_err() {
        eprintln!("{}", LAST.lock().unwrap_or_else(PoisonError::into_inner));
        std::process::abort();
    }
}
