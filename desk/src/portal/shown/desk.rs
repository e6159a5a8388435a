//! The desk itself: making it, bringing it back, who it is, what works on this machine.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The desk in a few lines. What only an unlocked desk knows is absent while it is locked.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct DeskShort {
    /// The persona under which it sells.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seller: Option<String>,
    /// Where letters to the seller go: an age recipient.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mail: Option<String>,
    /// The market's address.
    pub market: String,
    /// The proxy of all connections.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proxy: Option<String>,
    /// Where it lies on this machine.
    pub folder: String,
    /// Whether the keys are under a passphrase.
    pub passphrase: bool,
    /// How many passkeys open it.
    pub passkeys: u32,
    /// The proof system: `halo2` here, another name means test money without proofs.
    pub proofs: String,
    /// The program's version.
    pub version: String,
}

/// Which market to meet.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MeetForm {
    /// Its address, for example `http://127.0.0.1:4300`.
    pub market: String,
    /// A proxy for all connections, for example `socks5h://127.0.0.1:9050`.
    #[serde(default)]
    pub proxy: Option<String>,
}

/// The market as it was met, before anything is made.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct MetView {
    /// What the market calls itself.
    pub market: String,
    /// Its keys, to be compared with what its operator publishes.
    pub keys: KeysShown,
    /// Its proof system.
    pub proofs: String,
    /// Whether it is a market for trying things out.
    pub demo: bool,
    /// How far this machine's clock is ahead of the market's, in seconds.
    pub clock_skew_s: i64,
    /// What that means, in a sentence or two.
    pub sentence: String,
}

/// The market's keys, each as its operator publishes it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct KeysShown {
    /// Countersigns receipts.
    pub market: String,
    /// Signs mints and the genesis.
    pub treasury: String,
    /// Signs the log.
    pub log: String,
    /// SHA-256 of the key that draws samples.
    pub beacon: String,
}

/// What a new desk needs.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MakeForm {
    /// The market's address.
    pub market: String,
    /// A proxy for all connections.
    #[serde(default)]
    pub proxy: Option<String>,
    /// The passphrase; null keeps the keys readable for whoever can read the folder.
    #[serde(deserialize_with = "said")]
    pub passphrase: Option<String>,
}

/// A new desk, and its words.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct MadeView {
    /// The 24 words in their order.
    pub words: Vec<String>,
    /// The desk.
    pub desk: DeskShort,
}

/// The words of a desk whose person has not confirmed yet that they are written down.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct WordsView {
    /// The 24 words in their order.
    pub words: Vec<String>,
}

/// What brings a desk back.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RestoreForm {
    /// The 24 words, separated by spaces.
    pub words: String,
    /// The market's address; absent with a backup that knows it.
    #[serde(default)]
    pub market: Option<String>,
    /// A proxy for all connections.
    #[serde(default)]
    pub proxy: Option<String>,
    /// The passphrase of the desk from now on; null for none.
    #[serde(deserialize_with = "said")]
    pub passphrase: Option<String>,
    /// A file that was sent with `PUT /api/files/{name}` and that a backup wrote.
    #[serde(default)]
    pub backup: Option<String>,
}

/// A desk that is back. Money and orders are looked for in the job.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct RestoredView {
    /// The desk.
    pub desk: DeskShort,
    /// How many records came from the backup.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub records: Option<u64>,
    /// Follows the ledger from its beginning and finds the orders; its result is a `RestoreResult`.
    pub job: String,
}

/// What the words alone brought back.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct RestoreResult {
    /// How many orders were found again.
    pub found_orders: u64,
}

/// Everything that a person may want to know of their desk.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct DeskView {
    /// In a few lines.
    pub desk: DeskShort,
    /// The market's keys as they were pinned when the desk was made.
    pub keys: KeysShown,
    /// After so many seconds without a sign of the person the page locks.
    pub idle_lock_s: u64,
    /// When the last backup was made here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_backup: Option<String>,
    /// What is kept where, and for how long.
    pub retention: Vec<RetentionFact>,
}

/// One line of "who keeps what".
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct RetentionFact {
    /// What is kept.
    pub what: String,
    /// Where.
    pub place: KeptAt,
    /// For how long, in words.
    pub how_long: String,
    /// The same in seconds, where it is a number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seconds: Option<u64>,
}

/// Where something is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum KeptAt {
    /// On this machine.
    Desk,
    /// At the market.
    Market,
}

/// What can be changed about the desk; what is absent stays.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeskChange {
    /// The proxy of all connections; an empty text is none. Takes effect at the next start of the desk.
    #[serde(default)]
    pub proxy: Option<String>,
    /// 60 to 86400.
    #[serde(default)]
    pub idle_lock_s: Option<u64>,
}

/// What works on this machine.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct DoctorView {
    /// Whether everything that is needed works.
    pub ok: bool,
    /// The program's version.
    pub version: String,
    /// One line each.
    pub findings: Vec<Finding>,
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Finding {
    /// What.
    pub what: String,
    /// Whether it works.
    pub works: bool,
    /// Whether Tacit needs it.
    pub needed: bool,
    /// What was found, and how to mend it.
    pub says: String,
}

/// A desk without a passphrase is a choice; leaving the word out is none.
fn said<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    Option::deserialize(from)
}

macro_rules! unspoken {
    ($($name:ident),*) => {$(
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(concat!(stringify!($name), "(..)"))
            }
        }
    )*};
}
unspoken!(MakeForm, MadeView, WordsView, RestoreForm);
