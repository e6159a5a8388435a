use super::*;
use serde::{Deserialize, Serialize};

const NOW: Timestamp = Timestamp::from_secs(1_795_176_000);
const PATH: &str = "/api/v1/orders/ord_0123?x=1";

fn market() -> Origin {
    "https://market.example".parse().unwrap()
}

fn ada() -> PersonaKey {
    PersonaKey::from_seed(&[7; 32])
}

fn later(seconds: u64) -> Timestamp {
    NOW.plus(Duration::from_secs(seconds))
}

fn put(body: &[u8]) -> HeaderMap {
    let (origin, method) = (market(), Method::PUT);
    let request =
        Request { method: &method, origin: &origin, path_and_query: PATH, body: Some(Digest::of(body)) };
    sign(&ada(), request, NOW, [9; 16])
}

fn check(headers: &HeaderMap, body: &[u8], now: Timestamp) -> Result<Signed, NotSigned> {
    let window = NonceWindow::with_room(100);
    check_head(&market(), &Method::PUT, PATH, headers, now)?.with_body(body, &window, now)
}

/// Signs with other components or parameters than [`sign`] would choose.
fn put_with(change: impl FnOnce(&mut HttpSignatureParams)) -> HeaderMap {
    let (origin, method) = (market(), Method::PUT);
    let request =
        Request { method: &method, origin: &origin, path_and_query: PATH, body: Some(Digest::of(b"body")) };
    let mut parameters = parameters(&ada(), true, NOW, [9; 16]);
    change(&mut parameters);
    let headers = request.base(&parameters).unwrap().build_signature_headers(&Pen(&ada()), None).unwrap();
    let mut signed = put(b"body");
    signed.insert(SIGNATURE_INPUT, headers.signature_input_header_value().parse().unwrap());
    signed.insert(SIGNATURE, headers.signature_header_value().parse().unwrap());
    signed
}

fn component(name: &str) -> HttpMessageComponentId {
    HttpMessageComponentId::try_from(name).unwrap()
}

#[test]
fn a_signed_request_is_its_personas_own() {
    assert_eq!(check(&put(b"body"), b"body", NOW).unwrap().persona(), ada().persona());
}

#[test]
fn a_request_without_a_body_is_signed_without_a_digest() {
    let (origin, method) = (market(), Method::GET);
    let headers = sign(
        &ada(),
        Request { method: &method, origin: &origin, path_and_query: "/a", body: None },
        NOW,
        [1; 16],
    );
    assert!(!headers.contains_key(content_digest::CONTENT_DIGEST));
    let window = NonceWindow::with_room(100);
    let head = || check_head(&origin, &method, "/a", &headers, NOW).unwrap();
    assert_eq!(head().with_body(b"x", &window, NOW), Err(NotSigned::BodyNotCovered));
    assert!(head().with_body(b"", &window, NOW).is_ok());
}

#[test]
fn another_address_verb_or_market_is_another_request() {
    let headers = put(b"body");
    let wrong = NotSigned::WrongSignature;
    assert_eq!(check_head(&market(), &Method::POST, PATH, &headers, NOW).unwrap_err(), wrong);
    assert_eq!(
        check_head(&market(), &Method::PUT, "/api/v1/orders/ord_0124", &headers, NOW).unwrap_err(),
        wrong
    );
    let other: Origin = "https://other.example".parse().unwrap();
    assert_eq!(check_head(&other, &Method::PUT, PATH, &headers, NOW).unwrap_err(), wrong);
}

#[test]
fn the_same_request_counts_once_and_a_spoilt_copy_does_not_use_it_up() {
    let window = NonceWindow::with_room(100);
    let headers = put(b"body");
    let head = || check_head(&market(), &Method::PUT, PATH, &headers, later(30)).unwrap();
    assert_eq!(head().with_body(b"bodY", &window, later(30)), Err(NotSigned::WrongBody));
    assert!(head().with_body(b"body", &window, later(30)).is_ok());
    assert_eq!(head().with_body(b"body", &window, later(31)), Err(NotSigned::Replayed));
}

#[test]
fn clocks_may_differ_by_90_seconds_and_no_more() {
    let headers = put(b"body");
    assert!(check(&headers, b"body", later(90)).is_ok());
    assert!(check(&headers, b"body", NOW.minus(Duration::from_secs(90))).is_ok());
    let behind = check(&headers, b"body", later(91)).unwrap_err();
    assert_eq!(behind.to_string(), "your clock is 91 s behind the market's, which says 2026-11-20T12:01:31Z");
    assert_eq!(behind.problem().market_time, Some(later(91)));
    let ahead = check(&headers, b"body", NOW.minus(Duration::from_secs(100))).unwrap_err();
    assert!(ahead.to_string().starts_with("your clock is 100 s ahead of the market's"), "{ahead}");
}

#[test]
fn an_early_expiry_is_honoured() {
    let headers = put_with(|parameters| parameters.expires = Some(later(5).secs()));
    assert!(check(&headers, b"body", later(35)).is_ok());
    let expired = NotSigned::Expired { expired: later(5), market_time: later(36) };
    assert_eq!(check(&headers, b"body", later(36)), Err(expired));
}

#[test]
fn every_component_and_parameter_is_needed() {
    let missing = |missing| Err(NotSigned::MissingComponent { missing });
    let without = |name: &'static str| {
        put_with(move |parameters| parameters.covered_components.retain(|id| id.to_string() != name))
    };
    assert_eq!(check(&without(METHOD), b"body", NOW), missing("@method"));
    assert_eq!(check(&without(TARGET_URI), b"body", NOW), missing("@target-uri"));
    assert_eq!(check(&without(DIGEST), b"body", NOW), Err(NotSigned::BodyNotCovered));
    let missing = |missing| Err(NotSigned::MissingParameter { missing });
    assert_eq!(check(&put_with(|p| p.created = None), b"body", NOW), missing("created"));
    assert_eq!(check(&put_with(|p| p.expires = None), b"body", NOW), missing("expires"));
    assert_eq!(check(&put_with(|p| p.nonce = None), b"body", NOW), missing("nonce"));
    assert_eq!(check(&put_with(|p| p.alg = None), b"body", NOW), missing("alg"));
    assert_eq!(check(&put_with(|p| p.keyid = None), b"body", NOW), missing("keyid"));
    assert_eq!(check(&put_with(|p| p.tag = None), b"body", NOW), missing("tag"));
}

#[test]
fn foreign_components_and_parameters_are_refused() {
    let covered = |extra: &'static str| put_with(move |p| p.covered_components.push(component(extra)));
    assert_eq!(check(&covered("x-other"), b"body", NOW), Err(NotSigned::ForeignComponent));
    let text = |text: &str| Some(text.to_owned());
    assert_eq!(check(&put_with(|p| p.tag = text("tacit/v2")), b"body", NOW), Err(NotSigned::ForeignTag));
    assert_eq!(
        check(&put_with(|p| p.alg = text("hmac-sha256")), b"body", NOW),
        Err(NotSigned::ForeignAlgorithm)
    );
    assert_eq!(check(&put_with(|p| p.keyid = text("key-1")), b"body", NOW), Err(NotSigned::ForeignKey));
    assert_eq!(check(&put_with(|p| p.nonce = text("short")), b"body", NOW), Err(NotSigned::BadNonce));
    assert_eq!(
        check(&put_with(|p| p.expires = Some(later(61).secs())), b"body", NOW),
        Err(NotSigned::Lifetime)
    );
    assert_eq!(check(&put_with(|p| p.expires = p.created), b"body", NOW), Err(NotSigned::Lifetime));
}

#[test]
fn headers_that_could_be_read_in_two_ways_are_refused() {
    assert_eq!(check(&HeaderMap::new(), b"body", NOW), Err(NotSigned::Unsigned));
    let mut alone = put(b"body");
    alone.remove(SIGNATURE);
    assert_eq!(check(&alone, b"body", NOW), Err(NotSigned::Malformed));
    let mut twice = put(b"body");
    let value = twice[SIGNATURE].clone();
    twice.append(SIGNATURE, value);
    assert_eq!(check(&twice, b"body", NOW), Err(NotSigned::Malformed));
    let mut long = put(b"body");
    long.insert(
        SIGNATURE_INPUT,
        format!("sig=(\"@method\");keyid=\"{}\"", "x".repeat(2000)).parse().unwrap(),
    );
    assert_eq!(check(&long, b"body", NOW), Err(NotSigned::Malformed));
    let mut swapped = put(b"body");
    let input = swapped[SIGNATURE_INPUT].to_str().unwrap();
    let swapped_input = input.replace(";alg=\"ed25519\"", "") + ";alg=\"ed25519\"";
    swapped.insert(SIGNATURE_INPUT, swapped_input.parse().unwrap());
    assert_eq!(check(&swapped, b"body", NOW), Err(NotSigned::OtherParameters));
}

/// `vectors/wire/signed-requests.json`.
#[derive(Serialize, Deserialize, PartialEq, Debug)]
struct Vectors {
    about: String,
    persona_seed: String,
    market_time: Timestamp,
    origin: Origin,
    good: Vec<Vector>,
    bad: Vec<Vector>,
}

#[derive(Serialize, Deserialize, PartialEq, Debug)]
struct Vector {
    name: String,
    method: String,
    path_and_query: String,
    body: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    signature_base: Option<String>,
    headers: Vec<(String, String)>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    refusal: Option<String>,
}

#[test]
fn the_vectors_of_signed_requests_hold() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../vectors/wire/signed-requests.json");
    let vectors: Vectors = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let now = vectors.market_time;
    for vector in vectors.good.iter().chain(&vectors.bad) {
        let window = NonceWindow::with_room(100);
        let mut headers = HeaderMap::new();
        for (name, value) in &vector.headers {
            headers.append(name.parse::<HeaderName>().unwrap(), value.parse().unwrap());
        }
        let method = vector.method.parse().unwrap();
        let outcome = check_head(&vectors.origin, &method, &vector.path_and_query, &headers, now)
            .and_then(|head| head.with_body(vector.body.as_bytes(), &window, now));
        let refusal = outcome.err().map(|refusal| refusal.to_string());
        assert_eq!(refusal, vector.refusal, "{}", vector.name);
    }
    assert!(vectors.bad.len() >= vectors.good.len());
}

/// The vectors are made by this test from the seed in the file, and stand in the repository as it made them.
#[test]
fn the_vectors_of_signed_requests_are_those_that_this_code_writes() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../vectors/wire/signed-requests.json");
    let made = serde_json::to_string_pretty(&made_vectors()).unwrap() + "\n";
    if std::env::var_os("TACIT_WRITE_VECTORS").is_some() {
        std::fs::write(path, &made).unwrap();
    }
    assert_eq!(
        std::fs::read_to_string(path).unwrap(),
        made,
        "run with TACIT_WRITE_VECTORS=1 and look at the change"
    );
}

fn made_vectors() -> Vectors {
    let vector =
        |name: &str, method: Method, body: &str, headers: HeaderMap, refusal: Option<NotSigned>| Vector {
            name: name.to_owned(),
            method: method.to_string(),
            path_and_query: PATH.to_owned(),
            body: body.to_owned(),
            signature_base: None,
            headers: headers
                .iter()
                .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
                .collect(),
            refusal: refusal.map(|refusal| refusal.to_string()),
        };
    let good = |name: &str, method: Method, body: &str, nonce: [u8; 16]| {
        let digest = (!body.is_empty()).then(|| Digest::of(body.as_bytes()));
        let origin = market();
        let request = Request { method: &method, origin: &origin, path_and_query: PATH, body: digest };
        let headers = sign(&ada(), request, NOW, nonce);
        let base = request.base(&parameters(&ada(), digest.is_some(), NOW, nonce)).unwrap().to_string();
        Vector { signature_base: Some(base), ..vector(name, method.clone(), body, headers, None) }
    };
    let bad = |name: &str, headers: HeaderMap, refusal: NotSigned| {
        vector(name, Method::PUT, "body", headers, Some(refusal))
    };
    let missing = |missing| NotSigned::MissingParameter { missing };
    let mut other_digest = put(b"body");
    other_digest.insert(content_digest::CONTENT_DIGEST, content_digest::header_value(&Digest::of(b"x")));
    let mut flipped = put(b"body");
    let signature = flipped[SIGNATURE].to_str().unwrap().to_owned();
    let letter = if signature.as_bytes()[10] == b'A' { "B" } else { "A" };
    let spoilt = format!("{}{letter}{}", &signature[..10], &signature[11..]);
    flipped.insert(SIGNATURE, spoilt.parse().unwrap());
    let old = put_with(|p| {
        p.created = Some(NOW.secs() - 91);
        p.expires = Some(NOW.secs() - 31);
    });
    let skew = NotSigned::Skew { seconds: 91, direction: "behind", market_time: NOW };
    Vectors {
        about:
            "Requests signed by the persona of this Ed25519 seed (RFC 9421), as a market at this origin and \
                time judges them; bad ones are named by what is wrong. All bodies are text."
                .to_owned(),
        persona_seed: "07".repeat(32),
        market_time: NOW,
        origin: market(),
        good: vec![
            good("a body is covered by its digest", Method::PUT, "body", [9; 16]),
            good("no body and no digest", Method::GET, "", [10; 16]),
            good("a mailbox is emptied", Method::DELETE, "", [11; 16]),
        ],
        bad: vec![
            bad("no signature", HeaderMap::new(), NotSigned::Unsigned),
            bad(
                "the verb is not covered",
                put_with(|p| p.covered_components.retain(|id| id.to_string() != METHOD)),
                NotSigned::MissingComponent { missing: "@method" },
            ),
            bad(
                "the address is not covered",
                put_with(|p| p.covered_components.retain(|id| id.to_string() != TARGET_URI)),
                NotSigned::MissingComponent { missing: "@target-uri" },
            ),
            bad(
                "the body is not covered",
                put_with(|p| p.covered_components.retain(|id| id.to_string() != DIGEST)),
                NotSigned::BodyNotCovered,
            ),
            bad("no nonce", put_with(|p| p.nonce = None), missing("nonce")),
            bad("no expiry", put_with(|p| p.expires = None), missing("expires")),
            bad("another tag", put_with(|p| p.tag = Some("other".into())), NotSigned::ForeignTag),
            bad("lives too long", put_with(|p| p.expires = Some(NOW.secs() + 61)), NotSigned::Lifetime),
            bad("the clock is 91 s behind", old, skew),
            bad("the digest header was changed", other_digest, NotSigned::WrongSignature),
            bad("the body was changed", put(b"another body"), NotSigned::WrongBody),
            bad("one letter of the signature was changed", flipped, NotSigned::WrongSignature),
        ],
    }
}
