use super::*;
use crate::manifest::ManifestTerms;
use crate::manifest::manifest_of_other_file;
use crate::testing::{Offer, buyer, cursor, parquet_file, seller, terms};
use crate::{PARQUET, issue_header};
use arrow::array::{Int64Array, StringArray};
use std::io::Read;
use std::sync::Arc;

fn csv(rows: u64) -> Vec<u8> {
    let lines = (0..rows).map(|row| format!("{row},{}\n", row * 3));
    std::iter::once("id,value\n".to_owned()).chain(lines).collect::<String>().into_bytes()
}

fn ndjson(rows: u64) -> Vec<u8> {
    (0..rows).map(|row| format!("{{\"id\":{row},\"value\":{}}}\n", row * 3)).collect::<String>().into_bytes()
}

fn parquet(rows: i64) -> Vec<u8> {
    let ids = Int64Array::from((0..rows).collect::<Vec<_>>());
    let words = StringArray::from((0..rows).map(|row| format!("w{}", row % 7)).collect::<Vec<_>>());
    parquet_file(vec![("id", Arc::new(ids)), ("word", Arc::new(words))], 1000)
}

/// A seller who promises one file and seals another.
fn cheat(promised: &[u8], sealed: &[u8], terms: &ManifestTerms) -> Offer {
    let mut offer = Offer::of(promised, terms);
    let (other, body) = crate::testing::sealed(sealed);
    offer.built = manifest_of_other_file(cursor(promised), &other, terms);
    (offer.sealed, offer.body) = (other, body);
    offer
}

fn fault(offer: &Offer) -> DeliveryFault {
    match offer.deliver().0.expect_err("a bad delivery") {
        CheckFailed::Fault(fault) => fault,
        CheckFailed::NotChecked(why) => panic!("accuses nobody: {why}"),
    }
}

/// What the arbiter finds about one block.
fn arbiter(offer: &Offer, block: u64, before: Option<BlockBefore>) -> Result<(), CheckFailed> {
    let header = offer.header();
    let delivered = Delivered {
        header: header.bytes(),
        identity: &buyer(),
        manifest: offer.manifest(),
        blocks: &offer.built.blocks,
    };
    let mut body = cursor(&offer.body);
    body.set_position(77);
    check_block(&delivered, body, block, before)
}

#[test]
fn an_honest_delivery_is_checked_in_every_format() {
    for (name, file, rows) in [
        ("a.csv", csv(2500), 2500),
        ("a.ndjson", ndjson(2500), 2500),
        ("a.parquet", parquet(2500), 2500),
        ("a.bin", csv(20_000), 0),
        ("head.csv", b"only,a,header".to_vec(), 0),
    ] {
        let offer = Offer::of(&file, &terms(name));
        let (checked, opened) = offer.deliver();
        let checked = checked.unwrap();
        assert_eq!((checked.rows, checked.breaches), (rows, 0), "{name}");
        assert_eq!(checked.blocks, offer.built.blocks.len(), "{name}");
        assert_eq!(opened, file, "{name}");
    }
}

#[test]
fn a_damaged_download_accuses_nobody() {
    let mut offer = Offer::of(&csv(2500), &terms("a.csv"));
    let whole = offer.body.clone();
    for body in [&whole[..whole.len() - 5], &whole[..3], &[whole.as_slice(), b"more"].concat()] {
        offer.body = body.to_vec();
        assert!(matches!(offer.deliver().0, Err(CheckFailed::NotChecked(NotChecked::Damaged))));
    }
    offer.body = whole;
    offer.body[100] ^= 1;
    assert!(matches!(offer.deliver().0, Err(CheckFailed::NotChecked(NotChecked::Damaged))));
}

#[test]
fn a_header_for_somebody_else_is_a_fault() {
    let offer = Offer::of(&csv(20), &terms("a.csv"));
    let header = issue_header(&offer.sealed.file_key, &seller().recipient()).unwrap();
    let identity = buyer();
    let check = |header: &[u8]| {
        let (manifest, blocks) = (offer.manifest(), &offer.built.blocks);
        let delivered = Delivered { header, identity: &identity, manifest, blocks };
        check_delivery(&delivered, offer.body.as_slice(), tempfile::tempfile().unwrap())
    };
    for header in [header.bytes().as_slice(), b"garbage", b""] {
        assert!(matches!(check(header), Err(CheckFailed::Fault(DeliveryFault::Header))));
    }
}

#[test]
fn a_body_that_the_delivered_key_does_not_open_is_a_fault() {
    let mut offer = Offer::of(&csv(40_000), &terms("a.csv"));
    offer.sealed.file_key = crate::testing::sealed(b"other").0.file_key;
    assert_eq!(fault(&offer), DeliveryFault::Chunk { chunk: 0 });
    // A chunk that the seller spoilt, under the body digest that the seller promised.
    let mut offer = Offer::of(&csv(40_000), &terms("a.csv"));
    offer.body[16 + 3 * 65_552 + 9] ^= 1;
    offer.built.manifest.body = tacit_values::Digest::of(&offer.body);
    assert_eq!(fault(&offer), DeliveryFault::Chunk { chunk: 3 });
}

#[test]
fn a_file_that_is_not_the_promised_one_is_a_fault_in_the_block_where_it_begins() {
    let promised = csv(3000);
    let text = String::from_utf8(promised.clone()).unwrap();
    let changed = text.replace("\n2000,6000\n", "\n2000,6001\n");
    let offer = cheat(&promised, changed.as_bytes(), &terms("a.csv"));
    assert_eq!(fault(&offer), DeliveryFault::Block { block: 1 });
    let ragged = text.replace("\n1500,4500\n", "\n1500\n");
    assert_eq!(
        fault(&cheat(&promised, ragged.as_bytes(), &terms("a.csv"))),
        DeliveryFault::Block { block: 1 }
    );
    let short = cheat(&promised, &csv(2048), &terms("a.csv"));
    assert_eq!(fault(&short), DeliveryFault::Block { block: 2 });
    let long = cheat(&csv(2048), &promised, &terms("a.csv"));
    assert_eq!(fault(&long), DeliveryFault::Block { block: 2 });
    let garbage = cheat(&promised, &[0xff; 5000], &terms("a.csv"));
    assert_eq!(fault(&garbage), DeliveryFault::Block { block: 0 });
    let plain = cheat(&[1; 200_000], &[[1; 100_000], [2; 100_000]].concat(), &terms("a.bin"));
    assert_eq!(fault(&plain), DeliveryFault::Block { block: 1 });
    let parquet = cheat(&parquet(2500), b"no parquet at all", &terms("a.parquet"));
    assert_eq!(fault(&parquet), DeliveryFault::Block { block: 3 });
}

#[test]
fn a_breach_above_the_declared_rate_is_a_fault() {
    let plaintext = b"a,b\n1,\n2,x\n3,y\n4,z\n";
    let mut offer = Offer::of(plaintext, &terms("a.csv"));
    offer.built.manifest.schema[1].nullable = false;
    assert_eq!(fault(&offer), DeliveryFault::Schema { breaches: 1, rows: 4 });
    offer.built.manifest.breach_ppm = 250_000;
    assert_eq!(offer.deliver().0.unwrap().breaches, 1);
    let mut offer = Offer::of(b"{\"a\":1}\n{\"a\":\"x\"}\n", &terms("a.ndjson"));
    offer.built.manifest.schema[0].kind = crate::ColumnType::Integer;
    assert_eq!(fault(&offer), DeliveryFault::Schema { breaches: 1, rows: 2 });
}

#[test]
fn a_manifest_that_contradicts_its_own_blocks_is_a_fault() {
    let mut offer = Offer::of(&csv(20), &terms("a.csv"));
    offer.built.manifest.row_root = tacit_values::Digest::of(b"other rows");
    assert_eq!(fault(&offer), DeliveryFault::Plaintext);
    let mut offer = Offer::of(&csv(20), &terms("a.csv"));
    offer.built.manifest.plaintext = tacit_values::Digest::of(b"another file");
    assert_eq!(fault(&offer), DeliveryFault::Plaintext);
}

#[test]
fn the_arbiter_confirms_one_wrong_block_without_the_others() {
    let promised = csv(3000);
    let changed = String::from_utf8(promised.clone()).unwrap().replace("\n2000,6000\n", "\n2000,6001\n");
    let offer = cheat(&promised, changed.as_bytes(), &terms("a.csv"));
    let before = Some(BlockBefore { first_row: 0, offset: 0 });
    let found = arbiter(&offer, 1, before).unwrap_err();
    assert!(matches!(found, CheckFailed::Fault(DeliveryFault::Block { block: 1 })));
    arbiter(&offer, 0, None).unwrap();
    let offer = cheat(&[1; 200_000], &[[1; 100_000], [2; 100_000]].concat(), &terms("a.bin"));
    arbiter(&offer, 0, None).unwrap();
    for block in [1, 2, 3] {
        assert!(matches!(arbiter(&offer, block, None), Err(CheckFailed::Fault(_))));
    }
    let long = cheat(&csv(2048), &promised, &terms("a.csv"));
    let found = arbiter(&long, 2, None).unwrap_err();
    assert!(matches!(found, CheckFailed::Fault(DeliveryFault::Block { block: 2 })));
    let garbage = cheat(&parquet(2500), b"no parquet at all", &terms("a.parquet"));
    assert!(matches!(arbiter(&garbage, 0, None), Err(CheckFailed::Fault(_))));
}

#[test]
fn an_honest_seller_is_not_convicted_by_a_buyer_who_shifts_the_window() {
    for (name, file) in [("a.csv", csv(3000)), ("a.ndjson", ndjson(3000))] {
        let offer = Offer::of(&file, &terms(name));
        let first: usize = file
            .split_inclusive(|byte| *byte == b'\n')
            .take(match name {
                "a.csv" => 1025,
                _ => 1024,
            })
            .map(<[u8]>::len)
            .sum();
        let honest = BlockBefore { first_row: 1024, offset: first as u64 };
        arbiter(&offer, 2, Some(honest)).unwrap();
        for shifted in [
            BlockBefore { offset: honest.offset + 1, ..honest },
            BlockBefore { offset: 0, ..honest },
            BlockBefore { offset: u64::MAX / 2, ..honest },
            BlockBefore { first_row: 1023, ..honest },
        ] {
            let found = arbiter(&offer, 2, Some(shifted)).unwrap_err();
            assert!(matches!(found, CheckFailed::NotChecked(NotChecked::NoBeginning)), "{found}");
        }
        assert!(matches!(arbiter(&offer, 2, None), Err(CheckFailed::NotChecked(NotChecked::NoBeginning))));
        arbiter(&offer, 0, Some(honest)).unwrap();
        arbiter(&offer, 3, Some(honest)).unwrap();
    }
    let offer = Offer::of(&parquet(2500), &terms("a.parquet"));
    assert_eq!((offer.manifest().media_type.as_str(), offer.built.blocks.len()), (PARQUET, 4));
    for block in 0..5 {
        arbiter(&offer, block, None).unwrap();
    }
}

/// A body whose source breaks off.
struct Broken(std::io::Cursor<Vec<u8>>);

impl Read for Broken {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        match self.0.position() {
            0..50_000 => self.0.read(buffer),
            _ => Err(std::io::ErrorKind::ConnectionReset.into()),
        }
    }
}

#[test]
fn a_source_that_breaks_off_accuses_nobody() {
    let offer = Offer::of(&csv(40_000), &terms("a.csv"));
    let header = offer.header();
    let (identity, manifest, blocks) = (buyer(), offer.manifest(), &offer.built.blocks);
    let delivered = Delivered { header: header.bytes(), identity: &identity, manifest, blocks };
    let broken = Broken(cursor(&offer.body));
    let found = check_delivery(&delivered, broken, tempfile::tempfile().unwrap()).unwrap_err();
    assert!(matches!(found, CheckFailed::NotChecked(NotChecked::Body(_))), "{found}");
}
