//! Agreements as two sides make them, and as a third would like to change them.

use super::*;
use crate::testing::*;
use proptest::prelude::*;
use tacit_catalogue::ListingState;
use tacit_values::Currency;

fn signed(request: OrderRequest) -> SignedAgreement {
    accepted(request).countersign(&buyer_key()).unwrap()
}

#[test]
fn both_sides_sign_the_same_terms() {
    for request in [request(), escrow_request()] {
        let answer = accepted(request.clone());
        assert_eq!(answer.answers(&request), Ok(()));
        let signed = answer.clone().countersign(&buyer_key()).unwrap();
        assert_eq!(signed.check(), answer.check());
        assert_eq!(signed.check().unwrap(), signed.agreement.terms_hash().unwrap());
        assert_eq!(signed.accepted(), answer);
    }
}

#[test]
fn the_terms_hash_is_the_tagged_hash_of_the_canonical_document() {
    let agreement = accepted(request()).agreement;
    let mut bytes = b"tacit/v1/agreement".to_vec();
    bytes.extend(canonical(&agreement).unwrap());
    assert_eq!(agreement.terms_hash().unwrap(), Digest::of(&bytes));
}

#[test]
fn absent_terms_are_left_out_of_the_document() {
    let value = serde_json::to_value(accepted(request()).agreement).unwrap();
    for name in ["arbiter", "purpose", "jurisdictions", "policy_version"] {
        assert!(value.get(name).is_none(), "{name}");
    }
    assert_eq!(value["v"], 1);
    assert_eq!(value["mode"], "direct");
    assert_eq!(value["pays"][0]["amount"]["amount"], value["price"]["amount"]);
}

#[test]
fn a_direct_payment_has_no_fee_and_one_payee_who_gets_the_price() {
    let price = request().price.money();
    let fee = Money::from_micros(1, Currency::TestUsd).unwrap();
    let with_fee = OrderRequest { fee, ..request() };
    assert_eq!(with_fee.check(), Err(BadAgreement::FeeOnDirect));
    let payee = pays(&request()).remove(0);
    let short = Pay { amount: price.minus(fee).unwrap(), ..payee.clone() };
    let payout = Pay { what: PayFor::Payout, ..payee.clone() };
    for pays in [vec![], vec![payee.clone(), payee.clone()], vec![short], vec![payout]] {
        assert_eq!(request().with(pays, PAY_BY).check_terms(), Err(BadAgreement::Payees));
    }
}

#[test]
fn an_escrow_pays_out_all_of_the_price_and_has_an_arbiter() {
    let request = escrow_request();
    assert_eq!(request.clone().with(pays(&request), PAY_BY).check_terms(), Ok(()));
    let no_arbiter = OrderRequest { arbiter: None, ..request.clone() };
    assert_eq!(no_arbiter.check(), Err(BadAgreement::NoArbiter));
    let own_judge = OrderRequest { arbiter: Some(request.seller), ..request.clone() };
    assert_eq!(own_judge.check(), Err(BadAgreement::SamePersona));
    let mut without_fee = pays(&request);
    without_fee.pop();
    assert_eq!(request.clone().with(without_fee, PAY_BY).check_terms(), Err(BadAgreement::Payees));
    let mut straight = pays(&request);
    straight[0].what = PayFor::Payment;
    assert_eq!(request.with(straight, PAY_BY).check_terms(), Err(BadAgreement::Payees));
}

#[test]
fn pay_by_is_an_epoch_at_which_a_bundle_may_expire() {
    for bad in [0, 1, 127, 129, u64::MAX, (1 << 53)] {
        let agreement = request().with(pays(&request()), Epoch(bad));
        assert_eq!(agreement.check_terms(), Err(BadAgreement::PayBy), "{bad}");
    }
}

#[test]
fn absurd_spans_versions_and_texts_are_refused() {
    type Spoil = fn(&mut OrderRequest);
    let cases: [(Spoil, BadAgreement); 8] = [
        (|request| request.offer_version = 0, BadAgreement::OfferVersion),
        (|request| request.seller = request.buyer, BadAgreement::SamePersona),
        (|request| request.deliver_within_s = 0, BadAgreement::Spans),
        (|request| request.confirm_within_s = SPAN_MOST_S + 1, BadAgreement::Spans),
        (|request| request.purpose = Some(String::new()), BadAgreement::Texts),
        (|request| request.purpose = Some("x".repeat(401)), BadAgreement::Texts),
        (|request| request.jurisdictions = Some(Vec::new()), BadAgreement::Texts),
        (|request| request.jurisdictions = Some(vec!["x".into(); 17]), BadAgreement::Texts),
    ];
    for (spoil, expected) in cases {
        let mut request = request();
        spoil(&mut request);
        assert_eq!(request.check(), Err(expected));
    }
}

#[test]
fn nobody_signs_for_somebody_else() {
    let answer = accepted(request());
    assert_eq!(answer.clone().countersign(&seller()), Err(BadAgreement::ForeignKey));
    assert_eq!(request().accept(pays(&request()), PAY_BY, &buyer_key()), Err(BadAgreement::ForeignKey));
    let swapped = SignedAgreement {
        buyer_sig: answer.seller_sig,
        seller_sig: answer.seller_sig,
        agreement: answer.agreement.clone(),
    };
    assert_eq!(swapped.check(), Err(BadAgreement::BuyerSignature));
    let by_stranger = answer.agreement.sign(&arbiter_key()).unwrap();
    assert_eq!(answer.with_buyer_sig(by_stranger), Err(BadAgreement::BuyerSignature));
}

#[test]
fn a_seller_who_changes_a_term_is_noticed_by_the_buyer() {
    let cheaper = OrderRequest { deliver_within_s: 5, ..request() };
    assert_eq!(accepted(cheaper).answers(&request()), Err(BadAgreement::TermsChanged));
}

#[test]
fn an_order_agrees_with_one_version_of_one_listing() {
    let offer = offer();
    assert_eq!(request().agrees_with(&offer), Ok(()));
    let dearer = tacit_catalogue::testing::listing(30).price;
    let mut changed = offer.clone();
    changed.price = dearer;
    changed.version = 2;
    let price_changed = Disagreement::PriceChanged { agreed: offer.price, asked: dearer };
    assert_eq!(request().agrees_with(&changed), Err(price_changed));
    changed.price = offer.price;
    assert_eq!(request().agrees_with(&changed), Err(Disagreement::OfferChanged { named: 1, newest: 2 }));
    changed.state = ListingState::Paused;
    assert_eq!(request().agrees_with(&changed), Err(Disagreement::NotForSale(ListingState::Paused)));
    let mut other = offer.clone();
    other.manifest = Digest::of(b"other");
    assert_eq!(request().agrees_with(&other), Err(Disagreement::OtherTerms));
    assert_eq!(
        request().agrees_with(&tacit_catalogue::testing::listing(21)),
        Err(Disagreement::OtherListing)
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn a_number_changed_after_signing_is_noticed(pay_by in 1u64..1_000, deliver in 1u64..SPAN_MOST_S, version in 1u32..9) {
        let mut altered = signed(request());
        altered.agreement.pay_by = Epoch(pay_by * 64);
        altered.agreement.deliver_within_s = deliver;
        altered.agreement.offer_version = version;
        let same = altered.agreement == signed(request()).agreement;
        prop_assert_eq!(altered.check().is_ok(), same);
    }
}

#[derive(serde::Deserialize)]
struct Vector {
    document: serde_json::Value,
    terms_hash: Option<Digest>,
}

fn vector(name: &str) -> Vector {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../vectors/trade");
    let text = std::fs::read_to_string(format!("{folder}/{name}.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

#[test]
fn the_good_vectors_count_and_hash_as_written() {
    for name in ["agreement-direct", "agreement-escrow", "agreement-with-every-term"] {
        let vector = vector(name);
        let signed: SignedAgreement = serde_json::from_value(vector.document).unwrap();
        assert_eq!(signed.check().ok(), vector.terms_hash, "{name}");
    }
}

#[test]
fn the_bad_vectors_are_refused_each_for_its_reason() {
    for name in [
        "bad-version-of-the-form",
        "bad-unknown-field",
        "bad-missing-field",
        "bad-unsafe-amount",
        "bad-price-with-three-digits",
        "bad-address",
        "bad-mode",
    ] {
        assert!(serde_json::from_value::<SignedAgreement>(vector(name).document).is_err(), "{name}");
    }
    for (name, reason) in [
        ("bad-fee-on-direct", BadAgreement::FeeOnDirect),
        ("bad-two-payees-on-direct", BadAgreement::Payees),
        ("bad-amount-is-not-the-price", BadAgreement::Payees),
        ("bad-pay-by", BadAgreement::PayBy),
        ("bad-escrow-without-arbiter", BadAgreement::NoArbiter),
        ("bad-buyer-is-seller", BadAgreement::SamePersona),
        ("bad-buyer-signature", BadAgreement::BuyerSignature),
        ("bad-seller-signature", BadAgreement::SellerSignature),
        ("bad-signed-in-another-domain", BadAgreement::SellerSignature),
    ] {
        let signed: SignedAgreement = serde_json::from_value(vector(name).document).unwrap();
        assert_eq!(signed.check(), Err(reason), "{name}");
    }
}
