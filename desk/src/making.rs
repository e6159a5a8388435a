//! Making a desk, or bringing one back: what the terminal and the pages have in common.
//!
//! The market is met once and its keys are pinned. The keyring is written last: a desk exists when its keyring does, and a
//! making that died before may be repeated.

use crate::backup::OpenedBackup;
use crate::cabinet::Drawer;
use crate::folder::{DeskFolder, disk};
use crate::keyring::Keyring;
use crate::keyring::file::{self, KeyringRefused, Protection};
use crate::keyring::words::Words;
use crate::meeting::{check_clocks, client_of};
use crate::mirror::check_proofs;
use crate::open::{Engines, OpenDesk};
use crate::refusal::Refusal;
use crate::settings::{DeskSettings, PinnedKeys};
use crate::story::Tell;
use tacit_evidence::log::LogName;
use tacit_values::Origin;
use tacit_wire::bodies::market::MarketView;
use zeroize::Zeroizing;

/// Present while a restored desk has not yet looked for everything that its words bring back.
const LOOKING: Drawer = Drawer("restoring");

/// A market that was met, and what a desk of it would pin.
#[derive(Debug, Clone)]
pub struct Met {
    /// What would be pinned.
    pub settings: DeskSettings,
    /// What the market says of itself.
    pub view: MarketView,
}

/// Meets a market for the first time. `known` is what a backup knows of it.
pub async fn meet(
    market: Origin,
    proxy: Option<String>,
    known: Option<&DeskSettings>,
    engines: &Engines,
) -> Result<Met, Refusal> {
    let client = client_of(market.clone(), proxy.as_deref(), engines)?;
    let view = client.mirror().market().await?;
    if view.v != 1 || view.origin != market {
        let sentence = format!("the market at {market} calls itself {}", view.origin);
        return Err(Refusal::new(
            "unknown-market",
            sentence,
            "Use the address that the market calls itself.",
        ));
    }
    check_proofs(engines.proofs.name(), &view.proofs)?;
    check_clocks(engines.clock.now(), view.time)?;
    let pinned = PinnedKeys::of(&view);
    if *pinned.log.name() != LogName::of(&market) {
        let remedy = "Ask the operator; a market's log carries the market's address.";
        return Err(Refusal::new("not-a-market", "the market's log key is not one of this market", remedy));
    }
    if known.is_some_and(|known| known.market == market && known.pinned != pinned) {
        let remedy = "Ask the operator over another channel before you trust the new keys.";
        return Err(Refusal::new(
            "market-keys-changed",
            "the market's keys are not those of your backup",
            remedy,
        ));
    }
    Ok(Met { settings: DeskSettings { market, proxy, pinned }, view })
}

/// The words of a desk that was made at its pages, for as long as nobody has said that they are written down.
///
/// The record is sealed under a key of the seed that these words make: whoever can open it has the keys already.
const UNCONFIRMED: Drawer = Drawer("words");

/// What is made: a fresh desk, or one that was there before.
pub enum Made<'a> {
    /// From fresh words, which are said once and then nowhere.
    Fresh,
    /// From fresh words, which can be shown again until their person has them on paper.
    Shown(&'a Words),
    /// From words that somebody wrote down, and perhaps a backup.
    Restored(Option<Box<OpenedBackup>>),
}

/// Makes the folder's desk and opens it. Says how many records came from a backup.
pub async fn establish(
    folder: &DeskFolder,
    engines: Engines,
    settings: DeskSettings,
    keyring: &Keyring,
    protection: &Protection,
    made: Made<'_>,
) -> Result<(OpenDesk, Option<usize>), Refusal> {
    if file::needs_passphrase(folder).is_ok() {
        return Err(KeyringRefused::AlreadyThere.into());
    }
    folder.make().map_err(|_| disk())?;
    settings.write(folder)?;
    let desk = OpenDesk::with_parts(folder.clone(), settings, keyring.clone(), engines).await?;
    let restored = matches!(made, Made::Restored(_));
    let taken_back = match made {
        Made::Restored(Some(backup)) => Some(desk.take_back(*backup).await?.records),
        Made::Shown(words) => {
            desk.cabinet().put(UNCONFIRMED, "", &words.in_one_line().as_str()).await?;
            None
        }
        Made::Fresh | Made::Restored(None) => None,
    };
    desk.note_made(restored).await?;
    if restored {
        desk.cabinet().put(LOOKING, "", &true).await?;
        // Whoever brings a desk back has its words, even when its backup was made before they were asked for.
        desk.words_are_on_paper().await?;
    }
    file::write(folder, keyring, protection)?;
    Ok((desk, taken_back))
}

impl OpenDesk {
    /// The words of this desk, while nobody has said that they are written down.
    pub async fn unconfirmed_words(&self) -> Result<Option<Words>, Refusal> {
        let Some(kept) = self.cabinet().get::<String>(UNCONFIRMED, "").await? else {
            return Ok(None);
        };
        let line = Zeroizing::new(kept.value);
        let damaged = |_| {
            let remedy = "Move the money to a new desk, whose words you write down.";
            Refusal::new("damaged-words", "the words of this desk cannot be read any more", remedy)
        };
        Words::read(&line).map(Some).map_err(damaged)
    }

    /// The person has the words on paper: the desk forgets them.
    pub async fn words_are_on_paper(&self) -> Result<(), Refusal> {
        Ok(self.cabinet().remove(UNCONFIRMED, "").await?)
    }

    /// Brings back what the words alone can: money by following the ledger, orders by their letters to ourselves. May be
    /// repeated.
    pub async fn bring_back(&self, tell: Tell<'_>) -> Result<usize, Refusal> {
        tell("following the ledger from its beginning");
        self.wallet().sync().await?;
        tell("looking for your orders in whole buckets of sealed letters");
        let state = self.mailroom().find_state_outside_orders().await?;
        let used = state.as_ref().map_or(0, |state| state.next_order);
        match state {
            Some(_) => self.order_numbers_begin_at(used).await?,
            // Which numbers were used is not known any more, or never was written: none of them is tried at the market.
            None if self.order_numbers_used().await? == 0 => self.order_numbers_leave().await?,
            None => {}
        }
        let found = self.mailroom().find_own_orders(used, &|_| {}).await?;
        for order in &found {
            self.note_found_order(order).await?;
            self.take_up_order(order).await?;
        }
        self.cabinet().remove(LOOKING, "").await?;
        Ok(found.len())
    }

    /// Whether this desk was restored and has not looked everywhere yet.
    pub async fn is_still_looking(&self) -> Result<bool, Refusal> {
        Ok(self.cabinet().get::<bool>(LOOKING, "").await?.is_some())
    }
}
