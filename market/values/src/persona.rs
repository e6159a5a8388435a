//! Personas: Ed25519 keys that somebody acts under, written `did:key:z6Mk...`.

use crate::base64url;
use crate::digest::Digest;
use ed25519_dalek::{Signer, SigningKey, VerifyingKey};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};
use std::fmt;
use std::str::FromStr;

/// The multicodec prefix of an Ed25519 public key (varint 0xed).
const ED25519: [u8; 2] = [0xed, 0x01];

/// A public key somebody acts under. Ordered by its bytes, which say nothing about time.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Persona(VerifyingKey);

/// The text is no Ed25519 `did:key`.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("expected an Ed25519 persona of the form did:key:z6Mk...")]
pub struct NotAPersona;

/// The signature does not belong to these bytes and this persona.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("the signature does not fit the signer and the signed bytes")]
pub struct BadSignature;

impl Persona {
    /// Reads a public key; weak points are refused.
    pub fn from_bytes(bytes: &[u8; 32]) -> Result<Self, NotAPersona> {
        let key = VerifyingKey::from_bytes(bytes).map_err(|_| NotAPersona)?;
        if key.is_weak() { Err(NotAPersona) } else { Ok(Self(key)) }
    }

    /// The 32 bytes of the public key.
    pub fn bytes(&self) -> [u8; 32] {
        self.0.to_bytes()
    }

    /// The key, for outside formats (JWS, HTTP message signatures).
    pub fn key(&self) -> &VerifyingKey {
        &self.0
    }

    /// SHA-256 of the did:key text: its first bits choose the mail bucket (traffic.md rule 3).
    pub fn bucket_digest(&self) -> Digest {
        Digest::of(self.to_string().as_bytes())
    }

    /// Checks a signature over `"tacit/v1/" || what || parts`.
    pub fn verify(&self, what: &str, parts: &[&[u8]], signature: &Signature) -> Result<(), BadSignature> {
        let message = tagged_message(what, parts);
        let signature = ed25519_dalek::Signature::from_bytes(&signature.0);
        self.0.verify_strict(&message, &signature).map_err(|_| BadSignature)
    }
}

impl fmt::Display for Persona {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bytes = ED25519.to_vec();
        bytes.extend_from_slice(self.0.as_bytes());
        write!(f, "did:key:z{}", bs58::encode(bytes).into_string())
    }
}

impl fmt::Debug for Persona {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Persona {
    type Err = NotAPersona;

    fn from_str(text: &str) -> Result<Self, NotAPersona> {
        let encoded = text.strip_prefix("did:key:z").ok_or(NotAPersona)?;
        if encoded.len() > 64 {
            return Err(NotAPersona);
        }
        let bytes = bs58::decode(encoded).into_vec().map_err(|_| NotAPersona)?;
        let key = bytes.strip_prefix(&ED25519).ok_or(NotAPersona)?;
        Self::from_bytes(key.try_into().map_err(|_| NotAPersona)?)
    }
}

impl Serialize for Persona {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Persona {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(from)?;
        text.parse().map_err(D::Error::custom)
    }
}

/// The secret half of a persona. Wiped when dropped; never printed.
#[derive(Clone)]
pub struct PersonaKey(SigningKey);

impl PersonaKey {
    /// The key of a 32-byte seed (RFC 8032).
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self(SigningKey::from_bytes(seed))
    }

    /// The public half.
    pub fn persona(&self) -> Persona {
        Persona(self.0.verifying_key())
    }

    /// The 32-byte seed, for outside formats that want the secret key itself (HTTP message signatures).
    pub fn seed(&self) -> &[u8; 32] {
        self.0.as_bytes()
    }

    /// Signs `"tacit/v1/" || what || parts`.
    pub fn sign(&self, what: &str, parts: &[&[u8]]) -> Signature {
        Signature(self.0.sign(&tagged_message(what, parts)).to_bytes())
    }

    /// Signs bytes as they are: only for outside formats that bring a domain of their own (JWS `typ`, RFC 9421 `tag`).
    pub fn sign_outside_format(&self, message: &[u8]) -> Signature {
        Signature(self.0.sign(message).to_bytes())
    }
}

impl fmt::Debug for PersonaKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PersonaKey(..{})", self.persona())
    }
}

/// An Ed25519 signature; base64url in JSON.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Signature([u8; 64]);

impl Signature {
    /// Wraps 64 bytes.
    pub const fn from_bytes(bytes: [u8; 64]) -> Self {
        Self(bytes)
    }

    /// The 64 bytes.
    pub const fn bytes(&self) -> &[u8; 64] {
        &self.0
    }
}

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signature({})", base64url::encode(&self.0))
    }
}

impl Serialize for Signature {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        base64url::fixed::serialize(&self.0, to)
    }
}

impl<'de> Deserialize<'de> for Signature {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        base64url::fixed::deserialize(from).map(Self)
    }
}

fn tagged_message(what: &str, parts: &[&[u8]]) -> Vec<u8> {
    let mut message = format!("tacit/v1/{what}").into_bytes();
    for part in parts {
        message.extend_from_slice(part);
    }
    message
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_persona_reads_back_from_its_did() {
        let persona = PersonaKey::from_seed(&[7; 32]).persona();
        assert!(persona.to_string().starts_with("did:key:z6Mk"));
        assert_eq!(persona.to_string().parse(), Ok(persona));
    }

    #[test]
    fn the_all_zero_point_and_foreign_key_types_are_refused() {
        assert!(Persona::from_bytes(&[0; 32]).is_err());
        assert!("did:key:zQ3shokFTS3brHcDQrn82RUDfCZESWL1ZdCEJwekUDPQiYBme".parse::<Persona>().is_err());
        assert!("did:web:example.org".parse::<Persona>().is_err());
    }

    #[test]
    fn a_signature_counts_for_its_own_domain_only() {
        let key = PersonaKey::from_seed(&[7; 32]);
        let signature = key.sign("letter", &[b"body"]);
        assert_eq!(key.persona().verify("letter", &[b"bo", b"dy"], &signature), Ok(()));
        assert_eq!(key.persona().verify("agreement-sig", &[b"body"], &signature), Err(BadSignature));
        assert_eq!(key.persona().verify("letter", &[b"bodY"], &signature), Err(BadSignature));
    }

    #[test]
    fn a_secret_key_does_not_print() {
        let shown = format!("{:?}", PersonaKey::from_seed(&[7; 32]));
        assert!(!shown.contains("0707"), "{shown}");
    }
}
