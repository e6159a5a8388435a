//! Sales as a seller's desk lives through them, crashes included.

use super::*;
use crate::testing::*;
use crate::{RefusalReason, TagOpening};
use std::convert::Infallible;

const MINUTE: Duration = Duration::from_secs(60);

fn pays_until() -> Timestamp {
    noon().plus(MINUTE * 30)
}

fn received() -> Sale {
    Sale::receive(request(), noon(), noon().plus(MINUTE * 60)).unwrap()
}

fn accept(sale: Sale, now: Timestamp) -> Step {
    let receipt = |_: &AcceptedAgreement| Ok::<_, Infallible>("header.body.signature~".to_owned());
    let made = sale.accept(pays(&request()), PAY_BY, &seller(), now, pays_until(), receipt)?;
    made.map_err(|never| match never {})
}

fn accepted_sale() -> Sale {
    accept(received(), noon()).unwrap()
}

fn note() -> ReceivedNote {
    ReceivedNote {
        pool: request().pool,
        epoch: Epoch(100),
        position: 17,
        address: address('p'),
        amount: request().price.money(),
    }
}

fn paid_body() -> PaidBody {
    let signed = accepted(request()).countersign(&buyer_key()).unwrap();
    let r = TagOpening::from_bytes([0x33; 32]);
    PaidBody::new(
        &ProofOfPayment { pool: request().pool, epoch: Epoch(100), position: 17, r },
        signed.buyer_sig,
    )
}

#[test]
fn a_sale_goes_from_received_to_closed() {
    let seen = accepted_sale().payment_seen(&paid_body(), &note()).unwrap();
    let delivered = seen.deliver(delivery()).unwrap();
    let json = serde_json::to_string(&delivered).unwrap();
    assert_eq!(serde_json::from_str::<Sale>(&json).unwrap(), delivered);
    let closed = delivered.closed(Outcome::Closed, noon()).unwrap();
    assert_eq!((closed.state(), closed.id()), ("closed", request().order));
}

#[test]
fn nothing_is_delivered_before_the_payment_was_seen() {
    for sale in [received(), accepted_sale()] {
        assert!(matches!(sale.deliver(delivery()), Err(SaleRefused::WrongState { .. })));
    }
}

#[test]
fn a_note_of_another_amount_address_place_or_time_is_no_payment() {
    let seen = |note: ReceivedNote| accepted_sale().payment_seen(&paid_body(), &note).unwrap_err();
    let less = Money::from_micros(note().amount.micros() - 1, note().amount.currency()).unwrap();
    let pool = Digest::of(b"other");
    for other in [
        ReceivedNote { amount: less, ..note() },
        ReceivedNote { address: address('q'), ..note() },
        ReceivedNote { position: 18, ..note() },
        ReceivedNote { epoch: Epoch(101), ..note() },
        ReceivedNote { pool, ..note() },
    ] {
        assert_eq!(seen(other), SaleRefused::OtherNote);
    }
    let late = PaidBody { epoch: PAY_BY.next(), ..paid_body() };
    let late_note = ReceivedNote { epoch: PAY_BY.next(), ..note() };
    assert_eq!(accepted_sale().payment_seen(&late, &late_note), Err(SaleRefused::OtherNote));
}

#[test]
fn a_payment_without_the_buyers_signature_is_not_taken() {
    let forged = PaidBody { buyer_sig: accepted(request()).seller_sig, ..paid_body() };
    let refused = accepted_sale().payment_seen(&forged, &note());
    assert_eq!(refused, Err(SaleRefused::Terms(BadAgreement::BuyerSignature)));
}

#[test]
fn an_order_is_accepted_in_time_and_by_the_sellers_own_key() {
    let until = noon().plus(MINUTE * 60);
    assert_eq!(accept(received(), until.plus(MINUTE)), Err(SaleRefused::TooLate { until }));
    assert_eq!(accept(received(), pays_until()), Err(SaleRefused::TooLate { until: pays_until() }));
    let receipt = |_: &AcceptedAgreement| Ok::<_, Infallible>(String::new());
    let foreign = received().accept(pays(&request()), PAY_BY, &buyer_key(), noon(), pays_until(), receipt);
    assert!(matches!(foreign, Err(SaleRefused::Terms(BadAgreement::ForeignKey))));
}

#[test]
fn a_receipt_that_cannot_be_made_leaves_nothing_signed_behind() {
    let made = received().accept(pays(&request()), PAY_BY, &seller(), noon(), pays_until(), |_| Err("no"));
    assert_eq!(made, Ok(Err("no")));
}

#[test]
fn a_payment_that_landed_in_time_and_is_learnt_of_late_is_still_delivered() {
    let deliver_until = pays_until().plus(Duration::from_secs(request().deliver_within_s));
    assert_eq!(accepted_sale().lapse(deliver_until), Err(SaleRefused::NotYet { until: deliver_until }));
    let unpaid = accepted_sale().lapse(deliver_until.plus(MINUTE)).unwrap();
    assert_eq!(unpaid.state(), "unpaid");
    let seen = unpaid.payment_seen(&paid_body(), &note()).unwrap();
    assert_eq!(seen.deliver(delivery()).unwrap().state(), "delivered");
}

#[test]
fn a_declined_and_a_lapsed_request_are_over() {
    let refusal = Refusal { reason: RefusalReason::NotForSale };
    let declined = received().decline(refusal).unwrap();
    assert!(accept(declined.clone(), noon()).is_err());
    assert!(declined.closed(Outcome::Closed, noon()).is_err());
    let lapsed = received().lapse(noon().plus(MINUTE * 61)).unwrap();
    assert_eq!(lapsed.state(), "lapsed");
    assert!(accept(lapsed, noon()).is_err());
}

#[test]
fn one_desk_alone_does_not_see_the_funding_of_an_escrow() {
    let request = escrow_request();
    let sale = Sale::receive(request.clone(), noon(), noon().plus(MINUTE)).unwrap();
    let receipt = |_: &AcceptedAgreement| Ok::<_, Infallible>(String::new());
    let accepted =
        sale.accept(pays(&request), PAY_BY, &seller(), noon(), pays_until(), receipt).unwrap().unwrap();
    assert_eq!(accepted.payment_seen(&paid_body(), &note()), Err(SaleRefused::NotDirect));
}
