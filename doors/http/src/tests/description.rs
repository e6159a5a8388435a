//! The description at `/openapi.json`: generated, whole, and honest about signatures.

use super::*;
use serde_json::Value;

/// Every resource of wire.md that this market has; `W` is signed by a persona.
const RESOURCES: &[(&str, &str)] = &[
    ("/bodies/{sha256}", "get"),
    ("/catalogue/days/{day}", "get"),
    ("/ledger/bundles", "post"),
    ("/ledger/crossings", "post"),
    ("/ledger/epochs/{epoch}", "get"),
    ("/ledger/genesis", "get"),
    ("/ledger/segments/{n}", "get"),
    ("/listings", "get"),
    ("/listings/{id}", "get put-W"),
    ("/listings/{id}/sample", "get put-W"),
    ("/log/checkpoint", "get"),
    ("/log/tile/{path}", "get"),
    ("/mail/buckets/{bucket}/hours/{hour}", "get"),
    ("/mail/buckets/{bucket}/self", "get"),
    ("/mail/buckets/{bucket}/{tick}", "get"),
    ("/mail/{persona}", "delete-W get-W post"),
    ("/mail/{persona}/self/{slot}", "put-W"),
    ("/manifests/{digest}", "get put-W"),
    ("/market", "get"),
    ("/orders/{id}", "get-W put-W"),
    ("/uploads", "post-W"),
    ("/uploads/{id}", "get-W"),
    ("/uploads/{id}/complete", "post-W"),
    ("/uploads/{id}/parts/{n}", "put-W"),
];

#[tokio::test]
async fn every_resource_stands_in_the_description_with_its_signature() {
    let street = Street::open().await;
    let description: Value = street.get("/openapi.json").await.json();
    assert!(description["openapi"].as_str().unwrap().starts_with("3.1"));
    let mut found: Vec<(String, String)> = Vec::new();
    for (path, item) in description["paths"].as_object().unwrap() {
        let verbs = item.as_object().unwrap().iter();
        let mut verbs: Vec<String> = verbs
            .map(|(verb, operation)| match operation.get("security") {
                Some(_) => format!("{verb}-W"),
                None => verb.clone(),
            })
            .collect();
        verbs.sort();
        found.push((path.clone(), verbs.join(" ")));
    }
    found.sort();
    let wanted: Vec<(String, String)> =
        RESOURCES.iter().map(|(path, verbs)| ((*path).to_owned(), (*verbs).to_owned())).collect();
    assert_eq!(found, wanted);
}

#[tokio::test]
async fn every_described_resource_is_routed_and_every_signed_one_asks_for_a_signature() {
    let street = Street::open().await;
    for (path, verbs) in RESOURCES {
        let path = path
            .replace("{sha256}", &Digest::of(b"x").to_string())
            .replace("{digest}", &Digest::of(b"x").to_string())
            .replace("{persona}", &key(1).persona().to_string())
            .replace("{day}", "2026-11-20")
            .replace("{bucket}", "0-0")
            .replace("{path}", "0/000.p/1");
        let path = match () {
            () if path.starts_with("/listings/") => path.replace("{id}", "lst_00000000000000000000000000"),
            () if path.starts_with("/orders/") => path.replace("{id}", "ord_00000000000000000000000000"),
            () => path.replace("{id}", "upl_00000000000000000000000000"),
        };
        let path = ["{epoch}", "{n}", "{tick}", "{hour}", "{slot}"]
            .iter()
            .fold(path, |path, placeholder| path.replace(placeholder, "0"));
        for verb in verbs.split(' ') {
            let (verb, signed) = verb.split_once('-').map_or((verb, false), |(verb, _)| (verb, true));
            let request = request(&verb.to_uppercase(), &format!("/api/v1{path}"), b"");
            let answer = street.send(request).await;
            assert_eq!(answer.status == 401, signed, "{verb} {path} answered {}", answer.status);
            assert_ne!(answer.status, 405, "{verb} {path}");
        }
    }
}

#[tokio::test]
async fn the_description_names_problem_documents_and_hides_the_operator() {
    let street = Street::open().await;
    let answer = street.get("/openapi.json").await;
    let description: Value = answer.json();
    assert!(description["components"]["schemas"]["Problem"].is_object());
    assert!(description["components"]["securitySchemes"]["persona"].is_object());
    assert!(!String::from_utf8_lossy(&answer.body).contains("/admin"));
}
