//! The stored vectors of the wire forms: read the good ones to the letter, refuse the bad ones.

#![allow(clippy::unwrap_used, reason = "a test that does not hold should stop at once")]

use serde_json::Value;
use tacit_assumed::AssumeProof;
use tacit_settlement::{
    Account, Address, ClearRecord, PoolId, Proofs, SettlementBundle, TermsBlind, TermsTag, WalletKeys,
};
use tacit_values::{Currency, Digest, OrderId, base64url};

fn vectors(file: &str) -> Value {
    let path = format!("{}/../../vectors/settlement/{file}", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn read<T: serde::de::DeserializeOwned>(value: &Value) -> T {
    serde_json::from_value(value.clone()).unwrap()
}

fn bytes(value: &Value) -> Vec<u8> {
    base64url::decode(value.as_str().unwrap()).unwrap()
}

fn edited(good: &[u8], edit: &Value) -> Vec<u8> {
    if let Some(length) = edit["cut_to"].as_u64() {
        return good[..length as usize].to_vec();
    }
    let at = edit["at"].as_u64().unwrap() as usize;
    let with = bytes(&edit["with"]);
    let mut out = good.to_vec();
    out.resize(out.len().max(at + with.len()), 0);
    out[at..at + with.len()].copy_from_slice(&with);
    out
}

#[test]
fn the_stored_bundle_reads_to_the_letter_and_its_edits_do_not() {
    let vectors = vectors("bundle.json");
    let good = &vectors["good"];
    let wire = bytes(&good["bytes"]);
    let bundle = SettlementBundle::decode(&wire).unwrap();
    assert_eq!(bundle.bytes(), wire);
    assert_eq!(bundle.digest(), read(&good["digest"]));
    assert_eq!(Digest::from_bytes(bundle.sighash()), read(&good["sighash"]));
    assert_eq!(bundle.pool(), read(&good["pool"]));
    assert_eq!(bundle.valid_until(), read(&good["valid_until"]));
    assert_eq!(bundle.terms_tag(), read(&good["terms_tag"]));
    assert_eq!(bundle.anchor(), read(&good["anchor"]));
    assert_eq!(bundle.value_balance(), read::<i64>(&good["value_balance"]));
    assert_eq!(bundle.nullifiers().collect::<Vec<_>>(), read::<Vec<_>>(&good["nullifiers"]));
    assert_eq!(bundle.commitments().collect::<Vec<_>>(), read::<Vec<_>>(&good["commitments"]));
    assert!(AssumeProof.all_good(&[&bundle]));
    let record = ClearRecord::decode(good["record"].as_str().unwrap().as_bytes()).unwrap();
    assert_eq!(record.verify(&read(&good["treasury"])), Ok(()));
    for bad in vectors["bad"].as_array().unwrap() {
        assert!(SettlementBundle::decode(&edited(&wire, bad)).is_err(), "{}", bad["name"]);
    }
    for forged in vectors["forged"].as_array().unwrap() {
        let read = SettlementBundle::decode(&edited(&wire, forged)).unwrap();
        assert!(!AssumeProof.all_good(&[&read]), "{}", forged["name"]);
    }
}

#[test]
fn names_follow_from_what_they_name() {
    let vectors = vectors("names.json");
    for pool in vectors["pools"].as_array().unwrap() {
        let generation = read(&pool["generation"]);
        assert_eq!(PoolId::of(&read(&pool["market"]), Currency::TestUsd, generation), read(&pool["pool"]));
    }
    for tag in vectors["tags"].as_array().unwrap() {
        let blind: TermsBlind = read(&tag["r"]);
        assert_eq!(TermsTag::binding(&blind, &read(&tag["terms_hash"])), read(&tag["tag"]));
    }
    let wallet = &vectors["wallet"];
    let seed: [u8; 32] = bytes(&wallet["seed"]).try_into().unwrap();
    let keys = WalletKeys::from_seed(&seed, read(&wallet["pool"]));
    assert_eq!(keys.address(Account::Spending, 0), read(&wallet["spending_0"]));
    assert_eq!(keys.address(Account::Income, 0), read(&wallet["income_0"]));
    let order: OrderId = read(&wallet["order"]);
    assert_eq!(keys.order_address(Account::Income, &order), read(&wallet["order_income"]));
    for bad in vectors["bad_addresses"].as_array().unwrap() {
        assert!(bad["address"].as_str().unwrap().parse::<Address>().is_err(), "{}", bad["name"]);
    }
}
