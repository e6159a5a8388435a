//! The matrix of signed requests: every way in which a request is not a persona's own.

use super::*;
use http::HeaderValue;

const PATH: &str = "/api/v1/uploads";

fn open_upload() -> Vec<u8> {
    format!(r#"{{"body":"{}","bytes":3}}"#, Digest::of(b"abc")).into_bytes()
}

#[tokio::test]
async fn a_signed_request_is_taken_once() {
    let street = Street::open().await;
    let signed = signature(&origin(), 1, "POST", PATH, &open_upload(), START, [7; 16]);
    let again = || {
        let mut request = request("POST", PATH, &open_upload());
        request.headers_mut().extend(signed.clone());
        request
    };
    assert_eq!(street.send(again()).await.status, 200);
    assert_eq!(street.send(again()).await.refusal(), (409, "replayed".into()));
}

#[tokio::test]
async fn a_replay_is_noticed_across_a_restart() {
    let street = Street::open().await;
    let signed = signature(&origin(), 1, "POST", PATH, &open_upload(), START, [7; 16]);
    let again = || {
        let mut request = request("POST", PATH, &open_upload());
        request.headers_mut().extend(signed.clone());
        request
    };
    assert_eq!(street.send(again()).await.status, 200);
    let restarted = Street::over(street.store.clone(), DoorSettings::default(), origin()).await;
    assert_eq!(restarted.send(again()).await.refusal(), (409, "replayed".into()));
}

#[tokio::test]
async fn an_unsigned_request_is_told_to_sign() {
    let street = Street::open().await;
    let answer = street.send(request("POST", PATH, &open_upload())).await;
    assert_eq!(answer.refusal(), (401, "not-signed".into()));
    assert!(answer.problem().remedy.is_some());
}

#[tokio::test]
async fn a_clock_that_is_off_is_told_by_how_much_and_the_markets_time() {
    let street = Street::open().await;
    for (signed_at, words) in [
        (START.minus(Duration::from_secs(91)), "91 s behind"),
        (START.plus(Duration::from_secs(200)), "200 s ahead of"),
    ] {
        let mut request = request("POST", PATH, &open_upload());
        request.headers_mut().extend(signature(
            &origin(),
            1,
            "POST",
            PATH,
            &open_upload(),
            signed_at,
            [7; 16],
        ));
        let problem = street.send(request).await.problem();
        assert_eq!((problem.status, problem.slug()), (401, "clock-skew"));
        assert_eq!(problem.market_time, Some(START));
        assert!(problem.detail.contains(words), "{}", problem.detail);
    }
}

#[tokio::test]
async fn a_body_that_was_changed_on_the_way_is_refused_and_the_true_one_still_counts() {
    let street = Street::open().await;
    let signed = signature(&origin(), 1, "POST", PATH, &open_upload(), START, [7; 16]);
    let other = format!(r#"{{"body":"{}","bytes":4}}"#, Digest::of(b"abcd"));
    let mut changed = request("POST", PATH, other.as_bytes());
    changed.headers_mut().extend(signed.clone());
    assert_eq!(street.send(changed).await.refusal(), (400, "wrong-digest".into()));
    let mut unchanged = request("POST", PATH, &open_upload());
    unchanged.headers_mut().extend(signed);
    assert_eq!(street.send(unchanged).await.status, 200);
}

#[tokio::test]
async fn a_signature_for_another_address_verb_market_or_with_fewer_components_is_refused() {
    let street = Street::open().await;
    let elsewhere: Origin = "https://other.example".parse().unwrap();
    let bad = |origin: &Origin, verb: &str, path: &str| {
        let mut request = request("POST", PATH, &open_upload());
        request.headers_mut().extend(signature(origin, 1, verb, path, &open_upload(), START, [7; 16]));
        request
    };
    for request in [
        bad(&elsewhere, "POST", PATH),
        bad(&origin(), "PUT", PATH),
        bad(&origin(), "POST", "/api/v1/uploads?x=1"),
        bad(&origin(), "POST", "/uploads"),
    ] {
        assert_eq!(street.send(request).await.refusal(), (401, "bad-signature".into()));
    }
    let mut bodiless = request("POST", PATH, &open_upload());
    bodiless.headers_mut().extend(signature(&origin(), 1, "POST", PATH, b"", START, [8; 16]));
    assert_eq!(street.send(bodiless).await.refusal(), (401, "bad-signature".into()));
    let mut fewer = street.signed(1, "POST", PATH, &open_upload());
    let input = fewer.headers()["signature-input"].to_str().unwrap().replace("\"@target-uri\" ", "");
    fewer.headers_mut().insert("signature-input", HeaderValue::from_str(&input).unwrap());
    let answer = street.send(fewer).await;
    assert_eq!(answer.refusal(), (401, "bad-signature".into()));
    assert!(answer.problem().detail.contains("@target-uri"));
}

#[tokio::test]
async fn a_body_beyond_the_bound_is_refused_before_it_is_read() {
    let street = Street::open().await;
    let long = vec![b'{'; 5000];
    let answer = street.act(1, "POST", PATH, &long).await;
    assert_eq!(answer.refusal(), (413, "too-large".into()));
    let endless = Body::from_stream(futures::stream::repeat_with(|| Ok::<_, std::io::Error>(vec![0; 4096])));
    let request = Request::builder().method("POST").uri(format!("/api/v1/mail/{}", key(2).persona()));
    let request = request.header("content-type", "application/octet-stream").body(endless).unwrap();
    assert_eq!(street.send(request).await.refusal(), (413, "too-large".into()));
}

#[tokio::test]
async fn a_body_of_another_kind_or_no_json_at_all_is_refused() {
    let street = Street::open().await;
    let mut xml = street.signed(1, "POST", PATH, b"<a/>");
    xml.headers_mut().insert("content-type", HeaderValue::from_static("text/xml"));
    assert_eq!(street.send(xml).await.refusal(), (415, "wrong-media-type".into()));
    let answer = street.act(1, "POST", PATH, b"{\"body\":1}").await;
    assert_eq!(answer.refusal(), (422, "malformed".into()));
    let unknown = format!(r#"{{"body":"{}","bytes":3,"watch":true}}"#, Digest::of(b"abc"));
    assert_eq!(street.act(1, "POST", PATH, unknown.as_bytes()).await.status, 422);
}

#[tokio::test]
async fn a_persona_that_comes_too_often_is_told_when_to_come_back() {
    let settings = DoorSettings { per_persona: crate::Rate::new(2, 1), ..DoorSettings::default() };
    let street = Street::with(settings, origin()).await;
    for _ in 0..2 {
        assert_eq!(street.act(1, "POST", PATH, &open_upload()).await.status, 200);
    }
    let answer = street.act(1, "POST", PATH, &open_upload()).await;
    assert_eq!(answer.refusal(), (429, "too-many".into()));
    assert_eq!(answer.header("retry-after"), "1");
    assert_eq!(street.act(2, "POST", PATH, &open_upload()).await.status, 200);
}

#[tokio::test]
async fn long_bodies_wait_outside_when_memory_is_full() {
    let settings = DoorSettings { long_bodies_mib: 10, ..DoorSettings::default() };
    let street = Street::with(settings, origin()).await;
    let sample = "/api/v1/listings/lst_00000000000000000000000000/sample";
    let answer = street.act(1, "PUT", sample, b"{}").await;
    assert_eq!(answer.refusal(), (503, "busy".into()));
    assert_eq!(answer.header("retry-after"), "2");
    let part = "/api/v1/uploads/upl_00000000000000000000000000/parts/0";
    for _ in 0..2 {
        assert_eq!(street.act(1, "PUT", part, b"x").await.status, 404, "the room is given back");
    }
}
