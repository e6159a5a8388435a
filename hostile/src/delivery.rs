//! What a hostile seller delivers: the file itself, its manifest, its sample, the header.

use crate::Reached;
use crate::vectors::{hex, read, stranger, text, vector};
use std::collections::BTreeMap;
use std::io::Cursor;
use std::sync::LazyLock;
use tacit_delivery::{
    BlockLeaves, BlockStart, FileKeyKept, Header, Inspected, Manifest, ManifestTerms, Measure, NoManifest,
    OrderIdentity, Sample, SampleNotOpened, Sealed, SignedManifest, Step, Table, build_manifest,
    issue_header, open_sample, verify_sample,
};
use tacit_values::{Digest, Signature};

/// A Parquet file may say a row that costs it no byte at all; more of them than this teach nothing new.
const MOST_ROWS: u64 = 20_000;

/// The keys of a seller who sealed something.
struct Seller {
    key: FileKeyKept,
    header: Header,
}

static SELLER: LazyLock<Seller> = LazyLock::new(|| {
    let key = FileKeyKept::from_bytes(*b"sixteen byte key");
    let header = issue_header(&key, &OrderIdentity::from_bytes([0x11; 32]).recipient());
    Seller { header: header.expect("an X25519 recipient"), key }
});

pub(crate) fn csv(bytes: &[u8]) -> Reached {
    table(bytes, "text/csv")
}

pub(crate) fn ndjson(bytes: &[u8]) -> Reached {
    table(bytes, "application/x-ndjson")
}

pub(crate) fn parquet(bytes: &[u8]) -> Reached {
    table(bytes, "application/vnd.apache.parquet")
}

/// The whole way of a file: looked at, promised, sampled, audited, and each block read alone.
fn table(bytes: &[u8], media_type: &str) -> Reached {
    let Ok(inspected) = Table::inspect(Cursor::new(bytes.to_vec()), media_type) else {
        return Reached::Nothing;
    };
    let Some(blocks) = walk(inspected, bytes.len() as u64) else { return Reached::Read };
    let plaintext = Measure { sha256: Digest::of(bytes), bytes: bytes.len() as u64 };
    let sealed = Sealed {
        file_key: FileKeyKept::from_bytes(*b"sixteen byte key"),
        seller_header: SELLER.header.clone(),
        body: Measure { sha256: Digest::of(b"body"), bytes: 1 },
        plaintext,
    };
    let terms = ManifestTerms {
        name: "file".to_owned(),
        media_type: media_type.to_owned(),
        ..ManifestTerms::default()
    };
    let built = match build_manifest(Cursor::new(bytes.to_vec()), &sealed, &terms) {
        Ok(built) => built,
        Err(NoManifest::Changed) => panic!("nobody changed the file"),
        Err(_) => return Reached::Read,
    };
    let manifest = &built.manifest;
    assert_eq!(manifest.well_formed(), Ok(()), "a manifest that was built is one");
    assert_eq!(BlockLeaves::parse(&built.blocks.bytes(), manifest).as_ref(), Ok(&built.blocks));
    let beacon = Digest::of(b"beacon");
    match open_sample(Cursor::new(bytes.to_vec()), manifest, &SELLER.key, &beacon) {
        Ok(sample) => {
            let audited = verify_sample(&sample, manifest, &beacon).expect("an honest sample is believed");
            let _ = (audited.profile(), audited.excerpt(), audited.breaches());
            let written = serde_json::to_vec(&sample).expect("a sample is JSON");
            assert_eq!(serde_json::from_slice::<Sample>(&written).ok().as_ref(), Some(&sample));
        }
        Err(SampleNotOpened::TooLarge) => {}
        Err(other) => panic!("the file was read a moment ago: {other}"),
    }
    for (number, (start, first_row)) in blocks.iter().take(4) {
        let start = BlockStart { number: *number, first_row: *first_row, offset: *start };
        let file = Cursor::new(bytes.to_vec());
        let mut alone = Table::from_block(file, manifest.layout(), &manifest.schema, start)
            .expect("a block that was read can be read alone");
        let first = loop {
            match alone.step().expect("a block that was read can be read alone") {
                Step::Row { .. } => {}
                Step::Block(block) => break Some((block.number, block.offset)),
                Step::End => break None,
            }
        };
        assert_eq!(first, Some((*number, start.offset)));
    }
    Reached::Believed
}

/// Reads all rows and blocks; where each block begins. `None` when the file ends in the middle, or is not worth more time.
fn walk(inspected: Inspected<Cursor<Vec<u8>>>, length: u64) -> Option<BTreeMap<u64, (u64, u64)>> {
    let mut table = inspected.table;
    let mut blocks = BTreeMap::new();
    let (mut end, mut rows) = (0, 0);
    loop {
        match table.step().ok()? {
            Step::Row { number, .. } => {
                assert_eq!(number, rows, "rows are counted one by one");
                rows += 1;
                if rows > MOST_ROWS {
                    return None;
                }
            }
            Step::Block(block) => {
                assert_eq!(block.offset, end, "blocks lie one after the other");
                end = block.offset + block.length;
                blocks.insert(block.number, (block.offset, block.first_row));
            }
            Step::End => break,
        }
    }
    assert_eq!(end, length, "the blocks are the whole file");
    Some(blocks)
}

/// A manifest, alone or signed, and behind it the list of block leaves.
pub(crate) fn manifest(bytes: &[u8]) -> Reached {
    let mut signed = serde_json::Deserializer::from_slice(bytes).into_iter::<SignedManifest>();
    let (manifest, rest) = match signed.next() {
        Some(Ok(one)) => (one.manifest, &bytes[signed.byte_offset()..]),
        _ => {
            let mut bare = serde_json::Deserializer::from_slice(bytes).into_iter::<Manifest>();
            let Some(Ok(one)) = bare.next() else { return Reached::Nothing };
            (one, &bytes[bare.byte_offset()..])
        }
    };
    let seller = stranger();
    let sig = Signature::from_bytes([7; 64]);
    let unsigned = SignedManifest { manifest: manifest.clone(), sig };
    assert!(unsigned.verify(&seller.persona()).is_err(), "nobody signed this");
    if manifest.well_formed().is_err() {
        return Reached::Read;
    }
    let signed = manifest.clone().sign(&seller);
    assert_eq!(signed.verify(&seller.persona()), Ok(&manifest));
    let _ = (manifest.layout(), manifest.all_redacted());
    let nothing = Sample { v: 1, manifest: manifest.digest(), rows: Vec::new() };
    let audited = verify_sample(&nothing, &manifest, &Digest::of(b"beacon"));
    assert_eq!(
        audited.is_ok(),
        manifest.sample == 0,
        "a sample without rows is one of a file without a sample"
    );
    match BlockLeaves::parse(rest, &manifest) {
        Ok(blocks) => {
            assert_eq!(blocks.bytes(), rest);
            Reached::Believed
        }
        Err(_) => Reached::Read,
    }
}

/// What samples of the vectors belong to.
static SAMPLED: LazyLock<(Manifest, Digest)> = LazyLock::new(|| {
    let vector = vector("delivery/sample.json");
    let beacon = text(&vector["beacon"]).parse().expect("a digest");
    (read(&vector["manifest"]), beacon)
});

pub(crate) fn sample(bytes: &[u8]) -> Reached {
    let Ok(sample) = serde_json::from_slice::<Sample>(bytes) else { return Reached::Nothing };
    let written = serde_json::to_vec(&sample).expect("a sample is JSON");
    assert_eq!(serde_json::from_slice::<Sample>(&written).ok().as_ref(), Some(&sample));
    let (manifest, beacon) = &*SAMPLED;
    match verify_sample(&sample, manifest, beacon) {
        Ok(audited) => {
            let _ = (audited.profile(), audited.excerpt(), audited.breaches(), audited.proves_nothing());
            Reached::Believed
        }
        Err(_) => Reached::Read,
    }
}

/// Whom the headers of the vectors are issued to.
static BUYER: LazyLock<OrderIdentity> = LazyLock::new(|| {
    let vector = vector("delivery/header.json");
    let bytes = hex(&vector["good"][0]["identity"]);
    OrderIdentity::from_bytes(bytes.try_into().expect("32 bytes"))
});

pub(crate) fn header(bytes: &[u8]) -> Reached {
    let Ok(header) = Header::parse(bytes) else { return Reached::Nothing };
    assert_eq!(header.bytes().as_slice(), bytes, "a header is kept to the letter");
    let written = serde_json::to_vec(&header).expect("a header is JSON");
    assert_eq!(serde_json::from_slice::<Header>(&written).ok().as_ref(), Some(&header));
    match header.open(&BUYER) {
        Ok(_) => Reached::Believed,
        Err(_) => Reached::Read,
    }
}
