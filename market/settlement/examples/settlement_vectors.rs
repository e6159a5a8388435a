//! Writes `vectors/settlement/bundle.json` and `names.json` from fixed seeds: `cargo run -p tacit-settlement --example
//! settlement_vectors`. The bundle has an assumed (all-zero) proof; its form is what counts here.

#![expect(clippy::unwrap_used, reason = "a vector that does not come about should stop at once")]

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use serde_json::{Value, json};
use tacit_assumed::AssumeProof;
use tacit_settlement::{
    Account, ClearRecord, MintRecord, Pool, PoolId, Proofs, TermsBlind, TermsTag, WalletKeys, build_mint,
};
use tacit_values::{Currency, Digest, Epoch, Money, OrderId, Origin, PersonaKey, Timestamp, base64url};

fn main() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../vectors/settlement/");
    write(&format!("{folder}bundle.json"), &bundle());
    write(&format!("{folder}names.json"), &names());
}

fn write(path: &str, vectors: &Value) {
    std::fs::write(path, serde_json::to_string_pretty(vectors).unwrap() + "\n").unwrap();
}

fn origin() -> Origin {
    "https://market.example".parse().unwrap()
}

fn bundle() -> Value {
    let mut rng = ChaCha20Rng::seed_from_u64(1);
    let treasury = PersonaKey::from_seed(&[9; 32]);
    let opened = Timestamp::from_secs(1_795_176_000);
    let pool = Pool::open(&origin(), Currency::TestUsd, treasury.persona(), 15, opened);
    let keys = WalletKeys::from_seed(&[1; 32], pool.pool);
    let amount = Money::parse("100", Currency::TestUsd).unwrap();
    let to = keys.address(Account::Spending, 0);
    let mut payment = build_mint(&pool, &[(to, amount)], Epoch(128), &mut rng).unwrap();
    AssumeProof.prove(&mut payment, &mut rng).unwrap();
    let bundle = payment.finish(&mut rng).unwrap();
    let record = ClearRecord::Mint(MintRecord::sign(amount, &bundle, &treasury).unwrap());
    let bytes = bundle.bytes();
    let last = bytes.len() - 1;
    let edit =
        |name: &str, at: usize, with: &[u8]| json!({"name": name, "at": at, "with": base64url::encode(with)});
    let action = 115;
    json!({
        "what": "a settlement bundle on the wire (settlement.md): read `good`, refuse every edit of it in `bad`",
        "good": {
            "bytes": base64url::encode(bytes),
            "digest": bundle.digest(),
            "sighash": Digest::from_bytes(bundle.sighash()),
            "pool": bundle.pool(),
            "valid_until": bundle.valid_until(),
            "terms_tag": bundle.terms_tag(),
            "anchor": bundle.anchor(),
            "value_balance": bundle.value_balance(),
            "nullifiers": bundle.nullifiers().collect::<Vec<_>>(),
            "commitments": bundle.commitments().collect::<Vec<_>>(),
            "record": String::from_utf8(record.canonical_bytes()).unwrap(),
            "treasury": treasury.persona(),
        },
        "bad": [
            edit("wire version 2", 0, &[2]),
            edit("expiry beyond 2^53 - 1", 33, &[0xff]),
            edit("unknown flag bits", 73, &[0x0e]),
            edit("value balance beyond 2^53 - 1", 74, &[0x80]),
            edit("anchor that is no field element", 82, &[0xff; 32]),
            edit("no action", 114, &[0]),
            edit("one action", 114, &[1]),
            edit("three actions in the length of two", 114, &[3]),
            edit("seventeen actions", 114, &[17]),
            edit("value commitment that is no point", action, &[0xff; 32]),
            edit("nullifier that is no field element", action + 32, &[0xff; 32]),
            edit("signing key that is the identity", action + 64, &[0; 32]),
            edit("signing key that is no point", action + 64, &[0xff; 32]),
            edit("commitment that is no field element", action + 96, &[0xff; 32]),
            edit("ephemeral key that is the identity", action + 128, &[0; 32]),
            edit("ephemeral key that is no point", action + 128, &[0xff; 32]),
            json!({"name": "one byte short", "cut_to": last}),
            json!({"name": "only its header", "cut_to": 115}),
            json!({"name": "nothing", "cut_to": 0}),
            edit("one byte too long", last + 1, &[0]),
        ],
        "forged": [
            edit("expiry moved", 40, &[0]),
            edit("terms tag changed", 41, &[0xaa]),
            edit("pool renamed", 1, &[0xaa]),
            edit("value balance changed", 81, &[0xaa]),
            edit("note ciphertext changed", action + 160, &[0xaa]),
            edit("outgoing ciphertext changed", action + 740, &[0xaa]),
            edit("spend signature changed", action + 820, &[0xaa]),
            edit("binding signature changed", last, &[0x2a]),
        ],
    })
}

fn names() -> Value {
    let terms = Digest::tagged("agreement", &[b"{}"]);
    let pool = PoolId::of(&origin(), Currency::TestUsd, 0);
    let keys = WalletKeys::from_seed(&[1; 32], pool);
    let order = OrderId::from_bytes([7; 16]);
    let address = keys.address(Account::Spending, 0);
    let mut mistyped = address.to_string();
    mistyped.replace_range(10..11, if &mistyped[10..11] == "q" { "p" } else { "q" });
    json!({
        "what": "pool names, terms tags and addresses (wire.md, Keys; settlement.md, What it is)",
        "pools": [
            {"market": origin(), "currency": "tUSD", "generation": 0, "pool": pool},
            {"market": origin(), "currency": "tUSD", "generation": 1, "pool": PoolId::of(&origin(), Currency::TestUsd, 1)},
        ],
        "tags": [{"r": TermsBlind::from_bytes([3; 32]), "terms_hash": terms,
            "tag": TermsTag::binding(&TermsBlind::from_bytes([3; 32]), &terms)}],
        "wallet": {
            "seed": base64url::encode(&[1; 32]),
            "pool": pool,
            "spending_0": address,
            "income_0": keys.address(Account::Income, 0),
            "order": order,
            "order_income": keys.order_address(Account::Income, &order),
        },
        "bad_addresses": [
            {"name": "a letter is wrong", "address": mistyped},
            {"name": "bech32 of another system", "address": "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0"},
            {"name": "the last letter is missing", "address": address.to_string()[..address.to_string().len() - 1]},
            {"name": "empty", "address": ""},
        ],
    })
}
