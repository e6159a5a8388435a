//! Single words: what stands in paths, headers and documents and is read before anything else.

use crate::Reached;
use std::fmt::Display;
use std::str::FromStr;
use tacit_evidence::log::TilePath;
use tacit_values::{
    Currency, Digest, ListingId, Money, OrderId, Origin, Persona, ReceiptId, Timestamp, UploadId,
};
use tacit_wire::bodies::listings::{read_search, write_search};
use tacit_wire::bodies::mail::BucketName;

pub(crate) fn run(bytes: &[u8]) -> Reached {
    let Ok(text) = std::str::from_utf8(bytes) else { return Reached::Nothing };
    // Nearly every text may be a title or an abstract: that alone is no sign that a word was understood.
    let _ = (reads_back::<tacit_catalogue::Title>(text), reads_back::<tacit_catalogue::Abstract>(text));
    let understood = [
        reads_back::<ListingId>(text),
        reads_back::<OrderId>(text),
        reads_back::<UploadId>(text),
        reads_back::<ReceiptId>(text),
        reads_back::<Digest>(text),
        reads_back::<Persona>(text),
        reads_back::<Origin>(text),
        reads_back::<Timestamp>(text),
        reads_back::<Currency>(text),
        reads_back::<TilePath>(text),
        reads_back::<BucketName>(text),
        reads_back::<tacit_evidence::log::LogVerifier>(text),
        reads_back::<tacit_settlement::Address>(text),
        reads_back::<tacit_trade::PayAddress>(text),
        reads_back::<tacit_delivery::AgeRecipient>(text),
        reads_back::<tacit_catalogue::AgeRecipient>(text),
        reads_back::<tacit_relay::MailRecipient>(text),
        reads_back::<tacit_catalogue::Tag>(text),
        reads_back::<tacit_catalogue::MediaType>(text),
        reads_back::<tacit_catalogue::Updates>(text),
        text.parse::<tacit_delivery::OrderIdentity>().is_ok(),
        amount(text),
        search(text),
    ];
    if understood.contains(&true) { Reached::Believed } else { Reached::Nothing }
}

/// Whether the text is such a word. Then what it means is written as something that means the same.
fn reads_back<T: FromStr<Err: Display> + Display>(text: &str) -> bool {
    match text.parse::<T>() {
        Ok(word) => {
            let written = word.to_string();
            let again = written
                .parse::<T>()
                .unwrap_or_else(|wrong| panic!("{text:?} is written {written:?}: {wrong}"));
            assert_eq!(again.to_string(), written, "{text:?} reads back");
            true
        }
        Err(refused) => {
            assert!(!refused.to_string().is_empty(), "a refusal is a sentence");
            false
        }
    }
}

fn amount(text: &str) -> bool {
    let Ok(amount) = Money::parse(text, Currency::TestUsd) else { return false };
    assert_eq!(Money::parse(&amount.to_string(), Currency::TestUsd).as_ref(), Ok(&amount));
    true
}

/// A query string, as far as it can be read without percent-decoding.
fn search(text: &str) -> bool {
    let pair = |pair: &str| pair.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned()));
    let pairs: Option<Vec<_>> = text.split('&').map(pair).collect();
    let Some(Ok(query)) = pairs.map(|pairs| read_search(&pairs, Currency::TestUsd)) else { return false };
    let _ = write_search(&query);
    query.check().is_ok()
}

pub(crate) fn seeds() -> Vec<Vec<u8>> {
    let persona = crate::vectors::stranger().persona().to_string();
    let log = crate::vectors::log_key().verifier().to_string();
    let names = crate::vectors::vector("settlement/names.json");
    let address = crate::vectors::text(&names["wallet"]["spending_0"]).to_owned();
    let recipient = tacit_delivery::OrderIdentity::from_bytes([0x22; 32]).recipient().to_string();
    let words = [
        "lst_0m2ga1850m2ga1850m2ga1850m",
        "ord_070w3ge1r70w3ge1r70w3ge1r7",
        "upl_070w3ge1r70w3ge1r70w3ge1r7",
        "rcp_070w3ge1r70w3ge1r70w3ge1r7",
        "05b3abf2579a5eb66403cd78be557fd860633a1fe2103c7642030defe32c657f",
        &persona,
        &log,
        &address,
        &recipient,
        "https://market.example",
        "http://127.0.0.1:4300",
        "2026-11-20T12:00:00.123Z",
        "tUSD",
        "tile/1/x001/234.p/8",
        "3-5",
        "1234.567890",
        "q=delay&price_to=20.00&sort=newest&page=2&tag=jfk&column=dest&per_page=20",
        "application/vnd.apache.parquet",
        "2027-06-30",
    ];
    words.into_iter().map(|word| word.as_bytes().to_vec()).collect()
}
