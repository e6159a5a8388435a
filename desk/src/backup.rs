//! Backup: everything that the words alone cannot bring back, sealed so that the words open it.
//!
//! One age file to an identity that follows from the seed (`tacit/v1/key/backup`). Inside: a line of JSON (what, when,
//! the desk's settings), then the desk's records as they lie in its database, sealed and under hashed names, each as
//! `shelf 16 || place 32 || length u32be || sealed`. The same words make the same keys, so they are put back as they are.

use crate::cabinet::Drawer;
use crate::folder::{disk, write_private};
use crate::keyring::Keyring;
use crate::open::OpenDesk;
use crate::refusal::Refusal;
use crate::settings::DeskSettings;
use serde::{Deserialize, Serialize};
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use tacit_ports::desk::{RecordBatch, RecordChange, RecordPlace, ShelfTag};
use tacit_values::Timestamp;

const BACKUPS: Drawer = Drawer("backups");
const MADE: &str = "made";
const OFFERED: &str = "offered";
/// The longest record that is read back.
const LONGEST_RECORD: u32 = 64 << 20;
/// Records that are put back in one step.
const RECORDS_AT_ONCE: usize = 256;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    v: u8,
    what: String,
    at: Timestamp,
    settings: DeskSettings,
}

/// What a backup holds, and when it was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BackupFigures {
    /// How many records.
    pub records: usize,
    /// When it was made.
    pub at: Timestamp,
}

/// A backup that was opened.
pub struct OpenedBackup {
    head: Head,
    records: Vec<RecordChange>,
}

impl OpenDesk {
    /// Writes a backup. The file is whole or not there.
    pub async fn back_up(&self, to: &Path) -> Result<BackupFigures, Refusal> {
        let records = self.store().everything().await?;
        let at = self.now();
        let head = Head { v: 1, what: "tacit backup".to_owned(), at, settings: self.settings().clone() };
        let recipient = self.keyring().backup_identity().to_public();
        let encryptor = age::Encryptor::with_recipients(std::iter::once(&recipient as &dyn age::Recipient))
            .expect("one X25519 recipient is allowed");
        let mut sealed = Vec::new();
        let written = (|| -> std::io::Result<()> {
            let mut writer = encryptor.wrap_output(&mut sealed)?;
            writer
                .write_all(&serde_json::to_vec(&head).expect("the head is plain data and has a JSON form"))?;
            writer.write_all(b"\n")?;
            for record in &records {
                let length = u32::try_from(record.sealed.len()).map_err(std::io::Error::other)?;
                writer.write_all(&record.place.shelf.0)?;
                writer.write_all(&record.place.key)?;
                writer.write_all(&length.to_be_bytes())?;
                writer.write_all(&record.sealed)?;
            }
            writer.finish()?;
            write_private(to, &sealed)
        })();
        written.map_err(|_| disk())?;
        self.cabinet().put(BACKUPS, MADE, &at).await?;
        Ok(BackupFigures { records: records.len(), at })
    }

    /// Whether a person should hear of backups now: once, as long as none was made.
    pub async fn offers_backup(&self) -> Result<bool, Refusal> {
        for mark in [MADE, OFFERED] {
            if self.cabinet().get::<Timestamp>(BACKUPS, mark).await?.is_some() {
                return Ok(false);
            }
        }
        self.cabinet().put(BACKUPS, OFFERED, &self.now()).await?;
        Ok(true)
    }

    /// Puts the records of a backup back. What was written here since the desk was made and stands in the same place is
    /// replaced.
    pub async fn take_back(&self, backup: OpenedBackup) -> Result<BackupFigures, Refusal> {
        let figures = BackupFigures { records: backup.records.len(), at: backup.head.at };
        let mut records = backup.records;
        while !records.is_empty() {
            let rest = records.split_off(records.len().min(RECORDS_AT_ONCE));
            let batch = RecordBatch { guards: Vec::new(), changes: std::mem::replace(&mut records, rest) };
            let _unguarded = self.store().write(batch).await?;
        }
        Ok(figures)
    }
}

impl OpenedBackup {
    /// Opens a backup with the keys that its desk's words make.
    pub fn open(from: &Path, keyring: &Keyring) -> Result<Self, Refusal> {
        let file = std::fs::File::open(from).map_err(|_| {
            Refusal::new("backup", "the backup cannot be opened", "Check the path given with `--from`.")
                .in_pages("Choose the backup file again.")
        })?;
        let damaged =
            || Refusal::new("backup", "the backup is damaged or is none", "Use another copy of it.");
        let decryptor = age::Decryptor::new_buffered(BufReader::new(file)).map_err(|_| damaged())?;
        let identity = keyring.backup_identity();
        let opened = decryptor.decrypt(std::iter::once(&identity as &dyn age::Identity));
        let reader = opened.map_err(|refused| match refused {
            age::DecryptError::NoMatchingKeys => Refusal::new(
                "backup",
                "the backup belongs to other words",
                "Restore with the words of the desk that made it.",
            ),
            _ => damaged(),
        })?;
        read(reader).ok_or_else(damaged)
    }

    /// The settings of the desk that was backed up.
    pub fn settings(&self) -> &DeskSettings {
        &self.head.settings
    }
}

fn read(reader: impl Read) -> Option<OpenedBackup> {
    let mut reader = BufReader::new(reader);
    let mut line = Vec::new();
    (&mut reader).take(64 * 1024).read_until(b'\n', &mut line).ok()?;
    let head: Head = serde_json::from_slice(&line).ok()?;
    if head.v != 1 || head.what != "tacit backup" {
        return None;
    }
    let mut records = Vec::new();
    while !reader.fill_buf().ok()?.is_empty() {
        let mut place = [0; 52];
        reader.read_exact(&mut place).ok()?;
        let (shelf, rest) = place.split_first_chunk::<16>()?;
        let (key, length) = rest.split_first_chunk::<32>()?;
        let length = u32::from_be_bytes(length.try_into().ok()?);
        if length > LONGEST_RECORD {
            return None;
        }
        let mut sealed = Vec::new();
        (&mut reader).take(u64::from(length)).read_to_end(&mut sealed).ok()?;
        if sealed.len() as u64 != u64::from(length) {
            return None;
        }
        let place = RecordPlace { shelf: ShelfTag(*shelf), key: *key };
        records.push(RecordChange::Put { place, sealed });
    }
    Some(OpenedBackup { head, records })
}

impl std::fmt::Debug for OpenedBackup {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "OpenedBackup({} records)", self.records.len())
    }
}
