//! Whose word is taken: the market's keys, and where they came from.
//!
//! In this order: a file that was named, the desk's pinned keys when its market is the one in question, the market itself
//! or the copy at hand. The last two are first sight: they show that everything fits together, not whose market it is.

use crate::folder::DeskFolder;
use crate::refusal::Refusal;
use crate::settings::{DeskSettings, PinnedKeys};
use serde::Serialize;
use serde_json::Value;
use std::io::Read;
use std::path::Path;
use tacit_evidence::receipt::MarketKeys;
use tacit_wire::bodies::market::MarketView;

const LONGEST: u64 = 256 * 1024;

/// Where keys came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum KeysFrom {
    /// `--market-keys`.
    Given,
    /// Pinned when this desk was made.
    Desk,
    /// The market's own page, met just now.
    FirstSight,
    /// The copy that is verified with them.
    Copy,
}

impl KeysFrom {
    /// What that is worth, as a sentence.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::Given => "Checked with the market keys that you gave.",
            Self::Desk => "Checked with the market keys that this desk pinned when it was made.",
            Self::FirstSight => {
                "The market's keys were taken on first sight, from its own page: compare them with what its operator \
                 publishes, or give them with --market-keys."
            }
            Self::Copy => {
                "The market's keys were taken on first sight, from the copy itself: compare market-keys.json with what \
                 the operator publishes, or give keys with --market-keys."
            }
        }
    }
}

/// The keys that a check relies on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrustedKeys {
    /// The keys.
    pub keys: PinnedKeys,
    /// Where they came from.
    pub from: KeysFrom,
}

impl TrustedKeys {
    /// What receipts are checked with.
    pub fn of_receipts(&self) -> MarketKeys {
        MarketKeys { countersign: self.keys.market, log: self.keys.log.clone() }
    }
}

/// The settings of the desk in this folder, when there is one. No passphrase is needed.
pub fn desk_settings(folder: &DeskFolder) -> Result<Option<DeskSettings>, Refusal> {
    if folder.settings().exists() { DeskSettings::read(folder).map(Some) } else { Ok(None) }
}

/// Reads `--market-keys`.
pub fn given(file: &Path) -> Result<TrustedKeys, Refusal> {
    let unreadable = |cause: std::io::Error| {
        let sentence = format!("{} cannot be read: {cause}", file.display());
        Refusal::new("unreadable", sentence, "Check the path and its permissions.")
    };
    let mut bytes = Vec::new();
    let opened = std::fs::File::open(file).map_err(unreadable)?;
    opened.take(LONGEST).read_to_end(&mut bytes).map_err(unreadable)?;
    Ok(TrustedKeys { keys: parse(&bytes)?, from: KeysFrom::Given })
}

/// Reads keys from JSON: the keys by themselves, the answer of `tacit whoami --json`, or the market's own page.
pub fn parse(bytes: &[u8]) -> Result<PinnedKeys, Refusal> {
    let document: Value = serde_json::from_slice(bytes).map_err(|_| no_keys())?;
    if let Ok(view) = serde_json::from_value::<MarketView>(document.clone()) {
        return Ok(PinnedKeys::of(&view));
    }
    let inner = ["market_keys", "pinned"].iter().find_map(|name| document.get(name));
    serde_json::from_value(inner.unwrap_or(&document).clone()).map_err(|_| no_keys())
}

fn no_keys() -> Refusal {
    Refusal::new(
        "no-keys",
        "this holds no market keys",
        "Give the JSON of `tacit whoami --json`, or of the market's own page /market.",
    )
    .in_pages("Give the market's keys as JSON, as its operator publishes them.")
}
