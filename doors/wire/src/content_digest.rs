//! The `Content-Digest` header (RFC 9530) with `sha-256`, the only algorithm spoken here.
//!
//! The header is a dictionary; we write exactly one member and accept exactly one, so that two readers cannot choose
//! different members of one header.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, HeaderName, HeaderValue};
use tacit_values::Digest;

/// `content-digest`.
pub const CONTENT_DIGEST: HeaderName = HeaderName::from_static("content-digest");

/// Why a `Content-Digest` header was refused.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum BadDigestHeader {
    /// No such header.
    #[error("send the header Content-Digest with the body's SHA-256")]
    Missing,
    /// Not `sha-256=:<base64>:`, or the header came twice.
    #[error("write Content-Digest once, as sha-256=:<base64 of 32 bytes>:")]
    Malformed,
}

/// The header's value for a body with this SHA-256.
pub fn header_value(digest: &Digest) -> HeaderValue {
    let text = format!("sha-256=:{}:", STANDARD.encode(digest.bytes()));
    HeaderValue::from_str(&text).expect("base64 between ASCII signs is a header value")
}

/// The digest that the headers promise.
pub fn promised(headers: &HeaderMap) -> Result<Digest, BadDigestHeader> {
    let mut values = headers.get_all(CONTENT_DIGEST).iter();
    let first = values.next().ok_or(BadDigestHeader::Missing)?;
    if values.next().is_some() {
        return Err(BadDigestHeader::Malformed);
    }
    let text = first.to_str().map_err(|_| BadDigestHeader::Malformed)?;
    let encoded = text.strip_prefix("sha-256=:").and_then(|rest| rest.strip_suffix(':'));
    let encoded = encoded.filter(|encoded| encoded.len() == 44).ok_or(BadDigestHeader::Malformed)?;
    let bytes = STANDARD.decode(encoded).map_err(|_| BadDigestHeader::Malformed)?;
    let bytes: [u8; 32] = bytes.try_into().map_err(|_| BadDigestHeader::Malformed)?;
    Ok(Digest::from_bytes(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_header_reads_back() {
        let digest = Digest::of(b"{\"hello\": \"world\"}");
        let value = header_value(&digest);
        // The example of RFC 9530, appendix D.
        assert_eq!(value, "sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:");
        let headers = HeaderMap::from_iter([(CONTENT_DIGEST, value)]);
        assert_eq!(promised(&headers), Ok(digest));
    }

    #[test]
    fn other_algorithms_second_members_and_second_headers_are_refused() {
        for bad in [
            "sha-512=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:",
            "sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:, sha-512=:AA==:",
            "sha-256=X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=",
            "sha-256=:AAAA:",
        ] {
            let headers = HeaderMap::from_iter([(CONTENT_DIGEST, HeaderValue::from_static(bad))]);
            assert_eq!(promised(&headers), Err(BadDigestHeader::Malformed), "{bad}");
        }
        let value = header_value(&Digest::of(b"x"));
        let mut twice = HeaderMap::new();
        twice.append(CONTENT_DIGEST, value.clone());
        twice.append(CONTENT_DIGEST, value);
        assert_eq!(promised(&twice), Err(BadDigestHeader::Malformed));
        assert_eq!(promised(&HeaderMap::new()), Err(BadDigestHeader::Missing));
    }
}
