//! The canary: every place where a market could keep something, searched for what must be nowhere.

use super::Street;
use super::meddler::Heard;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as URL_SAFE_NO_PAD;
use std::collections::BTreeMap;
use std::path::Path;

/// Everything that a market has on disk, in rows and in its log, and everything that was said to and by it, by name.
pub struct Places(BTreeMap<String, Vec<u8>>);

/// The name of a PostgreSQL dump among the places.
const DUMP: &str = "the rows in pg_dump";

impl Places {
    /// The market's folder and log, and what went over its socket. The market should have been stopped.
    pub fn of_market(street: &Street, heard: &[Heard]) -> Self {
        let mut places = BTreeMap::new();
        files_below(&street.market_folder(), &mut places);
        let log = std::fs::read(street.path().join("market.log")).unwrap();
        places.insert("the market's own words".to_owned(), log);
        for (number, exchange) in heard.iter().enumerate() {
            let said = format!("{number}: {} {}", exchange.method, exchange.path);
            let whole = |head: &str, body: &[u8]| [head.as_bytes(), body].concat();
            let asked = whole(&exchange.request_head, &exchange.request);
            places.insert(format!("what was asked in {said}"), asked);
            let answered = whole(&exchange.answer_head, &exchange.answer);
            places.insert(format!("what was answered in {said}"), answered);
        }
        Self(places)
    }

    /// What `pg_dump` wrote: text as it is, bytes in hexadecimal.
    pub fn add_dump(&mut self, dump: Vec<u8>) {
        assert!(holds(&dump, b"INSERT INTO"), "the dump has rows");
        assert!(holds(&dump, b"'\\x"), "the dump has bytes in hexadecimal");
        self.0.insert(DUMP.to_owned(), dump);
    }

    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// Where this stands.
    pub fn holding(&self, sought: &[u8]) -> Vec<&str> {
        let in_hex: String = sought.iter().map(|byte| format!("{byte:02x}")).collect();
        let found = self.0.iter().filter(|(name, bytes)| {
            holds(bytes, sought) || (*name == DUMP && holds(bytes, in_hex.as_bytes()))
        });
        found.map(|(name, _)| name.as_str()).collect()
    }
}

/// A word as it is written.
pub fn word(text: &str) -> Vec<u8> {
    text.as_bytes().to_vec()
}

/// An amount as it may be written: as text, as cents and as millionths in digits, and as the bytes of those numbers in both
/// orders, without the zeros in front that a database leaves out.
pub fn amount(text: &str) -> Vec<Vec<u8>> {
    let cents: u64 = text.replace('.', "").parse().unwrap();
    let mut written = vec![text.as_bytes().to_vec()];
    for number in [cents, cents * 10_000] {
        let zeros = number.leading_zeros() as usize / 8;
        written.push(number.to_string().into());
        // Fewer bytes stand somewhere by chance.
        if zeros <= 2 {
            written.push(number.to_be_bytes()[zeros..].into());
            written.push(number.to_le_bytes()[..8 - zeros].into());
        }
    }
    written
}

/// A word in base64url, and what it says.
pub fn base64url(text: &str) -> [Vec<u8>; 2] {
    [word(text), URL_SAFE_NO_PAD.decode(text).unwrap()]
}

/// What was sought, for the message of a failure.
pub fn letters(sought: &[u8]) -> String {
    String::from_utf8_lossy(sought).into_owned()
}

fn holds(bytes: &[u8], sought: &[u8]) -> bool {
    let Some((first, rest)) = sought.split_first() else { return true };
    let mut from = 0;
    while let Some(at) = bytes[from..].iter().position(|byte| byte == first) {
        from += at + 1;
        if bytes[from..].starts_with(rest) {
            return true;
        }
    }
    false
}

fn files_below(folder: &Path, found: &mut BTreeMap<String, Vec<u8>>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files_below(&path, found);
        } else {
            found.insert(path.display().to_string(), std::fs::read(&path).unwrap());
        }
    }
}
