use super::*;
use crate::testing::{buyer, cursor, sealed, seller};
use crate::{OrderIdentity, open};
use std::io::{Seek, SeekFrom};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

fn opened(header: &Header, body: &[u8], identity: &OrderIdentity) -> io::Result<Vec<u8>> {
    let mut plaintext = Vec::new();
    let mut opened = open(header, body, identity).map_err(io::Error::other)?;
    opened.read_to_end(&mut plaintext)?;
    Ok(plaintext)
}

fn some_bytes(length: usize) -> Vec<u8> {
    (0..length).map(|at| (at * 31 / 7) as u8).collect()
}

#[test]
fn a_body_sold_to_two_buyers_opens_for_each_and_not_with_the_others_key() {
    let plaintext = some_bytes(200_000);
    let (sealed, body) = sealed(&plaintext);
    let (first, second) = (buyer(), OrderIdentity::from_bytes([0x33; 32]));
    let for_first = issue_header(&sealed.file_key, &first.recipient()).unwrap();
    let for_second = issue_header(&sealed.file_key, &second.recipient()).unwrap();
    assert_eq!(opened(&for_first, &body, &first).unwrap(), plaintext);
    assert_eq!(opened(&for_second, &body, &second).unwrap(), plaintext);
    assert!(opened(&for_first, &body, &second).is_err());
    assert!(opened(&for_second, &body, &first).is_err());
    assert!(opened(&for_first, &body, &seller()).is_err());
}

#[test]
fn the_age_program_opens_header_and_body_and_not_with_another_key() {
    let plaintext = some_bytes(150_000);
    let (sealed, body) = sealed(&plaintext);
    let header = issue_header(&sealed.file_key, &buyer().recipient()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("out.age");
    std::fs::write(&file, [header.bytes().as_slice(), &body].concat()).unwrap();
    let open_with = |identity: &OrderIdentity| {
        let key = folder.path().join("key.txt");
        std::fs::write(&key, identity.to_age_secret_string().as_bytes()).unwrap();
        Command::new("age")
            .args(["--decrypt", "--identity"])
            .arg(key)
            .arg(&file)
            .output()
            .expect("this test needs the age program; install the package `age`")
    };
    assert_eq!(open_with(&buyer()).stdout, plaintext);
    let refused = open_with(&seller());
    assert!(!refused.status.success() && refused.stdout.is_empty());
}

#[test]
fn the_seller_finds_the_file_key_again_in_the_header_kept_at_sealing() {
    let (sealed, body) = sealed(b"goods");
    assert_eq!(sealed.seller_header.open(&seller()).unwrap(), sealed.file_key);
    assert_eq!(opened(&sealed.seller_header, &body, &seller()).unwrap(), b"goods");
}

#[test]
fn sealing_measures_what_it_read_and_what_it_wrote() {
    for length in [0, 1, 65_535, 65_536, 65_537, 131_072] {
        let plaintext = some_bytes(length);
        let (sealed, body) = sealed(&plaintext);
        let measure = |bytes: &[u8]| Measure { sha256: Digest::of(bytes), bytes: bytes.len() as u64 };
        assert_eq!(sealed.plaintext, measure(&plaintext));
        assert_eq!(sealed.body, measure(&body));
        assert_eq!(body_bytes(length as u64), body.len() as u64, "{length} bytes");
        assert_eq!(opened(&sealed.seller_header, &body, &seller()).unwrap(), plaintext);
    }
}

#[test]
fn an_opened_body_can_be_read_at_any_place() {
    let plaintext = some_bytes(300_000);
    let (sealed, body) = sealed(&plaintext);
    let mut opened = open(&sealed.seller_header, cursor(&body), &seller()).unwrap();
    for at in [250_000, 0, 65_530, 299_999] {
        opened.seek(SeekFrom::Start(at)).unwrap();
        let mut some = [0; 10];
        let count = opened.read(&mut some).unwrap();
        assert_eq!(some[..count], plaintext[at as usize..at as usize + count]);
    }
    assert_eq!(opened.seek(SeekFrom::End(-3)).unwrap(), 299_997);
    let mut tail = Vec::new();
    opened.read_to_end(&mut tail).unwrap();
    assert_eq!(tail, plaintext[299_997..]);
}

#[test]
fn a_body_that_was_cut_swapped_or_sealed_under_another_key_does_not_open() {
    let (sealed, body) = sealed(&some_bytes(200_000));
    let refused = |body: &[u8]| assert!(opened(&sealed.seller_header, body, &seller()).is_err());
    refused(&[]);
    refused(&body[..10]);
    refused(&body[..body.len() - 1]);
    refused(&body[..16 + 65_552]);
    refused(&[body.as_slice(), b"x"].concat());
    let mut swapped = body.clone();
    swapped[16..16 + 2 * 65_552].rotate_left(65_552);
    refused(&swapped);
    let (_, other) = crate::testing::sealed(&some_bytes(200_000));
    refused(&other);
}

/// A long file of zeros that notes how much of it was taken.
struct Zeros {
    left: usize,
    taken: Arc<AtomicU64>,
}

impl Read for Zeros {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = buffer.len().min(self.left);
        buffer[..count].fill(0);
        self.left -= count;
        self.taken.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}

/// An output that demands to be written soon after the input was read.
struct Soon {
    written: u64,
    taken: Arc<AtomicU64>,
}

impl Write for Soon {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.written += bytes.len() as u64;
        let held = self.taken.load(Ordering::Relaxed).saturating_sub(self.written);
        assert!(held <= 3 * CHUNK_BYTES, "{held} bytes are held back");
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn sealing_holds_a_few_chunks_however_long_the_file_is() {
    let taken = Arc::new(AtomicU64::new(0));
    let file = Zeros { left: 5 << 20, taken: taken.clone() };
    let sealed = seal(file, Soon { written: 0, taken }, &seller().recipient()).unwrap();
    assert_eq!(sealed.plaintext.bytes, 5 << 20);
    assert_eq!(sealed.body.bytes, body_bytes(5 << 20));
}
