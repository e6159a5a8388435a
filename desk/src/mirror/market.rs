//! What the market says about itself, held against the keys that were pinned when the desk was made.

use super::{Mirror, damaged, json_page, page, untrue};
use crate::meeting::check_clocks;
use crate::open::OpenDesk;
use crate::refusal::Refusal;
use crate::settings::PinnedKeys;
use tacit_ports::desk::PublicShelf;
use tacit_settlement::{Genesis, SignedGenesis};
use tacit_wire::bodies::market::MarketView;

const VIEW: &str = "view";
const GENESIS: &str = "genesis";

impl PinnedKeys {
    /// The keys that a market shows.
    pub fn of(view: &MarketView) -> Self {
        Self {
            market: view.keys.market,
            treasury: view.keys.treasury,
            log: view.keys.log.clone(),
            beacon: view.keys.beacon.clone(),
            proofs: view.proofs.clone(),
        }
    }
}

impl Mirror<'_> {
    /// Asks the market who it is, compares its keys with the pinned ones and its clock with ours.
    pub async fn meet(&self) -> Result<MarketView, Refusal> {
        let view = self.desk.market().mirror().market().await?;
        check_identity(self.desk, &view)?;
        check_clocks(self.desk.now(), view.time)?;
        self.desk.store().keep(vec![json_page(PublicShelf::Market, VIEW, 0, &view)]).await?;
        Ok(view)
    }

    /// What the market said last, without asking again; `None` before the first meeting.
    pub async fn market(&self) -> Result<Option<MarketView>, Refusal> {
        self.read(PublicShelf::Market, VIEW, 0).await
    }

    /// The genesis document of the last meeting, without asking again.
    pub async fn genesis(&self) -> Result<Option<Genesis>, Refusal> {
        let kept = self.desk.store().page(PublicShelf::Market, GENESIS, 0).await?;
        kept.map(|kept| open(&kept.bytes).map_err(|_| damaged())).transpose()
    }

    pub(super) async fn follow_genesis(&self) -> Result<Genesis, Refusal> {
        let bytes = self.desk.market().mirror().genesis().await?;
        let new = open(&bytes).map_err(untrue)?;
        let settings = self.desk.settings();
        if new.market != settings.market || new.proofs != settings.pinned.proofs {
            return Err(untrue("the genesis document is another market's"));
        }
        if new.pools[0].treasury != settings.pinned.treasury {
            return Err(keys_changed("treasury"));
        }
        if let Some(old) = self.genesis().await? {
            let kept = old.pools.iter().all(|pool| {
                new.pool(&pool.pool).is_some_and(|now| {
                    now.genesis_time == pool.genesis_time
                        && now.epoch_length_s == pool.epoch_length_s
                        && (pool.successor.is_none() || now.successor == pool.successor)
                })
            });
            if !kept {
                return Err(untrue("the market changed the genesis of a pool that exists"));
            }
        }
        self.desk.store().keep(vec![page(PublicShelf::Market, GENESIS, 0, bytes.to_vec())]).await?;
        Ok(new)
    }
}

fn open(bytes: &[u8]) -> Result<Genesis, String> {
    let signed: SignedGenesis =
        serde_json::from_slice(bytes).map_err(|_| "the genesis document cannot be read".to_owned())?;
    signed.open().cloned().map_err(|refused| refused.to_string())
}

fn check_identity(desk: &OpenDesk, view: &MarketView) -> Result<(), Refusal> {
    let settings = desk.settings();
    let pinned = &settings.pinned;
    if view.origin != settings.market {
        let sentence =
            format!("this market calls itself {}, the desk was made for {}", view.origin, settings.market);
        return Err(Refusal::new(
            "unknown-market",
            sentence,
            "Make a desk of its own with `tacit init --market URL`.",
        )
        .in_pages("Make a desk of its own for that market, in another folder."));
    }
    let changed = [
        ("market", view.keys.market != pinned.market),
        ("treasury", view.keys.treasury != pinned.treasury),
        ("log", view.keys.log != pinned.log),
        ("beacon", view.keys.beacon != pinned.beacon),
    ];
    if let Some((name, _)) = changed.iter().find(|(_, changed)| *changed) {
        return Err(keys_changed(name));
    }
    check_proofs(desk.proofs().name(), &view.proofs)
}

/// Refuses to talk to a market with another proof system.
pub(crate) fn check_proofs(ours: &str, theirs: &str) -> Result<(), Refusal> {
    if ours == theirs {
        return Ok(());
    }
    let sentence = format!("the market proves with `{theirs}`, this desk with `{ours}`");
    Err(Refusal::new("other-proofs", sentence, "Use a tacit that was built for this market."))
}

fn keys_changed(name: &str) -> Refusal {
    Refusal::new(
        "market-keys-changed",
        format!("the market's {name} key is not the one this desk pinned when it was made"),
        "Ask the operator over another channel. If the change is genuine, make a new desk with your words.",
    )
}
