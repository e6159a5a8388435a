//! Inputs for the targets of delivery, from `vectors/delivery` and `examples/`.

use crate::vectors::{cases, file, hex, json, text, vector};
use arrow::array::{
    ArrayRef, BooleanArray, Decimal128Array, Int32Array, RecordBatch, StringArray, StructArray,
};
use arrow::datatypes::{DataType, Field};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::{WriterProperties, WriterPropertiesBuilder};
use std::sync::Arc;

pub(crate) fn csv() -> Vec<Vec<u8>> {
    let planes = file("../examples/planes-2013.csv");
    let lines = planes.split_inclusive(|byte| *byte == b'\n').take(40).flatten().copied().collect();
    cells("text/csv").into_iter().chain([lines]).collect()
}

pub(crate) fn ndjson() -> Vec<Vec<u8>> {
    let rows =
        (0..40).map(|row| format!("{{\"id\":{row},\"at\":{row}.5,\"in\":{{\"b\":[1,2e3],\"a\":null}}}}\n"));
    cells("application/x-ndjson").into_iter().chain([rows.collect::<String>().into_bytes()]).collect()
}

/// Those of the vectors, and small ones in every encoding and compression that we read, and one with nested columns.
pub(crate) fn parquet() -> Vec<Vec<u8>> {
    let usual = WriterProperties::builder;
    let made = [
        small(false, usual()),
        small(false, usual().set_compression(Compression::SNAPPY)),
        small(false, usual().set_compression(Compression::ZSTD(ZstdLevel::default()))),
        small(false, usual().set_dictionary_enabled(false)),
        small(false, usual().set_writer_version(parquet::file::properties::WriterVersion::PARQUET_2_0)),
        small(false, usual().set_dictionary_enabled(false).set_data_page_row_count_limit(3)),
        small(true, usual()),
    ];
    cells("application/vnd.apache.parquet").into_iter().chain(made.into_iter().flatten()).collect()
}

/// Twenty rows in two row groups.
fn small(nested: bool, properties: WriterPropertiesBuilder) -> Option<Vec<u8>> {
    let numbers: ArrayRef = Arc::new(Int32Array::from_iter((0..20).map(|row| (row % 3 != 0).then_some(row))));
    let words: ArrayRef = Arc::new(StringArray::from_iter((0..20).map(|row| Some(["a", "bb", ""][row % 3]))));
    let flags: ArrayRef = Arc::new(BooleanArray::from_iter((0..20).map(|row| Some(row % 2 == 0))));
    let prices = Decimal128Array::from_iter_values((0..20).map(|row| row * 125 - 700));
    let prices: ArrayRef = Arc::new(prices.with_precision_and_scale(9, 2).ok()?);
    let mut columns = vec![("n", numbers.clone()), ("w", words), ("f", flags), ("p", prices)];
    if nested {
        let inner = Arc::new(Field::new("inner", DataType::Int32, true));
        columns.push(("s", Arc::new(StructArray::from(vec![(inner, numbers)]))));
    }
    let batch = RecordBatch::try_from_iter(columns).ok()?;
    let properties = properties.set_max_row_group_row_count(Some(12)).build();
    let mut file = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut file, batch.schema(), Some(properties)).ok()?;
    writer.write(&batch).ok()?;
    writer.close().ok()?;
    Some(file)
}

/// The files of `vectors/delivery/cells.json` of one media type; those that are refused name none.
fn cells(media_type: &str) -> Vec<Vec<u8>> {
    let vector = vector("delivery/cells.json");
    let of_type =
        |case: &&serde_json::Value| case["media_type"].as_str().is_none_or(|named| named == media_type);
    cases(&vector, "good")
        .chain(cases(&vector, "bad"))
        .filter(of_type)
        .map(|case| match case["text"].as_str() {
            Some(text) => text.as_bytes().to_vec(),
            None => hex(&case["hex"]),
        })
        .collect()
}

/// Manifests of the vectors, the good ones with the object that they name as `blocks` behind them.
pub(crate) fn manifest() -> Vec<Vec<u8>> {
    let vector = vector("delivery/manifest.json");
    let good = cases(&vector, "good").map(|case| [json(&case["manifest"]), hex(&case["blocks"])].concat());
    let bad = cases(&vector, "bad").map(|case| json(&case["manifest"]));
    good.chain(bad).collect()
}

pub(crate) fn sample() -> Vec<Vec<u8>> {
    let vector = vector("delivery/sample.json");
    let bad = cases(&vector, "bad").map(|case| json(&case["sample"]));
    [json(&vector["sample"])].into_iter().chain(bad).collect()
}

pub(crate) fn header() -> Vec<Vec<u8>> {
    let vector = vector("delivery/header.json");
    let headers = cases(&vector, "good").chain(cases(&vector, "bad"));
    headers.map(|case| text(&case["header"]).as_bytes().to_vec()).collect()
}
