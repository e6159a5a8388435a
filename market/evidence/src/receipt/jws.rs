//! JWS in compact form with Ed25519 (RFC 7515, RFC 8037): the outside format of everything a receipt's parties sign.
//!
//! Strict: one algorithm, one expected `typ`, no further header fields, base64url in its one spelling.

use ed25519_dalek::Signature;
use serde::{Deserialize, Serialize};
use tacit_values::{Persona, PersonaKey, base64url, canonical};

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    alg: String,
    typ: String,
}

/// The text is no JWS of the expected type by the expected signer.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct BadJws;

/// Signs a document; its canonical form is the payload.
pub(super) fn sign<T: Serialize>(
    key: &PersonaKey,
    typ: &str,
    payload: &T,
) -> Result<String, tacit_values::NotCanonical> {
    let header = canonical(&Header { alg: "EdDSA".to_owned(), typ: typ.to_owned() })?;
    let signed = format!("{}.{}", base64url::encode(&header), base64url::encode(&canonical(payload)?));
    let signature = key.sign_outside_format(signed.as_bytes());
    Ok(format!("{signed}.{}", base64url::encode(signature.bytes())))
}

/// A JWS whose form was read and whose signature was not checked yet.
pub(super) struct Unchecked<'a> {
    signed: &'a str,
    signature: Signature,
    payload: Vec<u8>,
}

/// Reads a JWS of the expected type. The caller bounds its length.
pub(super) fn read<'a>(text: &'a str, typ: &str) -> Result<Unchecked<'a>, BadJws> {
    let (signed, signature) = text.rsplit_once('.').ok_or(BadJws)?;
    let (header, payload) = signed.split_once('.').ok_or(BadJws)?;
    let header = base64url::decode(header).ok_or(BadJws)?;
    let header: Header = serde_json::from_slice(&header).map_err(|_| BadJws)?;
    if header.alg != "EdDSA" || header.typ != typ {
        return Err(BadJws);
    }
    let signature = base64url::decode(signature).ok_or(BadJws)?;
    let signature = Signature::from_slice(&signature).map_err(|_| BadJws)?;
    Ok(Unchecked { signed, signature, payload: base64url::decode(payload).ok_or(BadJws)? })
}

impl Unchecked<'_> {
    /// The payload, before anybody vouched for it: to find the signer's key in it.
    pub(super) fn unverified<'de, T: Deserialize<'de>>(&'de self) -> Result<T, BadJws> {
        serde_json::from_slice(&self.payload).map_err(|_| BadJws)
    }

    /// The payload, when the signer signed it.
    pub(super) fn signed_by<'de, T: Deserialize<'de>>(&'de self, signer: &Persona) -> Result<T, BadJws> {
        signer.key().verify_strict(self.signed.as_bytes(), &self.signature).map_err(|_| BadJws)?;
        self.unverified()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn opened(text: &str, typ: &str, signer: &PersonaKey) -> Result<Value, BadJws> {
        read(text, typ)?.signed_by(&signer.persona())
    }

    #[test]
    fn a_jws_counts_for_its_type_and_signer_only() {
        let (key, other) = (PersonaKey::from_seed(&[1; 32]), PersonaKey::from_seed(&[2; 32]));
        let text = sign(&key, "a+jws", &json!({"b": 1, "a": 2})).unwrap();
        assert_eq!(opened(&text, "a+jws", &key), Ok(json!({"a": 2, "b": 1})));
        assert_eq!(opened(&text, "b+jws", &key), Err(BadJws));
        assert_eq!(opened(&text, "a+jws", &other), Err(BadJws));
        assert!(sign(&key, "a+jws", &json!({"a": 0.5})).is_err());
    }

    #[test]
    fn a_flipped_byte_anywhere_is_refused() {
        let key = PersonaKey::from_seed(&[1; 32]);
        let text = sign(&key, "a+jws", &json!({"a": 2})).unwrap();
        for at in 0..text.len() {
            let mut bytes = text.clone().into_bytes();
            bytes[at] ^= 1;
            let flipped = String::from_utf8(bytes).unwrap();
            assert_eq!(opened(&flipped, "a+jws", &key), Err(BadJws), "byte {at}");
        }
    }

    #[test]
    fn no_algorithm_but_ours_and_no_critical_header_is_accepted() {
        let key = PersonaKey::from_seed(&[1; 32]);
        let payload = base64url::encode(b"{}");
        for header in [
            r#"{"alg":"none","typ":"a+jws"}"#,
            r#"{"alg":"EdDSA","typ":"a+jws","crit":["x"],"x":1}"#,
            r#"{"alg":"EdDSA"}"#,
            "[]",
        ] {
            let signed = format!("{}.{payload}", base64url::encode(header.as_bytes()));
            let signature = base64url::encode(key.sign_outside_format(signed.as_bytes()).bytes());
            assert_eq!(opened(&format!("{signed}.{signature}"), "a+jws", &key), Err(BadJws), "{header}");
            assert_eq!(opened(&format!("{signed}."), "a+jws", &key), Err(BadJws), "{header}");
        }
    }
}
