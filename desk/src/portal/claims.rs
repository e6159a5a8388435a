//! The claims of a receipt as people read them, and what a check of it found.

use super::shown::receipts::{Check, CheckState, ClaimShown, VerifiedShown};
use tacit_evidence::receipt::{Claim, Disclosed, FINANCE, LedgerFinding, VerifiedReceipt};

/// The claims that a receipt shows, in the order of the document.
pub(crate) fn shown_claims(disclosed: &Disclosed) -> Vec<ClaimShown> {
    let shown = |claim: &Claim| {
        Some(ClaimShown {
            name: claim.name().to_owned(),
            value: value(disclosed, *claim)?,
            finance: FINANCE.contains(claim),
        })
    };
    Claim::ALL.iter().filter_map(shown).collect()
}

fn value(disclosed: &Disclosed, claim: Claim) -> Option<String> {
    let json = |value: Option<serde_json::Value>| {
        value.filter(|value| !value.is_null()).map(|value| value.to_string())
    };
    match claim {
        Claim::Receipt => disclosed.receipt.map(|id| id.to_string()),
        Claim::Order => disclosed.order.map(|id| id.to_string()),
        Claim::Listing => disclosed.listing.map(|id| id.to_string()),
        Claim::Manifest => disclosed.manifest.map(|digest| digest.to_string()),
        Claim::Licence => disclosed
            .licence
            .as_ref()
            .map(|licence| format!("{} (version {})", licence.name, licence.version)),
        Claim::Kind => disclosed.kind.clone(),
        Claim::Amount => {
            disclosed.price().map(|price| price.to_string()).or_else(|| disclosed.amount.map(decimal))
        }
        Claim::Currency => disclosed.currency.map(|currency| currency.code().to_owned()),
        Claim::Fee => disclosed.fee_paid().map(|fee| fee.to_string()).or_else(|| disclosed.fee.map(decimal)),
        Claim::FeeVersion => disclosed.fee_version.map(|version| version.to_string()),
        Claim::Agreement => disclosed.agreement.map(|digest| digest.to_string()),
        Claim::Payees => disclosed.payees.as_ref().map(|payees| {
            payees
                .iter()
                .map(|payee| format!("{}: {}", payee.what, payee.address))
                .collect::<Vec<_>>()
                .join("; ")
        }),
        Claim::Entitlement => disclosed
            .entitlement
            .as_ref()
            .map(|given| format!("{}; updates: {}", given.may.join(", "), given.updates)),
        Claim::Purpose => disclosed.purpose.clone(),
        Claim::Jurisdictions => disclosed.jurisdictions.as_ref().map(|places| places.join(", ")),
        Claim::PolicyVersion => disclosed.policy_version.map(|version| version.to_string()),
        Claim::AgreedAt => disclosed.agreed_at.map(|at| at.to_string()),
        Claim::Invoice => {
            json(disclosed.invoice.as_ref().and_then(|invoice| serde_json::to_value(invoice).ok()))
        }
    }
}

/// An amount whose currency was withheld: all currencies count in millionths.
fn decimal(micros: u64) -> String {
    let (whole, part) = (micros / 1_000_000, format!("{:06}", micros % 1_000_000));
    let part = part.trim_end_matches('0');
    format!("{whole}.{part:0<2}")
}

/// What a receipt that was accepted has passed. What does not hold is refused before it comes here.
pub(crate) fn verified(checked: &VerifiedReceipt) -> VerifiedShown {
    let holds = |sentence: String| Check { state: CheckState::Holds, sentence };
    let unknown = |sentence: &str| Check { state: CheckState::NotChecked, sentence: sentence.to_owned() };
    let ledger = match checked.ledger.iter().map(|(_, finding)| finding) {
        mut findings if findings.clone().next().is_none() => {
            let _nothing = findings.next();
            unknown("The receipt names no payment.")
        }
        mut findings => match findings.find(|finding| **finding != LedgerFinding::Proved) {
            None => holds(
                "The payment stands on the ledger and binds exactly these terms; nobody else can tell whose it is."
                    .to_owned(),
            ),
            Some(LedgerFinding::AgreementWithheld) => {
                unknown("The agreement was withheld, so the payment cannot be compared with it.")
            }
            Some(_) => unknown("The epoch of the payment is not mirrored here yet."),
        },
    };
    VerifiedShown {
        signatures: holds(
            "Signed by the seller and countersigned by the market, with the keys pinned here.".to_owned(),
        ),
        log: holds(format!("Entry {} of the market's log, under a signed checkpoint.", checked.index)),
        ledger,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_without_its_currency_is_still_an_amount() {
        let shown = |micros: u64| {
            let disclosed = Disclosed { amount: Some(micros), ..Disclosed::default() };
            value(&disclosed, Claim::Amount).unwrap_or_default()
        };
        assert_eq!(
            [shown(20_000_000), shown(1_250_001), shown(0), shown(500_000)],
            ["20.00", "1.250001", "0.00", "0.50"]
        );
    }
}
