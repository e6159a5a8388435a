//! Listings for tests of this room and of the rooms and doors around it.

use crate::{AgeRecipient, Title};
use crate::{
    Category, Column, DisclosurePreset, Goods, Kind, Licence, Listing, ListingState, Price, Updates,
    VersionOne,
};
use tacit_values::{Currency, Digest, ListingId, Money, PersonaKey, Timestamp};

/// The seller of the listings here.
pub fn seller_key() -> PersonaKey {
    PersonaKey::from_seed(&[0x51; 32])
}

/// A mail key whose secret is in age's own test suite.
pub fn mail_key() -> AgeRecipient {
    "age1t7rxyev2z3rw82stdlrrepyc39nvn86l5078zqkf5uasdy86jp6svpy7pa"
        .parse()
        .expect("a recipient from age's tests")
}

/// A small table.
pub fn goods() -> Goods {
    let column = |name: &str, cells: &str| Column {
        name: name.to_owned(),
        cells: cells.to_owned(),
        nullable: true,
        redacted: false,
    };
    Goods {
        manifest: Digest::of(b"manifest"),
        media_type: "text/csv".parse().expect("a media type"),
        rows: 3_322,
        bytes: 228_160,
        columns: vec![column("tailnum", "text"), column("year", "text"), column("manufacturer", "text")],
    }
}

/// The first version of a listing; its number chooses id, title and price.
pub fn listing(number: u8) -> Listing {
    let goods = goods();
    let price = Money::from_micros(u64::from(number % 89 + 1) * 1_000_000, Currency::TestUsd);
    Listing {
        v: VersionOne,
        id: ListingId::from_bytes([number; 16]),
        version: 1,
        seller: seller_key().persona(),
        seller_mail: mail_key(),
        title: format!("Planes of fleet {number}").parse::<Title>().expect("a title"),
        summary: "Tail numbers, makers and models.".parse().expect("an abstract"),
        category: Category::Transport,
        tags: vec!["aviation".parse().expect("a tag")],
        kind: Kind::File,
        media_type: goods.media_type,
        licence: "CC0-1.0".parse::<Licence>().expect("a licence of the list"),
        price: Price::new(price.expect("a small amount")).expect("two digits"),
        updates: Updates::None,
        preset: DisclosurePreset::Aggregates,
        state: ListingState::Live,
        manifest: goods.manifest,
        rows: goods.rows,
        bytes: goods.bytes,
        columns: goods.columns,
        at: Timestamp::from_secs(1_795_176_000),
    }
}
