//! Anybody replays the ledger from its public files, and a changed byte does not pass.

#![allow(clippy::unwrap_used, reason = "a test that does not hold should stop at once")]

mod story;

use story::{PROOFS, Person, Town, funded, tusd};
use tacit_settlement::{
    BundleRefused, ClosedEpoch, EpochFile, EpochLeaf, LedgerBroken, LedgerEntry, Replay, SEGMENT_EPOCHS,
    SegmentReader, SegmentRefused, segment_of, verify_ledger, write_segment,
};
use tacit_values::{Digest, Epoch, Timestamp};

/// A mint, two payments and a burn among empty epochs.
fn town() -> Town {
    let mut town = Town::new(1);
    let mut alice = funded(&mut town, 1, "100");
    let bob = Person::new(&town, 2);
    alice.pay(&mut town, bob.address(0), "20");
    town.close();
    alice.pay(&mut town, bob.address(1), "30");
    let notes: Vec<u64> =
        alice.wallet.notes().filter(|note| note.is_free()).map(|note| note.position).collect();
    let expiry = town.expiry();
    let burn = alice.wallet.build_burn(&alice.keys, &notes, tusd("10"), expiry, &mut town.rng).unwrap();
    let burn = burn.complete(&alice.keys, &PROOFS, &mut town.rng).unwrap();
    let entry = town.burn_entry(burn, tusd("10"));
    town.take(entry);
    town.close();
    town
}

fn replay(town: &Town, closed: Vec<ClosedEpoch>) -> Result<tacit_settlement::Replayed, LedgerBroken> {
    verify_ledger(&town.pool(), closed.into_iter().map(Ok), &PROOFS)
}

#[test]
fn a_replay_counts_what_happened() {
    let town = town();
    let replayed = replay(&town, town.closed.clone()).unwrap();
    assert_eq!((replayed.epochs, replayed.bundles, replayed.batches, replayed.notes), (6, 4, 1, 8));
    assert_eq!((replayed.minted, replayed.burned, replayed.balance), (tusd("100"), tusd("10"), tusd("90")));
    assert_eq!(replayed.root, town.closed.last().unwrap().leaf.root);
    assert_eq!(replayed.records.len(), 2);
    assert_eq!(replayed.days.values().map(|day| day.bundles).sum::<u64>(), 4);
}

#[test]
fn a_byte_changed_anywhere_in_an_epoch_file_is_noticed() {
    let town = town();
    let honest = town.closed.clone();
    for (index, closed) in honest.iter().enumerate() {
        let Some(file) = &closed.file else { continue };
        for place in (0..file.len()).step_by(997).chain((0..60).step_by(4)) {
            let mut changed = honest.clone();
            let bytes = changed[index].file.as_mut().unwrap();
            bytes[place] ^= 0x40;
            let refused = replay(&town, changed);
            assert!(matches!(refused, Err(LedgerBroken::Leaf { field: "file", .. })), "byte {place}");
        }
    }
}

#[test]
fn a_market_that_changes_a_file_and_its_leaf_together_is_noticed_too() {
    let town = town();
    let honest = town.closed.clone();
    let index = honest.iter().position(|closed| closed.file.is_some()).unwrap();
    let length = honest[index].file.as_ref().unwrap().len();
    for place in (0..length).step_by(211).chain(0..45) {
        let mut changed = honest.clone();
        let bytes = changed[index].file.as_mut().unwrap();
        bytes[place] ^= 1;
        let digest = Digest::of(bytes);
        changed[index].leaf.file = Some(digest);
        assert!(replay(&town, changed).is_err(), "byte {place}");
    }
}

#[test]
fn every_field_of_a_leaf_is_checked() {
    let town = town();
    let change = |change: fn(&mut EpochLeaf)| {
        let mut closed = town.closed.clone();
        change(&mut closed[2].leaf);
        match replay(&town, closed) {
            Err(LedgerBroken::Leaf { epoch: Epoch(2), field }) => field,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(change(|leaf| leaf.v = 2), "version");
    assert_eq!(change(|leaf| leaf.time = Timestamp::from_secs(1)), "time");
    assert_eq!(change(|leaf| leaf.tree_size += 1), "tree_size");
    assert_eq!(change(|leaf| leaf.root = tacit_settlement::Anchor::empty_tree()), "root");
    assert_eq!(change(|leaf| leaf.file = None), "file");
    assert_eq!(change(|leaf| leaf.pool = tacit_settlement::PoolId::from_bytes([0; 32])), "pool");
    let mut skipped = town.closed.clone();
    skipped.remove(3);
    let refused = replay(&town, skipped);
    assert!(matches!(refused, Err(LedgerBroken::Sequence { expected: Epoch(3), found: Epoch(4) })));
}

/// Rewrites the entries of the epoch at `index`, with a leaf to match: what a dishonest sequencer could publish.
fn rewritten(town: &Town, index: usize, change: impl FnOnce(&mut Vec<LedgerEntry>)) -> Vec<ClosedEpoch> {
    let mut closed = town.closed.clone();
    let mut file = EpochFile::decode(closed[index].file.as_deref().unwrap()).unwrap();
    change(&mut file.entries);
    let bytes = file.encode();
    closed[index].leaf.file = Some(Digest::of(&bytes));
    closed[index].file = Some(bytes);
    closed
}

#[test]
fn a_doubled_bundle_and_a_mint_without_its_record_are_named() {
    let town = town();
    let doubled = rewritten(&town, 2, |entries| entries.push(entries[0].clone()));
    match replay(&town, doubled) {
        Err(LedgerBroken::Bundle { epoch: Epoch(2), cause: BundleRefused::DoubleSpend, .. }) => (),
        other => panic!("{other:?}"),
    }
    let unsigned = rewritten(&town, 1, |entries| entries[0].record = None);
    match replay(&town, unsigned) {
        Err(LedgerBroken::Bundle { epoch: Epoch(1), cause: BundleRefused::NotAuthorised, .. }) => (),
        other => panic!("{other:?}"),
    }
}

#[test]
fn segments_carry_the_ledger_and_a_damaged_one_is_refused() {
    let mut town = town();
    while town.closed.len() < 2 * SEGMENT_EPOCHS as usize {
        town.close();
    }
    let pool = town.pool();
    let whole = SEGMENT_EPOCHS as usize;
    let mut segments = Vec::new();
    for number in 0..2 {
        let mut bytes = Vec::new();
        let before = (number > 0).then(|| town.closed[whole - 1].leaf);
        let epochs = &town.closed[number * whole..(number + 1) * whole];
        write_segment(number as u64, before.as_ref(), epochs, &mut bytes).unwrap();
        segments.push(bytes);
    }
    assert!(segments[1].len() < 400, "an idle segment is small: {}", segments[1].len());
    assert_eq!((segment_of(Epoch(255)), segment_of(Epoch(256))), (0, 1));
    let read = |segments: &[Vec<u8>]| -> Result<Vec<ClosedEpoch>, SegmentRefused> {
        let mut closed = Vec::new();
        for (number, bytes) in segments.iter().enumerate() {
            for epoch in SegmentReader::open(&bytes[..], &pool, number as u64)? {
                closed.push(epoch?);
            }
        }
        Ok(closed)
    };
    assert_eq!(read(&segments).unwrap(), town.closed);
    let mut longer = segments.clone();
    longer[0].push(0);
    assert!(matches!(read(&longer), Err(SegmentRefused::LeftOver)));
    let mut shorter = segments.clone();
    shorter[0].pop();
    assert!(matches!(read(&shorter), Err(SegmentRefused::Io(_))));
    assert!(matches!(SegmentReader::open(&segments[1][..], &pool, 0), Err(SegmentRefused::Other)));
    assert!(write_segment(0, None, &town.closed[..255], &mut Vec::new()).is_err());
    for place in (0..segments[0].len()).step_by(509).chain(0..90) {
        let mut changed = segments.clone();
        changed[0][place] ^= 1;
        let passes = read(&changed).is_ok_and(|closed| replay(&town, closed).is_ok());
        // The head repeats what the replay knows already; it may be wrong where nothing depends on it.
        assert!(!passes, "byte {place}");
    }
}

#[test]
fn an_epoch_file_and_a_leaf_read_back_and_foreign_bytes_are_refused() {
    let town = town();
    let bytes = town.closed[1].file.clone().unwrap();
    let file = EpochFile::decode(&bytes).unwrap();
    assert_eq!(file.encode(), bytes);
    for length in (0..bytes.len()).step_by(97) {
        assert!(EpochFile::decode(&bytes[..length]).is_err(), "cut to {length}");
    }
    assert!(EpochFile::decode(&[&bytes[..], &[0]].concat()).is_err());
    let mut empty = bytes[..41].to_vec();
    empty.extend_from_slice(&[0; 4]);
    assert!(EpochFile::decode(&empty).is_err());
    let mut many = bytes;
    many[41..45].copy_from_slice(&u32::MAX.to_be_bytes());
    assert!(EpochFile::decode(&many).is_err());

    for closed in &town.closed {
        let leaf = closed.leaf.canonical_bytes();
        assert!(leaf.len() < 512);
        assert_eq!(EpochLeaf::decode(&leaf), Ok(closed.leaf));
        let spaced = String::from_utf8(leaf).unwrap().replace(',', ", ");
        assert!(EpochLeaf::decode(spaced.as_bytes()).is_err());
    }
}

#[test]
fn a_hundred_thousand_empty_epochs_are_replayed_in_one_go() {
    let town = Town::new(3);
    let pool = town.pool();
    let mut replay = Replay::new(&pool, &PROOFS);
    let mut leaf = town.closed[0].leaf;
    for epoch in 0..100_000 {
        leaf.epoch = Epoch(epoch);
        leaf.time = pool.end_of(Epoch(epoch));
        replay.epoch(&leaf, None).unwrap();
    }
    let replayed = replay.finish().unwrap();
    assert_eq!((replayed.epochs, replayed.bundles), (100_000, 0));
}
