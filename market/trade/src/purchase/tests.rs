//! Purchases as a buyer's desk lives through them, crashes included.

use super::*;
use crate::testing::*;
use crate::{AcceptedBody, RefusalReason};
use proptest::prelude::*;
use std::time::Duration;
use tacit_values::PersonaKey;

const MINUTE: Duration = Duration::from_secs(60);

fn pays_until() -> Timestamp {
    noon().plus(MINUTE * 30)
}

fn after_pay_by() -> Timestamp {
    pays_until().plus(MINUTE)
}

fn r() -> TagOpening {
    TagOpening::from_bytes([0x33; 32])
}

fn payment() -> ProofOfPayment {
    ProofOfPayment { pool: request().pool, epoch: Epoch(100), position: 17, r: r() }
}

fn requested() -> Purchase {
    Purchase::request(request(), noon(), noon().plus(MINUTE * 60)).unwrap()
}

fn agreed() -> Purchase {
    requested().agree(&accepted_body(request()), &buyer_key(), noon(), pays_until()).unwrap()
}

fn paying() -> Purchase {
    agreed().begin_payment(r(), noon()).unwrap()
}

fn in_doubt() -> Purchase {
    paying().hand_over(Digest::of(b"bundle"), noon()).unwrap()
}

fn paid() -> Purchase {
    in_doubt().found_on_ledger(payment()).unwrap()
}

fn downloaded() -> Purchase {
    paid().stated(delivery()).unwrap().downloaded(delivery().body).unwrap()
}

#[test]
fn a_purchase_goes_from_requested_to_closed() {
    let closed = downloaded().checked(Digest::of(b"plain")).unwrap().closed(noon()).unwrap();
    assert!(closed.is_over());
    assert_eq!(closed.payment(), Some(&payment()));
    assert!(closed.deal().unwrap().agreement.check().is_ok());
}

#[test]
fn changed_terms_a_foreign_signature_and_an_answer_that_is_too_late_are_refused_before_anything_is_paid() {
    let agree = |body: &AcceptedBody, key: &PersonaKey, now| requested().agree(body, key, now, pays_until());
    let changed = accepted_body(crate::OrderRequest { confirm_within_s: 9, ..request() });
    let refused = agree(&changed, &buyer_key(), noon());
    assert_eq!(refused, Err(PurchaseRefused::Terms(BadAgreement::TermsChanged)));
    let forged = AcceptedBody { seller_sig: changed.seller_sig, ..accepted_body(request()) };
    let refused = agree(&forged, &buyer_key(), noon());
    assert_eq!(refused, Err(PurchaseRefused::Terms(BadAgreement::SellerSignature)));
    let refused = agree(&accepted_body(request()), &seller(), noon());
    assert_eq!(refused, Err(PurchaseRefused::Terms(BadAgreement::ForeignKey)));
    let refused = agree(&accepted_body(request()), &buyer_key(), pays_until());
    assert_eq!(refused, Err(PurchaseRefused::TooLateToPay { until: pays_until() }));
}

#[test]
fn a_crash_while_proving_loses_the_proof_and_no_money() {
    assert_eq!(paying().undo_payment(), Ok(agreed()));
}

#[test]
fn an_order_that_expires_while_proving_is_not_handed_over() {
    let refused = paying().hand_over(Digest::of(b"bundle"), after_pay_by());
    assert_eq!(refused, Err(PurchaseRefused::TooLateToPay { until: pays_until() }));
    let lapsed = paying().undo_payment().unwrap().lapse(after_pay_by()).unwrap();
    assert!(matches!(lapsed, Purchase::Expired { why: Lapse::NotPaid, .. }));
}

#[test]
fn a_payment_in_doubt_is_neither_undone_nor_cancelled_nor_lapsed() {
    assert!(in_doubt().undo_payment().is_err());
    assert!(in_doubt().cancel().is_err());
    assert!(in_doubt().lapse(after_pay_by()).is_err());
    assert!(in_doubt().begin_payment(r(), noon()).is_err());
}

#[test]
fn a_payment_in_doubt_ends_on_the_ledger_or_by_its_expiry() {
    let still = Err(PurchaseRefused::StillInDoubt { pay_by: PAY_BY });
    assert_eq!(in_doubt().not_on_ledger(PAY_BY), still);
    let ended = in_doubt().not_on_ledger(PAY_BY.next()).unwrap();
    assert!(matches!(ended, Purchase::Expired { why: Lapse::PaymentDidNotLand, .. }));
    assert_eq!(paid().state(), "paid");
}

#[test]
fn a_payment_of_another_pool_tag_or_time_is_not_this_orders() {
    let found = |payment| in_doubt().found_on_ledger(payment);
    let other = Err(PurchaseRefused::OtherPayment);
    assert_eq!(found(ProofOfPayment { pool: Digest::of(b"other"), ..payment() }), other);
    assert_eq!(found(ProofOfPayment { r: TagOpening::from_bytes([0; 32]), ..payment() }), other);
    assert_eq!(found(ProofOfPayment { epoch: PAY_BY.next(), ..payment() }), other);
}

#[test]
fn a_buyer_cancels_until_the_payment_begins() {
    for purchase in [requested(), agreed()] {
        assert!(matches!(purchase.cancel(), Ok(Purchase::Expired { why: Lapse::Cancelled, .. })));
    }
    assert!(paying().cancel().is_err());
}

#[test]
fn a_paid_order_without_delivery_is_named_and_a_late_delivery_is_still_taken() {
    let deliver_until = pays_until().plus(Duration::from_secs(request().deliver_within_s));
    assert_eq!(paid().lapse(deliver_until), Err(PurchaseRefused::NotYet { until: deliver_until }));
    let undelivered = paid().lapse(deliver_until.plus(MINUTE)).unwrap();
    assert_eq!(undelivered.state(), "undelivered");
    assert!(!undelivered.is_over());
    assert_eq!(undelivered.stated(delivery()).unwrap().state(), "stated");
}

#[test]
fn another_body_than_the_stated_one_is_not_taken() {
    let stated = paid().stated(delivery()).unwrap();
    assert_eq!(stated.downloaded(Digest::of(b"other")), Err(PurchaseRefused::OtherBody));
}

#[test]
fn a_faulty_delivery_is_an_end_that_keeps_its_proof() {
    let faulty = downloaded().faulty(FaultKind::Block { index: 3 }).unwrap();
    assert!(faulty.is_over());
    assert_eq!(faulty.delivery(), Some(&delivery()));
    assert!(faulty.clone().closed(noon()).is_err());
    let json = serde_json::to_string(&faulty).unwrap();
    assert_eq!(serde_json::from_str::<Purchase>(&json).unwrap(), faulty);
}

#[test]
fn a_refused_order_stays_refused() {
    let refused = requested().refused(Refusal { reason: RefusalReason::Declined }).unwrap();
    assert!(refused.clone().agree(&accepted_body(request()), &buyer_key(), noon(), pays_until()).is_err());
    assert!(refused.closed(noon()).is_err());
}

#[test]
fn every_waiting_state_says_until_when() {
    let paid_sentence = paid().waits_until().unwrap();
    assert_eq!(paid_sentence, "the order is paid and waits for the seller's desk until 2026-11-21T12:30:00Z");
    assert!(
        requested().waits_until().unwrap().contains("waits for the seller's desk until 2026-11-20T13:00:00Z")
    );
    assert!(in_doubt().waits_until().unwrap().contains("in doubt"));
    assert_eq!(downloaded().waits_until(), None);
}

#[test]
fn neither_the_receipt_nor_the_opening_of_the_payment_prints() {
    let shown = format!("{:?}", downloaded());
    assert!(!shown.contains("header.body.signature") && !shown.contains("51, 51"), "{shown}");
}

fn step(purchase: Purchase, choice: u8, now: Timestamp) -> Result<Purchase, PurchaseRefused> {
    match choice {
        0 => purchase.agree(&accepted_body(request()), &buyer_key(), now, pays_until()),
        1 => purchase.refused(Refusal { reason: RefusalReason::Declined }),
        2 => purchase.begin_payment(r(), now),
        3 => purchase.undo_payment(),
        4 => purchase.hand_over(Digest::of(b"bundle"), now),
        5 => purchase.found_on_ledger(payment()),
        6 => purchase.not_on_ledger(PAY_BY.next()),
        7 => purchase.lapse(now),
        8 => purchase.stated(delivery()),
        9 => purchase.downloaded(delivery().body),
        10 => purchase.checked(Digest::of(b"plain")),
        11 => purchase.faulty(FaultKind::Schema),
        12 => purchase.cancel(),
        _ => purchase.closed(now),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]
    #[test]
    fn money_that_left_is_never_forgotten(
        history in proptest::collection::vec((0u8..14, 0u64..400), 1..24),
    ) {
        let mut purchase = requested();
        let mut now = noon();
        for (choice, later) in history {
            now = now.plus(Duration::from_secs(later));
            let Ok(next) = step(purchase.clone(), choice, now) else { continue };
            prop_assert!(!purchase.is_over(), "an end is an end");
            if purchase.payment().is_some() {
                prop_assert_eq!(next.payment(), purchase.payment());
            }
            if matches!(purchase, Purchase::PaymentInDoubt { .. }) {
                let no_money = matches!(next, Purchase::Expired { why: Lapse::PaymentDidNotLand, .. });
                prop_assert!(no_money || next.payment().is_some());
            }
            let json = serde_json::to_string(&next).unwrap();
            prop_assert_eq!(&serde_json::from_str::<Purchase>(&json).unwrap(), &next, "a stored purchase reads back");
            purchase = next;
        }
    }
}
