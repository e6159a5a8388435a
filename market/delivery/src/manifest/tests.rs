use super::*;
use crate::manifest::build::manifest_of;
use crate::seal::Measure;
use crate::testing::{Offer, bytes_of_hex, cases, cursor, hex, hold, sealed, terms, vectors};
use crate::{FileKeyKept, open_sample, verify_sample};
use proptest::prelude::*;

fn measure(bytes: &[u8]) -> Measure {
    Measure { sha256: Digest::of(bytes), bytes: bytes.len() as u64 }
}

#[test]
fn manifests_of_the_vectors_are_built_again_byte_by_byte() {
    let mut made = vectors("manifest.json");
    for case in cases(&mut made, "good") {
        let plaintext = bytes_of_hex(&case["plaintext"]);
        let key = FileKeyKept::from_bytes(bytes_of_hex(&case["file_key"]).try_into().unwrap());
        let known: Manifest = serde_json::from_value(case["manifest"].clone()).unwrap();
        let names = |list: &str| {
            let list = case[list].as_array().unwrap().iter();
            list.map(|name| name.as_str().unwrap().to_owned()).collect()
        };
        let terms = ManifestTerms {
            name: known.name.clone(),
            media_type: known.media_type.clone(),
            redact: names("redact"),
            redact_all: false,
            filled: names("filled"),
            breach_ppm: known.breach_ppm,
        };
        let built = manifest_of(cursor(&plaintext), &key, measure(&plaintext), known.body, &terms).unwrap();
        case["manifest"] = serde_json::to_value(&built.manifest).unwrap();
        case["blocks"] = hex(&built.blocks.bytes()).into();
        case["digest"] = built.manifest.digest().to_string().into();
    }
    for case in cases(&mut made, "bad") {
        let refused = match serde_json::from_value::<Manifest>(case["manifest"].clone()) {
            Ok(manifest) => manifest.well_formed().expect_err("a bad vector").to_string(),
            Err(_) => "not a manifest".to_owned(),
        };
        case["refused"] = refused.into();
    }
    hold("manifest.json", &made);
}

#[test]
fn a_manifest_counts_with_its_sellers_signature_only() {
    let offer = Offer::of(b"a,b\n1,2\n", &terms("small.csv"));
    let seller = PersonaKey::from_seed(&[1; 32]);
    let mut signed = offer.manifest().clone().sign(&seller);
    assert_eq!(signed.verify(&seller.persona()).unwrap(), offer.manifest());
    let stranger = PersonaKey::from_seed(&[2; 32]).persona();
    assert_eq!(signed.verify(&stranger), Err(ManifestRefused::Signature));
    signed.manifest.breach_ppm = 1000;
    assert_eq!(signed.verify(&seller.persona()), Err(ManifestRefused::Signature));
}

#[test]
fn column_names_that_speak_to_a_terminal_are_refused_when_sealing_and_when_checking() {
    for name in ["\u{1b}[2Jtotal", "to\u{9b}31mtal", "\u{202e}latot"] {
        let csv = format!("{name},b\n1,2\n");
        let key = FileKeyKept::from_bytes([7; 16]);
        let terms = terms("small.csv");
        let built =
            manifest_of(cursor(csv.as_bytes()), &key, measure(csv.as_bytes()), Digest::of(b""), &terms);
        assert!(built.unwrap_err().to_string().contains("do not print"), "{name:?}");
        let mut manifest = Offer::of(b"a,b\n1,2\n", &terms).manifest().clone();
        manifest.schema[0].name = name.to_owned();
        assert_eq!(manifest.well_formed(), Err(ManifestRefused::Schema), "{name:?}");
    }
}

#[test]
fn a_schema_says_what_was_seen() {
    let text = "{\"a\":1,\"b\":null,\"c\":\"x\",\"d\":1}\n{\"a\":2.5,\"b\":true,\"c\":4,\"d\":2}\n";
    let offer = Offer::of(text.as_bytes(), &terms("seen.ndjson"));
    let schema: Vec<_> =
        offer.manifest().schema.iter().map(|column| (column.kind, column.nullable)).collect();
    use crate::ColumnType::{Boolean, Integer, Mixed, Number};
    assert_eq!(schema, [(Number, false), (Boolean, true), (Mixed, false), (Integer, false)]);
    let csv = Offer::of(b"a,b\n1,\n2,x\n", &terms("seen.csv"));
    let nullable: Vec<_> = csv.manifest().schema.iter().map(|column| column.nullable).collect();
    assert_eq!(nullable, [false, true]);
}

#[test]
fn a_promise_that_the_file_breaks_is_noticed_before_it_is_signed() {
    let plaintext = b"a,b\n1,\n2,x\n3,y\n4,z\n";
    let (sealed, _) = sealed(plaintext);
    let mut terms = terms("promise.csv");
    terms.filled.insert("b".to_owned());
    let build = |terms: &ManifestTerms| build_manifest(cursor(plaintext), &sealed, terms);
    assert!(matches!(build(&terms), Err(NoManifest::Breaches { breaches: 1, rows: 4 })));
    terms.breach_ppm = 250_000;
    assert!(!build(&terms).unwrap().manifest.schema[1].nullable);
    terms.redact.insert("c".to_owned());
    assert!(matches!(build(&terms), Err(NoManifest::NoSuchColumn { name }) if name == "c"));
}

#[test]
fn an_empty_file_and_a_file_that_changed_have_no_manifest() {
    let (nothing, _) = sealed(b"");
    let refused = build_manifest(cursor(b""), &nothing, &terms("empty.csv")).unwrap_err();
    assert_eq!(refused.to_string(), "the file is empty; there is nothing to sell");
    let (sealed, _) = sealed(b"a\n1\n");
    let refused = build_manifest(cursor(b"a\n1\n2\n"), &sealed, &terms("changed.csv")).unwrap_err();
    assert!(matches!(refused, NoManifest::Changed));
    let refused = build_manifest(cursor(b"a\n2\n"), &sealed, &terms("changed.csv")).unwrap_err();
    assert!(matches!(refused, NoManifest::Changed));
}

#[test]
fn the_list_of_blocks_is_the_manifests_or_refused() {
    let offer = Offer::of(&vec![1; 200_000], &terms("noise.bin"));
    let bytes = offer.built.blocks.bytes();
    assert_eq!(BlockLeaves::parse(&bytes, offer.manifest()).unwrap(), offer.built.blocks);
    assert_eq!(BlockLeaves::parse(&bytes[..96], offer.manifest()), Err(NotTheBlocks));
    let mut lying = offer.manifest().clone();
    lying.blocks_root = Digest::of(b"other");
    assert_eq!(BlockLeaves::parse(&bytes, &lying), Err(NotTheBlocks));
}

fn table() -> impl Strategy<Value = (usize, Vec<Vec<String>>)> {
    (1usize..4).prop_flat_map(|width| {
        let rows = prop::collection::vec(prop::collection::vec("[a-z\",\n]{0,3}", width), 1..160);
        (Just(width), rows)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_table_is_promised_sampled_delivered_and_checked((width, rows) in table(), redact in any::<bool>()) {
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record((0..width).map(|place| format!("c{place}"))).unwrap();
        for row in &rows {
            writer.write_record(row).unwrap();
        }
        let plaintext = writer.into_inner().unwrap();
        let mut terms = terms("any.csv");
        if redact {
            terms.redact.insert("c0".to_owned());
        }
        let offer = Offer::of(&plaintext, &terms);
        let beacon = Digest::of(b"beacon");
        let sample = open_sample(cursor(&plaintext), offer.manifest(), &offer.sealed.file_key, &beacon).unwrap();
        let audited = verify_sample(&sample, offer.manifest(), &beacon).unwrap();
        prop_assert_eq!(audited.size(), crate::sample_size(rows.len() as u64));
        prop_assert_eq!(audited.breaches(), 0);
        for row in audited.rows() {
            for (place, cell) in row.cells.iter().enumerate() {
                match cell {
                    crate::AuditedCell::Open(cell) => prop_assert_eq!(&cell.to_string(), &rows[row.row as usize][place]),
                    crate::AuditedCell::Redacted => prop_assert!(redact && place == 0),
                }
            }
        }
        let (checked, opened) = offer.deliver();
        prop_assert_eq!(checked.unwrap().rows, rows.len() as u64);
        prop_assert_eq!(opened, plaintext);
    }
}
