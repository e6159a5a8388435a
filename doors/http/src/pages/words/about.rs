//! The words of the pages about the market itself, and the commands to paste.

use super::COMMAND_SEARCH;
use tacit_values::Currency;

pub(crate) const MARKET_TITLE: &str = "The market in figures";
pub(crate) const MARKET_DESCRIPTION: &str =
    "What this market says about itself: counts in ranges that change late, its settings and its keys.";
pub(crate) const MARKET_LEAD: &str = "Counts are given in ranges. Counts of sales and personas change only when at least five are new or after a random time of \
     7 to 30 days, so that no figure is a clock of sales.";
pub(crate) const FIGURES: &str = "Figures";
pub(crate) const FIGURE: &str = "Figure";
pub(crate) const RANGE: &str = "Range";
pub(crate) const MEANING: &str = "What it means";
pub(crate) const FIGURE_LISTINGS: &str = "Listings for sale";
pub(crate) const FIGURE_LISTINGS_WHY: &str = "Offers that can be ordered now.";
pub(crate) const FIGURE_SELLERS: &str = "Sellers";
pub(crate) const FIGURE_SELLERS_WHY: &str = "Keys with something for sale. One person may hold several.";
pub(crate) const FIGURE_SOLD: &str = "Sales";
pub(crate) const FIGURE_SOLD_WHY: &str = "Closed orders, of listings whose seller lets counts be shown.";
pub(crate) const FIGURE_PERSONAS: &str = "Personas";
pub(crate) const FIGURE_PERSONAS_WHY: &str =
    "Keys that had mail in the last seven days. A buyer takes a fresh one for every order.";
pub(crate) const FIGURE_NOTES: &str = "Notes";
pub(crate) const FIGURE_NOTES_WHY: &str = "Among so many notes a payment hides. Few notes hide little.";
pub(crate) const FIGURE_BUCKET: &str = "Personas in a bucket";
pub(crate) const FIGURE_BUCKET_WHY: &str =
    "Mail is fetched for a whole bucket, so that nobody sees for whom. A bucket should hold at least 32.";
pub(crate) const SETTINGS: &str = "Settings";
pub(crate) const SETTING_CURRENCY: &str = "Currency";
pub(crate) const SETTING_FEE: &str = "Fee of a direct sale";
pub(crate) const SETTING_PROOFS: &str = "Proof system";
pub(crate) const SETTING_EPOCH: &str = "An epoch of the ledger lasts";
pub(crate) const SETTING_CLOSE: &str = "A delivered order closes by itself after";
pub(crate) const SETTING_KEEP: &str = "An ended order shrinks to its number after";
pub(crate) const SETTING_LETTERS: &str = "A letter nobody collects goes after";
pub(crate) const SETTING_BODY: &str = "Largest file";
pub(crate) const KEYS: &str = "Keys";
pub(crate) const KEY_MARKET: &str = "Countersigns receipts";
pub(crate) const KEY_TREASURY: &str = "Mints the test currency";
pub(crate) const KEY_LOG: &str = "Signs the log";

pub(crate) const LOG_TITLE: &str = "The log, and how to check it";
pub(crate) const LOG_DESCRIPTION: &str =
    "The market's public log: what stands in it, its newest checkpoint, and the commands that verify it.";
pub(crate) const LOG_LEAD: &str = "Everything that must not be changed afterwards is entered here, in an order that tells nobody when it happened. The market \
     signs the whole at the end of every epoch; a market that shows two histories is found out when two desks compare.";
pub(crate) const CHECKPOINT: &str = "The newest checkpoint";
pub(crate) const CHECKPOINT_NONE: &str = "The first epoch has not closed yet. Come back in a moment.";
pub(crate) const LEAVES: &str = "entries";
pub(crate) const LOG_KEY: &str = "The log's public key";
pub(crate) const VERIFY: &str = "Check it yourself";
pub(crate) const VERIFY_RECEIPT: &str =
    "A receipt, offline: its signatures, its place in the log, its payment.";
pub(crate) const VERIFY_LEDGER: &str = "The whole ledger, without a desk and without trust in this page.";
pub(crate) const VERIFY_FETCH: &str =
    "The checkpoint with other people's tools (C2SP tlog-tiles, signed notes).";
pub(crate) const LOGGED_HEADING: &str = "What stands in the log";
pub(crate) const LOGGED_WHAT: &str = "Entry";
pub(crate) const LOGGED_HOW: &str = "What the public can read in it";
pub(crate) const LOGGED: &[(&str, &str)] = &[
    ("A seller's promise (manifest)", "Which manifest, which seller, which listing, when."),
    ("A closed epoch of the ledger", "The state of the whole ledger after it."),
    ("Test money made or destroyed", "How much, when."),
    ("Fees and other terms of the market", "All of them."),
    ("A listing or a change of one", "Only that something was entered; its parties can prove what."),
    ("The end of an order", "Only that something was entered; buyer and seller can prove what."),
];
pub(crate) const COMMAND_VERIFY: &str = "tacit verify receipt.json";

pub(crate) const PRIVACY_TITLE: &str = "Who sees what";
pub(crate) const PRIVACY_DESCRIPTION: &str =
    "What buyer, seller, market and public can see of a sale, row by row, with the limits in plain words.";
pub(crate) const PRIVACY_LEAD: &str = "A market that promises privacy has to say where it ends. This is all of it for what can be bought and sold here today.";
pub(crate) const PRIVACY_CAPTION: &str = "What each side can see";
pub(crate) const WHO_HEADS: [&str; 4] = ["The buyer's desk", "The seller's desk", "This market", "Everybody"];
pub(crate) const WHO_SEES_WHAT: &[[&str; 5]] = &[
    [
        "Who the buyer is; that two orders are one buyer's",
        "Yes",
        "No: a fresh key for every order",
        "No, except by network address and time; a proxy hides the address",
        "No",
    ],
    ["What somebody searches on their own desk", "Yes", "No", "No: the catalogue is mirrored whole", "No"],
    [
        "Which of these pages somebody reads",
        "Yes",
        "No",
        "Yes, by network address, for an hour at most",
        "No",
    ],
    ["Which listing an order is for, and its price", "Yes", "Yes", "Yes", "No: counts in ranges, late"],
    ["Who pays, other payments, balances", "Their own", "Their own", "No", "No"],
    ["Whose sample or file somebody downloads", "Yes", "No", "By network address and time only", "No"],
    ["The file and its key", "After delivery", "Yes", "No", "No"],
    [
        "The letters between buyer and seller",
        "Their own",
        "Their own",
        "Only that sealed letters come and go",
        "No",
    ],
];
pub(crate) const LIMITS_HEADING: &str = "Where it ends";
pub(crate) const LIMITS: &[&str] = &[
    "Without a proxy the market can guess by network address and time which orders are one person's. Give your desk one: tacit \
     init --proxy socks5h://...",
    "One operator plays every part of this market: catalogue, mail, ledger, log, test money. It can refuse service, and it could \
     show two people two histories until they compare checkpoints.",
    "A small market hides little. The live figures stand on the page about the market; look at them before you rely on them.",
    "A direct payment has no escrow: the buyer trusts the seller to deliver.",
    "The market and a seller together could choose a sample. They cannot change the file after the promise was logged.",
    "No outside audit of Tacit has taken place.",
];
pub(crate) const PRIVACY_FIGURES: &str = "Live figures of this market";
pub(crate) const PRIVATE_WAY: &str = "The private way to look for data";
pub(crate) const PRIVATE_WAY_WORDS: &str = "A desk fetches the whole catalogue, the same bytes as every other desk, and searches it on your machine.";

pub(crate) const HELP_TITLE: &str = "How to buy and sell";
pub(crate) const HELP_DESCRIPTION: &str =
    "The commands for buyers and sellers, and the addresses of this catalogue for machines.";
pub(crate) const HELP_LEAD: &str = "Everything is done by your own desk: a program on your machine that holds your keys. These pages only show what is there.";
pub(crate) const HELP_INSTALL: &str = "You need the program tacit once. It is one file without further parts; the operator of this market or the source says \
     where to get it.";
pub(crate) const HELP_BUY: &str = "Buying";
pub(crate) const HELP_SELL: &str = "Selling";
pub(crate) const HELP_MACHINES: &str = "Addresses for machines";
pub(crate) const ADDRESSES: &[(&str, &str)] = &[
    ("/catalogue.jsonld", "All listings as a DCAT-AP catalogue, a hundred to a page"),
    ("/feed.xml", "The newest listings as an Atom feed"),
    ("/sitemap.xml", "The addresses of all listings"),
    ("/openapi.json", "The description of the API under /api/v1"),
];
pub(crate) const ADDRESSES_LISTING: &str = "Every listing has a Croissant 1.1 document at /listings/NUMBER/croissant.json, its licence as ODRL at \
     /listings/NUMBER/odrl.jsonld, and schema.org data inside its page.";
pub(crate) const HELP_QUESTIONS: &str = "Before you pay";
pub(crate) const HELP_QUESTIONS_WORDS: &str = "Look at who must be trusted for what: it stands on every listing, and for the market as a whole on one page.";

pub(crate) fn command_init(origin: &str) -> String {
    format!("tacit init --market {origin}")
}

pub(crate) fn command_buy(id: &str) -> String {
    format!("tacit buy {id}")
}

pub(crate) fn command_sample(id: &str) -> String {
    format!("tacit sample {id}")
}

pub(crate) fn command_ledger(origin: &str) -> String {
    format!("tacit verify ledger --market {origin}")
}

pub(crate) fn command_checkpoint(origin: &str) -> String {
    format!("curl {origin}/api/v1/log/checkpoint")
}

pub(crate) fn buying(origin: &str) -> Vec<(&'static str, String)> {
    let fixed = |words, command: &str| (words, command.to_owned());
    vec![
        (
            "Make a desk. It shows 24 words once: write them down, they bring back your keys and money.",
            command_init(origin),
        ),
        fixed("Ask for test money: give the operator of the market this address.", "tacit wallet address"),
        fixed("Search at home. Nobody learns for what.", COMMAND_SEARCH),
        fixed("Look at the sample and check that it was drawn fairly.", "tacit sample lst_..."),
        fixed(
            "Buy. The desk shows the price, asks, pays, and checks every row of the file.",
            "tacit buy lst_...",
        ),
        fixed("Show your receipt, whole or in parts.", "tacit receipts"),
    ]
}

pub(crate) fn selling(origin: &str) -> Vec<(&'static str, String)> {
    let fixed = |words, command: &str| (words, command.to_owned());
    vec![
        ("Make a desk, as a buyer does.", command_init(origin)),
        fixed(
            "List a file. It is sealed on your machine, promised cell by cell, and its sample is drawn.",
            "tacit sell FILE --title \"...\" --price 20 --licence CC-BY-4.0 --category transport",
        ),
        fixed("Leave your desk running: it answers orders by itself.", "tacit desk"),
        fixed("Change, pause or end an offer.", "tacit listings"),
    ]
}

pub(crate) fn currency(currency: Option<Currency>) -> String {
    match currency {
        Some(Currency::TestUsd) => "tUSD, a test currency, worth nothing".to_owned(),
        None => "none yet".to_owned(),
    }
}

pub(crate) fn seconds(seconds: u64) -> String {
    if seconds == 1 { "1 second".to_owned() } else { format!("{seconds} seconds") }
}

pub(crate) fn days(seconds: u64) -> String {
    match seconds / 86_400 {
        0 => self::seconds(seconds),
        1 => "1 day".to_owned(),
        days => format!("{days} days"),
    }
}
