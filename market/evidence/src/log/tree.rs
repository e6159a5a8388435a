//! The tree: appending, roots, and proofs that a leaf is in it or that it only grew.
//!
//! Hashes are kept by the caller under the numbers of RFC 6962's nodes in the order in which they become complete
//! ("stored hashes"): one row per number, never changed. An asynchronous store asks first which numbers an act needs
//! (`needed_*`), reads them, and hands over a [`StoredHashes`].

use serde::{Deserialize, Serialize};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use tacit_values::Digest;
use tlog_tiles::{Hash, HashReader};

/// The most leaves that a log may have; far beyond any market, and small enough that no index overflows.
pub const MAX_LOG_SIZE: u64 = 1 << 48;
/// The most hashes of any proof in a tree of at most [`MAX_LOG_SIZE`] leaves.
pub const MAX_PROOF_HASHES: usize = 64;

/// The place of a leaf in the log, from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct LogIndex(pub u64);

/// How many leaves a log has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct LogSize(pub u64);

impl fmt::Display for LogIndex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl fmt::Display for LogSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl LogSize {
    /// How many hashes are stored for a log of this size; the next one gets this number.
    pub fn stored_hashes(self) -> u64 {
        tlog_tiles::stored_hash_count(self.0.min(MAX_LOG_SIZE))
    }
}

/// A hash that was needed is not at hand.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("the log's hash number {0} is not at hand; read the log again from its last checkpoint")]
pub struct HashMissing(pub u64);

/// Where stored hashes are read.
pub trait HashSource {
    /// The hashes with these numbers, in this order.
    fn hashes(&self, numbers: &[u64]) -> Result<Vec<Digest>, HashMissing>;
}

/// Stored hashes in memory: a whole small log, or what one act needs of a large one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StoredHashes(BTreeMap<u64, Digest>);

impl StoredHashes {
    /// Keeps the hashes that an append made.
    pub fn keep(&mut self, appended: &Appended) {
        self.0.extend(appended.numbered());
    }
}

impl FromIterator<(u64, Digest)> for StoredHashes {
    fn from_iter<I: IntoIterator<Item = (u64, Digest)>>(hashes: I) -> Self {
        Self(hashes.into_iter().collect())
    }
}

impl HashSource for StoredHashes {
    fn hashes(&self, numbers: &[u64]) -> Result<Vec<Digest>, HashMissing> {
        numbers.iter().map(|number| self.0.get(number).copied().ok_or(HashMissing(*number))).collect()
    }
}

/// What an append adds: the hashes to store and the root of the longer log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Appended {
    /// The place of the first leaf that was added.
    pub first: LogIndex,
    /// The log's size afterwards.
    pub size: LogSize,
    /// The log's root afterwards.
    pub root: Digest,
    from: u64,
    hashes: Vec<Digest>,
}

impl Appended {
    /// The new stored hashes with their numbers.
    pub fn numbered(&self) -> impl Iterator<Item = (u64, Digest)> + '_ {
        (self.from..).zip(self.hashes.iter().copied())
    }
}

/// Why a root or proof cannot be computed.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum NotProved {
    /// The leaf or the smaller tree does not lie in the log.
    #[error("the log does not reach that far")]
    Beyond,
    /// More leaves than a log may have.
    #[error("a log has at most 2^48 leaves")]
    TooLarge,
    /// A hash is not at hand.
    #[error(transparent)]
    HashMissing(#[from] HashMissing),
}

/// Why a proof was not believed.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("the proof does not lead to the checkpoint's root; fetch both again from the market's log")]
pub struct ProofRefused;

/// Adds leaves to a log of `size`, reading the few older hashes they complete from `source`.
pub fn append(
    size: LogSize,
    leaves: &[impl AsRef<[u8]>],
    source: &impl HashSource,
) -> Result<Appended, NotProved> {
    let longer = size.0.checked_add(leaves.len() as u64).filter(|longer| *longer <= MAX_LOG_SIZE);
    let longer = LogSize(longer.ok_or(NotProved::TooLarge)?);
    let mut growing = Growing { from: size.stored_hashes(), hashes: vec![], older: source };
    for (number, leaf) in (size.0..).zip(leaves) {
        let new = read(&growing, |reader| tlog_tiles::stored_hashes(number, leaf.as_ref(), reader))?;
        growing.hashes.extend(new.iter().map(digest));
    }
    let root = root(longer, &growing)?;
    let Growing { from, hashes, .. } = growing;
    Ok(Appended { first: LogIndex(size.0), size: longer, root, from, hashes })
}

/// The root of the first `size` leaves.
pub fn root(size: LogSize, source: &impl HashSource) -> Result<Digest, NotProved> {
    bounded(size)?;
    read(source, |reader| tlog_tiles::tree_hash(size.0, reader)).map(|hash| digest(&hash))
}

/// A proof that one leaf is in a tree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Inclusion(pub Vec<Digest>);

/// A proof that a larger tree begins with a smaller one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Consistency(pub Vec<Digest>);

/// The proof that leaf `index` is among the first `size` leaves.
pub fn prove_inclusion(
    index: LogIndex,
    size: LogSize,
    source: &impl HashSource,
) -> Result<Inclusion, NotProved> {
    bounded(size)?;
    if index.0 >= size.0 {
        return Err(NotProved::Beyond);
    }
    let hashes = read(source, |reader| tlog_tiles::prove_record(size.0, index.0, reader))?;
    Ok(Inclusion(hashes.iter().map(digest).collect()))
}

/// The proof that the tree of `new` leaves begins with the tree of `old` leaves.
pub fn prove_consistency(
    old: LogSize,
    new: LogSize,
    source: &impl HashSource,
) -> Result<Consistency, NotProved> {
    bounded(new)?;
    if old > new {
        return Err(NotProved::Beyond);
    }
    if old.0 == 0 {
        return Ok(Consistency(vec![]));
    }
    let hashes = read(source, |reader| tlog_tiles::prove_tree(new.0, old.0, reader))?;
    Ok(Consistency(hashes.iter().map(digest).collect()))
}

impl Inclusion {
    /// Checks that a leaf with this hash stands at `index` under this size and root.
    pub fn check(
        &self,
        index: LogIndex,
        leaf: &Digest,
        size: LogSize,
        root: &Digest,
    ) -> Result<(), ProofRefused> {
        if size.0 > MAX_LOG_SIZE || index.0 >= size.0 || self.0.len() > MAX_PROOF_HASHES {
            return Err(ProofRefused);
        }
        let proof = self.0.iter().map(hash).collect();
        tlog_tiles::check_record(&proof, size.0, hash(root), index.0, hash(leaf)).map_err(|_| ProofRefused)
    }
}

impl Consistency {
    /// Checks that the newer tree begins with the older one. An empty older tree begins every tree.
    pub fn check(&self, old: (LogSize, &Digest), new: (LogSize, &Digest)) -> Result<(), ProofRefused> {
        let ((old, old_root), (new, new_root)) = (old, new);
        if new.0 > MAX_LOG_SIZE || old > new || self.0.len() > MAX_PROOF_HASHES {
            return Err(ProofRefused);
        }
        if old.0 == 0 {
            let empty = *old_root == digest(&tlog_tiles::EMPTY_HASH) && self.0.is_empty();
            return if empty { Ok(()) } else { Err(ProofRefused) };
        }
        let proof = self.0.iter().map(hash).collect();
        tlog_tiles::check_tree(&proof, new.0, hash(new_root), old.0, hash(old_root)).map_err(|_| ProofRefused)
    }
}

/// The numbers of the hashes that [`append`] reads for `count` leaves, and for the root afterwards.
pub fn needed_to_append(size: LogSize, count: usize) -> Result<Vec<u64>, NotProved> {
    needed(|notebook| append(size, &vec![[0_u8; 0]; count], notebook).map(drop))
}

/// The numbers of the hashes that [`root`] reads.
pub fn needed_for_root(size: LogSize) -> Result<Vec<u64>, NotProved> {
    needed(|notebook| root(size, notebook).map(drop))
}

/// The numbers of the hashes that [`prove_inclusion`] reads.
pub fn needed_for_inclusion(index: LogIndex, size: LogSize) -> Result<Vec<u64>, NotProved> {
    needed(|notebook| prove_inclusion(index, size, notebook).map(drop))
}

/// The numbers of the hashes that [`prove_consistency`] reads.
pub fn needed_for_consistency(old: LogSize, new: LogSize) -> Result<Vec<u64>, NotProved> {
    needed(|notebook| prove_consistency(old, new, notebook).map(drop))
}

/// Notes which hashes are asked for and answers with zeros: which numbers are needed does not depend on any hash.
#[derive(Default)]
struct Notebook(RefCell<BTreeSet<u64>>);

impl HashSource for Notebook {
    fn hashes(&self, numbers: &[u64]) -> Result<Vec<Digest>, HashMissing> {
        self.0.borrow_mut().extend(numbers);
        Ok(vec![Digest::from_bytes([0; 32]); numbers.len()])
    }
}

fn needed(act: impl FnOnce(&Notebook) -> Result<(), NotProved>) -> Result<Vec<u64>, NotProved> {
    let notebook = Notebook::default();
    act(&notebook)?;
    Ok(notebook.0.into_inner().into_iter().collect())
}

/// An append under way: its own new hashes first, then the caller's.
struct Growing<'a, S> {
    from: u64,
    hashes: Vec<Digest>,
    older: &'a S,
}

impl<S: HashSource> HashSource for Growing<'_, S> {
    fn hashes(&self, numbers: &[u64]) -> Result<Vec<Digest>, HashMissing> {
        let older: Vec<u64> = numbers.iter().copied().filter(|number| *number < self.from).collect();
        let mut older = if older.is_empty() { vec![] } else { self.older.hashes(&older)? }.into_iter();
        let one = |number: &u64| match number.checked_sub(self.from) {
            Some(new) => self.hashes.get(usize::try_from(new).ok()?).copied(),
            None => older.next(),
        };
        let hashes: Option<Vec<Digest>> = numbers.iter().map(one).collect();
        hashes.ok_or(HashMissing(self.from))
    }
}

/// Lets `tlog_tiles` read from a source, and keeps the source's own refusal.
struct Reader<'a, S> {
    source: &'a S,
    missing: RefCell<Option<HashMissing>>,
}

impl<S: HashSource> HashReader for Reader<'_, S> {
    fn read_hashes(&self, numbers: &[u64]) -> Result<Vec<Hash>, tlog_tiles::Error> {
        let refuse = |missing: HashMissing| {
            *self.missing.borrow_mut() = Some(missing);
            tlog_tiles::Error::IndexesNotInTree
        };
        let hashes = self.source.hashes(numbers).map_err(refuse)?;
        // `tlog_tiles` panics on an answer of another length.
        if hashes.len() != numbers.len() {
            return Err(refuse(HashMissing(numbers.first().copied().unwrap_or_default())));
        }
        Ok(hashes.iter().map(hash).collect())
    }
}

fn read<S: HashSource, T>(
    source: &S,
    act: impl FnOnce(&Reader<'_, S>) -> Result<T, tlog_tiles::Error>,
) -> Result<T, NotProved> {
    let reader = Reader { source, missing: RefCell::new(None) };
    act(&reader).map_err(|_| reader.missing.take().map_or(NotProved::Beyond, NotProved::HashMissing))
}

pub(super) fn bounded(size: LogSize) -> Result<(), NotProved> {
    if size.0 > MAX_LOG_SIZE { Err(NotProved::TooLarge) } else { Ok(()) }
}

pub(super) fn digest(hash: &Hash) -> Digest {
    Digest::from_bytes(hash.0)
}

pub(super) fn hash(digest: &Digest) -> Hash {
    Hash(*digest.bytes())
}

#[cfg(test)]
mod tests;
