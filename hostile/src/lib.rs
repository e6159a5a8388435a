//! Every parser of foreign bytes, one function each: what a test replays and what `fuzz/` drives (docs/operating/fuzzing.md).
//!
//! A [`Target`] takes any bytes at all and does with them what the market or a desk would do, as far as it can be done
//! without a socket and a table. It says how far they came ([`Reached`]); it panics only where a promise of the rooms is
//! broken, for example when something that was read does not write back to itself. Where a signature would end the journey
//! of every changed input, the bytes are signed again with keys that stand here: a stranger may sign what they like.
//!
//! Nothing of this ships: no crate imports this one.

pub mod asking;
mod bodies;
mod chance;
mod delivery;
mod evidence;
mod ledger;
mod letters;
mod receipts;
mod requests;
mod seeds;
mod vectors;
mod words;

pub use chance::Chance;

use std::path::{Path, PathBuf};

/// How far bytes came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reached {
    /// Refused for their form: the first stage.
    Nothing,
    /// Read as what they should be, and refused for what they say.
    Read,
    /// Everything that is ever asked of such bytes was asked, and held: the last stage.
    Believed,
}

/// One kind of bytes from outside.
#[derive(Clone, Copy)]
pub struct Target {
    /// The name of the fuzz target, of its corpus and of its file in `fuzz/fuzz_targets`.
    pub name: &'static str,
    /// From whom such bytes come, and who reads them.
    pub about: &'static str,
    /// Longer inputs teach nothing new and only cost time, in bytes.
    pub longest: usize,
    /// Takes the bytes.
    pub run: fn(&[u8]) -> Reached,
    /// Inputs made from `vectors/`, good ones and bad ones; at least one of them reaches the last stage.
    pub seeds: fn() -> Vec<Vec<u8>>,
}

/// All targets, in the order of a sale.
pub const TARGETS: &[Target] = &[
    Target {
        name: "words",
        about: "ids, amounts, times, keys and addresses as they stand in paths, headers and documents",
        longest: 600,
        run: words::run,
        seeds: words::seeds,
    },
    Target {
        name: "csv",
        about: "the cells of a sold CSV file, read by the buyer's desk",
        longest: 8 << 10,
        run: delivery::csv,
        seeds: seeds::csv,
    },
    Target {
        name: "ndjson",
        about: "the cells of a sold NDJSON file, read by the buyer's desk",
        longest: 8 << 10,
        run: delivery::ndjson,
        seeds: seeds::ndjson,
    },
    Target {
        name: "parquet",
        about: "the cells of a sold Parquet file, read by the buyer's desk",
        longest: 64 << 10,
        run: delivery::parquet,
        seeds: seeds::parquet,
    },
    Target {
        name: "manifest",
        about: "a manifest and the object that it names as `blocks`, read by the market and by buyers",
        longest: 16 << 10,
        run: delivery::manifest,
        seeds: seeds::manifest,
    },
    Target {
        name: "sample",
        about: "an opened sample, read by the market and by buyers",
        longest: 64 << 10,
        run: delivery::sample,
        seeds: seeds::sample,
    },
    Target {
        name: "header",
        about: "the age header of a delivery, read by the market and by the buyer",
        longest: 5 << 10,
        run: delivery::header,
        seeds: seeds::header,
    },
    Target {
        name: "letter",
        about: "a sealed letter and what is inside it, read by desks",
        longest: 66 << 10,
        run: letters::run,
        seeds: letters::seeds,
    },
    Target {
        name: "bundle",
        about: "a settlement bundle, read by the market and by every mirror of the ledger",
        longest: 90 << 10,
        run: ledger::bundle,
        seeds: ledger::bundle_seeds,
    },
    Target {
        name: "epoch",
        about: "a closed epoch of the ledger, read by every desk",
        longest: 32 << 10,
        run: ledger::epoch,
        seeds: ledger::epoch_seeds,
    },
    Target {
        name: "segment",
        about: "256 closed epochs in one download, read by every desk",
        longest: 32 << 10,
        run: ledger::segment,
        seeds: ledger::segment_seeds,
    },
    Target {
        name: "checkpoint",
        about: "a signed checkpoint, or evidence of two that contradict each other, read by every desk",
        longest: 8 << 10,
        run: evidence::checkpoint,
        seeds: evidence::checkpoint_seeds,
    },
    Target {
        name: "tile",
        about: "a tile of the log with its path, and the leaves in it, read by every desk",
        longest: 16 << 10,
        run: evidence::tile,
        seeds: evidence::tile_seeds,
    },
    Target {
        name: "receipt",
        about: "a receipt that somebody hands over",
        longest: 64 << 10,
        run: receipts::receipt,
        seeds: receipts::receipt_seeds,
    },
    Target {
        name: "presentation",
        about: "some claims of a receipt, shown by its holder",
        longest: 64 << 10,
        run: receipts::presentation,
        seeds: receipts::presentation_seeds,
    },
    Target {
        name: "signed_request",
        about: "the head and body of a signed request (RFC 9421), read by the market",
        longest: 8 << 10,
        run: requests::run,
        seeds: requests::seeds,
    },
    Target {
        name: "json_body",
        about: "every JSON body that market and desk send each other",
        longest: 32 << 10,
        run: bodies::run,
        seeds: bodies::seeds,
    },
];

/// The target of that name.
pub fn target(name: &str) -> Option<&'static Target> {
    TARGETS.iter().find(|target| target.name == name)
}

/// Runs the target of that name: what `fuzz/` calls.
///
/// # Panics
/// When a promise of the rooms does not hold for these bytes, or when there is no such target.
pub fn run(name: &str, bytes: &[u8]) -> Reached {
    let target = target(name).unwrap_or_else(|| panic!("there is no fuzz target `{name}`"));
    (target.run)(bytes)
}

impl Target {
    /// The inputs that once broke this target, or taught something that no vector does.
    pub fn corpus(&self) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(self.name)
    }
}

/// Name and bytes of every file in a folder, in the order of their names; none when there is no folder.
///
/// # Errors
/// When a file cannot be read.
pub fn files(folder: &Path) -> std::io::Result<Vec<(String, Vec<u8>)>> {
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_file() {
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            files.push((name, std::fs::read(&path)?));
        }
    }
    files.sort();
    Ok(files)
}
