//! Fixtures for tests here and in other crates: a market with its keys, a sale and its receipt. Never in the binary.

use crate::beacon::BeaconKey;
use crate::log::{
    Leaf, LeafKind, LeafSalt, LogIndex, LogKey, LogName, LogSize, StoredHashes, append, leaf_hash,
    prove_inclusion,
};
use crate::receipt::{
    Countersignature, Entitlement, Invoice, LedgerClaim, LedgerFinding, LedgerRefused, LicenceGiven,
    LogPlace, MarketKeys, Moved, NoteOpening, Outcome, Payee, Receipt, ReceiptBody, SellerSigned,
    TermsOpening, sign_receipt,
};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use tacit_values::{
    Currency, Digest, Epoch, ListingId, Money, OrderId, Origin, PersonaKey, ReceiptId, Timestamp, base64url,
};

/// Chance that repeats itself.
pub fn chance(seed: u64) -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(seed)
}

/// A beacon key that everybody knows: drawing one takes seconds.
pub fn beacon_key() -> BeaconKey {
    let text = include_str!("../../../vectors/evidence/beacon-key.txt");
    let der = base64url::decode(text.trim()).expect("the test key is base64url");
    BeaconKey::from_pkcs8(&der).expect("the test key is a beacon key")
}

/// A market's keys.
pub struct Market {
    /// Its persona.
    pub countersign: PersonaKey,
    /// The key of its log.
    pub log: LogKey,
}

impl Market {
    /// The public halves.
    pub fn keys(&self) -> MarketKeys {
        MarketKeys { countersign: self.countersign.persona(), log: self.log.verifier() }
    }
}

/// The market at https://market.example.
pub fn market() -> Market {
    let origin: Origin = "https://market.example".parse().expect("a valid address");
    Market {
        countersign: PersonaKey::from_seed(&[10; 32]),
        log: LogKey::from_seed(LogName::of(&origin), &[11; 32]),
    }
}

/// A sale that is over.
#[derive(Debug, Clone)]
pub struct Sale {
    /// The seller's persona.
    pub seller: PersonaKey,
    /// The buyer's persona of this order.
    pub buyer: PersonaKey,
    /// The body.
    pub body: ReceiptBody,
    /// The body as the seller signed it.
    pub sd_jwt: String,
    /// The receipt.
    pub receipt: Receipt,
}

/// Sale number 1.
pub fn sale() -> Sale {
    Sale::number(1)
}

impl Sale {
    /// One of many sales, the same every time.
    pub fn number(number: u8) -> Self {
        Self::made(Self::plain_body(number), number)
    }

    /// The first sale with another body; seller and buyer stay.
    pub fn of(body: ReceiptBody) -> Self {
        Self::made(body, 1)
    }

    fn made(body: ReceiptBody, number: u8) -> Self {
        let (seller, buyer) = (PersonaKey::from_seed(&[20; 32]), PersonaKey::from_seed(&[number; 32]));
        let rng = &mut chance(u64::from(number));
        let sd_jwt = sign_receipt(&seller, &body, rng).expect("the fixture may be signed");
        let digest = SellerSigned::open(&sd_jwt).expect("the fixture is signed").digest();
        let salt = LeafSalt::random(rng);
        let leaf = Leaf::salted(LeafKind::OrderEnded, &salt, &digest).expect("orders stand under a salt");

        let index = LogIndex(3 + u64::from(number));
        let mut leaves: Vec<Vec<u8>> = (0..12_u8).map(|other| vec![0, other]).collect();
        leaves[usize::from(3 + number)] = leaf.to_bytes();
        let mut stored = StoredHashes::default();
        let appended = append(LogSize(0), &leaves, &stored).expect("a small log");
        stored.keep(&appended);
        let inclusion = prove_inclusion(index, appended.size, &stored).expect("the leaf is in the log");
        let place = (appended.size, &appended.root);
        inclusion.check(index, &leaf_hash(&leaf.to_bytes()), place.0, place.1).expect("the proof holds");

        let checkpoint = market().log.sign(appended.size, appended.root);
        let said = Countersignature::new(digest, Outcome::Closed, index, checkpoint.checkpoint());
        let log = LogPlace { index, salt, inclusion, checkpoint: checkpoint.note().to_owned() };
        let ledger = vec![payment(&body)];
        let receipt =
            Receipt { sd_jwt: sd_jwt.clone(), log, market: said.sign(&market().countersign), ledger };
        Self { seller, buyer, body, sd_jwt, receipt }
    }
}

fn body(seller: &PersonaKey, buyer: &PersonaKey, number: u8) -> ReceiptBody {
    let money = |text: &str| Money::parse(text, Currency::TestUsd).expect("a valid amount");
    let at: Timestamp = "2026-11-20T12:00:00Z".parse().expect("a valid time");
    ReceiptBody {
        seller: seller.persona(),
        buyer: buyer.persona(),
        signed_at: at,
        receipt: ReceiptId::from_bytes([number; 16]),
        order: OrderId::from_bytes([number + 1; 16]),
        listing: ListingId::from_bytes([40; 16]),
        manifest: Digest::of(b"manifest"),
        licence: LicenceGiven { name: "internal-use".to_owned(), version: 1 },
        kind: "file".to_owned(),
        price: money("20"),
        fee: money("0"),
        fee_version: 1,
        agreement: Digest::of(&[number]),
        payees: vec![Payee {
            what: "payment".to_owned(),
            address: "tacit1qexampleaddressoftheseller".to_owned(),
            amount: 20_000_000,
        }],
        entitlement: Entitlement {
            may: vec!["read".to_owned(), "analyse".to_owned()],
            updates: "none".to_owned(),
            uses: None,
            until: None,
        },
        purpose: Some("market research".to_owned()),
        jurisdictions: Some(vec!["DE".to_owned(), "US".to_owned()]),
        policy_version: Some(1),
        agreed_at: at,
        invoice: Some(Invoice {
            number: Some(format!("2026-{number:03}")),
            seller: Some("Example Data Ltd, 1 Harbour Street".to_owned()),
            reference: Some("PO 4711".to_owned()),
            ..Invoice::default()
        }),
    }
}

fn payment(body: &ReceiptBody) -> LedgerClaim {
    let r = *Digest::tagged("test", &[body.agreement.bytes()]).bytes();
    LedgerClaim {
        what: Moved::Payment,
        pool: Digest::of(b"pool"),
        epoch: Epoch(90),
        position: 17,
        r: TermsOpening::from_bytes(r),
        opening: Some(NoteOpening {
            address: body.payees[0].address.clone(),
            amount: body.price.micros(),
            rseed: [5; 32],
        }),
    }
}

/// A ledger that holds the payments of all sales of this module and nothing else.
pub fn ledger(claim: &LedgerClaim, agreement: &Digest) -> Result<LedgerFinding, LedgerRefused> {
    let known = (1..=4).map(Sale::plain_body).find(|body| body.agreement == *agreement);
    match known {
        Some(body) if payment(&body) == *claim => Ok(LedgerFinding::Proved),
        _ => Err(LedgerRefused),
    }
}

impl Sale {
    fn plain_body(number: u8) -> ReceiptBody {
        body(&PersonaKey::from_seed(&[20; 32]), &PersonaKey::from_seed(&[number; 32]), number)
    }
}
