//! A market in this process, with its door on a loopback port, and desks that keep everything in memory. Proofs are
//! assumed; time is a clock that the tests move.

use async_trait::async_trait;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tacit_assumed::AssumeProof;
use tacit_desk::keyring::words::Words;
use tacit_desk::{DeskFolder, DeskSettings, Engines, OpenDesk, OpenStore, PinnedKeys};
use tacit_evidence::log::{LogKey, LogName, LogSize};
use tacit_flows::{Market, MarketKeys, MarketParts, MarketSettings};
use tacit_http::{Door, DoorSettings};
use tacit_ports::chance::{Chance, CountedChance};
use tacit_ports::clock::{Clock, StoryClock};
use tacit_ports::desk::{DeskStore, DeskStoreFailed, MemoryDesk};
use tacit_ports::market::testing::MemoryMarket;
use tacit_ports::vault::testing::MemoryVault;
use tacit_settlement::{Address, NotProven, Proofs, SettlementBundle, UnprovenPayment};
use tacit_values::rand_core::CryptoRng;
use tacit_values::{Currency, Digest, Money, Origin, PersonaKey, Timestamp};

const START: Timestamp = Timestamp::from_secs(1_795_176_000);

/// A market that runs until it is dropped.
pub(crate) struct Street {
    pub(crate) clock: Arc<StoryClock>,
    pub(crate) market: Market,
    pub(crate) origin: Origin,
    port: u16,
    serving: Option<(tokio::sync::oneshot::Sender<()>, tokio::task::JoinHandle<()>)>,
}

impl Street {
    /// A fresh market on a port that the system chooses.
    pub(crate) async fn open() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let origin: Origin = format!("http://127.0.0.1:{port}").parse().unwrap();
        let clock = Arc::new(StoryClock::starting(START));
        let market = found(&origin, &clock, 1).await;
        let serving = Some(serve(listener, &market));
        Self { clock, market, origin, port, serving }
    }

    /// The same keys and the same address, with another history: what a dishonest operator could do.
    pub(crate) async fn forget_everything(&mut self) {
        self.close().await;
        self.clock.pass(Duration::from_secs(1));
        self.market = found(&self.origin, &self.clock, 2).await;
        self.reopen().await;
    }

    /// Answers again, at the same address.
    pub(crate) async fn reopen(&mut self) {
        let listener = loop {
            match tokio::net::TcpListener::bind(("127.0.0.1", self.port)).await {
                Ok(listener) => break listener,
                Err(_) => tokio::task::yield_now().await,
            }
        };
        self.serving = Some(serve(listener, &self.market));
    }

    /// Nobody answers any more.
    pub(crate) async fn close(&mut self) {
        if let Some((end, serving)) = self.serving.take() {
            end.send(()).unwrap();
            serving.await.unwrap();
        }
    }

    /// Lets a second pass and closes the epoch.
    pub(crate) async fn tick(&self) {
        self.clock.pass(Duration::from_secs(1));
        self.market.close_epochs().await.unwrap();
    }

    /// The clock of a machine that is behind.
    pub(crate) fn clock_behind(&self, span: Duration) -> Arc<dyn Clock> {
        Arc::new(StoryClock::starting(self.clock.now().minus(span)))
    }

    /// The pool that takes payments, as long as none was rotated.
    pub(crate) fn pool(&self) -> tacit_settlement::PoolId {
        self.pool_of(0)
    }

    /// The pool after so many rotations.
    pub(crate) fn pool_of(&self, generation: u32) -> tacit_settlement::PoolId {
        tacit_settlement::PoolId::of(&self.origin, Currency::TestUsd, generation)
    }

    /// The operator rotates the pool; the epoch from which on it counts is open afterwards.
    pub(crate) async fn rotate(&self) {
        self.market.rotate_pool(Currency::TestUsd).await.unwrap();
        self.tick().await;
    }

    /// A checkpoint that the market signed for somebody else, over other leaves.
    pub(crate) fn another_history(&self, size: LogSize) -> String {
        keys(&self.origin).log.sign(size, Digest::of(b"other leaves")).note().to_owned()
    }

    /// Mints to an address and closes the epoch.
    pub(crate) async fn mint(&self, to: Address, amount: &str) {
        let (market, amount) = (self.market.clone(), money(amount));
        let minted = tokio::spawn(async move { market.mint(to, amount).await.map(drop) });
        self.until(minted).await.unwrap();
    }

    /// Lets time pass until the work is done.
    pub(crate) async fn until<T: Send + 'static>(&self, work: tokio::task::JoinHandle<T>) -> T {
        while !work.is_finished() {
            self.tick().await;
            tokio::time::sleep(Duration::from_millis(60)).await;
        }
        let done = work.await.unwrap();
        self.tick().await;
        done
    }

    pub(crate) fn settings(&self) -> DeskSettings {
        let keys = keys(&self.origin);
        let pinned = PinnedKeys {
            market: keys.persona.persona(),
            treasury: keys.treasury.persona(),
            log: keys.log.verifier(),
            beacon: keys.beacon.verifier(),
            proofs: "assumed".to_owned(),
        };
        DeskSettings { market: self.origin.clone(), proxy: None, pinned }
    }
}

fn keys(origin: &Origin) -> MarketKeys {
    MarketKeys {
        log: LogKey::from_seed(LogName::of(origin), &[1; 32]),
        persona: PersonaKey::from_seed(&[101; 32]),
        treasury: PersonaKey::from_seed(&[102; 32]),
        beacon: tacit_evidence::testing::beacon_key(),
    }
}

async fn found(origin: &Origin, clock: &Arc<StoryClock>, story: u64) -> Market {
    let parts = MarketParts {
        settings: MarketSettings::demo(origin.clone()),
        keys: keys(origin),
        store: Arc::new(MemoryMarket::new()),
        vault: Arc::new(MemoryVault::new()),
        proofs: Arc::new(AssumeProof),
        clock: clock.clone(),
        chance: Arc::new(CountedChance::of(story)),
    };
    Market::open(parts).await.unwrap()
}

fn serve(
    listener: tokio::net::TcpListener,
    market: &Market,
) -> (tokio::sync::oneshot::Sender<()>, tokio::task::JoinHandle<()>) {
    let door = Door::open(market.clone(), DoorSettings::default(), None);
    let (end, ended) = tokio::sync::oneshot::channel();
    let serving = tokio::spawn(async move {
        let ended = async move { drop(ended.await) };
        tacit_http::serve(listener, door, ended).await.unwrap();
    });
    (end, serving)
}

/// A person: words, a folder, a database that survives their processes.
pub(crate) struct Someone {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) store: Arc<MemoryDesk>,
    seed: u64,
    restored: u64,
}

impl Someone {
    pub(crate) fn new(seed: u64) -> Self {
        Self { folder: tempfile::tempdir().unwrap(), store: Arc::new(MemoryDesk::empty()), seed, restored: 0 }
    }

    /// The same words in another folder.
    pub(crate) fn again(&self) -> Self {
        Self { restored: self.restored + 1, ..Self::new(self.seed) }
    }

    /// Opens the desk as a new process would.
    pub(crate) async fn desk(&self, street: &Street, proofs: Arc<dyn Proofs>) -> OpenDesk {
        let folder = DeskFolder::at(self.folder.path().join("desk"));
        folder.make().unwrap();
        let words: Arc<dyn Chance> = Arc::new(CountedChance::of(1000 + self.seed));
        let keyring = Words::draw(&mut words.rng()).keyring();
        let engines = Engines { proofs, ..self.engines(street) };
        OpenDesk::with_parts(folder, street.settings(), keyring, engines).await.unwrap()
    }

    /// The engines of one more process of this person.
    pub(crate) fn engines(&self, street: &Street) -> Engines {
        Engines {
            store: Arc::new(Kept(self.store.clone())),
            proofs: Arc::new(AssumeProof),
            clock: street.clock.clone() as Arc<dyn Clock>,
            chance: Arc::new(Shared(Mutex::new(0), self.seed * 100 + self.restored)),
        }
    }

    pub(crate) async fn honest(&self, street: &Street) -> Arc<OpenDesk> {
        Arc::new(self.desk(street, Arc::new(AssumeProof)).await)
    }
}

struct Kept(Arc<MemoryDesk>);

#[async_trait]
impl OpenStore for Kept {
    async fn open(&self, _file: &Path) -> Result<Arc<dyn DeskStore>, DeskStoreFailed> {
        Ok(self.0.clone())
    }
}

/// Chance that differs between processes of one person, which a counted one would not.
struct Shared(Mutex<u64>, u64);

impl Chance for Shared {
    fn seed(&self) -> [u8; 32] {
        let mut drawn = self.0.lock().unwrap();
        *drawn += 1;
        let process = std::ptr::from_ref(self).addr() as u64;
        let parts = [drawn.to_be_bytes(), self.1.to_be_bytes(), process.to_be_bytes()];
        *Digest::of(&parts.concat()).bytes()
    }
}

/// A prover that makes proofs nobody takes.
pub(crate) struct SpoiltProof;

impl Proofs for SpoiltProof {
    fn name(&self) -> &'static str {
        "assumed"
    }

    fn prove(&self, payment: &mut UnprovenPayment, rng: &mut dyn CryptoRng) -> Result<(), NotProven> {
        AssumeProof.prove(payment, rng)?;
        payment.attach_proof(vec![1; 2720 + 2272 * payment.actions()]);
        Ok(())
    }

    fn all_good(&self, _bundles: &[&SettlementBundle]) -> bool {
        true
    }
}

/// A prover that fails, as a process does that is killed while it proves.
pub(crate) struct NoProof;

impl Proofs for NoProof {
    fn name(&self) -> &'static str {
        "assumed"
    }

    fn prove(&self, _payment: &mut UnprovenPayment, _rng: &mut dyn CryptoRng) -> Result<(), NotProven> {
        Err(NotProven::Unprovable)
    }

    fn all_good(&self, _bundles: &[&SettlementBundle]) -> bool {
        true
    }
}

pub(crate) fn money(text: &str) -> Money {
    Money::parse(text, Currency::TestUsd).unwrap()
}
