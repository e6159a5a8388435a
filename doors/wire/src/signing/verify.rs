//! Checking a signed request: first its head, before a byte of the body is read, then the body and the nonce.

use super::{
    DIGEST, LIFETIME, METHOD, NonceWindow, NotSigned, Request, SIGNATURE, SIGNATURE_INPUT, SKEW, TAG,
};
use super::{TARGET_URI, content_digest};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, HeaderName, Method};
use httpsig_hyper::prelude::{HttpSignatureHeaders, HttpSignatureParams};
use std::time::Duration;
use tacit_values::{Digest, Origin, Persona, Timestamp};

/// Longer headers are refused before they are parsed.
const LONGEST_HEADER: usize = 1024;
const NONCE_LENGTHS: std::ops::RangeInclusive<usize> = 16..=64;

/// A request whose head is signed; its body and nonce are not checked yet.
#[derive(Debug)]
#[must_use = "the body and the nonce are still unchecked"]
pub struct SignedHead {
    persona: Persona,
    nonce: String,
    created: Timestamp,
    body: Option<Digest>,
}

/// A request that is the persona's own, whole and new.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    persona: Persona,
    nonce: String,
    fresh_until: Timestamp,
}

impl Signed {
    /// Who asks.
    pub fn persona(&self) -> Persona {
        self.persona
    }

    /// The nonce that counts once.
    pub fn nonce(&self) -> &str {
        &self.nonce
    }

    /// From then on the request is refused for its age, so its nonce may be forgotten.
    pub fn fresh_until(&self) -> Timestamp {
        self.fresh_until
    }
}

impl SignedHead {
    /// Who signed the head: enough for a rate limit, not enough to act.
    pub fn persona(&self) -> Persona {
        self.persona
    }

    /// The SHA-256 that the body must have; `None` when there must be no body.
    pub fn promised_body(&self) -> Option<Digest> {
        self.body
    }

    /// Checks the whole body, read within a bound, and takes the nonce.
    ///
    /// The nonce is taken last: a body spoilt on the way does not use up the true request.
    pub fn with_body(self, body: &[u8], nonces: &NonceWindow, now: Timestamp) -> Result<Signed, NotSigned> {
        match self.body {
            None if !body.is_empty() => return Err(NotSigned::BodyNotCovered),
            Some(promised) if promised != Digest::of(body) => return Err(NotSigned::WrongBody),
            _ => {}
        }
        nonces.admit(&self.persona, &self.nonce, self.created, now)?;
        let fresh_until = self.created.plus(SKEW + Duration::from_secs(1));
        Ok(Signed { persona: self.persona, nonce: self.nonce, fresh_until })
    }
}

/// Checks everything about a signed request that can be known without its body.
pub fn check_head(
    origin: &Origin,
    method: &Method,
    path_and_query: &str,
    headers: &HeaderMap,
    now: Timestamp,
) -> Result<SignedHead, NotSigned> {
    let (signature, parameters) = read_headers(headers)?;
    let covers_body = covered(&parameters)?;
    let head = named(&parameters)?;
    refuse_wrong_time(&parameters, now)?;
    let body = if covers_body { Some(content_digest::promised(headers)?) } else { None };
    let request = Request { method, origin, path_and_query, body };
    let base = request.base(&parameters).map_err(|_| NotSigned::Malformed)?;
    let signature = ed25519_dalek::Signature::from_bytes(&signature);
    let key = head.0.key();
    key.verify_strict(&base.as_bytes(), &signature).map_err(|_| NotSigned::WrongSignature)?;
    Ok(SignedHead { persona: head.0, nonce: head.1, created: head.2, body })
}

fn read_headers(headers: &HeaderMap) -> Result<([u8; 64], HttpSignatureParams), NotSigned> {
    if !headers.contains_key(SIGNATURE) && !headers.contains_key(SIGNATURE_INPUT) {
        return Err(NotSigned::Unsigned);
    }
    let (signature, input) = (only(headers, SIGNATURE)?, only(headers, SIGNATURE_INPUT)?);
    let parsed = HttpSignatureHeaders::try_parse(signature, input).map_err(|_| NotSigned::Malformed)?;
    let mut parsed = parsed.into_values();
    let (Some(one), None) = (parsed.next(), parsed.next()) else { return Err(NotSigned::Malformed) };
    // The crate writes the parameters in an order of its own; a signature over another order would fail without a
    // reason, so it is refused with one.
    if one.signature_input_header_value() != input {
        return Err(NotSigned::OtherParameters);
    }
    let bytes = STANDARD.decode(one.signature().to_string()).map_err(|_| NotSigned::Malformed)?;
    let bytes: [u8; 64] = bytes.try_into().map_err(|_| NotSigned::Malformed)?;
    Ok((bytes, one.signature_params().clone()))
}

fn only(headers: &HeaderMap, name: HeaderName) -> Result<&str, NotSigned> {
    let mut values = headers.get_all(name).iter();
    let (Some(value), None) = (values.next(), values.next()) else { return Err(NotSigned::Malformed) };
    if value.len() > LONGEST_HEADER {
        return Err(NotSigned::Malformed);
    }
    value.to_str().map_err(|_| NotSigned::Malformed)
}

/// Whether the body is covered, after checking that nothing is missing and nothing foreign is there.
fn covered(parameters: &HttpSignatureParams) -> Result<bool, NotSigned> {
    let names: Vec<String> = parameters.covered_components.iter().map(ToString::to_string).collect();
    for (name, plain) in [(METHOD, "@method"), (TARGET_URI, "@target-uri")] {
        if !names.iter().any(|covered| covered == name) {
            return Err(NotSigned::MissingComponent { missing: plain });
        }
    }
    match names.iter().any(|covered| covered == DIGEST) {
        true if names.len() == 3 => Ok(true),
        false if names.len() == 2 => Ok(false),
        _ => Err(NotSigned::ForeignComponent),
    }
}

fn named(parameters: &HttpSignatureParams) -> Result<(Persona, String, Timestamp), NotSigned> {
    let missing = |missing| NotSigned::MissingParameter { missing };
    let created = parameters.created.ok_or(missing("created"))?;
    let nonce = parameters.nonce.as_deref().ok_or(missing("nonce"))?;
    let algorithm = parameters.alg.as_deref().ok_or(missing("alg"))?;
    let key = parameters.keyid.as_deref().ok_or(missing("keyid"))?;
    let tag = parameters.tag.as_deref().ok_or(missing("tag"))?;
    if tag != TAG {
        return Err(NotSigned::ForeignTag);
    }
    if algorithm != "ed25519" {
        return Err(NotSigned::ForeignAlgorithm);
    }
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    if !NONCE_LENGTHS.contains(&nonce.len()) || !nonce.bytes().all(plain) {
        return Err(NotSigned::BadNonce);
    }
    let persona = key.parse().map_err(|_| NotSigned::ForeignKey)?;
    Ok((persona, nonce.to_owned(), Timestamp::from_secs(created)))
}

fn refuse_wrong_time(parameters: &HttpSignatureParams, now: Timestamp) -> Result<(), NotSigned> {
    let created = parameters.created.ok_or(NotSigned::MissingParameter { missing: "created" })?;
    let expires = parameters.expires.ok_or(NotSigned::MissingParameter { missing: "expires" })?;
    if expires <= created || expires - created > LIFETIME.as_secs() {
        return Err(NotSigned::Lifetime);
    }
    let seconds = now.secs().abs_diff(created);
    if seconds > SKEW.as_secs() {
        let direction = if created < now.secs() { "behind" } else { "ahead of" };
        return Err(NotSigned::Skew { seconds, direction, market_time: now });
    }
    // The desk's clock may be behind by the tolerance: an expiry is judged with what a full lifetime leaves of it.
    let tolerance = SKEW.as_secs() - LIFETIME.as_secs();
    if now.secs() > expires + tolerance {
        return Err(NotSigned::Expired { expired: Timestamp::from_secs(expires), market_time: now });
    }
    Ok(())
}
