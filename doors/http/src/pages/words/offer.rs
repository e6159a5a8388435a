//! The words of a listing's page.

use tacit_catalogue::{Duty, ListingState, Use};

pub(crate) const LISTING_DESCRIPTION: &str = "A dataset for sale, with a sample that nobody chose.";
pub(crate) const COLUMNS_DESCRIPTION: &str = "All columns of a dataset for sale.";
pub(crate) const BREADCRUMB: &str = "Where you are";
pub(crate) const BY: &str = "Sold by";
pub(crate) const PUBLISHED: &str = "Listed";
pub(crate) const UPDATED: &str = "Updated";
pub(crate) const VERSION_WORD: &str = "Version";
pub(crate) const TAGS: &str = "Tags";
pub(crate) const OLDER: &str = "You are looking at an older version. What is sold is the newest one.";
pub(crate) const OLDER_LINK: &str = "Show the newest version";
pub(crate) const PAUSED: &str =
    "The seller has paused this offer. It cannot be ordered now and may come back.";
pub(crate) const NO_SUMMARY: &str = "The seller wrote no description.";

pub(crate) const OFFER: &str = "The offer";
pub(crate) const PRICE_NOTE: &str = "Test currency, worth nothing.";
pub(crate) const BUY_HEADING: &str = "How to buy";
pub(crate) const BUY_FIRST: &str = "Once, to make a desk:";
pub(crate) const BUY_THEN: &str = "Then:";
pub(crate) const BUY_DESK: &str = "Or on your own desk: open “Find data” and search for the number of this listing, the one that begins with lst_. The desk shows the price again and asks before it pays.";
pub(crate) const BUY_TRUST: &str = "Payment is direct: there is no escrow yet, so you trust the seller to deliver after you paid. The receipt is signed before \
     you pay.";
pub(crate) const SOLD: &str = "Sold";
pub(crate) const SOLD_TIMES: &str = "times (a range, told late)";

pub(crate) const FACT_FORMAT: &str = "Format";
pub(crate) const FACT_ROWS: &str = "Rows";
pub(crate) const FACT_COLUMNS: &str = "Columns";
pub(crate) const FACT_SIZE: &str = "Size";
pub(crate) const FACT_LICENCE: &str = "Licence";
pub(crate) const FACT_UPDATES: &str = "Updates";

pub(crate) const SUMMARY: &str = "What it is";
pub(crate) const SAMPLE: &str = "A sample nobody chose";
pub(crate) const SAMPLE_HOW: &str = "The seller first promised every cell of the file in the public log. Only then was it drawn which rows to show, and all \
     of them had to be shown.";
pub(crate) const SAMPLE_CHECK: &str = "Check all drawn rows yourself:";
pub(crate) const SAMPLE_ROW: &str = "Row";
pub(crate) const REDACTED_CELL: &str = "closed";
pub(crate) const EMPTY_CELL: &str = "empty";
pub(crate) const COLUMNS: &str = "Columns";
pub(crate) const COLUMNS_NONE: &str = "This file has no rows and columns; it is sold as it is.";
pub(crate) const COLUMN_NAME: &str = "Name";
pub(crate) const COLUMN_TYPE: &str = "Type";
pub(crate) const COLUMN_EMPTY: &str = "Empty";
pub(crate) const COLUMN_DISTINCT: &str = "Different values";
pub(crate) const COLUMN_RANGE: &str = "Least, middle, most";
pub(crate) const COLUMN_MAY_BE_EMPTY: &str = "may be empty";
pub(crate) const COLUMN_REDACTED: &str = "Kept closed in the sample; the buyer gets it.";
pub(crate) const COLUMN_NO_PROFILE: &str = "Not profiled.";
pub(crate) const COLUMNS_ALL: &str = "All columns";
pub(crate) const COLUMNS_BACK: &str = "Back to the listing";
pub(crate) const SPREAD_LABEL: &str = "where the middle half of the values lies";

pub(crate) const GETS: &str = "What you get";
pub(crate) const GETS_CHECK_ROWS: &str =
    "A check of every row by your own desk against what the seller promised before anybody paid.";
pub(crate) const GETS_CHECK_BLOCKS: &str =
    "A check of every block by your own desk against what the seller promised before anybody paid.";
pub(crate) const GETS_RECEIPT: &str = "A receipt signed by the seller before you pay and entered in the public log when the order ends. It verifies offline; you \
     choose which of its fields anybody sees.";

pub(crate) const LICENCE: &str = "Licence";
pub(crate) const LICENCE_TEXT: &str = "The licence's own text";
pub(crate) const LICENCE_POLICY: &str = "As an ODRL policy";
pub(crate) const LICENCE_USES: &str = "What you may do with the data";
pub(crate) const LICENCE_USE: &str = "Use";
pub(crate) const LICENCE_ALLOWED: &str = "Allowed";
pub(crate) const YES: &str = "Yes";
pub(crate) const NO: &str = "No";
pub(crate) const DUTIES: &str = "In return:";

pub(crate) const TRUST_HEADING: &str = "Who must be trusted for what";
pub(crate) const TRUST: &[(&str, &str)] = &[
    (
        "The seller",
        "To deliver after you paid, and that the data means what the title says: a schema can be kept by useless rows.",
    ),
    (
        "The market",
        "To answer at all. It sees which listing an order is for, its price, and your network address unless you use a \
         proxy. It cannot see who pays or open the file. Together with the seller it could have chosen the sample.",
    ),
    (
        "Nobody",
        "For the file being the promised one: your desk checks every row before it counts as delivered.",
    ),
];

pub(crate) const VERSIONS: &str = "Versions";
pub(crate) const VERSIONS_LAST: &str = "The last versions of this listing, newest first";
pub(crate) const DATE: &str = "Date";
pub(crate) const PRICE: &str = "Price";
pub(crate) const STATE: &str = "State";
pub(crate) const SHOWN: &str = "shown";

pub(crate) const MACHINES: &str = "For machines";
pub(crate) const MANIFEST: &str = "The seller's promise";
pub(crate) const LOGGED_AT: &str = "Entry of the log";
pub(crate) const NOT_LOGGED: &str = "enters the log when the current epoch closes";
pub(crate) const CROISSANT: &str = "Croissant 1.1";
pub(crate) const SIGNED_LISTING: &str = "The listing as its seller signed it";
pub(crate) const NUMBER: &str = "Number";

pub(crate) const RETIRED_NEXT: &str =
    "Search for something similar. Orders that were agreed before are still delivered.";

pub(crate) fn retired(date: &str) -> String {
    format!("the seller took this listing off sale for good on {date}")
}

pub(crate) fn columns_title(title: &str) -> String {
    format!("Columns of {title}")
}

pub(crate) fn more_columns(count: usize) -> String {
    match count {
        1 => "1 more column is not shown here.".to_owned(),
        count => format!("{count} more columns are not shown here."),
    }
}

pub(crate) fn sample_caption(shown: usize, drawn: u32) -> String {
    format!("The first {shown} of {drawn} drawn rows, in the order in which they were drawn")
}

pub(crate) fn drawn(drawn: u32) -> String {
    match drawn {
        0 => "Declared by the seller.".to_owned(),
        drawn => format!(
            "Declared by the seller; the figures are those of the {drawn} drawn rows, not of the whole file."
        ),
    }
}

pub(crate) fn breaching(breaches: u32, drawn: u32) -> String {
    format!(
        "{breaches} of {drawn} rows drawn by neither seller nor buyer breach the declared schema; seller and market together \
         could have chosen them."
    )
}

pub(crate) fn gets_file(name: &str, size: &str) -> String {
    format!(
        "The file {name}, {size}. It lies sealed at the market, the same for every buyer; the key that opens it comes to your \
         desk alone."
    )
}

pub(crate) fn percent(ppm: u32) -> String {
    match ppm {
        0 => "0 %".to_owned(),
        1..1_000 => "under 0.1 %".to_owned(),
        ppm => format!("{}.{} %", ppm / 10_000, ppm % 10_000 / 1_000),
    }
}

pub(crate) fn state(state: ListingState) -> &'static str {
    match state {
        ListingState::Live => "for sale",
        ListingState::Paused => "paused",
        ListingState::Retired => "off sale",
    }
}

pub(crate) fn used(used: Use) -> &'static str {
    match used {
        Use::Read => "Look at the rows",
        Use::Analyse => "Compute with them",
        Use::Commercial => "Use them for gain",
        Use::Derive => "Make data derived from them",
        Use::ShareDerived => "Pass on derived data",
        Use::Redistribute => "Pass on the data itself",
    }
}

pub(crate) fn duty(duty: Duty) -> &'static str {
    match duty {
        Duty::Attribute => "name the source",
        Duty::KeepNotice => "keep the licence's notice with the data",
        Duty::ShareAlike => "pass on derived data under the same licence only",
    }
}
