//! The file key of a sealed body, kept by its seller and learned by every buyer.
//!
//! Wiped when dropped, never printed. From it follow the age header's MAC key and the listing salt of the manifest
//! (delivery.md, The manifest).

use age_core::format::{FILE_KEY_BYTES, FileKey};
use age_core::secrecy::ExposeSecret;
use hkdf::Hkdf;
use hmac::{Hmac, Mac};
use sha2::Sha256;
use std::fmt;
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// The 16-byte age file key under which one body is sealed.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct FileKeyKept([u8; FILE_KEY_BYTES]);

impl FileKeyKept {
    /// Takes 16 bytes that are already a file key (from a backup or a test vector).
    pub fn from_bytes(bytes: [u8; FILE_KEY_BYTES]) -> Self {
        Self(bytes)
    }

    /// The 16 bytes, for the desk's encrypted backup.
    pub fn expose(&self) -> &[u8; FILE_KEY_BYTES] {
        &self.0
    }

    pub(crate) fn of(key: &FileKey) -> Self {
        Self(*key.expose_secret())
    }

    pub(crate) fn age(&self) -> FileKey {
        FileKey::new(Box::new(self.0))
    }

    /// The MAC over an age header up to and including `---` (age-encryption.org/v1, Header MAC).
    pub(crate) fn header_mac(&self, head: &[u8]) -> Hmac<Sha256> {
        let mut key = [0; 32];
        Hkdf::<Sha256>::new(None, &self.0).expand(b"header", &mut key).expect("32 bytes are one HKDF block");
        let mut mac = <Hmac<Sha256> as Mac>::new_from_slice(&key).expect("HMAC takes any key length");
        key.zeroize();
        mac.update(head);
        mac
    }

    /// The salt behind all cell salts of the listing.
    pub(crate) fn listing_salt(&self) -> ListingSalt {
        let mut salt = [0; 32];
        Hkdf::<Sha256>::new(None, &self.0)
            .expand(b"tacit/v1/rows", &mut salt)
            .expect("32 bytes are one HKDF block");
        let cells = Hkdf::<Sha256>::new(None, &salt);
        salt.zeroize();
        ListingSalt { cells }
    }
}

impl PartialEq for FileKeyKept {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl Eq for FileKeyKept {}

impl fmt::Debug for FileKeyKept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FileKeyKept(..)")
    }
}

/// `HKDF-SHA256(file key, "tacit/v1/rows")`, ready to make cell salts.
pub(crate) struct ListingSalt {
    cells: Hkdf<Sha256>,
}

/// The bytes that hide one cell until its salt is shown.
pub(crate) type CellSalt = [u8; 16];

impl ListingSalt {
    /// `HKDF-SHA256(listing salt, "tacit/v1/cell" || u64be(row) || u32be(column), 16 bytes)`.
    pub(crate) fn cell(&self, row: u64, column: u32) -> CellSalt {
        let mut salt = [0; 16];
        self.cells
            .expand_multi_info(&[b"tacit/v1/cell", &row.to_be_bytes(), &column.to_be_bytes()], &mut salt)
            .expect("16 bytes are one HKDF block");
        salt
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_key_does_not_print() {
        assert_eq!(format!("{:?}", FileKeyKept::from_bytes([0x41; 16])), "FileKeyKept(..)");
    }

    #[test]
    fn every_cell_has_its_own_salt() {
        let salt = FileKeyKept::from_bytes([1; 16]).listing_salt();
        assert_ne!(salt.cell(0, 1), salt.cell(1, 0));
        assert_ne!(salt.cell(0, 0), FileKeyKept::from_bytes([2; 16]).listing_salt().cell(0, 0));
    }
}
