//! `desk.toml`: which market this desk trusts with what, pinned when the desk was made.
//!
//! A desk meets its market once and writes down its keys (trust on first use; `tacit init` prints them, so that they can
//! be compared with what the operator publishes). Later answers under other keys are refused. Nothing in here is secret.

use crate::folder::{DeskFolder, disk, write_private};
use crate::refusal::Refusal;
use serde::{Deserialize, Serialize};
use std::io::Read;
use tacit_evidence::beacon::BeaconVerifier;
use tacit_evidence::log::LogVerifier;
use tacit_values::{Origin, Persona};

const LONGEST: u64 = 64 * 1024;

/// What a desk knows of its market.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeskSettings {
    /// The market's public address.
    pub market: Origin,
    /// The proxy that all connections take, for example `socks5h://127.0.0.1:9050`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proxy: Option<String>,
    /// The market's keys as they were met first.
    pub pinned: PinnedKeys,
}

/// The keys of a market. A change of any of them is an alarm, not an update.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PinnedKeys {
    /// Countersigns receipts.
    pub market: Persona,
    /// Signs mints and genesis.
    pub treasury: Persona,
    /// Verifies the log's checkpoints (a signed note's verifier key).
    pub log: LogVerifier,
    /// Verifies sample beacons: RSA public key, SubjectPublicKeyInfo DER in base64url.
    pub beacon: BeaconVerifier,
    /// The proof system of the ledger; a desk that knows another refuses to talk.
    pub proofs: String,
}

impl DeskSettings {
    /// Reads the folder's settings.
    pub fn read(folder: &DeskFolder) -> Result<Self, Refusal> {
        let path = folder.settings();
        if !path.exists() {
            let remedy = "Make one with `tacit init --market URL`, or set TACIT_HOME.";
            return Err(Refusal::new("no-desk", "there is no desk in this folder yet", remedy)
                .in_pages("Make one, or bring one back."));
        }
        let mut text = String::new();
        let file = std::fs::File::open(path).map_err(|_| disk())?;
        file.take(LONGEST).read_to_string(&mut text).map_err(|_| disk())?;
        toml::from_str(&text).map_err(|found: toml::de::Error| {
            let sentence = format!("desk.toml cannot be read: {}", found.message());
            Refusal::new(
                "damaged-settings",
                sentence,
                "Mend the file, or restore the desk in a new folder with its words.",
            )
        })
    }

    /// Writes the folder's settings.
    pub fn write(&self, folder: &DeskFolder) -> Result<(), Refusal> {
        let text = toml::to_string(self).expect("settings are plain tables and have a TOML form");
        let head = "# Written by `tacit init`. The keys below are the market's; compare them with what its operator publishes.\n";
        write_private(&folder.settings(), format!("{head}{text}").as_bytes()).map_err(|_| disk())
    }
}
