//! Agreements and deliveries for tests of this room and of the rooms and doors around it.

use crate::{AcceptedAgreement, AcceptedBody, Mode, OrderRequest, Pay, PayAddress, PayFor, StatedDelivery};
use tacit_catalogue::testing::{listing, mail_key, seller_key};
use tacit_catalogue::{Listing, VersionOne};
use tacit_values::{Currency, Digest, Epoch, Money, OrderId, Origin, PersonaKey, Timestamp};

/// The listing that the orders here are for.
pub fn offer() -> Listing {
    listing(20)
}

/// The buyer's key of the orders here.
pub fn buyer_key() -> PersonaKey {
    PersonaKey::from_seed(&[0xb0; 32])
}

/// The arbiter's key.
pub fn arbiter_key() -> PersonaKey {
    PersonaKey::from_seed(&[0xa0; 32])
}

/// The seller's key.
pub fn seller() -> PersonaKey {
    seller_key()
}

/// The market of the orders here.
pub fn market() -> Origin {
    "https://market.example".parse().expect("an origin")
}

/// An address by its shape.
pub fn address(letter: char) -> PayAddress {
    format!("tacit1{}", letter.to_string().repeat(77)).parse().expect("a letter of bech32")
}

/// When the orders here are placed.
pub fn noon() -> Timestamp {
    Timestamp::from_secs(1_795_176_000)
}

/// A request for the offer, paid directly.
pub fn request() -> OrderRequest {
    let offer = offer();
    OrderRequest {
        v: VersionOne,
        market: market(),
        order: OrderId::from_bytes([7; 16]),
        listing: offer.id,
        offer_version: offer.version,
        manifest: offer.manifest,
        kind: offer.kind,
        mode: Mode::Direct,
        price: offer.price,
        fee: Money::zero(Currency::TestUsd),
        fee_version: 1,
        pool: Digest::of(b"pool"),
        refund_address: address('r'),
        buyer: buyer_key().persona(),
        seller: seller().persona(),
        arbiter: None,
        age_recipient: mail_key(),
        buyer_mail: mail_key(),
        licence: offer.licence,
        updates: offer.updates,
        purpose: None,
        jurisdictions: None,
        policy_version: None,
        deliver_within_s: 86_400,
        confirm_within_s: 7 * 86_400,
    }
}

/// The same, in escrow with a fee of a twentieth.
pub fn escrow_request() -> OrderRequest {
    let price = request().price.money();
    let fee = Money::from_micros(price.micros() / 20, price.currency()).expect("less than the price");
    OrderRequest { mode: Mode::Escrow, fee, arbiter: Some(arbiter_key().persona()), ..request() }
}

/// The payees that a request asks for.
pub fn pays(request: &OrderRequest) -> Vec<Pay> {
    let price = request.price.money();
    match request.mode {
        Mode::Direct => vec![Pay { what: PayFor::Payment, address: address('p'), amount: price }],
        Mode::Escrow => vec![
            Pay {
                what: PayFor::Payout,
                address: address('p'),
                amount: price.minus(request.fee).expect("the fee is part of the price"),
            },
            Pay { what: PayFor::Fee, address: address('f'), amount: request.fee },
        ],
    }
}

/// The epoch until which the orders here may be paid.
pub const PAY_BY: Epoch = Epoch(128);

/// The seller's answer to a request.
pub fn accepted(request: OrderRequest) -> AcceptedAgreement {
    let pays = pays(&request);
    request.accept(pays, PAY_BY, &seller()).expect("the request of this module is in order")
}

/// The letter with that answer.
pub fn accepted_body(request: OrderRequest) -> AcceptedBody {
    let AcceptedAgreement { agreement, seller_sig } = accepted(request);
    AcceptedBody { agreement, seller_sig, sd_jwt: "header.body.signature~".to_owned() }
}

/// A delivery by its facts.
pub fn delivery() -> StatedDelivery {
    StatedDelivery {
        statement: serde_json::json!({"sequence": 0}),
        header: vec![0x61; 168],
        header_digest: Digest::of(&[0x61; 168]),
        body: Digest::of(b"body"),
        sequence: 0,
    }
}
