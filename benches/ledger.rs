//! What the ledger costs beside the proofs: the whole path of 64 distinct real bundles, from bytes to a closed epoch file,
//! against bare `BatchValidator` on the same bundles; and trial decryption of their outputs with a stranger's wallet.
//!
//! `cargo xtask bench ledger [ROUNDS]` prints one JSON object. Costs are processor time of this process, so other work on the
//! machine does not count; bundles per second are wall time on all cores, so other work does. Linux only.

#![expect(clippy::unwrap_used, reason = "a measurement that cannot be made should stop at once")]
#![expect(clippy::disallowed_methods, reason = "a bench measures")]

use orchard::bundle::{BatchValidator, BundleVersion};
use orchard::circuit::VerifyingKey;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use tacit_prover::Halo2;
use tacit_settlement::{
    ClearRecord, CommitmentTree, EpochFile, GatheredFacts, LedgerEntry, Movement, Pool, Proofs,
    SegmentReader, SettlementBundle, SignedGenesis, Turnstile, WalletKeys, settle_window,
};
use tacit_values::{Digest, Epoch};

const FILE: &[u8] = include_bytes!("../vectors/settlement/bundles-64.bin");

/// A window of the sequencer: 32 bundles to one batch.
const WINDOW: usize = 32;

type Wire = (Vec<u8>, Option<ClearRecord>);

fn main() {
    // Cargo itself says `--bench`.
    let rounds = std::env::args().skip(1).find(|word| word != "--bench");
    let rounds: u32 = rounds.map_or(5, |rounds| rounds.parse().unwrap());
    let (pool, wire) = stored();
    let bundles: Vec<SettlementBundle> =
        wire.iter().map(|(bytes, _)| SettlementBundle::decode(bytes).unwrap()).collect();
    let key = VerifyingKey::build(BundleVersion::ironwood_v3().circuit_version());
    let proofs = Halo2::new();
    assert!(proofs.all_good(&[&bundles[0]]), "this builds the key");
    let (mut bare, mut whole) = (0.0, 0.0);
    let mut rates = Vec::new();
    for round in 0..rounds {
        let mut rng = ChaCha20Rng::seed_from_u64(u64::from(round));
        let start = processor_seconds();
        for window in bundles.chunks(WINDOW) {
            let mut validator = BatchValidator::new(&key);
            for bundle in window {
                validator.add_bundle(bundle.shielded(), bundle.sighash()).unwrap();
            }
            assert!(validator.validate(&mut rng));
        }
        bare += processor_seconds() - start;
        let (start, clock) = (processor_seconds(), std::time::Instant::now());
        whole_path(&pool, &wire, &proofs, &mut rng);
        whole += processor_seconds() - start;
        rates.push(bundles.len() as f64 / clock.elapsed().as_secs_f64());
    }
    let keys = WalletKeys::from_seed(&[99; 32], pool.pool);
    let entries = bundles.iter().cloned().map(LedgerEntry::transfer).collect();
    let file = EpochFile { pool: pool.pool, epoch: Epoch(8), entries };
    let start = processor_seconds();
    (0..rounds).for_each(|_| assert!(keys.scan_epoch(&file).found.is_empty()));
    let scan = processor_seconds() - start;
    let count = f64::from(rounds) * bundles.len() as f64;
    let transfers = bundles.iter().filter(|bundle| bundle.movement() == Movement::Transfer).count();
    rates.sort_by(f64::total_cmp);
    let answer = serde_json::json!({
        "bundles": bundles.len(),
        "transfers": transfers,
        "bytes_per_payment": bundles[0].bytes().len(),
        "bare_ms": rounded(bare / count * 1000.0),
        "whole_ms": rounded(whole / count * 1000.0),
        "ratio": rounded(whole / bare),
        "ratio_goal": 1.2,
        "within_goal": whole / bare <= 1.2,
        "bundles_per_second": rounded(rates[rates.len() / 2]),
        "cores": std::thread::available_parallelism().map_or(1, usize::from),
        "scan_ms_per_output": rounded(scan / count / 2.0 * 1000.0),
    });
    println!("{answer}");
}

fn rounded(figure: f64) -> f64 {
    (figure * 1000.0).round() / 1000.0
}

/// From bytes to the bytes of a closed epoch's file and its root, with everything that is checked and remembered between.
fn whole_path(pool: &Pool, wire: &[Wire], proofs: &dyn Proofs, rng: &mut ChaCha20Rng) {
    let mut facts = GatheredFacts::new(Epoch(8), Turnstile::new(pool.currency));
    let mut tree = CommitmentTree::empty();
    let mut taken = Vec::new();
    for window in wire.chunks(WINDOW) {
        let read = |(bytes, record): &Wire| LedgerEntry {
            bundle: SettlementBundle::decode(bytes).unwrap(),
            record: *record,
        };
        let entries: Vec<LedgerEntry> = window.iter().map(read).collect();
        facts.anchors.extend(entries.iter().map(|entry| entry.bundle.anchor()));
        let settled = settle_window(pool, facts.clone(), &entries, proofs, rng);
        assert_eq!(settled.accepted.len(), entries.len());
        facts.turnstile = settled.turnstile;
        for index in settled.accepted {
            let entry = &entries[index];
            facts.spent.extend(entry.bundle.nullifiers());
            facts.tags.insert(entry.bundle.terms_tag());
            entry.bundle.commitments().for_each(|commitment| tree.append(&commitment).unwrap());
            taken.push(entry.clone());
        }
    }
    let file = EpochFile { pool: pool.pool, epoch: Epoch(8), entries: taken }.encode();
    std::hint::black_box((tree.root(), Digest::of(&file)));
}

fn stored() -> (Pool, Vec<Wire>) {
    let (length, rest) = FILE.split_at(4);
    let (genesis, segment) = rest.split_at(u32::from_be_bytes(length.try_into().unwrap()) as usize);
    let genesis: SignedGenesis = serde_json::from_slice(genesis).unwrap();
    let pool = genesis.open().unwrap().pools[0].clone();
    let files = SegmentReader::open(segment, &pool, 0).unwrap().filter_map(|closed| closed.unwrap().file);
    let entries = files.flat_map(|bytes| EpochFile::decode(&bytes).unwrap().entries);
    let wire = entries.map(|entry| (entry.bundle.bytes().to_vec(), entry.record)).collect();
    (pool, wire)
}

/// User and system time of this process, all threads, in seconds; the kernel counts in hundredths.
fn processor_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let after_name = stat.rsplit_once(')').unwrap().1;
    let ticks: f64 =
        after_name.split_whitespace().skip(11).take(2).map(|ticks| ticks.parse::<f64>().unwrap()).sum();
    ticks / 100.0
}
