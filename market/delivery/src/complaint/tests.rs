use super::*;
use crate::testing::{Offer, buyer, cursor, seller, terms};
use crate::{FileKeyKept, Header, issue_header, state_delivery};
use tacit_values::{Digest, PersonaKey};

/// A sale that was delivered, and the complaint that its buyer could write.
struct Case {
    offer: Offer,
    agreed: AgreedDelivery,
    complaint: Complaint,
}

fn persona() -> PersonaKey {
    PersonaKey::from_seed(&[1; 32])
}

fn case(fault: DeliveryFault) -> Case {
    let offer = Offer::of(b"a,b\n1,2\n3,4\n", &terms("small.csv"));
    let header = offer.header();
    delivered(offer, &header, fault)
}

fn delivered(offer: Offer, header: &Header, fault: DeliveryFault) -> Case {
    let agreed = AgreedDelivery {
        order: OrderId::from_bytes([4; 16]),
        seller: persona().persona(),
        manifest: offer.manifest().digest(),
        body: offer.manifest().body,
    };
    let complaint = Complaint {
        v: 1,
        order: agreed.order,
        statement: state_delivery(&agreed, header, 0).sign(&persona()),
        header: header.bytes().to_vec(),
        identity: ShownIdentity(buyer()),
        fault,
        before: None,
    };
    Case { offer, agreed, complaint }
}

fn decide(case: &Case) -> Verdict {
    let found = Found {
        agreed: &case.agreed,
        recipient: &buyer().recipient(),
        manifest: case.offer.manifest(),
        blocks: &case.offer.built.blocks,
    };
    judge(&case.complaint, &found, cursor(&case.offer.body), tempfile::tempfile().unwrap()).unwrap()
}

fn every_fault() -> [DeliveryFault; 6] {
    [
        DeliveryFault::Statement,
        DeliveryFault::Header,
        DeliveryFault::Chunk { chunk: 0 },
        DeliveryFault::Block { block: 0 },
        DeliveryFault::Schema { breaches: 1, rows: 2 },
        DeliveryFault::Plaintext,
    ]
}

#[test]
fn no_kind_of_complaint_convicts_an_honest_seller() {
    for fault in every_fault() {
        assert_eq!(decide(&case(fault.clone())), Verdict::Unfounded, "{fault}");
    }
}

#[test]
fn a_buyer_who_makes_a_header_or_shows_a_foreign_identity_is_refused() {
    for fault in every_fault() {
        let mut own_header = case(fault.clone());
        let key = FileKeyKept::from_bytes([9; 16]);
        own_header.complaint.header = issue_header(&key, &buyer().recipient()).unwrap().bytes().to_vec();
        assert_eq!(decide(&own_header), Verdict::NotThisOrder, "{fault}");
        let mut foreign = case(fault.clone());
        foreign.complaint.identity = ShownIdentity(seller());
        assert_eq!(decide(&foreign), Verdict::NotThisOrder, "{fault}");
        let mut own_statement = case(fault.clone());
        let statement = own_statement.complaint.statement.statement.clone();
        own_statement.complaint.statement = statement.sign(&PersonaKey::from_seed(&[2; 32]));
        assert_eq!(decide(&own_statement), Verdict::NotThisOrder, "{fault}");
    }
}

#[test]
fn a_statement_about_another_manifest_or_body_is_confirmed() {
    for pick in [0, 1] {
        let mut case = case(DeliveryFault::Statement);
        let mut statement = case.complaint.statement.statement.clone();
        let other = Digest::of(b"another");
        *[&mut statement.manifest, &mut statement.body][pick] = other;
        case.complaint.statement = statement.sign(&persona());
        assert_eq!(decide(&case), Verdict::Confirmed(DeliveryFault::Statement));
    }
}

#[test]
fn a_header_that_does_not_open_is_confirmed() {
    let offer = Offer::of(b"a,b\n1,2\n", &terms("small.csv"));
    let header = issue_header(&offer.sealed.file_key, &seller().recipient()).unwrap();
    let case = delivered(offer, &header, DeliveryFault::Header);
    assert_eq!(decide(&case), Verdict::Confirmed(DeliveryFault::Header));
}

#[test]
fn a_key_that_does_not_open_the_body_is_confirmed() {
    let offer = Offer::of(b"a,b\n1,2\n", &terms("small.csv"));
    let header = issue_header(&FileKeyKept::from_bytes([9; 16]), &buyer().recipient()).unwrap();
    let fault = DeliveryFault::Chunk { chunk: 0 };
    assert_eq!(decide(&delivered(offer, &header, fault.clone())), Verdict::Confirmed(fault));
}

#[test]
fn a_wrong_block_a_breach_and_a_wrong_whole_are_confirmed() {
    let promised = b"a,b\n1,2\n3,4\n";
    let mut wrong = Offer::of(promised, &terms("small.csv"));
    let (sealed, body) = crate::testing::sealed(b"a,b\n1,2\n3,5\n");
    wrong.built = crate::manifest::manifest_of_other_file(cursor(promised), &sealed, &terms("small.csv"));
    (wrong.sealed, wrong.body) = (sealed, body);
    let mut breach = Offer::of(b"a,b\n1,\n3,4\n", &terms("small.csv"));
    breach.built.manifest.schema[1].nullable = false;
    let mut whole = Offer::of(promised, &terms("small.csv"));
    whole.built.manifest.plaintext = Digest::of(b"another");
    for (offer, fault) in [
        (wrong, DeliveryFault::Block { block: 0 }),
        (breach, DeliveryFault::Schema { breaches: 1, rows: 2 }),
        (whole, DeliveryFault::Plaintext),
    ] {
        let header = offer.header();
        assert_eq!(decide(&delivered(offer, &header, fault.clone())), Verdict::Confirmed(fault));
    }
}

#[test]
fn a_complaint_reads_back_and_does_not_print_the_key() {
    let complaint = case(DeliveryFault::Chunk { chunk: 3 }).complaint;
    assert!(!format!("{complaint:?}").contains("SECRET"));
    let json = serde_json::to_value(&complaint).unwrap();
    assert_eq!(json["fault"], serde_json::json!({"kind": "chunk", "chunk": 3}));
    let again: Complaint = serde_json::from_value(json.clone()).unwrap();
    assert_eq!(serde_json::to_value(again).unwrap(), json);
}
