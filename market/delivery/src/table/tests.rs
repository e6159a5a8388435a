use super::*;
use crate::testing::{bytes_of_hex, cases, cursor, hex, hold, parquet_file, vectors};
use crate::{CSV, NDJSON, PARQUET};
use ::csv as csv_crate;
use arrow::array::{Int64Array, ListArray, StringArray};
use arrow::datatypes::Int32Type;
use proptest::prelude::*;
use std::sync::Arc;

type Cells = Vec<Vec<Vec<u8>>>;

/// All rows and blocks; checks that the blocks cover the file without gap and with the right digests.
fn read_all(bytes: &[u8], media_type: &str) -> Result<(Vec<String>, Cells, Vec<Block>), Unreadable> {
    let mut table = Table::inspect(cursor(bytes), media_type)?.table;
    let names = table.columns().iter().map(|column| column.name.clone()).collect();
    let (rows, blocks) = steps(&mut table)?;
    let mut end = 0;
    for (block, number) in blocks.iter().zip(0..) {
        assert_eq!((block.number, block.offset), (number, end));
        end += block.length;
        assert_eq!(block.sha256, Digest::of(&bytes[block.offset as usize..end as usize]));
    }
    assert_eq!(end, bytes.len() as u64, "the blocks cover the file");
    Ok((names, rows, blocks))
}

fn steps<P: Plaintext>(table: &mut Table<P>) -> Result<(Cells, Vec<Block>), Unreadable> {
    let (mut rows, mut blocks) = (Vec::new(), Vec::new());
    loop {
        match table.step()? {
            Step::Row { row, .. } => rows.push(row.cells().map(<[u8]>::to_vec).collect()),
            Step::Block(block) => blocks.push(block),
            Step::End => return Ok((rows, blocks)),
        }
    }
}

fn file_of(case: &serde_json::Value) -> Vec<u8> {
    match case.get("text") {
        Some(text) => text.as_str().unwrap().as_bytes().to_vec(),
        None => bytes_of_hex(&case["hex"]),
    }
}

#[test]
fn cells_of_the_vectors_are_canonical_in_all_three_formats() {
    let mut made = vectors("cells.json");
    for case in cases(&mut made, "good") {
        let (names, rows, _) = read_all(&file_of(case), case["media_type"].as_str().unwrap()).unwrap();
        let rows: Vec<Vec<String>> =
            rows.iter().map(|row| row.iter().map(|cell| hex(cell)).collect()).collect();
        case["columns"] = serde_json::json!(names);
        case["rows"] = serde_json::json!(rows);
    }
    for case in cases(&mut made, "bad") {
        let refused =
            read_all(&file_of(case), case["media_type"].as_str().unwrap()).expect_err("a bad vector");
        case["refused"] = refused.to_string().into();
    }
    hold("cells.json", &made);
}

#[test]
fn a_block_of_lines_has_1024_rows_and_ends_with_its_last_line() {
    for (ending, media_type) in [("\n", CSV), ("\r\n", CSV), ("\n", NDJSON)] {
        let line = |row: u64| match media_type {
            CSV => format!("{row},\"a{ending}b\"{ending}"),
            _ => format!("{{\"n\":{row}}}{ending}"),
        };
        let head = if media_type == CSV { format!("n,text{ending}") } else { String::new() };
        for (rows, expected) in [(1023, 1), (1024, 1), (1025, 2), (2050, 3)] {
            let text: String = head.clone() + &(0..rows).map(line).collect::<String>() + ending + ending;
            let (_, cells, blocks) = read_all(text.as_bytes(), media_type).unwrap();
            assert_eq!((cells.len() as u64, blocks.len()), (rows, expected));
            let last = blocks.last().unwrap();
            assert_eq!(last.first_row + last.rows, rows);
            if expected > 1 {
                let first: String = head.clone() + &(0..1024).map(line).collect::<String>();
                assert_eq!(blocks[0].length, first.len() as u64);
            }
        }
    }
}

#[test]
fn a_table_can_be_read_from_any_block_on() {
    let csv: String =
        std::iter::once("n\n".to_owned()).chain((0..3000).map(|row| format!("{row}\n"))).collect();
    let ndjson: String = (0..3000).map(|row| format!("{{\"n\":{row}}}\n")).collect();
    let numbers = Int64Array::from((0..3000).collect::<Vec<_>>());
    let parquet = parquet_file(vec![("n", Arc::new(numbers))], 1000);
    for (file, media_type) in [(csv.as_bytes(), CSV), (ndjson.as_bytes(), NDJSON), (&parquet, PARQUET)] {
        let mut table = Table::inspect(cursor(file), media_type).unwrap().table;
        let (columns, layout) = (table.columns().to_vec(), table.layout());
        let (rows, blocks) = steps(&mut table).unwrap();
        for block in &blocks {
            let start = BlockStart { number: block.number, first_row: block.first_row, offset: block.offset };
            let mut later = Table::from_block(cursor(file), layout, &columns, start).unwrap();
            let (found, ends) = steps(&mut later).unwrap();
            assert_eq!(found, rows[block.first_row as usize..], "{media_type} {}", block.number);
            assert_eq!(ends, blocks[block.number as usize..]);
        }
    }
}

#[test]
fn a_plain_file_has_blocks_of_64_kib_and_no_rows() {
    let file = vec![7; 150_000];
    let (names, rows, blocks) = read_all(&file, "application/octet-stream").unwrap();
    assert!(names.is_empty() && rows.is_empty());
    assert_eq!(blocks.iter().map(|block| block.length).collect::<Vec<_>>(), [65_536, 65_536, 18_928]);
    assert_eq!(blocks[2].first_row, 2);
}

#[test]
fn a_parquet_file_has_a_block_per_row_group_and_one_for_the_footer() {
    let words = StringArray::from((0..250).map(|row| Some(format!("w{row}"))).collect::<Vec<_>>());
    let file = parquet_file(vec![("word", Arc::new(words))], 100);
    let (_, rows, blocks) = read_all(&file, PARQUET).unwrap();
    assert_eq!(rows[249], [b"\x01w249".to_vec()]);
    assert_eq!(blocks.iter().map(|block| block.rows).collect::<Vec<_>>(), [100, 100, 50, 0]);
    assert_eq!(blocks[3].first_row, 250);
}

#[test]
fn nested_parquet_is_sealed_as_a_plain_file() {
    let lists = ListArray::from_iter_primitive::<Int32Type, _, _>([Some([Some(1), Some(2)])]);
    let file = parquet_file(vec![("list", Arc::new(lists))], 100);
    let inspected = Table::inspect(cursor(&file), PARQUET).unwrap();
    assert_eq!(inspected.table.layout(), Layout::Plain);
    assert_eq!(inspected.plain_because.as_deref(), Some("it has nested columns"));
}

#[test]
fn broken_parquet_is_refused_wherever_it_is_broken() {
    let numbers = Int64Array::from((0..500).collect::<Vec<_>>());
    let file = parquet_file(vec![("n", Arc::new(numbers))], 200);
    let refused = |bytes: &[u8]| match read_all(bytes, PARQUET) {
        Err(refused) => assert!(!matches!(refused, Unreadable::Io(_)), "{refused}"),
        // A byte that no cell depends on; its block has another digest.
        Ok((_, rows, _)) => assert_eq!(rows.len(), 500),
    };
    assert!(read_all(&file[..file.len() - 1], PARQUET).is_err());
    assert!(read_all(b"PAR1", PARQUET).is_err());
    assert!(read_all(b"n\n1\n", PARQUET).is_err());
    for at in (0..file.len()).step_by(7) {
        let mut bytes = file.clone();
        bytes[at] ^= 0x55;
        if let Ok(inspected) = Table::inspect(cursor(&bytes), PARQUET)
            && inspected.table.layout() == Layout::Parquet
            && inspected.table.columns().len() == 1
        {
            let outcome = std::panic::catch_unwind(|| refused_or_read(&bytes));
            assert!(outcome.is_ok(), "byte {at} makes the reader panic");
        }
    }
    refused(&file);
}

/// Reads to the end or to a refusal; either is fine, a panic is not.
fn refused_or_read(bytes: &[u8]) {
    if let Ok(inspected) = Table::inspect(cursor(bytes), PARQUET) {
        let mut table = inspected.table;
        let _ = steps(&mut table);
    }
}

#[test]
fn a_row_beyond_a_mebibyte_is_refused_before_it_is_held() {
    let long = format!("a\n\"{}\"\n", "x".repeat(LONGEST_ROW));
    assert!(matches!(read_all(long.as_bytes(), CSV), Err(Unreadable::LongRow { line: 2 })));
    let long = format!("{{\"a\":\"{}\"}}\n", "x".repeat(LONGEST_ROW));
    assert!(matches!(read_all(long.as_bytes(), NDJSON), Err(Unreadable::LongRow { line: 1 })));
    let blank = "\n".repeat(LONGEST_ROW + 2);
    assert!(matches!(read_all(format!("a\n{blank}").as_bytes(), CSV), Err(Unreadable::LongRow { .. })));
}

fn field() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[a-zA-Z0-9 ]{0,6}",
        1 => prop::collection::vec(prop::sample::select(vec!["\"", ",", "\n", "\r\n", "ü", "x", "'"]), 0..6)
            .prop_map(|parts| parts.concat()),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn csv_that_others_write_is_read_field_by_field(
        rows in (1usize..5).prop_flat_map(|width| prop::collection::vec(prop::collection::vec(field(), width), 1..20)),
        windows in any::<bool>(),
    ) {
        let terminator = if windows { csv_crate::Terminator::CRLF } else { csv_crate::Terminator::Any(b'\n') };
        let mut writer = csv_crate::WriterBuilder::new().terminator(terminator).from_writer(Vec::new());
        writer.write_record((0..rows[0].len()).map(|place| format!("c{place}"))).unwrap();
        for row in &rows {
            writer.write_record(row).unwrap();
        }
        let file = writer.into_inner().unwrap();
        let (_, found, _) = read_all(&file, CSV).unwrap();
        let found: Vec<Vec<String>> = found
            .iter()
            .map(|row| row.iter().map(|cell| String::from_utf8(cell[1..].to_vec()).unwrap()).collect())
            .collect();
        prop_assert_eq!(found, rows);
    }

    #[test]
    fn no_text_makes_a_reader_stumble(text in "[\\{\\}\\[\\]\":,a0-9e.\\-\r\n\\\\ ]{0,60}") {
        let _ = read_all(text.as_bytes(), CSV);
        let _ = read_all(text.as_bytes(), NDJSON);
        let _ = read_all(text.as_bytes(), PARQUET);
    }

    #[test]
    fn ndjson_that_serde_writes_is_read_value_by_value(number in any::<f64>(), whole in any::<i64>(), text in ".{0,9}") {
        prop_assume!(number.is_finite());
        let line = serde_json::json!({"number": number, "whole": whole, "text": text}).to_string();
        let (names, rows, _) = read_all(line.as_bytes(), NDJSON).unwrap();
        prop_assert_eq!(names, ["number", "text", "whole"]);
        let expected = [
            [&[4], number.to_be_bytes().as_slice()].concat(),
            [&[1], text.as_bytes()].concat(),
            [&[3], i128::from(whole).to_be_bytes().as_slice()].concat(),
        ];
        prop_assert_eq!(&rows[0], &expected);
    }
}
