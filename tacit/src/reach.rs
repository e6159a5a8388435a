//! Every command of a person, and every argument of it, beside the place in the pages from which the same is done; or why
//! it deliberately is not. A command that is added and not named here fails the test.

use crate::cli::Cli;
use clap::CommandFactory;
use serde_json::Value;
use std::collections::BTreeSet;

enum Reach {
    /// By a request of the pages, and a field of its form, a parameter of its address, or nothing more.
    By(&'static str, &'static str),
    /// On purpose only at the terminal, for this reason.
    Not(&'static str),
}

use Reach::{By, Not};

const ITSELF: &str = "the pages are what runs then";
const WAITING: &str = "work of the pages goes on until it ends or is cancelled";
const ASKING: &str = "the pages ask by a second click";
const TERMINAL: &str = "how a terminal prints";
const SAVED: &str = "the browser asks where a download goes";
const AUDITING: &str = "copies of a ledger are for whoever audits it elsewhere, without a desk";

const TABLE: &[(&str, Reach)] = &[
    ("--home", Not(ITSELF)),
    ("--json", Not(TERMINAL)),
    ("doctor", By("GET /doctor", "")),
    ("init", By("POST /desk", "")),
    ("init --market", By("POST /desk", "market")),
    ("init --proxy", By("POST /desk", "proxy")),
    ("init --no-passphrase", By("POST /desk", "passphrase")),
    ("init --restore", By("POST /desk/restore", "words")),
    ("init --from", By("POST /desk/restore", "backup")),
    ("verify", By("POST /verify", "")),
    ("verify DOCUMENTS", By("POST /verify", "")),
    ("verify --market", Not("a desk checks against the market that it has met")),
    ("verify --files", Not(AUDITING)),
    ("verify --market-keys", By("POST /verify", "market_keys")),
    ("verify --proxy", Not("a desk goes through the proxy of its settings")),
    ("verify --seller", By("POST /verify", "seller")),
    ("verify --to", By("POST /verify", "to")),
    ("verify --nonce", By("POST /verify", "nonce")),
    ("verify ledger", By("POST /verify/ledger", "")),
    ("verify ledger --market", Not("a desk checks the ledger of the market that it has met")),
    ("verify ledger --files", Not(AUDITING)),
    ("verify ledger --market-keys", Not("a desk checks against the keys that it has pinned")),
    ("verify ledger --proxy", Not("a desk goes through the proxy of its settings")),
    ("verify ledger --save", Not(AUDITING)),
    ("desk", Not(ITSELF)),
    ("desk --headless", Not(ITSELF)),
    ("desk --listen", Not(ITSELF)),
    ("desk --until-stdin-closes", Not(ITSELF)),
    ("whoami", By("GET /session", "")),
    ("wallet", By("GET /wallet", "")),
    ("wallet show", By("GET /wallet", "")),
    ("wallet history", By("GET /wallet", "")),
    ("wallet address", By("POST /wallet/addresses", "")),
    ("wallet send", By("POST /wallet/payments", "")),
    ("wallet send ADDRESS", By("POST /wallet/payments", "address")),
    ("wallet send AMOUNT", By("POST /wallet/payments", "amount")),
    ("wallet send --name", By("POST /wallet/payments", "name")),
    ("wallet send --wait", Not(WAITING)),
    ("wallet cross", By("POST /wallet/cross", "")),
    ("wallet cross --over", By("POST /wallet/cross", "over_hours")),
    ("wallet cross --now", By("POST /wallet/cross", "now")),
    ("wallet cross --yes", Not(ASKING)),
    ("wallet cross --wait", Not(WAITING)),
    ("sell", By("POST /goods", "")),
    ("sell FILE", By("POST /goods", "path")),
    ("sell --title", By("POST /goods", "draft.title")),
    ("sell --abstract", By("POST /goods", "draft.abstract")),
    ("sell --price", By("POST /goods", "draft.price")),
    ("sell --licence", By("POST /goods", "draft.licence")),
    ("sell --category", By("POST /goods", "draft.category")),
    ("sell --tag", By("POST /goods", "draft.tags")),
    ("sell --redact", By("POST /goods", "redact")),
    ("sell --redact-all", By("POST /goods", "redact_all")),
    ("sell --filled", By("POST /goods", "filled")),
    ("sell --updates", By("POST /goods", "draft.updates")),
    ("sell --preset", By("POST /goods", "draft.preset")),
    ("listings", By("GET /goods", "")),
    ("listings list", By("GET /goods", "")),
    ("listings edit", By("PATCH /goods/{id}", "")),
    ("listings edit LISTING", By("PATCH /goods/{id}", "id")),
    ("listings edit --title", By("PATCH /goods/{id}", "title")),
    ("listings edit --abstract", By("PATCH /goods/{id}", "abstract")),
    ("listings edit --price", By("PATCH /goods/{id}", "price")),
    ("listings edit --category", By("PATCH /goods/{id}", "category")),
    ("listings edit --tag", By("PATCH /goods/{id}", "tags")),
    ("listings edit --licence", By("PATCH /goods/{id}", "licence")),
    ("listings pause", By("POST /goods/{id}/pause", "")),
    ("listings pause LISTING", By("POST /goods/{id}/pause", "id")),
    ("listings resume", By("POST /goods/{id}/resume", "")),
    ("listings resume LISTING", By("POST /goods/{id}/resume", "id")),
    ("retire", By("POST /goods/{id}/retire", "")),
    ("retire LISTING", By("POST /goods/{id}/retire", "id")),
    ("buy", By("POST /orders", "")),
    ("buy LISTING", By("POST /orders", "listing")),
    ("buy --out", By("GET /orders/{id}/file", "")),
    ("buy --max-price", By("POST /orders", "max_price")),
    ("buy --yes", Not(ASKING)),
    ("buy --wait", Not(WAITING)),
    ("orders", By("GET /orders", "")),
    ("orders list", By("GET /orders", "")),
    ("orders show", By("GET /orders/{id}", "")),
    ("orders show ORDER", By("GET /orders/{id}", "id")),
    ("orders show --sealed", By("GET /orders/{id}/sealed", "")),
    ("orders show --identity", By("POST /orders/{id}/identity", "")),
    ("orders resume", By("POST /orders/{id}/resume", "")),
    ("orders resume ORDER", By("POST /orders/{id}/resume", "id")),
    ("orders resume --wait", Not(WAITING)),
    (
        "orders resume --out",
        Not("for a desk whose own folder is full; the refusal on the page says to make room there"),
    ),
    ("orders cancel", By("POST /orders/{id}/cancel", "")),
    ("orders cancel ORDER", By("POST /orders/{id}/cancel", "id")),
    ("receipts", By("GET /receipts", "")),
    ("receipts list", By("GET /receipts", "")),
    ("receipts show", By("GET /receipts/{id}", "")),
    ("receipts show RECEIPT", By("GET /receipts/{id}", "id")),
    ("receipts show --reveal", By("POST /receipts/{id}/presentation", "reveal")),
    ("receipts show --for", By("POST /receipts/{id}/presentation", "for")),
    ("receipts show --to", By("POST /receipts/{id}/presentation", "to")),
    ("receipts show --nonce", By("POST /receipts/{id}/presentation", "nonce")),
    ("receipts show --out", Not(SAVED)),
    ("receipts pdf", By("GET /receipts/{id}/pdf", "")),
    ("receipts pdf RECEIPT", By("GET /receipts/{id}/pdf", "id")),
    ("receipts pdf --out", Not(SAVED)),
    ("backup", By("POST /backup", "")),
    ("backup FILE", Not(SAVED)),
    ("search", By("GET /listings", "")),
    ("search WORDS", By("GET /listings", "words")),
    ("search --category", By("GET /listings", "category")),
    ("search --tag", By("GET /listings", "tag")),
    ("search --price-from", By("GET /listings", "min_price")),
    ("search --price-to", By("GET /listings", "max_price")),
    ("search --kind", By("GET /listings", "kind")),
    ("search --media-type", By("GET /listings", "media_type")),
    ("search --column", By("GET /listings", "column")),
    ("search --seller", By("GET /listings", "seller")),
    ("search --sort", By("GET /listings", "order")),
    ("search --page", By("GET /listings", "offset")),
    ("search --per-page", By("GET /listings", "limit")),
    ("search --remote", Not("the market would learn what is looked for; the pages never tell it")),
    ("search --offline", Not("the pages search what is mirrored; the desk follows the market by itself")),
    ("show", By("GET /listings/{id}", "")),
    ("show LISTING", By("GET /listings/{id}", "id")),
    ("show --offline", Not("the pages show what is mirrored; the desk follows the market by itself")),
    ("sample", By("GET /listings/{id}/sample", "")),
    ("sample LISTING", By("GET /listings/{id}/sample", "id")),
    ("sample --rows", Not(TERMINAL)),
];

/// What only operators and onlookers type.
const NOBODYS: [&str; 2] = ["demo", "market"];

fn named(command: &clap::Command, path: &str, into: &mut BTreeSet<String>) {
    let arguments = command.get_arguments().filter(|argument| !argument.is_global_set() || path.is_empty());
    for argument in arguments.filter(|argument| !["help", "version"].contains(&argument.get_id().as_str())) {
        let name = match argument.get_long() {
            Some(long) => format!("--{long}"),
            None => argument.get_id().as_str().to_uppercase(),
        };
        into.insert(format!("{path} {name}").trim_start().to_owned());
    }
    for inner in command.get_subcommands().filter(|inner| inner.get_name() != "help") {
        if path.is_empty() && NOBODYS.contains(&inner.get_name()) {
            continue;
        }
        let path = format!("{path} {}", inner.get_name()).trim_start().to_owned();
        into.insert(path.clone());
        named(inner, &path, into);
    }
}

/// The schema of a field of an object, through references.
fn field<'d>(document: &'d Value, mut schema: &'d Value, path: &str) -> Option<&'d Value> {
    for name in path.split('.') {
        schema = &resolved(document, schema)["properties"][name];
        if schema.is_null() {
            return None;
        }
    }
    Some(schema)
}

fn resolved<'d>(document: &'d Value, schema: &'d Value) -> &'d Value {
    match schema["$ref"].as_str() {
        Some(place) => document.pointer(place.trim_start_matches('#')).unwrap_or(&Value::Null),
        None => schema,
    }
}

#[test]
fn whatever_a_person_types_is_reached_from_the_pages_or_deliberately_not() {
    let mut typed = BTreeSet::new();
    named(&Cli::command(), "", &mut typed);
    let told: BTreeSet<String> = TABLE.iter().map(|(name, _)| (*name).to_owned()).collect();
    let forgotten: Vec<_> = typed.difference(&told).collect();
    assert!(forgotten.is_empty(), "say from where in the pages this is reached, or why not: {forgotten:?}");
    let gone: Vec<_> = told.difference(&typed).collect();
    assert!(gone.is_empty(), "nobody can type this: {gone:?}");
    assert_eq!(told.len(), TABLE.len(), "everything is told once");

    let document: Value = serde_json::from_str(&tacit_desk::portal::description()).unwrap();
    for (name, reach) in TABLE {
        let (call, wanted) = match reach {
            By(call, wanted) => (call, wanted),
            Not(why) => {
                assert!(why.len() > 10, "{name} needs a reason");
                continue;
            }
        };
        let (verb, place) = call.split_once(' ').unwrap();
        let asked = &document["paths"][place][verb.to_lowercase()];
        assert!(asked.is_object(), "{name}: the pages have no {call}");
        let form = &asked["requestBody"]["content"]["application/json"]["schema"];
        let mut parameters = asked["parameters"].as_array().into_iter().flatten();
        let there = wanted.is_empty()
            || parameters.any(|parameter| parameter["name"] == *wanted)
            || field(&document, form, wanted).is_some();
        assert!(there, "{name}: {call} knows no {wanted}");
    }
}
