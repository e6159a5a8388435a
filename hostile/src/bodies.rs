//! Every JSON body that market and desk send each other: the same bytes are offered to each of them.
//!
//! What can be read must be written, and read again as the same; then it is asked what its receiver would ask of it.

use crate::Reached;
use crate::vectors::{
    bytes as decoded, cases, holder, log_key, market, read, stranger, text, vector, vectors,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::sync::LazyLock;
use tacit_catalogue::search::{Facets, Query, Shelf};
use tacit_catalogue::{Catalogue, CatalogueDay, Listing, SignedListing};
use tacit_delivery::{AgreedDelivery, Header, SignedManifest, SignedStatement, check_statement};
use tacit_evidence::beacon::{Beacon, BeaconVerifier};
use tacit_settlement::{Genesis, Pool, SettlementBundle, SignedGenesis};
use tacit_trade::{AcceptedAgreement, OrderRequest, SignedAgreement};
use tacit_values::{Currency, Timestamp, base64url};
use tacit_wire::bodies::{admin, ledger, listings, mail, manifests, market as about, orders, uploads};
use tacit_wire::{Problem, ProblemKind};

const NOW: Timestamp = Timestamp::from_secs(1_795_176_000);

static BEACON: LazyLock<BeaconVerifier> =
    LazyLock::new(|| read(&vector("evidence/beacon-good.json")["verifier"]));

pub(crate) fn run(bytes: &[u8]) -> Reached {
    let plain = [
        body(bytes, |_: &admin::MintBody| true),
        body(bytes, |_: &admin::MintView| true),
        body(bytes, |_: &admin::RotateBody| true),
        body(bytes, |_: &admin::RotatedView| true),
        body(bytes, |_: &admin::PrivacyView| true),
        body(bytes, |_: &ledger::BundleView| true),
        body(bytes, |_: &listings::ListingTakenView| true),
        body(bytes, |_: &mail::MailboxView| true),
        body(bytes, |_: &mail::BucketView| true),
        body(bytes, |_: &about::MarketView| true),
        body(bytes, |_: &uploads::OpenUpload| true),
        body(bytes, |_: &uploads::UploadView| true),
        body(bytes, |_: &orders::OrderView| true),
    ];
    let asked = [
        body(bytes, |problem: &Problem| !problem.to_string().is_empty()),
        body(bytes, crossing),
        body(bytes, |found: &listings::SearchView| found.listings.iter().all(on_a_shelf)),
        body(bytes, signed_listing),
        body(bytes, day),
        body(bytes, |logged: &manifests::LogManifest| manifest(&logged.signed)),
        body(bytes, |shown: &manifests::ManifestView| manifest(&shown.signed)),
        body(bytes, |beacon: &Beacon| BEACON.verify(beacon).is_ok()),
        body(bytes, act),
        body(bytes, |signed: &SignedAgreement| signed.check().is_ok()),
        body(bytes, |signed: &SignedGenesis| genesis(bytes, signed)),
    ];
    plain.into_iter().chain(asked).max().unwrap_or(Reached::Nothing)
}

/// Reads one kind of body and asks of it what its receiver would.
fn body<T: Serialize + DeserializeOwned>(bytes: &[u8], holds: impl Fn(&T) -> bool) -> Reached {
    let Ok(body) = serde_json::from_slice::<T>(bytes) else { return Reached::Nothing };
    let written = serde_json::to_vec(&body).expect("what was read can be written");
    let again: T = serde_json::from_slice(&written)
        .unwrap_or_else(|wrong| panic!("{wrong}: {}", String::from_utf8_lossy(&written)));
    assert_eq!(serde_json::to_vec(&again).ok(), Some(written), "what was read reads back");
    if holds(&body) { Reached::Believed } else { Reached::Read }
}

fn crossing(body: &ledger::CrossBody) -> bool {
    SettlementBundle::decode(&body.burn).is_ok() && SettlementBundle::decode(&body.mint).is_ok()
}

/// A listing under the signature of whom it names: anybody may sell.
fn signed_listing(signed: &SignedListing) -> bool {
    let _ = signed.check();
    let listing = Listing { seller: stranger().persona(), ..signed.listing.clone() };
    let Ok(signed) = listing.sign(&stranger()) else { return false };
    assert!(signed.check().is_ok(), "a listing that could be signed is one");
    let _ = Catalogue::default().apply(signed.clone());
    on_a_shelf(&signed.listing)
}

fn on_a_shelf(listing: &Listing) -> bool {
    let mut shelf = Shelf::default();
    shelf.put(listing);
    let found = shelf.find(&Query::words(listing.title.as_str()));
    let _ = (found, shelf.find(&Query::default()));
    true
}

fn day(day: &CatalogueDay) -> bool {
    let taken = Catalogue::default().apply_day(day.day, day.clone());
    taken.is_ok()
}

fn manifest(signed: &SignedManifest) -> bool {
    let seller = stranger();
    if signed.manifest.well_formed().is_err() {
        assert!(signed.verify(&seller.persona()).is_err());
        return false;
    }
    let again = signed.manifest.clone().sign(&seller);
    assert_eq!(again.verify(&seller.persona()), Ok(&signed.manifest));
    true
}

/// What a party does, under the signatures that it needs.
fn act(act: &orders::OrderAct) -> bool {
    match act {
        orders::OrderAct::Place { request } => request.check().is_ok(),
        orders::OrderAct::Accept { accepted, .. } => accept(accepted),
        orders::OrderAct::State { statement, header } => state(statement, header),
        orders::OrderAct::Refuse { .. } | orders::OrderAct::Close => true,
    }
}

fn accept(accepted: &AcceptedAgreement) -> bool {
    let _ = accepted.check();
    let (seller, buyer) = (stranger(), holder());
    let mut agreement = accepted.agreement.clone();
    (agreement.seller, agreement.buyer) = (seller.persona(), buyer.persona());
    let Ok(seller_sig) = agreement.sign(&seller) else { return false };
    let accepted = AcceptedAgreement { agreement, seller_sig };
    let Ok(terms) = accepted.check() else { return false };
    assert_eq!(accepted.answers(&OrderRequest::from(&accepted.agreement)), Ok(()));
    let signed = accepted.countersign(&buyer).expect("accepted terms can be signed by their buyer");
    assert_eq!(signed.check(), Ok(terms));
    true
}

fn state(signed: &SignedStatement, header: &[u8]) -> bool {
    let seller = stranger();
    let statement = signed.statement.clone();
    let agreed = AgreedDelivery {
        order: statement.order,
        seller: seller.persona(),
        manifest: statement.manifest,
        body: statement.body,
    };
    let again = statement.sign(&seller);
    Header::parse(header).is_ok() && check_statement(&again, &agreed, header).is_ok()
}

/// A genesis document, signed by whom it names as treasury.
fn genesis(bytes: &[u8], signed: &SignedGenesis) -> bool {
    let _ = signed.open();
    let read = serde_json::from_slice::<Value>(bytes).ok().map(|document| document["genesis"].clone());
    let Some(mut genesis) = read.and_then(|genesis| serde_json::from_value::<Genesis>(genesis).ok()) else {
        return false;
    };
    genesis.pools.iter_mut().for_each(|pool| pool.treasury = stranger().persona());
    let Ok(signed) = genesis.sign(&stranger()) else { return false };
    let Ok(genesis) = signed.open() else { return false };
    genesis.pools.iter().all(|pool| pool.epoch_at(pool.end_of(tacit_values::Epoch(7))).0 <= 8)
}

pub(crate) fn seeds() -> Vec<Vec<u8>> {
    let documents = |folder: &str, prefix: &str| -> Vec<Value> {
        vectors(folder, prefix).into_iter().map(|vector| vector["document"].clone()).collect()
    };
    let (listed, agreed) = (documents("catalogue", ""), documents("trade", ""));
    let good: SignedAgreement = read(&vector("trade/agreement-direct.json")["document"]);
    let mut all =
        vec![json!({"v": 1, "day": 20_777, "changes": [vector("catalogue/listing.json")["document"]]})];
    all.extend(agreed.iter().map(|one| {
        let accepted = json!({"agreement": one["agreement"], "seller_sig": one["seller_sig"]});
        json!({"act": "accept", "accepted": accepted, "receipt": good.agreement.manifest})
    }));
    all.extend(listed);
    all.extend(agreed);
    all.extend(vectors("evidence", "beacon-").into_iter().map(|vector| vector["beacon"].clone()));
    all.extend(acts(&good));
    all.extend(of_the_ledger());
    all.extend(views(&good));
    all.iter().map(|value| value.to_string().into_bytes()).collect()
}

fn acts(signed: &SignedAgreement) -> Vec<Value> {
    let header = vector("delivery/header.json")["good"][0]["header"].clone();
    let header = Header::parse(text(&header).as_bytes()).expect("a good vector");
    let agreement = &signed.agreement;
    let agreed = AgreedDelivery {
        order: agreement.order,
        seller: agreement.seller,
        manifest: agreement.manifest,
        body: agreement.manifest,
    };
    let stated = tacit_delivery::state_delivery(&agreed, &header, 0).sign(&stranger());
    vec![
        json!({"act": "place", "request": OrderRequest::from(agreement)}),
        json!({"act": "refuse", "refusal": {"reason": "declined"}}),
        json!({"act": "state", "statement": stated, "header": header}),
        json!({"act": "close"}),
        json!({"id": agreement.order, "market_time": NOW, "retry_after_ms": 500, "order":
            {"state": "placed", "request": OrderRequest::from(agreement), "placed_at": NOW, "accept_until": NOW}}),
    ]
}

fn of_the_ledger() -> Vec<Value> {
    let origin = "https://market.example".parse().expect("an address");
    let pool = Pool::open(&origin, Currency::TestUsd, stranger().persona(), 15, NOW);
    let bundle = base64url::encode(&decoded(&vector("settlement/bundle.json")["good"]["bytes"]));
    let mint = json!({"amount": 100_000_000, "currency": "tUSD"});
    let address = vector("settlement/names.json")["wallet"]["spending_0"].clone();
    let mut rotated = Genesis::new(origin.clone(), "halo2-ironwood-v3", pool.clone());
    let successor =
        rotated.rotate(&pool.pool, tacit_values::Epoch(640), NOW).expect("the pool was never rotated");
    let genesis = Genesis::new(origin, "halo2-ironwood-v3", pool.clone()).sign(&stranger());
    vec![
        json!(genesis.expect("no large numbers")),
        json!(rotated.sign(&stranger()).expect("no large numbers")),
        json!({"pool": successor}),
        json!({"to": address, "amount": mint}),
        json!({"currency": "tUSD"}),
        json!({"burn": bundle, "mint": bundle}),
        json!({"pool": pool.pool, "epoch": 7, "position": 12, "bundle": pool.pool}),
        json!({"pools": [{"currency": "tUSD", "generation": 0, "open_epoch": 9, "notes": 1000}], "live_personas": 7,
            "bucket_bits": 3, "fewest_in_a_bucket": 20, "orders_under_way": 4, "live_listings": 9}),
    ]
}

fn views(signed: &SignedAgreement) -> Vec<Value> {
    let manifests = vector("delivery/manifest.json");
    let promised: Vec<Value> = cases(&manifests, "good").map(|case| case["manifest"].clone()).collect();
    let (beacon, listing) = (vector("evidence/beacon-good.json"), vector("catalogue/listing.json"));
    let signature = listing["document"]["sig"].clone();
    let offer = &signed.agreement.listing;
    let digest = signed.agreement.manifest;
    let persona = stranger().persona();
    let keys = json!({"market": market().persona(), "treasury": persona, "log": log_key().verifier(),
        "beacon": beacon["verifier"]});
    let pool = json!({"pool": digest, "currency": "tUSD", "generation": 0, "genesis_time": NOW, "epoch_length_s": 15,
        "open_epoch": 4});
    let limits = json!({"body_bytes": 1, "part_bytes": 2, "sample_bytes": 3, "manifest_bytes": 4, "mailbox_letters": 5});
    let retention = json!({"ended_orders_s": 1, "letters_s": 2, "idle_uploads_s": 3});
    let fees = json!({"version": 1, "escrow_ppm": 10_000, "direct_ppm": 0});
    let relay = json!({"tick_length_ms": 1000, "tick": 5, "bucket_bits": 3});
    let part = json!({"n": 0, "digest": digest, "bytes": 4});
    let mut all: Vec<Value> = promised
        .iter()
        .map(|one| json!({"listing": offer, "signed": {"manifest": one, "sig": signature}}))
        .collect();
    all.extend([
        json!({"v": 1, "origin": "https://market.example", "time": NOW, "software": "0.1.0", "keys": keys, "fees": fees,
            "proofs": "halo2-ironwood-v3", "pools": [pool], "relay": relay, "beacon_delay_s": 60, "close_after_s": 600,
            "limits": limits, "retention": retention, "demo": false}),
        json!({"digest": digest, "signed": {"manifest": promised[0], "sig": signature}, "seller": persona,
            "listing": offer, "at": NOW, "earlier": 0, "beacon": beacon["beacon"], "retry_after_ms": 9,
            "log": {"index": 3, "inclusion": [digest], "checkpoint": "market.example/log\n"}}),
        json!({"listings": [listing["document"]["listing"]], "total": 1, "page": 1, "pages": 1,
            "facets": Facets::default()}),
        json!({"id": offer, "version": 1, "digest": digest}),
        json!({"body": digest, "bytes": 4}),
        json!({"id": "upl_070w3ge1r70w3ge1r70w3ge1r7", "body": digest, "bytes": 4, "part_bytes": 8, "parts": [part],
            "complete": false}),
        json!({"letters": [{"number": 3, "letter": "AAAA"}]}),
        json!({"letters": ["AAAA"], "next": digest}),
        json!(Problem::new(ProblemKind::NotFound, "there is no such listing").remedy("look again")),
    ]);
    all
}
