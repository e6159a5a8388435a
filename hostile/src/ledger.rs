//! What the ledger brings: bundles, closed epochs, segments of them.

use crate::Reached;
use crate::vectors::{bytes, cases, read, text, vector};
use std::sync::LazyLock;
use tacit_settlement::{
    Anchor, ClearRecord, ClosedEpoch, EpochFile, EpochLeaf, LedgerEntry, Pool, SEGMENT_EPOCHS, SegmentReader,
    SettlementBundle, WalletKeys, write_segment,
};
use tacit_values::{Currency, Digest, Epoch, PersonaKey, Timestamp};
use tacit_wire::bodies::ledger::{decode_epoch, encode_epoch};

/// The pool of the vectors, and a wallet that looks into everything that comes.
static POOL: LazyLock<Pool> = LazyLock::new(|| {
    let market = "https://market.example".parse().expect("an address");
    let treasury = PersonaKey::from_seed(&[64; 32]).persona();
    Pool::open(&market, Currency::TestUsd, treasury, 15, Timestamp::from_secs(1_795_176_000))
});
static WALLET: LazyLock<WalletKeys> = LazyLock::new(|| WalletKeys::from_seed(&[1; 32], POOL.pool));

pub(crate) fn bundle(bytes: &[u8]) -> Reached {
    let Ok(bundle) = SettlementBundle::decode(bytes) else { return Reached::Nothing };
    assert_eq!(bundle.bytes(), bytes, "a bundle is kept to the letter");
    assert_eq!(bundle.nullifiers().count(), bundle.actions());
    assert_eq!(bundle.commitments().count(), bundle.actions());
    let _ = (bundle.movement(), bundle.anchor(), bundle.sighash());
    for action in 0..=bundle.actions() {
        let opened = WALLET.open_output(&bundle, action, Currency::TestUsd);
        if let Some(received) = opened {
            assert_eq!(received.opening.verify(&bundle, action), Ok(()));
        }
        let _ = WALLET.recover_output(&bundle, action, Currency::TestUsd);
    }
    // Proofs and signatures are the prover's, which is handed what was read here.
    Reached::Believed
}

pub(crate) fn bundle_seeds() -> Vec<Vec<u8>> {
    let vector = vector("settlement/bundle.json");
    let good = bytes(&vector["good"]["bytes"]);
    let changed = cases(&vector, "bad").chain(cases(&vector, "forged")).map(|edit| edited(&good, edit));
    [good.clone()].into_iter().chain(changed).collect()
}

fn edited(good: &[u8], edit: &serde_json::Value) -> Vec<u8> {
    let place = |name: &str| edit[name].as_u64().and_then(|number| usize::try_from(number).ok());
    if let Some(length) = place("cut_to") {
        return good[..length].to_vec();
    }
    let (at, with) = (place("at").expect("a place"), bytes(&edit["with"]));
    let mut out = good.to_vec();
    out.resize(out.len().max(at + with.len()), 0);
    out[at..at + with.len()].copy_from_slice(&with);
    out
}

/// A closed epoch on the wire. When only the digest of its file is wrong, it is put right: a market may lie.
pub(crate) fn epoch(bytes: &[u8]) -> Reached {
    let closed = decode_epoch(bytes).ok().or_else(|| put_right(bytes));
    let Some(closed) = closed else { return Reached::Nothing };
    assert_eq!(EpochLeaf::decode(&closed.leaf.canonical_bytes()), Ok(closed.leaf));
    let Some(file) = closed.file else { return Reached::Believed };
    let Ok(read) = EpochFile::decode(&file) else { return Reached::Read };
    assert_eq!(read.encode(), file, "an epoch file is kept to the letter");
    let scanned = WALLET.scan_epoch(&read);
    assert!(scanned.found.len() as u64 <= read.outputs());
    for entry in &read.entries {
        let _ = entry.record.map(|record| record.verify(&POOL.treasury));
        let position = read.position_of(&entry.bundle.digest(), closed.leaf.tree_size);
        let _ = position.and_then(|position| read.output_at(closed.leaf.tree_size, position));
    }
    Reached::Believed
}

fn put_right(bytes: &[u8]) -> Option<ClosedEpoch> {
    let (head, rest) = bytes.split_first_chunk::<3>()?;
    let length = usize::from(u16::from_be_bytes([head[1], head[2]]));
    let (leaf, file) = rest.split_at_checked(length)?;
    let leaf = EpochLeaf { file: Some(Digest::of(file)), ..EpochLeaf::decode(leaf).ok()? };
    decode_epoch(&encode_epoch(&leaf.canonical_bytes(), Some(file))).ok()
}

/// Epoch 1 of the pool with the one bundle of the vectors in it, and the leaf before it.
fn small_epoch() -> (EpochLeaf, EpochFile) {
    let vector = vector("settlement/bundle.json");
    let good = &vector["good"];
    let bundle = SettlementBundle::decode(&bytes(&good["bytes"])).expect("a good vector");
    let record = ClearRecord::decode(text(&good["record"]).as_bytes()).expect("a good vector");
    let entries = vec![LedgerEntry { bundle, record: Some(record) }];
    let file = EpochFile { pool: read(&good["pool"]), epoch: Epoch(1), entries };
    let leaf = EpochLeaf {
        v: 1,
        pool: file.pool,
        epoch: file.epoch,
        time: POOL.end_of(file.epoch),
        root: Anchor::from_bytes([2; 32]),
        tree_size: file.outputs(),
        file: Some(Digest::of(&file.encode())),
    };
    (leaf, file)
}

pub(crate) fn epoch_seeds() -> Vec<Vec<u8>> {
    let (leaf, file) = small_epoch();
    let good = encode_epoch(&leaf.canonical_bytes(), Some(&file.encode()));
    let empty = EpochLeaf { file: None, ..leaf };
    let cut = good[..good.len() - 1].to_vec();
    let mut lies = good.clone();
    let last = lies.len() - 1;
    lies[last] ^= 1;
    vec![good, encode_epoch(&empty.canonical_bytes(), None), cut, lies]
}

pub(crate) fn segment(bytes: &[u8]) -> Reached {
    let Ok(reader) = SegmentReader::open(bytes, &POOL, 0) else { return Reached::Nothing };
    let mut epochs = 0;
    for closed in reader {
        let Ok(closed) = closed else { return Reached::Read };
        assert_eq!(closed.leaf.epoch, Epoch(epochs), "epochs come in order");
        epochs += 1;
        if let Some(file) = closed.file
            && let Ok(read) = EpochFile::decode(&file)
        {
            assert_eq!(read.encode(), file);
        }
    }
    assert_eq!(epochs, SEGMENT_EPOCHS);
    Reached::Believed
}

pub(crate) fn segment_seeds() -> Vec<Vec<u8>> {
    let (leaf, file) = small_epoch();
    let before = EpochLeaf { epoch: Epoch(0), root: Anchor::empty_tree(), tree_size: 0, file: None, ..leaf };
    let closed = |number: u64| match number {
        0 => ClosedEpoch { leaf: before, file: None },
        1 => ClosedEpoch { leaf, file: Some(file.encode()) },
        _ => ClosedEpoch { leaf: EpochLeaf { epoch: Epoch(number), file: None, ..leaf }, file: None },
    };
    let epochs: Vec<ClosedEpoch> = (0..SEGMENT_EPOCHS).map(closed).collect();
    let mut good = Vec::new();
    write_segment(0, None, &epochs, &mut good).expect("256 epochs in order");
    let cut = good[..good.len() / 2].to_vec();
    let longer = [good.as_slice(), &[0]].concat();
    vec![good, cut, longer]
}
