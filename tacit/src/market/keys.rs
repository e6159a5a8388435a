//! The market's own keys, in one file of its data folder that only its user can read.
//!
//! Made at the first start. None of them opens a payload, reads a letter or spends a note (SECURITY.md); losing the file
//! ends the market's log and treasury, so it belongs into the operator's backup.

use rand::rngs::StdRng;
use serde::{Deserialize, Serialize};
use std::fs;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use tacit_evidence::beacon::BeaconKey;
use tacit_evidence::log::{LogKey, LogName};
use tacit_flows::MarketKeys;
use tacit_ports::chance::Chance;
use tacit_values::rand_core::Rng;
use tacit_values::{Origin, PersonaKey, base64url};

/// Why the keys are not at hand.
#[derive(Debug, thiserror::Error)]
pub(super) enum KeysNotRead {
    /// The file is there and is no key file.
    #[error(
        "`market-keys.json` is damaged; restore it from a backup, since the log and the treasury depend on it"
    )]
    Damaged,
    /// The file system's fault.
    #[error("`market-keys.json` cannot be read or written; give the market's user access to its data folder")]
    Disk(#[source] std::io::Error),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    #[serde(with = "base64url::fixed")]
    log: [u8; 32],
    #[serde(with = "base64url::fixed")]
    persona: [u8; 32],
    #[serde(with = "base64url::fixed")]
    treasury: [u8; 32],
    /// PKCS#8 DER.
    #[serde(with = "base64url")]
    beacon: Vec<u8>,
}

/// Reads the keys, making them when there are none.
pub(super) fn open(folder: &Path, origin: &Origin, chance: &dyn Chance) -> Result<MarketKeys, KeysNotRead> {
    let file = folder.join("market-keys.json");
    let stored = match fs::read(&file) {
        Ok(bytes) => serde_json::from_slice(&bytes).map_err(|_| KeysNotRead::Damaged)?,
        Err(missing) if missing.kind() == std::io::ErrorKind::NotFound => make(&file, chance)?,
        Err(cause) => return Err(KeysNotRead::Disk(cause)),
    };
    let name = LogName::of(origin);
    Ok(MarketKeys {
        log: LogKey::from_seed(name, &stored.log),
        persona: PersonaKey::from_seed(&stored.persona),
        treasury: PersonaKey::from_seed(&stored.treasury),
        beacon: BeaconKey::from_pkcs8(&stored.beacon).map_err(|_| KeysNotRead::Damaged)?,
    })
}

/// Draws the keys and writes them whole before anybody uses them: a crash leaves the file or nothing.
fn make(file: &Path, chance: &dyn Chance) -> Result<Stored, KeysNotRead> {
    let mut rng: StdRng = chance.rng();
    let mut seed = || {
        let mut bytes = [0; 32];
        rng.fill_bytes(&mut bytes);
        bytes
    };
    let (log, persona, treasury) = (seed(), seed(), seed());
    let beacon = BeaconKey::generate(&mut chance.rng()).to_pkcs8();
    let stored = Stored { log, persona, treasury, beacon };
    let text = serde_json::to_vec_pretty(&stored).expect("keys are plain data");
    write_secret(file, &text).map_err(KeysNotRead::Disk)?;
    Ok(stored)
}

/// Writes a file that only its owner can read, whole or not at all.
pub(super) fn write_secret(file: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let half = file.with_extension("new");
    let mut out = fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&half)?;
    out.write_all(bytes)?;
    out.sync_all()?;
    fs::rename(&half, file)?;
    fs::File::open(file.parent().unwrap_or(Path::new(".")))?.sync_all()
}
