//! What the log brings: checkpoints, evidence of forks, tiles and the leaves in them.

use crate::Reached;
use crate::vectors::{bytes as decoded, log_key, text, vectors};
use signed_note::Note;
use std::sync::LazyLock;
use tacit_evidence::log::{
    Forked, HashSource, Leaf, LogKey, LogSize, LogVerifier, StoredHashes, TilePath, append, encode_entries,
};

static KEY: LazyLock<LogKey> = LazyLock::new(log_key);
static VERIFIER: LazyLock<LogVerifier> = LazyLock::new(|| KEY.verifier());

/// A signed note, or a document with two of them. What is not signed by the log is signed again: the log may lie.
pub(crate) fn checkpoint(bytes: &[u8]) -> Reached {
    let Ok(note) = std::str::from_utf8(bytes) else { return Reached::Nothing };
    if let Ok(forked) = Forked::parse(bytes, &VERIFIER) {
        let again = Forked::parse(&forked.to_json(), &VERIFIER);
        assert_eq!(again.as_ref(), Ok(&forked));
        return Reached::Believed;
    }
    let signed = VERIFIER.open(note).ok().or_else(|| {
        let (text, _) = note.split_once("\n\n").unwrap_or((note, ""));
        let mut note = Note::new(format!("{text}\n").as_bytes(), &[]).ok()?;
        note.add_sigs(&[&*KEY]).ok()?;
        VERIFIER.open(&String::from_utf8(note.to_bytes()).ok()?).ok()
    });
    match signed {
        Some(signed) => {
            assert!(signed.note().starts_with(&signed.checkpoint().text()), "the text is what was signed");
            let paths = TilePath::published(LogSize(signed.size().0.saturating_sub(300)), signed.size());
            for path in paths.expect("a checkpoint that was believed has a size that a log can have") {
                assert_eq!(path.to_string().parse(), Ok(path), "a path has one spelling");
                assert!(path.is_within(signed.size()));
            }
            Reached::Believed
        }
        None if Note::from_bytes(bytes).is_ok() => Reached::Read,
        None => Reached::Nothing,
    }
}

pub(crate) fn checkpoint_seeds() -> Vec<Vec<u8>> {
    let notes = vectors("evidence", "checkpoint-")
        .into_iter()
        .map(|vector| text(&vector["note"]).as_bytes().to_vec());
    let one = KEY.sign(LogSize(7), tacit_values::Digest::of(b"one"));
    let other = KEY.sign(LogSize(7), tacit_values::Digest::of(b"other"));
    let fork = serde_json::json!({"v": 1, "older": one.note(), "newer": other.note()});
    notes.chain([fork.to_string().into_bytes()]).collect()
}

/// The path of a tile, a line feed, its bytes.
pub(crate) fn tile(bytes: &[u8]) -> Reached {
    let Some((path, tile)) = split(bytes) else { return Reached::Nothing };
    let Ok(path) = path.parse::<TilePath>() else { return Reached::Nothing };
    assert_eq!(path.to_string().parse(), Ok(path), "a path has one spelling");
    if path.holds_entries() {
        let Ok(leaves) = path.parse_entries(tile) else { return Reached::Read };
        assert_eq!(encode_entries(&leaves).as_deref(), Ok(tile), "a tile is kept to the letter");
        let appended = append(LogSize(0), &leaves, &StoredHashes::default()).expect("256 leaves are a log");
        assert_eq!(appended.size, LogSize(leaves.len() as u64));
        let read = leaves.iter().filter_map(|leaf| Leaf::parse(leaf).ok().map(|read| (leaf, read)));
        let kept =
            read.inspect(|(leaf, read)| assert_eq!(&read.to_bytes(), *leaf, "a leaf is kept to the letter"));
        if kept.count() == leaves.len() { Reached::Believed } else { Reached::Read }
    } else {
        let Ok(hashes) = path.parse_hashes(tile) else { return Reached::Read };
        let stored: StoredHashes = path.needed().into_iter().zip(hashes).collect();
        let again = path.read(&stored).expect("every hash of the tile is at hand");
        assert_eq!(again, tile, "a tile is kept to the letter");
        assert!(stored.hashes(&path.needed()).is_ok());
        Reached::Believed
    }
}

fn split(bytes: &[u8]) -> Option<(&str, &[u8])> {
    let end = bytes.iter().position(|byte| *byte == b'\n')?;
    Some((std::str::from_utf8(&bytes[..end]).ok()?, &bytes[end + 1..]))
}

pub(crate) fn tile_seeds() -> Vec<Vec<u8>> {
    let of_vectors = vectors("evidence", "tile-").into_iter().map(|vector| {
        let path = text(&vector["path"]);
        [path.as_bytes(), b"\n", &decoded(&vector["bytes"])].concat()
    });
    let clear = b"\x01\x04{\"a\":\"b\",\"epoch\":3}".to_vec();
    let entries = encode_entries(&[clear, [&[0][..], &[7; 32]].concat()]).expect("two short leaves");
    of_vectors.chain([[b"tile/entries/000.p/2\n".as_slice(), &entries].concat()]).collect()
}
