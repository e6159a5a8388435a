//! The keyring on disk: `keyring.age`, one age file under a passphrase, or `keyring.plain` under nothing.
//!
//! The age file opens with the ordinary `age` program too. The plain form exists for machines without secrets to keep
//! (the demo); its first line says what it is. Both are written beside their place and renamed, mode 0600.

use super::{Keyring, Seed};
use crate::folder::{DeskFolder, write_private};
use age::scrypt;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use std::io::{Read, Write};
use tacit_values::base64url;
use zeroize::{Zeroize, Zeroizing};

/// The scrypt work factor: 2^16 costs a guess 64 MiB and a tenth of a second, and every command pays it once. age's own
/// choice (about a second) would be felt in every `tacit wallet`.
const WORK_FACTOR: u8 = 16;
/// What we agree to compute for a file that says otherwise: 2^20, a gigabyte.
const MAX_WORK_FACTOR: u8 = 20;
/// No keyring is longer.
const LONGEST: u64 = 16 * 1024;
/// The first line of a keyring without passphrase.
const PLAIN_MARK: &str =
    "# Tacit keyring WITHOUT a passphrase: whoever can read this file can spend the money.\n";

/// How the keyring lies on disk.
#[derive(Debug, Clone)]
pub enum Protection {
    /// Sealed under a passphrase.
    Passphrase(SecretString),
    /// Readable by whoever can read the folder.
    None,
}

/// Why a keyring could not be opened or written.
#[derive(Debug, thiserror::Error)]
pub enum KeyringRefused {
    /// There is none.
    #[error("there is no desk in this folder yet")]
    NoDesk,
    /// There is one already.
    #[error("this folder holds a keyring already")]
    AlreadyThere,
    /// The passphrase is another.
    #[error("the passphrase does not open the keyring")]
    WrongPassphrase,
    /// The file is not what `init` wrote.
    #[error("the keyring is damaged: {what}")]
    Damaged {
        /// What was found.
        what: &'static str,
    },
    /// The disk refused.
    #[error("the keyring cannot be read or written")]
    Disk(#[from] std::io::Error),
}

impl From<KeyringRefused> for crate::refusal::Refusal {
    fn from(refused: KeyringRefused) -> Self {
        const BRING_BACK_IN_PAGES: &str = "bring the desk back from its 24 words in a new folder.";
        let (code, remedy, in_pages) = match &refused {
            KeyringRefused::NoDesk => (
                "no-desk",
                "Make one with `tacit init --market URL`, or set TACIT_HOME.",
                "Make one, or bring one back.".to_owned(),
            ),
            KeyringRefused::AlreadyThere => (
                "desk-exists",
                "Use it, or choose another folder with TACIT_HOME; nothing was overwritten.",
                "Use it; nothing was overwritten.".to_owned(),
            ),
            KeyringRefused::WrongPassphrase => (
                "wrong-passphrase",
                "Try again; if it is lost, `tacit init --restore` with the 24 words in a new folder.",
                format!("Try again; if it is lost, {BRING_BACK_IN_PAGES}"),
            ),
            KeyringRefused::Damaged { .. } => (
                "damaged-keyring",
                "Put back a copy of the file, or run `tacit init --restore` with the 24 words in a new folder.",
                format!("Put back a copy of the file, or {BRING_BACK_IN_PAGES}"),
            ),
            KeyringRefused::Disk(_) => {
                let remedy = "Check free space and permissions of the desk folder.";
                ("disk", remedy, remedy.to_owned())
            }
        };
        Self::new(code, refused.to_string(), remedy).in_pages(in_pages)
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Content {
    v: u8,
    what: String,
    seed: String,
}

impl Drop for Content {
    fn drop(&mut self) {
        self.seed.zeroize();
    }
}

/// Whether the folder's keyring asks for a passphrase; an error when there is no keyring.
pub fn needs_passphrase(folder: &DeskFolder) -> Result<bool, KeyringRefused> {
    if folder.sealed_keyring().exists() {
        Ok(true)
    } else if folder.plain_keyring().exists() {
        Ok(false)
    } else {
        Err(KeyringRefused::NoDesk)
    }
}

/// Writes the keyring of a new desk; never over another.
pub fn write(folder: &DeskFolder, keyring: &Keyring, protection: &Protection) -> Result<(), KeyringRefused> {
    if needs_passphrase(folder).is_ok() {
        return Err(KeyringRefused::AlreadyThere);
    }
    let text = content(keyring);
    match protection {
        Protection::Passphrase(passphrase) => {
            let sealed = seal(&text, passphrase.clone())?;
            write_private(&folder.sealed_keyring(), &sealed)?;
        }
        Protection::None => {
            let marked = Zeroizing::new([PLAIN_MARK.as_bytes(), &text, b"\n"].concat());
            write_private(&folder.plain_keyring(), &marked)?;
        }
    }
    Ok(())
}

/// What a keyring file holds, in clear.
pub(super) fn content(keyring: &Keyring) -> Zeroizing<Vec<u8>> {
    let content =
        Content { v: 1, what: "tacit keyring".to_owned(), seed: base64url::encode(keyring.seed().bytes()) };
    Zeroizing::new(serde_json::to_vec(&content).expect("three plain fields have a JSON form"))
}

/// Opens the folder's keyring. `passphrase` is asked for only when one is needed.
pub fn open<E: From<KeyringRefused>>(
    folder: &DeskFolder,
    passphrase: impl FnOnce() -> Result<SecretString, E>,
) -> Result<Keyring, E> {
    if needs_passphrase(folder)? {
        let sealed = bounded(&folder.sealed_keyring())?;
        let text = unseal(&sealed, passphrase()?)?;
        Ok(read(&text)?)
    } else {
        let marked = bounded(&folder.plain_keyring())?;
        let text = marked.strip_prefix(PLAIN_MARK.as_bytes());
        Ok(read(text.ok_or(KeyringRefused::Damaged { what: "its first line is missing" })?)?)
    }
}

fn bounded(path: &std::path::Path) -> Result<Zeroizing<Vec<u8>>, KeyringRefused> {
    let mut bytes = Zeroizing::new(Vec::new());
    std::fs::File::open(path)?.take(LONGEST + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LONGEST {
        return Err(KeyringRefused::Damaged { what: "it is too long" });
    }
    Ok(bytes)
}

fn seal(text: &[u8], passphrase: SecretString) -> Result<Vec<u8>, KeyringRefused> {
    let mut recipient = scrypt::Recipient::new(passphrase);
    recipient.set_work_factor(WORK_FACTOR);
    let encryptor = age::Encryptor::with_recipients(std::iter::once(&recipient as &dyn age::Recipient))
        .expect("one scrypt recipient alone is allowed");
    let mut sealed = Vec::new();
    let mut writer = encryptor.wrap_output(&mut sealed)?;
    writer.write_all(text)?;
    writer.finish()?;
    Ok(sealed)
}

fn unseal(sealed: &[u8], passphrase: SecretString) -> Result<Zeroizing<Vec<u8>>, KeyringRefused> {
    let damaged = |what| KeyringRefused::Damaged { what };
    let decryptor = age::Decryptor::new(sealed).map_err(|_| damaged("it is not an age file"))?;
    if !decryptor.is_scrypt() {
        return Err(damaged("it is not sealed with a passphrase"));
    }
    let mut identity = scrypt::Identity::new(passphrase);
    identity.set_max_work_factor(MAX_WORK_FACTOR);
    let opened = decryptor.decrypt(std::iter::once(&identity as &dyn age::Identity));
    let mut reader = opened.map_err(|refused| match refused {
        age::DecryptError::NoMatchingKeys
        | age::DecryptError::DecryptionFailed
        | age::DecryptError::KeyDecryptionFailed => KeyringRefused::WrongPassphrase,
        age::DecryptError::ExcessiveWork { .. } => damaged("it asks for more work than a keyring ever does"),
        _ => damaged("its header was changed"),
    })?;
    let mut text = Zeroizing::new(Vec::new());
    reader.read_to_end(&mut text).map_err(|_| damaged("its body was changed or cut short"))?;
    Ok(text)
}

pub(super) fn read(text: &[u8]) -> Result<Keyring, KeyringRefused> {
    let damaged = |what| KeyringRefused::Damaged { what };
    let content: Content =
        serde_json::from_slice(text).map_err(|_| damaged("it opens, but holds no keyring"))?;
    if content.v != 1 || content.what != "tacit keyring" {
        return Err(damaged("it was written by another program or a newer tacit"));
    }
    let bytes =
        Zeroizing::new(base64url::decode(&content.seed).ok_or_else(|| damaged("its seed cannot be read"))?);
    let mut seed = Zeroizing::new([0; 64]);
    if bytes.len() != seed.len() {
        return Err(damaged("its seed has the wrong length"));
    }
    seed.copy_from_slice(&bytes);
    Ok(Keyring::of(Seed::from_bytes(seed)))
}
