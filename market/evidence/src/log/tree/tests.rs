use super::*;
use proptest::prelude::*;

fn leaves(count: u64) -> Vec<Vec<u8>> {
    (0..count).map(|number| number.to_be_bytes().to_vec()).collect()
}

fn log_of(count: u64) -> (StoredHashes, Digest) {
    let mut stored = StoredHashes::default();
    let appended = append(LogSize(0), &leaves(count), &stored).unwrap();
    stored.keep(&appended);
    (stored, appended.root)
}

/// RFC 6962 section 2.1, word for word.
fn merkle(leaves: &[Vec<u8>]) -> Digest {
    match leaves {
        [] => Digest::of(b""),
        [leaf] => Digest::of(&[&[0][..], leaf].concat()),
        _ => {
            let half = leaves.len().next_power_of_two() / 2;
            let (left, right) = (merkle(&leaves[..half]), merkle(&leaves[half..]));
            Digest::of(&[&[1][..], left.bytes(), right.bytes()].concat())
        }
    }
}

#[test]
fn roots_are_those_of_rfc_6962() {
    for count in 0..40 {
        assert_eq!(log_of(count).1, merkle(&leaves(count)), "{count} leaves");
    }
}

#[test]
fn every_leaf_of_a_small_log_is_proved_and_no_other_leaf_place_or_checkpoint_passes() {
    for count in 1..20 {
        let (stored, root) = log_of(count);
        let size = LogSize(count);
        for index in 0..count {
            let proof = prove_inclusion(LogIndex(index), size, &stored).unwrap();
            let leaf = super::super::leaf_hash(&index.to_be_bytes());
            assert_eq!(proof.check(LogIndex(index), &leaf, size, &root), Ok(()));
            assert_eq!(proof.check(LogIndex(index), &Digest::of(b"x"), size, &root), Err(ProofRefused));
            assert_eq!(proof.check(LogIndex(index), &leaf, size, &log_of(count + 1).1), Err(ProofRefused));
            assert_eq!(proof.check(LogIndex(count), &leaf, size, &root), Err(ProofRefused));
            if count > 1 {
                let elsewhere = LogIndex((index + 1) % count);
                assert_eq!(proof.check(elsewhere, &leaf, size, &root), Err(ProofRefused));
            }
        }
    }
}

#[test]
fn a_log_that_only_grew_is_consistent_and_one_that_was_rewritten_is_not() {
    let (stored, root) = log_of(20);
    let (new, new_root) = (LogSize(20), &root);
    for old in 0..=20 {
        let (_, old_root) = log_of(old);
        let proof = prove_consistency(LogSize(old), new, &stored).unwrap();
        assert_eq!(proof.check((LogSize(old), &old_root), (new, new_root)), Ok(()), "{old}");
        let other = Digest::of(b"another history");
        assert_eq!(proof.check((LogSize(old), &other), (new, new_root)), Err(ProofRefused), "{old}");
    }
    let backwards = Consistency(vec![]).check((new, new_root), (LogSize(3), &log_of(3).1));
    assert_eq!(backwards, Err(ProofRefused));
}

#[test]
fn absurd_sizes_and_overlong_proofs_are_refused_without_a_panic() {
    let root = Digest::of(b"");
    let long = Inclusion(vec![root; MAX_PROOF_HASHES + 1]);
    assert_eq!(long.check(LogIndex(0), &root, LogSize(1 << 40), &root), Err(ProofRefused));
    let empty = Inclusion(vec![]);
    assert_eq!(empty.check(LogIndex(u64::MAX - 1), &root, LogSize(u64::MAX), &root), Err(ProofRefused));
    let nothing = StoredHashes::default();
    assert_eq!(append(LogSize(MAX_LOG_SIZE), &leaves(1), &nothing), Err(NotProved::TooLarge));
    assert_eq!(append(LogSize(u64::MAX), &leaves(1), &nothing), Err(NotProved::TooLarge));
    assert_eq!(prove_inclusion(LogIndex(3), LogSize(3), &nothing), Err(NotProved::Beyond));
    assert!(matches!(root_of_nothing(), Err(NotProved::HashMissing(_))));
}

fn root_of_nothing() -> Result<Digest, NotProved> {
    root(LogSize(5), &StoredHashes::default())
}

proptest! {
    #[test]
    fn what_is_asked_for_beforehand_is_all_that_an_act_reads(first in 0_u64..300, more in 0_usize..80, old in 0_u64..300) {
        let (stored, _) = log_of(first);
        let only = |numbers: Vec<u64>, of: &StoredHashes| -> StoredHashes {
            numbers.iter().map(|number| (*number, of.hashes(&[*number]).unwrap()[0])).collect()
        };
        let all = leaves(first + more as u64);
        let needed = only(needed_to_append(LogSize(first), more).unwrap(), &stored);
        let appended = append(LogSize(first), &all[first as usize..], &needed).unwrap();
        prop_assert_eq!(appended.root, merkle(&all));

        let mut whole = stored;
        whole.keep(&appended);
        let (old, new) = (LogSize(old.min(appended.size.0)), appended.size);
        let needed = only(needed_for_consistency(old, new).unwrap(), &whole);
        let proof = prove_consistency(old, new, &needed).unwrap();
        prop_assert_eq!(proof.check((old, &log_of(old.0).1), (new, &appended.root)), Ok(()));
        if old < new {
            let index = LogIndex(old.0);
            let needed = only(needed_for_inclusion(index, new).unwrap(), &whole);
            let leaf = super::super::leaf_hash(&old.0.to_be_bytes());
            prop_assert_eq!(prove_inclusion(index, new, &needed).unwrap().check(index, &leaf, new, &appended.root), Ok(()));
        }
    }
}
