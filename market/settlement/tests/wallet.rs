//! A person's money: found by trial decryption, spent once, found again from the seed alone.

#![allow(clippy::unwrap_used, reason = "a test that does not hold should stop at once")]

mod story;

use proptest::prelude::*;
use std::collections::HashSet;
use story::{PROOFS, Person, Town, funded, tusd};
use tacit_settlement::wallet::{Moved, NoteState, Plan};
use tacit_settlement::{
    Account, EpochFile, LedgerEntry, LedgerFacts, NoteOpening, OpeningRefused, TermsBlind, TermsTag,
    WalletKeys, WalletState,
};
use tacit_values::{Currency, Digest, Epoch, OrderId};

#[test]
fn a_payment_reaches_its_payee_and_the_change_comes_back() {
    let mut town = Town::new(1);
    let mut alice = funded(&mut town, 1, "100");
    let mut bob = Person::new(&town, 2);
    let order = OrderId::from_bytes([3; 16]);
    let to = bob.keys.order_address(Account::Income, &order);
    alice.pay(&mut town, to, "20");
    bob.sync(&town);
    assert_eq!((alice.free(), bob.free()), ("80.00".into(), "20.00".into()));
    let note = bob.wallet.received_at(&to).next().unwrap();
    assert_eq!((note.amount, note.account, note.change), (tusd("20"), Account::Income, false));
    assert_eq!(bob.keys.account_of(&to), Some(Account::Income));
    assert_eq!(alice.keys.account_of(&to), None);
    let moved: Vec<_> = alice.wallet.history().iter().map(|line| (line.moved, line.amount)).collect();
    let minted = Moved::Minted { to: alice.address(0) };
    assert_eq!(moved, [(minted, tusd("100")), (Moved::Sent { to: Some(to) }, tusd("20"))]);
    assert!(matches!(bob.wallet.history()[0].moved, Moved::Received { to: at, .. } if at == to));
    // And on: income can be spent, change can be spent.
    let back = alice.address(7);
    bob.pay(&mut town, back, "5");
    alice.sync(&town);
    alice.pay(&mut town, to, "84");
    bob.sync(&town);
    assert_eq!((alice.free(), bob.free()), ("1.00".into(), "99.00".into()));
}

#[test]
fn a_wallet_is_restored_from_its_seed_alone() {
    let mut town = Town::new(2);
    let mut alice = funded(&mut town, 1, "100");
    let bob = Person::new(&town, 2);
    for amount in ["20", "30", "7.5"] {
        alice.pay(&mut town, bob.address(0), amount);
        town.close();
    }
    alice.sync(&town);
    let mut restored = Person::new(&town, 1);
    restored.sync(&town);
    assert_eq!(restored.wallet.all_pieces(), alice.wallet.all_pieces());
    assert_eq!(restored.free(), "42.50");
    let mut bob = bob;
    bob.sync(&town);
    let to = bob.address(1);
    restored.pay(&mut town, to, "42.5");
    assert_eq!(restored.free(), "0.00");
}

#[test]
fn a_wallet_survives_storage_piece_by_piece_at_every_step() {
    let mut town = Town::new(3);
    let mut alice = funded(&mut town, 1, "100");
    let bob = Person::new(&town, 2);
    let mut stored = std::collections::BTreeMap::new();
    for round in 0..6 {
        if round % 3 == 0 {
            town.mint(bob.address(0), "1");
        } else {
            alice.sync(&town);
            let to = if round % 2 == 0 { alice.address(round) } else { bob.address(0) };
            let bundle = alice.bundle(&mut town, to, "10");
            town.take(LedgerEntry::transfer(bundle));
            town.close();
        }
        alice.sync(&town);
        stored.extend(alice.wallet.changed_pieces());
        let names: Vec<_> = stored.keys().map(ToString::to_string).collect();
        assert!(names.iter().all(|name| name.parse::<tacit_settlement::wallet::PieceName>().is_ok()));
        assert!(stored.values().all(|piece| piece.len() < 4096), "pieces are small");
        let again = WalletState::from_pieces(&town.pool(), stored.clone()).unwrap();
        assert_eq!(again.all_pieces(), alice.wallet.all_pieces(), "round {round}");
        alice.wallet = again;
    }
    for (name, bytes) in &stored {
        let mut damaged = stored.clone();
        damaged.insert(*name, bytes[..bytes.len() - 1].to_vec());
        assert!(WalletState::from_pieces(&town.pool(), damaged).is_err(), "{name}");
    }
}

#[test]
fn a_young_wallet_does_not_decrypt_what_came_before_it() {
    let mut town = Town::new(4);
    let old = funded(&mut town, 1, "100");
    let keys = WalletKeys::from_seed(&[1; 32], town.pool().pool);
    let mut young = WalletState::new(&town.pool(), town.ledger.open_epoch());
    for closed in &town.closed {
        let file = closed.file.as_deref().map(|bytes| EpochFile::decode(bytes).unwrap());
        young.follow(&keys, &closed.leaf, file.as_ref()).unwrap();
    }
    assert!(young.balance().free.is_zero());
    assert_eq!(old.free(), "100.00");
    // It still follows the tree, so what comes later can be spent.
    let mut young = Person { keys, wallet: young };
    town.mint(young.address(0), "5");
    young.sync(&town);
    let to = young.address(1);
    young.pay(&mut town, to, "2");
    assert_eq!(young.free(), "5.00");
}

#[test]
fn a_sale_takes_one_note_or_two_and_a_wallet_of_crumbs_merges_first() {
    let mut town = Town::new(5);
    let mut alice = Person::new(&town, 1);
    for amount in ["1", "2", "3", "4", "20"] {
        town.mint(alice.address(0), amount);
    }
    alice.sync(&town);
    let amounts = |plan: Plan| match plan {
        Plan::Pay(notes) | Plan::MergeFirst(notes) => {
            notes.iter().map(|note| alice.wallet.note(*note).unwrap().amount.to_string()).collect::<Vec<_>>()
        }
        Plan::Insufficient { .. } => Vec::new(),
    };
    assert_eq!(amounts(alice.wallet.plan(tusd("3"))), ["3.00"]);
    assert_eq!(amounts(alice.wallet.plan(tusd("4.5"))), ["20.00"]);
    assert_eq!(amounts(alice.wallet.plan(tusd("21.5"))), ["2.00", "20.00"]);
    let merge = alice.wallet.plan(tusd("28"));
    assert!(matches!(&merge, Plan::MergeFirst(notes) if notes.len() == 4), "{merge:?}");
    assert!(matches!(alice.wallet.plan(tusd("31")), Plan::Insufficient { free, .. } if free == tusd("30")));

    let Plan::MergeFirst(notes) = merge else { unreachable!() };
    let expiry = town.expiry();
    let unproven = alice.wallet.build_merge(&alice.keys, &notes, expiry, &mut town.rng).unwrap();
    let bundle = unproven.complete(&alice.keys, &PROOFS, &mut town.rng).unwrap();
    assert_eq!(bundle.actions(), 4);
    town.take(LedgerEntry::transfer(bundle));
    town.close();
    alice.sync(&town);
    assert!(matches!(alice.wallet.history().last().unwrap().moved, Moved::Merged));
    let to = alice.address(1);
    let sale = alice.bundle(&mut town, to, "28");
    assert_eq!(sale.actions(), 2);
    town.take(LedgerEntry::transfer(sale));
}

#[test]
fn notes_in_flight_come_back_only_when_their_bundle_can_no_longer_land() {
    let mut town = Town::new(6);
    let mut alice = funded(&mut town, 1, "100");
    let to = alice.address(1);
    let bundle = alice.bundle(&mut town, to, "20");
    let until = bundle.valid_until();
    let notes: Vec<u64> = alice.wallet.notes().map(|note| note.position).collect();
    alice.wallet.reserve(&notes, until).unwrap();
    assert!(alice.wallet.reserve(&notes, until).is_err(), "two terminals, one note");
    alice.wallet.record_bundle(&notes, until, bundle.digest());
    alice.wallet.release_unsent(&notes);
    assert!(
        matches!(alice.wallet.plan(tusd("1")), Plan::Insufficient { in_flight, .. } if in_flight == tusd("100"))
    );
    while town.ledger.open_epoch() <= until {
        town.close();
    }
    alice.sync(&town);
    assert_eq!(alice.wallet.newest_epoch(), Some(until));
    assert!(alice.wallet.release_expired(until.next()).is_empty(), "the last epoch may still be the one");
    town.close();
    alice.sync(&town);
    assert!(alice.wallet.release_expired(until).is_empty(), "the checkpoint does not cover it yet");
    assert_eq!(alice.wallet.release_expired(until.next()), notes);
    assert_eq!(alice.free(), "100.00");
}

#[test]
fn a_bundle_that_landed_without_an_answer_is_seen_and_not_freed() {
    let mut town = Town::new(7);
    let mut alice = funded(&mut town, 1, "100");
    let to = alice.address(1);
    let bundle = alice.bundle(&mut town, to, "20");
    let until = bundle.valid_until();
    let notes: Vec<u64> = alice.wallet.notes().map(|note| note.position).collect();
    alice.wallet.reserve(&notes, until).unwrap();
    town.take(LedgerEntry::transfer(bundle));
    while town.ledger.open_epoch() <= until.next() {
        town.close();
    }
    alice.sync(&town);
    assert!(alice.wallet.release_expired(until.next()).is_empty());
    assert!(matches!(alice.wallet.note(notes[0]).unwrap().state, NoteState::Spent { .. }));
    assert_eq!(alice.free(), "100.00");
}

#[test]
fn a_payee_opens_the_one_output_it_was_told_of_and_anybody_can_check_the_opening() {
    let mut town = Town::new(8);
    let mut alice = funded(&mut town, 1, "100");
    let bob = Person::new(&town, 2);
    let order = OrderId::from_bytes([5; 16]);
    let to = bob.keys.order_address(Account::Income, &order);
    let terms = Digest::of(b"agreement");
    let blind = TermsBlind::random(&mut town.rng);
    let mut payment = alice.payment(&mut town, to, "20");
    payment.terms_tag = TermsTag::binding(&blind, &terms);
    let notes: Vec<u64> = alice.wallet.notes().map(|note| note.position).collect();
    let unproven = alice.wallet.build_payment(&alice.keys, &notes, &payment, &mut town.rng).unwrap();
    let paid_in = unproven.action_of_output(0).unwrap();
    let bundle = unproven.complete(&alice.keys, &PROOFS, &mut town.rng).unwrap();
    town.take(LedgerEntry::transfer(bundle.clone()));
    town.close();
    alice.sync(&town);
    let closed = town.closed.last().unwrap();
    let file = EpochFile::decode(closed.file.as_deref().unwrap()).unwrap();
    let position = file.position_of(&bundle.digest(), closed.leaf.tree_size).unwrap() + paid_in as u64;

    let (found, action) = file.output_at(closed.leaf.tree_size, position).unwrap();
    assert_eq!((found, action), (&bundle, paid_in));
    assert_eq!(found.terms_tag(), TermsTag::binding(&blind, &terms));
    let received = bob.keys.open_output(found, action, Currency::TestUsd).unwrap();
    assert_eq!((received.opening.address, received.opening.value), (to, tusd("20")));
    assert!(bob.keys.open_output(found, 1 - action, Currency::TestUsd).is_none(), "the change is not his");
    assert!(file.output_at(closed.leaf.tree_size, position + 2).is_none());

    let json = serde_json::to_string(&received.opening).unwrap();
    let opening: NoteOpening = serde_json::from_str(&json).unwrap();
    assert_eq!(opening.verify(found, action), Ok(()));
    assert_eq!(opening.verify(found, 1 - action), Err(OpeningRefused::OtherNote));
    assert_eq!(opening.verify(found, 2), Err(OpeningRefused::OtherBundle));
    for wrong in [
        NoteOpening { value: tusd("21"), ..opening },
        NoteOpening { address: bob.address(0), ..opening },
        NoteOpening { rseed: [0; 32], ..opening },
    ] {
        assert_eq!(wrong.verify(found, action), Err(OpeningRefused::OtherNote));
    }
    // The sender can show this payment, and with it nothing else.
    let key = alice.keys.output_key(found, action).unwrap();
    assert_eq!(key.open(found, action, Currency::TestUsd), Some(opening));
    assert_eq!(key.open(found, 1 - action, Currency::TestUsd), None);
    assert_eq!(bob.keys.output_key(found, action).unwrap().open(found, action, Currency::TestUsd), None);
}

#[test]
fn memos_and_keys_do_not_speak() {
    let mut town = Town::new(9);
    let alice = funded(&mut town, 1, "100");
    let order = OrderId::from_bytes([5; 16]);
    let other = OrderId::from_bytes([6; 16]);
    let addresses: HashSet<_> = [
        alice.keys.order_address(Account::Income, &order),
        alice.keys.order_address(Account::Income, &other),
        alice.keys.order_address(Account::Spending, &order),
        alice.address(0),
        alice.address(1),
    ]
    .into();
    assert_eq!(addresses.len(), 5, "a fresh address for every order");
    let note = alice.wallet.notes().next().unwrap();
    let shown = format!("{:?} {note:?}", alice.keys);
    assert!(!shown.contains("100"), "{shown}");
}

#[test]
fn the_anonymity_set_counts_notes_and_todays_bundles() {
    let mut town = Town::new(10);
    let mut alice = funded(&mut town, 1, "100");
    let to = alice.address(1);
    alice.pay(&mut town, to, "20");
    let now = town.closed.last().unwrap().leaf.time;
    let live = alice.wallet.anonymity_set(now);
    assert_eq!((live.notes, live.bundles_today), (4, 2));
    let tomorrow = now.plus(std::time::Duration::from_secs(86_400));
    assert_eq!(alice.wallet.anonymity_set(tomorrow).bundles_today, 0);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3))]

    /// Value is conserved: what people hold is what the turnstile says, under any history of mints, payments and burns.
    #[test]
    fn people_hold_what_entered_less_what_left(
        seed in any::<u64>(),
        acts in proptest::collection::vec((0_u8..4, 0_u8..3, 0_u8..3, 1_u64..60), 4..14)
    ) {
        let mut town = Town::new(seed);
        let mut people: Vec<Person> = (1..=3).map(|seed| Person::new(&town, seed)).collect();
        for (act, who, whom, amount) in acts {
            let text = amount.to_string();
            let (who, whom) = (usize::from(who), usize::from(whom));
            let plan = people[who].wallet.plan(tusd(&text));
            match (act, plan) {
                (0, _) => { let to = people[who].address(0); town.mint(to, &text); }
                (1, Plan::Pay(notes)) => {
                    let expiry = town.expiry();
                    let unproven = people[who].wallet
                        .build_burn(&people[who].keys, &notes, tusd(&text), expiry, &mut town.rng).unwrap();
                    let bundle = unproven.complete(&people[who].keys, &PROOFS, &mut town.rng).unwrap();
                    let entry = town.burn_entry(bundle, tusd(&text));
                    town.take(entry);
                    town.close();
                }
                (_, Plan::Pay(_)) => {
                    let to = people[whom].address(amount as u32);
                    let bundle = people[who].bundle(&mut town, to, &text);
                    town.take(LedgerEntry::transfer(bundle));
                    town.close();
                }
                _ => town.close(),
            }
            people.iter_mut().for_each(|person| person.sync(&town));
            let held = people.iter().map(|person| person.wallet.balance().free.micros()).sum::<u64>();
            prop_assert_eq!(held, town.ledger.turnstile().balance().micros());
        }
        let replayed = tacit_settlement::verify_ledger(&town.pool(), town.closed.iter().cloned().map(Ok), &PROOFS);
        prop_assert_eq!(replayed.unwrap().balance, town.ledger.turnstile().balance());
        prop_assert!(town.ledger.open_epoch() > Epoch(1));
    }
}
