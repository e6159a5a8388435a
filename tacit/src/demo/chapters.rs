//! The chapters: what people do in the demo, and what is reported of it.

use super::people::{Cast, Somebody};
use super::tenths;
use serde_json::{Value, json};
use std::fs;
use std::thread;

const PLANES: &[u8] = include_bytes!("../../../examples/planes-2013.csv");
const FLIGHTS: &[u8] = include_bytes!("../../../examples/flights-2013-01.parquet");

/// One chapter of the story.
#[derive(Clone, Copy)]
pub(crate) enum Chapter {
    /// Two sellers, one buyer who has never been seen before, one private sale.
    Sale,
    /// Somebody without a desk replays the whole ledger.
    Ledger,
    /// The public catalogue, and one desk per person, in a browser.
    Pages,
}

impl Chapter {
    /// Plays it; a failed chapter has `ok: false`, `error` and `next`.
    pub(crate) fn play(self, cast: &mut Cast) -> (&'static str, Value) {
        let began = cast.seconds();
        let (name, outcome) = match self {
            Self::Sale => ("sale", sale(cast)),
            Self::Ledger => ("ledger", ledger(cast)),
            Self::Pages => ("pages", super::looking::pages(cast)),
        };
        let seconds = tenths(cast.seconds() - began);
        let told = match outcome {
            Ok(mut facts) => {
                facts["ok"] = json!(true);
                facts["seconds"] = json!(seconds);
                facts
            }
            Err(error) => {
                cast.tell("demo", &format!("the chapter `{name}` failed: {error}"));
                json!({"ok": false, "seconds": seconds, "error": error, "next": super::NEXT})
            }
        };
        (name, told)
    }
}

fn sale(cast: &mut Cast) -> Result<Value, String> {
    let (wren, heron, jay) = (cast.somebody("wren"), cast.somebody("heron"), cast.somebody("jay"));
    for person in [&wren, &heron, &jay] {
        person.does(&["init", "--market", &cast.origin, "--no-passphrase"])?;
    }
    cast.tell("all", "made desks: one seed each, known to nobody else");
    let address = text(&jay.does(&["wallet", "address"])?, "address")?;
    let planes = write(cast, "planes-2013.csv", PLANES)?;
    let flights = write(cast, "flights-2013-01.parquet", FLIGHTS)?;
    cast.leave_desk_running(&wren)?;
    cast.leave_desk_running(&heron)?;

    // The treasury proves while the sellers seal: nobody waits for anybody.
    let (minted, listing, other) = thread::scope(|scope| {
        let minting = scope.spawn(|| cast.mint(&address, "100"));
        let selling =
            scope.spawn(|| sell(&wren, &planes, "Aircraft seen in New York in 2013", "20", "transport"));
        let also = sell(&heron, &flights, "Departures from New York, January 2013", "30", "transport");
        (minting.join(), selling.join(), also)
    });
    let minted = minted.map_err(|_| "the treasury's step broke off")??;
    let (listing, other) = (listing.map_err(|_| "wren's step broke off")??, other?);
    let sealed = text(&listing, "body")?;
    cast.tell(
        "wren",
        &format!("sells planes-2013.csv as {}, sealed once as {sealed}", text(&listing, "listing")?),
    );
    cast.tell("heron", &format!("sells flights-2013-01.parquet as {}", text(&other, "listing")?));
    cast.tell(
        "treasury",
        &format!("minted 100.00 tUSD (a test currency), in epoch {}, for everybody to see", minted["epoch"]),
    );

    let balance = wait_for_money(&jay)?;
    cast.tell(
        "jay",
        &format!("found {balance} tUSD in the mirrored ledger; nobody else can see whose it is"),
    );
    let found = jay.does(&["search", "aircraft"])?;
    let listing = text(&found["listings"][0], "id")?;
    cast.tell("jay", &format!("searched a local mirror: nobody learned for what; found {listing}"));
    let sample = jay.does(&["sample", &listing])?;
    let rows = sample["sample_rows"].as_u64().unwrap_or(0);
    cast.tell("jay", &format!("checked {rows} rows drawn by neither side"));
    let copy = cast.folder().join("bought.csv");
    let copy_text = copy.to_string_lossy().into_owned();
    let bought = jay.does(&["buy", &listing, "--out", &copy_text, "--yes"])?;
    let receipt = text(&bought, "receipt")?;
    cast.tell(
        "jay",
        &format!(
            "paid {} tUSD from a shielded wallet and opened the file; receipt {receipt}",
            text(&bought, "price")?
        ),
    );
    let evidence = cast.folder().join("receipt.json").to_string_lossy().into_owned();
    jay.does(&["receipts", "show", &receipt, "--out", &evidence])?;
    let verified = jay.does(&["verify", &evidence])?;
    if verified["ledger"][0]["finding"] != "proved" {
        return Err(format!("the receipt's payment was not found on the ledger: {verified}"));
    }
    cast.tell("jay", "verified the receipt offline: signatures, log, payment");

    let (delivered, expected) =
        (sha256(&fs::read(&copy).map_err(|_| "the bought file is not there")?), sha256(PLANES));
    if delivered != expected {
        return Err("the delivered file differs from the sold one".to_owned());
    }
    Ok(json!({
        "listing": listing,
        "order": bought["order"],
        "price": bought["price"],
        "receipt": receipt,
        "receipt_verified": verified["ok"] == true,
        "sample_rows": rows,
        "delivered_sha256": delivered,
        "expected_sha256": expected,
    }))
}

fn ledger(cast: &mut Cast) -> Result<Value, String> {
    let anybody = cast.somebody("anybody");
    let replayed = anybody.does(&["verify", "ledger", "--market", &cast.origin.clone()])?;
    cast.tell(
        "anybody",
        &format!(
            "replayed the whole ledger without a desk: {} epochs, {} bundles in {} batches",
            replayed["epochs"], replayed["bundles"], replayed["batches"]
        ),
    );
    Ok(json!({
        "batches": replayed["batches"],
        "epochs": replayed["epochs"],
        "replayed": replayed["ok"] == true,
    }))
}

/// The minted note counts when its epoch has closed; the wallet follows the ledger until then.
fn wait_for_money(buyer: &Somebody) -> Result<String, String> {
    for _ in 0..100 {
        let balance = text(&buyer.does(&["wallet"])?, "balance")?;
        if balance != "0.00" {
            return Ok(balance);
        }
        std::thread::sleep(std::time::Duration::from_millis(200));
    }
    Err("the minted money did not arrive within 20 seconds".to_owned())
}

fn sell(seller: &Somebody, file: &str, title: &str, price: &str, category: &str) -> Result<Value, String> {
    seller.does(&[
        "sell",
        file,
        "--title",
        title,
        "--abstract",
        "Public records, sold here as an example of a private sale.",
        "--price",
        price,
        "--licence",
        "CC0-1.0",
        "--category",
        category,
        "--tag",
        "aviation",
    ])
}

fn write(cast: &Cast, name: &str, bytes: &[u8]) -> Result<String, String> {
    let path = cast.folder().join(name);
    fs::write(&path, bytes).map_err(|cause| format!("{name} cannot be written: {cause}"))?;
    Ok(path.to_string_lossy().into_owned())
}

fn text(said: &Value, key: &str) -> Result<String, String> {
    said[key].as_str().map(str::to_owned).ok_or_else(|| format!("an answer lacked `{key}`: {said}"))
}

fn sha256(bytes: &[u8]) -> String {
    tacit_values::Digest::of(bytes).to_string()
}
