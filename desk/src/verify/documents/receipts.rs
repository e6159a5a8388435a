//! Receipts and presentations: the seller's signature, the market's, the place in the log, the payments.

use super::{Finding, Relying};
use crate::refusal::Refusal;
use crate::verify::{refused, with_causes};
use serde_json::{Value, json};
use tacit_evidence::receipt::{
    Asked, LedgerFinding, LedgerWitness, Presentation, Receipt, VerifiedReceipt, verify_presentation,
    verify_receipt,
};

pub(super) fn check(
    receipt: &Receipt,
    relying: &Relying<'_>,
    ledger: &impl LedgerWitness,
) -> Result<Finding, Refusal> {
    let verified = verify_receipt(receipt, &relying.keys.of_receipts(), ledger)
        .map_err(|found| refused(with_causes(&found)))?;
    Ok(tell("receipt", &verified))
}

pub(super) fn check_shown(
    shown: &Presentation,
    relying: &Relying<'_>,
    ledger: &impl LedgerWitness,
) -> Result<Finding, Refusal> {
    let asked = relying.asked.map(|(audience, nonce)| Asked { audience, nonce });
    let verified = verify_presentation(shown, &relying.keys.of_receipts(), asked, relying.now, ledger)
        .map_err(|found| refused(with_causes(&found)))?;
    let mut finding = tell("presentation", &verified.receipt);
    finding.document["audience"] = json!(verified.audience);
    finding.document["nonce"] = json!(verified.nonce);
    finding.document["presented_at"] = json!(verified.presented_at);
    finding.text.push_str(&format!(
        "\nShown by the buyer on {} to `{}`, nonce `{}`{}.",
        verified.presented_at,
        verified.audience,
        verified.nonce,
        if asked.is_some() { "" } else { " (say --to and --nonce to have them compared with yours)" },
    ));
    Ok(finding)
}

fn tell(kind: &str, verified: &VerifiedReceipt) -> Finding {
    let shown = serde_json::to_value(verified.disclosed()).expect("claims are plain data");
    let withheld: Vec<&str> = verified.withheld().into_iter().map(|claim| claim.name()).collect();
    let ledger: Vec<Value> = verified
        .ledger
        .iter()
        .map(|(claim, finding)| {
            json!({"what": claim.what, "pool": claim.pool, "epoch": claim.epoch, "finding": word(*finding)})
        })
        .collect();
    let size = verified.checkpoint.size();
    let document = json!({
        "ok": true,
        "kind": kind,
        "outcome": verified.outcome,
        "seller": verified.signed.seller(),
        "buyer": verified.signed.buyer(),
        "signed_at": verified.signed.signed_at(),
        "disclosed": shown,
        "withheld": withheld,
        "log": {"index": verified.index, "size": size},
        "ledger": ledger,
    });
    let mut text = format!(
        "This {kind} holds: signed by the seller, countersigned by the market as {}, entry {} of the log of {size}.",
        verified.outcome, verified.index,
    );
    if let Some(price) = verified.disclosed().price() {
        text.push_str(&format!("\nPrice: {price} {}.", price.currency().code()));
    }
    if !withheld.is_empty() {
        text.push_str(&format!("\nWithheld: {}.", withheld.join(", ")));
    }
    if verified.ledger.is_empty() {
        text.push_str("\nIt points at no payment on the ledger.");
    }
    for (claim, finding) in &verified.ledger {
        let said = match finding {
            LedgerFinding::Proved => "proved: the bundle on the ledger carries this agreement",
            LedgerFinding::NotAtHand => {
                "NOT CHECKED: the epoch is not at hand; give --market URL, or --files DIR with a copy of the ledger"
            }
            LedgerFinding::AgreementWithheld => {
                "not checked: the agreement is withheld, without which nothing ties it"
            }
        };
        text.push_str(&format!("\nPayment in epoch {}: {said}.", claim.epoch));
    }
    Finding { document, text }
}

const fn word(finding: LedgerFinding) -> &'static str {
    match finding {
        LedgerFinding::Proved => "proved",
        LedgerFinding::NotAtHand => "not at hand",
        LedgerFinding::AgreementWithheld => "agreement withheld",
    }
}
