//! `tacit init`: makes a desk, or brings one back from its words.
//!
//! The market is met once and its keys are pinned and printed, so that they can be compared with what its operator
//! publishes. The keyring is written last: a desk exists when its keyring does, and an `init` that died before may be
//! repeated.

use crate::backup::OpenedBackup;
use crate::folder::{DeskFolder, disk};
use crate::keyring::file::{self, KeyringRefused, Protection};
use crate::keyring::passphrase::Passphrases;
use crate::keyring::words::Words;
use crate::making::{Made, establish, meet};
use crate::open::{Engines, OpenDesk};
use crate::output::Output;
use crate::refusal::Refusal;
use crate::settings::DeskSettings;
use clap::Args;
use serde_json::json;
use std::io::{BufRead, Read};
use std::path::PathBuf;
use tacit_values::Origin;
use zeroize::Zeroizing;

/// More than 24 words never take.
const LONGEST_WORDS: u64 = 4096;

/// Arguments of `init`.
#[derive(Debug, Clone, Args)]
pub struct InitArgs {
    /// The market's address, for example http://127.0.0.1:4300.
    #[arg(long, env = "TACIT_MARKET", required_unless_present = "from")]
    pub market: Option<Origin>,
    /// A proxy for all connections, for example socks5h://127.0.0.1:9050 (Tor).
    #[arg(long)]
    pub proxy: Option<String>,
    /// Keep the keys without a passphrase: whoever can read the folder can spend the money.
    #[arg(long)]
    pub no_passphrase: bool,
    /// Bring a desk back from its 24 words, read from standard input.
    #[arg(long)]
    pub restore: bool,
    /// With --restore: a file that `tacit backup` wrote.
    #[arg(long, requires = "restore")]
    pub from: Option<PathBuf>,
}

/// What `init` may ask a person at a terminal; the program hands it in, or nothing when there is no terminal.
pub trait AskPerson: Send + Sync {
    /// Shows `prompt` and reads a line.
    fn ask(&self, prompt: &str) -> std::io::Result<String>;
}

/// Where answers come from.
pub struct Asking<'a> {
    /// Passphrases.
    pub passphrases: &'a Passphrases,
    /// A person at a terminal.
    pub person: Option<&'a dyn AskPerson>,
    /// Standard input, for the words.
    pub input: &'a mut (dyn BufRead + Send),
}

/// Makes the desk and returns it open.
pub async fn run(
    folder: DeskFolder,
    engines: Engines,
    args: &InitArgs,
    asking: Asking<'_>,
    out: &mut Output,
) -> Result<OpenDesk, Refusal> {
    if file::needs_passphrase(&folder).is_ok() {
        return Err(KeyringRefused::AlreadyThere.into());
    }
    let Asking { passphrases, person, input } = asking;
    let words =
        if args.restore { read_words(person, input, out)? } else { Words::draw(&mut engines.chance.rng()) };
    let keyring = words.keyring();
    let backup = args.from.as_deref().map(|from| OpenedBackup::open(from, &keyring)).transpose()?;
    let settings = settings(args, backup.as_ref(), person, &engines).await?;
    let protection = if args.no_passphrase {
        out.remark("Keys are kept WITHOUT a passphrase: whoever can read the folder can spend the money.");
        Protection::None
    } else {
        Protection::Passphrase(passphrases.for_new_keyring()?)
    };
    let made = if args.restore { Made::Restored(backup.map(Box::new)) } else { Made::Fresh };
    let (desk, taken_back) = establish(&folder, engines, settings, &keyring, &protection, made).await?;
    let found = if args.restore { bring_back(&desk, out).await? } else { 0 };
    tell(&desk, args, &words, taken_back, found, out);
    Ok(desk)
}

async fn settings(
    args: &InitArgs,
    backup: Option<&OpenedBackup>,
    person: Option<&dyn AskPerson>,
    engines: &Engines,
) -> Result<DeskSettings, Refusal> {
    let known = backup.map(OpenedBackup::settings);
    let market = args.market.clone().or(known.map(|known| known.market.clone()));
    let market = market.ok_or_else(|| Refusal::usage("no market was named", "Say `--market URL`."))?;
    let proxy = match (&args.proxy, known.and_then(|known| known.proxy.clone()), person) {
        (Some(proxy), _, _) => Some(proxy.clone()),
        (None, Some(proxy), _) => Some(proxy),
        (None, None, Some(person)) => {
            let prompt = "Proxy (for example socks5h://127.0.0.1:9050; empty for none, then the market sees your address): ";
            let answer = person.ask(prompt).map_err(|_| disk())?;
            Some(answer.trim().to_owned()).filter(|answer| !answer.is_empty())
        }
        (None, None, None) => None,
    };
    Ok(meet(market, proxy, known, engines).await?.settings)
}

fn read_words(
    person: Option<&dyn AskPerson>,
    input: &mut (dyn BufRead + Send),
    out: &mut Output,
) -> Result<Words, Refusal> {
    if person.is_some() {
        out.remark("Type the 24 words, separated by spaces; end with Enter after the last.");
    }
    let unread = |_| Refusal::new("words", "the words could not be read", "Type them, or pipe them in.");
    let mut text = Zeroizing::new(String::new());
    let mut bounded = input.take(LONGEST_WORDS);
    while text.split_whitespace().count() < 24 {
        if bounded.read_line(&mut text).map_err(unread)? == 0 {
            break;
        }
    }
    Words::read(&text).map_err(|refused| {
        Refusal::new("words", refused.to_string(), "Compare with what you wrote down; nothing was made.")
    })
}

/// Brings back what the words alone can: money by following the ledger, orders by their letters to ourselves.
async fn bring_back(desk: &OpenDesk, out: &mut Output) -> Result<usize, Refusal> {
    let spinner = out.spinner("");
    let shown = spinner.clone();
    let found = desk.bring_back(&move |sentence| shown.set_message(sentence.to_owned())).await;
    spinner.finish_and_clear();
    found
}

fn tell(
    desk: &OpenDesk,
    args: &InitArgs,
    words: &Words,
    records: Option<usize>,
    found: usize,
    out: &mut Output,
) {
    let settings = desk.settings();
    let pinned = &settings.pinned;
    let seller = desk.keyring().seller().persona();
    let mut document = json!({
        "folder": desk.folder().root(),
        "market": settings.market,
        "market_keys": pinned,
        "proxy": settings.proxy,
        "seller": seller,
        "restored": args.restore,
    });
    let keys = format!(
        "Pinned keys of {} (compare them with what its operator publishes):\n  countersigns  {}\n  treasury      {}\n  \
         log           {}\n  beacon        sha256 {}\n  proofs        {}",
        settings.market,
        pinned.market,
        pinned.treasury,
        pinned.log,
        tacit_values::Digest::of(&pinned.beacon.to_der()),
        pinned.proofs
    );
    let text = if args.restore {
        document["orders_found"] = json!(found);
        document["records_from_backup"] = json!(records);
        let backup = match records {
            Some(records) => format!("{records} records came from the backup."),
            None => {
                "Receipts and the file keys of your own listings come only from a `tacit backup`.".to_owned()
            }
        };
        format!("Your desk is back: keys, money, and {found} orders that kept their state. {backup}\n{keys}")
    } else {
        let shown = words.in_one_line();
        document["words"] = json!(shown.as_str());
        format!(
            "Your desk is made. These 24 words bring it back; they are shown this once. Write them down:\n\n{}\n{keys}\n\
             Before your first order, make a backup too: `tacit backup FILE`.",
            words.shown_once().as_str()
        )
    };
    out.tell(&document, &text);
}
