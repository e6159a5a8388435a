//! The mirror: this desk's own copy of everything public, verified as it comes (traffic.md rule 2).
//!
//! Log, ledger and catalogue are fetched in whole segments, the same bytes for every desk, so that nobody learns what
//! this desk looks for. Nothing enters the mirror that does not follow from what is in it already: checkpoints only
//! grow, epochs follow their leaves in the log, roots are recomputed, listings are signed. A market that shows two
//! histories raises an [`alarm`], and a desk with an alarm buys nothing.

pub mod alarm;
mod catalogue;
mod fork;
mod ledger;
mod log;
mod market;

pub use catalogue::MirroredCatalogue;
pub use ledger::FollowedPool;
pub(crate) use market::check_proofs;

use crate::folder::Turn;
use crate::open::OpenDesk;
use crate::refusal::Refusal;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tacit_evidence::log::LogSize;
use tacit_ports::desk::{PublicPage, PublicShelf};
use tacit_wire::bodies::market::MarketView;

/// A desk's mirror. Cheap to make; all state is in the desk's store.
#[derive(Debug, Clone, Copy)]
pub struct Mirror<'a> {
    desk: &'a OpenDesk,
}

/// How far the mirror has come.
#[derive(Debug, Clone)]
pub struct Followed {
    /// What the market says about itself now.
    pub market: MarketView,
    /// Leaves of the log that are verified.
    pub log: LogSize,
    /// Every pool, oldest first.
    pub pools: Vec<FollowedPool>,
}

impl OpenDesk {
    /// The mirror of public data.
    pub fn mirror(&self) -> Mirror<'_> {
        Mirror { desk: self }
    }
}

impl<'a> Mirror<'a> {
    /// Follows market, log and ledger to their newest state. Everything a payment needs. A mirror with a damaged page is
    /// fetched anew and held against the checkpoint that was verified before.
    pub async fn follow(&self) -> Result<Followed, Refusal> {
        let _turn = self.desk.folder().turn(Turn::Mirror).await?;
        self.calm().await?;
        match self.follow_ledger_once().await {
            Err(refusal) if refusal.code == DAMAGED => {
                tracing::warn!("a page of the mirror is damaged; log and ledger are fetched anew");
                self.forget_log().await?;
                self.follow_ledger_once().await
            }
            followed => followed,
        }
    }

    /// Follows the catalogue too. Says how many versions of listings were new.
    pub async fn follow_catalogue(&self) -> Result<usize, Refusal> {
        let _turn = self.desk.folder().turn(Turn::Mirror).await?;
        match self.follow_catalogue_once().await {
            Err(refusal) if refusal.code == DAMAGED => {
                tracing::warn!("a page of the mirror is damaged; the catalogue is fetched anew");
                self.desk.store().forget(PublicShelf::Listings).await?;
                self.desk.store().forget(PublicShelf::CatalogueDays).await?;
                self.follow_catalogue_once().await
            }
            followed => followed,
        }
    }

    async fn follow_ledger_once(&self) -> Result<Followed, Refusal> {
        let market = self.meet().await?;
        let genesis = self.follow_genesis().await?;
        let log = self.follow_log().await?;
        let pools = self.follow_ledger(&genesis, log).await?;
        Ok(Followed { market, log, pools })
    }

    async fn follow_catalogue_once(&self) -> Result<usize, Refusal> {
        let market = self.meet().await?;
        let genesis = self.follow_genesis().await?;
        self.follow_days(&market, &genesis).await
    }

    async fn read<T: DeserializeOwned>(
        &self,
        shelf: PublicShelf,
        series: &str,
        number: u64,
    ) -> Result<Option<T>, Refusal> {
        let page = self.desk.store().page(shelf, series, number).await?;
        page.map(|page| serde_json::from_slice(&page.bytes).map_err(|_| damaged())).transpose()
    }
}

fn page(shelf: PublicShelf, series: &str, number: u64, bytes: Vec<u8>) -> PublicPage {
    PublicPage { shelf, series: series.to_owned(), number, bytes }
}

fn json_page(shelf: PublicShelf, series: &str, number: u64, value: &impl Serialize) -> PublicPage {
    page(shelf, series, number, serde_json::to_vec(value).expect("pages are plain data and have a JSON form"))
}

const DAMAGED: &str = "damaged-mirror";

fn damaged() -> Refusal {
    let remedy = "Run the command again with the market at hand: the mirror is fetched and verified anew.";
    Refusal::new(DAMAGED, "a page of the mirror cannot be read", remedy)
        .in_pages("Try again with the market at hand: the mirror is fetched and verified anew.")
}

fn untrue(sentence: impl Into<String>) -> Refusal {
    Refusal::new(
        "market-untrue",
        sentence,
        "Nothing was taken over. Try again; if it stays so, ask the market's operator and trade nothing until then.",
    )
}
