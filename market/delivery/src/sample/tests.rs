use super::*;
use crate::testing::{Offer, bytes_of_hex, cases, cursor, hold, terms, vectors};
use crate::{FileKeyKept, Manifest, ManifestTerms};
use std::process::Command;

fn beacon() -> Digest {
    Digest::of(b"beacon")
}

fn offer_of(rows: u64, terms: &ManifestTerms) -> (Offer, Vec<u8>) {
    let lines = (0..rows).map(|row| format!("{row},name {row},{}\n", if row % 4 == 0 { "" } else { "x" }));
    let plaintext: String = std::iter::once("id,name,note\n".to_owned()).chain(lines).collect();
    (Offer::of(plaintext.as_bytes(), terms), plaintext.into_bytes())
}

fn sample_of(offer: &Offer, plaintext: &[u8]) -> Sample {
    open_sample(cursor(plaintext), offer.manifest(), &offer.sealed.file_key, &beacon()).unwrap()
}

#[test]
fn the_size_of_a_sample_follows_from_the_rows() {
    let sizes = [(0, 0), (9, 0), (10, 1), (999, 99), (1000, 100), (2000, 100), (2001, 101), (9180, 459)];
    for (rows, size) in sizes.into_iter().chain([(1 << 40, 459)]) {
        assert_eq!(sample_size(rows), size, "{rows} rows");
    }
}

#[test]
fn rows_are_drawn_once_each_within_the_file_and_anew_for_every_beacon() {
    let manifest = Digest::of(b"manifest");
    let drawn = sample_rows(&manifest, &beacon(), 1001);
    let distinct: HashSet<_> = drawn.iter().collect();
    assert_eq!((drawn.len(), distinct.len()), (100, 100));
    assert!(drawn.iter().all(|row| *row < 1001));
    assert_ne!(drawn, sample_rows(&manifest, &Digest::of(b"another"), 1001));
    assert_ne!(drawn, sample_rows(&Digest::of(b"another"), &beacon(), 1001));
}

#[test]
fn an_independent_script_draws_the_same_rows_and_finds_the_same_leaves() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../vectors/delivery");
    let run = |file: &std::path::Path| {
        Command::new("python3")
            .arg(format!("{folder}/check_sample.py"))
            .arg(file)
            .output()
            .expect("this test needs python3; install the package `python3`")
    };
    let good = run(&std::path::Path::new(folder).join("sample.json"));
    assert!(good.status.success(), "{}", String::from_utf8_lossy(&good.stderr));
    let mut changed = vectors("sample.json");
    changed["sample"]["rows"][0]["cells"][0]["value"] = "AAAA".into();
    let temporary = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(temporary.path(), changed.to_string()).unwrap();
    assert!(!run(temporary.path()).status.success());
}

#[test]
fn samples_of_the_vectors_count_or_are_refused_as_they_say() {
    let mut made = vectors("sample.json");
    let read = |value: &serde_json::Value| serde_json::from_value::<Sample>(value.clone());
    let manifest: Manifest = serde_json::from_value(made["manifest"].clone()).unwrap();
    let beacon: Digest = made["beacon"].as_str().unwrap().parse().unwrap();
    let key = FileKeyKept::from_bytes(bytes_of_hex(&made["file_key"]).try_into().unwrap());
    let sample = open_sample(cursor(&bytes_of_hex(&made["plaintext"])), &manifest, &key, &beacon).unwrap();
    let audited = verify_sample(&sample, &manifest, &beacon).unwrap();
    made["digest"] = manifest.digest().to_string().into();
    made["rows"] = serde_json::json!(sample_rows(&manifest.digest(), &beacon, manifest.rows));
    made["sample"] = serde_json::to_value(&sample).unwrap();
    made["profile"] = serde_json::to_value(audited.profile().unwrap()).unwrap();
    for case in cases(&mut made, "bad") {
        let refused = match read(&case["sample"]) {
            Ok(sample) => verify_sample(&sample, &manifest, &beacon).expect_err("a bad vector").to_string(),
            Err(_) => "not a sample".to_owned(),
        };
        case["refused"] = refused.into();
    }
    hold("sample.json", &made);
}

#[test]
fn the_rows_of_the_ground_are_visible() {
    let (offer, plaintext) = offer_of(1500, &terms("ground.csv"));
    let audited = verify_sample(&sample_of(&offer, &plaintext), offer.manifest(), &beacon()).unwrap();
    assert_eq!(audited.size(), 100);
    for row in audited.rows() {
        let AuditedCell::Open(name) = &row.cells[1] else { panic!("nothing is redacted") };
        assert_eq!(name.to_string(), format!("name {}", row.row));
    }
    let profile = audited.profile().unwrap();
    let [id, _, note] = profile.columns.as_slice() else { panic!("three columns") };
    let quantiles = id.quantiles.as_ref().unwrap();
    let numbers: Vec<u64> = quantiles.iter().map(|text| text.parse().unwrap()).collect();
    assert!(numbers.is_sorted(), "numbers in text are ordered as numbers: {numbers:?}");
    let empty = audited.rows().iter().filter(|row| row.row % 4 == 0).count() as u32;
    assert_eq!(note.empty_ppm, empty * 10_000);
}

#[test]
fn redacted_cells_stay_hidden_and_have_no_profile() {
    let mut terms = terms("redacted.csv");
    terms.redact.insert("name".to_owned());
    let (offer, plaintext) = offer_of(100, &terms);
    let sample = sample_of(&offer, &plaintext);
    let text = serde_json::to_string(&sample).unwrap();
    for row in &sample.rows {
        let hidden = base64url::encode(format!("name {}", row.row).as_bytes());
        assert!(!text.contains(&hidden));
        assert!(matches!(row.cells[1], SampleCell::Closed(_)));
    }
    let audited = verify_sample(&sample, offer.manifest(), &beacon()).unwrap();
    let shown: Vec<_> = audited.profile().unwrap().columns.iter().map(|column| column.name.clone()).collect();
    assert_eq!(shown, ["id", "note"]);
}

#[test]
fn a_file_with_all_columns_redacted_proves_nothing_and_shows_no_profile() {
    let terms = ManifestTerms { redact_all: true, ..terms("personal.csv") };
    let (offer, plaintext) = offer_of(100, &terms);
    let audited = verify_sample(&sample_of(&offer, &plaintext), offer.manifest(), &beacon()).unwrap();
    assert!(audited.proves_nothing() && offer.manifest().all_redacted());
    assert_eq!(audited.profile(), None);
}

#[test]
fn a_short_file_and_a_plain_file_have_no_sample() {
    let (offer, plaintext) = offer_of(9, &terms("short.csv"));
    let sample = sample_of(&offer, &plaintext);
    assert!(sample.rows.is_empty());
    assert!(verify_sample(&sample, offer.manifest(), &beacon()).unwrap().proves_nothing());
    let plain = Offer::of(&[7; 100_000], &terms("plain.bin"));
    let sample = sample_of(&plain, &[7; 100_000]);
    assert!(verify_sample(&sample, plain.manifest(), &beacon()).unwrap().profile().is_none());
}

#[test]
fn another_file_or_another_key_opens_no_sample() {
    let (offer, plaintext) = offer_of(100, &terms("file.csv"));
    let (other, _) = offer_of(100, &terms("file.csv"));
    let refused = open_sample(cursor(&plaintext), offer.manifest(), &other.sealed.file_key, &beacon());
    assert!(matches!(refused, Err(SampleNotOpened::Changed)));
    let mut changed = plaintext.clone();
    *changed.iter_mut().rfind(|byte| **byte == b'x').unwrap() = b'y';
    let refused = open_sample(cursor(&changed), offer.manifest(), &offer.sealed.file_key, &beacon());
    assert!(matches!(refused, Err(SampleNotOpened::Changed)));
}

#[test]
fn a_sample_for_another_beacon_is_refused() {
    let (offer, plaintext) = offer_of(100, &terms("file.csv"));
    let sample = sample_of(&offer, &plaintext);
    let refused = verify_sample(&sample, offer.manifest(), &Digest::of(b"a luckier beacon"));
    assert_eq!(refused, Err(SampleRefused::OtherRows));
}
