//! The folder holds what every vault must hold, and survives what folders meet.

#![expect(clippy::unwrap_used, reason = "a fault of the disk fails the test")]

use futures::StreamExt;
use std::path::{Path, PathBuf};
use tacit_ports::vault::testing::{MemoryVault, conformance};
use tacit_ports::vault::{Bodies, Incoming, VaultFault};
use tacit_values::{Digest, UploadId};
use tacit_vault::FolderVault;

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found
}

const UPLOAD: UploadId = UploadId::from_bytes([7; 16]);

async fn put(vault: &impl Incoming, n: u32, part: &[u8]) {
    vault.put_part(UPLOAD, n, Digest::of(part), part.to_vec().into()).await.unwrap();
}

#[tokio::test]
async fn a_folder_holds_the_suite() {
    let folder = tempfile::tempdir().unwrap();
    let vault = FolderVault::open(folder.path()).await.unwrap();
    conformance::whole_suite(&vault).await;
    let left = files(folder.path());
    assert!(!left.iter().any(|file| file.starts_with(folder.path().join("making"))), "{left:?}");
}

#[tokio::test]
async fn an_upload_goes_on_after_a_restart_and_half_written_files_are_dropped() {
    let folder = tempfile::tempdir().unwrap();
    let vault = FolderVault::open(folder.path()).await.unwrap();
    put(&vault, 0, b"the first part, ").await;
    drop(vault);
    std::fs::write(folder.path().join("making/99-0"), b"half a pa").unwrap();

    let vault = FolderVault::open(folder.path()).await.unwrap();
    assert_eq!(vault.parts(UPLOAD).await.unwrap().len(), 1);
    assert_eq!(std::fs::read_dir(folder.path().join("making")).unwrap().count(), 0);
    put(&vault, 1, b"the second").await;
    let body = Digest::of(b"the first part, the second");
    assert_eq!(vault.list(None, 10).await.unwrap(), []);
    vault.complete(UPLOAD, body, 26).await.unwrap();
    drop(vault);

    let vault = FolderVault::open(folder.path()).await.unwrap();
    assert_eq!(vault.size(body).await.unwrap(), Some(26));
    assert_eq!(files(folder.path()).len(), 1, "only the body remains");
}

#[tokio::test]
async fn a_damaged_body_is_never_read_to_its_end() {
    let folder = tempfile::tempdir().unwrap();
    let vault = FolderVault::open(folder.path()).await.unwrap();
    let sound = vec![5; 600_000];
    let body = Digest::of(&sound);
    put(&vault, 0, &sound).await;
    vault.complete(UPLOAD, body, 600_000).await.unwrap();
    let file = files(folder.path()).remove(0);

    let memory = MemoryVault::new();
    for damage in [
        |bytes: &mut Vec<u8>| bytes[599_999] ^= 1,
        |bytes: &mut Vec<u8>| bytes[0] ^= 1,
        |bytes: &mut Vec<u8>| bytes.truncate(1),
        |bytes: &mut Vec<u8>| bytes.clear(),
        |bytes: &mut Vec<u8>| bytes.push(0),
    ] {
        let mut bytes = sound.clone();
        damage(&mut bytes);
        std::fs::write(&file, &bytes).unwrap();
        memory.damage(body, &bytes);
        let length = bytes.len() as u64;
        for mut reading in
            [vault.read(body, 0..length).await.unwrap(), memory.read(body, 0..length).await.unwrap()]
        {
            let mut read = 0;
            let fault = loop {
                match reading.next().await.expect("the fault comes before the end") {
                    Ok(piece) => read += piece.len(),
                    Err(fault) => break fault,
                }
            };
            assert!(matches!(fault, VaultFault::Damaged { body: named } if named == body));
            assert!(read < bytes.len() || bytes.is_empty());
            assert!(reading.next().await.is_none());
        }
    }
}

#[tokio::test]
async fn a_folder_that_cannot_be_made_is_refused_with_its_name() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a file");
    std::fs::write(&file, b"").unwrap();
    let refused = FolderVault::open(&file).await.unwrap_err();
    assert!(refused.to_string().contains("a file"));
}
