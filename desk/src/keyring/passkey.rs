//! `keyring.passkey`: ways to open the keyring with a passkey, beside the passphrase and never instead of it.
//!
//! A passkey with the WebAuthn extension PRF gives the same 32 secret bytes for the same salt, and only after its person
//! agreed at the device. HKDF makes an X25519 identity of them, to which the keyring's content is sealed as an age file. The
//! file holds, per passkey, the credential's id, the person's name for it and that age file; whoever reads it learns that
//! passkeys exist, and opens nothing.

use super::file::KeyringRefused;
use super::{Keyring, file};
use crate::folder::{DeskFolder, write_private};
use crate::refusal::Refusal;
use hkdf::Hkdf;
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use std::io::{Read, Write};
use tacit_delivery::OrderIdentity;
use tacit_values::{Timestamp, base64url};
use zeroize::Zeroizing;

/// The relying party of the credentials: browsers know loopback pages under this name.
pub const RELYING_PARTY: &str = "localhost";
const LONGEST: u64 = 256 * 1024;
const MOST: usize = 16;
const LONGEST_ID: usize = 1400;
const LONGEST_NAME: usize = 80;

/// The passkeys of a desk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Passkeys {
    v: u8,
    /// What the PRF is evaluated at.
    #[serde(with = "base64url::fixed")]
    pub salt: [u8; 32],
    /// The handle under which browsers file the credentials; random, says nothing.
    #[serde(with = "base64url::fixed")]
    pub user: [u8; 16],
    /// One slot per passkey.
    pub passkeys: Vec<Slot>,
}

/// One passkey.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Slot {
    /// The credential's id, base64url.
    pub id: String,
    /// How its person calls it.
    pub name: String,
    /// When it was added.
    pub made: Timestamp,
    #[serde(with = "base64url")]
    sealed: Vec<u8>,
}

/// Why a passkey does not do.
#[derive(Debug, thiserror::Error)]
pub enum PasskeyRefused {
    /// It is none of this desk's, or gave other bytes.
    #[error("this passkey does not open the desk")]
    Wrong,
    /// The desk has no passphrase.
    #[error("a passkey comes beside a passphrase, and this desk has none")]
    NoPassphrase,
    /// The browser sent something else.
    #[error("the passkey cannot be used: {what}")]
    Unusable {
        /// What is wrong with it.
        what: &'static str,
    },
    /// The file of passkeys is damaged.
    #[error("the file of passkeys cannot be read")]
    Damaged,
    /// The disk refused.
    #[error("the file of passkeys cannot be read or written")]
    Disk(#[from] std::io::Error),
    /// The keyring refused.
    #[error(transparent)]
    Keyring(#[from] KeyringRefused),
}

impl From<PasskeyRefused> for Refusal {
    fn from(refused: PasskeyRefused) -> Self {
        let (code, remedy) = match &refused {
            PasskeyRefused::Wrong => ("wrong-passkey", "Use the passphrase; it always opens the desk."),
            PasskeyRefused::NoPassphrase => {
                ("no-passphrase", "Bring the desk back from its words in a new folder, with a passphrase.")
            }
            PasskeyRefused::Unusable { .. } => {
                ("passkey", "Try another browser or device; the passphrase goes on working.")
            }
            PasskeyRefused::Damaged => {
                ("damaged-passkeys", "Remove `keyring.passkey` from the desk folder and add them again.")
            }
            PasskeyRefused::Disk(_) => ("disk", "Check free space and permissions of the desk folder."),
            PasskeyRefused::Keyring(_) => ("keyring", "Use the passphrase."),
        };
        Self::new(code, refused.to_string(), remedy)
    }
}

impl Passkeys {
    /// The folder's; `None` when nobody ever asked for one.
    pub fn read(folder: &DeskFolder) -> Result<Option<Self>, PasskeyRefused> {
        let mut bytes = Vec::new();
        match std::fs::File::open(folder.passkeys()) {
            Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(cause) => return Err(cause.into()),
            Ok(file) => file.take(LONGEST + 1).read_to_end(&mut bytes)?,
        };
        let read: Self = serde_json::from_slice(&bytes).map_err(|_| PasskeyRefused::Damaged)?;
        let sound = read.v == 1 && read.passkeys.len() <= MOST && bytes.len() as u64 <= LONGEST;
        if sound { Ok(Some(read)) } else { Err(PasskeyRefused::Damaged) }
    }

    /// The folder's, made with this salt and handle when there are none: both must stay for as long as passkeys do.
    pub fn prepared(folder: &DeskFolder, salt: [u8; 32], user: [u8; 16]) -> Result<Self, PasskeyRefused> {
        if let Some(there) = Self::read(folder)? {
            return Ok(there);
        }
        let fresh = Self { v: 1, salt, user, passkeys: Vec::new() };
        fresh.write(folder)?;
        Ok(fresh)
    }

    fn write(&self, folder: &DeskFolder) -> Result<(), PasskeyRefused> {
        let text = serde_json::to_vec_pretty(self).expect("passkeys are plain data and have a JSON form");
        Ok(write_private(&folder.passkeys(), &text)?)
    }
}

/// Adds a passkey to a desk with a passphrase; one with the same id is replaced.
pub fn add(
    folder: &DeskFolder,
    keyring: &Keyring,
    id: &str,
    name: &str,
    prf: &[u8],
    now: Timestamp,
) -> Result<Passkeys, PasskeyRefused> {
    if !file::needs_passphrase(folder)? {
        return Err(PasskeyRefused::NoPassphrase);
    }
    let unusable = |what| PasskeyRefused::Unusable { what };
    if id.is_empty() || id.len() > LONGEST_ID || base64url::decode(id).is_none() {
        return Err(unusable("its id is not base64url"));
    }
    let name = name.trim();
    if name.is_empty() || name.chars().count() > LONGEST_NAME || name.chars().any(char::is_control) {
        return Err(unusable("its name needs 1 to 80 characters"));
    }
    let mut there = Passkeys::read(folder)?.ok_or(unusable("the desk was not asked for its salt before"))?;
    there.passkeys.retain(|slot| slot.id != id);
    if there.passkeys.len() >= MOST {
        return Err(unusable("the desk has 16 already; remove one first"));
    }
    let sealed = seal(&file::content(keyring), prf)?;
    there.passkeys.push(Slot { id: id.to_owned(), name: name.to_owned(), made: now, sealed });
    there.write(folder)?;
    Ok(there)
}

/// Removes a passkey; fine when it is not there.
pub fn remove(folder: &DeskFolder, id: &str) -> Result<(), PasskeyRefused> {
    if let Some(mut there) = Passkeys::read(folder)? {
        there.passkeys.retain(|slot| slot.id != id);
        there.write(folder)?;
    }
    Ok(())
}

/// Opens the keyring with what a passkey gave.
pub fn open(folder: &DeskFolder, id: &str, prf: &[u8]) -> Result<Keyring, PasskeyRefused> {
    let there = Passkeys::read(folder)?.ok_or(PasskeyRefused::Wrong)?;
    let slot = there.passkeys.iter().find(|slot| slot.id == id).ok_or(PasskeyRefused::Wrong)?;
    let identity = identity_of(prf)?;
    let decryptor = age::Decryptor::new(slot.sealed.as_slice()).map_err(|_| PasskeyRefused::Damaged)?;
    let opened = decryptor.decrypt(std::iter::once(&identity as &dyn age::Identity));
    let mut text = Zeroizing::new(Vec::new());
    opened.map_err(|_| PasskeyRefused::Wrong)?.take(LONGEST).read_to_end(&mut text)?;
    Ok(file::read(&text)?)
}

fn seal(content: &[u8], prf: &[u8]) -> Result<Vec<u8>, PasskeyRefused> {
    let recipient = identity_of(prf)?.to_public();
    let encryptor = age::Encryptor::with_recipients(std::iter::once(&recipient as &dyn age::Recipient))
        .expect("one recipient is enough");
    let mut sealed = Vec::new();
    let mut writer = encryptor.wrap_output(&mut sealed)?;
    writer.write_all(content)?;
    writer.finish()?;
    Ok(sealed)
}

/// The X25519 identity behind a PRF output.
fn identity_of(prf: &[u8]) -> Result<age::x25519::Identity, PasskeyRefused> {
    if prf.len() != 32 {
        return Err(PasskeyRefused::Unusable { what: "its secret has not 32 bytes" });
    }
    let mut key = Zeroizing::new([0; 32]);
    Hkdf::<Sha256>::new(None, prf)
        .expand(b"tacit/v1/key/passkey", key.as_mut())
        .expect("HKDF-SHA256 gives up to 255 times 32 bytes");
    let text = OrderIdentity::from_bytes(*key).to_age_secret_string();
    Ok(text.parse().expect("an age identity reads its own text"))
}
