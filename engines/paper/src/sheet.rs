//! The page: what stands where on the receipt.

use crate::paint::{BLACK, Face, GREY, Ink, PALE, Pen, Style, WHITE, style};
use crate::{HEIGHT, ReceiptView, WIDTH};
use tacit_evidence::receipt::{
    Claim, Disclosed, Entitlement, LedgerFinding, Moved, Outcome, VerifiedReceipt,
};
use tacit_values::Money;

const LEFT: f32 = 54.0;
const RIGHT: f32 = WIDTH - 54.0;
const FULL: f32 = RIGHT - LEFT;
const MIDDLE: f32 = LEFT + FULL / 2.0 + 10.0;
const HALF: f32 = FULL / 2.0 - 10.0;
const WITHHELD: &str = "withheld";

const BODY: Style = style(Face::Sans, 9.5, BLACK);
const STRONG: Style = style(Face::Bold, 9.5, BLACK);
const LABEL: Style = style(Face::Sans, 8.0, GREY);
const SMALL: Style = style(Face::Sans, 8.0, GREY);
const CODE: Style = style(Face::Mono, 7.3, BLACK);

/// Draws the whole page.
pub(crate) fn draw(view: &ReceiptView<'_>, pen: &mut Pen<'_, '_>) {
    let y = head(view.receipt, pen);
    let y = parties(view.receipt, pen, y);
    let y = numbers(view.receipt, pen, y);
    let y = sums(view, pen, y);
    terms(view, pen, y);
    proof(view.receipt, pen);
    foot(view, pen);
}

fn head(receipt: &VerifiedReceipt, pen: &mut Pen<'_, '_>) -> f32 {
    pen.block(0.0, 0.0, WIDTH, 6.0, BLACK);
    pen.text(LEFT, 66.0, style(Face::Bold, 25.0, BLACK), "Receipt");
    let market = market(receipt);
    let market = pen.fonts.cut(BODY, &market, FULL - 150.0);
    pen.text(LEFT, 84.0, style(Face::Sans, 9.5, GREY), &format!("for a sale at {market}"));

    let (word, ink) = status(receipt.outcome);
    let badge = style(Face::Bold, 10.0, WHITE);
    let width = pen.fonts.width(badge, word) + 24.0;
    pen.block(RIGHT - width, 48.0, width, 22.0, ink);
    pen.text(RIGHT - width + 12.0, 62.6, badge, word);
    if let Some(at) = receipt.disclosed().agreed_at {
        pen.text_to(RIGHT, 84.0, style(Face::Sans, 9.5, GREY), &at.date());
    }
    pen.rule(LEFT, 100.0, FULL);
    120.0
}

fn parties(receipt: &VerifiedReceipt, pen: &mut Pen<'_, '_>, y: f32) -> f32 {
    let invoice = receipt.disclosed().invoice.clone().unwrap_or_default();
    let seller = [invoice.seller, invoice.seller_tax.map(|number| format!("Tax number {number}"))];
    let buyer = [invoice.buyer, invoice.buyer_tax.map(|number| format!("Tax number {number}"))];
    let left = party(pen, LEFT, y, "SOLD BY", &seller, &receipt.signed.seller().to_string());
    let right = party(pen, MIDDLE, y, "SOLD TO", &buyer, &receipt.signed.buyer().to_string());
    left.max(right) + 8.0
}

fn party(pen: &mut Pen<'_, '_>, x: f32, y: f32, label: &str, words: &[Option<String>], key: &str) -> f32 {
    pen.text(x, y, LABEL, label);
    let mut y = y + 14.0;
    for text in words.iter().flatten() {
        let lines = pen.fonts.wrap(BODY, text, HALF, 3);
        y = pen.lines(x, y, BODY, 12.5, &lines);
    }
    let code = style(Face::Mono, 6.8, BLACK);
    let lines = pen.fonts.wrap(code, key, HALF, 2);
    pen.lines(x, y, code, 10.0, &lines)
}

fn numbers(receipt: &VerifiedReceipt, pen: &mut Pen<'_, '_>, y: f32) -> f32 {
    let shown = receipt.disclosed();
    let invoice = shown.invoice.clone().unwrap_or_default();
    let mut facts = vec![
        ("Receipt", shown.receipt.map(|id| id.to_string())),
        ("Order", shown.order.map(|id| id.to_string())),
        ("Agreed", shown.agreed_at.map(|at| at.to_string().replace('T', " ").replace('Z', " UTC"))),
        ("Signed", Some(receipt.signed.signed_at().to_string().replace('T', " ").replace('Z', " UTC"))),
    ];
    facts.extend(invoice.number.map(|number| ("Invoice number", Some(number))));
    facts.extend(invoice.reference.map(|reference| ("Buyer's reference", Some(reference))));
    pen.block(LEFT, y, FULL, 12.0 + 26.0 * facts.len().div_ceil(2) as f32, PALE);
    for (place, (label, value)) in facts.iter().enumerate() {
        let x = if place % 2 == 0 { LEFT + 12.0 } else { MIDDLE };
        let y = y + 16.0 + 26.0 * (place / 2) as f32;
        pen.text(x, y, LABEL, label);
        let ink = if value.is_some() { BLACK } else { GREY };
        let face = style(Face::Sans, 9.0, ink);
        let value = pen.fonts.cut(face, value.as_deref().unwrap_or(WITHHELD), HALF - 22.0);
        pen.text(x, y + 11.5, face, &value);
    }
    y + 12.0 + 26.0 * facts.len().div_ceil(2) as f32 + 28.0
}

fn sums(view: &ReceiptView<'_>, pen: &mut Pen<'_, '_>, y: f32) -> f32 {
    let shown = view.receipt.disclosed();
    pen.text(LEFT, y, LABEL, "ITEM");
    pen.text_to(RIGHT, y, LABEL, "AMOUNT");
    pen.rule(LEFT, y + 6.0, FULL);
    let mut y = y + 23.0;
    let price = money(shown.price());
    let item = match (view.title, &shown.kind) {
        (Some(title), _) => title.to_owned(),
        (None, Some(kind)) => format!("Data, sold as a {kind}"),
        (None, None) => "Data".to_owned(),
    };
    pen.text_to(RIGHT, y, BODY, &price);
    let lines = pen.fonts.wrap(STRONG, &item, FULL - 140.0, 2);
    y = pen.lines(LEFT, y, STRONG, 12.5, &lines);
    let listing = shown.listing.map_or(WITHHELD.to_owned(), |id| id.to_string());
    pen.text(LEFT, y, SMALL, &format!("Listing {listing}"));
    y += 11.5;
    let manifest = shown.manifest.map_or(WITHHELD.to_owned(), |digest| digest.to_string());
    pen.text(LEFT, y, SMALL, "Manifest");
    pen.text(LEFT + 40.0, y, style(Face::Mono, 7.3, GREY), &manifest);
    y += 12.0;
    pen.rule(LEFT, y, FULL);
    y += 16.0;

    if let Some(fee) = shown.fee_paid().filter(|fee| !fee.is_zero()) {
        pen.text(MIDDLE, y, BODY, "of which market fee");
        pen.text_to(RIGHT, y, BODY, &money(Some(fee)));
        y += 15.0;
    }
    let total = style(Face::Bold, 13.0, BLACK);
    pen.text(MIDDLE, y + 4.0, total, "Total");
    pen.text_to(RIGHT, y + 4.0, total, &price);
    if shown.currency.is_some() {
        let words = "tUSD is a test currency and worth nothing.";
        pen.text_to(RIGHT, y + 17.0, SMALL, words);
    }
    y + 42.0
}

fn terms(view: &ReceiptView<'_>, pen: &mut Pen<'_, '_>, y: f32) {
    let shown = view.receipt.disclosed();
    pen.text(LEFT, y, LABEL, "TERMS");
    pen.rule(LEFT, y + 6.0, FULL);
    let mut y = y + 22.0;
    for (label, text, lines) in terms_in_words(view, shown) {
        if y > 640.0 {
            pen.text(LEFT, y, SMALL, "Further terms stand in the attached receipt.json.");
            break;
        }
        let ink = if text == WITHHELD { GREY } else { BLACK };
        let face = style(Face::Sans, 9.0, ink);
        pen.text(LEFT, y, LABEL, label);
        let lines = pen.fonts.wrap(face, &text, FULL - 100.0, lines);
        y = pen.lines(LEFT + 100.0, y, face, 11.5, &lines) + 3.0;
    }
}

fn terms_in_words(view: &ReceiptView<'_>, shown: &Disclosed) -> Vec<(&'static str, String, usize)> {
    let or_withheld = |text: Option<String>| text.unwrap_or_else(|| WITHHELD.to_owned());
    let licence = shown.licence.as_ref().map(|licence| {
        let words = view.licence_in_words.map(|words| format!(": {words}")).unwrap_or_default();
        format!("{} (version {}){words}", licence.name, licence.version)
    });
    let mut terms = vec![
        ("Licence", or_withheld(licence), 4),
        ("The holder may", or_withheld(shown.entitlement.as_ref().map(entitlement)), 2),
    ];
    let payees = shown.payees.iter().flatten();
    let payees: Vec<String> = payees
        .map(|payee| {
            let amount = shown.currency.and_then(|currency| Money::from_micros(payee.amount, currency).ok());
            format!("{} {} to {}", payee.what, money(amount), payee.address)
        })
        .collect();
    terms.push(("Paid", or_withheld(shown.payees.is_some().then(|| payees.join("; "))), 3));
    terms.extend(shown.purpose.clone().map(|purpose| ("Purpose", purpose, 2)));
    terms.extend(shown.jurisdictions.as_ref().map(|regions| ("Jurisdictions", regions.join(", "), 2)));
    let policy = shown.policy_version.map(|version| ("Policy", format!("version {version}"), 1));
    terms.extend(policy);
    terms
}

fn entitlement(entitlement: &Entitlement) -> String {
    let mut text = entitlement.may.join(", ");
    match entitlement.uses {
        Some(1) => text.push_str(", once"),
        Some(uses) => text.push_str(&format!(", {uses} times")),
        None => {}
    }
    if let Some(until) = entitlement.until {
        text.push_str(&format!(", until {}", until.date()));
    }
    match entitlement.updates.as_str() {
        "none" => text + "; later versions are not included",
        "ever" => text + "; all later versions are included",
        date => format!("{text}; later versions until {date} are included"),
    }
}

fn proof(receipt: &VerifiedReceipt, pen: &mut Pen<'_, '_>) {
    let top = 668.0;
    pen.block(LEFT, top, FULL, 112.0, PALE);
    let digest = receipt.signed.digest().to_string();
    pen.block(LEFT + 10.0, top + 10.0, 92.0, 92.0, WHITE);
    pen.qr(LEFT + 15.0, top + 15.0, 82.0, &format!("urn:tacit:receipt:v1:{digest}"));
    let x = LEFT + 116.0;
    let width = FULL - 126.0;
    pen.text(x, top + 19.0, STRONG, "Verified when this page was made");
    let sentence = format!(
        "Signed by the seller, countersigned by the market as {}, and recorded in its public log at index {} of {} entries. {}",
        receipt.outcome,
        receipt.index,
        receipt.checkpoint.size(),
        ledger_in_words(receipt),
    );
    let face = style(Face::Sans, 8.3, BLACK);
    let lines = pen.fonts.wrap(face, &sentence, width, 4);
    let y = pen.lines(x, top + 32.0, face, 10.8, &lines) + 3.0;
    pen.text(x, y, LABEL, "Digest of the receipt");
    pen.text(x, y + 10.5, CODE, &digest);
    let check = "Check it yourself: save the attached receipt.json and run  tacit verify receipt.json";
    pen.text(x, y + 23.5, SMALL, check);
}

fn ledger_in_words(receipt: &VerifiedReceipt) -> String {
    let outcome = match receipt.outcome {
        Outcome::Closed => "The market does not see direct payments; it saw that the order was closed.",
        Outcome::Settled => "The escrow was released to the seller.",
        Outcome::Refunded => "The escrow went back to the buyer.",
        Outcome::Split => "The arbiter divided the escrow.",
        Outcome::Expired => "Nobody paid in time.",
    };
    let one = |(claim, finding): &(tacit_evidence::receipt::LedgerClaim, LedgerFinding)| {
        let what = match claim.what {
            Moved::Payment => "payment",
            Moved::Payout => "payout",
            Moved::Refund => "refund",
        };
        let found = match finding {
            LedgerFinding::Proved => "was found on the public ledger",
            LedgerFinding::NotAtHand => "is said to stand on the public ledger (not checked here)",
            LedgerFinding::AgreementWithheld => "is on the public ledger, its agreement withheld",
        };
        format!(" The {what} {found}, epoch {}.", claim.epoch)
    };
    receipt.ledger.iter().map(one).fold(outcome.to_owned(), |text, more| text + &more)
}

fn foot(view: &ReceiptView<'_>, pen: &mut Pen<'_, '_>) {
    let withheld: Vec<&str> = view.receipt.withheld().into_iter().map(Claim::name).collect();
    let mut text = "This page is a rendering; the attached receipt.json is the evidence.".to_owned();
    if view.title.is_some() || view.licence_in_words.is_some() {
        text.push_str(" Title and licence text come from the catalogue.");
    }
    if !withheld.is_empty() {
        text.push_str(&format!(" Withheld by the holder: {}.", withheld.join(", ")));
    }
    let lines = pen.fonts.wrap(SMALL, &text, FULL, 3);
    pen.lines(LEFT, HEIGHT - 44.0, SMALL, 10.0, &lines);
}

fn market(receipt: &VerifiedReceipt) -> String {
    let origin = receipt.checkpoint.checkpoint().origin.as_str();
    origin.strip_suffix("/log").unwrap_or(origin).to_owned()
}

fn money(amount: Option<Money>) -> String {
    amount.map_or(WITHHELD.to_owned(), |amount| format!("{amount} {}", amount.currency()))
}

fn status(outcome: Outcome) -> (&'static str, Ink) {
    match outcome {
        Outcome::Settled => ("SETTLED", (22, 120, 84)),
        Outcome::Closed => ("CLOSED", (22, 120, 84)),
        Outcome::Refunded => ("REFUNDED", (166, 95, 0)),
        Outcome::Split => ("SPLIT", (166, 95, 0)),
        Outcome::Expired => ("EXPIRED", (105, 113, 125)),
    }
}
