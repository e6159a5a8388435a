//! Letters between strangers: what is sealed, what is inside, and what the inside says about an order.
//!
//! The bytes are a sealed letter of one of its three sizes, or else the inside of one; who seals a letter may write
//! anything into it, so an inside is addressed and signed again before it is checked.

use crate::Reached;
use crate::vectors::{bytes as decoded, cases, holder, json, read, stranger, vector, vectors};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::sync::LazyLock;
use tacit_delivery::{Complaint, Header, SignedStatement};
use tacit_relay::{Kind, LETTER_SIZES, Letter, LetterBox, MailKey, Received, SignedLetter, open_letter};
use tacit_trade::{AcceptedBody, OrderRequest, PaidBody, Refusal, StatedDelivery};
use tacit_values::Persona;

/// The reader of the vectors.
static READER: LazyLock<(MailKey, Persona)> = LazyLock::new(|| {
    let page = vector("relay/letters.json");
    let secret = decoded(&page["mail_key"]).try_into().expect("32 bytes");
    (MailKey::from_bytes(&secret), read(&page["me"]))
});

pub(crate) fn run(bytes: &[u8]) -> Reached {
    let (key, me) = &*READER;
    if LETTER_SIZES.contains(&bytes.len())
        && let Ok(letter) = open_letter(key, bytes, me)
    {
        return look_at(&letter);
    }
    let Ok(inside) = serde_json::from_slice::<SignedLetter>(bytes) else { return Reached::Nothing };
    let sender = stranger();
    let letter = Letter { from: sender.persona(), to: *me, ..inside.letter };
    let Ok(signed) = letter.sign(&sender) else { return Reached::Read };
    match signed.check(me) {
        Ok(letter) => look_at(&letter),
        Err(_) => Reached::Read,
    }
}

/// What a desk does with a letter that opened.
fn look_at(letter: &Letter) -> Reached {
    let mut letters = LetterBox::default();
    assert_eq!(letters.receive(letter), Received::New);
    if letter.kind != Kind::ToSelf {
        assert_eq!(LetterBox::with(letters.entries()).receive(letter), Received::Again);
    }
    let understood = match letter.kind {
        Kind::Order => said::<OrderRequest>(letter).map(|request| request.check().is_ok()),
        Kind::Accepted => said::<AcceptedBody>(letter).map(|body| accepted(&body)),
        Kind::Refusal => said::<Refusal>(letter).map(|refusal| !refusal.to_string().is_empty()),
        Kind::Paid => said::<PaidBody>(letter).map(|paid| paid.payment() == paid.payment()),
        Kind::Delivery => said::<StatedDelivery>(letter).map(|stated| delivered(&stated)),
        Kind::Complaint => {
            said::<Complaint>(letter).map(|complaint| Header::parse(&complaint.header).is_ok())
        }
        // Read as plain JSON, by nobody or by the desk that wrote it.
        _ => Some(true),
    };
    match understood {
        Some(true) => Reached::Believed,
        _ => Reached::Read,
    }
}

/// The body as what a letter of its kind holds. What can be read can be written.
fn said<T: Serialize + DeserializeOwned>(letter: &Letter) -> Option<T> {
    let body: T = serde_json::from_value(letter.body.clone()).ok()?;
    let written = serde_json::to_value(&body).expect("what was read can be written");
    let again: T = serde_json::from_value(written.clone()).expect("what was written can be read");
    assert_eq!(serde_json::to_value(&again).ok(), Some(written), "what was read reads back");
    Some(body)
}

fn accepted(body: &AcceptedBody) -> bool {
    let (seller, buyer) = (stranger(), holder());
    let mut agreement = body.agreement.clone();
    (agreement.seller, agreement.buyer) = (seller.persona(), buyer.persona());
    let Ok(seller_sig) = agreement.sign(&seller) else { return false };
    let accepted = AcceptedBody { agreement, seller_sig, sd_jwt: body.sd_jwt.clone() }.accepted();
    let _ = tacit_evidence::receipt::SellerSigned::open(&body.sd_jwt);
    let Ok(terms) = accepted.check() else { return false };
    let signed = accepted.countersign(&buyer).expect("accepted terms can be signed by their buyer");
    assert_eq!(signed.check(), Ok(terms));
    true
}

fn delivered(stated: &StatedDelivery) -> bool {
    let statement = serde_json::from_value::<SignedStatement>(stated.statement.clone());
    Header::parse(&stated.header).is_ok() && statement.is_ok()
}

pub(crate) fn seeds() -> Vec<Vec<u8>> {
    let page = vector("relay/letters.json");
    let sealed = cases(&page, "cases").chain(cases(&page, "kinds")).map(|case| decoded(&case["sealed"]));
    let me = READER.1;
    let bodies = bodies().into_iter().map(|(kind, body)| {
        let from = stranger().persona();
        let letter = Letter {
            v: 1,
            from,
            to: me,
            kind,
            order: read(&page["letter"]["order"]),
            seq: 3,
            reply_to: Some(2),
            checkpoint: Some("market.example/log".to_owned()),
            body,
        };
        let signed = letter.sign(&stranger()).expect("no large numbers");
        serde_json::to_vec(&signed).expect("a letter is JSON")
    });
    sealed.chain(bodies).chain([json(&page["of_an_unknown_kind"])]).collect()
}

/// A body of each kind that the rooms know.
fn bodies() -> Vec<(Kind, serde_json::Value)> {
    let header = vector("delivery/header.json")["good"][0].clone();
    let bytes = header["header"].as_str().expect("a header is text").as_bytes();
    let header = Header::parse(bytes).expect("a good vector");
    let mut all = vec![(Kind::Refusal, serde_json::json!({"reason": "declined"}))];
    for signed in vectors("trade", "agreement-") {
        let signed: tacit_trade::SignedAgreement = read(&signed["document"]);
        let agreement = &signed.agreement;
        let body = AcceptedBody {
            agreement: agreement.clone(),
            seller_sig: signed.seller_sig,
            sd_jwt: "e30.e30.AA~".to_owned(),
        };
        let agreed = tacit_delivery::AgreedDelivery {
            order: agreement.order,
            seller: agreement.seller,
            manifest: agreement.manifest,
            body: agreement.manifest,
        };
        let stated = tacit_delivery::state_delivery(&agreed, &header, 0).sign(&stranger());
        let delivery = StatedDelivery {
            statement: serde_json::to_value(&stated).expect("a statement is JSON"),
            header: header.bytes().to_vec(),
            header_digest: header.sha256(),
            body: agreed.body,
            sequence: 0,
        };
        let complaint = Complaint {
            v: 1,
            order: agreement.order,
            statement: stated,
            header: header.bytes().to_vec(),
            identity: tacit_delivery::ShownIdentity(tacit_delivery::OrderIdentity::from_bytes([0x22; 32])),
            fault: tacit_delivery::DeliveryFault::Block { block: 3 },
            before: Some(tacit_delivery::BlockBefore { first_row: 2048, offset: 70_000 }),
        };
        let payment = tacit_trade::ProofOfPayment {
            pool: agreement.pool,
            epoch: agreement.pay_by,
            position: 17,
            r: tacit_trade::TagOpening::from_bytes([9; 32]),
        };
        let paid = PaidBody::new(&payment, signed.buyer_sig);
        all.extend([
            (Kind::Order, value(&OrderRequest::from(agreement))),
            (Kind::Accepted, value(&body)),
            (Kind::Paid, value(&paid)),
            (Kind::Delivery, value(&delivery)),
            (Kind::Complaint, value(&complaint)),
        ]);
    }
    all
}

fn value(body: &impl Serialize) -> serde_json::Value {
    serde_json::to_value(body).expect("a body is JSON")
}
