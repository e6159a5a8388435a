//! Receipts and what their holders show of them.
//!
//! A receipt that is not believed as it stands is signed again by a seller, a log and a market whose keys stand here, over
//! whatever claims it makes, so that the claims themselves are read: anybody may be a seller.

use crate::Reached;
use crate::vectors::{holder, json, log_key, market, read, stranger, vectors};
use serde_json::Value;
use std::sync::LazyLock;
use tacit_evidence::log::{Leaf, LeafKind, LogIndex, LogSize, StoredHashes, append, prove_inclusion};
use tacit_evidence::receipt::{
    Claim, Countersignature, LedgerClaim, LedgerFinding, LedgerRefused, LogPlace, MarketKeys, Outcome,
    Presentation, Receipt, SellerSigned, VerifiedReceipt, verify_presentation, verify_receipt,
};
use tacit_values::{Digest, PersonaKey, Timestamp, base64url};

static KEYS: LazyLock<MarketKeys> =
    LazyLock::new(|| MarketKeys { countersign: market().persona(), log: log_key().verifier() });
const NOW: Timestamp = Timestamp::from_secs(1_795_262_400);

/// A ledger that holds everything that anybody claims.
fn ledger(_: &LedgerClaim, _: &Digest) -> Result<LedgerFinding, LedgerRefused> {
    Ok(LedgerFinding::Proved)
}

pub(crate) fn receipt(bytes: &[u8]) -> Reached {
    let Ok(receipt) = Receipt::parse(bytes) else { return Reached::Nothing };
    assert_eq!(Receipt::parse(&receipt.to_json()).as_ref(), Ok(&receipt), "a receipt reads back");
    let verified = verify_receipt(&receipt, &KEYS, &ledger).ok();
    match verified.or_else(|| verify_receipt(&signed_again(&receipt)?, &KEYS, &ledger).ok()) {
        Some(verified) => {
            look_at(&verified);
            Reached::Believed
        }
        None => Reached::Read,
    }
}

pub(crate) fn presentation(bytes: &[u8]) -> Reached {
    let Ok(shown) = Presentation::parse(bytes) else { return Reached::Nothing };
    assert_eq!(Presentation::parse(&shown.to_json()).as_ref(), Ok(&shown), "a presentation reads back");
    let verify = |shown: &Presentation| verify_presentation(shown, &KEYS, None, NOW, &ledger).ok();
    let again = || {
        let receipt = signed_again(&Receipt::parse(bytes).ok()?)?;
        verify(&Presentation::parse(&receipt.to_json()).ok()?)
    };
    match verify(&shown).or_else(again) {
        Some(verified) => {
            look_at(&verified.receipt);
            Reached::Believed
        }
        None => Reached::Read,
    }
}

/// What pages and commands read of a verified receipt.
fn look_at(verified: &VerifiedReceipt) {
    let withheld: Vec<Claim> = verified.withheld();
    let whole = verified.signed.body();
    assert_eq!(whole.is_some(), withheld.is_empty(), "a body is whole when nothing is withheld");
    if let Some(body) = whole {
        assert_eq!(body.check(), Ok(()), "a receipt that is believed keeps its bounds");
    }
    assert!(serde_json::to_vec(verified.disclosed()).is_ok());
}

/// The same receipt, signed by people whose keys stand here.
fn signed_again(receipt: &Receipt) -> Option<Receipt> {
    let (jwt, rest) = receipt.sd_jwt.split_once('~')?;
    let (shown, proof) = rest.rsplit_once('~').unwrap_or(("", rest));
    let shown: Vec<&str> = shown.split('~').filter(|disclosure| !disclosure.is_empty()).collect();
    let mut payload = payload_of(jwt)?;
    payload.insert("iss".to_owned(), stranger().persona().to_string().into());
    if let Some(jwk) =
        payload.get_mut("cnf").and_then(|cnf| cnf.get_mut("jwk")).and_then(Value::as_object_mut)
    {
        jwk.insert("x".to_owned(), base64url::encode(&holder().persona().bytes()).into());
    }
    let digests: Vec<Value> = shown.iter().map(|disclosure| hash_of(disclosure).into()).collect();
    payload.insert("_sd".to_owned(), digests.into());
    let mut sd_jwt = format!("{}~", jws(jwt, &payload, &stranger())?);
    for disclosure in &shown {
        sd_jwt.push_str(disclosure);
        sd_jwt.push('~');
    }
    if !proof.is_empty() {
        let mut said = payload_of(proof)?;
        said.insert("sd_hash".to_owned(), hash_of(&sd_jwt).into());
        sd_jwt.push_str(&jws(proof, &said, &holder())?);
    }
    let digest = SellerSigned::open(&sd_jwt).ok()?.digest();
    let log = in_a_log(receipt, &digest)?;
    let checkpoint = log_key().verifier().open(&log.checkpoint).ok()?;
    let said = Countersignature::new(digest, Outcome::Closed, log.index, checkpoint.checkpoint());
    Some(Receipt { sd_jwt, log, market: said.sign(&market()), ledger: receipt.ledger.clone() })
}

/// A log of one leaf, which is about this receipt.
fn in_a_log(receipt: &Receipt, digest: &Digest) -> Option<LogPlace> {
    let leaf = Leaf::salted(LeafKind::OrderEnded, &receipt.log.salt, digest).ok()?;
    let mut stored = StoredHashes::default();
    let appended = append(LogSize(0), &[leaf.to_bytes()], &stored).ok()?;
    stored.keep(&appended);
    let inclusion = prove_inclusion(LogIndex(0), appended.size, &stored).ok()?;
    let checkpoint = log_key().sign(appended.size, appended.root).note().to_owned();
    Some(LogPlace { index: LogIndex(0), salt: receipt.log.salt, inclusion, checkpoint })
}

fn payload_of(jws: &str) -> Option<serde_json::Map<String, Value>> {
    let payload = jws.split('.').nth(1)?;
    serde_json::from_slice(&base64url::decode(payload)?).ok()
}

/// The header of `like` over another payload, signed.
fn jws(like: &str, payload: &serde_json::Map<String, Value>, key: &PersonaKey) -> Option<String> {
    let (header, _) = like.split_once('.')?;
    let payload = serde_json::to_vec(payload).ok()?;
    let signed = format!("{header}.{}", base64url::encode(&payload));
    let signature = key.sign_outside_format(signed.as_bytes());
    Some(format!("{signed}.{}", base64url::encode(signature.bytes())))
}

fn hash_of(text: &str) -> String {
    base64url::encode(Digest::of(text.as_bytes()).bytes())
}

pub(crate) fn receipt_seeds() -> Vec<Vec<u8>> {
    vectors("evidence", "receipt-").iter().map(|vector| json(&vector["receipt"])).collect()
}

pub(crate) fn presentation_seeds() -> Vec<Vec<u8>> {
    let shown = vectors("evidence", "presentation-");
    for vector in &shown {
        let keys: tacit_values::Persona = read(&vector["market"]["countersign"]);
        assert_eq!(keys, KEYS.countersign, "the vectors are of the market whose keys stand here");
    }
    shown.iter().map(|vector| json(&vector["presentation"])).collect()
}
