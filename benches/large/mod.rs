//! A market with very many listings, for benches: filled through the store's port, served by the real door.

#![allow(dead_code, reason = "every bench uses its own part")]
#![allow(unreachable_pub, reason = "a bench is its own program; nothing here is public")]

mod promise;

use promise::Promise;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tacit_assumed::AssumeProof;
use tacit_catalogue::{SignedListing, testing};
use tacit_evidence::log::{LogKey, LogName};
use tacit_flows::{Market, MarketKeys, MarketParts, MarketSettings};
use tacit_http::{Door, DoorSettings, Rate};
use tacit_ports::chance::CountedChance;
use tacit_ports::clock::StoryClock;
use tacit_ports::market::{MarketStore, StoredListing, StoredManifest};
use tacit_settlement::Proofs;
use tacit_store::testing::TestDatabase;
use tacit_store::{DatabasePlace, MarketDb};
use tacit_values::{Currency, Digest, Epoch, ListingId, Money, Origin, PersonaKey, Timestamp};
use tacit_vault::FolderVault;

/// The story's now; listings are spread over the year before.
pub const NOW: u64 = 1_795_176_000;
const DAYS: u64 = 365;
const SELLERS: u64 = 2_000;
/// So many listings go into one transaction.
const AT_ONCE: u64 = 1_000;

const THINGS: &[&str] = &[
    "flights", "planes", "weather", "trips", "sales", "visits", "prices", "sensors", "readings", "orders",
    "claims", "patients", "parcels", "crops", "tides", "quakes", "matches", "books", "films", "trees",
    "wells", "roads", "bridges", "schools", "permits",
];
const HOWS: &[&str] =
    &["hourly", "daily", "weekly", "monthly", "yearly", "cleaned", "raw", "sampled", "complete", "regional"];
const PLACES: &[&str] = &[
    "Nairobi", "Lima", "Oslo", "Hanoi", "Quito", "Porto", "Perth", "Izmir", "Turin", "Gdansk", "Accra",
    "Tampa", "Leeds", "Kyoto", "Cork", "Malmo", "Davao", "Natal", "Basel", "Tunis", "Busan", "Omaha",
    "Split", "Bergen", "Cusco", "Lyon", "Graz", "Ghent",
];
const COLUMNS: &[&str] = &[
    "id", "year", "month", "day", "hour", "place", "lat", "lon", "name", "kind", "count", "price", "amount",
    "temp", "wind", "rain", "carrier", "origin", "dest", "delay", "speed", "age", "status", "code", "source",
    "unit", "value", "quality",
];

/// Which database a bench runs on.
pub enum Engine {
    Sqlite(tempfile::TempDir),
    Postgres(TestDatabase),
}

impl Engine {
    pub async fn fresh(name: &str) -> Self {
        match name {
            "sqlite" => Self::Sqlite(tempfile::tempdir().unwrap()),
            "postgres" => Self::Postgres(TestDatabase::fresh().await.unwrap()),
            other => panic!("`{other}` is neither sqlite nor postgres"),
        }
    }

    pub async fn store(&self) -> Arc<dyn MarketStore> {
        let place = match self {
            Self::Sqlite(folder) => DatabasePlace::File(folder.path().join("market.db")),
            Self::Postgres(database) => database.place(),
        };
        Arc::new(MarketDb::open(&place).await.unwrap())
    }
}

/// A market that stands at an address, and what made it.
pub struct Large {
    pub market: Market,
    pub origin: Origin,
    pub ids: Vec<ListingId>,
    /// Listings taken by the store each second.
    pub loaded_per_second: f64,
    /// Seconds from opening the market to answering, with everything in it.
    pub opened_s: f64,
    pub clock: Arc<StoryClock>,
    _vault: tempfile::TempDir,
}

impl Large {
    /// Fills a market with `many` listings and opens the door.
    pub async fn fill(engine: &Engine, many: u64) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin: Origin = format!("http://{}", listener.local_addr().unwrap()).parse().unwrap();
        let vault = tempfile::tempdir().unwrap();
        // Founded before the first listing: desks copy the catalogue from that day on.
        let founded = NOW - (DAYS + 1) * 86_400;
        let clock = Arc::new(StoryClock::starting(Timestamp::from_secs(founded)));
        let store = engine.store().await;
        drop(open(&origin, &store, vault.path(), &clock).await);
        clock.set(Timestamp::from_secs(NOW));
        let (ids, loaded_per_second) = load(&store, many).await;
        let began = Instant::now();
        let market = open(&origin, &store, vault.path(), &clock).await;
        let opened_s = began.elapsed().as_secs_f64();
        // A window of benches asks more often than any visitor may.
        let unbounded = Rate::new(u32::MAX, u32::MAX);
        let settings =
            DoorSettings { per_address: unbounded, per_persona: unbounded, ..DoorSettings::default() };
        let door = Door::open(market.clone(), settings, None);
        tokio::spawn(tacit_http::serve(listener, door, std::future::pending()));
        Self { market, origin, ids, loaded_per_second, opened_s, clock, _vault: vault }
    }
}

pub fn keys(origin: &Origin) -> MarketKeys {
    MarketKeys {
        log: LogKey::from_seed(LogName::of(origin), &[1; 32]),
        persona: PersonaKey::from_seed(&[101; 32]),
        treasury: PersonaKey::from_seed(&[102; 32]),
        beacon: tacit_evidence::testing::beacon_key(),
    }
}

async fn open(
    origin: &Origin,
    store: &Arc<dyn MarketStore>,
    vault: &Path,
    clock: &Arc<StoryClock>,
) -> Market {
    let proofs: Arc<dyn Proofs> = Arc::new(AssumeProof);
    let parts = MarketParts {
        // A day each: the ledger of that year is not what is measured, and would have two million empty epochs.
        settings: MarketSettings {
            epoch_length: Duration::from_secs(86_400),
            ..MarketSettings::usual(origin.clone())
        },
        keys: keys(origin),
        store: Arc::clone(store),
        vault: Arc::new(FolderVault::open(&vault.join("vault")).await.unwrap()),
        proofs,
        clock: clock.clone(),
        chance: Arc::new(CountedChance::of(7)),
    };
    Market::open(parts).await.unwrap()
}

async fn load(store: &Arc<dyn MarketStore>, many: u64) -> (Vec<ListingId>, f64) {
    let mut rng = ChaCha20Rng::seed_from_u64(20);
    let sellers: Vec<PersonaKey> =
        (0..SELLERS).map(|number| PersonaKey::from_seed(Digest::of(&number.to_be_bytes()).bytes())).collect();
    let promise = Promise::of_a_file();
    let (mut ids, mut busy) = (Vec::new(), Duration::ZERO);
    for first in (0..many).step_by(usize::try_from(AT_ONCE).unwrap()) {
        let numbers = first..many.min(first + AT_ONCE);
        let stored: Vec<(StoredManifest, StoredListing)> =
            numbers.map(|number| stored(number, &promise, &sellers, &mut rng)).collect();
        ids.extend(stored.iter().map(|(_, listing)| listing.id));
        // Making and signing them is the sellers' work, not the market's.
        let began = Instant::now();
        let mut tx = store.begin().await.unwrap();
        for (manifest, listing) in &stored {
            tx.manifests().put(manifest).await.unwrap();
            tx.manifests().keep_excerpt(manifest.digest, &promise.excerpt).await.unwrap();
            tx.listings().put(listing).await.unwrap();
        }
        tx.commit().await.unwrap();
        busy += began.elapsed();
    }
    (ids, many as f64 / busy.as_secs_f64())
}

fn stored(
    number: u64,
    promise: &Promise,
    sellers: &[PersonaKey],
    rng: &mut ChaCha20Rng,
) -> (StoredManifest, StoredListing) {
    let mut draw = |from: &[&'static str]| from[usize::try_from(rng.next_u64() % from.len() as u64).unwrap()];
    let (how, thing, place, other) = (draw(HOWS), draw(THINGS), draw(PLACES), draw(THINGS));
    let mut columns: Vec<&str> = (0..8).map(|_| draw(COLUMNS)).collect();
    columns.sort_unstable();
    columns.dedup();
    let seller = &sellers[usize::try_from(rng.next_u64() % SELLERS).unwrap()];
    let at = Timestamp::from_secs(NOW - 1 - (rng.next_u64() % (DAYS * 86_400)));
    let mut listing = testing::listing(u8::try_from(number % 251).unwrap());
    let mut id = [0; 16];
    rng.fill_bytes(&mut id);
    listing.id = ListingId::from_bytes(id);
    listing.seller = seller.persona();
    listing.title = format!("{how} {thing} of {place}, part {number}").parse().unwrap();
    listing.summary = format!(
        "One row for each of the {thing} that were seen in {place}, {how}, joined with {other} where both are known. Gaps are left \
         empty and not filled in. Number {number} of a series."
    )
    .parse()
    .unwrap();
    listing.tags = vec![thing.parse().unwrap(), place.to_lowercase().parse().unwrap()];
    let tens = [1, 2, 5, 10, 20, 50, 100, 200][usize::try_from(rng.next_u64() % 8).unwrap()];
    listing.price =
        tacit_catalogue::Price::new(Money::from_micros(tens * 1_000_000, Currency::TestUsd).unwrap())
            .unwrap();
    let manifest = promise.named(number, listing.id, seller, at);
    listing.manifest = manifest.digest;
    listing.rows = rng.next_u64() % 1_000_000;
    listing.bytes = listing.rows * 64;
    let column = listing.columns[0].clone();
    listing.columns = columns
        .iter()
        .map(|name| tacit_catalogue::Column { name: (*name).to_owned(), ..column.clone() })
        .collect();
    listing.at = at;
    let signed: SignedListing = listing.sign(seller).unwrap();
    let listing = StoredListing {
        id: signed.listing.id,
        version: 1,
        seller: signed.listing.seller,
        manifest: signed.listing.manifest,
        live: true,
        at,
        shown_after: Epoch(0),
        document: serde_json::to_vec(&signed).unwrap(),
    };
    (manifest, listing)
}

/// The middle and the ninety-ninth of a hundred, in milliseconds.
pub fn p50_p99(mut millis: Vec<f64>) -> (f64, f64) {
    millis.sort_by(f64::total_cmp);
    let at = |share: f64| millis[((millis.len() - 1) as f64 * share).round() as usize];
    (rounded(at(0.5)), rounded(at(0.99)))
}

pub fn rounded(figure: f64) -> f64 {
    (figure * 1000.0).round() / 1000.0
}

/// A word to look for, as people do: mostly one or two that exist.
pub fn words(number: u64) -> String {
    let at =
        |list: &[&'static str], n: u64| list[usize::try_from(n % list.len() as u64).unwrap()].to_lowercase();
    match number % 4 {
        0 => at(THINGS, number / 4),
        1 => format!("{} {}", at(THINGS, number / 4), at(PLACES, number / 3)),
        2 => format!("{} {}", at(HOWS, number / 4), at(PLACES, number / 5)),
        _ => at(PLACES, number / 4)[..4].to_owned(),
    }
}
