//! Receipts and presentations: the seller's signature, the market's, the place in the log, the payments.

use super::{Finding, Line, Relying};
use crate::portal::claims::shown_claims;
use crate::refusal::Refusal;
use crate::verify::{refused, with_causes};
use serde_json::{Value, json};
use tacit_evidence::receipt::{
    Asked, LedgerFinding, LedgerWitness, Presentation, Receipt, VerifiedReceipt, verify_presentation,
    verify_receipt,
};
use tacit_values::Epoch;

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
    finding.lines.push(Line::holds(format!(
        "Shown by the buyer on {} to `{}`, nonce `{}`.",
        verified.presented_at, verified.audience, verified.nonce
    )));
    finding.lines.push(match asked {
        Some(_) => Line::holds("It was made for you: reader and nonce are yours."),
        None => Line::not_checked(
            "Whether it was made for you: say --to and --nonce to have them compared with yours.",
        )
        .in_pages("Whether it was made for you: say under More who you are and which nonce you gave."),
    });
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
    let sentence = format!(
        "This {kind} holds: signed by the seller, countersigned by the market as {}, entry {} of the log of {size}.",
        verified.outcome, verified.index,
    );
    let mut lines = vec![Line::holds(format!(
        "Signed by {} on {}, for {}.",
        verified.signed.seller(),
        verified.signed.signed_at(),
        verified.signed.buyer()
    ))];
    if let Some(price) = verified.disclosed().price() {
        lines.push(Line::holds(format!("Price: {price} {}.", price.currency().code())));
    }
    if !withheld.is_empty() {
        lines.push(Line::remark(format!("Withheld: {}.", withheld.join(", "))).in_pages(
            "Its holder keeps some of what it says to themselves; that can neither be read nor guessed from this document.",
        ));
    }
    if verified.ledger.is_empty() {
        lines.push(Line::remark("It points at no payment on the ledger."));
    }
    lines.extend(verified.ledger.iter().map(|(claim, finding)| payment(claim.epoch, *finding)));
    let claims =
        shown_claims(verified.disclosed()).into_iter().map(|claim| (claim.name, claim.value)).collect();
    Finding { document, sentence, lines, claims }
}

/// What was found about a payment that the document points at.
fn payment(epoch: Epoch, finding: LedgerFinding) -> Line {
    let payment = format!("Payment in epoch {epoch}");
    match finding {
        LedgerFinding::Proved => {
            Line::holds(format!("{payment}: proved, the bundle on the ledger carries this agreement."))
        }
        LedgerFinding::NotAtHand => Line::not_checked(format!(
            "{payment}: the epoch is not at hand; give --market URL, or --files DIR with a copy of the ledger."
        ))
        .in_pages(
            "The payment: its epoch is not in this desk's copy of the ledger. Try again when the desk has followed the market.",
        ),
        LedgerFinding::AgreementWithheld => Line::not_checked(format!(
            "{payment}: the agreement is withheld, without which nothing ties the payment to this document."
        )),
    }
}

const fn word(finding: LedgerFinding) -> &'static str {
    match finding {
        LedgerFinding::Proved => "proved",
        LedgerFinding::NotAtHand => "not at hand",
        LedgerFinding::AgreementWithheld => "agreement withheld",
    }
}
