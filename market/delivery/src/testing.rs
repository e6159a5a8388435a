//! What the tests of this room share: a seller's file from sealing to delivery, small Parquet files, and the vectors.

use crate::manifest::{BuiltManifest, ManifestTerms, build_manifest};
use crate::{
    CheckFailed, Checked, Delivered, Header, Manifest, OrderIdentity, Sealed, check_delivery, issue_header,
    seal,
};
use arrow::array::{ArrayRef, RecordBatch};
use parquet::arrow::ArrowWriter;
use parquet::file::properties::WriterProperties;
use std::io::{Cursor, Read, Seek};
use std::sync::Arc;

/// A file that was sealed and promised.
pub(crate) struct Offer {
    pub(crate) sealed: Sealed,
    pub(crate) body: Vec<u8>,
    pub(crate) built: BuiltManifest,
}

pub(crate) fn seller() -> OrderIdentity {
    OrderIdentity::from_bytes([0x11; 32])
}

pub(crate) fn buyer() -> OrderIdentity {
    OrderIdentity::from_bytes([0x22; 32])
}

pub(crate) fn terms(name: &str) -> ManifestTerms {
    let media_type = crate::media_type_of_name(name).to_owned();
    ManifestTerms { name: name.to_owned(), media_type, ..ManifestTerms::default() }
}

pub(crate) fn sealed(plaintext: &[u8]) -> (Sealed, Vec<u8>) {
    let mut body = Vec::new();
    let sealed = seal(plaintext, &mut body, &seller().recipient()).unwrap();
    (sealed, body)
}

pub(crate) fn cursor(bytes: &[u8]) -> Cursor<Vec<u8>> {
    Cursor::new(bytes.to_vec())
}

impl Offer {
    pub(crate) fn of(plaintext: &[u8], terms: &ManifestTerms) -> Self {
        let (sealed, body) = sealed(plaintext);
        let built = build_manifest(cursor(plaintext), &sealed, terms).unwrap();
        Self { sealed, body, built }
    }

    pub(crate) fn manifest(&self) -> &Manifest {
        &self.built.manifest
    }

    pub(crate) fn header(&self) -> Header {
        issue_header(&self.sealed.file_key, &buyer().recipient()).unwrap()
    }

    /// The buyer's check, and the opened file.
    pub(crate) fn deliver(&self) -> (Result<Checked, CheckFailed>, Vec<u8>) {
        let header = self.header();
        let delivered = Delivered {
            header: header.bytes(),
            identity: &buyer(),
            manifest: self.manifest(),
            blocks: &self.built.blocks,
        };
        let mut file = tempfile::tempfile().unwrap();
        let result = check_delivery(&delivered, self.body.as_slice(), file.try_clone().unwrap());
        let mut plaintext = Vec::new();
        file.rewind().unwrap();
        file.read_to_end(&mut plaintext).unwrap();
        (result, plaintext)
    }
}

/// A Parquet file of named columns, cut into row groups.
pub(crate) fn parquet_file(columns: Vec<(&str, ArrayRef)>, rows_per_group: usize) -> Vec<u8> {
    let batch = RecordBatch::try_from_iter_with_nullable(
        columns.into_iter().map(|(name, array)| (name, Arc::clone(&array), array.null_count() > 0)),
    )
    .unwrap();
    let properties = WriterProperties::builder().set_max_row_group_row_count(Some(rows_per_group)).build();
    let mut file = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut file, batch.schema(), Some(properties)).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    file
}

/// A file of `vectors/delivery`.
pub(crate) fn vectors(name: &str) -> serde_json::Value {
    let path = format!("{}/../../vectors/delivery/{name}", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_slice(&std::fs::read(&path).unwrap_or_else(|_| panic!("{path} is missing"))).unwrap()
}

/// What follows from the inputs of a file of `vectors/delivery` is what stands in it. With `TACIT_WRITE_VECTORS` set it is
/// written there first (`cargo xtask vectors`).
pub(crate) fn hold(name: &str, made: &serde_json::Value) {
    if std::env::var_os("TACIT_WRITE_VECTORS").is_some() {
        let path = format!("{}/../../vectors/delivery/{name}", env!("CARGO_MANIFEST_DIR"));
        std::fs::write(path, serde_json::to_string_pretty(made).unwrap() + "\n").unwrap();
    }
    assert!(
        &vectors(name) == made,
        "{name} says something else; run `cargo xtask vectors` and look at the change"
    );
}

/// The cases of a list of vectors, to be made again.
pub(crate) fn cases<'v>(
    vectors: &'v mut serde_json::Value,
    list: &str,
) -> impl Iterator<Item = &'v mut serde_json::Value> {
    vectors[list].as_array_mut().expect("a list of cases").iter_mut()
}

pub(crate) fn bytes_of_hex(text: &serde_json::Value) -> Vec<u8> {
    let text = text.as_str().expect("hex text");
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
