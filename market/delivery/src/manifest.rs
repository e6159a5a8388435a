//! The manifest: what a seller promises about a file, down to every cell, without showing any.
//!
//! Signed by the seller and logged in clear before the listing goes live. [`build_manifest`] makes it in one pass over
//! the plaintext; [`BlockLeaves`] is the public object that lets one block be checked alone (delivery.md, The manifest).

mod build;

pub use build::{BuiltManifest, ManifestTerms, NoManifest, build_manifest};

#[cfg(test)]
pub(crate) use build::manifest_of_other_file;

use crate::merkle::root_of;
use crate::sample::sample_size;
use crate::schema::{Column, LONGEST_COLUMN_NAME, Layout, MOST_COLUMNS, prints};
use crate::seal::MOST_PLAINTEXT_BYTES;
use serde::{Deserialize, Serialize};
use tacit_values::{Digest, NotCanonical, Persona, PersonaKey, Signature, canonical};

/// The most blocks a file can have; the object with their leaves is 32 bytes for each.
pub const MOST_BLOCKS: u64 = 1 << 19;

/// What a seller promises about one sealed file. `digest()` identifies it everywhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// 1.
    pub v: u32,
    /// The file's name, without folders.
    pub name: String,
    /// Its media type; says how it is cut into rows and blocks unless `schema` is empty.
    pub media_type: String,
    /// The length of the plaintext.
    pub bytes: u64,
    /// SHA-256 of the plaintext.
    pub plaintext: Digest,
    /// SHA-256 of the sealed body, its address in the vault.
    pub body: Digest,
    /// How many rows; 0 for a plain file.
    pub rows: u64,
    /// The columns; empty for a plain file, whose rows are its blocks.
    pub schema: Vec<Column>,
    /// RFC 6962 root of the row leaves.
    pub row_root: Digest,
    /// RFC 6962 root of the block leaves.
    pub blocks_root: Digest,
    /// SHA-256 of the list of block leaves, an object in the vault.
    pub blocks: Digest,
    /// How many rows in a million may breach the schema.
    pub breach_ppm: u32,
    /// How many rows the sample opens; follows from `rows`.
    pub sample: u32,
}

/// Why a manifest is refused.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum ManifestRefused {
    /// Another version.
    #[error("the manifest has a version that this program does not know; update it")]
    Version,
    /// The name is empty, too long, or holds folders or control characters.
    #[error("the manifest's file name must have 1 to 255 bytes and no slashes or control characters")]
    Name,
    /// No media type.
    #[error("the manifest's media type must have the form type/subtype")]
    MediaType,
    /// Larger than what may be sold.
    #[error("the manifest's file is empty or larger than 20 GiB")]
    Bytes,
    /// Too many, one name twice, a name that does not print, or without rows' layout.
    #[error("the manifest's columns contradict each other or its media type")]
    Schema,
    /// The sample is not what the number of rows demands.
    #[error("the manifest's sample must have exactly the size that follows from its rows")]
    Sample,
    /// A rate above one.
    #[error("the manifest's breach rate must be at most 1,000,000 in a million")]
    BreachRate,
    /// The seller's signature.
    #[error("the manifest is not signed by this seller")]
    Signature,
    /// It has no canonical form.
    #[error("the manifest has no canonical form")]
    Canonical(#[from] NotCanonical),
}

impl Manifest {
    /// `SHA-256("tacit/v1/manifest" || RFC 8785)`.
    pub fn digest(&self) -> Digest {
        let bytes = canonical(self).expect("lengths of files that can be sold are below 2^53");
        Digest::tagged("manifest", &[&bytes])
    }

    /// How the file is cut: by its media type, or plainly when there are no columns.
    pub fn layout(&self) -> Layout {
        if self.schema.is_empty() { Layout::Plain } else { Layout::of_media_type(&self.media_type) }
    }

    /// Whether every column is kept closed in the sample.
    pub fn all_redacted(&self) -> bool {
        self.schema.iter().all(|column| column.redacted)
    }

    /// Refuses a manifest that could not have been built honestly. Everything else here expects that it passed.
    pub fn well_formed(&self) -> Result<(), ManifestRefused> {
        if self.v != 1 {
            return Err(ManifestRefused::Version);
        }
        if !sound_file_name(&self.name) {
            return Err(ManifestRefused::Name);
        }
        if !sound_media_type(&self.media_type) {
            return Err(ManifestRefused::MediaType);
        }
        if self.bytes == 0 || self.bytes > MOST_PLAINTEXT_BYTES {
            return Err(ManifestRefused::Bytes);
        }
        let mut names = std::collections::HashSet::new();
        let sound = self.schema.len() <= MOST_COLUMNS
            && self.schema.iter().all(|column| column.name.len() <= LONGEST_COLUMN_NAME)
            && self.schema.iter().all(|column| prints(&column.name))
            && self.schema.iter().all(|column| names.insert(column.name.as_str()));
        let plain = self.schema.is_empty();
        let has_layout = plain || self.layout() != Layout::Plain;
        // A row has at least a byte or an entry in a page; Parquet packs repeated rows tightly.
        if !sound || !has_layout || (plain && self.rows != 0) || self.rows > 1 << 40 {
            return Err(ManifestRefused::Schema);
        }
        if self.sample != sample_size(self.rows) {
            return Err(ManifestRefused::Sample);
        }
        if self.breach_ppm > 1_000_000 {
            return Err(ManifestRefused::BreachRate);
        }
        Ok(())
    }

    /// The seller's signature over the digest, under `tacit/v1/manifest-sig`.
    pub fn sign(self, seller: &PersonaKey) -> SignedManifest {
        let sig = seller.sign("manifest-sig", &[self.digest().bytes()]);
        SignedManifest { manifest: self, sig }
    }
}

/// A manifest with its seller's signature.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignedManifest {
    /// What is promised.
    pub manifest: Manifest,
    /// By the seller, over `"tacit/v1/manifest-sig" || digest`.
    pub sig: Signature,
}

impl SignedManifest {
    /// The manifest, when it is well formed and signed by `seller`.
    pub fn verify(&self, seller: &Persona) -> Result<&Manifest, ManifestRefused> {
        self.manifest.well_formed()?;
        canonical(&self.manifest)?;
        seller
            .verify("manifest-sig", &[self.manifest.digest().bytes()], &self.sig)
            .map_err(|_| ManifestRefused::Signature)?;
        Ok(&self.manifest)
    }
}

/// The list of block leaves, 32 bytes each: the object that a manifest names as `blocks`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlockLeaves(Vec<Digest>);

/// The object is not the one that the manifest names.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("the list of block leaves is not the one that the manifest names; fetch it again")]
pub struct NotTheBlocks;

impl BlockLeaves {
    /// Reads the object and compares it with the manifest: its digest, and the root of its leaves.
    pub fn parse(bytes: &[u8], manifest: &Manifest) -> Result<Self, NotTheBlocks> {
        let fits = bytes.len() as u64 <= 32 * MOST_BLOCKS
            && bytes.len().is_multiple_of(32)
            && Digest::of(bytes) == manifest.blocks;
        if !fits {
            return Err(NotTheBlocks);
        }
        let leaves: Vec<Digest> = bytes
            .chunks_exact(32)
            .map(|leaf| Digest::from_bytes(leaf.try_into().expect("chunks of 32 bytes")))
            .collect();
        if root_of(leaves.iter().copied()) != manifest.blocks_root {
            return Err(NotTheBlocks);
        }
        Ok(Self(leaves))
    }

    /// The bytes of the object.
    pub fn bytes(&self) -> Vec<u8> {
        self.0.iter().flat_map(|leaf| *leaf.bytes()).collect()
    }

    /// How many blocks the file has.
    pub fn len(&self) -> u64 {
        self.0.len() as u64
    }

    /// No block at all.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The leaf of one block.
    pub fn leaf(&self, block: u64) -> Option<Digest> {
        usize::try_from(block).ok().and_then(|place| self.0.get(place)).copied()
    }
}

fn sound_file_name(name: &str) -> bool {
    (1..=255).contains(&name.len())
        && name != "."
        && name != ".."
        && !name.chars().any(|letter| letter.is_control() || letter == '/' || letter == '\\')
}

fn sound_media_type(text: &str) -> bool {
    let token = |part: &str| {
        !part.is_empty()
            && part.bytes().all(|byte| {
                byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"!#$&-^_.+".contains(&byte)
            })
    };
    text.len() <= 100 && text.split_once('/').is_some_and(|(kind, subtype)| token(kind) && token(subtype))
}

#[cfg(test)]
mod tests;
