//! Writes `vectors/trade/*.json` anew: `cargo run -p tacit-trade --features testing --example trade-vectors`.
//! Needed only when the form of an agreement changes, which is a change of the wire.
#![expect(clippy::unwrap_used, reason = "a tool for developers that may stop with a panic")]

use serde_json::{Value, json};
use tacit_trade::testing::*;
use tacit_trade::{Agreement, OrderRequest, SignedAgreement};
use tacit_values::{Epoch, canonical};

fn main() {
    let direct = signed(request());
    let json = serde_json::to_value(&direct).unwrap();
    good("agreement-direct", "paid straight to the seller", &direct);
    good("agreement-escrow", "paid out of an escrow to seller and fee", &signed(escrow_request()));
    let every_term = OrderRequest {
        purpose: Some("planning of maintenance".to_owned()),
        jurisdictions: Some(vec!["EU".to_owned(), "US".to_owned()]),
        policy_version: Some(3),
        ..escrow_request()
    };
    good("agreement-with-every-term", "with all optional terms", &signed(every_term));

    let altered = |spoil: &dyn Fn(&mut Value)| {
        let mut json = json.clone();
        spoil(&mut json);
        json
    };
    bad("bad-version-of-the-form", "v is 2", altered(&|json| json["agreement"]["v"] = 2.into()));
    bad("bad-unknown-field", "a field nobody knows", altered(&|json| json["agreement"]["x"] = 1.into()));
    let without = |json: &mut Value| {
        json["agreement"].as_object_mut().unwrap().remove("licence");
    };
    bad("bad-missing-field", "no licence", altered(&without));
    let amount = |micros: u64| altered(&move |json| json["agreement"]["price"]["amount"] = micros.into());
    bad("bad-unsafe-amount", "2^53 micro-units", amount(1 << 53));
    bad("bad-price-with-three-digits", "19.9 tUSD", amount(19_900_000));
    bad(
        "bad-address",
        "an upper-case address",
        altered(&|json| json["agreement"]["refund_address"] = "TACIT1".into()),
    );
    bad("bad-mode", "a mode nobody knows", altered(&|json| json["agreement"]["mode"] = "credit".into()));

    bad(
        "bad-fee-on-direct",
        "a fee of one micro-unit",
        spoilt(|terms| {
            terms.fee = tacit_values::Money::from_micros(1, terms.price.currency()).unwrap();
        }),
    );
    bad(
        "bad-two-payees-on-direct",
        "the payee twice",
        spoilt(|terms| terms.pays.push(terms.pays[0].clone())),
    );
    bad(
        "bad-amount-is-not-the-price",
        "the payee gets a micro-unit less",
        spoilt(|terms| {
            let less = terms.price.money().micros() - 1;
            terms.pays[0].amount = tacit_values::Money::from_micros(less, terms.price.currency()).unwrap();
        }),
    );
    bad("bad-pay-by", "pay_by is no multiple of 64", spoilt(|terms| terms.pay_by = Epoch(129)));
    let escrow = signed(escrow_request()).agreement;
    bad(
        "bad-escrow-without-arbiter",
        "nobody decides",
        spoilt(move |terms| {
            *terms = Agreement { arbiter: None, ..escrow.clone() };
        }),
    );
    bad("bad-buyer-is-seller", "one persona on both sides", spoilt(|terms| terms.buyer = terms.seller));
    bad(
        "bad-buyer-signature",
        "the seller signed twice",
        altered(&|json| json["buyer_sig"] = json["seller_sig"].clone()),
    );
    bad(
        "bad-seller-signature",
        "the buyer signed twice",
        altered(&|json| json["seller_sig"] = json["buyer_sig"].clone()),
    );
    // Over the document instead of its hash, under the hash's domain.
    let bytes = canonical(&direct.agreement).unwrap();
    let sig = serde_json::to_value(seller().sign("agreement", &[&bytes])).unwrap();
    bad(
        "bad-signed-in-another-domain",
        "signed under tacit/v1/agreement",
        altered(&move |json| json["seller_sig"] = sig.clone()),
    );
}

fn signed(request: OrderRequest) -> SignedAgreement {
    accepted(request).countersign(&buyer_key()).unwrap()
}

/// Signed by both as it stands, so that only the named fault keeps it from counting.
fn spoilt(spoil: impl Fn(&mut Agreement)) -> Value {
    let mut agreement = signed(request()).agreement;
    spoil(&mut agreement);
    let (buyer_sig, seller_sig) = (agreement.sign(&buyer_key()).unwrap(), agreement.sign(&seller()).unwrap());
    serde_json::to_value(SignedAgreement { agreement, buyer_sig, seller_sig }).unwrap()
}

fn good(name: &str, about: &str, signed: &SignedAgreement) {
    let terms_hash = signed.check().unwrap();
    write(name, &json!({"about": about, "document": signed, "terms_hash": terms_hash}));
}

fn bad(name: &str, about: &str, document: Value) {
    write(name, &json!({"about": about, "document": document}));
}

fn write(name: &str, vector: &Value) {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../vectors/trade");
    std::fs::create_dir_all(folder).unwrap();
    let text = serde_json::to_string_pretty(vector).unwrap();
    std::fs::write(format!("{folder}/{name}.json"), text + "\n").unwrap();
}
