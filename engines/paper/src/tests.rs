use super::*;
use tacit_evidence::receipt::{
    Claim, FINANCE, Presentation, Receipt, ReceiptBody, VerifiedReceipt, present, verify_presentation,
    verify_receipt,
};
use tacit_evidence::testing::{ledger, market, sale};

fn verified(receipt: &Receipt) -> VerifiedReceipt {
    verify_receipt(receipt, &market().keys(), &ledger).unwrap()
}

fn view(receipt: &VerifiedReceipt) -> ReceiptView<'_> {
    ReceiptView {
        receipt,
        title: Some("Aircraft registered in 2013, one row per tail number"),
        licence_in_words: Some("use inside one organisation; no passing on"),
    }
}

/// Where to leave a page for somebody to look at; unset in ordinary runs.
fn leave(name: &str, pdf: &[u8]) {
    if let Some(folder) = std::env::var_os("TACIT_PAPER_PREVIEW") {
        std::fs::write(std::path::Path::new(&folder).join(name), pdf).unwrap();
    }
}

#[test]
fn the_same_receipt_makes_the_same_page_byte_for_byte() {
    let (receipt, json) = (sale().receipt, sale().receipt.to_json());
    let verified = verified(&receipt);
    let one = receipt_pdf(&view(&verified), &json).unwrap();
    assert_eq!(one, receipt_pdf(&view(&verified), &json).unwrap());
    assert!(one.starts_with(b"%PDF-1.7"));
    assert!(one.len() < 100_000, "{} bytes", one.len());
    leave("receipt.pdf", &one);
}

#[test]
fn the_page_carries_the_evidence_and_is_one_page() {
    let receipt = sale().receipt;
    let pdf = receipt_pdf(&view(&verified(&receipt)), &receipt.to_json()).unwrap();
    let text = String::from_utf8_lossy(&pdf);
    assert!(text.contains("receipt.json") && text.contains("/EmbeddedFile"));
    assert_eq!(text.matches("/Count 1").count(), 1);
    // Between these marks a verifier looks for it: desk/src/verify/documents/printed.rs.
    let kind =
        text.match_indices("/EmbeddedFile").find(|(at, kind)| !text[at + kind.len()..].starts_with('s'));
    let stream = text[kind.unwrap().0..].split("\nstream\n").nth(1).unwrap();
    let attached = stream.split("\nendstream").next().unwrap();
    assert_eq!(attached.as_bytes(), receipt.to_json());
}

#[test]
fn a_presentation_is_printed_with_what_it_withholds() {
    let sale = sale();
    let now = "2026-11-21T09:00:00Z".parse().unwrap();
    let shown: Presentation =
        present(&sale.receipt, &FINANCE, false, &sale.buyer, "finance", "n", now).unwrap();
    let verified = verify_presentation(&shown, &market().keys(), None, now, &ledger).unwrap();
    assert!(verified.receipt.withheld().contains(&Claim::Listing));
    let view = ReceiptView { receipt: &verified.receipt, title: None, licence_in_words: None };
    let pdf = receipt_pdf(&view, &shown.to_json()).unwrap();
    leave("finance.pdf", &pdf);
}

#[test]
fn texts_in_any_script_and_of_any_length_leave_a_page() {
    let mut sale = sale();
    let long = "数据 бесконечный 🙂 endless ".repeat(7);
    sale.body.purpose = Some(long.clone());
    sale.body.jurisdictions = Some(vec![long.clone(); 8]);
    sale.body.payees = vec![sale.body.payees[0].clone(); 8];
    sale.body.licence.name = "x".repeat(200);
    let invoice = sale.body.invoice.as_mut().unwrap();
    invoice.buyer = Some(long.clone());
    invoice.buyer_tax = Some(long.clone());
    invoice.seller = Some("w".repeat(200));
    let body: ReceiptBody = sale.body.clone();
    let receipt = tacit_evidence::testing::Sale::of(body).receipt;
    let verified = verify_receipt(&receipt, &market().keys(), &|_: &_, _: &_| {
        Ok(tacit_evidence::receipt::LedgerFinding::NotAtHand)
    })
    .unwrap();
    let words = long.repeat(9);
    let view = ReceiptView { receipt: &verified, title: Some(&words), licence_in_words: Some(&words) };
    let pdf = receipt_pdf(&view, &receipt.to_json()).unwrap();
    leave("long.pdf", &pdf);
}

#[test]
fn an_attachment_longer_than_any_receipt_is_refused() {
    let receipt = sale().receipt;
    let long = vec![b'x'; MAX_RECEIPT_BYTES + 1];
    assert!(matches!(receipt_pdf(&view(&verified(&receipt)), &long), Err(NotPrinted::TooLong)));
}
