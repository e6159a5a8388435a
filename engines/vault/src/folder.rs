//! [`FolderVault`]: bodies and parts as files.
//!
//! ```text
//! bodies/ab/ab12..      a visible body, named by its digest
//! incoming/upl_../00007 part 7 of an upload
//! making/1234-0         what is being written; never read, emptied when the vault opens
//! ```
//!
//! Every file is written under `making/`, synced, and then renamed to its place, so that a name never stands over half a
//! content, whatever crashes. A crash before the rename leaves a file in `making/`; after it, at most parts that `complete`
//! or `abandon` removes when repeated.

use crate::reading;
use async_trait::async_trait;
use bytes::Bytes;
use std::io::{ErrorKind, Read, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tacit_ports::vault::{
    Bodies, BodyStream, Incoming, NotComplete, NotRead, PART_LIMIT, PARTS_LIMIT, PartHere, PartRefused,
    VaultFault,
};
use tacit_values::{Digest, TaggedHasher, UploadId};

const COPY_BUFFER: usize = 256 * 1024;

/// A vault in a folder. Clones share it; a folder belongs to one process.
#[derive(Clone, Debug)]
pub struct FolderVault {
    places: Arc<Places>,
}

/// Why the folder was not opened.
#[derive(Debug, thiserror::Error)]
#[error("the vault's folder `{}` could not be prepared; see that it exists and may be written", folder.display())]
pub struct NotOpened {
    folder: PathBuf,
    #[source]
    cause: std::io::Error,
}

#[derive(Debug)]
struct Places {
    root: PathBuf,
    made: AtomicU64,
}

impl FolderVault {
    /// Opens the folder, making it where it does not exist, and drops what a crash left half written.
    pub async fn open(folder: &Path) -> Result<Self, NotOpened> {
        let root = folder.to_owned();
        let prepared = off_the_reactor(move || {
            let places = Places { root, made: AtomicU64::new(0) };
            places.prepare().map(|()| places)
        });
        let places = prepared.await.map_err(|cause| NotOpened { folder: folder.to_owned(), cause })?;
        Ok(Self { places: Arc::new(places) })
    }

    async fn on_disk<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Places) -> std::io::Result<T> + Send + 'static,
    ) -> Result<T, VaultFault> {
        let places = self.places.clone();
        off_the_reactor(move || work(&places)).await.map_err(VaultFault::Unreachable)
    }
}

/// Runs file work on the blocking pool: a rename or a sync may take long.
async fn off_the_reactor<T: Send + 'static>(
    work: impl FnOnce() -> std::io::Result<T> + Send + 'static,
) -> std::io::Result<T> {
    match tokio::task::spawn_blocking(work).await {
        Ok(outcome) => outcome,
        Err(stopped) => Err(std::io::Error::other(stopped)),
    }
}

impl Places {
    fn prepare(&self) -> std::io::Result<()> {
        let making = self.root.join("making");
        match std::fs::remove_dir_all(&making) {
            Err(fault) if fault.kind() != ErrorKind::NotFound => return Err(fault),
            _ => {}
        }
        for folder in [making, self.root.join("bodies"), self.root.join("incoming")] {
            std::fs::create_dir_all(folder)?;
        }
        Ok(())
    }

    fn body(&self, body: Digest) -> PathBuf {
        let name = body.to_string();
        self.root.join("bodies").join(&name[..2]).join(name)
    }

    fn upload(&self, upload: UploadId) -> PathBuf {
        self.root.join("incoming").join(upload.to_string())
    }

    /// Writes a file in `making/`, syncs it and moves it to `place`, whose folder is made and synced too.
    fn make<T>(
        &self,
        place: &Path,
        write: impl FnOnce(&mut std::fs::File) -> std::io::Result<Result<(), T>>,
    ) -> std::io::Result<Result<(), T>> {
        let number = self.made.fetch_add(1, Ordering::Relaxed);
        let temporary = self.root.join("making").join(format!("{}-{number}", std::process::id()));
        let mut file = std::fs::File::create_new(&temporary)?;
        let written = write(&mut file).and_then(|outcome| match outcome {
            Ok(()) => file.sync_all().map(|()| Ok(())),
            refused => Ok(refused),
        });
        if !matches!(written, Ok(Ok(()))) {
            let _ = std::fs::remove_file(&temporary);
            return written;
        }
        let folder = place.parent().expect("every place has a folder");
        std::fs::create_dir_all(folder)?;
        std::fs::rename(&temporary, place)?;
        sync_folder(folder)?;
        if let Some(above) = folder.parent() {
            sync_folder(above)?;
        }
        Ok(Ok(()))
    }

    fn parts(&self, upload: UploadId) -> std::io::Result<Vec<PartHere>> {
        let mut parts = Vec::new();
        for (name, entry) in entries(&self.upload(upload))? {
            let Ok(n) = name.parse() else { continue };
            if let Some(bytes) = length_of(&entry.path())? {
                parts.push(PartHere { n, bytes });
            }
        }
        parts.sort_by_key(|part| part.n);
        Ok(parts)
    }

    fn part(&self, upload: UploadId, n: u32) -> PathBuf {
        self.upload(upload).join(format!("{n:05}"))
    }

    fn complete(
        &self,
        upload: UploadId,
        body: Digest,
        announced: u64,
    ) -> std::io::Result<Result<(), NotComplete>> {
        let visible = || length_of(&self.body(body)).map(|length| length == Some(announced));
        let mut outcome = if visible()? { Ok(()) } else { self.assemble(upload, body, announced)? };
        if outcome.is_err() && visible()? {
            // Somebody else completed it in between and took the parts away.
            outcome = Ok(());
        }
        if outcome.is_ok() {
            self.abandon(upload)?;
        }
        Ok(outcome)
    }

    fn assemble(
        &self,
        upload: UploadId,
        body: Digest,
        announced: u64,
    ) -> std::io::Result<Result<(), NotComplete>> {
        let parts = self.parts(upload)?;
        for (expected, part) in (0..).zip(&parts) {
            if part.n != expected {
                return Ok(Err(NotComplete::Missing { n: expected }));
            }
        }
        let found: u64 = parts.iter().map(|part| part.bytes).sum();
        if parts.is_empty() && announced > 0 {
            return Ok(Err(NotComplete::Missing { n: 0 }));
        }
        if found != announced {
            return Ok(Err(NotComplete::WrongLength { found, announced }));
        }
        self.make(&self.body(body), |whole| self.join(upload, &parts, body, announced, whole))
    }

    /// Copies the parts one after another and hashes on the way.
    fn join(
        &self,
        upload: UploadId,
        parts: &[PartHere],
        body: Digest,
        announced: u64,
        whole: &mut std::fs::File,
    ) -> std::io::Result<Result<(), NotComplete>> {
        let mut hasher = TaggedHasher::plain();
        let mut buffer = vec![0; COPY_BUFFER];
        let mut copied = 0;
        for part in parts {
            let mut from = match std::fs::File::open(self.part(upload, part.n)) {
                Err(gone) if gone.kind() == ErrorKind::NotFound => {
                    return Ok(Err(NotComplete::Missing { n: part.n }));
                }
                opened => opened?,
            };
            loop {
                let read = from.read(&mut buffer)?;
                if read == 0 {
                    break;
                }
                hasher.update(&buffer[..read]);
                whole.write_all(&buffer[..read])?;
                copied += read as u64;
            }
        }
        if copied != announced {
            return Ok(Err(NotComplete::WrongLength { found: copied, announced }));
        }
        Ok(if hasher.finish() == body { Ok(()) } else { Err(NotComplete::WrongDigest) })
    }

    fn abandon(&self, upload: UploadId) -> std::io::Result<()> {
        match std::fs::remove_dir_all(self.upload(upload)) {
            Err(fault) if fault.kind() != ErrorKind::NotFound => Err(fault),
            _ => Ok(()),
        }
    }

    fn unfinished(&self) -> std::io::Result<Vec<UploadId>> {
        let mut uploads: Vec<UploadId> = entries(&self.root.join("incoming"))?
            .into_iter()
            .filter_map(|(name, _)| name.parse().ok())
            .collect();
        uploads.sort();
        Ok(uploads)
    }

    fn list(&self, after: Option<Digest>, limit: u32) -> std::io::Result<Vec<Digest>> {
        let mut shelves: Vec<String> =
            entries(&self.root.join("bodies"))?.into_iter().map(|(name, _)| name).collect();
        shelves.sort();
        let first = after.map(|after| after.to_string()[..2].to_owned()).unwrap_or_default();
        let mut bodies = Vec::new();
        for shelf in shelves.into_iter().filter(|shelf| *shelf >= first) {
            let names = entries(&self.root.join("bodies").join(shelf))?;
            let mut here: Vec<Digest> = names.into_iter().filter_map(|(name, _)| name.parse().ok()).collect();
            here.sort();
            bodies.extend(here.into_iter().filter(|body| after.is_none_or(|after| *body > after)));
            if bodies.len() >= limit as usize {
                break;
            }
        }
        bodies.truncate(limit as usize);
        Ok(bodies)
    }
}

fn sync_folder(folder: &Path) -> std::io::Result<()> {
    std::fs::File::open(folder)?.sync_all()
}

fn length_of(file: &Path) -> std::io::Result<Option<u64>> {
    match std::fs::metadata(file) {
        Ok(about) => Ok(Some(about.len())),
        Err(fault) if fault.kind() == ErrorKind::NotFound => Ok(None),
        Err(fault) => Err(fault),
    }
}

/// The named entries of a folder; none when there is no folder.
fn entries(folder: &Path) -> std::io::Result<Vec<(String, std::fs::DirEntry)>> {
    let listed = match std::fs::read_dir(folder) {
        Err(fault) if fault.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        listed => listed?,
    };
    let mut named = Vec::new();
    for entry in listed {
        let entry = entry?;
        if let Ok(name) = entry.file_name().into_string() {
            named.push((name, entry));
        }
    }
    Ok(named)
}

#[async_trait]
impl Incoming for FolderVault {
    async fn put_part(
        &self,
        upload: UploadId,
        n: u32,
        digest: Digest,
        bytes: Bytes,
    ) -> Result<(), PartRefused> {
        if bytes.is_empty() || bytes.len() > PART_LIMIT || n >= PARTS_LIMIT {
            return Err(PartRefused::OutOfBounds);
        }
        let written = self.on_disk(move |places| {
            if Digest::of(&bytes) != digest {
                return Ok(Err(PartRefused::WrongDigest));
            }
            places.make(&places.part(upload, n), |file| file.write_all(&bytes).map(Ok))
        });
        written.await?
    }

    async fn parts(&self, upload: UploadId) -> Result<Vec<PartHere>, VaultFault> {
        self.on_disk(move |places| places.parts(upload)).await
    }

    async fn complete(&self, upload: UploadId, body: Digest, bytes: u64) -> Result<(), NotComplete> {
        self.on_disk(move |places| places.complete(upload, body, bytes)).await?
    }

    async fn abandon(&self, upload: UploadId) -> Result<(), VaultFault> {
        self.on_disk(move |places| places.abandon(upload)).await
    }

    async fn unfinished(&self) -> Result<Vec<UploadId>, VaultFault> {
        self.on_disk(Places::unfinished).await
    }
}

#[async_trait]
impl Bodies for FolderVault {
    async fn size(&self, body: Digest) -> Result<Option<u64>, VaultFault> {
        self.on_disk(move |places| length_of(&places.body(body))).await
    }

    async fn read(&self, body: Digest, range: Range<u64>) -> Result<BodyStream, NotRead> {
        let opened = self.on_disk(move |places| match std::fs::File::open(places.body(body)) {
            Ok(file) => Ok(Some((file.metadata()?.len(), file))),
            Err(fault) if fault.kind() == ErrorKind::NotFound => Ok(None),
            Err(fault) => Err(fault),
        });
        let Some((bytes, file)) = opened.await? else { return Err(NotRead::NoBody) };
        if range.start > range.end || range.end > bytes {
            return Err(NotRead::BeyondEnd { bytes });
        }
        let verify = (range == (0..bytes)).then_some(body);
        Ok(reading::pieces(file, range, verify))
    }

    async fn delete(&self, body: Digest) -> Result<bool, VaultFault> {
        self.on_disk(move |places| match std::fs::remove_file(places.body(body)) {
            Ok(()) => Ok(true),
            Err(fault) if fault.kind() == ErrorKind::NotFound => Ok(false),
            Err(fault) => Err(fault),
        })
        .await
    }

    async fn list(&self, after: Option<Digest>, limit: u32) -> Result<Vec<Digest>, VaultFault> {
        self.on_disk(move |places| places.list(after, limit)).await
    }
}
