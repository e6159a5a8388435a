//! Orders at the market: who may do what, and when.

use super::*;
use crate::testing::*;
use crate::{RefusalReason, SPAN_MOST_S};
use proptest::prelude::*;
use tacit_values::PersonaKey;

const MINUTE: Duration = Duration::from_secs(60);

fn pays_until() -> Timestamp {
    noon().plus(MINUTE * 30)
}

fn deliver_until() -> Timestamp {
    pays_until().plus(Duration::from_secs(request().deliver_within_s))
}

fn receipt() -> Digest {
    Digest::of(b"issuer-signed JWT")
}

fn stranger() -> Persona {
    PersonaKey::from_seed(&[0xee; 32]).persona()
}

fn buyer() -> Persona {
    buyer_key().persona()
}

fn the_seller() -> Persona {
    seller().persona()
}

fn refusal() -> Refusal {
    Refusal { reason: RefusalReason::Declined }
}

fn placed(request: OrderRequest) -> Order {
    Order::place(request, &buyer(), &offer(), &market(), noon()).unwrap()
}

fn accepted_order(request: OrderRequest) -> Order {
    let answer = accepted(request.clone());
    placed(request).accept(answer, receipt(), &the_seller(), noon(), pays_until()).unwrap().order
}

fn stated_order(request: OrderRequest) -> Order {
    accepted_order(request).state_delivery(delivery(), &the_seller(), noon()).unwrap().order
}

#[test]
fn a_sale_goes_from_placed_to_closed() {
    let order = stated_order(request());
    assert_eq!(order.delivery(), Some(&delivery()));
    let closed = order.close(Closing::Party(buyer()), noon()).unwrap();
    assert!(closed.first);
    assert_eq!(closed.order.ended(), Some(Ended::Closed));
    assert_eq!(closed.order.id(), request().order);
}

#[test]
fn an_order_is_placed_by_its_buyer_at_its_market_at_the_listings_price() {
    let place = |request: OrderRequest, by: Persona| Order::place(request, &by, &offer(), &market(), noon());
    assert_eq!(place(request(), stranger()), Err(NotPlaced::NotTheBuyer));
    let elsewhere = OrderRequest { market: "https://other.example".parse().unwrap(), ..request() };
    assert_eq!(place(elsewhere, buyer()), Err(NotPlaced::OtherMarket));
    let cheap = OrderRequest { price: tacit_catalogue::testing::listing(1).price, ..request() };
    assert!(matches!(
        place(cheap, buyer()),
        Err(NotPlaced::Listing(crate::Disagreement::PriceChanged { .. }))
    ));
    let endless = OrderRequest { deliver_within_s: SPAN_MOST_S + 1, ..request() };
    assert_eq!(place(endless, buyer()), Err(NotPlaced::Terms(crate::BadAgreement::Spans)));
}

#[test]
fn the_same_request_again_changes_nothing_and_another_one_finds_the_id_taken() {
    let moved = stated_order(request()).place_again(&request()).unwrap();
    assert!(!moved.first);
    assert_eq!(moved.order.state(), "stated");
    let other = OrderRequest { confirm_within_s: 9, ..request() };
    assert_eq!(placed(request()).place_again(&other), Err(NotPlaced::Taken));
}

#[test]
fn only_the_seller_accepts_in_time_and_with_the_terms_that_were_asked_for() {
    let accept =
        |by: Persona, now, until| placed(request()).accept(accepted(request()), receipt(), &by, now, until);
    assert_eq!(accept(buyer(), noon(), pays_until()), Err(NotAccepted::NotTheSeller));
    let late = noon().plus(ACCEPT_WITHIN).plus(MINUTE);
    let too_late = NotAccepted::TooLate { until: noon().plus(ACCEPT_WITHIN) };
    assert_eq!(accept(the_seller(), late, late.plus(MINUTE)), Err(too_late));
    assert_eq!(accept(the_seller(), pays_until(), pays_until()), Err(NotAccepted::PayByPassed));
    let far = noon().plus(PAY_WITHIN_MOST).plus(MINUTE);
    assert_eq!(accept(the_seller(), noon(), far), Err(NotAccepted::PayByTooFar));
    let other = accepted(OrderRequest { confirm_within_s: 9, ..request() });
    let changed = placed(request()).accept(other, receipt(), &the_seller(), noon(), pays_until());
    assert_eq!(changed, Err(NotAccepted::Terms(crate::BadAgreement::TermsChanged)));
}

#[test]
fn an_acceptance_repeated_is_the_same_and_with_another_receipt_it_is_refused() {
    let order = accepted_order(request());
    let again =
        |receipt| order.clone().accept(accepted(request()), receipt, &the_seller(), noon(), pays_until());
    assert!(!again(receipt()).unwrap().first);
    assert_eq!(again(Digest::of(b"another")), Err(NotAccepted::WrongState("accepted")));
}

#[test]
fn a_refused_order_is_over() {
    let order = placed(request());
    assert_eq!(order.clone().refuse(refusal(), &buyer(), noon()), Err(NotRefused::NotTheSeller));
    let refused = order.refuse(refusal(), &the_seller(), noon()).unwrap().order;
    assert_eq!(refused.ended(), Some(Ended::Refused));
    assert!(!refused.clone().refuse(refusal(), &the_seller(), noon()).unwrap().first);
    let closing = Closing::Party(buyer());
    assert_eq!(refused.close(closing, noon()), Err(NotClosed::WrongState("refused")));
}

#[test]
fn a_delivery_is_stated_once_by_the_seller_before_its_deadline() {
    let order = accepted_order(request());
    assert_eq!(order.clone().state_delivery(delivery(), &buyer(), noon()), Err(NotStated::NotTheSeller));
    let late = deliver_until().plus(MINUTE);
    let too_late = NotStated::TooLate { until: deliver_until() };
    assert_eq!(order.clone().state_delivery(delivery(), &the_seller(), late), Err(too_late));
    let stated = order.state_delivery(delivery(), &the_seller(), deliver_until()).unwrap().order;
    assert!(!stated.clone().state_delivery(delivery(), &the_seller(), late).unwrap().first);
    let other = StatedDelivery { body: Digest::of(b"other"), ..delivery() };
    assert_eq!(stated.state_delivery(other, &the_seller(), noon()), Err(NotStated::AnotherDelivery));
    let early = placed(request()).state_delivery(delivery(), &the_seller(), noon());
    assert_eq!(early, Err(NotStated::WrongState("placed")));
}

#[test]
fn the_market_closes_a_direct_order_seven_days_after_the_statement_and_not_before() {
    let order = stated_order(request());
    let at = noon().plus(CLOSE_AFTER);
    assert_eq!(order.deadline(), Some(Deadline { due: Due::Close, at }));
    let early = order.clone().close(Closing::Job, at.minus(Duration::from_millis(1)));
    assert_eq!(early, Err(NotClosed::NotYet { at }));
    let closed = order.close(Closing::Job, at).unwrap().order;
    assert!(matches!(closed, Order::Closed { by: ClosedBy::Market, outcome: Outcome::Closed, .. }));
}

#[test]
fn a_paid_and_silent_seller_cannot_withhold_the_buyers_receipt() {
    let order = accepted_order(request());
    assert_eq!(order.clone().close(Closing::Party(the_seller()), noon()), Err(NotClosed::NothingStated));
    assert_eq!(order.clone().close(Closing::Job, noon()), Err(NotClosed::NothingStated));
    assert_eq!(order.clone().close(Closing::Party(stranger()), noon()), Err(NotClosed::NotAParty));
    assert!(order.close(Closing::Party(buyer()), noon()).unwrap().first);
}

#[test]
fn whoever_closes_second_gets_the_first_closing() {
    let closed = stated_order(request()).close(Closing::Party(the_seller()), noon()).unwrap().order;
    for again in [Closing::Party(buyer()), Closing::Party(the_seller()), Closing::Job] {
        let moved = closed.clone().close(again, noon().plus(MINUTE)).unwrap();
        assert_eq!(moved, Moved { order: closed.clone(), first: false });
    }
    assert_eq!(closed.close(Closing::Party(stranger()), noon()), Err(NotClosed::NotAParty));
}

#[test]
fn an_escrow_is_closed_by_its_arbiter_alone_with_what_was_decided() {
    let arbiter = arbiter_key().persona();
    let order = stated_order(escrow_request());
    assert_eq!(order.deadline(), None);
    let late = noon().plus(CLOSE_AFTER * 2);
    for closing in [Closing::Party(buyer()), Closing::Party(the_seller()), Closing::Job] {
        assert_eq!(order.clone().close(closing, late), Err(NotClosed::OnlyTheArbiter));
    }
    let by = |who, outcome| order.clone().close(Closing::Arbiter(who, outcome), noon());
    assert_eq!(by(stranger(), Outcome::Settled), Err(NotClosed::NotTheArbiter));
    assert_eq!(by(arbiter, Outcome::Closed), Err(NotClosed::NotAnEscrowOutcome));
    let settled = by(arbiter, Outcome::Settled).unwrap().order;
    assert_eq!(settled.ended(), Some(Ended::Settled));
    let other = settled.close(Closing::Arbiter(arbiter, Outcome::Refunded), noon());
    assert_eq!(other, Err(NotClosed::WrongState("closed")));
    let undelivered = accepted_order(escrow_request());
    assert_eq!(undelivered.clone().expire(late), Err(NotExpired::OnlyTheArbiter));
    let refunded = undelivered.close(Closing::Arbiter(arbiter, Outcome::Refunded), late).unwrap().order;
    assert_eq!(refunded.ended(), Some(Ended::Refunded));
}

#[test]
fn an_arbiter_has_no_say_in_a_direct_payment() {
    let closing = Closing::Arbiter(arbiter_key().persona(), Outcome::Refunded);
    assert_eq!(stated_order(request()).close(closing, noon()), Err(NotClosed::NotTheArbiter));
    assert_eq!(accepted_order(request()).close(closing, noon()), Err(NotClosed::NotTheArbiter));
}

#[test]
fn an_unanswered_and_an_undelivered_order_expire_when_their_time_is_over() {
    let unanswered = placed(request());
    let until = noon().plus(ACCEPT_WITHIN);
    assert_eq!(unanswered.clone().expire(until), Err(NotExpired::NotYet { at: until }));
    let expired = unanswered.expire(until.plus(MINUTE)).unwrap().order;
    assert!(matches!(expired, Order::Expired { why: Expiry::NotAccepted, receipt: None, .. }));

    let undelivered = accepted_order(request());
    assert_eq!(undelivered.deadline(), Some(Deadline { due: Due::Expire, at: deliver_until() }));
    assert_eq!(undelivered.clone().expire(pays_until()), Err(NotExpired::NotYet { at: deliver_until() }));
    let expired = undelivered.expire(deliver_until().plus(MINUTE)).unwrap().order;
    assert!(matches!(expired, Order::Expired { why: Expiry::NotStated, receipt: Some(_), .. }));
    assert_eq!(
        stated_order(request()).expire(deliver_until().plus(MINUTE)),
        Err(NotExpired::WrongState("stated"))
    );
}

#[test]
fn thirty_days_after_its_end_nothing_but_id_and_outcome_is_left() {
    let closed = stated_order(request()).close(Closing::Party(buyer()), noon()).unwrap().order;
    let at = noon().plus(FORGET_AFTER);
    assert_eq!(closed.clone().forget(noon()), Err(NotForgotten::NotYet { at }));
    let forgotten = closed.forget(at).unwrap().order;
    assert_eq!(forgotten, Order::Forgotten { order: request().order, ended: Ended::Closed });
    let json = serde_json::to_string(&forgotten).unwrap();
    assert!(!json.contains("did:key") && !json.contains("lst_") && !json.contains("amount"), "{json}");
    assert_eq!(forgotten.deadline(), None);
    assert_eq!(stated_order(request()).forget(at), Err(NotForgotten::WrongState("stated")));
}

#[test]
fn an_order_is_shown_to_its_parties_and_an_escrow_to_its_arbiter() {
    let arbiter = arbiter_key().persona();
    for who in [buyer(), the_seller()] {
        assert!(placed(request()).is_shown_to(&who));
    }
    assert!(!placed(request()).is_shown_to(&arbiter) && !placed(request()).is_shown_to(&stranger()));
    assert!(stated_order(escrow_request()).is_shown_to(&arbiter));
}

#[test]
fn a_waiting_order_says_for_whom_and_until_when() {
    let sentence = placed(request()).waits_until().unwrap();
    assert_eq!(sentence, "the order waits for the seller's desk until 2026-11-27T12:00:00Z");
}

/// Tries one step of the story, whoever takes it; a refused step leaves the order where it is.
fn step(order: Order, choice: u8, now: Timestamp) -> Order {
    let mode_request = order.agreement().map_or_else(request, OrderRequest::from);
    let arbiter = arbiter_key().persona();
    let moved = match choice {
        0 => {
            order.clone().accept(accepted(mode_request), receipt(), &the_seller(), now, now.plus(MINUTE)).ok()
        }
        1 => order.clone().refuse(refusal(), &the_seller(), now).ok(),
        2 => order.clone().state_delivery(delivery(), &the_seller(), now).ok(),
        3 => order.clone().close(Closing::Party(buyer()), now).ok(),
        4 => order.clone().close(Closing::Party(the_seller()), now).ok(),
        5 => order.clone().close(Closing::Job, now).ok(),
        6 => order.clone().close(Closing::Arbiter(arbiter, Outcome::Refunded), now).ok(),
        7 => order.clone().expire(now).ok(),
        _ => order.clone().forget(now).ok(),
    };
    moved.map_or(order, |moved| moved.order)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]
    #[test]
    fn no_history_leads_from_one_end_to_another(
        escrow: bool,
        history in proptest::collection::vec((0u8..9, 0u64..40 * 86_400), 1..12),
    ) {
        let mut order = placed(if escrow { escrow_request() } else { request() });
        let mut now = noon();
        for (choice, later) in history {
            // Most steps come soon, some come late.
            now = now.plus(Duration::from_secs(if choice % 2 == 0 { later / 10_000 } else { later }));
            let next = step(order.clone(), choice, now);
            if let Some(ended) = order.ended() {
                prop_assert_eq!(next.ended(), Some(ended), "an end is an end");
            }
            if matches!(next, Order::Closed { .. }) {
                prop_assert!(["accepted", "stated", "closed"].contains(&order.state()), "{}", order.state());
            }
            let json = serde_json::to_string(&next).unwrap();
            prop_assert_eq!(&serde_json::from_str::<Order>(&json).unwrap(), &next, "stored orders read back");
            prop_assert_eq!(next.id(), request().order);
            order = next;
        }
    }

    #[test]
    fn the_next_job_is_refused_before_its_time_and_done_at_it(history in proptest::collection::vec(0u8..5, 0..5)) {
        let order = history.iter().fold(placed(request()), |order, choice| step(order, *choice, noon()));
        if let Some(Deadline { due, at }) = order.deadline() {
            let run = |now| match due {
                Due::Expire => order.clone().expire(now).is_ok(),
                Due::Close => order.clone().close(Closing::Job, now).is_ok(),
                Due::Forget => order.clone().forget(now).is_ok(),
            };
            prop_assert!(!run(at.minus(Duration::from_millis(1))));
            prop_assert!(run(at.plus(Duration::from_millis(1))));
        }
    }
}
