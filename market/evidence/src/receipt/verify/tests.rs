use super::super::{FINANCE, NotPresented, present};
use super::*;
use crate::testing::{Sale, chance, ledger, market, sale};
use tacit_values::PersonaKey;

fn now() -> Timestamp {
    "2026-11-21T09:00:00Z".parse().unwrap()
}

fn shown(sale: &Sale, reveal: &[Claim]) -> Presentation {
    present(&sale.receipt, reveal, true, &sale.buyer, "https://auditor.example", "n-1", now()).unwrap()
}

fn verify(receipt: &Receipt) -> Result<VerifiedReceipt, ReceiptRefused> {
    verify_receipt(receipt, &market().keys(), &ledger)
}

fn verify_shown(presentation: &Presentation) -> Result<VerifiedPresentation, ReceiptRefused> {
    verify_presentation(presentation, &market().keys(), None, now(), &ledger)
}

#[test]
fn a_receipt_verifies_offline_with_the_markets_keys_alone() {
    let sale = sale();
    let verified = verify(&sale.receipt).unwrap();
    assert_eq!(verified.signed.body(), Some(sale.body));
    assert_eq!(verified.outcome, Outcome::Closed);
    assert_eq!(verified.withheld(), []);
    assert_eq!(verified.ledger[0].1, LedgerFinding::Proved);
}

#[test]
fn every_claim_is_withheld_in_turn_and_the_rest_still_verifies() {
    let sale = sale();
    for hidden in Claim::ALL {
        let reveal: Vec<Claim> = Claim::ALL.into_iter().filter(|claim| *claim != hidden).collect();
        let presentation = shown(&sale, &reveal);
        let verified = verify_shown(&presentation).unwrap().receipt;
        assert_eq!(verified.disclosed().shown(), reveal);
        let said = if hidden.is_optional() { vec![] } else { vec![hidden] };
        assert_eq!(verified.withheld(), said);
        let finding = verified.ledger[0].1;
        let agreement_hidden = hidden == Claim::Agreement;
        assert_eq!(finding == LedgerFinding::AgreementWithheld, agreement_hidden);
    }
    assert_eq!(verify_shown(&shown(&sale, &[])).unwrap().receipt.disclosed().shown(), []);
}

#[test]
fn finance_sees_amount_date_and_invoice_and_nothing_of_the_strategy() {
    let sale = sale();
    let presentation = present(&sale.receipt, &FINANCE, false, &sale.buyer, "finance", "n", now()).unwrap();
    let verified = verify_shown(&presentation).unwrap().receipt;
    assert_eq!(verified.disclosed().price(), Some(sale.body.price));
    assert_eq!(verified.disclosed().shown().len(), FINANCE.len());
    assert_eq!(verified.ledger, []);
    let text = String::from_utf8(presentation.to_json()).unwrap();
    for secret in [sale.body.listing.to_string(), sale.body.manifest.to_string(), sale.body.order.to_string()]
    {
        assert!(!text.contains(&secret));
    }
}

#[test]
fn a_flipped_byte_in_any_part_of_a_receipt_is_refused() {
    let sale = sale();
    let good = sale.receipt.to_json();
    for at in 0..good.len() {
        let mut bytes = good.clone();
        bytes[at] ^= 1;
        let refused = match Receipt::parse(&bytes) {
            Ok(receipt) => verify(&receipt).is_err(),
            Err(_) => true,
        };
        assert!(refused, "byte {at} of {}", good.len());
    }
}

#[test]
fn a_flipped_byte_in_any_part_of_a_presentation_is_refused() {
    let sale = sale();
    let good = shown(&sale, &[Claim::Amount, Claim::Agreement]).to_json();
    for at in 0..good.len() {
        let mut bytes = good.clone();
        bytes[at] ^= 1;
        let refused = match Presentation::parse(&bytes) {
            Ok(presentation) => verify_shown(&presentation).is_err(),
            Err(_) => true,
        };
        assert!(refused, "byte {at} of {}", good.len());
    }
}

#[test]
fn parts_of_the_receipt_of_another_order_do_not_fit() {
    let (sale, other) = (sale(), Sale::number(2));
    assert!(verify(&other.receipt).is_ok());
    let with_market = Receipt { market: other.receipt.market.clone(), ..sale.receipt.clone() };
    assert_eq!(verify(&with_market), Err(ReceiptRefused::OtherReceipt));
    let with_body = Receipt { sd_jwt: other.sd_jwt.clone(), ..sale.receipt.clone() };
    assert_eq!(verify(&with_body), Err(ReceiptRefused::OtherReceipt));
    let with_log = Receipt { log: other.receipt.log.clone(), ..sale.receipt.clone() };
    assert_eq!(verify(&with_log), Err(ReceiptRefused::OtherReceipt));
    let with_ledger = Receipt { ledger: other.receipt.ledger.clone(), ..sale.receipt.clone() };
    assert_eq!(verify(&with_ledger), Err(ReceiptRefused::Ledger(LedgerRefused)));
    let mut with_proof = sale.receipt.clone();
    with_proof.log.inclusion = other.receipt.log.inclusion.clone();
    assert_eq!(verify(&with_proof), Err(ReceiptRefused::NotInLog));
    let mut with_salt = sale.receipt;
    with_salt.log.salt = other.receipt.log.salt;
    assert_eq!(verify(&with_salt), Err(ReceiptRefused::NotInLog));
}

#[test]
fn a_proof_against_another_checkpoint_is_refused_even_when_the_market_signed_both() {
    let sale = sale();
    let mut receipt = sale.receipt.clone();
    let later = market().log.sign(crate::log::LogSize(99), Digest::of(b"another root"));
    receipt.log.checkpoint = later.note().to_owned();
    assert_eq!(verify(&receipt), Err(ReceiptRefused::OtherReceipt));
    let said =
        Countersignature::new(receipt.digest(), Outcome::Closed, receipt.log.index, later.checkpoint());
    receipt.market = said.sign(&market().countersign);
    assert_eq!(verify(&receipt), Err(ReceiptRefused::NotInLog));
}

#[test]
fn a_foreign_market_cannot_vouch() {
    let sale = sale();
    let stranger = PersonaKey::from_seed(&[77; 32]);
    let said = Countersignature::open(&sale.receipt.market, &market().countersign.persona()).unwrap();
    let receipt = Receipt { market: said.sign(&stranger), ..sale.receipt };
    assert_eq!(verify(&receipt), Err(ReceiptRefused::NotCountersigned));
}

#[test]
fn a_presentation_counts_for_its_holder_audience_nonce_and_claims_only() {
    let sale = sale();
    let presentation = shown(&sale, &[Claim::Amount]);
    let asked = |audience, nonce| {
        let asked = Some(Asked { audience, nonce });
        verify_presentation(&presentation, &market().keys(), asked, now(), &ledger)
    };
    assert!(asked("https://auditor.example", "n-1").is_ok());
    assert_eq!(asked("https://auditor.example", "n-2"), Err(ReceiptRefused::OtherAudience));
    assert_eq!(asked("https://other.example", "n-1"), Err(ReceiptRefused::OtherAudience));

    let thief = present(&sale.receipt, &[], true, &sale.seller, "a", "n", now());
    assert_eq!(thief, Err(NotPresented::OtherHolder));

    let (_, proof) = presentation.sd_jwt().rsplit_once('~').unwrap();
    let mut more = presentation.receipt().clone();
    more.sd_jwt = format!("{}{proof}", sale.sd_jwt);
    let more = Presentation::parse(&more.to_json()).unwrap();
    assert_eq!(verify_shown(&more), Err(ReceiptRefused::NotHolder), "claims added by a third person");

    let whole = verify(presentation.receipt());
    assert_eq!(
        whole,
        Err(ReceiptRefused::Seller(NotSellerSigned::Malformed)),
        "a presentation is no receipt"
    );
    assert!(Presentation::parse(&sale.receipt.to_json()).is_err(), "a receipt is no presentation");
    let early = "2026-11-21T08:00:00Z".parse().unwrap();
    let refused = verify_presentation(&presentation, &market().keys(), None, early, &ledger);
    assert_eq!(refused, Err(ReceiptRefused::FromTheFuture));
    assert_eq!(present(&sale.receipt, &[], true, &sale.buyer, "", "n", now()), Err(NotPresented::Audience));
}

#[test]
fn what_the_receipt_does_not_hold_cannot_be_shown() {
    let sale = sale();
    let body = super::super::ReceiptBody { invoice: None, ..sale.body.clone() };
    let sd_jwt = super::super::sign_receipt(&sale.seller, &body, &mut chance(4)).unwrap();
    let bare = Receipt { sd_jwt, ..sale.receipt.clone() };
    assert!(present(&bare, &FINANCE, true, &sale.buyer, "a", "n", now()).is_ok(), "an invoice is optional");
    let (jwt, _) = sale.sd_jwt.split_once('~').unwrap();
    let stripped = Receipt { sd_jwt: format!("{jwt}~"), ..sale.receipt.clone() };
    assert!(verify(&stripped).is_ok());
    let refused = present(&stripped, &[Claim::Amount], true, &sale.buyer, "a", "n", now());
    assert_eq!(refused, Err(NotPresented::NotAtHand(Claim::Amount)));
}

#[test]
fn a_ledger_that_is_not_at_hand_is_said_and_one_that_contradicts_refuses() {
    let sale = sale();
    let nothing = |_: &LedgerClaim, _: &Digest| Ok(LedgerFinding::NotAtHand);
    let verified = verify_receipt(&sale.receipt, &market().keys(), &nothing).unwrap();
    assert_eq!(verified.ledger[0].1, LedgerFinding::NotAtHand);
    let contradicts = |_: &LedgerClaim, _: &Digest| Err(LedgerRefused);
    let refused = verify_receipt(&sale.receipt, &market().keys(), &contradicts);
    assert_eq!(refused, Err(ReceiptRefused::Ledger(LedgerRefused)));
}
