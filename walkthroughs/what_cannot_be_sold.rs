//! What a seller cannot sell, and where a buyer cannot put a file: said in a sentence, with nothing lost.

#![expect(clippy::unwrap_used, reason = "a walkthrough that cannot take its step has failed")]

mod street;

use arrow::array::{ArrayRef, ListArray, RecordBatch};
use arrow::datatypes::Int32Type;
use parquet::arrow::ArrowWriter;
use std::io::Write;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use street::gate::{Gate, Side};
use street::{Person, Proofs, Refused, Rows, Street, answer, refusal};

const GOOD_TABLE: &[u8] = b"city,bikes\nGent,12\nBrugge,7\nAalst,9\n";

fn offers<'a>(file: &'a Path, title: &'a str) -> Vec<&'a str> {
    let file = file.to_str().unwrap();
    vec!["sell", file, "--title", title, "--price", "20", "--licence", "CC-BY-4.0", "--category", "transport"]
}

fn says(refused: &Refused, code: &str, words: &[&str]) {
    assert_eq!(refused.code, code, "{refused:?}");
    assert!(!refused.next.is_empty(), "no remedy: {refused:?}");
    for word in words {
        assert!(refused.error.contains(word), "`{word}` is missing: {refused:?}");
    }
}

/// Nothing of the refused attempts is left: no listing, no order, no half file in the desk's folder.
fn has_nothing_begun(person: &Person) {
    assert_eq!(person.does(&["listings"])["listings"].as_array().unwrap().len(), 0);
    let left: Vec<_> = std::fs::read_dir(person.home().join("work")).unwrap().collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn a_file_that_is_not_a_table_says_where() {
    let street = Street::open(Proofs::Assumed, Rows::Sqlite);
    let wren = street.person("wren");
    let refused = |name: &str, content: &[u8]| {
        let file = street.file(name, content);
        wren.is_refused(&offers(&file, "Bicycles"))
    };
    let ragged = refused("ragged.csv", b"city,bikes\nGent,12\nBrugge,7,8\n");
    says(&ragged, "unreadable-file", &["line 3", "3 fields", "has 2"]);
    let twice = refused("twice.csv", b"city,bikes,city\nGent,12,Gent\n");
    says(&twice, "unreadable-file", &["`city`", "rename"]);
    let open = refused("open.csv", b"city,bikes\n\"Gent,12\n");
    says(&open, "unreadable-file", &["line 2", "never closed"]);
    let latin = refused("latin.csv", b"city,bikes\nGen\xe8ve,12\n");
    says(&latin, "unreadable-file", &["line 2", "UTF-8"]);
    let lines = refused("broken.ndjson", b"{\"city\":\"Gent\"}\n{\"city\":\n{\"city\":\"Aalst\"}\n");
    says(&lines, "unreadable-file", &["line 2"]);
    let list = refused("list.ndjson", b"{\"city\":\"Gent\"}\n[1,2]\n");
    says(&list, "unreadable-file", &["line 2", "one object per line"]);
    let keys = refused("keys.ndjson", b"{\"city\":\"Gent\",\"city\":\"Aalst\"}\n");
    says(&keys, "unreadable-file", &["line 1", "twice"]);

    // A Parquet file cut off in its middle, one whose footer lies, and one that is none.
    let whole = std::fs::read(Street::example("flights-2013-01.parquet")).unwrap();
    says(&refused("cut.parquet", &whole[..whole.len() / 2]), "unreadable-file", &["Parquet"]);
    let mut lying = whole.clone();
    let footer = lying.len() - 200;
    lying[footer..footer + 64].fill(0xff);
    says(&refused("lying.parquet", &lying), "unreadable-file", &["Parquet"]);

    has_nothing_begun(&wren);
    let good = street.file("good.csv", GOOD_TABLE);
    assert_eq!(wren.does(&offers(&good, "Bicycles"))["rows"], 3);
}

/// A table in Parquet with a list in every cell.
fn nested_table() -> Vec<u8> {
    let lists = ListArray::from_iter_primitive::<Int32Type, _, _>((0..40).map(|row| Some([Some(row), None])));
    let batch = RecordBatch::try_from_iter([("stops", Arc::new(lists) as ArrayRef)]).unwrap();
    let mut file = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut file, batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    file
}

#[test]
fn nested_columns_are_sold_as_a_plain_file_and_the_seller_is_told() {
    let street = Street::open(Proofs::Assumed, Rows::Sqlite);
    let wren = street.person("wren");
    let file = street.file("lines.parquet", &nested_table());
    let sold = wren.does(&offers(&file, "Bus lines"));
    assert_eq!(sold["plain_because"], "it has nested columns");
    assert_eq!((&sold["rows"], &sold["sample_rows"]), (&0.into(), &0.into()));
    // Columns cannot be closed where there are none.
    let redacting = [&offers(&file, "Bus lines again")[..], &["--redact", "stops"]].concat();
    says(&wren.is_refused(&redacting), "unreadable-file", &["`stops`"]);
}

#[test]
fn a_listing_without_its_parts_is_refused_before_the_file_is_read() {
    let street = Street::open(Proofs::Assumed, Rows::Sqlite);
    let wren = street.person("wren");
    let file = street.file("bicycles.csv", GOOD_TABLE);
    let whole = offers(&file, "Bicycles");
    for (option, field) in
        [("--title", "title"), ("--price", "price"), ("--licence", "licence"), ("--category", "category")]
    {
        let at = whole.iter().position(|word| *word == option).unwrap();
        let mut lacking = whole.clone();
        lacking.drain(at..at + 2);
        says(&wren.is_refused(&lacking), "not-cleared", &[field]);
    }
    let with = |more: &[&'static str]| wren.is_refused(&[&whole[..], more].concat());
    says(&with(&["--updates", "whenever"]), "not-cleared", &["updates"]);
    says(&with(&["--preset", "everything"]), "not-cleared", &["preset", "aggregates"]);
    says(&with(&["--redact", "keeper"]), "unreadable-file", &["`keeper`"]);
    has_nothing_begun(&wren);
    assert_eq!(wren.does(&whole)["rows"], 3);
}

#[test]
fn what_is_not_one_quiet_file_is_not_sealed() {
    let street = Street::open(Proofs::Assumed, Rows::Sqlite);
    let wren = street.person("wren");
    says(&wren.is_refused(&offers(street.path(), "A folder")), "no-file", &["folder"]);
    let pipe = street.path().join("pipe.csv");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    says(&wren.is_refused(&offers(&pipe, "A pipe")), "no-file", &["pipe"]);
    let dangling = street.path().join("dangling.csv");
    std::os::unix::fs::symlink(street.path().join("nowhere"), &dangling).unwrap();
    says(&wren.is_refused(&offers(&dangling, "Nothing")), "no-file", &["dangling.csv", "cannot be read"]);

    // Somebody writes to the file all the while.
    let busy = street.file("busy.csv", b"city,bikes\n");
    std::fs::write(&busy, [&b"city,bikes\n"[..], &b"Gent,12\n".repeat(40_000)].concat()).unwrap();
    let writing = Arc::new(AtomicBool::new(true));
    let writer = std::thread::spawn({
        let (busy, writing) = (busy.clone(), writing.clone());
        move || {
            let mut file = std::fs::OpenOptions::new().append(true).open(busy).unwrap();
            while writing.load(Ordering::Relaxed) {
                file.write_all(b"Aalst,9\n").unwrap();
                std::thread::sleep(Duration::from_millis(1));
            }
        }
    });
    let refused = wren.is_refused(&offers(&busy, "A busy file"));
    writing.store(false, Ordering::Relaxed);
    writer.join().unwrap();
    says(&refused, "file-changed", &["changed while it was being sealed"]);
    has_nothing_begun(&wren);
}

#[test]
fn a_file_that_changes_or_goes_before_its_sample_is_opened_is_not_listed() {
    let street = Street::open(Proofs::Assumed, Rows::Sqlite);
    let gate = Gate::before(street.origin());
    let wren = street.stranger("wren");
    wren.does(&["init", "--market", street.origin(), "--proxy", &gate.proxy(), "--no-passphrase"]);
    let rows: String = (0..400).map(|row| format!("station {row},{}\n", row % 31)).collect();
    let file = street.file("stations.csv", format!("station,bikes\n{rows}").as_bytes());
    let words = offers(&file, "Bicycles by station");

    // Sealed and uploaded; while the manifest is being logged, somebody edits the file.
    let while_logged = |happens: &dyn Fn()| {
        gate.stops(|method, path| method != "GET" && path.contains("/manifests"));
        let selling = wren.begins(&words);
        loop {
            let standing = gate.awaits();
            let logged = standing.side == Side::After;
            if logged {
                happens();
                gate.opens();
                standing.passes();
                break;
            }
            standing.passes();
        }
        selling.wait_with_output().unwrap()
    };
    let edited = format!("station,bikes\n{}", rows.replace(",3\n", ",4\n"));
    let sold = while_logged(&|| std::fs::write(&file, &edited).unwrap());
    says(&refusal("wren", &sold), "file-changed", &["not what was sealed"]);
    has_nothing_begun(&wren);

    // The file vanishes at the same moment: the listing stands as begun, and goes on when the file is back.
    let sold = while_logged(&|| std::fs::remove_file(&file).unwrap());
    says(&refusal("wren", &sold), "no-file", &["stations.csv"]);
    assert_eq!(wren.does(&["listings"])["listings"][0]["state"], "begun");
    says(&wren.is_refused(&words), "no-file", &["stations.csv"]);
    std::fs::write(&file, &edited).unwrap();
    assert_eq!(wren.does(&words)["rows"], 400);
    let listings = wren.does(&["listings"]);
    assert_eq!(listings["listings"].as_array().unwrap().len(), 1, "{listings}");
    assert_eq!(listings["listings"][0]["state"], "live");
}

#[test]
fn nothing_of_the_buyers_is_written_over_and_nothing_is_paid_for_a_place_that_cannot_be_written() {
    let street = Street::open(Proofs::Assumed, Rows::Sqlite);
    let gate = Gate::before(street.origin());
    let wren = street.person("wren");
    let jay = street.stranger("jay");
    jay.does(&["init", "--market", street.origin(), "--proxy", &gate.proxy(), "--no-passphrase"]);
    let file = street.file("bicycles.csv", GOOD_TABLE);
    let listing = wren.does(&offers(&file, "Bicycles"))["listing"].as_str().unwrap().to_owned();
    street.mint(&jay.address(), "100");
    let _desk = wren.leaves_the_desk_running();
    for _ in 0..200 {
        if jay.does(&["wallet"])["balance"] == "100.00" {
            break;
        }
        std::thread::sleep(Duration::from_millis(100));
    }

    let mine = street.file("mine.csv", b"my own notes");
    let buys = |out: &'static str| street.path().join(out).to_str().unwrap().to_owned();
    let taken = jay.is_refused(&["buy", &listing, "--yes", "--out", &buys("mine.csv")]);
    says(&taken, "file-exists", &["mine.csv"]);
    let below_a_file = jay.is_refused(&["buy", &listing, "--yes", "--out", &buys("mine.csv/copy.csv")]);
    says(&below_a_file, "not-written", &["mine.csv/copy.csv"]);
    assert_eq!(jay.does(&["orders"])["orders"].as_array().unwrap().len(), 0, "nothing was ordered");
    assert_eq!(jay.does(&["wallet"])["balance"], "100.00");

    // The place is taken while the order is under way: the payment is not lost, the file goes elsewhere.
    gate.stops(|method, path| method == "GET" && path.contains("/bodies/"));
    let copy = buys("copy.csv");
    let buying = jay.begins(&["buy", &listing, "--yes", "--out", &copy, "--wait", "60"]);
    let downloading = gate.awaits();
    std::fs::write(&copy, b"somebody else's").unwrap();
    gate.opens();
    downloading.passes();
    says(&refusal("jay", &buying.wait_with_output().unwrap()), "file-exists", &["copy.csv"]);
    assert_eq!(std::fs::read(&copy).unwrap(), b"somebody else's");
    assert_eq!(std::fs::read(&mine).unwrap(), b"my own notes");
    let order = jay.does(&["orders"])["orders"][0]["order"].as_str().unwrap().to_owned();
    says(&jay.is_refused(&["orders", "resume", &order, "--wait", "30"]), "file-exists", &["copy.csv"]);
    let elsewhere = buys("elsewhere.csv");
    let resumed = jay.command(&["orders", "resume", &order, "--out", &elsewhere, "--wait", "30"]);
    let bought = answer("jay", { resumed }.output().unwrap());
    assert_eq!(bought["order"], order.as_str());
    assert_eq!(std::fs::read(&elsewhere).unwrap(), GOOD_TABLE);
    assert_eq!(jay.does(&["wallet"])["balance"], "80.00");

    // Exports do not write over anything either.
    let (sealed, key) = (buys("mine.csv"), buys("key.txt"));
    let exported = jay.is_refused(&["orders", "show", &order, "--sealed", &sealed, "--identity", &key]);
    says(&exported, "file-exists", &["mine.csv"]);
    assert_eq!(std::fs::read(&mine).unwrap(), b"my own notes");
}
