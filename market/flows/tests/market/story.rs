//! A market in a story: its clock, its store, and what everybody can check about it.

use std::sync::Arc;
use std::time::Duration;
use tacit_assumed::AssumeProof;
use tacit_evidence::log::{
    Leaf, LeafKind, LogIndex, LogKey, LogName, LogSize, StoredHashes, TilePath, append,
};
use tacit_flows::{Market, MarketKeys, MarketParts, MarketSettings, NotFounded};
use tacit_ports::chance::CountedChance;
use tacit_ports::clock::StoryClock;
use tacit_ports::market::MarketStore;
use tacit_ports::market::testing::MemoryMarket;
use tacit_ports::vault::testing::MemoryVault;
use tacit_settlement::{EpochLeaf, Replay, Replayed};
use tacit_values::{Currency, Epoch, Money, Origin, PersonaKey, Timestamp};

pub(crate) const EPOCH: Duration = Duration::from_secs(15);
pub(crate) const DAY: Duration = Duration::from_secs(86_400);

pub(crate) fn tusd(text: &str) -> Money {
    Money::parse(text, Currency::TestUsd).unwrap()
}

pub(crate) fn origin() -> Origin {
    "https://market.example".parse().unwrap()
}

pub(crate) struct Story {
    pub(crate) market: Market,
    pub(crate) clock: Arc<StoryClock>,
    pub(crate) store: Arc<dyn MarketStore>,
    pub(crate) vault: Arc<MemoryVault>,
    pub(crate) settings: MarketSettings,
}

impl Story {
    pub(crate) async fn begin() -> Self {
        Self::over(Arc::new(MemoryMarket::new())).await
    }

    pub(crate) async fn over(store: Arc<dyn MarketStore>) -> Self {
        let settings =
            MarketSettings { batch_window: Duration::from_millis(5), ..MarketSettings::usual(origin()) };
        Self::with(store, settings).await.unwrap()
    }

    pub(crate) async fn with(
        store: Arc<dyn MarketStore>,
        settings: MarketSettings,
    ) -> Result<Self, NotFounded> {
        let clock = Arc::new(StoryClock::starting(Timestamp::from_secs(1_795_176_000)));
        let vault = Arc::new(MemoryVault::new());
        let market = open(&settings, &store, &vault, &clock, 1).await?;
        Ok(Self { market, clock, store, vault, settings })
    }

    /// The process ends and another one starts over the same records.
    pub(crate) async fn restart(&mut self) {
        self.restart_over(Arc::clone(&self.store)).await.unwrap();
    }

    pub(crate) async fn restart_over(&mut self, store: Arc<dyn MarketStore>) -> Result<(), NotFounded> {
        let again = self.clock_millis();
        self.market = open(&self.settings, &store, &self.vault, &self.clock, again).await?;
        self.store = store;
        Ok(())
    }

    fn clock_millis(&self) -> u64 {
        use tacit_ports::clock::Clock;
        self.clock.now().millis()
    }

    /// Time passes, and the market's jobs run.
    pub(crate) async fn pass(&self, span: Duration) {
        self.clock.pass(span);
        self.market.run_due_jobs().await.unwrap();
    }

    pub(crate) async fn next_epoch(&self) {
        self.pass(EPOCH).await;
    }

    /// Replays the current pool from its public resources.
    pub(crate) async fn replay(&self) -> Replayed {
        let pool = self.market.current_pool().unwrap();
        let mut replay = Replay::new(&pool, &AssumeProof);
        let newest = self.market.newest_epoch(None).await.unwrap().leaf.epoch;
        for epoch in 0..=newest.0 {
            let closed = self.market.epoch(None, Epoch(epoch)).await.unwrap();
            replay.epoch(&closed.leaf, closed.file.as_deref()).unwrap();
        }
        replay.finish().unwrap()
    }

    /// Reads the whole log as a desk does, recomputes its root, and gives its leaves.
    pub(crate) async fn checked_log(&self) -> Vec<Leaf> {
        let checkpoint = self.market.checkpoint().await.unwrap();
        let mut leaves = Vec::new();
        for path in TilePath::entries(LogIndex(0), checkpoint.size()).unwrap() {
            leaves.extend(path.parse_entries(&self.market.tile(path).await.unwrap()).unwrap());
        }
        let mut stored = StoredHashes::default();
        let appended = append(LogSize(0), &leaves, &StoredHashes::default()).unwrap();
        stored.keep(&appended);
        assert_eq!((appended.size, &appended.root), (checkpoint.size(), checkpoint.root()));
        for path in TilePath::published(LogSize(0), checkpoint.size()).unwrap() {
            let served = self.market.tile(path).await.unwrap();
            if !path.holds_entries() {
                assert_eq!(path.read(&stored).unwrap(), served, "{path}");
            }
        }
        leaves.iter().map(|leaf| Leaf::parse(leaf).unwrap()).collect()
    }

    /// Every closed epoch of every pool stands in the log exactly once, in order, and every leaf's time is its end.
    pub(crate) async fn check_epochs_are_logged(&self) -> usize {
        let mut logged: Vec<EpochLeaf> = Vec::new();
        for leaf in self.checked_log().await {
            if let Leaf::Clear { kind: LeafKind::Epoch, record } = leaf {
                logged.push(EpochLeaf::decode(&record).unwrap());
            }
        }
        for pool in self.market.pools() {
            let of_pool: Vec<_> = logged.iter().filter(|leaf| leaf.pool == pool.pool).collect();
            for (n, leaf) in (0_u64..).zip(&of_pool) {
                assert_eq!(leaf.epoch, Epoch(n));
                assert_eq!(leaf.time, pool.end_of(leaf.epoch));
            }
            let newest = self.market.newest_epoch(Some(pool.pool)).await.unwrap();
            assert_eq!(of_pool.last().map(|leaf| **leaf), Some(newest.leaf));
        }
        logged.len()
    }
}

async fn open(
    settings: &MarketSettings,
    store: &Arc<dyn MarketStore>,
    vault: &Arc<MemoryVault>,
    clock: &Arc<StoryClock>,
    chance: u64,
) -> Result<Market, NotFounded> {
    let name = LogName::of(&settings.origin);
    Market::open(MarketParts {
        settings: settings.clone(),
        keys: MarketKeys {
            log: LogKey::from_seed(name, &[1; 32]),
            persona: PersonaKey::from_seed(&[2; 32]),
            treasury: PersonaKey::from_seed(&[3; 32]),
            beacon: tacit_evidence::testing::beacon_key(),
        },
        store: Arc::clone(store),
        vault: Arc::clone(vault) as _,
        proofs: Arc::new(AssumeProof),
        clock: Arc::clone(clock) as _,
        chance: Arc::new(CountedChance::of(chance)),
    })
    .await
}
