//! A desk's side of the log: it remembers the last checkpoint, demands that the log only grows, and notices a market that
//! shows two histories.
//!
//! The desk mirrors all leaves, so that nobody learns which one it cares about; the hashes are kept by the caller.

use super::checkpoint::{LogVerifier, SignedCheckpoint};
use super::tree::{Appended, Consistency, HashSource, LogSize, NotProved, append, root};
use serde::{Deserialize, Serialize};

/// Two checkpoints of one log that no single history explains: evidence against the market.
///
/// With equal sizes and different roots the document proves itself; with different sizes the market is asked for a
/// consistency proof, which it cannot give.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Forked {
    older: SignedCheckpoint,
    newer: SignedCheckpoint,
}

/// Why a document is no evidence of a fork.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum NotForkEvidence {
    /// Not the document.
    #[error("expected {{\"v\":1,\"older\":CHECKPOINT,\"newer\":CHECKPOINT}}")]
    Malformed,
    /// One of the two is not the log's.
    #[error("one of the two checkpoints is not signed by this log")]
    NotSigned,
    /// The two agree, or stand in the wrong order.
    #[error("the two checkpoints do not contradict each other")]
    Agree,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ForkDocument {
    v: u8,
    older: String,
    newer: String,
}

impl Forked {
    fn between(one: &SignedCheckpoint, other: &SignedCheckpoint) -> Self {
        let (older, newer) = if one.size() <= other.size() { (one, other) } else { (other, one) };
        Self { older: older.clone(), newer: newer.clone() }
    }

    /// The smaller of the two.
    pub const fn older(&self) -> &SignedCheckpoint {
        &self.older
    }

    /// The larger of the two.
    pub const fn newer(&self) -> &SignedCheckpoint {
        &self.newer
    }

    /// Whether the two signatures alone prove the fork.
    pub fn proves_itself(&self) -> bool {
        self.older.size() == self.newer.size() && self.older.root() != self.newer.root()
    }

    /// Whether a consistency proof of the market explains the two after all.
    pub fn is_refuted_by(&self, proof: &Consistency) -> bool {
        let (older, newer) = (&self.older, &self.newer);
        proof.check((older.size(), older.root()), (newer.size(), newer.root())).is_ok()
    }

    /// The document to keep and to show: both signed notes.
    pub fn to_json(&self) -> Vec<u8> {
        let (older, newer) = (self.older.note().to_owned(), self.newer.note().to_owned());
        serde_json::to_vec(&ForkDocument { v: 1, older, newer }).expect("two texts are a JSON document")
    }

    /// Reads such a document and checks both signatures.
    pub fn parse(bytes: &[u8], log: &LogVerifier) -> Result<Self, NotForkEvidence> {
        if bytes.len() > 4 * super::MAX_CHECKPOINT_BYTES {
            return Err(NotForkEvidence::Malformed);
        }
        let document: ForkDocument = serde_json::from_slice(bytes).map_err(|_| NotForkEvidence::Malformed)?;
        if document.v != 1 {
            return Err(NotForkEvidence::Malformed);
        }
        let open = |note: &str| log.open(note).map_err(|_| NotForkEvidence::NotSigned);
        let (older, newer) = (open(&document.older)?, open(&document.newer)?);
        let same_size_same_root = older.size() == newer.size() && older.root() == newer.root();
        if older.size() > newer.size() || same_size_same_root {
            return Err(NotForkEvidence::Agree);
        }
        Ok(Self { older, newer })
    }
}

/// Why a mirror did not follow.
#[derive(Debug, thiserror::Error)]
pub enum NotMirrored {
    /// The leaves on hand do not lead to the new root.
    #[error(
        "the market's log does not continue the one this desk knows; stop trading and keep the evidence of both \
         checkpoints"
    )]
    Forked(Box<Forked>),
    /// The new checkpoint has a different number of leaves than were brought.
    #[error("the checkpoint has {expected} leaves, {found} are at hand; fetch the missing tiles")]
    WrongCount {
        /// Leaves of the checkpoint.
        expected: LogSize,
        /// Leaves that the mirror would have.
        found: u64,
    },
    /// A first reading in which leaves and checkpoint do not belong together.
    #[error("the leaves do not lead to the checkpoint's root; fetch the log again")]
    LeavesDiffer,
    /// The mirror's own hashes are incomplete.
    #[error("the mirror of the log is damaged; read the log again from its beginning")]
    Damaged(#[source] NotProved),
}

/// What a checkpoint that somebody else has seen says about ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seen {
    /// It is ours, or an earlier state of it.
    Known,
    /// It is larger than ours: follow first, then ask again.
    Ahead,
}

/// The newest checkpoint a desk has verified, from nothing on.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LogMirror {
    newest: Option<SignedCheckpoint>,
}

impl LogMirror {
    /// Goes on from the checkpoint that was verified last; `None` at the beginning.
    pub const fn resume(newest: Option<SignedCheckpoint>) -> Self {
        Self { newest }
    }

    /// The newest checkpoint that was verified.
    pub const fn newest(&self) -> Option<&SignedCheckpoint> {
        self.newest.as_ref()
    }

    /// How many leaves were verified.
    pub fn size(&self) -> LogSize {
        self.newest.as_ref().map_or(LogSize(0), SignedCheckpoint::size)
    }

    /// Follows the log: recomputes the root over what is known and the leaves that were added since, all of them, in
    /// order. Keep the hashes of the answer before the new checkpoint.
    pub fn advance(
        &mut self,
        to: &SignedCheckpoint,
        added: &[impl AsRef<[u8]>],
        source: &impl HashSource,
    ) -> Result<Appended, NotMirrored> {
        let size = self.size();
        if to.size() < size || (to.size() == size && added.is_empty()) {
            self.compare(to, source)?;
            return append(size, &[[0_u8; 0]; 0], source).map_err(NotMirrored::Damaged);
        }
        let found = size.0 + added.len() as u64;
        if found != to.size().0 {
            return Err(NotMirrored::WrongCount { expected: to.size(), found });
        }
        let appended = append(size, added, source).map_err(NotMirrored::Damaged)?;
        if appended.root != *to.root() {
            let Some(known) = &self.newest else { return Err(NotMirrored::LeavesDiffer) };
            return Err(NotMirrored::Forked(Box::new(Forked::between(known, to))));
        }
        self.newest = Some(to.clone());
        Ok(appended)
    }

    /// Compares a checkpoint from elsewhere (a letter, another desk, a stale cache) with what this desk verified.
    pub fn compare(&self, seen: &SignedCheckpoint, source: &impl HashSource) -> Result<Seen, NotMirrored> {
        let Some(newest) = &self.newest else {
            return Ok(if seen.size().0 == 0 { Seen::Known } else { Seen::Ahead });
        };
        if seen.size() > newest.size() {
            return Ok(Seen::Ahead);
        }
        let ours = root(seen.size(), source).map_err(NotMirrored::Damaged)?;
        if ours == *seen.root() {
            Ok(Seen::Known)
        } else {
            Err(NotMirrored::Forked(Box::new(Forked::between(seen, newest))))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{LogKey, LogName, StoredHashes, prove_consistency};
    use super::*;
    use tacit_values::Digest;

    fn key() -> LogKey {
        LogKey::from_seed(LogName::of(&"https://market.example".parse().unwrap()), &[1; 32])
    }

    /// A market's log, leaf by leaf.
    #[derive(Default)]
    struct Market {
        leaves: Vec<String>,
        stored: StoredHashes,
    }

    impl Market {
        fn log(&mut self, leaves: &[&str]) -> SignedCheckpoint {
            let size = LogSize(self.leaves.len() as u64);
            let appended = append(size, leaves, &self.stored).unwrap();
            self.stored.keep(&appended);
            self.leaves.extend(leaves.iter().map(|leaf| (*leaf).to_owned()));
            key().sign(appended.size, appended.root)
        }
    }

    fn follow(
        mirror: &mut LogMirror,
        stored: &mut StoredHashes,
        to: &SignedCheckpoint,
        market: &Market,
    ) -> Result<(), NotMirrored> {
        let from = usize::try_from(mirror.size().0).unwrap();
        let appended = mirror.advance(to, &market.leaves[from..], stored)?;
        stored.keep(&appended);
        Ok(())
    }

    #[test]
    fn a_desk_follows_a_log_that_only_grows() {
        let (mut market, mut mirror, mut stored) =
            (Market::default(), LogMirror::default(), StoredHashes::default());
        let mut seen = vec![];
        for batch in [&["a", "b", "c"][..], &["d"], &[], &["e", "f", "g", "h"]] {
            let checkpoint = market.log(batch);
            follow(&mut mirror, &mut stored, &checkpoint, &market).unwrap();
            assert_eq!(mirror.newest(), Some(&checkpoint));
            seen.push(checkpoint);
        }
        for earlier in &seen {
            assert_eq!(mirror.compare(earlier, &stored).unwrap(), Seen::Known);
        }
        let ahead = market.log(&["i"]);
        assert_eq!(mirror.compare(&ahead, &stored).unwrap(), Seen::Ahead);
        let resumed = LogMirror::resume(mirror.newest().cloned());
        assert_eq!(resumed, mirror);
    }

    #[test]
    fn a_forked_log_is_noticed_by_a_desk_and_leaves_evidence() {
        let (mut market, mut mirror, mut stored) =
            (Market::default(), LogMirror::default(), StoredHashes::default());
        let first = market.log(&["a", "b", "c"]);
        follow(&mut mirror, &mut stored, &first, &market).unwrap();

        let mut other = Market::default();
        let same_size = other.log(&["a", "B", "c"]);
        let Err(NotMirrored::Forked(fork)) = mirror.compare(&same_size, &stored) else {
            panic!("not noticed")
        };
        assert!(fork.proves_itself());

        let longer = other.log(&["d", "e"]);
        let Err(NotMirrored::Forked(fork)) = follow(&mut mirror, &mut stored, &longer, &other) else {
            panic!("not noticed")
        };
        assert!(!fork.proves_itself());
        assert_eq!((fork.older(), fork.newer()), (&first, &longer));
        assert_eq!(mirror.newest(), Some(&first), "the desk stays with what it verified");
        let excuse = prove_consistency(first.size(), longer.size(), &other.stored).unwrap();
        assert!(!fork.is_refuted_by(&excuse));

        let verifier = key().verifier();
        assert_eq!(Forked::parse(&fork.to_json(), &verifier), Ok(*fork.clone()));
        let mut spoilt = fork.to_json();
        let at = spoilt.len() / 2;
        spoilt[at] ^= 1;
        assert!(Forked::parse(&spoilt, &verifier).is_err());
        assert_eq!(Forked::parse(b"{}", &verifier), Err(NotForkEvidence::Malformed));
    }

    #[test]
    fn two_checkpoints_of_one_history_are_no_evidence() {
        let mut market = Market::default();
        let (first, second) = (market.log(&["a"]), market.log(&["b"]));
        let accused = Forked::between(&first, &second);
        let proof = prove_consistency(first.size(), second.size(), &market.stored).unwrap();
        assert!(accused.is_refuted_by(&proof));
        let same = Forked::between(&first, &first);
        assert_eq!(Forked::parse(&same.to_json(), &key().verifier()), Err(NotForkEvidence::Agree));
    }

    #[test]
    fn a_shrunken_log_is_a_fork_only_when_it_contradicts() {
        let (mut market, mut mirror, mut stored) =
            (Market::default(), LogMirror::default(), StoredHashes::default());
        let first = market.log(&["a", "b"]);
        let second = market.log(&["c"]);
        follow(&mut mirror, &mut stored, &second, &market).unwrap();
        assert!(mirror.advance(&first, &[[0_u8; 0]; 0], &stored).is_ok(), "a stale cache is no crime");
        assert_eq!(mirror.newest(), Some(&second));
        let rewritten = key().sign(LogSize(2), Digest::of(b"rewritten"));
        assert!(matches!(mirror.advance(&rewritten, &[[0_u8; 0]; 0], &stored), Err(NotMirrored::Forked(_))));
    }

    #[test]
    fn missing_leaves_are_asked_for_and_not_called_a_fork() {
        let (mut market, mut mirror, stored) =
            (Market::default(), LogMirror::default(), StoredHashes::default());
        let checkpoint = market.log(&["a", "b"]);
        let answer = mirror.advance(&checkpoint, &["a"], &stored);
        assert!(matches!(answer, Err(NotMirrored::WrongCount { found: 1, .. })));
        let answer = mirror.advance(&checkpoint, &["a", "x"], &stored);
        assert!(matches!(answer, Err(NotMirrored::LeavesDiffer)));
    }
}
