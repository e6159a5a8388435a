//! Real proofs: 64 stored bundles in batch, by bisection and in a full replay; one payment proven here and now.

#![allow(clippy::unwrap_used, reason = "a test that does not hold should stop at once")]

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use std::collections::HashSet;
use tacit_prover::Halo2;
use tacit_settlement::{
    Account, BundleRefused, ClosedEpoch, EpochFile, LedgerBroken, Pool, Proofs, SegmentReader,
    SettlementBundle, SignedGenesis, WalletKeys, build_mint, verify_ledger,
};
use tacit_values::{Currency, Digest, Epoch, Money, PersonaKey, Timestamp};

const FILE: &[u8] = include_bytes!("../../../vectors/settlement/bundles-64.bin");

fn stored() -> (Pool, Vec<ClosedEpoch>) {
    let (length, rest) = FILE.split_at(4);
    let (genesis, segment) = rest.split_at(u32::from_be_bytes(length.try_into().unwrap()) as usize);
    let genesis: SignedGenesis = serde_json::from_slice(genesis).unwrap();
    let genesis = genesis.open().unwrap();
    assert_eq!(genesis.proofs, Halo2::new().name());
    let pool = genesis.pools[0].clone();
    let epochs = SegmentReader::open(segment, &pool, 0).unwrap().map(Result::unwrap).collect();
    (pool, epochs)
}

fn bundles_of(epochs: &[ClosedEpoch]) -> Vec<SettlementBundle> {
    let files = epochs.iter().filter_map(|closed| closed.file.as_deref());
    files.flat_map(|bytes| EpochFile::decode(bytes).unwrap().entries).map(|entry| entry.bundle).collect()
}

/// One test, so that the verifying key is built once.
#[test]
fn sixty_four_real_bundles_hold_a_spoilt_one_is_found_and_the_ledger_replays() {
    let (pool, epochs) = stored();
    let bundles = bundles_of(&epochs);
    let distinct: HashSet<_> = bundles.iter().map(|bundle| *bundle.digest().bytes()).collect();
    assert_eq!((bundles.len(), distinct.len()), (64, 64));
    let proofs = Halo2::new();
    let all: Vec<_> = bundles.iter().collect();
    assert!(proofs.all_good(&all));
    assert!(!proofs.can_prove_now(), "checking builds no proving key");

    // A changed proof, a changed signature, a changed ciphertext: each is found among its neighbours.
    let length = bundles[0].bytes().len();
    for (index, place) in [(3, length - 1000), (5, length - 1), (6, 500)] {
        let mut bytes = bundles[index].bytes().to_vec();
        bytes[place] ^= 1;
        let spoilt = SettlementBundle::decode(&bytes).unwrap();
        let mut some: Vec<_> = bundles[..8].iter().collect();
        some[index] = &spoilt;
        let verdicts = proofs.check(&some);
        let expected: Vec<_> = (0..8).map(|other| other != index).collect();
        assert_eq!(verdicts, expected, "byte {place} of bundle {index}");
    }

    let replayed = verify_ledger(&pool, epochs.iter().cloned().map(Ok), &proofs).unwrap();
    assert_eq!((replayed.epochs, replayed.bundles, replayed.batches, replayed.notes), (256, 64, 1, 128));
    assert_eq!(replayed.minted.to_string(), "800.00");
    assert_eq!(replayed.balance.to_string(), "795.00");

    // A sequencer that let a bad proof in, with files and leaves that fit, is still found out.
    let mut crooked = epochs;
    let closed = &mut crooked[1];
    let bytes = closed.file.as_mut().unwrap();
    let place = bytes.len() - 100;
    bytes[place] ^= 1;
    closed.leaf.file = Some(Digest::of(bytes));
    // The record names the bundle with all its bytes, so the mint is refused before its proof is looked at.
    let refused = verify_ledger(&pool, crooked.into_iter().map(Ok), &proofs);
    assert!(matches!(
        refused,
        Err(LedgerBroken::Bundle { epoch: Epoch(1), cause: BundleRefused::NotAuthorised, .. })
    ));
}

#[test]
fn a_fresh_proof_convinces_a_verifier_that_never_proves() {
    let mut rng = ChaCha20Rng::seed_from_u64(1);
    let treasury = PersonaKey::from_seed(&[9; 32]);
    let market = "https://market.example".parse().unwrap();
    let pool =
        Pool::open(&market, Currency::TestUsd, treasury.persona(), 15, Timestamp::from_secs(1_795_176_000));
    let keys = WalletKeys::from_seed(&[1; 32], pool.pool);
    let to = keys.address(Account::Spending, 0);
    let amount = Money::parse("100", Currency::TestUsd).unwrap();
    let prover = Halo2::new();
    let mut payment = build_mint(&pool, &[(to, amount)], Epoch(64), &mut rng).unwrap();
    prover.prove(&mut payment, &mut rng).unwrap();
    let proven = payment.finish(&mut rng).unwrap();
    let mut assumed = build_mint(&pool, &[(to, amount)], Epoch(64), &mut rng).unwrap();
    assumed.attach_proof(vec![0; proven.shielded().authorization().proof().as_ref().len()]);
    let assumed = assumed.finish(&mut rng).unwrap();
    let verifier = prover;
    assert_eq!(verifier.check(&[&assumed, &proven]), [false, true]);
    assert!(verifier.all_good(&[]));
}
