use super::*;
use crate::testing::{buyer, bytes_of_hex, cases, hold, seller, vectors};
use proptest::prelude::*;

#[test]
fn every_header_has_168_bytes_and_reads_back() {
    let key = FileKeyKept::from_bytes([5; 16]);
    let header = issue_header(&key, &buyer().recipient()).unwrap();
    assert_eq!(Header::parse(header.bytes()), Ok(header.clone()));
    assert_eq!(header.open(&buyer()).unwrap(), key);
    assert_eq!(header.open(&seller()), Err(HeaderClosed::AnotherRecipient));
    let json = serde_json::to_string(&header).unwrap();
    assert_eq!(serde_json::from_str::<Header>(&json).unwrap(), header);
}

#[test]
fn headers_of_the_vectors_open_or_are_refused_as_they_say() {
    let mut made = vectors("header.json");
    let identity = |case: &serde_json::Value| {
        OrderIdentity::from_bytes(bytes_of_hex(&case["identity"]).try_into().unwrap())
    };
    for case in cases(&mut made, "good") {
        let header = Header::parse(case["header"].as_str().unwrap().as_bytes()).unwrap();
        let key = header.open(&identity(case)).unwrap();
        assert_eq!(key.expose().as_slice(), bytes_of_hex(&case["file_key"]), "{}", case["name"]);
        case["sha256"] = header.sha256().to_string().into();
        case["recipient"] = identity(case).recipient().to_string().into();
    }
    for case in cases(&mut made, "bad") {
        let refused = match Header::parse(case["header"].as_str().unwrap().as_bytes()) {
            Err(refused) => refused.to_string(),
            Ok(header) => header.open(&identity(case)).expect_err("a bad vector").to_string(),
        };
        case["refused"] = refused.into();
    }
    hold("header.json", &made);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_header_with_one_changed_byte_gives_no_key(place in 0..HEADER_BYTES, change in 1u8..) {
        let key = FileKeyKept::from_bytes([5; 16]);
        let mut bytes = *issue_header(&key, &buyer().recipient()).unwrap().bytes();
        bytes[place] ^= change;
        let opened = Header::parse(&bytes).ok().and_then(|header| header.open(&buyer()).ok());
        prop_assert_eq!(opened, None);
    }

    #[test]
    fn no_bytes_make_the_parser_stumble(bytes in prop::collection::vec(any::<u8>(), 0..300), keep in 0usize..HEADER_BYTES) {
        prop_assert!(Header::parse(&bytes).is_err());
        let mut bytes = bytes;
        let header = issue_header(&FileKeyKept::from_bytes([5; 16]), &buyer().recipient()).unwrap();
        bytes.splice(0..0, header.bytes()[..keep].iter().copied());
        prop_assert!(Header::parse(&bytes).is_err());
    }
}
