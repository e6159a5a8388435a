//! From a listing to the terms of one order, and from the agreed terms to the receipt's body.
//!
//! Both desks use this file: the buyer's makes the request, the seller's the receipt, and the buyer's checks that the
//! receipt says what was agreed.

use crate::OpenDesk;
use crate::refusal::Refusal;
use tacit_catalogue::{Listing, Updates};
use tacit_evidence::receipt::{Entitlement, LicenceGiven, Payee, ReceiptBody, SellerSigned};
use tacit_settlement::{Address, Pool};
use tacit_trade::{AcceptedAgreement, Agreement, Mode, OrderRequest, Pay, PayAddress, PayFor};
use tacit_values::{Digest, Epoch, Money, OrderId, ReceiptId, Timestamp};

/// Seconds that a seller's desk has for the delivery after the payment's last epoch: three days, so that a laptop that is
/// closed over a weekend still delivers.
const DELIVER_WITHIN_S: u64 = 3 * 86_400;
/// Seconds that a buyer has to confirm: two weeks.
const CONFIRM_WITHIN_S: u64 = 14 * 86_400;
/// A payment has at least this many epochs to land.
const EPOCHS_TO_PAY: u64 = 64;

/// What a buyer asks for: the listing's terms as they stand, a fresh persona, fresh addresses.
pub(crate) fn request(
    desk: &OpenDesk,
    order: OrderId,
    listing: &Listing,
    pool: &Pool,
    fee_version: u32,
) -> OrderRequest {
    let buyer = desk.keyring().order_persona(order).persona();
    let buyer_mail = desk.keyring().mail_key(&buyer).recipient().to_string();
    let age_recipient = desk.keyring().order_identity(order).recipient().to_string();
    OrderRequest {
        v: tacit_catalogue::VersionOne,
        market: desk.settings().market.clone(),
        order,
        listing: listing.id,
        offer_version: listing.version,
        manifest: listing.manifest,
        kind: listing.kind,
        mode: Mode::Direct,
        price: listing.price,
        fee: Money::zero(listing.price.currency()),
        fee_version,
        pool: Digest::from_bytes(*pool.pool.bytes()),
        refund_address: pay_address(&desk.wallet().refund_address(pool.pool, &order)),
        buyer,
        seller: listing.seller,
        arbiter: None,
        age_recipient: age_recipient.parse().expect("an order's recipient is an age recipient"),
        buyer_mail: buyer_mail.parse().expect("a mail key's recipient is an age recipient"),
        licence: listing.licence,
        updates: listing.updates,
        purpose: None,
        jurisdictions: None,
        policy_version: None,
        deliver_within_s: DELIVER_WITHIN_S,
        confirm_within_s: CONFIRM_WITHIN_S,
    }
}

/// Whom a direct order pays: the seller's address of this order alone.
pub(crate) fn pays(desk: &OpenDesk, request: &OrderRequest, pool: &Pool) -> Vec<Pay> {
    let address = desk.wallet().order_address(pool.pool, &request.order);
    vec![Pay { what: PayFor::Payment, address: pay_address(&address), amount: request.price.money() }]
}

/// The last epoch in which the payment may land.
pub(crate) fn pay_by(pool: &Pool, now: Timestamp) -> Epoch {
    pool.epoch_at(now).expiry_at_least(EPOCHS_TO_PAY)
}

/// The receipt's body for an agreement that the seller is about to sign.
pub(crate) fn receipt_body(
    accepted: &AcceptedAgreement,
    receipt: ReceiptId,
    now: Timestamp,
) -> Result<ReceiptBody, Refusal> {
    let terms = &accepted.agreement;
    let agreement = terms.terms_hash().map_err(|refused| damaged(&refused.to_string()))?;
    Ok(ReceiptBody {
        seller: terms.seller,
        buyer: terms.buyer,
        signed_at: Timestamp::from_secs(now.secs()),
        receipt,
        order: terms.order,
        listing: terms.listing,
        manifest: terms.manifest,
        licence: LicenceGiven { name: terms.licence.code().to_owned(), version: 1 },
        kind: terms.kind.code().to_owned(),
        price: terms.price.money(),
        fee: terms.fee,
        fee_version: terms.fee_version.into(),
        agreement,
        payees: terms.pays.iter().map(payee).collect(),
        entitlement: Entitlement {
            may: vec!["read".to_owned(), "analyse".to_owned()],
            updates: updates(terms),
            uses: None,
            until: None,
        },
        purpose: terms.purpose.clone(),
        jurisdictions: terms.jurisdictions.clone(),
        policy_version: terms.policy_version.map(u64::from),
        agreed_at: Timestamp::from_secs(now.secs()),
        invoice: None,
    })
}

/// Whether the seller's receipt says what was agreed; a seller who signs something else is not paid.
pub(crate) fn check_receipt(sd_jwt: &str, accepted: &AcceptedAgreement) -> Result<ReceiptBody, Refusal> {
    let wrong = || {
        Refusal::new(
            "untrue-receipt",
            "the seller's receipt does not say what was agreed",
            "Nothing was paid. Order again, or choose another seller.",
        )
    };
    let body = SellerSigned::open(sd_jwt).ok().and_then(|signed| signed.body()).ok_or_else(wrong)?;
    let expected = receipt_body(accepted, body.receipt, body.agreed_at)?;
    let expected = ReceiptBody { signed_at: body.signed_at, invoice: body.invoice.clone(), ..expected };
    if body == expected { Ok(body) } else { Err(wrong()) }
}

fn payee(pay: &Pay) -> Payee {
    let what = match pay.what {
        PayFor::Payment => "seller",
        PayFor::Payout => "payout",
        PayFor::Fee => "fee",
    };
    Payee { what: what.to_owned(), address: pay.address.as_str().to_owned(), amount: pay.amount.micros() }
}

fn updates(terms: &Agreement) -> String {
    match serde_json::to_value(terms.updates) {
        Ok(serde_json::Value::String(text)) => text,
        _ => Updates::None.to_string(),
    }
}

/// The address as agreements write it.
pub(crate) fn pay_address(address: &Address) -> PayAddress {
    address.to_string().parse().expect("an address of a pool has the form that agreements ask for")
}

/// The address as the wallet reads it.
pub(crate) fn wallet_address(address: &PayAddress) -> Result<Address, Refusal> {
    address.as_str().parse().map_err(|_| damaged("its payee has no address of this ledger"))
}

fn damaged(why: &str) -> Refusal {
    Refusal::new(
        "bad-agreement",
        format!("the agreement cannot be used: {why}"),
        "Nothing was paid. Order again.",
    )
}
