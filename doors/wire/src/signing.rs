//! Signed requests: HTTP Message Signatures (RFC 9421) by a persona.
//!
//! Covered are `@method`, `@target-uri` and, when there is a body, `content-digest`; the parameters are, in this order,
//! `created`, `expires` (at most 60 s later), `nonce`, `alg` (`ed25519`), `keyid` (the persona's did:key) and
//! `tag="tacit/v1"`. The verifier rebuilds the absolute address from the market's configured [`Origin`], never from a
//! `Host` header. The signature base is written by the crate `httpsig`; its own clock is never asked. Spec: wire.md.

mod nonces;
mod refusal;
mod verify;

#[cfg(test)]
mod tests;

pub use nonces::NonceWindow;
pub use refusal::NotSigned;
pub use verify::{Signed, SignedHead, check_head};

use crate::content_digest;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use httpsig_hyper::prelude::message_component::{HttpMessageComponent, HttpMessageComponentId};
use httpsig_hyper::prelude::{
    AlgorithmName, HttpSigResult, HttpSignatureBase, HttpSignatureParams, SigningKey,
};
use std::time::Duration;
use tacit_values::{Digest, Origin, PersonaKey, Timestamp, base64url};

/// How long a signature lives by its own statement.
pub const LIFETIME: Duration = Duration::from_secs(60);
/// How far the clocks of desk and market may differ.
pub const SKEW: Duration = Duration::from_secs(90);
/// The `tag` parameter: the domain of our signatures.
pub const TAG: &str = "tacit/v1";

pub(crate) const SIGNATURE: HeaderName = HeaderName::from_static("signature");
pub(crate) const SIGNATURE_INPUT: HeaderName = HeaderName::from_static("signature-input");
const METHOD: &str = "\"@method\"";
const TARGET_URI: &str = "\"@target-uri\"";
const DIGEST: &str = "\"content-digest\"";

/// What is to be signed: the method, where it goes and what it carries.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// The verb.
    pub method: &'a Method,
    /// The market's public address.
    pub origin: &'a Origin,
    /// Path and query, exactly as they will stand in the request line.
    pub path_and_query: &'a str,
    /// SHA-256 of the body; `None` when there is no body.
    pub body: Option<Digest>,
}

impl Request<'_> {
    fn components(&self, ids: &[HttpMessageComponentId]) -> HttpSigResult<Vec<HttpMessageComponent>> {
        ids.iter()
            .map(|id| {
                let value = match id.to_string().as_str() {
                    METHOD => self.method.as_str().to_owned(),
                    TARGET_URI => self.origin.join(self.path_and_query),
                    _ => self.body.as_ref().map_or_else(String::new, |digest| {
                        content_digest::header_value(digest).to_str().expect("ASCII").to_owned()
                    }),
                };
                HttpMessageComponent::try_from((id, [value].as_slice()))
            })
            .collect()
    }

    fn base(&self, parameters: &HttpSignatureParams) -> HttpSigResult<HttpSignatureBase> {
        HttpSignatureBase::try_new(&self.components(&parameters.covered_components)?, parameters)
    }
}

/// The headers that make this request the persona's own: `Signature-Input`, `Signature` and, with a body,
/// `Content-Digest`. The nonce is 16 fresh random bytes.
pub fn sign(key: &PersonaKey, request: Request<'_>, now: Timestamp, nonce: [u8; 16]) -> HeaderMap {
    let parameters = parameters(key, request.body.is_some(), now, nonce);
    let base = request.base(&parameters).expect("every covered component was given");
    let headers = base.build_signature_headers(&Pen(key), None).expect("signing with Ed25519 does not fail");
    let ascii = |text: String| HeaderValue::from_str(&text).expect("structured fields are ASCII");
    let mut signed = HeaderMap::new();
    if let Some(digest) = &request.body {
        signed.insert(content_digest::CONTENT_DIGEST, content_digest::header_value(digest));
    }
    signed.insert(SIGNATURE_INPUT, ascii(headers.signature_input_header_value()));
    signed.insert(SIGNATURE, ascii(headers.signature_header_value()));
    signed
}

fn parameters(key: &PersonaKey, with_body: bool, now: Timestamp, nonce: [u8; 16]) -> HttpSignatureParams {
    let names: &[&str] = if with_body { &[METHOD, TARGET_URI, DIGEST] } else { &[METHOD, TARGET_URI] };
    let covered =
        names.iter().map(|name| HttpMessageComponentId::try_from(*name).expect("a known component"));
    HttpSignatureParams {
        created: Some(now.secs()),
        expires: Some(now.plus(LIFETIME).secs()),
        nonce: Some(base64url::encode(&nonce)),
        alg: Some(AlgorithmName::Ed25519.to_string()),
        keyid: Some(key.persona().to_string()),
        tag: Some(TAG.to_owned()),
        covered_components: covered.collect(),
    }
}

/// A persona's key in the shape the signature crate asks for.
struct Pen<'a>(&'a PersonaKey);

impl SigningKey for Pen<'_> {
    fn sign(&self, data: &[u8]) -> HttpSigResult<Vec<u8>> {
        Ok(self.0.sign_outside_format(data).bytes().to_vec())
    }

    fn key_id(&self) -> String {
        self.0.persona().to_string()
    }

    fn alg(&self) -> AlgorithmName {
        AlgorithmName::Ed25519
    }
}
