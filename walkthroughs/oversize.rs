//! Too much of everything at the socket: refused with a sentence before it is read, and the market serves on.

mod street;

use serde_json::json;
use street::socket::{Answer, head, say, signed_head};
use street::{Proofs, Rows, Street};
use tacit_catalogue::LISTING_BYTES_MOST;
use tacit_settlement::MAX_BUNDLE_BYTES;
use tacit_values::{Digest, ListingId, OrderId, PersonaKey, UploadId};

const KIB: usize = 1 << 10;
const MIB: usize = 1 << 20;
const BYTES: &str = "application/octet-stream";

fn somebody() -> PersonaKey {
    PersonaKey::from_seed(&[7; 32])
}

fn is_alive(street: &Street) {
    let answer = say(street.origin(), &head(street.origin(), "GET", "/api/v1/market", BYTES, 0), b"");
    assert_eq!(answer.status, 200);
}

/// The resources that take something signed, and the most that each takes.
fn takers() -> Vec<(&'static str, String, usize)> {
    let (upload, order) = (UploadId::from_bytes([1; 16]), OrderId::from_bytes([2; 16]));
    let (listing, manifest) = (ListingId::from_bytes([3; 16]), Digest::of(b"a manifest"));
    let me = somebody().persona();
    vec![
        ("POST", "/api/v1/uploads".to_owned(), 4 * KIB),
        ("PUT", format!("/api/v1/uploads/{upload}/parts/0"), 8 * MIB),
        ("POST", format!("/api/v1/uploads/{upload}/complete"), 0),
        ("PUT", format!("/api/v1/manifests/{manifest}"), MIB),
        ("PUT", format!("/api/v1/listings/{listing}/sample"), 17 * MIB),
        ("PUT", format!("/api/v1/listings/{listing}"), LISTING_BYTES_MOST),
        // Statement and header of a delivery.
        ("PUT", format!("/api/v1/orders/{order}"), 128 * KIB),
        ("PUT", format!("/api/v1/mail/{me}/self/0"), 64 * KIB),
    ]
}

#[test]
fn what_is_too_long_is_refused_by_its_announcement_and_by_its_bytes() {
    let street = Street::open(Proofs::Assumed, Rows::Sqlite);
    let origin = street.origin();
    for (method, path, most) in takers() {
        let body = vec![b' '; most + 1];
        let announced = signed_head(origin, &somebody(), method, &path, &body);
        // Nothing of it is sent: the announcement is enough.
        let problem = say(origin, &announced, b"").refuses(413, "too-large");
        let detail = problem["detail"].as_str().unwrap();
        assert!(detail.contains(&most.to_string()), "{path}: {detail}");

        // Who does not announce a length is cut off where it ends.
        let length = format!("content-length: {}\r\n", body.len());
        let chunked = signed_head(origin, &somebody(), method, &path, &body)
            .replace(&length, "transfer-encoding: chunked\r\n");
        let mut sent = Vec::new();
        for piece in body.chunks(64 * KIB) {
            sent.extend_from_slice(format!("{:x}\r\n", piece.len()).as_bytes());
            sent.extend_from_slice(piece);
            sent.extend_from_slice(b"\r\n");
        }
        sent.extend_from_slice(b"0\r\n\r\n");
        say(origin, &chunked, &sent).refuses(413, "too-large");

        // Whoever does not sign is not even asked how much it is.
        say(origin, &head(origin, method, &path, BYTES, body.len()), b"").refuses(401, "not-signed");
        is_alive(&street);
    }
}

#[test]
fn letters_bundles_bodies_and_heads_have_their_measure() {
    let street = Street::open(Proofs::Assumed, Rows::Sqlite);
    let origin = street.origin();
    let mailbox = format!("/api/v1/mail/{}", somebody().persona());
    let post = |path: &str, length: usize| -> Answer {
        say(origin, &head(origin, "POST", path, BYTES, length), &vec![7; length])
    };
    say(origin, &head(origin, "POST", &mailbox, BYTES, 64 * KIB + 1), b"").refuses(413, "too-large");
    for odd in [0, 1, 4095, 4097, 64 * KIB - 1] {
        let problem = post(&mailbox, odd).refuses(422, "refused");
        assert!(problem["detail"].as_str().unwrap().contains("bytes"), "{problem}");
    }
    let bundles = "/api/v1/ledger/bundles";
    say(origin, &head(origin, "POST", bundles, BYTES, MAX_BUNDLE_BYTES + 1), b"").refuses(413, "too-large");
    post(bundles, 1000).refuses(422, "bundle-refused");

    // A body that the vault would not hold is refused when it is announced.
    let wish = json!({"body": Digest::of(b"huge"), "bytes": 21_u64 << 30}).to_string();
    let asked = signed_head(origin, &somebody(), "POST", "/api/v1/uploads", wish.as_bytes());
    say(origin, &asked, wish.as_bytes()).refuses(413, "too-large");

    // A head without end, and an address without end.
    let endless =
        format!("GET /api/v1/market HTTP/1.1\r\nhost: x\r\nx-much: {}\r\n\r\n", "a".repeat(2 * MIB));
    assert_eq!(say(origin, &endless, b"").status, 431);
    let far = format!("GET /api/v1/{} HTTP/1.1\r\nhost: x\r\n\r\n", "a".repeat(100 * KIB));
    assert_eq!(say(origin, &far, b"").status, 414);
    is_alive(&street);
}

#[test]
fn nested_without_end_is_unreadable_and_nothing_more() {
    let street = Street::open(Proofs::Assumed, Rows::Sqlite);
    let origin = street.origin();
    let documents = takers().into_iter().filter(|(_, path, most)| *most > 0 && !path.contains("/parts/"));
    for (method, path, most) in documents.filter(|(_, path, _)| !path.contains("/self/")) {
        for (open, close) in [("[", ""), ("{\"a\":", ""), ("[", "]")] {
            let deep = most / (open.len() + close.len()).max(1);
            let body = open.repeat(deep) + &close.repeat(deep);
            let asked = signed_head(origin, &somebody(), method, &path, body.as_bytes());
            say(origin, &asked, body.as_bytes()).refuses(422, "malformed");
        }
        is_alive(&street);
    }

    // All of it left nothing behind: somebody who comes now sees an empty market that works.
    let wren = street.person("wren");
    assert_eq!(wren.does(&["search"])["total"], 0);
    assert_eq!(wren.does(&["wallet"])["balance"], "0.00");
}
