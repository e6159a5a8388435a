//! The transparency log: leaves, tiles, signed checkpoints, and what a desk demands of them.
//!
//! The tree is RFC 6962's over SHA-256, published as C2SP tlog-tiles under `/log/`; the arithmetic is `tlog_tiles`, the
//! notes are `signed_note`. Storage is the caller's: see [`HashSource`]. Specification: docs/spec/log.md.

mod checkpoint;
mod leaf;
mod mirror;
mod tile;
mod tiled;
mod tree;

pub use checkpoint::{
    Checkpoint, CheckpointRefused, LogKey, LogName, LogVerifier, MAX_CHECKPOINT_BYTES, NotAVerifier,
    SignedCheckpoint,
};
pub use leaf::{Leaf, LeafKind, LeafSalt, MAX_LEAF_BYTES, MAX_RECORD_BYTES, NotALeaf, NotLogged, leaf_hash};
pub use mirror::{Forked, LogMirror, NotForkEvidence, NotMirrored, Seen};
pub use tile::{MAX_TILE_BYTES, NotATilePath, TILE_WIDTH, TilePath, TileRefused, encode_entries};
pub use tiled::TiledHashes;
pub use tree::{
    Appended, Consistency, HashMissing, HashSource, Inclusion, LogIndex, LogSize, MAX_LOG_SIZE,
    MAX_PROOF_HASHES, NotProved, ProofRefused, StoredHashes, append, needed_for_consistency,
    needed_for_inclusion, needed_for_root, needed_to_append, prove_consistency, prove_inclusion, root,
};
