//! A copy of everything public that a ledger is verified from: a folder of files as the market served them.
//!
//! ```text
//! market-keys.json                  the keys the copy was made with; whoever gives the copy could have put them there
//! checkpoint                        the log's newest signed checkpoint
//! genesis.json                      the signed genesis document
//! tile/entries/000                  the log's leaves, 256 to a file
//! pools/<pool>/segments/<number>    256 closed epochs
//! pools/<pool>/epochs/<epoch>       one closed epoch in which something happened, where no segment holds it
//! ```
//!
//! Reading bounds every file before it is read and believes nothing: that is [`super::ledger`]'s.

use super::refused;
use crate::refusal::Refusal;
use std::fs::{DirBuilder, File};
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};
use tacit_evidence::log::{LogVerifier, MAX_CHECKPOINT_BYTES, MAX_TILE_BYTES, SignedCheckpoint, TilePath};
use tacit_settlement::{Genesis, MAX_EPOCH_BYTES, PoolId, SignedGenesis};
use tacit_values::Epoch;
use tacit_wire::bodies::ledger::MAX_CLOSED_EPOCH_BYTES;

pub(super) const CHECKPOINT: &str = "checkpoint";
pub(super) const GENESIS: &str = "genesis.json";
pub(super) const KEYS: &str = "market-keys.json";
const LONGEST_DOCUMENT: u64 = 1 << 20;
/// The largest segment that is read: nobody writes 256 full epochs in a row.
pub(super) const LONGEST_SEGMENT: u64 = 32 * MAX_EPOCH_BYTES as u64;

/// A folder with a copy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerCopy {
    root: PathBuf,
}

impl LedgerCopy {
    /// The copy in a folder that somebody has.
    pub fn at(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// An empty folder for a new copy; made when it is not there, refused when something lies in it.
    pub fn make(root: impl Into<PathBuf>) -> Result<Self, Refusal> {
        let copy = Self::at(root);
        private_folders(&copy.root)?;
        let mut inside = std::fs::read_dir(&copy.root).map_err(|cause| not_written(&copy.root, &cause))?;
        if inside.next().is_some() {
            let sentence = format!("there is something in {} already", copy.root.display());
            return Err(Refusal::new("not-empty", sentence, "Choose an empty folder for a new copy."));
        }
        Ok(copy)
    }

    /// Where it lies.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The keys that lie beside the copy, when they do.
    pub fn keys(&self) -> Result<Option<Vec<u8>>, Refusal> {
        self.read(KEYS, LONGEST_DOCUMENT)
    }

    /// The checkpoint, when the log signed it.
    pub fn checkpoint(&self, log: &LogVerifier) -> Result<SignedCheckpoint, Refusal> {
        let bytes = self.read(CHECKPOINT, MAX_CHECKPOINT_BYTES as u64)?.ok_or_else(|| lacks(CHECKPOINT))?;
        let note = std::str::from_utf8(&bytes).map_err(|_| refused("the checkpoint is not text"))?;
        log.open(note).map_err(|found| refused(found.to_string()))
    }

    /// The genesis document, when it is in itself consistent and signed by the treasury that it names.
    pub fn genesis(&self) -> Result<Genesis, Refusal> {
        let bytes = self.read(GENESIS, LONGEST_DOCUMENT)?.ok_or_else(|| lacks(GENESIS))?;
        let signed: SignedGenesis =
            serde_json::from_slice(&bytes).map_err(|_| refused("the genesis document cannot be read"))?;
        signed.open().cloned().map_err(|found| refused(found.to_string()))
    }

    /// The leaves of one tile of the log.
    pub fn leaves(&self, tile: &TilePath) -> Result<Vec<Vec<u8>>, Refusal> {
        let name = tile.to_string();
        let bytes = self.read(&name, MAX_TILE_BYTES as u64)?.ok_or_else(|| lacks(&name))?;
        tile.parse_entries(&bytes).map_err(|found| refused(format!("{name}: {found}")))
    }

    /// A segment, when the copy has it.
    pub fn segment(&self, pool: &PoolId, number: u64) -> Result<Option<File>, Refusal> {
        let name = segment_name(pool, number);
        let Some(file) = self.open(&name)? else { return Ok(None) };
        bounded(&file, &name, LONGEST_SEGMENT)?;
        Ok(Some(file))
    }

    /// One closed epoch as served, when the copy has it by itself.
    pub fn epoch(&self, pool: &PoolId, epoch: Epoch) -> Result<Option<Vec<u8>>, Refusal> {
        self.read(&epoch_name(pool, epoch), MAX_CLOSED_EPOCH_BYTES as u64)
    }

    pub(super) fn write(&self, name: &str, bytes: &[u8]) -> Result<(), Refusal> {
        let path = self.place(name)?;
        std::fs::write(&path, bytes).map_err(|cause| not_written(&path, &cause))
    }

    pub(super) fn create(&self, name: &str) -> Result<File, Refusal> {
        let path = self.place(name)?;
        File::create_new(&path).map_err(|cause| not_written(&path, &cause))
    }

    pub(super) fn remove(&self, name: &str) -> Result<(), Refusal> {
        let path = self.root.join(name);
        std::fs::remove_file(&path).map_err(|cause| not_written(&path, &cause))
    }

    fn place(&self, name: &str) -> Result<PathBuf, Refusal> {
        let path = self.root.join(name);
        if let Some(folder) = path.parent() {
            private_folders(folder)?;
        }
        Ok(path)
    }

    fn open(&self, name: &str) -> Result<Option<File>, Refusal> {
        match File::open(self.root.join(name)) {
            Ok(file) => Ok(Some(file)),
            Err(cause) if cause.kind() == ErrorKind::NotFound => Ok(None),
            Err(cause) => Err(unreadable(name, &cause)),
        }
    }

    fn read(&self, name: &str, most: u64) -> Result<Option<Vec<u8>>, Refusal> {
        let Some(file) = self.open(name)? else { return Ok(None) };
        bounded(&file, name, most)?;
        let mut bytes = Vec::new();
        file.take(most).read_to_end(&mut bytes).map_err(|cause| unreadable(name, &cause))?;
        Ok(Some(bytes))
    }
}

/// A copy that is only needed for one check; its folder goes when this is dropped.
#[derive(Debug)]
pub struct PassingCopy(LedgerCopy);

impl PassingCopy {
    /// An empty folder among the machine's temporary files, under a name that nobody can guess.
    pub fn make(seed: [u8; 32]) -> Result<Self, Refusal> {
        let name: String = seed[..16].iter().map(|byte| format!("{byte:02x}")).collect();
        LedgerCopy::make(std::env::temp_dir().join(format!("tacit-verify-{name}"))).map(Self)
    }

    /// The copy.
    pub const fn copy(&self) -> &LedgerCopy {
        &self.0
    }
}

impl Drop for PassingCopy {
    fn drop(&mut self) {
        // What stays behind is public and lies where the machine sweeps.
        let _left_behind = std::fs::remove_dir_all(&self.0.root);
    }
}

pub(super) fn segment_name(pool: &PoolId, number: u64) -> String {
    format!("pools/{pool}/segments/{number}")
}

pub(super) fn epoch_name(pool: &PoolId, epoch: Epoch) -> String {
    format!("pools/{pool}/epochs/{epoch}")
}

fn bounded(file: &File, name: &str, most: u64) -> Result<(), Refusal> {
    let about = file.metadata().map_err(|cause| unreadable(name, &cause))?;
    if about.len() <= most && about.is_file() {
        return Ok(());
    }
    Err(refused(format!("{name} is no file of at most {most} bytes, which is the most that it can have")))
}

fn private_folders(path: &Path) -> Result<(), Refusal> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path).map_err(|cause| not_written(path, &cause))
}

fn lacks(name: &str) -> Refusal {
    Refusal::new(
        "incomplete-copy",
        format!("the copy lacks {name}"),
        "Make it again with `tacit verify ledger --market URL --save DIR`.",
    )
    .in_pages("Check the ledger again: it is fetched anew.")
}

fn unreadable(name: &str, cause: &std::io::Error) -> Refusal {
    Refusal::new(
        "unreadable",
        format!("{name} cannot be read: {cause}"),
        "Check the path and its permissions.",
    )
}

fn not_written(path: &Path, cause: &std::io::Error) -> Refusal {
    let sentence = format!("{} cannot be written: {cause}", path.display());
    Refusal::new("not-written", sentence, "Check free space and permissions, or choose another folder.")
}
