//! The body as an SD-JWT (RFC 9901): signed once by the seller, every claim shown or withheld by its holder.
//!
//! Issuing is written here, because salts come from the caller's chance and nothing here waits; reading and resolving
//! disclosures is the crate `sd-jwt-payload`, which verifies no signature: that is done first, here.

use super::body::{BodyRefused, ReceiptBody};
use super::claims::Disclosed;
use super::jws;
use sd_jwt_payload::{SdJwt, Sha256Hasher};
use serde::Deserialize;
use serde_json::{Value, json};
use tacit_values::rand_core::CryptoRng;
use tacit_values::{Digest, Persona, PersonaKey, Timestamp, base64url, canonical_value};

/// The `vct` of a receipt.
pub const RECEIPT_TYPE: &str = "urn:tacit:receipt:v1";
/// The most bytes that an SD-JWT may have.
pub const MAX_SD_JWT_BYTES: usize = 24 * 1024;

/// The JWS type of the issuer-signed part.
pub(super) const TYPE: &str = "tacit-receipt+sd-jwt";
/// Digests in every receipt: all claims and decoys, so that their number tells nothing about optional claims.
const DIGESTS: usize = 20;
const MAX_DISCLOSURES: usize = DIGESTS;

/// Why a text is no receipt body signed by its seller.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum NotSellerSigned {
    /// Longer than any receipt.
    #[error("the SD-JWT of a receipt has at most {MAX_SD_JWT_BYTES} bytes and {MAX_DISCLOSURES} disclosures")]
    TooLong,
    /// Not an SD-JWT with the claims of a receipt.
    #[error("this is no SD-JWT of a receipt")]
    Malformed,
    /// The seller's signature does not fit.
    #[error("the receipt is not signed by the seller it names")]
    NotSigned,
    /// A disclosure does not belong to the signed body.
    #[error("a disclosed claim was altered or belongs to another receipt")]
    ForeignDisclosure,
    /// Claims out of bounds.
    #[error(transparent)]
    Body(#[from] BodyRefused),
    /// Someone else's key tried to sign.
    #[error("a receipt is signed by the seller it names; use the seller's key")]
    OtherKey,
}

/// Signs a receipt's body: the text that travels with the signed agreement.
pub fn sign_receipt(
    seller: &PersonaKey,
    body: &ReceiptBody,
    rng: &mut impl CryptoRng,
) -> Result<String, NotSellerSigned> {
    body.check()?;
    if seller.persona() != body.seller {
        return Err(NotSellerSigned::OtherKey);
    }
    let fields = body.claims().to_fields();
    let mut disclosures = Vec::with_capacity(fields.len());
    for (name, value) in fields {
        let triple = json!([base64url::encode(&random::<16>(rng)), name, value]);
        let bytes = canonical_value(&triple).map_err(|_| BodyRefused::Number)?;
        disclosures.push(base64url::encode(&bytes));
    }
    let mut digests: Vec<String> = disclosures.iter().map(|text| encoded_digest(text)).collect();
    while digests.len() < DIGESTS {
        digests.push(base64url::encode(&random::<32>(rng)));
    }
    // Sorted, so that the order tells nothing about which claim is which.
    digests.sort();
    let payload = json!({
        "iss": body.seller,
        "iat": body.signed_at.secs(),
        "vct": RECEIPT_TYPE,
        "cnf": {"jwk": {"kty": "OKP", "crv": "Ed25519", "x": base64url::encode(&body.buyer.bytes())}},
        "_sd_alg": "sha-256",
        "_sd": digests,
    });
    let jwt = jws::sign(seller, TYPE, &payload).map_err(|_| BodyRefused::Number)?;
    let text = format!("{jwt}~{}~", disclosures.join("~"));
    if text.len() > MAX_SD_JWT_BYTES { Err(NotSellerSigned::TooLong) } else { Ok(text) }
}

/// A receipt's body, or as much of it as was shown, under the seller's signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SellerSigned {
    seller: Persona,
    buyer: Persona,
    signed_at: Timestamp,
    disclosed: Disclosed,
    digest: Digest,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Open {
    iss: Persona,
    iat: u64,
    vct: String,
    cnf: HolderKey,
    _sd_alg: String,
    #[serde(rename = "_sd")]
    _digests: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct HolderKey {
    jwk: Jwk,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Jwk {
    kty: String,
    crv: String,
    #[serde(with = "base64url::fixed")]
    x: [u8; 32],
}

impl SellerSigned {
    /// Reads an SD-JWT, with or without a holder's proof at its end, and checks the seller's signature and every
    /// disclosure. A holder's proof is not checked here.
    pub fn open(text: &str) -> Result<Self, NotSellerSigned> {
        if text.len() > MAX_SD_JWT_BYTES || text.matches('~').count() > MAX_DISCLOSURES + 1 {
            return Err(NotSellerSigned::TooLong);
        }
        let (jwt, rest) = text.split_once('~').ok_or(NotSellerSigned::Malformed)?;
        let (shown, _proof) = rest.rsplit_once('~').unwrap_or(("", rest));
        let issued = jws::read(jwt, TYPE).map_err(|_| NotSellerSigned::Malformed)?;
        let open: Open = issued.unverified().map_err(|_| NotSellerSigned::Malformed)?;
        let open: Open = issued.signed_by(&open.iss).map_err(|_| NotSellerSigned::NotSigned)?;
        let buyer = open.holder()?;

        let shown: Vec<&str> = if shown.is_empty() { vec![] } else { shown.split('~').collect() };
        let once: std::collections::BTreeSet<&&str> = shown.iter().collect();
        if once.len() != shown.len() {
            return Err(NotSellerSigned::ForeignDisclosure);
        }
        let disclosed = resolve(jwt, &shown)?;
        disclosed.check()?;
        Ok(Self {
            seller: open.iss,
            buyer,
            signed_at: Timestamp::from_secs(open.iat),
            disclosed,
            digest: Digest::of(jwt.as_bytes()),
        })
    }

    /// Who sells and signed.
    pub const fn seller(&self) -> Persona {
        self.seller
    }

    /// The buyer's persona of this order.
    pub const fn buyer(&self) -> Persona {
        self.buyer
    }

    /// When the seller signed.
    pub const fn signed_at(&self) -> Timestamp {
        self.signed_at
    }

    /// The claims that were shown.
    pub const fn disclosed(&self) -> &Disclosed {
        &self.disclosed
    }

    /// The receipt's digest, which log and market sign: SHA-256 of the issuer-signed JWT. It is the same however many
    /// claims are shown.
    pub const fn digest(&self) -> Digest {
        self.digest
    }

    /// The whole body, when nothing that every receipt has is withheld: what a buyer compares with the agreement.
    pub fn body(&self) -> Option<ReceiptBody> {
        ReceiptBody::of(self.seller, self.buyer, self.signed_at, &self.disclosed)
    }
}

impl Open {
    fn holder(&self) -> Result<Persona, NotSellerSigned> {
        let jwk = &self.cnf.jwk;
        let usual = self.vct == RECEIPT_TYPE
            && self._sd_alg == "sha-256"
            && jwk.kty == "OKP"
            && jwk.crv == "Ed25519"
            && self.iat <= tacit_values::MAX_SAFE_INTEGER;
        if !usual {
            return Err(NotSellerSigned::Malformed);
        }
        Persona::from_bytes(&jwk.x).map_err(|_| NotSellerSigned::Malformed)
    }
}

/// Puts the shown disclosures in the place of their digests.
fn resolve(jwt: &str, shown: &[&str]) -> Result<Disclosed, NotSellerSigned> {
    let mut text = format!("{jwt}~");
    for disclosure in shown {
        text.push_str(disclosure);
        text.push('~');
    }
    let sd_jwt = SdJwt::parse(&text).map_err(|_| NotSellerSigned::Malformed)?;
    let resolved = sd_jwt.into_disclosed_object(&Sha256Hasher::new());
    let mut claims = resolved.map_err(|_| NotSellerSigned::ForeignDisclosure)?;
    for open in ["iss", "iat", "vct", "cnf", "_sd_alg"] {
        claims.remove(open);
    }
    serde_json::from_value(Value::Object(claims)).map_err(|_| NotSellerSigned::Malformed)
}

/// The digest of a disclosure as it stands in `_sd`, and of a presentation as it stands in `sd_hash`.
pub(super) fn encoded_digest(text: &str) -> String {
    base64url::encode(Digest::of(text.as_bytes()).bytes())
}

fn random<const N: usize>(rng: &mut impl CryptoRng) -> [u8; N] {
    let mut bytes = [0; N];
    rng.fill_bytes(&mut bytes);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{chance, sale};
    use tacit_values::PersonaKey;

    #[test]
    fn the_buyer_reads_the_whole_body_that_the_seller_signed() {
        let sale = sale();
        let opened = SellerSigned::open(&sale.sd_jwt).unwrap();
        assert_eq!(opened.body(), Some(sale.body));
        let other_salts = sign_receipt(&sale.seller, &opened.body().unwrap(), &mut chance(99)).unwrap();
        assert_ne!(other_salts, sale.sd_jwt);
    }

    #[test]
    fn nobody_signs_for_another_seller() {
        let sale = sale();
        assert_eq!(sign_receipt(&sale.buyer, &sale.body, &mut chance(1)), Err(NotSellerSigned::OtherKey));
    }

    #[test]
    fn the_number_of_digests_does_not_tell_whether_there_is_a_purpose_or_an_invoice() {
        let sale = sale();
        let bare = ReceiptBody { purpose: None, invoice: None, policy_version: None, ..sale.body.clone() };
        let digests = |body: &ReceiptBody| {
            let text = sign_receipt(&sale.seller, body, &mut chance(1)).unwrap();
            let payload = base64url::decode(text.split('.').nth(1).unwrap()).unwrap();
            let payload: Value = serde_json::from_slice(&payload).unwrap();
            payload["_sd"].as_array().unwrap().len()
        };
        assert_eq!(digests(&bare), digests(&sale.body));
    }

    #[test]
    fn a_claim_altered_added_twice_or_taken_from_another_receipt_is_refused() {
        let sale = sale();
        let parts: Vec<&str> = sale.sd_jwt.split('~').collect();
        let (jwt, shown) = (parts[0], &parts[1..parts.len() - 1]);
        let forged = base64url::encode(br#"["c2FsdA","amount",1]"#);
        assert_eq!(SellerSigned::open(&format!("{jwt}~{forged}~")), Err(NotSellerSigned::ForeignDisclosure));
        let twice = format!("{jwt}~{}~{}~", shown[0], shown[0]);
        assert_eq!(SellerSigned::open(&twice), Err(NotSellerSigned::ForeignDisclosure));
        let other = sign_receipt(&sale.seller, &sale.body, &mut chance(5)).unwrap();
        let foreign = other.split('~').nth(1).unwrap();
        assert_eq!(SellerSigned::open(&format!("{jwt}~{foreign}~")), Err(NotSellerSigned::ForeignDisclosure));
    }

    #[test]
    fn garbage_and_oversized_texts_are_refused() {
        for garbage in ["", "~", "a.b.c~", "a~b~c", ".~~~", "{}"] {
            assert_eq!(SellerSigned::open(garbage), Err(NotSellerSigned::Malformed), "{garbage}");
        }
        let long = "x".repeat(MAX_SD_JWT_BYTES + 1);
        assert_eq!(SellerSigned::open(&long), Err(NotSellerSigned::TooLong));
        let many = format!("a.b.c{}", "~x".repeat(MAX_DISCLOSURES + 3));
        assert_eq!(SellerSigned::open(&many), Err(NotSellerSigned::TooLong));
        let key = PersonaKey::from_seed(&[1; 32]);
        let other_type = jws::sign(&key, TYPE, &json!({"iss": key.persona(), "vct": "x"})).unwrap();
        assert_eq!(SellerSigned::open(&format!("{other_type}~")), Err(NotSellerSigned::Malformed));
    }
}
