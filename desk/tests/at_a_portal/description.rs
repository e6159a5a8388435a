//! The description of the API is what the handlers are.

#[test]
fn the_description_that_the_pages_are_made_from_is_not_stale() {
    let place = concat!(env!("CARGO_MANIFEST_DIR"), "/../portal/openapi.json");
    let kept = std::fs::read_to_string(place).unwrap();
    assert!(
        kept == tacit_desk::portal::description(),
        "portal/openapi.json is stale; write it again: cargo run -q -p tacit-desk --example desk-api > portal/openapi.json"
    );
}
