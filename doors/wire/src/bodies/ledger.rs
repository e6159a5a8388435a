//! The ledger on the wire: one closed epoch in bytes, and what becomes of a bundle.
//!
//! A closed epoch = `0x01 || length u16be || leaf || file`: the leaf's canonical bytes, then the epoch file to the end;
//! nothing after the leaf when nothing happened. Segments, files and bundles have the forms of `docs/spec/settlement.md`.

use serde::{Deserialize, Serialize};
use tacit_settlement::{ClosedEpoch, EpochLeaf, MAX_EPOCH_BYTES, MAX_LEAF_BYTES, PoolId};
use tacit_values::{Digest, Epoch, base64url};
use utoipa::ToSchema;

const FORM: u8 = 1;
/// The most bytes of a closed epoch on the wire.
pub const MAX_CLOSED_EPOCH_BYTES: usize = 3 + MAX_LEAF_BYTES + MAX_EPOCH_BYTES;

/// The media type of bundles, epochs, segments, letters, headers and bodies.
pub const BYTES: &str = "application/octet-stream";

/// Why bytes are no closed epoch.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum NotAClosedEpoch {
    /// Cut short, too long, or another version.
    #[error("the epoch is cut short, too long, or of another version; fetch it again or update this program")]
    Form,
    /// The leaf cannot be read.
    #[error("the epoch's leaf cannot be read; fetch it again")]
    Leaf,
    /// The file is not the one the leaf names.
    #[error("the epoch's file is not the one its leaf names; fetch it again")]
    OtherFile,
}

/// The bytes of a closed epoch.
pub fn encode_epoch(leaf: &[u8], file: Option<&[u8]>) -> Vec<u8> {
    let file = file.unwrap_or_default();
    let mut out = Vec::with_capacity(3 + leaf.len() + file.len());
    out.push(FORM);
    out.extend_from_slice(&u16::try_from(leaf.len()).expect("a leaf has at most 1024 bytes").to_be_bytes());
    out.extend_from_slice(leaf);
    out.extend_from_slice(file);
    out
}

/// Reads a closed epoch and compares the file with the leaf. Whether the epoch is true is the replay's to say.
pub fn decode_epoch(bytes: &[u8]) -> Result<ClosedEpoch, NotAClosedEpoch> {
    let Some(([FORM, high, low], rest)) = bytes.split_first_chunk::<3>() else {
        return Err(NotAClosedEpoch::Form);
    };
    let length = usize::from(u16::from_be_bytes([*high, *low]));
    let (leaf, file) = rest.split_at_checked(length).ok_or(NotAClosedEpoch::Form)?;
    if file.len() > MAX_EPOCH_BYTES {
        return Err(NotAClosedEpoch::Form);
    }
    let leaf = EpochLeaf::decode(leaf).map_err(|_| NotAClosedEpoch::Leaf)?;
    let file = (!file.is_empty()).then(|| file.to_vec());
    if leaf.file != file.as_deref().map(Digest::of) {
        return Err(NotAClosedEpoch::OtherFile);
    }
    Ok(ClosedEpoch { leaf, file })
}

/// What became of a bundle: `POST /ledger/bundles`. The same answer for ever.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BundleView {
    /// The pool.
    #[schema(value_type = String)]
    pub pool: PoolId,
    /// The epoch that holds it.
    #[schema(value_type = u64)]
    pub epoch: Epoch,
    /// The position in the tree of its first commitment.
    pub position: u64,
    /// SHA-256 of its bytes.
    #[schema(value_type = String)]
    pub bundle: Digest,
}

/// Value that crosses from a rotated pool into its successor: `POST /ledger/crossings`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CrossBody {
    /// The bundle that leaves the old pool.
    #[serde(with = "base64url")]
    #[schema(value_type = String)]
    pub burn: Vec<u8>,
    /// The bundle that enters the new one.
    #[serde(with = "base64url")]
    #[schema(value_type = String)]
    pub mint: Vec<u8>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use tacit_settlement::Anchor;
    use tacit_values::Timestamp;

    fn leaf(file: Option<&[u8]>) -> EpochLeaf {
        EpochLeaf {
            v: 1,
            pool: PoolId::from_bytes([1; 32]),
            epoch: Epoch(7),
            time: Timestamp::from_secs(1_795_176_000),
            root: Anchor::from_bytes([2; 32]),
            tree_size: 4,
            file: file.map(Digest::of),
        }
    }

    #[test]
    fn a_closed_epoch_reads_back_with_and_without_a_file() {
        for file in [None, Some(b"file".as_slice())] {
            let bytes = encode_epoch(&leaf(file).canonical_bytes(), file);
            let closed = decode_epoch(&bytes).unwrap();
            assert_eq!((closed.leaf, closed.file.as_deref()), (leaf(file), file));
        }
    }

    #[test]
    fn an_epoch_with_a_foreign_file_or_cut_short_is_refused() {
        let leaf = leaf(Some(b"file")).canonical_bytes();
        assert_eq!(decode_epoch(&encode_epoch(&leaf, Some(b"fil"))), Err(NotAClosedEpoch::OtherFile));
        assert_eq!(decode_epoch(&encode_epoch(&leaf, None)), Err(NotAClosedEpoch::OtherFile));
        let bytes = encode_epoch(&leaf, Some(b"file"));
        assert_eq!(decode_epoch(&bytes[..50]), Err(NotAClosedEpoch::Form));
        assert_eq!(decode_epoch(&[]), Err(NotAClosedEpoch::Form));
        assert_eq!(decode_epoch(&[&[2], &bytes[1..]].concat()), Err(NotAClosedEpoch::Form));
    }
}
