//! The beacon: a number that nobody could choose, which draws the rows of a sample.
//!
//! It is the SHA-256 of an RSASSA-PSS-SHA384 signature with an empty salt, 3072 bit, by the market's beacon key over
//! `"tacit/v1/beacon" || manifest digest || u64be(log index) || digest of the first epoch leaf at least 60 s younger`.
//! An empty salt makes the signature unique: the market cannot try again, and the seller cannot compute it beforehand.
//! Specification: docs/spec/delivery.md, "The sample that nobody chose". The digest of a leaf is its hash in the tree.

use crate::log::LogIndex;
use rsa::pkcs8::{DecodePrivateKey, DecodePublicKey, EncodePrivateKey, EncodePublicKey};
use rsa::pss::{BlindedSigningKey, Signature, VerifyingKey};
use rsa::signature::{RandomizedSigner, SignatureEncoding, Verifier};
use rsa::traits::PublicKeyParts;
use rsa::{BoxedUint, RsaPrivateKey, RsaPublicKey};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};
use sha2_011::Sha384;
use std::fmt;
use tacit_values::rand_core::CryptoRng;
use tacit_values::{Digest, base64url};

const BITS: usize = 3072;
const SIGNATURE_BYTES: usize = BITS / 8;
const EMPTY_SALT: usize = 0;
const MAX_KEY_BYTES: usize = 4096;

/// The bytes are no beacon key.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("expected an RSA key of 3072 bits with exponent 65537")]
pub struct NotABeaconKey;

/// The key could not be used.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("the beacon key does not sign; restore the market's keys from a backup")]
pub struct NotSigned;

/// The signature is not this market's.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("the beacon was not drawn by this market for this manifest; the sample may have been chosen")]
pub struct NotThisBeacon;

/// The market's key for drawing samples. Wiped when dropped; never printed.
pub struct BeaconKey(BlindedSigningKey<Sha384>);

impl BeaconKey {
    /// Draws a key. Takes seconds: once in a market's life.
    pub fn generate(rng: &mut impl CryptoRng) -> Self {
        let key = RsaPrivateKey::new(rng, BITS).expect("3072 bits and the usual exponent make a key");
        Self::of(key)
    }

    /// Reads a stored key (PKCS#8 DER).
    pub fn from_pkcs8(der: &[u8]) -> Result<Self, NotABeaconKey> {
        if der.len() > MAX_KEY_BYTES {
            return Err(NotABeaconKey);
        }
        let key = RsaPrivateKey::from_pkcs8_der(der).map_err(|_| NotABeaconKey)?;
        usual(&key.to_public_key())?;
        Ok(Self::of(key))
    }

    /// The key as PKCS#8 DER: keep it sealed.
    pub fn to_pkcs8(&self) -> Vec<u8> {
        self.0.to_pkcs8_der().expect("a valid key has a PKCS#8 form").as_bytes().to_vec()
    }

    /// What others check beacons with.
    pub fn verifier(&self) -> BeaconVerifier {
        BeaconVerifier(self.0.as_ref().to_public_key())
    }

    /// Draws the beacon of a manifest: the same one every time. The chance only hides the key from a stopwatch.
    pub fn draw(
        &self,
        manifest: &Digest,
        log_index: LogIndex,
        epoch_leaf: &Digest,
        rng: &mut impl CryptoRng,
    ) -> Result<Beacon, NotSigned> {
        let message = beacon_message(manifest, log_index, epoch_leaf);
        let signature = self.0.try_sign_with_rng(rng, &message).map_err(|_| NotSigned)?;
        let beacon =
            Beacon { manifest: *manifest, log_index, epoch_leaf: *epoch_leaf, signature: signature.to_vec() };
        // A fault while signing with RSA can give the key away: nothing unverified leaves.
        self.verifier().verify(&beacon).map_err(|_| NotSigned)?;
        Ok(beacon)
    }

    fn of(key: RsaPrivateKey) -> Self {
        Self(BlindedSigningKey::new_with_salt_len(key, EMPTY_SALT))
    }
}

impl fmt::Debug for BeaconKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BeaconKey(..)")
    }
}

/// What the beacon key signs.
pub fn beacon_message(manifest: &Digest, log_index: LogIndex, epoch_leaf: &Digest) -> Vec<u8> {
    let index = log_index.0.to_be_bytes();
    [&b"tacit/v1/beacon"[..], manifest.bytes(), &index, epoch_leaf.bytes()].concat()
}

/// The beacon of one manifest, with what it was drawn over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Beacon {
    /// The digest of the manifest.
    pub manifest: Digest,
    /// Where the manifest stands in the log.
    pub log_index: LogIndex,
    /// The digest of the first epoch leaf that is at least 60 s younger.
    pub epoch_leaf: Digest,
    /// RSASSA-PSS-SHA384, empty salt, 384 bytes.
    #[serde(with = "base64url")]
    pub signature: Vec<u8>,
}

impl Beacon {
    /// The number that draws: SHA-256 of the signature.
    pub fn digest(&self) -> Digest {
        Digest::of(&self.signature)
    }
}

/// The public half of a market's beacon key. JSON: base64url of its SubjectPublicKeyInfo.
#[derive(Clone, PartialEq, Eq)]
pub struct BeaconVerifier(RsaPublicKey);

impl BeaconVerifier {
    /// Reads a public key (SubjectPublicKeyInfo DER).
    pub fn from_der(der: &[u8]) -> Result<Self, NotABeaconKey> {
        if der.len() > MAX_KEY_BYTES {
            return Err(NotABeaconKey);
        }
        let key = RsaPublicKey::from_public_key_der(der).map_err(|_| NotABeaconKey)?;
        usual(&key)?;
        Ok(Self(key))
    }

    /// The key as SubjectPublicKeyInfo DER.
    pub fn to_der(&self) -> Vec<u8> {
        self.0.to_public_key_der().expect("a valid key has a DER form").into_vec()
    }

    /// Whether this market drew the beacon over what it says.
    pub fn verify(&self, beacon: &Beacon) -> Result<(), NotThisBeacon> {
        if beacon.signature.len() != SIGNATURE_BYTES {
            return Err(NotThisBeacon);
        }
        let message = beacon_message(&beacon.manifest, beacon.log_index, &beacon.epoch_leaf);
        let signature = Signature::try_from(beacon.signature.as_slice()).map_err(|_| NotThisBeacon)?;
        let key = VerifyingKey::<Sha384>::new_with_salt_len(self.0.clone(), EMPTY_SALT);
        key.verify(&message, &signature).map_err(|_| NotThisBeacon)
    }
}

/// Another size or exponent would make signatures that are slow, weak or not unique.
fn usual(key: &RsaPublicKey) -> Result<(), NotABeaconKey> {
    let exponent = *key.e() == BoxedUint::from(65_537_u64);
    if key.n().bits() as usize == BITS && exponent { Ok(()) } else { Err(NotABeaconKey) }
}

impl fmt::Debug for BeaconVerifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BeaconVerifier({})", Digest::of(&self.to_der()))
    }
}

impl Serialize for BeaconVerifier {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        base64url::serialize(&self.to_der(), to)
    }
}

impl<'de> Deserialize<'de> for BeaconVerifier {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Self::from_der(&base64url::deserialize(from)?).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{beacon_key, chance};

    fn drawn() -> Beacon {
        let (manifest, leaf) = (Digest::of(b"manifest"), Digest::of(b"leaf"));
        beacon_key().draw(&manifest, LogIndex(7), &leaf, &mut chance(1)).unwrap()
    }

    #[test]
    fn a_beacon_comes_out_the_same_however_often_it_is_drawn() {
        let (manifest, leaf) = (Digest::of(b"manifest"), Digest::of(b"leaf"));
        let again = beacon_key().draw(&manifest, LogIndex(7), &leaf, &mut chance(2)).unwrap();
        assert_eq!(drawn(), again);
        assert_eq!(beacon_key().verifier().verify(&again), Ok(()));
    }

    #[test]
    fn a_beacon_counts_for_its_own_manifest_place_and_epoch_only() {
        let verifier = beacon_key().verifier();
        let other = Digest::of(b"other");
        assert!(verifier.verify(&Beacon { manifest: other, ..drawn() }).is_err());
        assert!(verifier.verify(&Beacon { log_index: LogIndex(8), ..drawn() }).is_err());
        assert!(verifier.verify(&Beacon { epoch_leaf: other, ..drawn() }).is_err());
        for at in [0, 100, 383] {
            let mut beacon = drawn();
            beacon.signature[at] ^= 1;
            assert!(verifier.verify(&beacon).is_err(), "byte {at}");
        }
        assert!(verifier.verify(&Beacon { signature: vec![], ..drawn() }).is_err());
        assert!(verifier.verify(&Beacon { signature: vec![255; 384], ..drawn() }).is_err());
    }

    #[test]
    fn keys_read_back_and_garbage_is_refused() {
        let key = beacon_key();
        assert_eq!(BeaconKey::from_pkcs8(&key.to_pkcs8()).unwrap().verifier(), key.verifier());
        let json = serde_json::to_string(&key.verifier()).unwrap();
        assert_eq!(serde_json::from_str::<BeaconVerifier>(&json).unwrap(), key.verifier());
        assert!(BeaconKey::from_pkcs8(b"garbage").is_err());
        assert!(BeaconVerifier::from_der(&vec![0x30; 5000]).is_err());
        assert_eq!(format!("{key:?}"), "BeaconKey(..)");
    }

    #[test]
    fn a_smaller_key_is_refused() {
        let small = RsaPrivateKey::new(&mut chance(3), 1024).unwrap();
        let der = small.to_public_key().to_public_key_der().unwrap();
        assert_eq!(BeaconVerifier::from_der(der.as_bytes()), Err(NotABeaconKey));
    }
}
