//! What the ledger takes and what it refuses.

#![allow(clippy::unwrap_used, reason = "a test that does not hold should stop at once")]

mod story;

use story::{PROOFS, Person, Town, funded, tusd};
use tacit_settlement::{
    Anchor, BundleRefused, ClearRecord, CrossingRecord, GatheredFacts, Ledger, LedgerEntry, LedgerFacts,
    MintRecord, NotABundle, Pool, PoolId, Proofs, RecordRefused, SettlementBundle, WalletKeys, WalletState,
    build_mint, check_crossings, verify_ledger,
};
use tacit_values::{Currency, Digest, Epoch, PersonaKey, Timestamp};

#[test]
fn a_bundle_reads_back_from_its_bytes() {
    let mut town = Town::new(1);
    let alice = funded(&mut town, 1, "100");
    let bob = Person::new(&town, 2);
    let bundle = alice.bundle(&mut town, bob.address(0), "20");
    assert_eq!(bundle.bytes().len(), 9211, "a payment is 9,211 bytes");
    let back = SettlementBundle::decode(bundle.bytes()).unwrap();
    assert_eq!(back, bundle);
    assert_eq!(back.sighash(), bundle.sighash());
    assert_eq!(back.digest(), Digest::of(bundle.bytes()));
    assert!(PROOFS.all_good(&[&back]));
}

#[test]
fn a_byte_flipped_anywhere_in_a_bundle_is_noticed() {
    let mut town = Town::new(2);
    let alice = funded(&mut town, 1, "100");
    let to = alice.address(1);
    let bundle = alice.bundle(&mut town, to, "20");
    let proof = bundle.bytes().len() - 64 - 7264..bundle.bytes().len() - 64;
    let places = (0..bundle.bytes().len()).filter(|place| !proof.contains(place) || place % 67 == 0);
    for place in places {
        let mut bytes = bundle.bytes().to_vec();
        bytes[place] ^= 1 << (place % 8);
        if let Ok(read) = SettlementBundle::decode(&bytes) {
            assert_ne!(read.digest(), bundle.digest());
            assert!(!PROOFS.all_good(&[&read]), "byte {place}");
        }
    }
}

#[test]
fn a_bundle_cut_short_or_longer_or_huge_is_refused_unread() {
    let mut town = Town::new(3);
    let alice = funded(&mut town, 1, "100");
    let to = alice.address(1);
    let bytes = alice.bundle(&mut town, to, "20").bytes().to_vec();
    for length in [0, 1, 114, 115, 9210] {
        assert!(SettlementBundle::decode(&bytes[..length]).is_err(), "cut to {length}");
    }
    assert_eq!(SettlementBundle::decode(&[&bytes[..], &[0]].concat()), Err(NotABundle::Length));
    assert_eq!(SettlementBundle::decode(&vec![1; 1 << 20]), Err(NotABundle::TooLarge));
    let mut many = bytes;
    many[114] = 17;
    assert_eq!(SettlementBundle::decode(&many), Err(NotABundle::ActionCount(17)));
    many[114] = 1;
    assert_eq!(SettlementBundle::decode(&many), Err(NotABundle::ActionCount(1)));
}

#[test]
fn a_note_is_spent_once_in_one_batch_and_across_batches() {
    let mut town = Town::new(4);
    let alice = funded(&mut town, 1, "100");
    let (one, two) = (Person::new(&town, 2).address(0), Person::new(&town, 3).address(0));
    let first = LedgerEntry::transfer(alice.bundle(&mut town, one, "20"));
    let second = LedgerEntry::transfer(alice.bundle(&mut town, two, "30"));
    let verdicts = town.apply(&[first.clone(), second.clone()]);
    assert_eq!(verdicts.iter().filter(|verdict| verdict.is_ok()).count(), 1);
    assert!(verdicts.contains(&Err(BundleRefused::DoubleSpend)));
    let loser = if verdicts[0].is_ok() { second } else { first };
    assert_eq!(town.apply(std::slice::from_ref(&loser)), [Err(BundleRefused::DoubleSpend)]);
    town.close();
    assert_eq!(town.apply(&[loser]), [Err(BundleRefused::DoubleSpend)]);
}

#[test]
fn the_same_bundle_twice_in_a_window_enters_once_and_is_answered_twice() {
    let mut town = Town::new(5);
    let alice = funded(&mut town, 1, "100");
    let to = alice.address(1);
    let entry = LedgerEntry::transfer(alice.bundle(&mut town, to, "20"));
    assert_eq!(town.apply(&[entry.clone(), entry]), [Ok(()), Ok(())]);
    town.close();
    assert_eq!(town.closed.last().unwrap().leaf.tree_size, 4);
}

#[test]
fn a_copy_with_a_spoilt_proof_does_not_keep_the_true_bundle_out() {
    let mut town = Town::new(6);
    let alice = funded(&mut town, 1, "100");
    let to = alice.address(1);
    let bundle = alice.bundle(&mut town, to, "20");
    let mut spoilt = bundle.bytes().to_vec();
    spoilt[5000] = 1;
    let spoilt = SettlementBundle::decode(&spoilt).unwrap();
    let verdicts = town.apply(&[LedgerEntry::transfer(spoilt), LedgerEntry::transfer(bundle)]);
    assert_eq!(verdicts, [Err(BundleRefused::BadProof), Ok(())]);
}

#[test]
fn a_bundle_lands_until_its_last_epoch_and_not_after() {
    let mut town = Town::new(7);
    let alice = funded(&mut town, 1, "100");
    let to = alice.address(1);
    let bundle = alice.bundle(&mut town, to, "20");
    let last = bundle.valid_until();
    let entry = LedgerEntry::transfer(bundle);
    while town.ledger.open_epoch() < last {
        town.close();
    }
    let mut in_time = town.ledger.clone();
    assert_eq!(in_time.apply(std::slice::from_ref(&entry), &PROOFS, &mut town.rng), [Ok(())]);
    town.close();
    let expired = BundleRefused::Expired { valid_until: last, now: last.next() };
    assert_eq!(town.apply(&[entry]), [Err(expired)]);
}

#[test]
fn an_expiry_that_is_no_multiple_of_64_is_not_even_built() {
    let mut town = Town::new(8);
    let alice = funded(&mut town, 1, "100");
    let mut payment = alice.payment(&mut town, alice.address(1), "20");
    payment.valid_until = Epoch(65);
    let notes = [alice.wallet.notes().next().unwrap().position];
    let refused = alice.wallet.build_payment(&alice.keys, &notes, &payment, &mut town.rng);
    assert!(matches!(refused, Err(tacit_settlement::NotBuilt::Expiry)));
}

#[test]
fn nobody_mints_without_the_treasury() {
    let mut town = Town::new(9);
    let alice = Person::new(&town, 1);
    let bundle = town.mint_bundle(alice.address(0), "100");
    let other = town.mint_bundle(alice.address(0), "100");
    let thief = PersonaKey::from_seed(&[6; 32]);
    let with = |record| LedgerEntry { bundle: bundle.clone(), record: Some(ClearRecord::Mint(record)) };
    let treasury = &town.treasury;
    let tries = [
        (LedgerEntry::transfer(bundle.clone()), BundleRefused::NotAuthorised),
        (
            with(MintRecord::sign(tusd("100"), &bundle, &thief).unwrap()),
            BundleRefused::Record(RecordRefused::Signature),
        ),
        (with(MintRecord::sign(tusd("99"), &bundle, treasury).unwrap()), BundleRefused::NotAuthorised),
        (with(MintRecord::sign(tusd("100"), &other, treasury).unwrap()), BundleRefused::NotAuthorised),
    ];
    for (entry, refused) in tries {
        assert_eq!(town.apply(&[entry]), [Err(refused)]);
    }
    assert!(town.ledger.turnstile().balance().is_zero());
    let record = MintRecord::sign(tusd("100"), &bundle, &town.treasury).unwrap();
    let unsigned = LedgerEntry::transfer(bundle.clone());
    let signed = LedgerEntry { bundle, record: Some(ClearRecord::Mint(record)) };
    assert_eq!(town.apply(&[unsigned, signed]), [Err(BundleRefused::NotAuthorised), Ok(())]);
    assert_eq!(town.ledger.turnstile().balance(), tusd("100"));
}

#[test]
fn a_record_beside_a_plain_transfer_is_refused() {
    let mut town = Town::new(10);
    let alice = funded(&mut town, 1, "100");
    let to = alice.address(1);
    let bundle = alice.bundle(&mut town, to, "20");
    let record = MintRecord::sign(tusd("20"), &bundle, &town.treasury).unwrap();
    let entry = LedgerEntry { bundle, record: Some(ClearRecord::Mint(record)) };
    assert_eq!(town.apply(&[entry]), [Err(BundleRefused::NotAuthorised)]);
}

#[test]
fn value_leaves_only_with_a_record_and_never_more_than_is_there() {
    let mut town = Town::new(11);
    let alice = funded(&mut town, 1, "100");
    let notes = [alice.wallet.notes().next().unwrap().position];
    let expiry = town.expiry();
    let unproven = alice.wallet.build_burn(&alice.keys, &notes, tusd("40"), expiry, &mut town.rng).unwrap();
    let bundle = unproven.complete(&alice.keys, &PROOFS, &mut town.rng).unwrap();
    let entry = LedgerEntry::transfer(bundle.clone());
    assert_eq!(town.apply(&[entry]), [Err(BundleRefused::NotAuthorised)]);
    let entry = town.burn_entry(bundle, tusd("40"));
    town.take(entry);
    assert_eq!(town.ledger.turnstile().balance(), tusd("60"));
    // A forged proof could burn more than was ever minted: AssumeProof takes it, the turnstile does not.
    let mut other = Town::new(12);
    let rich = funded(&mut other, 1, "1000");
    let notes: Vec<u64> = rich.wallet.notes().map(|note| note.position).collect();
    let forged = rich.wallet.build_burn(&rich.keys, &notes, tusd("500"), expiry, &mut town.rng).unwrap();
    let forged = forged.complete(&rich.keys, &PROOFS, &mut town.rng).unwrap();
    let entry = town.burn_entry(forged, tusd("500"));
    let mut blind = town.ledger.gather(std::slice::from_ref(&entry));
    blind.anchors.insert(entry.bundle.anchor());
    let refused = tacit_settlement::check_facts(&entry, &town.pool(), &blind);
    assert_eq!(refused, Err(BundleRefused::Turnstile(tacit_settlement::TurnstileRefused::Overdrawn)));
}

#[test]
fn old_roots_stay_anchors_and_foreign_roots_are_none() {
    let mut town = Town::new(13);
    let alice = funded(&mut town, 1, "100");
    let to = alice.address(1);
    let bundle = alice.bundle(&mut town, to, "20");
    let stranger = Person::new(&town, 5);
    for _ in 0..3 {
        town.mint(stranger.address(0), "1");
    }
    town.take(LedgerEntry::transfer(bundle));
    // The same pool as another history has it: same name, other roots.
    let mut fork = Town::new(14);
    let bob = funded(&mut fork, 2, "100");
    let to = bob.address(1);
    let foreign = bob.bundle(&mut fork, to, "20");
    assert_eq!(town.apply(&[LedgerEntry::transfer(foreign)]), [Err(BundleRefused::UnknownAnchor)]);
}

#[test]
fn a_bundle_of_another_pool_is_refused_even_where_anchors_coincide() {
    let mut town = Town::new(15);
    let treasury = town.treasury.persona();
    let origin = "https://other.example".parse().unwrap();
    let other = Pool::open(&origin, Currency::TestUsd, treasury, 15, Timestamp::from_secs(1_795_176_000));
    let keys = WalletKeys::from_seed(&[1; 32], other.pool);
    let to = keys.address(tacit_settlement::Account::Spending, 0);
    let expiry = town.expiry();
    let mut payment = build_mint(&other, &[(to, tusd("5"))], expiry, &mut town.rng).unwrap();
    PROOFS.prove(&mut payment, &mut town.rng).unwrap();
    let bundle = payment.finish(&mut town.rng).unwrap();
    assert_eq!(bundle.anchor(), Anchor::empty_tree());
    let record = MintRecord::sign(tusd("5"), &bundle, &town.treasury).unwrap();
    let entry = LedgerEntry { bundle: bundle.clone(), record: Some(ClearRecord::Mint(record)) };
    assert_eq!(town.apply(&[entry]), [Err(BundleRefused::WrongPool { found: other.pool })]);
    // Renaming the pool in the bytes breaks the signatures.
    let mut renamed = bundle.bytes().to_vec();
    renamed[1..33].copy_from_slice(town.pool().pool.bytes());
    let renamed = SettlementBundle::decode(&renamed).unwrap();
    assert!(!PROOFS.all_good(&[&renamed]));
    // And an address of the other pool cannot be paid here.
    assert!(build_mint(&town.pool(), &[(to, tusd("5"))], expiry, &mut town.rng).is_err());
}

#[test]
fn two_bundles_never_carry_the_same_tag() {
    let mut town = Town::new(16);
    let (alice, bob) = (funded(&mut town, 1, "100"), funded(&mut town, 2, "100"));
    let mut alice = alice;
    alice.sync(&town);
    let payment = alice.payment(&mut town, alice.address(1), "20");
    let notes = |person: &Person| vec![person.wallet.notes().next().unwrap().position];
    let first = alice.bundle_from(&mut town, &notes(&alice), &payment);
    let second = bob.bundle_from(&mut town, &notes(&bob), &payment);
    let verdicts = town.apply(&[LedgerEntry::transfer(first), LedgerEntry::transfer(second)]);
    assert!(verdicts.contains(&Ok(())) && verdicts.contains(&Err(BundleRefused::DuplicateTag)));
}

#[test]
fn epoch_zero_takes_no_bundles() {
    let mut town = Town::new(21);
    let alice = Person::new(&town, 1);
    let entry = town.mint_entry(alice.address(0), "100");
    let facts = GatheredFacts::new(Epoch(0), town.ledger.turnstile());
    let refused = tacit_settlement::check_facts(&entry, &town.pool(), &facts);
    assert_eq!(refused, Err(BundleRefused::NotOpenYet));
}

#[test]
fn a_payment_signed_by_another_wallet_is_not_finished() {
    let mut town = Town::new(17);
    let alice = funded(&mut town, 1, "100");
    let thief = Person::new(&town, 2);
    let payment = alice.payment(&mut town, thief.address(0), "20");
    let notes: Vec<u64> = alice.wallet.notes().map(|note| note.position).collect();
    let unproven = alice.wallet.build_payment(&alice.keys, &notes, &payment, &mut town.rng).unwrap();
    let refused = unproven.complete(&thief.keys, &PROOFS, &mut town.rng);
    assert_eq!(refused, Err(tacit_settlement::NotFinished::Unsigned));
}

#[test]
fn notes_of_a_rotated_pool_cross_into_the_successor_and_go_nowhere_else() {
    let mut town = Town::new(18);
    let mut alice = funded(&mut town, 1, "100");
    alice.sync(&town);
    let from_epoch = town.ledger.open_epoch().next();
    let old_id = town.pool().pool;
    let next = town.genesis.rotate(&old_id, from_epoch, Timestamp::from_secs(1_795_180_000)).unwrap();
    let old = town.genesis.pool(&old_id).unwrap().clone();
    town.ledger.follow(old.clone());
    let to = alice.address(1);
    let early = LedgerEntry::transfer(alice.bundle(&mut town, to, "20"));
    assert!(town.ledger.clone().apply(std::slice::from_ref(&early), &PROOFS, &mut town.rng)[0].is_ok());
    town.close();
    let refused = BundleRefused::OnlyCrossings { successor: next.pool };
    assert_eq!(town.apply(&[early]), [Err(refused)]);
    let mint = town.mint_entry(to, "1");
    assert_eq!(town.apply(&[mint]), [Err(refused)]);

    // A burn here, a mint there, one signature that names both.
    alice.sync(&town);
    let expiry = town.expiry();
    let notes: Vec<u64> = alice.wallet.notes().map(|note| note.position).collect();
    let burn = alice.wallet.build_burn(&alice.keys, &notes, tusd("50"), expiry, &mut town.rng).unwrap();
    let burn = burn.complete(&alice.keys, &PROOFS, &mut town.rng).unwrap();
    let new_keys = WalletKeys::from_seed(&[1; 32], next.pool);
    let (mut successor, first) = Ledger::new(next.clone());
    let here = new_keys.address(tacit_settlement::Account::Spending, 0);
    let mut mint = build_mint(&next, &[(here, tusd("50"))], Epoch(128), &mut town.rng).unwrap();
    PROOFS.prove(&mut mint, &mut town.rng).unwrap();
    let mint = mint.finish(&mut town.rng).unwrap();
    let record = CrossingRecord::sign(tusd("50"), &burn, &mint, &town.treasury).unwrap();
    let plain_burn = town.burn_entry(burn.clone(), tusd("50"));
    assert_eq!(town.apply(&[plain_burn]), [Err(refused)]);
    let record = Some(ClearRecord::Crossing(record));
    let swapped = LedgerEntry {
        bundle: burn.clone(),
        record: Some(ClearRecord::Crossing(
            CrossingRecord::sign(tusd("50"), &mint, &burn, &town.treasury).unwrap(),
        )),
    };
    assert_eq!(town.apply(&[swapped]), [Err(BundleRefused::NotAuthorised)]);
    town.take(LedgerEntry { bundle: burn, record });
    let entry = LedgerEntry { bundle: mint, record };
    assert_eq!(successor.apply(&[entry], &PROOFS, &mut town.rng), [Ok(())]);
    town.close();
    let entered = vec![first, successor.close_epoch().unwrap()];
    assert_eq!(town.ledger.turnstile().balance(), tusd("50"));

    let left = verify_ledger(&old, town.closed.iter().cloned().map(Ok), &PROOFS).unwrap();
    let arrived = verify_ledger(&next, entered.into_iter().map(Ok), &PROOFS).unwrap();
    assert_eq!((left.balance, arrived.balance), (tusd("50"), tusd("50")));
    check_crossings(&[(&old, &left), (&next, &arrived)]).unwrap();
    assert!(check_crossings(&[(&next, &arrived)]).is_err());
}

#[test]
fn records_are_canonical_and_bounded() {
    let mut town = Town::new(19);
    let alice = Person::new(&town, 1);
    let record = town.mint_entry(alice.address(0), "100").record.unwrap();
    let bytes = record.canonical_bytes();
    assert_eq!(ClearRecord::decode(&bytes), Ok(record));
    let spaced = String::from_utf8(bytes.clone()).unwrap().replace(',', ", ");
    assert_eq!(ClearRecord::decode(spaced.as_bytes()), Err(RecordRefused::Form));
    let more = String::from_utf8(bytes).unwrap().replace("{\"amount\"", "{\"aaa\":1,\"amount\"");
    assert_eq!(ClearRecord::decode(more.as_bytes()), Err(RecordRefused::Form));
    assert_eq!(ClearRecord::decode(&[b' '; 1025]), Err(RecordRefused::Form));
}

#[test]
fn a_wallet_of_one_pool_does_not_follow_another() {
    let town = Town::new(20);
    let origin = "https://other.example".parse().unwrap();
    let other = Pool::open(&origin, Currency::TestUsd, town.treasury.persona(), 15, Timestamp::from_secs(1));
    assert_ne!(other.pool, PoolId::from_bytes([0; 32]));
    let mut wallet = WalletState::new(&other, Epoch::GENESIS);
    let keys = WalletKeys::from_seed(&[1; 32], other.pool);
    assert!(wallet.follow(&keys, &town.closed[0].leaf, None).is_err());
}
